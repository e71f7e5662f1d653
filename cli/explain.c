/* SPDX-License-Identifier: Apache-2.0 */
/* `show route`: one prefix, its paths with a line for each attribute they have, and why. */
#include <string.h>

#include "cli/ask.h"
#include "cli/facts.h"
#include "cli/table.h"

/* A member as text where it is there; lists have '-' between their parts. */
static void
say_member(const struct cli *cli, const json_t *o, const char *key, const char *label, bool list)
{
	const json_t *value = json_object_get(o, key);
	struct str s;

	if (json_is_integer(value))
		sayf(cli, label, "%llu", (unsigned long long)get_count(o, key));
	if (!json_is_string(value))
		return;
	str_init(&s, MEM_MISC);
	str_add(&s, json_string_value(value));
	for (size_t i = 0; list && i < s.len; i++) {
		if (s.text[i] == '-')
			s.text[i] = ' ';
	}
	say(cli, label, s.len > 0 ? s.text : "empty");
	str_fini(&s);
}

static void
print_attributes(const struct cli *cli, const json_t *path)
{
	static const struct {
		const char *key, *label;
		bool list;
	} members[] = {
		{ "nexthop", "next hop", false },
		{ "nexthopLinkLocal", "link-local", false },
		{ "aspath", "AS path", true },
		{ "origin", "origin", false },
		{ "localpref", "local preference", false },
		{ "med", "MED", false },
		{ "communities", "communities", true },
		{ "largeCommunities", "large communities", true },
		{ "extendedCommunities", "ext communities", true },
		{ "originatorId", "originator id", false },
		{ "clusterList", "cluster list", true },
		{ "aggregatorAs", "aggregator AS", false },
		{ "aggregatorId", "aggregator id", false },
		{ "onlyToCustomer", "only to customer", false },
		{ "otherAttributes", "other attributes", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		say_member(cli, path, members[i].key, members[i].label, members[i].list);
	if (get_bool(path, "atomicAggregate"))
		say(cli, "atomic aggregate", "yes");
}

static void
print_origin(const struct cli *cli, const json_t *path)
{
	fputs("from ", cli->out);
	safe_print(cli->out, get_text(path, "neighbor"));
	fputs(" at ", cli->out);
	safe_print(cli->out, get_text(path, "neighborAddress"));
	if (get_count(path, "pathId") > 0)
		fprintf(cli->out, ", path id %llu", (unsigned long long)get_count(path, "pathId"));
}

static void
print_path(const struct cli *cli, const json_t *path, size_t number)
{
	fprintf(cli->out, "\npath %zu, ", number);
	print_origin(cli, path);
	fprintf(cli->out, "%s%s\n", get_bool(path, "best") ? ", best" : "",
	    get_bool(path, "stale") ? ", stale" : "");
	if (get_text(path, "why")[0] != '\0')
		sayf(cli, "after", "path %zu: %s (%s)", number - 1, get_text(path, "why"),
		    get_text(path, "rule"));
	print_attributes(cli, path);
}

static void
print_ignored(const struct cli *cli, const json_t *path)
{
	fputs("\nignored path, ", cli->out);
	print_origin(cli, path);
	fputs("\n", cli->out);
	say(cli, "because", get_text(path, "why"));
	print_attributes(cli, path);
}

/* What selection weighs, and why it decided so. */
static void
print_decision(const struct cli *cli, const json_t *root)
{
	const json_t *points = json_object_get(root, "points");
	double samples = get_number(root, "demandSamples");
	char rate[HUMAN_MAX];

	rate_text(cli, get_number(root, "demand"), rate);
	if (samples > 0)
		sayf(cli, "demand", "%s +-%.0f %%, from %.0f samples", rate,
		    get_number(root, "demandError") * 100, samples);
	else
		say(cli, "demand", "no sample");
	if (json_object_get(root, "price") != NULL)
		say(cli, "price of a slot", rate_text(cli, get_number(root, "price"), rate));
	sayf(cli, "because", "%s (%s)", get_text(root, "because"), get_text(root, "verdict"));
	for (size_t i = 0; i < json_array_size(points); i++) {
		const json_t *p = json_array_get(points, i);

		sayf(cli, i == 0 ? "busy places" : "", "%s %s", get_text(p, "prefix"),
		    rate_text(cli, get_number(p, "value"), rate));
	}
}

static void
print_route(const struct cli *cli, const json_t *root)
{
	const json_t *paths = json_object_get(root, "paths");
	const json_t *ignored = json_object_get(root, "ignoredPaths");
	size_t n = (size_t)get_count(root, "nPaths"), listed = json_array_size(paths);
	const char *where = get_text(root, "forwarding"), *cover = get_text(root, "cover");
	char rate[HUMAN_MAX];

	safe_print(cli->out, get_text(root, "prefix"));
	fputs(" of router ", cli->out);
	safe_print(cli->out, get_text(root, "router"));
	fputs("\n", cli->out);
	say(cli, "traffic to it", rate_text(cli, get_number(root, "valueDestination"), rate));
	say(cli, "traffic from it", rate_text(cli, get_number(root, "valueSource"), rate));
	if (strcmp(where, "carried") == 0)
		sayf(cli, "forwarding", "carried by %s, which has the same next hop",
		    get_text(root, "carriedby"));
	else
		say(cli, "forwarding",
		    strcmp(where, "default") == 0 ? "left to the default route"
		    : strcmp(where, "parts") == 0
			? "in parts by entries inside it, the rest left to the default route"
			: where);
	if (get_text(root, "withheld")[0] != '\0')
		say(cli, "not pushed", get_text(root, "withheld"));
	print_decision(cli, root);
	if (cover[0] != '\0')
		sayf(cli, "inside", "%s, whose next hop %s is %s", cover,
		    get_text(root, "coverNexthop"),
		    get_bool(root, "coverAlike") ? "the same" : "another");
	sayf(cli, "best of", "%zu path%s: %s (%s)", n, n == 1 ? "" : "s", get_text(root, "why"),
	    get_text(root, "rule"));
	for (size_t i = 0; i < listed; i++)
		print_path(cli, json_array_get(paths, i), i + 1);
	if (n > listed)
		fprintf(cli->out, "\nand %zu more\n", n - listed);
	for (size_t i = 0; i < json_array_size(ignored); i++)
		print_ignored(cli, json_array_get(ignored, i));
}

int
cli_show_route(struct cli *cli, char **args)
{
	struct str path;
	int code;

	str_init(&path, MEM_MISC);
	str_add(&path, "/api/v1/route?address=");
	add_encoded(&path, args[0]);
	if (cli->router != NULL) {
		str_add(&path, "&router=");
		add_encoded(&path, cli->router);
	}
	code = show_one(cli, path.text, print_route);
	str_fini(&path);
	return code;
}
