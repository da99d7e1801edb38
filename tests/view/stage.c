/* tests/view/stage.c - a run that is played to an app. */

#include "view/stage.h"

#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/sample.h"

#define WORST_STATEMENT "ALTER TABLE orders ALTER COLUMN total TYPE numeric(14,2)"

static int
send(void *arg, enum intent_type t, json_t *fields, int64_t *id,
    struct error *err)
{
	struct stage *s = arg;

	(void)err;
	talloc_free(s->sent);
	s->sent = mem_printf(s, "%s %s", intent_name(t),
	    json_stable(s, fields));
	json_decref(fields);
	*id = ++s->sent_count;
	return 0;
}

static void
flush_input(void *arg)
{
	struct stage *s = arg;

	s->flushes++;
}

static void
copy(void *arg, const char *text)
{
	struct stage *s = arg;

	talloc_free(s->copied);
	s->copied = mem_strdup(s, text);
}

struct stage *
stage_new(const void *owner, struct stage_look look)
{
	struct stage *s = NEW(owner, struct stage);
	struct app_host host = { send, flush_input, copy, s };
	struct app_settings set = { .principal = "ana", .ascii = look.ascii,
	    .is_mono = look.is_mono };
	struct error err = { 0 };

	s->rows = look.rows;
	s->columns = look.columns;
	s->ascii = look.ascii;
	s->folder = set.folder = temp_folder(s);
	assert_ok(clock_parse_rfc3339("2026-11-27T01:42:10Z", &s->now_us, &err),
	    &err);
	s->mono_ms = 1000000;
	s->state = state_new(s);
	s->app = app_new_run(s, &set, &host);
	app_set_state(s->app, s->state);
	app_tick(s->app, s->now_us, s->mono_ms);
	return s;
}

void
stage_json(struct stage *s, enum event_type t, json_t *data)
{
	struct event e = { t, event_is_durable(t) ? ++s->seq : 0, s->now_us,
	    data };
	struct error err = { 0 };

	assert_ok(event_check(t, data, &err), &err);
	assert_ok(state_apply(s->state, &e, &err), &err);
	app_event(s->app, &e);
	json_decref(data);
	app_tick(s->app, s->now_us, s->mono_ms);
}

void
stage_event(struct stage *s, enum event_type t, const char *fields)
{
	stage_json(s, t, sample_json(fields));
}

/* ---- the window ------------------------------------------------------------------ */

static const struct {
	const char	*phase, *id, *name, *kind, *class_;
	int		 estimate_ms;
} plan[] = {
	{ "freeze", "announce", "Announce the window", "manual", "R", -1 },
	{ "freeze", "owner", "Name the rollback owner", "manual", "R", -1 },
	{ "freeze", "merges", "Freeze merges", "manual", "R", -1 },
	{ "freeze", "ddl", "Freeze DDL on the database", "freeze", "A", 1000 },
	{ "snapshot", "dump", "Full logical backup", "backup", "R", 180000 },
	{ "snapshot", "history", "Export the migrations table", "sql", "R", 2000 },
	{ "diff", "compare", "Compare expected and actual", "drift", "R", 60000 },
	{ "diff", "review", "Decide on every item", "review", "R", -1 },
	{ "rehearse", "restore", "Restore into an isolated database", "restore", "R", 240000 },
	{ "rehearse", "apply", "Apply there", "migrate", "R", 60000 },
	{ "rollout", "same", "Same database", "guard", "R", -1 },
	{ "rollout", "fingerprint", "Schema unchanged", "guard", "R", -1 },
	{ "rollout", "quiet", "Nothing long runs", "check", "R", -1 },
	{ "rollout", "maintenance", "Maintenance mode on", "run", "A", -1 },
	{ "rollout", "apply", "Apply the reconciliation migrations", "migrate", "B", 6200 },
	{ "rollout", "status", "Status is up to date", "check", "R", 3000 },
	{ "rollout", "drift", "No drift", "drift", "R", 60000 },
	{ "rollout", "smoke", "Smoke checks", "http", "R", 20000 },
	{ "rollout", "unfreeze", "Unfreeze", "unfreeze", "A", 1000 },
	{ "harden", "guard", "CI refuses migrate dev", "run", "R", -1 },
	{ "harden", "docs", "Write down what was learned", "manual", "R", -1 },
	{ "rollback", "stop", "Stop writers", "manual", "R", -1 },
	{ "rollback", "restore", "Restore the validated backup", "restore", "B", 40000 },
};

static json_t *
plan_step(size_t i)
{
	char *id = mem_printf(NULL, "%s/%s", plan[i].phase, plan[i].id);
	json_t *step = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "id", id,
	    "name", plan[i].name, "kind", plan[i].kind, "class", plan[i].class_,
	    "target", "shared", "estimate_ms",
	    (json_int_t)plan[i].estimate_ms);

	if (str_equal(id, "rollout/apply"))
		json_object_set_new(step, "why", json_string(
		    "Makes the shared database match the migrations, in the "
		    "very text that was **rehearsed**.\n\n- one transaction\n"
		    "- `lock_timeout` of 3s, ten tries"));
	talloc_free(id);
	return step;
}

static json_t *
whole_plan(void)
{
	json_t *phases = json_array(), *steps = NULL;
	size_t i;

	for (i = 0; i < COUNT_OF(plan); i++) {
		if (i == 0 || !str_equal(plan[i].phase, plan[i - 1].phase)) {
			steps = json_array();
			json_array_append_new(phases, json_pack(
			    "{s:s, s:s, s:s, s:b, s:o}", "name", plan[i].phase,
			    "title", plan[i].phase, "description",
			    "What this phase is for, in a few words.",
			    "is_rollback", str_equal(plan[i].phase, "rollback"),
			    "steps", steps));
		}
		json_array_append_new(steps, plan_step(i));
	}
	return json_pack("{s:o}", "phases", phases);
}

void
stage_open(struct stage *s)
{
	json_t *opened = sample_json("{'run': '20261127T003000Z-reconcile-1f0a',"
	    "'version': '0.1.0', 'host': 'ops-1', 'operator': {'principal':"
	    " 'ana', 'user': 'ana', 'uid': 1000}, 'window': {'name':"
	    " 'reconcile', 'title': 'Drift reconciliation', 'start':"
	    " '2026-11-27T01:00:00.000Z', 'end': '2026-11-27T03:00:00.000Z',"
	    " 'files': []}}");

	json_object_set_new(opened, "plan", whole_plan());
	stage_json(s, EVENT_RUN_OPENED, opened);
	stage_event(s, EVENT_ENGINE_STARTED, "{'pid': 4711, 'host': 'ops-1'}");
	stage_event(s, EVENT_TARGET_PINNED, "{'target': 'shared', 'environment':"
	    " 'shared', 'identity': {'database': 'shop', 'host':"
	    " 'db-1.internal', 'port': '5432', 'version': '15.8', 'role':"
	    " 'migrator', 'system_identifier': '7391000000000000021'}}");
	stage_event(s, EVENT_ATTACHED, "{'uid': 1000, 'user': 'ana',"
	    " 'principal': 'ana', 'front': 'tui'}");
}

const char *
stage_plan(struct stage *s, const char *step, int attempt, const char *class_,
    const char *shown)
{
	json_t *j = sample_json(shown);
	char *digest = NEW_ARRAY(s, char, SHA256_HEX_SIZE), *stable;

	if (json_object_get(j, "target") == NULL)
		json_object_set_new(j, "target", sample_json(
		    "{'environment': 'shared', 'database': 'shop',"
		    " 'host': 'db-1.internal', 'role': 'migrator',"
		    " 'system_identifier': '7391000000000000021'}"));
	stable = json_stable(digest, j);
	sha256_of(stable, strlen(stable), digest);
	stage_json(s, EVENT_STEP_PLANNED, json_pack("{s:s, s:i, s:s, s:s, s:o}",
	    "step", step, "attempt", attempt, "class", class_, "digest", digest,
	    "shown", j));
	return digest;
}

static void
sign(struct stage *s, const struct step_state *step, int attempt,
    const char *digest)
{
	if (step->rule == NULL)
		stage_json(s, EVENT_SIGNOFF_REQUESTED, json_pack(
		    "{s:s, s:i, s:s, s:s, s:o}", "step", step->id, "attempt",
		    attempt, "class", step->class_, "digest", digest, "rule",
		    sample_json("{'min': 1, 'ceremony': 'key'}")));
	stage_json(s, EVENT_SIGNED, json_pack(
	    "{s:s, s:i, s:s, s:s, s:i, s:s, s:s, s:s, s:s}", "step", step->id,
	    "attempt", attempt, "digest", digest, "principal",
	    "ben@example.com", "uid", 1001, "user", "ben", "strength", "ssh",
	    "role", "reviewer", "expires_at", "2026-11-27T02:06:00.000Z"));
}

void
stage_start(struct stage *s, const char *step, int attempt, const char *digest)
{
	const struct step_state *is = state_step(s->state, step);

	if (!str_equal(is->class_, "R"))
		sign(s, is, attempt, digest);
	stage_json(s, EVENT_ATTEMPT_STARTED, json_pack("{s:s, s:i, s:s}", "step",
	    step, "attempt", attempt, "digest", digest));
}

void
stage_done(struct stage *s, const char *step, const char *class_, int64_t ms)
{
	const char *digest = stage_plan(s, step, 1, class_,
	    "{'text': 'as said', 'statements': [], 'lines': []}");
	int64_t now = s->now_us;

	s->now_us -= ms * 1000;
	stage_start(s, step, 1, digest);
	s->now_us = now;
	stage_json(s, EVENT_ATTEMPT_FINISHED, json_pack("{s:s, s:i, s:s, s:I}",
	    "step", step, "attempt", 1, "outcome", "done", "ms",
	    (json_int_t)ms));
}

void
stage_until_apply(struct stage *s)
{
	size_t i;

	stage_event(s, EVENT_RUN_STARTED, "{'principal': 'ana'}");
	for (i = 0; !str_equal(plan[i].phase, "rollout") ||
	    !str_equal(plan[i].id, "apply"); i++) {
		char *id = mem_printf(s, "%s/%s", plan[i].phase, plan[i].id);

		stage_done(s, id, plan[i].class_, 1000 + (int64_t)i * 7300);
	}
}

const char *
stage_plan_apply(struct stage *s, int attempt)
{
	return stage_plan(s, "rollout/apply", attempt, "B", "{'text':"
	    " 'seven statements', 'sha256': '4e1f00112233445566778899aabbccdd"
	    "4e1f00112233445566778899aabb9c02', 'rehearsal': 'the same text"
	    " that was rehearsed at 00:31 (8 of 8 checks held)',"
	    "'undo': 'restore snapshot 00:12 (validated, 412 MB, about 0:40);"
	    " loses what is written after 00:12',"
	    "'lines': ['rewrites 1,204,331 rows (412 MB)',"
	    " 'loses 18,204 values of users.legacy_id'], 'statements': ["
	    "{'text': 'CREATE INDEX orders_created_idx ON orders (created_at)',"
	    " 'class': 'A', 'reason': 'adds an index', 'lock': 'ShareLock',"
	    " 'cost': 'rehearsed 0.31s'},"
	    "{'text': 'ALTER TYPE order_status ADD VALUE \\'held\\'', 'class':"
	    " 'A', 'reason': 'adds a value', 'cost': 'rehearsed 0.00s'},"
	    "{'text': 'ALTER TABLE orders ADD COLUMN currency text', 'class':"
	    " 'A', 'reason': 'adds a column', 'lock': 'AccessExclusiveLock',"
	    " 'cost': 'rehearsed 0.01s'},"
	    "{'text': '" WORST_STATEMENT "', 'class': 'B', 'reason':"
	    " 'changes a type: the table is rewritten', 'lock':"
	    " 'AccessExclusiveLock', 'cost': 'rehearsed 6.2s'},"
	    "{'text': 'DROP INDEX orders_legacy_idx', 'class': 'A', 'reason':"
	    " 'drops an index', 'lock': 'AccessExclusiveLock', 'cost':"
	    " 'rehearsed 0.00s'},"
	    "{'text': 'ALTER TABLE users DROP COLUMN legacy_id', 'class': 'B',"
	    " 'reason': 'drops a column with its data', 'lock':"
	    " 'AccessExclusiveLock', 'cost': 'rehearsed 0.02s'},"
	    "{'text': 'ANALYZE orders', 'class': 'R', 'reason': 'reads only'}"
	    "]}");
}

const char *
stage_signoff(struct stage *s)
{
	const char *digest = stage_plan_apply(s, 1);
	json_t *rule = sample_json("{'from': ['reviewer'], 'min': 1, 'signed':"
	    " true, 'ceremony': 'typed', 'type_this': 'shop'}");

	stage_json(s, EVENT_SIGNOFF_REQUESTED, json_pack(
	    "{s:s, s:i, s:s, s:s, s:o}", "step", "rollout/apply", "attempt", 1,
	    "class", "B", "digest", digest, "rule", rule));
	return digest;
}

static void
statement(struct stage *s, int number, const char *text, const char *class_,
    int64_t ms)
{
	stage_json(s, EVENT_STATEMENT_STARTED, json_pack(
	    "{s:s, s:i, s:i, s:s, s:s}", "step", "rollout/apply", "attempt", 1,
	    "statement", number, "text", text, "class", class_));
	if (ms >= 0)
		stage_json(s, EVENT_STATEMENT_FINISHED, json_pack(
		    "{s:s, s:i, s:i, s:I, s:s}", "step", "rollout/apply",
		    "attempt", 1, "statement", number, "ms", (json_int_t)ms,
		    "tag", "ALTER TABLE"));
}

void
stage_apply_runs(struct stage *s)
{
	const char *digest = stage_plan_apply(s, 1);

	s->now_us -= 12400000;
	stage_start(s, "rollout/apply", 1, digest);
	stage_event(s, EVENT_SETTINGS_READ, "{'step': 'rollout/apply',"
	    " 'attempt': 1, 'target': 'shared', 'database': 'shop', 'pid': 77,"
	    " 'pooled': false, 'settings': {'lock_timeout': '2s',"
	    " 'statement_timeout': '15min', 'synchronous_commit': 'on',"
	    " 'idle_in_transaction_session_timeout': '0',"
	    " 'idle_session_timeout': '0', 'search_path': 'public',"
	    " 'TimeZone': 'UTC', 'session_replication_role': 'replica'}}");
	statement(s, 1, "CREATE INDEX orders_created_idx ON orders (created_at)",
	    "A", 290);
	statement(s, 2, "ALTER TYPE order_status ADD VALUE 'held'", "A", 1);
	statement(s, 3, "ALTER TABLE orders ADD COLUMN currency text", "A", 10);
	statement(s, 4, WORST_STATEMENT, "B", -1);
	s->now_us += 12400000;
	stage_event(s, EVENT_LOCKS, "{'step': 'rollout/apply', 'report':"
	    "{'pid': 900, 'waiting': true, 'mode': 'AccessExclusiveLock',"
	    " 'relation': 'public.orders', 'waited_ms': 12400, 'blockers': ["
	    "{'pid': 812, 'depth': 0, 'user': 'web', 'application': 'app',"
	    " 'backend_start': '2026-11-27 00:10:00+00', 'state':"
	    " 'idle in transaction', 'state_age_ms': 41000, 'xact_age_ms':"
	    " 41000, 'query': 'SELECT * FROM orders WHERE id = 7 FOR UPDATE',"
	    " 'mode': 'RowShareLock', 'relation': 'public.orders'}],"
	    "'queued': [{'pid': 820, 'depth': 0, 'user': 'web',"
	    " 'application': 'app', 'backend_start': '2026-11-27 01:00:00+00',"
	    " 'state': 'active', 'state_age_ms': 9000, 'xact_age_ms': 9000,"
	    " 'query': 'SELECT count(*) FROM orders', 'mode':"
	    " 'AccessShareLock', 'relation': 'public.orders'},"
	    "{'pid': 821, 'depth': 0, 'user': 'worker', 'application':"
	    " 'queue', 'backend_start': '2026-11-27 01:01:00+00', 'state':"
	    " 'active', 'state_age_ms': 4000, 'xact_age_ms': 4000, 'query':"
	    " 'UPDATE orders SET state = 1', 'mode': 'RowExclusiveLock',"
	    " 'relation': 'public.orders'}]}}");
	app_tick(s->app, s->now_us, s->mono_ms);
}

void
stage_apply_fails(struct stage *s)
{
	const char *error = "'error': {'code': 'sql', 'primary':"
	    " 'numeric field overflow', 'detail': 'A field with precision 14,"
	    " scale 2 must round to an absolute value less than 10^12.',"
	    " 'sqlstate': '22003'}}";

	stage_apply_runs(s);
	stage_event(s, EVENT_STATEMENT_FINISHED, mem_printf(s, "{'step':"
	    " 'rollout/apply', 'attempt': 1, 'statement': 4, 'ms': 12900, %s",
	    error));
	stage_event(s, EVENT_ATTEMPT_FINISHED, mem_printf(s, "{'step':"
	    " 'rollout/apply', 'attempt': 1, 'outcome': 'failed', 'ms': 13300,"
	    " 'proof': 'the transaction was rolled back (marker row absent,"
	    " backend gone): nothing of this step stands', %s", error));
}

static void review(struct stage *s, const char *rule);

void
stage_review(struct stage *s)
{
	review(s, "");
}

void
stage_review_signed(struct stage *s)
{
	review(s, ", 'rule': {'from': [], 'min': 1, 'signed': true}");
}

static void
review(struct stage *s, const char *rule)
{
	size_t i;
	const char *digest;

	stage_event(s, EVENT_RUN_STARTED, "{'principal': 'ana'}");
	for (i = 0; !str_equal(plan[i].id, "review"); i++)
		stage_done(s, mem_printf(s, "%s/%s", plan[i].phase,
		    plan[i].id), plan[i].class_, 1000);
	digest = stage_plan(s, "diff/review", 1, "R",
	    "{'text': 'six items', 'statements': [], 'lines': []}");
	stage_start(s, "diff/review", 1, digest);
	stage_event(s, EVENT_ASKED, mem_printf(s, "%s%s}}",
	    "{'step': 'diff/review', 'attempt': 1,"
	    "'question': {'type': 'review', 'kind': 'review', 'items': ["
	    "{'id': 'i1', 'change': 'alter', 'class': 'B', 'kind': 'column',"
	    " 'key': 'column public.orders.total', 'title': 'orders.total',"
	    " 'attributes': [{'name': 'type', 'expected': 'numeric(14,2)',"
	    " 'actual': 'double precision'}, {'name': 'nullable', 'expected':"
	    " 'no', 'actual': 'yes'}], 'reasons': ['type coercion',"
	    " 'table rewrite', 'strong lock'], 'figures': ['1,204,331 rows,"
	    " 412 MB; 17 values would be rounded', '212 rows are null and"
	    " would fail NOT NULL'], 'lock': 'AccessExclusiveLock',"
	    " 'forward_sql': 'ALTER TABLE orders ALTER COLUMN total TYPE"
	    " numeric(14,2)', 'codify_sql': 'ALTER TABLE orders ALTER COLUMN"
	    " total TYPE double precision'},"
	    "{'id': 'i2', 'change': 'drop', 'class': 'B', 'kind': 'column',"
	    " 'key': 'column public.users.legacy_id', 'title':"
	    " 'users.legacy_id', 'attributes': [], 'reasons': ['data loss'],"
	    " 'figures': ['18,204 values would be lost'], 'forward_sql':"
	    " 'ALTER TABLE users DROP COLUMN legacy_id'},"
	    "{'id': 'i3', 'change': 'add', 'class': 'A', 'kind': 'index',"
	    " 'key': 'index public.orders_created_idx', 'title':"
	    " 'orders_created_idx', 'attributes': [{'name': 'definition',"
	    " 'expected': 'public.orders USING btree (created_at DESC NULLS"
	    " LAST, id) INCLUDE (status, total)'}], 'reasons': [],"
	    " 'figures': [], 'forward_sql': 'CREATE INDEX orders_created_idx"
	    " ON orders (created_at)'},"
	    "{'id': 'i4', 'change': 'alter', 'class': 'A', 'kind': 'enum',"
	    " 'key': 'enum public.order_status', 'title': 'order_status held',"
	    " 'attributes': [{'name': 'labels', 'expected': 'cart, open, held,"
	    " paid, packed, sent, delivered, returned', 'actual': 'cart, open,"
	    " paid, packed, sent, delivered, returned'}],"
	    " 'reasons': [], 'figures': []},"
	    "{'id': 'i5', 'change': 'add', 'class': 'A', 'kind': 'table',"
	    " 'key': 'table public.注文', 'title': '注文履歴', 'attributes': [],"
	    " 'reasons': [], 'figures': []},"
	    "{'id': 'i6', 'change': 'drop', 'class': 'C', 'kind': 'table',"
	    " 'key': 'table public.legacy_audit', 'title': 'legacy_audit',"
	    " 'attributes': [], 'reasons': ['unmanaged'], 'figures': []}"
	    "]", rule));
	stage_event(s, EVENT_DECIDED, "{'step': 'diff/review', 'item': 'i2',"
	    "'truth': 'migrations', 'principal': 'ana'}");
	stage_event(s, EVENT_COMMENTED, "{'step': 'diff/review', 'item': 'i2',"
	    "'text': 'nobody reads it since May', 'principal': 'ben'}");
}

/* ---- keys and eyes ---------------------------------------------------------------- */

void
stage_keys(struct stage *s, const char *keys)
{
	while (*keys != '\0') {
		size_t n = strcspn(keys, " ");
		char *name = mem_strndup(NULL, keys, n);
		struct key_press k = key_named(name);

		app_key(s->app, &k);
		app_tick(s->app, s->now_us, s->mono_ms);
		talloc_free(name);
		keys += n + strspn(keys + n, " ");
	}
}

void
stage_type(struct stage *s, const char *text, bool is_pasted)
{
	char one[2] = "";

	for (; *text != '\0'; text++) {
		struct key_press k;

		one[0] = *text;
		k = key_named(*text == '\n' ? "Enter" : one);
		k.is_pasted = is_pasted;
		app_key(s->app, &k);
	}
}

void
stage_wait(struct stage *s, int64_t ms)
{
	s->now_us += ms * 1000;
	s->mono_ms += ms;
	app_tick(s->app, s->now_us, s->mono_ms);
}

static struct canvas *
render(struct stage *s)
{
	struct canvas *c = canvas_new(s, s->rows, s->columns, s->ascii);

	app_render(s->app, c);
	return c;
}

char *
stage_text(const void *owner, struct stage *s)
{
	return canvas_text(owner, render(s));
}

char *
stage_dump(const void *owner, struct stage *s)
{
	return canvas_dump(owner, render(s));
}
