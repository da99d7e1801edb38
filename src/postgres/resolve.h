/*
 * postgres/resolve.h - host names to addresses, without stopping the loop.
 *
 * libpq looks names up where it stands, for as long as the resolver takes.
 * So names are looked up beforehand on libuv's thread pool, and libpq gets
 * hostaddr beside host (which certificates and password files go by).
 */
#ifndef PGRUNBOOK_POSTGRES_RESOLVE_H
#define PGRUNBOOK_POSTGRES_RESOLVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/loop.h"
#include "postgres/target.h"

struct pg_addresses {
	/* Comma-separated and of equal length, one entry per address; all
	 * null where there is nothing to look up. */
	char	*hosts, *addresses, *ports;
};

/*
 * ERR_CONNECT where no name has an address, or after deadline_mono_ms;
 * ERR_CANCELLED where *cancel became true.
 */
int pg_resolve(const void *owner, struct loop *l, const struct pg_target *t,
    const bool *cancel, int64_t deadline_mono_ms, struct pg_addresses *found,
    struct error *err) WARN_UNUSED;

#endif
