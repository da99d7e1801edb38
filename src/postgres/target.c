/* postgres/target.c - connection URLs as users have them, made fit for libpq. */

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/str.h"
#include "postgres/environment.h"
#include "postgres/target.h"

/* What is done with a parameter of a URL that libpq does not know, or knows
 * under another meaning. */
enum treatment {
	KEEP,			/* libpq understands it */
	DROP,			/* about the ORM's own pool */
	SCHEMA,
	POOLER,
	ACCEPT			/* strict: check the certificate */
};

static const struct {
	const char	*name;
	enum treatment	 treatment;
} known[] = {
	{ "schema", SCHEMA },
	{ "pgbouncer", POOLER },
	{ "sslaccept", ACCEPT },
	{ "ssl", KEEP },
	{ "requiressl", KEEP },
	{ "connection_limit", DROP },
	{ "pool_timeout", DROP },
	{ "max_connection_lifetime", DROP },
	{ "max_idle_connection_lifetime", DROP },
	{ "statement_cache_size", DROP },
	{ "socket_timeout", DROP },
	{ "sslidentity", DROP },
	{ "uselibpqcompat", DROP },
	{ "supa", DROP },
};

/* A URL's query, read once. */
struct query {
	struct buffer	*kept;		/* "a=b&c=d", still encoded */
	char		*schema;
	char		**dropped;
	size_t		 dropped_count;
	bool		 pooler;
	bool		 strict;
	bool		 accepts;	/* sslaccept is there, and is not strict */
	bool		 no_verify;
	size_t		 nameless;	/* left out, and not to be named */
	bool		 prismatic;	/* has what only Prisma has */
	bool		 sslcert, sslkey;
};

static int
hex_digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c == '\0' ? NULL :
	    strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);

	return at == NULL ? -1 : (int)(at - digits);
}

static char *
percent_decode(const void *owner, const char *text, size_t size_bytes)
{
	char *decoded = mem_strndup(owner, text, size_bytes), *to = decoded;
	const char *from = decoded;

	while (*from != '\0') {
		int high = *from == '%' ? hex_digit(from[1]) : -1;
		int low = high < 0 ? -1 : hex_digit(from[2]);

		if (low >= 0 && (high != 0 || low != 0)) {
			*to++ = (char)(high * 16 + low);
			from += 3;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
	return decoded;
}

static void
percent_encode(struct buffer *out, const char *text)
{
	const unsigned char *p;

	for (p = (const unsigned char *)text; *p != '\0'; p++)
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		    (*p >= '0' && *p <= '9') || strchr("-._~/", *p) != NULL)
			buffer_printf(out, "%c", *p);
		else
			buffer_printf(out, "%%%02X", *p);
}

static bool
is_url(const char *text)
{
	return str_starts(text, "postgresql://") ||
	    str_starts(text, "postgres://");
}

static bool
libpq_knows(const PQconninfoOption *options, const char *name)
{
	for (; options->keyword != NULL; options++)
		if (str_equal(options->keyword, name))
			return true;
	return false;
}

static enum treatment
treatment_of(const PQconninfoOption *options, const char *name)
{
	size_t i;

	for (i = 0; i < COUNT_OF(known); i++)
		if (str_equal(known[i].name, name))
			return known[i].treatment;
	return libpq_knows(options, name) ? KEEP : DROP;
}

/* What is no NAME=VALUE may be the rest of a password with a "&" in it. */
static void
query_drop(struct query *q, const char *name, bool has_value)
{
	if (!has_value || !str_matches(name, "^[A-Za-z_]+$")) {
		q->nameless++;
		return;
	}
	GROW(q, q->dropped, char *, q->dropped_count + 1);
	q->dropped[q->dropped_count++] = mem_strdup(q->dropped, name);
}

static void
query_keep(struct query *q, const char *name, const char *raw,
    size_t raw_size)
{
	q->sslcert = q->sslcert || str_equal(name, "sslcert");
	q->sslkey = q->sslkey || str_equal(name, "sslkey");
	if (q->kept->size > 0)
		buffer_puts(q->kept, "&");
	/* node-postgres' word for "encrypt, whoever it is". */
	if (str_equal(name, "sslmode") && raw_size > 8 &&
	    strncmp(raw + raw_size - 9, "no-verify", 9) == 0) {
		q->no_verify = true;
		buffer_puts(q->kept, "sslmode=require");
	} else {
		buffer_add(q->kept, raw, raw_size);
	}
}

static void
query_parameter(struct query *q, const PQconninfoOption *options,
    const char *raw, size_t raw_size)
{
	const char *equals = memchr(raw, '=', raw_size);
	size_t name_size = equals == NULL ? raw_size : (size_t)(equals - raw);
	char *name = percent_decode(q, raw, name_size);
	char *value = equals == NULL ? mem_strdup(q, "") :
	    percent_decode(q, equals + 1, raw_size - name_size - 1);

	switch (treatment_of(options, name)) {
	case KEEP:
		query_keep(q, name, raw, raw_size);
		return;
	case SCHEMA:
		q->schema = value;
		break;
	case POOLER:
		q->pooler = str_equal(value, "true") || str_equal(value, "1");
		break;
	case ACCEPT:
		q->strict = str_equal(value, "strict");
		q->accepts = !q->strict;
		break;
	case DROP:
		query_drop(q, name, equals != NULL);
		break;
	}
	q->prismatic = true;
}

static struct query *
query_read(const void *owner, const PQconninfoOption *options,
    const char *text)
{
	struct query *q = NEW(owner, struct query);

	q->kept = buffer_new(q);
	while (text != NULL && *text != '\0') {
		size_t size = strcspn(text, "&");

		if (size > 0)
			query_parameter(q, options, text, size);
		text += size + (text[size] == '&');
	}
	return q;
}

/* ---- keywords and values ---------------------------------------------- */

static size_t
target_count(const struct pg_target *t)
{
	size_t count = 0;

	while (t->keywords[count] != NULL)
		count++;
	return count;
}

const char *
pg_target_value(const struct pg_target *t, const char *keyword)
{
	size_t i;

	for (i = 0; t->keywords[i] != NULL; i++)
		if (str_equal(t->keywords[i], keyword))
			return t->values[i];
	return NULL;
}

static void
target_set(struct pg_target *t, const char *keyword, const char *value)
{
	size_t count = target_count(t), i;

	for (i = 0; i < count; i++)
		if (str_equal(t->keywords[i], keyword))
			break;
	if (i == count) {
		GROW(t, t->keywords, const char *, count + 2);
		GROW(t, t->values, const char *, count + 2);
		t->keywords[count + 1] = NULL;
		t->values[count + 1] = NULL;
		t->keywords[i] = mem_strdup(t, keyword);
	}
	t->values[i] = mem_strdup(t, value);
}

static void
target_take(struct pg_target *t, const PQconninfoOption *options)
{
	for (; options->keyword != NULL; options++)
		if (options->val != NULL && *options->val != '\0')
			target_set(t, options->keyword, options->val);
}

static const char *
value_or_empty(const struct pg_target *t, const char *keyword)
{
	const char *value = pg_target_value(t, keyword);

	return value == NULL ? "" : value;
}

static char *
target_show(struct pg_target *t)
{
	struct buffer *b = buffer_new(t);
	bool socket = t->host[0] == '\0' || t->host[0] == '/';

	buffer_puts(b, "postgresql://");
	if (t->user[0] != '\0') {
		percent_encode(b, t->user);
		buffer_puts(b, "@");
	}
	if (!socket) {
		bool six = strchr(t->host, ':') != NULL &&
		    strchr(t->host, ',') == NULL;

		buffer_printf(b, six ? "[%s]" : "%s", t->host);
		if (strchr(t->port, ',') == NULL && t->port[0] != '\0')
			buffer_printf(b, ":%s", t->port);
	}
	buffer_puts(b, "/");
	percent_encode(b, t->dbname);
	if (socket && t->host[0] != '\0') {
		buffer_puts(b, "?host=");
		percent_encode(b, t->host);
		buffer_printf(b, "&port=%s", t->port);
	}
	return str_printable(t, b->data, b->size, false);
}

/* The fields for display, from the keywords. */
static void
target_describe(struct pg_target *t)
{
	t->host = value_or_empty(t, "host");
	if (t->host[0] == '\0')
		t->host = value_or_empty(t, "hostaddr");
	t->port = value_or_empty(t, "port");
	t->user = value_or_empty(t, "user");
	/* As psql: a database of the user's name. */
	if (pg_target_value(t, "dbname") == NULL && t->user[0] != '\0')
		target_set(t, "dbname", t->user);
	t->dbname = value_or_empty(t, "dbname");
	t->password = pg_target_value(t, "password");
	if (str_ends(t->host, ".pooler.supabase.com") &&
	    str_equal(t->port, "6543"))
		t->says_pooler = true;
	t->shown = target_show(t);
}

/* Where a URL's meaning differs from libpq's. */
static void
target_adapt(struct pg_target *t, const struct query *q)
{
	t->schema = mem_strdup(t, q->schema != NULL && *q->schema != '\0' ?
	    q->schema : "public");
	t->says_schema = q->schema != NULL && *q->schema != '\0';
	t->says_pooler = q->pooler;
	if (q->strict)
		target_set(t, "sslmode", "verify-full");
	/* To Prisma sslcert is the authority's certificate. */
	if (q->prismatic && q->sslcert && !q->sslkey) {
		target_set(t, "sslrootcert", value_or_empty(t, "sslcert"));
		target_set(t, "sslcert", "");
	}
}

static void
target_drop(struct pg_target *t, const struct query *q)
{
	size_t i;

	t->dropped = NEW_ARRAY(t, const char *, q->dropped_count + 1);
	for (i = 0; i < q->dropped_count; i++)
		t->dropped[i] = str_printable(t, q->dropped[i],
		    strlen(q->dropped[i]), false);
}

/* What somebody who wrote the URL would want to know of it. */
static void
target_note(struct pg_target *t, const struct query *q)
{
	struct buffer *b = buffer_new(t);
	size_t i;

	for (i = 0; t->dropped[i] != NULL; i++)
		buffer_printf(b, "%s%s", i > 0 ? ", " : "", t->dropped[i]);
	if (q->nameless > 0)
		buffer_printf(b, "%s%zu without a name", i > 0 ? ", " : "",
		    q->nameless);
	if (b->size > 0)
		buffer_puts(b, " left out, libpq has no such parameter");
	if (q->no_verify)
		buffer_printf(b, "%ssslmode=no-verify is taken for require: "
		    "whose certificate it is nobody checks",
		    b->size > 0 ? "; " : "");
	if (q->accepts)
		buffer_printf(b, "%ssslaccept is not strict: whose certificate "
		    "it is nobody checks", b->size > 0 ? "; " : "");
	t->note = b->size > 0 ? b->data : NULL;
}

static int
refuse_other_schemes(const char *url, struct error *err)
{
	const char *scheme = strstr(url, "://");
	size_t size = scheme == NULL ? 0 : (size_t)(scheme - url);

	if (is_url(url) || scheme == NULL || strcspn(url, "= ") < size)
		return 0;
	error_set(err, ERR_USAGE, "not a Postgres URL: its scheme is \"%.*s\"",
	    (int)(size < 40 ? size : 40), url);
	error_hint(err, str_starts(url, "prisma") ?
	    "give the database's own postgresql:// URL (DIRECT_URL)" :
	    "URLs begin with postgresql:// or postgres://");
	return -1;
}

/* libpq's complaint may quote what it could not read: not a password. */
static int
refuse_unreadable(const char *why, bool has_password, struct error *err)
{
	error_set(err, ERR_USAGE, "could not read the connection URL");
	if (why != NULL && !has_password)
		error_detail(err, "%.*s", (int)strcspn(why, "\n"), why);
	error_hint(err, "characters such as @ / : # ? in a user name or "
	    "password are written as %%40 %%2F %%3A %%23 %%3F");
	return -1;
}

/* "[YOUR-PASSWORD]", as dashboards hand URLs out to be filled in. */
static int
refuse_placeholder(const char *url, struct error *err)
{
	if (!is_url(url) || !str_matches(url,
	    "\\[[Yy][Oo][Uu][Rr][-_ ][A-Za-z_ -]*\\]|<[A-Za-z_ -]+>"))
		return 0;
	error_set(err, ERR_USAGE, "the connection URL still has a placeholder");
	error_hint(err, "put the password in place of [YOUR-PASSWORD]");
	return -1;
}

/* Everything that libpq would use, without the environment's word. */
static int
target_fill(struct pg_target *t, const char *conninfo, struct error *err)
{
	struct pg_environment clean;
	PQconninfoOption *given, *defaults, *o;
	const char *service = NULL;
	char *why = NULL;

	given = PQconninfoParse(conninfo, &why);
	if (given == NULL) {
		refuse_unreadable(why, strstr(conninfo, "password") != NULL ||
		    strchr(conninfo, '@') != NULL, err);
		PQfreemem(why);
		return -1;
	}
	for (o = given; o->keyword != NULL; o++)
		if (str_equal(o->keyword, "service"))
			service = o->val;
	pg_environment_enter(&clean, service);
	defaults = memory_check(PQconndefaults());
	pg_environment_leave(&clean);
	target_take(t, defaults);
	target_take(t, given);
	PQconninfoFree(defaults);
	PQconninfoFree(given);
	return 0;
}

struct pg_target *
pg_target_parse(const void *owner, const char *url, struct error *err)
{
	struct pg_target *t = NEW(owner, struct pg_target);
	char *trimmed = str_trim(t, url), *conninfo = trimmed, *mark;
	PQconninfoOption *options = memory_check(PQconndefaults());
	struct query *q;
	int rc;

	t->keywords = NEW_ARRAY(t, const char *, 1);
	t->values = NEW_ARRAY(t, const char *, 1);
	mark = is_url(trimmed) ? strchr(trimmed, '?') : NULL;
	q = query_read(t, options, mark == NULL ? NULL : mark + 1);
	PQconninfoFree(options);
	if (mark != NULL) {
		*mark = '\0';
		conninfo = mem_printf(t, "%s%s%s", trimmed,
		    q->kept->size > 0 ? "?" : "", q->kept->data);
	}
	rc = refuse_other_schemes(conninfo, err);
	if (rc == 0 && *trimmed == '\0')
		rc = error_set(err, ERR_USAGE, "the connection URL is empty");
	if (rc == 0)
		rc = refuse_placeholder(trimmed, err);
	if (rc == 0)
		rc = target_fill(t, conninfo, err);
	if (rc == 0) {
		target_adapt(t, q);
		target_drop(t, q);
		target_note(t, q);
		target_describe(t);
		if (strchr(t->host, '@') != NULL)
			rc = refuse_unreadable(NULL, true, err);
	}
	if (rc != 0) {
		talloc_free(t);
		return NULL;
	}
	return t;
}

struct pg_target *
pg_target_with_database(const void *owner, const struct pg_target *t,
    const char *dbname)
{
	struct pg_target *other = NEW(owner, struct pg_target);
	size_t i, dropped = 0;

	other->keywords = NEW_ARRAY(other, const char *, 1);
	other->values = NEW_ARRAY(other, const char *, 1);
	for (i = 0; t->keywords[i] != NULL; i++)
		target_set(other, t->keywords[i], t->values[i]);
	target_set(other, "dbname", dbname);
	other->schema = mem_strdup(other, t->schema);
	other->says_schema = t->says_schema;
	other->says_pooler = t->says_pooler;
	while (t->dropped[dropped] != NULL)
		dropped++;
	other->dropped = NEW_ARRAY(other, const char *, dropped + 1);
	for (i = 0; i < dropped; i++)
		other->dropped[i] = mem_strdup(other, t->dropped[i]);
	other->note = mem_strdup(other, t->note);
	target_describe(other);
	return other;
}

/* ---- for programs ------------------------------------------------------ */

static void
environment_add(char ***list, size_t *count, const char *name,
    const char *value)
{
	GROW(NULL, *list, char *, *count + 2);
	(*list)[(*count)++] = mem_printf(*list, "%s=%s", name, value);
	(*list)[*count] = NULL;
}

char **
pg_target_environment(const void *owner, const struct pg_target *t,
    const char *application_name)
{
	PQconninfoOption *options = memory_check(PQconndefaults()), *o;
	char **list = pg_environment_clean(owner, NULL);
	size_t count = 0, i = 0;

	/* LC_ALL twice would leave it to the program which one counts. */
	for (; list[i] != NULL; i++)
		if (!str_starts(list[i], "LC_ALL="))
			list[count++] = list[i];
	list[count] = NULL;
	for (o = options; o->keyword != NULL; o++) {
		const char *value = pg_target_value(t, o->keyword);

		/* A service is already spelt out in the other values. */
		if (o->envvar == NULL || value == NULL || *value == '\0' ||
		    str_equal(o->keyword, "service") ||
		    str_equal(o->keyword, "application_name"))
			continue;
		environment_add(&list, &count, o->envvar, value);
	}
	if (application_name != NULL)
		environment_add(&list, &count, "PGAPPNAME", application_name);
	environment_add(&list, &count, "LC_ALL", "C");
	PQconninfoFree(options);
	return list;
}
