/*
 * tests/engine/person.h - people at a run, whose engine has a session of its
 * own: they attach, ask for something, and wait for what comes.
 *
 * One run a test: person_begin() and person_end() are its setup and teardown.
 */
#ifndef PGRUNBOOK_TESTS_ENGINE_PERSON_H
#define PGRUNBOOK_TESTS_ENGINE_PERSON_H

#include "base/clock.h"
#include "run/state.h"
#include "wire/client.h"

#define PATIENCE_MS	20000

/* Of the test: what all is a child of, its database, its runs, the run. */
extern void *owner;
extern char *db, *runs, *folder;
/* Group whose members may come to runs that are started; null: none. */
extern const char *person_share;

/* A person at the run. */
struct front {
	struct wire_client *client;
	int64_t		 replies;	/* id of the last */
	bool		 is_gone;
	struct error	 reply, why;
};

int person_begin(void **state);
int person_end(void **state);

struct front *attach(const char *principal);
struct run_state *state_of(struct front *f);
bool waits_for(struct front *f, const char *what);
const struct step_state *step(struct front *f, const char *id);
char *digest_of(struct front *f, const char *id);

/* Read on until it holds; the engine may be gone by then. */
#define until(f, condition) do { \
	int64_t until_ms = clock_mono_ms() + PATIENCE_MS; \
	while (!(condition)) { \
		if (clock_mono_ms() > until_ms) \
			show_and_fail(f, #condition, __LINE__); \
		listen_on(f); \
	} \
} while (0)
void show_and_fail(struct front *f, const char *condition, int line);
void listen_on(struct front *f);

/* Ask for something; ERR_NONE: it was done.  fields: with ' for ". */
enum error_code ask(struct front *f, enum intent_type t, const char *fields);
/* Takes fields. */
enum error_code ask_json(struct front *f, enum intent_type t, json_t *fields);
/* The same, and it is done. */
void done(struct front *f, enum intent_type t, const char *fields);

/* Launch a run of these steps, and start it as ana. */
struct front *start_run(const char *steps);
/* The same, from a file in a folder; setting: lines of the runbook. */
struct front *start_run_in(const char *beside, const char *setting,
    const char *steps);
/* The same, from the whole text of a runbook or a window. */
struct front *start_window_in(const char *beside, const char *text);
void resume(void);
/* Of the engine that was started last. */
int engine_pid(void);
/* The bundle is proven. */
void holds(void);

#endif
