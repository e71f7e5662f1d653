/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/support.h"

#include <math.h>

#include "control/select/price.h"

/* 2,000 samples/s of 800 bytes at 1 in 10,000: 16 GB/s. */
static struct price_input
input(size_t used, size_t limit)
{
	return (struct price_input){ .used = used,
		.limit = limit,
		.samples_per_s = 2000,
		.bytes_per_sample = 8e6,
		.total_bps = 1.6e10 };
}

static void
test_band(void **state)
{
	struct price_input in = input(9800, 10000);

	(void)state;
	assert_true(price_next(1e6, &in, PRICE_STEP) == 1e6);
	in.used = 10000;
	assert_true(price_next(1e6, &in, PRICE_STEP) == 1e6);
	in.used = 10001;
	assert_true(price_next(1e6, &in, PRICE_STEP) > 1e6);
	in.used = 9799;
	assert_true(price_next(1e6, &in, PRICE_STEP) < 1e6);
	in.used = 1000000;
	assert_true(price_next(1e6, &in, PRICE_STEP) == 1.25e6);
	in.used = 0;
	assert_true(price_next(1e6, &in, PRICE_STEP) == 0.8e6);
	assert_true(price_next(1e9, &in, PRICE_SEARCH) == 1e9 / PRICE_SEARCH);
	in.used = 20000; /* not for the price, it seems */
	assert_true(price_next(in.total_bps / 2, &in, PRICE_SEARCH) < in.total_bps);
	assert_true(price_next(in.total_bps, &in, PRICE_SEARCH) == in.total_bps);
	in.used = 0;
	in.limit = 0;
	assert_true(
	    price_next(1e6, &in, PRICE_STEP) == 1e6); /* nothing is wanted and nothing is used */
}

static void
test_floor(void **state)
{
	struct price_input in = input(60, 10000);
	double price = 1e9;

	(void)state;
	for (int i = 0; i < 200; i++)
		price = price_next(price, &in, PRICE_STEP);
	assert_true(price == 8e6 / 60); /* one sample a minute */
	assert_true(price_tau_s(price, &in) == 60);
	in.min_bps = 5e6;
	assert_true(price_next(price, &in, PRICE_STEP) == 5e6);
}

/* Where slots become scarce the floor gives way and averages become longer, both without a jump: a
 * table whose price is about one sample a minute does not go to and fro. */
static void
test_no_jump(void **state)
{
	double last_floor = 0, last_tau = 0;

	(void)state;
	for (size_t used = 0; used <= 10000; used += 10) {
		struct price_input in = input(used, 10000);
		double floor = price_floor(&in), tau = price_tau_s(floor, &in);

		assert_true(used > 5000 || (floor == 8e6 / 60 && tau == 60));
		assert_true(used < 9000 || (floor == 8e6 / 3600 && tau == 3600));
		if (used > 0) {
			assert_true(floor <= last_floor && floor > 0.8 * last_floor);
			assert_true(tau >= last_tau && tau < 1.25 * last_tau);
		}
		/* Nor is there one between the floor and what is dearer. */
		assert_true(
		    used < 9000 || fabs(price_tau_s(1.001 * floor, &in) - tau) < 0.01 * tau);
		last_floor = floor;
		last_tau = tau;
	}
}

/* The examples of the design: 10,000 entries at 7.7e-6 of the traffic, 30,000 at 2.7e-6. */
static void
test_times(void **state)
{
	struct price_input in = input(10000, 10000);

	(void)state;
	in.bytes_per_sample = 1;
	assert_true(fabs(price_tau_s(7.7e-6 * in.total_bps, &in) - 1039) < 1);
	assert_int_equal(price_eta_permille(7.7e-6 * in.total_bps, &in), 346);
	assert_true(fabs(price_tau_s(2.7e-6 * in.total_bps, &in) - 2963) < 1);
	assert_true(price_tau_s(1e-7 * in.total_bps, &in) == PRICE_TAU_MAX_S);
	assert_int_equal(price_eta_permille(1e-7 * in.total_bps, &in), 500);
	assert_true(price_tau_s(1e-3 * in.total_bps, &in) == PRICE_TAU_MIN_S);
	assert_int_equal(price_eta_permille(1e-3 * in.total_bps, &in), 127);
}

/* Where the time is configured the hysteresis is that of averages over it. */
static void
test_configured_time(void **state)
{
	struct price_input in = input(10000, 10000);
	double price = 7.7e-6 * in.total_bps;

	(void)state;
	in.bytes_per_sample = 1;
	in.tau_s = 120;
	assert_true(price_tau_s(price, &in) == 120);
	assert_int_equal(price_eta_permille(price, &in), 500);
	in.tau_s = 3600;
	assert_int_equal(price_eta_permille(price, &in), 186);
}

/* A table whose size falls with the price as in a Zipf world, and answers in steps. */
static void
test_converges(void **state)
{
	double price = 100;
	unsigned moves = 0;

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct price_input in = input((size_t)(3e10 / price) / 50 * 50, 10000);
		double next = price_next(price, &in, PRICE_STEP);

		moves += i >= 100 && next != price;
		price = next;
	}
	assert_int_equal(moves, 0);
	assert_true(3e10 / price <= 10050 && 3e10 / price >= 9750);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_band),
		cmocka_unit_test(test_floor),
		cmocka_unit_test(test_no_jump),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_configured_time),
		cmocka_unit_test(test_converges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
