/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs that explain one thing: `show neighbor NAME` and `show route`. */
#include "tests/unit/cli/daemon.h"

static const char route[] =
    "{\"router\":\"edge\",\"prefix\":\"10.0.2.0/24\",\"forwarding\":\"carried\","
    "\"verdict\":\"below-price\",\"because\":\"it is too light\",\"demand\":125000,"
    "\"demandError\":0.25,\"demandSamples\":61.5,\"price\":250000,\"points\":["
    "{\"prefix\":\"10.0.2.64/26\",\"value\":1250}],"
    "\"carriedby\":\"10.0.0.0/8\",\"cover\":\"10.0.0.0/16\",\"coverNexthop\":\"192.0.2.9\","
    "\"coverAlike\":false,\"valueDestination\":1e9,\"valueSource\":0,\"rule\":\"as-path\","
    "\"why\":\"its AS path is shorter\",\"nPaths\":300,\"paths\":["
    "{\"best\":true,\"neighbor\":\"reflector\",\"neighborAddress\":\"10.0.0.254\","
    "\"pathId\":0,\"stale\":false,\"nexthop\":\"192.0.2.3\",\"aspath\":\"\","
    "\"origin\":\"IGP\"},"
    "{\"best\":false,\"neighbor\":\"re\\u001b\",\"neighborAddress\":\"10.0.0.253\","
    "\"pathId\":7,\"stale\":true,\"rule\":\"as-path\",\"why\":\"its AS path is shorter\","
    "\"nexthop\":\"192.0.2.4\",\"aspath\":\"1-2\",\"med\":0,"
    "\"origin\":\"IGP\",\"largeCommunities\":\"1:2:3-4:5:6\",\"atomicAggregate\":true}],"
    "\"ignoredPaths\":[{\"neighbor\":\"re\\u001b\",\"neighborAddress\":\"10.0.0.253\","
    "\"pathId\":9,\"why\":\"it is our own\",\"nexthop\":\"192.0.2.5\",\"aspath\":\"\","
    "\"origin\":\"IGP\",\"originatorId\":\"10.0.0.1\"}]}";

#define ENDS                                                                                       \
	"\"name\":\"a/b\",\"router\":\"edge\",\"address\":\"10.0.0.254\",\"localAs\":65000,"       \
	"\"localId\":\"0.0.0.1\",\"remoteAs\":65001,\"holdTimeConfiguredSeconds\":240,"

/* A learning session that is up, and all there is to say about it. */
static const char up[] =
    "{" ENDS "\"role\":\"learn\",\"description\":\"up\\u001bstream\",\"state\":\"established\","
    "\"stateAgeSeconds\":61,\"establishedCount\":2,\"localAddress\":\"10.0.0.1\",\"localPort\":179,"
    "\"remoteId\":\"0.0.0.2\",\"remotePort\":40000,\"dials\":false,\"holdTimeSeconds\":90,"
    "\"holdTimeOfferedSeconds\":90,\"keepaliveSeconds\":30,"
    "\"timers\":{\"holdSecondsLeft\":74.4,\"keepaliveSecondsLeft\":12},"
    "\"families\":{\"ipv4\":{\"negotiated\":true,\"configured\":true,\"endOfRib\":true,"
    "\"paths\":5000,\"stalePaths\":1,\"ready\":true},\"ipv6\":{\"configured\":true}},"
    "\"capabilities\":{\"sent\":{\"multiprotocol\":[\"ipv4\",\"ipv6\"],\"fourOctetAs\":true,"
    "\"routeRefresh\":true,\"enhancedRouteRefresh\":true,\"addPath\":{\"ipv4\":\"receive\"},"
    "\"gracefulRestart\":{\"timeSeconds\":0,\"restarted\":true,\"notification\":true,"
    "\"families\":[],\"forwarding\":[]},\"unknown\":[]},"
    "\"received\":{\"multiprotocol\":[\"ipv4\"],\"fourOctetAs\":true,\"routeRefresh\":false,"
    "\"addPath\":{\"ipv4\":\"both\",\"ipv6\":\"send\"},"
    "\"gracefulRestart\":{\"timeSeconds\":120,\"restarted\":false,\"notification\":false,"
    "\"families\":[\"ipv4\",\"ipv6\"],\"forwarding\":[\"ipv6\"]},\"unknown\":[71,73]}},"
    "\"received\":{\"bytes\":123456,\"opens\":2,\"updates\":3000,\"keepalives\":4},"
    "\"sent\":{\"bytes\":90,\"notifications\":1},\"queuedBytes\":4096,\"routesAnnounced\":7000,"
    "\"routesWithdrawn\":2,\"treatedAsWithdraw\":1,\"attributesDiscarded\":1200,"
    "\"attributeErrors\":[{\"attribute\":\"AS_PATH\",\"action\":\"treat-as-withdraw\",\"count\":1},"
    "{\"attribute\":\"AGGREGATOR\",\"action\":\"attribute-discard\",\"count\":1200}],"
    "\"lastError\":\"received Cease \\u001b\",\"lastErrorAgeSeconds\":125}";

/* One that is lost: we wait to dial again, and its routes to go. */
static const char lost[] =
    "{" ENDS "\"role\":\"learn\",\"state\":\"active\",\"stateAgeSeconds\":3,\"establishedCount\":1,"
    "\"remoteId\":\"0.0.0.0\",\"dials\":true,\"held\":true,\"timers\":{\"retrySecondsLeft\":7.5,"
    "\"heldSecondsLeft\":60},"
    "\"families\":{\"ipv4\":{\"configured\":true,\"maxPrefixes\":4,\"overLimit\":true,\"paths\":5,"
    "\"stalePaths\":5,"
    "\"staleSecondsLeft\":598.2},\"ipv6\":{}},\"capabilities\":{\"sent\":null,\"received\":null},"
    "\"lastError\":\"\"}";

static const char stopped[] =
    "{" ENDS "\"role\":\"learn\",\"state\":\"idle\",\"stateAgeSeconds\":3,\"held\":true,"
    "\"disabled\":true,\"timers\":{},\"families\":{\"ipv4\":{},\"ipv6\":{}},"
    "\"capabilities\":{\"sent\":null,\"received\":null},\"lastError\":\"\"}";

static const char push[] =
    "{" ENDS
    "\"role\":\"push\",\"state\":\"established\",\"stateAgeSeconds\":3,\"holdTimeSeconds\":0,"
    "\"establishedCount\":1,\"families\":{\"ipv4\":{\"configured\":true,\"negotiated\":true,"
    "\"desired\":2000,\"installed\":1500,\"pending\":500},\"ipv6\":{\"configured\":true}},"
    "\"capabilities\":{\"sent\":null,\"received\":null},\"lastError\":\"\"}";

static const struct page pages[] = {
	{ "/api/v1/neighbor/a%2Fb", 200, up },
	{ "/api/v1/neighbor/lost", 200, lost },
	{ "/api/v1/neighbor/push", 200, push },
	{ "/api/v1/neighbor/stopped", 200, stopped },
	{ "/api/v1/neighbor/x", 404, "{\"error\":\"no neighbour\"}" },
	{ "/api/v1/route?address=10.0.2.1", 200, route },
	{ "/api/v1/route?address=10.0.2.0%2F24&router=a%2Fb", 200, route },
	{ "/api/v1/route?address=::", 404, "{\"error\":\"no route to ::\"}" },
	{ 0 },
};

static void
test_neighbor(void **state)
{
	(void)state;
	assert_int_equal(run(pages, "show neighbor a/b"), CLI_OK);
	assert_string_equal(out,
	    "a/b, learn neighbour of router edge\n"
	    "  description        up\\x1bstream\n"
	    "  state              established for 1m01s; came up 2 times\n"
	    "  we                 AS 65000, id 0.0.0.1, 10.0.0.1 port 179\n"
	    "  neighbour          10.0.0.254 port 40000, AS 65001, id 0.0.0.2\n"
	    "  connecting         it dials, we wait\n"
	    "  hold time          90 s (we offer 240 s, it offers 90 s), 74 s left\n"
	    "  keepalive          every 30 s, next in 12 s\n"
	    "  ipv4               5,000 paths, 1 of them stale, complete\n"
	    "  ipv6               not offered by the neighbour\n"
	    "  routes received    7,000 announced, 2 withdrawn\n"
	    "  bad UPDATEs        1 taken as withdrawals, 1,200 attributes discarded\n"
	    "  waiting            4,096 bytes to be sent\n"
	    "  last error         received Cease \\x1b, 2m05s ago\n"
	    "\n"
	    "CAPABILITY        WE SAID                                        IT SAID\n"
	    "families          ipv4, ipv6                                     ipv4\n"
	    "4-octet AS        yes                                            yes\n"
	    "route refresh     yes                                            -\n"
	    "enhanced refresh  yes                                            -\n"
	    "long messages     -                                              -\n"
	    "IPv6 next hop     -                                              -\n"
	    "ADD-PATH          ipv4 receive                                   ipv4 both, ipv6 "
	    "send\n"
	    "graceful restart  helper only, also after errors, has restarted  120 s for ipv4, "
	    "ipv6, forwarding kept for ipv6\n"
	    "unknown codes     -                                              71, 73\n"
	    "\n"
	    "MESSAGE        SENT  RECEIVED\n"
	    "OPEN              0         2\n"
	    "UPDATE            0     3,000\n"
	    "KEEPALIVE         0         4\n"
	    "NOTIFICATION      1         0\n"
	    "ROUTE-REFRESH     0         0\n"
	    "bytes            90   123,456\n"
	    "\n"
	    "BAD ATTRIBUTE  ACTION             TIMES\n"
	    "AS_PATH        treat-as-withdraw      1\n"
	    "AGGREGATOR     attribute-discard  1,200\n");
	assert_int_equal(run(pages, "sh ne a/b -j"), CLI_OK);
	assert_non_null(strstr(out, "\"remotePort\":40000"));
	assert_int_equal(run(pages, "show neighbor a/b -H --no-header"), CLI_OK);
	assert_non_null(strstr(out, "established for 61;"));
	assert_non_null(strstr(out, " 123456\n"));
	assert_null(strstr(out, "CAPABILITY"));
	assert_int_equal(run(pages, "show neighbor x"), CLI_ERROR);
	assert_int_equal(run(pages, "show neighbor x y"), CLI_USAGE);
}

/* What is not there is not spoken of. */
static void
test_neighbor_lost(void **state)
{
	char *tables;

	(void)state;
	assert_int_equal(run(pages, "show neighbor lost"), CLI_OK);
	tables = strstr(out, "\nMESSAGE ");
	assert_non_null(tables);
	*tables = '\0';
	assert_string_equal(out,
	    "a/b, learn neighbour of router edge\n"
	    "  state              active for 3s; came up 1 time\n"
	    "  we                 AS 65000, id 0.0.0.1\n"
	    "  neighbour          10.0.0.254, AS 65001\n"
	    "  connecting         we dial; next attempt in 7s; kept out for too many prefixes, for "
	    "another 1m00s\n"
	    "  hold time          240 s offered\n"
	    "  ipv4               no session; 5 paths of at most 4 (there were more), 5 of them "
	    "stale, gone in 9m58s\n"
	    "  ipv6               off\n"
	    "  routes received    0 announced, 0 withdrawn\n"
	    "  bad UPDATEs        0 taken as withdrawals, 0 attributes discarded\n"
	    "  last error         none\n");
	assert_null(strstr(tables + 1, "BAD ATTRIBUTE"));
}

static void
test_neighbor_stopped(void **state)
{
	(void)state;
	assert_int_equal(run(pages, "show neighbor stopped"), CLI_OK);
	assert_non_null(strstr(out, "  connecting         it dials, we wait; disabled by an "
				    "operator; kept out for too many "
				    "prefixes, until it is reset\n"));
}

static void
test_neighbor_push(void **state)
{
	(void)state;
	assert_int_equal(run(pages, "show neighbor push"), CLI_OK);
	assert_memory_equal(out, "a/b, push neighbour", 19);
	assert_non_null(
	    strstr(out, "  hold time          0 s (we offer 240 s, it offers 0 s)\n"
			"  ipv4               1,500 held of 2,000 wanted, 500 to be sent\n"
			"  ipv6               not offered by the neighbour\n"));
}

static void
test_route(void **state)
{
	(void)state;
	assert_int_equal(run(pages, "show route 10.0.2.1"), CLI_OK);
	assert_string_equal(out,
	    "10.0.2.0/24 of router edge\n"
	    "  traffic to it      8.00 Gbit/s\n"
	    "  traffic from it    0 bit/s\n"
	    "  forwarding         carried by 10.0.0.0/8, which has the same next hop\n"
	    "  demand             1.00 Mbit/s +-25 %, from 62 samples\n"
	    "  price of a slot    2.00 Mbit/s\n"
	    "  because            it is too light (below-price)\n"
	    "  busy places        10.0.2.64/26 10.0 kbit/s\n"
	    "  inside             10.0.0.0/16, whose next hop 192.0.2.9 is another\n"
	    "  best of            300 paths: its AS path is shorter (as-path)\n"
	    "\n"
	    "path 1, from reflector at 10.0.0.254, best\n"
	    "  next hop           192.0.2.3\n"
	    "  AS path            empty\n"
	    "  origin             IGP\n"
	    "\n"
	    "path 2, from re\\x1b at 10.0.0.253, path id 7, stale\n"
	    "  after              path 1: its AS path is shorter (as-path)\n"
	    "  next hop           192.0.2.4\n"
	    "  AS path            1 2\n"
	    "  origin             IGP\n"
	    "  MED                0\n"
	    "  large communities  1:2:3 4:5:6\n"
	    "  atomic aggregate   yes\n"
	    "\n"
	    "and 298 more\n"
	    "\n"
	    "ignored path, from re\\x1b at 10.0.0.253, path id 9\n"
	    "  because            it is our own\n"
	    "  next hop           192.0.2.5\n"
	    "  AS path            empty\n"
	    "  origin             IGP\n"
	    "  originator id      10.0.0.1\n");
	assert_int_equal(run(pages, "sh r --router a/b 10.0.2.0/24 -j"), CLI_OK);
	assert_non_null(strstr(out, "\"rule\":\"as-path\""));
	assert_int_equal(run(pages, "show route ::"), CLI_ERROR);
	assert_string_equal(err, "hotfib: the daemon answered 404: no route to ::\n");
	assert_int_equal(run(pages, "show route"), CLI_USAGE);
	assert_int_equal(run(pages, "show route a b"), CLI_USAGE);
	assert_int_equal(run(pages, "show route -6 a"), CLI_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_neighbor),
		cmocka_unit_test(test_neighbor_lost),
		cmocka_unit_test(test_neighbor_stopped),
		cmocka_unit_test(test_neighbor_push),
		cmocka_unit_test(test_route),
	};

	return cmocka_run_group_tests(tests, NULL, forget_output);
}
