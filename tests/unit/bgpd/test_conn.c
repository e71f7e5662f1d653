/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two sessions in memory, against each other: what comes out does not depend on how the stream was
 * cut, and every timer does what it should.
 */
#include "tests/unit/bgpd/pair.h"

#include "lib/mem.h"

/* Everything a session can carry, from b to a. */
static void
talk(struct end *b)
{
	struct route_attrs v4 = attrs_for(IP_V4), v6 = attrs_for(IP_V6);
	struct ip_prefix p;

	for (unsigned i = 0; i < 1500; i++) {
		p = prefix_make(IP_V4, UINT64_C(0x0a) << 56 | (uint64_t)i << 40, 0, 24);
		bgp_conn_announce(b->conn, &p, &v4, 1);
	}
	p = prefix("2001:db8::/32");
	bgp_conn_announce(b->conn, &p, &v6, 2);
	p = prefix("10.0.0.0/24");
	bgp_conn_withdraw(b->conn, &p);
	p = prefix("2001:db8::/32");
	bgp_conn_withdraw(b->conn, &p);
	bgp_conn_end_of_rib(b->conn, IP_V4);
	bgp_conn_end_of_rib(b->conn, IP_V6);
	p = prefix("0.0.0.0/0");
	v4.local_pref = 7;
	bgp_conn_announce(b->conn, &p, &v4, 3);
	bgp_conn_flush(b->conn);
}

static void
run_pair(size_t chunk, struct end *a, struct end *b)
{
	end_init(a, &learner);
	end_init(b, &speaker);
	pump(a, b, chunk);
	assert_int_equal(bgp_conn_state(a->conn), BGP_ESTABLISHED);
	assert_int_equal(bgp_conn_state(b->conn), BGP_ESTABLISHED);
	talk(b);
	assert_true(bgp_conn_request_refresh(a->conn, IP_V6));
	pump(a, b, chunk);
	bgp_conn_cease(b->conn, BGP_CEASE_SHUTDOWN, "maintenance until 04:00");
	pump(a, b, chunk);
}

static void
test_pair(void **state)
{
	const struct bgp_conn_agreed *agreed;
	struct end a, b;

	(void)state;
	run_pair(SIZE_MAX, &a, &b);
	agreed = bgp_conn_agreed(a.conn);
	assert_int_equal(agreed->remote_as, 65136);
	assert_int_equal(agreed->remote_router_id, 2);
	assert_int_equal(agreed->hold_time_s, 30);
	assert_int_equal(agreed->keepalive_s, 10);
	assert_true(agreed->families[IP_V4] && agreed->families[IP_V6]);
	assert_true(agreed->route_refresh && agreed->four_octet_as);
	assert_int_equal(a.ups, 1);
	assert_int_equal(a.announced, 1502);
	assert_int_equal(a.withdrawn, 2);
	assert_int_equal(a.end_of_rib[IP_V4], 1);
	assert_int_equal(a.end_of_rib[IP_V6], 1);
	assert_int_equal(a.problems, 0);
	assert_int_equal(a.stats.routes_announced, 1502);
	assert_int_equal(a.stats.routes_withdrawn, 2);
	/* The learner announces nothing and says so; b does not deliver. */
	assert_int_equal(a.stats.sent.updates, 2);
	assert_int_equal(b.stats.received.updates, 2);
	assert_int_equal(b.end_of_rib[IP_V4], 0);
	assert_int_equal(b.refreshes[IP_V6], 1);
	assert_int_equal(b.refreshes[IP_V4], 0);
	assert_int_equal(b.stats.received.refreshes, 1);
	assert_int_equal(a.stats.received.opens, 1);
	assert_int_equal(a.stats.received.notifications, 1);
	assert_int_equal(a.stats.received.bytes, b.stats.sent.bytes);
	assert_int_equal(a.stats.received.updates, b.stats.sent.updates);
	/* Down once, on both sides, and no answer to the NOTIFICATION. */
	assert_int_equal(a.downs, 1);
	assert_int_equal(b.downs, 1);
	assert_int_equal(a.reason, BGP_DOWN_NOTIFICATION_RECEIVED);
	assert_int_equal(b.reason, BGP_DOWN_ADMIN);
	assert_int_equal(a.stats.sent.notifications, 0);
	assert_string_equal(bgp_conn_end_text(a.conn),
	    "received Cease/Hard Reset: Cease/Administrative Shutdown: maintenance until 04:00");
	end_fini(&a);
	end_fini(&b);
	assert_int_equal(mem_used(MEM_BGP), 0);
}

static void
test_every_chunking(void **state)
{
	uint64_t digest = 0;

	(void)state;
	for (size_t chunk = 1; chunk < 5000; chunk = chunk < 70 ? chunk + 1 : chunk * 7 / 5) {
		struct end a, b;

		run_pair(chunk, &a, &b);
		if (digest == 0)
			digest = a.digest;
		assert_true(a.digest == digest);
		assert_int_equal(a.announced, 1502);
		assert_int_equal(a.downs, 1);
		end_fini(&a);
		end_fini(&b);
	}
}

/* All that one end has said to the other. */
struct stream {
	uint8_t bytes[32768];
	size_t len;
};

/* Carry, and keep what was carried. */
static bool
record(struct end *from, struct end *to, struct stream *stream)
{
	const uint8_t *bytes;
	size_t n;

	bytes = bgp_conn_output(from->conn, &n);
	if (bytes == NULL)
		return false;
	assert_true(stream->len + n <= sizeof(stream->bytes));
	memcpy(stream->bytes + stream->len, bytes, n);
	stream->len += n;
	bgp_conn_feed(to->conn, stream->bytes + stream->len - n, n, start);
	bgp_conn_sent(from->conn, n);
	return true;
}

/* A session with every kind of message there is, both ways. */
static void
record_session(struct end *a, struct end *b, struct stream *of_a, struct stream *of_b)
{
	bool moved;

#define RECORD                                                                                     \
	do {                                                                                       \
		moved = record(a, b, of_a);                                                        \
		moved |= record(b, a, of_b);                                                       \
	} while (moved)
	end_init(a, &learner);
	end_init(b, &speaker);
	RECORD;
	talk(b);
	RECORD;
	assert_true(bgp_conn_request_refresh(a->conn, IP_V6)); /* answered by BoRR */
	RECORD;
	bgp_conn_end_of_rib(b->conn, IP_V6);                   /* EoRR */
	assert_true(bgp_conn_request_refresh(b->conn, IP_V4)); /* and a answers both at once */
	bgp_conn_tick(a->conn, bgp_conn_deadline(a->conn));
	RECORD;
	bgp_conn_cease(a->conn, BGP_CEASE_RESET, "from a");
	bgp_conn_cease(b->conn, BGP_CEASE_SHUTDOWN, "from b");
	RECORD;
#undef RECORD
	assert_int_equal(a->refresh_ends[IP_V6], 1);
	assert_int_equal(b->refreshes[IP_V6], 1);
}

/* The same was told: all counters, and the digest of routes. */
static void
assert_alike(const struct end *one, const struct end *other)
{
	assert_true(one->digest == other->digest);
	assert_int_equal(one->ups, other->ups);
	assert_int_equal(one->ends, other->ends);
	assert_int_equal(one->problems, other->problems);
	assert_memory_equal(one->end_of_rib, other->end_of_rib, sizeof(one->end_of_rib));
	assert_memory_equal(one->refreshes, other->refreshes, sizeof(one->refreshes));
	assert_memory_equal(
	    one->refresh_begins, other->refresh_begins, sizeof(one->refresh_begins));
	assert_memory_equal(one->refresh_ends, other->refresh_ends, sizeof(one->refresh_ends));
	assert_memory_equal(
	    &one->stats.received, &other->stats.received, sizeof(one->stats.received));
	assert_string_equal(bgp_conn_end_text(one->conn), bgp_conn_end_text(other->conn));
}

static void
cut_everywhere(const struct bgp_conn_config *config, const struct stream *stream)
{
	struct end whole, cut;

	end_init(&whole, config);
	bgp_conn_feed(whole.conn, stream->bytes, stream->len, start);
	assert_int_equal(whole.ends, 1);
	assert_int_equal(whole.stats.received.opens, 1);
	assert_int_equal(whole.stats.received.notifications, 1);
	assert_true(whole.stats.received.keepalives > 0 && whole.stats.received.updates > 0);
	assert_true(whole.stats.received.refreshes > 0);
	for (size_t at = 0; at <= stream->len; at++) {
		end_init(&cut, config);
		bgp_conn_feed(cut.conn, stream->bytes, at, start);
		bgp_conn_feed(cut.conn, stream->bytes + at, stream->len - at, start);
		assert_alike(&whole, &cut);
		end_fini(&cut);
	}
	end_fini(&whole);
}

/* What each end has said, given to fresh ones in two pieces, cut at every byte. */
static void
test_cut_at_every_byte(void **state)
{
	static struct stream of_a, of_b;
	struct end a, b;

	(void)state;
	record_session(&a, &b, &of_a, &of_b);
	end_fini(&a);
	end_fini(&b);
	cut_everywhere(&learner, &of_b);
	cut_everywhere(&speaker, &of_a);
}

/* An op may end the session in the middle of an UPDATE: nothing more is delivered. */
static void
test_cease_from_inside(void **state)
{
	struct end a, b;

	(void)state;
	end_init(&a, &learner);
	end_init(&b, &speaker);
	pump(&a, &b, SIZE_MAX);
	a.cease_at_route = 100;
	talk(&b);
	pump(&a, &b, SIZE_MAX);
	assert_true(a.announced >= 100 && a.announced < 1500);
	assert_int_equal(a.withdrawn, 0);
	assert_int_equal(a.end_of_rib[IP_V4], 0);
	assert_int_equal(a.downs, 1);
	assert_int_equal(a.reason, BGP_DOWN_NOTIFICATION_SENT);
	assert_string_equal(bgp_conn_end_text(b.conn),
	    "received Cease/Hard Reset: Cease/Maximum Number of Prefixes Reached");
	end_fini(&a);
	end_fini(&b);
}

/* What a session that is up takes, with a message half there, when the room to decode in is shared;
 * and after an extended message, which takes more while it comes. */
static void
test_memory(void **state)
{
	static struct bgp_scratch shared;
	static uint8_t big[60000];
	struct bgp_conn_config config = learner;
	struct wr w = wr_make(big, sizeof(big));
	struct end a, b;
	size_t used;

	(void)state;
	config.scratch = &shared;
	end_init(&b, &speaker);
	used = mem_used(MEM_BGP);
	end_init(&a, &config);
	used = mem_used(MEM_BGP) - used;
	assert_true(used < 16 * 1024);
	pump(&a, &b, SIZE_MAX);
	end_fini(&b);
	used = mem_used(MEM_BGP);
	bgp_msg_keepalive(&w);
	bgp_conn_feed(a.conn, big, 18, start);
	assert_true(used < 16 * 1024 && mem_used(MEM_BGP) < 20 * 1024);

	/* An UPDATE of 60,000 bytes, in two pieces, that only withdraws. */
	bgp_conn_feed(a.conn, big + 18, 1, start);
	big[16] = sizeof(big) >> 8;
	big[17] = sizeof(big) & 0xff;
	big[18] = BGP_MSG_UPDATE;
	big[19] = (sizeof(big) - 23) >> 8;
	big[20] = (sizeof(big) - 23) & 0xff;
	bgp_conn_feed(a.conn, big, 30000, start);
	assert_true(mem_used(MEM_BGP) > 60000);
	bgp_conn_feed(a.conn, big + 30000, 30000, start);
	assert_int_equal(a.withdrawn, 60000 - 23);
	assert_true(mem_used(MEM_BGP) < 20 * 1024);
	end_fini(&a);
}

static void
test_refused_open(void **state)
{
	struct end a, b;

	(void)state;
	end_init(&a, &learner);
	end_init(&b, &speaker);
	a.refuse_open = true;
	pump(&a, &b, SIZE_MAX);
	assert_int_equal(a.ends, 1);
	assert_int_equal(a.downs, 0);
	assert_int_equal(a.reason, BGP_DOWN_NOTIFICATION_SENT);
	assert_string_equal(
	    bgp_conn_end_text(b.conn), "received Cease/Connection Collision Resolution");
	end_fini(&a);
	end_fini(&b);
}

/* Pairs of configurations, and whether they come up. */
static void
test_negotiation(void **state)
{
	struct bgp_conn_config old = speaker, v6 = speaker, hold0 = speaker, same_id = speaker;
	struct bgp_conn_config big = speaker, v4 = learner;
	struct end a, b;
	struct ip_prefix p = prefix("10.0.0.0/8");
	struct route_attrs attrs = attrs_for(IP_V4);

	(void)state;
	/* An old speaker: paths are widened, AS4_PATH merged. */
	old.two_octet_as = true;
	end_init(&a, &learner);
	end_init(&b, &old);
	pump(&a, &b, SIZE_MAX);
	assert_false(bgp_conn_agreed(a.conn)->four_octet_as);
	bgp_conn_announce(b.conn, &p, &attrs, 1);
	bgp_conn_flush(b.conn);
	pump(&a, &b, SIZE_MAX);
	assert_int_equal(a.announced, 1);
	assert_int_equal(a.problems, 0);
	end_fini(&a);
	end_fini(&b);

	/* One family in common, then none. */
	v6.families[IP_V4] = false;
	end_init(&a, &learner);
	end_init(&b, &v6);
	pump(&a, &b, SIZE_MAX);
	assert_false(bgp_conn_agreed(a.conn)->families[IP_V4]);
	assert_true(bgp_conn_agreed(a.conn)->families[IP_V6]);
	assert_int_equal(a.stats.sent.updates, 1);
	assert_false(bgp_conn_request_refresh(a.conn, IP_V4));
	end_fini(&a);
	end_fini(&b);
	v4.families[IP_V6] = false;
	end_init(&a, &v4);
	end_init(&b, &v6);
	carry(&b, &a, SIZE_MAX, start);
	assert_string_equal(bgp_conn_end_text(a.conn),
	    "sent OPEN Message Error/Unsupported Capability: no address family in common");
	end_fini(&a);
	end_fini(&b);

	/* Hold time 0: no timers at all once up. */
	hold0.hold_time_s = 0;
	end_init(&a, &learner);
	end_init(&b, &hold0);
	pump(&a, &b, SIZE_MAX);
	assert_int_equal(bgp_conn_state(a.conn), BGP_ESTABLISHED);
	assert_true(mono_is_never(bgp_conn_deadline(a.conn)));
	end_fini(&a);
	end_fini(&b);

	same_id.router_id = learner.router_id;
	end_init(&a, &learner);
	end_init(&b, &same_id);
	carry(&b, &a, SIZE_MAX, start);
	assert_string_equal(bgp_conn_end_text(a.conn),
	    "sent OPEN Message Error/Bad BGP Identifier: the identifier is our own: change our "
	    "router-id");
	end_fini(&a);
	end_fini(&b);

	/* A 4-octet AS against one that expects another. */
	big.local_as = big.remote_as = 4200000000;
	end_init(&a, &learner);
	end_init(&b, &big);
	carry(&b, &a, SIZE_MAX, start);
	assert_string_equal(bgp_conn_end_text(a.conn),
	    "sent OPEN Message Error/Bad Peer AS: not the configured AS");
	end_fini(&a);
	end_fini(&b);
}

/* --- timers ------------------------------------------------------------------------------------
 */

static void
test_timers(void **state)
{
	struct end a, b;
	struct mono now = start, deadline;
	unsigned keepalives = 0;

	(void)state;
	end_init(&a, &learner);
	end_init(&b, &speaker);
	/* OpenSent: 30 s. */
	assert_int_equal(mono_sub_us(bgp_conn_deadline(a.conn), start), 30 * 1000000);
	assert_int_equal(mono_sub_us(bgp_conn_hold_at(a.conn), start), 30 * 1000000);
	assert_true(mono_is_never(bgp_conn_keepalive_at(a.conn)));
	pump(&a, &b, SIZE_MAX);
	/* Agreed on 30 s: keepalives every 7.5 to 10 s keep it up for an hour. */
	while (mono_sub_s(now, start) < 3600) {
		deadline = mono_min(bgp_conn_deadline(a.conn), bgp_conn_deadline(b.conn));
		assert_true(mono_before(now, deadline));
		assert_in_range(mono_sub_us(deadline, now), 1, 10 * 1000000);
		now = deadline;
		bgp_conn_tick(a.conn, now);
		bgp_conn_tick(b.conn, now);
		keepalives += carry(&a, &b, SIZE_MAX, now);
		carry(&b, &a, SIZE_MAX, now);
	}
	assert_in_range(keepalives, 3600 / 10, 3600 * 10 / 75 + 1);
	/* Silence: one microsecond before the hold time nothing, then 4/0. */
	while (bgp_conn_state(a.conn) == BGP_ESTABLISHED) {
		now = bgp_conn_deadline(a.conn);
		bgp_conn_tick(a.conn, mono_us(now.us - 1));
		assert_int_equal(bgp_conn_state(a.conn), BGP_ESTABLISHED);
		bgp_conn_tick(a.conn, now);
	}
	assert_int_equal(mono_sub_us(now, bgp_conn_last_heard(a.conn)), 30 * 1000000);
	assert_int_equal(a.reason, BGP_DOWN_HOLD_TIMER);
	assert_true(mono_is_never(bgp_conn_deadline(a.conn)));
	assert_string_equal(bgp_conn_end_text(a.conn), "sent Hold Timer Expired");
	carry(&a, &b, SIZE_MAX, now);
	assert_string_equal(bgp_conn_end_text(b.conn), "received Hold Timer Expired");
	end_fini(&a);
	end_fini(&b);

	/* A peer that never says anything. */
	end_init(&a, &learner);
	bgp_conn_tick(a.conn, mono_add_ms(start, 30000));
	assert_int_equal(a.ends, 1);
	assert_int_equal(a.downs, 0);
	end_fini(&a);
}

static void
test_eof(void **state)
{
	struct end a, b;

	(void)state;
	end_init(&a, &learner);
	end_init(&b, &speaker);
	pump(&a, &b, SIZE_MAX);
	bgp_conn_eof(a.conn, "connection reset");
	bgp_conn_eof(a.conn, "again");
	bgp_conn_cease(a.conn, BGP_CEASE_SHUTDOWN, NULL);
	bgp_conn_feed(a.conn, "x", 1, start);
	assert_int_equal(a.ends, 1);
	assert_int_equal(a.reason, BGP_DOWN_CLOSED);
	assert_string_equal(bgp_conn_end_text(a.conn), "connection reset");
	assert_int_equal(bgp_conn_queued(a.conn), 0);
	end_fini(&a);
	end_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pair),
		cmocka_unit_test(test_every_chunking),
		cmocka_unit_test(test_cut_at_every_byte),
		cmocka_unit_test(test_cease_from_inside),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_refused_open),
		cmocka_unit_test(test_negotiation),
		cmocka_unit_test(test_timers),
		cmocka_unit_test(test_eof),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
