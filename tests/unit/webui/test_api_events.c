/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/webui/ask.h"

/* The ids that an events path answers, as "5 6 7 newest". */
static void
assert_events(struct web_fake *fake, const char *target, const char *expected)
{
	json_t *root = ask_json(fake, target, 200), *list = json_object_get(root, "events");
	struct str ids;

	str_init(&ids, MEM_MISC);
	for (size_t i = 0; i < json_array_size(list); i++)
		str_addf(&ids, "%lld ",
		    (long long)json_integer_value(json_object_get(json_array_get(list, i), "id")));
	str_addf(&ids, "%lld", (long long)json_integer_value(json_object_get(root, "newest")));
	assert_string_equal(ids.text, expected);
	str_fini(&ids);
	json_decref(root);
}

/* The same of sFlow-RT's list. */
static void
assert_flat_events(struct web_fake *fake, const char *target, const char *expected)
{
	json_t *list = ask_json(fake, target, 200);
	struct str ids;

	assert_true(json_is_array(list));
	str_init(&ids, MEM_MISC);
	for (size_t i = 0; i < json_array_size(list); i++)
		str_addf(&ids, "%lld ",
		    (long long)json_integer_value(
			json_object_get(json_array_get(list, i), "eventID")));
	assert_string_equal(ids.text, expected);
	str_fini(&ids);
	json_decref(list);
}

/* Newest first; what waiting is, test_http_wait.c tells. */
static void
test_flat_events(void **state)
{
	struct web_fake fake;
	struct str body;

	(void)state;
	web_fake_init(&fake);
	assert_flat_events(&fake, "/events/json", "7 6 5 ");
	assert_flat_events(&fake, "/events/json?eventID=-1&timeout=60", "7 6 5 ");
	assert_flat_events(&fake, "/events/json?eventID=5", "7 6 ");
	assert_flat_events(&fake, "/events/json?eventID=7", "");
	assert_flat_events(&fake, "/events/json?eventID=18446744073709551615", "");
	assert_flat_events(&fake, "/events/json?maxEvents=2", "7 6 ");
	assert_flat_events(&fake, "/events/json?maxEvents=0", "");
	assert_flat_events(&fake, "/events/json?thresholdID=session", "7 5 ");
	assert_flat_events(&fake, "/events/json?thresholdID=table&maxEvents=1", "6 ");
	assert_flat_events(&fake, "/events/json?thresholdID=none", "");
	assert_error(&fake, "/events/json?eventID=-2", 400, "neither an id nor -1");
	assert_error(&fake, "/events/json?eventID=1x", 400, "neither an id nor -1");
	assert_error(&fake, "/events/json?eventID=", 400, "neither an id nor -1");
	assert_error(&fake, "/events/json?timeout=3601", 400, "0 to 3600");
	str_init(&body, MEM_MISC);
	assert_int_equal(ask(&fake, "/events/json?maxEvents=1&thresholdID=table", &body), 200);
	assert_string_equal(body.text,
	    "[{\"eventID\":6,\"metric\":\"table\",\"severity\":\"info\",\"text\":\"neighbour "
	    "target went down: \xef\xbf\xbd\",\"thresholdID\":\"table\","
	    "\"timestamp\":1467322582093,\"value\":2}]\n");
	str_fini(&body);
}

static void
test_events(void **state)
{
	struct web_fake fake;
	json_t *root;

	(void)state;
	web_fake_init(&fake);
	assert_events(&fake, "/api/v1/events", "5 6 7 7");
	assert_events(&fake, "/api/v1/events?after=5", "6 7 7");
	assert_events(&fake, "/api/v1/events?after=9007199254740991", "9007199254740991");
	assert_events(&fake, "/api/v1/events?maxEvents=1", "7 7");
	assert_events(&fake, "/api/v1/events?maxEvents=0", "7");
	assert_events(&fake, "/api/v1/events?severity=warning", "5 7 7");
	assert_events(&fake, "/api/v1/events?severity=error&maxEvents=1", "5 7");
	assert_error(&fake, "/api/v1/events?severity=bad", 400, "none of info, warning, error");
	root = ask_json(&fake, "/api/v1/events?maxEvents=1", 200);
	assert_string_equal(json_string_value(json_object_get(
				json_array_get(json_object_get(root, "events"), 0), "text")),
	    "neighbour target went down: \xef\xbf\xbd");
	json_decref(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_flat_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
