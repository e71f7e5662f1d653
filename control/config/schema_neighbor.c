/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of an element of `bgp.neighbors`. */
#include "control/config/schema.h"

/* Each is a source of a router's table (RIB_SOURCES_MAX). */
#define DYNAMIC_MAX   32
#define FIELD(member) .offset = offsetof(struct config_neighbor, member)

static const char *const role_words[] = { [BGP_LEARN] = "learn", [BGP_PUSH] = "push", NULL };
static const char *const above_max_words[] = {
	[BGP_ABOVE_MAX_STOP] = "stop", [BGP_ABOVE_MAX_WARN] = "warn", NULL
};

static const struct schema_row rows[] = {
	{ .name = "name",
	    .kind = SCHEMA_NAME,
	    .required = true,
	    FIELD(bgp.name),
	    .help = "What messages, metrics and\n.Ic via\ncall it; unique." },
	{ .name = "description",
	    .kind = SCHEMA_STRING,
	    FIELD(bgp.description),
	    .help = "A remark for people." },
	{ .name = "address",
	    .kind = SCHEMA_ADDRESS,
	    FIELD(bgp.remote),
	    .help = "The neighbour's address; this or\n.Ic prefix\nis required." },
	{ .name = "prefix",
	    .kind = SCHEMA_PREFIX,
	    FIELD(bgp.range),
	    .help = "Any address of it may connect and is a\n.Cm learn\nneighbour of its own, "
		    "called by\n.Ic name\nand a number: leaf-1, leaf-2. A neighbour with an\n"
		    ".Ic address\nin it goes first." },
	{ .name = "max-neighbors",
	    .kind = SCHEMA_U16,
	    FIELD(max_dynamic),
	    .min = 1,
	    .max = DYNAMIC_MAX,
	    .value = "1",
	    .help = "How many neighbours may come from the\n.Ic prefix\nat a time. Where it is 1, "
		    "the name has no number. Who has left keeps the number until it is needed." },
	{ .name = "local-address",
	    .kind = SCHEMA_ADDRESS,
	    FIELD(bgp.local),
	    .help = "Our address of the connection; without it, any address of the same family. "
		    "Two neighbours with one address are told apart by it." },
	{ .name = "local-as",
	    .kind = SCHEMA_AS,
	    .required = true,
	    FIELD(bgp.local_as),
	    .help = "Our AS number. Numbers above 2147483647 may be written plain, with the "
		    "suffix L, or as a string." },
	{ .name = "remote-as",
	    .kind = SCHEMA_AS,
	    FIELD(bgp.remote_as),
	    .help = "The neighbour's AS number; without it, the same as\n.Ic local-as ." },
	{ .name = "router-id",
	    .kind = SCHEMA_ROUTER_ID,
	    .required = true,
	    FIELD(bgp.router_id),
	    .help = "Our BGP identifier towards this neighbour." },
	{ .name = "role",
	    .kind = SCHEMA_WORD,
	    .words = role_words,
	    .required = true,
	    FIELD(bgp.role),
	    .help = "Routes are taken from a\n.Cm learn\nneighbour, and the selection is "
		    "announced to a\n.Cm push\nneighbour; never the other way round." },
	{ .name = "router",
	    .kind = SCHEMA_NAME,
	    FIELD(router),
	    .help = "The table that a\n.Cm learn\nneighbour feeds; required there. Neighbours "
		    "that name the same router share one table." },
	{ .name = "families",
	    .kind = SCHEMA_FAMILY,
	    .array = true,
	    FIELD(bgp.families),
	    .value = "ipv4 ipv6",
	    .help = "Address families to offer." },
	{ .name = "hold-time",
	    .kind = SCHEMA_U16,
	    FIELD(bgp.hold_time_s),
	    .max = UINT16_MAX,
	    .value = "90",
	    .unit = "seconds",
	    .help = "Proposed hold time: 0 for none, or at least 3." },
	{ .name = "send-hold-time",
	    .kind = SCHEMA_U16,
	    FIELD(bgp.send_hold_s),
	    .max = UINT16_MAX,
	    .value = "480",
	    .unit = "seconds",
	    .help = "A neighbour that takes none of what it is sent for this long, and for twice "
		    "the hold time, is disconnected (RFC 9687). 0: never." },
	{ .name = "enforce-first-as",
	    .kind = SCHEMA_BOOL_NOT,
	    FIELD(bgp.any_first_as),
	    .value = "true",
	    .help = "Routes of an external\n.Cm learn\nneighbour must begin with its AS (RFC "
		    "4271); false for a route server." },
	{ .name = "max-prefixes",
	    .kind = SCHEMA_U32,
	    FIELD(bgp.max_prefixes[IP_V4]),
	    .max = UINT32_MAX,
	    .value = "0",
	    .help =
		"IPv4 routes that a\n.Cm learn\nneighbour may have. Paths of one prefix "
		"count each, and what is kept of lost sessions does not, up to twice this number "
		"with all. 0: any number." },
	{ .name = "max-prefixes6",
	    .kind = SCHEMA_U32,
	    FIELD(bgp.max_prefixes[IP_V6]),
	    .max = UINT32_MAX,
	    .value = "0",
	    .help = "The same for IPv6." },
	{ .name = "max-prefixes-action",
	    .kind = SCHEMA_WORD,
	    .words = above_max_words,
	    FIELD(bgp.above_max),
	    .value = "stop",
	    .help = "What becomes of a neighbour with more: its session is closed\n.Pq Cm stop ,\n"
		    "or a warning is logged\n.Pq Cm warn ." },
	{ .name = "max-prefixes-restart",
	    .kind = SCHEMA_U16,
	    FIELD(bgp.max_prefixes_restart_s),
	    .max = UINT16_MAX,
	    .value = "60",
	    .unit = "seconds",
	    .help =
		"How long a neighbour that was stopped is kept out; each time in a row twice as "
		"long, up to 16 times. 0: until an operator resets it." },
	{ .name = "restart-time",
	    .kind = SCHEMA_U16,
	    FIELD(bgp.restart_time_s),
	    .max = 4095,
	    .value = "120",
	    .unit = "seconds",
	    .help = "How long a\n.Cm push\nneighbour is asked to keep what was announced to it "
		    "when the session is lost, as when hotfibd restarts (RFC 4724). 0: not "
		    "at all." },
	{ .name = "community",
	    .kind = SCHEMA_COMMUNITY,
	    FIELD(push.community),
	    .help = "A community that is added to everything announced to a\n.Cm push\nneighbour, "
		    "for it to tell by." },
	{ .name = "local-pref",
	    .kind = SCHEMA_U32,
	    FIELD(push.local_pref),
	    .max = UINT32_MAX,
	    .value = "0",
	    .help = "Local preference of what is announced to an internal\n.Cm push\nneighbour. 0: "
		    "as it was learned, or 100." },
	{ .name = "passive",
	    .kind = SCHEMA_BOOL_NOT,
	    FIELD(bgp.active),
	    .value = "true",
	    .help = "Wait for the neighbour to connect; otherwise dial it." },
	{ .name = "port",
	    .kind = SCHEMA_U16,
	    FIELD(bgp.port),
	    .min = 1,
	    .max = UINT16_MAX,
	    .value = "179",
	    .help = "Port to dial, where\n.Ic passive\nis false." },
	{ .name = "md5",
	    .kind = SCHEMA_SECRET,
	    FIELD(bgp.md5),
	    .min = 1,
	    .max = BGP_MD5_MAX,
	    .help = "Key of the TCP MD5 signature (RFC 2385), the same at both ends; without it, "
		    "segments are not signed.\n.Ql hotfibd --print\nleaves it out, and no "
		    "message shows it. The file should be readable by its owner only." },
	{ .name = "ttl-security",
	    .kind = SCHEMA_U16,
	    FIELD(bgp.ttl_hops),
	    .max = 255,
	    .value = "0",
	    .unit = "hops",
	    .help = "Drop packets from further away, and send with a TTL of 255 (RFC 5082). 1 for "
		    "a neighbour that is directly connected; the neighbour has to do the same. 0: "
		    "do not check." },
};

const struct schema_group schema_neighbor = {
	.path = "bgp.neighbors",
	.size = sizeof(struct config_neighbor),
	.rows = rows,
	.n_rows = ARRAY_LEN(rows),
	.help = "One BGP session.",
};
