/*
 * schema/kinds/backing.h - keys of partitions that stand in for what their
 * parent's index or key would have made there by itself.
 *
 * Only where they are there first do they take part: an index or a key that
 * others are to stand in for is made again.
 */
#ifndef PGRUNBOOK_SCHEMA_KINDS_BACKING_H
#define PGRUNBOOK_SCHEMA_KINDS_BACKING_H

#include "schema/kind.h"
#include "schema/plan.h"

/* It is as to wants it, but for keys that are not there (yet). */
bool backing_settled(struct plan *p, const struct schema_object *from,
    const struct schema_object *to);

/*
 * " CASCADE" where keys stand in for from, which go with it, and are seen to
 * be made again; else nothing.
 */
const char *backing_dropped(struct plan *p, const struct schema_object *from);

/* Is it a partition's own, whatever its parent's is? */
#define OWN_KEY(k) \
	"(" k ".conparentid = 0 OR " k ".contype <> (SELECT up.contype " \
	"FROM pg_constraint up WHERE up.oid = " k ".conparentid))"
/* Keys of those of the partitions' that belong to this index; or null. */
#define BACKED_BY(index, relkind) \
	"CASE WHEN " relkind " IN ('p', 'I') THEN (SELECT jsonb_agg(" \
	"CASE b.contype WHEN 'p' THEN 'primary key ' WHEN 'u' THEN 'unique ' " \
	"ELSE 'exclusion ' END||br.q||'.'||quote_ident(b.conname) " \
	"ORDER BY br.q, b.conname) FROM pg_inherits bi JOIN pg_constraint b " \
	"ON b.conindid = bi.inhrelid AND b.contype IN ('p', 'u', 'x') " \
	"JOIN rel br ON br.oid = b.conrelid WHERE bi.inhparent = " index \
	" AND " OWN_KEY("b") ") END"

#endif
