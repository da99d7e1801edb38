/* postgres/resolve.c - host names to addresses, without stopping the loop. */

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/resolve.h"

/* Outside of talloc: libuv may hold it longer than the owner lives. */
struct lookup {
	uv_getaddrinfo_t request;
	bool		 answered;
	bool		 abandoned;
	int		 status;
	struct addrinfo	*info;
};

struct lookup_wait {
	const struct lookup *lookup;
	const bool	*cancel;
};

static void
lookup_free(struct lookup *lookup)
{
	uv_freeaddrinfo(lookup->info);
	free(lookup);
}

static void
lookup_answered(uv_getaddrinfo_t *request, int status, struct addrinfo *info)
{
	struct lookup *lookup = request->data;

	lookup->answered = true;
	lookup->status = status;
	lookup->info = info;
	if (lookup->abandoned)
		lookup_free(lookup);
}

static bool
lookup_is_over(void *arg)
{
	const struct lookup_wait *wait = arg;

	return wait->lookup->answered ||
	    (wait->cancel != NULL && *wait->cancel);
}

static void
add_entry(struct buffer *b, const char *text)
{
	buffer_puts(b, text);
	buffer_puts(b, ",");
}

struct lists {
	struct buffer	*hosts, *addresses, *ports;
};

static void
lists_add(struct lists *lists, const char *host, const char *address,
    const char *port)
{
	add_entry(lists->hosts, host);
	add_entry(lists->addresses, address);
	add_entry(lists->ports, port);
}

static bool
is_address(const char *host)
{
	unsigned char room[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, room) == 1 ||
	    inet_pton(AF_INET6, host, room) == 1 || strchr(host, '%') != NULL;
}

static void
lists_add_found(struct lists *lists, const char *host,
    const struct addrinfo *info, const char *port)
{
	char text[INET6_ADDRSTRLEN + 32];

	for (; info != NULL; info = info->ai_next)
		if (getnameinfo(info->ai_addr, info->ai_addrlen, text,
		    sizeof(text), NULL, 0, NI_NUMERICHOST) == 0)
			lists_add(lists, host, text, port);
}

/* 0, also where the name has no address: why says so then. */
static int
look_up(struct loop *l, const char *host, const char *port,
    const bool *cancel, int64_t deadline_mono_ms, struct lists *lists,
    const char **why, struct error *err)
{
	static const struct addrinfo hints = {
		.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM,
	};
	struct lookup *lookup = memory_check(calloc(1, sizeof(*lookup)));
	struct lookup_wait wait = { lookup, cancel };
	int64_t left_ms = deadline_mono_ms - clock_mono_ms();

	lookup->request.data = lookup;
	lookup->status = uv_getaddrinfo(loop_uv(l), &lookup->request,
	    lookup_answered, host, NULL, &hints);
	if (lookup->status != 0)
		lookup->answered = true;
	loop_wait(l, lookup_is_over, &wait, left_ms > 0 ? left_ms : 0);
	if (!lookup->answered) {
		lookup->abandoned = true;
		uv_cancel((uv_req_t *)&lookup->request);
		if (cancel != NULL && *cancel)
			return error_set(err, ERR_CANCELLED, "cancelled");
		*why = "the name server did not answer in time";
		return 0;
	}
	if (lookup->status == 0)
		lists_add_found(lists, host, lookup->info, port);
	else
		*why = uv_strerror(lookup->status);
	lookup_free(lookup);
	return 0;
}

/* The n-th entry of a comma-separated list; the only one counts for all. */
static char *
entry_of(const void *owner, const char *list, size_t n)
{
	size_t i;

	if (list == NULL)
		return mem_strdup(owner, "");
	if (strchr(list, ',') == NULL)
		return mem_strdup(owner, list);
	for (i = 0; i < n && *list != '\0'; i++) {
		list += strcspn(list, ",");
		list += *list == ',';
	}
	return mem_strndup(owner, list, strcspn(list, ","));
}

static char *
without_last(const void *owner, const struct buffer *b)
{
	return mem_strndup(owner, b->data, b->size - 1);
}

static int
resolve_each(struct loop *l, const char *hosts, const char *ports,
    const bool *cancel, int64_t deadline_mono_ms, struct lists *lists,
    struct error *err)
{
	size_t count = 1, i;
	const char *p, *why = "no address";
	char *host = NULL;

	for (p = hosts; *p != '\0'; p++)
		count += *p == ',';
	for (i = 0; i < count; i++) {
		char *port = entry_of(lists->hosts, ports, i);

		host = entry_of(lists->hosts, hosts, i);
		/* hostaddr stays empty where libpq needs no name server. */
		if (host[0] == '\0' || host[0] == '/' || host[0] == '@' ||
		    is_address(host))
			lists_add(lists, host, "", port);
		else if (look_up(l, host, port, cancel, deadline_mono_ms,
		    lists, &why, err) != 0)
			return -1;
	}
	if (lists->hosts->size > 0)
		return 0;
	error_set(err, ERR_CONNECT, "could not find the address of host "
	    "\"%s\"", count == 1 ? host : hosts);
	error_detail(err, "%s", why);
	return -1;
}

int
pg_resolve(const void *owner, struct loop *l, const struct pg_target *t,
    const bool *cancel, int64_t deadline_mono_ms, struct pg_addresses *found,
    struct error *err)
{
	const char *hosts = pg_target_value(t, "host");
	const char *hostaddr = pg_target_value(t, "hostaddr");
	void *scratch;
	struct lists lists;
	int rc;

	*found = (struct pg_addresses){ NULL, NULL, NULL };
	if (hosts == NULL || hosts[0] == '\0' ||
	    (hostaddr != NULL && hostaddr[0] != '\0'))
		return 0;
	scratch = memory_check(talloc_new(owner));
	lists = (struct lists){ buffer_new(scratch), buffer_new(scratch),
	    buffer_new(scratch) };
	rc = resolve_each(l, hosts, pg_target_value(t, "port"), cancel,
	    deadline_mono_ms, &lists, err);
	if (rc == 0) {
		found->hosts = without_last(owner, lists.hosts);
		found->addresses = without_last(owner, lists.addresses);
		found->ports = without_last(owner, lists.ports);
	}
	talloc_free(scratch);
	return rc;
}
