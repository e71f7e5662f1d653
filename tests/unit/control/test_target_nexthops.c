/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A port that knows which next hops it can send to: paths over others lose, and an operator is told
 * once, however many they are.
 */
#include "tests/support/support.h"

#include <string.h>

#include "control/events.h"
#include "control/target.h"
#include "lib/log.h"

#define HOPS 4000

struct world {
	struct attrs_table *attrs;
	struct router *router;
	struct target *target;
	struct events *events;
	unsigned source;
	struct mono now;
	uint32_t lost; /* next hops from the first one that cannot be used */
};

static void
changed(void *ctx, const struct ip_prefix *p, const struct rib_result *result)
{
	struct world *w = ctx;

	target_route_changed(w->target, p, result);
}

static const char *
unusable(void *ctx, const struct route_nexthop *hop)
{
	const struct world *w = ctx;

	return ip_to_v4(hop->addr.hi) - UINT32_C(0x0a000000) < w->lost ? "no route to it" : NULL;
}

static bool
ready(void *ctx, enum ip_family family)
{
	(void)ctx;
	(void)family;
	return true;
}

static void
announce(void *ctx, const struct ip_prefix *p, const struct route_attrs *attrs, uint32_t key)
{
	(void)p;
	(void)key;
	assert_null(unusable(ctx, &attrs->nexthop));
}

static void
withdraw(void *ctx, const struct ip_prefix *p)
{
	(void)ctx;
	(void)p;
}

static void
complete(void *ctx, enum ip_family family)
{
	(void)ctx;
	(void)family;
}

static void
flush(void *ctx)
{
	(void)ctx;
}

/* A table of as many next hops as routes. */
static void
learn(struct world *w)
{
	for (uint32_t i = 0; i < HOPS; i++) {
		struct route_attrs attrs = { .nexthop.addr = ip_v4(UINT32_C(0x0a000000) + i) };
		uint8_t bytes[4] = { 24, 20, (uint8_t)(i >> 8), (uint8_t)i };

		router_routes(w->router, w->source, &attrs,
		    (struct bgp_nlri){ .pos = bytes, .end = bytes + 4, .family = IP_V4 });
	}
	router_end_of_rib(w->router, w->source, IP_V4, w->now);
}

static void
world_init(struct world *w)
{
	static const bool v4_only[IP_FAMILIES] = { [IP_V4] = true };
	struct router_config rc = {
		.name = "edge", .t_s = 10, .stale_time_s = 60, .changed = changed, .ctx = w
	};
	struct target_config tc = { .selection = SELECTOR_TOP, .capacity = { HOPS, 0 } };
	struct rib_source info = { .router_id = 1 };
	const struct push push = { .ctx = w,
		.name = "kernel",
		.unusable = unusable,
		.ready = ready,
		.announce = announce,
		.withdraw = withdraw,
		.complete = complete,
		.flush = flush };

	*w = (struct world){ .now = mono_us(1000000), .events = events_new() };
	tc.events = w->events;
	w->attrs = rc.attrs = tc.attrs = attrs_table_new(1);
	w->router = tc.router = router_new(&rc, w->now);
	w->source = router_add_source(w->router, "reflector");
	w->target = target_new(&tc);
	target_add_port(w->target, &push);
	target_port_up(w->target, 0, v4_only);
	router_source_up(w->router, w->source, &info, v4_only, w->now);
	learn(w);
}

static void
world_fini(struct world *w)
{
	target_free(w->target);
	router_free(w->router);
	attrs_table_free(w->attrs);
	events_free(w->events);
}

/* So many next hops cannot be used from now on: the text of the one event that this is, if any. */
static const char *
lose(struct world *w, uint32_t lost)
{
	uint64_t before = events_newest(w->events);

	w->lost = lost;
	target_port_nexthops_changed(w->target, 0);
	w->now = mono_add_ms(w->now, 1000);
	router_tick(w->router, w->now);
	target_run(w->target, w->now);
	assert_true(events_newest(w->events) <= before + 1);
	return events_newest(w->events) > before ? events_next(w->events, before)->text : "";
}

static void
test_told_once(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	assert_string_equal(lose(&w, HOPS),
	    "target kernel: 4000 next hops cannot be used, among them: 10.0.0.0 is unresolved: no "
	    "route to it");
	assert_string_equal(lose(&w, HOPS), "");
	assert_string_equal(lose(&w, 1), "3999 next hops can be used again, among them 10.0.0.1");
	assert_string_equal(lose(&w, 0), "next hop 10.0.0.0 can be used again");
	assert_string_equal(
	    lose(&w, 1), "target kernel: next hop 10.0.0.0 is unresolved: no route to it");
	world_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_told_once) };

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
