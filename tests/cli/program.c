/* tests/cli/program.c - the program, called as a person calls it. */

#include "harness/test.h"

#include <stdarg.h>
#include <string.h>

#include "base/child.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/program.h"

#define PATIENCE_MS	180000

struct collected {
	struct buffer *out, *errors;
};

static void
collect(void *arg, int fd, const char *bytes, size_t size_bytes)
{
	struct collected *c = arg;

	buffer_add(fd == 1 ? c->out : c->errors, bytes, size_bytes);
}

struct told
program_run(const void *owner, const char *cwd, const char *const *argv)
{
	struct collected c = { buffer_new(owner), buffer_new(owner) };
	struct child_spec spec = { .argv = argv, .cwd = cwd,
		.on_output = collect, .arg = &c };
	struct loop *l = loop_new(NULL);
	struct error err = { 0 };
	struct child *child = child_start(l, l, &spec, &err);
	struct told t;

	assert_got(child, &err);
	assert_ok(child_wait(child, NULL, PATIENCE_MS, &err), &err);
	t = (struct told){ c.out->data, c.errors->data, child_exit_status(child) };
	talloc_free(l);
	return t;
}

struct told
program_in(const void *owner, const char *cwd, ...)
{
	const char **argv = NEW_ARRAY(owner, const char *, 2);
	size_t n = 1;
	va_list args;

	argv[0] = mem_printf(argv, "%s/pgrunbook", test_builddir());
	va_start(args, cwd);
	do {
		GROW(owner, argv, const char *, n + 1);
		argv[n] = va_arg(args, const char *);
	} while (argv[n++] != NULL);
	va_end(args);
	return program_run(owner, cwd, argv);
}

char *
manual_example(const void *owner, const char *page, const char *name)
{
	char *text = slurp(owner, mem_printf(owner, "%s/man/%s",
	    test_srcdir(), page));
	char *mark = mem_printf(owner, ".\\\" example: %s\n", name);
	char *at = strstr(text, mark), *end, *out;
	size_t n = 0;

	assert_non_null(at);
	at = strchr(strstr(at, ".Bd "), '\n') + 1;
	end = strstr(at, ".Ed\n");
	assert_non_null(end);
	out = NEW_ARRAY(owner, char, end - at + 1);
	for (; at < end; at++) {
		/* mdoc writes a backslash as \e, and \& is nothing. */
		if (at[0] == '\\' && at[1] == '&')
			at++;
		else if (at[0] == '\\' && at[1] == 'e')
			at++, out[n++] = '\\';
		else
			out[n++] = *at;
	}
	return out;
}
