/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is printed of a configuration parses back to the same one: for every setting that the schema
 * knows, at its boundaries, and for many of them at once at random. A setting that is new is in
 * here by being in the schema; what it needs beside it is in `base`.
 */
#include "tests/support/support.h"

#include <math.h>
#include <string.h>

#include "control/config/config.h"
#include "control/config/diff.h"
#include "control/config/schema.h"

/* The least there is: what is required, and what other settings refer to. */
static const struct {
	const char *path, *value;
} base[] = {
	{ "bgp.neighbors.name", "\"n\"" },
	{ "bgp.neighbors.local-as", "65136" },
	{ "bgp.neighbors.router-id", "\"10.0.0.1\"" },
	{ "bgp.neighbors.role", "\"learn\"" },
	{ "bgp.neighbors.router", "\"edge\"" },
	{ "bgp.neighbors.address", "\"127.0.0.9\"" },
	{ "sflow.agents.address", "\"10.0.0.1\"" },
	{ "sflow.agents.router", "\"edge\"" },
	{ "sflow.forward.name", "\"c\"" },
	{ "sflow.forward.address", "\"10.0.0.2\"" },
	{ "target.router", "\"edge\"" },
	{ "target.capacity", "7" },
	{ "target.pools.name", "\"lpm\"" },
	{ "target.pools.capacity", "100" },
	{ "target.pools.classes.family", "\"ipv4\"" },
};

/* Settings that cannot be there, or have other values, where the one under test is. */
static const struct {
	const char *with, *path, *value; /* value NULL: left out */
} beside[] = {
	{ "bgp.neighbors.prefix", "bgp.neighbors.address", NULL },
	{ "bgp.neighbors.max-neighbors", "bgp.neighbors.address", NULL },
	{ "bgp.neighbors.max-neighbors", "bgp.neighbors.prefix", "\"10.0.0.0/8\"" },
	{ "target.pools", "target.capacity", NULL },
	{ "target.pools.name", "target.capacity", NULL },
	{ "target.pools.capacity", "target.capacity", NULL },
	{ "target.pools.classes", "target.capacity", NULL },
	{ "target.pools.classes.family", "target.capacity", NULL },
	{ "target.pools.classes.length", "target.capacity", NULL },
	{ "target.pools.classes.min-length", "target.capacity", NULL },
	{ "target.pools.classes.max-length", "target.capacity", NULL },
	{ "target.pools.classes.cost", "target.capacity", NULL },
};

/* Values that only a few texts are, beside those of their kind. */
static const struct {
	const char *path, *value;
} special[] = {
	{ "bgp.neighbors.router", "\"edge\"" },
	{ "sflow.agents.router", "\"edge\"" },
	{ "target.router", "\"edge\"" },
	{ "target.via", "[ \"sim\" ]" },
	{ "target.via", "[ \"netlink\", \"sim\" ]" },
	{ "bgp.neighbors.local-address", "\"127.0.0.1\"" },
	{ "bgp.neighbors.address", "\"2001:db8::1\"" },
	{ "netlink.beside", "[ \"bird\", \"42\" ]" },
	{ "http.listen", "[ \"[::1]:80\", \"127.0.0.1\" ]" },
	{ "target.never", "[ \"10.0.0.0/8\", \"2001:db8::/32\", \"0.0.0.0/0\" ]" },
	{ "bgp.listen", "[ \"0.0.0.0\", \"::\" ]" },
	{ "hardware.redis", "\"[::1]:6379\"" },
	{ "hardware.redis", "\"/var/run/redis/redis.sock\"" },
	{ "target.pools.classes.min-length", "8" },
	{ "target.pools.classes.max-length", "24" },
	{ "target.pools.classes.length", "24" },
	{ "state.file", "\"a \\\"quoted\\\" \\\\ one\"" },
};

#define TEXTS_MAX 16

struct texts {
	char text[TEXTS_MAX][160];
	unsigned n;
};

static void
add(struct texts *t, const char *text)
{
	ASSERT(t->n < TEXTS_MAX);
	snprintf(t->text[t->n++], sizeof(t->text[0]), "%s", text);
}

static void
add_numbers(const struct schema_row *row, struct texts *t)
{
	double max = row->kind == SCHEMA_AS ? UINT32_MAX : row->max;
	double min = row->kind == SCHEMA_AS ? 1 : row->min;
	const double values[] = { min, max, (min + max) / 2, min + (max - min) / 3,
		min + (max - min) * 1e-7 };

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		char text[40];

		if (row->kind == SCHEMA_REAL)
			snprintf(text, sizeof(text), "%.17g%s", values[i],
			    floor(values[i]) == values[i] && values[i] < 1e16 ? ".0" : "");
		else
			snprintf(text, sizeof(text), "%.0fL", floor(values[i]));
		if (strchr(text, 'e') == NULL)
			add(t, text);
	}
}

static void
add_words(const struct schema_row *row, struct texts *t)
{
	for (int i = 0; row->words[i] != NULL; i++) {
		char text[64];

		snprintf(text, sizeof(text), "\"%s\"", row->words[i]);
		add(t, text);
	}
}

/* One value of the kind, or several. */
static void
add_kind(const struct schema_row *row, struct texts *t)
{
	switch (row->kind) {
	case SCHEMA_BOOL:
	case SCHEMA_BOOL_NOT:
		add(t, "true");
		add(t, "false");
		break;
	case SCHEMA_U16:
	case SCHEMA_U32:
	case SCHEMA_AS:
	case SCHEMA_REAL: add_numbers(row, t); break;
	case SCHEMA_WORD: add_words(row, t); break;
	case SCHEMA_FAMILY:
		add(t, "[ \"ipv6\" ]");
		add(t, "[ \"ipv4\", \"ipv6\" ]");
		break;
	case SCHEMA_NAME:
	case SCHEMA_STRING: add(t, "\"some.name:-_7\""); break;
	case SCHEMA_PATH: add(t, "\"/a path/with \\\"quotes\\\"\""); break;
	case SCHEMA_COMMUNITY: add(t, "\"65535:65535\""); break;
	case SCHEMA_ROUTER_ID: add(t, "\"255.1.2.3\""); break;
	case SCHEMA_PREFIX: add(t, "\"10.1.2.0/24\""); break;
	case SCHEMA_ADDRESS:
	case SCHEMA_ENDPOINT: add(t, "\"127.0.0.7\""); break;
	case SCHEMA_GROUP:
	case SCHEMA_LIST:
	case SCHEMA_SECRET: break;
	}
}

/* Texts to try for the setting, as the file has them. */
static void
texts_for(const struct schema_row *row, const char *path, struct texts *t)
{
	t->n = 0;
	add_kind(row, t);
	if (row->array && row->kind != SCHEMA_FAMILY) {
		for (unsigned i = 0; i < t->n; i++) {
			char text[128];

			snprintf(text, sizeof(text), "%.120s", t->text[i]);
			snprintf(t->text[i], sizeof(t->text[i]), "[ %s ]", text);
		}
		add(t, "[ ]");
	}
	for (size_t i = 0; i < ARRAY_LEN(special); i++)
		if (strcmp(special[i].path, path) == 0)
			add(t, special[i].value);
}

/* --- a file ------------------------------------------------------------------------------------
 */

/* Which settings it has beside the base: one, or any by chance. */
struct writer {
	const char *path, *value; /* the one under test */
	struct rng *rng;          /* NULL: no others */
	uint64_t one_in;
	struct str *out;
};

static bool
is_within(const char *path, const char *group)
{
	size_t n = strlen(group);

	return strncmp(path, group, n) == 0 && path[n] == '.';
}

/* The base's value; what the tested setting makes of it. */
static const char *
base_value(const struct writer *w, const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(beside); i++)
		if (strcmp(beside[i].with, w->path) == 0 && strcmp(beside[i].path, path) == 0)
			return beside[i].value;
	for (size_t i = 0; i < ARRAY_LEN(base); i++)
		if (strcmp(base[i].path, path) == 0)
			return base[i].value;
	return NULL;
}

static void
write_value(struct writer *w, const struct schema_row *row, const char *path)
{
	const char *value = strcmp(w->path, path) == 0 ? w->value : base_value(w, path);
	struct texts t;

	if (w->rng != NULL && rng_below(w->rng, w->one_in) == 0) {
		texts_for(row, path, &t);
		if (t.n > 0)
			value = t.text[rng_below(w->rng, t.n)];
	}
	if (value != NULL)
		str_addf(w->out, "%s = %s\n", row->name, value);
}

static void
write_group(struct writer *w, const struct schema_group *group, const char *path)
{
	for (size_t i = 0; i < group->n_rows; i++) {
		const struct schema_row *row = &group->rows[i];
		char name[128];
		bool wanted;

		snprintf(name, sizeof(name), "%s%s%s", path, path[0] != '\0' ? "." : "", row->name);
		wanted = is_within(w->path, name) || strcmp(w->path, name) == 0 ||
			 (w->rng != NULL && strcmp(row->name, "pools") != 0 &&
			     rng_below(w->rng, 2) == 0);
		if (row->kind == SCHEMA_GROUP) {
			str_addf(w->out, "%s: {\n", row->name);
			write_group(w, row->group, name);
			str_add(w->out, "}\n");
		} else if (row->kind == SCHEMA_LIST) {
			if (!wanted && strcmp(name, "bgp.neighbors") != 0 &&
			    strcmp(name, "target.pools.classes") != 0)
				continue;
			str_addf(w->out, "%s = ( {\n", row->name);
			write_group(w, row->group, name);
			str_add(w->out, "} )\n");
		} else {
			write_value(w, row, name);
		}
	}
}

/* --- what is printed of it ---------------------------------------------------------------------
 */

static void
differs(void *ctx, const struct diff *diff)
{
	(void)ctx;
	print_error("%s is another\n", diff->name);
	fail();
}

/* False where the text is no configuration. */
static bool
round_trip(const char *text)
{
	struct str faults, printed, again;
	struct config *c, *back;

	str_init(&faults, MEM_CONFIG);
	str_init(&printed, MEM_CONFIG);
	str_init(&again, MEM_CONFIG);
	c = config_parse_text(text, "t", &faults);
	if (c != NULL) {
		config_print(c, &printed);
		str_clear(&faults);
		back = config_parse_text(printed.text, "printed", &faults);
		if (back == NULL)
			print_error("%s\n---\n%s\n---\n%s", text, printed.text, faults.text);
		assert_non_null(back);
		config_print(back, &again);
		assert_string_equal(again.text, printed.text);
		diff_configs(c, back, differs, NULL);
		config_free(back);
		config_free(c);
	}
	str_fini(&faults);
	str_fini(&printed);
	str_fini(&again);
	return c != NULL;
}

/* Each row of the schema with each of its texts: how many rows have one that is taken. */
static unsigned
each_setting(const struct schema_group *group, const char *path)
{
	unsigned refused = 0;

	for (size_t i = 0; i < group->n_rows; i++) {
		const struct schema_row *row = &group->rows[i];
		char name[128];
		struct texts t;
		unsigned taken = 0;

		snprintf(name, sizeof(name), "%s%s%s", path, path[0] != '\0' ? "." : "", row->name);
		if (row->group != NULL) {
			refused += each_setting(row->group, name);
			continue;
		}
		texts_for(row, name, &t);
		for (unsigned k = 0; k < t.n; k++) {
			struct str text;
			struct writer w = { .path = name, .value = t.text[k], .out = &text };

			str_init(&text, MEM_CONFIG);
			write_group(&w, &schema_root, "");
			taken += round_trip(text.text);
			str_fini(&text);
		}
		if (t.n > 0 && taken == 0) {
			print_error("no text for %s is taken\n", name);
			refused++;
		}
	}
	return refused;
}

static void
test_each_setting(void **state)
{
	(void)state;
	assert_int_equal(each_setting(&schema_root, ""), 0);
}

static void
test_many_at_once(void **state)
{
	struct rng rng = rng_make(test_seed("test_config_print"));
	unsigned taken = 0;

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		struct str text;
		struct writer w = {
			.path = "", .rng = &rng, .one_in = 2 + rng_below(&rng, 40), .out = &text
		};

		str_init(&text, MEM_CONFIG);
		write_group(&w, &schema_root, "");
		taken += round_trip(text.text);
		str_fini(&text);
	}
	print_message("%u of 2000 are taken\n", taken);
	assert_true(taken > 200);
}

/* The print of the least there is has no setting that was not given. */
static void
test_dry_run(void **state)
{
	struct str faults, printed;
	struct config *c;

	(void)state;
	str_init(&faults, MEM_CONFIG);
	str_init(&printed, MEM_CONFIG);
	c = config_parse_text("bgp: { neighbors = ( { name = \"n\", address = \"127.0.0.1\", "
			      "router-id = \"0.0.0.1\", role = \"learn\", router = \"edge\", "
			      "local-as = 1 } ) }\n"
			      "target: { router = \"edge\", capacity = 100 }",
	    "t", &faults);
	assert_string_equal(faults.text, "");
	config_print(c, &printed);
	assert_null(strstr(printed.text, "via ="));
	config_free(c);
	assert_true(round_trip(printed.text));
	str_fini(&printed);
	str_fini(&faults);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dry_run),
		cmocka_unit_test(test_each_setting),
		cmocka_unit_test(test_many_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
