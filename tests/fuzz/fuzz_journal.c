/* tests/fuzz/fuzz_journal.c - any bytes, opened as a journal. */

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "fuzz/fuzz.h"
#include "journal/append.h"
#include "journal/read.h"

/* Records that the reader proves, whatever stands behind them. */
static int64_t
read_all(const void *owner, const char *path, int *rc)
{
	struct error err = { 0 };
	struct journal_reader *r = journal_reader_open(owner, path, &err);
	struct journal_record record;
	int64_t count = 0;

	FUZZ_CHECK(r != NULL);
	while ((*rc = journal_reader_next(r, &record, &err)) == 1) {
		FUZZ_CHECK(record.seq == ++count);
		FUZZ_CHECK(record.body[0] == '{');
		FUZZ_CHECK(record.body[strlen(record.body) - 1] == '}');
		FUZZ_CHECK(strlen(record.hash) == SHA256_HEX_SIZE - 1);
	}
	FUZZ_CHECK(*rc == 0 || err.code == ERR_VERIFY);
	talloc_free(r);
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static char folder[64];
	struct error err = { 0 };
	struct journal_torn torn;
	struct journal *j;
	void *scratch = talloc_new(NULL);
	char *path;
	int64_t before;
	int rc;

	if (folder[0] == '\0') {
		strcpy(folder, "/tmp/pgrunbook-fuzz.XXXXXX");
		FUZZ_CHECK(mkdtemp(folder) != NULL);
	}
	path = path_join(scratch, folder, "journal");
	FUZZ_CHECK(file_write_atomic(path, bytes, size, 0600, &err) == 0);
	before = read_all(scratch, path, &rc);

	j = journal_open(scratch, path, &torn, &err);
	if (j == NULL) {
		FUZZ_CHECK(err.code == ERR_VERIFY && rc != 0);
	} else {
		/* Nothing proven is lost, and it goes on. */
		FUZZ_CHECK(journal_count(j) == before);
		FUZZ_CHECK(journal_append(j, "{}", 2, &err) == 0);
		talloc_free(j);
		FUZZ_CHECK(read_all(scratch, path, &rc) == before + 1);
		FUZZ_CHECK(rc == 0);
	}
	FUZZ_CHECK(file_remove_tree(folder, &err) == 0);
	folder[0] = '\0';
	talloc_free(scratch);
	return 0;
}
