/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "control/crm.h"
#include "control/hardware.h"
#include "control/switchd.h"
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

static void
test_numbers(void **state)
{
	static const struct {
		const char *text;
		bool good;
		uint32_t number;
	} cases[] = {
		{ "0", true, 0 },
		{ "123\n", true, 123 },
		{ "7 \n", true, 7 },
		{ "4294967295", true, UINT32_MAX },
		{ "4294967296", false, 0 },
		{ "99999999999999999999999", false, 0 },
		{ "", false, 0 },
		{ "\n", false, 0 },
		{ "-1", false, 0 },
		{ "1.5", false, 0 },
		{ "1 2", false, 0 },
		{ "0x10", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint32_t n = 0;

		assert_int_equal(
		    hardware_number(cases[i].text, strlen(cases[i].text), &n), cases[i].good);
		if (cases[i].good)
			assert_int_equal(n, cases[i].number);
	}
}

static void
set(struct switchd_value *values, const char *file, uint32_t number)
{
	for (size_t i = 0; i < SWITCHD_FILES; i++) {
		if (strcmp(switchd_file(i), file) == 0) {
			values[i] = (struct switchd_value){ .known = true, .number = number };
			return;
		}
	}
	fail_msg("no file %s", file);
}

static void
test_switchd_modes(void **state)
{
	struct switchd_value values[SWITCHD_FILES] = { { .known = false } };
	struct asic_tables t;

	(void)state;
	assert_false(switchd_tables(values, &t));
	set(values, "route/count_0", 10);
	set(values, "route/max_0", 20);
	set(values, "route/count_1", 1);
	set(values, "route/max_1", 2);
	assert_false(switchd_tables(values, &t)); /* of what? */
	set(values, "route/mode", 1);
	assert_true(switchd_tables(values, &t));
	assert_int_equal(t.table[ASIC_IPV4_IPV6].used, 10);
	assert_int_equal(t.table[ASIC_IPV4_IPV6].max, 20);
	assert_int_equal(t.table[ASIC_LONG_IPV6].max, 2);
	assert_int_equal(t.table[ASIC_IPV4].max, 0);
	set(values, "route/mode", 2);
	set(values, "mac/max", 99);
	assert_true(switchd_tables(values, &t));
	assert_int_equal(t.table[ASIC_IPV4_IPV6].max, 0);
	assert_int_equal(t.table[ASIC_IPV4].used, 10);
	assert_int_equal(t.table[ASIC_IPV6].max, 2);
	assert_int_equal(t.table[ASIC_MAC].max, 99);
	set(values, "route/mode", 3);
	assert_true(switchd_tables(values, &t));
	assert_int_equal(t.table[ASIC_IPV4].max, 0);
}

static void
test_crm(void **state)
{
	struct crm c = { .used = { 0 } };
	struct asic_tables t;

	(void)state;
	assert_false(crm_tables(&c, &t));
	assert_true(crm_take(&c, "crm_stats_ipv4_route_used", "100"));
	assert_false(crm_tables(&c, &t)); /* of how many? */
	assert_true(crm_take(&c, "crm_stats_ipv4_route_available", "900"));
	assert_true(crm_take(&c, "crm_stats_ipv6_route_used", "4294967295"));
	assert_true(crm_take(&c, "crm_stats_ipv6_route_available", "1"));
	assert_true(crm_take(&c, "crm_stats_ipv4_route_usedx", "what"));
	assert_true(crm_take(&c, "crm_stats_acl_entry_used", "what"));
	assert_true(crm_take(&c, "", ""));
	assert_false(crm_take(&c, "crm_stats_fdb_entry_used", "-3"));
	assert_false(crm_take(&c, "crm_stats_fdb_entry_available", ""));
	assert_true(crm_tables(&c, &t));
	assert_int_equal(t.table[ASIC_IPV4].used, 100);
	assert_int_equal(t.table[ASIC_IPV4].max, 1000);
	assert_int_equal(t.table[ASIC_IPV6].max, UINT32_MAX);
	assert_int_equal(t.table[ASIC_MAC].max, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables_of_their_own),
		cmocka_unit_test(test_a_shared_table),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_what_was_held_lately),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_switchd_modes),
		cmocka_unit_test(test_crm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
