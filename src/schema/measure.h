/*
 * schema/measure.h - figures from the data, for a kind's measure().
 *
 * Those of a few items are a read-only transaction, with short limits: a
 * probe that fails or takes too long becomes a figure that says so, and the
 * next one begins a transaction again.
 */
#ifndef PGRUNBOOK_SCHEMA_MEASURE_H
#define PGRUNBOOK_SCHEMA_MEASURE_H

#include <stdint.h>

#include "base/error.h"
#include "base/macros.h"

struct measurement;

/*
 * In a query: r.relid, a relation and all its partitions; takes its literal
 * twice.  The server takes them for thousands: it is to be asked of each by
 * itself, or it reads whole catalogues.
 */
#define MEASURE_WITH_PARTITIONS \
	"(SELECT relid::oid FROM pg_partition_tree(%s::regclass) " \
	"UNION SELECT %s::regclass::oid) r(relid)"

void measure_say(struct measurement *m, const char *fmt, ...) PRINTF(2, 3);
/*
 * "1,204,331 rows, 412 MB" of a table: exact below a million rows,
 * else the server's estimate.  Asked once of each table.
 */
int measure_table(struct measurement *m, const char *table, struct error *err)
    WARN_UNUSED;
/*
 * *count gets the one number that sql yields.  1; 0 where the probe itself
 * was refused (a figure "<what>: <why>" is left); -1 where the connection
 * is of no more use.
 */
int measure_count(struct measurement *m, const char *what, int64_t *count,
    struct error *err, const char *fmt, ...) PRINTF(5, 6) WARN_UNUSED;
/* "1 <one>" or "N <many>" */
void measure_say_number(struct measurement *m, int64_t number,
    const char *one, const char *many);
/* measure_count() of many, and measure_say_number() where it is not zero. */
int measure_say_count(struct measurement *m, const char *one, const char *many,
    struct error *err, const char *fmt, ...) PRINTF(5, 6) WARN_UNUSED;
/*
 * measure_say_count() of the values of this type, in whatever table, for which
 * the condition on VALUE holds.
 */
int measure_say_values(struct measurement *m, const char *one,
    const char *many, const char *type, const char *condition,
    struct error *err) WARN_UNUSED;

#endif
