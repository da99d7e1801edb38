/*
 * runbook/loader.h - what the loader's files share.
 *
 * Files are read in the order in which they run, so that the names defined
 * so far are those that a step may use.  What needs all steps of a runbook
 * (go to, the kinds' own checks) comes when it is complete.
 */
#ifndef PGRUNBOOK_RUNBOOK_LOADER_H
#define PGRUNBOOK_RUNBOOK_LOADER_H

#include "runbook/keys.h"
#include "runbook/lint.h"
#include "runbook/model.h"

#define INCLUDE_DEPTH_MAX	8
#define INCLUDE_COUNT_MAX	1000
#define STEP_COUNT_MAX		10000

struct loader {
	struct window	*window;
	runbook_kinds	 kinds;
	struct lint	*lint;
	json_t		*names;		/* defined so far: {name: true} */
	json_t		*registered;	/* those of them by a step */
	bool		 has_targets, has_roles, has_rollback;	/* declared */
	size_t		 include_count;
	const struct step **broken;	/* with findings of their own */
	size_t		 broken_count;
};

/* Where a file's steps go: the runbook itself, or one that includes it. */
struct place_in {
	struct runbook	*runbook;
	const char	*file, *real_file;
	const char	*target;	/* default of the steps; null */
	const char	*when;		/* of the include; null */
	const struct include *include;	/* null */
	const struct place_in *outer;	/* of an include; null */
	int		 depth;
};

/* setting.c: roles, targets, policy and the like of a file's root. */
void load_setting(struct loader *ld, const struct node *root,
    const struct raw_setting *raw, const char *file, bool is_phase);
/* The target's name is known, or becomes so; else a finding at that place. */
void load_target_name(struct loader *ld, const char *name,
    struct lint_place at);
/* names: a role or a principal, or a list of them. */
void load_role_names(struct loader *ld, const struct node *names);

/* load.c: a file's root, a map; its passwords are found. */
const struct node *load_root(struct loader *ld, const char *path,
    struct lint_place at, char sha256[65]);
/* A path as written in a file. */
char *load_path(const void *owner, const char *file, const char *path);
bool load_name_valid(const char *name);		/* a-z, 0-9 and - */
/* The place of map's key, or of map where it has none. */
struct lint_place load_place(const struct node *map, const char *key);
/* The same of an item where the value is a list. */
struct lint_place load_item_place(const struct node *map, const char *key,
    size_t index);

/* All of a runbook's file but its steps; nothing of it is defined yet. */
void load_runbook_head(struct loader *ld, const struct node *root,
    const char *path, struct raw_runbook *raw, struct raw_setting *setting);

/* param.c: of a runbook file. */
struct param *load_params(struct loader *ld, const struct node *map,
    size_t *count);

/* step.c, finish.c: append the steps of a list to in->runbook. */
void load_steps(struct loader *ld, const struct place_in *in,
    const struct node *list);
/* When all steps are there: what they say of one another. */
void load_finish_steps(struct loader *ld, struct runbook *r);

/* step_id.c: ids is what a list of steps has, given or made: {id: line}. */
void load_given_ids(struct loader *ld, const struct node *list, json_t *ids);
void load_id(struct loader *ld, const struct place_in *in, struct step *s,
    json_t *ids);

/* include.c */
void load_include(struct loader *ld, const struct place_in *in,
    const struct step *s, const struct node *path, const struct node *with);

/* names.c: names that are used, and whether they are defined. */
struct names_in {
	struct loader	*ld;
	const struct include *include;	/* its params are defined too */
	const char	*own;		/* what the step registers; null */
};
void names_define(struct loader *ld, const char *name);
bool names_defined(const struct names_in *in, const char *path);
void names_check_text(const struct names_in *in, const struct key *key,
    struct lint_place at, const char *text);
void names_check_map(const struct names_in *in, const struct key *table,
    const struct node *map);
void names_check_when(const struct names_in *in, struct lint_place at,
    const char *expression);

/* secret.c: a password in a URL, anywhere in a file. */
void check_passwords(struct lint *l, const struct node *n);
void check_url(struct lint *l, struct lint_place at, const char *url);

#endif
