/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of the group "netlink"; see schema.c. */
#include "control/config/schema.h"

#define FIELD(type, member) .offset = offsetof(struct type, member)
#define ARRAY(type, member, size)                                                                  \
	.array = true, FIELD(type, member), .count = offsetof(struct type, size)

static const struct schema_row netlink_rows[] = {
	{ .name = "table",
	    .kind = SCHEMA_U32,
	    FIELD(config, netlink.table),
	    .min = 1,
	    .max = UINT32_MAX,
	    .value = "254",
	    .help =
		"The routing table that is written; 254 is\n.Dq main .\nNext hops are resolved by "
		"that one, too." },
	{ .name = "metric",
	    .kind = SCHEMA_U32,
	    FIELD(config, netlink.metric),
	    .min = 1,
	    .max = UINT32_MAX,
	    .value = "15",
	    .help = "Of our routes: one that nobody else uses, since prefix and metric name a "
		    "route. FRR uses 20, BIRD 32, a static route of iproute2 0 (IPv4) or 1024 "
		    "(IPv6); the smaller one forwards." },
	{ .name = "protocol",
	    .kind = SCHEMA_U16,
	    FIELD(config, netlink.protocol),
	    .min = 5,
	    .max = 255,
	    .value = "221",
	    .help = "The mark of our routes and nexthop objects, nobody else's. Whatever has it is "
		    "taken for ours." },
	{ .name = "nexthop-objects",
	    .kind = SCHEMA_BOOL,
	    FIELD(config, netlink.nexthop_objects),
	    .value = "true",
	    .help = "Let routes refer to nexthop objects where the kernel has them (Linux 5.3), "
		    "so that a change of a gateway is one update however many routes use it." },
	{ .name = "resolve-via-default",
	    .kind = SCHEMA_BOOL,
	    FIELD(config, netlink.resolve_via_default),
	    .value = "false",
	    .help = "Let the default route lead to BGP next hops." },
	{ .name = "beside",
	    .kind = SCHEMA_NAME,
	    ARRAY(config, netlink.beside, netlink.n_beside),
	    .help = "Protocols, by name or number, whose routes may be at the same prefixes as "
		    "ours: such as\n.Dq bird\nwhere BIRD writes a part of the same table. Nothing "
		    "overlaps the routes of others." },
	{ .name = "audit-interval",
	    .kind = SCHEMA_REAL,
	    FIELD(config, netlink.audit_s),
	    .min = 1,
	    .max = 86400,
	    .value = "60",
	    .unit = "seconds",
	    .help = "How often the whole table is read and compared with what it should be. "
		    "Changes that the kernel tells of are seen at once." },
	{ .name = "buffer",
	    .kind = SCHEMA_U32,
	    FIELD(config, netlink.buffer_bytes),
	    .min = 4096,
	    .max = 1 << 30,
	    .value = "8388608",
	    .unit = "bytes",
	    .help = "Room for notifications. When it does not do, everything is read anew." },
};

const struct schema_group schema_netlink = {
	.path = "netlink",
	.size = sizeof(struct config),
	.rows = netlink_rows,
	.n_rows = ARRAY_LEN(netlink_rows),
	.help = "The kernel's routing table, where the target is\n.Cm netlink .",
};
