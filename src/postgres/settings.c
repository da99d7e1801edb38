/* postgres/settings.c - settings as the server has them. */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/settings.h"

/* What bounds a statement, makes its end durable, or gives its text a meaning. */
static const char *const names[] = {
	"lock_timeout", "statement_timeout", "transaction_timeout",
	"idle_in_transaction_session_timeout", "idle_session_timeout",
	"client_connection_check_interval", "synchronous_commit",
	"search_path", "TimeZone", "default_transaction_isolation",
	"default_transaction_read_only", "session_replication_role",
	"row_security", NULL
};

const char *const *
pg_settings_told(void)
{
	return names;
}

static const struct pg_setting *
asked_for(const struct pg_setting *asked, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (str_equal(asked[i].name, name))
			return &asked[i];
	return NULL;
}

/* {lock_timeout,statement_timeout,…}: none of them needs a quote. */
static char *
name_array(const void *owner)
{
	struct buffer *b = buffer_new(owner);
	size_t i;

	for (i = 0; names[i] != NULL; i++)
		buffer_printf(b, "%s%s", i == 0 ? "{" : ",", names[i]);
	buffer_puts(b, "}");
	return b->data;
}

static int
refuse(const struct pg_session *s, const struct buffer *wrong,
    struct error *err)
{
	error_set(err, ERR_CONNECT,
	    "settings of the session are not what was asked for");
	error_detail(err, "%s", wrong->data);
	error_hint(err, pg_pooled(s) ? "a pooler stands between and keeps "
	    "settings to itself: give the server's own URL (DIRECT_URL)" :
	    "see what changes them: the role, the database (pg_db_role_setting),"
	    " a proxy, an extension");
	return -1;
}

int
pg_settings_read(struct pg_session *s, const struct pg_setting *asked,
    size_t count, json_t **told, struct error *err)
{
	struct buffer *wrong = buffer_new(NULL);
	const char *params[] = { name_array(wrong) };
	const struct pg_setting *wish;
	struct pg_result *r;
	const char *shown;
	int i, rc;

	*told = NULL;
	rc = pg_exec(wrong, s, "SELECT name, setting,"
	    " pg_catalog.current_setting(name) FROM pg_catalog.pg_settings"
	    " WHERE name = ANY ($1::pg_catalog.text[])", 1, params, &r, err);
	if (rc == 0)
		*told = memory_check(json_object());
	for (i = 0; rc == 0 && i < r->rows; i++) {
		shown = pg_value(r, i, 2);
		json_object_set_new(*told, pg_value(r, i, 0),
		    json_text(shown, strlen(shown)));
		wish = asked_for(asked, count, pg_value(r, i, 0));
		if (wish != NULL && !str_equal(wish->value, pg_value(r, i, 1)))
			buffer_printf(wrong, "%s%s is %s, asked for was \"%s\"",
			    wrong->size > 0 ? "; " : "", wish->name,
			    *shown != '\0' ? shown : "empty", wish->value);
	}
	if (rc == 0 && wrong->size > 0)
		rc = refuse(s, wrong, err);
	talloc_free(wrong);
	return rc;
}
