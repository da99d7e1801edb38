/* cli/verify.c - "pgrunbook verify": proves a bundle, or says what does not hold. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "approval/evidence.h"
#include "approval/statement.h"
#include "base/file.h"
#include "base/json.h"
#include "base/loop.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/command.h"
#include "postgres/outcome.h"
#include "run/folder.h"

struct anchors {
	struct anchor	*list;
	size_t		 count;
};

static void
print_json(struct call *c, const struct evidence *e)
{
	const struct verify_result *r = &e->bundle;
	json_t *j = json_pack("{s:b, s:I, s:I, s:I, s:I, s:b, s:s, s:I, s:I, "
	    "s:I, s:{s:I, s:I, s:I, s:I}, s:s*}", "holds", 1,
	    "records", (json_int_t)r->records,
	    "artifacts", (json_int_t)r->artifacts,
	    "artifact_bytes", (json_int_t)r->artifact_bytes,
	    "signs", (json_int_t)r->signs, "closed", r->is_closed,
	    "head", r->head, "anchors", (json_int_t)e->anchors,
	    "rejected", (json_int_t)e->rejected,
	    "decisions", (json_int_t)e->decisions, "strengths",
	    "ssh", (json_int_t)e->ssh, "keystroke", (json_int_t)e->keystroke,
	    "break_glass", (json_int_t)e->break_glass,
	    "other", (json_int_t)e->other,
	    "sealed_by", e->sealed_by[0] != '\0' ? e->sealed_by : NULL);

	printf("%s\n", json_pretty(c, j));
	json_decref(j);
}

static void
print_signs(const struct evidence *e)
{
	printf("  sign-offs  %" PRId64 ", each for what was shown: %" PRId64
	    " by ssh keys, %" PRId64 " by keystrokes, %" PRId64 " otherwise\n",
	    e->bundle.signs, e->ssh, e->keystroke, e->other);
	if (e->decisions > 0)
		printf("  decisions  %" PRId64 " on drift items, each by who "
		    "may\n", e->decisions);
	if (e->break_glass > 0)
		printf("  BREAK-GLASS  %" PRId64 " times somebody let it go "
		    "alone\n", e->break_glass);
	if (e->rejected > 0)
		printf("  rejected   %" PRId64 " sign-offs came and were not "
		    "taken\n", e->rejected);
}

static void
print_text(struct call *c, const char *folder, const struct evidence *e)
{
	const struct verify_result *r = &e->bundle;
	char code[20];

	evidence_code(r->head, code);
	printf("%s holds\n", folder);
	printf("  records    %" PRId64 ", each chained to the one before\n",
	    r->records);
	printf("  artifacts  %" PRId64 ", %s\n", r->artifacts,
	    str_bytes(c, r->artifact_bytes));
	print_signs(e);
	printf("  head       %s\n             in short %s\n", r->head, code);
	printf("  anchors    %s\n", e->anchors == 0 ? "none were given: "
	    "a journal made anew by its owner would not show" :
	    mem_printf(c, "%" PRId64 " seen elsewhere, each in its place",
	    e->anchors));
	if (!r->is_closed)
		printf("  run        not closed: more may follow, and a cut end "
		    "would not show\n");
	else
		printf("  run        closed, %s%s\n", e->sealed_by[0] != '\0' ?
		    "signed by " : "not signed", e->sealed_by);
}

/* ---- anchors ----------------------------------------------------------- */

static struct anchor *
add(struct call *c, struct anchors *a)
{
	struct anchor *new;

	GROW(c, a->list, struct anchor, a->count + 1);
	new = &a->list[a->count++];
	memset(new, 0, sizeof(*new));
	return new;
}

static void
add_heads(struct call *c, struct anchors *a)
{
	for (const char **h = c->options.head; h != NULL && *h != NULL; h++)
		*add(c, a) = (struct anchor){ .source = "who wrote its head "
		    "down", .head = *h };
}

/* An approval that its signer has kept: the chain before it is his anchor. */
static int
add_approvals(struct call *c, struct anchors *a, struct error *err)
{
	for (const char **f = c->options.approval; f != NULL && *f != NULL;
	    f++) {
		struct statement s;
		size_t size;
		char *text;

		if (file_read(c, *f, APPROVAL_MAX, &text, &size, err) != 0 ||
		    statement_from_file(c, text, size, &s, err) != 0)
			return error_context(err, "\"%s\"", *f);
		*add(c, a) = (struct anchor){ .source = mem_printf(c,
		    "the approval \"%s\"", *f), .head = s.request };
	}
	return 0;
}

/* NAME=URL, or a URL alone. */
static const char *
url_of(const char *target)
{
	const char *equals = strchr(target, '=');
	const char *colon = strchr(target, ':');

	return equals != NULL && (colon == NULL || equals < colon) ?
	    equals + 1 : target;
}

static int
add_target(struct call *c, struct anchors *a, const char *target,
    const char *run, struct error *err)
{
	struct pg_options options = { .application_name = "pgrunbook" };
	struct pg_target *url = pg_target_parse(c, url_of(target), err);
	struct pg_session *s = url == NULL ? NULL :
	    pg_open(c, loop_new(c), url, &options, err);
	json_t *rows = s == NULL ? NULL : outcome_anchors(s, run, err), *row;
	size_t i;

	if (rows == NULL)
		return -1;
	json_owned(c, rows);
	json_array_foreach(rows, i, row)
		*add(c, a) = (struct anchor){
			.source = mem_printf(c, "the database \"%s\"",
			    url->shown),
			.head = json_str(row, "head"),
			.seq = json_int(row, "seq", 0),
			.attempt = *json_str_or(row, "step", "") != '\0' ?
			    json_str(row, "attempt") : NULL,
		};
	return 0;
}

static int
add_targets(struct call *c, struct anchors *a, const char *folder,
    struct error *err)
{
	struct run_state *s;

	if (c->options.target == NULL)
		return 0;
	s = run_state_load(c, folder, err);
	if (s == NULL)
		return -1;
	for (const char **t = c->options.target; *t != NULL; t++)
		if (add_target(c, a, *t, s->run, err) != 0)
			return -1;
	return 0;
}

int
cli_verify(struct call *c)
{
	char *runs = runs_folder(c, c->options.runs), *folder;
	struct anchors a = { NULL, 0 };
	struct evidence e;
	struct error err;

	error_clear(&err);
	folder = run_folder_find(c, runs, c->args[0], &err);
	if (folder == NULL)
		return command_fail(&err);
	add_heads(c, &a);
	if (add_approvals(c, &a, &err) != 0 ||
	    add_targets(c, &a, folder, &err) != 0 ||
	    evidence_verify(folder, a.list, a.count, &e, &err) != 0)
		return command_fail(&err);
	if (c->options.json)
		print_json(c, &e);
	else
		print_text(c, folder, &e);
	return EXIT_DONE;
}
