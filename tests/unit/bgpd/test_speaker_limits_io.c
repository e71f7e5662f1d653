/* SPDX-License-Identifier: Apache-2.0 */
/* The speaker: how many prefixes a neighbour may have, and neighbours that come out of a range. */
#include "tests/unit/bgpd/speaker.h"

#include "bgpd/update.h"

/* --- limits -------------------------------------------------------------------------------------
 */

/* More than it may have: told so and closed, kept out, and let in again. */
static void
test_max_prefixes(void **state)
{
	struct bgp_neighbor_config s = config_of(true, BGP_LEARN), c = config_of(false, BGP_PUSH);
	struct bgp_neighbor_status status;
	struct bgp_speaker_stats stats;

	(void)state;
	s.max_prefixes[IP_V4] = 5;
	s.max_prefixes_restart_s = 1;
	client.to_push = 10;
	add(&server, &s);
	add(&client, &c);
	WAIT_FOR(server.downs == 1 && client.downs == 1);
	assert_int_equal(server.reason, BGP_DOWN_NOTIFICATION_SENT);
	bgp_neighbor_status(server.n, &status);
	assert_string_equal(
	    status.last_error, "sent Cease/Maximum Number of Prefixes Reached: ipv4");
	assert_true(status.over_limit[IP_V4] && !status.over_limit[IP_V6] && status.held);
	assert_int_equal(status.state, BGP_IDLE);
	bgp_neighbor_status(client.n, &status);
	assert_non_null(strstr(status.last_error, "Maximum Number of Prefixes Reached"));

	/* It comes back at once, and is not let in before its time; then the same again, and that
	 * takes longer. */
	server.announced = 0;
	WAIT_FOR(server.downs == 2);
	bgp_speaker_stats(server.speaker, &stats);
	assert_true(stats.refused_held > 0);
	bgp_neighbor_status(server.n, &status);
	assert_true(mono_sub_s(status.held_until, clock_mono()) > 1.0);

	/* The operator does not wait. */
	server.announced = 0;
	client.to_push = 5;
	bgp_speaker_reset(server.speaker, server.n, BGP_CEASE_RESET, NULL);
	WAIT_FOR(server.end_of_ribs > 0);
	bgp_neighbor_status(server.n, &status);
	assert_false(status.held || status.over_limit[IP_V4]);
	assert_int_equal(server.downs, 2);
}

/* Only a warning; and a limit without a restart time holds until the operator resets. */
static void
test_max_prefixes_warn(void **state)
{
	struct bgp_neighbor_config s = config_of(true, BGP_LEARN), c = config_of(false, BGP_PUSH);
	struct bgp_neighbor_status status;

	(void)state;
	s.max_prefixes[IP_V4] = 5;
	s.above_max = BGP_ABOVE_MAX_WARN;
	client.to_push = 10;
	add(&server, &s);
	add(&client, &c);
	WAIT_FOR(server.end_of_ribs == 1);
	bgp_neighbor_status(server.n, &status);
	assert_true(status.over_limit[IP_V4] && !status.held);
	assert_int_equal(server.downs, 0);
	forget(&server);
	server.announced = 0;
	s.above_max = BGP_ABOVE_MAX_STOP;
	add(&server, &s);
	WAIT_FOR(server.downs == 2);
	bgp_neighbor_status(server.n, &status);
	assert_true(status.held && mono_is_never(status.held_until));
}

/* --- an operator's hand -------------------------------------------------------------------------
 */

/* Closed for ever for too many prefixes: a reset lets it in. */
static void
test_reset_when_held(void **state)
{
	struct bgp_neighbor_config s = config_of(true, BGP_LEARN), c = config_of(false, BGP_PUSH);
	struct bgp_neighbor_status status;

	(void)state;
	s.max_prefixes[IP_V4] = 5;
	client.to_push = 10;
	add(&server, &s);
	add(&client, &c);
	WAIT_FOR(server.downs == 1);
	bgp_neighbor_status(server.n, &status);
	assert_true(status.held && mono_is_never(status.held_until));
	client.to_push = 5;
	server.announced = 0;
	bgp_speaker_reset(server.speaker, server.n, BGP_CEASE_RESET, NULL);
	WAIT_FOR(server.end_of_ribs == 1);
	assert_int_equal(server.ups, 2);
}

/* Reset ends the session with 6/4 and the text, and it comes back. */
static void
test_reset(void **state)
{
	struct bgp_neighbor_config s = config_of(true, BGP_LEARN), c = config_of(false, BGP_PUSH);
	struct bgp_neighbor_status status;

	(void)state;
	add(&server, &s);
	add(&client, &c);
	WAIT_FOR(server.ups == 1 && client.ups == 1);
	bgp_speaker_reset(server.speaker, server.n, BGP_CEASE_RESET, "new filters");
	assert_int_equal(server.reason, BGP_DOWN_ADMIN);
	WAIT_FOR(client.downs == 1);
	bgp_neighbor_status(client.n, &status);
	assert_string_equal(status.last_error, "received Cease/Administrative Reset: new filters");
	WAIT_FOR(server.ups == 2 && client.ups == 2);
}

/* Disabled: 6/2 with the text, closed at accept, nothing dialled; until it is enabled. */
static void
disable(bool dials)
{
	struct side *s = dials ? &client : &server, *other = dials ? &server : &client;
	struct bgp_neighbor_config a = config_of(true, BGP_LEARN), b = config_of(false, BGP_PUSH);
	struct bgp_neighbor_status status;
	struct bgp_speaker_stats stats = { 0 };

	memset(&server.n, 0, sizeof(server) - offsetof(struct side, n));
	memset(&client.n, 0, sizeof(client) - offsetof(struct side, n));
	add(&server, &a);
	add(&client, &b);
	WAIT_FOR(server.ups == 1 && client.ups == 1);
	assert_false(bgp_speaker_enable(s->speaker, s->n));
	assert_true(bgp_speaker_disable(s->speaker, s->n, "maintenance"));
	assert_false(bgp_speaker_disable(s->speaker, s->n, "again"));
	WAIT_FOR(other->downs == 1);
	bgp_neighbor_status(other->n, &status);
	assert_non_null(strstr(status.last_error, "Cease/Administrative Shutdown: maintenance"));
	bgp_neighbor_status(s->n, &status);
	assert_true(status.disabled);
	assert_int_equal(status.state, BGP_IDLE);
	assert_true(mono_is_never(status.retry_at));
	/* A reset changes nothing about that. */
	bgp_speaker_reset(s->speaker, s->n, BGP_CEASE_RESET, NULL);
	bgp_neighbor_status(s->n, &status);
	assert_int_equal(status.state, BGP_IDLE);
	while (!dials && stats.refused_held < 2) {
		ev_run(loop, EVRUN_ONCE);
		bgp_speaker_stats(s->speaker, &stats);
	}
	assert_true(bgp_speaker_enable(s->speaker, s->n));
	WAIT_FOR(server.ups == 2 && client.ups == 2);
	bgp_neighbor_status(s->n, &status);
	assert_false(status.disabled);
	forget(&client);
	WAIT_FOR(server.downs == 2);
	forget(&server);
}

static void
test_disable(void **state)
{
	(void)state;
	disable(false);
	disable(true);
}

/* --- dynamic neighbours --------------------------------------------------------------------------
 */

static struct side slots[2];
static uint32_t max_of_slots;

static void
add_slots(const char *md5)
{
	for (unsigned i = 0; i < ARRAY_LEN(slots); i++) {
		struct bgp_neighbor_config s = config_of(true, BGP_LEARN);

		memset(&slots[i], 0, sizeof(slots[i]));
		slots[i].speaker = server.speaker;
		s.name = i == 0 ? "range-1" : "range-2";
		s.dynamic = true;
		s.md5 = md5;
		s.max_prefixes[IP_V4] = max_of_slots;
		assert_true(prefix_parse("127.0.0.8/29", true, &s.range));
		add(&slots[i], &s);
	}
}

/* An Established session from a bare socket. */
static int
come_up(const char *from, struct side *s, unsigned ups)
{
	uint8_t out[128];
	size_t n = hello(out, 2);
	int fd = dial_from(from);

	WAIT_FOR(send(fd, out, n, MSG_NOSIGNAL) == (ssize_t)n);
	WAIT_FOR(s->ups == ups);
	return fd;
}

static void
assert_address(const struct side *s, const char *text)
{
	struct bgp_neighbor_status status;
	struct ip_addr expected = { .family = IP_V4 };

	bgp_neighbor_status(s->n, &status);
	assert_true(text == NULL || ip_parse(text, &expected));
	assert_true(ip_equal(&status.remote, &expected));
}

/* Whoever comes from the range is a neighbour of its own, up to their number; an address keeps its
 * place over a new session, until another needs it. */
static void
test_dynamic(void **state)
{
	struct bgp_speaker_stats stats;
	uint8_t buf[64];
	int a, b, other;

	(void)state;
	add_slots(NULL);
	assert_address(&slots[1], NULL);
	a = come_up("127.0.0.9", &slots[0], 1);
	assert_address(&slots[0], "127.0.0.9");
	b = come_up("127.0.0.10", &slots[1], 1);
	assert_address(&slots[1], "127.0.0.10");

	other = dial_from("127.0.0.11"); /* one too many */
	assert_int_equal(read_to_end(other, buf, sizeof(buf)), 0);
	close(other);
	other = dial_from("127.0.0.17"); /* not in the range */
	assert_int_equal(read_to_end(other, buf, sizeof(buf)), 0);
	close(other);
	bgp_speaker_stats(server.speaker, &stats);
	assert_int_equal(stats.refused_full, 1);
	assert_int_equal(stats.refused_unknown, 1);

	close(a);
	WAIT_FOR(slots[0].downs == 1);
	assert_address(&slots[0], "127.0.0.9");
	a = come_up("127.0.0.9", &slots[0], 2);
	close(b);
	WAIT_FOR(slots[1].downs == 1);
	b = come_up("127.0.0.11", &slots[1], 2);
	assert_address(&slots[1], "127.0.0.11");
	close(a);
	close(b);
	WAIT_FOR(slots[1].downs == 2 && slots[0].downs == 2);
}

/* n /32s from a bare socket. */
static void
announce_some(int fd, unsigned n)
{
	const struct bgp_encode how = { .local_as = 65136, .four_octet_as = true };
	const struct route_attrs attrs = { .nexthop.addr = ip_v4(0x0a000001) };
	struct ip_prefix prefixes[10];
	uint8_t out[512];
	struct wr w = wr_make(out, sizeof(out));

	for (unsigned i = 0; i < n; i++)
		prefixes[i] = prefix_make(IP_V4, (uint64_t)(0x0a000000 + i) << 32, 0, 32);
	assert_int_equal(bgp_update_announce(&w, &how, &attrs, prefixes, n), n);
	assert_int_equal(send(fd, out, wr_len(&w), MSG_NOSIGNAL), wr_len(&w));
}

/* The limit is each one's own, and so is the time it is kept out. */
static void
test_dynamic_max_prefixes(void **state)
{
	struct bgp_neighbor_status status;
	struct bgp_speaker_stats stats;
	uint8_t tail[28], buf[64];
	int a, b;

	(void)state;
	max_of_slots = 3;
	add_slots(NULL);
	max_of_slots = 0;
	a = come_up("127.0.0.9", &slots[0], 1);
	b = come_up("127.0.0.10", &slots[1], 1);
	announce_some(b, 3);
	WAIT_FOR(slots[1].announced == 3);
	announce_some(a, 4);
	WAIT_FOR(slots[0].downs == 1);
	assert_int_equal(read_tail(a, tail, sizeof(tail)), sizeof(tail));
	assert_int_equal(tail[18], BGP_MSG_NOTIFICATION);
	assert_memory_equal(tail + 19, "\x06\x01\x00\x01\x01\x00\x00\x00\x03", 9);
	close(a);
	a = dial_from("127.0.0.9");
	assert_int_equal(read_to_end(a, buf, sizeof(buf)), 0);
	close(a);
	bgp_speaker_stats(server.speaker, &stats);
	assert_int_equal(stats.refused_held, 1);
	bgp_neighbor_status(slots[0].n, &status);
	assert_true(status.held);
	bgp_neighbor_status(slots[1].n, &status);
	assert_false(status.held);
	assert_int_equal(status.state, BGP_ESTABLISHED);
	/* An operator lets it in. */
	slots[0].announced = 0;
	bgp_speaker_reset(server.speaker, slots[0].n, BGP_CEASE_RESET, NULL);
	a = come_up("127.0.0.9", &slots[0], 2);
	close(a);
	close(b);
	WAIT_FOR(slots[0].downs == 2 && slots[1].downs == 1);
}

/* Who never had a session holds no place. */
static void
test_dynamic_stranger(void **state)
{
	uint8_t buf[256];
	int fd;

	(void)state;
	add_slots(NULL);
	fd = dial_from("127.0.0.9");
	read_some(fd, buf, 19);
	assert_address(&slots[0], "127.0.0.9");
	close(fd);
	WAIT_FOR(bgp_neighbor_config(slots[0].n)->remote.hi == 0);
	assert_int_equal(slots[1].ups + slots[0].ups, 0);
}

/* The configured neighbour goes before the range it is in, also after somebody had taken it. */
static void
test_dynamic_and_configured(void **state)
{
	struct bgp_neighbor_config s = config_of(true, BGP_LEARN);
	int fd;

	(void)state;
	add_slots(NULL);
	fd = come_up("127.0.0.9", &slots[0], 1);
	close(fd);
	WAIT_FOR(slots[0].downs == 1);
	s.remote = ip_v4(0x7f000009);
	add(&server, &s);
	fd = come_up("127.0.0.9", &server, 1);
	assert_int_equal(slots[0].ups, 1);
	close(fd);
	WAIT_FOR(server.downs == 1);
}

static void
test_dynamic_md5(void **state)
{
	struct bgp_neighbor_config c = config_of(false, BGP_PUSH);

	(void)state;
	add_slots("a key");
	c.local = ip_v4(0x7f00000a);
	c.md5 = "a key";
	add(&client, &c);
	WAIT_FOR(client.ups == 1 && slots[0].ups == 1);
	/* One of them goes: the range keeps its key. */
	forget(&slots[1]);
	forget(&client);
	WAIT_FOR(slots[0].downs == 1);
	add(&client, &c);
	WAIT_FOR(client.ups == 2 && slots[0].ups == 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_max_prefixes),
		TEST(test_max_prefixes_warn),
		TEST(test_reset_when_held),
		TEST(test_reset),
		TEST(test_disable),
		TEST(test_dynamic),
		TEST(test_dynamic_max_prefixes),
		TEST(test_dynamic_stranger),
		TEST(test_dynamic_and_configured),
		TEST(test_dynamic_md5),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
