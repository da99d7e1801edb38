/*
 * runbook/secret.c - passwords that are written into a file.
 *
 * What stands for a password ($VARIABLE, {{name}}, <placeholder>, ***) is
 * none.  No message quotes what it met.
 */

#include <ctype.h>
#include <string.h>

#include "base/str.h"
#include "runbook/loader.h"

/* Does a password of our own begin here? */
static bool
is_literal(const char *p)
{
	while (*p == '"' || *p == '\'')
		p++;
	return *p != '\0' && strchr("$<*[ \t\n@&", *p) == NULL &&
	    !str_starts(p, "{{");
}

/* scheme://user:password@host, and ?password= behind it. */
static bool
url_has_password(const char *rest)
{
	size_t size = strcspn(rest, " \t\n\"'`"), authority = strcspn(rest, "/?#");
	const char *colon, *at, *p;

	if (authority > size)
		authority = size;
	/* A password may hold an "@": the last one counts. */
	at = memrchr(rest, '@', authority);
	colon = at != NULL ? memchr(rest, ':', (size_t)(at - rest)) : NULL;
	if (colon != NULL && colon + 1 < at && is_literal(colon + 1))
		return true;
	for (p = rest; p + 10 < rest + size; p++)
		if ((*p == '?' || *p == '&') && str_starts(p + 1, "password=") &&
		    is_literal(p + 10))
			return true;
	return false;
}

/* A keyword of a connection string, or PGPASSWORD, with a value. */
static bool
setting_has_password(const char *text, const char *name)
{
	size_t size = strlen(name);
	const char *p = text;

	for (; (p = strstr(p, name)) != NULL; p += size) {
		const char *value = p + size;

		if (p > text && (isalnum((unsigned char)p[-1]) || p[-1] == '_'))
			continue;
		value += strspn(value, " \t");
		if (*value == '=') {
			value++;
			value += strspn(value, " \t");
			if (is_literal(value))
				return true;
		}
	}
	return false;
}

static void
tell(struct lint *l, struct lint_place at)
{
	struct lint_finding *f = lint_error(l, at,
	    "a password is written into this file");

	lint_hint(l, f, "let it come from the environment: \"env:NAME\" as a "
	    "target's url, $NAME in a command");
}

static void
check_text(struct lint *l, struct lint_place at, const char *text)
{
	const char *p = text;

	if (strstr(text, "PGPASSWORD=") != NULL &&
	    setting_has_password(text, "PGPASSWORD")) {
		tell(l, at);
		return;
	}
	while ((p = strstr(p, "://")) != NULL) {
		p += 3;
		if (url_has_password(p)) {
			tell(l, at);
			return;
		}
	}
}

void
check_passwords(struct lint *l, const struct node *n)
{
	size_t i;

	if (n->type == NODE_SCALAR)
		check_text(l, n->place, n->text);
	for (i = 0; i < n->count; i++)
		check_passwords(l, n->items[i]);
}

static bool
is_variable(const char *name)
{
	if (!isalpha((unsigned char)*name) && *name != '_')
		return false;
	while (isalnum((unsigned char)*name) || *name == '_')
		name++;
	return *name == '\0';
}

void
check_url(struct lint *l, struct lint_place at, const char *url)
{
	struct lint_finding *f;

	if (str_starts(url, "postgres://") || str_starts(url, "postgresql://") ||
	    str_equal(url, "prompt"))
		return;		/* check_passwords() has seen it */
	if (str_starts(url, "env:") && is_variable(url + 4))
		return;
	if (str_starts(url, "service:") && url[8] != '\0')
		return;
	if (strchr(url, '=') != NULL && !str_starts(url, "env:")) {
		if (setting_has_password(url, "password"))
			tell(l, at);
		return;
	}
	f = lint_error(l, at, "\"url\" is none that is understood");
	lint_hint(l, f, "write postgres://…, \"env:NAME\", \"service:NAME\" or "
	    "\"prompt\"");
}
