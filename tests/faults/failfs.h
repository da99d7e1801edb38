/*
 * tests/faults/failfs.h - a disk that fails.
 *
 * write, pwrite, fsync, fdatasync, ftruncate and rename are replaced by ones
 * that fail when told to.  A test program links failfs.o and arms it by
 * failfs_arm(); a whole program is started with LD_PRELOAD=failfs.so and told
 * by its environment:
 *
 *     FAILFS_CALLS   which calls, as "write,fdatasync" (all where unset)
 *     FAILFS_PATH    shell pattern for the file's path (all where unset)
 *     FAILFS_NTH     the Nth such call fails, from 1 (none where unset)
 *     FAILFS_TIMES   so many fail from there on (1; 0: all)
 *     FAILFS_ERRNO   ENOSPC, EIO or EDQUOT (ENOSPC)
 *     FAILFS_SHORT   a write that fails writes so many bytes first (0)
 *     FAILFS_ACTION  "kill": instead of failing the process is killed, before
 *                    the call (a short write: after those bytes);
 *                    "short": a write is short, and nothing fails
 *     FAILFS_MET     a file that is made when the first call fails
 */
#ifndef PGRUNBOOK_TESTS_FAULTS_FAILFS_H
#define PGRUNBOOK_TESTS_FAULTS_FAILFS_H

#include <stdbool.h>
#include <stddef.h>

struct failfs {
	const char	*calls;		/* null: all */
	const char	*path;		/* null: all */
	int		 nth;		/* 0: nothing fails */
	int		 times;		/* 0: all from there on */
	int		 error;
	size_t		 short_bytes;
	bool		 kills;		/* the process, instead of failing */
	bool		 shortens;	/* a write, instead of failing */
	const char	*met;		/* a file to make then; null */
};

/* From here on; the count begins anew.  The strings are borrowed. */
void failfs_arm(const struct failfs *how);
/* Nothing fails any more.  Did anything, since it was armed? */
bool failfs_disarm(void);

#endif
