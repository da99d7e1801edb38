/* cli/database.c - the database that a command is about. */

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/database.h"
#include "runbook/values.h"

/* Prisma's way past a pooler goes first. */
static const char *const names[] = { "DIRECT_URL", "DATABASE_URL" };
static const char *const usual_files[] = { ".env.local", ".env" };

struct search {
	const void	*owner;
	char		*found[COUNT_OF(names)];
};

static void
take(void *arg, const char *name, const char *value)
{
	struct search *s = arg;
	size_t i;

	for (i = 0; i < COUNT_OF(names); i++)
		if (str_equal(name, names[i]) && *value != '\0')
			s->found[i] = mem_strdup(s->owner, value);
}

/*
 * The first place that has any of the names: what one file says never mixes
 * with what another, or the environment, does.
 */
static char *
choose(struct search *s, const char *place, const char **source)
{
	size_t i;

	for (i = 0; i < COUNT_OF(names); i++) {
		if (s->found[i] == NULL)
			continue;
		*source = mem_printf(s->owner, "%s of %s", names[i], place);
		return s->found[i];
	}
	return NULL;
}

static int
search_all(struct search *s, const char **files, char **url,
    const char **source, struct error *err)
{
	const char *usual[COUNT_OF(usual_files) + 1] = { NULL };
	size_t i, n = 0;

	for (i = 0; i < COUNT_OF(names); i++)
		if (getenv(names[i]) != NULL)
			take(s, names[i], getenv(names[i]));
	*url = choose(s, "the environment", source);
	for (i = 0; i < COUNT_OF(usual_files); i++)
		if (file_exists(usual_files[i]))
			usual[n++] = usual_files[i];
	if (files == NULL)
		files = usual;
	for (; *url == NULL && *files != NULL; files++) {
		if (env_file_read(*files, take, s, err) < 0)
			return -1;
		*url = choose(s, *files, source);
	}
	return 0;
}

char *
database_url(const void *owner, struct call *c, const char **source,
    struct error *err)
{
	struct search s = { .owner = owner };
	char *url;

	*source = "--url";
	if (c->options.url != NULL)
		return mem_strdup(owner, c->options.url);
	if (search_all(&s, c->options.env_file, &url, source, err) < 0)
		return NULL;
	if (url != NULL)
		return url;
	error_set(err, ERR_USAGE, "no database is named");
	error_hint(err, "give --url URL, or DATABASE_URL in the environment or "
	    "an env file");
	return NULL;
}

static void
interrupt(void *arg)
{
	((struct database *)arg)->cancel = true;
}

struct database *
database_open(const void *owner, struct call *c, struct error *err)
{
	struct database *db = NEW(owner, struct database);
	struct pg_options options = { .application_name = "pgrunbook",
		.cancel = &db->cancel };
	char *url = database_url(db, c, &db->source, err);

	if (url == NULL)
		goto failed;
	db->target = pg_target_parse(db, url, err);
	if (db->target == NULL) {
		error_context(err, "%s", db->source);
		goto failed;
	}
	db->loop = loop_new(db);
	loop_signal_new(db, db->loop, SIGINT, interrupt, db);
	loop_signal_new(db, db->loop, SIGTERM, interrupt, db);
	db->session = pg_open(db, db->loop, db->target, &options, err);
	if (db->session != NULL)
		return db;
	error_context(err, "%s (%s)", db->target->shown, db->source);
failed:
	talloc_free(db);
	return NULL;
}
