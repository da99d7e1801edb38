/* tests/faults/window.c - windows that faults befall. */

#include "harness/test.h"

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "faults/judge.h"
#include "faults/window.h"
#include "harness/cluster.h"

#define RESUMES_MAX	10

/* One of each that leaves something behind; each names its effect "its id". */
static const char steps[] =
    "  - {id: look, check: \"SELECT count(*) FROM effects\", register: before,"
    " expect: {value: 0}}\n"
    "  - id: fill\n"
    "    sql: |\n"
    "      INSERT INTO effects VALUES ('fill');\n"
    "      INSERT INTO effects VALUES ('fill') RETURNING 42;\n"
    "    register: answer\n"
    "    verify: {query: \"SELECT count(*) FROM effects\", expect: {value: 2}}\n"
    "  - {id: use, sql: \"INSERT INTO effects VALUES ('use ' || :'answer' ||"
    " :'before')\"}\n"
    "  - {id: index, transaction: false, sql: \"CREATE INDEX CONCURRENTLY"
    " index ON effects (what)\"}\n"
    "  - {id: spread, backfill: {table: numbers, key: n, batch: 4, sql:"
    " \"INSERT INTO effects SELECT 'batch' || n FROM numbers WHERE n BETWEEN"
    " $1 AND $2\"}}\n"
    "  - {id: shell, run: \"echo shell >>$LINES_FILE; echo said\"}\n"
    "  - {id: ask, manual: [\"Tell all\"]}\n"
    "  - {id: backup, backup: {format: custom}, register: backup}\n"
    "  - id: drop\n"
    "    target: box\n"
    "    class: B\n"
    "    approval: {min: 1}\n"
    "    sql: |\n"
    "      DROP TABLE junk;\n"
    "      INSERT INTO effects VALUES ('drop');\n"
    "  - {id: count, check: \"SELECT count(*) FROM effects\", expect: {value: 13}}\n";

static const char decisions[] =
    "[{\"step\": \"book/ask\", \"principal\": \"ben\","
    " \"answer\": {\"items\": [true]}},"
    " {\"step\": \"book/drop\", \"principal\": \"ben\","
    " \"decision\": \"approve\"}]";

static struct stage *stage;	/* of this point; null between them */

struct stage *
window_begin(const struct fault_window *w)
{
	stage = w->begin();
	return stage;
}

int
window_end(void **state)
{
	(void)state;
	if (stage != NULL)
		stage_free(stage);
	stage = NULL;
	return 0;
}

/*
 * Where it stands, or anew where it had not begun: then its folder is gone, or
 * is not whole, or has no record yet of the values that were given.
 */
static struct ended
go_on(const struct fault_window *w, struct stage *s)
{
	bool is_new = !stage_has_run(s) && (s->vars != NULL ||
	    !file_exists(path_join(s, s->folder, "created.json")));

	if (!file_exists(s->folder)) {
		w->renew(s);
		is_new = true;
	}
	return stage_run(s, is_new, NULL);
}

/* False: it is not to be brought to its end. */
static bool
come_to_an_end(const struct fault_window *w, struct stage *s,
    struct findings *f)
{
	struct ended r = { 0 };
	int i;

	for (i = 0; i < RESUMES_MAX; i++) {
		struct run_state *state;

		/* The very last record may have been what it died of. */
		if (stage_has_run(s) && stage_state(s, s)->is_closed)
			return true;
		r = go_on(w, s);
		if (!stage_has_run(s))
			continue;
		state = stage_state(s, s);
		if (state->is_closed && r.code != 0)
			findings_add(f, &f->unfinished, "closed, with exit "
			    "code %d: %s", r.code, r.err);
		if (str_equal(state_waits_for(state), "failure")) {
			f->persons++;
			stage_person(s);
		}
	}
	findings_add(f, &f->unfinished, "not closed after %d resumes: %s\n%s",
	    RESUMES_MAX, r.err, r.out);
	return false;
}

void
window_resume(const struct fault_window *w, struct stage *s,
    struct findings *f)
{
	int before = findings_sum(f);

	if (come_to_an_end(w, s, f))
		w->compare(s, f);
	if (findings_sum(f) > before)
		print_message("# journal: %s\n", stage_keep(s));
}

int64_t
window_undisturbed_ms(const struct fault_window *w)
{
	struct findings f = { .kind = "undisturbed" };
	static const struct fault_window *measured;
	static int64_t took_ms;
	struct stage *s;

	if (measured == w)
		return took_ms;
	s = window_begin(w);
	took_ms = clock_mono_ms();
	stage_ends_with(stage_run(s, true, NULL), 0);
	took_ms = clock_mono_ms() - took_ms;
	w->compare(s, &f);
	assert_int_equal(findings_sum(&f), 0);
	window_end(NULL);
	measured = w;
	return took_ms;
}

/* ---- the small window ------------------------------------------------------- */

static void
small_renew(struct stage *s)
{
	stage_runbook(s, steps);
}

static struct stage *
small_begin(void)
{
	struct stage *s = stage_new(NULL);

	s->is_json = true;
	small_renew(s);
	stage_prepare(s, decisions);
	return s;
}

/* Effects are counted in the databases: more than there should be ran twice. */
static void
small_effects(struct stage *s, const char *database, const char *wanted,
    struct findings *f)
{
	char *twice = cluster_value(s, database, "SELECT string_agg(what || "
	    "' ' || n, ',' ORDER BY what) FROM (SELECT what, count(*) AS n FROM"
	    " effects GROUP BY what) x WHERE n > CASE what WHEN 'fill' THEN 2 "
	    "ELSE 1 END");
	char *effects = stage_effects(s, database);

	if (twice != NULL)
		findings_add(f, &f->double_runs, "%s", twice);
	else if (!str_equal(effects, wanted))
		findings_add(f, &f->other_ends, "effects are %s, not %s",
		    effects, wanted);
}

static void
small_things(struct stage *s, const struct run_state *state,
    struct findings *f)
{
	char *indexes = cluster_value(s, s->shop, "SELECT string_agg("
	    "indexrelid::regclass::text || ' ' || indisvalid::text, ',') FROM "
	    "pg_index WHERE indrelid = 'effects'::regclass");

	if (!str_equal(indexes, "index true"))
		findings_add(f, &f->other_ends, "indexes: %s", indexes);
	if (cluster_value(s, s->box, "SELECT to_regclass('junk')::text") != NULL)
		findings_add(f, &f->other_ends, "junk is still there");
	if (json_str(json_object_get(state->values, "backup"), "sha256") == NULL)
		findings_add(f, &f->other_ends, "there is no backup");
	if (stage_lines(s) > 1)
		findings_add(f, &f->double_runs, "the command ran %d times",
		    stage_lines(s));
	if (stage_lines(s) < 1)
		findings_add(f, &f->other_ends, "the command did not run");
}

static void
small_compare(struct stage *s, struct findings *f)
{
	const char *const databases[] = { s->shop, s->box, NULL };
	struct run_state *state = stage_state(s, s);
	size_t i;

	if (!str_equal(state->outcome, "done"))
		findings_add(f, &f->unfinished, "the run is %s",
		    state->outcome);
	for (i = 0; i < state->step_count; i++)
		if (state->steps[i].status != STEP_DONE &&
		    !str_equal(state->steps[i].skip_reason, SEEN_EFFECT))
			findings_add(f, &f->unfinished, "step %s is %s",
			    state->steps[i].id,
			    step_status_word(state->steps[i].status));
	small_effects(s, s->shop, "batch1 1,batch10 1,batch2 1,batch3 1,"
	    "batch4 1,batch5 1,batch6 1,batch7 1,batch8 1,batch9 1,fill 2,"
	    "use 420 1", f);
	small_effects(s, s->box, "drop 1", f);
	small_things(s, state, f);
	judge_run(s, databases, NULL, f);
}

const struct fault_window small_window = {
	"small window", small_begin, small_renew, small_compare,
};
