/*
 * tests/postgres/test_tls.c - encrypted sessions, with certificates made here.
 *
 * The server's certificate bears the name localhost, and no address.
 */

#include "harness/test.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/loop.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/cluster.h"
#include "postgres/session.h"

static struct loop *loop;
static char *folder;

/* Two authorities; the first one signs. */
static const char make_certificates[] =
    "set -e; cd \"$1\"; umask 077\n"
    "for ca in ca stranger; do\n"
    "  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=$ca"
    " -keyout $ca.key -out $ca.pem\n"
    "done\n"
    "openssl req -new -newkey rsa:2048 -nodes -subj /CN=localhost"
    " -keyout server.key -out server.csr\n"
    "printf 'subjectAltName=DNS:localhost\\n' >names\n"
    "openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -set_serial 1"
    " -days 2 -extfile names -out server.pem\n"
    "chmod 644 *.pem\n";

static int
start(void **state)
{
	const char *argv[] = { "/bin/sh", "-c", make_certificates, "sh", NULL,
	    NULL };
	int status = -1;
	pid_t pid;

	if (cluster_start(state) != 0)
		return -1;
	loop = loop_new(NULL);
	folder = cluster_new_folder(loop);
	argv[4] = folder;
	pid = cluster_spawn(argv);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status != 0)
		print_error("%s\n", cluster_log(loop));
	assert_int_equal(status, 0);
	cluster_serve_loopback(path_join(loop, folder, "server.pem"),
	    path_join(loop, folder, "server.key"));
	return 0;
}

static int
stop(void **state)
{
	int rc = cluster_stop(state);

	talloc_free(loop);
	return rc;
}

/* "...?sslmode=...&sslrootcert=FOLDER/ca.pem" for the host. */
static struct pg_session *
open_at(const char *host, const char *query, const char *ca, struct error *err)
{
	char *url = mem_printf(loop, "postgresql://postgres@%s:%s/postgres?%s%s"
	    "%s", host, cluster_port(), query, ca == NULL ? "" : folder,
	    ca == NULL ? "" : ca);
	struct pg_target *t = pg_target_parse(loop, url, err);

	assert_got(t, err);
	return pg_open(loop, loop, t, NULL, err);
}

static void
is_encrypted(struct pg_session *s, const char *wanted)
{
	struct error err;
	char *value;

	assert_ok(pg_scalar(loop, s, "SELECT ssl::text FROM pg_stat_ssl WHERE "
	    "pid = pg_backend_pid()", 0, NULL, &value, &err), &err);
	assert_string_equal(value, wanted);
	pg_close(s);
}

static void
opens(const char *host, const char *query, const char *ca)
{
	struct error err;
	struct pg_session *s = open_at(host, query, ca, &err);

	assert_got(s, &err);
	is_encrypted(s, "true");
}

static void
refuses(const char *host, const char *query, const char *ca,
    const char *detail, const char *hint)
{
	struct error err;
	struct pg_session *s = open_at(host, query, ca, &err);

	assert_null(s);
	assert_int_equal(err.code, ERR_CONNECT);
	assert_contains(err.detail, detail);
	assert_contains(err.hint, hint);
}

static void
verify_full_takes_a_certificate_of_that_name_and_authority(void **state UNUSED)
{
	opens("localhost", "sslmode=verify-full&sslrootcert=", "/ca.pem");
}

static void
verify_full_refuses_another_host_name(void **state UNUSED)
{
	refuses("127.0.0.1", "sslmode=verify-full&sslrootcert=", "/ca.pem",
	    "does not match host name \"127.0.0.1\"",
	    "a name that the certificate bears");
	/* The certificate itself is a good one. */
	opens("127.0.0.1", "sslmode=verify-ca&sslrootcert=", "/ca.pem");
}

static void
verify_full_refuses_an_unknown_authority(void **state UNUSED)
{
	refuses("localhost", "sslmode=verify-full&sslrootcert=",
	    "/stranger.pem", "certificate verify failed", "\"sslrootcert\"");
	refuses("localhost", "sslmode=verify-ca&sslrootcert=",
	    "/stranger.pem", "certificate verify failed", "\"sslrootcert\"");
}

static void
verify_full_refuses_without_an_authority(void **state UNUSED)
{
	refuses("localhost", "sslmode=verify-full&sslrootcert=",
	    "/nowhere.pem", "root certificate file", "ca-certificates.crt");
}

static void
no_verify_encrypts_and_asks_nobody(void **state UNUSED)
{
	opens("127.0.0.1", "sslmode=no-verify", NULL);
}

static void
prismas_sslcert_is_the_authority(void **state UNUSED)
{
	opens("localhost", "sslaccept=strict&sslcert=", "/ca.pem");
	refuses("localhost", "sslaccept=strict&sslcert=", "/stranger.pem",
	    "certificate verify failed", "\"sslrootcert\"");
	refuses("127.0.0.1", "sslaccept=strict&sslcert=", "/ca.pem",
	    "does not match host name", "a name that the certificate bears");
}

static void
prismas_accept_invalid_certs_encrypts_alone(void **state UNUSED)
{
	opens("127.0.0.1", "sslmode=require&sslaccept=accept_invalid_certs",
	    NULL);
}

static void
a_server_without_tls_is_not_reached_where_it_must_be(void **state UNUSED)
{
	struct error err;
	struct pg_session *s;

	s = open_at("127.0.0.1", "sslmode=disable", NULL, &err);
	assert_got(s, &err);
	is_encrypted(s, "false");
	cluster_serve_loopback(NULL, NULL);
	refuses("127.0.0.1", "sslmode=require", NULL, "does not support SSL",
	    "the server has no TLS");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    verify_full_takes_a_certificate_of_that_name_and_authority),
		cmocka_unit_test(verify_full_refuses_another_host_name),
		cmocka_unit_test(verify_full_refuses_an_unknown_authority),
		cmocka_unit_test(verify_full_refuses_without_an_authority),
		cmocka_unit_test(no_verify_encrypts_and_asks_nobody),
		cmocka_unit_test(prismas_sslcert_is_the_authority),
		cmocka_unit_test(prismas_accept_invalid_certs_encrypts_alone),
		cmocka_unit_test(
		    a_server_without_tls_is_not_reached_where_it_must_be),
	};

	return test_main(tests, start, stop);
}
