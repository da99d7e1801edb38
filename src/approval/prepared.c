/* approval/prepared.c - decisions that people made beforehand, as files. */

#include <string.h>

#include "approval/approval.h"
#include "base/file.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/memory.h"
#include "base/str.h"

#define FILE_MAX	(1 << 20)

static const struct {
	const char	*name;
	json_type	 type;
	bool		 any_type;
} fields[] = {
	{ "step", JSON_STRING, false },
	{ "decision", JSON_STRING, false },
	{ "principal", JSON_STRING, false },
	{ "digest", JSON_STRING, false },
	{ "reason", JSON_STRING, false },
	{ "answer", JSON_NULL, true },
	{ "decisions", JSON_ARRAY, false },
	{ "signature", JSON_STRING, false },
};

static int
check_entry(const char *path, json_t *entry, struct error *err)
{
	const char *decision = json_str(entry, "decision"), *key;
	json_t *value;

	if (json_str(entry, "step") == NULL ||
	    json_str(entry, "principal") == NULL)
		return error_set(err, ERR_USAGE, "a decision in \"%s\" has no "
		    "step or no principal", path);
	if (decision != NULL && strcmp(decision, "approve") != 0 &&
	    strcmp(decision, "refuse") != 0)
		return error_set(err, ERR_USAGE, "\"%s\" in \"%s\" is neither "
		    "\"approve\" nor \"refuse\"", decision, path);
	json_object_foreach(entry, key, value) {
		size_t i;

		for (i = 0; i < COUNT_OF(fields); i++)
			if (strcmp(fields[i].name, key) == 0)
				break;
		if (i == COUNT_OF(fields))
			return error_set(err, ERR_USAGE, "a decision in \"%s\" "
			    "has an unknown field \"%s\"", path, key);
		if (!fields[i].any_type && json_typeof(value) != fields[i].type)
			return error_set(err, ERR_USAGE, "\"%s\" of a decision "
			    "in \"%s\" has the wrong type", key, path);
	}
	return 0;
}

/* The file's decisions about step, behind what is in list. */
static int
read_file(const char *path, const char *step, json_t *list, struct error *err)
{
	json_t *value = NULL, *one;
	char *text = NULL;
	size_t size, i, count;
	int rc;

	rc = file_read(NULL, path, FILE_MAX, &text, &size, err);
	if (rc == 0 && json_parse(text, size, &value, err) != 0) {
		if (err != NULL)
			err->code = ERR_USAGE;
		rc = error_context(err, "approvals file \"%s\"", path);
	}
	talloc_free(text);
	if (rc == 0 && !json_is_array(value) && !json_is_object(value))
		rc = error_set(err, ERR_USAGE, "approvals file \"%s\" holds "
		    "neither a decision nor a list of them", path);
	count = json_is_array(value) ? json_array_size(value) : 1;
	for (i = 0; i < count && rc == 0; i++) {
		one = json_is_array(value) ? json_array_get(value, i) : value;
		rc = check_entry(path, one, err);
		if (rc == 0 && strcmp(json_str(one, "step"), step) == 0)
			json_array_append(list, one);
	}
	json_decref(value);
	return rc;
}

json_t *
approval_prepared_all(const char *folder, const char *step, struct error *err)
{
	json_t *list = memory_check(json_array());
	void *scratch = talloc_new(NULL);
	char **names = NULL;
	size_t count = 0, i;
	int rc = 0;

	error_clear(err);
	if (folder != NULL)
		rc = folder_list(scratch, folder, &names, &count, err);

	for (i = 0; i < count && rc == 0; i++)
		if (str_ends(names[i], ".json"))
			rc = read_file(path_join(scratch, folder, names[i]),
			    step, list, err);
	talloc_free(scratch);
	if (rc == 0)
		return list;
	json_decref(list);
	return NULL;
}

json_t *
approval_prepared(const char *folder, const char *step, struct error *err)
{
	json_t *list = approval_prepared_all(folder, step, err);
	json_t *found = NULL, *one;
	bool has_more = false;
	size_t i;

	json_array_foreach(list, i, one) {
		bool more = json_object_get(one, "answer") != NULL ||
		    json_object_get(one, "decisions") != NULL;

		if (more || !has_more)
			found = one;
		has_more = has_more || more;
	}
	json_incref(found);
	json_decref(list);
	return found;
}

int
approval_prepared_fits(const json_t *prepared, const char *digest,
    bool is_harmless, struct error *err)
{
	const char *step = json_str_or(prepared, "step", "");
	const char *meant = json_str(prepared, "digest");

	if (meant != NULL && strcmp(meant, digest) != 0) {
		error_set(err, ERR_POLICY, "the prepared decision of step "
		    "\"%s\" is about another digest", step);
		error_detail(err, "It is about %.64s, what would run has %s.",
		    meant, digest);
		return -1;
	}
	if (meant == NULL && !is_harmless) {
		error_set(err, ERR_POLICY, "the prepared decision of step "
		    "\"%s\" names no digest", step);
		error_detail(err, "On staging, shared and production it must; "
		    "what would run has %s.", digest);
		return -1;
	}
	return 0;
}
