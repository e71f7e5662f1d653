/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lib/route.h"
#include "tests/support/support.h"

typedef size_t format_fn(struct span span, char separator, char *buf, size_t size);

/* The text of an attribute, and the same cut at every size. */
static void
assert_text(format_fn *format, const char *hex, const char *expected)
{
	uint8_t bytes[100];
	struct span span = { bytes, hex_decode(hex, bytes, sizeof(bytes)) };
	char buf[200];

	assert_int_equal(format(span, ' ', buf, sizeof(buf)), strlen(expected));
	assert_string_equal(buf, expected);
	for (size_t size = 0; size <= strlen(expected); size++) {
		assert_int_equal(format(span, ' ', buf, size), strlen(expected));
		if (size > 0) {
			assert_int_equal(strlen(buf), size - 1);
			assert_memory_equal(buf, expected, size - 1);
		}
	}
}

static void
test_communities(void **state)
{
	(void)state;
	assert_text(route_communities_format, "", "");
	assert_text(route_communities_format, "fde80001 ffffff01", "65000:1 65535:65281");
	assert_text(route_large_format, "", "");
	assert_text(route_large_format, "ffffffff 00000000 00000001 00000001 00000002 00000003",
	    "4294967295:0:1 1:2:3");
}

static void
test_extended(void **state)
{
	(void)state;
	assert_text(route_ext_format, "", "");
	assert_text(route_ext_format, "0002fde800000007 0003fde8ffffffff",
	    "rt:65000:7 ro:65000:4294967295");
	assert_text(route_ext_format, "0102c00002010009", "rt:192.0.2.1:9");
	assert_text(route_ext_format, "0202fffffffe0009", "rt:4294967294:9");
	assert_text(route_ext_format, "4002fde800000007", "rt:65000:7");
	/* Link bandwidth and an opaque one: no text of their own. */
	assert_text(route_ext_format, "4004fde84cee6b28 0302000000000001",
	    "4004fde84cee6b28 0302000000000001");
}

static void
test_clusters(void **state)
{
	(void)state;
	assert_text(route_clusters_format, "", "");
	assert_text(route_clusters_format, "0a000001 c0000201", "10.0.0.1 192.0.2.1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_communities),
		cmocka_unit_test(test_extended),
		cmocka_unit_test(test_clusters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
