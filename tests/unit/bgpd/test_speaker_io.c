/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Speakers on the loopback interface: two against each other, and one against bare sockets. Every
 * wait is for a state, on the event loop; an alarm ends a test that waits in vain.
 */
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

static void
forget(struct side *s)
{
	struct bgp_neighbor *n = s->n;

	s->n = NULL;
	bgp_speaker_remove(s->speaker, n, BGP_CEASE_DECONFIGURED, NULL);
}

static void
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

static void
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

static void
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

static void
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
	if (s->remove_at_route > 0 && s->announced >= s->remove_at_route && s->n != NULL)
		forget(s);
}

static void
on_end_of_rib(void *ctx, struct bgp_neighbor *n, enum ip_family family)
{
	struct side *s = ctx;

	(void)n;
	s->end_of_ribs += family == IP_V4;
}

static void
on_writable(void *ctx, struct bgp_neighbor *n)
{
	struct side *s = ctx;

	(void)n;
	s->writables++;
	push_more(s);
}

static struct bgp_sink
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

static struct bgp_neighbor_config
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

static void
add(struct side *s, const struct bgp_neighbor_config *config)
{
	struct bgp_sink sink = sink_of(s);

	s->n = bgp_speaker_add(s->speaker, config, &sink);
}

static int
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

static int
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

/* Server learns, client pushes. */
static void
start_pair(uint32_t routes)
{
	struct bgp_neighbor_config s = config_of(true, BGP_LEARN), c = config_of(false, BGP_PUSH);

	client.to_push = routes;
	add(&server, &s);
	add(&client, &c);
}

static void
test_session(void **state)
{
	struct bgp_neighbor_status s;

	(void)state;
	start_pair(10);
	bgp_neighbor_status(server.n, &s);
	assert_int_equal(s.state, BGP_ACTIVE);
	WAIT_FOR(server.end_of_ribs == 1);
	assert_int_equal(server.announced, 10);
	assert_int_equal(server.ups, 1);
	bgp_neighbor_status(server.n, &s);
	assert_int_equal(s.state, BGP_ESTABLISHED);
	assert_int_equal(s.remote_as, 65136);
	assert_int_equal(s.remote_router_id, 2);
	assert_true(ip_equal(&s.local, &server_ip));
	assert_int_equal(s.local_port, port);
	assert_int_equal(s.hold_time_s, 90);
	assert_int_equal(s.established_count, 1);
	assert_true(s.established_wall_ms > 0);
	assert_int_equal(s.routes_announced, 10);
	assert_string_equal(s.last_error, "");

	/* Shutdown with a text: both ends know why. */
	bgp_speaker_stop(client.speaker, "so long", false);
	assert_int_equal(client.downs, 1);
	assert_int_equal(client.reason, BGP_DOWN_ADMIN);
	WAIT_FOR(server.downs == 1);
	assert_int_equal(server.reason, BGP_DOWN_NOTIFICATION_RECEIVED);
	bgp_neighbor_status(server.n, &s);
	assert_string_equal(
	    s.last_error, "received Cease/Hard Reset: Cease/Administrative Shutdown: so long");
	assert_int_equal(s.state, BGP_ACTIVE); /* it waits for the next one */
}

/* Stopping so that the neighbour keeps what it has of us, and so that it does not. */
static void
test_stop_keeping(void **state)
{
	struct bgp_neighbor_config s = config_of(true, BGP_LEARN), c = config_of(false, BGP_PUSH);
	struct bgp_neighbor_status status;

	(void)state;
	c.restart_time_s = 120;
	add(&server, &s);
	add(&client, &c);
	WAIT_FOR(server.end_of_ribs == 1);
	bgp_neighbor_status(server.n, &status);
	assert_int_equal(status.restart.time_s, 120);
	assert_true(status.restart.restarted); /* the first session since the client started */
	assert_true(status.restart.forwarding[IP_V4]);
	assert_int_equal(status.open_sent.router_id, 1);
	assert_int_equal(status.open_received.router_id, 2);
	bgp_speaker_stop(client.speaker, "so long", true);
	assert_int_equal(client.downs, 1);
	WAIT_FOR(server.downs == 1);
	assert_int_equal(server.reason, BGP_DOWN_CLOSED);
	bgp_neighbor_status(server.n, &status);
	assert_true(status.end_is_graceful[IP_V4] && status.end_is_graceful[IP_V6]);

	/* The second session is no restart. */
	bgp_speaker_remove(client.speaker, client.n, BGP_CEASE_DECONFIGURED, NULL);
	add(&client, &c);
	WAIT_FOR(server.end_of_ribs == 2);
	bgp_speaker_reset(client.speaker, client.n, BGP_CEASE_RESET, NULL);
	WAIT_FOR(server.downs == 2);
	WAIT_FOR(server.end_of_ribs == 3);
	bgp_neighbor_status(server.n, &status);
	assert_false(status.restart.restarted);
	bgp_speaker_stop(client.speaker, "so long", false);
	WAIT_FOR(server.downs == 3);
	bgp_neighbor_status(server.n, &status);
	assert_false(status.end_is_graceful[IP_V4]);
	assert_non_null(strstr(status.last_error, "Hard Reset"));
}

/* Far more than the queue's high-water mark, with one UPDATE a route: nothing is lost. */
static void
test_backpressure(void **state)
{
	struct bgp_neighbor_status s;

	(void)state;
	start_pair(100000);
	WAIT_FOR(server.end_of_ribs == 1);
	assert_int_equal(server.announced, 100000);
	assert_true(client.writables > 0);
	bgp_neighbor_status(client.n, &s);
	assert_int_equal(s.sent.updates, 100000 + 1);
	WAIT_FOR(s.queued_bytes == 0);
}

/* --- protected sessions --- */

static void
start_md5(const char *server_key, const char *client_key)
{
	struct bgp_neighbor_config s = config_of(true, BGP_LEARN), c = config_of(false, BGP_PUSH);

	s.md5 = server_key;
	c.md5 = client_key;
	add(&server, &s);
	add(&client, &c);
}

/* Where nothing is to happen: longer than what must not happen would take, many times over. */
static void
run_for_ms(int64_t ms)
{
	struct mono end = mono_add_ms(clock_mono(), ms);

	while (mono_before(clock_mono(), end)) {
		ev_run(loop, EVRUN_NOWAIT);
		usleep(1000);
	}
}

static void
test_md5(void **state)
{
	(void)state;
	start_md5("a key", "a key");
	WAIT_FOR(server.ups == 1 && client.ups == 1);

	/* With the neighbour goes its key: what is not signed gets through to be refused. */
	forget(&server);
	forget(&client);
	start_md5(NULL, NULL);
	WAIT_FOR(server.ups == 2 && client.ups == 2);

	/* A listener that comes later has the keys, too. */
	forget(&server);
	forget(&client);
	start_md5("b key", "b key");
	assert_true(bgp_speaker_unlisten(server.speaker, &server_ip, port));
	assert_int_equal(bgp_speaker_listen(server.speaker, &server_ip, port), 0);
	WAIT_FOR(server.ups == 3 && client.ups == 3);
}

/* The wrong key: not even a connection, as the kernel drops the SYN. */
static void
test_md5_wrong(void **state)
{
	struct bgp_speaker_stats stats;
	struct bgp_neighbor_status s;

	(void)state;
	start_md5("a key", "b key");
	bgp_neighbor_status(client.n, &s);
	assert_int_equal(s.state, BGP_CONNECT);
	run_for_ms(500);
	bgp_speaker_stats(server.speaker, &stats);
	assert_int_equal(stats.accepted, 0);
	bgp_neighbor_status(client.n, &s);
	assert_int_equal(s.state, BGP_CONNECT);
}

static void
start_ttl(uint16_t server_hops, uint16_t client_hops)
{
	struct bgp_neighbor_config s = config_of(true, BGP_LEARN), c = config_of(false, BGP_PUSH);

	s.ttl_hops = server_hops;
	c.ttl_hops = client_hops;
	add(&server, &s);
	add(&client, &c);
}

/* Loopback is no hop: with 255 a packet arrives as from a direct neighbour, with the default of 64
 * as from 191 hops further. */
static void
test_ttl_security(void **state)
{
	(void)state;
	start_ttl(1, 1);
	WAIT_FOR(server.ups == 1 && client.ups == 1);
	forget(&server);
	forget(&client);
	start_ttl(255, 0);
	WAIT_FOR(server.ups == 2 && client.ups == 2);
}

static void
test_ttl_too_far(void **state)
{
	(void)state;
	start_ttl(1, 0);
	run_for_ms(500);
	assert_int_equal(server.ups, 0);
}

/* A reset session comes back by itself, and everything is pushed again. */
static void
test_reset(void **state)
{
	struct bgp_neighbor_status s;

	(void)state;
	start_pair(10);
	WAIT_FOR(server.end_of_ribs == 1);
	bgp_speaker_reset(client.speaker, client.n, BGP_CEASE_RESET, "as asked");
	assert_int_equal(client.downs, 1);
	WAIT_FOR(server.end_of_ribs == 2);
	assert_int_equal(server.announced, 20);
	assert_int_equal(server.ups, 2);
	bgp_neighbor_status(server.n, &s);
	assert_int_equal(s.established_count, 2);
}

static void
test_remove_from_routes(void **state)
{
	(void)state;
	server.remove_at_route = 50000;
	start_pair(100000);
	WAIT_FOR(client.downs == 1);
	assert_null(server.n);
	assert_int_equal(server.downs, 1);
	assert_true(server.announced >= 50000 && server.announced < 100000);
	assert_int_equal(client.reason, BGP_DOWN_NOTIFICATION_RECEIVED);
}

static void
test_remove_from_down(void **state)
{
	(void)state;
	server.remove_at_down = client.remove_at_down = true;
	start_pair(10);
	WAIT_FOR(server.end_of_ribs == 1);
	bgp_speaker_stop(server.speaker, NULL, false);
	assert_null(server.n);
	WAIT_FOR(client.n == NULL);
}

/* --- bare sockets -------------------------------------------------------------------------------
 */

/* A connection from one 127/8 address to the server. */
static int
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
static size_t
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

/* At least n bytes. */
static void
read_some(int fd, uint8_t *buf, size_t n)
{
	while (recv(fd, buf, n, MSG_PEEK | MSG_DONTWAIT) < (ssize_t)n)
		ev_run(loop, EVRUN_NOWAIT);
	assert_int_equal(recv(fd, buf, n, 0), n);
}

static void
test_unknown_source(void **state)
{
	struct bgp_neighbor_config s = config_of(true, BGP_LEARN);
	struct bgp_speaker_stats stats;
	uint8_t buf[64];
	int fd;

	(void)state;
	add(&server, &s);
	fd = dial_from("127.0.0.3");
	assert_int_equal(read_to_end(fd, buf, sizeof(buf)), 0); /* without a byte */
	bgp_speaker_stats(server.speaker, &stats);
	assert_int_equal(stats.refused_unknown, 1);
	assert_int_equal(stats.accepted, 0);
	close(fd);
}

static void
test_one_half_open(void **state)
{
	struct bgp_neighbor_config s = config_of(true, BGP_LEARN);
	struct bgp_speaker_stats stats;
	uint8_t buf[64];
	int first, second;

	(void)state;
	add(&server, &s);
	first = dial_from("127.0.0.2");
	read_some(first, buf, 19); /* its OPEN: the connection is there */
	second = dial_from("127.0.0.2");
	assert_int_equal(read_to_end(second, buf, sizeof(buf)), 0);
	bgp_speaker_stats(server.speaker, &stats);
	assert_int_equal(stats.accepted, 1);
	assert_int_equal(stats.refused_busy, 1);
	close(first);
	close(second);
}

static size_t
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

/* A second connection while the first is Established and alive: refused with 6/7 once its OPEN has
 * come, and the first has not noticed. */
static void
test_second_connection(void **state)
{
	uint8_t out[128], in[512];
	struct bgp_neighbor_config s = config_of(true, BGP_LEARN);
	size_t n = hello(out, 2);
	int first, second;

	(void)state;
	add(&server, &s);
	first = dial_from("127.0.0.2");
	WAIT_FOR(send(first, out, n, MSG_NOSIGNAL) == (ssize_t)n);
	WAIT_FOR(server.ups == 1);
	second = dial_from("127.0.0.2");
	WAIT_FOR(send(second, out, n, MSG_NOSIGNAL) == (ssize_t)n);
	n = read_to_end(second, in, sizeof(in));
	assert_true(n > 21);
	assert_int_equal(in[n - 21 + 18], BGP_MSG_NOTIFICATION);
	assert_int_equal(in[n - 2], BGP_ERR_CEASE);
	assert_int_equal(in[n - 1], BGP_CEASE_COLLISION);
	assert_int_equal(server.ups, 1);
	assert_int_equal(server.downs, 0);
	/* The first still works: it ends when we close it. */
	close(first);
	WAIT_FOR(server.downs == 1);
	assert_int_equal(server.reason, BGP_DOWN_CLOSED);
	close(second);
}

/* An exact local address goes before "any", whatever the order they were added in. */
/* A neighbour that does not read: given up when the kernel's buffers have been full for the send
 * hold time, though it is the hold time that says nothing (0). */
static void
test_send_hold(void **state)
{
	struct bgp_neighbor_config s = config_of(true, BGP_PUSH);
	struct bgp_neighbor_status status;
	uint8_t out[128];
	size_t n = hello(out, 2);
	struct mono up;
	int fd;

	(void)state;
	s.hold_time_s = 0;
	s.send_hold_s = 1;
	server.to_push = 10 * 1000 * 1000; /* more than any buffers take */
	add(&server, &s);
	fd = dial_from("127.0.0.2");
	WAIT_FOR(send(fd, out, n, MSG_NOSIGNAL) == (ssize_t)n);
	WAIT_FOR(server.ups == 1);
	up = clock_mono();
	WAIT_FOR(server.downs == 1);
	assert_true(mono_sub_s(clock_mono(), up) > 0.9);
	assert_true(server.pushed < server.to_push);
	assert_int_equal(server.reason, BGP_DOWN_CLOSED);
	bgp_neighbor_status(server.n, &status);
	assert_non_null(strstr(status.last_error, "Send Hold Timer Expired"));
	close(fd);
}

static void
test_matching(void **state)
{
	struct bgp_neighbor_config s = config_of(true, BGP_LEARN);
	static struct side any;
	uint8_t buf[128];
	size_t n = hello(buf, 2);
	int fd;

	(void)state;
	memset(&any, 0, sizeof(any));
	any.speaker = server.speaker;
	for (unsigned order = 0; order < 2; order++) {
		for (unsigned i = 0; i < 2; i++) {
			bool exact = i == order;

			s.name = exact ? "exact" : "any";
			s.local = exact ? server_ip : (struct ip_addr){ .family = IP_V4 };
			add(exact ? &server : &any, &s);
		}
		fd = dial_from("127.0.0.2");
		WAIT_FOR(send(fd, buf, n, MSG_NOSIGNAL) == (ssize_t)n);
		WAIT_FOR(server.ups == order + 1);
		assert_int_equal(any.ups, 0);
		forget(&server);
		forget(&any);
		close(fd);
	}
}

/* --- listening -----------------------------------------------------------------------------------
 */

static void
test_listeners(void **state)
{
	struct ip_addr any4 = { .family = IP_V4 }, any6 = { .family = IP_V6 };
	struct ip_addr nowhere = ip_v4(0xc0000201);
	uint16_t other = (uint16_t)(port + 1000);

	(void)state;
	assert_int_equal(bgp_speaker_listen(server.speaker, &server_ip, port), -EADDRINUSE);
	assert_int_equal(bgp_speaker_listen(server.speaker, &nowhere, port), -EADDRNOTAVAIL);
	/* Both families on one port. */
	assert_int_equal(bgp_speaker_listen(server.speaker, &any4, other), 0);
	assert_int_equal(bgp_speaker_listen(server.speaker, &any6, other), 0);
	assert_true(bgp_speaker_unlisten(server.speaker, &any4, other));
	assert_false(bgp_speaker_unlisten(server.speaker, &any4, other));
	assert_int_equal(bgp_speaker_listen(server.speaker, &any4, other), 0);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_session),
		TEST(test_stop_keeping),
		TEST(test_backpressure),
		TEST(test_reset),
		TEST(test_md5),
		TEST(test_md5_wrong),
		TEST(test_ttl_security),
		TEST(test_ttl_too_far),
		TEST(test_remove_from_routes),
		TEST(test_remove_from_down),
		TEST(test_unknown_source),
		TEST(test_one_half_open),
		TEST(test_second_connection),
		TEST(test_send_hold),
		TEST(test_matching),
		TEST(test_listeners),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
