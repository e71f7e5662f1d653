/* SPDX-License-Identifier: Apache-2.0 */
/* `hotfib simulate` with a made-up daemon. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "tests/support/support.h"

static const char answer[] =
    "{\"active\":1234,\"byDefault\":0.25,\"family\":\"ipv4\",\"needed\":[{\"coverage\":0.9,"
    "\"priced\":1200,\"top\":2400},{\"coverage\":0.999,\"priced\":56000}],\"points\":[{"
    "\"bound\":0.6,\"entries\":1000,\"priced\":{\"coverage\":0.59991,\"used\":998},\"top\":{"
    "\"coverage\":0.5,\"used\":1000}}],\"router\":\"edge\",\"value\":125000}";

struct daemon {
	char path[200];
	const char *body;
};

static int
get(const struct cli *cli, const char *path, struct str *body, long *status, char error[static 256])
{
	struct daemon *d = cli->get_ctx;

	(void)error;
	snprintf(d->path, sizeof(d->path), "%s", path);
	str_add(body, d->body);
	*status = 200;
	return 0;
}

static char *out, *err;

static int
run(struct daemon *d, const char *args)
{
	char text[256], *argv[20] = { NULL }, *rest = text, *word;
	struct cli cli = { .socket = "/sock", .top_n = 20, .get = get, .get_ctx = d };
	size_t out_len, err_len;
	int argc = 0, result;

	free(out);
	free(err);
	snprintf(text, sizeof(text), "hotfib %s", args);
	while ((word = strsep(&rest, " ")) != NULL)
		argv[argc++] = word;
	cli.out = open_memstream(&out, &out_len);
	cli.err = open_memstream(&err, &err_len);
	result = cli_run(&cli, argc, argv);
	fclose(cli.out);
	fclose(cli.err);
	return result;
}

static void
test_tables(void **state)
{
	struct daemon d = { .body = answer };

	(void)state;
	assert_int_equal(run(&d, "simulate"), CLI_OK);
	assert_string_equal(d.path, "/api/v1/whatif?family=ipv4");
	assert_string_equal(out,
	    "1.00 Mbit/s to 1,234 ipv4 prefixes; the default serves 25.000 % of it\n\n"
	    "ENTRIES    PRICED  USED       TOP   USED     BOUND\n"
	    "  1,000  59.991 %   998  50.000 %  1,000  60.000 %\n\n"
	    "COVERAGE  PRICED NEEDS  TOP NEEDS\n"
	    "    90 %         1,200      2,400\n"
	    "  99.9 %        56,000      never\n");
	assert_int_equal(run(&d, "simulate -H --no-header"), CLI_OK);
	assert_non_null(strstr(out, "1000  0.599910  998  0.500000  1000  0.600000\n"));
	assert_int_equal(run(&d, "simulate -j"), CLI_OK);
	assert_non_null(strstr(out, "\"needed\":[{"));
}

static void
test_questions(void **state)
{
	struct daemon d = { .body = answer };

	(void)state;
	assert_int_equal(run(&d, "simulate -6 -n 500,10k --router a/b"), CLI_OK);
	assert_string_equal(d.path, "/api/v1/whatif?family=ipv6&router=a%2Fb&n=500,10000");
	assert_int_equal(run(&d, "simulate --n 5,x&y"), CLI_OK); /* the daemon judges */
	assert_string_equal(d.path, "/api/v1/whatif?family=ipv4&n=5,x%26y");
	assert_int_equal(run(&d, "simulate more"), CLI_USAGE);
	assert_int_equal(run(&d, "show top -n 5,6"), CLI_USAGE);
}

static void
test_failure(void **state)
{
	struct daemon d = { .body = "{\"error\":\"the simulation failed\"}" };

	(void)state;
	assert_int_equal(run(&d, "simulate"), CLI_ERROR);
	assert_string_equal(err, "hotfib: the simulation failed\n");
	d.body = "[]"; /* no JSON of ours, and no crash */
	assert_int_equal(run(&d, "simulate"), CLI_OK);
	free(out);
	free(err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
