/* cli/params.c - the values of a window's parameters. */

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "cli/params.h"
#include "cli/terminal.h"

const char *
params_given(const char *const *vars, const char *name)
{
	size_t size = strlen(name);
	const char *found = NULL;

	for (size_t i = 0; vars != NULL && vars[i] != NULL; i++)
		if (strncmp(vars[i], name, size) == 0 && vars[i][size] == '=')
			found = vars[i] + size + 1;
	return found;
}

/* Runbooks of the window, the rollback's last. */
static const struct runbook *
runbook_at(const struct window *w, size_t i)
{
	return i < w->phase_count ? w->phases[i] : w->rollback;
}

static size_t
runbook_count(const struct window *w)
{
	return w->phase_count + (w->rollback != NULL);
}

static bool
is_known(const struct window *w, const char *var)
{
	size_t size = strcspn(var, "=");

	for (size_t i = 0; i < runbook_count(w); i++) {
		const struct runbook *r = runbook_at(w, i);

		for (size_t k = 0; k < r->param_count; k++)
			if (strlen(r->params[k].name) == size &&
			    strncmp(r->params[k].name, var, size) == 0)
				return true;
	}
	return false;
}

static int
check_value(const struct param *p, const char *text, struct error *err)
{
	char why[256];

	if (param_accepts(p, text, why, sizeof(why)))
		return 0;
	return error_set(err, ERR_USAGE, "parameter \"%s\": %s", p->name, why);
}

static void
add_var(const void *owner, const char ***vars, const char *name,
    const char *value)
{
	size_t count = 0;

	while (*vars != NULL && (*vars)[count] != NULL)
		count++;
	GROW(owner, *vars, const char *, count + 2);
	(*vars)[count] = mem_printf(*vars, "%s=%s", name, value);
	(*vars)[count + 1] = NULL;
}

/* Until the answer fits; end of input gives up. */
static int
ask_param(const void *owner, const struct param *p, const char ***vars,
    struct error *err)
{
	char *question = mem_printf(owner, "%s: ",
	    p->prompt != NULL ? p->prompt : p->name), *text;

	for (;;) {
		text = terminal_ask(owner, question);
		if (text == NULL)
			return error_set(err, ERR_USAGE,
			    "parameter \"%s\" has no value", p->name);
		if (*text != '\0' && check_value(p, text, err) == 0)
			break;
		printf("  %s\n", *text == '\0' ? "a value is needed" :
		    err->primary);
	}
	add_var(owner, vars, p->name, text);
	return 0;
}

static int
complete_one(const void *owner, const struct param *p, bool may_ask,
    const char ***vars, struct error *err)
{
	const char *given = params_given(*vars, p->name);

	if (given != NULL)
		return check_value(p, given, err);
	if (p->default_text != NULL)
		return 0;
	if (may_ask)
		return ask_param(owner, p, vars, err);
	error_set(err, ERR_USAGE, "parameter \"%s\" has no value", p->name);
	error_hint(err, "--var %s=VALUE (%s)", p->name,
	    p->prompt != NULL ? p->prompt : "no prompt");
	return -1;
}

int
params_complete(const void *owner, const struct window *w, bool may_ask,
    const char ***vars, struct error *err)
{
	for (size_t i = 0; *vars != NULL && (*vars)[i] != NULL; i++) {
		if (strchr((*vars)[i], '=') == NULL)
			return error_set(err, ERR_USAGE,
			    "--var \"%s\" is not NAME=VALUE", (*vars)[i]);
		if (!is_known(w, (*vars)[i]))
			return error_set(err, ERR_USAGE,
			    "no runbook here has the parameter \"%.*s\"",
			    (int)strcspn((*vars)[i], "="), (*vars)[i]);
	}
	for (size_t i = 0; i < runbook_count(w); i++) {
		const struct runbook *r = runbook_at(w, i);

		for (size_t k = 0; k < r->param_count; k++)
			if (complete_one(owner, &r->params[k], may_ask, vars,
			    err) != 0)
				return -1;
	}
	return 0;
}
