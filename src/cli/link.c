/* cli/link.c - a word with a run's engine, from the command line. */

#include <errno.h>
#include <poll.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/link.h"
#include "wire/client.h"

#define PATIENCE_MS	30000

struct link {
	struct wire_client *wire;
	bool		 caught_up;
	int64_t		 wanted;	/* id of the answer that is waited for */
	bool		 answered, refused;
	const char	*waits;		/* what the run is to wait for */
	struct error	 answer;
};

static void
on_caught_up(void *arg)
{
	struct link *k = arg;

	k->caught_up = true;
}

static void
on_reply(void *arg, int64_t id, const struct error *err)
{
	struct link *k = arg;

	if (id != k->wanted)
		return;
	k->answered = true;
	k->refused = err != NULL;
	if (err != NULL)
		k->answer = *err;
}

static int
wait_for(struct link *k, bool (*holds)(const struct link *k), struct error *err)
{
	int64_t until = clock_mono_ms() + PATIENCE_MS;

	while (!holds(k)) {
		struct pollfd p = { .fd = wire_client_fd(k->wire), .events = POLLIN };
		int64_t left = until - clock_mono_ms();

		if (left <= 0)
			return error_set(err, ERR_TIMEOUT,
			    "the run's engine does not answer");
		if (poll(&p, 1, (int)left) < 0 && errno != EINTR)
			return error_errno(err, ERR_IO, "could not wait");
		if (p.revents != 0 && wire_client_read(k->wire, err) != 0)
			return -1;
	}
	return 0;
}

static bool
is_caught_up(const struct link *k)
{
	return k->caught_up;
}

static bool
is_answered(const struct link *k)
{
	return k->answered;
}

static bool
waits_as_wanted(const struct link *k)
{
	return str_equal(state_waits_for(wire_client_state(k->wire)), k->waits);
}

struct link *
link_open(const void *owner, const char *folder, const char *principal,
    struct error *err)
{
	struct link *k = NEW(owner, struct link);
	const struct wire_listener listener = {
		.on_caught_up = on_caught_up, .on_reply = on_reply, .arg = k,
	};

	k->wire = wire_client_connect(k, folder, "command", principal, &listener,
	    err);
	if (k->wire != NULL && wait_for(k, is_caught_up, err) == 0)
		return k;
	if (err->code == ERR_NOT_FOUND)
		error_hint(err, "\"pgrunbook resume\" starts the run's engine again");
	talloc_free(k);
	return NULL;
}

void
link_sign_with(struct link *k, const char *key, const char *principal)
{
	wire_client_sign_with(k->wire, key, principal);
}

struct run_state *
link_state(struct link *k)
{
	return wire_client_state(k->wire);
}

int
link_ask(struct link *k, enum intent_type t, json_t *fields, struct error *err)
{
	k->answered = false;
	if (wire_client_send(k->wire, t, fields, &k->wanted, err) != 0 ||
	    wait_for(k, is_answered, err) != 0)
		return -1;
	if (!k->refused)
		return 0;
	*err = k->answer;
	return -1;
}

int
link_wait(struct link *k, const char *waits, struct error *err)
{
	k->waits = waits;
	return wait_for(k, waits_as_wanted, err);
}
