/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session and whatever a peer may send. The first byte chooses how far the session is brought by
 * good messages and what kind of peer it has; the rest is fed in pieces, each preceded by a length
 * byte, in which 0 means "time passes". The calls to the ops must keep their promises.
 */
#include <stdlib.h>
#include <string.h>

#include "bgpd/conn.h"
#include "bgpd/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct told {
	bool up, ended;
};

static void
on_up(void *ctx, struct bgp_conn *c)
{
	struct told *t = ctx;

	ASSERT(!t->up && !t->ended && bgp_conn_state(c) == BGP_ESTABLISHED);
	t->up = true;
}

static void
on_end(void *ctx, struct bgp_conn *c, bool was_up, enum bgp_down_reason reason)
{
	struct told *t = ctx;

	(void)reason;
	ASSERT(!t->ended && was_up == t->up && bgp_conn_state(c) == BGP_IDLE);
	t->ended = true;
}

static void
on_routes(void *ctx, struct bgp_conn *c, const struct route_attrs *attrs, struct bgp_nlri nlri)
{
	struct told *t = ctx;
	struct ip_prefix p;
	uint32_t id, n = 0;

	(void)attrs;
	ASSERT(t->up && !t->ended && bgp_conn_agreed(c)->families[nlri.family]);
	while (bgp_nlri_next(&nlri, &p, &id))
		/* An operator may end the session at any route. */
		if (++n == 50)
			bgp_conn_cease(c, BGP_CEASE_MAX_PREFIXES, NULL);
	ASSERT(n > 0);
}

static void
on_family(void *ctx, struct bgp_conn *c, enum ip_family family)
{
	struct told *t = ctx;

	ASSERT(t->up && !t->ended && bgp_conn_agreed(c)->families[family]);
}

static const struct bgp_conn_ops ops = { .up = on_up,
	.end = on_end,
	.routes = on_routes,
	.end_of_rib = on_family,
	.refresh = on_family,
	.refresh_begin = on_family,
	.refresh_end = on_family };

/* The peer's OPEN and KEEPALIVE, as far as asked for. */
static void
bring_up(struct bgp_conn *c, uint8_t choice)
{
	struct bgp_open open = { .as = 65136,
		.hold_time_s = 90,
		.router_id = 2,
		.families = { true, (choice & 4) != 0 },
		.four_octet_as = (choice & 8) != 0,
		.extended_message = (choice & 64) != 0,
		.extended_nexthop = (choice & 16) != 0,
		.enhanced_refresh = (choice & 128) != 0,
		.add_path = { choice & 16 ? BGP_ADD_PATH_SEND : 0,
		    choice & 32 ? BGP_ADD_PATH_SEND : 0 },
		.refresh_type = BGP_MSG_REFRESH };
	uint8_t buf[256];
	struct wr w = wr_make(buf, sizeof(buf));

	if ((choice & 3) == 0)
		return;
	bgp_open_encode(&w, &open);
	if ((choice & 3) > 1)
		bgp_msg_keepalive(&w);
	bgp_conn_feed(c, buf, wr_len(&w), mono_us(0));
	ASSERT(bgp_conn_state(c) == ((choice & 3) > 1 ? BGP_ESTABLISHED : BGP_OPENCONFIRM));
}

/* What we send is always whole, well-formed messages. */
static void
check_output(struct bgp_conn *c)
{
	const uint8_t *bytes;
	struct bgp_error err;
	struct bgp_msg msg;
	size_t len;

	while ((bytes = bgp_conn_output(c, &len)) != NULL) {
		ASSERT(bgp_msg_peek(bytes, len, BGP_MSG_MAX, &msg, &err) == BGP_FRAME_MESSAGE);
		bgp_conn_sent(c, msg.len);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bgp_conn_config config = { .local_as = 65136,
		.remote_as = 65136,
		.router_id = 1,
		.hold_time_s = 90,
		.families = { true, true },
		.deliver = true };
	struct bgp_conn_stats stats = { .routes_announced = 0 };
	struct told told = { .up = false };
	struct mono now = mono_us(0);
	struct bgp_conn *c;

	if (size == 0)
		return 0;
	c = bgp_conn_new(&config, &ops, &told, &stats, 1);
	bgp_conn_start(c, now);
	bring_up(c, data[0]);
	for (size_t at = 1; at < size;) {
		size_t n = size_min(data[at], size - at - 1);
		uint8_t *piece;

		at++;
		if (n == 0) {
			now = mono_add_ms(now, 10000);
			bgp_conn_tick(c, now);
			continue;
		}
		piece = malloc(n);
		memcpy(piece, data + at, n);
		bgp_conn_feed(c, piece, n, now);
		free(piece);
		at += n;
		ASSERT(told.ended == (bgp_conn_state(c) == BGP_IDLE));
	}
	check_output(c);
	bgp_conn_free(c);
	return 0;
}
