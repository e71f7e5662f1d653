/* SPDX-License-Identifier: Apache-2.0 */
/* One prefix with everything that is known of it. */
#include "tests/unit/webui/ask.h"

static void
test_route_explained(void **state)
{
	struct web_fake fake;
	json_t *root;

	(void)state;
	web_fake_init(&fake);
	assert_body(&fake, "/api/v1/route?router=target&address=10.0.2.77", 200,
	    "{\"because\":\"it carries too little\","
	    "\"carriedby\":\"10.0.0.0/8\",\"cover\":\"10.0.0.0/16\",\"coverAlike\":false,"
	    "\"coverNexthop\":\"192.0.2.9\",\"demand\":1250.0,\"demandError\":0.5,"
	    "\"demandSamples\":15.5,\"forwarding\":\"carried\","
	    "\"ignoredPaths\":[{\"aspath\":\"1-2-3\",\"aspathLength\":3,"
	    "\"communities\":\"65000:1-65000:666\",\"localpref\":100,\"med\":1,"
	    "\"neighbor\":\"reflector\",\"neighborAddress\":\"10.0.0.254\","
	    "\"nexthop\":\"192.0.2.3\",\"origin\":\"IGP\",\"pathId\":9,"
	    "\"why\":\"it is our own\"}],\"nPaths\":2,\"paths\":["
	    "{\"aspath\":\"1-2-3\",\"aspathLength\":3,\"best\":true,"
	    "\"communities\":\"65000:1-65000:666\",\"localpref\":100,\"med\":1,"
	    "\"neighbor\":\"reflector\",\"neighborAddress\":\"10.0.0.254\","
	    "\"nexthop\":\"192.0.2.3\",\"origin\":\"IGP\",\"pathId\":0,\"stale\":false},"
	    "{\"aggregatorAs\":65001,\"aggregatorId\":\"10.0.0.4\",\"aspath\":\"1-2-3\","
	    "\"aspathLength\":3,\"atomicAggregate\":true,\"best\":false,"
	    "\"clusterList\":\"10.0.0.1-10.0.0.2\",\"communities\":\"65000:1-65000:666\","
	    "\"extendedCommunities\":\"rt:65000:7\",\"largeCommunities\":\"65000:1:2\","
	    "\"localpref\":100,\"med\":1,\"neighbor\":\"reflector\","
	    "\"neighborAddress\":\"10.0.0.254\",\"nexthop\":\"192.0.2.3\","
	    "\"nexthopLinkLocal\":\"fe80::1\",\"onlyToCustomer\":65002,\"origin\":\"IGP\","
	    "\"originatorId\":\"10.0.0.3\",\"otherAttributes\":\"e06301ff\",\"pathId\":7,"
	    "\"rule\":\"stale\",\"stale\":true,\"why\":\"it is not "
	    "stale\"}],\"points\":[{\"prefix\":\"10.0.2.0/24\",\"value\":1000.0}],"
	    "\"prefix\":\"10.0.2.0/24\",\"price\":2000.0,\"router\":\"edge\","
	    "\"rule\":\"as-path\",\"valueDestination\":32333333.3333333,"
	    "\"valueSource\":8083333.33333333,\"verdict\":\"below-price\",\"why\":\"its AS path is "
	    "shorter\"}\n");
	assert_error(&fake, "/api/v1/route?address=x", 400, "\"x\"");
	assert_error(&fake, "/api/v1/route", 400, "address");
	assert_error(&fake, "/api/v1/route?address=192.0.2.1", 404, "no route to 192.0.2.1");
	assert_error(&fake, "/api/v1/route?address=10.0.0.0/23", 404, "no route");
	/* A prefix that is not in the table: what covers it. */
	root = ask_json(&fake, "/api/v1/route?router=target&address=10.0.2.64/26", 200);
	assert_string_equal(json_string_value(json_object_get(root, "prefix")), "10.0.2.0/24");
	json_decref(root);
	assert_error(&fake, "/api/v1/route?router=nope&address=10.0.0.1", 404, "\"nope\"");
	fake.n_routers = 2;
	assert_error(&fake, "/api/v1/route?address=10.0.0.1", 400, "say which");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_route_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
