/* SPDX-License-Identifier: Apache-2.0 */
/* Growing strings, route attributes as text, hashing, rate-limited logging, memory counts. */
#include "tests/support/support.h"

#include <string.h>

#include "lib/hash.h"
#include "lib/log.h"
#include "lib/route.h"
#include "lib/str.h"

static void
test_str(void **state)
{
	size_t before = mem_used(MEM_MISC);
	struct str s;

	(void)state;
	str_init(&s, MEM_MISC);
	assert_string_equal(s.text, "");
	for (int i = 0; i < 1000; i++)
		str_addf(&s, "%d,", i);
	assert_int_equal(s.len, 10 * 2 + 90 * 3 + 900 * 4);
	assert_int_equal(strlen(s.text), s.len);
	str_add_n(&s, "ab\0c", 2);
	assert_string_equal(s.text + s.len - 6, "999,ab");
	str_clear(&s);
	assert_string_equal(s.text, "");
	str_fini(&s);
	assert_int_equal(mem_used(MEM_MISC), before);
}

static void
test_as_path(void **state)
{
	static const uint8_t path[] = { ROUTE_AS_SEQUENCE, 2, 0, 0, 0xfd, 0xe8, 0, 1, 0, 0,
		ROUTE_AS_SET, 2, 0, 0, 0, 1, 0, 0, 0, 2 };
	static const uint8_t confed[] = { ROUTE_AS_CONFED_SEQUENCE, 1, 0, 0, 0, 7,
		ROUTE_AS_SEQUENCE, 1, 0, 0, 0, 9 };
	struct span p = { path, sizeof(path) }, c = { confed, sizeof(confed) }, none = { 0 };
	char buf[64], small[8];

	(void)state;
	route_as_path_format(p, '-', buf, sizeof(buf));
	assert_string_equal(buf, "65000-65536-{1,2}");
	assert_int_equal(route_as_path_format(p, '-', small, sizeof(small)), 17);
	assert_string_equal(small, "65000-6");
	assert_int_equal(route_as_path_length(p), 3);
	assert_int_equal(route_as_path_first(p), 65000);
	assert_int_equal(route_as_path_origin(p), 0);
	assert_int_equal(route_as_path_length(c), 1);
	assert_int_equal(route_as_path_first(c), 9);
	assert_int_equal(route_as_path_origin(c), 9);
	route_as_path_format(c, ' ', buf, sizeof(buf));
	assert_string_equal(buf, "(7) 9");
	route_as_path_format(none, '-', buf, sizeof(buf));
	assert_string_equal(buf, "");
	assert_int_equal(route_as_path_first(none), 0);
}

static void
test_communities(void **state)
{
	static const uint8_t bytes[] = { 0xfd, 0xe8, 0, 1, 0xff, 0xff, 0xff, 0x02 };
	struct span s = { bytes, sizeof(bytes) };
	char buf[64];

	(void)state;
	route_communities_format(s, '-', buf, sizeof(buf));
	assert_string_equal(buf, "65000:1-65535:65282");
	assert_true(route_has_community(s, 0xffffff02));
	assert_false(route_has_community(s, 0xffffff01));
	assert_string_equal(route_origin_name(2), "INCOMPLETE");
}

/* Every length and every bit matters to the hash. */
static void
test_hash(void **state)
{
	uint8_t bytes[40] = { 0 };
	uint64_t seen[41];

	(void)state;
	for (size_t len = 0; len <= 40; len++) {
		seen[len] = hash_bytes(bytes, len, 1);
		for (size_t i = 0; i < len; i++)
			assert_true(seen[i] != seen[len]);
		for (size_t bit = 0; bit < len * 8; bit++) {
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_true(hash_bytes(bytes, len, 1) != seen[len]);
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
	assert_true(hash_bytes(bytes, 8, 1) != hash_bytes(bytes, 8, 2));
}

static void
test_log_limit(void **state)
{
	struct log_limit limit = { 0 };
	struct mono now = mono_us(1000000000);

	(void)state;
	for (int i = 0; i < 10; i++)
		assert_int_equal(log_allowed(&limit, 3, now), i < 3);
	assert_int_equal(limit.suppressed, 7);
	assert_false(log_allowed(&limit, 3, mono_add_ms(now, 59999)));
	assert_true(log_allowed(&limit, 3, mono_add_ms(now, 60000)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_str),
		cmocka_unit_test(test_as_path),
		cmocka_unit_test(test_communities),
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_log_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
