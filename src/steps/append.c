/*
 * steps/append.c - kind "append": an entry to a Markdown file where the team
 * keeps its evidence, with links into the bundle.
 *
 * The entry stands between two comments that name the run and the step: where
 * they are there already nothing is written, also by a second run of the step
 * or after a crash.  The file is replaced as a whole, under a lock that other
 * runs on this machine hold to.
 */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/folder.h"
#include "run/timeline.h"
#include "steps/kind.h"
#include "steps/plan.h"
#include "steps/spec.h"

#define FILE_MAX	((size_t)16 << 20)
#define PATIENCE_MS	10000
#define DAY_US		((int64_t)86400 * 1000000)

struct append_spec {
	const char	*file, *text, *heading;
	const char	**links;	/* steps; null: all that have evidence */
	bool		 timeline;
};

/* ---- the entry ------------------------------------------------------------------- */

static char *
marker(const void *owner, const struct attempt *a)
{
	const char *run = a->host->run == NULL ? NULL :
	    a->host->run->state->run;

	return mem_printf(owner, "<!-- pgrunbook %s %s -->",
	    run != NULL ? run : "RUN", a->id);
}

/* What Markdown would take for markup, in a link's text. */
static void
put_inline(struct buffer *b, const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("\\`*_[]<>", *text) != NULL)
			buffer_puts(b, "\\");
		buffer_add(b, text, 1);
	}
}

/* In angle brackets a path may have blanks; the brackets themselves not. */
static void
put_link(struct buffer *b, const char *name, const char *path)
{
	buffer_puts(b, "- [");
	put_inline(b, name);
	buffer_puts(b, "](<");
	for (; *path != '\0'; path++) {
		if (*path == '<' || *path == '>' || *path == '%' ||
		    *path == '\n')
			buffer_printf(b, "%%%02X", (unsigned char)*path);
		else
			buffer_add(b, path, 1);
	}
	buffer_puts(b, ">)\n");
}

static bool
is_wanted(const struct append_spec *spec, const char *step)
{
	const char *const *each = (const char *const *)spec->links;
	const char *name = strchr(step, '/');

	if (each == NULL)
		return true;
	for (; *each != NULL; each++)
		if (str_equal(*each, step) ||
		    (name != NULL && str_equal(*each, name + 1)))
			return true;
	return false;
}

static void
put_links(struct buffer *b, const struct attempt *a)
{
	const struct append_spec *spec = a->step->spec;
	const struct run_state *s = a->host->run->state;
	size_t i;

	put_link(b, "journal", run_journal_path(b, a->host->run->folder));
	for (i = 0; i < s->artifact_count; i++)
		if (is_wanted(spec, s->artifacts[i].step))
			put_link(b, mem_printf(b, "%s: %s",
			    s->artifacts[i].step, s->artifacts[i].what),
			    path_join(b, a->host->run->folder,
			    s->artifacts[i].name));
}

/* Who did what, and when: this run's journal up to this step. */
static int
put_timeline(struct buffer *b, const struct attempt *a, struct error *err)
{
	struct moment *moments;
	size_t count, i;
	int64_t day = 0;

	if (timeline_read(b, a->host->run->folder, &moments, &count, err) < 0)
		return error_context(err, "could not read the time line");
	buffer_puts(b, "Time line (UTC), from the journal:\n\n");
	for (i = 0; i < count; i++) {
		char *text = str_printable(b, moments[i].text,
		    strlen(moments[i].text), false);

		if (moments[i].at_us / DAY_US != day)
			buffer_printf(b, "- %.10s\n",
			    clock_rfc3339(b, moments[i].at_us));
		day = moments[i].at_us / DAY_US;
		buffer_printf(b, "- %s ", clock_hms(b, moments[i].at_us));
		put_inline(b, text);
		buffer_puts(b, "\n");
	}
	buffer_puts(b, "\n");
	return 0;
}

static char *
entry(const void *owner, struct attempt *a, struct error *err)
{
	const struct append_spec *spec = a->step->spec;
	struct buffer *b = buffer_new(owner);
	char *heading = attempt_expand(b, a, spec->heading != NULL ?
	    spec->heading : a->step->name != NULL ? a->step->name : a->id,
	    err);
	char *text = heading == NULL ? NULL : attempt_expand(b, a,
	    spec->text != NULL ? spec->text : "", err);

	if (text == NULL)
		return NULL;
	buffer_printf(b, "%s\n### %s UTC: %s\n\n", marker(b, a),
	    clock_date_hm(b, clock_now_us()), heading);
	if (*text != '\0')
		buffer_printf(b, "%s%s\n", text, str_ends(text, "\n") ? "" :
		    "\n");
	if (spec->timeline && put_timeline(b, a, err) < 0)
		return NULL;
	put_links(b, a);
	buffer_puts(b, "<!-- /pgrunbook -->\n");
	return b->data;
}

/* ---- the file --------------------------------------------------------------------- */

/*
 * Lock the file that path names now.  Whoever held it before us may have put
 * another in its place: then that one is it.
 */
static int
lock_file(struct attempt *a, const char *path, struct error *err)
{
	int64_t begun = clock_mono_ms();
	struct stat mine, there;
	int fd;

	for (;;) {
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
		if (fd < 0)
			return error_errno(err, ERR_IO, "could not open \"%s\"",
			    path);
		if (flock(fd, LOCK_EX | LOCK_NB) == 0 &&
		    fstat(fd, &mine) == 0 && stat(path, &there) == 0 &&
		    mine.st_ino == there.st_ino && mine.st_dev == there.st_dev)
			return fd;
		close(fd);
		if (clock_mono_ms() - begun > PATIENCE_MS)
			return error_set(err, ERR_BUSY,
			    "somebody else writes \"%s\"", path);
		loop_sleep(a->host->loop, 50, &a->is_cancelled);
		if (attempt_check(a, err) < 0)
			return -1;
	}
}

/* The whole file again with the entry behind it; *was_there: as it is. */
static int
write_entry(struct attempt *a, const char *path, const char *text,
    bool *was_there, struct error *err)
{
	struct buffer *b = buffer_new(NULL);
	struct stat st;
	mode_t mode = stat(path, &st) == 0 && st.st_size > 0 ?
	    st.st_mode & 0777 : 0644;
	char *old;
	size_t size;
	int rc = file_read(b, path, FILE_MAX, &old, &size, err);

	*was_there = rc == 0 && strstr(old, marker(b, a)) != NULL;
	if (rc == 0 && strlen(old) != size)
		rc = error_set(err, ERR_IO, "\"%s\" is no text", path);
	if (rc == 0 && !*was_there) {
		buffer_add(b, old, size);
		if (size > 0)
			buffer_puts(b, str_ends(old, "\n") ? "\n" : "\n\n");
		buffer_puts(b, text);
		rc = file_write_atomic(path, b->data, b->size, mode, err);
		/* The team reads it, whatever the mask of this process. */
		if (rc == 0 && chmod(path, mode) < 0)
			rc = error_errno(err, ERR_IO,
			    "could not set the mode of \"%s\"", path);
	}
	talloc_free(b);
	return rc;
}

/* A link is followed: the file behind it is replaced, not the link. */
static char *
path_of(const void *owner, struct attempt *a, struct error *err)
{
	const struct append_spec *spec = a->step->spec;
	char *path = attempt_path(owner, a, spec->file, err), *real;

	real = path == NULL ? NULL : path_real(owner, path);
	return real != NULL ? real : path;
}

static int
run(struct attempt *a, struct error *err)
{
	void *owner = talloc_new(NULL);
	char *path = path_of(owner, a, err), *text;
	bool was_there = false;
	int rc = -1, fd = -1;

	text = path == NULL ? NULL : entry(owner, a, err);
	if (text != NULL && file_make_folder(path_folder(owner, path), 0755,
	    err) == 0)
		fd = lock_file(a, path, err);
	if (fd >= 0) {
		rc = write_entry(a, path, text, &was_there, err);
		close(fd);
	}
	if (rc == 0)
		rc = attempt_printf(a, err, was_there ?
		    "%s has the entry already\n" : "%s: appended\n", path);
	if (rc == 0 && !was_there)
		rc = attempt_evidence(a, "entry.md", "entry", text,
		    strlen(text), NULL, err);
	if (rc == 0)
		rc = attempt_register(a, json_pack("{s:s, s:b}", "file", path,
		    "appended", !was_there), err);
	talloc_free(owner);
	return rc;
}

static int
plan(struct attempt *a, struct error *err)
{
	const struct append_spec *spec = a->step->spec;
	void *owner = talloc_new(NULL);
	char *path = path_of(owner, a, err), *text, *shown;
	struct plan *p;

	/* The time and the links are those of the moment it runs. */
	text = path == NULL ? NULL : attempt_expand(owner, a,
	    spec->text != NULL ? spec->text : "", err);
	if (text != NULL) {
		shown = mem_printf(owner, "append to %s\n%s", path, text);
		p = plan_text(a, CLASS_A, "writes a file", shown);
		if (spec->timeline)
			plan_line(p, "with the time line of the run, from its "
			    "journal");
		plan_line(p, "once: an entry of this run and step is not "
		    "written again");
		if (a->step->rollback == NULL)
			plan_undo(p, "take the entry out of the file");
	}
	talloc_free(owner);
	return text == NULL ? -1 : 0;
}

static int
settle(struct attempt *a, const struct attempt_state *was UNUSED,
    enum outcome *outcome, char proof[256], char query[512], struct error *err)
{
	void *owner = talloc_new(NULL);
	char *path = path_of(owner, a, err), *text;
	struct error ignored;
	size_t size;
	bool is_there;

	if (path == NULL) {
		talloc_free(owner);
		return -1;
	}
	is_there = file_read(owner, path, FILE_MAX, &text, &size,
	    &ignored) == 0 && strstr(text, marker(owner, a)) != NULL;
	*outcome = is_there ? OUTCOME_DONE : OUTCOME_NOT_DONE;
	snprintf(proof, 256, is_there ? "the entry is in \"%.200s\"" :
	    "the entry is not in \"%.200s\"", path);
	query[0] = '\0';
	talloc_free(owner);
	return 0;
}

static enum step_class
deserves(const struct step *s UNUSED, char *why, size_t why_size)
{
	snprintf(why, why_size, "writes a file");
	return CLASS_A;
}

static const struct key keys[] = {
	{ "file", KEY_TEXT, KEY_REQUIRED | KEY_EXPANDS,
	  offsetof(struct append_spec, file), "the Markdown file", NULL, 0, 0 },
	{ "heading", KEY_TEXT, KEY_EXPANDS, offsetof(struct append_spec,
	  heading), "the entry's heading (default: the step's name)", NULL, 0,
	  0 },
	{ "text", KEY_TEXT, KEY_EXPANDS | KEY_MARKDOWN,
	  offsetof(struct append_spec, text), "what it says", NULL, 0, 0 },
	{ "timeline", KEY_BOOL, 0, offsetof(struct append_spec, timeline),
	  "who did what, and when, from the journal (default false)", NULL, 0,
	  0 },
	{ "links", KEY_TEXTS, 0, offsetof(struct append_spec, links),
	  "steps whose evidence it links to (default: all)", NULL, 0, 0 },
	KEY_END
};

const struct step_kind kind_append = {
	{ "append", "appends an entry to a Markdown file, with links into the evidence",
	  "file", keys, sizeof(struct append_spec), NULL, NULL, deserves },
	plan, run, settle
};
