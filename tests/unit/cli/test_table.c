/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "cli/table.h"
#include "tests/support/support.h"

static void
assert_safe(const char *in, const char *expected)
{
	struct str out;

	str_init(&out, MEM_MISC);
	safe_add(&out, in);
	assert_string_equal(out.text, expected);
	str_fini(&out);
}

static void
test_safe_ascii(void **state)
{
	(void)state;
	assert_safe("", "");
	assert_safe("plain text, \"quoted\" \\ ~", "plain text, \"quoted\" \\ ~");
	assert_safe("\x1b[2J\x1b]0;x\x07", "\\x1b[2J\\x1b]0;x\\x07");
	assert_safe("a\nb\tc\rd\x7f", "a\\x0ab\\x09c\\x0dd\\x7f");
}

static void
test_safe_utf8(void **state)
{
	(void)state;
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) {
		print_message("no UTF-8 locale here\n");
		skip();
	}
	assert_safe("Z\xc3\xbcrich", "Z\xc3\xbcrich");
	/* C1 controls, a change of direction, a combining mark, bytes that are no character. */
	assert_safe("\xc2\x9b", "\\xc2\\x9b");
	assert_safe("\xe2\x80\xae", "\\xe2\\x80\\xae");
	assert_safe("e\xcc\x81", "e\\xcc\\x81");
	assert_safe("\xc3", "\\xc3");
	assert_safe("\xff\xfe", "\\xff\\xfe");
	setlocale(LC_CTYPE, "C");
	assert_safe("Z\xc3\xbcrich", "Z\\xc3\\xbcrich");
}

static void
assert_printed(const struct table *t, bool header, const char *expected)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	table_print(t, f, header);
	fclose(f);
	assert_string_equal(text, expected);
	free(text);
}

static void
test_alignment(void **state)
{
	static const char *const titles[] = { "NAME", ">COUNT", "LAST" };
	size_t before = mem_used(MEM_MISC);
	struct table t;

	(void)state;
	table_init(&t, titles, ARRAY_LEN(titles));
	assert_printed(&t, true, "NAME  COUNT  LAST\n");
	assert_printed(&t, false, "");
	table_add(&t, "a");
	table_addf(&t, "%d", 1);
	table_add(&t, "x");
	table_add(&t, "longer");
	table_add(&t, "1,234,567");
	table_add(&t, "the last is not padded");
	assert_printed(&t, true,
	    "NAME        COUNT  LAST\n"
	    "a               1  x\n"
	    "longer  1,234,567  the last is not padded\n");
	assert_printed(&t, false,
	    "a               1  x\n"
	    "longer  1,234,567  the last is not padded\n");
	table_fini(&t);
	assert_int_equal(mem_used(MEM_MISC), before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_safe_ascii),
		cmocka_unit_test(test_safe_utf8),
		cmocka_unit_test(test_alignment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
