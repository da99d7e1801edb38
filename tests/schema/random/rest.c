/* tests/schema/random/rest.c - views, and what watches or guards tables. */

#include "base/memory.h"
#include "schema/random/world.h"

static void
write_view(struct world *w, int v)
{
	static const char *const options[] = { "",
	    " WITH (security_barrier = true)", " WITH (check_option = local)" };
	const char *column = table_orderable(w, v,
	    (int)world_pick(w, COLUMNS, "view %d column", v));

	emit(w, "CREATE VIEW s1.v%d%s AS SELECT id%s%s%s FROM %s%s", v,
	    options[world_rare(w, 60, COUNT_OF(options), "view %d option", v)],
	    column[0] == 'i' ? "" : ", ", column[0] == 'i' ? "" : column,
	    v == 1 && world_has(w, "function 1") ? ", s1.f1(id::int) AS made" : "",
	    table_name(v), world_chance(w, 40, "view %d where", v) ?
	    " WHERE id > 2" : "");
	emit_comment(w, mem_printf(w->sql, "VIEW s1.v%d", v),
	    mem_printf(w->sql, "view %d", v));
	emit_comment(w, mem_printf(w->sql, "COLUMN s1.v%d.id", v),
	    mem_printf(w->sql, "view %d id", v));
	if (world_chance(w, 20, "view %d default", v))
		emit(w, "ALTER VIEW s1.v%d ALTER id SET DEFAULT 3", v);
	if (world_chance(w, 20, "view %d trigger", v))
		emit(w, "CREATE TRIGGER instead INSTEAD OF INSERT ON s1.v%d "
		    "FOR EACH ROW EXECUTE FUNCTION s1.touch()", v);
	if (world_chance(w, 20, "view %d grant", v))
		emit(w, "GRANT SELECT ON s1.v%d TO r1", v);
}

void
write_views(struct world *w)
{
	for (int v = 0; v < 3; v++)
		if (table_is(w, v) && world_chance(w, 60, "view %d", v))
			write_view(w, v);
	if (table_is(w, 0) && world_chance(w, 60, "view 0") &&
	    world_chance(w, 50, "view over view"))
		emit(w, "CREATE VIEW s1.over AS SELECT id, id::text AS t FROM s1.v0");
	if (!table_is(w, 2) || !world_chance(w, 50, "matview"))
		return;
	emit(w, "CREATE MATERIALIZED VIEW s1.m AS SELECT id, %s AS c FROM s1.t2%s",
	    table_orderable(w, 2, 1),
	    world_chance(w, 30, "matview empty") ? " WITH NO DATA" : "");
	if (world_chance(w, 50, "matview index"))
		emit(w, "CREATE INDEX m_idx ON s1.m (%s)",
		    world_chance(w, 40, "matview index column") ? "c" : "id");
	emit_comment(w, "MATERIALIZED VIEW s1.m", "matview");
	if (w->major >= 14 && world_chance(w, 40, "standard body"))
		emit(w, "CREATE FUNCTION s1.least() RETURNS bigint LANGUAGE sql "
		    "BEGIN ATOMIC SELECT min(id) FROM s1.t2; END");
}

static void
write_trigger(struct world *w, int t)
{
	static const char *const states[] = { NULL, "DISABLE TRIGGER",
	    "ENABLE ALWAYS TRIGGER", "ENABLE REPLICA TRIGGER" };
	unsigned state = world_rare(w, 70, COUNT_OF(states),
	    "table %d trigger state", t);

	if (!world_chance(w, 40, "table %d trigger", t))
		return;
	emit(w, "CREATE TRIGGER watch %s %s ON %s FOR EACH ROW%s EXECUTE FUNCTION "
	    "s1.touch()", world_chance(w, 40, "table %d trigger after", t) ?
	    "AFTER" : "BEFORE", world_chance(w, 40, "table %d trigger update", t) ?
	    "UPDATE OF id" : "INSERT OR UPDATE", table_name(t),
	    world_chance(w, 30, "table %d trigger when", t) ?
	    " WHEN (NEW.id > 0)" : "");
	if (state > 0)
		emit(w, "ALTER TABLE %s %s watch", table_name(t), states[state]);
	emit_comment(w, mem_printf(w->sql, "TRIGGER watch ON %s", table_name(t)),
	    mem_printf(w->sql, "table %d trigger", t));
}

static void
write_policy(struct world *w, int t)
{
	static const char *const commands[] = { "ALL", "SELECT", "UPDATE",
	    "DELETE" };

	if (!world_chance(w, 35, "table %d policy", t))
		return;
	emit(w, "CREATE POLICY p ON %s AS %s FOR %s TO %s USING (id > %u)",
	    table_name(t), world_chance(w, 30, "table %d policy restricts", t) ?
	    "RESTRICTIVE" : "PERMISSIVE",
	    commands[world_pick(w, COUNT_OF(commands), "table %d policy for", t)],
	    world_chance(w, 40, "table %d policy to", t) ? "r1, r2" : "PUBLIC",
	    world_pick(w, 3, "table %d policy limit", t));
	emit_comment(w, mem_printf(w->sql, "POLICY p ON %s", table_name(t)),
	    mem_printf(w->sql, "table %d policy", t));
}

static void
write_grants(struct world *w, int t)
{
	static const char *const privileges[] = { "SELECT", "INSERT, UPDATE",
	    "ALL", "TRUNCATE, TRIGGER" };
	const char *column = table_orderable(w, t, 1);

	for (int r = 1; r < 3; r++)
		if (world_chance(w, 25, "table %d grant %d", t, r))
			emit(w, "GRANT %s ON %s TO r%d%s", privileges[world_pick(w,
			    COUNT_OF(privileges), "table %d privilege %d", t, r)],
			    table_name(t), r,
			    world_chance(w, 20, "table %d option %d", t, r) ?
			    " WITH GRANT OPTION" : "");
	if (world_chance(w, 20, "table %d column grant", t))
		emit(w, "GRANT SELECT (%s), UPDATE (id) ON %s TO r2", column,
		    table_name(t));
}

static void
write_rule(struct world *w, int t)
{
	if (!table_partitioned(w, t) && world_chance(w, 20, "table %d rule", t))
		emit(w, "CREATE RULE quiet AS ON DELETE TO %s WHERE OLD.id = %u "
		    "DO INSTEAD NOTHING", table_name(t),
		    world_pick(w, 3, "table %d rule id", t));
}

static void
write_publication(struct world *w)
{
	if (!world_chance(w, 50, "publication"))
		return;
	emit(w, "CREATE PUBLICATION pub WITH (publish = '%s')",
	    world_chance(w, 40, "publication what") ? "insert" :
	    "insert, update, delete, truncate");
	for (int t = 0; t < 4; t++)
		if (table_is(w, t) && world_chance(w, 40, "publication table %d", t))
			emit(w, "ALTER PUBLICATION pub ADD TABLE ONLY %s%s",
			    table_name(t), w->major >= 15 &&
			    !table_partitioned(w, t) &&
			    world_chance(w, 40, "publication where %d", t) ?
			    " WHERE (id > 1)" : "");
	if (w->major >= 15 && world_chance(w, 20, "publication schema"))
		emit(w, "ALTER PUBLICATION pub ADD TABLES IN SCHEMA s1");
	emit_comment(w, "PUBLICATION pub", "publication");
}

static void
write_default_privileges(struct world *w)
{
	if (world_chance(w, 25, "default privileges"))
		emit(w, "ALTER DEFAULT PRIVILEGES IN SCHEMA s1 GRANT %s ON TABLES "
		    "TO r1", world_chance(w, 40, "default privilege") ? "ALL" :
		    "SELECT");
	if (world_chance(w, 15, "default execute"))
		emit(w, "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM "
		    "PUBLIC");
}

static void
write_foreign(struct world *w)
{
	if (!world_chance(w, 50, "wrapper"))
		return;
	emit(w, "CREATE FOREIGN DATA WRAPPER far%s",
	    world_chance(w, 40, "wrapper option") ? " OPTIONS (debug 'true')" : "");
	emit(w, "CREATE SERVER there FOREIGN DATA WRAPPER far OPTIONS (host 'h%u')",
	    world_pick(w, 3, "server host"));
	emit_comment(w, "SERVER there", "server");
	if (world_chance(w, 50, "user mapping"))
		emit(w, "CREATE USER MAPPING FOR r1 SERVER there");
	if (world_chance(w, 60, "foreign table"))
		emit(w, "CREATE FOREIGN TABLE s1.ft (id int%s%s) SERVER there "
		    "OPTIONS (name 'n%u')",
		    world_chance(w, 50, "foreign not null") ? " NOT NULL" : "",
		    world_chance(w, 50, "foreign column") ? ", a text" : "",
		    world_pick(w, 3, "foreign option"));
}

static void
write_event_trigger(struct world *w)
{
	if (!world_chance(w, 25, "event trigger"))
		return;
	emit(w, "CREATE FUNCTION s1.seen() RETURNS event_trigger LANGUAGE plpgsql "
	    "AS 'BEGIN NULL; END'");
	emit(w, "CREATE EVENT TRIGGER seen ON %s EXECUTE FUNCTION s1.seen()",
	    world_chance(w, 40, "event trigger on") ? "sql_drop" :
	    "ddl_command_end");
	if (world_chance(w, 30, "event trigger state"))
		emit(w, "ALTER EVENT TRIGGER seen DISABLE");
}

void
write_rest(struct world *w)
{
	for (int t = 0; t < TABLES; t++)
		if (table_is(w, t)) {
			write_trigger(w, t);
			write_policy(w, t);
			write_rule(w, t);
			write_grants(w, t);
		}
	if (world_chance(w, 30, "schema grant"))
		emit(w, "GRANT USAGE ON SCHEMA s1 TO r1");
	if (world_chance(w, 20, "touch grant"))
		emit(w, "REVOKE EXECUTE ON FUNCTION s1.touch() FROM PUBLIC");
	if (world_has(w, "sequence 0") && world_chance(w, 20, "sequence grant"))
		emit(w, "GRANT USAGE ON SEQUENCE s1.q0 TO r2");
	write_publication(w);
	write_default_privileges(w);
	write_foreign(w);
	write_event_trigger(w);
}
