/*
 * report/report.h - what a run was, for those who were not there.
 *
 * Facts are gathered once, as JSON; Markdown and HTML are written from these
 * facts alone, so that the three forms cannot disagree.  All text in them is
 * from outside: it is escaped for the form that it goes into.
 */
#ifndef PGRUNBOOK_REPORT_REPORT_H
#define PGRUNBOOK_REPORT_REPORT_H

#include <jansson.h>

#include "run/state.h"

/*
 * What the report says.  folder is the run's: the drift table is read from
 * its evidence; one that is missing or damaged is said to be so.  head is
 * the hash of the journal's last record.  New reference.
 */
json_t *report_facts(const struct run_state *s, const char *folder,
    const char *head);

char *report_markdown(const void *owner, const json_t *facts);
/* One file: styles inside, no script, nothing loaded from elsewhere. */
char *report_html(const void *owner, const json_t *facts);

#endif
