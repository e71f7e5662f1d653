/* SPDX-License-Identifier: Apache-2.0 */
/* Whole runs of `hotfib` with a made-up daemon: arguments in; output, messages and exit code out.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/cli/daemon.h"

static const char status_ok[] =
    "{\"summary\":\"Covering 97.8 % of 412 Gbit/s\",\"problems\":[],\"notReadyReasons\":[],"
    "\"totals\":{\"version\":\"1.0\",\"uptimeSeconds\":90061,\"cpuSeconds\":2.5,"
    "\"loopLagMaxSeconds\":0.002,\"memoryBytes\":{\"rib\":1048576,\"trie\":1048576}},"
    "\"routers\":[{\"name\":\"edge\",\"families\":{\"ipv4\":{\"prefixes\":948211,\"active\":61873,"
    "\"rateTotal\":4.6e10,\"rateUnrouted\":0,\"hasTarget\":true,\"desired\":9812,"
    "\"installed\":9800,\"capacity\":10000,\"usable\":9999,\"coverage\":0.978,\"frozen\":false,"
    "\"selection\":{\"name\":\"priced\",\"default\":\"punt\",\"price\":4000000,\"tauSeconds\":868,"
    "\"eta\":0.346,\"guards\":180,\"synthetic\":3693,\"passes\":12}},"
    "\"ipv6\":{\"prefixes\":1,\"active\":0,\"rateTotal\":0,\"rateUnrouted\":0,"
    "\"hasTarget\":false}}}]}";

static const char status_degraded[] =
    "{\"summary\":\"x\",\"problems\":[\"push neighbour t is down \\u001b[2J\"],"
    "\"notReadyReasons\":[\"no sFlow received yet\"],\"totals\":{},\"routers\":[]}";

static const char neighbors[] =
    "{\"neighbors\":[{\"name\":\"reflector\",\"role\":\"learn\",\"router\":\"edge\","
    "\"address\":\"10.0.0.254\",\"remoteAs\":65254,\"state\":\"established\","
    "\"stateAgeSeconds\":86400,\"lastError\":\"\",\"families\":{\"ipv4\":{\"paths\":948211},"
    "\"ipv6\":{\"paths\":212004}}},"
    "{\"name\":\"target\",\"role\":\"push\",\"router\":\"edge\",\"address\":\"10.0.0.136\","
    "\"remoteAs\":0,\"state\":\"active\",\"stateAgeSeconds\":5,\"lastError\":\"re\\u0007fused\","
    "\"families\":{\"ipv4\":{\"installed\":2,\"paths\":7},\"ipv6\":{}}}]}";

static const char agents[] =
    "{\"agents\":[{\"address\":\"10.0.0.136\",\"router\":\"edge\",\"configured\":true,"
    "\"sFlowDatagramsReceived\":1000,\"sFlowFlowSamples\":7000,\"sFlowFlowLostSamples\":70,"
    "\"sFlowSamplingRate\":4096,\"lastSeenAgeSeconds\":0.2,\"asicRoutes\":9812,"
    "\"asicRoutesMax\":131072},"
    "{\"address\":\"192.0.2.9\",\"router\":null,\"configured\":false,"
    "\"sFlowDatagramsReceived\":1,\"lastSeenAgeSeconds\":61}]}";

static const char top[] =
    "{\"valueTotal\":2e9,\"topPrefixes\":[{\"aspath\":\"1-2-3\",\"installed\":true,"
    "\"nexthop\":\"192.0.2.1\",\"prefix\":\"10.0.0.0/24\",\"value\":1e9},"
    "{\"aspath\":\"\",\"carriedby\":\"10.0.0.0/8\",\"nexthop\":\"192.0.2.2\","
    "\"prefix\":\"10.0.1.0/24\",\"value\":2},"
    "{\"aspath\":\"\",\"nexthop\":\"192.0.2.2\",\"parts\":true,\"prefix\":\"10.0.2.0/24\","
    "\"value\":1.25}]}";

static const char installed[] =
    "{\"installed\":[{\"ageSeconds\":61.5,\"covered\":true,\"kind\":\"route\","
    "\"neighbor\":\"target\",\"nexthop\":\"192.0.2.1\",\"prefix\":\"10.0.0.0/24\","
    "\"serves\":[\"10.0.0.0/24\"],\"servesMore\":false,\"value\":1e9}]}";

static const char made_up[] =
    "{\"installed\":[{\"covered\":false,\"kind\":\"route\",\"prefix\":\"10.0.0.0/24\"},"
    "{\"kind\":\"part\",\"prefix\":\"10.1.0.0/18\",\"serves\":[\"10.1.0.0/16\"]},"
    "{\"kind\":\"aggregate\",\"prefix\":\"10.2.0.0/23\",\"serves\":[\"10.2.0.0/24\","
    "\"10.2.1.0/24\"],\"servesMore\":true},"
    "{\"kind\":\"guard\",\"prefix\":\"10.3.0.0/24\",\"serves\":[\"10.3.0.0/24\"]},"
    "{\"kind\":\"none\",\"prefix\":\"10.4.0.0/24\",\"serves\":[]}]}";

static const char events[] =
    "{\"newest\":8,\"events\":[{\"id\":7,\"severity\":\"info\",\"kind\":\"session\",\"count\":1,"
    "\"suppressed\":0,\"time\":1467322500000,\"lastTime\":1467322500999,"
    "\"text\":\"neighbour a is up\"},{\"id\":8,\"severity\":\"warning\",\"kind\":\"session\","
    "\"count\":12,\"suppressed\":3,\"time\":1467322500000,\"lastTime\":1467322582093,"
    "\"text\":\"neighbour a went down: \\u001b\"}]}";

static const char hardware[] =
    "{\"hardware\":[{\"source\":\"sflow\",\"name\":\"10.0.0.136\",\"known\":true,\"error\":\"\","
    "\"ageSeconds\":2.5,\"tables\":{\"ipv4_routes\":{\"used\":9000},"
    "\"total_routes\":{\"max\":131072,\"used\":9812}}},"
    "{\"source\":\"redis\",\"name\":\"/r.sock\",\"known\":false,\"error\":\"no\\u001b\","
    "\"tables\":{}}]}";

static const struct page pages[] = {
	{ "/api/v1/hardware", 200, hardware },
	{ "/api/v1/events?maxEvents=20", 200, events },
	{ "/api/v1/events?maxEvents=5", 200, "{\"events\":[],\"newest\":0}" },
	{ "/api/v1/status", 200, status_ok },
	{ "/api/v1/neighbors", 200, neighbors },
	{ "/api/v1/agents", 200, agents },
	{ "/api/v1/installed", 200, installed },
	{ "/api/v1/top/edge/ipv4?maxPrefixes=20&direction=destination", 200, top },
	{ "/api/v1/top/a%2Fb%20c/ipv6?maxPrefixes=5&direction=source", 200, top },
	{ "/api/v1/top/nope/ipv4?maxPrefixes=20&direction=destination", 404,
	    "{\"error\":\"no \\u001brouter\"}" },
	{ "/version", 200, "1.0" },
	{ "/api/v1/verify", 200,
	    "{\"verified\":[{\"neighbor\":\"target\",\"family\":\"ipv4\",\"intervals\":7,\"wrong\":"
	    "1,"
	    "\"address\":\"10.0.0.1\",\"ribNexthop\":\"192.0.2.1\"}]}" },
	{ "POST /api/v1/freeze", 200, "{\"done\":\"frozen\"}" },
	{ "POST /api/v1/freeze?reason=a%26b", 200, "{\"done\":\"frozen, too\"}" },
	{ "POST /api/v1/thaw", 409, "{\"error\":\"not frozen\"}" },
	{ "POST /api/v1/neighbor/a%2Fb/refresh", 200, "{\"done\":\"asked\"}" },
	{ "POST /api/v1/neighbor/a%2Fb/reset?reason=card", 200, "{\"done\":\"reset\"}" },
	{ "POST /api/v1/neighbor/a%2Fb/disable", 200, "{\"done\":\"disabled\"}" },
	{ "POST /api/v1/neighbor/a%2Fb/enable", 409, "{\"error\":\"it is not disabled\"}" },
	{ "POST /api/v1/reload", 200,
	    "{\"done\":\"x\",\"changes\":[\"target.capacity changed\",\"sim removed\"],"
	    "\"warnings\":[\"f:9: warning: odd\"]}" },
	{ "POST /api/v1/neighbor/target/refresh", 409, "{\"error\":\"a push neighbour\"}" },
	{ 0 },
};

static void
assert_verb(const char *words, const char *expected)
{
	char text[100], *argv[10], *rest = text, error[256];
	const struct cli_verb *verb;
	int argc = 0, used = -1;

	snprintf(text, sizeof(text), "%s", words);
	while (argc < 10 && (argv[argc] = strsep(&rest, " ")) != NULL)
		argc++;
	verb = cli_find_verb(argv, argc, &used, error);
	if (expected == NULL) {
		assert_null(verb);
		assert_true(error[0] != '\0');
		return;
	}
	if (verb == NULL)
		fail_msg("%s: %s", words, error);
	assert_string_equal(verb->words, expected);
	assert_int_equal(used, strchr(expected, ' ') != NULL ? 2 : 1);
}

static void
test_abbreviations(void **state)
{
	(void)state;
	assert_verb("show status", "show status");
	assert_verb("sh ne", "show neighbors");
	assert_verb("s t", "show top");
	assert_verb("s i", "show installed");
	assert_verb("c file", "check");
	assert_verb("i file", "import");
	assert_verb("vers", "version");
	assert_verb("check", "check");
	assert_verb("show", NULL);
	assert_verb("show x", NULL);
	assert_verb("showy top", NULL);
	assert_verb("show statuss", NULL);
	assert_verb("x", NULL);
	assert_verb("", NULL);
	assert_verb("show ", NULL);
}

static void
test_usage(void **state)
{
	(void)state;
	assert_int_equal(run(pages, ""), CLI_USAGE);
	assert_non_null(strstr(err, "usage: hotfib"));
	assert_string_equal(out, "");
	assert_int_equal(run(pages, "--help"), CLI_OK);
	for (const struct cli_verb *v = cli_verbs; v->words != NULL; v++)
		assert_non_null(strstr(out, v->words));
	for (const struct cli_verb *v = cli_verbs; v->words != NULL; v++) {
		char args[100];

		snprintf(args, sizeof(args), "%s --help", v->words);
		assert_int_equal(run(NULL, args), CLI_OK);
		assert_non_null(strstr(out, v->help));
		assert_string_equal(err, "");
	}
	assert_int_equal(run(pages, "frob"), CLI_USAGE);
	assert_int_equal(run(pages, "show"), CLI_USAGE);
	assert_int_equal(run(pages, "show status more"), CLI_USAGE);
	assert_int_equal(run(pages, "check"), CLI_USAGE);
	assert_int_equal(run(pages, "-x show status"), CLI_USAGE);
	assert_int_equal(run(pages, "show status -n 3"), CLI_USAGE);
	assert_int_equal(run(pages, "show status -6"), CLI_USAGE);
	assert_int_equal(run(pages, "show top -n 0"), CLI_USAGE);
	assert_int_equal(run(pages, "show top -n -1"), CLI_USAGE);
	assert_int_equal(run(pages, "show top -n 5x"), CLI_USAGE);
	assert_int_equal(run(pages, "show top -n 2000001"), CLI_USAGE);
	assert_int_equal(run(pages, "show top --router"), CLI_USAGE);
}

static void
test_no_daemon(void **state)
{
	(void)state;
	assert_int_equal(run(NULL, "-s /run/x.sock show status"), CLI_ERROR);
	assert_string_equal(err, "hotfib: no daemon at /run/x.sock\n");
	assert_string_equal(out, "");
	assert_int_equal(run(NULL, "show top"), CLI_ERROR);
	assert_int_equal(run(NULL, "version"), CLI_OK);
	assert_string_equal(out, "hotfib 0.9\nhotfibd does not answer\n");
}

static void
test_not_json(void **state)
{
	static const struct page odd[] = { { "/api/v1/status", 200, "<html>" },
		{ "/api/v1/neighbors", 502, "Bad \x1b Gateway" }, { "/api/v1/agents", 200, "[]" },
		{ 0 } };

	(void)state;
	assert_int_equal(run(odd, "show status"), CLI_ERROR);
	assert_non_null(strstr(err, "not JSON"));
	assert_int_equal(run(odd, "show neighbors"), CLI_ERROR);
	assert_string_equal(err, "hotfib: the daemon answered 502: Bad \\x1b Gateway\n");
	/* JSON of another shape is an empty table, not a crash. */
	assert_int_equal(run(odd, "show agents --no-header"), CLI_OK);
	assert_string_equal(out, "");
}

static void
test_status(void **state)
{
	(void)state;
	assert_int_equal(run(pages, "show status"), CLI_OK);
	assert_string_equal(out,
	    "Covering 97.8 % of 412 Gbit/s.\n"
	    "hotfibd 1.0, up 1d01h, 2.5 s of CPU, 2.00 MiB in tables, loop lag at most 2.0 ms.\n\n"
	    "ROUTER  FAMILY  PREFIXES  ACTIVE     TRAFFIC  UNROUTED  DESIRED  INSTALLED  "
	    "       CAPACITY  COVERED  STATE\n"
	    "edge    ipv4     948,211  61,873  368 Gbit/s   0 bit/s    9,812      9,800  "
	    "9,999 of 10,000   97.8 %  ok\n"
	    "edge    ipv6           1       0     0 bit/s   0 bit/s        -          -  "
	    "              -        -  no target\n\n"
	    "ROUTER  FAMILY  SELECTION  DEFAULT        PRICE  AVERAGED OVER  HYSTERESIS  GUARDS  "
	    "MADE UP\n"
	    "edge    ipv4    priced     punt     32.0 Mbit/s         14m28s      34.6 %     180  "
	    "  3,693\n");
}

/* Where packets go that no entry matches; a selection without a price. */
static void
test_status_selection(void **state)
{
	static const char body[] =
	    "{\"routers\":[{\"name\":\"edge\",\"families\":{"
	    "\"ipv4\":{\"hasTarget\":true,\"installed\":344,\"capacity\":300,\"usable\":300,"
	    "\"slots\":294,\"exact\":50,\"exactRoom\":50,"
	    "\"selection\":{\"name\":\"priced\",\"default\":\"follow\","
	    "\"defaultNexthop\":\"192.0.2.1\",\"price\":125,\"tauSeconds\":60,\"eta\":0.1,"
	    "\"passes\":1}},"
	    "\"ipv6\":{\"hasTarget\":true,\"installed\":20,\"capacity\":50,\"usable\":50,"
	    "\"slots\":40,\"selection\":{\"name\":\"top\",\"default\":\"follow\",\"passes\":0}}}}]"
	    "}";
	static const struct page page[] = { { "/api/v1/status", 200, body }, { 0 } };
	const char *table;

	(void)state;
	assert_int_equal(run(page, "show status"), CLI_OK);
	assert_non_null(strstr(out, " 294 of 300 + 50 of 50 "));
	assert_non_null(strstr(out, " 40 of 50 "));
	table = strstr(out, "ROUTER  FAMILY  SELECTION");
	assert_non_null(table);
	assert_string_equal(table,
	    "ROUTER  FAMILY  SELECTION  DEFAULT                          PRICE  AVERAGED OVER  "
	    "HYSTERESIS  GUARDS  MADE UP\n"
	    "edge    ipv4    priced     follow 192.0.2.1           1.00 kbit/s          1m00s  "
	    "    10.0 %       0        0\n"
	    "edge    ipv6    top        follow (no default route)            -              -  "
	    "         -       -        -\n");
}

static void
test_status_degraded(void **state)
{
	static const struct page degraded[] = { { "/api/v1/status", 200, status_degraded }, { 0 } };

	(void)state;
	assert_int_equal(run(degraded, "show status"), CLI_DEGRADED);
	assert_non_null(strstr(out, "\nproblem: push neighbour t is down \\x1b[2J\n"));
	assert_non_null(strstr(out, "\nnot ready: no sFlow received yet\n"));
	assert_int_equal(run(degraded, "show status -j"), CLI_DEGRADED);
	assert_int_equal(run(degraded, "show status -J"), CLI_DEGRADED);
}

static void
test_neighbors(void **state)
{
	(void)state;
	assert_int_equal(run(pages, "show neighbors"), CLI_OK);
	assert_string_equal(out,
	    "NEIGHBOR   ROLE   ROUTER  ADDRESS        AS  STATE          FOR     IPV4     IPV6  "
	    "LAST "
	    "ERROR\n"
	    "reflector  learn  edge    10.0.0.254  65254  established  1d00h  948,211  212,004  -\n"
	    "target     push   edge    10.0.0.136      0  active          5s        2        0  "
	    "re\\x07fused\n");
	assert_int_equal(run(pages, "show neighbors -H --no-header"), CLI_OK);
	assert_non_null(strstr(out, " 86400  948211  212004  -\n"));
	assert_null(strstr(out, "NEIGHBOR"));
}

static void
test_agents(void **state)
{
	(void)state;
	assert_int_equal(run(pages, "show agents"), CLI_OK);
	assert_non_null(strstr(out, "10.0.0.136  edge        1,000    7,000  4,096  0.9 %"));
	assert_non_null(strstr(out, "0s  9,812 of 131,072  sending\n"));
	assert_non_null(strstr(out, "unknown, ignored\n"));
}

static void
test_top(void **state)
{
	(void)state;
	assert_int_equal(run(pages, "show top"), CLI_OK);
	assert_string_equal(out,
	    "#  PREFIX              RATE   SHARE  STATE          NEXT HOP   AS PATH\n"
	    "1  10.0.0.0/24  8.00 Gbit/s  50.0 %  installed      192.0.2.1  1 2 3\n"
	    "2  10.0.1.0/24     16 bit/s   0.0 %  in 10.0.0.0/8  192.0.2.2  -\n"
	    "3  10.0.2.0/24     10 bit/s   0.0 %  in parts       192.0.2.2  -\n");
	assert_int_equal(run(pages, "show top --router nope"), CLI_ERROR);
	assert_string_equal(err, "hotfib: the daemon answered 404: no \\x1brouter\n");
	assert_int_equal(run(pages, "show -H top"), CLI_OK);
	assert_non_null(strstr(out, "8000000000  0.500000"));
}

static void
test_top_of_a_router(void **state)
{
	char *argv[] = { (char[]){ "hotfib" }, (char[]){ "show" }, (char[]){ "top" },
		(char[]){ "-6" }, (char[]){ "-n5" }, (char[]){ "--source" }, (char[]){ "--router" },
		(char[]){ "a/b c" }, NULL };
	struct cli cli = { .out = stdout,
		.err = stderr,
		.json = true,
		.top_n = 20,
		.get = get,
		.get_ctx = (void *)(uintptr_t)pages };

	(void)state;
	assert_int_equal(cli_run(&cli, 8, argv), CLI_OK);
}

static void
test_top_needs_one_router(void **state)
{
	static const struct page none[] = { { "/api/v1/status", 200, "{\"routers\":[]}" }, { 0 } };
	static const struct page two[] = {
		{ "/api/v1/status", 200, "{\"routers\":[{\"name\":\"a\"},{\"name\":\"b\"}]}" },
		{ 0 }
	};

	(void)state;
	assert_int_equal(run(none, "show top"), CLI_ERROR);
	assert_non_null(strstr(err, "no router"));
	assert_int_equal(run(two, "show top"), CLI_ERROR);
	assert_string_equal(err, "hotfib: choose with --router: a b\n");
}

static void
test_json(void **state)
{
	(void)state;
	assert_int_equal(run(pages, "show installed -j"), CLI_OK);
	assert_string_equal(out, "{\"ageSeconds\":61.5,\"covered\":true,\"kind\":\"route\","
				 "\"neighbor\":\"target\",\"nexthop\":\"192.0.2.1\","
				 "\"prefix\":\"10.0.0.0/24\",\"serves\":[\"10.0.0.0/24\"],"
				 "\"servesMore\":false,\"value\":1000000000.0}\n");
	assert_int_equal(run(pages, "show installed -J"), CLI_OK);
	assert_memory_equal(out, "{\n  \"installed\": [\n", 19);
	assert_int_equal(run(pages, "show top -j"), CLI_OK);
	assert_int_equal(strchr(out, '\n') + 1 < out + strlen(out), 1);
	assert_int_equal(run(pages, "show status -j"), CLI_OK);
	assert_ptr_equal(strchr(out, '\n') + 1, out + strlen(out));
}

static void
test_installed(void **state)
{
	(void)state;
	assert_int_equal(run(pages, "show installed"), CLI_OK);
	assert_string_equal(out,
	    "NEIGHBOR  PREFIX       NEXT HOP          RATE    AGE  WHY\n"
	    "target    10.0.0.0/24  192.0.2.1  8.00 Gbit/s  1m01s  inside another entry\n");
}

/* Entries that are no routes say what they are for. */
static void
test_made_up(void **state)
{
	static const struct page held[] = { { "/api/v1/installed", 200, made_up },
		{ NULL, 0, NULL } };
	static const char *const whys[] = { "  traffic\n", "  part of 10.1.0.0/16\n",
		"  for 10.2.0.0/24, 10.2.1.0/24 and others\n",
		"  leaves 10.3.0.0/24 to the default\n", "  being repaired\n" };
	const char *at;

	(void)state;
	assert_int_equal(run(held, "show installed"), CLI_OK);
	at = out;
	for (size_t i = 0; i < ARRAY_LEN(whys); i++) {
		at = strstr(at, whys[i]);
		assert_non_null(at);
	}
}

static void
test_hardware(void **state)
{
	(void)state;
	assert_int_equal(run(pages, "show hardware"), CLI_OK);
	assert_string_equal(out, "SOURCE  NAME        TABLE          USED      MAX   FULL  AGE\n"
				 "sflow   10.0.0.136  ipv4_routes   9,000        -      -   2s\n"
				 "sflow   10.0.0.136  total_routes  9,812  131,072  7.4 %   2s\n"
				 "cannot read redis /r.sock: no\\x1b\n");
	assert_int_equal(run(pages, "show ha -H --no-header"), CLI_OK);
	assert_non_null(strstr(out, " 9812  131072  0.074860"));
	assert_int_equal(run(pages, "show hardware -j"), CLI_OK);
}

static void
test_events(void **state)
{
	(void)state;
	assert_int_equal(run(pages, "show events"), CLI_OK);
	assert_string_equal(out,
	    "TIME                  SEVERITY  KIND     TIMES  WHAT\n"
	    "2016-06-30T21:35:00Z  info      session      1  neighbour a is up\n"
	    "2016-06-30T21:36:22Z  warning   session     12  neighbour a went down: \\x1b "
	    "(and 3 like it before, not kept)\n");
	assert_int_equal(run(pages, "show ev -H --no-header"), CLI_OK);
	assert_memory_equal(out, "1467322500  info", 16);
	assert_int_equal(run(pages, "show events -n 5 -j"), CLI_OK);
	assert_string_equal(out, "");
}

/* What `file` holds, to be freed; NULL where it is not there. */
static char *
contents(const char *file)
{
	FILE *f = fopen(file, "re");
	char *text;
	size_t n;

	if (f == NULL)
		return NULL;
	text = calloc(1, 100);
	assert_non_null(text);
	n = fread(text, 1, 99, f);
	assert_true(n < 99);
	fclose(f);
	return text;
}

static void
test_reload(void **state)
{
	static const struct page unchanged[] = {
		{ "POST /api/v1/reload", 200, "{\"changes\":[],\"warnings\":[]}" }, { 0 }
	};
	static const struct page refused[] = {
		{ "POST /api/v1/reload", 409,
		    "{\"error\":\"no\",\"faults\":[\"f:3: bad\",\"f:4: worse\"]}" },
		{ 0 }
	};

	(void)state;
	assert_int_equal(run(pages, "reload"), CLI_OK);
	assert_string_equal(out, "target.capacity changed\nsim removed\n");
	assert_string_equal(err, "f:9: warning: odd\n");
	assert_int_equal(run(unchanged, "reload"), CLI_OK);
	assert_string_equal(out, "nothing has changed\n");
	assert_int_equal(run(refused, "reload"), CLI_ERROR);
	assert_string_equal(err, "hotfib: the daemon answered 409: no\nf:3: bad\nf:4: worse\n");
	assert_int_equal(run(NULL, "reload"), CLI_ERROR);
}

static void
test_commands(void **state)
{
	(void)state;
	assert_int_equal(run(pages, "refresh a/b"), CLI_OK);
	assert_string_equal(out, "asked\n");
	assert_int_equal(run(pages, "-j refresh a/b"), CLI_OK);
	assert_string_equal(out, "{\"done\":\"asked\"}\n");
	assert_int_equal(run(pages, "refresh target"), CLI_ERROR);
	assert_string_equal(err, "hotfib: the daemon answered 409: a push neighbour\n");
	assert_int_equal(run(pages, "refresh"), CLI_USAGE);
	assert_int_equal(run(pages, "reset a/b card"), CLI_OK);
	assert_string_equal(out, "reset\n");
	assert_int_equal(run(pages, "disable a/b"), CLI_OK);
	assert_string_equal(out, "disabled\n");
	assert_int_equal(run(pages, "enable a/b"), CLI_ERROR);
	assert_string_equal(err, "hotfib: the daemon answered 409: it is not disabled\n");
	assert_int_equal(run(pages, "disable"), CLI_USAGE);
	assert_int_equal(run(pages, "verify"), CLI_DEGRADED);
	assert_non_null(strstr(out, "10.0.0.1"));
	assert_non_null(strstr(out, "192.0.2.1"));
	assert_non_null(strstr(out, "default"));
	assert_int_equal(run(pages, "freeze"), CLI_OK);
	assert_string_equal(out, "frozen\n");
	assert_int_equal(run(pages, "freeze a&b"), CLI_OK);
	assert_string_equal(out, "frozen, too\n");
	assert_int_equal(run(pages, "thaw"), CLI_ERROR);
	assert_non_null(strstr(err, "not frozen"));
	assert_int_equal(run(NULL, "refresh target"), CLI_ERROR);
}

static void
test_dump(void **state)
{
	static const struct page daemon[] = {
		{ "/api/v1/status", 200, "{\"routers\":[{\"name\":\"ed ge\"}]}" },
		{ "/api/v1/rib/ed%20ge/mrt", 200, "both" },
		{ "/api/v1/rib/a%2Fb/mrt?family=ipv6", 200, "six" },
		{ "/api/v1/rib/nope/mrt", 404, "{\"error\":\"no router\"}" },
		{ 0 },
	};
	char dir[] = "/tmp/hotfib-test-XXXXXX", file[64], part[64], args[200];
	char *text;

	(void)state;
	assert_int_equal(run(daemon, "dump rib -"), CLI_OK);
	assert_string_equal(out, "both");
	assert_int_equal(run(daemon, "d r --router a/b --family ipv6 -"), CLI_OK);
	assert_string_equal(out, "six");
	assert_int_equal(run(daemon, "dump rib"), CLI_USAGE);
	assert_int_equal(run(daemon, "dump rib -6 -"), CLI_USAGE);
	assert_int_equal(run(daemon, "show status --family ipv4"), CLI_USAGE);

	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/rib", dir);
	snprintf(part, sizeof(part), "%s/rib.part", dir);
	snprintf(args, sizeof(args), "dump rib %s", file);
	assert_int_equal(run(daemon, args), CLI_OK);
	assert_string_equal(out, "");
	text = contents(file);
	assert_string_equal(text, "both");
	free(text);

	/* What fails leaves what was there, and nothing else. */
	snprintf(args, sizeof(args), "dump rib --router nope %s", file);
	assert_int_equal(run(daemon, args), CLI_ERROR);
	assert_string_equal(err, "hotfib: the daemon answered 404: no router\n");
	snprintf(args, sizeof(args), "dump rib --router cut %s", file);
	assert_int_equal(run(daemon, args), CLI_ERROR);
	assert_string_equal(err, "hotfib: broke off\n");
	text = contents(file);
	assert_string_equal(text, "both");
	free(text);
	assert_null(contents(part));
	assert_int_equal(remove(file), 0);
	assert_int_equal(remove(dir), 0);
	assert_int_equal(run(daemon, args), CLI_ERROR);
	assert_non_null(strstr(err, "cannot write /tmp/hotfib-test-"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_abbreviations),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_no_daemon),
		cmocka_unit_test(test_not_json),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_status_selection),
		cmocka_unit_test(test_status_degraded),
		cmocka_unit_test(test_neighbors),
		cmocka_unit_test(test_agents),
		cmocka_unit_test(test_top),
		cmocka_unit_test(test_top_of_a_router),
		cmocka_unit_test(test_top_needs_one_router),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_installed),
		cmocka_unit_test(test_made_up),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_hardware),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_dump),
	};

	return cmocka_run_group_tests(tests, NULL, forget_output);
}
