/* cli/side.c - a schema as people name one on the command line. */

#include <signal.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/shadow.h"
#include "cli/side.h"
#include "schema/expected.h"

/* What two databases of ten thousand tables come to. */
#define ROOM_BYTES	((size_t)256 * 1024 * 1024)

#define SNAPSHOT_MAX_BYTES	((size_t)512 * 1024 * 1024)

static void
interrupt(void *arg)
{
	struct sides *s = arg;

	s->cancel = true;
}

struct sides *
sides_new(const void *owner, const char *shadow, struct error *err)
{
	struct sides *s = NEW(owner, struct sides);

	memory_reserve(ROOM_BYTES);
	s->loop = loop_new(s);
	loop_signal_new(s, s->loop, SIGINT, interrupt, s);
	loop_signal_new(s, s->loop, SIGTERM, interrupt, s);
	/* The terminal is gone, the shadow database is not. */
	loop_signal_new(s, s->loop, SIGHUP, interrupt, s);
	s->progress = progress_new(s, s->loop);
	s->shadow_word = shadow;
	/* A scratch server is made when it is needed. */
	if (shadow == NULL || strcmp(shadow, "scratch") == 0)
		return s;
	s->shadow = shadow_target(s, shadow, err);
	return s->shadow == NULL ? NULL : s;
}

static bool
is_url(const char *word)
{
	return !file_exists(word) && (strstr(word, "://") != NULL ||
	    strchr(word, '=') != NULL);
}

static int
open_url(struct sides *s, struct side *side, struct error *err)
{
	struct pg_options options = { .application_name = "pgrunbook",
		.cancel = &s->cancel };

	side->target = pg_target_parse(s, side->word, err);
	if (side->target == NULL)
		return -1;
	side->shown = side->target->shown;
	progress_say(s->progress, "connects to %s", side->shown);
	side->session = pg_open(s, s->loop, side->target, &options, err);
	if (side->session == NULL)
		return -1;
	if (s->shadow == NULL && s->shadow_word == NULL)
		s->shadow = side->target;
	return 0;
}

static int
load_snapshot(struct sides *s, struct side *side, struct error *err)
{
	json_t *j;
	char *text;
	size_t size;

	if (file_read(s, side->word, SNAPSHOT_MAX_BYTES, &text, &size, err) < 0)
		return -1;
	if (json_parse(text, size, &j, err) < 0)
		return error_context(err, "%s", side->word);
	side->snapshot = schema_from_json(s, json_owned(s, j), err);
	return side->snapshot == NULL ?
	    error_context(err, "%s", side->word) : 0;
}

static void
on_replay(void *arg, size_t done, size_t total, const char *name)
{
	struct sides *s = arg;

	if (done < total)
		progress_say(s->progress, "replays migration %zu of %zu: %s",
		    done + 1, total, name);
	else
		progress_say(s->progress, "reads the shadow database");
}

static int
load_migrations(struct sides *s, struct side *side, struct error *err)
{
	enum migrations_layout layout;
	struct migration *list;
	size_t count;

	if (s->shadow == NULL && s->shadow_word != NULL) {
		progress_say(s->progress, "starts a scratch server");
		s->shadow = shadow_target(s, s->shadow_word, err);
		if (s->shadow == NULL)
			return -1;
	}
	if (s->shadow == NULL) {
		error_set(err, ERR_USAGE,
		    "\"%s\" needs a server to be replayed on", side->word);
		error_hint(err, "Name one by --shadow=URL; --shadow=scratch makes one.");
		return -1;
	}
	if (file_is_folder(side->word)) {
		if (migrations_layout_of(side->word, &layout, err) < 0 ||
		    migrations_read(s, side->word, layout, &list, &count,
		    err) < 0)
			return -1;
		side->shown = mem_printf(s, "%s (%zu)", side->word, count);
	} else if (migrations_read_file(s, side->word, &list, &count, err) < 0) {
		return -1;
	}
	side->snapshot = expected_from_migrations(s, s->loop, s->shadow, list,
	    count, on_replay, s, &s->cancel, err);
	return side->snapshot == NULL ? -1 : 0;
}

static int
load_one(struct sides *s, struct side *side, struct error *err)
{
	if (side->snapshot != NULL)
		return 0;
	if (!file_exists(side->word)) {
		error_set(err, ERR_NOT_FOUND, "there is no \"%s\"", side->word);
		error_hint(err, "A schema is a URL, a snapshot file, a folder of "
		    "migrations or a file of SQL.");
		return -1;
	}
	return str_ends(side->word, ".json") ? load_snapshot(s, side, err) :
	    load_migrations(s, side, err);
}

static void
on_read(void *arg, size_t done, size_t total)
{
	struct sides *s = arg;

	progress_say(s->progress, "reads catalogues: %zu of %zu queries", done,
	    total);
}

/* All that are databases, at once. */
static int
load_servers(struct sides *s, struct side *list, int count, struct error *err)
{
	struct pg_session **sessions = NEW_ARRAY(s, struct pg_session *, count);
	struct schema_snapshot **read = NEW_ARRAY(s, struct schema_snapshot *,
	    count);
	struct side **sides = NEW_ARRAY(s, struct side *, count);
	size_t n = 0, failed;

	for (int i = 0; i < count; i++) {
		if (list[i].session == NULL)
			continue;
		sides[n] = &list[i];
		sessions[n++] = list[i].session;
	}
	if (schema_read_each(s, sessions, n, read, on_read, s, &failed, err) < 0)
		return error_context(err, "%s", sides[failed]->shown);
	for (size_t i = 0; i < n; i++)
		sides[i]->snapshot = read[i];
	return 0;
}

int
sides_load(struct sides *s, struct side *list, int count, struct error *err)
{
	/* Servers first: one of them may have to hold the shadow. */
	for (int i = 0; i < count; i++) {
		list[i].shown = list[i].word;
		if (is_url(list[i].word) && open_url(s, &list[i], err) < 0)
			return -1;
	}
	if (load_servers(s, list, count, err) < 0)
		return -1;
	for (int i = 0; i < count; i++)
		if (load_one(s, &list[i], err) < 0)
			return -1;
	return 0;
}

int
sides_fail(struct sides *s, const struct error *err)
{
	progress_end(s->progress);
	return command_fail(err);
}
