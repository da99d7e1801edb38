/*
 * runbook/keys.h - the format's own tables of keys, and what they fill.
 *
 * The loader binds them, the schema is made from them.  A raw struct holds
 * what is still to be looked at beside what is already in its final shape.
 */
#ifndef PGRUNBOOK_RUNBOOK_KEYS_H
#define PGRUNBOOK_RUNBOOK_KEYS_H

#include "runbook/bind.h"
#include "runbook/model.h"

#define FORMAT_VERSION	1

/* What a window says, and a runbook that is run alone may. */
struct raw_setting {
	const struct node *roles, *targets, *policy;
	const char	*start, *end, *rollback, *signers, *revoked;
	const char	**env_files, **secrets, **unmanaged;
};

struct raw_window {
	struct window	 window;
	int64_t		 version;
	const char	*last_exercised, *next_window;
	const char	**phases;
};

struct raw_runbook {
	struct runbook	 runbook;
	int64_t		 version;
	const struct node *params, *steps;
};

struct raw_step {
	struct step	 step;
	int		 class_;	/* -1: not declared */
	const struct node *approval, *retry, *verify, *tripwires;
	const char	*on_failure;
};

struct raw_target {
	const char	*url;
	int		 environment;	/* -1: not given */
};

struct raw_policy {
	const char	**refuse;
};

extern const struct key setting_keys[], window_keys[], runbook_keys[],
    step_keys[], approval_keys[], retry_keys[], verify_keys[],
    tripwire_keys[], param_keys[],
    target_keys[], role_keys[], policy_keys[];

extern const char *const environment_names[];	/* null-terminated */
/* Keys that an include step may have; null-terminated. */
extern const char *const include_step_keys[];

#endif
