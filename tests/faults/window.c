/* tests/faults/window.c - a run with one of each that leaves something behind. */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
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

bool
window_wants_all(void)
{
	const char *all = getenv("FAULTS_ALL");

	return all != NULL && *all != '\0' && strcmp(all, "0") != 0;
}

static struct stage *stage;	/* of this point; null between them */

struct stage *
window_begin(void)
{
	stage = stage_new(NULL);
	stage_runbook(stage, steps);
	stage_prepare(stage, decisions);
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
 * Where it stands, or anew where it had not begun: then its folder is gone,
 * or has no journal yet.
 */
static struct ended
go_on(struct stage *s)
{
	if (!file_exists(s->folder))
		stage_runbook(s, steps);
	return stage_run(s, !file_exists(path_join(s, s->folder,
	    "created.json")), NULL);
}

void
window_resume(struct stage *s, int *persons)
{
	struct ended r = { 0 };
	int i;

	for (i = 0; i < RESUMES_MAX; i++) {
		struct run_state *state;

		/* The very last record may have been what it died of. */
		if (stage_has_run(s) && stage_state(s, s)->is_closed)
			return;
		r = go_on(s);
		state = stage_state(s, s);
		if (state->is_closed)
			stage_ends_with(r, 0);
		if (!str_equal(state_waits_for(state), "failure"))
			continue;
		(*persons)++;
		stage_person(s);
		return;
	}
	print_message("%s\n%s\n", r.out, r.err);
	fail_msg("the run is not closed after %d resumes", RESUMES_MAX);
}

void
window_is_as_undisturbed(struct stage *s)
{
	struct run_state *state = stage_state(s, s);
	size_t i;

	assert_true(state->is_closed);
	assert_string_equal(state->outcome, "done");
	for (i = 0; i < state->step_count; i++)
		if (state->steps[i].status != STEP_DONE &&
		    !str_equal(state->steps[i].skip_reason, SEEN_EFFECT))
			fail_msg("step %s is %s", state->steps[i].id,
			    step_status_word(state->steps[i].status));
	assert_string_equal(stage_effects(s, s->shop), "batch1 1,batch10 1,"
	    "batch2 1,batch3 1,batch4 1,batch5 1,batch6 1,batch7 1,batch8 1,"
	    "batch9 1,fill 2,use 420 1");
	assert_string_equal(stage_effects(s, s->box), "drop 1");
	assert_int_equal(stage_lines(s), 1);
	assert_string_equal(cluster_value(s, s->shop, "SELECT string_agg("
	    "indexrelid::regclass::text || ' ' || indisvalid::text, ',') FROM "
	    "pg_index WHERE indrelid = 'effects'::regclass"),
	    "index true");
	assert_null(cluster_value(s, s->box, "SELECT to_regclass('junk')::text"));
	assert_non_null(json_str(json_object_get(state->values, "backup"),
	    "sha256"));
	stage_holds(s);
}
