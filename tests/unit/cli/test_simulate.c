/* SPDX-License-Identifier: Apache-2.0 */
/* `hotfib simulate` with a made-up daemon. */
#include "tests/unit/cli/daemon.h"

#define ANSWER                                                                                     \
	"{\"active\":1234,\"byDefault\":0.25,\"family\":\"ipv4\",\"needed\":[{\"coverage\":0.9,"   \
	"\"priced\":1200,\"top\":2400},{\"coverage\":0.999,\"priced\":56000}],\"points\":[{"       \
	"\"bound\":0.6,\"entries\":1000,\"priced\":{\"coverage\":0.59991,\"used\":998},\"top\":{"  \
	"\"coverage\":0.5,\"used\":1000}}],\"router\":\"edge\",\"value\":125000}"

static void
test_tables(void **state)
{
	static const struct page page[] = { { "/api/v1/whatif?family=ipv4", 200, ANSWER }, { 0 } };

	(void)state;
	assert_int_equal(run(page, "simulate"), CLI_OK);
	assert_string_equal(out,
	    "1.00 Mbit/s to 1,234 ipv4 prefixes; the default serves 25.000 % of it\n\n"
	    "ENTRIES    PRICED  USED       TOP   USED     BOUND\n"
	    "  1,000  59.991 %   998  50.000 %  1,000  60.000 %\n\n"
	    "COVERAGE  PRICED NEEDS  TOP NEEDS\n"
	    "    90 %         1,200      2,400\n"
	    "  99.9 %        56,000      never\n");
	assert_int_equal(run(page, "simulate -H --no-header"), CLI_OK);
	assert_non_null(strstr(out, "1000  0.599910  998  0.500000  1000  0.600000\n"));
	assert_int_equal(run(page, "simulate -j"), CLI_OK);
	assert_non_null(strstr(out, "\"needed\":[{"));
}

/* What the daemon is asked. */
static void
test_questions(void **state)
{
	static const struct page six[] = {
		{ "/api/v1/whatif?family=ipv6&router=a%2Fb&n=500,10000", 200, ANSWER }, { 0 }
	};
	static const struct page odd[] = { { "/api/v1/whatif?family=ipv4&n=5,x%26y", 200, ANSWER },
		{ 0 } };

	(void)state;
	assert_int_equal(run(six, "simulate -6 -n 500,10k --router a/b"), CLI_OK);
	assert_int_equal(run(odd, "simulate --n 5,x&y"), CLI_OK); /* the daemon judges */
	assert_int_equal(run(NULL, "simulate more"), CLI_USAGE);
	assert_int_equal(run(NULL, "show top -n 5,6"), CLI_USAGE);
}

static void
test_failure(void **state)
{
	static const struct page failed[] = { { "/api/v1/whatif?family=ipv4", 200,
						  "{\"error\":\"the simulation failed\"}" },
		{ 0 } };
	static const struct page odd[] = { { "/api/v1/whatif?family=ipv4", 200, "[]" }, { 0 } };

	(void)state;
	assert_int_equal(run(failed, "simulate"), CLI_ERROR);
	assert_string_equal(err, "hotfib: the simulation failed\n");
	assert_int_equal(run(odd, "simulate"), CLI_OK); /* no JSON of ours, and no crash */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_failure),
	};

	return cmocka_run_group_tests(tests, NULL, forget_output);
}
