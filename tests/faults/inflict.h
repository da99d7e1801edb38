/*
 * tests/faults/inflict.h - what befalls a run, at which moments or calls, and
 * the way from there to its end.
 */
#ifndef PGRUNBOOK_TESTS_FAULTS_INFLICT_H
#define PGRUNBOOK_TESTS_FAULTS_INFLICT_H

#include "faults/window.h"

/* Something that happens while the engine runs. */
struct moment_fault {
	const char	*name;
	/* s's engine e runs, or has just ended: was it in the run's way? */
	bool		(*strike)(struct stage *s, struct engine_child *e);
	/* Its engine has ended; resume comes next.  Null: nothing to do. */
	void		(*after)(struct stage *s);
	/* The engine is started with this; null: nothing.  ms: the moment. */
	const char	*const *(*environment)(struct stage *s, int64_t ms);
	bool		 is_behind_proxy;
	/* A run that it befalls goes on as if it had not. */
	bool		 is_harmless;
};

extern const struct moment_fault fault_kill, fault_kill_both,
    fault_server_crash, fault_backend_ended, fault_backend_killed,
    fault_hang_up, fault_stop_engine, fault_stop_server, fault_clock,
    fault_half_open;

/* At moments drawn from a run that nothing befalls. */
void inflict_at_moments(const struct fault_window *w,
    const struct moment_fault *m, int count);

/* The Nth call of a kind to a kind of file; see failfs.h. */
struct disk_fault {
	const char	*name, *calls, *path, *error;	/* error null: kill */
	int		 short_bytes, times;
	bool		 is_short_only;	/* writes some bytes, and all goes on */
	int		 stride;	/* of the calls that "make check" takes */
	int		 first;
};

/* From the first such call to the last. */
void inflict_at_calls(const struct fault_window *w, const struct disk_fault *d);

#endif
