/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree is walked once, group by group: every setting finds its row in the schema or is unknown,
 * every row finds its setting or takes its default. Nothing stops at a fault; a value that is not
 * good is left zero and has no place, which is how check.c knows to leave it alone.
 *
 * Arrays are allocated at their final length before their elements are parsed, so the addresses in
 * `places` stay true.
 */
#include "control/config/parse.h"

#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/config/suggest.h"
#include "control/config/value.h"

struct parser {
	struct places *places;
	struct faults *faults;
};

void
places_fini(struct places *p)
{
	mem_free(MEM_CONFIG, p->list);
}

static void
add_place(struct places *p, const void *field, bool group, unsigned line)
{
	if (p->n == p->cap) {
		p->cap = p->cap == 0 ? 64 : p->cap * 2;
		p->list = mem_resize(MEM_CONFIG, p->list, p->cap, sizeof(*p->list));
	}
	p->list[p->n++] = (struct place){ .field = field, .group = group, .line = line };
}

static int
by_field(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->field != y->field)
		return (uintptr_t)x->field < (uintptr_t)y->field ? -1 : 1;
	return x->group - y->group;
}

static const struct place *
find_place(const struct places *p, const void *field, bool group)
{
	const struct place key = { .field = field, .group = group };

	return p->n > 0 ? bsearch(&key, p->list, p->n, sizeof(*p->list), by_field) : NULL;
}

unsigned
places_field(const struct places *p, const void *field)
{
	const struct place *found = find_place(p, field, false);

	return found != NULL ? found->line : 0;
}

bool
places_bad(const struct places *p, const void *field)
{
	const struct place *found = find_place(p, field, false);

	return found != NULL && found->line == 0;
}

unsigned
places_group(const struct places *p, const void *base)
{
	const struct place *found = find_place(p, base, true);

	return found != NULL ? found->line : 0;
}

/* --- values --- */

/* A scalar as value_parse() wants it; false when it is written in a form that the row is not. */
static bool
value_text(const struct schema_row *row, const config_setting_t *setting, struct str *text)
{
	enum value_form form = value_form(row->kind);

	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		str_addf(text, "%lld", config_setting_get_int64(setting));
		return form == VALUE_NUMBER;
	case CONFIG_TYPE_FLOAT:
		str_addf(text, "%.17g", config_setting_get_float(setting));
		return row->kind == SCHEMA_REAL;
	case CONFIG_TYPE_BOOL:
		str_add(text, config_setting_get_bool(setting) ? "true" : "false");
		return form == VALUE_BOOL;
	case CONFIG_TYPE_STRING:
		str_add(text, config_setting_get_string(setting));
		return form == VALUE_STRING || row->kind == SCHEMA_AS;
	default: return false;
	}
}

/* What was found instead, for a message. */
static void
describe_setting(const config_setting_t *setting, struct str *out)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_GROUP: str_add(out, "a group"); break;
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64: str_addf(out, "%lld", config_setting_get_int64(setting)); break;
	case CONFIG_TYPE_FLOAT: str_addf(out, "%g", config_setting_get_float(setting)); break;
	case CONFIG_TYPE_STRING: value_quote(config_setting_get_string(setting), out); break;
	case CONFIG_TYPE_BOOL:
		str_add(out, config_setting_get_bool(setting) ? "true" : "false");
		break;
	default: str_add(out, "an array or list");
	}
}

/* "bgp.port must be an integer 1..65535, not 70000" */
static void
bad_value(struct parser *p, const struct schema_group *group, const struct schema_row *row,
    const config_setting_t *setting, const char *prefix)
{
	const char *dot = group->path[0] != '\0' ? "." : "";
	struct str want, got;

	str_init(&want, MEM_CONFIG);
	str_init(&got, MEM_CONFIG);
	value_describe(row, &want);
	describe_setting(setting, &got);
	if (row->kind == SCHEMA_SECRET)
		faults_add(p->faults, config_setting_source_line(setting), "%s%s%s must be %s",
		    group->path, dot, row->name, want.text);
	else
		faults_add(p->faults, config_setting_source_line(setting),
		    "%s%s%s must be %s%s, not %.80s", group->path, dot, row->name, prefix,
		    want.text, got.text);
	str_fini(&want);
	str_fini(&got);
}

/* True, and said so, when the value is a prefix but for its host bits. */
static bool
has_host_bits(struct parser *p, const struct schema_group *group, const struct schema_row *row,
    const config_setting_t *setting, const char *text)
{
	char meant[PREFIX_TEXT_MAX];
	struct ip_prefix prefix;

	if (row->kind != SCHEMA_PREFIX || !prefix_parse(text, false, &prefix))
		return false;
	faults_add(p->faults, config_setting_source_line(setting),
	    "%s.%s: %s has bits set behind its length (did you mean %s?)", group->path, row->name,
	    text, prefix_format(&prefix, meant));
	return true;
}

/* One value into the field at dst. */
static bool
parse_value(struct parser *p, const struct schema_group *group, const struct schema_row *row,
    const config_setting_t *setting, void *dst)
{
	struct str text;
	bool ok;

	str_init(&text, MEM_CONFIG);
	ok = value_text(row, setting, &text) && value_parse(row, text.text, dst);
	add_place(p->places, dst, false, ok ? config_setting_source_line(setting) : 0);
	if (!ok && !has_host_bits(p, group, row, setting, text.text))
		bad_value(p, group, row, setting, "");
	str_fini(&text);
	return ok;
}

/* Zeroed room for n elements in the array that the row describes; gives it. */
static void *
make_array(const struct schema_row *row, void *base, size_t n, size_t size)
{
	void *array = NULL;

	if (n > 0)
		array = mem_calloc(MEM_CONFIG, n, size);
	memcpy((char *)base + row->offset, &array, sizeof(array));
	memcpy((char *)base + row->count, &n, sizeof(n));
	return array;
}

static void
parse_array(struct parser *p, const struct schema_group *group, const struct schema_row *row,
    const config_setting_t *setting, void *base)
{
	char *field = (char *)base + row->offset;
	size_t size = value_size(row->kind);
	size_t n;

	if (!config_setting_is_list(setting) && !config_setting_is_array(setting)) {
		add_place(p->places, field, false, 0);
		bad_value(p, group, row, setting, "an array [ ... ], each ");
		return;
	}
	n = (size_t)config_setting_length(setting);
	add_place(p->places, field, false, config_setting_source_line(setting));
	if (size > 0)
		field = make_array(row, base, n, size);
	for (size_t i = 0; i < n; i++)
		parse_value(
		    p, group, row, config_setting_get_elem(setting, (unsigned)i), field + i * size);
}

/* --- groups --- */

static void parse_group(struct parser *p, const struct schema_group *group,
    const config_setting_t *setting, void *base);

static void
parse_list(struct parser *p, const struct schema_group *group, const struct schema_row *row,
    const config_setting_t *setting, void *base)
{
	char *elements;
	size_t n;

	if (!config_setting_is_list(setting)) {
		bad_value(p, group, row, setting, "");
		return;
	}
	n = (size_t)config_setting_length(setting);
	elements = make_array(row, base, n, row->group->size);
	for (size_t i = 0; i < n; i++) {
		const config_setting_t *e = config_setting_get_elem(setting, (unsigned)i);
		char *element = elements + i * row->group->size;

		if (config_setting_is_group(e)) {
			add_place(p->places, element, true, config_setting_source_line(e));
			parse_group(p, row->group, e, element);
		} else {
			bad_value(p, group, row, e, "");
		}
	}
}

/* A value that stands for the default: written as in the file, arrays separated by blanks. */
static void
set_default(const struct schema_row *row, void *base)
{
	char *field = (char *)base + row->offset;
	char *words, *word, *rest;
	size_t n = 0;
	bool ok = true;

	if (!row->array) {
		ok = value_parse(row, row->value, field);
		ASSERT(ok);
		return;
	}
	words = mem_strdup(MEM_CONFIG, row->value);
	if (value_size(row->kind) > 0) {
		n = 1;
		for (const char *c = words; *c != '\0'; c++)
			n += *c == ' ';
		field = make_array(row, base, n, value_size(row->kind));
	}
	for (word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
		ok &= value_parse(row, word, field);
		field += value_size(row->kind);
	}
	ASSERT(ok);
	mem_free(MEM_CONFIG, words);
}

static void
parse_row(struct parser *p, const struct schema_group *group, const struct schema_row *row,
    const config_setting_t *setting, void *base)
{
	char *field = (char *)base + row->offset;

	switch (row->kind) {
	case SCHEMA_GROUP:
		if (!config_setting_is_group(setting)) {
			bad_value(p, group, row, setting, "");
			break;
		}
		if (!row->required) {
			memcpy(field, &(bool){ true }, sizeof(bool));
			add_place(p->places, field, false, config_setting_source_line(setting));
		}
		parse_group(p, row->group, setting, base);
		break;
	case SCHEMA_LIST: parse_list(p, group, row, setting, base); break;
	default:
		if (row->array)
			parse_array(p, group, row, setting, base);
		else
			parse_value(p, group, row, setting, field);
	}
}

/* The file does not have this row's setting. */
static void
miss_row(struct parser *p, const struct schema_group *group, const struct schema_row *row,
    const config_setting_t *setting, void *base)
{
	if (row->kind == SCHEMA_GROUP) {
		/* Our groups of settings are always there; the optional ones are absent. */
		if (row->required)
			parse_group(p, row->group, NULL, base);
	} else if (row->required) {
		faults_add(p->faults, config_setting_source_line(setting), "%s.%s is missing",
		    group->path, row->name);
	} else if (row->value != NULL) {
		set_default(row, base);
	}
}

static void
unknown_setting(struct parser *p, const struct schema_group *group, const config_setting_t *setting)
{
	const char *name = config_setting_name(setting);
	bool root = group->path[0] == '\0';
	char hint[SUGGEST_TEXT_MAX];

	if (source_is_renamed(name))
		return;
	faults_add(p->faults, config_setting_source_line(setting), "unknown setting '%.64s'%s%s%s",
	    name, root ? "" : " in ", group->path, suggest_text(schema_suggest(group, name), hint));
}

/* The settings of a group into the struct at base; no setting: the defaults. */
static void
parse_group(
    struct parser *p, const struct schema_group *group, const config_setting_t *setting, void *base)
{
	int n = setting != NULL ? config_setting_length(setting) : 0;

	for (int i = 0; i < n; i++) {
		const config_setting_t *member = config_setting_get_elem(setting, (unsigned)i);
		const struct schema_row *row = schema_find(group, config_setting_name(member));

		if (row != NULL)
			parse_row(p, group, row, member, base);
		else
			unknown_setting(p, group, member);
	}
	for (size_t i = 0; i < group->n_rows; i++) {
		const struct schema_row *row = &group->rows[i];

		if (setting == NULL || config_setting_get_member(setting, row->name) == NULL)
			miss_row(p, group, row, setting, base);
	}
}

bool
parse_source(
    const struct source *source, struct config *c, struct places *places, struct faults *faults)
{
	struct parser p = { .places = places, .faults = faults };
	config_t tree;
	bool ok;

	if (source->broken)
		return false;
	config_init(&tree);
	ok = config_read_string(&tree, source->text.text) == CONFIG_TRUE;
	if (ok)
		parse_group(&p, &schema_root, config_root_setting(&tree), c);
	else
		faults_add(
		    faults, (unsigned)config_error_line(&tree), "%s", config_error_text(&tree));
	config_destroy(&tree);
	if (places->n > 0)
		qsort(places->list, places->n, sizeof(*places->list), by_field);
	return ok;
}
