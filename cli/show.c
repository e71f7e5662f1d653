/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The `show` verbs: ask the daemon, then print its answer as JSON or as a table of it. Tables show
 * what an operator looks at first; everything else is in the JSON.
 */
#include <string.h>

#include "cli/ask.h"
#include "cli/facts.h"
#include "cli/table.h"

static const char *const families[] = { "ipv4", "ipv6" };

/* "9,812 of 131,072"; a dash where nothing is known. */
static void
add_used(struct table *t, const struct cli *cli, uint64_t used, uint64_t max)
{
	char one[HUMAN_MAX], two[HUMAN_MAX];

	if (max == 0)
		table_add(t, "-");
	else if (cli->raw)
		table_addf(t, "%llu/%llu", (unsigned long long)used, (unsigned long long)max);
	else
		table_addf(t, "%s of %s", human_count(used, one), human_count(max, two));
}

/* A text, or a dash where there is none. */
static void
add_text(struct table *t, const char *text)
{
	table_add(t, text[0] != '\0' ? text : "-");
}

/* Print and free. */
static void
finish(struct table *t, const struct cli *cli)
{
	table_print(t, cli->out, !cli->no_header);
	table_fini(t);
}

/* --- status ------------------------------------------------------------------------------------
 */

static const char *const status_titles[] = { "ROUTER", "FAMILY", ">PREFIXES", ">ACTIVE", ">TRAFFIC",
	">UNROUTED", ">DESIRED", ">INSTALLED", ">CAPACITY", ">COVERED", "STATE" };

/* Entries; in pools, where these do not take one slot each, the slots that are taken of those there
 * are, and the same of a table for one length. */
static void
add_capacity(struct table *t, const struct cli *cli, const json_t *family)
{
	uint64_t capacity = get_count(family, "capacity"), usable = get_count(family, "usable");
	uint64_t slots = get_count(family, "slots"), exact = get_count(family, "exactRoom");

	if (exact > 0)
		table_addf(t, "%llu of %llu + %llu of %llu", (unsigned long long)slots,
		    (unsigned long long)usable, (unsigned long long)get_count(family, "exact"),
		    (unsigned long long)exact);
	else if (slots > 0 && slots != get_count(family, "installed"))
		add_used(t, cli, slots, usable);
	else if (usable < capacity)
		add_used(t, cli, usable, capacity);
	else
		add_count(t, cli, capacity);
}

static void
add_family(struct table *t, const struct cli *cli, const json_t *router, const char *name)
{
	const json_t *f = json_object_get(json_object_get(router, "families"), name);

	table_add(t, get_text(router, "name"));
	table_add(t, name);
	add_count(t, cli, get_count(f, "prefixes"));
	add_count(t, cli, get_count(f, "active"));
	add_rate(t, cli, get_number(f, "rateTotal"));
	add_rate(t, cli, get_number(f, "rateUnrouted"));
	if (get_bool(f, "hasTarget")) {
		add_count(t, cli, get_count(f, "desired"));
		add_count(t, cli, get_count(f, "installed"));
		add_capacity(t, cli, f);
		add_ratio(t, cli, get_number(f, "coverage"));
		table_add(t, get_bool(f, "frozen")   ? "frozen"
			     : get_bool(f, "dryRun") ? "dry run"
						     : "ok");
		return;
	}
	for (int i = 0; i < 4; i++)
		table_add(t, "-");
	table_add(t, "no target");
}

static const char *const selection_titles[] = { "ROUTER", "FAMILY", "SELECTION", "DEFAULT",
	">PRICE", ">AVERAGED OVER", ">HYSTERESIS", ">GUARDS", ">MADE UP" };

/* What becomes of what no entry matches: "follow" needs a default route in the table. */
static void
add_default(struct table *t, const json_t *selection)
{
	const char *what = get_text(selection, "default");
	const char *nexthop = get_text(selection, "defaultNexthop");

	if (strcmp(what, "follow") != 0)
		table_add(t, what);
	else
		table_addf(t, "follow %s", nexthop[0] != '\0' ? nexthop : "(no default route)");
}

/* How the entries are chosen; only `priced` has a price. */
static void
add_selection(struct table *t, const struct cli *cli, const json_t *router, const char *family)
{
	const json_t *f = json_object_get(json_object_get(router, "families"), family);
	const json_t *s = json_object_get(f, "selection");
	char buf[HUMAN_MAX];

	if (get_text(s, "name")[0] == '\0')
		return;
	table_add(t, get_text(router, "name"));
	table_add(t, family);
	table_add(t, get_text(s, "name"));
	add_default(t, s);
	if (get_count(s, "passes") == 0) {
		for (int i = 0; i < 5; i++)
			table_add(t, "-");
		return;
	}
	add_rate(t, cli, get_number(s, "price"));
	table_add(t, age_text(cli, get_number(s, "tauSeconds"), buf));
	add_ratio(t, cli, get_number(s, "eta"));
	add_count(t, cli, get_count(s, "guards"));
	add_count(t, cli, get_count(s, "synthetic"));
}

static void
print_selections(struct cli *cli, const json_t *routers)
{
	struct table t;

	table_init(&t, selection_titles, ARRAY_LEN(selection_titles));
	for (size_t i = 0; i < json_array_size(routers); i++)
		for (size_t f = 0; f < ARRAY_LEN(families); f++)
			add_selection(&t, cli, json_array_get(routers, i), families[f]);
	if (t.n_cells > 0) {
		fputs("\n", cli->out);
		finish(&t, cli);
	} else {
		table_fini(&t);
	}
}

static void
print_overview(const struct cli *cli, const json_t *root)
{
	uint64_t memory = 0;
	const char *tag;
	json_t *bytes;
	char up[HUMAN_MAX], used[HUMAN_MAX];

	json_object_foreach(
	    json_object_get(json_object_get(root, "totals"), "memoryBytes"), tag, bytes)
	{
		memory += (uint64_t)json_integer_value(bytes);
	}
	safe_print(cli->out, get_text(root, "summary"));
	fputs(".\nhotfibd ", cli->out);
	safe_print(cli->out, get_text(root, "totals.version"));
	fprintf(cli->out, ", up %s, %.1f s of CPU, %s in tables, loop lag at most %.1f ms.\n\n",
	    human_age(get_number(root, "totals.uptimeSeconds"), up),
	    get_number(root, "totals.cpuSeconds"), human_bytes(memory, used),
	    get_number(root, "totals.loopLagMaxSeconds") * 1000);
}

static void
print_list(const struct cli *cli, const json_t *list, const char *what)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		fprintf(cli->out, "%s%s", i == 0 ? "\n" : "", what);
		safe_print(cli->out, json_string_value(json_array_get(list, i)));
		fputs("\n", cli->out);
	}
}

int
cli_show_status(struct cli *cli, char **args)
{
	json_t *root = ask_json(cli, "/api/v1/status");
	const json_t *routers = json_object_get(root, "routers");
	const json_t *problems = json_object_get(root, "problems");
	struct table t;
	int result;

	(void)args;
	if (root == NULL)
		return CLI_ERROR;
	result = json_array_size(problems) > 0 ? CLI_DEGRADED : CLI_OK;
	if (cli->json) {
		print_json(cli, root, NULL);
	} else {
		print_overview(cli, root);
		table_init(&t, status_titles, ARRAY_LEN(status_titles));
		for (size_t i = 0; i < json_array_size(routers); i++) {
			for (size_t f = 0; f < ARRAY_LEN(families); f++)
				add_family(&t, cli, json_array_get(routers, i), families[f]);
		}
		finish(&t, cli);
		print_selections(cli, routers);
		print_list(cli, problems, "problem: ");
		print_list(cli, json_object_get(root, "notReadyReasons"), "not ready: ");
	}
	json_decref(root);
	return result;
}

/* --- neighbors ---------------------------------------------------------------------------------
 */

static const char *const neighbor_titles[] = { "NEIGHBOR", "ROLE", "ROUTER", "ADDRESS", ">AS",
	"STATE", ">FOR", ">IPV4", ">IPV6", "LAST ERROR" };

static void
add_neighbor(struct table *t, const struct cli *cli, const json_t *n)
{
	bool push = strcmp(get_text(n, "role"), "push") == 0;

	table_add(t, get_text(n, "name"));
	table_add(t, get_text(n, "role"));
	table_add(t, get_text(n, "router"));
	table_add(t, get_text(n, "address"));
	table_addf(t, "%llu", (unsigned long long)get_count(n, "remoteAs"));
	table_add(t, get_text(n, "state"));
	add_age(t, cli, get_number(n, "stateAgeSeconds"));
	for (size_t f = 0; f < ARRAY_LEN(families); f++) {
		const json_t *family = json_object_get(json_object_get(n, "families"), families[f]);

		add_count(t, cli, get_count(family, push ? "installed" : "paths"));
	}
	add_text(t, get_text(n, "lastError"));
}

/* Ask for `path`, whose members `list` are the rows of a table. */
static int
show_list(struct cli *cli, const char *path, const char *list, const char *const *titles,
    size_t n_titles, void (*add)(struct table *t, const struct cli *cli, const json_t *row))
{
	json_t *root = ask_json(cli, path);
	const json_t *rows = json_object_get(root, list);
	struct table t;

	if (root == NULL)
		return CLI_ERROR;
	if (cli->json) {
		print_json(cli, root, list);
	} else {
		table_init(&t, titles, n_titles);
		for (size_t i = 0; i < json_array_size(rows); i++)
			add(&t, cli, json_array_get(rows, i));
		finish(&t, cli);
	}
	json_decref(root);
	return CLI_OK;
}

int
cli_show_neighbors(struct cli *cli, char **args)
{
	if (args[0] != NULL)
		return cli_show_neighbor(cli, args);
	return show_list(cli, "/api/v1/neighbors", "neighbors", neighbor_titles,
	    ARRAY_LEN(neighbor_titles), add_neighbor);
}

/* --- agents ------------------------------------------------------------------------------------
 */

static const char *const agent_titles[] = { "AGENT", "ROUTER", ">DATAGRAMS", ">SAMPLES", ">1 IN",
	">LOST", ">LAST SEEN", ">ROUTES IN ASIC", "STATE" };

static const char *
agent_state(const json_t *agent)
{
	if (!get_bool(agent, "configured"))
		return "unknown, ignored";
	if (get_count(agent, "sFlowDatagramsReceived") == 0)
		return "never seen";
	return get_number(agent, "lastSeenAgeSeconds") > 60 ? "silent" : "sending";
}

static void
add_agent(struct table *t, const struct cli *cli, const json_t *agent)
{
	double samples = get_number(agent, "sFlowFlowSamples");
	double lost = get_number(agent, "sFlowFlowLostSamples");
	bool seen = get_count(agent, "sFlowDatagramsReceived") > 0;

	table_add(t, get_text(agent, "address"));
	add_text(t, get_text(agent, "router"));
	add_count(t, cli, get_count(agent, "sFlowDatagramsReceived"));
	add_count(t, cli, get_count(agent, "sFlowFlowSamples"));
	add_count(t, cli, get_count(agent, "sFlowSamplingRate"));
	add_ratio(t, cli, samples + lost > 0 ? lost / (samples + lost) : 0);
	if (seen)
		add_age(t, cli, get_number(agent, "lastSeenAgeSeconds"));
	else
		table_add(t, "-");
	add_used(t, cli, get_count(agent, "asicRoutes"), get_count(agent, "asicRoutesMax"));
	table_add(t, agent_state(agent));
}

int
cli_show_agents(struct cli *cli, char **args)
{
	(void)args;
	return show_list(
	    cli, "/api/v1/agents", "agents", agent_titles, ARRAY_LEN(agent_titles), add_agent);
}

/* --- top ---------------------------------------------------------------------------------------
 */

static const char *const top_titles[] = { ">#", "PREFIX", ">RATE", ">SHARE", "STATE", "NEXT HOP",
	"AS PATH" };

/* "1-2-3" as "1 2 3". */
static void
add_as_path(struct table *t, const char *path)
{
	struct str s;

	str_init(&s, MEM_MISC);
	str_add(&s, path);
	for (size_t i = 0; i < s.len; i++) {
		if (s.text[i] == '-')
			s.text[i] = ' ';
	}
	add_text(t, s.text);
	str_fini(&s);
}

/* Installed, carried by an installed entry above it or by some inside it, or left to the default.
 */
static void
add_state(struct table *t, const json_t *row)
{
	const char *carrier = get_text(row, "carriedby");

	if (carrier[0] != '\0')
		table_addf(t, "in %s", carrier);
	else if (get_bool(row, "parts"))
		table_add(t, "in parts");
	else
		table_add(t, get_bool(row, "installed") ? "installed" : "-");
}

static void
print_top(const struct cli *cli, const json_t *root)
{
	const json_t *rows = json_object_get(root, "topPrefixes");
	double total = get_number(root, "valueTotal");
	struct table t;

	table_init(&t, top_titles, ARRAY_LEN(top_titles));
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		double value = get_number(row, "value");

		table_addf(&t, "%zu", i + 1);
		table_add(&t, get_text(row, "prefix"));
		add_rate(&t, cli, value);
		add_ratio(&t, cli, total > 0 ? value / total : 0);
		add_state(&t, row);
		table_add(&t, get_text(row, "nexthop"));
		add_as_path(&t, get_text(row, "aspath"));
	}
	finish(&t, cli);
}

int
cli_show_top(struct cli *cli, char **args)
{
	struct str path;
	json_t *root = NULL;

	(void)args;
	str_init(&path, MEM_MISC);
	str_add(&path, "/api/v1/top/");
	if (ask_router(cli, &path)) {
		str_addf(&path, "/%s?maxPrefixes=%lu&direction=%s", cli->ipv6 ? "ipv6" : "ipv4",
		    cli->top_n, cli->by_source ? "source" : "destination");
		root = ask_json(cli, path.text);
	}
	str_fini(&path);
	if (root == NULL)
		return CLI_ERROR;
	if (cli->json)
		print_json(cli, root, "topPrefixes");
	else
		print_top(cli, root);
	json_decref(root);
	return CLI_OK;
}

/* --- installed ---------------------------------------------------------------------------------
 */

static const char *const installed_titles[] = { "NEIGHBOR", "PREFIX", "NEXT HOP", ">RATE", ">AGE",
	"WHY" };

/* What the entry is for. */
static void
add_purpose(struct table *t, const json_t *row)
{
	static const struct {
		const char *kind, *before, *after;
	} words[] = { { "part", "part of ", "" }, { "aggregate", "for ", "" },
		{ "guard", "leaves ", " to the default" }, { "none", "being repaired", "" } };
	const char *kind = get_text(row, "kind");
	const json_t *serves = json_object_get(row, "serves");
	struct str text;
	size_t i, k;

	for (k = 0; k < ARRAY_LEN(words) && strcmp(kind, words[k].kind) != 0; k++)
		continue;
	if (k == ARRAY_LEN(words)) {
		table_add(t, get_bool(row, "covered") ? "inside another entry" : "traffic");
		return;
	}
	str_init(&text, MEM_MISC);
	str_add(&text, words[k].before);
	for (i = 0; i < json_array_size(serves); i++)
		str_addf(
		    &text, "%s%s", i > 0 ? ", " : "", json_string_value(json_array_get(serves, i)));
	if (get_bool(row, "servesMore"))
		str_add(&text, " and others");
	str_add(&text, words[k].after);
	table_add(t, text.text);
	str_fini(&text);
}

static void
add_installed(struct table *t, const struct cli *cli, const json_t *row)
{
	table_add(t, get_text(row, "neighbor"));
	table_add(t, get_text(row, "prefix"));
	table_add(t, get_text(row, "nexthop"));
	add_rate(t, cli, get_number(row, "value"));
	add_age(t, cli, get_number(row, "ageSeconds"));
	add_purpose(t, row);
}

int
cli_show_installed(struct cli *cli, char **args)
{
	(void)args;
	return show_list(cli, "/api/v1/installed", "installed", installed_titles,
	    ARRAY_LEN(installed_titles), add_installed);
}

int
cli_version(struct cli *cli, char **args)
{
	char error[256];
	struct str body;
	long status;

	(void)args;
	fprintf(cli->out, "hotfib %s\n", cli->version);
	str_init(&body, MEM_MISC);
	if (cli->get(cli, "/version", &body, &status, error) == 0 && status == 200) {
		fputs("hotfibd ", cli->out);
		safe_print(cli->out, body.text);
		fputs("\n", cli->out);
	} else {
		fputs("hotfibd does not answer\n", cli->out);
	}
	str_fini(&body);
	return CLI_OK;
}
