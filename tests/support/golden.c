/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/golden.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "lib/str.h"
#include "tests/support/support.h"

static bool
updating(void)
{
	const char *v = getenv("HOTFIB_UPDATE_GOLDEN");

	return v != NULL && strcmp(v, "1") == 0;
}

/* The file's text into *out (initialised); stays empty where there is none. */
static void
read_text(const char *file, struct str *out)
{
	FILE *f = fopen(file, "r");
	char buf[4096];
	size_t n;

	if (f == NULL)
		return;
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		str_add_n(out, buf, n);
	fclose(f);
}

static void
write_text(const char *file, const char *text)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
}

void
golden_check(const char *input, const char *ending, const char *got)
{
	const char *dot = strrchr(input, '.');
	struct str file, expected;

	assert_non_null(dot);
	str_init(&file, MEM_MISC);
	str_init(&expected, MEM_MISC);
	str_add_n(&file, input, (size_t)(dot - input));
	str_add(&file, ending);
	if (updating())
		write_text(file.text, got);
	read_text(file.text, &expected);
	if (strcmp(got, expected.text) != 0)
		print_error("%s differs (HOTFIB_UPDATE_GOLDEN=1 rewrites it):\n", file.text);
	assert_string_equal(got, expected.text);
	str_fini(&expected);
	str_fini(&file);
}

void
golden_check_part(const char *file, const char *begin, const char *end, const char *got)
{
	struct str text, expected;
	const char *from, *to;

	str_init(&text, MEM_MISC);
	str_init(&expected, MEM_MISC);
	read_text(file, &text);
	from = strstr(text.text, begin);
	to = strstr(text.text, end);
	assert_true(from != NULL && to != NULL && from < to);
	str_add_n(&expected, text.text, (size_t)(from - text.text) + strlen(begin));
	str_add(&expected, got);
	str_add(&expected, to);
	if (updating())
		write_text(file, expected.text);
	else
		assert_string_equal(text.text, expected.text);
	str_fini(&expected);
	str_fini(&text);
}

size_t
golden_each(const char *pattern, void (*check)(const char *file))
{
	glob_t found;
	size_t n;

	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	n = found.gl_pathc;
	for (size_t i = 0; i < n; i++)
		check(found.gl_pathv[i]);
	globfree(&found);
	return n;
}
