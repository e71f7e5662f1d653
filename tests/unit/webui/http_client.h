/* SPDX-License-Identifier: Apache-2.0 */
/* The real server and raw sockets on one loop: shared by its tests. Every wait is for a state, and
 * a watchdog fails the run that never gets there. */
#ifndef TESTS_WEBUI_HTTP_CLIENT_H
#define TESTS_WEBUI_HTTP_CLIENT_H

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/webui/ask.h"
#include "webui/http_io.h"

#define WATCHDOG_S 60

static struct ev_loop *loop;
static struct web_http *http;
static struct web_fake fake;
static size_t memory_before;

/* --- a client ----------------------------------------------------------------------------------
 */

struct client {
	struct ev_io io;
	struct str in;
	bool closed;
};

static void
on_readable(struct ev_loop *l, struct ev_io *io, int events)
{
	struct client *c = CONTAINER_OF(io, struct client, io);
	char buf[65536];
	ssize_t n = recv(io->fd, buf, sizeof(buf), 0);

	(void)events;
	if (n > 0) {
		str_add_n(&c->in, buf, (size_t)n);
	} else if (n == 0 || errno != EAGAIN) {
		c->closed = true;
		ev_io_stop(l, io);
	}
}

static inline void
client_start(struct client *c, int fd)
{
	*c = (struct client){ 0 };
	str_init(&c->in, MEM_MISC);
	ev_io_init(&c->io, on_readable, fd, EV_READ);
	ev_io_start(loop, &c->io);
}

static inline void
client_tcp(struct client *c, enum ip_family family, uint16_t port)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	bool v6 = family == IP_V6;
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, v6 ? (struct sockaddr *)&in6 : (struct sockaddr *)&in,
			     v6 ? sizeof(in6) : sizeof(in)),
	    0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	client_start(c, fd);
}

static inline void
client_unix(struct client *c, const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	assert_int_equal(connect(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	client_start(c, fd);
}

static inline void
client_stop(struct client *c)
{
	ev_io_stop(loop, &c->io);
	close(c->io.fd);
	str_fini(&c->in);
}

/* All of it, letting the server run where it does not fit. */
static inline void
client_send(struct client *c, const char *data, size_t len)
{
	while (len > 0 && !c->closed) {
		ssize_t n = send(c->io.fd, data, len, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN)
			return; /* the server hung up, which the test will see */
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
		ev_run(loop, EVRUN_NOWAIT);
	}
}

static inline void
client_say(struct client *c, const char *text)
{
	client_send(c, text, strlen(text));
}

/* Not strstr(): the sanitizer's reads to the end of the text at each call. */
static inline size_t
occurrences(const char *text, const char *what)
{
	size_t n = 0, len = strlen(what);

	for (; *text != '\0'; text++)
		n += *text == what[0] && strncmp(text, what, len) == 0;
	return n;
}

/* Wait until `what` came n times. */
static inline void
wait_for(struct client *c, const char *what, size_t n)
{
	while (occurrences(c->in.text, what) < n) {
		if (c->closed)
			fail_msg("closed before \"%s\": %s", what, c->in.text);
		ev_run(loop, EVRUN_ONCE);
	}
}

/* Wait for the end of a chunked answer. */
static inline void
wait_last_chunk(struct client *c)
{
	static const char last[] = "\r\n0\r\n\r\n";
	size_t len = sizeof(last) - 1;

	while (c->in.len < len || memcmp(c->in.text + c->in.len - len, last, len) != 0) {
		assert_false(c->closed);
		ev_run(loop, EVRUN_ONCE);
	}
}

static inline void
wait_closed(struct client *c)
{
	while (!c->closed)
		ev_run(loop, EVRUN_ONCE);
}

static inline struct web_http_stats
stats(void)
{
	struct web_http_stats s;

	web_http_stats(http, &s);
	return s;
}

/* --- set-up ------------------------------------------------------------------------------------
 */

static void
on_watchdog(struct ev_loop *l, struct ev_timer *timer, int events)
{
	(void)l, (void)timer, (void)events;
	fprintf(stderr, "the state waited for did not come within %d s\n", WATCHDOG_S);
	abort();
}

static struct ev_timer watchdog;

static inline int
setup(void **state)
{
	struct ip_addr loopback = ip_v4(0x7f000001);
	struct web_backend backend;

	(void)state;
	loop = ev_loop_new(EVFLAG_AUTO);
	memory_before = mem_used(MEM_HTTP);
	web_fake_init(&fake);
	backend = web_fake_backend(&fake);
	http = web_http_new(loop, &backend);
	ev_timer_init(&watchdog, on_watchdog, WATCHDOG_S, 0);
	ev_timer_start(loop, &watchdog);
	return web_http_listen(http, &loopback, 0);
}

static inline int
teardown(void **state)
{
	(void)state;
	web_http_free(http);
	http = NULL;
	ev_timer_stop(loop, &watchdog);
	ev_loop_destroy(loop);
	return mem_used(MEM_HTTP) == memory_before ? 0 : -1;
}

static inline void
connect_one(struct client *c)
{
	client_tcp(c, IP_V4, web_http_port(http, 0));
}

#define SERVER_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

#endif
