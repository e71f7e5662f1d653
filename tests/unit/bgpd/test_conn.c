/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two sessions in memory, against each other and against messages made by hand: what comes out does
 * not depend on how the stream was cut; every wrong message gets its NOTIFICATION; every timer does
 * what it should.
 */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/conn.h"
#include "bgpd/msg.h"
#include "lib/hash.h"
#include "lib/mem.h"

/* One end, and what it has been told. */
struct end {
	struct bgp_conn *conn;
	struct bgp_conn_stats stats;
	unsigned ups, downs, ends, announced, withdrawn, problems;
	unsigned end_of_rib[IP_FAMILIES], refreshes[IP_FAMILIES];
	enum bgp_down_reason reason;
	uint64_t digest; /* of every route and its attributes, in order */
	bool refuse_open;
	unsigned cease_at_route; /* end the session at this route */
};

static bool
on_open(void *ctx, struct bgp_conn *c, const struct bgp_open *open)
{
	struct end *e = ctx;

	(void)c;
	assert_true(open->router_id != 0);
	return !e->refuse_open;
}

static void
on_up(void *ctx, struct bgp_conn *c)
{
	struct end *e = ctx;

	assert_int_equal(bgp_conn_state(c), BGP_ESTABLISHED);
	e->ups++;
}

static void
on_end(void *ctx, struct bgp_conn *c, bool was_up, enum bgp_down_reason reason)
{
	struct end *e = ctx;

	assert_int_equal(bgp_conn_state(c), BGP_IDLE);
	e->ends++;
	e->downs += was_up;
	e->reason = reason;
}

static void
mix(struct end *e, const void *data, size_t len)
{
	e->digest = hash_bytes(data, len, e->digest);
}

static void
on_routes(void *ctx, struct bgp_conn *c, const struct route_attrs *attrs, struct bgp_nlri nlri)
{
	struct end *e = ctx;
	struct ip_prefix p;
	uint32_t id;

	assert_true(nlri.pos != nlri.end);
	while (bgp_nlri_next(&nlri, &p, &id)) {
		char text[PREFIX_TEXT_MAX];

		prefix_format(&p, text);
		mix(e, text, strlen(text));
		e->announced += attrs != NULL;
		e->withdrawn += attrs == NULL;
		if (e->announced + e->withdrawn == e->cease_at_route)
			bgp_conn_cease(c, BGP_CEASE_MAX_PREFIXES, NULL);
	}
	if (attrs != NULL) {
		char nexthop[IP_TEXT_MAX];

		ip_format(&attrs->nexthop.addr, nexthop);
		mix(e, nexthop, strlen(nexthop));
		mix(e, attrs->as_path.data, attrs->as_path.len);
		mix(e, &attrs->local_pref, sizeof(attrs->local_pref));
		mix(e, attrs->communities.data, attrs->communities.len);
	}
}

static void
on_end_of_rib(void *ctx, struct bgp_conn *c, enum ip_family family)
{
	struct end *e = ctx;

	(void)c;
	e->end_of_rib[family]++;
	mix(e, &family, sizeof(family));
}

static void
on_refresh(void *ctx, struct bgp_conn *c, enum ip_family family)
{
	struct end *e = ctx;

	(void)c;
	e->refreshes[family]++;
}

static void
on_problem(void *ctx, struct bgp_conn *c, const struct bgp_problem *problem)
{
	struct end *e = ctx;

	(void)c;
	assert_true(problem->message.len > 0);
	e->problems++;
}

static const struct bgp_conn_ops ops = { on_open, on_up, on_end, on_routes, on_end_of_rib,
	on_refresh, on_problem };

static const struct bgp_conn_config learner = { .local_as = 65136,
	.remote_as = 65136,
	.router_id = 1,
	.hold_time_s = 90,
	.families = { true, true },
	.deliver = true,
	.announces_nothing = true };

static const struct bgp_conn_config speaker = { .local_as = 65136,
	.remote_as = 65136,
	.router_id = 2,
	.hold_time_s = 30,
	.families = { true, true } };

static const struct mono start = { 1000000 };

static void
end_init(struct end *e, const struct bgp_conn_config *config)
{
	memset(e, 0, sizeof(*e));
	e->conn = bgp_conn_new(config, &ops, e, &e->stats, 42);
	bgp_conn_start(e->conn, start);
}

static void
end_fini(struct end *e)
{
	bgp_conn_free(e->conn);
}

/* What `from` has to send goes to `to`, `chunk` bytes at a time; true if there was anything. The
 * pieces are heap blocks of their exact size. */
static bool
carry(struct end *from, struct end *to, size_t chunk, struct mono now)
{
	const uint8_t *bytes;
	bool any = false;
	size_t len;

	while ((bytes = bgp_conn_output(from->conn, &len)) != NULL) {
		size_t n = size_min(len, chunk);
		uint8_t *piece = malloc(n);

		memcpy(piece, bytes, n);
		bgp_conn_sent(from->conn, n);
		bgp_conn_feed(to->conn, piece, n, now);
		free(piece);
		any = true;
	}
	return any;
}

static void
pump(struct end *a, struct end *b, size_t chunk)
{
	while (carry(a, b, chunk, start) | carry(b, a, chunk, start))
		;
}

static struct ip_prefix
prefix(const char *text)
{
	struct ip_prefix p;

	assert_true(prefix_parse(text, true, &p));
	return p;
}

static const uint8_t path_bytes[] = { 2, 2, 0, 0, 0xfd, 0xe9, 0, 1, 0, 1 };

static struct route_attrs
attrs_for(enum ip_family family)
{
	struct route_attrs a = { .as_path = { path_bytes, sizeof(path_bytes) },
		.communities = { path_bytes + 2, 8 },
		.has_local_pref = true,
		.local_pref = 250 };

	if (family == IP_V4)
		a.nexthop.addr = ip_v4(0x0a000001);
	else
		a.nexthop.addr = (struct ip_addr){ UINT64_C(0x20010db8) << 32, 1, IP_V6 };
	return a;
}

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
	    "received Cease/Administrative Shutdown: maintenance until 04:00");
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

/* The whole stream of b in one buffer, given to fresh learners in two pieces, cut at every byte. */
static void
test_cut_at_every_byte(void **state)
{
	static uint8_t stream[32768];
	struct end a, b;
	uint64_t digest;
	size_t len = 0, n;
	const uint8_t *bytes;

	(void)state;
	end_init(&a, &learner);
	end_init(&b, &speaker);
	while (bgp_conn_state(b.conn) != BGP_ESTABLISHED) {
		carry(&a, &b, SIZE_MAX, start);
		while ((bytes = bgp_conn_output(b.conn, &n)) != NULL) {
			memcpy(stream + len, bytes, n);
			len += n;
			bgp_conn_feed(a.conn, bytes, n, start);
			bgp_conn_sent(b.conn, n);
		}
	}
	talk(&b);
	bytes = bgp_conn_output(b.conn, &n);
	assert_true(len + n <= sizeof(stream));
	memcpy(stream + len, bytes, n);
	len += n;
	bgp_conn_feed(a.conn, bytes, n, start);
	digest = a.digest;
	end_fini(&a);
	end_fini(&b);

	for (size_t cut = 0; cut <= len; cut++) {
		end_init(&a, &learner);
		bgp_conn_feed(a.conn, stream, cut, start);
		bgp_conn_feed(a.conn, stream + cut, len - cut, start);
		assert_true(a.digest == digest);
		end_fini(&a);
	}
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
	assert_int_equal(a.reason, BGP_DOWN_ADMIN);
	assert_string_equal(
	    bgp_conn_end_text(b.conn), "received Cease/Maximum Number of Prefixes Reached");
	end_fini(&a);
	end_fini(&b);
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

/* --- messages by hand ---------------------------------------------------------------------------
 */

#define MARK       "ffffffffffffffffffffffffffffffff"
#define KEEPALIVE  MARK "001304"
#define OPEN_FIXED "04 fe70 005a 00000002"
#define OPEN       MARK "001d01" OPEN_FIXED "00"
#define UPDATE     MARK "001702 0000 0000"
#define REFRESH    MARK "001705 0001 00 01"

struct scene {
	const char *what;
	enum bgp_state in; /* the state the message meets */
	const char *message;
	int code, subcode; /* of the NOTIFICATION that answers; -1: none, the session goes on;
			    * -2: none, and it ends */
	const char *data;
};

static const struct scene scenes[] = {
	{ "marker", BGP_OPENSENT, "fffffffffffffffffffffffffffffffe 001304", 1, 1, "" },
	{ "marker, in Established", BGP_ESTABLISHED, "00ffffffffffffffffffffffffffffff 001304", 1,
	    1, "" },
	{ "length 18", BGP_OPENSENT, MARK "001204", 1, 2, "0012" },
	{ "length 4097", BGP_ESTABLISHED, MARK "100102", 1, 2, "1001" },
	{ "OPEN of 28", BGP_OPENSENT, MARK "001c01", 1, 2, "001c" },
	{ "UPDATE of 22", BGP_ESTABLISHED, MARK "001602", 1, 2, "0016" },
	{ "KEEPALIVE of 20", BGP_ESTABLISHED, MARK "001404 00", 1, 2, "0014" },
	{ "ROUTE-REFRESH of 22", BGP_ESTABLISHED, MARK "001605", 1, 2, "0016" },
	{ "ROUTE-REFRESH of 24", BGP_ESTABLISHED, MARK "001805", 1, 2, "0018" },
	{ "type 0", BGP_OPENSENT, MARK "001300", 1, 3, "00" },
	{ "type 6", BGP_ESTABLISHED, MARK "001306", 1, 3, "06" },
	{ "version 3", BGP_OPENSENT, MARK "001d01 03 fe70 005a 00000002 00", 2, 1, "0004" },
	{ "another AS", BGP_OPENSENT, MARK "001d01 04 fe71 005a 00000002 00", 2, 2, "" },
	{ "AS 0", BGP_OPENSENT, MARK "001d01 04 0000 005a 00000002 00", 2, 2, "" },
	{ "identifier 0", BGP_OPENSENT, MARK "001d01 04 fe70 005a 00000000 00", 2, 3, "" },
	{ "our identifier, iBGP", BGP_OPENSENT, MARK "001d01 04 fe70 005a 00000001 00", 2, 3, "" },
	{ "hold time 1", BGP_OPENSENT, MARK "001d01 04 fe70 0001 00000002 00", 2, 6, "" },
	{ "hold time 2", BGP_OPENSENT, MARK "001d01 04 fe70 0002 00000002 00", 2, 6, "" },
	{ "hold time 3", BGP_OPENSENT, MARK "001d01 04 fe70 0003 00000002 00", -1, 0, "" },
	{ "parameter of unknown type", BGP_OPENSENT, MARK "002001" OPEN_FIXED "03 010100", 2, 4,
	    "" },
	{ "parameters overrun", BGP_OPENSENT, MARK "001d01" OPEN_FIXED "02", 2, 0, "" },
	{ "KEEPALIVE too early", BGP_OPENSENT, KEEPALIVE, 5, 1, "" },
	{ "UPDATE too early", BGP_OPENSENT, UPDATE, 5, 1, "" },
	{ "ROUTE-REFRESH too early", BGP_OPENSENT, REFRESH, 5, 1, "" },
	{ "OPEN in OpenConfirm", BGP_OPENCONFIRM, OPEN, 5, 2, "" },
	{ "UPDATE in OpenConfirm", BGP_OPENCONFIRM, UPDATE, 5, 2, "" },
	{ "OPEN in Established", BGP_ESTABLISHED, OPEN, 5, 3, "" },
	{ "bad lengths in UPDATE", BGP_ESTABLISHED, MARK "001702 0001 0000", 3, 1, "" },
	{ "bad NLRI", BGP_ESTABLISHED, MARK "001902 0000 0000 21 00", 3, 10, "" },
	{ "bad MP_UNREACH", BGP_ESTABLISHED, MARK "001b02 0000 0004 800f01 00", 3, 9, "800f0100" },
	{ "treated as withdraw", BGP_ESTABLISHED, MARK "001902 0000 0000 08 0a", -1, 0, "" },
	{ "ROUTE-REFRESH", BGP_ESTABLISHED, REFRESH, -1, 0, "" },
	{ "ROUTE-REFRESH of the old type", BGP_ESTABLISHED, MARK "001780 0001 00 01", -1, 0, "" },
	{ "ROUTE-REFRESH of a strange family", BGP_ESTABLISHED, MARK "001705 4004 00 47", -1, 0,
	    "" },
	{ "ROUTE-REFRESH with a subtype", BGP_ESTABLISHED, MARK "001705 0001 01 01", -1, 0, "" },
	{ "NOTIFICATION", BGP_OPENSENT, MARK "001503 0601", -2, 0, "" },
	{ "NOTIFICATION", BGP_OPENCONFIRM, MARK "001503 0601", -2, 0, "" },
	{ "NOTIFICATION", BGP_ESTABLISHED, MARK "001703 ffff 0001", -2, 0, "" },
	{ "NOTIFICATION that is too short", BGP_ESTABLISHED, MARK "001303", -2, 0, "" },
	{ "KEEPALIVE", BGP_ESTABLISHED, KEEPALIVE, -1, 0, "" },
};

static void
feed_hex(struct end *e, const char *hex)
{
	uint8_t bytes[512];

	bgp_conn_feed(e->conn, bytes, hex_decode(hex, bytes, sizeof(bytes)), start);
}

/* Forget what was sent so far. */
static void
discard_output(struct end *e)
{
	size_t n;

	if (bgp_conn_output(e->conn, &n) != NULL)
		bgp_conn_sent(e->conn, n);
}

static void
check_notification(const struct end *e, const struct scene *s)
{
	uint8_t data[64];
	size_t data_len = hex_decode(s->data, data, sizeof(data)), len;
	const uint8_t *bytes = bgp_conn_output(e->conn, &len);

	if (bytes == NULL || len != 21 + data_len || bytes[18] != BGP_MSG_NOTIFICATION ||
	    bytes[19] != s->code || bytes[20] != s->subcode ||
	    memcmp(bytes + 21, data, data_len) != 0)
		fail_msg("%s: %s", s->what, bgp_conn_end_text(e->conn));
}

static void
test_scenes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scenes); i++) {
		const struct scene *s = &scenes[i];
		struct end e;
		size_t len;

		end_init(&e, &learner);
		if (s->in >= BGP_OPENCONFIRM)
			feed_hex(&e, OPEN);
		if (s->in == BGP_ESTABLISHED)
			feed_hex(&e, KEEPALIVE);
		assert_int_equal(bgp_conn_state(e.conn), s->in);
		discard_output(&e);
		feed_hex(&e, s->message);
		if (s->code == -1) {
			assert_true(bgp_conn_state(e.conn) >= s->in);
			assert_int_equal(e.ends, 0);
		} else if (s->code == -2) {
			assert_int_equal(e.reason, BGP_DOWN_NOTIFICATION_RECEIVED);
			assert_null(bgp_conn_output(e.conn, &len));
		} else {
			check_notification(&e, s);
			assert_int_equal(e.reason, BGP_DOWN_NOTIFICATION_SENT);
		}
		if (s->code != -1) {
			assert_int_equal(bgp_conn_state(e.conn), BGP_IDLE);
			assert_int_equal(e.ends, 1);
			assert_int_equal(e.downs, s->in == BGP_ESTABLISHED);
		}
		end_fini(&e);
	}
}

/* eBGP may share the identifier (RFC 6286). */
static void
test_ebgp_identifier(void **state)
{
	struct bgp_conn_config config = learner;
	struct end e;

	(void)state;
	config.remote_as = 65001;
	end_init(&e, &config);
	feed_hex(&e, MARK "001d01 04 fde9 005a 00000001 00");
	assert_int_equal(bgp_conn_state(e.conn), BGP_OPENCONFIRM);
	end_fini(&e);
}

/* Treat-as-withdraw reaches the sink as a withdrawal of everything the UPDATE announced. */
static void
test_treat_as_withdraw_withdraws(void **state)
{
	static const char bad_origin[] =
	    MARK "004902 0002 080b 002b 40010109 400200 400304 0a000001"
		 "800e1a 000201 10 20010db8000000000000000000000001"
		 "00 20 20010db8"
		 "080a 10c0a8";
	uint8_t message[128];
	struct end a, b;

	(void)state;
	end_init(&a, &learner);
	end_init(&b, &speaker);
	pump(&a, &b, SIZE_MAX);
	bgp_conn_send_raw(b.conn, message, hex_decode(bad_origin, message, sizeof(message)));
	pump(&a, &b, SIZE_MAX);
	assert_int_equal(a.announced, 0);
	assert_int_equal(a.withdrawn, 4);
	assert_int_equal(a.problems, 1);
	assert_int_equal(a.stats.treated_as_withdraw, 1);
	assert_int_equal(bgp_conn_state(a.conn), BGP_ESTABLISHED);
	end_fini(&a);
	end_fini(&b);
}

/* --- the send queue -----------------------------------------------------------------------------
 */

static void
test_marks(void **state)
{
	struct route_attrs attrs = attrs_for(IP_V4);
	struct end a, b;
	uint32_t key = 0;
	size_t len;

	(void)state;
	end_init(&a, &learner);
	end_init(&b, &speaker);
	pump(&a, &b, SIZE_MAX);
	while (!bgp_conn_is_full(b.conn)) {
		struct ip_prefix p = prefix_make(IP_V4, (uint64_t)key << 32, 0, 32);

		bgp_conn_announce(b.conn, &p, &attrs, key++);
	}
	assert_in_range(bgp_conn_queued(b.conn), 256 * 1024, 257 * 1024);
	bgp_conn_flush(b.conn);
	/* It stays full down to the low mark. */
	while (bgp_conn_queued(b.conn) > 64 * 1024 + 100) {
		const uint8_t *bytes = bgp_conn_output(b.conn, &len);

		assert_true(bgp_conn_is_full(b.conn));
		bgp_conn_feed(a.conn, bytes, 100, start);
		bgp_conn_sent(b.conn, 100);
	}
	carry(&b, &a, 100, start);
	assert_false(bgp_conn_is_full(b.conn));
	assert_int_equal(a.announced, key);
	end_fini(&a);
	end_fini(&b);
}

/* The message half sent is finished, the rest gives way, then the NOTIFICATION: at every byte. */
static void
test_cease_with_a_queue(void **state)
{
	(void)state;
	for (size_t sent = 0; sent < 300; sent++) {
		struct route_attrs attrs = attrs_for(IP_V4);
		struct end a, b;
		const uint8_t *bytes;
		size_t len;

		end_init(&a, &learner);
		end_init(&b, &speaker);
		pump(&a, &b, SIZE_MAX);
		for (uint32_t key = 0; key < 10; key++) {
			struct ip_prefix p = prefix_make(IP_V4, (uint64_t)key << 32, 0, 32);

			bgp_conn_announce(b.conn, &p, &attrs, key);
		}
		bgp_conn_flush(b.conn);
		bytes = bgp_conn_output(b.conn, &len);
		assert_true(sent < len);
		bgp_conn_feed(a.conn, bytes, sent, start);
		bgp_conn_sent(b.conn, sent);
		bgp_conn_cease(b.conn, BGP_CEASE_RESET, "again");
		carry(&b, &a, SIZE_MAX, start);
		assert_string_equal(
		    bgp_conn_end_text(a.conn), "received Cease/Administrative Reset: again");
		assert_true(a.announced <= 5);
		end_fini(&a);
		end_fini(&b);
	}
}

/* An announcement no message can carry becomes a withdrawal. */
static void
test_unencodable(void **state)
{
	static uint8_t communities[4096];
	struct route_attrs attrs = attrs_for(IP_V4);
	struct ip_prefix p = prefix("10.0.0.0/8");
	struct end a, b;

	(void)state;
	attrs.communities = (struct span){ communities, sizeof(communities) };
	end_init(&a, &learner);
	end_init(&b, &speaker);
	pump(&a, &b, SIZE_MAX);
	bgp_conn_announce(b.conn, &p, &attrs, 1);
	bgp_conn_flush(b.conn);
	pump(&a, &b, SIZE_MAX);
	assert_int_equal(b.stats.unencodable, 1);
	assert_int_equal(a.announced, 0);
	assert_int_equal(a.withdrawn, 1);
	end_fini(&a);
	end_fini(&b);
}

/* Operations arrive in their order, and share an UPDATE only with their like. */
static void
test_order_and_packing(void **state)
{
	struct route_attrs v4 = attrs_for(IP_V4), v6 = attrs_for(IP_V6);
	struct ip_prefix a4 = prefix("10.0.0.0/8"), b4 = prefix("11.0.0.0/8");
	struct ip_prefix a6 = prefix("2001:db8::/32");
	struct end a, b;
	uint64_t before;

	(void)state;
	end_init(&a, &learner);
	end_init(&b, &speaker);
	pump(&a, &b, SIZE_MAX);
	before = b.stats.sent.updates;
	bgp_conn_announce(b.conn, &a4, &v4, 1); /* 1 */
	bgp_conn_announce(b.conn, &b4, &v4, 1);
	bgp_conn_announce(b.conn, &a4, &v4, 2); /* 2: another key */
	bgp_conn_announce(b.conn, &a6, &v6, 2); /* 3: another family */
	bgp_conn_withdraw(b.conn, &a4);         /* 4: another kind */
	bgp_conn_withdraw(b.conn, &b4);
	bgp_conn_withdraw(b.conn, &a6);         /* 5: another family */
	bgp_conn_announce(b.conn, &a4, &v4, 2); /* 6 */
	bgp_conn_flush(b.conn);
	bgp_conn_announce(b.conn, &b4, &v4, 2); /* 7: after a flush */
	pump(&a, &b, SIZE_MAX);
	assert_int_equal(a.stats.received.updates, before + 6); /* the last one is still open */
	bgp_conn_flush(b.conn);
	bgp_conn_flush(b.conn);
	pump(&a, &b, SIZE_MAX);
	assert_int_equal(a.stats.received.updates, before + 7);
	assert_int_equal(a.announced, 6);
	assert_int_equal(a.withdrawn, 3);
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
		cmocka_unit_test(test_refused_open),
		cmocka_unit_test(test_negotiation),
		cmocka_unit_test(test_timers),
		cmocka_unit_test(test_eof),
		cmocka_unit_test(test_scenes),
		cmocka_unit_test(test_ebgp_identifier),
		cmocka_unit_test(test_treat_as_withdraw_withdraws),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_cease_with_a_queue),
		cmocka_unit_test(test_unencodable),
		cmocka_unit_test(test_order_and_packing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
