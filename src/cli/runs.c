/* cli/runs.c - "pgrunbook runs": the runs that there are, newest first. */

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/command.h"
#include "run/folder.h"

/* A rollback runbook that nobody walks is no part of the way. */
static bool
counts(const struct run_state *s, const struct step_state *st)
{
	return s->phases[st->phase].is_rollback == s->in_rollback;
}

static size_t
steps_of(const struct run_state *s, bool only_done)
{
	size_t n = 0;

	for (size_t i = 0; i < s->step_count; i++) {
		const struct step_state *st = &s->steps[i];

		n += counts(s, st) && (!only_done || st->status == STEP_DONE ||
		    st->status == STEP_SKIPPED);
	}
	return n;
}

/* What one reads first: is anybody needed there? */
static const char *
run_word(const struct run_state *s)
{
	if (s->is_closed)
		return s->outcome;
	if (state_waits_for(s) != NULL)
		return "waits";
	return s->engine_lives ? "running" : "stopped";
}

static json_t *
run_json(const char *id, const struct run_state *s, const struct error *err)
{
	char *at;
	json_t *j;

	if (s == NULL)
		return json_pack("{s:s, s:s, s:s}", "run", id, "state", "damaged",
		    "problem", err->primary);
	at = clock_rfc3339(NULL, s->opened_us);
	j = json_pack("{s:s, s:s, s:s*, s:s*, s:s*, s:s*, s:s, s:i, s:i, s:b}",
	    "run", id, "state", run_word(s), "window", s->window,
	    "title", s->title, "operator", s->operator_,
	    "waits_for", s->is_closed ? NULL : state_waits_for(s),
	    "opened_at", at, "steps_done", (int)steps_of(s, true),
	    "steps", (int)steps_of(s, false), "closed", s->is_closed);
	talloc_free(at);
	return j;
}

static void
print_run(const char *id, const struct run_state *s, const struct error *err)
{
	const char *waits;

	if (s == NULL) {
		printf("%-9s %s\n          %s\n", "damaged", id, err->primary);
		return;
	}
	waits = s->is_closed ? NULL : state_waits_for(s);
	printf("%-11s %s  %s  %zu/%zu  %s%s%s\n", outcome_words(run_word(s)), id,
	    s->title != NULL ? s->title : s->window, steps_of(s, true),
	    steps_of(s, false), s->operator_ != NULL ? s->operator_ : "",
	    waits != NULL ? "  waits for: " : "", waits != NULL ? waits : "");
}

int
cli_runs(struct call *c)
{
	char *runs = runs_folder(c, c->options.runs), **ids;
	json_t *list = json_array();
	struct error err;

	error_clear(&err);
	if (run_list(c, runs, &ids, &err) != 0) {
		json_decref(list);
		return command_fail(&err);
	}
	for (size_t i = 0; ids[i] != NULL; i++) {
		void *scratch = talloc_new(c);
		char *folder = path_join(scratch, runs, ids[i]);
		struct run_state *s = run_state_load(scratch, folder, &err);

		if (c->options.json)
			json_array_append_new(list, run_json(ids[i], s, &err));
		else
			print_run(ids[i], s, &err);
		talloc_free(scratch);
	}
	if (c->options.json)
		printf("%s\n", json_pretty(c, list));
	else if (ids[0] == NULL)
		printf("no runs in %s\n", runs);
	json_decref(list);
	return EXIT_DONE;
}
