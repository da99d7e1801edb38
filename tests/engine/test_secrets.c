/* tests/engine/test_secrets.c - secrets come in every way, and reach no file. */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/person.h"
#include "harness/cluster.h"
#include "harness/keys.h"

/* Bytes that URLs and base64 write otherwise. */
#define DECLARED	"tr0ub4dor+&three/oak"
#define FROM_FILE	"correct?horse=battery"
#define FROM_URL	"hunter2-on-the-wire"
#define IN_PAIR		"s3cr3t-in-a-pair"
/* Nobody has said that it is one: it only looks so where it stands. */
#define UNTOLD		"undeclared-tiger"

/* Each way in which a step can bring one to light. */
static const char *const ways[] = {
	"run: 'printf \"%s\\n\" \"$TOKEN\"'",
	"run: 'printf \"%s\\n\" \"$TOKEN\" >&2'",
	"run: 'printf %s \"${TOKEN%????}\"; sleep 0.3; printf \"%s\\n\" \"${TOKEN#\"${TOKEN%????}\"}\"'",
	"run: 'printf %s \"$TOKEN\" | sed \"s/./&\\n/g\" | while IFS= read -r c; do printf %s \"$c\"; sleep 0.01; done; echo'",
	"run: 'printf %s \"$TOKEN\" | base64'",
	"run: 'printf \"x%s\" \"$TOKEN\" | base64; printf \"xy%s.\" \"$TOKEN\" | base64 -w0'",
	"run: 'printf %s \"$TOKEN\" | base64 | fold -w 7'",
	"run: 'printf %s \"$TOKEN\" | jq -sRr @uri'",
	"run: 'printf \"%s\\n\" \"$DB_PASSWORD\"'",
	"run: 'printf %s \"$DB_PASSWORD\" | base64'",
	"run: 'printf \"%s\\n\" \"$REPLICA_URL\"'",
	"run: 'printf \"%s\\n\" \"$REPLICA_URL\" | sed s,.*:,,'",
	"run: 'echo \"host=x password=$TOKEN\"; exit 3'",
	"run: 'echo \"psql: error: $DB_PASSWORD\" >&2; exit 3'",
	"run: 'printf \"host=x password=%s dbname=y\\n\" \"$UNTOLD\"'",
	"run: 'printf \"password=%s\" \"${UNTOLD%????}\"; sleep 0.3; printf \"%s\\n\" \"${UNTOLD#\"${UNTOLD%????}\"}\"'",
	"run: 'printf \"ALTER ROLE app PASSWORD \\047%s\\047;\\n\" \"$UNTOLD\"'",
	"run: 'printf \"PASSWO\"; sleep 0.3; printf \"RD \\047%s\\047\\n\" \"$UNTOLD\"'",
	"run: 'echo \"connection to postgresql://app:$UNTOLD@replica/app failed\" >&2; exit 2'",
	"run: 'echo \"psql: error: PGPASSWORD=$UNTOLD\" >&2; exit 2'",
	"sql: \"select ('ALTER ROLE app PASSWORD ''undeclared' || '-tiger''')::int\"",
	"sql: \"select ('conninfo: user=a password=undeclared' || '-tiger')::int\"",
	"sql: \"select ('postgres://a:undeclared' || '-tiger@h/d')::date\"",
	"sql: \"select 'dbname=x password=undeclared' || '-tiger' as conninfo\"",
	"sql: \"select :'TOKEN' as shown\"",
	"sql: \"select :'TOKEN'::int\"",
	"sql: \"select 1 as \\\"of\\\" from :\\\"TOKEN\\\"\"",
};

static struct front *
start_all(void)
{
	struct buffer *steps = buffer_new(owner);
	char *beside = temp_folder(owner);

	for (size_t i = 0; i < COUNT_OF(ways); i++)
		buffer_printf(steps, "  - {id: w%zu, class: R, on_failure: "
		    "continue, %s}\n", i + 1, ways[i]);
	buffer_puts(steps, "  - {id: asks, manual: {items: [look], ask: "
	    "{field: {prompt: What}}}}\n");
	temp_file(owner, beside, "app.env",
	    "DB_PASSWORD=" FROM_FILE "\nPLAIN=ordinary words\n"
	    "REPLICA_URL=postgresql://app:" FROM_URL "@replica/app\n");
	setenv("TOKEN", DECLARED, 1);
	setenv("PAIR", IN_PAIR, 1);
	setenv("UNTOLD", UNTOLD, 1);
	return start_run_in(beside, "secrets: [TOKEN, PAIR]\n"
	    "env_files: [app.env]\n", steps->data);
}

/* All that a file could show of a secret. */
static void
find_none(const char *secret)
{
	const char *const argv[] = { "bash", "-c",
	    "cd \"$1\"; s=$2; b=$(printf %s \"$s\" | base64 -w0); "
	    "c=$(printf x%s \"$s\" | base64 -w0); "
	    "d=$(printf xy%s \"$s\" | base64 -w0); "
	    "u=$(printf %s \"$s\" | jq -sRr @uri); "
	    "for t in \"$s\" \"${b:0:12}\" \"${c:3:12}\" \"${d:4:12}\" \"$u\";"
	    " do grep -rlaF --exclude=socket -e \"$t\" . ; done; "
	    "find . -type f -exec cat {} + | tr -d '\\n' | "
	    "grep -aoF -e \"$s\" -e \"${b:0:14}\"; true",
	    "sh", folder, secret, NULL };

	if (*command_output(owner, argv) != '\0')
		fail_msg("%s is in the bundle:\n%s", secret,
		    command_output(owner, argv));
}

static void
no_way_leads_a_secret_into_the_bundle(void **state)
{
	struct front *f = start_all(), *named;

	(void)state;
	until(f, waits_for(f, "answer"));
	/* People say it, too. */
	done(f, INTENT_NOTE, "{'text': 'it is " DECLARED "'}");
	done(f, INTENT_NOTE, "{'text': 'and " FROM_FILE "'}");
	named = attach(IN_PAIR);
	until(named, waits_for(named, "answer"));
	done(named, INTENT_ANSWER, "{'step': 'book/asks', 'answer': {'items': "
	    "[true], 'fields': {'field': 'dsn " FROM_URL "'}}}");
	until(f, f->is_gone);

	assert_true(state_of(f)->is_closed);
	find_none(DECLARED);
	find_none(FROM_FILE);
	find_none(FROM_URL);
	find_none(IN_PAIR);
	find_none(UNTOLD);
	holds();
	/* What is no secret stays to be read. */
	assert_contains(slurp(owner, path_join(owner, folder,
	    "journal.jsonl")), "[secret TOKEN]");
	assert_contains(slurp(owner, path_join(owner, folder,
	    "journal.jsonl")), "[secret DB_PASSWORD]");
	assert_contains(slurp(owner, path_join(owner, folder,
	    "journal.jsonl")), "PASSWORD '[secret password]'");
}

/* A file that the command below has written; null: not yet. */
static char *
notice(const char *event)
{
	char *path = mem_printf(owner, "%s/%s.notice", runs, event);

	return file_exists(path) ? slurp(owner, path) : NULL;
}

static void
a_command_is_told_the_facts_and_no_secret(void **state)
{
	struct front *f;

	(void)state;
	setenv("TOKEN", DECLARED, 1);
	setenv("PGRUNBOOK_NOTIFY", "d=${PGRUNBOOK_FOLDER%/*}; env > "
	    "\"$d/part\"; mv \"$d/part\" \"$d/$PGRUNBOOK_EVENT.notice\"", 1);
	f = start_run_in(temp_folder(owner), "secrets: [TOKEN]\n",
	    "  - {id: ask, manual: [look]}\n"
	    "  - {id: bad, class: R, run: exit 1}\n");
	unsetenv("PGRUNBOOK_NOTIFY");
	until(f, notice("needs-you") != NULL &&
	    strstr(notice("needs-you"), "book/ask") != NULL);
	assert_contains(notice("needs-you"), "PGRUNBOOK_WAITS_FOR=answer");
	done(f, INTENT_ANSWER, "{'step': 'book/ask', 'answer': {'items': "
	    "[true]}}");
	until(f, notice("failed") != NULL);
	assert_contains(notice("failed"), "PGRUNBOOK_STEP=book/bad");
	done(f, INTENT_SKIP, "{'step': 'book/bad', 'reason': 'a test'}");
	until(f, f->is_gone && notice("done") != NULL);
	assert_contains(notice("done"), "PGRUNBOOK_OUTCOME=done");
	assert_null(strstr(notice("done"), DECLARED));
	assert_null(strstr(notice("done"), "TEST_URL"));
}

#define test(name) \
	cmocka_unit_test_setup_teardown(name, person_begin, person_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(a_command_is_told_the_facts_and_no_secret),
		test(no_way_leads_a_secret_into_the_bundle),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
