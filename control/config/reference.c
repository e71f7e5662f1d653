/* SPDX-License-Identifier: Apache-2.0 */
/* The reference part of hotfib.conf(5), from the schema. */
#include <string.h>

#include "control/config/schema.h"
#include "control/config/value.h"

#define LINE_MAX_LEN 76

#define QUOTED(text) "\\(dq" text "\\(dq"

/* The value after "NAME =": a placeholder, or the words to choose from. */
static void
add_value(const struct schema_row *row, struct str *out)
{
	static const char *const placeholders[] = {
		[SCHEMA_LIST] = "( { ... }, ... )",
		[SCHEMA_STRING] = QUOTED("text"),
		[SCHEMA_NAME] = QUOTED("name"),
		[SCHEMA_SECRET] = QUOTED("text"),
		[SCHEMA_PATH] = QUOTED("path"),
		[SCHEMA_BOOL] = "true | false",
		[SCHEMA_BOOL_NOT] = "true | false",
		[SCHEMA_U16] = "integer",
		[SCHEMA_U32] = "integer",
		[SCHEMA_AS] = "integer",
		[SCHEMA_REAL] = "number",
		[SCHEMA_ROUTER_ID] = QUOTED("a.b.c.d"),
		[SCHEMA_COMMUNITY] = QUOTED("as:value"),
		[SCHEMA_FAMILY] = QUOTED("ipv4") " | " QUOTED("ipv6"),
		[SCHEMA_ADDRESS] = QUOTED("address"),
		[SCHEMA_ENDPOINT] = QUOTED("address"),
		[SCHEMA_PREFIX] = QUOTED("prefix"),
	};

	if (row->kind == SCHEMA_WORD) {
		for (int i = 0; row->words[i] != NULL; i++)
			str_addf(out, "%s" QUOTED("%s"), i == 0 ? "" : " | ", row->words[i]);
	} else if (row->array && row->kind != SCHEMA_LIST) {
		str_addf(out, "[ %s, ... ]", placeholders[row->kind]);
	} else {
		str_add(out, placeholders[row->kind]);
	}
}

/* The default as one would write it, but for the brackets of an array. */
static void
add_default(const struct schema_row *row, struct str *out)
{
	const char *text = row->value;

	if (value_form(row->kind) != VALUE_STRING) {
		str_addf(out, "Default:\n.Li %s .\n", text);
		return;
	}
	str_add(out, "Default:\n");
	for (size_t n; *text != '\0'; text += n) {
		text += *text == ' ';
		n = strcspn(text, " ");
		str_addf(
		    out, ".Li " QUOTED("%.*s") " %s\n", (int)n, text, text[n] == '\0' ? "." : ",");
	}
}

/* "1..65535, in seconds", for what has a range or a unit. */
static void
add_range(const struct schema_row *row, struct str *out)
{
	if (row->kind == SCHEMA_U16 || row->kind == SCHEMA_U32)
		str_addf(out, "%.0f to %.0f", row->min, row->max);
	else if (row->kind == SCHEMA_AS)
		str_add(out, "1 to 4294967295");
	else if (row->kind == SCHEMA_REAL)
		str_addf(out, "%g to %.10g", row->min, row->max);
	if (row->unit != NULL)
		str_addf(out, " %s", row->unit);
}

/* Prose as mdoc wants it: lines of the help that are requests as they are, all else filled, each
 * sentence from a line of its own. */
static void
add_prose(const char *text, struct str *out)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t n = *text == '.' && column == 0 ? strcspn(text, "\n") : strcspn(text, " \n");
		bool sentence = n > 0 && text[n - 1] == '.';

		if (column > 0 && column + 1 + n > LINE_MAX_LEN) {
			str_add(out, "\n");
			column = 0;
		}
		str_addf(out, "%s%.*s", column > 0 ? " " : "", (int)n, text);
		column += n + (column > 0);
		text += n;
		if (*text == '\n' || *text == '\0' || sentence) {
			str_add(out, "\n");
			column = 0;
		}
		if (*text != '\0')
			text++;
	}
}

static void
add_row(const struct schema_row *row, struct str *out)
{
	struct str range;

	str_init(&range, MEM_CONFIG);
	str_addf(out, ".It Ic %s No = Li ", row->name);
	add_value(row, out);
	str_add(out, "\n");
	add_prose(row->help, out);
	add_range(row, &range);
	if (range.len > 0)
		str_addf(out, "Range: %s.\n", range.text);
	if (row->value != NULL)
		add_default(row, out);
	else if (row->required)
		str_add(out, "Required.\n");
	if (row->restart)
		str_add(out, "A change needs a restart.\n");
	str_fini(&range);
}

static void
add_group(const struct schema_group *group, bool list, bool restart, struct str *out)
{
	if (group->path[0] != '\0') {
		str_addf(out, ".Ss %s: %s\n", group->path, list ? "( { ... }, ... )" : "{ ... }");
		add_prose(group->help, out);
		if (restart)
			str_add(out, "Changes need a restart.\n");
		str_add(out, ".Bl -tag -width Ds\n");
		for (size_t i = 0; i < group->n_rows; i++)
			add_row(&group->rows[i], out);
		str_add(out, ".El\n");
	}
	for (size_t i = 0; i < group->n_rows; i++)
		if (group->rows[i].group != NULL)
			add_group(group->rows[i].group, group->rows[i].kind == SCHEMA_LIST,
			    group->rows[i].restart, out);
}

void
schema_reference(struct str *out)
{
	add_group(&schema_root, false, false, out);
}
