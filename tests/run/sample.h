/*
 * tests/run/sample.h - a small run, for tests: one phase "main" with steps
 * "look" (R), "add" (A) and "drop" (B), and a rollback runbook with "back".
 */
#ifndef PGRUNBOOK_TESTS_RUN_SAMPLE_H
#define PGRUNBOOK_TESTS_RUN_SAMPLE_H

#include <jansson.h>

#include "run/run.h"

/* Data of run_opened. */
json_t *sample_opened(void);
/* A new folder with a run that is opened and started. */
struct run *sample_run(const void *owner, char **folder);
/* Append, or the test fails.  fields: JSON text with ' for ". */
void sample_append(struct run *r, enum event_type t, const char *fields);
/* The error of an append that must not be possible. */
void sample_refuses(struct run *r, enum event_type t, const char *fields,
    const char *because);
/* Plan an attempt; its digest is right.  Returns the digest. */
const char *sample_plan(struct run *r, const char *step, int attempt,
    const char *class_, const char *text);
/* JSON from text with ' for ". */
json_t *sample_json(const char *text);

#endif
