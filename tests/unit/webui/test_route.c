/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/webui/ask.h"

#define TOP "/bgp/topprefixes/edge/json"

static void
test_unknown_paths(void **state)
{
	static const char *const paths[] = { "/nothing", "/version/", "/bgp/topprefixes/json",
		"/bgp/topprefixes//json", "/bgp/topprefixes/edge", "/bgp/topprefixes/edge/json/x",
		"/api/v1", "//", "/../version", "/%zz", "/bgp/topprefixes/%00/json" };
	struct web_fake fake;

	(void)state;
	web_fake_init(&fake);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		assert_error(&fake, paths[i], 404, "no such path");
	assert_error(&fake, "*", 400, "bad request target");
	assert_error(&fake, "version", 400, "bad request target");
}

static void
test_long_target(void **state)
{
	char target[WEB_TARGET_MAX + 2];
	struct web_fake fake;

	(void)state;
	web_fake_init(&fake);
	memset(target, 'x', sizeof(target));
	memcpy(target, "/version?", 9);
	target[WEB_TARGET_MAX] = '\0';
	{
		struct str body;

		str_init(&body, MEM_MISC);
		assert_int_equal(ask(&fake, target, &body), 200);
		str_fini(&body);
	}
	target[WEB_TARGET_MAX] = 'x';
	target[WEB_TARGET_MAX + 1] = '\0';
	assert_error(&fake, target, 414, "4096");
}

static void
dispatch(struct web_fake *fake, const char *method, const char *target, struct web_answer *a)
{
	struct web_app app = { .backend = web_fake_backend(fake) };
	struct web_request request = { .method = method, .target = target };

	web_dispatch(&app, &request, a);
}

static void
test_methods(void **state)
{
	static const char *const others[] = { "POST", "PUT", "DELETE", "OPTIONS", "get", "HEA",
		"" };
	struct web_fake fake;
	struct web_answer a;

	(void)state;
	web_fake_init(&fake);
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		dispatch(&fake, others[i], "/version", &a);
		assert_int_equal(a.status, 405);
		assert_string_equal(a.allow, "GET, HEAD");
		web_answer_fini(&a);
		dispatch(&fake, others[i], "/nothing", &a);
		assert_int_equal(a.status, 404);
		assert_null(a.allow);
		web_answer_fini(&a);
	}
	dispatch(&fake, "HEAD", "/version", &a);
	assert_int_equal(a.status, 200);
	assert_int_equal(web_answer_length(&a), strlen("0.1-test"));
	web_answer_fini(&a);
}

/* Every row of the table, asked as it stands, answers something else than 404 and 405. */
static void
test_every_row_answers(void **state)
{
	struct web_fake fake;
	struct str body;

	(void)state;
	web_fake_init(&fake);
	str_init(&body, MEM_MISC);
	for (const struct web_route_row *row = web_routes; row->method != NULL; row++) {
		char target[200];
		const char *brace = strchr(row->pattern, '{');
		unsigned status;

		if (brace != NULL)
			snprintf(target, sizeof(target), "%.*s%s%s?address=10.0.0.1",
			    (int)(brace - row->pattern), row->pattern,
			    brace[1] == 'n'   ? "target"
			    : brace[1] == 'f' ? "app.js"
					      : "edge",
			    strchr(brace, '}') + 1);
		else
			snprintf(target, sizeof(target), "%s?address=10.0.0.1", row->pattern);
		if (strcmp(row->method, "GET") != 0)
			continue; /* test_commands */
		status = ask(&fake, target, &body);
		if (status != 200)
			fail_msg("%s answers %u", target, status);
		assert_true(body.len > 0);
	}
	str_fini(&body);
}

static void
test_reload(void **state)
{
	struct web_fake fake;
	struct web_app app = { .backend = web_fake_backend(&fake) };
	struct web_request request = {
		.method = "POST", .target = "/api/v1/reload", .may_command = true
	};
	struct web_answer a;

	(void)state;
	web_fake_init(&fake);
	web_dispatch(&app, &request, &a);
	assert_int_equal(a.status, 200);
	assert_string_equal(a.body.text,
	    "{\"changes\":[\"target.capacity changed\",\"bgp.neighbors.b added\"],"
	    "\"done\":\"the configuration is in force\","
	    "\"warnings\":[\"hotfib.conf:9: warning: port has no effect\"]}\n");
	web_answer_fini(&a);
	fake.bad_config = true;
	web_dispatch(&app, &request, &a);
	assert_int_equal(a.status, 409);
	assert_string_equal(a.body.text,
	    "{\"error\":\"the configuration has faults, nothing was changed\",\"faults\":["
	    "\"hotfib.conf:3: unknown setting 'capcity'\",\"needs a restart: x\"]}\n");
	web_answer_fini(&a);
}

/* A command is a POST, taken by the unix socket only. */
static void
test_commands(void **state)
{
	static const char path[] = "/api/v1/neighbor/reflector/refresh";
	static const struct {
		const char *word;
		enum web_neighbor_command command;
	} others[] = {
		{ "reset", WEB_NEIGHBOR_RESET },
		{ "disable", WEB_NEIGHBOR_DISABLE },
		{ "enable", WEB_NEIGHBOR_ENABLE },
	};
	struct web_fake fake;
	struct web_app app = { .backend = web_fake_backend(&fake) };
	struct web_request request = { .method = "POST", .target = path };
	struct web_answer a;

	(void)state;
	web_fake_init(&fake);
	web_dispatch(&app, &request, &a);
	assert_int_equal(a.status, 403);
	assert_null(fake.commanded);
	web_answer_fini(&a);

	request.may_command = true;
	web_dispatch(&app, &request, &a);
	assert_int_equal(a.status, 200);
	assert_string_equal(fake.commanded, "reflector");
	assert_string_equal(a.body.text, "{\"done\":\"asked for the whole table again\"}\n");
	web_answer_fini(&a);

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		char target[100];

		snprintf(target, sizeof(target), "/api/v1/neighbor/target/%s?reason=a%%26b",
		    others[i].word);
		request.target = target;
		request.who = "uid 7";
		fake.commanded = NULL;
		web_dispatch(&app, &request, &a);
		assert_int_equal(a.status, 200);
		assert_string_equal(fake.commanded, "target");
		assert_int_equal(fake.command, others[i].command);
		assert_string_equal(fake.commanded_why, "uid 7: a&b");
		web_answer_fini(&a);
	}

	request.target = "/api/v1/neighbor/target/refresh";
	web_dispatch(&app, &request, &a);
	assert_int_equal(a.status, 409);
	assert_string_equal(a.body.text, "{\"error\":\"a push neighbour\"}\n");
	web_answer_fini(&a);

	request.target = "/api/v1/neighbor/nobody/refresh";
	web_dispatch(&app, &request, &a);
	assert_int_equal(a.status, 404);
	web_answer_fini(&a);

	request.target = path;
	request.method = "GET";
	web_dispatch(&app, &request, &a);
	assert_int_equal(a.status, 405);
	assert_string_equal(a.allow, "POST");
	web_answer_fini(&a);
}

static void
test_freeze(void **state)
{
	struct web_request request = { .method = "POST",
		.target = "/api/v1/freeze?reason=a%20b",
		.may_command = true,
		.who = "uid 7" };
	static const unsigned expected[] = { 200, 409 };
	struct web_fake fake;
	struct web_app app;
	struct web_answer a;

	(void)state;
	web_fake_init(&fake);
	app = (struct web_app){ .backend = web_fake_backend(&fake) };
	for (int thaw = 0; thaw < 2; thaw++) {
		for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
			web_dispatch(&app, &request, &a);
			assert_int_equal(a.status, expected[i]);
			web_answer_fini(&a);
			assert_int_equal(fake.frozen, thaw == 0);
			assert_string_equal(fake.froze_why, thaw == 0 ? "uid 7: a b" : "?: ");
		}
		request.target = "/api/v1/thaw";
		request.who = NULL;
	}
}

static void
test_defaults(void **state)
{
	struct web_fake fake;

	(void)state;
	web_fake_init(&fake);
	json_decref(ask_json(&fake, TOP, 200));
	assert_int_equal(fake.last_query.max_prefixes, 20000);
	assert_true(fake.last_query.min_value == 0);
	assert_false(fake.last_query.by_source);
	assert_int_equal(fake.last_query.min_prefix, 0);
	assert_false(fake.last_query.include_covered);
	assert_false(fake.last_query.prune_covered);
}

static void
test_all_given(void **state)
{
	struct web_fake fake;

	(void)state;
	web_fake_init(&fake);
	json_decref(ask_json(&fake,
	    TOP "?maxPrefixes=7&minValue=1.5E3&direction=ingress&includeCovered=true"
		"&pruneCovered=true&minPrefix=32&other=%zz&maxPrefixes=x",
	    200));
	assert_int_equal(fake.last_query.max_prefixes, 7);
	assert_true(fake.last_query.min_value == 1500);
	assert_true(fake.last_query.by_source);
	assert_int_equal(fake.last_query.min_prefix, 32);
	assert_true(fake.last_query.include_covered);
	assert_true(fake.last_query.prune_covered);
}

static void
test_directions(void **state)
{
	static const struct {
		const char *word;
		bool by_source;
		const char *echo;
	} cases[] = { { "egress", false, "destination" }, { "destination", false, "destination" },
		{ "ingress", true, "source" }, { "source", true, "source" } };
	struct web_fake fake;

	(void)state;
	web_fake_init(&fake);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char target[100];
		json_t *root;

		snprintf(target, sizeof(target), TOP "?direction=%s", cases[i].word);
		root = ask_json(&fake, target, 200);
		assert_int_equal(fake.last_query.by_source, cases[i].by_source);
		assert_string_equal(
		    json_string_value(json_object_get(root, "direction")), cases[i].echo);
		json_decref(root);
	}
}

/* Each names the parameter and the value. */
static void
test_refused_values(void **state)
{
	static const char *const values[][2] = {
		{ "maxPrefixes", "-1" },
		{ "maxPrefixes", "2000001" },
		{ "maxPrefixes", "1e3" },
		{ "maxPrefixes", "1.5" },
		{ "maxPrefixes", "" },
		{ "maxPrefixes", "0x10" },
		{ "maxPrefixes", "99999999999999999999" },
		{ "minValue", "-1" },
		{ "minValue", "nan" },
		{ "minValue", "inf" },
		{ "minValue", "1e999" },
		{ "minValue", "0x1" },
		{ "minValue", "1 2" },
		{ "minValue", "--1" },
		{ "minValue", "e" },
		{ "direction", "both" },
		{ "direction", "" },
		{ "direction", "Source" },
		{ "includeCovered", "yes" },
		{ "includeCovered", "1" },
		{ "pruneCovered", "" },
		{ "pruneCovered", "TRUE" },
		{ "minPrefix", "33" },
		{ "minPrefix", "-1" },
	};
	struct web_fake fake;

	(void)state;
	web_fake_init(&fake);
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		char target[100], quoted[100];

		snprintf(target, sizeof(target), TOP "?%s=%s", values[i][0], values[i][1]);
		snprintf(quoted, sizeof(quoted), "%s: \"%s\" is", values[i][0], values[i][1]);
		for (char *c = target; *c != '\0'; c++) {
			if (*c == ' ')
				*c = '+';
		}
		assert_error(&fake, target, 400, quoted);
	}
	assert_error(&fake, TOP "?minPrefix=%zz", 400, "minPrefix: badly encoded");
	assert_int_equal(fake.tops, 0);
}

static void
test_limits_are_the_family_s(void **state)
{
	struct web_fake fake;

	(void)state;
	web_fake_init(&fake);
	json_decref(ask_json(&fake, "/bgp/topprefixes6/edge/json?minPrefix=128", 200));
	assert_int_equal(fake.last_query.min_prefix, 128);
	assert_error(&fake, "/bgp/topprefixes6/edge/json?minPrefix=129", 400, "128");
	json_decref(ask_json(&fake, TOP "?maxPrefixes=2000000", 200));
	json_decref(ask_json(&fake, TOP "?maxPrefixes=0", 200));
	assert_int_equal(fake.last_query.max_prefixes, 0);
}

static void
test_names_are_decoded(void **state)
{
	struct web_fake fake;

	(void)state;
	web_fake_init(&fake);
	fake.routers[0].name = "a/b c";
	json_decref(ask_json(&fake, "/bgp/topprefixes/a%2Fb%20c/json", 200));
	assert_error(&fake, "/bgp/topprefixes/a/b%20c/json", 404, "no such path");
	assert_error(&fake, "/bgp/topprefixes/edge/json", 404, "\"edge\"");
}

/* What follows `before` in the text and is a name of a part, is there; and what that asks for. */
static unsigned
follow_parts(struct web_fake *fake, const char *text, const char *before, unsigned depth)
{
	unsigned n = 0;

	assert_true(depth < 5);
	for (const char *at = text; (at = strstr(at, before)) != NULL; n++) {
		char target[100];
		struct str body;

		at += strlen(before);
		snprintf(target, sizeof(target), "/app/%.*s", (int)strcspn(at, "\""), at);
		str_init(&body, MEM_MISC);
		if (ask(fake, target, &body) != 200)
			fail_msg("the page asks for %s", target);
		(void)follow_parts(fake, body.text, "from \"./", depth + 1);
		str_fini(&body);
	}
	return n;
}

static void
test_parts_of_the_page(void **state)
{
	struct web_fake fake;
	struct str page;

	(void)state;
	web_fake_init(&fake);
	str_init(&page, MEM_MISC);
	assert_int_equal(ask(&fake, "/", &page), 200);
	assert_int_equal(follow_parts(&fake, page.text, "=\"app/", 0), 3);
	assert_error(&fake, "/app/nothing.js", 404, "\"nothing.js\"");
	str_fini(&page);
}

static void
test_etag(void **state)
{
	struct web_fake fake;
	struct web_app app;
	struct web_request request = { .method = "GET", .target = "/app/app.js" };
	struct web_answer a;
	char etag[24];

	(void)state;
	web_fake_init(&fake);
	app = (struct web_app){ .backend = web_fake_backend(&fake) };
	web_dispatch(&app, &request, &a);
	assert_int_equal(a.status, 200);
	assert_true(a.etag[0] == '"');
	assert_true(web_answer_length(&a) > 1000);
	strcpy(etag, a.etag);
	web_answer_fini(&a);

	request.if_none_match = etag;
	web_dispatch(&app, &request, &a);
	assert_int_equal(a.status, 304);
	assert_int_equal(web_answer_length(&a), 0);
	assert_string_equal(a.etag, etag);
	web_answer_fini(&a);

	request.if_none_match = "\"0\"";
	web_dispatch(&app, &request, &a);
	assert_int_equal(a.status, 200);
	web_answer_fini(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unknown_paths),
		cmocka_unit_test(test_long_target),
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_freeze),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_every_row_answers),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_all_given),
		cmocka_unit_test(test_directions),
		cmocka_unit_test(test_refused_values),
		cmocka_unit_test(test_limits_are_the_family_s),
		cmocka_unit_test(test_names_are_decoded),
		cmocka_unit_test(test_etag),
		cmocka_unit_test(test_parts_of_the_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
