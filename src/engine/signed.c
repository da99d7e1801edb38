/*
 * engine/signed.c - what was signed with an ssh key, from the socket or as
 * files that somebody puts into approvals/.
 *
 * Each that is not taken is journaled, with its reason.  A file is looked at
 * once: what the journal has of it, taken or rejected, it is not asked again.
 */

#include <string.h>

#include "approval/decision.h"
#include "approval/request.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/private.h"

#define REJECTIONS_MAX	200	/* that one engine journals: the disk is finite */
#define FILE_ENDING	".approval"

/* The statement with all secrets replaced would not be what was signed. */
static int
check_secrets(struct engine *e, const struct statement *s, struct error *err)
{
	char *clean = redact_text(NULL, e->run->redactor, s->text);
	bool is_same = strcmp(clean, s->text) == 0;

	talloc_free(clean);
	if (is_same)
		return 0;
	error_set(err, ERR_POLICY, "the sign-off holds a secret");
	error_hint(err, "sign again, without it in the note or the reason");
	return -1;
}

/* All of it in one record: a crash leaves the whole review, or none of it. */
static int
journal_review(struct engine *e, const struct statement *s,
    const struct signer *who, const char *file)
{
	const struct step_state *step = engine_current(e);
	struct error ignored = { 0 };

	if (engine_append(e, EVENT_REVIEWED, json_pack(
	    "{s:s, s:i, s:s, s:O, s:O?, s:s, s:I, s:s, s:s, s:s, s:s, s:s, "
	    "s:s*}", "step", step->id, "attempt", (int)step->attempt_count,
	    "digest", s->digest, "decisions", s->decisions, "comments",
	    s->comments, "principal", who->principal, "uid",
	    (json_int_t)who->uid, "user", who->user, "strength", who->strength,
	    "key", who->key, "statement", s->text, "signature", s->signature,
	    "file", file)) != 0)
		return -1;
	if (review_is_met(e->run->state, step, &ignored) == 0)
		json_array_append_new(e->inbox, json_pack("{s:s, s:s, s:s}",
		    "type", intent_name(INTENT_FINISH_REVIEW), "step", step->id,
		    "principal", who->principal));
	return 0;
}

static int
journal(struct engine *e, const struct statement *s, const struct signer *who,
    const char *file)
{
	const struct step_state *step = engine_current(e);
	const json_t *roles = json_object_get(step->rule, "roles");
	int64_t expires_us = accept_expires_us(step->rule, s);
	bool is_refusal = s->act == ACT_REFUSE;
	char *expires = expires_us != 0 ? clock_rfc3339(NULL, expires_us) : NULL;
	json_t *data = memory_check(json_pack(
	    "{s:s, s:i, s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s*}",
	    "step", step->id, "attempt", (int)step->attempt_count,
	    "digest", s->digest, "principal", who->principal,
	    "uid", (json_int_t)who->uid, "user", who->user,
	    "strength", who->strength, "key", who->key,
	    "statement", s->text, "signature", s->signature, "file", file));

	if (is_refusal) {
		json_object_set_new(data, "reason", json_string(s->reason));
	} else {
		if (json_array_size(roles) > 0)
			json_object_set(data, "role", json_array_get(roles, 0));
		if (expires != NULL)
			json_object_set_new(data, "expires_at",
			    json_string(expires));
		if (s->note != NULL)
			json_object_set_new(data, "note", json_string(s->note));
	}
	talloc_free(expires);
	return engine_append(e, is_refusal ? EVENT_REFUSED : EVENT_SIGNED,
	    data);
}

/* Is it his, and about what waits?  who gets his key, a child of scratch. */
static int
judge_statement(struct engine *e, const struct statement *s,
    struct signer *who, const void *scratch, struct error *err)
{
	const struct run_state *state = e->run->state;
	struct accepted found = { 0 };

	if (accept_signature(scratch, &e->allowed, state, s, clock_now_us(),
	    &found, err) != 0)
		return -1;
	who->key = found.key;
	who->is_executors = found.is_executors;
	if (accept_statement(state, s, clock_now_us(), err) != 0 ||
	    request_check(e->run->folder, s, err) != 0)
		return -1;
	return check_secrets(e, s, err);
}

/* Every reason not to take it. */
static int
judge(struct engine *e, const struct statement *s, struct signer *who,
    const void *scratch, struct error *err)
{
	const struct run_state *state = e->run->state;
	const struct step_state *step = engine_current(e);

	/* A step that runs is not to wait for ssh-keygen. */
	if (step == NULL || step->status != STEP_WAITING)
		return error_set(err, ERR_POLICY,
		    "nothing waits for a sign-off now");
	if (s->step == NULL)
		return error_set(err, ERR_POLICY, "this is done at the run "
		    "itself, not by a file");
	if (judge_statement(e, s, who, scratch, err) != 0)
		return -1;
	if (s->act == ACT_DECIDE)
		return decisions_may_be(state, step, s->decisions,
		    s->comments, who, err);
	if (s->act == ACT_REFUSE)
		return 0;
	if (approval_check_typed(step->rule, s->typed, err) != 0)
		return -1;
	return approval_may_sign(step->rule, state, step, who, err);
}

static int
reject(struct engine *e, const struct statement *s, const char *source,
    const char *key, const char *sha256, const struct error *why)
{
	const struct step_state *step = engine_current(e);

	if (++e->rejections > REJECTIONS_MAX)
		return 0;
	return engine_append(e, EVENT_SIGNOFF_REJECTED, json_pack(
	    "{s:s*, s:s, s:s*, s:s*, s:s, s:s*, s:s*}", "step",
	    step != NULL ? step->id : NULL, "source", source,
	    "principal", s != NULL ? s->principal : NULL, "key", key,
	    "reason", why->primary,
	    "detail", why->detail[0] != '\0' ? why->detail : NULL,
	    "sha256", sha256));
}

static int
take(struct engine *e, const struct statement *s, const struct signer *from,
    const char *source, const char *file, const char *sha256,
    struct error *err)
{
	void *scratch = talloc_new(NULL);
	struct signer who = *from;
	int rc;

	who.principal = s->principal;
	who.strength = s->act == ACT_BREAK_GLASS ? "break-glass" : "ssh";
	who.reason = s->note;
	rc = judge(e, s, &who, scratch, err);
	if (rc == 0) {
		rc = s->act == ACT_DECIDE ?
		    journal_review(e, s, &who, file) :
		    journal(e, s, &who, file);
		if (rc != 0 && err != NULL)
			*err = e->fatal;
	} else if (reject(e, s, source, who.key, sha256, err) != 0) {
		*err = e->fatal;
	}
	talloc_free(scratch);
	return rc;
}

int
engine_accept(struct engine *e, const char *text, const char *signature,
    const struct signer *from, const char *source, struct error *err)
{
	void *scratch = talloc_new(NULL);
	struct statement s;
	int rc = statement_parse(scratch, text, signature, &s, err);

	if (rc == 0)
		rc = take(e, &s, from, source, NULL, NULL, err);
	else if (reject(e, NULL, source, NULL, NULL, err) != 0)
		*err = e->fatal;
	talloc_free(scratch);
	return rc;
}

int
engine_accept_act(struct engine *e, const json_t *data,
    enum statement_act act, struct signer *who, const void *scratch,
    struct error *err)
{
	const char *text = json_str(data, "statement");
	struct statement s;

	if (text == NULL)
		return 0;
	if (statement_parse(scratch, text, json_str_or(data, "signature", ""),
	    &s, err) != 0)
		return -1;
	if (s.act != act || !str_equal(s.reason, json_str(data, "reason")) ||
	    !str_equal(s.note, json_str(data, "text")) ||
	    !str_equal(s.risks, json_str(data, "risks")) ||
	    !str_equal(s.end, json_str(data, "end")))
		return error_set(err, ERR_POLICY,
		    "what was signed is not what is asked for");
	who->principal = s.principal;
	who->strength = "ssh";
	return judge_statement(e, &s, who, scratch, err);
}

/* ---- files ------------------------------------------------------------------ */

static bool
is_known(const struct run_state *state, const char *source, const char *file,
    const char *text, const char *sha256)
{
	struct error ignored = { 0 };
	struct statement s;
	void *scratch;
	bool found;
	size_t i;

	for (i = 0; i < state->rejection_count; i++)
		if (str_equal(state->rejections[i].source, source) &&
		    str_equal(state->rejections[i].sha256, sha256))
			return true;
	scratch = talloc_new(NULL);
	/* It came as this file; as another one it is a replay. */
	found = statement_from_file(scratch, text, strlen(text), &s,
	    &ignored) == 0 && str_equal(state_taken_from(state, s.text), file);
	talloc_free(scratch);
	return found;
}

static int
take_file(struct engine *e, const char *folder, const char *name,
    struct error *why)
{
	void *scratch = talloc_new(NULL);
	const struct signer from = {
		.user = "a file", .uid = -1, .strength = "ssh",
	};
	char *path = path_join(scratch, folder, name), *text;
	char *source = mem_printf(scratch, "approvals/%s", name);
	char sha256[SHA256_HEX_SIZE];
	struct statement s;
	struct error err = { 0 };
	size_t size;
	int rc = 0;

	/* Too long, or gone again: nothing that could be looked at. */
	if (file_read(scratch, path, APPROVAL_MAX, &text, &size, &err) != 0) {
		text = mem_strdup(scratch, "");
		size = 0;
	}
	sha256_of(text, size, sha256);
	if (is_known(e->run->state, source, name, text, sha256))
		goto out;
	if (err.code == ERR_NONE && statement_from_file(scratch, text, size,
	    &s, &err) == 0)
		rc = take(e, &s, &from, source, name, sha256, &err);
	else
		rc = reject(e, NULL, source, NULL, sha256, &err);
	if (err.code != ERR_NONE)
		*why = err;
	/* What was wrong with the file is no reason to stop. */
	rc = e->fatal.code != ERR_NONE ? -1 : 0;
out:
	talloc_free(scratch);
	return rc;
}

int
engine_look_for_signed(struct engine *e, struct error *why)
{
	char *folder = path_join(NULL, e->run->folder, "approvals"), **names;
	struct error err = { 0 };
	size_t count = 0, i;
	int rc = 0;

	if (file_is_folder(folder) &&
	    folder_list(folder, folder, &names, &count, &err) == 0)
		for (i = 0; i < count && rc == 0; i++) {
			const struct step_state *s = engine_current(e);

			if (s == NULL || s->status != STEP_WAITING)
				break;
			if (str_ends(names[i], FILE_ENDING) &&
			    names[i][0] != '.')
				rc = take_file(e, folder, names[i], why);
		}
	talloc_free(folder);
	return rc;
}
