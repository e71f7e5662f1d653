/* SPDX-License-Identifier: Apache-2.0 */
/* Two sessions in memory and what they tell: shared by the tests of connections. */
#ifndef TESTS_UNIT_BGPD_PAIR_H
#define TESTS_UNIT_BGPD_PAIR_H

#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/conn.h"
#include "bgpd/msg.h"
#include "lib/hash.h"
#include "tests/support/prefixes.h"

/* One end, and what it has been told. */
struct end {
	struct bgp_conn *conn;
	struct bgp_conn_stats stats;
	unsigned ups, downs, ends, announced, withdrawn, problems;
	unsigned end_of_rib[IP_FAMILIES], refreshes[IP_FAMILIES];
	unsigned refresh_begins[IP_FAMILIES], refresh_ends[IP_FAMILIES];
	enum bgp_down_reason reason;
	struct ip_addr nexthop;           /* of the last route */
	uint64_t digest;                  /* of every route and its attributes, in order */
	uint32_t path_ids[8], n_path_ids; /* the first ones that are not 0 */
	struct bgp_problem last;          /* its message is gone */
	bool refuse_open;
	unsigned cease_at_route; /* end the session at this route */
};

static inline bool
on_open(void *ctx, struct bgp_conn *c, const struct bgp_open *open)
{
	struct end *e = ctx;

	(void)c;
	assert_true(open->router_id != 0);
	return !e->refuse_open;
}

static inline void
on_up(void *ctx, struct bgp_conn *c)
{
	struct end *e = ctx;

	assert_int_equal(bgp_conn_state(c), BGP_ESTABLISHED);
	e->ups++;
}

static inline void
on_end(void *ctx, struct bgp_conn *c, bool was_up, enum bgp_down_reason reason)
{
	struct end *e = ctx;

	assert_int_equal(bgp_conn_state(c), BGP_IDLE);
	e->ends++;
	e->downs += was_up;
	e->reason = reason;
}

static inline void
mix(struct end *e, const void *data, size_t len)
{
	e->digest = hash_bytes(data, len, e->digest);
}

static inline void
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
		if (id != 0 && e->n_path_ids < ARRAY_LEN(e->path_ids))
			e->path_ids[e->n_path_ids++] = id;
		if (e->announced + e->withdrawn == e->cease_at_route)
			bgp_conn_cease(c, BGP_CEASE_MAX_PREFIXES, NULL);
	}
	if (attrs != NULL) {
		char nexthop[IP_TEXT_MAX];

		e->nexthop = attrs->nexthop.addr;
		ip_format(&attrs->nexthop.addr, nexthop);
		mix(e, nexthop, strlen(nexthop));
		mix(e, attrs->as_path.data, attrs->as_path.len);
		mix(e, &attrs->local_pref, sizeof(attrs->local_pref));
		mix(e, attrs->communities.data, attrs->communities.len);
	}
}

static inline void
on_end_of_rib(void *ctx, struct bgp_conn *c, enum ip_family family)
{
	struct end *e = ctx;

	(void)c;
	e->end_of_rib[family]++;
	mix(e, &family, sizeof(family));
}

static inline void
on_refresh(void *ctx, struct bgp_conn *c, enum ip_family family)
{
	struct end *e = ctx;

	(void)c;
	e->refreshes[family]++;
}

static inline void
on_refresh_begin(void *ctx, struct bgp_conn *c, enum ip_family family)
{
	struct end *e = ctx;

	(void)c;
	e->refresh_begins[family]++;
}

static inline void
on_refresh_end(void *ctx, struct bgp_conn *c, enum ip_family family)
{
	struct end *e = ctx;

	(void)c;
	e->refresh_ends[family]++;
}

static inline void
on_problem(void *ctx, struct bgp_conn *c, const struct bgp_problem *problem)
{
	struct end *e = ctx;

	(void)c;
	assert_true(problem->message.len > 0);
	e->problems++;
	e->last = *problem;
}

static const struct bgp_conn_ops ops = { on_open, on_up, on_end, on_routes, on_end_of_rib,
	on_refresh, on_problem, on_refresh_begin, on_refresh_end };

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

static inline void
end_init(struct end *e, const struct bgp_conn_config *config)
{
	memset(e, 0, sizeof(*e));
	e->conn = bgp_conn_new(config, &ops, e, &e->stats, 42);
	bgp_conn_start(e->conn, start);
}

static inline void
end_fini(struct end *e)
{
	bgp_conn_free(e->conn);
}

/* What `from` has to send goes to `to`, `chunk` bytes at a time; true if there was anything. The
 * pieces are heap blocks of their exact size. */
static inline bool
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

static inline void
pump(struct end *a, struct end *b, size_t chunk)
{
	bool moved;

	do {
		moved = carry(a, b, chunk, start);
		moved |= carry(b, a, chunk, start);
	} while (moved);
}

static inline void
discard_output(struct end *e)
{
	size_t n;

	while (bgp_conn_output(e->conn, &n) != NULL)
		bgp_conn_sent(e->conn, n);
}

static inline void
feed_hex(struct end *e, const char *hex)
{
	uint8_t bytes[512];

	bgp_conn_feed(e->conn, bytes, hex_decode(hex, bytes, sizeof(bytes)), start);
}

/* An end with this configuration that is in Established with such a peer, and has said all. */
static inline void
end_come_up(struct end *e, const struct bgp_conn_config *config, const struct bgp_conn_config *peer)
{
	struct end other;

	end_init(e, config);
	end_init(&other, peer);
	pump(e, &other, SIZE_MAX);
	end_fini(&other);
	assert_int_equal(bgp_conn_state(e->conn), BGP_ESTABLISHED);
	discard_output(e);
}

/* It has answered by this NOTIFICATION, with this data in hex, NULL: whatever it is. */
static inline void
assert_notification(const struct end *e, const char *what, int code, int subcode, const char *hex)
{
	uint8_t data[64];
	size_t data_len = hex != NULL ? hex_decode(hex, data, sizeof(data)) : 0, len;
	const uint8_t *bytes = bgp_conn_output(e->conn, &len);

	if (bytes == NULL || len < 21 || (hex != NULL && len != 21 + data_len) ||
	    bytes[18] != BGP_MSG_NOTIFICATION || bytes[19] != code || bytes[20] != subcode ||
	    memcmp(bytes + 21, data, data_len) != 0)
		fail_msg("%s: %s", what, bgp_conn_end_text(e->conn));
}

static const uint8_t path_bytes[] = { 2, 2, 0, 0, 0xfd, 0xe9, 0, 1, 0, 1 };

static inline struct route_attrs
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

#endif
