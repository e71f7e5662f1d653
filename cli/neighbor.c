/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `show neighbor`: what an operator asks of a session that does not do what it should. First the
 * facts, down to the last error; then what each end said it can do, and what went by.
 */
#include <string.h>

#include "cli/ask.h"
#include "cli/facts.h"
#include "cli/table.h"

static const char *const families[] = { "ipv4", "ipv6" };

/* --- facts ------------------------------------------------------------------------------------
 */

static bool
is_up(const json_t *n)
{
	return strcmp(get_text(n, "state"), "established") == 0;
}

/* A timer that runs as ", 12s left"; nothing where it does not. */
static void
add_timer(
    struct str *s, const struct cli *cli, const json_t *o, const char *key, const char *format)
{
	char text[HUMAN_MAX];
	const char *hole = strstr(format, "%");

	if (!json_is_number(get_member(o, key)))
		return;
	str_add_n(s, format, (size_t)(hole - format));
	str_add(s, age_text(cli, get_number(o, key), text));
	str_add(s, hole + 1);
}

static void
say_state(const struct cli *cli, const json_t *n)
{
	uint64_t times = get_count(n, "establishedCount");
	char age[HUMAN_MAX], count[HUMAN_MAX];

	sayf(cli, "state", "%s for %s; came up %s time%s", get_text(n, "state"),
	    age_text(cli, get_number(n, "stateAgeSeconds"), age), count_text(cli, times, count),
	    times == 1 ? "" : "s");
}

static void
say_ends(const struct cli *cli, const json_t *n)
{
	uint64_t port = get_count(n, "localPort");
	struct str s;

	str_init(&s, MEM_MISC);
	str_addf(&s, "AS %llu, id %s", (unsigned long long)get_count(n, "localAs"),
	    get_text(n, "localId"));
	if (port > 0)
		str_addf(
		    &s, ", %s port %llu", get_text(n, "localAddress"), (unsigned long long)port);
	say(cli, "we", s.text);
	str_fini(&s);

	str_init(&s, MEM_MISC);
	str_add(&s, get_text(n, "address"));
	if (get_count(n, "remotePort") > 0)
		str_addf(&s, " port %llu", (unsigned long long)get_count(n, "remotePort"));
	if (get_count(n, "remoteAs") > 0)
		str_addf(&s, ", AS %llu", (unsigned long long)get_count(n, "remoteAs"));
	if (strcmp(get_text(n, "remoteId"), "0.0.0.0") != 0)
		str_addf(&s, ", id %s", get_text(n, "remoteId"));
	say(cli, "neighbour", s.text);
	str_fini(&s);

	str_init(&s, MEM_MISC);
	str_add(&s, get_bool(n, "dials") ? "we dial" : "it dials, we wait");
	add_timer(&s, cli, n, "timers.retrySecondsLeft", "; next attempt in %");
	if (get_bool(n, "disabled"))
		str_add(&s, "; disabled by an operator");
	if (get_bool(n, "held"))
		str_add(&s, "; kept out for too many prefixes");
	if (get_bool(n, "held") && !json_is_number(get_member(n, "timers.heldSecondsLeft")))
		str_add(&s, ", until it is reset");
	add_timer(&s, cli, n, "timers.heldSecondsLeft", ", for another %");
	say(cli, "connecting", s.text);
	str_fini(&s);
}

/* These are always in seconds, as they are configured. */
static void
say_timers(const struct cli *cli, const json_t *n)
{
	unsigned long long ours = get_count(n, "holdTimeConfiguredSeconds");
	const json_t *left;
	struct str s;

	if (!is_up(n)) {
		sayf(cli, "hold time", "%llu s offered", ours);
		return;
	}
	str_init(&s, MEM_MISC);
	str_addf(&s, "%llu s (we offer %llu s, it offers %llu s)",
	    (unsigned long long)get_count(n, "holdTimeSeconds"), ours,
	    (unsigned long long)get_count(n, "holdTimeOfferedSeconds"));
	left = get_member(n, "timers.holdSecondsLeft");
	if (json_is_number(left))
		str_addf(&s, ", %.0f s left", json_number_value(left));
	say(cli, "hold time", s.text);
	str_fini(&s);

	left = get_member(n, "timers.keepaliveSecondsLeft");
	if (json_is_number(left))
		sayf(cli, "keepalive", "every %llu s, next in %.0f s",
		    (unsigned long long)get_count(n, "keepaliveSeconds"), json_number_value(left));
}

static void
add_learned(struct str *s, const struct cli *cli, const json_t *f, bool up)
{
	char paths[HUMAN_MAX], stale[HUMAN_MAX], max[HUMAN_MAX];

	str_addf(s, "%s paths", count_text(cli, get_count(f, "paths"), paths));
	if (get_count(f, "maxPrefixes") > 0)
		str_addf(s, " of at most %s%s", count_text(cli, get_count(f, "maxPrefixes"), max),
		    get_bool(f, "overLimit") ? " (there were more)" : "");
	if (get_count(f, "stalePaths") > 0)
		str_addf(
		    s, ", %s of them stale", count_text(cli, get_count(f, "stalePaths"), stale));
	add_timer(s, cli, f, "staleSecondsLeft", ", gone in %");
	if (up)
		str_add(s, get_bool(f, "ready") ? ", complete" : ", still loading");
	if (up && !get_bool(f, "endOfRib"))
		str_add(s, ", no End-of-RIB yet");
}

static void
add_pushed(struct str *s, const struct cli *cli, const json_t *f)
{
	char held[HUMAN_MAX], wanted[HUMAN_MAX], pending[HUMAN_MAX];

	str_addf(s, "%s held of %s wanted, %s to be sent",
	    count_text(cli, get_count(f, "installed"), held),
	    count_text(cli, get_count(f, "desired"), wanted),
	    count_text(cli, get_count(f, "pending"), pending));
}

static void
say_family(const struct cli *cli, const json_t *n, const char *name)
{
	const json_t *f = json_object_get(json_object_get(n, "families"), name);
	bool push = strcmp(get_text(n, "role"), "push") == 0, agreed = get_bool(f, "negotiated");
	struct str s;

	str_init(&s, MEM_MISC);
	if (!get_bool(f, "configured"))
		str_add(&s, "off");
	else if (!agreed)
		str_add(&s, is_up(n) ? "not offered by the neighbour" : "no session");
	if (!agreed && get_count(f, push ? "installed" : "paths") > 0)
		str_add(&s, "; ");
	if (push && (agreed || get_count(f, "installed") > 0))
		add_pushed(&s, cli, f);
	if (!push && (agreed || get_count(f, "paths") > 0))
		add_learned(&s, cli, f, agreed);
	say(cli, name, s.text);
	str_fini(&s);
}

static void
say_last_error(const struct cli *cli, const json_t *n)
{
	char age[HUMAN_MAX];

	if (get_text(n, "lastError")[0] == '\0')
		say(cli, "last error", "none");
	else
		sayf(cli, "last error", "%s, %s ago", get_text(n, "lastError"),
		    age_text(cli, get_number(n, "lastErrorAgeSeconds"), age));
}

static void
print_facts(const struct cli *cli, const json_t *n)
{
	char a[HUMAN_MAX], b[HUMAN_MAX];

	safe_print(cli->out, get_text(n, "name"));
	fprintf(cli->out, ", %s neighbour of router ",
	    strcmp(get_text(n, "role"), "push") == 0 ? "push" : "learn");
	safe_print(cli->out, get_text(n, "router"));
	fputs("\n", cli->out);
	if (get_text(n, "description")[0] != '\0')
		say(cli, "description", get_text(n, "description"));
	say_state(cli, n);
	say_ends(cli, n);
	say_timers(cli, n);
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		say_family(cli, n, families[i]);
	sayf(cli, "routes received", "%s announced, %s withdrawn",
	    count_text(cli, get_count(n, "routesAnnounced"), a),
	    count_text(cli, get_count(n, "routesWithdrawn"), b));
	sayf(cli, "bad UPDATEs", "%s taken as withdrawals, %s attributes discarded",
	    count_text(cli, get_count(n, "treatedAsWithdraw"), a),
	    count_text(cli, get_count(n, "attributesDiscarded"), b));
	if (get_count(n, "queuedBytes") > 0)
		sayf(cli, "waiting", "%s bytes to be sent",
		    count_text(cli, get_count(n, "queuedBytes"), a));
	say_last_error(cli, n);
}

/* --- what each end said it can do --------------------------------------------------------------
 */

static void
add_word(struct str *s, const char *word)
{
	str_addf(s, "%s%s", s->len > 0 ? ", " : "", word);
}

static void
add_names(struct str *s, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *member = json_array_get(list, i);
		char number[24];

		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(member));
		add_word(s, json_is_string(member) ? json_string_value(member) : number);
	}
}

static void
format_add_path(struct str *s, const json_t *c)
{
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		const char *how = get_text(json_object_get(c, "addPath"), families[i]);

		if (how[0] == '\0')
			continue;
		add_word(s, families[i]);
		str_addf(s, " %s", how);
	}
}

/* "120 s for ipv4, ipv6, forwarding state kept for ipv4, also after errors, has restarted" */
static void
format_restart(struct str *s, const json_t *c)
{
	const json_t *g = json_object_get(c, "gracefulRestart");
	struct str names;

	if (!json_is_object(g))
		return;
	str_init(&names, MEM_MISC);
	add_names(&names, json_object_get(g, "families"));
	if (names.len > 0)
		str_addf(s, "%llu s for %s", (unsigned long long)get_count(g, "timeSeconds"),
		    names.text);
	else
		str_add(s, "helper only");
	str_fini(&names);
	str_init(&names, MEM_MISC);
	add_names(&names, json_object_get(g, "forwarding"));
	if (names.len > 0)
		str_addf(s, ", forwarding kept for %s", names.text);
	str_fini(&names);
	if (get_bool(g, "notification"))
		str_add(s, ", also after errors");
	if (get_bool(g, "restarted"))
		str_add(s, ", has restarted");
}

static void
format_capability(struct str *s, const json_t *c, const char *key)
{
	const json_t *value = json_object_get(c, key);

	if (strcmp(key, "addPath") == 0)
		format_add_path(s, c);
	else if (strcmp(key, "gracefulRestart") == 0)
		format_restart(s, c);
	else if (json_is_array(value))
		add_names(s, value);
	else if (json_is_true(value))
		str_add(s, "yes");
}

static void
add_capability(struct table *t, const json_t *c, const char *key)
{
	struct str s;

	str_init(&s, MEM_MISC);
	format_capability(&s, c, key);
	table_add(t, s.len > 0 ? s.text : "-");
	str_fini(&s);
}

static void
print_table(const struct cli *cli, struct table *t)
{
	if (t->n_cells > 0) {
		fputs("\n", cli->out);
		table_print(t, cli->out, !cli->no_header);
	}
	table_fini(t);
}

static void
print_capabilities(const struct cli *cli, const json_t *n)
{
	static const struct {
		const char *key, *label;
	} rows[] = {
		{ "multiprotocol", "families" },
		{ "fourOctetAs", "4-octet AS" },
		{ "routeRefresh", "route refresh" },
		{ "enhancedRouteRefresh", "enhanced refresh" },
		{ "extendedMessage", "long messages" },
		{ "extendedNexthop", "IPv6 next hop" },
		{ "addPath", "ADD-PATH" },
		{ "gracefulRestart", "graceful restart" },
		{ "unknown", "unknown codes" },
	};
	static const char *const titles[] = { "CAPABILITY", "WE SAID", "IT SAID" };
	const json_t *sent = get_member(n, "capabilities.sent");
	const json_t *received = get_member(n, "capabilities.received");
	struct table t;

	table_init(&t, titles, ARRAY_LEN(titles));
	for (size_t i = 0; json_is_object(sent) && i < ARRAY_LEN(rows); i++) {
		table_add(&t, rows[i].label);
		add_capability(&t, sent, rows[i].key);
		add_capability(&t, received, rows[i].key);
	}
	print_table(cli, &t);
}

/* --- what went by ------------------------------------------------------------------------------
 */

static void
print_messages(const struct cli *cli, const json_t *n)
{
	static const struct {
		const char *key, *label;
	} rows[] = {
		{ "opens", "OPEN" },
		{ "updates", "UPDATE" },
		{ "keepalives", "KEEPALIVE" },
		{ "notifications", "NOTIFICATION" },
		{ "refreshes", "ROUTE-REFRESH" },
		{ "bytes", "bytes" },
	};
	static const char *const titles[] = { "MESSAGE", ">SENT", ">RECEIVED" };
	const json_t *sent = json_object_get(n, "sent"), *received = json_object_get(n, "received");
	struct table t;

	table_init(&t, titles, ARRAY_LEN(titles));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		table_add(&t, rows[i].label);
		add_count(&t, cli, get_count(sent, rows[i].key));
		add_count(&t, cli, get_count(received, rows[i].key));
	}
	print_table(cli, &t);
}

static void
print_attribute_errors(const struct cli *cli, const json_t *n)
{
	static const char *const titles[] = { "BAD ATTRIBUTE", "ACTION", ">TIMES" };
	const json_t *list = json_object_get(n, "attributeErrors");
	struct table t;

	table_init(&t, titles, ARRAY_LEN(titles));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *e = json_array_get(list, i);

		table_add(&t, get_text(e, "attribute"));
		table_add(&t, get_text(e, "action"));
		add_count(&t, cli, get_count(e, "count"));
	}
	print_table(cli, &t);
}

static void
print_neighbor(const struct cli *cli, const json_t *n)
{
	print_facts(cli, n);
	print_capabilities(cli, n);
	print_messages(cli, n);
	print_attribute_errors(cli, n);
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
