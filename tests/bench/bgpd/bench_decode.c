/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it costs to take a table in: whole sessions fed from memory, from the framing to the sink,
 * with eight attributes an UPDATE. "one" is one prefix an UPDATE, as BIRD sends a table; "packed"
 * is a hundred.
 */
#include <stdlib.h>

#include "bgpd/conn.h"
#include "bgpd/msg.h"
#include "lib/clock_io.h"
#include "lib/mem.h"
#include "tests/support/figure.h"

#define TARGET_NS 150.0
#define ROUTES    500000u
#define SETS      40000u
#define TURN      65536u

struct taken {
	uint64_t routes, digest;
};

static void
on_routes(void *ctx, struct bgp_conn *c, const struct route_attrs *attrs, struct bgp_nlri nlri)
{
	struct taken *t = ctx;
	struct ip_prefix p;
	uint32_t id;

	(void)c;
	while (bgp_nlri_next(&nlri, &p, &id)) {
		t->routes++;
		t->digest += p.hi ^ attrs->as_path.len;
	}
}

/* Eight attributes like those of a reflected transit route. */
static struct route_attrs
attrs_of(uint32_t set, enum ip_family family, uint8_t path[22], uint8_t lists[16])
{
	struct wr w = wr_make(path, 22), l = wr_make(lists, 16);

	wr_u8(&w, ROUTE_AS_SEQUENCE);
	wr_u8(&w, 5);
	for (uint32_t i = 0; i < 5; i++)
		wr_u32(&w, 3356 + set % 251 + i * 1000 + set / 251);
	for (uint32_t i = 0; i < 4; i++)
		wr_u32(&l, 65000u << 16 | (set + i) % 1000);
	return (struct route_attrs){
		.nexthop.addr = family == IP_V4 ? ip_v4(UINT32_C(0x0a000001) + set % 64)
						: (struct ip_addr){ UINT64_C(0x20010db8) << 32,
						      set % 64 + 1, IP_V6 },
		.has_med = true,
		.med = set % 100,
		.has_local_pref = true,
		.local_pref = 100,
		.has_originator_id = true,
		.originator_id = set % 16 + 1,
		.as_path = { path, 22 },
		.communities = { lists, 16 },
		.cluster_list = { lists, 4 }
	};
}

static size_t
build(enum ip_family family, unsigned per_update, uint8_t *out, size_t size)
{
	struct bgp_encode how = { .four_octet_as = true, .reflect = true };
	struct wr w = wr_make(out, size);
	struct ip_prefix batch[100];
	uint8_t path[22], lists[16];

	for (uint32_t i = 0; i < ROUTES; i += per_update) {
		struct route_attrs a = attrs_of((uint32_t)(rng_mix(i) % SETS), family, path, lists);

		for (unsigned k = 0; k < per_update; k++)
			batch[k] = prefix_make(family, (uint64_t)(i + k) << 40 | UINT64_C(1) << 61,
			    0, family == IP_V4 ? 24 : 48);
		ASSERT(bgp_update_announce(&w, &how, &a, batch, per_update) == per_update);
	}
	ASSERT(wr_ok(&w));
	return wr_len(&w);
}

static double
feed(const uint8_t *stream, size_t len, uint64_t *updates)
{
	static const struct bgp_conn_ops ops = { .routes = on_routes };
	struct bgp_conn_config config = { .local_as = 65136,
		.remote_as = 65136,
		.router_id = 77777,
		.hold_time_s = 90,
		.families = { true, true },
		.deliver = true };
	struct bgp_conn_stats stats = { .routes_announced = 0 };
	struct taken taken = { .routes = 0 };
	struct bgp_conn *c = bgp_conn_new(&config, &ops, &taken, &stats, 1);
	struct bgp_open open = { .as = 65136,
		.hold_time_s = 90,
		.router_id = 2,
		.families = { true, true },
		.four_octet_as = true };
	uint8_t hello[256];
	struct wr w = wr_make(hello, sizeof(hello));
	double begin;

	bgp_open_encode(&w, &open);
	bgp_msg_keepalive(&w);
	bgp_conn_start(c, mono_us(0));
	bgp_conn_feed(c, hello, wr_len(&w), mono_us(0));
	ASSERT(bgp_conn_state(c) == BGP_ESTABLISHED);
	begin = clock_cpu_s();
	for (size_t at = 0; at < len; at += TURN)
		bgp_conn_feed(c, stream + at, size_min(TURN, len - at), mono_us(1));
	begin = clock_cpu_s() - begin;
	ASSERT(taken.routes == ROUTES && taken.digest != 0);
	*updates = stats.received.updates;
	bgp_conn_free(c);
	return begin;
}

static void
bench(const char *id, enum ip_family family, unsigned per_update, double target)
{
	size_t size = (size_t)ROUTES * 200;
	uint8_t *stream = mem_alloc(MEM_MISC, size);
	size_t len = build(family, per_update, stream, size);
	double best = 1e9;
	uint64_t updates;

	for (unsigned i = 0; i < 5; i++) {
		double s = feed(stream, len, &updates);

		best = s < best ? s : best;
	}
	best = best * 1e9 / (double)updates;
	figure_print(&(struct figure){ .id = id,
	    .value = best,
	    .unit = "ns_per_update",
	    .goal = FIGURE_AT_MOST,
	    .target = target });
	mem_free(MEM_MISC, stream);
}

int
main(void)
{
	bench("P1.decode.v4.one", IP_V4, 1, TARGET_NS);
	bench("P1.decode.v6.one", IP_V6, 1, TARGET_NS);
	bench("P1.decode.v4.packed", IP_V4, 100, -1);
	bench("P1.decode.v6.packed", IP_V6, 100, -1);
	return 0;
}
