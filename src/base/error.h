/*
 * base/error.h - what went wrong, in the shape in which it is told.
 *
 * Functions that can fail return 0 or -1 and take a struct error * last.
 * Text follows Postgres' message style: the primary is one clause, lower
 * case, no full stop; the detail states facts; the hint says what to do.
 *
 * Ownership: none.  A struct error is a plain value with room of its own;
 * longer text is cut at a character boundary.  Set it once, at the place
 * where the failure is understood; callers add context as it rises.
 */
#ifndef PGRUNBOOK_BASE_ERROR_H
#define PGRUNBOOK_BASE_ERROR_H

#include <stdbool.h>
#include <stdio.h>

#include "base/macros.h"

enum error_code {
	ERR_NONE = 0,
	ERR_USAGE,		/* wrong call of the program: exit 2 */
	ERR_RUNBOOK,		/* a runbook does not pass lint: exit 3 */
	ERR_IO,			/* a file, disk or socket operation failed */
	ERR_TOO_LONG,		/* a limit on size, depth or count */
	ERR_NOT_FOUND,
	ERR_BUSY,		/* held by somebody else; the detail says who */
	ERR_CONNECT,		/* a target cannot be reached: exit 7 */
	ERR_IDENTITY,		/* a target is not the one that was pinned: exit 7 */
	ERR_LOST,		/* the connection broke; the outcome may be unknown */
	ERR_SQL,		/* the server refused; sqlstate is set */
	ERR_CHILD,		/* a command failed, or was killed */
	ERR_EXPECT,		/* it ran, and what came back is not what was expected */
	ERR_CANCELLED,		/* stopped because a person asked */
	ERR_TIMEOUT,
	ERR_POLICY,		/* not allowed, or not by this person */
	ERR_WAITING,		/* a person is needed: exit 4 */
	ERR_VERIFY,		/* evidence does not hold: exit 5 */
	ERR_INTERNAL
};

struct error {
	enum error_code	code;
	char		primary[512];
	char		detail[2048];
	char		hint[512];
	char		sqlstate[6];	/* "" where none */
	char		file[256];	/* "" where there is no position */
	int		line;		/* 1-based; 0 where unknown */
	int		column;		/* 1-based, in characters */
};

/* Forget what err holds. */
void error_clear(struct error *err);

/*
 * Set code and primary; detail, hint, SQLSTATE and position are cleared.
 * Returns -1, so that "return error_set(...)" reads as the failure it is.
 * A null err is allowed: the text is dropped.
 */
int error_set(struct error *err, enum error_code code, const char *fmt, ...)
    PRINTF(3, 4);

/* The same, with errno's text appended after ": ". */
int error_errno(struct error *err, enum error_code code, const char *fmt, ...)
    PRINTF(3, 4);

/* Set the detail, the hint or the position of an error that is already set. */
void error_detail(struct error *err, const char *fmt, ...) PRINTF(2, 3);
void error_hint(struct error *err, const char *fmt, ...) PRINTF(2, 3);
void error_at(struct error *err, const char *file, int line, int column);

/* Put "context: " before the primary.  Returns -1. */
int error_context(struct error *err, const char *fmt, ...) PRINTF(2, 3);

/*
 * Write "file:line:column: error: primary", then "  detail: " and "  hint: "
 * lines.  program (may be null) stands in front where there is no position.
 */
void error_print(FILE *out, const char *program, const struct error *err);

/* The exit code of product.md for this error. */
int error_exit_code(const struct error *err);

/* The code's name in journals and --json ("io", "sql", ...), and back. */
const char *error_code_name(enum error_code code);

#endif
