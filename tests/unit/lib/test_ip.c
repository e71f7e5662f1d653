/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and prefixes: text, order, containment, both families. */
#include "tests/support/support.h"

#include <string.h>

#include "lib/ip.h"

static struct ip_prefix
prefix(const char *text)
{
	struct ip_prefix p;

	if (!prefix_parse(text, false, &p))
		fail_msg("%s", text);
	return p;
}

static struct ip_addr
addr(const char *text)
{
	struct ip_addr a;

	if (!ip_parse(text, &a))
		fail_msg("%s", text);
	return a;
}

static void
test_text(void **state)
{
	static const char *const good[] = { "0.0.0.0/0", "10.0.0.0/8", "192.0.2.1/32",
		"255.255.255.255/32", "::/0", "2001:db8::/32", "2001:db8:0:0:1::/80", "::1/128",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", "fe80::/10" };
	static const char *const bad[] = { "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0/8",
		"10.0.0.0/+8", "10.0.0.0/ 8", "10.0.0.0/8 ", "::/129", "2001:db8::g/32",
		"10.0.0.0/8/8", "1.2.3.4.5/8", "10.0.0.0/99999999999999999999", "fe80::1%eth0/64",
		"aaaa:bbbb:cccc:dddd:eeee:ffff:1111:2222:3333:4444/32" };
	char buf[PREFIX_TEXT_MAX];
	struct ip_prefix p;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(prefix_parse(good[i], true, &p));
		assert_non_null(prefix_format(&p, buf));
		if (strcmp(good[i], "2001:db8:0:0:1::/80") == 0)
			assert_string_equal(buf, "2001:db8:0:0:1::/80");
		else
			assert_string_equal(buf, good[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (prefix_parse(bad[i], false, &p))
			fail_msg("'%s' was taken", bad[i]);
	assert_false(prefix_parse("10.0.0.1/8", true, &p)); /* host bits */
	assert_true(prefix_parse("10.0.0.1/8", false, &p));
	assert_string_equal(prefix_format(&p, buf), "10.0.0.0/8");
	assert_true(prefix_parse("192.0.2.1", true, &p));
	assert_int_equal(p.len, 32);
	assert_true(prefix_parse("2001:db8::1", true, &p));
	assert_int_equal(p.len, 128);
}

static void
test_bytes(void **state)
{
	static const uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
		12 };
	uint8_t out[16];
	struct ip_addr a = ip_from_bytes(IP_V6, v6);

	(void)state;
	assert_int_equal(ip_to_bytes(&a, out), 16);
	assert_memory_equal(out, v6, 16);
	a = ip_from_bytes(IP_V4, v6);
	assert_int_equal(ip_to_v4(a.hi), 0x20010db8);
	assert_int_equal(ip_to_bytes(&a, out), 4);
	assert_memory_equal(out, v6, 4);
}

static void
test_order(void **state)
{
	static const char *const sorted[] = { "0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/9",
		"10.0.0.0/24", "10.0.1.0/24", "10.128.0.0/9", "192.0.2.0/24", "::/0",
		"2001:db8::/32", "2001:db8::/48", "2001:db8::1:0:0:0/80", "2001:db8:1::/48" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sorted); i++) {
		for (size_t j = 0; j < ARRAY_LEN(sorted); j++) {
			struct ip_prefix a = prefix(sorted[i]), b = prefix(sorted[j]);
			int order = prefix_cmp(&a, &b);

			assert_true(i < j ? order < 0 : i > j ? order > 0 : order == 0);
		}
	}
}

static void
test_contains(void **state)
{
	static const struct {
		const char *outer, *inner;
		bool contains;
	} cases[] = {
		{ "0.0.0.0/0", "10.0.0.0/8", true },
		{ "10.0.0.0/8", "10.0.0.0/8", true },
		{ "10.0.0.0/8", "10.255.255.255/32", true },
		{ "10.0.0.0/8", "11.0.0.0/8", false },
		{ "10.0.0.0/9", "10.0.0.0/8", false },
		{ "10.0.0.0/8", "::/0", false },
		{ "::/0", "2001:db8::/32", true },
		{ "2001:db8::/64", "2001:db8::/65", true },
		{ "2001:db8::/64", "2001:db8:0:1::/64", false },
		{ "2001:db8::8000:0:0:0/65", "2001:db8::8000:0:0:1/128", true },
		{ "2001:db8::8000:0:0:0/65", "2001:db8::1/128", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ip_prefix outer = prefix(cases[i].outer), inner = prefix(cases[i].inner);

		assert_int_equal(prefix_contains(&outer, &inner), cases[i].contains);
	}
}

static void
test_first_last(void **state)
{
	static const struct {
		const char *prefix, *first, *last;
	} cases[] = {
		{ "0.0.0.0/0", "0.0.0.0", "255.255.255.255" },
		{ "10.64.0.0/10", "10.64.0.0", "10.127.255.255" },
		{ "192.0.2.7/32", "192.0.2.7", "192.0.2.7" },
		{ "::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "2001:db8::/64", "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff" },
		{ "2001:db8::/63", "2001:db8::", "2001:db8:0:1:ffff:ffff:ffff:ffff" },
		{ "2001:db8::/65", "2001:db8::", "2001:db8::7fff:ffff:ffff:ffff" },
		{ "::1/128", "::1", "::1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ip_prefix p = prefix(cases[i].prefix);
		struct ip_addr first = prefix_first(&p), last = prefix_last(&p);
		struct ip_addr want_first = addr(cases[i].first), want_last = addr(cases[i].last);

		assert_true(ip_equal(&first, &want_first));
		assert_true(ip_equal(&last, &want_last));
	}
}

static void
test_kinds(void **state)
{
	struct ip_addr a;

	(void)state;
	assert_true((a = addr("127.3.2.1"), ip_is_loopback(&a)));
	assert_true((a = addr("::1"), ip_is_loopback(&a)));
	assert_false((a = addr("128.0.0.1"), ip_is_loopback(&a)));
	assert_true((a = addr("224.0.0.1"), ip_is_multicast(&a)));
	assert_true((a = addr("ff02::1"), ip_is_multicast(&a)));
	assert_true((a = addr("fe80::1"), ip_is_link_local(&a)));
	assert_true((a = addr("febf::1"), ip_is_link_local(&a)));
	assert_false((a = addr("fec0::1"), ip_is_link_local(&a)));
	assert_true((a = addr("169.254.9.9"), ip_is_link_local(&a)));
	assert_true((a = addr("::ffff:192.0.2.1"), ip_is_v4_mapped(&a)));
	assert_false((a = addr("::1:ffff:0:0"), ip_is_v4_mapped(&a)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_contains),
		cmocka_unit_test(test_first_last),
		cmocka_unit_test(test_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
