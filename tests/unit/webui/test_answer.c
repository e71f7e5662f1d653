/* SPDX-License-Identifier: Apache-2.0 */
/* Long answers: the same bytes however they are read, a bounded part at a time, nothing leaked. */
#include "tests/unit/webui/ask.h"
#include "webui/json.h"

static void
start(struct web_app *app, struct web_fake *fake, const char *target, struct web_answer *a)
{
	struct web_request request = { .method = "GET", .target = target };

	*app = (struct web_app){ .backend = web_fake_backend(fake) };
	web_dispatch(app, &request, a);
	assert_int_equal(a->status, 200);
}

static void
many_routes(struct web_fake *fake, size_t n)
{
	web_fake_init(fake);
	fake->n_routes[IP_V4] = fake->n_active = n;
	fake->n_installed = n;
}

static void
test_any_step_gives_the_same(void **state)
{
	static const size_t steps[] = { 1, 7, 100, 8191, 8192, 8193, 65536 };
	static const char *const targets[] = { "/bgp/topprefixes/edge/json", "/api/v1/installed",
		"/app/app.css" };
	struct web_fake fake;

	(void)state;
	many_routes(&fake, 3000);
	for (size_t t = 0; t < ARRAY_LEN(targets); t++) {
		struct str first, other;

		str_init(&first, MEM_MISC);
		str_init(&other, MEM_MISC);
		for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
			struct web_answer a;
			struct web_app app;

			start(&app, &fake, targets[t], &a);
			str_clear(&other);
			read_all(&a, steps[i], i == 0 ? &first : &other);
			web_answer_fini(&a);
			if (i > 0)
				assert_string_equal(first.text, other.text);
		}
		assert_true(first.len >= 1000);
		str_fini(&first);
		str_fini(&other);
	}
}

/* Bytes, zeros among them, with nothing between the records, a bounded part a call. */
static void
test_dump_is_a_stream_of_bytes(void **state)
{
	static const struct {
		const char *target;
		size_t records[IP_FAMILIES];
	} cases[] = {
		{ "/api/v1/rib/edge/mrt", { 3000, 3 } },
		{ "/api/v1/rib/reflector/mrt?family=both", { 3000, 3 } },
		{ "/api/v1/rib/edge/mrt?family=ipv4", { 3000, 0 } },
		{ "/api/v1/rib/edge/mrt?family=ipv6", { 0, 3 } },
	};
	struct web_fake fake;

	(void)state;
	many_routes(&fake, 3000);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct web_answer a;
		struct web_app app;
		struct str got;
		size_t at = 0;

		start(&app, &fake, cases[i].target, &a);
		assert_string_equal(a.content_type, "application/octet-stream");
		assert_int_equal(web_answer_length(&a), -1);
		str_init(&got, MEM_MISC);
		read_all(&a, 777, &got);
		web_answer_fini(&a);
		for (int f = 0; f < IP_FAMILIES; f++) {
			for (uint32_t n = 0; n < cases[i].records[f]; n++) {
				if (n % 7 == 6)
					continue;
				assert_true(at + 5 <= got.len);
				assert_memory_equal(got.text + at, &n, 4);
				assert_int_equal(got.text[at + 4], f);
				at += 5;
			}
		}
		assert_int_equal(at, got.len);
		str_fini(&got);
	}
}

static void
test_length_is_known_or_not(void **state)
{
	struct web_fake fake;
	struct web_answer a;
	struct web_app app;
	struct str body;

	(void)state;
	many_routes(&fake, 10);
	start(&app, &fake, "/bgp/topprefixes/edge/json", &a);
	assert_int_equal(web_answer_length(&a), -1);
	web_answer_fini(&a);
	start(&app, &fake, "/api/v1/status", &a);
	str_init(&body, MEM_MISC);
	read_all(&a, 77, &body);
	assert_int_equal(web_answer_length(&a), body.len);
	str_fini(&body);
	web_answer_fini(&a);
}

/* One call renders a bounded amount, and withdrawn rows count as work. */
static void
test_a_read_is_bounded(void **state)
{
	static char buf[1 << 20];
	struct web_fake fake;
	struct web_answer a;
	struct web_app app;
	ssize_t n;
	unsigned reads = 0;

	(void)state;
	many_routes(&fake, 20000);
	start(&app, &fake, "/bgp/topprefixes/edge/json", &a);
	while ((n = web_answer_read(&a, buf, sizeof(buf))) >= 0) {
		assert_true(n <= 16384);
		reads++;
	}
	assert_true(reads > 100);
	web_answer_fini(&a);

	fake.withdrawn = 20000;
	start(&app, &fake, "/bgp/topprefixes/edge/json", &a);
	reads = 0;
	while ((n = web_answer_read(&a, buf, sizeof(buf))) >= 0)
		reads++;
	assert_true(reads > 20000 / 256);
	web_answer_fini(&a);
}

/* What is installed is told as it was when it was asked for. */
static void
test_installed_is_of_one_moment(void **state)
{
	size_t before = mem_used(MEM_HTTP);
	struct str text;
	struct web_fake fake;
	struct web_app app;
	struct web_answer a;
	char buf[1000];
	long n;
	int rows = 0;

	(void)state;
	str_init(&text, MEM_MISC);
	many_routes(&fake, 1000);
	start(&app, &fake, "/api/v1/installed", &a);
	while ((n = web_answer_read(&a, buf, sizeof(buf))) >= 0) {
		str_add_n(&text, buf, (size_t)n);
		fake.n_installed /= 2;
	}
	for (const char *at = text.text; (at = strstr(at, "\"prefix\"")) != NULL; at++)
		rows++;
	assert_int_equal(rows, 1000);
	assert_int_equal(app.rows_held, 1000);
	web_answer_fini(&a);
	assert_int_equal(app.rows_held, 0);
	str_fini(&text);
	assert_int_equal(mem_used(MEM_HTTP), before);
}

static void
test_abandoned_answers_leave_nothing(void **state)
{
	size_t before = mem_used(MEM_HTTP);
	struct web_fake fake;
	struct web_app app;
	char buf[100];

	(void)state;
	many_routes(&fake, 500);
	for (int reads = 0; reads < 5; reads++) {
		struct web_answer a;

		start(&app, &fake, "/bgp/topprefixes/edge/json", &a);
		assert_int_equal(app.rows_held, 500);
		for (int i = 0; i < reads; i++)
			assert_true(web_answer_read(&a, buf, sizeof(buf)) >= 0);
		web_answer_fini(&a);
		assert_int_equal(app.rows_held, 0);
	}
	assert_int_equal(mem_used(MEM_HTTP), before);
}

static void
test_too_many_rows_at_once(void **state)
{
	struct web_fake fake;
	struct web_app app;
	struct web_answer a;
	struct web_request request = { .method = "GET", .target = "/bgp/topprefixes/edge/json" };

	(void)state;
	web_fake_init(&fake);
	app = (struct web_app){ .backend = web_fake_backend(&fake),
		.rows_held = WEB_ROWS_HELD_MAX - 19999 };
	web_dispatch(&app, &request, &a);
	assert_int_equal(a.status, 503);
	web_answer_fini(&a);
	/* The cheap question is always answered. */
	request.target = "/bgp/topprefixes/edge/json?maxPrefixes=0";
	web_dispatch(&app, &request, &a);
	assert_int_equal(a.status, 200);
	web_answer_fini(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_step_gives_the_same),
		cmocka_unit_test(test_dump_is_a_stream_of_bytes),
		cmocka_unit_test(test_length_is_known_or_not),
		cmocka_unit_test(test_a_read_is_bounded),
		cmocka_unit_test(test_installed_is_of_one_moment),
		cmocka_unit_test(test_abandoned_answers_leave_nothing),
		cmocka_unit_test(test_too_many_rows_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
