/* cli/plan.c - "pgrunbook plan": what would run, in full, writing nothing. */

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/params.h"
#include "runbook/load.h"
#include "steps/kind.h"

struct planner {
	struct call	*call;
	const struct window *window;
	struct step_host host;
	json_t		*out;	/* --json: list of steps; null: print */
};

/* A plan never connects: what only a server knows is not in it. */
static const struct pg_target *
no_target(void *arg UNUSED, const char *name, struct error *err)
{
	error_set(err, ERR_CONNECT, "a plan does not connect to \"%s\"", name);
	return NULL;
}

static json_t *
no_intent(void *arg UNUSED)
{
	return NULL;
}

static void
print_text(const char *text)
{
	char *clean = str_printable(NULL, text, strlen(text), true);

	for (char *line = clean, *next; line != NULL; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		if (*line != '\0' || next != NULL)
			printf("       %s\n", line);
	}
	talloc_free(clean);
}

static void
print_step(const struct step *st, const char *id, const struct plan *plan,
    size_t number)
{
	const json_t *statements = json_object_get(plan->shown, "statements");
	const json_t *each;
	char *estimate = st->estimate_ms < 0 ? NULL :
	    duration_short(NULL, st->estimate_ms);
	size_t i;

	printf("\n  %2zu  %s\n       %s, %s, class %s%s%s%s%s%s%s\n", number,
	    st->name, id, st->kind->name, class_name(plan->class_),
	    st->target != NULL ? ", on " : "", st->target != NULL ? st->target : "",
	    estimate != NULL ? ", about " : "", estimate != NULL ? estimate : "",
	    st->when != NULL ? ", only when " : "", st->when != NULL ? st->when : "");
	talloc_free(estimate);
	if (json_array_size(statements) == 0)
		print_text(json_str_or(plan->shown, "text", ""));
	json_array_foreach(statements, i, each) {
		print_text(json_str_or(each, "text", ""));
		printf("         class %s: %s%s%s\n", json_str_or(each, "class", "?"),
		    json_str_or(each, "reason", ""),
		    json_str(each, "lock") != NULL ? ", " : "",
		    json_str_or(each, "lock", ""));
	}
	json_array_foreach(json_object_get(plan->shown, "lines"), i, each)
		print_text(json_string_value(each));
	if (st->rollback != NULL)
		printf("       way back: %s\n", st->rollback);
}

static int
plan_step(struct planner *p, const struct runbook *r, const struct step *st,
    size_t number, struct error *err)
{
	char *id = mem_printf(p->call, "%s/%s", r->name, st->id);
	struct attempt *a = attempt_new(p->call, &p->host, st, id, 1);

	a->is_dry = true;
	if (attempt_plan(a, err) != 0)
		return error_context(err, "step \"%s\"", id);
	if (p->out == NULL)
		print_step(st, id, a->plan, number);
	else
		json_array_append_new(p->out, json_pack(
		    "{s:s, s:s, s:s, s:s*, s:s, s:s*, s:O}", "step", id, "name",
		    st->name, "kind", st->kind->name, "target", st->target,
		    "class", class_name(a->plan->class_), "reason",
		    a->plan->reason, "shown", a->plan->shown));
	talloc_free(a);
	return 0;
}

static int
plan_runbook(struct planner *p, const struct runbook *r, const char *what,
    struct error *err)
{
	if (p->out == NULL)
		printf("\n%s %s: %s\n", what, r->name, r->title);
	for (size_t i = 0; i < r->step_count; i++)
		if (plan_step(p, r, r->steps[i], i + 1, err) != 0)
			return -1;
	return 0;
}

static int
plan_window(struct planner *p, struct error *err)
{
	const struct window *w = p->window;

	if (p->out == NULL)
		printf("%s: %s\n", w->name, w->title);
	for (size_t i = 0; i < w->phase_count; i++)
		if (plan_runbook(p, w->phases[i], "phase", err) != 0)
			return -1;
	if (w->rollback == NULL)
		return 0;
	return plan_runbook(p, w->rollback, "rollback", err);
}

/* Given values and defaults; what is not known yet stays as it is written. */
static void
fill_scope(struct planner *p, const struct runbook *r, const char **vars)
{
	for (size_t i = 0; i < r->param_count; i++) {
		const struct param *param = &r->params[i];
		const char *value = params_given(vars, param->name);

		if (value == NULL)
			value = param->default_text;
		if (value != NULL)
			scope_set(p->host.scope, param->name, json_string(value));
	}
}

int
cli_plan(struct call *c)
{
	struct lint *l = lint_new(c);
	struct planner p = { .call = c };
	struct error err;
	int code = EXIT_DONE;

	error_clear(&err);
	p.window = window_load(c, c->args[0], step_kinds(), l);
	lint_print(l, stderr);
	if (p.window == NULL)
		return EXIT_LINT;
	p.host = (struct step_host){
		.loop = loop_new(c), .window = p.window, .scope = scope_new(c),
		.target = no_target, .take_intent = no_intent, .is_headless = true,
	};
	for (size_t i = 0; i < p.window->phase_count; i++)
		fill_scope(&p, p.window->phases[i], c->options.var);
	if (p.window->rollback != NULL)
		fill_scope(&p, p.window->rollback, c->options.var);
	if (c->options.json)
		p.out = json_array();
	if (plan_window(&p, &err) != 0)
		code = command_fail(&err);
	else if (p.out != NULL)
		printf("%s\n", json_pretty(c, p.out));
	json_decref(p.out);
	return code;
}
