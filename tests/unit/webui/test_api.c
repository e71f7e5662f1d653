/* SPDX-License-Identifier: Apache-2.0 */
/* The bodies: byte by byte where scripts of sFlow-RT depend on them, by member elsewhere. */
#include <math.h>

#include "tests/unit/webui/ask.h"

/* The members, their order and their types are those of the 2016 sample on blog.sflow.com. */
static void
test_topprefixes_as_sflow_rt(void **state)
{
	struct web_fake fake;

	(void)state;
	web_fake_init(&fake);
	assert_body(&fake, "/bgp/topprefixes/10.0.0.254/json?maxPrefixes=2&includeCovered=true",
	    200,
	    "{\"as\":65254,\"direction\":\"destination\",\"id\":\"10.0.0.254\","
	    "\"learnedPrefixesAdded\":691838,\"learnedPrefixesRemoved\":0,\"nPrefixes\":3,"
	    "\"pushedPrefixesAdded\":0,\"pushedPrefixesRemoved\":0,"
	    "\"startTime\":1467322582093,\"state\":\"established\",\"topPrefixes\":["
	    "{\"aspath\":\"1-2-3\",\"communities\":\"65000:1-65000:666\",\"localpref\":100,\"med\":"
	    "1,"
	    "\"nexthop\":\"192.0.2.1\",\"origin\":\"IGP\",\"prefix\":\"10.0.0.0/24\","
	    "\"value\":97000000},\n"
	    "{\"aspath\":\"1-2-3\",\"localpref\":100,\"nexthop\":\"192.0.2.2\",\"origin\":\"IGP\","
	    "\"parentprefix\":\"10.0.0.0/16\",\"prefix\":\"10.0.1.0/24\",\"value\":48500000}"
	    "],\"valuePercentCoverage\":81.8181818181818,\"valueTopPrefixes\":145500000.0,"
	    "\"valueTotal\":177833333.333333}\n");
}

static void
test_dump_is_refused(void **state)
{
	struct web_fake fake;

	(void)state;
	web_fake_init(&fake);
	assert_error(&fake, "/api/v1/rib/nope/mrt", 404, "\"nope\"");
	assert_error(&fake, "/api/v1/rib/edge/mrt?family=vpn", 400, "none of both, ipv4, ipv6");
}

static void
test_neighbor(void **state)
{
	struct web_fake fake;
	json_t *root;

	(void)state;
	web_fake_init(&fake);
	fake.neighbors[1].name = "a/b";
	fake.neighbors[1].sent.keepalives = 7;
	fake.neighbors[1].received.bytes = 8;
	fake.neighbors[1].hold_time_configured_s = 240;
	fake.neighbors[1].family[IP_V6].configured = true;
	root = ask_json(&fake, "/api/v1/neighbor/a%2Fb", 200);
	assert_int_equal(
	    json_integer_value(json_object_get(json_object_get(root, "sent"), "keepalives")), 7);
	assert_int_equal(
	    json_integer_value(json_object_get(json_object_get(root, "received"), "bytes")), 8);
	assert_int_equal(
	    json_integer_value(json_object_get(root, "holdTimeConfiguredSeconds")), 240);
	assert_int_equal(json_integer_value(json_object_get(root, "holdTimeSeconds")), 90);
	assert_true(json_is_true(json_object_get(
	    json_object_get(json_object_get(root, "families"), "ipv6"), "configured")));
	assert_null(json_object_get(root, "lastErrorAgeSeconds"));
	assert_int_equal(json_object_size(json_object_get(root, "timers")), 0);
	assert_true(
	    json_is_null(json_object_get(json_object_get(root, "capabilities"), "received")));
	json_decref(root);
	fake.neighbors[0].last_error = "Cease";
	fake.neighbors[0].last_error_age_s = 2.5;
	fake.neighbors[0].keepalive_left_s = 12.5;
	fake.neighbors[0].family[IP_V6].stale_left_s = 0.5;
	root = ask_json(&fake, "/api/v1/neighbor/reflector", 200);
	assert_int_equal(json_object_size(json_object_get(root, "timers")), 1);
	assert_true(json_number_value(json_object_get(
			json_object_get(root, "timers"), "keepaliveSecondsLeft")) == 12.5);
	assert_true(json_number_value(
			json_object_get(json_object_get(json_object_get(root, "families"), "ipv6"),
			    "staleSecondsLeft")) == 0.5);
	assert_true(json_number_value(json_object_get(root, "lastErrorAgeSeconds")) == 2.5);
	json_decref(root);
	assert_error(&fake, "/api/v1/neighbor/nope", 404, "\"nope\"");
}

static void
test_capabilities(void **state)
{
	struct web_fake fake;
	struct str body;

	(void)state;
	web_fake_init(&fake);
	fake.neighbors[0].capabilities_received = (struct web_capabilities){ .valid = true,
		.families = { true, true },
		.four_octet_as = true,
		.route_refresh = true,
		.add_path = { "both", NULL },
		.graceful_restart = true,
		.restart_time_s = 120,
		.notification = true,
		.restart_families = { true, true },
		.restart_forwarding = { false, true },
		.unknown = { [2] = 1u << 9, [7] = 1u << 31 } };
	fake.n_attribute_errors = 1;
	fake.attribute_errors[0] =
	    (struct web_attribute_error){ "AS_PATH", "treat-as-withdraw", 3 };
	str_init(&body, MEM_MISC);
	assert_int_equal(ask(&fake, "/api/v1/neighbor/reflector", &body), 200);
	assert_non_null(strstr(body.text,
	    "\"attributeErrors\":[{\"action\":\"treat-as-withdraw\",\"attribute\":\"AS_PATH\","
	    "\"count\":3}]"));
	assert_non_null(strstr(body.text,
	    "\"capabilities\":{\"received\":{\"addPath\":{\"ipv4\":\"both\"},"
	    "\"enhancedRouteRefresh\":false,\"extendedMessage\":false,"
	    "\"extendedNexthop\":false,\"fourOctetAs\":true,"
	    "\"gracefulRestart\":{\"families\":[\"ipv4\",\"ipv6\"],\"forwarding\":[\"ipv6\"],"
	    "\"notification\":true,\"restarted\":false,\"timeSeconds\":120},"
	    "\"multiprotocol\":[\"ipv4\",\"ipv6\"],\"routeRefresh\":true,"
	    "\"unknown\":[73,255]},\"sent\":null}"));
	str_fini(&body);
}

static void
test_hardware(void **state)
{
	struct web_fake fake;

	(void)state;
	web_fake_init(&fake);
	assert_body(&fake, "/api/v1/hardware", 200,
	    "{\"hardware\":[{\"ageSeconds\":2.5,\"error\":\"\",\"known\":true,"
	    "\"name\":\"10.0.0.136\",\"source\":\"sflow\",\"tables\":{"
	    "\"ipv4_routes\":{\"used\":9000},\"total_routes\":{\"max\":131072,\"used\":9812}}},"
	    "{\"error\":\"no \\\"answer\\\"\",\"known\":false,\"name\":\"/run/redis.sock\","
	    "\"source\":\"redis\",\"tables\":{}}]}\n");
}

static void
test_status_query_and_no_traffic(void **state)
{
	struct web_fake fake;
	json_t *root;

	(void)state;
	web_fake_init(&fake);
	root = ask_json(&fake, "/bgp/topprefixes/target/json?maxPrefixes=0", 200);
	assert_int_equal(json_array_size(json_object_get(root, "topPrefixes")), 0);
	assert_int_equal(json_integer_value(json_object_get(root, "pushedPrefixesAdded")), 5);
	assert_int_equal(json_integer_value(json_object_get(root, "pushedPrefixesRemoved")), 3);
	json_decref(root);

	fake.n_active = 0;
	root = ask_json(&fake, "/bgp/topprefixes6/edge/json", 200);
	assert_true(json_number_value(json_object_get(root, "valuePercentCoverage")) == 0);
	assert_int_equal(json_array_size(json_object_get(root, "topPrefixes")), 0);
	json_decref(root);

	/* A router whose neighbours are all gone. */
	fake.n_neighbors = 0;
	root = ask_json(&fake, "/bgp/topprefixes/edge/json", 200);
	assert_string_equal(json_string_value(json_object_get(root, "state")), "idle");
	assert_string_equal(json_string_value(json_object_get(root, "id")), "0.0.0.0");
	json_decref(root);
}

static void
test_numbers_are_always_finite(void **state)
{
	struct web_fake fake;
	json_t *root;

	(void)state;
	web_fake_init(&fake);
	fake.value_scale = INFINITY;
	fake.routers[0].family[0].rate_total = NAN;
	root = ask_json(&fake, "/bgp/topprefixes/edge/json", 200);
	assert_true(json_number_value(json_object_get(root, "valueTotal")) == 0);
	json_decref(root);
	json_decref(ask_json(&fake, "/api/v1/status", 200));
}

static void
test_withdrawn_rows_are_left_out(void **state)
{
	struct web_fake fake;

	(void)state;
	web_fake_init(&fake);
	for (size_t gone = 0; gone <= 3; gone++) {
		json_t *root;

		fake.withdrawn = gone;
		root = ask_json(&fake, "/bgp/topprefixes/edge/json", 200);
		assert_int_equal(json_array_size(json_object_get(root, "topPrefixes")), 3 - gone);
		json_decref(root);
	}
}

static void
test_long_as_path(void **state)
{
	static uint8_t path[2 + 4 * 255];
	struct web_fake fake;
	const char *text;
	json_t *root;

	(void)state;
	web_fake_init(&fake);
	memset(path, 0xff, sizeof(path));
	path[0] = ROUTE_AS_SEQUENCE;
	path[1] = 255;
	fake.as_path = path;
	fake.as_path_len = sizeof(path);
	root = ask_json(&fake, "/bgp/prefix/edge/json?address=10.0.0.1", 200);
	text = json_string_value(json_object_get(root, "aspath"));
	assert_int_equal(strlen(text), 255 * 11 - 1);
	assert_string_equal(text + strlen(text) - 11, "-4294967295");
	json_decref(root);
}

static void
test_prefix(void **state)
{
	static const char route[] =
	    "{\"aspath\":\"1-2-3\",\"installed\":true,\"localpref\":100,\"nexthop\":\"192.0.2.2\","
	    "\"origin\":\"IGP\",\"prefix\":\"10.0.1.0/24\",\"value\":48500000,"
	    "\"valueDestination\":48500000,\"valueSource\":12125000}\n";
	struct web_fake fake;

	(void)state;
	web_fake_init(&fake);
	assert_body(&fake, "/bgp/prefix/edge/json?address=10.0.1.77", 200, route);
	assert_body(&fake, "/bgp/prefix/edge/json?address=10.0.1.0/24", 200, route);
	assert_body(&fake, "/bgp/prefix/edge/json?address=10.0.1.0%2F24", 200, route);
	assert_body(&fake, "/bgp/prefix/edge/json?address=10.0.1.0/25", 404, "{}\n");
	assert_body(&fake, "/bgp/prefix/edge/json?address=192.0.2.1", 404, "{}\n");
	json_decref(ask_json(&fake, "/bgp/prefix/edge/json?address=2001:db8:1::7", 200));
	assert_error(&fake, "/bgp/prefix/edge/json", 400, "address");
	assert_error(&fake, "/bgp/prefix/edge/json?address=10.0.0.256", 400, "10.0.0.256");
	assert_error(&fake, "/bgp/prefix/edge/json?address=10.0.0.0/33", 400, "10.0.0.0/33");
	assert_error(&fake, "/bgp/prefix/nope/json?address=10.0.0.1", 404, "\"nope\"");
}

static void
test_agents(void **state)
{
	static const char *const names[] = { "sFlowDatagramsReceived", "sFlowDatagramsLost",
		"sFlowDatagramsDuplicates", "sFlowDatagramsOutOfOrder", "sFlowDatagramSource",
		"sFlowFlowSamples", "sFlowFlowDrops", "sFlowFlowLostSamples",
		"sFlowFlowDuplicateSamples", "sFlowFlowOutOfOrderSamples", "sFlowFlowDatasources",
		"sFlowCounterSamples", "sFlowCounterLostSamples", "sFlowCounterDuplicateSamples",
		"sFlowCounterOutOfOrderSamples", "sFlowCounterDatasources",
		"sFlowNotificationSamples", "firstSeen", "lastSeen", "uptime" };
	struct web_fake fake;
	json_t *root, *agent;

	(void)state;
	web_fake_init(&fake);
	fake.n_agents = 2;
	fake.agents[1].address = ip_v4(0x0a000089);
	root = ask_json(&fake, "/agents/json", 200);
	assert_int_equal(json_object_size(root), 2);
	agent = json_object_get(root, "10.0.0.136");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (json_object_get(agent, names[i]) == NULL)
			fail_msg("%s is missing", names[i]);
	}
	assert_int_equal(json_integer_value(json_object_get(agent, "sFlowDatagramsLost")), 2);
	assert_int_equal(json_integer_value(json_object_get(agent, "uptime")), 123456);
	json_decref(root);

	root = ask_json(&fake, "/agents/json?agent=10.0.0.137", 200);
	assert_int_equal(json_object_size(root), 1);
	assert_non_null(json_object_get(root, "10.0.0.137"));
	json_decref(root);
	assert_body(&fake, "/agents/json?agent=192.0.2.9", 200, "{}\n");
	assert_error(&fake, "/agents/json?agent=ALL", 400, "ALL");
}

static size_t
reasons(struct web_fake *fake, unsigned status, const char *first)
{
	json_t *root = ask_json(fake, "/readyz", status);
	const json_t *list = json_object_get(root, "reasons");
	size_t n = json_array_size(list);

	assert_int_equal(json_is_true(json_object_get(root, "ready")), status == 200);
	if (n > 0)
		assert_non_null(strstr(json_string_value(json_array_get(list, 0)), first));
	json_decref(root);
	return n;
}

static void
test_ready(void **state)
{
	struct web_fake fake;

	(void)state;
	web_fake_init(&fake);
	assert_int_equal(reasons(&fake, 200, ""), 0);

	/* One family is enough; a push session's says nothing. */
	fake.neighbors[0].family[IP_V4].ready = false;
	assert_int_equal(reasons(&fake, 200, ""), 0);
	fake.neighbors[0].family[IP_V6].ready = false;
	fake.neighbors[1].family[IP_V6].ready = true;
	assert_int_equal(reasons(&fake, 503, "no learn neighbour has sent"), 1);

	fake.agents[0].configured = false;
	assert_int_equal(reasons(&fake, 503, "no learn neighbour has sent"), 2);
	fake.neighbors[0].family[IP_V4].ready = true;
	assert_int_equal(reasons(&fake, 503, "from no configured agent"), 1);
	fake.totals.sflow_datagrams = 0;
	assert_int_equal(reasons(&fake, 503, "no sFlow received"), 1);
	fake.agents[0].configured = true;
	fake.agents[0].datagrams = 0;
	assert_int_equal(reasons(&fake, 503, "no sFlow received"), 1);
	fake.n_neighbors = 0;
	assert_int_equal(reasons(&fake, 503, "no learn neighbour is configured"), 2);
}

static void
assert_problem(struct web_fake *fake, size_t n, const char *text)
{
	json_t *root = ask_json(fake, "/api/v1/status", 200);
	const json_t *list = json_object_get(root, "problems");

	assert_int_equal(json_array_size(list), n);
	if (n > 0)
		assert_string_equal(json_string_value(json_array_get(list, n - 1)), text);
	json_decref(root);
}

static void
test_problems(void **state)
{
	struct web_fake fake;

	(void)state;
	web_fake_init(&fake);
	assert_problem(&fake, 0, NULL);
	fake.neighbors[0].family[IP_V6].over_limit = true;
	assert_problem(
	    &fake, 1, "neighbour reflector has had more IPv6 routes than max-prefixes allows");
	fake.neighbors[0].family[IP_V6].over_limit = false;
	fake.neighbors[1].dynamic = true; /* who comes may go */
	fake.neighbors[1].state = "active";
	assert_problem(&fake, 0, NULL);
	fake.neighbors[1].dynamic = false;
	fake.neighbors[1].last_error = "refused";
	assert_problem(&fake, 1, "push neighbour target is down (active): refused");
	fake.neighbors[1].established_count = 0; /* never up, and nobody stands in for it */
	assert_problem(&fake, 1, "push neighbour target is down (active): refused");
	fake.neighbors[1].role = "learn"; /* the other learning session of the router is up */
	assert_problem(&fake, 0, NULL);
	fake.neighbors[1].router = "spare";
	assert_problem(&fake, 1, "learn neighbour target is down (active): refused");
	fake.neighbors[1] = fake.neighbors[0];
	fake.neighbors[1].state = "active";
	fake.neighbors[1].last_error = "refused"; /* it was up before */
	assert_problem(&fake, 1, "learn neighbour reflector is down (active): refused");
	fake.routers[0].family[IP_V6].frozen = true;
	fake.routers[0].family[IP_V6].frozen_why = "no sFlow";
	assert_problem(&fake, 2, "IPv6 of router edge is frozen, nothing is evicted: no sFlow");
	fake.routers[0].family[IP_V6].frozen = false;
	fake.routers[0].no_nexthop = "next hop 10.0.0.1 is unresolved: no route to it";
	assert_problem(&fake, 2, "router edge: next hop 10.0.0.1 is unresolved: no route to it");
}

static void
assert_summary(struct web_fake *fake, const char *text)
{
	json_t *root = ask_json(fake, "/api/v1/status", 200);

	assert_string_equal(json_string_value(json_object_get(root, "summary")), text);
	json_decref(root);
}

static void
test_summary(void **state)
{
	struct web_fake fake;

	(void)state;
	web_fake_init(&fake);
	assert_summary(&fake,
	    "Covering 95.0 % of 3.20 Gbit/s with 19,600 of 20,000 routes; learning "
	    "691,838 IPv4 and 691,838 IPv6 prefixes from 1 neighbour");
	/* Slots are no routes. */
	fake.routers[0].family[IP_V6].slots = 2 * fake.routers[0].family[IP_V6].installed;
	assert_summary(&fake, "Covering 95.0 % of 3.20 Gbit/s with 19,600 routes; learning "
			      "691,838 IPv4 and 691,838 IPv6 prefixes from 1 neighbour");
	fake.routers[0].family[IP_V6].slots = 0;
	for (int f = 0; f < IP_FAMILIES; f++)
		fake.routers[0].family[f].dry_run = true;
	assert_summary(&fake, "A dry run that would cover 95.0 % of 3.20 Gbit/s with 19,600 of "
			      "20,000 routes; learning "
			      "691,838 IPv4 and 691,838 IPv6 prefixes from 1 neighbour");
	for (int f = 0; f < IP_FAMILIES; f++)
		fake.routers[0].family[f].has_target = false;
	assert_summary(&fake, "Observing 3.20 Gbit/s; no target is configured; learning "
			      "691,838 IPv4 and 691,838 IPv6 prefixes from 1 neighbour");
	for (int f = 0; f < IP_FAMILIES; f++) {
		fake.routers[0].family[f].has_target = true;
		fake.routers[0].family[f].rate_total = 0;
		fake.routers[0].family[f].prefixes = 0;
	}
	assert_summary(&fake, "No traffic seen; 19,600 of 20,000 routes; no prefixes learned yet");
	fake.n_routers = 0;
	assert_summary(&fake, "No traffic seen; no target is configured; no prefixes learned yet");
}

static void
test_status_members(void **state)
{
	struct web_fake fake;
	json_t *root, *neighbor, *family;
	const char *state_text = NULL;
	int desired = 0;

	(void)state;
	web_fake_init(&fake);
	root = ask_json(&fake, "/api/v1/status", 200);
	assert_int_equal(json_unpack(root, "{s:[{s:{s:{s:i}}}]}", "routers", "families", "ipv4",
			     "desired", &desired),
	    0);
	assert_int_equal(desired, 9800);
	neighbor = json_array_get(json_object_get(root, "neighbors"), 1);
	assert_int_equal(json_unpack(neighbor, "{s:s}", "state", &state_text), 0);
	assert_string_equal(state_text, "established");
	family = json_object_get(json_object_get(neighbor, "families"), "ipv6");
	assert_int_equal(json_integer_value(json_object_get(family, "pushedPrefixesAdded")), 5);
	assert_true(json_is_true(json_object_get(family, "negotiated")));
	assert_int_equal(json_array_size(json_object_get(root, "agents")), 1);
	assert_non_null(json_object_get(json_object_get(root, "totals"), "memoryBytes"));
	json_decref(root);
}

/* What a peer wrote into its shutdown message is text, whatever its bytes. */
static void
test_hostile_text(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "\"},{\"x\":\"\n\x01", "\"},{\"x\":\"\n\x01" },
		{ "caf\xc3\xa9", "caf\xc3\xa9" },
		{ "caf\xe9!", "caf\xef\xbf\xbd!" },
		{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xf0\x9f\x94\xa5\xf4\x90", "\xf0\x9f\x94\xa5\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd" },
	};
	struct web_fake fake;

	(void)state;
	web_fake_init(&fake);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *root, *first;

		fake.neighbors[0].last_error = cases[i].in;
		root = ask_json(&fake, "/api/v1/neighbors", 200);
		first = json_array_get(json_object_get(root, "neighbors"), 0);
		assert_string_equal(
		    json_string_value(json_object_get(first, "lastError")), cases[i].out);
		json_decref(root);
	}
}

static void
test_installed(void **state)
{
	struct web_fake fake;

	(void)state;
	web_fake_init(&fake);
	assert_body(&fake, "/api/v1/installed", 200,
	    "{\"installed\":["
	    "{\"ageSeconds\":61.500,\"covered\":false,\"kind\":\"route\",\"neighbor\":\"target\","
	    "\"nexthop\":\"192.0.2.1\",\"prefix\":\"10.0.0.0/24\",\"serves\":[\"10.0.0.0/24\"],"
	    "\"servesMore\":false,\"value\":97000000},\n"
	    "{\"ageSeconds\":61.500,\"covered\":true,\"kind\":\"aggregate\","
	    "\"neighbor\":\"target\",\"nexthop\":\"192.0.2.1\",\"prefix\":\"10.0.1.0/24\","
	    "\"serves\":[\"10.0.1.0/24\",\"10.0.2.0/24\"],\"servesMore\":true,"
	    "\"value\":48500000}]}\n");
	fake.n_installed = 0;
	assert_body(&fake, "/api/v1/installed", 200, "{\"installed\":[]}\n");
}

static void
test_differences(void **state)
{
	struct web_fake fake;

	(void)state;
	web_fake_init(&fake);
	assert_body(&fake, "/api/v1/diff", 200, "{\"differences\":[]}\n");
	fake.n_differences = 3;
	assert_body(&fake, "/api/v1/diff", 200,
	    "{\"differences\":["
	    "{\"neighbor\":\"netlink\",\"nexthop\":\"192.0.2.1\",\"prefix\":\"10.0.0.0/24\","
	    "\"what\":\"missing\",\"why\":\"the next audit puts it right\"},\n"
	    "{\"neighbor\":\"netlink\",\"nexthop\":\"192.0.2.1\",\"prefix\":\"10.0.1.0/24\","
	    "\"what\":\"not sent\",\"why\":\"the next audit puts it right\"},\n"
	    "{\"neighbor\":\"netlink\",\"prefix\":\"10.0.2.0/24\",\"what\":\"extra\","
	    "\"why\":\"the next audit puts it right\"}]}\n");
}

static void
test_top_says_what_is_installed(void **state)
{
	struct web_fake fake;
	json_t *root, *rows;

	(void)state;
	web_fake_init(&fake);
	root = ask_json(&fake, "/api/v1/top/edge/ipv6", 200);
	rows = json_object_get(root, "topPrefixes");
	assert_int_equal(json_array_size(rows), 3);
	assert_true(json_is_true(json_object_get(json_array_get(rows, 0), "installed")));
	assert_true(json_is_false(json_object_get(json_array_get(rows, 2), "installed")));
	assert_null(json_object_get(json_array_get(rows, 0), "carriedby"));
	assert_string_equal(
	    json_string_value(json_object_get(json_array_get(rows, 2), "carriedby")), "2000::/8");
	json_decref(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_neighbor),
		cmocka_unit_test(test_capabilities),
		cmocka_unit_test(test_hardware),
		cmocka_unit_test(test_dump_is_refused),
		cmocka_unit_test(test_topprefixes_as_sflow_rt),
		cmocka_unit_test(test_status_query_and_no_traffic),
		cmocka_unit_test(test_numbers_are_always_finite),
		cmocka_unit_test(test_withdrawn_rows_are_left_out),
		cmocka_unit_test(test_long_as_path),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_agents),
		cmocka_unit_test(test_ready),
		cmocka_unit_test(test_problems),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_status_members),
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_installed),
		cmocka_unit_test(test_differences),
		cmocka_unit_test(test_top_says_what_is_installed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
