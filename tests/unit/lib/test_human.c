/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "lib/human.h"
#include "tests/support/support.h"

static void
test_counts(void **state)
{
	char buf[HUMAN_MAX];

	(void)state;
	assert_string_equal(human_count(0, buf), "0");
	assert_string_equal(human_count(999, buf), "999");
	assert_string_equal(human_count(1000, buf), "1,000");
	assert_string_equal(human_count(948211, buf), "948,211");
	assert_string_equal(human_count(UINT64_MAX, buf), "18,446,744,073,709,551,615");
}

static void
test_bit_rates(void **state)
{
	char buf[HUMAN_MAX];

	(void)state;
	assert_string_equal(human_bit_rate(0, buf), "0 bit/s");
	assert_string_equal(human_bit_rate(124.9, buf), "999 bit/s");
	assert_string_equal(human_bit_rate(124.99, buf), "1.00 kbit/s");
	assert_string_equal(human_bit_rate(51.5e9, buf), "412 Gbit/s");
	assert_string_equal(human_bit_rate(12175, buf), "97.4 kbit/s");
	assert_string_equal(human_bit_rate(9.994e3 / 8, buf), "9.99 kbit/s");
	assert_string_equal(human_bit_rate(9.996e3 / 8, buf), "10.0 kbit/s");
	assert_string_equal(human_bit_rate(99.96e3 / 8, buf), "100 kbit/s");
	assert_string_equal(human_bit_rate(NAN, buf), "0 bit/s");
	assert_string_equal(human_bit_rate(-5, buf), "0 bit/s");
	assert_string_equal(human_bit_rate(INFINITY, buf), "100000 Pbit/s");
}

static void
test_bytes(void **state)
{
	char buf[HUMAN_MAX];

	(void)state;
	assert_string_equal(human_bytes(0, buf), "0 B");
	assert_string_equal(human_bytes(1023, buf), "1023 B");
	assert_string_equal(human_bytes(1024, buf), "1.00 KiB");
	assert_string_equal(human_bytes(120 << 20, buf), "120 MiB");
	assert_string_equal(human_bytes(UINT64_MAX, buf), "16.0 EiB");
}

static void
test_ages(void **state)
{
	char buf[HUMAN_MAX];

	(void)state;
	assert_string_equal(human_age(0.9, buf), "0s");
	assert_string_equal(human_age(-1, buf), "0s");
	assert_string_equal(human_age(NAN, buf), "0s");
	assert_string_equal(human_age(59.9, buf), "59s");
	assert_string_equal(human_age(60, buf), "1m00s");
	assert_string_equal(human_age(3599, buf), "59m59s");
	assert_string_equal(human_age(12300, buf), "3h25m");
	assert_string_equal(human_age(3 * 86400 + 4 * 3600 + 59, buf), "3d04h");
}

static void
test_percent_is_cut_off(void **state)
{
	char buf[HUMAN_MAX];

	(void)state;
	assert_string_equal(human_percent(0, buf), "0.0 %");
	assert_string_equal(human_percent(0.978, buf), "97.8 %");
	assert_string_equal(human_percent(0.97899, buf), "97.8 %");
	assert_string_equal(human_percent(0.99999, buf), "99.9 %");
	assert_string_equal(human_percent(1, buf), "100.0 %");
	assert_string_equal(human_percent(NAN, buf), "0.0 %");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_bit_rates),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_ages),
		cmocka_unit_test(test_percent_is_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
