/*
 * engine/main.c - the program pgrunbook-engine: options on standard input,
 * an exit code at the end.  It is started by pgrunbook, not by people.
 */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/engine.h"
#include "engine/options.h"
#include "run/event.h"

#define OPTIONS_MAX	(1 << 20)

static int
read_options(const void *owner, json_t **json, struct error *err)
{
	struct buffer *b = buffer_new(owner);
	char piece[4096];
	ssize_t n;

	while ((n = read(0, piece, sizeof(piece))) > 0 &&
	    b->size < OPTIONS_MAX)
		buffer_add(b, piece, (size_t)n);
	if (json_parse(b->data, b->size, json, NULL) == 0)
		return 0;
	error_set(err, ERR_USAGE, "the engine's options are not JSON");
	error_hint(err, "\"pgrunbook run FILE\" starts an engine");
	return -1;
}

/* Told to who launched it; else a failure goes to standard error. */
static void
on_ready(void *arg, const struct error *err)
{
	bool is_launched = *(const bool *)arg;
	struct error ignored;
	json_t *answer;
	char *line;

	if (err != NULL)
		error_print(stderr, "pgrunbook", err);
	if (!is_launched)
		return;
	answer = err == NULL ? json_pack("{s:b}", "ready", true) :
	    json_pack("{s:o}", "error", event_error(err));
	line = json_stable(NULL, memory_check(answer));
	/* Where nobody listens any more there is nobody to be told. */
	if (file_write_all(ENGINE_READY_FD, line, strlen(line), &ignored) == 0)
		close(ENGINE_READY_FD);
	talloc_free(line);
	json_decref(answer);
}

int
main(void)
{
	void *owner = talloc_new(NULL);
	struct engine_options o;
	struct error err = { 0 };
	bool is_launched = false;
	json_t *json = NULL;
	int code, null;

	if (read_options(owner, &json, &err) != 0 ||
	    engine_options_parse(owner, json, &o, &is_launched, &err) != 0) {
		error_print(stderr, "pgrunbook-engine", &err);
		code = error_exit_code(&err);
	} else {
		/* Commands of steps have no business with either. */
		if (is_launched)
			fcntl(ENGINE_READY_FD, F_SETFD, FD_CLOEXEC);
		null = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (null >= 0 && dup2(null, 0) == 0)
			close(null);
		code = engine_serve(&o, on_ready, &is_launched);
	}
	json_decref(json);
	talloc_free(owner);
	return code;
}
