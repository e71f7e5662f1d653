/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tests/support/support.h"
#include "webui/query.h"

static void
assert_split(const char *target, const char *path, const char *query)
{
	struct web_target t;

	assert_true(web_target_split(target, &t));
	assert_int_equal(t.path_len, strlen(path));
	assert_memory_equal(t.path, path, t.path_len);
	assert_int_equal(t.query_len, strlen(query));
	assert_memory_equal(t.query, query, t.query_len);
}

static void
test_split(void **state)
{
	struct web_target t;

	(void)state;
	assert_split("/", "/", "");
	assert_split("/a/b", "/a/b", "");
	assert_split("/a?", "/a", "");
	assert_split("/a?x=1?y", "/a", "x=1?y");
	assert_split("/a?x=1#f?g", "/a", "x=1");
	assert_split("/a#?x=1", "/a", "");
	assert_split("http://host:8008/a?x", "/a", "x");
	assert_split("HTTP://host/a", "/a", "");
	assert_false(web_target_split("", &t));
	assert_false(web_target_split("a/b", &t));
	assert_false(web_target_split("*", &t));
	assert_false(web_target_split("http://host", &t));
	assert_false(web_target_split("http://host?x", &t));
	assert_false(web_target_split("https://host/a", &t));
}

static void
assert_decoded(const char *text, bool plus, const char *expected)
{
	char out[WEB_VALUE_MAX];

	assert_true(web_decode(text, strlen(text), plus, out));
	assert_string_equal(out, expected);
}

static void
test_decode(void **state)
{
	char out[WEB_VALUE_MAX], text[WEB_VALUE_MAX + 1];

	(void)state;
	assert_decoded("", false, "");
	assert_decoded("a+b", false, "a+b");
	assert_decoded("a+b%2B", true, "a b+");
	assert_decoded("2001%3adb8%3A%3a", false, "2001:db8::");
	assert_decoded("%2525", false, "%25");
	assert_false(web_decode("%", 1, false, out));
	assert_false(web_decode("%4", 2, false, out));
	assert_false(web_decode("%4g", 3, false, out));
	assert_false(web_decode("%g4", 3, false, out));
	assert_false(web_decode("%00", 3, false, out));
	/* The escape ends where the text does, whatever lies behind. */
	assert_false(web_decode("%41", 2, false, out));

	memset(text, 'x', sizeof(text));
	assert_true(web_decode(text, WEB_VALUE_MAX - 1, false, out));
	assert_int_equal(strlen(out), WEB_VALUE_MAX - 1);
	assert_false(web_decode(text, WEB_VALUE_MAX, false, out));
}

static void
assert_get(const char *query, const char *name, enum web_lookup expected, const char *value)
{
	char target[400], out[WEB_VALUE_MAX];
	struct web_target t;

	snprintf(target, sizeof(target), "/?%s", query);
	assert_true(web_target_split(target, &t));
	assert_int_equal(web_query_get(&t, name, out), expected);
	if (expected == WEB_FOUND)
		assert_string_equal(out, value);
}

static void
test_get(void **state)
{
	(void)state;
	assert_get("", "x", WEB_ABSENT, NULL);
	assert_get("x=1", "x", WEB_FOUND, "1");
	assert_get("x=1&x=2", "x", WEB_FOUND, "1");
	assert_get("a=0&&b&x=1", "x", WEB_FOUND, "1");
	assert_get("x", "x", WEB_FOUND, "");
	assert_get("x=", "x", WEB_FOUND, "");
	assert_get("x=a=b", "x", WEB_FOUND, "a=b");
	assert_get("%78=%31", "x", WEB_FOUND, "1");
	assert_get("xx=1&ax=2", "x", WEB_ABSENT, NULL);
	assert_get("X=1", "x", WEB_ABSENT, NULL);
	assert_get("x=%zz", "x", WEB_BAD, NULL);
	/* Faults in parameters that nobody asks for are ignored. */
	assert_get("y=%zz&%=1&x=1", "x", WEB_FOUND, "1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_get),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
