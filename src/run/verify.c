/* run/verify.c - proving a bundle from its journal alone. */

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "journal/artifact.h"
#include "run/read.h"
#include "run/verify.h"

struct verifier {
	const char		*folder;
	struct run_state	*state;
	json_t			*named;		/* relative paths that records name */
	struct verify_result	*result;
	struct error		*err;
};

static int
check_digests(struct verifier *v)
{
	const struct run_state *s = v->state;
	char digest[SHA256_HEX_SIZE];
	size_t i, j;

	for (i = 0; i < s->step_count; i++) {
		const struct step_state *step = &s->steps[i];

		v->result->signs += (int64_t)step->sign_count;
		for (j = 0; j < step->attempt_count; j++) {
			const struct attempt_state *a = &step->attempts[j];
			char *text = json_stable(NULL, a->shown);

			sha256_of(text, strlen(text), digest);
			talloc_free(text);
			if (strcmp(digest, a->digest) != 0)
				return error_set(v->err, ERR_VERIFY, "the "
				    "digest of step \"%s\", attempt %d, is not "
				    "that of what was shown", step->id,
				    a->number);
		}
	}
	return 0;
}

/* A file of evidence that stays outside; gone is no lie. */
static int
check_outside(struct verifier *v, const struct artifact_state *a)
{
	char hex[SHA256_HEX_SIZE];
	int64_t size;

	if (!file_exists(a->name))
		return 0;
	if (sha256_file(a->name, hex, &size, v->err) != 0)
		return -1;
	if (size != a->size_bytes || strcmp(hex, a->sha256) != 0)
		return error_set(v->err, ERR_VERIFY,
		    "file \"%s\" is not what was recorded", a->name);
	return 0;
}

static int
check_artifacts(struct verifier *v)
{
	size_t i;

	for (i = 0; i < v->state->artifact_count; i++) {
		const struct artifact_state *a = &v->state->artifacts[i];
		struct artifact_info info = { .size_bytes = a->size_bytes };

		v->result->artifacts++;
		v->result->artifact_bytes += a->size_bytes;
		if (*a->name == '/') {
			if (check_outside(v, a) != 0)
				return -1;
			continue;
		}
		if (strlen(a->name) >= sizeof(info.name))
			return error_set(v->err, ERR_VERIFY,
			    "the name of an artifact is too long");
		snprintf(info.name, sizeof(info.name), "%s", a->name);
		snprintf(info.sha256, sizeof(info.sha256), "%s", a->sha256);
		if (artifact_verify(v->folder, &info, v->err) != 0)
			return -1;
		json_object_set_new(v->named, a->name, json_true());
	}
	return 0;
}

static int
check_frozen(struct verifier *v)
{
	const json_t *files = json_object_get(
	    json_object_get(v->state->opened, "window"), "files");
	size_t i;

	for (i = 0; i < json_array_size(files); i++) {
		const json_t *file = json_array_get(files, i);
		const char *path = json_str(file, "path");
		const char *sha256 = json_str(file, "sha256");
		char hex[SHA256_HEX_SIZE], *name, *full;
		int64_t size;
		int rc;

		if (path == NULL || sha256 == NULL || strstr(path, "..") != NULL)
			return error_set(v->err, ERR_VERIFY,
			    "a frozen file has no valid path and hash");
		name = mem_printf(v->state, "runbooks/%s", path);
		full = path_join(NULL, v->folder, name);
		if (!file_exists(full))
			rc = error_set(v->err, ERR_VERIFY,
			    "file \"%s\" is missing", name);
		else
			rc = sha256_file(full, hex, &size, v->err);
		talloc_free(full);
		if (rc != 0)
			return -1;
		if (strcmp(hex, sha256) != 0)
			return error_set(v->err, ERR_VERIFY,
			    "file \"%s\" is not what was recorded", name);
		json_object_set_new(v->named, name, json_true());
	}
	return 0;
}

/* Every file below folder/sub is named by a record. */
static int
check_extra(struct verifier *v, const char *sub, int depth)
{
	char *path = path_join(NULL, v->folder, sub), **names = NULL;
	size_t count = 0, i;
	int rc = 0;

	if (!file_is_folder(path) || depth > 32) {
		talloc_free(path);
		return 0;
	}
	rc = folder_list(path, path, &names, &count, v->err);
	for (i = 0; i < count && rc == 0; i++) {
		char *name = mem_printf(path, "%s/%s", sub, names[i]);

		/* A backup that was not finished. */
		if (str_ends(name, ".partial"))
			continue;
		if (file_is_folder(path_join(path, v->folder, name)))
			rc = check_extra(v, name, depth + 1);
		else if (json_object_get(v->named, name) == NULL &&
		    !str_ends(name, ".part"))
			rc = error_set(v->err, ERR_VERIFY,
			    "file \"%s\" is in no record", name);
	}
	talloc_free(path);
	return rc;
}

int
run_verify(const char *folder, struct verify_result *result, struct error *err)
{
	void *scratch = talloc_new(NULL);
	struct verifier v = {
		.folder = folder, .result = result, .err = err,
		.named = memory_check(json_object()),
	};
	int rc = -1;

	memset(result, 0, sizeof(*result));
	v.state = run_state_load_head(scratch, folder, result->head, err);
	if (v.state != NULL) {
		result->records = v.state->last_seq;
		result->is_closed = v.state->is_closed;
		rc = check_digests(&v) != 0 || check_artifacts(&v) != 0 ||
		    check_frozen(&v) != 0 ||
		    check_extra(&v, "artifacts", 0) != 0 ||
		    check_extra(&v, "runbooks", 0) != 0 ? -1 : 0;
	}
	json_decref(v.named);
	talloc_free(scratch);
	return rc;
}
