/*
 * base/guard.h - nothing that this process started outlives its sudden end.
 *
 * A guard is a process that does nothing but wait for ours to be gone, by a
 * pipe that the kernel closes however we ended (kill -9, too).  Process
 * groups that were told to it and not taken back then get SIGTERM, and after
 * five seconds SIGKILL.  What has left its group it cannot know:
 * leftover_names() finds those by a variable in their environment.
 */
#ifndef PGRUNBOOK_BASE_GUARD_H
#define PGRUNBOOK_BASE_GUARD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/* Once per process, before its first child. */
int guard_start(struct error *err) WARN_UNUSED;
/*
 * Nothing happens where no guard was started.  Adding is allowed after fork(),
 * and what a process that is killed next had said is heard.
 */
void guard_add(pid_t group);
void guard_remove(pid_t group);

/*
 * Processes whose environment has entry ("NAME=value"), as "process 12
 * (sleep 600), process 13 (...)"; null: none.
 */
char *leftover_names(const void *owner, const char *entry);
/* Signal them.  How many there were. */
int leftover_signal(const char *entry, int signum);

#endif
