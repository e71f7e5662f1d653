/* SPDX-License-Identifier: Apache-2.0 */
/* The answer that has to wait for its content. */
#include "tests/unit/webui/ask.h"

static void
test_answer(void **state)
{
	struct web_fake fake;
	json_t *root, *point;

	(void)state;
	web_fake_init(&fake);
	root = ask_json(&fake, "/api/v1/whatif?router=target&family=ipv6&n=5000,1000,5000", 200);
	assert_int_equal(fake.last_whatif.family, IP_V6);
	assert_int_equal(fake.last_whatif.n_sizes, 2);
	assert_int_equal(fake.last_whatif.sizes[0], 1000);
	assert_int_equal(fake.last_whatif.sizes[1], 5000);
	assert_int_equal(fake.last_whatif.sizes[2], 0);
	assert_string_equal(json_string_value(json_object_get(root, "router")), "edge");
	assert_string_equal(json_string_value(json_object_get(root, "family")), "ipv6");
	assert_int_equal(json_integer_value(json_object_get(root, "active")), 77);
	assert_int_equal(json_array_size(json_object_get(root, "points")), 2);
	point = json_array_get(json_object_get(root, "points"), 1);
	assert_int_equal(json_integer_value(json_object_get(point, "entries")), 5000);
	assert_true(json_number_value(
			json_object_get(json_object_get(point, "priced"), "coverage")) == 0.5);
	assert_true(
	    json_number_value(json_object_get(json_object_get(point, "top"), "coverage")) == 0.25);
	assert_int_equal(
	    json_integer_value(json_object_get(json_object_get(point, "top"), "used")), 4999);
	point = json_array_get(json_object_get(root, "needed"), 0);
	assert_int_equal(json_integer_value(json_object_get(point, "priced")), 9000);
	assert_null(json_object_get(point, "top")); /* not to be had */
	json_decref(root);
	root = ask_json(&fake, "/api/v1/whatif?router=edge", 200);
	assert_int_equal(fake.last_whatif.family, IP_V4);
	assert_true(fake.last_whatif.n_sizes > 3);
	json_decref(root);
}

static void
test_bad_sizes(void **state)
{
	static const char *const bad[] = { "", "0", "1,", ",1", "1,,2", "x", "-1", "1.5",
		"10000001",
		"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,"
		"31,"
		"32,33" };
	struct web_fake fake;

	(void)state;
	web_fake_init(&fake);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		char target[256];

		snprintf(target, sizeof(target), "/api/v1/whatif?router=edge&n=%s", bad[i]);
		assert_error(&fake, target, 400, "n: ");
	}
	assert_error(&fake, "/api/v1/whatif?router=nobody", 404, "nobody");
	assert_error(&fake, "/api/v1/whatif?router=edge&family=both", 400, "family");
}

/* While there is nothing, reading gives nothing and says that it waits. */
static void
test_waiting(void **state)
{
	struct web_fake fake;
	struct web_app app;
	struct web_request request = { .method = "GET",
		.target = "/api/v1/whatif?router=edge&n=1000" };
	struct web_answer a;
	char buf[100];
	struct str body;

	(void)state;
	web_fake_init(&fake);
	app = (struct web_app){ .backend = web_fake_backend(&fake) };
	fake.whatif_pending = 4; /* one of them for the dispatch */
	web_dispatch(&app, &request, &a);
	assert_int_equal(a.status, 200);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(web_answer_read(&a, buf, sizeof(buf)), 0);
		assert_true(a.rows->wait_ms > 0);
	}
	assert_int_equal(fake.whatif_pending, 0);
	str_init(&body, MEM_MISC);
	read_all(&a, sizeof(buf), &body);
	assert_non_null(strstr(body.text, "\"points\":[{"));
	assert_int_equal(a.rows->wait_ms, 0);
	str_fini(&body);
	web_answer_fini(&a);
}

/* A client that wants an octet a second is content, also when the loop is three times too slow. */
static void
test_still_at_it(void **state)
{
	struct web_fake fake;
	struct web_app app;
	struct web_request request = { .method = "GET",
		.target = "/api/v1/whatif?router=edge&n=1000" };
	struct web_answer a;
	ssize_t n, octets = 0;
	unsigned waited_ms = 0;
	char buf[100];

	(void)state;
	web_fake_init(&fake);
	app = (struct web_app){ .backend = web_fake_backend(&fake) };
	fake.whatif_pending = 10000;
	web_dispatch(&app, &request, &a);
	while (waited_ms < 30000) {
		n = web_answer_read(&a, buf, sizeof(buf));
		assert_in_range(n, 0, sizeof(buf));
		assert_true(n == 0 || strspn(buf, " \n") >= (size_t)n);
		octets += n;
		waited_ms += 3 * a.rows->wait_ms;
	}
	assert_true(octets >= 2 * 30);
	web_answer_fini(&a);
}

static void
test_refused(void **state)
{
	struct web_fake fake;
	struct str body;

	(void)state;
	web_fake_init(&fake);
	fake.whatif_state = WEB_WHATIF_BUSY;
	assert_error(&fake, "/api/v1/whatif?router=edge", 503, "another simulation");
	fake.whatif_state = WEB_WHATIF_FAILED;
	assert_error(&fake, "/api/v1/whatif?router=edge", 503, "no room");
	/* It began well, and then did not end well. */
	fake.whatif_pending = 2;
	str_init(&body, MEM_MISC);
	assert_int_equal(ask(&fake, "/api/v1/whatif?router=edge", &body), 200);
	assert_string_equal(body.text, "{\"error\":\"the simulation failed, see the log\"}\n");
	str_fini(&body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_bad_sizes),
		cmocka_unit_test(test_waiting),
		cmocka_unit_test(test_still_at_it),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
