/*
 * bench/bench_journal.c - durable records per second.
 *
 * usage: bench_journal [RECORDS]         (500)
 *
 * Appends records to a journal, then writes the same lines with write(2) and
 * fdatasync(2) alone: the disk's share is the same, the rest is ours.
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "journal/append.h"

static const char body[] = "{\"at\":\"2026-11-27T01:02:03.004Z\",\"attempt\":1,"
    "\"class\":\"B\",\"statement\":4,\"step\":\"rollout/apply\",\"text\":"
    "\"ALTER TABLE orders ALTER COLUMN total TYPE numeric(14,2)\","
    "\"type\":\"statement_started\"}";

static void NORETURN
give_up(const struct error *err)
{
	error_print(stderr, "bench_journal", err);
	exit(1);
}

static int64_t
append_ms(void *owner, const char *folder, int records)
{
	struct journal_torn torn;
	struct error err;
	struct journal *j = journal_open(owner, path_join(owner, folder,
	    "journal.jsonl"), &torn, &err);
	int64_t start_ms = clock_mono_ms();

	if (j == NULL)
		give_up(&err);
	for (int i = 0; i < records; i++)
		if (journal_append(j, body, sizeof(body) - 1, &err) != 0)
			give_up(&err);
	return clock_mono_ms() - start_ms;
}

static int64_t
raw_ms(void *owner, const char *folder, int records)
{
	/* body, prev and seq, as long as a record's line */
	char line[sizeof(body) + 96];
	int fd = open(path_join(owner, folder, "raw"),
	    O_WRONLY | O_CREAT | O_APPEND, 0600);
	int64_t start_ms = clock_mono_ms();
	struct error err;

	memset(line, 'x', sizeof(line));
	for (int i = 0; i < records; i++)
		if (file_write_all(fd, line, sizeof(line), &err) != 0)
			give_up(&err);
		else if (fdatasync(fd) != 0)
			exit(1);
	close(fd);
	return clock_mono_ms() - start_ms;
}

int
main(int argc, char **argv)
{
	char folder[] = "/tmp/pgrunbook-bench.XXXXXX";
	int records = argc > 1 ? atoi(argv[1]) : 500;
	void *owner = talloc_new(NULL);
	int64_t ours, raw;

	if (mkdtemp(folder) == NULL) {
		perror(folder);
		return 1;
	}
	ours = append_ms(owner, folder, records);
	raw = raw_ms(owner, folder, records);
	if (file_remove_tree(folder, NULL) != 0)
		fprintf(stderr, "%s is left behind\n", folder);
	talloc_free(owner);
	printf("%d records: %.0f a second; write and fdatasync alone %.0f a second; "
	    "%.2f times as long\n", records,
	    records * 1000.0 / (double)(ours > 0 ? ours : 1),
	    records * 1000.0 / (double)(raw > 0 ? raw : 1),
	    (double)ours / (double)(raw > 0 ? raw : 1));
	return 0;
}
