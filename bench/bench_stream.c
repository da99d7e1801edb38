/*
 * bench/bench_stream.c - output of a command on its way to evidence.
 *
 * usage: bench_stream [MEBIBYTES]        (1024)
 *
 * A child prints; a redactor with five secrets looks for them; an artifact
 * keeps and hashes it.  Prints speed and peak memory, compares with "cat" and
 * sync(1), and fails where the peak is 64 MiB or more.
 */

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/redact.h"
#include "journal/artifact.h"

#define PEAK_MAX_KB	(64 * 1024)
#define PRINTS \
	"yes '2026-11-27 01:00:00 UTC [4711] LOG:  duration: 0.123 ms  " \
	"statement: SELECT id, name FROM customers WHERE id = 42' | " \
	"head -c \"$1\"M"

struct stream {
	struct redact_stream	*redact;
	struct buffer		*clean;
	struct artifact		*artifact;
	struct error		 err;
};

static void
on_output(void *arg, int fd UNUSED, const char *bytes, size_t size_bytes)
{
	struct stream *s = arg;

	redact_stream_feed(s->redact, bytes, size_bytes, s->clean);
	if (artifact_write(s->artifact, s->clean->data, s->clean->size,
	    &s->err) != 0) {
		error_print(stderr, "bench_stream", &s->err);
		exit(1);
	}
	buffer_clear(s->clean);
}

static int
stream(void *owner, const char *folder, const char *mebibytes)
{
	static const char *const secrets[] = { "correct horse battery",
	    "hunter2!", "s3cr3t-t0ken-0123456789", "p@ssw0rd", "tr0ub4dor&3" };
	const char *const argv[] = { "sh", "-c", PRINTS, "sh", mebibytes, NULL };
	struct loop *l = loop_new(owner);
	struct redactor *r = redactor_new(owner);
	struct stream *s = NEW(owner, struct stream);
	struct artifact_info info;
	struct child *c;
	size_t i;

	for (i = 0; i < COUNT_OF(secrets); i++)
		redactor_add(r, "BENCH", secrets[i]);
	s->redact = redact_stream_new(s, r);
	s->clean = buffer_new(s);
	s->artifact = artifact_open(s, folder, "output", &s->err);
	c = s->artifact == NULL ? NULL : child_start(s, l, &(struct child_spec){
	    .argv = argv, .on_output = on_output, .arg = s }, &s->err);
	if (c == NULL || child_wait(c, NULL, -1, &s->err) != 0 ||
	    artifact_close(s->artifact, &info, &s->err) != 0) {
		error_print(stderr, "bench_stream", &s->err);
		return 1;
	}
	return info.size_bytes == (int64_t)atoi(mebibytes) << 20 ? 0 : 1;
}

/* The same bytes to a file that is synced, without looking at them. */
static int64_t
cat_ms(void *owner, const char *folder, const char *mebibytes)
{
	const char *const argv[] = { "sh", "-c",
	    "{ " PRINTS "; } | cat >\"$2/cat\" && sync \"$2/cat\"", "sh",
	    mebibytes, folder, NULL };
	int64_t start_ms = clock_mono_ms();
	struct error err;

	if (child_capture(owner, loop_new(owner), &(struct child_spec){
	    .argv = argv }, NULL, NULL, &err) != 0) {
		error_print(stderr, "bench_stream", &err);
		exit(1);
	}
	return clock_mono_ms() - start_ms;
}

int
main(int argc, char **argv)
{
	char folder[] = "/tmp/pgrunbook-bench.XXXXXX";
	const char *mebibytes = argc > 1 ? argv[1] : "1024";
	void *owner = talloc_new(NULL);
	struct rusage usage;
	int64_t start_ms = clock_mono_ms(), ms, cat;
	int rc;

	if (mkdtemp(folder) == NULL) {
		perror(folder);
		return 1;
	}
	rc = stream(owner, folder, mebibytes);
	ms = clock_mono_ms() - start_ms;
	cat = cat_ms(owner, folder, mebibytes);
	if (file_remove_tree(folder, NULL) != 0)
		fprintf(stderr, "%s is left behind\n", folder);
	talloc_free(owner);
	getrusage(RUSAGE_SELF, &usage);
	printf("%s MiB in %.1f s, %.0f MiB/s, peak memory %ld kB\n", mebibytes,
	    (double)ms / 1000, atof(mebibytes) * 1000 / (double)(ms > 0 ? ms : 1),
	    usage.ru_maxrss);
	printf("cat to a file: %.1f s; redacted, hashed and kept takes %.1f times "
	    "as long\n", (double)cat / 1000, (double)ms / (double)(cat > 0 ? cat : 1));
	return rc == 0 && usage.ru_maxrss < PEAK_MAX_KB ? 0 : 1;
}
