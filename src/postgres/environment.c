/* postgres/environment.c - PG* variables kept out of connections. */

#include <unistd.h>

#include "base/memory.h"
#include "base/str.h"
#include "postgres/environment.h"

/* These say where a person keeps files, and cannot lead elsewhere. */
static const char *const kept[] = {
	"PGPASSFILE=", "PGSERVICEFILE=", "PGSYSCONFDIR=",
};

static bool
is_kept(const char *variable)
{
	size_t i;

	if (!str_starts(variable, "PG"))
		return true;
	for (i = 0; i < COUNT_OF(kept); i++)
		if (str_starts(variable, kept[i]))
			return true;
	return false;
}

char **
pg_environment_clean(const void *owner, const char *service)
{
	size_t count = 0, used = 0, i;
	char **clean;

	while (environ != NULL && environ[count] != NULL)
		count++;
	clean = NEW_ARRAY(owner, char *, count + 2);
	for (i = 0; i < count; i++)
		if (is_kept(environ[i]))
			clean[used++] = mem_strdup(clean, environ[i]);
	if (service != NULL)
		clean[used++] = mem_printf(clean, "PGSERVICE=%s", service);
	return clean;
}

void
pg_environment_enter(struct pg_environment *e, const char *service)
{
	e->saved = environ;
	e->clean = pg_environment_clean(NULL, service);
	environ = e->clean;
}

void
pg_environment_leave(struct pg_environment *e)
{
	/* Another thread may be reading the one that is given up here: it
	 * goes one exchange later. */
	static char **given_up;

	environ = e->saved;
	talloc_free(given_up);
	given_up = e->clean;
}
