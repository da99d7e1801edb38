/* tests/schema/random/world.c - choices, and the order of the writers. */

#include <stdarg.h>
#include <string.h>

#include "base/memory.h"
#include "schema/random/world.h"

#define PLACE_MAX	128

/* FNV-1a, then the last steps of MurmurHash3: every bit counts. */
static uint64_t
hash(uint64_t seed, const char *place)
{
	uint64_t h = seed ^ UINT64_C(14695981039346656037);

	for (; *place != '\0'; place++)
		h = (h ^ (unsigned char)*place) * UINT64_C(1099511628211);
	h = (h ^ (h >> 33)) * UINT64_C(0xff51afd7ed558ccd);
	h = (h ^ (h >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ (h >> 33);
}

static int
forget(struct world *w)
{
	json_decref(w->pinned);
	json_decref(w->asked);
	return 0;
}

struct world *
world_new(const void *owner, uint64_t seed, uint64_t mutation, unsigned percent,
    int major)
{
	struct world *w = NEW(owner, struct world);

	w->seed = seed;
	w->mutation = mutation;
	w->percent = percent;
	w->major = major;
	w->pinned = memory_check(json_object());
	w->asked = memory_check(json_object());
	w->sql = buffer_new(w);
	talloc_set_destructor(w, forget);
	return w;
}

static unsigned
choose(struct world *w, unsigned count, const char *place, bool changes)
{
	const json_t *pin = json_object_get(w->pinned, place);
	uint64_t seed = w->seed;
	unsigned choice;

	if (pin != NULL)
		return (unsigned)json_integer_value(pin) % count;
	if (changes && hash(w->mutation ^ 1, place) % 100 < w->percent)
		seed = w->mutation;
	choice = (unsigned)(hash(seed, place) % count);
	json_object_set_new(w->asked, place, json_integer(choice));
	return choice;
}

#define PLACE(place, fmt) do { \
	va_list args; \
	va_start(args, fmt); \
	vsnprintf(place, sizeof(place), fmt, args); \
	va_end(args); \
} while (0)

unsigned
world_pick(struct world *w, unsigned count, const char *fmt, ...)
{
	char place[PLACE_MAX];

	PLACE(place, fmt);
	return choose(w, count, place, true);
}

/* Of a hundred, the lowest stand for 0. */
unsigned
world_rare(struct world *w, unsigned percent, unsigned count, const char *fmt,
    ...)
{
	char place[PLACE_MAX];
	unsigned of_thousand;

	PLACE(place, fmt);
	of_thousand = choose(w, 1000, place, true);
	if (of_thousand < percent * 10)
		return 0;
	return 1 + of_thousand % (count - 1);
}

bool
world_chance(struct world *w, unsigned percent, const char *fmt, ...)
{
	char place[PLACE_MAX];

	PLACE(place, fmt);
	return choose(w, 100, place, true) >= 100 - percent;
}

bool
world_always(struct world *w, unsigned percent, const char *fmt, ...)
{
	char place[PLACE_MAX];

	PLACE(place, fmt);
	return choose(w, 100, place, false) >= 100 - percent;
}

void
emit(struct world *w, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = memory_check(talloc_vasprintf(w, fmt, args));
	va_end(args);
	buffer_printf(w->sql, "%s;\n", text);
	talloc_free(text);
}

void
emit_comment(struct world *w, const char *what, const char *place)
{
	unsigned text = world_rare(w, 85, 4, "%s comment", place);

	if (text > 0)
		emit(w, "COMMENT ON %s IS 'it''s number %u'", what, text);
}

const char *
world_sql(struct world *w)
{
	buffer_clear(w->sql);
	write_types(w);
	write_routines(w);
	write_tables(w);
	write_table_parts(w);
	write_views(w);
	write_rest(w);
	return w->sql->data;
}
