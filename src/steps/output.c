/*
 * steps/output.c - what an attempt says: output, status, evidence, values.
 *
 * Output is redacted first, then goes whole to an artifact and, within a
 * budget, to those who watch: a command that prints a gigabyte fills its
 * evidence, not everybody's screen.
 */

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/private.h"

extern char **environ;

#define LIVE_WINDOW_MS	200
#define LIVE_BUDGET	65536	/* bytes a window */
#define PACE_FROM_MS	2000	/* of progress, before it foretells */
#define LINE_MAX_BYTES	8192	/* of what on_line sees */

int
attempt_event(struct attempt *a, enum event_type type, json_t *data,
    struct error *err)
{
	json_object_set_new(data, "step", json_string(a->id));
	json_object_set_new(data, "attempt", json_integer(a->number));
	return run_append(a->host->run, type, data, err);
}

/* ---- output -------------------------------------------------------------- */

/* How many bytes at the end are the start of a character. */
static size_t
unfinished(const char *bytes, size_t size_bytes)
{
	size_t back, need;
	unsigned char c;

	for (back = 1; back <= 3 && back <= size_bytes; back++) {
		c = (unsigned char)bytes[size_bytes - back];
		if ((c & 0xC0) == 0x80)
			continue;
		need = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
		return need > back ? back : 0;
	}
	return 0;
}

static void
show_live(struct attempt *a, int stream, const char *bytes, size_t size_bytes)
{
	struct attempt_private *p = a->private_;
	int64_t now = clock_mono_ms();
	char *text;

	if (now - p->window_ms >= LIVE_WINDOW_MS) {
		p->window_ms = now;
		p->window_left = LIVE_BUDGET;
	}
	if (size_bytes == 0 || p->window_left <= 0)
		return;
	p->window_left -= (int64_t)size_bytes;
	text = str_printable(NULL, bytes, size_bytes, true);
	run_live(a->host->run, EVENT_OUTPUT, json_pack(
	    "{s:s, s:i, s:i, s:s, s:I}", "step", a->id, "attempt", a->number,
	    "stream", stream, "text", text, "size",
	    (json_int_t)artifact_size(a->output)));
	talloc_free(text);
}

static int
write_redacted(struct attempt *a, int stream, struct buffer *text, bool is_end,
    struct error *err)
{
	struct buffer *pending = a->private_->pending[stream - 1];
	size_t keep;

	if (text->size > 0 &&
	    artifact_write(a->output, text->data, text->size, err) < 0)
		return -1;
	buffer_add(pending, text->data, text->size);
	keep = is_end ? 0 : unfinished(pending->data, pending->size);
	show_live(a, stream, pending->data, pending->size - keep);
	buffer_consume(pending, pending->size - keep);
	return 0;
}

static int
open_output(struct attempt *a, struct error *err)
{
	struct attempt_private *p = a->private_;
	char *folder = attempt_folder(NULL, a);
	char *name = path_join(folder, folder, "output.txt");
	int i;

	a->output = artifact_open(a, a->host->run->folder, name, err);
	talloc_free(folder);
	if (a->output == NULL)
		return -1;
	for (i = 0; i < 2; i++) {
		p->pending[i] = buffer_new(a);
		if (a->host->run->redactor != NULL)
			p->streams[i] = redact_stream_new(a,
			    a->host->run->redactor);
	}
	return 0;
}

int
attempt_output(struct attempt *a, int stream, const char *bytes,
    size_t size_bytes, struct error *err)
{
	struct attempt_private *p = a->private_;
	struct buffer *text;
	int rc;

	if (p->output_error.code != ERR_NONE) {
		*err = p->output_error;
		return -1;
	}
	if (a->output == NULL && open_output(a, err) < 0)
		return -1;
	text = buffer_new(NULL);
	if (p->streams[stream - 1] != NULL)
		redact_stream_feed(p->streams[stream - 1], bytes, size_bytes,
		    text);
	else
		buffer_add(text, bytes, size_bytes);
	rc = write_redacted(a, stream, text, false, err);
	talloc_free(text);
	return rc;
}

int
attempt_printf(struct attempt *a, struct error *err, const char *fmt, ...)
{
	va_list args;
	char *text;
	int rc;

	va_start(args, fmt);
	text = memory_check(talloc_vasprintf(NULL, fmt, args));
	va_end(args);
	rc = attempt_output(a, 1, text, strlen(text), err);
	talloc_free(text);
	return rc;
}

int
output_sync(struct attempt *a, struct error *err)
{
	if (a->private_->output_error.code != ERR_NONE) {
		*err = a->private_->output_error;
		return -1;
	}
	return a->output != NULL ? artifact_sync(a->output, err) : 0;
}

int
output_finish(struct attempt *a, struct error *err)
{
	struct artifact_info info;
	struct buffer *text;
	int stream, rc = 0;

	if (a->private_->output_error.code != ERR_NONE) {
		*err = a->private_->output_error;
		return -1;
	}
	if (a->output == NULL)
		return 0;
	text = buffer_new(NULL);
	for (stream = 1; stream <= 2 && rc == 0; stream++) {
		buffer_clear(text);
		if (a->private_->streams[stream - 1] != NULL)
			redact_stream_end(a->private_->streams[stream - 1],
			    text);
		rc = write_redacted(a, stream, text, true, err);
	}
	talloc_free(text);
	if (rc < 0)
		return -1;
	rc = artifact_close(a->output, &info, err);
	a->output = NULL;
	return rc < 0 ? -1 : attempt_event(a, EVENT_ARTIFACT, json_pack(
	    "{s:s, s:s, s:I, s:s}", "name", info.name, "sha256", info.sha256,
	    "size", (json_int_t)info.size_bytes, "what", "output"), err);
}

static void
tell_status(struct attempt *a, const char *fmt, va_list args)
{
	char *text = memory_check(talloc_vasprintf(NULL, fmt, args));

	run_live(a->host->run, EVENT_STATUS, json_pack("{s:s, s:o}", "step",
	    a->id, "text", json_text(text, strlen(text))));
	talloc_free(text);
}

void
attempt_status(struct attempt *a, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tell_status(a, fmt, args);
	va_end(args);
}

void
attempt_phase(struct attempt *a, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tell_status(a, fmt, args);
	va_end(args);
	a->private_->progress_unit = NULL;
	run_live(a->host->run, EVENT_PROGRESS, json_pack(
	    "{s:s, s:i, s:i, s:i, s:s}", "step", a->id, "attempt", a->number,
	    "done", 0, "total", 0, "unit", ""));
}

/* Done per second since the unit began; 0: too early to tell. */
static double
pace(struct attempt_private *p, int64_t done, const char *unit)
{
	int64_t now = clock_mono_ms(), ran;

	if (p->progress_unit == NULL || strcmp(p->progress_unit, unit) != 0 ||
	    done < p->progress_first) {
		p->progress_unit = unit;
		p->progress_first = done;
		p->progress_begun_ms = now;
	}
	ran = now - p->progress_begun_ms;
	return ran < PACE_FROM_MS ? 0 :
	    (double)(done - p->progress_first) * 1000 / (double)ran;
}

void
attempt_progress(struct attempt *a, int64_t done, int64_t total,
    const char *unit, const char *text)
{
	double rate = pace(a->private_, done, unit);
	json_t *data = json_pack("{s:s, s:i, s:I, s:I, s:s}", "step", a->id,
	    "attempt", a->number, "done", (json_int_t)done, "total",
	    (json_int_t)total, "unit", unit);

	if (text != NULL)
		json_object_set_new(data, "text",
		    json_text(text, strlen(text)));
	if (rate >= 1)
		json_object_set_new(data, "rate",
		    json_integer((json_int_t)rate));
	if (rate > 0 && total >= done)
		json_object_set_new(data, "remaining_ms", json_integer(
		    (json_int_t)((double)(total - done) * 1000 / rate)));
	run_live(a->host->run, EVENT_PROGRESS, data);
}

/* ---- evidence ------------------------------------------------------------ */

char *
attempt_folder(const void *owner, const struct attempt *a)
{
	return mem_printf(owner, "artifacts/%s.%d", a->id, a->number);
}

static int
tell_artifact(struct attempt *a, const struct artifact_info *info,
    const char *what, struct error *err)
{
	return attempt_event(a, EVENT_ARTIFACT, json_pack(
	    "{s:s, s:s, s:I, s:s}", "name", info->name, "sha256", info->sha256,
	    "size", (json_int_t)info->size_bytes, "what", what), err);
}

int
attempt_evidence(struct attempt *a, const char *name, const char *what,
    const void *bytes, size_t size_bytes, char **path, struct error *err)
{
	struct artifact_info info;
	char *folder = attempt_folder(NULL, a);
	char *full = path_join(folder, folder, name);
	int rc;

	rc = artifact_save(a->host->run->folder, full, bytes, size_bytes,
	    &info, err);
	if (rc == 0 && path != NULL)
		*path = path_join(a, a->host->run->folder, full);
	talloc_free(folder);
	return rc < 0 ? -1 : tell_artifact(a, &info, what, err);
}

/* The path below the bundle's folder; null: it is not in it. */
static const char *
inside_bundle(const struct attempt *a, const char *path)
{
	const char *folder = a->host->run->folder;
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 && path[n] == '/' ?
	    path + n + 1 : NULL;
}

bool
attempt_is_inside(const struct attempt *a, const char *path)
{
	return inside_bundle(a, path) != NULL;
}

static int
copy_in(struct attempt *a, const char *path, char **copied, struct error *err)
{
	char *folder = attempt_folder(NULL, a);
	char *full = path_join(folder, a->host->run->folder, folder);
	int rc = -1;

	*copied = path_join(a, full, path_name(path));
	if (file_exists(*copied))
		error_set(err, ERR_BUSY, "there is an artifact \"%s\" already",
		    path_name(path));
	else if (file_make_folder(full, 0700, err) == 0)
		rc = file_copy(path, *copied, 0600, err);
	talloc_free(folder);
	return rc;
}

int
attempt_attach(struct attempt *a, const char *path, const char *what,
    struct error *err)
{
	struct artifact_info info;
	char *copied = NULL;

	if (inside_bundle(a, path) == NULL) {
		if (copy_in(a, path, &copied, err) < 0)
			return error_context(err, "could not attach \"%s\"", path);
		path = copied;
	}
	snprintf(info.name, sizeof(info.name), "%s", inside_bundle(a, path));
	if (attempt_sha256(a, path, info.sha256, &info.size_bytes, err) < 0)
		return -1;
	return tell_artifact(a, &info, what, err);
}

int
attempt_register(struct attempt *a, json_t *value, struct error *err)
{
	const char *name = a->step->register_name;

	if (name == NULL) {
		json_decref(value);
		return 0;
	}
	scope_set(a->host->scope, name, json_incref(value));
	return run_append(a->host->run, EVENT_REGISTERED, json_pack(
	    "{s:s, s:s, s:o}", "step", a->id, "name", name, "value", value),
	    err);
}

/* ---- commands ------------------------------------------------------------ */

struct running {
	struct attempt	*attempt;
	const struct command *command;
	struct buffer	*lines[2];
	struct error	 error;
	bool		 stop;		/* cancelled, or the output cannot be kept */
	struct child	*child;
};

static void
hand_over_lines(struct running *r, int stream, bool is_end)
{
	struct buffer *b = r->lines[stream - 1];
	char *end, *line;

	while ((end = memchr(b->data, '\n', b->size)) != NULL ||
	    b->size > LINE_MAX_BYTES || (is_end && b->size > 0)) {
		size_t n = end != NULL ? (size_t)(end - b->data) : b->size;

		line = mem_strndup(NULL, b->data, n);
		buffer_consume(b, end != NULL ? n + 1 : n);
		r->command->on_line(r->command->arg, stream, line);
		talloc_free(line);
	}
}

static void
took_output(void *arg, int fd, const char *bytes, size_t size_bytes)
{
	struct running *r = arg;

	if (!r->command->is_quiet && r->error.code == ERR_NONE &&
	    attempt_output(r->attempt, fd, bytes, size_bytes, &r->error) < 0)
		r->stop = true;
	if (r->command->on_line != NULL) {
		buffer_add(r->lines[fd - 1], bytes, size_bytes);
		hand_over_lines(r, fd, false);
	}
}

static void
look_for_cancel(void *arg)
{
	struct running *r = arg;

	if (r->attempt->is_cancelled)
		r->stop = true;
}

static int
command_result(struct running *r, int rc, int *exit_status, struct error *err)
{
	int signum;

	if (r->error.code != ERR_NONE) {
		*err = r->error;
		return -1;
	}
	if (rc < 0)
		return -1;
	signum = child_signal(r->child);
	if (signum != 0)
		return error_set(err, ERR_CHILD,
		    "the command was killed by signal %d (%s)", signum,
		    strsignal(signum));
	*exit_status = child_exit_status(r->child);
	return 0;
}

char *
attempt_trace(const void *owner, const struct attempt *a)
{
	const char *run = a->host->run->state->run;

	return mem_printf(owner, "PGRUNBOOK_ATTEMPT=%s/%s.%d",
	    run != NULL ? run : "", a->id, a->number);
}

/* The command's environment, and by what it is found again after a crash. */
static const char *const *
with_trace(const void *owner, const struct attempt *a,
    const char *const *env)
{
	size_t count = 0, i;
	const char **all;

	if (env == NULL)
		env = (const char *const *)environ;
	while (env[count] != NULL)
		count++;
	all = NEW_ARRAY(owner, const char *, count + 2);
	all[0] = attempt_trace(owner, a);
	for (i = 0; i < count; i++)
		all[i + 1] = env[i];
	all[count + 1] = NULL;
	return all;
}

int
attempt_command(struct attempt *a, const struct command *c, int *exit_status,
    struct error *err)
{
	struct running *r = NEW(NULL, struct running);
	struct child_spec spec = { 0 };
	int rc = -1;

	r->attempt = a;
	r->command = c;
	r->lines[0] = buffer_new(r);
	r->lines[1] = buffer_new(r);
	spec.argv = c->argv;
	spec.env = with_trace(r, a, c->env);
	spec.cwd = c->cwd;
	spec.on_output = took_output;
	spec.arg = r;
	r->stop = a->is_cancelled;
	r->child = child_start(r, a->host->loop, &spec, err);
	if (r->child != NULL) {
		loop_timer_new(r, a->host->loop, 50, 50, look_for_cancel, r);
		rc = child_wait(r->child, &r->stop, -1, err);
		if (c->on_line != NULL) {
			hand_over_lines(r, 1, true);
			hand_over_lines(r, 2, true);
		}
		rc = command_result(r, rc, exit_status, err);
	}
	talloc_free(r);
	return rc;
}
