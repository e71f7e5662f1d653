/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Speakers on the loopback interface, one against the other or against bare sockets: shared by the
 * tests of the speaker. Every wait is for a state, on the event loop; an alarm ends a test that
 * waits in vain.
 */
#ifndef TESTS_UNIT_BGPD_SPEAKER_H
#define TESTS_UNIT_BGPD_SPEAKER_H

#include "tests/support/support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ev.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgpd/msg.h"
#include "bgpd/open.h"
#include "bgpd/speaker_io.h"
#include "lib/clock_io.h"
#include "lib/log.h"
#include "lib/mem.h"

#define PATIENCE_S 30

struct side {
	struct bgp_speaker *speaker;
	struct bgp_neighbor *n;
	unsigned ups, downs, end_of_ribs, writables;
	uint64_t announced, withdrawn;
	enum bgp_down_reason reason;
	/* What to do from inside. */
	uint32_t to_push, pushed;
	uint64_t remove_at_route;
	bool remove_at_down;
};

static struct ev_loop *loop;
static struct side server, client;

static inline void
forget(struct side *s)
{
	struct bgp_neighbor *n = s->n;

	s->n = NULL;
	bgp_speaker_remove(s->speaker, n, BGP_CEASE_DECONFIGURED, NULL);
}

static inline void
push_more(struct side *s)
{
	struct route_attrs attrs = { .nexthop.addr = ip_v4(0x0a000001) };

	while (s->pushed < s->to_push && bgp_push_ready(s->n)) {
		struct ip_prefix p = prefix_make(IP_V4, (uint64_t)s->pushed << 32, 0, 32);

		bgp_push_announce(s->n, &p, &attrs, s->pushed++);
	}
	if (s->pushed == s->to_push) {
		s->pushed++;
		bgp_push_end_of_rib(s->n, IP_V4);
	}
	bgp_push_flush(s->n);
}

static inline void
on_up(void *ctx, struct bgp_neighbor *n)
{
	struct side *s = ctx;

	s->ups++;
	assert_int_equal(s->ups, s->downs + 1);
	assert_true(bgp_neighbor_established(n));
	if (bgp_neighbor_config(n)->role == BGP_PUSH) {
		s->pushed = 0;
		push_more(s);
	}
}

static inline void
on_down(void *ctx, struct bgp_neighbor *n, enum bgp_down_reason reason)
{
	struct side *s = ctx;

	s->downs++;
	s->reason = reason;
	assert_int_equal(s->ups, s->downs);
	assert_false(bgp_neighbor_established(n));
	if (s->remove_at_down)
		forget(s);
}

static inline void
on_routes(void *ctx, struct bgp_neighbor *n, const struct route_attrs *attrs, struct bgp_nlri nlri)
{
	struct side *s = ctx;
	struct ip_prefix p;
	uint32_t id;

	assert_int_equal(bgp_neighbor_config(n)->role, BGP_LEARN);
	while (bgp_nlri_next(&nlri, &p, &id)) {
		s->announced += attrs != NULL;
		s->withdrawn += attrs == NULL;
	}
	bgp_neighbor_holds(n, (enum ip_family)nlri.family, s->announced - s->withdrawn);
	if (s->remove_at_route > 0 && s->announced >= s->remove_at_route && s->n != NULL)
		forget(s);
}

static inline void
on_end_of_rib(void *ctx, struct bgp_neighbor *n, enum ip_family family)
{
	struct side *s = ctx;

	(void)n;
	s->end_of_ribs += family == IP_V4;
}

static inline void
on_writable(void *ctx, struct bgp_neighbor *n)
{
	struct side *s = ctx;

	(void)n;
	s->writables++;
	push_more(s);
}

static inline struct bgp_sink
sink_of(struct side *s)
{
	return (struct bgp_sink){ .ctx = s,
		.up = on_up,
		.down = on_down,
		.routes = on_routes,
		.end_of_rib = on_end_of_rib,
		.writable = on_writable };
}

static const struct ip_addr server_ip = { UINT64_C(0x7f000001) << 32, 0, IP_V4 };
static const struct ip_addr client_ip = { UINT64_C(0x7f000002) << 32, 0, IP_V4 };

static uint16_t port;

static inline struct bgp_neighbor_config
config_of(bool is_server, enum bgp_role role)
{
	return (struct bgp_neighbor_config){ .name = is_server ? "client" : "server",
		.role = role,
		.local = is_server ? server_ip : client_ip,
		.remote = is_server ? client_ip : server_ip,
		.local_as = 65136,
		.router_id = is_server ? 1 : 2,
		.hold_time_s = 90,
		.families = { true, true },
		.active = !is_server,
		.port = port };
}

static inline void
add(struct side *s, const struct bgp_neighbor_config *config)
{
	struct bgp_sink sink = sink_of(s);

	s->n = bgp_speaker_add(s->speaker, config, &sink);
}

static inline int
setup(void **state)
{
	(void)state;
	alarm(PATIENCE_S);
	loop = ev_loop_new(EVFLAG_AUTO);
	memset(&server, 0, sizeof(server));
	memset(&client, 0, sizeof(client));
	server.speaker = bgp_speaker_new(loop, 1);
	client.speaker = bgp_speaker_new(loop, 2);
	/* A port nobody has. */
	for (port = 11790; port < 12790; port++)
		if (bgp_speaker_listen(server.speaker, &server_ip, port) == 0)
			return 0;
	return -1;
}

static inline int
teardown(void **state)
{
	(void)state;
	bgp_speaker_free(server.speaker);
	bgp_speaker_free(client.speaker);
	ev_loop_destroy(loop);
	assert_int_equal(mem_used(MEM_BGP), 0);
	return 0;
}

#define WAIT_FOR(condition)                                                                        \
	while (!(condition))                                                                       \
	ev_run(loop, EVRUN_ONCE)

/* --- bare sockets -------------------------------------------------------------------------------
 */

/* A connection from one 127/8 address to the server. */
static inline int
dial_from(const char *from)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	inet_pton(AF_INET, from, &a.sin_addr);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
	a.sin_port = htons(port);
	assert_true(connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0 || errno == EINPROGRESS);
	return fd;
}

/* Bytes until the other side has closed. */
static inline size_t
read_to_end(int fd, uint8_t *buf, size_t size)
{
	size_t got = 0;

	for (;;) {
		ssize_t n = recv(fd, buf + got, size - got, MSG_DONTWAIT);

		if (n == 0 || (n < 0 && errno != EAGAIN))
			return got;
		got += n > 0 ? (size_t)n : 0;
		ev_run(loop, EVRUN_NOWAIT);
	}
}

/* The last n bytes that come before the other side closes; gives how many there were. */
static inline size_t
read_tail(int fd, uint8_t *tail, size_t n)
{
	static uint8_t buf[65536];
	size_t kept = 0;

	for (;;) {
		ssize_t got = recv(fd, buf + n, sizeof(buf) - n, MSG_DONTWAIT);

		if (got == 0 || (got < 0 && errno != EAGAIN)) {
			memcpy(tail, buf, kept);
			return kept;
		}
		if (got > 0) {
			/* The newest n of what was kept and what has come. */
			size_t all = kept + (size_t)got;

			memmove(buf + kept, buf + n, (size_t)got);
			if (all > n)
				memmove(buf, buf + all - n, n);
			kept = all > n ? n : all;
		}
		ev_run(loop, EVRUN_NOWAIT);
	}
}

/* At least n bytes. */
static inline void
read_some(int fd, uint8_t *buf, size_t n)
{
	while (recv(fd, buf, n, MSG_PEEK | MSG_DONTWAIT) < (ssize_t)n)
		ev_run(loop, EVRUN_NOWAIT);
	assert_int_equal(recv(fd, buf, n, 0), n);
}

static inline size_t
hello(uint8_t buf[128], uint32_t router_id)
{
	struct bgp_open open = { .as = 65136,
		.hold_time_s = 90,
		.router_id = router_id,
		.families = { true, true },
		.four_octet_as = true };
	struct wr w = wr_make(buf, 128);

	bgp_open_encode(&w, &open);
	bgp_msg_keepalive(&w);
	return wr_len(&w);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
