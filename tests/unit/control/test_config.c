/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration against goldens: for each tests/golden/config/X.conf, X.out holds the faults
 * and warnings as the operator sees them, then, where it is valid, the canonical print. Changed on
 * purpose: HOTFIB_UPDATE_GOLDEN=1 rewrites them (and the reference in the manual).
 *
 * Around them: what the print promises, values at their boundaries, and what is not for a golden.
 */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/config/config.h"
#include "control/config/schema.h"
#include "control/config/suggest.h"
#include "tests/support/golden.h"

#define GOLDEN "tests/golden/config/"

/* A configuration that is valid, to vary one thing of. */
#define NEIGHBOR                                                                                   \
	"name = \"n\", address = \"127.0.0.1\", router-id = \"0.0.0.1\", role = \"learn\", "       \
	"router = \"edge\""

/* Parse; the faults in *faults (initialised). */
static struct config *
parse(const char *text, struct str *faults)
{
	str_clear(faults);
	return config_parse_text(text, "t", faults);
}

static void
assert_faults(const char *text, const char *expected)
{
	struct str faults;

	str_init(&faults, MEM_CONFIG);
	assert_null(parse(text, &faults));
	assert_string_equal(faults.text, expected);
	str_fini(&faults);
}

/* A print parses without a word and prints as itself. */
static void
assert_round_trip(const char *printed)
{
	struct str faults, again;
	struct config *c;

	str_init(&faults, MEM_CONFIG);
	str_init(&again, MEM_CONFIG);
	c = config_parse_text(printed, "printed", &faults);
	assert_non_null(c);
	config_print(c, &again);
	assert_string_equal(again.text, printed);
	config_free(c);
	str_fini(&again);
	str_fini(&faults);
}

static void
test_example(void **state)
{
	struct str faults, printed;
	struct config *c;

	(void)state;
	str_init(&faults, MEM_CONFIG);
	str_init(&printed, MEM_CONFIG);
	c = config_parse_file("conf/hotfib.conf", &faults);
	assert_string_equal(faults.text, "");
	assert_non_null(c);
	config_print(c, &printed);
	assert_round_trip(printed.text);

	assert_int_equal(c->n_neighbors, 2);
	assert_int_equal(c->neighbors[0].bgp.role, BGP_LEARN);
	assert_int_equal(c->neighbors[1].bgp.role, BGP_PUSH);
	assert_int_equal(c->neighbors[1].bgp.remote_as, 65136);
	assert_false(c->neighbors[1].bgp.active);
	assert_null(c->neighbors[1].router);
	assert_int_equal(c->bgp_listen[1].port, 1179);
	assert_int_equal(ip_to_v4(c->agents[0].sources[0].hi), 0x7f000001);
	assert_true(c->has_target);
	assert_int_equal(c->target.capacity[IP_V6], 5000);
	config_free(c);
	str_fini(&printed);
	str_fini(&faults);
}

static void
check_golden(const char *file)
{
	struct str out, printed;
	struct config *c;

	str_init(&out, MEM_CONFIG);
	str_init(&printed, MEM_CONFIG);
	c = config_parse_file(file, &out);
	if (c != NULL) {
		config_print(c, &printed);
		assert_round_trip(printed.text);
		str_addf(&out, "---\n%s", printed.text);
	}
	config_free(c);
	golden_check(file, ".out", out.text);
	str_fini(&printed);
	str_fini(&out);
}

static void
test_goldens(void **state)
{
	(void)state;
	golden_each(GOLDEN "*.conf", check_golden);
}

/* Integers as libconfig alone would have cut them. */
static void
test_as_numbers(void **state)
{
	static const struct {
		const char *text;
		uint32_t as; /* 0: refused */
	} cases[] = {
		{ "1", 1 },
		{ "0", 0 },
		{ "-1", 0 },
		{ "2147483648", 2147483648 },
		{ "4200000000", 4200000000 },
		{ "4200000000L", 4200000000 },
		{ "4200000000LL", 4200000000 },
		{ "\"4200000000\"", 4200000000 },
		{ "0xFA56EA00", 4200000000 },
		{ "0xFA56EA00L", 4200000000 },
		{ "0000000000000000000000000000000000065000", 65000 },
		{ "4294967295", 4294967295 },
		{ "4294967296", 0 },
		{ "8589934593", 0 },           /* 1, cut to 32 bits */
		{ "18446744073709551617", 0 }, /* 1, cut to 64 bits */
		{ "0x10000000000000001", 0 },
		{ "\"4294967296\"", 0 },
		{ "\"\"", 0 },
		{ "\" 1\"", 0 },
		{ "\"+1\"", 0 },
		{ "1.0", 0 },
		{ "true", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[512];
		struct str faults;
		struct config *c;

		str_init(&faults, MEM_CONFIG);
		snprintf(text, sizeof(text),
		    "bgp: { neighbors = ( { " NEIGHBOR ", local-as = %s } ) }", cases[i].text);
		c = parse(text, &faults);
		if (cases[i].as == 0) {
			assert_null(c);
			assert_non_null(strstr(faults.text, "t:1: bgp.neighbors.local-as must be"));
		} else {
			assert_string_equal(faults.text, "");
			assert_int_equal(c->neighbors[0].bgp.local_as, cases[i].as);
		}
		config_free(c);
		str_fini(&faults);
	}
}

static void
test_defaults(void **state)
{
	struct str faults;
	struct config *c;
	const char *names[4];

	(void)state;
	str_init(&faults, MEM_CONFIG);
	c = parse("", &faults);
	assert_non_null(c);
	assert_string_equal(faults.text,
	    "t:1: warning: no neighbour has role \"learn\": no routes will be known\n");
	assert_false(c->has_target);
	assert_int_equal(c->n_bgp_listen, 1);
	assert_true(ip_is_loopback(&c->bgp_listen[0].address));
	assert_int_equal(c->bgp_listen[0].port, 1179);
	assert_int_equal(c->sflow_listen[0].port, 6343);
	assert_int_equal(c->http_listen[0].port, 8008);
	assert_true(ip_is_loopback(&c->http_listen[0].address));
	assert_string_equal(c->socket, "/run/hotfib/hotfib.sock");
	assert_true(c->stale_time_s == 600);
	assert_int_equal(c->log_level, LOG_LEVEL_INFO);
	assert_int_equal(config_routers(c, names, 4), 0);
	config_free(c);

	c = parse("bgp: { listen = [ ], neighbors = ( { " NEIGHBOR
		  ", local-as = 7, passive = false } ) }\n"
		  "sflow: { agents = ( { address = \"2001:db8::5\", router = \"edge\" } ) }",
	    &faults);
	assert_string_equal(faults.text, "");
	assert_int_equal(c->n_bgp_listen, 0);
	assert_int_equal(c->neighbors[0].bgp.remote_as, 7);
	assert_int_equal(c->neighbors[0].bgp.port, 179);
	assert_int_equal(c->neighbors[0].bgp.hold_time_s, 90);
	assert_true(c->neighbors[0].bgp.active);
	assert_true(c->neighbors[0].bgp.families[IP_V4] && c->neighbors[0].bgp.families[IP_V6]);
	assert_true(ip_is_zero(&c->neighbors[0].bgp.local));
	assert_int_equal(c->agents[0].n_sources, 1);
	assert_true(ip_equal(&c->agents[0].sources[0], &c->agents[0].address));
	assert_true(c->agents[0].t_s == 10);
	config_free(c);
	str_fini(&faults);
}

/* A neighbour without local-address waits for any address of its own family. */
static void
test_any_local(void **state)
{
	struct str faults;
	struct config *c;

	(void)state;
	str_init(&faults, MEM_CONFIG);
	c = parse(
	    "bgp: { listen = [ \"::\" ], neighbors = ( { name = \"n\", address = \"2001:db8::1\","
	    " local-as = 1, router-id = \"0.0.0.1\", role = \"learn\", router = \"r\" } ) }",
	    &faults);
	assert_string_equal(faults.text, "");
	assert_int_equal(c->neighbors[0].bgp.local.family, IP_V6);
	config_free(c);
	str_fini(&faults);
}

static void
test_routers(void **state)
{
	struct str faults;
	const char *names[8];
	struct config *c;

	(void)state;
	str_init(&faults, MEM_CONFIG);
	c = config_parse_file(GOLDEN "full.conf", &faults);
	assert_non_null(c);
	assert_int_equal(config_routers(c, names, 8), 2);
	assert_string_equal(names[0], "one");
	assert_string_equal(names[1], "two");
	assert_int_equal(config_routers(c, names, 1), 1);
	config_free(c);
	str_fini(&faults);
}

static void
test_no_file(void **state)
{
	struct str faults;

	(void)state;
	str_init(&faults, MEM_CONFIG);
	assert_null(config_parse_file("/nonexistent/hotfib.conf", &faults));
	assert_null(config_parse_file("/", &faults));
	assert_string_equal(faults.text,
	    "/nonexistent/hotfib.conf:1: cannot be read: No such file or directory\n"
	    "/:1: cannot be read: is a directory\n");
	str_fini(&faults);
}

/* A file cut by a zero byte, or without an end. */
static void
test_not_a_text(void **state)
{
	char path[] = "/tmp/hotfib-test-XXXXXX";
	int fd = mkstemp(path);
	struct str faults;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "log: { }\0rest", 13), 13);
	close(fd);
	str_init(&faults, MEM_CONFIG);
	assert_null(config_parse_file(path, &faults));
	assert_non_null(strstr(faults.text, "zero byte"));
	unlink(path);
	assert_null(config_parse_file("/dev/zero", &faults));
	assert_non_null(strstr(faults.text, "/dev/zero:1: cannot be read: more than 1 MB"));
	str_fini(&faults);
}

/* A text is as limited as a file. */
static void
test_long_text(void **state)
{
	size_t size = ((size_t)1 << 20) + 2;
	char *text = mem_alloc(MEM_MISC, size);

	(void)state;
	memset(text, ' ', size - 1);
	assert_faults(text, "t:1: more than 1 MB of configuration\n");
	mem_free(MEM_MISC, text);
}

/* Lists that are as long as tables: no quadratic surprise, no cap below what is useful. */
static void
test_long_lists(void **state)
{
	struct str text, faults;
	struct config *c;

	(void)state;
	str_init(&text, MEM_CONFIG);
	str_init(&faults, MEM_CONFIG);
	str_add(&text,
	    "bgp: { neighbors = ( { " NEIGHBOR ", local-as = 1 },\n"
	    "{ name = \"p\", address = \"127.0.0.2\", router-id = \"0.0.0.2\","
	    "role = \"push\", local-as = 1 } ) }\n"
	    "target: { router = \"edge\", via = [ \"p\" ], capacity = 20000, always = [\n");
	for (unsigned i = 0; i < 20000; i++)
		str_addf(&text, "%s\"10.%u.%u.0/24\"\n", i == 0 ? "" : ",", i >> 8, i & 255);
	str_add(&text, "] never = [ \"192.0.2.0/24\" ] }");
	c = parse(text.text, &faults);
	assert_string_equal(faults.text, "");
	assert_int_equal(c->target.n_always, 20000);
	config_free(c);
	str_fini(&text);
	str_fini(&faults);
}

static void
test_too_many_settings(void **state)
{
	struct str text, faults;

	(void)state;
	str_init(&text, MEM_CONFIG);
	str_init(&faults, MEM_CONFIG);
	for (unsigned i = 0; i < 5000; i++)
		str_addf(&text, "a%u = 1\n", i);
	assert_null(parse(text.text, &faults));
	assert_string_equal(faults.text, "t:4097: more than 4096 settings in one group\n");
	str_fini(&text);
	str_fini(&faults);
}

#define NO_LEARNER "t:1: warning: no neighbour has role \"learn\": no routes will be known\n"

#define ENDPOINT(line, value)                                                                      \
	"t:" line ": http.listen must be an address like \"192.0.2.1\", \"192.0.2.1:80\" or "      \
	"\"[2001:db8::1]:80\", not " value "\n"

/* Line numbers hold through comments, strings over lines, and Windows line ends. */
static void
test_lines(void **state)
{
	(void)state;
	assert_faults("/* a\n * b\n */ http: { socket = \"a\nb\" }\r\n\r\nlog: {\n  level = 1 }",
	    NO_LEARNER
	    "t:3: http.socket must be an absolute path of at most 107 bytes, not \"a\\x0ab\"\n"
	    "t:7: log.level must be \"error\", \"warning\", \"info\" or \"debug\", not 1\n");
	/* libconfig alone has these a line late. */
	assert_faults("http: { listen = [\n\"a\"\n,\n\"b\" # c\n] }",
	    NO_LEARNER ENDPOINT("2", "\"a\"") ENDPOINT("4", "\"b\""));
	assert_faults(
	    "http: { listen = [\n1\n,\n2 ] }", NO_LEARNER ENDPOINT("2", "1") ENDPOINT("4", "2"));
}

static void
test_suggest(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned distance;
	} cases[] = {
		{ "", "", 0 }, { "", "abc", 3 }, { "abc", "abc", 0 }, { "abc", "abd", 1 },
		{ "abc", "acb", 1 }, { "abc", "ab", 1 }, { "kitten", "sitting", 3 },
		{ "ca", "abc", 3 }, /* no letter is edited twice */
	};
	struct suggest s = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(suggest_distance(cases[i].a, cases[i].b), cases[i].distance);
		assert_int_equal(suggest_distance(cases[i].b, cases[i].a), cases[i].distance);
	}
	suggest_offer(&s, "neighbours", "listen");
	assert_null(s.best);
	suggest_offer(&s, "neighbours", "neighbour");
	suggest_offer(&s, "neighbours", "neighbors");
	suggest_offer(&s, "neighbours", "neighborhood");
	assert_string_equal(s.best, "neighbour");
}

/* The manual's reference is what the schema says. */
static void
test_manual(void **state)
{
	struct str reference;

	(void)state;
	str_init(&reference, MEM_CONFIG);
	schema_reference(&reference);
	golden_check_part("docs/man/hotfib.conf.5",
	    ".\\\" BEGIN of what schema_reference() writes\n",
	    ".\\\" END of what schema_reference() writes\n", reference.text);
	str_fini(&reference);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_FREES(test_example),
		TEST_FREES(test_goldens),
		TEST_FREES(test_as_numbers),
		TEST_FREES(test_defaults),
		TEST_FREES(test_any_local),
		TEST_FREES(test_routers),
		TEST_FREES(test_no_file),
		TEST_FREES(test_not_a_text),
		TEST_FREES(test_long_text),
		TEST_FREES(test_long_lists),
		TEST_FREES(test_too_many_settings),
		TEST_FREES(test_lines),
		TEST_FREES(test_suggest),
		TEST_FREES(test_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
