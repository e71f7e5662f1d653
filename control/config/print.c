/* SPDX-License-Identifier: Apache-2.0 */
/* The effective configuration as text, by the schema. */
#include <string.h>

#include "control/config/schema.h"
#include "control/config/value.h"

static void
indent(unsigned depth, struct str *out)
{
	while (depth-- > 0)
		str_add(out, "\t");
}

static void
print_families(const bool families[IP_FAMILIES], struct str *out)
{
	const char *separator = " ";

	str_add(out, "[");
	for (int f = 0; f < IP_FAMILIES; f++) {
		if (families[f]) {
			str_addf(out, "%s\"%s\"", separator, ip_family_name((enum ip_family)f));
			separator = ", ";
		}
	}
	str_add(out, " ]");
}

/* On one line where it is short, else a value a line. */
static void
print_array(
    const struct schema_row *row, const char *array, size_t n, unsigned depth, struct str *out)
{
	bool lines = n > 4;

	str_add(out, "[");
	for (size_t i = 0; i < n; i++) {
		if (lines) {
			str_add(out, "\n");
			indent(depth + 1, out);
		} else {
			str_add(out, " ");
		}
		value_print(row, array + i * value_size(row->kind), out);
		str_add(out, i + 1 < n ? "," : "");
	}
	if (lines) {
		str_add(out, "\n");
		indent(depth, out);
	} else {
		str_add(out, " ");
	}
	str_add(out, "]");
}

static void print_rows(
    const struct schema_group *group, const char *base, unsigned depth, struct str *out);

static void
print_list(
    const struct schema_row *row, const char *array, size_t n, unsigned depth, struct str *out)
{
	str_add(out, "(");
	for (size_t i = 0; i < n; i++) {
		str_add(out, i == 0 ? " {\n" : ", {\n");
		print_rows(row->group, array + i * row->group->size, depth + 1, out);
		indent(depth, out);
		str_add(out, "}");
	}
	str_add(out, " )");
}

static void
print_row(const struct schema_row *row, const char *base, unsigned depth, struct str *out)
{
	const char *field = base + row->offset;
	const char *array = NULL;
	size_t n = 0;

	if (row->kind == SCHEMA_GROUP) {
		bool there = row->required;

		if (!there)
			memcpy(&there, field, sizeof(there));
		if (!there)
			return;
		str_addf(out, "%s: {\n", row->name);
		print_rows(row->group, base, depth + 1, out);
		str_add(out, "}\n");
		return;
	}
	if (!value_present(row, field))
		return;
	if (row->array && row->kind != SCHEMA_FAMILY) {
		memcpy(&array, field, sizeof(array));
		memcpy(&n, base + row->count, sizeof(n));
		/* Not given; one that is empty in place of a default is said to be. */
		if (n == 0 && row->value == NULL)
			return;
	}
	indent(depth, out);
	str_addf(out, "%s = ", row->name);
	if (row->kind == SCHEMA_FAMILY)
		print_families((const bool *)field, out);
	else if (row->kind == SCHEMA_LIST)
		print_list(row, array, n, depth, out);
	else if (row->array)
		print_array(row, array, n, depth, out);
	else
		value_print(row, field, out);
	str_add(out, "\n");
}

static void
print_rows(const struct schema_group *group, const char *base, unsigned depth, struct str *out)
{
	for (size_t i = 0; i < group->n_rows; i++)
		print_row(&group->rows[i], base, depth, out);
}

void
schema_print(const struct schema_row *row, const void *base, struct str *out)
{
	print_row(row, base, 0, out);
}

void
config_print(const struct config *c, struct str *out)
{
	print_rows(&schema_root, (const char *)c, 0, out);
}
