/* SPDX-License-Identifier: Apache-2.0 */
/* What differs between two configurations: a setting is changed, and that setting is found. */
#include "tests/support/support.h"

#include <string.h>

#include "control/config/diff.h"

#define NEIGHBOR(name, more)                                                                       \
	"{ name = \"" name "\", address = \"10.0.0." more ", local-as = 65000, "                   \
	"router-id = \"0.0.0.1\", role = \"learn\", router = \"edge\" }"
#define CONFIG(neighbors, target)                                                                  \
	"bgp: { listen = [ \"0.0.0.0\" ]; neighbors = ( " neighbors " ) }\n" target

static const char base[] = CONFIG(NEIGHBOR("a", "1\"") ", " NEIGHBOR("b", "2\", md5 = \"x\""),
    "target: { router = \"edge\"; capacity = 5; never = [ \"192.0.2.0/24\" ] }");

static void
found(void *ctx, const struct diff *diff)
{
	static const char marks[] = {
		[DIFF_CHANGED] = '~', [DIFF_ADDED] = '+', [DIFF_REMOVED] = '-'
	};

	str_addf(ctx, "%c%s%s\n", marks[diff->kind], diff->name, diff->restart ? " !" : "");
}

static struct config *
parse(const char *text)
{
	struct str faults;
	struct config *c;

	str_init(&faults, MEM_MISC);
	c = config_parse_text(text, "test", &faults);
	if (c == NULL)
		fail_msg("%s", faults.text);
	str_fini(&faults);
	return c;
}

static void
assert_diff(const char *a, const char *b, const char *expected)
{
	struct config *x = parse(a), *y = parse(b);
	struct str out;

	str_init(&out, MEM_MISC);
	diff_configs(x, y, found, &out);
	assert_string_equal(out.text, expected);
	str_fini(&out);
	config_free(x);
	config_free(y);
}

static void
test_same(void **state)
{
	(void)state;
	assert_diff(base, base, "");
	/* The order of a list, and defaults that are written out. */
	assert_diff(base,
	    CONFIG(NEIGHBOR("b", "2\", md5 = \"x\"") ", " NEIGHBOR("a", "1\", hold-time = 90"),
		"target: { router = \"edge\"; capacity = 5; never = [ \"192.0.2.0/24\" ] }"),
	    "");
}

static void
test_settings(void **state)
{
	(void)state;
	assert_diff(base,
	    CONFIG(NEIGHBOR("a", "1\", hold-time = 30") ", " NEIGHBOR("b", "2\", md5 = \"y\""),
		"target: { router = \"edge\"; capacity = 6; headroom = 0.1; always = [ \"::/1\" ] "
		"}\n"
		"log: { level = \"debug\" }"),
	    "~bgp.neighbors.a.hold-time\n~bgp.neighbors.b.md5\n~target.capacity\n"
	    "~target.headroom\n~target.always\n~target.never\n~log.level\n");
}

static void
test_members(void **state)
{
	static const char agent[] =
	    "sflow: { agents = ( { address = \"10.0.0.9\", router = \"edge\" } ) }";
	struct str other;

	(void)state;
	str_init(&other, MEM_MISC);
	str_add(&other, CONFIG(NEIGHBOR("b", "2\", md5 = \"x\"") ", " NEIGHBOR("c", "1\""), ""));
	str_add(&other, agent);
	assert_diff(base, other.text,
	    "-bgp.neighbors.a\n+bgp.neighbors.c\n+sflow.agents.10.0.0.9\n-target\n");
	assert_diff(other.text, base,
	    "-bgp.neighbors.c\n+bgp.neighbors.a\n-sflow.agents.10.0.0.9\n+target\n");
	str_fini(&other);
}

static void
test_session(void **state)
{
	static const char *const but[] = { "description", NULL };
	struct config *x = parse(base);
	struct config *y =
	    parse(CONFIG(NEIGHBOR("a", "1\", description = \"d\"") ", " NEIGHBOR("b", "2\""), ""));

	(void)state;
	assert_false(diff_same(&schema_neighbor, &x->neighbors[0], &y->neighbors[0], NULL));
	assert_true(diff_same(&schema_neighbor, &x->neighbors[0], &y->neighbors[0], but));
	assert_false(diff_same(&schema_neighbor, &x->neighbors[1], &y->neighbors[1], but));
	assert_false(diff_same(&schema_neighbor, &x->neighbors[0], &x->neighbors[1], but));
	config_free(x);
	config_free(y);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
