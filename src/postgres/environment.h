/*
 * postgres/environment.h - PG* variables kept out of connections.
 *
 * libpq fills in from PGHOST, PGHOSTADDR, PGOPTIONS and two dozen others
 * whatever a URL lacks, and offers no switch for it: a forgotten variable
 * could lead a maintenance window to another server.  Between enter and
 * leave this process has no PG* variables but those that name files
 * (PGPASSFILE, PGSERVICEFILE, PGSYSCONFDIR).
 *
 * Nothing is changed in place: the environment is exchanged as a whole and
 * given back, so that other threads read one or the other.
 */
#ifndef PGRUNBOOK_POSTGRES_ENVIRONMENT_H
#define PGRUNBOOK_POSTGRES_ENVIRONMENT_H

struct pg_environment {
	char	**saved;
	char	**clean;
};

/* service: as PGSERVICE while it lasts; may be null. */
void pg_environment_enter(struct pg_environment *e, const char *service);
void pg_environment_leave(struct pg_environment *e);

/* This process's environment without them; ends with a null. */
char **pg_environment_clean(const void *owner, const char *service);

#endif
