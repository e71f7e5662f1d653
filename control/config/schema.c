/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings of hotfib.conf, group by group in the order they are printed.
 *
 * A row names the field that holds the value, so nothing else repeats the list: parse.c fills the
 * struct from it, print.c prints it, schema_free() frees it, reference.c turns `help` into the
 * manual. What needs more than one setting to be judged is in check.c, what a default takes from
 * another setting in config.c.
 */
#include "control/config/schema.h"

#include <string.h>

#include "control/config/suggest.h"

/* A neighbour that has not come back within a day has left. */
#define STALE_TIME_MAX_S 86400
/* Far above what any ASIC holds, and what a selection may cost in memory. */
#define CAPACITY_MAX 10000000

#define FIELD(type, member) .offset = offsetof(struct type, member)
#define ARRAY(type, member, size)                                                                  \
	.array = true, FIELD(type, member), .count = offsetof(struct type, size)

static const char *const on_exit_words[] = {
	[CONFIG_ON_EXIT_KEEP] = "keep", [CONFIG_ON_EXIT_WITHDRAW] = "withdraw", NULL
};
static const char *const default_words[] = {
	[CONFIG_DEFAULT_PUNT] = "punt", [CONFIG_DEFAULT_FOLLOW] = "follow", NULL
};
static const char *const level_words[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
	NULL,
};

static const struct schema_row bgp_rows[] = {
	{ .name = "listen",
	    .kind = SCHEMA_ENDPOINT,
	    ARRAY(config, bgp_listen, n_bgp_listen),
	    .value = "127.0.0.1",
	    .help = "Addresses to accept connections on;\n.Dq 0.0.0.0\nand\n.Dq ::\nare all of a "
		    "family. Only configured neighbours are accepted." },
	{ .name = "port",
	    .kind = SCHEMA_U16,
	    FIELD(config, bgp_port),
	    .min = 1,
	    .max = UINT16_MAX,
	    .value = "1179",
	    .help = "Port to accept connections on." },
	{ .name = "stale-time",
	    .kind = SCHEMA_REAL,
	    FIELD(config, stale_time_s),
	    .max = STALE_TIME_MAX_S,
	    .value = "600",
	    .unit = "seconds",
	    .help =
		"How long the routes of a lost\n.Cm learn\nneighbour are kept, if it did not ask "
		"for another time by graceful restart: also after a hard reset (RFC 8538), or when "
		"it had too many prefixes. They stay in force, but nothing is evicted for want of "
		"samples meanwhile; 0: they go with the session.\n"
		"A\n.Cm learn\nneighbour that sends neither a route nor End-of-RIB is taken as "
		"empty after as long, and 10 seconds at least." },
	{ .name = "neighbors",
	    .kind = SCHEMA_LIST,
	    ARRAY(config, neighbors, n_neighbors),
	    .group = &schema_neighbor,
	    .help = "The BGP sessions." },
};

static const struct schema_group bgp_group = {
	.path = "bgp",
	.size = sizeof(struct config),
	.rows = bgp_rows,
	.n_rows = ARRAY_LEN(bgp_rows),
	.help = "Where routes come from and go to.",
};

static const struct schema_row agent_rows[] = {
	{ .name = "address",
	    .kind = SCHEMA_ADDRESS,
	    .required = true,
	    FIELD(config_agent, address),
	    .help = "The agent address inside its datagrams." },
	{ .name = "sources",
	    .kind = SCHEMA_ADDRESS,
	    ARRAY(config_agent, sources, n_sources),
	    .help = "Addresses its datagrams may come from, all others are counted and dropped; "
		    "without it, the agent address." },
	{ .name = "router",
	    .kind = SCHEMA_NAME,
	    .required = true,
	    FIELD(config_agent, router),
	    .help = "The table its traffic is looked up in." },
	{ .name = "t",
	    .kind = SCHEMA_REAL,
	    FIELD(config_agent, t_s),
	    .min = 0.1,
	    .max = 3600,
	    .value = "10",
	    .unit = "seconds",
	    .help = "Time constant of the moving average. A router takes the longest of its "
		    "agents'." },
};

static const struct schema_group agent_group = {
	.path = "sflow.agents",
	.size = sizeof(struct config_agent),
	.rows = agent_rows,
	.n_rows = ARRAY_LEN(agent_rows),
	.help = "One sFlow agent whose samples count.",
};

static const struct schema_row forward_rows[] = {
	{ .name = "name",
	    .kind = SCHEMA_NAME,
	    .required = true,
	    FIELD(config_forward, name),
	    .help = "What messages and metrics call it; unique." },
	{ .name = "address",
	    .kind = SCHEMA_ADDRESS,
	    .required = true,
	    FIELD(config_forward, to.address),
	    .help = "The collector's address." },
	{ .name = "port",
	    .kind = SCHEMA_U16,
	    FIELD(config_forward, to.port),
	    .min = 1,
	    .max = UINT16_MAX,
	    .value = "6343",
	    .help = "The collector's UDP port." },
};

static const struct schema_group forward_group = {
	.path = "sflow.forward",
	.size = sizeof(struct config_forward),
	.rows = forward_rows,
	.n_rows = ARRAY_LEN(forward_rows),
	.help = "Another collector that gets a copy of every datagram.",
};

static const struct schema_row sflow_rows[] = {
	{ .name = "listen",
	    .kind = SCHEMA_ENDPOINT,
	    ARRAY(config, sflow_listen, n_sflow_listen),
	    .port = 6343,
	    .value = "127.0.0.1",
	    .help = "Addresses to receive datagrams on, with an optional port:\n.Dq "
		    "192.0.2.1:6343 ,\n.Dq [2001:db8::1]:6343 ." },
	{ .name = "agents",
	    .kind = SCHEMA_LIST,
	    ARRAY(config, agents, n_agents),
	    .group = &agent_group,
	    .help = "The agents whose samples count." },
	{ .name = "forward",
	    .kind = SCHEMA_LIST,
	    ARRAY(config, forwards, n_forwards),
	    .group = &forward_group,
	    .help = "Collectors that get a copy." },
};

static const struct schema_group sflow_group = {
	.path = "sflow",
	.size = sizeof(struct config),
	.rows = sflow_rows,
	.n_rows = ARRAY_LEN(sflow_rows),
	.help = "Where traffic is measured.",
};

static const char *const family_words[] = { [IP_V4] = "ipv4", [IP_V6] = "ipv6", NULL };

static const struct schema_row class_rows[] = {
	{ .name = "family",
	    .kind = SCHEMA_WORD,
	    .words = family_words,
	    .required = true,
	    FIELD(config_pool_class, family),
	    .help = "Their address family." },
	{ .name = "length",
	    .kind = SCHEMA_U32,
	    FIELD(config_pool_class, length),
	    .max = 128,
	    .value = "0",
	    .help = "Only prefixes of just this length. 0: of a range." },
	{ .name = "min-length",
	    .kind = SCHEMA_U32,
	    FIELD(config_pool_class, min_length),
	    .max = 128,
	    .value = "0",
	    .help = "The shortest of the range." },
	{ .name = "max-length",
	    .kind = SCHEMA_U32,
	    FIELD(config_pool_class, max_length),
	    .max = 128,
	    .value = "0",
	    .help = "The longest of the range. 0: as long as addresses are." },
	{ .name = "cost",
	    .kind = SCHEMA_U32,
	    FIELD(config_pool_class, cost),
	    .min = 1,
	    .max = 64,
	    .value = "1",
	    .unit = "slots",
	    .help = "What each takes of the pool." },
};

static const struct schema_group class_group = {
	.path = "target.pools.classes",
	.size = sizeof(struct config_pool_class),
	.rows = class_rows,
	.n_rows = ARRAY_LEN(class_rows),
	.help = "Prefixes that fit the pool.",
};

static const struct schema_row pool_rows[] = {
	{ .name = "name",
	    .kind = SCHEMA_NAME,
	    .required = true,
	    FIELD(config_pool, name),
	    .help = "What messages call it; unique." },
	{ .name = "capacity",
	    .kind = SCHEMA_U32,
	    .required = true,
	    FIELD(config_pool, capacity),
	    .min = 1,
	    .max = CAPACITY_MAX,
	    .unit = "slots",
	    .help = "Never exceeded." },
	{ .name = "classes",
	    .kind = SCHEMA_LIST,
	    .required = true,
	    ARRAY(config_pool, classes, n_classes),
	    .group = &class_group,
	    .help = "What fits; nothing else does." },
};

static const struct schema_group pool_group = {
	.path = "target.pools",
	.size = sizeof(struct config_pool),
	.rows = pool_rows,
	.n_rows = ARRAY_LEN(pool_rows),
	.help = "A table of the ASIC, or what may be used of it.",
};

static const struct schema_row target_rows[] = {
	{ .name = "router",
	    .kind = SCHEMA_NAME,
	    .required = true,
	    FIELD(config, target.router),
	    .help = "The learned table to select from." },
	{ .name = "via",
	    .kind = SCHEMA_NAME,
	    ARRAY(config, target.via, target.n_via),
	    .help = "Names of the\n.Cm push\nneighbours that get the selection;\n.Dq netlink\nis "
		    "the kernel's routing table,\n.Dq sim\nthe simulated ASIC. Without it, a dry "
		    "run: everything is computed and shown, "
		    "and nothing is pushed." },
	{ .name = "capacity",
	    .kind = SCHEMA_U32,
	    FIELD(config, target.capacity[IP_V4]),
	    .max = CAPACITY_MAX,
	    .value = "0",
	    .unit = "entries",
	    .help = "IPv4 entries that the target may hold, never exceeded. 0: nothing of the "
		    "family is announced." },
	{ .name = "capacity6",
	    .kind = SCHEMA_U32,
	    FIELD(config, target.capacity[IP_V6]),
	    .max = CAPACITY_MAX,
	    .value = "0",
	    .unit = "entries",
	    .help = "The same for IPv6." },
	{ .name = "headroom",
	    .kind = SCHEMA_REAL,
	    FIELD(config, target.headroom),
	    .max = 0.5,
	    .value = "0.02",
	    .help = "The steady state aims at\n.Ic capacity\ntimes (1 - headroom), which leaves "
		    "room for changes in a safe order." },
	{ .name = "min-rate",
	    .kind = SCHEMA_REAL,
	    FIELD(config, target.min_rate_bps),
	    .max = 1e12,
	    .value = "0",
	    .unit = "bytes a second",
	    .help = "Only prefixes with more traffic than this are selected." },
	{ .name = "tau",
	    .kind = SCHEMA_REAL,
	    FIELD(config, target.tau_s),
	    .max = 86400,
	    .value = "0",
	    .unit = "seconds",
	    .help = "Time constant of the averages that the\n.Cm priced\nselection weighs. 0: as "
		    "long as the price of an entry and the sample rate ask for, a minute to an "
		    "hour." },
	{ .name = "update-rate",
	    .kind = SCHEMA_REAL,
	    FIELD(config, target.update_rate),
	    .max = 1e6,
	    .value = "100",
	    .unit = "changes a second",
	    .help = "How fast what is announced may follow the traffic; 0: without limit. What the "
		    "table asks for is done at once and does not count, nor does filling a target "
		    "that holds less than nine tenths of what is wanted." },
	{ .name = "update-burst",
	    .kind = SCHEMA_REAL,
	    FIELD(config, target.update_burst),
	    .min = 1,
	    .max = 1e7,
	    .value = "500",
	    .unit = "changes",
	    .help = "How many of these may be made at once after a pause." },
	{ .name = "default",
	    .kind = SCHEMA_WORD,
	    .words = default_words,
	    FIELD(config, target.default_action),
	    .value = "punt",
	    .help =
		"What the target does with packets that no entry matches:\n.Cm punt\nthem to "
		"where all of the table is known, or\n.Cm follow\nits default route. The "
		"default route is the one of the learned table, as it is at the time: with\n.Cm "
		"follow\nprefixes with its next hop need no entry and count as covered. The\n.Cm "
		"top\nand\n.Cm leaf\nselections are right for both and do not use it." },
	{ .name = "selection",
	    .kind = SCHEMA_WORD,
	    .words = selector_names,
	    FIELD(config, target.selection),
	    .value = "priced",
	    .help =
		"The algorithm:\n.Cm priced\ntakes the entries that forward most traffic right, "
		"and changes few of them at a time;\n.Cm top\nthe prefixes with most traffic, "
		"each with the more-specifics that it would hide, as ARM does;\n.Cm leaf\nthe "
		"largest prefixes that are forwarded alike." },
	{ .name = "synthetic",
	    .kind = SCHEMA_BOOL,
	    FIELD(config, target.synthetic),
	    .value = "true",
	    .help = "Allow the\n.Cm priced\nselection entries that are not in the table: one that "
		    "stands for many routes, or the part of a route that has the traffic." },
	{ .name = "on-exit",
	    .kind = SCHEMA_WORD,
	    .words = on_exit_words,
	    FIELD(config, target.on_exit),
	    .value = "keep",
	    .help = "What becomes of the entries when hotfibd is stopped:\n.Cm keep\nleaves "
		    "kernel routes where they are, for the next start to adopt, and asks "
		    "neighbours with graceful restart to keep theirs;\n.Cm withdraw\ntakes all "
		    "of them away. After a crash they are kept." },
	{ .name = "always",
	    .kind = SCHEMA_PREFIX,
	    ARRAY(config, target.always, target.n_always),
	    .help = "Prefixes to hold whatever their traffic, where they are in the table." },
	{ .name = "never",
	    .kind = SCHEMA_PREFIX,
	    ARRAY(config, target.never, target.n_never),
	    .help = "Nothing that overlaps these prefixes is announced." },
	{ .name = "pools",
	    .kind = SCHEMA_LIST,
	    ARRAY(config, target.pools, target.n_pools),
	    .group = &pool_group,
	    .help =
		"In place of\n.Ic capacity\nand\n.Ic capacity6 ,\nfor an ASIC whose tables the "
		"families share, where entries take different numbers of slots, or that has a "
		"table for one length of its own. A family has one pool for several lengths, "
		"which may be the same for both, and may have one more for a single\n.Ic length "
		";\nentries of that go there while there is room." },
};

static const struct schema_group target_group = {
	.path = "target",
	.size = sizeof(struct config),
	.rows = target_rows,
	.n_rows = ARRAY_LEN(target_rows),
	.help = "What holds the selection. Without this group hotfibd observes, and shows what it "
		"would do for the first router with 10000 entries of each family.",
};

static const struct schema_row sim_rows[] = {
	{ .name = "capacity",
	    .kind = SCHEMA_U32,
	    FIELD(config, sim.capacity[IP_V4]),
	    .max = CAPACITY_MAX,
	    .value = "0",
	    .unit = "entries",
	    .help = "IPv4 entries that there is room for, whatever the target's capacity says. 0: "
		    "room for all of them." },
	{ .name = "capacity6",
	    .kind = SCHEMA_U32,
	    FIELD(config, sim.capacity[IP_V6]),
	    .max = CAPACITY_MAX,
	    .value = "0",
	    .unit = "entries",
	    .help = "The same for IPv6." },
	{ .name = "latency",
	    .kind = SCHEMA_REAL,
	    FIELD(config, sim.latency_s),
	    .max = 10,
	    .value = "0",
	    .unit = "seconds",
	    .help = "How long an operation takes." },
	{ .name = "failure-rate",
	    .kind = SCHEMA_REAL,
	    FIELD(config, sim.failure_rate),
	    .max = 1,
	    .value = "0",
	    .help = "The part of adds and changes that fail for no reason." },
	{ .name = "seed",
	    .kind = SCHEMA_U32,
	    FIELD(config, sim.seed),
	    .max = UINT32_MAX,
	    .value = "1",
	    .help = "Which of them fail." },
};

static const struct schema_group sim_group = {
	.path = "sim",
	.size = sizeof(struct config),
	.rows = sim_rows,
	.n_rows = ARRAY_LEN(sim_rows),
	.help = "The simulated ASIC, where the target's\n.Ic via\nis\n.Dq sim .",
};

static const struct schema_row http_rows[] = {
	{ .name = "listen",
	    .kind = SCHEMA_ENDPOINT,
	    ARRAY(config, http_listen, n_http_listen),
	    .port = 8008,
	    .value = "127.0.0.1",
	    .help = "Addresses to serve the REST interface and the page on, with an optional "
		    "port." },
	{ .name = "insecure",
	    .kind = SCHEMA_BOOL,
	    FIELD(config, http_insecure),
	    .value = "false",
	    .help = "Allow addresses in\n.Ic listen\nthat are not loopback. There is no "
		    "authentication: whoever can connect can command." },
	{ .name = "socket",
	    .kind = SCHEMA_PATH,
	    FIELD(config, socket),
	    .value = "/run/hotfib/hotfib.sock",
	    .help = "Unix socket for\n.Xr hotfib 1 ." },
};

static const struct schema_group http_group = {
	.path = "http",
	.size = sizeof(struct config),
	.rows = http_rows,
	.n_rows = ARRAY_LEN(http_rows),
	.help = "How to ask and command the daemon.",
};

static const struct schema_row state_rows[] = {
	{ .name = "file",
	    .kind = SCHEMA_STRING,
	    FIELD(config, state_file),
	    .value = "/var/lib/hotfib/state",
	    .help = "Where traffic averages and what was learned of the target are kept, so that "
		    "a restart goes on from them; its directory has to be there. Written at the "
		    "end, too. What is older than 15 minutes at the start is not used. An empty "
		    "text: nowhere." },
	{ .name = "interval",
	    .kind = SCHEMA_REAL,
	    FIELD(config, state_interval_s),
	    .min = 1,
	    .max = 600,
	    .value = "60",
	    .unit = "seconds",
	    .help = "How often it is written: so old it is after a crash." },
};

static const struct schema_group state_group = {
	.path = "state",
	.size = sizeof(struct config),
	.rows = state_rows,
	.n_rows = ARRAY_LEN(state_rows),
	.help = "What is kept over a restart.",
};

static const struct schema_row log_rows[] = {
	{ .name = "level",
	    .kind = SCHEMA_WORD,
	    .words = level_words,
	    FIELD(config, log_level),
	    .value = "info",
	    .help = "Events of this level and above are logged. At level debug these are "
		    "also each state of a session and each run of the target." },
};

static const struct schema_group log_group = {
	.path = "log",
	.size = sizeof(struct config),
	.rows = log_rows,
	.n_rows = ARRAY_LEN(log_rows),
	.help = "What is logged.",
};

static const struct schema_row root_rows[] = {
	{ .name = "bgp", .kind = SCHEMA_GROUP, .required = true, .group = &bgp_group },
	{ .name = "sflow", .kind = SCHEMA_GROUP, .required = true, .group = &sflow_group },
	{ .name = "target",
	    .kind = SCHEMA_GROUP,
	    FIELD(config, has_target),
	    .group = &target_group },
	{ .name = "sim", .kind = SCHEMA_GROUP, .required = true, .group = &sim_group },
	{ .name = "netlink",
	    .kind = SCHEMA_GROUP,
	    .required = true,
	    .restart = true,
	    .group = &schema_netlink },
	{ .name = "hardware", .kind = SCHEMA_GROUP, .required = true, .group = &schema_hardware },
	{ .name = "http", .kind = SCHEMA_GROUP, .required = true, .group = &http_group },
	{ .name = "state", .kind = SCHEMA_GROUP, .required = true, .group = &state_group },
	{ .name = "log", .kind = SCHEMA_GROUP, .required = true, .group = &log_group },
};

const struct schema_group schema_root = {
	.path = "",
	.size = sizeof(struct config),
	.rows = root_rows,
	.n_rows = ARRAY_LEN(root_rows),
};

const struct schema_row *
schema_find(const struct schema_group *group, const char *name)
{
	for (size_t i = 0; i < group->n_rows; i++)
		if (strcmp(group->rows[i].name, name) == 0)
			return &group->rows[i];
	return NULL;
}

const char *
schema_suggest(const struct schema_group *group, const char *name)
{
	struct suggest nearest = { 0 };

	for (size_t i = 0; i < group->n_rows; i++)
		suggest_offer(&nearest, name, group->rows[i].name);
	return nearest.best;
}

static void
free_text(void *field)
{
	char *text;

	memcpy(&text, field, sizeof(text));
	mem_free(MEM_CONFIG, text);
}

static bool
holds_text(enum schema_kind kind)
{
	return kind == SCHEMA_STRING || kind == SCHEMA_NAME || kind == SCHEMA_PATH ||
	       kind == SCHEMA_SECRET;
}

/* An array or list: what its elements hold, then itself. */
static void
free_array(const struct schema_row *row, char *base)
{
	char *array;
	size_t n;

	memcpy(&array, base + row->offset, sizeof(array));
	memcpy(&n, base + row->count, sizeof(n));
	for (size_t i = 0; i < n; i++) {
		if (row->kind == SCHEMA_LIST)
			schema_free(row->group, array + i * row->group->size);
		else if (holds_text(row->kind))
			free_text(array + i * sizeof(char *));
	}
	mem_free(MEM_CONFIG, array);
}

void
schema_free(const struct schema_group *group, void *base)
{
	for (size_t i = 0; i < group->n_rows; i++) {
		const struct schema_row *row = &group->rows[i];

		if (row->kind == SCHEMA_GROUP)
			schema_free(row->group, base);
		else if (row->array && row->kind != SCHEMA_FAMILY)
			free_array(row, base);
		else if (holds_text(row->kind))
			free_text((char *)base + row->offset);
	}
}
