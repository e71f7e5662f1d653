/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A port that knows which next hops it can send to: paths over others lose, and an operator is told
 * once, however many they are.
 */
#include "tests/support/support.h"

#include "control/events.h"
#include "lib/log.h"
#include "tests/support/edge.h"

#define HOPS 4000

struct world {
	struct edge edge;
	struct events *events;
	uint32_t lost; /* next hops from the first one that cannot be used */
};

static const char *
unusable(void *ctx, const struct route_nexthop *hop)
{
	const struct world *w = ctx;

	return ip_to_v4(hop->addr.hi) - UINT32_C(0x0a000000) < w->lost ? "no route to it" : NULL;
}

static void
announce(void *ctx, const struct ip_prefix *p, const struct route_attrs *attrs, uint32_t key)
{
	(void)p;
	(void)key;
	assert_null(unusable(ctx, &attrs->nexthop));
}

/* A table of as many next hops as routes. */
static void
learn(struct world *w)
{
	for (uint32_t i = 0; i < HOPS; i++) {
		struct route_attrs attrs = { .nexthop.addr = ip_v4(UINT32_C(0x0a000000) + i) };
		struct ip_prefix p =
		    prefix_make(IP_V4, (UINT64_C(0x14000000) + (i << 8)) << 32, 0, 24);

		router_tell(w->edge.router, w->edge.source, &p, &attrs);
	}
	edge_end_of_rib(&w->edge);
}

static void
world_init(struct world *w)
{
	struct push push = push_nowhere("kernel", w);
	struct target_config tc = { .selection = SELECTOR_TOP, .capacity = { HOPS, 0 } };

	*w = (struct world){ .events = events_new() };
	tc.events = w->events;
	edge_init(&w->edge, &tc);
	push.unusable = unusable;
	push.announce = announce;
	(void)edge_add_port(&w->edge, &push);
	learn(w);
}

static void
world_fini(struct world *w)
{
	edge_fini(&w->edge);
	events_free(w->events);
}

/* So many next hops cannot be used from now on: the text of the one event that this is, if any. */
static const char *
lose(struct world *w, uint32_t lost)
{
	uint64_t before = events_newest(w->events);

	w->lost = lost;
	target_port_nexthops_changed(w->edge.target, 0);
	edge_second(&w->edge);
	edge_run(&w->edge);
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
	assert_string_equal(target_all_unusable(w.edge.target),
	    "none of 4000 next hops can be used: next hop 10.0.0.0 is unresolved: no route to it");
	assert_string_equal(lose(&w, 1), "3999 next hops can be used again, among them 10.0.0.1");
	assert_null(target_all_unusable(w.edge.target));
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
