/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines, and files that are compressed. */
#include "tests/lab/input.h"
#include "tests/lab/options.h"
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
	bool flag;
	const char *text;
	uint32_t u32;
	uint64_t u64;
	double number;
	struct ip_addr addr;
} values;

static const struct option_row first[] = {
	{ "flag", NULL, OPTION_FLAG, &values.flag, "a flag" },
	{ "text", "FILE", OPTION_TEXT, &values.text, "a text" },
	OPTION_TABLE_END,
};

static const struct option_row second[] = {
	{ "u32", "N", OPTION_U32, &values.u32, "a number" },
	{ "u64", "N", OPTION_U64, &values.u64, "a larger one" },
	{ "number", "X", OPTION_DOUBLE, &values.number, "a real one" },
	{ "addr", "ADDRESS", OPTION_ADDR, &values.addr, "an address" },
	OPTION_TABLE_END,
};

static const struct option_row *const tables[OPTION_TABLES_MAX] = { first, second };

/* Parse a command line given as one string of words. */
static enum options_result
parse(const char *line, const char **words, size_t n_words)
{
	static char buf[512];
	char *argv[32] = { buf }, *save = NULL;
	int argc = 1;

	snprintf(buf, sizeof(buf), "%s", line);
	for (char *w = strtok_r(buf, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	memset(&values, 0, sizeof(values));
	return options_parse(argc, argv, tables, words, n_words);
}

static void
options_take_their_values(void **state)
{
	const char *words[2] = { NULL, NULL };

	(void)state;
	assert_int_equal(parse("--flag --text=a=b one --u32 4294967295 --u64=0x10 --number 1.5e3 "
			       "--addr 2001:db8::1 two",
			     words, 2),
	    OPTIONS_OK);
	assert_true(values.flag);
	assert_string_equal(values.text, "a=b");
	assert_int_equal(values.u32, UINT32_MAX);
	assert_int_equal(values.u64, 16);
	assert_true(values.number == 1500);
	assert_int_equal(values.addr.family, IP_V6);
	assert_string_equal(words[0], "one");
	assert_string_equal(words[1], "two");
	assert_int_equal(parse("--flag --help --nonsense", NULL, 0), OPTIONS_HELP);
	assert_int_equal(parse("", NULL, 0), OPTIONS_OK);
}

static void
bad_command_lines_are_refused(void **state)
{
	static const char *const bad[] = { "word", "--nonsense", "-x", "--", "--flag=1", "--text",
		"--u32", "--u32 -1", "--u32 4294967296", "--u32 1x", "--u32=",

		"--u64 18446744073709551616", "--number -1", "--number inf", "--number nan",
		"--number x", "--addr 10.0.0.0/8", "--addr x" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(parse(bad[i], NULL, 0), OPTIONS_BAD);
}

static void
every_option_is_in_the_help(void **state)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	options_print(out, tables);
	fclose(out);
	for (size_t k = 0; tables[k] != NULL; k++) {
		for (const struct option_row *row = tables[k]; row->name != NULL; row++) {
			assert_non_null(strstr(text, row->name));
			assert_non_null(strstr(text, row->help));
		}
	}
	free(text);
}

/* Write `text` through the tool into a file with this ending; its path into buf. */
static void
make_file(const char *tool, const char *ending, const char *text, char *buf, size_t size)
{
	char command[256];
	FILE *f;

	snprintf(buf, size, "/tmp/hotfib-input-%d%s", (int)getpid(), ending);
	snprintf(command, sizeof(command), "%s > '%s'", tool, buf);
	f = popen(command, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(pclose(f), 0);
}

static void
compressed_files_are_read(void **state)
{
	static const struct {
		const char *tool, *ending;
	} cases[] = { { "cat", ".txt" }, { "gzip", ".gz" }, { "xz", ".xz" } };
	char path[128], back[64];
	struct input in;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		make_file(cases[i].tool, cases[i].ending, "some text", path, sizeof(path));
		assert_true(input_open(&in, path));
		assert_int_equal(input_read(&in, back, 4), 4);
		assert_int_equal(input_read(&in, back, sizeof(back)), 5);
		assert_memory_equal(back, " text", 5);
		assert_true(input_close(&in));
		assert_true(input_open(&in, path));
		input_drop(&in);
		unlink(path);
	}
	assert_false(input_open(&in, "/nonexistent/file.xz"));
}

static void
broken_compressed_data_is_noticed(void **state)
{
	char path[128], back[64];
	struct input in;

	(void)state;
	make_file("cat", ".gz", "this is not gzip", path, sizeof(path));
	assert_true(input_open(&in, path));
	assert_int_equal(input_read(&in, back, sizeof(back)), 0);
	assert_false(input_close(&in));
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_take_their_values),
		cmocka_unit_test(bad_command_lines_are_refused),
		cmocka_unit_test(every_option_is_in_the_help),
		cmocka_unit_test(compressed_files_are_read),
		cmocka_unit_test(broken_compressed_data_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
