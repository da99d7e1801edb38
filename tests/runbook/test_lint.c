/* tests/runbook/test_lint.c - what lint says of runbooks and windows. */

#include <string.h>
#include <talloc.h>

#include "base/macros.h"
#include "linting.h"

/* Behind it nothing is missing. */
#define STEPS "steps: [pause: ]\n"

static void
a_runbook_has_its_keys(void **state)
{
	static const struct linting_case cases[] = {
		{ "pgrunbook: 1\nname: x\n" STEPS, "" },
		{ "pgrunbook: 1\n",
		  "x.yaml:1:1: error: a runbook needs \"name\"\n"
		  "x.yaml:1:1: error: a runbook needs \"steps\"\n" },
		{ "name: x\n" STEPS,
		  "x.yaml:1:1: error: a runbook needs \"pgrunbook\"\n" },
		{ "name: x\npgrunbook: 1\n" STEPS,
		  "x.yaml:2:1: error: \"pgrunbook\" must be the first key\n" },
		{ "pgrunbook: 2\nname: x\n" STEPS,
		  "x.yaml:1:12: error: format version 2 is not known\n"
		  "  hint: this pgrunbook reads version 1\n" },
		{ "pgrunbook: one\nname: x\n" STEPS,
		  "x.yaml:1:12: error: \"pgrunbook\" must be a whole number, "
		  "not \"one\"\n" },
		{ "pgrunbook: 1\nname: X y\n" STEPS,
		  "x.yaml:2:7: error: \"X y\" is not a name for a runbook\n"
		  "  hint: use a-z, 0-9 and \"-\"\n" },
		{ "pgrunbook: 1\nname: x\ntilte: x\n" STEPS,
		  "x.yaml:3:1: error: unknown key \"tilte\" in a runbook\n"
		  "  hint: did you mean \"title\"?\n" },
		{ "pgrunbook: 1\nname: x\nlast_exercised: yesterday\n"
		  "next_window: 2026-11-27\n" STEPS,
		  "x.yaml:3:17: error: \"last_exercised\" must be a day, not "
		  "\"yesterday\"\n"
		  "  hint: as in 2026-10-02\n"
		  "x.yaml:4:14: error: \"next_window\" must be a time, not "
		  "\"2026-11-27\"\n"
		  "  hint: as in \"2026-11-27T01:00Z\"\n" },
		{ "pgrunbook: 1\nname: x\nlast_exercised: 2026-02-30\n" STEPS,
		  "x.yaml:3:17: error: \"last_exercised\" must be a day, not "
		  "\"2026-02-30\"\n"
		  "  hint: as in 2026-10-02\n" },
		{ "pgrunbook: 1\nname: x\nlast_exercised: 2026-10-02\n"
		  "next_window: \"2026-11-27T01:00Z\"\n" STEPS, "" },
		{ "pgrunbook: 1\nname: x\ntitle: \"{{who}}\"\n" STEPS,
		  "x.yaml:3:8: error: undefined name \"who\"\n"
		  "  hint: let an earlier step \"register\" it, or declare it in "
		  "\"params\"\n" },
		{ "pgrunbook: 1\nname: x\nsteps: []\n",
		  "x.yaml:3:8: error: \"steps\" is empty\n" },
		{ "pgrunbook: 1\nname: x\nsteps: {pause: }\n",
		  "x.yaml:3:8: error: \"steps\" must be a list\n" },
		{ "pgrunbook: 1\nname: x\nsteps:\n",
		  "x.yaml:3:7: error: \"steps\" must be a list\n" },
	};

	linting_check_all(*state, "", cases, COUNT_OF(cases));
}

static void
params_are_checked(void **state)
{
	static const struct linting_case cases[] = {
		{ "params: {a: , b: 1, c: {prompt: x}}\n", "" },
		{ "params: [a]\n",
		  "x.yaml:4:9: error: \"params\" must be a map\n" },
		{ "params: {Ticket: }\n",
		  "x.yaml:4:10: error: \"Ticket\" is not a name for a value\n"
		  "  hint: use a-z, 0-9 and \"_\", and begin with a letter\n" },
		{ "params: {a: [b]}\n",
		  "x.yaml:4:13: error: a param must be a map, not a list\n" },
		{ "params: {a: {promt: x}}\n",
		  "x.yaml:4:14: error: unknown key \"promt\" in a param\n"
		  "  hint: did you mean \"prompt\"?\n" },
		{ "params: {a: {pattern: '('}}\n",
		  "x.yaml:4:23: error: \"pattern\" is not a regular "
		  "expression\n" },
		{ "params: {a: {pattern: '^x$', default: y}}\n",
		  "x.yaml:4:39: error: the default of \"a\" is not accepted: it "
		  "must match ^x$\n" },
		{ "params: {a: {type: number}}\n",
		  "x.yaml:4:20: error: \"type\" must be one of text, integer, "
		  "boolean, not \"number\"\n" },
		{ "params: {a: {type: integer, default: x}}\n",
		  "x.yaml:4:38: error: the default of \"a\" is not accepted: it "
		  "must be a whole number\n" },
		{ "params: {a: {type: integer, min: 2, default: 1}}\n",
		  "x.yaml:4:46: error: the default of \"a\" is not accepted: it "
		  "must be at least 2\n" },
		{ "params: {a: {type: integer, max: 2, default: 3}}\n",
		  "x.yaml:4:46: error: the default of \"a\" is not accepted: it "
		  "must be at most 2\n" },
		{ "params: {a: {type: boolean, default: 3}}\n",
		  "x.yaml:4:38: error: the default of \"a\" is not accepted: it "
		  "must be true or false\n" },
	};

	linting_check_all(*state, "pgrunbook: 1\nname: x\n" STEPS, cases,
	    COUNT_OF(cases));
}

static void
roles_targets_and_times_are_checked(void **state)
{
	static const struct linting_case cases[] = {
		{ "roles: {executor: , reviewer: {not: executor, from: "
		  "a@example.com}}\n", "" },
		{ "roles: [a]\n",
		  "x.yaml:4:8: error: \"roles\" must be a map, not a list\n" },
		{ "roles:\n",
		  "x.yaml:4:7: error: \"roles\" must be a map, not nothing\n" },
		{ "roles: x\n",
		  "x.yaml:4:8: error: \"roles\" must be a map, not text\n" },
		{ "roles: {The boss: }\n",
		  "x.yaml:4:9: error: \"The boss\" is not a name for a role\n"
		  "  hint: use a-z, 0-9, \"-\" and \"_\", and begin with a "
		  "letter\n" },
		{ "roles: {a: {form: b}}\n",
		  "x.yaml:4:13: error: unknown key \"form\" in a role\n"
		  "  hint: did you mean \"from\"?\n" },
		{ "roles: {executor: , reviewer: {not: exekutor}}\n",
		  "x.yaml:4:37: error: unknown role \"exekutor\"\n"
		  "  hint: did you mean \"executor\"?\n" },
		{ "targets: {shop: {url: 'env:URL', environment: shared}}\n", "" },
		{ "targets: {staging: {url: prompt}}\n", "" },
		{ "targets: {shop: {url: prompt}}\n",
		  "x.yaml:4:11: error: target \"shop\" needs \"environment\"\n" },
		{ "targets: {Shop: {environment: local}}\n",
		  "x.yaml:4:11: error: \"Shop\" is not a name for a target\n"
		  "  hint: use a-z, 0-9, \"-\" and \"_\", and begin with a "
		  "letter\n" },
		{ "targets: {shop: postgres}\n",
		  "x.yaml:4:17: error: a target must be a map, not text\n" },
		{ "targets: {shop: }\n",
		  "x.yaml:4:17: error: a target must be a map, not nothing\n" },
		{ "targets: {shop: {environment: prod}}\n",
		  "x.yaml:4:31: error: \"environment\" must be one of local, "
		  "sandbox, staging, shared, production, not \"prod\"\n" },
		{ "targets: {local: {ulr: x}}\n",
		  "x.yaml:4:19: error: unknown key \"ulr\" in a target\n"
		  "  hint: did you mean \"url\"?\n" },
		{ "targets: {local: {url: mysql}}\n",
		  "x.yaml:4:24: error: \"url\" is none that is understood\n"
		  "  hint: write postgres://…, \"env:NAME\", \"service:NAME\" or "
		  "\"prompt\"\n" },
		{ "targets: {local: {url: 'postgres://h/d?pool_timeout=1'}}\n",
		  "x.yaml:4:24: warning: pool_timeout left out, libpq has no "
		  "such parameter\n" },
		{ "targets: {local: {url: 'env:A B'}}\n",
		  "x.yaml:4:24: error: \"url\" is none that is understood\n"
		  "  hint: write postgres://…, \"env:NAME\", \"service:NAME\" or "
		  "\"prompt\"\n" },
		{ "start: \"2026-11-27T01:00Z\"\nend: \"2026-11-27T03:00Z\"\n",
		  "" },
		{ "start: tonight\n",
		  "x.yaml:4:8: error: \"start\" must be a time, not "
		  "\"tonight\"\n"
		  "  hint: as in \"2026-11-27T01:00Z\"\n" },
		{ "start: \"2026-11-27T03:00Z\"\nend: \"2026-11-27T01:00Z\"\n",
		  "x.yaml:5:6: error: the window ends before it begins\n" },
		{ "secrets: [DATABASE_URL, 'my secret']\n",
		  "x.yaml:4:25: error: a secret is named by its variable, with "
		  "A-Z, a-z, 0-9 and \"_\"\n" },
		{ "policy: {refused: [x]}\n",
		  "x.yaml:4:10: error: unknown key \"refused\" in a policy\n"
		  "  hint: did you mean \"refuse\"?\n" },
		{ "policy: never\n",
		  "x.yaml:4:9: error: a policy must be a map, not text\n" },
	};

	linting_check_all(*state, "pgrunbook: 1\nname: x\n" STEPS, cases,
	    COUNT_OF(cases));
}

static void
a_password_is_found_wherever_it_stands(void **state)
{
	static const char told[] =
	    "error: a password is written into this file\n"
	    "  hint: let it come from the environment: \"env:NAME\" as a "
	    "target's url, $NAME in a command\n";
	static const char *const bad[] = {
		"targets: {local: {url: 'postgres://me:hunter2@db/shop'}}\n",
		"targets: {local: {url: 'postgres://me:p@ss:w@db/shop'}}\n",
		"targets: {local: {url: 'postgres://db/shop?password=hunter2'}}\n",
		"targets: {local: {url: 'host=db password = hunter2'}}\n",
		"description: psql postgresql://me:hunter2@db/shop -c x\n",
		"description: PGPASSWORD=hunter2 psql\n",
		"description: curl https://me:hunter2@example.com/\n",
	};
	static const char *const good[] = {
		"targets: {local: {url: 'postgres://me@db/shop'}}\n",
		"targets: {local: {url: 'host=db user=me'}}\n",
		"targets: {local: {url: 'service:shop'}}\n",
		"targets: {local: {url: 'postgres://me:$PASSWORD@db/shop'}}\n",
		"description: \"PGPASSWORD=$SECRET psql\"\n",
		"description: \"PGPASSWORD=\\\"$SECRET\\\" psql\"\n",
		"description: write to https://example.com/ and a:b@c\n",
		"description: psql postgres://me:<password>@db/shop\n",
		"description: postgres://me:@db/shop\n",
		"description: update users set password = 'x'\n",
	};
	size_t i;

	for (i = 0; i < COUNT_OF(bad); i++) {
		char *text = talloc_asprintf(*state, "pgrunbook: 1\nname: x\n"
		    STEPS "%s", bad[i]), *printed;

		linting_write(*state, "x.yaml", text);
		printed = linting_print(*state, "x.yaml");
		assert_contains(printed, told);
		assert_null(strstr(printed, "hunter2"));
	}
	for (i = 0; i < COUNT_OF(good); i++)
		linting_check(*state, talloc_asprintf(*state,
		    "pgrunbook: 1\nname: x\n" STEPS "%s", good[i]), "");
}

static void
refused_commands_do_not_pass(void **state)
{
	static const struct linting_case cases[] = {
		{ "  - run: npx prisma migrate reset --force\n",
		  "x.yaml:7:10: error: \"prisma migrate reset\" is refused on "
		  "production, whoever signs\n"
		  "  hint: the window's \"policy\" says so\n" },
		{ "  - run: {run: \"cd app && ./node_modules/.bin/prisma migrate "
		  "'reset'\"}\n",
		  "x.yaml:7:16: error: \"prisma migrate reset\" is refused on "
		  "production, whoever signs\n"
		  "  hint: the window's \"policy\" says so\n" },
		{ "  - run: prisma@5.1 db push --schema x --accept-data-loss\n",
		  "x.yaml:7:10: error: \"prisma db push --accept-data-loss\" is "
		  "refused on production, whoever signs\n"
		  "  hint: the window's \"policy\" says so\n" },
		{ "  - run: echo $(dropdb --force shop)\n",
		  "x.yaml:7:10: error: \"drop*\" is refused on production, "
		  "whoever signs\n"
		  "  hint: the window's \"policy\" says so\n" },
		{ "  - run: prisma migrate deploy && echo reset\n", "" },
		{ "  - run: prisma db push\n", "" },
		{ "  - {run: prisma migrate reset, target: mine}\n", "" },
	};

	linting_check_all(*state,
	    "pgrunbook: 1\n"
	    "name: x\n"
	    "target: live\n"
	    "policy: {refuse: [prisma migrate reset, drop*, prisma db push "
	    "--accept-data-loss]}\n"
	    "targets: {live: {environment: production}, mine: {environment: "
	    "sandbox}}\n"
	    "steps:\n", cases, COUNT_OF(cases));
}

static void
declared_targets_are_all_there_are(void **state)
{
	static const struct linting_case cases[] = {
		{ "target: lvie\n" STEPS,
		  "x.yaml:4:9: error: unknown target \"lvie\"\n"
		  "  hint: did you mean \"live\"?\n" },
		{ "steps: [{pause: , target: mien}]\n",
		  "x.yaml:4:27: error: unknown target \"mien\"\n"
		  "  hint: did you mean \"mine\"?\n" },
		{ "target: live\n" STEPS, "" },
	};

	linting_check_all(*state,
	    "pgrunbook: 1\n"
	    "name: x\n"
	    "targets: {live: {environment: production}, mine: {environment: "
	    "local}}\n", cases, COUNT_OF(cases));
}

static void
a_window_is_checked(void **state)
{
	static const struct linting_case cases[] = {
		{ "phases: [one.yaml, sub/two.yaml]\nrollback: back.yaml\n", "" },
		{ "", "x.yaml:1:1: error: a window needs \"phases\"\n" },
		{ "phases: []\n", "x.yaml:3:9: error: \"phases\" is empty\n" },
		{ "phases: {a: b}\n",
		  "x.yaml:3:9: error: \"phases\" must be a list, not a map\n" },
		{ "phases: [one.yaml]\nname: x\n",
		  "x.yaml:4:1: error: unknown key \"name\" in a window\n" },
		{ "phases: [one.yaml]\nrolback: back.yaml\n",
		  "x.yaml:4:1: error: unknown key \"rolback\" in a window\n"
		  "  hint: did you mean \"rollback\"?\n" },
		{ "phases: [one.yaml, twoo.yaml]\n",
		  "x.yaml:3:20: error: could not open \"twoo.yaml\": No such "
		  "file or directory\n" },
		{ "phases: [one.yaml]\nrollback: sub\n",
		  "x.yaml:4:11: error: could not read \"sub\": it is a folder\n" },
		{ "phases: [one.yaml, one.yaml]\n",
		  "x.yaml:3:20: error: a phase named \"one\" is already there\n" },
		{ "phases: [one.yaml]\nrollback: one.yaml\n",
		  "x.yaml:4:11: error: a phase named \"one\" is already there\n" },
		{ "phases: [one.yaml]\ntargets: {live: {environment: local}}\n",
		  "one.yaml:3:9: error: unknown target \"shop\"\n" },
		{ "phases: [signed.yaml]\nroles: {reviewer: }\n",
		  "signed.yaml:4:25: error: unknown role \"reviewr\"\n"
		  "  hint: did you mean \"reviewer\"?\n" },
		{ "phases: [signed.yaml]\n",
		  "signed.yaml:4:25: error: unknown role \"reviewr\"\n" },
		{ "phases: [fallback.yaml]\n",
		  "fallback.yaml:4:27: error: the window has no rollback "
		  "runbook\n"
		  "  hint: name it with \"rollback\"\n" },
		{ "phases: [fallback.yaml]\nrollback: back.yaml\n",
		  "back.yaml:4:21: error: undefined name \"dump\"\n"
		  "  hint: let an earlier step \"register\" it, or declare it in "
		  "\"params\"\n" },
		{ "phases: [sub/two.yaml, one.yaml]\n",
		  "sub/two.yaml:4:21: error: undefined name \"dump\"\n"
		  "  hint: let an earlier step \"register\" it, or declare it in "
		  "\"params\"\n" },
		{ "phases: [bad.yaml, worse.yaml]\nowner: [x]\n",
		  "bad.yaml:3:1: error: unknown key \"zzzz\" in a runbook\n"
		  "worse.yaml:1:1: error: a runbook must be a map of keys\n"
		  "x.yaml:4:8: error: \"owner\" must be text, not a list\n" },
	};

	linting_write(*state, "one.yaml", "pgrunbook: 1\nname: one\n"
	    "target: shop\nsteps:\n  - {pause: , register: dump}\n");
	linting_write(*state, "sub/two.yaml", "pgrunbook: 1\nname: two\n"
	    "steps:\n  - {pause: , name: \"{{dump}}\"}\n");
	linting_write(*state, "back.yaml", "pgrunbook: 1\nname: back\n"
	    "steps:\n  - {pause: , name: \"{{dump}}\"}\n");
	linting_write(*state, "signed.yaml", "pgrunbook: 1\nname: signed\n"
	    "steps:\n  - {pause: , approval: reviewr}\n");
	linting_write(*state, "fallback.yaml", "pgrunbook: 1\nname: fallback\n"
	    "steps:\n  - {pause: , on_failure: rollback}\n");
	linting_write(*state, "bad.yaml", "pgrunbook: 1\nname: bad\n"
	    "zzzz: bad\n" STEPS);
	linting_write(*state, "worse.yaml", "- no\n");
	linting_check_all(*state, "pgrunbook: 1\nwindow: x\n", cases,
	    COUNT_OF(cases));
}

static void
what_a_phase_refuses_stays_refused(void **state)
{
	linting_write(*state, "one.yaml", "pgrunbook: 1\nname: one\n"
	    "targets: {mine: {environment: local}}\n"
	    "policy: {refuse: [dropdb]}\n"
	    "steps:\n  - {run: dropdb x, target: live}\n");
	linting_check(*state, "pgrunbook: 1\nwindow: x\n"
	    "targets: {live: {environment: shared}}\nphases: [one.yaml]\n",
	    "one.yaml:6:11: error: \"dropdb\" is refused on shared, whoever "
	    "signs\n"
	    "  hint: the window's \"policy\" says so\n");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		LINTING(a_runbook_has_its_keys),
		LINTING(params_are_checked),
		LINTING(roles_targets_and_times_are_checked),
		LINTING(a_password_is_found_wherever_it_stands),
		LINTING(refused_commands_do_not_pass),
		LINTING(declared_targets_are_all_there_are),
		LINTING(a_window_is_checked),
		LINTING(what_a_phase_refuses_stays_refused),
	};

	return test_main(tests, NULL, NULL);
}
