/* SPDX-License-Identifier: Apache-2.0 */
/* The speaker: sessions, what protects them, who is let in and what ends them. */
#include "tests/unit/bgpd/speaker.h"

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

/* Nobody listens: the next attempt is some time ahead, and none once there is a session. */
static void
test_retry(void **state)
{
	struct bgp_neighbor_config s = config_of(true, BGP_LEARN), c = config_of(false, BGP_PUSH);
	struct bgp_neighbor_status status;

	(void)state;
	assert_true(bgp_speaker_unlisten(server.speaker, &server_ip, port));
	add(&server, &s);
	add(&client, &c);
	do {
		ev_run(loop, EVRUN_NOWAIT);
		bgp_neighbor_status(client.n, &status);
	} while (mono_is_never(status.retry_at));
	assert_true(mono_is_never(status.hold_at));
	assert_true(mono_is_never(status.keepalive_at));
	assert_true(mono_sub_s(status.retry_at, clock_mono()) <= 1);
	assert_int_equal(bgp_speaker_listen(server.speaker, &server_ip, port), 0);
	WAIT_FOR(server.ups == 1 && client.ups == 1);
	bgp_neighbor_status(client.n, &status);
	assert_true(mono_is_never(status.retry_at));
	assert_true(mono_sub_s(status.hold_at, clock_mono()) <= 90);
	assert_true(mono_sub_s(status.keepalive_at, clock_mono()) <= 30);
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

/* What a file has of a text. */
static unsigned
occurrences(FILE *f, const char *what)
{
	static char text[65536];
	unsigned n = 0;

	rewind(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	for (const char *at = text; (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

/* Bad messages are in the log as they came, in hex, but not each of them. */
static void
test_bad_messages_in_the_log(void **state)
{
	/* No attributes: a route that is treated as withdrawn. */
	static const char hex[] = "ffffffffffffffffffffffffffffffff0019020000000008"
				  "0a";
	struct bgp_neighbor_config s = config_of(true, BGP_LEARN);
	int fd, saved;
	struct bgp_error_count count;
	FILE *log = tmpfile();
	uint8_t bad[64], out[128];
	size_t n = hello(out, 2), len = hex_decode(hex, bad, sizeof(bad));

	(void)state;
	assert_non_null(log);
	add(&server, &s);
	fd = dial_from("127.0.0.2");
	WAIT_FOR(send(fd, out, n, MSG_NOSIGNAL) == (ssize_t)n);
	WAIT_FOR(server.ups == 1);
	log_set_level(LOG_LEVEL_WARNING);
	saved = dup(STDERR_FILENO);
	dup2(fileno(log), STDERR_FILENO);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(send(fd, bad, len, MSG_NOSIGNAL), len);
	WAIT_FOR(server.withdrawn == 5);
	dup2(saved, STDERR_FILENO);
	close(saved);
	log_set_level(LOG_LEVEL_ERROR);
	assert_int_equal(occurrences(log, "event=bad-message action=treat-as-withdraw"), 1);
	assert_int_equal(occurrences(log, hex), 1);
	fclose(log);
	assert_true(bgp_neighbor_error_count(server.n, 0, &count));
	assert_string_equal(count.attribute, "ORIGIN");
	assert_string_equal(count.action, "treat-as-withdraw");
	assert_int_equal(count.count, 5);
	close(fd);
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

/* But of a peer with graceful restart the second one is the new life: the session before it ends as
 * if it had been lost, so that its routes are kept (RFC 4724 5). */
static void
test_restarted_peer(void **state)
{
	struct bgp_open open = { .as = 65136,
		.hold_time_s = 90,
		.router_id = 2,
		.multiprotocol = true,
		.families = { true, true },
		.four_octet_as = true,
		.graceful_restart = true,
		.restart = { .time_s = 120, .families = { true }, .forwarding = { true } } };
	struct bgp_neighbor_config s = config_of(true, BGP_LEARN);
	struct bgp_neighbor_status status;
	uint8_t out[256], in[4096];
	struct wr w = wr_make(out, sizeof(out));
	int first, second;
	size_t n;

	(void)state;
	bgp_open_encode(&w, &open);
	bgp_msg_keepalive(&w);
	add(&server, &s);
	first = dial_from("127.0.0.2");
	WAIT_FOR(send(first, out, wr_len(&w), MSG_NOSIGNAL) == (ssize_t)wr_len(&w));
	WAIT_FOR(server.ups == 1);
	second = dial_from("127.0.0.2");
	WAIT_FOR(send(second, out, wr_len(&w), MSG_NOSIGNAL) == (ssize_t)wr_len(&w));
	WAIT_FOR(server.ups == 2);
	assert_int_equal(server.downs, 1);
	assert_int_equal(server.reason, BGP_DOWN_CLOSED);
	bgp_neighbor_status(server.n, &status);
	assert_non_null(strstr(status.last_error, "it has restarted"));
	/* Without a word about it: OPEN, KEEPALIVE and two End-of-RIBs were all. */
	n = read_to_end(first, in, sizeof(in));
	for (size_t at = 0; at < n; at += (size_t)in[at + 16] << 8 | in[at + 17])
		assert_int_not_equal(in[at + 18], BGP_MSG_NOTIFICATION);
	close(first);
	close(second);
	WAIT_FOR(server.downs == 2);
}

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
	assert_int_equal(server.reason, BGP_DOWN_HOLD_TIMER);
	bgp_neighbor_status(server.n, &status);
	assert_string_equal(status.last_error, "sent Send Hold Timer Expired");
	/* Who reads again in time is told: NOTIFICATION 8/0 is the last that comes. */
	n = read_tail(fd, out, BGP_HEADER_LEN + 2);
	assert_int_equal(n, BGP_HEADER_LEN + 2);
	assert_memory_equal(out + 16, "\x00\x15\x03\x08\x00", 5);
	close(fd);
}

/* An exact local address goes before "any", whatever the order they were added in. */
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
	const struct CMUnitTest tests[] = {
		TEST(test_session),
		TEST(test_stop_keeping),
		TEST(test_backpressure),
		TEST(test_reset),
		TEST(test_bad_messages_in_the_log),
		TEST(test_md5),
		TEST(test_md5_wrong),
		TEST(test_retry),
		TEST(test_ttl_security),
		TEST(test_ttl_too_far),
		TEST(test_remove_from_routes),
		TEST(test_remove_from_down),
		TEST(test_unknown_source),
		TEST(test_one_half_open),
		TEST(test_second_connection),
		TEST(test_restarted_peer),
		TEST(test_send_hold),
		TEST(test_matching),
		TEST(test_listeners),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
