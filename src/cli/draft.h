/*
 * cli/draft.h - a runbook that is being drafted from prose, and its YAML.
 *
 * A draft step is what was found in the text; whether it is fit for its kind
 * is lint's word: draft_settle() asks it for each step alone, takes the class
 * from it, and makes a checklist of what does not pass, so that the draft as a
 * whole does and no command is lost.
 */
#ifndef PGRUNBOOK_CLI_DRAFT_H
#define PGRUNBOOK_CLI_DRAFT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/str.h"

enum draft_kind { DRAFT_MANUAL, DRAFT_RUN, DRAFT_SQL, DRAFT_CHOOSE };

struct draft_option {
	const char	*key, *text;
};

struct draft_step {
	enum draft_kind	 kind;
	const char	*id, *name;	/* set by draft_settle() where null */
	struct buffer	*why;
	const char	*text;		/* the command, or the SQL */
	const char	**items;	/* of a checklist */
	size_t		 item_count;
	struct draft_option *options;
	size_t		 option_count;
	bool		 is_warned;	/* a warning stood before it: class B */
	const char	*class_;	/* "R", "A", "B"; by draft_settle() */
	bool		 no_transaction;
	const char	*unplaced;	/* why a person must look at it; null */
};

/* A phase: one runbook of the window, or all of it. */
struct draft_phase {
	const char	*name, *title;
	struct buffer	*description;
	struct draft_step **steps;
	size_t		 count;
};

struct draft {
	const char	*name, *title;
	bool		 has_title;	/* of the front matter's, which wins */
	struct buffer	*description;
	const char	*owner, *last_exercised, *next_window;	/* null: not said */
	struct buffer	*front;		/* what else the front matter said, "key: value" lines */
	struct draft_phase **phases;
	size_t		 count;
};

struct draft *draft_new(const void *owner, const char *name);
struct draft_phase *draft_phase_add(struct draft *d, const char *title);
struct draft_step *draft_step_add(struct draft_phase *p, enum draft_kind kind,
    const char *name);
void draft_item_add(struct draft_step *s, const char *text);
void draft_option_add(struct draft_step *s, const char *text);

/* "Roll out (staging)" -> "roll-out-staging"; at most 40 characters. */
char *draft_slug(const void *owner, const char *text);

/*
 * Phases without steps go, ids become unique, and each step is held against
 * lint in a folder that goes again.
 */
int draft_settle(struct draft *d, struct error *err) WARN_UNUSED;

/* The phase as a runbook; is_alone: with targets, as a file that is run. */
char *draft_runbook_yaml(const void *owner, const struct draft *d,
    const struct draft_phase *p, bool is_alone);
/* The window over the phases, whose files are called NAME.yaml. */
char *draft_window_yaml(const void *owner, const struct draft *d);

#endif
