/* report/bundle.c - a run's evidence as one file to hand over. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "report/bundle.h"
#include "run/folder.h"

#define DEPTH_MAX	32
#define PIECE		65536
#define STATEMENT_TYPE	"https://in-toto.io/Statement/v1"
#define PREDICATE_TYPE	"urn:pgrunbook:run:v1"

struct bundle {
	void		*scratch;
	const char	*folder, *name;		/* name: of the folder in the file */
	struct run_state *state;
	const struct evidence *evidence;
	struct archive	*archive;
	json_t		*subjects;		/* [{name, digest: {sha256}}] */
	struct buffer	*manifest;
	struct error	*err;
};

static int
failed(struct bundle *b, const char *what)
{
	const char *why = archive_error_string(b->archive);

	return error_set(b->err, ERR_IO, "could not write \"%s\": %s", what,
	    why != NULL ? why : "no reason was told");
}

/* Owners and times of this machine are nobody's business elsewhere. */
static int
put_header(struct bundle *b, const char *name, int64_t size)
{
	struct archive_entry *e = archive_entry_new();
	char *path = mem_printf(b->scratch, "%s/%s", b->name, name);
	int rc;

	memory_check(e);
	archive_entry_set_pathname(e, path);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0600);
	archive_entry_set_size(e, size);
	archive_entry_set_mtime(e, (time_t)(b->state->last_us / 1000000), 0);
	rc = archive_write_header(b->archive, e);
	archive_entry_free(e);
	return rc == ARCHIVE_OK ? 0 : failed(b, name);
}

static int
put_text(struct bundle *b, const char *name, const char *text)
{
	size_t size = strlen(text);

	if (put_header(b, name, (int64_t)size) != 0)
		return -1;
	return archive_write_data(b->archive, text, size) ==
	    (la_ssize_t)size ? 0 : failed(b, name);
}

static void
note(struct bundle *b, const char *name, const char *sha256)
{
	buffer_printf(b->manifest, "%s  %s\n", sha256, name);
	json_array_append_new(b->subjects, memory_check(json_pack(
	    "{s:s, s:{s:s}}", "name", name, "digest", "sha256", sha256)));
}

/* What was proven is what goes in: hashed on its way. */
static int
put_bytes(struct bundle *b, int fd, const char *name, int64_t size)
{
	struct sha256 *hash = sha256_new(b->scratch);
	char piece[PIECE], hex[SHA256_HEX_SIZE];
	int64_t left = size;

	while (left > 0) {
		ssize_t n = read(fd, piece, left < PIECE ? (size_t)left : PIECE);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return error_set(b->err, ERR_IO,
			    "\"%s\" changed while it was read", name);
		sha256_add(hash, piece, (size_t)n);
		if (archive_write_data(b->archive, piece, (size_t)n) != n)
			return failed(b, name);
		left -= n;
	}
	sha256_hex(hash, hex);
	note(b, name, hex);
	talloc_free(hash);
	return 0;
}

static int
put_file(struct bundle *b, const char *name)
{
	char *path = path_join(b->scratch, b->folder, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	int rc = -1;

	if (fd < 0 || fstat(fd, &st) != 0) {
		error_errno(b->err, ERR_IO, "could not open \"%s\"", path);
	} else {
		rc = put_header(b, name, st.st_size);
		if (rc == 0)
			rc = put_bytes(b, fd, name, st.st_size);
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

/* All below folder/sub, in the order of their names. */
static int
put_folder(struct bundle *b, const char *sub, int depth)
{
	char *path = path_join(b->scratch, b->folder, sub), **names;
	size_t count = 0, i;
	int rc = 0;

	if (!file_is_folder(path) || depth > DEPTH_MAX)
		return 0;
	if (folder_list(b->scratch, path, &names, &count, b->err) != 0)
		return -1;
	for (i = 0; i < count && rc == 0; i++) {
		char *name = mem_printf(b->scratch, "%s/%s", sub, names[i]);

		if (str_ends(name, ".part") || str_ends(name, ".partial"))
			continue;
		rc = file_is_folder(path_join(b->scratch, b->folder, name)) ?
		    put_folder(b, name, depth + 1) : put_file(b, name);
	}
	return rc;
}

/* ---- the statement -------------------------------------------------------------- */

static json_t *
signs_json(const struct run_state *s)
{
	json_t *list = memory_check(json_array());
	size_t i, j;

	for (i = 0; i < s->step_count; i++)
		for (j = 0; j < s->steps[i].sign_count; j++) {
			const struct sign_state *g = &s->steps[i].signs[j];

			json_array_append_new(list, memory_check(json_pack(
			    "{s:s, s:s, s:s, s:s, s:s*, s:s*}", "step",
			    s->steps[i].id, "decision", g->is_refusal ?
			    "refuse" : "approve", "principal", g->principal,
			    "digest", g->digest, "strength", g->strength,
			    "key", g->key)));
		}
	return list;
}

static json_t *
targets_json(const struct run_state *s)
{
	json_t *list = memory_check(json_array());
	size_t i;

	for (i = 0; i < s->target_count; i++)
		json_array_append_new(list, memory_check(json_pack(
		    "{s:s, s:s, s:O}", "name", s->targets[i].name,
		    "environment", s->targets[i].environment, "identity",
		    s->targets[i].identity)));
	return list;
}

static char *
statement(struct bundle *b)
{
	const struct run_state *s = b->state;
	const struct verify_result *r = &b->evidence->bundle;
	char *opened = clock_rfc3339(b->scratch, s->opened_us);
	char *last = clock_rfc3339(b->scratch, s->last_us);
	json_t *predicate = memory_check(json_pack(
	    "{s:s, s:s, s:s, s:s, s:s, s:s, s:s*, s:I, s:b, s:s, s:s*, s:o, "
	    "s:o}", "run", s->run, "window", s->window, "title", s->title,
	    "operator", s->operator_, "openedOn", opened, "lastRecordOn", last,
	    "outcome", s->outcome, "records", (json_int_t)r->records,
	    "closed", r->is_closed, "head", r->head, "sealedBy",
	    b->evidence->sealed_by[0] != '\0' ? b->evidence->sealed_by : NULL,
	    "signOffs", signs_json(s), "targets", targets_json(s)));
	json_t *j = memory_check(json_pack("{s:s, s:O, s:s, s:o}", "_type",
	    STATEMENT_TYPE, "subject", b->subjects, "predicateType",
	    PREDICATE_TYPE, "predicate", predicate));
	char *text = mem_printf(b->scratch, "%s\n", json_pretty(b->scratch, j));

	json_decref(j);
	return text;
}

/* ---- the file ------------------------------------------------------------------- */

static int
put_all(struct bundle *b)
{
	static const char *const folders[] = {
		"runbooks", "artifacts", "approvals",
	};
	size_t i;

	if (put_file(b, "journal.jsonl") != 0)
		return -1;
	for (i = 0; i < COUNT_OF(folders); i++)
		if (put_folder(b, folders[i], 0) != 0)
			return -1;
	if (put_text(b, "in-toto.json", statement(b)) != 0)
		return -1;
	return put_text(b, "manifest.sha256", b->manifest->data);
}

static int
write_archive(struct bundle *b, const char *part)
{
	int rc = -1;

	b->archive = archive_write_new();
	memory_check(b->archive);
	if (archive_write_set_format_pax_restricted(b->archive) != ARCHIVE_OK ||
	    archive_write_add_filter_gzip(b->archive) != ARCHIVE_OK ||
	    archive_write_set_options(b->archive, "gzip:!timestamp") !=
	    ARCHIVE_OK || archive_write_open_filename(b->archive, part) !=
	    ARCHIVE_OK)
		failed(b, part);
	else
		rc = put_all(b);
	if (archive_write_close(b->archive) != ARCHIVE_OK && rc == 0)
		rc = failed(b, part);
	archive_write_free(b->archive);
	return rc;
}

int
bundle_export(const char *folder, const struct evidence *evidence,
    const char *path, char sha256[SHA256_HEX_SIZE], struct error *err)
{
	void *scratch = talloc_new(NULL);
	struct bundle b = {
		.scratch = scratch, .folder = folder, .evidence = evidence,
		.name = path_name(folder), .err = err,
		.subjects = json_owned(scratch, json_array()),
		.manifest = buffer_new(scratch),
	};
	char *part = mem_printf(scratch, "%s.part", path);
	int64_t size;
	int rc = -1;

	b.state = run_state_load(scratch, folder, err);
	if (b.state != NULL)
		rc = write_archive(&b, part);
	if (rc == 0 && rename(part, path) != 0)
		rc = error_errno(err, ERR_IO, "could not name \"%s\"", path);
	if (rc == 0)
		rc = sha256_file(path, sha256, &size, err);
	else
		unlink(part);
	talloc_free(scratch);
	return rc;
}
