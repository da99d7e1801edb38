/* runbook/keys.c - one row a key: name, type, flags, field, one line. */

#include <stddef.h>

#include "runbook/keys.h"

#define KEY(name, type, flags, field, doc) \
	{ name, type, flags, offsetof(struct STRUCT, field), doc, NULL, 0, 0, NULL }
#define CHOICE(name, flags, field, choices, doc) \
	{ name, KEY_CHOICE, flags, offsetof(struct STRUCT, field), doc, choices, \
	  0, 0, NULL }
#define INT(name, flags, field, min, max, doc) \
	{ name, KEY_INT, flags, offsetof(struct STRUCT, field), doc, NULL, \
	  min, max, NULL }
#define TABLE(name, flags, field, table, doc) \
	{ name, KEY_NODE, flags, offsetof(struct STRUCT, field), doc, NULL, 0, 0, \
	  table }
#define END { NULL, KEY_TEXT, 0, 0, NULL, NULL, 0, 0, NULL }

/* The order of enum environment. */
const char *const environment_names[] = { "local", "sandbox", "staging",
    "shared", "production", NULL };
/* The order of enum step_class; C is of drift items alone. */
static const char *const classes[] = { "R", "A", "B", NULL };
static const char *const backoffs[] = { "constant", "exponential", NULL };
static const char *const retry_causes[] = { "lock_timeout", "any", NULL };
static const char *const tripwire_actions[] = { "warn", "hold", "cancel", NULL };
static const char *const param_types[] = { "text", "integer", "boolean", NULL };

#define STRUCT raw_target
const struct key target_keys[] = {
	KEY("url", KEY_TEXT, 0, url, "env:NAME, service:NAME, prompt, or a URL "
	    "without a password; not given: --target NAME=URL"),
	CHOICE("environment", 0, environment, environment_names,
	    "local, sandbox, staging, shared or production; not needed where "
	    "the target's name is one of these"),
	END
};
#undef STRUCT

#define STRUCT role
const struct key role_keys[] = {
	KEY("from", KEY_TEXTS, 0, from, "principals who may have the role; "
	    "not given: anyone"),
	KEY("not", KEY_TEXT, 0, not_role, "whoever has this other role in the "
	    "run may not have this one"),
	KEY("signed", KEY_BOOL, 0, is_signed, "sign-offs need an ssh signature"),
	END
};
#undef STRUCT

#define STRUCT raw_policy
const struct key policy_keys[] = {
	KEY("refuse", KEY_TEXTS, 0, refuse, "commands that never run on shared "
	    "or production, whoever signs"),
	END
};
#undef STRUCT

#define STRUCT param
const struct key param_keys[] = {
	KEY("default", KEY_TEXT, 0, default_text, "the value where none is given"),
	KEY("prompt", KEY_TEXT, 0, prompt, "what to ask for"),
	CHOICE("type", 0, type, param_types, "text (default), integer or boolean"),
	KEY("pattern", KEY_TEXT, 0, pattern, "extended regular expression that "
	    "the value matches"),
	KEY("min", KEY_INT, 0, min, "least integer"),
	KEY("max", KEY_INT, 0, max, "greatest integer"),
	END
};
#undef STRUCT

#define STRUCT raw_setting
const struct key setting_keys[] = {
	KEY("start", KEY_TEXT, 0, start, "when the window begins (RFC 3339)"),
	KEY("end", KEY_TEXT, 0, end, "when the window ends: the header counts "
	    "down, a step that cannot fit is held"),
	KEY("rollback", KEY_TEXT, 0, rollback, "the runbook to roll back with"),
	TABLE("roles", KEY_NAMED, roles, role_keys, "who may do what"),
	TABLE("targets", KEY_NAMED, targets, target_keys,
	    "database connections by name"),
	KEY("env_files", KEY_TEXTS, 0, env_files, "files of variables (.env), beside this file"),
	KEY("secrets", KEY_TEXTS, 0, secrets, "names of variables whose values "
	    "are never shown and never written"),
	KEY("unmanaged", KEY_TEXTS, 0, unmanaged, "patterns of drift items that "
	    "stay class C"),
	TABLE("policy", 0, policy, policy_keys, "what is refused"),
	KEY("signers", KEY_TEXT, 0, signers, "whose ssh keys sign: a file of "
	    "allowed signers, beside this file"),
	KEY("revoked", KEY_TEXT, 0, revoked, "ssh keys that sign no more: a KRL "
	    "or public keys, beside this file"),
	END
};
#undef STRUCT

#define STRUCT raw_window
const struct key window_keys[] = {
	KEY("pgrunbook", KEY_INT, KEY_REQUIRED, version,
	    "format version, the first key"),
	KEY("window", KEY_TEXT, KEY_REQUIRED, window.name,
	    "its name: a-z, 0-9 and -"),
	KEY("title", KEY_TEXT, 0, window.title, "one line for people"),
	KEY("owner", KEY_TEXT, 0, window.owner, "who answers for it"),
	KEY("last_exercised", KEY_TEXT, 0, last_exercised,
	    "the day of the last run that ended well (2026-10-02)"),
	KEY("next_window", KEY_TEXT, 0, next_window,
	    "when it is needed next (RFC 3339); not given: start"),
	KEY("description", KEY_TEXT, KEY_MARKDOWN, window.description,
	    "shown before the first step"),
	KEY("phases", KEY_TEXTS, KEY_REQUIRED, phases,
	    "runbook files in order, beside this file"),
	END
};
#undef STRUCT

#define STRUCT raw_runbook
const struct key runbook_keys[] = {
	KEY("pgrunbook", KEY_INT, KEY_REQUIRED, version,
	    "format version, the first key"),
	KEY("name", KEY_TEXT, KEY_REQUIRED, runbook.name,
	    "its name: a-z, 0-9 and -"),
	KEY("title", KEY_TEXT, KEY_EXPANDS, runbook.title, "one line for people"),
	KEY("owner", KEY_TEXT, 0, runbook.owner, "who answers for it"),
	KEY("last_exercised", KEY_TEXT, 0, runbook.last_exercised,
	    "the day of the last run that ended well (2026-10-02)"),
	KEY("next_window", KEY_TEXT, 0, runbook.next_window,
	    "when it is needed next (RFC 3339)"),
	KEY("description", KEY_TEXT, KEY_EXPANDS | KEY_MARKDOWN,
	    runbook.description, "shown before the first step"),
	TABLE("params", KEY_NAMED | KEY_SHORT, params, param_keys,
	    "what it needs to be given; a plain value is the default"),
	KEY("target", KEY_TEXT, 0, runbook.target, "default for its steps"),
	KEY("steps", KEY_NODE, KEY_REQUIRED, steps, "what is done, in order"),
	END
};
#undef STRUCT

#define STRUCT approval_rule
const struct key approval_keys[] = {
	KEY("from", KEY_TEXTS, 0, from, "roles or principals; not given: anyone"),
	INT("min", 0, min, 1, 100, "how many must sign (1)"),
	KEY("expires", KEY_DURATION, 0, expires_ms, "a sign-off holds so long"),
	KEY("signed", KEY_BOOL, 0, is_signed, "an ssh signature is needed"),
	KEY("not", KEY_TEXT, 0, not_role,
	    "whoever has this role in the run may not sign"),
	KEY("break_glass", KEY_BOOL, 0, break_glass, "one person alone can let "
	    "it go, with a reason that all will see"),
	END
};
#undef STRUCT

#define STRUCT retry
const struct key retry_keys[] = {
	INT("limit", 0, limit, 0, 1000, "further tries"),
	KEY("delay", KEY_DURATION, 0, delay_ms, "between tries (1s)"),
	CHOICE("backoff", 0, backoff, backoffs, "constant or exponential"),
	CHOICE("on", 0, on, retry_causes, "lock_timeout (deadlocks and "
	    "serialization failures too) or any"),
	END
};
#undef STRUCT

#define STRUCT verify_rule
const struct key verify_keys[] = {
	KEY("query", KEY_TEXT, KEY_REQUIRED | KEY_SQL, query,
	    "a query that only reads"),
	KEY("expect", KEY_ANY, 0, expect, "what must come back, as in a check"),
	END
};
#undef STRUCT

#define STRUCT tripwire
const struct key tripwire_keys[] = {
	KEY("query", KEY_TEXT, KEY_REQUIRED | KEY_SQL, query,
	    "a query that only reads; its first value is compared"),
	KEY("max", KEY_INT, KEY_REQUIRED, max, "the greatest that it may be"),
	CHOICE("then", 0, action, tripwire_actions, "warn, hold (no further "
	    "step starts by itself) or cancel (default)"),
	KEY("every", KEY_DURATION, 0, every_ms, "how often it is asked (5s)"),
	END
};
#undef STRUCT

#define STRUCT raw_step
const struct key step_keys[] = {
	KEY("id", KEY_TEXT, 0, step.id, "unique in its file; not given: made "
	    "from the name"),
	KEY("name", KEY_TEXT, KEY_EXPANDS, step.name, "one line for people"),
	KEY("why", KEY_TEXT, KEY_EXPANDS | KEY_MARKDOWN, step.why,
	    "one paragraph: why it is done"),
	KEY("target", KEY_TEXT, 0, step.target, "the target's name"),
	KEY("when", KEY_TEXT, 0, step.when, "skipped unless this holds"),
	CHOICE("class", 0, class_, classes, "R, A or B, at least what the content "
	    "deserves"),
	TABLE("approval", KEY_SHORT, approval, approval_keys,
	    "who must sign before it runs"),
	KEY("timeout", KEY_DURATION, 0, step.timeout_ms, "for the whole step"),
	KEY("lock_timeout", KEY_DURATION, 0, step.lock_timeout_ms,
	    "for a lock; 2s on shared and production"),
	INT("queue_limit", 0, step.queue_limit, 0, 10000,
	    "how many sessions may queue behind it while it waits for a lock: "
	    "where there are more it is cancelled and tried again later; 5 on "
	    "shared and production, 0: any number"),
	KEY("statement_timeout", KEY_DURATION, 0, step.statement_timeout_ms,
	    "for one statement"),
	KEY("estimate", KEY_DURATION, 0, step.estimate_ms,
	    "how long it should take"),
	TABLE("retry", KEY_SHORT, retry, retry_keys, "how often to try again; on shared and production 5 times "
	    "after lock trouble"),
	TABLE("verify", KEY_SHORT, verify, verify_keys,
	    "a query that is run after it, and what must come back"),
	TABLE("tripwires", KEY_NAMED, tripwires, tripwire_keys,
	    "queries that are asked while it runs, by name, and their limits"),
	KEY("rollback", KEY_TEXT, KEY_EXPANDS | KEY_MARKDOWN, step.rollback,
	    "how this one step is undone, and what that loses"),
	KEY("register", KEY_TEXT, 0, step.register_name,
	    "the name that its result gets"),
	KEY("attach", KEY_TEXTS, KEY_EXPANDS, step.attach,
	    "files to keep as evidence"),
	KEY("on_failure", KEY_TEXT, 0, on_failure,
	    "ask (default), stop, continue, rollback or goto:ID"),
	END
};
#undef STRUCT

const char *const include_step_keys[] = { "id", "name", "why", "target", "when",
    "include", "with", NULL };
