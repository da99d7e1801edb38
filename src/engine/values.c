/* engine/values.c - env files, parameters, and what is secret of them. */

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/private.h"

enum { PARAM_TEXT, PARAM_INTEGER, PARAM_BOOLEAN };

/* By its name, as people call what nobody else is to know. */
static bool
sounds_secret(const char *name)
{
	static const char *const words[] = {
		"PASS", "PWD", "SECRET", "TOKEN", "KEY", "CREDENTIAL", "AUTH",
		"PRIVATE",
	};
	char *upper = mem_strdup(NULL, name), *p;
	bool found = false;
	size_t i;

	for (p = upper; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	for (i = 0; i < COUNT_OF(words) && !found; i++)
		found = strstr(upper, words[i]) != NULL;
	talloc_free(upper);
	return found;
}

/* "scheme://user:PASSWORD@host": the password; null: there is none. */
static char *
password_in(const void *owner, const char *value)
{
	const char *at = strstr(value, "://"), *colon, *end;

	if (at == NULL)
		return NULL;
	end = at + 3 + strcspn(at + 3, "/?# ");
	while (end > at && *end != '@')
		end--;
	colon = memchr(at + 3, ':', end > at + 3 ? (size_t)(end - at - 3) : 0);
	return colon == NULL || end == at ? NULL :
	    mem_strndup(owner, colon + 1, (size_t)(end - colon - 1));
}

/* An env file is where secrets are kept: what looks like one is one. */
static void
keep_secret(struct engine *e, const char *name, const char *value)
{
	char *password = password_in(e, value);

	if (sounds_secret(name) || password != NULL)
		redactor_add(e->run->redactor, name, value);
	if (password != NULL)
		redactor_add(e->run->redactor, name, password);
	talloc_free(password);
}

static void
take_variable(void *arg, const char *name, const char *value)
{
	keep_secret(arg, name, value);
	/* What the process was started with wins over any file. */
	if (setenv(name, value, 0) != 0)
		memory_exhausted();
}

int
engine_env_files(struct engine *e, const char *const *files, struct error *err)
{
	size_t i;

	for (i = 0; files != NULL && files[i] != NULL; i++) {
		/* A person's own: it may not be there. */
		if (str_ends(files[i], ".local") && !file_exists(files[i]))
			continue;
		if (env_file_read(files[i], take_variable, e, err) != 0)
			return -1;
	}
	return 0;
}

void
engine_secrets(struct engine *e)
{
	const char **name;

	for (name = e->window->secrets; name != NULL && *name != NULL; name++) {
		const char *value = getenv(*name);

		/*
		 * One too short cannot be told from ordinary text: it would
		 * show, so it is not to be had.
		 */
		if (value != NULL &&
		    redactor_add(e->run->redactor, *name, value))
			scope_set(e->scope, *name, memory_check(
			    json_string(value)));
	}
}

static json_t *
typed_value(const struct param *p, const char *text)
{
	switch (p->type) {
	case PARAM_INTEGER:
		return json_integer(strtoll(text, NULL, 10));
	case PARAM_BOOLEAN:
		return json_boolean(strcmp(text, "true") == 0);
	default:
		return json_string(text);
	}
}

static int
take_params(struct engine *e, const struct runbook *r, const json_t *vars,
    struct error *err)
{
	char why[256];
	size_t i;

	for (i = 0; i < r->param_count; i++) {
		const struct param *p = &r->params[i];
		const char *text = json_str_or(vars, p->name, p->default_text);

		if (text == NULL) {
			error_set(err, ERR_USAGE,
			    "parameter \"%s\" of runbook \"%s\" has no value",
			    p->name, r->name);
			error_hint(err, "give it with --var %s=VALUE", p->name);
			return -1;
		}
		if (!param_accepts(p, text, why, sizeof(why)))
			return error_set(err, ERR_USAGE,
			    "parameter \"%s\": %s", p->name, why);
		scope_set(e->scope, p->name, memory_check(
		    typed_value(p, text)));
	}
	return 0;
}

int
engine_params(struct engine *e, const json_t *vars, struct error *err)
{
	const struct window *w = e->window;
	size_t i;

	for (i = 0; i < w->phase_count; i++)
		if (take_params(e, w->phases[i], vars, err) != 0)
			return -1;
	if (w->rollback != NULL)
		return take_params(e, w->rollback, vars, err);
	return 0;
}
