/* SPDX-License-Identifier: Apache-2.0 */
/* Demand, the slow average that selection weighs: against the plain sums over all samples, while
 * its time constant changes; its error; and that no scan costs a busy prefix its place. */
#include "tests/support/support.h"

#include <math.h>

#include "control/select/selector.h"
#include "control/traffic.h"
#include "lib/mem.h"
#include "tests/support/hops.h"

static void
add(struct traffic *t, uint32_t id, uint64_t bytes, struct mono now)
{
	traffic_add(t, id, TRAFFIC_TO, bytes, traffic_scale(t, now), now);
}

static void
assert_near(double a, double b, double tolerance)
{
	if (!(fabs(a - b) <= tolerance * (fabs(a) + fabs(b)) + 1e-9))
		fail_msg("%g is not %g", a, b);
}

#define IDS 50

/* The averages as a running sum, decayed at every step: what inflated units save. */
struct plain {
	double weight[IDS], square[IDS], total, samples, missing;
};

static void
plain_decay(struct plain *p, double factor)
{
	for (unsigned i = 0; i < IDS; i++) {
		p->weight[i] *= factor;
		p->square[i] *= factor * factor;
	}
	p->total *= factor;
	p->samples *= factor;
	p->missing *= factor;
}

static void
plain_compare(const struct plain *p, const struct traffic *t, struct mono now)
{
	double filled = traffic_demand_filled(t, now);
	struct traffic_estimate e;

	assert_near(filled, 1 - p->missing, 1e-6);
	assert_near(traffic_demand_total(t, now), p->total, 1e-6);
	assert_near(traffic_samples_per_s(t, now) * filled, p->samples, 1e-6);
	for (uint32_t i = 0; i < IDS; i++) {
		traffic_estimate(t, i, now, &e);
		assert_near(e.rate_bps * filled, p->weight[i], 1e-6);
		if (p->square[i] > 0)
			assert_near(e.samples, p->weight[i] * p->weight[i] / p->square[i], 1e-6);
		else
			assert_true(e.samples == 0 && e.error == 0);
	}
}

static void
test_changing_tau(void **state)
{
	struct rng r = rng_make(test_seed("demand"));
	struct plain p = { .missing = 1 };
	struct mono now = mono_us(77);
	struct traffic *t = traffic_new(1, now);
	double tau = TRAFFIC_TAU_S;

	(void)state;
	for (int step = 0; step < 20000; step++) {
		int64_t ms = (int64_t)rng_below(&r, 2000);
		uint32_t id = (uint32_t)rng_below(&r, IDS);
		double bytes = (double)rng_below(&r, 100000);

		now = mono_add_ms(now, ms);
		plain_decay(&p, exp(-(double)ms / 1000 / tau));
		if (rng_below(&r, 100) == 0) {
			tau = 2 + (double)rng_below(&r, 100);
			traffic_set_tau(t, tau, now);
		}
		add(t, id, (uint64_t)bytes, now);
		p.weight[id] += bytes / tau;
		p.square[id] += bytes / tau * bytes / tau;
		p.total += bytes / tau;
		p.samples += 1 / tau;
		if (step % 100 == 99 && step > 200)
			plain_compare(&p, t, now);
	}
	traffic_free(t);
	assert_int_equal(mem_used(MEM_TRAFFIC), 0);
}

/* Samples at random: of many trials the stated interval holds the true rate in about 95 of 100. */
static void
test_error_is_honest(void **state)
{
	struct rng r = rng_make(test_seed("error"));
	unsigned inside = 0, trials = 0;

	(void)state;
	for (int trial = 0; trial < 400; trial++) {
		struct mono now = mono_us(0);
		struct traffic *t = traffic_new(10, now);
		double sum = 0, n = 0, rate;
		struct traffic_estimate e;

		for (int ms = 0; ms < 600000; ms += 100) { /* one in 20 steps: 0.5 a second */
			uint64_t bytes = rng_below(&r, 2) == 0 ? 64 : 1500;

			now = mono_add_ms(now, 100);
			if (rng_below(&r, 20) == 0)
				add(t, 1, bytes, now);
			sum += (double)bytes / 20;
			n += 0.1;
		}
		rate = sum / n;
		traffic_estimate(t, 1, now, &e);
		trials++;
		inside += fabs(e.rate_bps - rate) <= e.error * e.rate_bps;
		traffic_free(t);
	}
	if (inside < trials * 90 / 100 || inside == trials)
		fail_msg("%u of %u within the error", inside, trials);
}

static void
test_almost_nothing_known(void **state)
{
	struct mono now = mono_us(0);
	struct traffic *t = traffic_new(10, now);
	struct traffic_estimate e;

	(void)state;
	assert_true(traffic_samples_per_s(t, now) == 0 && traffic_bytes_per_sample(t) == 0);
	traffic_estimate(t, 3, now, &e);
	assert_true(e.rate_bps == 0 && e.samples == 0 && e.error == 0);
	add(t, 3, 6000, now);
	traffic_estimate(t, 3, now, &e);
	assert_near(e.rate_bps, 6000, 1e-9); /* as if it was one second's */
	assert_near(e.samples, 1, 1e-9);
	assert_near(e.error, 1.96, 1e-9);
	assert_near(traffic_bytes_per_sample(t), 6000, 1e-9);
	traffic_free(t);
}

/* A record lives as long as the longer average remembers it. */
static void
test_expiry(void **state)
{
	struct mono now = mono_us(0);
	struct traffic *t = traffic_new(1, now);

	(void)state;
	add(t, 1, 1000, now);
	now = mono_add_ms(now, (int64_t)(TRAFFIC_IDLE_TAU * TRAFFIC_TAU_S * 1000) - 1);
	traffic_expire(t, 10, now);
	assert_int_equal(traffic_count(t), 1);
	assert_true(traffic_idle(t, 0, TRAFFIC_TO, now));
	now = mono_add_ms(now, 2);
	traffic_expire(t, 10, now);
	assert_int_equal(traffic_count(t), 0);
	traffic_free(t);
}

/* --- a scan ------------------------------------------------------------------------------- */

#define TABLE 100000 /* routes: /24s */
#define BUSY  500
#define SLOTS 550
#define LIMIT 4096 /* records */
#define SCAN  1000000

struct scan {
	struct attrs_table *attrs;
	struct rib *rib;
	struct traffic *traffic;
	struct installed *held;
	struct selector *selector;
	struct mono now;
	uint32_t ids[TABLE];
};

static struct ip_prefix
route(uint32_t i)
{
	return prefix_make(IP_V4, (uint64_t)(0x14000000 + i * 256) << 32, 0, 24);
}

static void
scan_init(struct scan *s)
{
	uint32_t hops[8];

	s->now = mono_us(0);
	s->attrs = attrs_table_new(1);
	s->rib = rib_new(s->attrs);
	s->traffic = traffic_new(10, s->now);
	s->held = installed_new(IP_V4, s->attrs);
	s->selector = selector_new(SELECTOR_PRICED);
	traffic_set_limit(s->traffic, LIMIT);
	for (uint32_t h = 0; h < ARRAY_LEN(hops); h++)
		hops[h] = hop_attrs(s->attrs, 1 + h);
	for (uint32_t i = 0; i < TABLE; i++) {
		struct ip_prefix p = route(i);

		rib_announce(s->rib, &p, 0, 0, hops[i * 7 % ARRAY_LEN(hops)]);
		s->ids[i] = rib_lookup(s->rib, &p);
	}
	for (uint32_t h = 0; h < ARRAY_LEN(hops); h++)
		attrs_unref(s->attrs, hops[h]);
}

static void
scan_fini(struct scan *s)
{
	selector_free(s->selector);
	installed_free(s->held);
	traffic_free(s->traffic);
	rib_free(s->rib);
	attrs_table_free(s->attrs);
}

/* Select, and hold just that. Gives how many of the busy routes are in it. */
static size_t
scan_select(struct scan *s)
{
	struct select_input in = { .rib = s->rib,
		.traffic = s->traffic,
		.family = IP_V4,
		.now = s->now,
		.limit = SLOTS,
		.min_length = 1 };
	struct selector_context context = { .held = s->held,
		.default_attrs = ATTRS_NONE,
		.samples_per_s = traffic_samples_per_s(s->traffic, s->now),
		.bytes_per_sample = traffic_bytes_per_sample(s->traffic) };
	struct selection out;
	size_t busy = 0;

	selection_init(&out);
	selector_run(s->selector, &in, &context, &out);
	installed_clear(s->held);
	for (size_t i = 0; i < out.n; i++)
		installed_put(s->held, &selection_at(&out, i)->prefix, selection_at(&out, i)->attrs,
		    false, s->now);
	for (uint32_t i = 0; i < BUSY; i++) {
		struct ip_prefix p = route(i * (TABLE / BUSY));

		busy += installed_match(s->held, &p) != NULL;
	}
	selection_fini(&out);
	return busy;
}

/* One second: 2,000 samples, of which `scanning` go to addresses in turn and the others to the
 * busy routes. */
static void
scan_second(struct scan *s, struct rng *r, unsigned scanning, uint32_t *at)
{
	struct traffic_scale scale;

	s->now = mono_add_ms(s->now, 1000);
	scale = traffic_scale(s->traffic, s->now);
	for (unsigned i = 0; i < 2000; i++) {
		uint32_t route =
		    i < scanning ? (*at)++ % TABLE : (uint32_t)rng_below(r, BUSY) * (TABLE / BUSY);

		traffic_add(s->traffic, s->ids[route], TRAFFIC_TO, 1000, scale, s->now);
	}
	traffic_expire(s->traffic, traffic_count(s->traffic) / 4 + 16, s->now);
}

/* A million addresses of a table of 100,000 routes, half of all samples: the working set stays, in
 * the table and in the records, and memory does not grow beyond the limit. */
static void
test_scan(void **state)
{
	struct rng r = rng_make(test_seed("scan"));
	static struct scan s;
	uint32_t at = 0;
	size_t bytes = 0, busy;

	(void)state;
	scan_init(&s);
	for (int second = 0; second < 120; second++)
		scan_second(&s, &r, 0, &at);
	assert_int_equal(scan_select(&s), BUSY);
	assert_int_equal(traffic_count(s.traffic), BUSY);
	for (int second = 0; at < SCAN; second++) {
		scan_second(&s, &r, 1000, &at);
		assert_true(traffic_count(s.traffic) <= LIMIT);
		if (second == 200)
			bytes = mem_used(MEM_TRAFFIC);
		if (second % 10 != 0)
			continue;
		traffic_set_tau(s.traffic, second < 500 ? 60 : 600, s.now);
		busy = scan_select(&s);
		if (busy != BUSY)
			fail_msg("%zu of the busy routes after %d s", busy, second);
	}
	assert_int_equal(mem_used(MEM_TRAFFIC), bytes);
	for (uint32_t i = 0; i < BUSY; i++) {
		struct traffic_estimate e;

		traffic_estimate(s.traffic, s.ids[i * (TABLE / BUSY)], s.now, &e);
		assert_near(e.rate_bps, 2000, 0.3);
	}
	scan_fini(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changing_tau),
		cmocka_unit_test(test_error_is_honest),
		cmocka_unit_test(test_almost_nothing_known),
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_scan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
