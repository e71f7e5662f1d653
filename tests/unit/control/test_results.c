/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ports tell of what became of entries: a simulated ASIC with less room than configured, that
 * fails and loses entries, beside a table that changes. Whenever nothing is under way the ASIC
 * forwards as the table says, or to the default.
 */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "control/ceiling.h"
#include "control/events.h"
#include "control/refusals.h"
#include "control/select/verify.h"
#include "control/sim.h"
#include "lib/log.h"
#include "tests/support/edge.h"

#define PROBE_S 10

struct world {
	struct edge edge;
	struct sim *sim;
	struct events *events;
	struct sim_config asic;
	unsigned port;
	bool still; /* routes do not change: the ASIC is right at any moment */
};

static void
world_init(
    struct world *w, enum selector_kind selection, uint32_t capacity, const struct sim_config *asic)
{
	struct target_config tc = { .selection = selection,
		.capacity = { capacity, 0 },
		.headroom = 0.02,
		.probe_s = PROBE_S };

	memset(w, 0, sizeof(*w));
	w->events = tc.events = events_new();
	edge_init(&w->edge, &tc);
	w->asic = *asic;
	w->asic.name = "sim";
	w->asic.attrs = w->edge.attrs;
	w->sim = sim_new(&w->asic);
	w->port = sim_attach(w->sim, w->edge.target);
}

static void
world_fini(struct world *w)
{
	sim_free(w->sim);
	edge_fini(&w->edge);
	events_free(w->events);
}

/* nexthop 0: withdraw. */
static void
route(struct world *w, uint32_t address, uint8_t len, uint32_t nexthop)
{
	struct ip_prefix p = prefix_make(IP_V4, (uint64_t)address << 32, 0, len);

	edge_route(&w->edge, &p, nexthop);
}

static void
sample(struct world *w, uint32_t address, uint32_t bytes)
{
	edge_sample(&w->edge, ip_v4(address), bytes);
}

static size_t
held(const struct world *w)
{
	return installed_count(target_port_installed(w->edge.target, w->port, IP_V4));
}

/* The ASIC against the table, over all addresses. */
static void
verify(const struct world *w)
{
	const struct installed *table = sim_table(w->sim, IP_V4);
	struct fib_route *routes = calloc(installed_count(table) + 1, sizeof(*routes));
	struct ip_prefix at = { .family = IP_V4 };
	struct verify_result result;
	char text[IP_TEXT_MAX];
	size_t n = 0;

	for (const struct installed_entry *e = installed_next(table, &at, true); e != NULL;
	     e = installed_next(table, &at, false))
		routes[n++] =
		    (struct fib_route){ e->prefix, attrs_nexthop(w->edge.attrs, e->attrs) };
	if (!verify_rib(router_rib(w->edge.router), IP_V4, ATTRS_NONE, routes, n, false, &result))
		fail_msg("%s is sent to a wrong next hop", ip_format(&result.address, text));
	free(routes);
}

/* The target and the ASIC believe the same: prefix by prefix. */
static void
same(const struct world *w)
{
	const struct installed *table = sim_table(w->sim, IP_V4);
	const struct installed *believed = target_port_installed(w->edge.target, w->port, IP_V4);
	struct ip_prefix at = { .family = IP_V4 };

	assert_int_equal(installed_count(table), installed_count(believed));
	for (const struct installed_entry *e = installed_next(table, &at, true); e != NULL;
	     e = installed_next(table, &at, false)) {
		const struct installed_entry *b = installed_get(believed, &e->prefix);

		assert_non_null(b);
		assert_true(b->state >= INSTALLED_ACKNOWLEDGED);
		assert_int_equal(
		    attrs_nexthop(w->edge.attrs, e->attrs), attrs_nexthop(w->edge.attrs, b->attrs));
	}
}

/* What the daemon's loop does, until nothing is under way any more: slices of selecting, runs that
 * are wanted, reports. */
static void
settle(struct world *w)
{
	for (int i = 0; i < 1000; i++) {
		bool more = target_work(w->edge.target, w->edge.now);

		if (target_repair_wanted(w->edge.target))
			edge_run(&w->edge);
		if (!more && mono_is_never(sim_due(w->sim)))
			return;
		w->edge.now = mono_add_ms(w->edge.now, 1);
		sim_run(w->sim, w->edge.now);
		assert_true(installed_count(sim_table(w->sim, IP_V4)) <= w->asic.capacity[IP_V4]);
		if (w->still)
			verify(w);
	}
	fail_msg("not settled after 1000 ms");
}

/* The tick, and a look before the next one. */
static void
second(struct world *w)
{
	edge_second(&w->edge);
	sim_run(w->sim, w->edge.now);
	edge_run(&w->edge);
	settle(w);
	target_look(w->edge.target, w->edge.now);
	settle(w);
	if (router_phase(w->edge.router, IP_V4) != ROUTER_COLD)
		verify(w);
	assert_true(held(w) <= target_port_capacity(w->edge.target, w->port, IP_V4));
}

/* n /24s with traffic, the first with most. */
static void
plain_table(struct world *w, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		route(w, UINT32_C(0x0b000000) + (i << 8), 24, 1 + i % 3);
	edge_end_of_rib(&w->edge);
	for (uint32_t i = 0; i < n; i++)
		sample(w, UINT32_C(0x0b000000) + (i << 8), 10000 - i);
	for (int i = 0; i < 4; i++)
		second(w);
}

static bool
holds(const struct world *w, uint32_t address, uint8_t len)
{
	struct ip_prefix p = { .hi = (uint64_t)address << 32, .len = len, .family = IP_V4 };

	return installed_get(sim_table(w->sim, IP_V4), &p) != NULL;
}

/* There is less room than configured: what is worth least stays out, and slowly, more is tried. */
static void
test_full(void **state)
{
	const struct sim_config asic = { .capacity = { 100, 0 }, .latency_us = 2000 };
	struct world w;
	size_t ceiling;
	int i;

	(void)state;
	world_init(&w, SELECTOR_TOP, 200, &asic);
	plain_table(&w, 200);
	ceiling = target_port_ceiling(w.edge.target, w.port, IP_V4);
	assert_true(ceiling <= 100 && ceiling >= 95);
	assert_int_equal(held(&w), (size_t)((double)ceiling * 0.98));
	assert_true(holds(&w, 0x0b000000, 24));
	assert_false(holds(&w, 0x0b000000 + (199 << 8), 24));
	assert_string_equal(events_next(w.events, 0)->kind, "ceiling");

	/* Room comes back: found by probing. */
	w.asic.capacity[IP_V4] = 1000;
	sim_reconfigure(w.sim, &w.asic);
	for (i = 0; i < 4800 && ceiling != CEILING_NONE; i++) {
		for (uint32_t k = 0; k < 200; k++)
			sample(&w, UINT32_C(0x0b000000) + (k << 8), 10000 - k);
		second(&w);
		ceiling = target_port_ceiling(w.edge.target, w.port, IP_V4);
	}
	assert_int_equal(ceiling, CEILING_NONE);
	assert_true(i > 10 * PROBE_S);
	assert_int_equal(held(&w), 196);
	same(&w);
	world_fini(&w);
}

/* The hardware says it has room for less than is held: the least go. */
static void
test_room(void **state)
{
	const struct sim_config asic = { .capacity = { 1000, 0 } };
	struct world w;

	(void)state;
	world_init(&w, SELECTOR_TOP, 100, &asic);
	plain_table(&w, 100);
	assert_int_equal(held(&w), 98);
	target_port_room(w.edge.target, w.port, IP_V4, 50);
	assert_true(target_repair_wanted(w.edge.target));
	second(&w);
	assert_int_equal(held(&w), 49);
	assert_true(holds(&w, 0x0b000000 + (48 << 8), 24));
	assert_false(holds(&w, 0x0b000000 + (49 << 8), 24));
	world_fini(&w);
}

/* What was given is carried out, and nothing new is planned. */
static void
drain(struct world *w)
{
	while (!mono_is_never(sim_due(w->sim)))
		sim_run(w->sim, w->edge.now = mono_add_ms(w->edge.now, 1));
}

/* Below a heavy /16 one /24 goes elsewhere and cannot be held: then the /16 must not be either. */
static void
test_refused(void **state)
{
	const struct sim_config good = { .capacity = { 100, 0 } };
	struct sim_config bad = good;
	struct ip_prefix p = { .hi = UINT64_C(0x0c0001) << 40, .len = 24, .family = IP_V4 };
	const struct refusal *refusal;
	struct world w;

	(void)state;
	world_init(&w, SELECTOR_TOP, 100, &good);
	route(&w, 0x0c000000, 16, 1);
	plain_table(&w, 3);
	sample(&w, 0x0c000101, 9000);
	second(&w);
	assert_true(holds(&w, 0x0c000000, 16));

	bad.attrs = w.edge.attrs;
	bad.failure_rate = 1;
	sim_reconfigure(w.sim, &bad);
	route(&w, 0x0c000100, 24, 2);
	edge_run(&w.edge);
	drain(&w);
	verify(&w); /* without waiting for the next run */
	settle(&w);
	verify(&w);
	same(&w);
	assert_false(holds(&w, 0x0c000000, 16));
	assert_true(holds(&w, 0x0b000000, 24)); /* the others stay */
	refusal = target_refusal(w.edge.target, &p, w.edge.now);
	assert_non_null(refusal);
	assert_string_equal(refusal->why, "simulated failure");

	/* Tried again when its time is over, and taken. */
	bad.failure_rate = 0;
	sim_reconfigure(w.sim, &bad);
	for (int i = 0; i < REFUSAL_MIN_S + 2; i++) {
		sample(&w, 0x0c000101, 9000);
		sample(&w, 0x0c00ff01, 9000);
		second(&w);
	}
	assert_true(holds(&w, 0x0c000000, 16));
	assert_true(holds(&w, 0x0c000100, 24));
	assert_null(target_refusal(w.edge.target, &p, w.edge.now));
	world_fini(&w);
}

/* A change that fails leaves the old entry in the ASIC: it is withdrawn. */
static void
test_refused_change(void **state)
{
	const struct sim_config good = { .capacity = { 100, 0 } };
	struct sim_config bad = good;
	struct world w;

	(void)state;
	world_init(&w, SELECTOR_TOP, 100, &good);
	plain_table(&w, 3);
	bad.attrs = w.edge.attrs;
	bad.failure_rate = 1;
	sim_reconfigure(w.sim, &bad);
	assert_true(holds(&w, 0x0b000100, 24));
	route(&w, 0x0b000100, 24, 9);
	settle(&w);
	assert_false(holds(&w, 0x0b000100, 24));
	verify(&w);
	same(&w);
	world_fini(&w);
}

static void
test_lost(void **state)
{
	const struct sim_config asic = { .capacity = { 100, 0 }, .latency_us = 1000 };
	struct ip_prefix p = { .hi = UINT64_C(0x0b0001) << 40, .len = 24, .family = IP_V4 };
	struct world w;

	(void)state;
	world_init(&w, SELECTOR_TOP, 100, &asic);
	plain_table(&w, 3);
	sim_lose(w.sim, &p);
	assert_true(target_repair_wanted(w.edge.target));
	settle(&w);
	assert_true(holds(&w, 0x0b000100, 24));
	same(&w);
	world_fini(&w);
}

/* Held from an earlier life: what is still right is not sent again, what is not wanted goes. */
static void
test_adopt(void **state)
{
	const struct sim_config asic = { .capacity = { 100, 0 } };
	const struct installed_stats *stats;
	struct world w;

	(void)state;
	world_init(&w, SELECTOR_TOP, 100, &asic);
	for (uint32_t i = 0; i < 5; i++) {
		struct route_attrs attrs = { .nexthop.addr = ip_v4(UINT32_C(0x0a000001) + i % 3) };
		struct ip_prefix p = {
			.hi = (UINT64_C(0x0b000000) + (i << 8)) << 32, .len = 24, .family = IP_V4
		};

		attrs.has_med = true; /* a set that the table has not */
		attrs.med = 77;
		target_port_adopt(w.edge.target, w.port, &p, &attrs, w.edge.now);
		sim_hold(w.sim, &p, &attrs);
	}
	stats = installed_stats(target_port_installed(w.edge.target, w.port, IP_V4));
	assert_int_equal(stats->in[INSTALLED_STALE], 5);
	plain_table(&w, 3); /* the first three of them */
	assert_int_equal(stats->in[INSTALLED_STALE], 0);
	assert_int_equal(installed_stats(sim_table(w.sim, IP_V4))->changed, 0);
	assert_int_equal(installed_stats(sim_table(w.sim, IP_V4))->removed, 2);
	assert_int_equal(held(&w), 3);
	same(&w);
	world_fini(&w);
}

/* Random changes of everything. */
static void
test_random(void **state)
{
	struct rng rng = rng_make(test_seed("results"));

	(void)state;
	for (int round = 0; round < 6; round++) {
		const struct sim_config asic = { .capacity = { 20 + (uint32_t)rng_below(&rng, 60) },
			.latency_us = 1000 * (int64_t)rng_below(&rng, 4),
			.failure_rate = round % 2 == 0 ? 0 : 0.05,
			.seed = rng_u64(&rng) };
		struct world w;

		world_init(&w, round < 3 ? SELECTOR_TOP : SELECTOR_PRICED, 60, &asic);
		edge_end_of_rib(&w.edge);
		for (int step = 0; step < 400; step++) {
			for (uint64_t i = rng_below(&rng, 20); i > 0; i--) {
				uint8_t len = (uint8_t)(16 + 2 * rng_below(&rng, 6));
				uint32_t a =
				    UINT32_C(0x0b000000) + (uint32_t)rng_below(&rng, 1 << 18);

				a &= ~UINT32_C(0) << (32 - len);
				route(&w, a, len, (uint32_t)rng_below(&rng, 4));
				sample(&w,
				    UINT32_C(0x0b000000) + (uint32_t)rng_below(&rng, 1 << 18),
				    1 + (uint32_t)rng_below(&rng, 9000));
			}
			if (rng_below(&rng, 4) == 0 && held(&w) > 0) {
				struct ip_prefix p = { .family = IP_V4 };

				installed_next(sim_table(w.sim, IP_V4), &p, true);
				sim_lose(w.sim, &p);
			}
			if (rng_below(&rng, 3) == 0) {
				second(&w);
				same(&w);
			} else {
				sim_run(
				    w.sim, mono_add_ms(w.edge.now, (int64_t)rng_below(&rng, 3)));
			}
		}
		second(&w);
		same(&w);
		world_fini(&w);
	}
}

/* Traffic moves, the ASIC refuses one entry in five and is smaller than configured: no entry is
 * ever there without those inside it that it needs. */
static void
test_never_without(void **state)
{
	struct rng rng = rng_make(test_seed("never-without"));

	(void)state;
	for (int round = 0; round < 8; round++) {
		const struct sim_config asic = { .capacity = { 40 + (uint32_t)rng_below(&rng, 60) },
			.latency_us = 1000 * (int64_t)rng_below(&rng, 4),
			.failure_rate = 0.2,
			.seed = rng_u64(&rng) };
		struct world w;

		world_init(&w, round % 2 == 0 ? SELECTOR_TOP : SELECTOR_PRICED, 100, &asic);
		for (int i = 0; i < 600; i++) {
			uint8_t len = (uint8_t)(14 + rng_below(&rng, 11));
			uint32_t a = UINT32_C(0x0b000000) + (uint32_t)rng_below(&rng, 1 << 18);

			route(&w, a & (~UINT32_C(0) << (32 - len)), len,
			    1 + (uint32_t)rng_below(&rng, 3));
		}
		edge_end_of_rib(&w.edge);
		w.still = true;
		for (int step = 0; step < 60; step++) {
			for (int i = 0; i < 60; i++)
				sample(&w,
				    UINT32_C(0x0b000000) + (uint32_t)rng_below(&rng, 1 << 18),
				    1 + (uint32_t)rng_below(&rng, 9000));
			second(&w);
			same(&w);
		}
		assert_true(held(&w) > 0);
		world_fini(&w);
	}
}

static void
test_backoff(void **state)
{
	static struct refusals r;
	struct ip_prefix p = { .hi = UINT64_C(0x0b0001) << 40, .len = 24, .family = IP_V4 };
	struct ip_prefix out[REFUSALS_MAX];
	struct mono now = mono_us(0);

	(void)state;
	assert_true(refusals_add(&r, &p, "why", now));
	assert_int_equal(refusals_active(&r, IP_V4, now, out), 1);
	assert_int_equal(refusals_active(&r, IP_V6, now, out), 0);
	now = mono_add_ms(now, REFUSAL_MIN_S * 1000);
	assert_int_equal(refusals_active(&r, IP_V4, now, out), 0);
	assert_true(refusals_add(&r, &p, "again", now));
	assert_int_equal(refusals_find(&r, &p)->times, 2);
	now = mono_add_ms(now, REFUSAL_MIN_S * 1000);
	assert_int_equal(refusals_active(&r, IP_V4, now, out), 1); /* twice as long */
	for (int i = 0; i < 20; i++)
		assert_true(refusals_add(&r, &p, "again", now));
	now = mono_add_ms(now, REFUSAL_MAX_S * 1000);
	assert_int_equal(refusals_active(&r, IP_V4, now, out), 0);
	now = mono_add_ms(now, REFUSAL_MAX_S * 1000 + 1);
	assert_int_equal(refusals_active(&r, IP_V4, now, out), 0);
	assert_null(refusals_find(&r, &p)); /* nobody asked for it again */
	for (uint32_t i = 0; i < REFUSALS_MAX; i++) {
		p.hi = (uint64_t)i << 40;
		assert_true(refusals_add(&r, &p, "why", now));
	}
	p.hi = UINT64_MAX << 40;
	assert_false(refusals_add(&r, &p, "one too many", now));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_refused_change),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_adopt),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_never_without),
	};

	log_set_level(LOG_LEVEL_ERROR); /* events are many, and asked for */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
