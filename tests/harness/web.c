/* tests/harness/web.c - a web server of the test program's own. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/cluster.h"
#include "harness/web.h"

static int port;

static void *
serve(void *arg)
{
	int listener = *(int *)arg;
	char request[4096], answer[4096];
	const char *body, *status;
	ssize_t n;
	int fd;

	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		n = read(fd, request, sizeof(request) - 1);
		request[n > 0 ? n : 0] = '\0';
		if (strncmp(request, "GET /hang", 9) == 0) {
			/* Until the other side goes. */
			while (read(fd, request, sizeof(request)) > 0)
				;
			close(fd);
			continue;
		}
		status = strncmp(request, "GET /health", 11) == 0 ||
		    strncmp(request, "GET /api/health", 15) == 0 ?
		    "200 OK" : "404 Not Found";
		body = "{\"status\": \"ok\", \"n\": 5}";
		snprintf(answer, sizeof(answer), "HTTP/1.1 %s\r\n"
		    "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
		    status, strlen(body), body);
		(void)!write(fd, answer, strlen(answer));
		close(fd);
	}
	return NULL;
}

int
web_start(void **state)
{
	static int listener;
	struct sockaddr_in at = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	pthread_t thread;

	(void)state;
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listener, (struct sockaddr *)&at, size) < 0 ||
	    listen(listener, 8) < 0 ||
	    getsockname(listener, (struct sockaddr *)&at, &size) < 0 ||
	    pthread_create(&thread, NULL, serve, &listener) != 0)
		return -1;
	pthread_detach(thread);
	port = ntohs(at.sin_port);
	return 0;
}

int
web_and_cluster_start(void **state)
{
	return web_start(state) != 0 ? -1 : cluster_start(state);
}

int
web_port(void)
{
	return port;
}
