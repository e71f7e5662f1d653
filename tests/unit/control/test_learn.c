/* SPDX-License-Identifier: Apache-2.0 */
/* A BGP session into a router's table, in memory: what it costs to be told the same again. */
#include "tests/support/support.h"

#include <string.h>

#include "bgpd/conn.h"
#include "control/router.h"
#include "lib/mem.h"

#define ROUTES 2000

static const struct mono start = { 1000000 };
static struct bgp_scratch scratch;

struct world {
	struct attrs_table *attrs;
	struct router *router;
	unsigned source;
	struct bgp_conn *ours, *theirs;
	struct bgp_conn_stats our_stats, their_stats;
};

static void
changed(void *ctx, const struct ip_prefix *p, const struct rib_result *result)
{
	(void)ctx;
	(void)p;
	(void)result;
}

static void
take_routes(void *ctx, struct bgp_conn *c, const struct route_attrs *attrs, struct bgp_nlri nlri)
{
	struct world *w = ctx;

	(void)c;
	router_routes(w->router, w->source, attrs, nlri);
}

static bool
carry(struct bgp_conn *from, struct bgp_conn *to)
{
	size_t len;
	const uint8_t *bytes = bgp_conn_output(from, &len);

	if (bytes == NULL)
		return false;
	bgp_conn_feed(to, bytes, len, start);
	bgp_conn_sent(from, len);
	return true;
}

static void
pump(struct world *w)
{
	while (carry(w->theirs, w->ours) || carry(w->ours, w->theirs))
		;
}

/* The bytes that announce routes of both families in some attribute sets, one an UPDATE. */
static const uint8_t *
compose(struct world *w, size_t *len)
{
	for (uint32_t i = 0; i < ROUTES; i++) {
		uint8_t path[] = { 2, i % 10 == 0 ? 2 : 1, 0, 0, 0xfd, 0xe9, 0, 1,
			(uint8_t)(i >> 8), (uint8_t)i };
		enum ip_family family = i % 3 == 0 ? IP_V6 : IP_V4;
		struct ip_prefix p = prefix_make(family, (uint64_t)(i + 1) << 40, 0, 24);
		struct route_attrs a = { .as_path = { path, i % 10 == 0 ? 10 : 6 },
			.communities = { path + 2, i % 7 == 0 ? 4 : 0 },
			.has_med = true,
			.med = i % 100,
			.nexthop.addr = { UINT64_C(0x20010db8) << 32, 1 + i % 5, IP_V6 } };

		if (family == IP_V4)
			a.nexthop.addr = ip_v4(0x0a000001 + i % 5);
		bgp_conn_announce(w->theirs, &p, &a, i);
	}
	bgp_conn_flush(w->theirs);
	return bgp_conn_output(w->theirs, len);
}

static void
world_init(struct world *w)
{
	static const struct bgp_conn_ops ours = { .routes = take_routes }, theirs = { .up = NULL };
	struct bgp_conn_config config = { .local_as = 65136,
		.remote_as = 65136,
		.router_id = 1,
		.hold_time_s = 90,
		.families = { true, true },
		.scratch = &scratch };
	struct router_config table = {
		.name = "edge", .t_s = 1, .stale_time_s = 60, .changed = changed
	};
	struct rib_source info = { .router_id = 2 };

	memset(w, 0, sizeof(*w));
	w->attrs = table.attrs = attrs_table_new(1);
	w->router = router_new(&table, start);
	w->source = router_add_source(w->router, "reflector");
	w->theirs = bgp_conn_new(&config, &theirs, w, &w->their_stats, 1);
	config.router_id = 2;
	config.deliver = config.announces_nothing = true;
	w->ours = bgp_conn_new(&config, &ours, w, &w->our_stats, 1);
	router_source_up(w->router, w->source, &info, config.families, start);
	bgp_conn_start(w->ours, start);
	bgp_conn_start(w->theirs, start);
	pump(w);
	assert_int_equal(bgp_conn_state(w->ours), BGP_ESTABLISHED);
}

static void
world_fini(struct world *w)
{
	bgp_conn_free(w->ours);
	bgp_conn_free(w->theirs);
	router_free(w->router);
	attrs_table_free(w->attrs);
}

/* Peers repeat themselves (OpenBGPD sends nearly every route twice): nothing is allocated, and
 * nothing held grows. */
static void
test_repeated(void **state)
{
	struct router_source_status before, after;
	size_t used[MEM_TAGS];
	const uint8_t *bytes;
	struct world w;
	uint64_t calls;
	size_t len;

	(void)state;
	world_init(&w);
	bytes = compose(&w, &len);
	bgp_conn_feed(w.ours, bytes, len, start);
	router_source_status(w.router, w.source, IP_V4, &before);
	assert_int_equal(before.paths, ROUTES - (ROUTES + 2) / 3);
	for (int tag = 0; tag < MEM_TAGS; tag++)
		used[tag] = mem_used((enum mem_tag)tag);
	calls = mem_calls();
	bgp_conn_feed(w.ours, bytes, len, start);
	assert_int_equal(mem_calls(), calls);
	for (int tag = 0; tag < MEM_TAGS; tag++)
		assert_int_equal(mem_used((enum mem_tag)tag), used[tag]);
	router_source_status(w.router, w.source, IP_V4, &after);
	assert_int_equal(after.paths, before.paths);
	assert_int_equal(after.added, before.added);
	assert_int_equal(w.our_stats.routes_announced, 2 * ROUTES);
	world_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
