/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /metrics read back by a strict parser of the text format 0.0.4: HELP, then TYPE, then all samples
 * of a family together; names and units as Prometheus wants them; no sample twice; those of a
 * histogram have its name and a suffix.
 */
#include <ctype.h>
#include <stdlib.h>

#include "tests/unit/webui/ask.h"

struct family {
	char name[100], type[20];
};

static struct family families[200];
static char *samples[5000]; /* "name{labels}" */
static double values[5000];
static size_t n_families, n_samples;

static void
check_name(const char *name)
{
	assert_memory_equal(name, "hotfib_", 7);
	for (const char *c = name; *c != '\0'; c++)
		assert_true(islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '_');
	assert_true(name[strlen(name) - 1] != '_');
}

static void
read_help(char *line)
{
	char *text = strchr(line, ' ');

	assert_non_null(text);
	*text = '\0';
	check_name(line);
	for (size_t i = 0; i < n_families; i++)
		assert_string_not_equal(families[i].name, line);
	assert_true(strlen(text + 1) > 5);
	assert_true(text[strlen(text + 1)] == '.');
	assert_true(n_families < ARRAY_LEN(families));
	snprintf(families[n_families++].name, sizeof(families[0].name), "%s", line);
}

static void
read_type(char *line)
{
	struct family *f = &families[n_families - 1];
	char *type = strchr(line, ' ');
	bool total = strlen(line) > 6;

	assert_non_null(type);
	*type++ = '\0';
	assert_string_equal(line, f->name);
	snprintf(f->type, sizeof(f->type), "%s", type);
	total = strcmp(line + strlen(line) - 6, "_total") == 0;
	if (strcmp(type, "counter") == 0)
		assert_true(total);
	else {
		assert_true(strcmp(type, "gauge") == 0 || strcmp(type, "histogram") == 0);
		assert_false(total);
	}
}

/* Past the labels, which start at `c`; their values are escaped. */
static char *
skip_labels(char *c)
{
	do {
		c++;
		assert_true(islower((unsigned char)*c));
		c += strspn(c, "abcdefghijklmnopqrstuvwxyz_");
		assert_memory_equal(c, "=\"", 2);
		for (c += 2; *c != '"'; c++) {
			assert_true(*c != '\0' && *c != '\n');
			if (*c == '\\') {
				c++;
				assert_non_null(strchr("\\\"n", *c));
			}
		}
		c++;
	} while (*c == ',');
	assert_true(*c == '}');
	return c + 1;
}

/* What follows the family's name. */
static void
check_suffix(const struct family *f, const char *suffix, size_t len)
{
	static const char *const parts[] = { "_bucket", "_sum", "_count" };
	bool known = false;

	if (strcmp(f->type, "histogram") != 0) {
		assert_int_equal(len, 0);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		known |= len == strlen(parts[i]) && strncmp(suffix, parts[i], len) == 0;
	assert_true(known);
}

static void
read_sample(char *line)
{
	const struct family *f = &families[n_families - 1];
	size_t name_len = strcspn(line, "{ ");
	char *end = line + name_len;

	assert_true(n_families > 0);
	assert_true(name_len >= strlen(f->name));
	assert_memory_equal(line, f->name, strlen(f->name));
	check_suffix(f, line + strlen(f->name), name_len - strlen(f->name));
	if (*end == '{')
		end = skip_labels(end);
	assert_true(*end == ' ');
	*end++ = '\0';
	for (size_t i = 0; i < n_samples; i++)
		assert_string_not_equal(samples[i], line);
	assert_true(n_samples < ARRAY_LEN(samples));
	samples[n_samples] = line;
	values[n_samples++] = strtod(end, &end);
	assert_true(*end == '\0');
}

static void
read_metrics(struct web_fake *fake, struct str *body)
{
	char *rest;

	n_families = n_samples = 0;
	assert_int_equal(ask(fake, "/metrics", body), 200);
	assert_true(body->text[body->len - 1] == '\n');
	rest = body->text;
	for (char *line; (line = strsep(&rest, "\n")) != NULL && rest != NULL;) {
		if (strncmp(line, "# HELP ", 7) == 0)
			read_help(line + 7);
		else if (strncmp(line, "# TYPE ", 7) == 0)
			read_type(line + 7);
		else
			read_sample(line);
	}
}

static void
assert_sample(const char *name, double value)
{
	for (size_t i = 0; i < n_samples; i++) {
		if (strcmp(samples[i], name) == 0) {
			assert_true(values[i] == value);
			return;
		}
	}
	fail_msg("no sample %s", name);
}

static void
test_format_and_values(void **state)
{
	struct web_fake fake;
	struct str body;

	(void)state;
	web_fake_init(&fake);
	str_init(&body, MEM_MISC);
	read_metrics(&fake, &body);
	assert_true(n_families > 40);
	assert_sample("hotfib_build_info{version=\"0.1-test\"}", 1);
	assert_sample(
	    "hotfib_bgp_session_up{peer=\"reflector\",role=\"learn\",router=\"edge\"}", 1);
	assert_sample("hotfib_bgp_updates_total{peer=\"reflector\",dir=\"received\"}", 12345);
	assert_sample("hotfib_rib_routes{router=\"edge\",family=\"ipv6\"}", 691838);
	assert_sample("hotfib_coverage_ratio{router=\"edge\",family=\"ipv4\"}", 0.95);
	assert_sample(
	    "hotfib_fib_entries{router=\"edge\",family=\"ipv4\",state=\"installed\"}", 9800);
	assert_sample("hotfib_fib_changes_total{peer=\"target\",family=\"ipv4\",op=\"add\"}", 5);
	assert_sample("hotfib_fib_changes_total{peer=\"target\",family=\"ipv6\",op=\"remove\"}", 3);
	assert_sample("hotfib_sflow_datagrams_lost_total{agent=\"10.0.0.136\"}", 2);
	assert_sample("hotfib_event_loop_turn_seconds_bucket{le=\"0.001\"}", 100);
	assert_sample("hotfib_event_loop_turn_seconds_bucket{le=\"0.01\"}", 120);
	assert_sample("hotfib_event_loop_turn_seconds_bucket{le=\"+Inf\"}", 123);
	assert_sample("hotfib_event_loop_turn_seconds_count", 123);
	assert_sample("hotfib_event_loop_turn_seconds_sum", 1.25);
	assert_sample("hotfib_sflow_sampling_rate{agent=\"10.0.0.136\"}", 4096);
	str_fini(&body);
}

static void
test_empty(void **state)
{
	static const uint64_t none;
	struct web_fake fake = { .totals.version = "0", .totals.loop_turns = &none };
	struct str body;

	(void)state;
	str_init(&body, MEM_MISC);
	read_metrics(&fake, &body);
	assert_sample("hotfib_build_info{version=\"0\"}", 1);
	str_fini(&body);
}

static void
test_labels_are_escaped(void **state)
{
	struct web_fake fake;
	struct str body;

	(void)state;
	web_fake_init(&fake);
	fake.neighbors[0].name = "a\"b\\c\nd";
	str_init(&body, MEM_MISC);
	read_metrics(&fake, &body);
	assert_sample("hotfib_bgp_established_total{peer=\"a\\\"b\\\\c\\nd\"}", 1);
	str_fini(&body);
}

/* Counters beyond 2^53 keep their last digit. */
static void
test_large_counters(void **state)
{
	struct web_fake fake;
	struct str body;

	(void)state;
	web_fake_init(&fake);
	fake.totals.sflow_bytes = UINT64_MAX;
	str_init(&body, MEM_MISC);
	ask(&fake, "/metrics", &body);
	assert_non_null(
	    strstr(body.text, "\nhotfib_sflow_received_bytes_total 18446744073709551615\n"));
	str_fini(&body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format_and_values),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_labels_are_escaped),
		cmocka_unit_test(test_large_counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
