/*
 * engine/gate.c - between what is planned and its first byte: sign-offs.
 *
 * They come as intents, or as prepared decisions in a folder; both go by
 * approval's rules.  A headless run signs class A itself where no rule says
 * otherwise, and waits for nobody.
 */

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/private.h"

#define LOOK_EVERY_MS	1000	/* for files that somebody puts there */

int
engine_sign(struct engine *e, struct step_state *s, const struct signer *who,
    const char *note, struct error *err)
{
	int64_t expires_ms = json_int(s->rule, "expires_ms", 0);
	const json_t *roles = json_object_get(s->rule, "roles");
	char *expires = expires_ms > 0 ? clock_rfc3339(NULL,
	    clock_now_us() + expires_ms * 1000) : NULL;
	int rc;

	rc = engine_append(e, EVENT_SIGNED, json_pack(
	    "{s:s, s:i, s:s, s:s, s:I, s:s, s:s, s:s*, s:s*, s:s*}",
	    "step", s->id, "attempt", (int)s->attempt_count,
	    "digest", step_last_attempt(s)->digest,
	    "principal", who->principal, "uid", (json_int_t)who->uid,
	    "user", who->user, "strength", who->strength,
	    "role", json_string_value(json_array_get(roles, 0)),
	    "expires_at", expires, "note", note));
	talloc_free(expires);
	if (rc != 0 && err != NULL)
		*err = e->fatal;
	return rc;
}

void
engine_announce(struct engine *e, const struct error *err)
{
	char *word = mem_printf(e, "%s%s%s", err->primary,
	    err->detail[0] != '\0' ? ": " : "", err->detail);

	if (str_equal(word, e->announced)) {
		talloc_free(word);
		return;
	}
	talloc_free(e->announced);
	e->announced = word;
	run_live(e->run, EVENT_ANNOUNCE, json_pack("{s:s}", "text", word));
}

static bool
is_harmless(struct engine *e, const struct step *step)
{
	const struct engine_target *t = engine_target(e, step->target);

	return t == NULL || t->environment == ENV_LOCAL ||
	    t->environment == ENV_SANDBOX;
}

/* Has this person's last word on the digest been taken already? */
static bool
is_known(const struct step_state *s, const char *digest, const char *principal,
    bool is_refusal)
{
	size_t i;

	for (i = s->sign_count; i > 0; i--)
		if (strcmp(s->signs[i - 1].principal, principal) == 0 &&
		    strcmp(s->signs[i - 1].digest, digest) == 0)
			return s->signs[i - 1].is_refusal == is_refusal &&
			    !s->signs[i - 1].is_void &&
			    s->signs[i - 1].attempt == (int)s->attempt_count;
	return false;
}

static int
take_decision(struct engine *e, const struct step *step, const json_t *decision,
    const char *digest, struct error *why)
{
	struct step_state *s = engine_current(e);
	const char *word = json_str(decision, "decision");
	const struct signer who = {
		.principal = json_str(decision, "principal"),
		.user = json_str(decision, "principal"), .uid = -1,
		.strength = "prepared",
	};
	bool is_refusal = str_equal(word, "refuse");

	if (word == NULL || is_known(s, digest, who.principal, is_refusal))
		return 0;
	if (approval_prepared_fits(decision, digest, is_harmless(e, step),
	    why) != 0)
		return 0;
	if (is_refusal)
		return engine_append(e, EVENT_REFUSED, json_pack(
		    "{s:s, s:i, s:s, s:s, s:i, s:s, s:s}", "step", s->id,
		    "attempt", (int)s->attempt_count, "digest", digest,
		    "principal", who.principal, "uid", -1, "user", who.user,
		    "reason", json_str_or(decision, "reason", "prepared")));
	if (approval_may_sign(s->rule, e->run->state, s, &who, why) != 0)
		return 0;
	return engine_sign(e, s, &who, json_str(decision, "reason"), NULL);
}

/* Decisions that lie in folder.  Those that do not fit say why. */
static int
take_prepared(struct engine *e, const struct step *step, const char *folder,
    const char *digest, struct error *why)
{
	const char *id = engine_current(e)->id;
	struct error err = { 0 };
	json_t *list, *decision;
	int rc = 0;
	size_t i;

	if (folder == NULL || !file_is_folder(folder))
		return 0;
	list = approval_prepared_all(folder, id, &err);
	if (list == NULL)
		*why = err;
	json_array_foreach(list, i, decision) {
		rc = take_decision(e, step, decision, digest, why);
		/* A refusal ends it, whatever else lies there. */
		if (rc != 0 || engine_current(e)->status != STEP_WAITING)
			break;
	}
	json_decref(list);
	return rc;
}

static int
look_for_prepared(struct engine *e, const struct step *step,
    const char *digest, struct error *why)
{
	char *own = path_join(NULL, e->run->folder, "approvals");
	int rc = take_prepared(e, step, e->options->approvals, digest, why);

	if (rc == 0 && engine_current(e)->status == STEP_WAITING)
		rc = take_prepared(e, step, own, digest, why);
	if (rc == 0 && engine_current(e)->status == STEP_WAITING)
		rc = engine_look_for_signed(e, why);
	talloc_free(own);
	return rc;
}

/* A headless run waits for nobody. */
static void
stop_waiting(struct engine *e, const char *digest, const struct error *why)
{
	const struct step_state *s = engine_current(e);

	engine_stop(e, NULL, "step \"%s\" waits for a sign-off of class %s%s%s "
	    "(digest %s)", s->id, s->class_,
	    why->code != ERR_NONE ? ": " : "", why->primary, digest);
	e->exit_code = 4;
}

static int
request(struct engine *e, const struct step *step, enum step_class class_,
    const char *digest)
{
	const struct step_state *s = engine_current(e);
	const char *database = json_str(json_object_get(
	    step_last_attempt(s)->shown, "target"), "database");

	return engine_append(e, EVENT_SIGNOFF_REQUESTED, json_pack(
	    "{s:s, s:i, s:s, s:s, s:o}", "step", s->id, "attempt",
	    (int)s->attempt_count, "class", class_name(class_), "digest",
	    digest, "rule", approval_rule_json(step, e->window, class_,
	    database)));
}

int
engine_gate(struct engine *e, const struct step *step, enum step_class class_,
    const char *digest)
{
	const struct signer engine = {
		.principal = e->principal, .user = e->user, .uid = -1,
		.strength = "headless",
	};
	size_t index = e->run->state->current;
	struct step_state *s = engine_current(e);

	if (!approval_is_needed(step, class_))
		return 1;
	if (request(e, step, class_, digest) != 0)
		return -1;
	if (e->options->is_headless && class_ == CLASS_A &&
	    !step->approval.given &&
	    !approval_is_met(s, s->rule, digest, clock_now_us()) &&
	    engine_sign(e, s, &engine, NULL, NULL) != 0)
		return -1;
	engine_status(e, s->id, "waits for a sign-off");
	for (;;) {
		struct error why = { 0 };

		if (e->is_stopping)
			return -1;
		if (e->run->state->current != index ||
		    s->status != STEP_WAITING)
			return 0;
		if (approval_is_met(s, s->rule, digest, clock_now_us()))
			return 1;
		if (look_for_prepared(e, step, digest, &why) != 0)
			return -1;
		if (s->status != STEP_WAITING ||
		    approval_is_met(s, s->rule, digest, clock_now_us()))
			continue;
		if (e->options->is_headless) {
			stop_waiting(e, digest, &why);
			return -1;
		}
		if (why.code != ERR_NONE)
			engine_announce(e, &why);
		engine_wait(e, AT_GATE, LOOK_EVERY_MS);
	}
}
