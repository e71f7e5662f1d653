/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How full the tables of a switch's ASIC are, as its sFlow agent tells: counter record enterprise
 * 4413 (Broadcom), format 3, 36 words, "sFlow Broadcom Switch ASIC Table Utilization Structures"
 * (sflow.org/sflow_broadcom_tables.txt). hsflowd sends it on Cumulus from switchd's files.
 *
 * A table that the agent does not know is 0 of 0: which of the IPv4 tables are there depends on how
 * the chip's memory is shared out.
 */
#ifndef SFLOWIN_ASIC_H
#define SFLOWIN_ASIC_H

#include "lib/rd.h"

#define SFLOW_ASIC_WORDS 36

enum sflow_asic_table {
	ASIC_HOST,         /* neighbours, IPv4 and IPv6 */
	ASIC_IPV4,         /* routes, where IPv4 has a table of its own */
	ASIC_IPV6,         /* likewise */
	ASIC_IPV4_IPV6,    /* routes, where IPv4 and IPv6 up to /64 share one */
	ASIC_LONG_IPV6,    /* and those longer than /64 */
	ASIC_TOTAL_ROUTES, /* all of them */
	ASIC_ECMP_NEXTHOPS,
	ASIC_MAC,
	ASIC_IPV4_NEIGHBORS, /* these four have no maximum of their own */
	ASIC_IPV6_NEIGHBORS,
	ASIC_IPV4_ROUTES,
	ASIC_IPV6_ROUTES,
	ASIC_ACL_INGRESS_ENTRIES,
	ASIC_ACL_INGRESS_COUNTERS,
	ASIC_ACL_INGRESS_METERS,
	ASIC_ACL_INGRESS_SLICES,
	ASIC_ACL_EGRESS_ENTRIES,
	ASIC_ACL_EGRESS_COUNTERS,
	ASIC_ACL_EGRESS_METERS,
	ASIC_ACL_EGRESS_SLICES,
	ASIC_TABLES
};

struct asic_tables {
	struct {
		uint32_t used, max; /* max 0: not told */
	} table[ASIC_TABLES];
};

/* "host", "ipv4", "ipv4_ipv6", ...: the specification's names without bcm_. */
const char *asic_table_name(enum sflow_asic_table table);

/* Read the record's body. False, and *out as it was, where it is cut off; words that a later
 * version may add are left. */
MUST_CHECK bool asic_tables_read(struct rd *body, struct asic_tables *out);

#endif
