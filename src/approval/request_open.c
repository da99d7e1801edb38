/* approval/request_open.c - opening a request, and finding what was altered. */

#include <string.h>

#include "approval/armour.h"
#include "approval/keygen.h"
#include "approval/request.h"
#include "approval/request_private.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/folder.h"
#include "run/read.h"

static int
altered(struct error *err, const char *detail)
{
	error_set(err, ERR_VERIFY, "the request is not as it was made");
	error_detail(err, "%s", detail);
	return -1;
}

char *
request_head(const void *owner, const char *text)
{
	const char *at = strstr(text, "\nHead ");

	at = at != NULL ? at + 6 + strspn(at + 6, " ") : "";
	return mem_strndup(owner, at, strcspn(at, " \r\n"));
}

/* The journal, proven up to its head. */
static struct run_state *
unpack_journal(const void *owner, const char *text, const char *folder,
    struct error *err)
{
	struct buffer *b = buffer_new(owner);
	char head[SHA256_HEX_SIZE];
	struct run_state *s = NULL;
	int rc = armour_take(b, REQUEST_JOURNAL, text, NULL, err);

	if (rc == 1)
		rc = altered(err, "It lacks its beginning or its end.");
	if (rc == 0 && file_write_atomic(run_journal_path(b, folder), b->data,
	    b->size, 0600, err) == 0)
		s = run_state_load_head(owner, folder, head, err);
	if (s != NULL && !str_equal(request_head(b, text), head)) {
		altered(err, "Its journal has another head than it says: the "
		    "end was cut, or it was made anew.");
		return NULL;
	}
	return s;
}

static int
unpack_drift(const void *owner, const char *text, const char *folder,
    const struct run_state *s, struct error *err)
{
	const struct artifact_state *f = request_drift(s);
	struct buffer *b = buffer_new(owner);
	char hex[SHA256_HEX_SIZE], *path;
	int rc;

	if (f == NULL)
		return 0;
	rc = armour_take(b, REQUEST_DRIFT, text, NULL, err);
	if (rc < 0)
		return -1;
	sha256_of(b->data, b->size, hex);
	if (rc == 1 || strcmp(hex, f->sha256) != 0)
		return altered(err, "Its drift report is not the one that the "
		    "journal names.");
	path = path_join(b, folder, f->name);
	if (file_make_folder(path_folder(b, path), 0700, err) != 0)
		return -1;
	return file_write_atomic(path, b->data, b->size, 0600, err);
}

/* The part that follows from the journal, as it was before mail touched it. */
static char *
unsigned_part(const void *owner, const char *text, size_t size_bytes)
{
	char *plain = armour_plain(owner, text, size_bytes);
	char *signature = strstr(plain, "-----BEGIN PGRUNBOOK "
	    REQUEST_SIGNATURE "-----");
	char *begin = strstr(plain, "pgrunbook review request, ");

	if (signature != NULL)
		*signature = '\0';
	return begin != NULL ? begin : plain;
}

/* Made again from what was unpacked it must be the same. */
static int
compare(const void *owner, const char *text, const char *folder,
    struct request *r, struct error *err)
{
	char *again = request_text(owner, folder, NULL, err);
	size_t size = again != NULL ? strlen(again) : 0;

	if (again == NULL)
		return -1;
	/* Below it a mail may go on. */
	if (strncmp(text, again, size) != 0)
		return altered(err, "Its summary is not what its journal says, "
		    "or another version of pgrunbook made it.");
	sha256_of(again, size, r->sha256);
	return 0;
}

/* ---- who has sent it -------------------------------------------------------------- */

static int
check_statement(const struct request *r, const char *statement,
    struct error *err)
{
	json_t *object = NULL;
	bool fits;

	fits = json_parse(statement, strlen(statement), &object, NULL) == 0 &&
	    str_equal(json_str(object, "pgrunbook"), REQUEST_FORM) &&
	    str_equal(json_str(object, "head"), r->head) &&
	    str_equal(json_str(object, "sha256"), r->sha256);
	json_decref(object);
	return fits ? 0 : altered(err, "Its signature is that of another "
	    "request.");
}

/* As of now: a request is opened when it comes. */
static int
check_signer(const void *owner, const char *signers, const char *statement,
    const char *signature, struct request *r, struct error *err)
{
	char *said, *key = NULL;

	if (keygen_check_key(owner, statement, signature, &key, err) != 0) {
		said = mem_strdup(owner, err->detail);
		altered(err, "Its signature does not fit.");
		error_detail(err, "Its signature does not fit: %s", said);
		return -1;
	}
	r->key = key;
	if (signers == NULL)
		return 0;
	if (keygen_verify(owner, signers, NULL, r->signed_by, statement,
	    signature, clock_now_us(), &key, err) == 0) {
		r->is_known = true;
		return 0;
	}
	said = mem_strdup(owner, err->detail);
	error_set(err, ERR_VERIFY, "the request is signed by a key that is "
	    "not \"%s\"'s", r->signed_by);
	error_detail(err, "%s: %s", r->key, said);
	return -1;
}

static int
take_signature(const void *owner, const char *text, const char *signers,
    struct request *r, struct error *err)
{
	struct buffer *b = buffer_new(owner);
	json_t *file = NULL, *object = NULL;
	const char *statement, *signature;
	int rc = armour_take(b, REQUEST_SIGNATURE, text, NULL, err);

	if (rc == 1 && signers == NULL)
		return 0;
	if (rc == 1)
		return error_set(err, ERR_VERIFY, "the request is not signed");
	if (rc != 0)
		return -1;
	if (json_parse(b->data, b->size, &file, err) != 0)
		return altered(err, "Its signature is garbled.");
	json_owned(owner, file);
	statement = json_str_or(file, "statement", "");
	signature = json_str_or(file, "signature", "");
	if (check_statement(r, statement, err) != 0)
		return -1;
	if (json_parse(statement, strlen(statement), &object, err) != 0)
		return -1;
	r->signed_by = mem_strdup(owner, json_str_or(object, "principal", ""));
	json_decref(object);
	return check_signer(owner, signers, statement, signature, r, err);
}

int
request_unpack(const void *owner, const char *text, size_t size_bytes,
    const char *folder, const char *signers, struct request *r,
    struct error *err)
{
	void *scratch = talloc_new(owner);
	struct run_state *s;
	char *plain;

	memset(r, 0, sizeof(*r));
	if (strlen(text) != size_bytes)
		return altered(err, "It lacks its beginning or its end.");
	s = unpack_journal(scratch, text, folder, err);
	if (s == NULL || unpack_drift(scratch, text, folder, s, err) != 0)
		return -1;
	memcpy(r->head, s->head, sizeof(r->head));
	plain = unsigned_part(scratch, text, size_bytes);
	if (compare(scratch, plain, folder, r, err) != 0)
		return -1;
	return take_signature(owner, text, signers, r, err);
}
