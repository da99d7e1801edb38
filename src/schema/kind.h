/*
 * schema/kind.h - all that the drift engine knows of a kind of object.
 *
 * A kind is one struct schema_kind in one file of schema/kinds/, and one row
 * of schema/kinds.def.  Reading, comparing, ordering and writing SQL are the
 * same for all kinds and name none of them.
 *
 * A kind's query is a SELECT that may use what the reader puts before it:
 *     ours(oid, nspname, q)         schemas that are not left out
 *     rel(<pg_class>, qs, qn, q)    relations in them, of no extension
 *     platform(oid)                 schemas that the platform brings along
 *     any_rel(oid, qs, qn, q, is_ours)  tables and views in rel, and the
 *                                   platform's own, which something of ours
 *                                   may hang on
 *     member(classid, objid)        objects that belong to an extension
 * (q names are quoted as SQL wants them, q of rel is "schema.name"), and
 * yields by name:
 *     ref         'catalogue oid:object oid:column number'
 *     schema      quoted, '' where the kind has none
 *     name        quoted, unique within kind and schema
 *     parent      ref of the table, view or column it belongs to, or null
 *     NAME        an attribute, compared with the other side's; null counts
 *                 as absent; booleans, integers and jsonb stay what they are
 *     @NAME       a fact: what writing SQL needs and nobody compares
 *     attributes  jsonb, attributes as members; slower than one by one
 *     facts       jsonb, facts as members
 *     depends     optional: json array of keys beyond what pg_depend says;
 *                 those that name no object count for nothing
 */
#ifndef PGRUNBOOK_SCHEMA_KIND_H
#define PGRUNBOOK_SCHEMA_KIND_H

#include <stdbool.h>

#include <jansson.h>

#include "base/error.h"
#include "base/macros.h"
#include "schema/drift.h"
#include "schema/snapshot.h"

enum kind_flag {
	KIND_PART = 1 << 0,	/* comes and goes with its parent: no item of its own then */
	KIND_INLINE = 1 << 1,	/* the parent's CREATE holds it */
	KIND_FIRST = 1 << 2,	/* made before its parent though it goes with it: a serial's sequence */
	KIND_DERIVED = 1 << 3,	/* holds nothing of its own: is dropped and made again when what it stands on is */
	KIND_MERGES = 1 << 8,	/* a partition shares it with its parent */
	KIND_BEFORE = 1 << 12,	/* a table must have it as its parent does before it may have that parent */
	KIND_BLOCKS = 1 << 7,	/* and does not even let a column under it change its type */
	KIND_CUT = 1 << 4,	/* dropped by name before its parent: tables that refer to each other */
	KIND_RENAMES = 1 << 5,	/* the same definition under another name is a rename */
	KIND_VERBATIM = 1 << 6,	/* attributes are no deparsed SQL: never normalised */
	KIND_HOLDS = 1 << 13,	/* rows */
	KIND_TYPE = 1 << 15,	/* columns can be of it */
	KIND_NAMED = 1 << 14,	/* its name is what it is, and no rename keeps that */
	KIND_LOCKS_OTHERS = 1 << 10,	/* a table, or what locks tables that it stands on */
	KIND_UNLOCKED = 1 << 11,	/* nobody who uses it waits for its locks */
	KIND_OURS_BY_PARENT = 1 << 9,	/* not ours, and left out, where its parent is none of ours */
};

#define KIND_NEWER_MAX	2

struct plan;
struct judgement;
struct measurement;

struct schema_kind {
	const char	*name;
	unsigned	 flags;
	const char	*query;		/* null: older servers have none */
	/* For servers of a version (as 150000) and newer; the newest first. */
	struct { int since; const char *query; } newer[KIND_NEWER_MAX];

	/* Write the statements that make, drop or change it (schema/plan.h). */
	void	(*create)(struct plan *p, const struct schema_object *to);
	void	(*drop)(struct plan *p, const struct schema_object *from);
	/*
	 * False, with nothing written: it cannot be changed, only dropped and
	 * made again.  Null: always so.
	 */
	bool	(*alter)(struct plan *p, const struct schema_object *from,
		    const struct schema_object *to);

	/*
	 * Does this change of it change its parts that merge (KIND_MERGES)
	 * with it, so that they need nothing of their own?  Null: never.
	 */
	bool	(*absorbs)(const struct schema_object *from,
		    const struct schema_object *to);

	/* Does it stay, with other parents (schema/inherit.h)?  Null: never. */
	bool	(*moves)(const struct schema_object *from,
		    const struct schema_object *to);

	/*
	 * Called for each that stands when something was made: it may have
	 * had a say in that (a default privilege has).  Null: never.
	 */
	void	(*follow)(struct plan *p, const struct schema_object *o,
		    const struct schema_object *made);

	/*
	 * Class and reasons (schema/judge.h); what the statements lock, read
	 * and rewrite is added to them.  from is what ACTUAL has, to what it
	 * shall have; one of them is null for an addition or a drop.  Null:
	 * nothing more to say.
	 */
	void	(*judge)(struct judgement *j, const struct schema_object *from,
		    const struct schema_object *to);

	/*
	 * The statement that makes from to in place, with its data.  Null: it
	 * has none, or none that is worth it.
	 */
	char	*(*rename)(const void *owner, const struct schema_object *from,
		    const struct schema_object *to);

	/* Figures from ACTUAL's data (schema/measure.h).  May be null. */
	int	(*measure)(struct measurement *m,
		    const struct schema_object *from,
		    const struct schema_object *to, struct error *err);
};

/* In the order in which they are made where nothing else decides. */
extern const struct schema_kind *const schema_kinds[];
extern const int schema_kind_count;

const struct schema_kind *schema_kind_find(const char *name);	/* null */
/* For a server of this version; null: it has no such objects. */
const char *schema_kind_query(const struct schema_kind *k, int server_version);
int schema_kind_rank(const struct schema_kind *k);

/* Attributes and facts; null or false where absent. */
json_t *object_attributes(const struct schema_object *o);	/* lent; not to be changed */
const char *object_text(const struct schema_object *o, const char *attribute);
bool object_flag(const struct schema_object *o, const char *attribute);
const json_t *object_json(const struct schema_object *o, const char *attribute);
const char *object_fact(const struct schema_object *o, const char *fact);
const json_t *object_fact_json(const struct schema_object *o, const char *fact);
/* The key without its kind: how SQL names it. */
const char *object_sql(const struct schema_object *o);
bool object_differs(const struct schema_object *a,
    const struct schema_object *b, const char *attribute);
/* Everything is equal but these (null-terminated)? */
bool object_differs_only(const struct schema_object *a,
    const struct schema_object *b, const char *const *attributes);

/* Fragments of queries. */
#define REF(catalogue, oid) \
	"'" catalogue "'::regclass::oid::text||':'||" oid "::text||':0'"
#define REF_COLUMN(oid, number) \
	"'pg_class'::regclass::oid::text||':'||" oid "::text||':'||" number
/* Before the ref of a column whose own default the object stands for. */
#define SETTING_REF	"setting:"
#define NOT_MEMBER(catalogue, oid) \
	"('" catalogue "'::regclass, " oid ") NOT IN (SELECT * FROM member)"
/* Not brought along by another object, as a range type's cast is. */
#define NOT_INTERNAL(catalogue, oid) \
	"NOT EXISTS (SELECT FROM pg_depend d WHERE d.deptype = 'i' " \
	"AND d.classid = '" catalogue "'::regclass AND d.objid = " oid ")"
/* The role that a relation belongs to: a fact, for nobody compares it. */
#define OWNER(relation) "quote_ident(pg_get_userbyid(" relation ".relowner))"
/* text[] made stable */
#define SORTED(array) \
	"(SELECT string_agg(x, ', ' ORDER BY x) FROM unnest(" array ") x)"

#endif
