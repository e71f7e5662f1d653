/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs that tell everything about one thing: a line for each fact, and only for those there
 * are.
 */
#include <string.h>

#include "cli/ask.h"
#include "cli/table.h"
#include "lib/human.h"

/* "  label        text" */
static void
say(const struct cli *cli, const char *label, const char *text)
{
	fprintf(cli->out, "  %-18s ", label);
	safe_print(cli->out, text);
	fputs("\n", cli->out);
}

static PRINTF_LIKE(3, 4) void sayf(const struct cli *cli, const char *label, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	say(cli, label, text);
}

/* --- route -------------------------------------------------------------------------------------
 */

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
print_path(const struct cli *cli, const json_t *path, size_t number)
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

	fprintf(cli->out, "\npath %zu, from ", number);
	safe_print(cli->out, get_text(path, "neighbor"));
	fputs(" at ", cli->out);
	safe_print(cli->out, get_text(path, "neighborAddress"));
	if (get_count(path, "pathId") > 0)
		fprintf(cli->out, ", path id %llu", (unsigned long long)get_count(path, "pathId"));
	fprintf(cli->out, "%s%s\n", get_bool(path, "best") ? ", best" : "",
	    get_bool(path, "stale") ? ", stale" : "");
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		say_member(cli, path, members[i].key, members[i].label, members[i].list);
	if (get_bool(path, "atomicAggregate"))
		say(cli, "atomic aggregate", "yes");
}

static void
say_rate(const struct cli *cli, const char *label, double bytes_per_s)
{
	char text[HUMAN_MAX];

	if (cli->raw)
		sayf(cli, label, "%.0f", bytes_per_s * 8);
	else
		say(cli, label, human_bit_rate(bytes_per_s, text));
}

static void
print_route(const struct cli *cli, const json_t *root)
{
	const json_t *paths = json_object_get(root, "paths");
	size_t n = (size_t)get_count(root, "nPaths"), listed = json_array_size(paths);
	const char *where = get_text(root, "forwarding"), *cover = get_text(root, "cover");

	safe_print(cli->out, get_text(root, "prefix"));
	fputs(" of router ", cli->out);
	safe_print(cli->out, get_text(root, "router"));
	fputs("\n", cli->out);
	say_rate(cli, "traffic to it", get_number(root, "valueDestination"));
	say_rate(cli, "traffic from it", get_number(root, "valueSource"));
	if (strcmp(where, "carried") == 0)
		sayf(cli, "forwarding", "carried by %s, which has the same next hop",
		    get_text(root, "carriedby"));
	else
		say(cli, "forwarding",
		    strcmp(where, "default") == 0 ? "left to the default route" : where);
	if (get_text(root, "withheld")[0] != '\0')
		say(cli, "not pushed", get_text(root, "withheld"));
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
}

/* Ask for one object and show it as JSON or in words. */
static int
show_one(
    struct cli *cli, const char *path, void (*print)(const struct cli *cli, const json_t *root))
{
	json_t *root = ask_json(cli, path);

	if (root == NULL)
		return CLI_ERROR;
	if (cli->json)
		print_json(cli, root, NULL);
	else
		print(cli, root);
	json_decref(root);
	return CLI_OK;
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

/* --- neighbor ----------------------------------------------------------------------------------
 */

static void
say_age(
    const struct cli *cli, const char *label, const char *before, double seconds, const char *after)
{
	char text[HUMAN_MAX];

	if (cli->raw)
		sayf(cli, label, "%s%.0f%s", before, seconds, after);
	else
		sayf(cli, label, "%s%s%s", before, human_age(seconds, text), after);
}

static void
print_family(const struct cli *cli, const json_t *neighbor, const char *name)
{
	const json_t *f = json_object_get(json_object_get(neighbor, "families"), name);
	bool push = strcmp(get_text(neighbor, "role"), "push") == 0;

	if (!get_bool(f, "negotiated")) {
		say(cli, name, get_bool(f, "configured") ? "configured, not negotiated" : "off");
		return;
	}
	if (push)
		sayf(cli, name, "%llu held of %llu wanted, %llu to be sent",
		    (unsigned long long)get_count(f, "installed"),
		    (unsigned long long)get_count(f, "desired"),
		    (unsigned long long)get_count(f, "pending"));
	else
		sayf(cli, name, "%llu paths, %llu of them stale, %s",
		    (unsigned long long)get_count(f, "paths"),
		    (unsigned long long)get_count(f, "stalePaths"),
		    get_bool(f, "ready") ? "complete" : "still loading");
}

static void
print_messages(const struct cli *cli, const json_t *neighbor, const char *key)
{
	const json_t *m = json_object_get(neighbor, key);

	sayf(cli, key,
	    "%llu bytes: OPEN %llu, UPDATE %llu, KEEPALIVE %llu, NOTIFICATION %llu, "
	    "ROUTE-REFRESH %llu",
	    (unsigned long long)get_count(m, "bytes"), (unsigned long long)get_count(m, "opens"),
	    (unsigned long long)get_count(m, "updates"),
	    (unsigned long long)get_count(m, "keepalives"),
	    (unsigned long long)get_count(m, "notifications"),
	    (unsigned long long)get_count(m, "refreshes"));
}

static void
print_ends(const struct cli *cli, const json_t *n)
{
	sayf(cli, "we", "AS %llu, id %s, %s port %llu", (unsigned long long)get_count(n, "localAs"),
	    get_text(n, "localId"), get_text(n, "localAddress"),
	    (unsigned long long)get_count(n, "localPort"));
	sayf(cli, "neighbour", "AS %llu, id %s, %s port %llu",
	    (unsigned long long)get_count(n, "remoteAs"), get_text(n, "remoteId"),
	    get_text(n, "address"), (unsigned long long)get_count(n, "remotePort"));
	say(cli, "connecting", get_bool(n, "dials") ? "we dial" : "we wait for it");
}

static void
print_neighbor(const struct cli *cli, const json_t *n)
{
	static const char *const families[] = { "ipv4", "ipv6" };

	safe_print(cli->out, get_text(n, "name"));
	fprintf(cli->out, ", %s neighbour of router ",
	    strcmp(get_text(n, "role"), "push") == 0 ? "push" : "learn");
	safe_print(cli->out, get_text(n, "router"));
	fputs("\n", cli->out);
	if (get_text(n, "description")[0] != '\0')
		say(cli, "description", get_text(n, "description"));
	sayf(cli, "state", "%s, reached Established %llu times", get_text(n, "state"),
	    (unsigned long long)get_count(n, "establishedCount"));
	say_age(cli, "since", "", get_number(n, "stateAgeSeconds"), "");
	print_ends(cli, n);
	sayf(cli, "hold time", "%llu s negotiated, %llu s ours; keepalive %llu s",
	    (unsigned long long)get_count(n, "holdTimeSeconds"),
	    (unsigned long long)get_count(n, "holdTimeConfiguredSeconds"),
	    (unsigned long long)get_count(n, "keepaliveSeconds"));
	sayf(cli, "both can", "route refresh: %s, 4-octet AS: %s",
	    get_bool(n, "routeRefresh") ? "yes" : "no", get_bool(n, "fourOctetAs") ? "yes" : "no");
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		print_family(cli, n, families[i]);
	print_messages(cli, n, "received");
	print_messages(cli, n, "sent");
	sayf(cli, "routes received", "%llu announced, %llu withdrawn",
	    (unsigned long long)get_count(n, "routesAnnounced"),
	    (unsigned long long)get_count(n, "routesWithdrawn"));
	sayf(cli, "bad UPDATEs", "%llu taken as withdrawals, %llu attributes discarded",
	    (unsigned long long)get_count(n, "treatedAsWithdraw"),
	    (unsigned long long)get_count(n, "attributesDiscarded"));
	say(cli, "last error",
	    get_text(n, "lastError")[0] != '\0' ? get_text(n, "lastError") : "none");
	if (get_text(n, "lastError")[0] != '\0')
		say_age(cli, "", "", get_number(n, "lastErrorAgeSeconds"), " ago");
}

int
cli_show_neighbor(struct cli *cli, char **args)
{
	struct str path;
	int code;

	str_init(&path, MEM_MISC);
	str_add(&path, "/api/v1/neighbor/");
	add_encoded(&path, args[0]);
	code = show_one(cli, path.text, print_neighbor);
	str_fini(&path);
	return code;
}
