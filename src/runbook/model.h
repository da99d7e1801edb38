/*
 * runbook/model.h - runbooks and windows as read from their files.
 *
 * Plain data, read-only after loading.  A runbook that is run alone is loaded
 * as a window of one phase, so that all above knows windows only.
 * Ownership: everything is a child of the window.
 */
#ifndef PGRUNBOOK_RUNBOOK_MODEL_H
#define PGRUNBOOK_RUNBOOK_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "runbook/kind.h"
#include "runbook/lint.h"

enum environment { ENV_LOCAL, ENV_SANDBOX, ENV_STAGING, ENV_SHARED, ENV_PRODUCTION };
const char *environment_name(enum environment e);
/* -1 for an unknown name */
int environment_parse(const char *name);

enum on_failure { FAIL_ASK, FAIL_STOP, FAIL_CONTINUE, FAIL_ROLLBACK, FAIL_GOTO };

struct retry {
	bool	given;			/* false: the step says nothing of it */
	int64_t	limit;			/* further tries; 0: none */
	int64_t	delay_ms;		/* default 1000 */
	int	backoff;		/* 0 constant, 1 exponential */
	int	on;			/* 0 lock_timeout (55P03, 40P01, 40001), 1 any */
};

struct approval_rule {
	bool		 given;
	const char	**from;		/* role names or principals; null: anyone */
	int64_t		 min;		/* default 1 */
	int64_t		 expires_ms;	/* 0: never */
	bool		 is_signed;	/* an ssh signature is wanted */
	const char	*not_role;	/* "executor": may not have this role in the run */
	bool		 break_glass;	/* one person alone can let it go, with a reason */
};

struct verify_rule {
	const char	*query;		/* null: none */
	json_t		*expect;
};

enum tripwire_action { TRIPWIRE_WARN, TRIPWIRE_HOLD, TRIPWIRE_CANCEL };

/* A query that is asked while a step runs; its first value has a limit. */
struct tripwire {
	const char	*name, *query;
	int64_t		 max;
	int		 action;	/* enum tripwire_action; default: cancel */
	int64_t		 every_ms;	/* default 5000 */
	struct lint_place place;
};

struct param {
	const char	*name, *prompt, *pattern, *default_text;
	int		 type;		/* 0 text, 1 integer, 2 boolean */
	int64_t		 min, max;	/* INT64_MIN, INT64_MAX: no limit */
	struct lint_place place;
};

/*
 * Where a window (or a runbook that is run alone) declares no targets at all,
 * there is one for each name that its steps use, without a URL: it is to be
 * given on the command line.
 */
struct target {
	const char	*name;
	const char	*url;		/* "env:NAME", "service:NAME", "prompt", a URL without a password; null: to be given */
	enum environment environment;
	struct lint_place place;
};

struct role {
	const char	*name;
	const char	**from;		/* principals; null: anyone */
	const char	*not_role;
	bool		 is_signed;
	struct lint_place place;
};

/* How steps of another runbook came in by an "include" step. */
struct include {
	const struct include *outer;	/* of an include inside of an include; null */
	const char	*id;		/* of the include step, its outer's in front: "apply.checks" */
	const char	*file;
	json_t		*values;	/* its params' texts, {{…}} of outside still in them */
};

struct step {
	const char	*id;		/* unique in its runbook; made from the name where not given; "<include>.<id>" */
	const char	*name;
	const char	*why;		/* Markdown; null */
	const char	*target;	/* a target's name; null: none needed */
	const char	*when;		/* expression; null: always */
	enum step_class	 class_;	/* as declared, else as deserved */
	bool		 class_declared;
	int64_t		 timeout_ms, lock_timeout_ms, statement_timeout_ms, estimate_ms;	/* -1: not given */
	int64_t		 queue_limit;	/* likewise; 0: none */
	struct retry	 retry;
	struct approval_rule approval;
	struct verify_rule verify;
	struct tripwire	*tripwires;
	size_t		 tripwire_count;
	const char	*rollback;	/* how it is undone and what that loses; null */
	const char	*register_name;	/* null */
	const char	**attach;	/* null */
	enum on_failure	 on_failure;
	const char	*goto_id;	/* FAIL_GOTO */
	const struct runbook_kind *kind;
	void		*spec;		/* the kind's struct */
	const struct node *node;
	struct lint_place place;
	const char	*file;		/* the runbook file's path; relative paths in a step start at its folder */
	const struct include *include;	/* null: not included */
	const struct runbook *runbook;
};

struct runbook {
	const char	*file, *name, *title, *owner, *last_exercised, *next_window, *description;
	const char	*target;	/* default for its steps; null */
	struct param	*params;	/* without those that an earlier phase registers */
	size_t		 param_count;
	struct step	**steps;
	size_t		 step_count;
	char		 sha256[65];	/* of the file's bytes */
	const struct window *window;
};

struct window {
	const char	*file, *name, *title, *owner, *description;
	bool		 is_single;	/* made for a runbook that is run alone */
	int64_t		 start_us, end_us;	/* 0: not given */
	struct runbook	**phases;
	size_t		 phase_count;
	struct runbook	*rollback;	/* null */
	struct role	*roles;
	size_t		 role_count;
	struct target	*targets;
	size_t		 target_count;
	const char	**env_files;	/* paths, from here; null */
	const char	**secrets;	/* names; null */
	const char	**unmanaged;	/* patterns; null */
	const char	**refuse;	/* policy.refuse; null */
	const char	*signers, *revoked;	/* files of ssh keys: paths, from here; null */
	char		 sha256[65];
};

const struct target *window_target(const struct window *w, const char *name);
const struct role *window_role(const struct window *w, const char *name);
const struct step *runbook_step(const struct runbook *r, const char *id);
/*
 * The step that "goto: id" in step from means: of its own file first, where
 * it was included, then of the including ones.
 */
const struct step *step_meant(const struct step *from, const char *id);

/*
 * The values that a step sees: the run's, and before them those that its
 * include gave; run itself where it was not included.  A value that cannot be
 * told yet (it names what is not registered) is undefined.
 */
struct scope;
const struct scope *step_scope(const void *owner, const struct scope *run,
    const struct step *s);

/* Is text a value for p?  No: why (one clause) is set. */
bool param_accepts(const struct param *p, const char *text, char *why,
    size_t why_size);

/*
 * The words of the next simple command of a shell's text, null-terminated; *p
 * moves behind them, to what ends it.  Quotes are gone, nothing is expanded.
 */
const char **command_words(const void *owner, const char **p);
/*
 * The first of these patterns (words with whatever else between, as "prisma
 * migrate reset"; null-terminated) that a simple command of the text falls
 * under; or null.
 */
const char *command_falls_under(const char *command,
    const char *const *patterns);
/* The pattern of policy.refuse that a shell command falls under; or null. */
const char *policy_refuses(const struct window *w, const char *command);
/* shared and production: what is refused there, is refused. */
bool environment_is_guarded(enum environment e);

#endif
