/*
 * steps/plan.c - what a person sees and signs.
 */

#include <stdarg.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/redact.h"
#include "base/str.h"
#include "postgres/sql.h"
#include "steps/plan.h"

#define TEXT_SHOWN	32768	/* bytes; the hash is over all of it */
#define STATEMENT_SHOWN	4096
#define STATEMENT_FRAME	256	/* what stands around its text, about */
#define STATEMENTS_SHOWN 400	/* those of class B are listed beyond it */
#define LIST_MAX	(512 * 1024)	/* bytes; a journal's record has twice as many */

static json_t *
shown_text(const struct attempt *a, const char *text, size_t limit)
{
	size_t size = strlen(text);
	struct buffer *b = buffer_new(NULL);
	const char *safe;
	json_t *j;

	buffer_add(b, text, size > limit ? limit : size);
	if (size > limit)
		buffer_printf(b, "\n... (%zu bytes in all)", size);
	safe = b->data;
	if (a->host->run != NULL && a->host->run->redactor != NULL)
		safe = redact_text(b, a->host->run->redactor, b->data);
	j = json_text(safe, strlen(safe));
	talloc_free(b);
	return j;
}

static void
put_default_undo(const struct attempt *a, struct plan *p)
{
	if (a->step->rollback != NULL)
		plan_undo(p, "%s", a->step->rollback);
	else if (p->class_ == CLASS_R)
		plan_undo(p, "nothing to undo: it reads only");
	else
		plan_undo(p, "no way back is written down for this step");
}

struct plan *
plan_text(struct attempt *a, enum step_class class_, const char *reason,
    const char *text)
{
	struct plan *p = NEW(a, struct plan);
	char sha256[SHA256_HEX_SIZE];

	sha256_of(text, strlen(text), sha256);
	p->class_ = class_;
	p->reason = mem_strdup(p, reason);
	if (a->step->class_declared && a->step->class_ > class_) {
		p->class_ = a->step->class_;
		p->reason = "declared in the runbook";
	}
	p->shown = json_owned(p, json_pack("{s:o, s:s, s:[], s:[]}",
	    "text", shown_text(a, text, TEXT_SHOWN), "sha256", sha256,
	    "statements", "lines"));
	put_default_undo(a, p);
	a->plan = p;
	return p;
}

void
plan_raise(struct plan *p, enum step_class class_, const char *reason)
{
	if (class_ <= p->class_)
		return;
	p->class_ = class_;
	p->reason = mem_strdup(p, reason);
}

static const enum step_class class_of[] = {
	[SQL_READS] = CLASS_R, [SQL_ADDITIVE] = CLASS_A,
	[SQL_DESTRUCTIVE] = CLASS_B
};

static json_t *
statement_json(const struct attempt *a, const struct sql_statement *st)
{
	json_t *j = json_pack("{s:o, s:s, s:s}",
	    "text", shown_text(a, st->text, STATEMENT_SHOWN),
	    "class", class_name(class_of[st->class_]),
	    "reason", st->reason != NULL ? st->reason : "");

	if (st->lock != NULL)
		json_object_set_new(j, "lock", json_string(st->lock));
	if (st->relation != NULL)
		json_object_set_new(j, "relation", json_text(st->relation,
		    strlen(st->relation)));
	return j;
}

/* How many are not listed stands in one line, however many scripts add up. */
static void
say_left_out(struct plan *p)
{
	json_t *lines = json_object_get(p->shown, "lines");

	if (p->left_out == 0)
		return;
	if (p->left_out_line == 0) {
		json_array_append_new(lines, json_null());
		p->left_out_line = json_array_size(lines);
	}
	json_array_set_new(lines, p->left_out_line - 1, memory_check(
	    json_sprintf("%zu more statements run and are not listed, %zu of "
	    "them of class B; what is signed is the hash over all of them",
	    p->left_out, p->left_out_b)));
}

static void
list_statement(struct attempt *a, struct plan *p, const struct sql_statement *st)
{
	json_t *list = json_object_get(p->shown, "statements");
	bool is_b = class_of[st->class_] == CLASS_B;
	size_t size = strlen(st->text);

	size = size > STATEMENT_SHOWN ? STATEMENT_SHOWN : size;
	if ((is_b || json_array_size(list) < STATEMENTS_SHOWN) &&
	    p->listed_bytes + size <= LIST_MAX) {
		json_array_append_new(list, statement_json(a, st));
		p->listed_bytes += size + STATEMENT_FRAME;
		return;
	}
	p->left_out++;
	p->left_out_b += is_b;
}

void
plan_add_sql(struct attempt *a, struct plan *p, const char *sql)
{
	struct sql_script *script = sql_parse(NULL, sql);
	size_t i;

	for (i = 0; i < script->count; i++) {
		const struct sql_statement *st = &script->statements[i];

		plan_raise(p, class_of[st->class_], st->reason);
		list_statement(a, p, st);
	}
	say_left_out(p);
	if (script->parse_error.code != ERR_NONE)
		plan_raise(p, CLASS_B, "a statement that the grammar does not know");
	talloc_free(script);
}

struct plan *
plan_sql(struct attempt *a, const char *sql)
{
	struct plan *p = plan_text(a, CLASS_R, "reads only", sql);

	plan_add_sql(a, p, sql);
	put_default_undo(a, p);
	return p;
}

void
plan_cost(struct plan *p, size_t statement, const char *text)
{
	json_t *list = json_object_get(p->shown, "statements");
	json_t *st = json_array_get(list, statement);
	const char *before = json_str(st, "cost");
	char *all;

	if (st == NULL)
		return;
	all = mem_printf(NULL, "%s%s%s", before != NULL ? before : "",
	    before != NULL ? " · " : "", text);
	json_object_set_new(st, "cost", json_text(all, strlen(all)));
	talloc_free(all);
}

/* "about 80,000 rows, 8.5 MB"; null: no such table, or an empty one. */
static char *
figures(const void *owner, const struct pg_result *r)
{
	const char *rows;

	if (r->rows != 1 || pg_value_int(r, 0, 1) == 0)
		return NULL;
	rows = pg_value_int(r, 0, 0) < 0 ? "rows were never counted" :
	    mem_printf(owner, "about %s rows",
	    str_count(owner, pg_value_int(r, 0, 0)));
	return mem_printf(owner, "%s, %s", rows,
	    str_bytes(owner, pg_value_int(r, 0, 1)));
}

int
plan_measure(struct plan *p, struct pg_session *s, struct error *err)
{
	static const char query[] =
	    "SELECT c.reltuples::pg_catalog.int8,"
	    " pg_catalog.pg_total_relation_size(c.oid)"
	    " FROM pg_catalog.pg_class c"
	    " WHERE c.oid = pg_catalog.to_regclass($1)";
	json_t *list = json_object_get(p->shown, "statements"), *st;
	struct pg_result *r;
	const char *relation;
	char *text;
	size_t i;

	json_array_foreach(list, i, st) {
		relation = json_str(st, "relation");
		if (relation == NULL || !str_equal(json_str(st, "class"), "B"))
			continue;
		if (pg_exec(p, s, query, 1, &relation, &r, err) < 0)
			return error_context(err,
			    "could not measure relation %s", relation);
		text = figures(r, r);
		if (text != NULL)
			plan_cost(p, i, text);
		talloc_free(r);
	}
	return 0;
}

/* Does somebody's word for this digest still stand? */
static bool
is_signed(const struct step_state *step, const char *digest)
{
	int64_t now_us = clock_now_us();
	size_t i;

	for (i = 0; i < step->sign_count; i++) {
		const struct sign_state *g = &step->signs[i];

		if (!g->is_refusal && !g->is_void &&
		    str_equal(g->digest, digest) &&
		    (g->expires_us == 0 || g->expires_us > now_us))
			return true;
	}
	return false;
}

void
plan_keep_figures(struct attempt *a)
{
	const struct attempt_state *was = attempt_before(a);
	json_t *now = json_object_get(a->plan->shown, "statements"), *st;
	const json_t *then, *cost;
	size_t i;

	if (was == NULL || !str_equal(json_str(was->shown, "sha256"),
	    json_str(a->plan->shown, "sha256")) ||
	    !is_signed(state_step(a->host->run->state, a->id), was->digest))
		return;
	then = json_object_get(was->shown, "statements");
	if (json_array_size(then) != json_array_size(now))
		return;
	json_array_foreach(now, i, st) {
		cost = json_object_get(json_array_get(then, i), "cost");
		if (cost != NULL)
			json_object_set_new(st, "cost", json_deep_copy(cost));
		else
			json_object_del(st, "cost");
	}
}

static json_t *
format(const char *fmt, va_list args)
{
	char *text = memory_check(talloc_vasprintf(NULL, fmt, args));
	json_t *j = json_text(text, strlen(text));

	talloc_free(text);
	return j;
}

void
plan_line(struct plan *p, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	json_array_append_new(json_object_get(p->shown, "lines"),
	    format(fmt, args));
	va_end(args);
}

void
plan_undo(struct plan *p, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	json_object_set_new(p->shown, "undo", format(fmt, args));
	va_end(args);
}
