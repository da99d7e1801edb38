/*
 * steps/http.c - kind "http": a GET, and what must come back.
 *
 * libcurl works on a thread of the pool; the loop goes on, and cancelling
 * reaches it within its progress callback.  Only http and https are spoken.
 */

#include <curl/curl.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/kind.h"
#include "steps/plan.h"
#include "steps/spec.h"

#define BODY_MAX	((size_t)1 << 20)
#define TIMEOUT_MS	30000

struct http_spec {
	const char	*url;
	json_t		*headers;
	json_t		*expect;
	bool		 follow;
};

/* Lives until the thread is through with it: malloc, not talloc. */
struct transfer {
	char		*url;
	struct curl_slist *headers;
	bool		 follow;
	long		 timeout_ms;
	char		*body;
	size_t		 size;
	bool		 is_cut;
	long		 status;
	CURLcode	 code;
	char		 error[CURL_ERROR_SIZE];
	int		 stop;		/* atomic: the loop sets it */
	bool		 is_done;	/* the loop alone */
};

/* ---- on the thread ------------------------------------------------------------ */

static size_t
take_body(char *bytes, size_t one, size_t count, void *arg)
{
	struct transfer *t = arg;
	size_t n = one * count, room = BODY_MAX - t->size;
	char *grown;

	t->is_cut = t->is_cut || n > room;
	if (n > room)
		n = room;
	grown = realloc(t->body, t->size + n + 1);
	if (grown == NULL)
		return 0;
	t->body = grown;
	memcpy(t->body + t->size, bytes, n);
	t->size += n;
	t->body[t->size] = '\0';
	return one * count;
}

static int
look_for_stop(void *arg, curl_off_t a, curl_off_t b, curl_off_t c,
    curl_off_t d)
{
	struct transfer *t = arg;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return __atomic_load_n(&t->stop, __ATOMIC_RELAXED);
}

static void
transfer(void *arg)
{
	struct transfer *t = arg;
	CURL *c = curl_easy_init();

	if (c == NULL) {
		t->code = CURLE_FAILED_INIT;
		return;
	}
	curl_easy_setopt(c, CURLOPT_URL, t->url);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(c, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, t->follow ? 1L : 0L);
	curl_easy_setopt(c, CURLOPT_MAXREDIRS, 10L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, t->timeout_ms);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, t->headers);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "pgrunbook/" PACKAGE_VERSION);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, look_for_stop);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, t);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->error);
	t->code = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &t->status);
	curl_easy_cleanup(c);
}

/* ---- in the loop ---------------------------------------------------------------- */

static void
transfer_done(void *arg)
{
	((struct transfer *)arg)->is_done = true;
}

static void
transfer_free(struct transfer *t)
{
	curl_slist_free_all(t->headers);
	free(t->url);
	free(t->body);
	free(t);
}

static struct transfer *
transfer_new(struct attempt *a, struct error *err)
{
	const struct http_spec *spec = a->step->spec;
	struct transfer *t;
	const char *name;
	json_t *headers, *value;
	char *url, *line;

	url = attempt_expand(NULL, a, spec->url, err);
	headers = url == NULL ? NULL : spec->headers == NULL ? json_object() :
	    attempt_expand_json(a, spec->headers, err);
	if (headers == NULL) {
		talloc_free(url);
		return NULL;
	}
	t = memory_check(calloc(1, sizeof(*t)));
	t->url = memory_check(strdup(url));
	t->follow = spec->follow;
	t->timeout_ms = a->step->timeout_ms > 0 ?
	    (long)a->step->timeout_ms : TIMEOUT_MS;
	json_object_foreach(headers, name, value) {
		line = mem_printf(url, "%s: %s", name,
		    json_is_string(value) ? json_string_value(value) : "");
		t->headers = curl_slist_append(t->headers, line);
	}
	talloc_free(url);
	json_decref(headers);
	return t;
}

static void
perform(struct attempt *a, struct transfer *t)
{
	static bool is_ready;

	if (!is_ready)
		curl_global_init(CURL_GLOBAL_DEFAULT);
	is_ready = true;
	loop_work(a->host->loop, transfer, transfer_done, t);
	while (!t->is_done) {
		loop_sleep(a->host->loop, 20, &t->is_done);
		if (a->is_cancelled)
			__atomic_store_n(&t->stop, 1, __ATOMIC_RELAXED);
	}
}

/* ---- what came back --------------------------------------------------------------- */

static int
check_json(const json_t *wanted, const struct transfer *t, struct error *err)
{
	struct error not_json;
	const char *name;
	json_t *body = NULL, *value, *got;
	char *a, *b;
	int rc = 0;

	if (wanted == NULL)
		return 0;
	if (t->body == NULL ||
	    json_parse(t->body, t->size, &body, &not_json) < 0)
		return error_set(err, ERR_EXPECT, "the answer is not JSON");
	json_object_foreach((json_t *)(uintptr_t)wanted, name, value) {
		got = json_object_get(body, name);
		if (got != NULL && json_equal(got, value))
			continue;
		a = json_stable(NULL, value);
		b = got != NULL ? json_stable(NULL, got) : NULL;
		rc = error_set(err, ERR_EXPECT,
		    "expected \"%s\" to be %s in the answer, got %s", name, a,
		    b != NULL ? b : "nothing");
		talloc_free(a);
		talloc_free(b);
		break;
	}
	json_decref(body);
	return rc;
}

static int
check_answer(struct attempt *a, const struct transfer *t, struct error *err)
{
	const struct http_spec *spec = a->step->spec;
	json_t *expect = spec->expect == NULL ? json_object() :
	    attempt_expand_json(a, spec->expect, err);
	const char *pattern;
	int64_t status;
	int rc = 0;

	if (expect == NULL)
		return -1;
	status = json_int(expect, "status", 200);
	pattern = json_str(expect, "body");
	if (t->status != status)
		rc = error_set(err, ERR_EXPECT, "expected status %lld, got %ld",
		    (long long)status, t->status);
	else if (pattern != NULL &&
	    !str_matches(t->body != NULL ? t->body : "", pattern))
		rc = error_set(err, ERR_EXPECT,
		    "the answer does not match %s", pattern);
	else
		rc = check_json(json_object_get(expect, "json"), t, err);
	json_decref(expect);
	return rc;
}

static int
show_answer(struct attempt *a, const struct transfer *t, struct error *err)
{
	if (attempt_printf(a, err, "GET %s\nstatus %ld, %zu bytes%s\n",
	    t->url, t->status, t->size,
	    t->is_cut ? " (the rest is left out)" : "") < 0)
		return -1;
	if (t->size == 0)
		return 0;
	if (attempt_output(a, 1, t->body, t->size, err) < 0)
		return -1;
	return attempt_output(a, 1, "\n", 1, err);
}

static int
failed(struct attempt *a, const struct transfer *t, struct error *err)
{
	if (attempt_check(a, err) < 0)
		return -1;
	error_set(err, t->code == CURLE_OPERATION_TIMEDOUT ? ERR_TIMEOUT :
	    ERR_EXPECT, "no answer from %s", t->url);
	error_detail(err, "%s", t->error[0] != '\0' ? t->error :
	    curl_easy_strerror(t->code));
	return -1;
}

static int
run(struct attempt *a, struct error *err)
{
	struct transfer *t = transfer_new(a, err);
	json_t *value;
	int rc;

	if (t == NULL)
		return -1;
	attempt_status(a, "asks %s", t->url);
	perform(a, t);
	rc = t->code != CURLE_OK ? failed(a, t, err) : 0;
	if (rc == 0)
		rc = show_answer(a, t, err);
	if (rc == 0)
		rc = check_answer(a, t, err);
	if (rc == 0) {
		value = json_text(t->body != NULL ? t->body : "",
		    t->size > 65536 ? 65536 : t->size);
		rc = attempt_register(a, json_pack("{s:I, s:o}", "status",
		    (json_int_t)t->status, "body", value), err);
	}
	transfer_free(t);
	return rc;
}

/* ---- before anything runs ------------------------------------------------------------ */

static int
plan(struct attempt *a, struct error *err)
{
	const struct http_spec *spec = a->step->spec;
	char *url = attempt_expand(NULL, a, spec->url, err), *text;

	if (url == NULL)
		return -1;
	text = mem_printf(url, "GET %s", url);
	plan_text(a, CLASS_R, "a GET", text);
	talloc_free(url);
	return 0;
}

static void
check(const struct step *s, struct lint *l)
{
	static const char *const known[] = { "status", "body", "json", NULL };
	const struct http_spec *spec = s->spec;
	struct lint_place at = spec_place(s, "expect");
	struct lint_finding *f;
	const char *key, *pattern = json_str(spec->expect, "body");
	regex_t compiled;
	json_t *value;

	if (spec->url != NULL && !str_starts(spec->url, "http://") &&
	    !str_starts(spec->url, "https://") &&
	    !str_starts(spec->url, "{{"))
		lint_error(l, spec_place(s, "http"),
		    "the address begins with neither http:// nor https://");
	json_object_foreach(spec->expect, key, value) {
		if (str_equal(key, "status") || str_equal(key, "body") ||
		    str_equal(key, "json"))
			continue;
		f = lint_error(l, at, "unknown key \"%s\" in \"expect\"", key);
		if (str_nearest(key, known) != NULL)
			lint_hint(l, f, "did you mean \"%s\"?",
			    str_nearest(key, known));
	}
	if (pattern == NULL)
		return;
	if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) == 0)
		regfree(&compiled);
	else
		lint_error(l, at, "\"body\" is not a regular expression");
}

static enum step_class
deserves(const struct step *s, char *why, size_t why_size)
{
	(void)s;
	snprintf(why, why_size, "a GET");
	return CLASS_R;
}

static const struct key keys[] = {
	{ "http", KEY_TEXT, KEY_REQUIRED | KEY_EXPANDS,
	  offsetof(struct http_spec, url), "the address", NULL, 0, 0 },
	{ "headers", KEY_MAP, KEY_EXPANDS,
	  offsetof(struct http_spec, headers), "headers more", NULL, 0, 0 },
	{ "follow", KEY_BOOL, 0, offsetof(struct http_spec, follow),
	  "follow redirections (default false)", NULL, 0, 0 },
	{ "expect", KEY_MAP, KEY_EXPANDS, offsetof(struct http_spec, expect),
	  "status (200), body: a regular expression, json: fields that must equal",
	  NULL, 0, 0 },
	KEY_END
};

const struct step_kind kind_http = {
	{ "http", "a GET, and what must come back", "http", keys,
	  sizeof(struct http_spec), NULL, check, deserves },
	plan, run, NULL
};
