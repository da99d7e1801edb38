/*
 * tests/cli/books.h - the shipped runbooks that are walked alone, each with
 * what it is given, what must be there, and the words that people say on the
 * way to its end.
 */
#ifndef PGRUNBOOK_TESTS_CLI_BOOKS_H
#define PGRUNBOOK_TESTS_CLI_BOOKS_H

#include <stdbool.h>

#include "cli/shelf.h"

struct word {
	const char	*step;		/* null ends a list */
	int		 items;		/* of a checklist; 0: none */
	const char	*fields;	/* JSON members of what is filled in */
	const char	*bad;		/* the same in another form; null: any will do */
	const char	*key;		/* of a choice; all null: a sign-off */
};

struct book {
	const char	*title;		/* a runbook can be walked several ways */
	const char	*name;		/* the runbook's; null ends the list */
	const char	*variable;	/* that its target's URL is in */
	bool		 is_production;	/* its file says so: no database is more */
	void		(*prepare)(struct shelf *s);	/* null: nothing */
	const char	*vars[8];	/* @port@, @backup@, @into@ are put in */
	struct word	 words[8];	/* in their order */
};

extern const struct book books[];

const struct book *book_find(const char *title);
/* All that it wants to be there; its shelf is new. */
void book_prepare(struct shelf *s, const struct book *b);
/* The databases that a walk has made. */
void book_clean(struct shelf *s);
void book_say(struct shelf *s, const struct book *b, const struct word *w);
/* All words but this one (null: all). */
void book_say_but(struct shelf *s, const struct book *b, const struct word *w);
struct told book_walk(struct shelf *s, const struct book *b);
/* The same with another value ("--var=a=b"; null: none). */
struct told book_walk_with(struct shelf *s, const struct book *b,
    const char *var);

#endif
