/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include <stdarg.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

void
table_init(struct table *t, const char *const *titles, size_t n_columns)
{
	*t = (struct table){ .titles = titles, .n_columns = n_columns };
}

void
table_fini(struct table *t)
{
	for (size_t i = 0; i < t->n_cells; i++)
		mem_free(MEM_MISC, t->cells[i]);
	mem_free(MEM_MISC, t->cells);
}

/* Bytes of the character at `text` that takes room on a terminal, or 0: controls, marks that would
 * change their neighbours or the direction of writing, and bytes that are no character here. */
static size_t
printable(const char *text)
{
	mbstate_t state = { 0 };
	wchar_t wc;
	size_t n = mbrtowc(&wc, text, strlen(text), &state);

	if (n == (size_t)-1 || n == (size_t)-2 || n == 0)
		return 0;
	return iswprint((wint_t)wc) && wcwidth(wc) > 0 ? n : 0;
}

void
safe_add(struct str *out, const char *text)
{
	while (*text != '\0') {
		size_t n = printable(text);

		if (n > 0)
			str_add_n(out, text, n);
		else
			str_addf(out, "\\x%02x", (unsigned)(unsigned char)*text);
		text += n > 0 ? n : 1;
	}
}

void
safe_print(FILE *out, const char *text)
{
	struct str s;

	str_init(&s, MEM_MISC);
	safe_add(&s, text);
	fputs(s.text, out);
	str_fini(&s);
}

void
table_add(struct table *t, const char *text)
{
	struct str s;

	if (t->n_cells == t->cap) {
		t->cap = t->cap > 0 ? t->cap * 2 : 64;
		t->cells = mem_resize(MEM_MISC, t->cells, t->cap, sizeof(*t->cells));
	}
	str_init(&s, MEM_MISC);
	safe_add(&s, text);
	t->cells[t->n_cells++] = s.text;
}

void
table_addf(struct table *t, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	table_add(t, text);
}

/* Columns of a terminal; every character of a safe text has some. */
static size_t
width(const char *text)
{
	mbstate_t state = { 0 };
	size_t w = 0;

	while (*text != '\0') {
		wchar_t wc;
		size_t n = mbrtowc(&wc, text, strlen(text), &state);

		if (n == (size_t)-1 || n == (size_t)-2)
			return w + strlen(text);
		w += (size_t)wcwidth(wc);
		text += n;
	}
	return w;
}

static void
print_cell(FILE *out, const char *text, size_t column_width, bool right, bool last)
{
	size_t pad = column_width - width(text);

	if (right)
		fprintf(out, "%*s", (int)pad, "");
	fputs(text, out);
	if (!right && !last)
		fprintf(out, "%*s", (int)pad, "");
	fputs(last ? "\n" : "  ", out);
}

void
table_print(const struct table *t, FILE *out, bool header)
{
	size_t widths[32];

	ASSERT(t->n_columns <= ARRAY_LEN(widths) && t->n_cells % t->n_columns == 0);
	for (size_t c = 0; c < t->n_columns; c++) {
		const char *title = t->titles[c] + (t->titles[c][0] == '>');

		widths[c] = header ? width(title) : 0;
		for (size_t i = c; i < t->n_cells; i += t->n_columns)
			widths[c] = u64_max(widths[c], width(t->cells[i]));
	}
	for (size_t c = 0; header && c < t->n_columns; c++) {
		bool right = t->titles[c][0] == '>';

		print_cell(out, t->titles[c] + right, widths[c], right, c + 1 == t->n_columns);
	}
	for (size_t i = 0; i < t->n_cells; i++) {
		size_t c = i % t->n_columns;

		print_cell(
		    out, t->cells[i], widths[c], t->titles[c][0] == '>', c + 1 == t->n_columns);
	}
}
