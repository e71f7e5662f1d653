/* SPDX-License-Identifier: Apache-2.0 */
/* A router that feeds back what is pushed to it, and one that is only busy. */
#include "tests/support/support.h"

#include <string.h>

#include "control/feedback.h"

#define OWN_ID 0x00000002 /* 0.0.0.2, of our push session */

struct world {
	struct mono now, announced; /* when what is pushed was announced */
	struct attrs_table *attrs;
	struct router *router;
	struct feedback *feedback;
	unsigned source;
};

static const bool v4_only[IP_FAMILIES] = { true, false };

static void
changed(void *ctx, const struct ip_prefix *p, const struct rib_result *result)
{
	struct world *w = ctx;

	if (result->change == RIB_REMOVED)
		feedback_removed(w->feedback, p, w->announced, w->now);
	else if (result->change == RIB_ADDED)
		feedback_added(w->feedback, p, w->now);
}

static void
own_path(void *ctx, const struct ip_prefix *p)
{
	struct world *w = ctx;

	feedback_own_path(w->feedback, p, w->now);
}

static void
world_init(struct world *w)
{
	struct router_config config = { .name = "edge",
		.t_s = 1,
		.stale_time_s = 60,
		.changed = changed,
		.own_path = own_path,
		.ctx = w };
	struct rib_source info = { .router_id = 1 };

	memset(w, 0, sizeof(*w));
	w->now = mono_us(1000000);
	w->announced = MONO_NEVER;
	w->attrs = config.attrs = attrs_table_new(1);
	w->router = router_new(&config, w->now);
	router_own_id(w->router, OWN_ID);
	w->feedback = feedback_new(w->router);
	feedback_reset(w->feedback, w->now);
	w->source = router_add_source(w->router, "reflector");
	router_source_up(w->router, w->source, &info, v4_only, w->now);
}

static void
world_fini(struct world *w)
{
	feedback_free(w->feedback);
	router_free(w->router);
	attrs_table_free(w->attrs);
}

static void
wait_ms(struct world *w, int ms)
{
	w->now = mono_add_ms(w->now, ms);
}

static struct ip_prefix
prefix(unsigned i)
{
	return prefix_make(IP_V4, (UINT64_C(10) << 24 | (uint64_t)i << 8) << 32, 0, 24);
}

static void
say(struct world *w, unsigned first, unsigned n, const struct route_attrs *attrs, bool add_path)
{
	for (unsigned i = first; i < first + n; i++) {
		uint8_t bytes[8] = { 0, 0, 0, attrs != NULL && attrs->has_originator_id ? 2 : 1, 24,
			10, (uint8_t)(i >> 8), (uint8_t)i };

		router_routes(w->router, w->source, attrs,
		    (struct bgp_nlri){ .pos = bytes + (add_path ? 0 : 4),
			.end = bytes + 8,
			.family = IP_V4,
			.add_path = add_path });
	}
}

static const struct route_attrs real = { .nexthop.addr = { UINT64_C(0x0a000001) << 32, 0, IP_V4 } };
static const struct route_attrs ours = { .nexthop.addr = { UINT64_C(0x0a000001) << 32, 0, IP_V4 },
	.has_originator_id = true,
	.originator_id = OWN_ID };

static struct feedback_status
status(struct world *w)
{
	struct feedback_status s;

	feedback_status(w->feedback, &s);
	return s;
}

static bool
withheld(struct world *w, unsigned i)
{
	struct ip_prefix p = prefix(i);
	uint32_t id = rib_lookup(router_rib(w->router), &p);

	return id != RIB_NONE && rib_is_withheld(router_rib(w->router), IP_V4, id);
}

/* n announcements by us, each answered by a withdrawal, which we follow; then the routes return. */
static void
round_trip(struct world *w, unsigned first, unsigned n, int answer_ms, int return_ms)
{
	w->announced = w->now;
	wait_ms(w, answer_ms);
	say(w, first, n, NULL, false);
	wait_ms(w, return_ms);
	w->announced = MONO_NEVER;
	say(w, first, n, &real, false);
}

static void
test_hold_down(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	say(&w, 0, 10, &real, false);
	feedback_announced(w.feedback, 10);
	round_trip(&w, 0, 2, 500, 1000);
	assert_int_equal(status(&w).cycles, 2);
	assert_int_equal(status(&w).held, 2);
	assert_false(status(&w).alarm);
	assert_string_equal(feedback_text(w.feedback), "");
	assert_true(withheld(&w, 0) && withheld(&w, 1));
	assert_false(withheld(&w, 2));

	/* Held down also when it leaves and returns meanwhile; and then let go. */
	say(&w, 0, 1, NULL, false);
	say(&w, 0, 1, &real, false);
	assert_true(withheld(&w, 0));
	wait_ms(&w, (int)(FEEDBACK_HOLD_S * 1000) - 1);
	feedback_tick(w.feedback, w.now);
	assert_true(withheld(&w, 0));
	wait_ms(&w, 1);
	feedback_tick(w.feedback, w.now);
	assert_false(withheld(&w, 0) || withheld(&w, 1));
	assert_int_equal(status(&w).held, 0);

	/* Too late to have to do with what we did. */
	round_trip(&w, 0, 10, 2001, 1000);
	assert_int_equal(status(&w).cycles, 2);
	round_trip(&w, 0, 10, 500, 5001);
	assert_int_equal(status(&w).cycles, 2);
	assert_false(withheld(&w, 0));
	world_fini(&w);
}

static void
test_alarm(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	say(&w, 0, 100, &real, false);

	/* A busy hour: many announcements, some of them just before the route flaps. */
	feedback_announced(w.feedback, 1000);
	round_trip(&w, 0, 40, 100, 100);
	assert_int_equal(status(&w).cycles, 40);
	assert_false(status(&w).alarm);

	feedback_reset(w.feedback, w.now);
	wait_ms(&w, 61000);
	feedback_tick(w.feedback, w.now);
	feedback_announced(w.feedback, 1008);
	round_trip(&w, 50, 3, 100, 100);
	assert_false(status(&w).alarm);
	round_trip(&w, 60, 2, 100, 100);
	assert_true(status(&w).alarm);
	assert_false(status(&w).own_path);
	assert_non_null(strstr(feedback_text(w.feedback), "withdrew 10.0.60.0/24"));
	assert_non_null(strstr(feedback_text(w.feedback), "ADD-PATH"));

	/* It stays until a session is set up anew; then everything counts from the beginning. */
	wait_ms(&w, 3600000);
	feedback_tick(w.feedback, w.now);
	assert_true(status(&w).alarm);
	assert_int_equal(status(&w).held, 0);
	feedback_reset(w.feedback, w.now);
	assert_false(status(&w).alarm);
	feedback_announced(w.feedback, 1011);
	round_trip(&w, 70, 3, 100, 100);
	assert_false(status(&w).alarm);
	world_fini(&w);
}

/* Our own path in place of the real one. */
static void
test_own_path(void **state)
{
	struct router_source_status s;
	struct world w;

	(void)state;
	world_init(&w);
	say(&w, 0, 100, &real, false);
	feedback_announced(w.feedback, 100);
	w.announced = w.now;
	wait_ms(&w, 100);
	say(&w, 0, 3, &ours, false);
	router_source_status(w.router, w.source, IP_V4, &s);
	assert_int_equal(s.own, 3);
	assert_int_equal(s.paths, 97);
	assert_false(status(&w).alarm);
	say(&w, 3, 1, &ours, false);
	assert_true(status(&w).alarm);
	assert_true(status(&w).own_path);
	assert_non_null(strstr(feedback_text(w.feedback), "came back for 10.0.3.0/24"));
	world_fini(&w);
}

/* With ADD-PATH both are there: ours is ignored, and counted. */
static void
test_add_path(void **state)
{
	struct router_source_status s;
	struct world w;

	(void)state;
	world_init(&w);
	say(&w, 0, 100, &real, true);
	feedback_announced(w.feedback, 100);
	w.announced = w.now;
	wait_ms(&w, 100);
	say(&w, 0, 100, &ours, true);
	say(&w, 0, 50, &ours, true);
	router_source_status(w.router, w.source, IP_V4, &s);
	assert_int_equal(s.own, 150);
	assert_int_equal(s.paths, 100);
	assert_int_equal(rib_count(router_rib(w.router), IP_V4), 100);
	assert_false(status(&w).alarm || withheld(&w, 0));
	assert_int_equal(status(&w).cycles, 0);

	/* A path that becomes ours is gone as a real one. */
	w.announced = MONO_NEVER;
	say(&w, 0, 1, NULL, true);
	assert_int_equal(rib_count(router_rib(w.router), IP_V4), 99);
	world_fini(&w);
}

/* More prefixes than are looked after. */
static void
test_limit(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	say(&w, 0, FEEDBACK_MAX + 100, &real, false);
	feedback_announced(w.feedback, 10 * FEEDBACK_MAX);
	round_trip(&w, 0, FEEDBACK_MAX + 100, 100, 100);
	assert_int_equal(status(&w).held, FEEDBACK_MAX);
	assert_false(withheld(&w, FEEDBACK_MAX + 1));
	wait_ms(&w, 61000);
	feedback_tick(w.feedback, w.now);
	assert_int_equal(status(&w).held, 0);
	round_trip(&w, 0, 10, 100, 100);
	assert_int_equal(status(&w).held, 10);
	world_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hold_down),
		cmocka_unit_test(test_alarm),
		cmocka_unit_test(test_own_path),
		cmocka_unit_test(test_add_path),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
