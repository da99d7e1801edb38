/* runbook/finish.c - what can be said when all steps of a runbook are there. */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "postgres/sql.h"
#include "runbook/loader.h"

static void
check_goto(struct loader *ld, const struct step *s)
{
	const struct runbook *r = s->runbook;
	const char **ids;
	struct lint_finding *f;
	size_t i;

	if (s->on_failure != FAIL_GOTO || step_meant(s, s->goto_id) != NULL)
		return;
	f = lint_error(ld->lint, load_place(s->node, "on_failure"),
	    "no step \"%s\" in this runbook", lint_word(ld->lint, s->goto_id));
	ids = NEW_ARRAY(ld->lint, const char *, r->step_count + 1);
	for (i = 0; i < r->step_count; i++)
		ids[i] = r->steps[i]->id;
	lint_nearest(ld->lint, f, s->goto_id, ids);
}

static void
check_class(struct loader *ld, struct step *s)
{
	enum step_class deserved = CLASS_R;
	struct lint_finding *f;
	char why[256] = "";

	if (s->kind->deserves != NULL)
		deserved = s->kind->deserves(s, why, sizeof(why));
	if (!s->class_declared) {
		s->class_ = deserved;
		return;
	}
	if (s->class_ >= deserved)
		return;
	f = lint_error(ld->lint, load_place(s->node, "class"),
	    "declared class %s, but this is class %s: %s", class_name(s->class_),
	    class_name(deserved), why);
	lint_hint(ld->lint, f, "write \"class: %s\", or leave it out",
	    class_name(deserved));
}

/* It runs unasked after the step, so it must not change anything. */
static void
check_verify(struct loader *ld, const struct step *s)
{
	struct lint_place at = load_place(s->node, "verify");
	struct sql_script *script;

	if (s->verify.query == NULL)
		return;
	if (node_get(node_get(s->node, "verify"), "query") != NULL)
		at = node_get(node_get(s->node, "verify"), "query")->place;
	script = sql_parse(NULL, s->verify.query);
	if (script->class_ != SQL_READS)
		lint_error(ld->lint, at, "\"verify\" must only read: %s",
		    script->reason);
	talloc_free(script);
}

static bool
is_broken(const struct loader *ld, const struct step *s)
{
	size_t i;

	for (i = 0; i < ld->broken_count; i++)
		if (ld->broken[i] == s)
			return true;
	return false;
}

void
load_finish_steps(struct loader *ld, struct runbook *r)
{
	size_t i;

	for (i = 0; i < r->step_count; i++) {
		struct step *s = r->steps[i];
		size_t raised;

		check_goto(ld, s);
		/* A kind may rely on what its table says. */
		if (is_broken(ld, s))
			continue;
		check_verify(ld, s);
		raised = ld->lint->raised;
		if (s->kind->check != NULL)
			s->kind->check(s, ld->lint);
		/* What is not right is not worth a class. */
		if (ld->lint->raised == raised)
			check_class(ld, s);
	}
}
