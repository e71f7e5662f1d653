/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sFlow-RT's properties into a configuration, against goldens: for each
 * tests/golden/import/X.properties X.out holds the faults and warnings, then the configuration
 * where there is one. Two of them are the files of the articles that ARM's users started from.
 */
#include "tests/support/support.h"

#include <string.h>

#include "control/config/config.h"
#include "control/config/import.h"
#include "control/config/properties.h"
#include "tests/support/golden.h"

#define GOLDEN "tests/golden/import/"

static char *
read_file(const char *file)
{
	static char text[65536];
	FILE *f = fopen(file, "r");

	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	return text;
}

/* What is given out has no faults; a warning only for what the import warned of itself. */
static void
assert_valid(const char *text)
{
	struct str faults;
	struct config *c;

	str_init(&faults, MEM_CONFIG);
	c = config_parse_text(text, "imported", &faults);
	assert_non_null(c);
	if (c->has_target)
		assert_string_equal(faults.text, "");
	config_free(c);
	str_fini(&faults);
}

static void
check_golden(const char *file)
{
	struct str out, result;

	str_init(&out, MEM_CONFIG);
	str_init(&result, MEM_CONFIG);
	if (import_properties(read_file(file), file, &result, &out)) {
		assert_valid(result.text);
		str_addf(&out, "---\n%s", result.text);
	} else {
		assert_string_equal(result.text, "");
	}
	golden_check(file, ".out", out.text);
	str_fini(&result);
	str_fini(&out);
}

static void
test_goldens(void **state)
{
	(void)state;
	golden_each(GOLDEN "*.properties", check_golden);
}

/* The 2016-12 file means what its article says. */
static void
test_article(void **state)
{
	struct str out, faults;
	struct config *c;

	(void)state;
	str_init(&out, MEM_CONFIG);
	str_init(&faults, MEM_CONFIG);
	assert_true(
	    import_properties(read_file(GOLDEN "2016-12.properties"), "arm", &out, &faults));
	assert_string_equal(faults.text, "");
	c = config_parse_text(out.text, "imported", &faults);
	assert_non_null(c);
	assert_int_equal(c->n_neighbors, 4);
	assert_int_equal(c->target.capacity[IP_V4], 10000);
	assert_int_equal(c->target.capacity[IP_V6], 5000);
	assert_true(c->target.headroom == 0);
	assert_int_equal(c->target.n_via, 2);
	assert_int_equal(c->agents[0].n_sources, 3);
	assert_int_equal(c->neighbors[3].bgp.router_id, 2);
	assert_int_equal(c->neighbors[3].bgp.local_as, 65136);
	config_free(c);
	str_fini(&faults);
	str_fini(&out);
}

/* The syntax, from the documentation of java.util.Properties. */
static void
test_properties(void **state)
{
	static const char text[] = "Truth = Beauty\n"
				   " Truth:Beauty\r\n"
				   "Truth\t\t\t:Beauty  \n"
				   "\n"
				   "# a comment \\\n"
				   "\t! another\n"
				   "fruits    apple, banana, \\\r\n"
				   "          pear, \\\n"
				   "\n"
				   "cheeses\n"
				   "a\\ b\\=c\\:d=\\u00e9\\t\\\\\\q\\u20AC\\u0041\n"
				   "k==v\n"
				   "long\\\n"
				   "  key \\\n"
				   "  = x\n"
				   "=empty\n"
				   "end = \\";
	static const struct {
		const char *key, *value;
		unsigned line;
	} expected[] = {
		{ "Truth", "Beauty", 1 },
		{ "Truth", "Beauty", 2 },
		{ "Truth", "Beauty", 3 },
		{ "fruits", "apple, banana, pear,", 7 },
		{ "cheeses", "", 10 },
		{ "a b=c:d",
		    "\xc3\xa9\t\\q\xe2\x82\xac"
		    "A",
		    11 },
		{ "k", "=v", 12 },
		{ "longkey", "x", 13 },
		{ "", "empty", 16 },
		{ "end", "", 17 },
	};
	struct properties p = { .pos = text, .line = 1 };
	struct str key, value;
	unsigned line;

	(void)state;
	str_init(&key, MEM_CONFIG);
	str_init(&value, MEM_CONFIG);
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		assert_true(properties_next(&p, &key, &value, &line));
		assert_string_equal(key.text, expected[i].key);
		assert_string_equal(value.text, expected[i].value);
		assert_int_equal(line, expected[i].line);
	}
	assert_false(properties_next(&p, &key, &value, &line));
	str_fini(&key);
	str_fini(&value);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_FREES(test_goldens),
		TEST_FREES(test_article),
		TEST_FREES(test_properties),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
