/* SPDX-License-Identifier: Apache-2.0 */
/* The moving averages against the plain sum over all samples. */
#include "tests/support/support.h"

#include <math.h>

#include "control/traffic.h"
#include "lib/mem.h"

static void
add(struct traffic *t, uint32_t id, uint64_t bytes, struct mono now)
{
	traffic_add(t, id, TRAFFIC_TO, bytes, traffic_scale(t, now), now);
}

static void
assert_near(double a, double b)
{
	if (!(fabs(a - b) <= 1e-6 * (fabs(a) + fabs(b)) + 1e-9)) /* NaN is near nothing */
		fail_msg("%g is not %g", a, b);
}

static void
test_one_sample(void **state)
{
	struct mono t0 = mono_us(5000000);
	struct traffic *t = traffic_new(10, t0);

	(void)state;
	add(t, 7, 1000, t0);
	assert_near(traffic_rate(t, 7, TRAFFIC_TO, t0), 100);
	assert_near(traffic_rate(t, 7, TRAFFIC_FROM, t0), 0);
	assert_near(traffic_rate(t, 8, TRAFFIC_TO, t0), 0);
	assert_near(traffic_rate(t, 7, TRAFFIC_TO, mono_add_ms(t0, 10000)), 100 * exp(-1));
	assert_near(traffic_total(t, TRAFFIC_TO, t0), 100);
	traffic_add_unrouted(t, TRAFFIC_TO, 500, traffic_scale(t, t0));
	assert_near(traffic_unrouted(t, TRAFFIC_TO, t0), 50);
	traffic_free(t);
}

/* A steady stream converges to its rate: within e^-6 after 6 t. */
static void
test_steady(void **state)
{
	struct mono now = mono_us(0);
	struct traffic *t = traffic_new(2, now);

	(void)state;
	for (int i = 0; i < 12000; i++) {
		now = mono_add_ms(now, 1);
		add(t, 1, 100, now);
	}
	if (fabs(traffic_rate(t, 1, TRAFFIC_TO, now) / 100000 - 1) > 0.004)
		fail_msg("rate %g", traffic_rate(t, 1, TRAFFIC_TO, now));
	traffic_free(t);
}

struct reference {
	uint32_t id;
	uint64_t bytes;
	struct mono at;
};

/* Random samples and drops over far more than the renormalisation distance. */
static void
test_random(void **state)
{
	struct rng r = rng_make(test_seed("traffic"));
	struct mono now = mono_us(0);
	struct traffic *t = traffic_new(1, now);
	static struct reference samples[20000];
	size_t n = 0;

	(void)state;
	for (int step = 0; step < 20000; step++) {
		uint32_t id = (uint32_t)rng_below(&r, 2000);

		now = mono_add_ms(now, (int64_t)rng_below(&r, 100));
		if (rng_below(&r, 50) == 0) {
			traffic_drop(t, id);
			for (size_t i = 0; i < n; i++)
				if (samples[i].id == id)
					samples[i].bytes = 0;
			continue;
		}
		samples[n] = (struct reference){ id, rng_below(&r, 100000), now };
		add(t, id, samples[n].bytes, now);
		n++;
	}
	for (uint32_t id = 0; id < 2000; id++) {
		double expected = 0;

		for (size_t i = 0; i < n; i++)
			if (samples[i].id == id)
				expected +=
				    (double)samples[i].bytes * exp(-mono_sub_s(now, samples[i].at));
		assert_near(traffic_rate(t, id, TRAFFIC_TO, now), expected);
	}
	traffic_free(t);
}

/* A batch is its packets one by one, routed or not, known or new. */
static void
test_batch(void **state)
{
	struct rng r = rng_make(test_seed("batch"));
	struct mono now = mono_us(0);
	struct traffic *one = traffic_new(1, now), *batch = traffic_new(1, now);
	uint32_t ids[50];
	uint64_t bytes[50], hi[50] = { 0 };

	(void)state;
	for (int round = 0; round < 200; round++) {
		size_t n = rng_below(&r, 50);
		struct traffic_scale scale;

		now = mono_add_ms(now, (int64_t)rng_below(&r, 1000));
		scale = traffic_scale(one, now);
		for (size_t i = 0; i < n; i++) {
			ids[i] = (uint32_t)rng_below(&r, 1 << rng_below(&r, 16));
			bytes[i] = rng_below(&r, 100000);
			if (rng_below(&r, 10) == 0) {
				ids[i] = TRAFFIC_UNROUTED;
				traffic_add_unrouted(one, TRAFFIC_FROM, bytes[i], scale);
			} else {
				traffic_add(one, ids[i], TRAFFIC_FROM, bytes[i], scale, now);
			}
		}
		traffic_add_batch(
		    batch, ids, TRAFFIC_FROM, bytes, hi, n, traffic_scale(batch, now), now);
	}
	for (uint32_t id = 0; id < 1 << 16; id++)
		assert_near(traffic_rate(one, id, TRAFFIC_FROM, now),
		    traffic_rate(batch, id, TRAFFIC_FROM, now));
	assert_near(traffic_total(one, TRAFFIC_FROM, now), traffic_total(batch, TRAFFIC_FROM, now));
	assert_near(
	    traffic_unrouted(one, TRAFFIC_FROM, now), traffic_unrouted(batch, TRAFFIC_FROM, now));
	traffic_free(one);
	traffic_free(batch);
}

static void
test_expiry(void **state)
{
	struct mono now = mono_us(0);
	struct traffic *t = traffic_new(1, now);

	(void)state;
	traffic_set_tau(t, 1, now);
	for (uint32_t id = 0; id < 1000; id++)
		add(t, id, 1, mono_add_ms(now, id));
	assert_int_equal(traffic_count(t), 1000);
	traffic_expire(t, 5000, mono_us((int64_t)(TRAFFIC_IDLE_T * 1e6) + 500 * 1000));
	assert_int_equal(traffic_count(t), 500);
	for (uint32_t id = 0; id < 1000; id++)
		assert_int_equal(traffic_rate(t, id, TRAFFIC_TO, mono_us(1000000)) > 0, id >= 500);
	traffic_free(t);
	assert_int_equal(mem_used(MEM_TRAFFIC), 0);
}

/* Averages of an earlier life, taken over after a long time without a sample. */
static void
test_restored_late(void **state)
{
	const struct traffic_saved_totals totals = { .tau_s = 60, .total_bps = { 2000, 70 } };
	const struct traffic_saved saved = { .rate_bps = { 1500, 0 },
		.demand_bps = 1400,
		.demand_square = 20000,
		.idle_s = { 1, INFINITY } };

	(void)state;
	for (double t_s = 0.1; t_s < 1000; t_s *= 10) {
		struct mono now = mono_us(0);
		struct traffic *t = traffic_new(t_s, now);
		struct traffic_estimate e;

		now = mono_add_ms(now, 900000);
		traffic_restore_totals(t, &totals, now);
		traffic_restore(t, 3, &saved, now);
		assert_near(traffic_total(t, TRAFFIC_TO, now), 2000);
		assert_near(traffic_rate(t, 3, TRAFFIC_TO, now), 1500);
		assert_near(traffic_rate(t, 3, TRAFFIC_FROM, now), 0);
		traffic_estimate(t, 3, now, &e);
		assert_near(e.samples, 98);
		traffic_free(t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_sample),
		cmocka_unit_test(test_steady),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_batch),
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_restored_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
