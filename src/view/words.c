/* view/words.c - how things of a run are called on the screen (view/words.h). */

#include <inttypes.h>
#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "view/words.h"

const char *
glyph_of_status(enum step_status s)
{
	switch (s) {
	case STEP_WAITING:
		return "!";
	case STEP_RUNNING:
		return "▶";
	case STEP_DONE:
		return "✓";
	case STEP_FAILED:
	case STEP_CANCELLED:
		return "✗";
	case STEP_UNKNOWN:
		return "?";
	case STEP_SKIPPED:
		return "–";
	case STEP_PENDING:
	default:
		return "·";
	}
}

const char *
failure_word(const struct step_state *step)
{
	if (step->status == STEP_UNKNOWN)
		return "OUTCOME UNKNOWN";
	if (step->status == STEP_CANCELLED)
		return "CANCELLED";
	return step_refusal(step) != NULL ? "REFUSED" : "FAILED";
}

char *
failure_reason(const void *owner, const struct step_state *step)
{
	const struct sign_state *no = step_refusal(step);
	const char *primary = json_str(step_last_error(step), "primary");

	if (no != NULL)
		return mem_printf(owner, "refused by %s: %s",
		    no->principal != NULL ? no->principal : "?",
		    no->reason != NULL ? no->reason : "no reason was given");
	if (primary != NULL)
		return mem_strdup(owner, primary);
	return mem_strdup(owner, step->status == STEP_UNKNOWN ?
	    "whether it took effect is not known" :
	    step->status == STEP_CANCELLED ? "cancelled by a person" :
	    "no reason was told");
}

int
step_number(const struct run_state *s, const struct step_state *step)
{
	size_t index = (size_t)(step - s->steps);

	return (int)(index - s->phases[step->phase].first_step) + 1;
}

char *
step_title(const void *owner, const struct run_state *s,
    const struct step_state *step)
{
	return mem_printf(owner, "%d %s", step_number(s, step),
	    step->name != NULL ? step->name : step->id);
}

int64_t
step_elapsed_ms(const struct step_state *step, int64_t now_us)
{
	const struct attempt_state *t = step_last_attempt(step);
	int64_t end;

	if (t == NULL || t->started_us == 0)
		return -1;
	end = t->finished_us != 0 ? t->finished_us : now_us;
	return end > t->started_us ? (end - t->started_us) / 1000 : 0;
}

char *
short_digest(const void *owner, const char *digest)
{
	size_t size = digest != NULL ? strlen(digest) : 0;

	if (size < 12)
		return mem_strdup(owner, digest != NULL ? digest : "");
	return mem_printf(owner, "%.4s…%s", digest, digest + size - 4);
}

char *
environment_block(const void *owner, const char *name, bool is_mono)
{
	char *upper = mem_strdup(owner, name != NULL ? name : "?"), *p;

	for (p = upper; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	return mem_printf(owner, is_mono ? "[%s]" : " %s ", upper);
}

const struct target_state *
step_target(const struct run_state *s, const struct step_state *step)
{
	size_t i;

	if (step == NULL || step->target == NULL)
		return NULL;
	for (i = 0; i < s->target_count; i++)
		if (str_equal(s->targets[i].name, step->target))
			return &s->targets[i];
	return NULL;
}

char *
span_short(const void *owner, int64_t ms)
{
	int64_t s = ms / 1000;

	if (s < 60)
		return mem_printf(owner, "%" PRId64 "s", s);
	if (s < 3600)
		return mem_printf(owner, "%" PRId64 "m", s / 60);
	if (s < 86400)
		return mem_printf(owner, "%" PRId64 "h%02" PRId64 "m", s / 3600,
		    s / 60 % 60);
	return mem_printf(owner, "%" PRId64 "d%02" PRId64 "h", s / 86400,
	    s / 3600 % 24);
}

char *
json_words(const void *owner, const json_t *list)
{
	struct buffer *b;
	size_t i;

	if (json_is_string(list))
		return mem_strdup(owner, json_string_value(list));
	if (json_array_size(list) == 0)
		return NULL;
	b = buffer_new(owner);
	for (i = 0; i < json_array_size(list); i++) {
		const char *word = json_string_value(json_array_get(list, i));

		if (word != NULL)
			buffer_printf(b, "%s%s", b->size > 0 ? ", " : "", word);
	}
	return b->data;
}

char *
hour_minute(const void *owner, int64_t at_us)
{
	char *hms = clock_hms(owner, at_us);

	hms[5] = '\0';
	return hms;
}

#define KEY_SHOWN	15	/* of a fingerprint: enough to know one's own */

char *
sign_strength(const void *owner, const struct sign_state *s)
{
	if (str_equal(s->strength, "break-glass"))
		return mem_strdup(owner, "BREAK-GLASS");
	if (s->key != NULL)
		return mem_printf(owner, "%s %.*s…", s->strength, KEY_SHOWN,
		    s->key);
	return mem_strdup(owner, s->strength != NULL ? s->strength : "");
}

enum style
style_of_sign(const struct sign_state *s)
{
	return s->is_refusal ? STYLE_FAILED :
	    str_equal(s->strength, "break-glass") ? STYLE_DANGER : STYLE_DONE;
}

char *
head_code(const void *owner, const char *hash)
{
	if (hash == NULL || strlen(hash) < 16)
		return mem_strdup(owner, "");
	return mem_printf(owner, "%.4s %.4s %.4s %.4s", hash, hash + 4,
	    hash + 8, hash + 12);
}

int
signs_that_hold(const struct step_state *step, const char *digest,
    int64_t now_us)
{
	int count = 0;
	size_t i, j;

	for (i = 0; i < step->sign_count; i++) {
		const struct sign_state *s = &step->signs[i];
		bool again = false;

		if (s->is_refusal || s->is_void ||
		    !str_equal(s->digest, digest) ||
		    (s->expires_us != 0 && s->expires_us < now_us))
			continue;
		for (j = 0; j < i; j++)
			again = again || (str_equal(step->signs[j].principal,
			    s->principal) && !step->signs[j].is_refusal &&
			    str_equal(step->signs[j].digest, digest));
		count += !again;
	}
	return count;
}

char *
output_path(const void *owner, const char *folder,
    const struct step_state *step, int attempt)
{
	char *path;

	if (folder == NULL || step == NULL || attempt < 1)
		return NULL;
	path = mem_printf(owner, "%s/artifacts/%s.%d/output.txt", folder,
	    step->id, attempt);
	if (!file_exists(path))
		path = mem_printf(owner, "%s.part", path);
	return path;
}

char *
extension_words(const void *owner, const struct step_state *step)
{
	int64_t left = json_int(step->held, "left_ms", 0);
	int64_t back = json_int(step->held, "rollback_ms", 0);
	char *needs = duration_short(owner, json_int(step->held, "needs_ms", 0));
	char *rest = duration_short(owner, left < 0 ? -left : left);
	char *way = duration_short(owner, back);

	return mem_printf(owner, "it needs %s%s%s; %s%s", needs,
	    back > 0 ? ", and the way back " : "", back > 0 ? way : "",
	    left < 0 ? "the window has been over for " : "left: ", rest);
}
