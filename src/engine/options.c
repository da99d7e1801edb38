/* engine/options.c - options to JSON and back. */

#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "engine/options.h"

json_t *
engine_options_json(const struct engine_options *o, bool is_launched)
{
	return memory_check(json_pack(
	    "{s:s, s:s*, s:s*, s:o, s:o, s:s*, s:s*, s:s*, s:s*, s:s*, s:b, s:b, s:b}",
	    "folder", o->folder, "file", o->file,
	    "rollback_of", o->rollback_of, "vars", json_texts(o->vars),
	    "env_files", json_texts(o->env_files), "principal", o->principal,
	    "approvals", o->approvals, "key", o->key, "share", o->share, "from_step", o->from_step,
	    "is_headless", o->is_headless, "is_json", o->is_json,
	    "is_launched", is_launched));
}

int
engine_options_targets(const void *owner, const struct engine_options *o,
    char **text, struct error *err)
{
	const char *const *t;
	json_t *object;

	*text = NULL;
	if (o->targets == NULL || o->targets[0] == NULL)
		return 0;
	object = memory_check(json_object());
	for (t = o->targets; *t != NULL; t++) {
		const char *equals = strchr(*t, '=');
		char *name;

		if (equals == NULL) {
			json_decref(object);
			return error_set(err, ERR_USAGE,
			    "target \"%s\" is not NAME=URL", *t);
		}
		name = mem_strndup(NULL, *t, (size_t)(equals - *t));
		json_object_set_new(object, name, json_string(equals + 1));
		talloc_free(name);
	}
	*text = json_stable(owner, object);
	json_decref(object);
	return 0;
}

static const char *const *
list_parse(const void *owner, const json_t *list)
{
	size_t i, count = json_array_size(list), kept = 0;
	const char **texts = NEW_ARRAY(owner, const char *, count + 1);

	for (i = 0; i < count; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (text != NULL)
			texts[kept++] = text;
	}
	texts[kept] = NULL;
	return texts;
}

int
engine_options_parse(const void *owner, const json_t *json,
    struct engine_options *o, bool *is_launched, struct error *err)
{
	memset(o, 0, sizeof(*o));
	o->folder = json_str(json, "folder");
	if (o->folder == NULL)
		return error_set(err, ERR_USAGE,
		    "the engine was given no folder");
	o->file = json_str(json, "file");
	o->rollback_of = json_str(json, "rollback_of");
	o->vars = list_parse(owner, json_object_get(json, "vars"));
	o->env_files = list_parse(owner, json_object_get(json, "env_files"));
	o->principal = json_str(json, "principal");
	o->approvals = json_str(json, "approvals");
	o->key = json_str(json, "key");
	o->share = json_str(json, "share");
	o->from_step = json_str(json, "from_step");
	o->is_headless = json_flag(json, "is_headless");
	o->is_json = json_flag(json, "is_json");
	*is_launched = json_flag(json, "is_launched");
	return 0;
}
