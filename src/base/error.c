/* base/error.c - setting, decorating and printing errors. */

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/error.h"

/* Rows: name in journals and --json, exit code of the program. */
static const struct {
	const char	*name;
	int		 exit_code;
} codes[] = {
	[ERR_NONE] = { "none", 0 },
	[ERR_USAGE] = { "usage", 2 },
	[ERR_RUNBOOK] = { "runbook", 3 },
	[ERR_IO] = { "io", 1 },
	[ERR_TOO_LONG] = { "too_long", 1 },
	[ERR_NOT_FOUND] = { "not_found", 1 },
	[ERR_BUSY] = { "busy", 1 },
	[ERR_CONNECT] = { "connect", 7 },
	[ERR_IDENTITY] = { "identity", 7 },
	[ERR_LOST] = { "lost", 1 },
	[ERR_SQL] = { "sql", 1 },
	[ERR_CHILD] = { "child", 1 },
	[ERR_EXPECT] = { "expect", 1 },
	[ERR_CANCELLED] = { "cancelled", 1 },
	[ERR_TIMEOUT] = { "timeout", 1 },
	[ERR_POLICY] = { "policy", 1 },
	[ERR_WAITING] = { "waiting", 4 },
	[ERR_VERIFY] = { "verify", 5 },
	[ERR_INTERNAL] = { "internal", 1 },
};

/* Take back the bytes of a character that was cut in its middle. */
static void
trim_to_character(char *text, size_t size)
{
	size_t start = size;
	unsigned char lead;
	size_t want;

	while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0)
		return;
	lead = (unsigned char)text[start - 1];
	want = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	if (size - (start - 1) < want)
		text[start - 1] = '\0';
}

static void PRINTF(3, 0)
format(char *out, size_t room, const char *fmt, va_list ap)
{
	int n = vsnprintf(out, room, fmt, ap);

	if (n < 0)
		out[0] = '\0';
	else if ((size_t)n >= room)
		trim_to_character(out, room - 1);
}

void
error_clear(struct error *err)
{
	if (err != NULL)
		memset(err, 0, sizeof(*err));
}

int
error_set(struct error *err, enum error_code code, const char *fmt, ...)
{
	char primary[sizeof(err->primary)];
	va_list ap;

	if (err == NULL)
		return -1;
	/* The arguments may point into err itself. */
	va_start(ap, fmt);
	format(primary, sizeof(primary), fmt, ap);
	va_end(ap);
	error_clear(err);
	err->code = code;
	memcpy(err->primary, primary, sizeof(primary));
	return -1;
}

int
error_errno(struct error *err, enum error_code code, const char *fmt, ...)
{
	char text[sizeof(err->primary)];
	int saved = errno;
	va_list ap;

	if (err == NULL)
		return -1;
	va_start(ap, fmt);
	format(text, sizeof(text), fmt, ap);
	va_end(ap);
	error_set(err, code, "%s: %s", text, strerror(saved));
	errno = saved;
	return -1;
}

void
error_detail(struct error *err, const char *fmt, ...)
{
	char text[sizeof(err->detail)];
	va_list ap;

	if (err == NULL)
		return;
	va_start(ap, fmt);
	format(text, sizeof(text), fmt, ap);
	va_end(ap);
	memcpy(err->detail, text, sizeof(text));
}

void
error_hint(struct error *err, const char *fmt, ...)
{
	char text[sizeof(err->hint)];
	va_list ap;

	if (err == NULL)
		return;
	va_start(ap, fmt);
	format(text, sizeof(text), fmt, ap);
	va_end(ap);
	memcpy(err->hint, text, sizeof(text));
}

static void PRINTF(2, 3)
set_file(struct error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	format(err->file, sizeof(err->file), fmt, ap);
	va_end(ap);
}

void
error_at(struct error *err, const char *file, int line, int column)
{
	if (err == NULL)
		return;
	if (file == NULL)
		err->file[0] = '\0';
	else if (file != err->file)
		set_file(err, "%s", file);
	err->line = line;
	err->column = column;
}

static void PRINTF(2, 3)
set_primary(struct error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	format(err->primary, sizeof(err->primary), fmt, ap);
	va_end(ap);
}

int
error_context(struct error *err, const char *fmt, ...)
{
	char context[sizeof(err->primary)];
	char primary[sizeof(err->primary)];
	va_list ap;

	if (err == NULL)
		return -1;
	va_start(ap, fmt);
	format(context, sizeof(context), fmt, ap);
	va_end(ap);
	memcpy(primary, err->primary, sizeof(primary));
	set_primary(err, "%s: %s", context, primary);
	return -1;
}

void
error_print(FILE *out, const char *program, const struct error *err)
{
	if (err->file[0] != '\0') {
		fprintf(out, "%s:", err->file);
		if (err->line > 0)
			fprintf(out, "%d:", err->line);
		if (err->line > 0 && err->column > 0)
			fprintf(out, "%d:", err->column);
		fputc(' ', out);
	} else if (program != NULL) {
		fprintf(out, "%s: ", program);
	}
	fprintf(out, "error: %s\n", err->primary);
	if (err->detail[0] != '\0' || err->sqlstate[0] != '\0') {
		fputs("  detail:", out);
		if (err->detail[0] != '\0')
			fprintf(out, " %s", err->detail);
		if (err->sqlstate[0] != '\0')
			fprintf(out, " (SQLSTATE %s)", err->sqlstate);
		fputc('\n', out);
	}
	if (err->hint[0] != '\0')
		fprintf(out, "  hint: %s\n", err->hint);
}

int
error_exit_code(const struct error *err)
{
	if ((size_t)err->code >= COUNT_OF(codes))
		return 1;
	return codes[err->code].exit_code;
}

const char *
error_code_name(enum error_code code)
{
	if ((size_t)code >= COUNT_OF(codes))
		return "internal";
	return codes[code].name;
}
