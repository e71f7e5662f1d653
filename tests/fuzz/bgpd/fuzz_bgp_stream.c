/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An Established session, and messages that are mostly right.
 *
 * The input is a program: its first bytes choose who the two ends are and what they agree on, then
 * each step is a message made from it - UPDATEs with attributes of known types whose flags, length
 * and value may be wrong, refreshes, notifications, bare bytes -, time passing, or something that
 * we do. The stream goes to two sessions that are alike, to one message by message, to the other in
 * pieces: whatever it is, they must tell the same, say the same and end the same.
 */
#include <stdlib.h>
#include <string.h>

#include "bgpd/conn.h"
#include "bgpd/msg.h"
#include "lib/hash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OUR_AS   65136
#define THEIR_AS 65001

struct side {
	struct bgp_conn *conn;
	struct bgp_conn_stats stats;
	uint64_t digest; /* of all that was told and said */
	bool up, ended;
	unsigned routes;
};

/* --- what is told ------------------------------------------------------------------------------
 */

static void
mix(struct side *s, const void *data, size_t len)
{
	s->digest = hash_bytes(data, len, s->digest);
}

static void
mix_number(struct side *s, uint32_t n)
{
	mix(s, &n, sizeof(n));
}

static void
on_up(void *ctx, struct bgp_conn *c)
{
	struct side *s = ctx;

	ASSERT(!s->up && !s->ended && bgp_conn_state(c) == BGP_ESTABLISHED);
	s->up = true;
}

static void
on_end(void *ctx, struct bgp_conn *c, bool was_up, enum bgp_down_reason reason)
{
	struct side *s = ctx;

	ASSERT(!s->ended && was_up == s->up && bgp_conn_state(c) == BGP_IDLE);
	s->ended = true;
	mix_number(s, reason);
	mix(s, bgp_conn_end_text(c), strlen(bgp_conn_end_text(c)));
}

static void
mix_attrs(struct side *s, const struct route_attrs *a)
{
	mix(s, a->as_path.data, a->as_path.len);
	mix(s, a->communities.data, a->communities.len);
	mix(s, a->large_communities.data, a->large_communities.len);
	mix(s, a->cluster_list.data, a->cluster_list.len);
	mix(s, a->opaque.data, a->opaque.len);
	mix(s, &a->nexthop.addr.hi, sizeof(a->nexthop.addr.hi));
	mix_number(s, a->med);
	mix_number(s, a->local_pref);
}

static void
on_routes(void *ctx, struct bgp_conn *c, const struct route_attrs *attrs, struct bgp_nlri nlri)
{
	struct side *s = ctx;
	struct ip_prefix p;
	uint32_t id;

	ASSERT(s->up && !s->ended && bgp_conn_agreed(c)->families[nlri.family]);
	ASSERT(nlri.pos != nlri.end);
	if (attrs != NULL)
		mix_attrs(s, attrs);
	while (bgp_nlri_next(&nlri, &p, &id)) {
		mix(s, &p.hi, sizeof(p.hi));
		mix_number(s, p.len);
		mix_number(s, id);
		/* Somebody may end the session at any route. */
		if (++s->routes == 200)
			bgp_conn_cease_max_prefixes(c, (enum ip_family)nlri.family, 199);
	}
}

static void
on_family(void *ctx, struct bgp_conn *c, enum ip_family family)
{
	struct side *s = ctx;

	ASSERT(s->up && !s->ended && bgp_conn_agreed(c)->families[family]);
	mix_number(s, family);
}

static void
on_problem(void *ctx, struct bgp_conn *c, const struct bgp_problem *problem)
{
	struct side *s = ctx;

	(void)c;
	ASSERT(!s->ended && problem->message.len > 0 && problem->disposition != BGP_ACCEPT);
	mix_number(s, problem->disposition);
	mix_number(s, problem->bad_attr);
}

static const struct bgp_conn_ops ops = { .up = on_up,
	.end = on_end,
	.routes = on_routes,
	.end_of_rib = on_family,
	.refresh = on_family,
	.problem = on_problem,
	.refresh_begin = on_family,
	.refresh_end = on_family };

/* --- messages ----------------------------------------------------------------------------------
 */

static uint8_t
take(struct rd *in)
{
	return rd_left(in) > 0 ? rd_u8(in) : 0;
}

/* Up to n bytes of the input; zeros when it has ended. */
static void
put_input(struct wr *w, struct rd *in, size_t n)
{
	for (size_t i = 0; i < n; i++)
		wr_u8(w, take(in));
}

static void
put_prefixes(struct wr *w, struct rd *in, bool add_path, unsigned bits_max)
{
	for (unsigned n = take(in) % 4; n > 0; n--) {
		unsigned bits = take(in);

		/* One in 32 is too long. */
		if (bits % 32 != 31)
			bits %= bits_max + 1;
		if (add_path)
			wr_u32(w, take(in) % 4);
		wr_u8(w, (uint8_t)bits);
		put_input(w, in, (bits + 7) / 8);
	}
}

static void
put_as_path(struct wr *w, struct rd *in, size_t as_size, uint32_t first)
{
	for (unsigned n = take(in) % 3, i = 0; i <= n; i++) {
		unsigned count = take(in) % 5;

		wr_u8(w, i == 0 ? 2 : take(in) % 6);
		wr_u8(w, (uint8_t)count);
		for (unsigned k = 0; k < count; k++) {
			uint32_t as = i + k == 0 ? first : take(in);

			if (as_size == 4)
				wr_u32(w, as);
			else
				wr_u16(w, (uint16_t)as);
		}
	}
}

struct world {
	bool two_octet_as, ebgp, add_path;
};

static void
put_value(struct wr *w, struct rd *in, uint8_t type, const struct world *world)
{
	unsigned v6 = take(in) % 4;

	switch (type) {
	case BGP_ATTR_ORIGIN: wr_u8(w, take(in) % 4); break;
	case BGP_ATTR_AS_PATH:
		put_as_path(w, in, world->two_octet_as ? 2 : 4, world->ebgp ? THEIR_AS : 7);
		break;
	case BGP_ATTR_AS4_PATH: put_as_path(w, in, 4, 7); break;
	case BGP_ATTR_ATOMIC_AGGREGATE: break;
	case BGP_ATTR_AGGREGATOR: put_input(w, in, world->two_octet_as ? 6 : 8); break;
	case BGP_ATTR_AS4_AGGREGATOR: put_input(w, in, 8); break;
	case BGP_ATTR_COMMUNITIES:
	case BGP_ATTR_CLUSTER_LIST: put_input(w, in, 4 * (size_t)(take(in) % 4)); break;
	case BGP_ATTR_EXT_COMMUNITIES: put_input(w, in, 8 * (size_t)(take(in) % 3)); break;
	case BGP_ATTR_LARGE_COMMUNITIES: put_input(w, in, 12 * (size_t)(take(in) % 3)); break;
	case BGP_ATTR_MP_REACH:
		wr_u16(w, v6 ? BGP_AFI_IPV6 : BGP_AFI_IPV4);
		wr_u8(w, BGP_SAFI_UNICAST);
		wr_u8(w, v6 == 3 ? 32 : 16);
		put_input(w, in, v6 == 3 ? 32 : 16);
		wr_u8(w, 0);
		put_prefixes(w, in, world->add_path, v6 ? 128 : 32);
		break;
	case BGP_ATTR_MP_UNREACH:
		wr_u16(w, v6 ? BGP_AFI_IPV6 : BGP_AFI_IPV4);
		wr_u8(w, BGP_SAFI_UNICAST);
		put_prefixes(w, in, world->add_path, v6 ? 128 : 32);
		break;
	default: put_input(w, in, 4); break;
	}
}

/* Of known types mostly, with their own flags and length mostly. */
static void
put_attribute(struct wr *w, struct rd *in, const struct world *world)
{
	static const struct {
		uint8_t type, flags;
	} known[] = { { 1, 0x40 }, { 2, 0x40 }, { 3, 0x40 }, { 4, 0x80 }, { 5, 0x40 }, { 6, 0x40 },
		{ 7, 0xc0 }, { 8, 0xc0 }, { 9, 0x80 }, { 10, 0x80 }, { 14, 0x80 }, { 15, 0x80 },
		{ 16, 0xc0 }, { 17, 0xc0 }, { 18, 0xc0 }, { 32, 0xc0 }, { 35, 0xc0 }, { 99, 0xc0 },
		{ 23, 0xc0 }, { 100, 0x80 } };
	uint8_t bytes[1024], choice = take(in), odd = take(in), type, flags;
	struct wr value = wr_make(bytes, sizeof(bytes));
	size_t len;

	type = known[choice % ARRAY_LEN(known)].type;
	flags = known[choice % ARRAY_LEN(known)].flags;
	put_value(&value, in, type, world);
	len = wr_len(&value);
	if (odd == 1)
		flags = take(in);
	if (odd == 2)
		len = take(in);
	if (odd == 3)
		type = take(in);
	if ((odd & 4) != 0)
		flags |= BGP_FLAG_EXTENDED;
	wr_u8(w, flags);
	wr_u8(w, type);
	if ((flags & BGP_FLAG_EXTENDED) != 0)
		wr_u16(w, (uint16_t)len);
	else
		wr_u8(w, (uint8_t)len);
	wr_bytes(w, bytes, wr_len(&value));
}

static void
put_update(struct wr *w, struct rd *in, const struct world *world)
{
	size_t begin = bgp_msg_begin(w, BGP_MSG_UPDATE), at = wr_mark(w);
	uint8_t shape = take(in);

	wr_u16(w, 0);
	if ((shape & 1) != 0)
		put_prefixes(w, in, world->add_path, 32);
	wr_set_u16(w, at, wr_len(w) - at - 2);
	at = wr_mark(w);
	wr_u16(w, 0);
	if ((shape & 2) != 0)
		wr_bytes(w, "\x40\x01\x01\x00\x40\x03\x04\x0a\x00\x00\x01", 11);
	if ((shape & 4) != 0 && !world->two_octet_as)
		wr_bytes(w, "\x40\x02\x06\x02\x01\x00\x00\xfd\xe9", 9);
	for (unsigned n = shape >> 4; n > 0; n--)
		put_attribute(w, in, world);
	wr_set_u16(w, at, wr_len(w) - at - 2);
	if ((shape & 8) != 0)
		put_prefixes(w, in, world->add_path, 32);
	bgp_msg_end(w, begin);
}

/* --- the program -------------------------------------------------------------------------------
 */

static void
feed_in_pieces(struct bgp_conn *c, const uint8_t *data, size_t len, size_t chunk, struct mono now)
{
	for (size_t at = 0; at < len; at += chunk) {
		size_t n = size_min(chunk, len - at);
		uint8_t *piece = malloc(n);

		memcpy(piece, data + at, n);
		bgp_conn_feed(c, piece, n, now);
		free(piece);
	}
}

/* What it says is whole messages; it is taken, as a socket would. */
static void
drain(struct side *s)
{
	const uint8_t *bytes;
	struct bgp_error err;
	struct bgp_msg msg;
	size_t len;

	while ((bytes = bgp_conn_output(s->conn, &len)) != NULL) {
		ASSERT(bgp_msg_peek(bytes, len, BGP_MSG_MAX, &msg, &err) == BGP_FRAME_MESSAGE);
		mix(s, bytes, msg.len);
		bgp_conn_sent(s->conn, msg.len);
	}
}

/* Something that we say. */
static void
act(struct side *s, uint8_t what, uint8_t with, bool push)
{
	struct bgp_conn *c = s->conn;
	enum ip_family family = with & 1 ? IP_V6 : IP_V4;
	struct ip_prefix p = prefix_make(family, (uint64_t)with << 56, 0, 8);
	struct route_attrs attrs = { .local_pref = with,
		.has_local_pref = true,
		.nexthop.addr = { .hi = UINT64_C(1) << 60, .family = (uint8_t)family } };

	if (bgp_conn_state(c) != BGP_ESTABLISHED || !bgp_conn_agreed(c)->families[family])
		return;
	switch (what % 8) {
	case 0: bgp_conn_request_refresh(c, family); break;
	case 1: bgp_conn_cease(c, with % 10, with & 2 ? "as asked" : NULL); break;
	case 2: bgp_conn_send_hold_expired(c); break;
	case 3: bgp_conn_eof(c, "gone"); break;
	case 4:
	case 5:
		if (push)
			bgp_conn_announce(c, &p, &attrs, with);
		break;
	case 6:
		if (push)
			bgp_conn_withdraw(c, &p);
		break;
	case 7:
		if (push)
			bgp_conn_end_of_rib(c, family);
		break;
	}
	if (bgp_conn_state(c) == BGP_ESTABLISHED)
		bgp_conn_flush(c);
}

static void
check_alike(struct side s[2])
{
	drain(&s[0]);
	drain(&s[1]);
	ASSERT(bgp_conn_state(s[0].conn) == bgp_conn_state(s[1].conn));
	ASSERT(s[0].digest == s[1].digest && s[0].routes == s[1].routes);
	ASSERT(s[0].ended == (bgp_conn_state(s[0].conn) == BGP_IDLE));
	/* What comes after the end is not counted, wherever it was cut. */
	s[0].stats.received.bytes = s[1].stats.received.bytes = 0;
	ASSERT(memcmp(&s[0].stats, &s[1].stats, sizeof(s[0].stats)) == 0);
}

static void
put_message(struct wr *w, struct rd *in, const struct world *world, uint8_t kind)
{
	switch (kind) {
	case 0: bgp_msg_keepalive(w); break;
	case 1:
		bgp_msg_refresh(w, BGP_MSG_REFRESH, take(in) & 1 ? IP_V6 : IP_V4, take(in) % 4);
		break;
	case 2: /* a message of any type and contents */
		bgp_msg_end(w, bgp_msg_begin(w, take(in) % 8));
		break;
	case 3: put_input(w, in, take(in)); break;
	case 4: { /* NOTIFICATION */
		size_t begin = bgp_msg_begin(w, BGP_MSG_NOTIFICATION);

		put_input(w, in, take(in) % 40);
		bgp_msg_end(w, begin);
		break;
	}
	default: put_update(w, in, world); break;
	}
}

static void
step(struct side s[2], struct rd *in, const struct world *world, bool push, struct mono *now)
{
	static uint8_t bytes[BGP_MSG_EXT_MAX];
	struct wr w = wr_make(bytes, sizeof(bytes));
	uint8_t kind = take(in), a, b;

	if (kind % 16 == 15) {
		*now = mono_add_ms(*now, (int64_t)take(in) * 100);
		bgp_conn_tick(s[0].conn, *now);
		bgp_conn_tick(s[1].conn, *now);
	} else if (kind % 16 == 14) {
		a = take(in);
		b = take(in);
		act(&s[0], a, b, push);
		act(&s[1], a, b, push);
	} else {
		put_message(&w, in, world, kind % 16);
		if (!wr_ok(&w))
			return;
		bgp_conn_feed(s[0].conn, bytes, wr_len(&w), *now);
		feed_in_pieces(s[1].conn, bytes, wr_len(&w), 1 + kind / 16u, *now);
	}
	check_alike(s);
}

static void
begin(struct side *s, const struct bgp_conn_config *config, const struct bgp_open *open)
{
	uint8_t buf[256];
	struct wr w = wr_make(buf, sizeof(buf));

	*s = (struct side){ .up = false };
	s->conn = bgp_conn_new(config, &ops, s, &s->stats, 1);
	bgp_conn_start(s->conn, mono_us(0));
	bgp_open_encode(&w, open);
	bgp_msg_keepalive(&w);
	bgp_conn_feed(s->conn, buf, wr_len(&w), mono_us(0));
	ASSERT(bgp_conn_state(s->conn) == BGP_ESTABLISHED);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd in = rd_make(data, size);
	uint8_t us = take(&in), them = take(&in);
	bool push = (us & 1) != 0;
	struct world world = { .two_octet_as = (them & 1) != 0,
		.ebgp = (us & 2) != 0,
		.add_path = !push && (them & 2) != 0 };
	static struct bgp_scratch scratch;
	struct bgp_conn_config config = { .scratch = &scratch,
		.local_as = OUR_AS,
		.remote_as = world.ebgp ? THEIR_AS : OUR_AS,
		.router_id = 1,
		.hold_time_s = 90,
		.families = { true, true },
		.deliver = !push,
		.announces_nothing = !push,
		.any_first_as = (us & 4) != 0,
		.restart_time_s = (us & 8) != 0 ? 120 : 0 };
	struct bgp_open open = { .as = config.remote_as,
		.hold_time_s = 30,
		.router_id = 2,
		.families = { true, (them & 4) != 0 },
		.four_octet_as = !world.two_octet_as,
		.extended_message = (them & 8) != 0,
		.extended_nexthop = (them & 16) != 0,
		.enhanced_refresh = (them & 32) != 0,
		.graceful_restart = (them & 64) != 0,
		.restart = { .time_s = 120,
		    .notification = (them & 128) != 0,
		    .families = { true, true } },
		.add_path = { (them & 2) != 0 ? BGP_ADD_PATH_SEND : 0,
		    (them & 2) != 0 ? BGP_ADD_PATH_SEND : 0 },
		.refresh_type = BGP_MSG_REFRESH };
	struct mono now = mono_us(0);
	struct side s[2];

	begin(&s[0], &config, &open);
	begin(&s[1], &config, &open);
	while (rd_left(&in) > 0 && !s[0].ended)
		step(s, &in, &world, push, &now);
	bgp_conn_free(s[0].conn);
	bgp_conn_free(s[1].conn);
	return 0;
}
