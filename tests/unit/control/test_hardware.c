/* SPDX-License-Identifier: Apache-2.0 */
#include "control/hardware.h"
#include "tests/support/support.h"

static struct hardware_held
held(size_t v4, size_t v6)
{
	return (struct hardware_held){ .most = { v4, v6 }, .now = { v4, v6 } };
}

static void
assert_room(const struct asic_tables *t, const struct hardware_held *h, double reserve, size_t v4,
    size_t v6)
{
	size_t room;

	assert_true(hardware_room(t, IP_V4, h, reserve, &room));
	assert_int_equal(room, v4);
	assert_true(hardware_room(t, IP_V6, h, reserve, &room));
	assert_int_equal(room, v6);
}

static void
test_tables_of_their_own(void **state)
{
	struct asic_tables t = { .table = {
				     [ASIC_IPV4] = { 900, 1000 }, [ASIC_IPV6] = { 50, 400 } } };
	struct hardware_held h = held(800, 50);
	size_t room;

	(void)state;
	assert_room(&t, &h, 0, 900, 400);
	assert_room(&t, &h, 0.1, 800, 360);
	/* Others leave us less than we hold. */
	t.table[ASIC_IPV4].used = 1000;
	h = held(10, 0);
	assert_room(&t, &h, 0.1, 0, 310);
	/* Not a word about IPv6. */
	t.table[ASIC_IPV6].max = 0;
	assert_false(hardware_room(&t, IP_V6, &h, 0, &room));
}

static void
test_a_shared_table(void **state)
{
	struct asic_tables t = {
		.table = { [ASIC_IPV4_IPV6] = { 700, 1000 }, [ASIC_LONG_IPV6] = { 5, 10 } }
	};
	struct hardware_held h = held(500, 100);

	(void)state;
	/* 100 are others'. Each family leaves the other what that holds. */
	assert_room(&t, &h, 0, 800, 400);
	/* The total counts too. */
	t.table[ASIC_TOTAL_ROUTES].used = 700;
	t.table[ASIC_TOTAL_ROUTES].max = 900;
	assert_room(&t, &h, 0, 700, 300);
}

static void
test_full(void **state)
{
	struct asic_tables t = {
		.table = { [ASIC_IPV4_IPV6] = { 999, 1000 }, [ASIC_LONG_IPV6] = { 10, 10 } }
	};

	(void)state;
	assert_int_equal(hardware_full(&t, IP_V4), ASIC_TABLES);
	assert_int_equal(hardware_full(&t, IP_V6), ASIC_LONG_IPV6);
	t.table[ASIC_IPV4_IPV6].used = 1001;
	assert_int_equal(hardware_full(&t, IP_V4), ASIC_IPV4_IPV6);
	assert_int_equal(hardware_main_table(&t), ASIC_IPV4_IPV6);
	t = (struct asic_tables){ .table = { [ASIC_IPV4] = { 5, 0 } } };
	assert_int_equal(hardware_full(&t, IP_V4), ASIC_TABLES);
	assert_int_equal(hardware_main_table(&t), ASIC_TABLES);
}

static void
test_what_was_held_lately(void **state)
{
	static const size_t many[IP_FAMILIES] = { 100, 7 }, few[IP_FAMILIES] = { 10, 9 };
	struct hardware_memory m;
	struct hardware_held h;
	struct asic_tables t = { .table = { [ASIC_IPV4] = { 120, 1000 } } };
	size_t room;

	(void)state;
	hardware_memory_init(&m, mono_us(0));
	/* 120 may be what an earlier run left: nothing is others'. */
	hardware_memory_note(&m, few, mono_us(1000000), &h);
	assert_true(hardware_room(&t, IP_V4, &h, 0, &room));
	assert_int_equal(room, 1000);
	hardware_memory_note(&m, many, mono_us(299000000), &h);
	hardware_memory_note(&m, few, mono_us(300000000), &h);
	assert_int_equal(h.most[IP_V4], 100);
	assert_int_equal(h.most[IP_V6], 9);
	assert_int_equal(h.now[IP_V4], 10);
	assert_true(hardware_room(&t, IP_V4, &h, 0, &room));
	assert_int_equal(room, 980);
	hardware_memory_note(&m, few, mono_us(599000000), &h);
	assert_int_equal(h.most[IP_V4], 100);
	hardware_memory_note(&m, few, mono_us(600000000), &h);
	assert_int_equal(h.most[IP_V4], 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables_of_their_own),
		cmocka_unit_test(test_a_shared_table),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_what_was_held_lately),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
