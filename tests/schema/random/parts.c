/* tests/schema/random/parts.c - keys, checks and indexes of tables. */

#include "base/memory.h"
#include "schema/random/world.h"

/* What a key of a table is said to be besides its columns. */
static const char *
key_tail(struct world *w, int t, const char *place)
{
	static const char *const tails[] = { "", " DEFERRABLE",
	    " DEFERRABLE INITIALLY DEFERRED" };

	return tails[world_rare(w, 80, COUNT_OF(tails), "table %d %s tail", t,
	    place)];
}

static bool
has_key(struct world *w, int t)
{
	return table_is(w, t) && world_chance(w, 70, "table %d key", t);
}

static void
write_key(struct world *w, int t)
{
	const char *column = table_orderable(w, t, 4);

	if (!has_key(w, t))
		return;
	emit(w, "ALTER TABLE %s ADD %sPRIMARY KEY (id)%s%s", table_name(t),
	    world_chance(w, 20, "table %d key name", t) ?
	    mem_printf(w->sql, "CONSTRAINT key_%d ", t) : "",
	    world_chance(w, 15, "table %d key includes", t) && column[0] == 'c' ?
	    mem_printf(w->sql, " INCLUDE (%s)", column) : "",
	    key_tail(w, t, "key"));
}

static void
write_unique(struct world *w, int t)
{
	const char *column = table_orderable(w, t,
	    (int)world_pick(w, COLUMNS, "table %d unique column", t));

	if (!world_chance(w, 30, "table %d unique", t))
		return;
	emit(w, "ALTER TABLE %s ADD CONSTRAINT only_%d UNIQUE%s (id%s%s)%s",
	    table_name(t), t, w->major >= 15 &&
	    world_chance(w, 20, "table %d unique nulls", t) ?
	    " NULLS NOT DISTINCT" : "", column[0] == 'i' ? "" : ", ",
	    column[0] == 'i' ? "" : column, key_tail(w, t, "unique"));
	emit_comment(w, mem_printf(w->sql, "CONSTRAINT only_%d ON %s", t,
	    table_name(t)), mem_printf(w->sql, "table %d unique", t));
}

static void
write_checks(struct world *w, int t)
{
	for (int k = 0; k < 2; k++) {
		unsigned check = world_rare(w, 50, 5, "table %d check %d", t, k);

		if (check == 0)
			continue;
		buffer_printf(w->sql, "ALTER TABLE %s ADD CONSTRAINT check_%d_%d ",
		    table_name(t), t, k);
		if (check == 4 && world_has(w, "function 0"))
			buffer_puts(w->sql, "CHECK (s1.f0(id::int) < 1000)");
		else
			buffer_printf(w->sql, "CHECK (id < %u)", 500 + check);
		if (!table_partitioned(w, t) &&
		    world_chance(w, 15, "table %d check %d no inherit", t, k))
			buffer_puts(w->sql, " NO INHERIT");
		/* Partitions that are there and those that come would differ. */
		if (!table_partitioned(w, t) &&
		    world_chance(w, 15, "table %d check %d not valid", t, k))
			buffer_puts(w->sql, " NOT VALID");
		buffer_puts(w->sql, ";\n");
	}
}

static void
write_foreign_key(struct world *w, int t)
{
	static const char *const actions[] = { "", " ON DELETE CASCADE",
	    " ON UPDATE RESTRICT", " ON DELETE NO ACTION ON UPDATE CASCADE" };
	int target = (int)world_pick(w, TABLES - 1, "table %d refers to", t);

	/* Rows of tables 0 and 1 would find nothing there. */
	if (t < 2 || target == t || !has_key(w, target) ||
	    key_tail(w, target, "key")[0] != '\0' ||
	    !world_chance(w, 50, "table %d foreign key", t))
		return;
	emit(w, "ALTER TABLE %s ADD CONSTRAINT ref_%d FOREIGN KEY (id) REFERENCES "
	    "%s (id)%s%s%s", table_name(t), t, table_name(target),
	    actions[world_pick(w, COUNT_OF(actions), "table %d ref action", t)],
	    key_tail(w, t, "ref"), !table_partitioned(w, t) &&
	    world_chance(w, 20, "table %d ref not valid", t) ? " NOT VALID" : "");
}

static void
write_exclusion(struct world *w, int t)
{
	if (!table_partitioned(w, t) &&
	    world_chance(w, 15, "table %d exclusion", t))
		emit(w, "ALTER TABLE %s ADD CONSTRAINT alone_%d EXCLUDE USING "
		    "btree (id WITH =)%s", table_name(t), t,
		    world_chance(w, 40, "table %d exclusion where", t) ?
		    " WHERE (id > 3)" : "");
}

static const char *
index_columns(struct world *w, int t, int i)
{
	const char *column = table_orderable(w, t,
	    (int)world_pick(w, COLUMNS, "table %d index %d column", t, i));

	switch (world_pick(w, 6, "table %d index %d kind", t, i)) {
	case 1:
		return mem_printf(w->sql, "%s DESC NULLS LAST", column);
	case 2:
		if (world_has(w, "function 0"))
			return "s1.f0(id::int)";
		return "(id + 1)";
	case 3:
		return "(id + 1)";
	case 4:
		return mem_printf(w->sql, "id, (id %% %u)",
		    world_pick(w, 3, "table %d index %d modulus", t, i) + 2);
	default:
		return column;
	}
}

static void
write_index(struct world *w, int t, int i)
{
	const char *name = mem_printf(w->sql, "i%d_%d", t, i);
	const char *schema = t == 1 ? "s2" : "s1";
	bool parted = table_partitioned(w, t);
	bool unique = i == 0 && world_chance(w, 40, "table %d index %d unique", t, i);
	bool partial = world_chance(w, 20, "table %d index %d where", t, i);
	bool hash = !unique && world_chance(w, 15, "table %d index %d hash", t, i);

	emit(w, "CREATE %sINDEX %s ON %s USING %s (%s)%s%s%s",
	    unique ? "UNIQUE " : "", name, table_name(t), hash ? "hash" : "btree",
	    unique || hash ? "id" : index_columns(w, t, i),
	    !hash && world_chance(w, 15, "table %d index %d includes", t, i) ?
	    " INCLUDE (id)" : "",
	    world_chance(w, 15, "table %d index %d option", t, i) ?
	    " WITH (fillfactor = 70)" : "", partial ?
	    mem_printf(w->sql, " WHERE id > %u",
	    world_pick(w, 3, "table %d index %d limit", t, i)) : "");
	emit_comment(w, mem_printf(w->sql, "INDEX %s.%s", schema, name),
	    mem_printf(w->sql, "table %d index %d", t, i));
	if (parted)
		return;
	if (!partial && !hash && world_chance(w, 10, "table %d index %d clustered", t, i))
		emit(w, "ALTER TABLE %s CLUSTER ON %s", table_name(t), name);
	if (unique && !partial &&
	    world_chance(w, 20, "table %d index %d replica", t, i))
		emit(w, "ALTER TABLE %s REPLICA IDENTITY USING INDEX %s",
		    table_name(t), name);
}

static void
write_statistics(struct world *w, int t)
{
	const char *column = table_orderable(w, t, 4);

	if (column[0] != 'c' || !world_chance(w, 25, "table %d statistics", t))
		return;
	emit(w, "CREATE STATISTICS s1.stat_%d%s ON id, %s FROM %s", t,
	    world_chance(w, 40, "table %d statistics kind", t) ?
	    " (ndistinct)" : "", column, table_name(t));
	if (world_chance(w, 30, "table %d statistics target", t))
		emit(w, "ALTER STATISTICS s1.stat_%d SET STATISTICS 50", t);
	emit_comment(w, mem_printf(w->sql, "STATISTICS s1.stat_%d", t),
	    mem_printf(w->sql, "table %d statistics", t));
}

void
write_table_parts(struct world *w)
{
	for (int t = 0; t < TABLES; t++) {
		if (!table_is(w, t))
			continue;
		write_key(w, t);
		write_unique(w, t);
		write_checks(w, t);
		write_exclusion(w, t);
		for (int i = 0; i < 3; i++)
			if (world_chance(w, 35, "table %d index %d", t, i))
				write_index(w, t, i);
		write_statistics(w, t);
	}
	for (int t = 0; t < TABLES; t++)
		if (table_is(w, t))
			write_foreign_key(w, t);
}
