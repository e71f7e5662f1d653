/* SPDX-License-Identifier: Apache-2.0 */
#include "sflowin/asic.h"

/* In the order of the record. */
static const struct {
	const char *name;
	bool has_max;
} tables[ASIC_TABLES] = {
	[ASIC_HOST] = { "host", true },
	[ASIC_IPV4] = { "ipv4", true },
	[ASIC_IPV6] = { "ipv6", true },
	[ASIC_IPV4_IPV6] = { "ipv4_ipv6", true },
	[ASIC_LONG_IPV6] = { "long_ipv6", true },
	[ASIC_TOTAL_ROUTES] = { "total_routes", true },
	[ASIC_ECMP_NEXTHOPS] = { "ecmp_nexthops", true },
	[ASIC_MAC] = { "mac", true },
	[ASIC_IPV4_NEIGHBORS] = { "ipv4_neighbors", false },
	[ASIC_IPV6_NEIGHBORS] = { "ipv6_neighbors", false },
	[ASIC_IPV4_ROUTES] = { "ipv4_routes", false },
	[ASIC_IPV6_ROUTES] = { "ipv6_routes", false },
	[ASIC_ACL_INGRESS_ENTRIES] = { "acl_ingress_entries", true },
	[ASIC_ACL_INGRESS_COUNTERS] = { "acl_ingress_counters", true },
	[ASIC_ACL_INGRESS_METERS] = { "acl_ingress_meters", true },
	[ASIC_ACL_INGRESS_SLICES] = { "acl_ingress_slices", true },
	[ASIC_ACL_EGRESS_ENTRIES] = { "acl_egress_entries", true },
	[ASIC_ACL_EGRESS_COUNTERS] = { "acl_egress_counters", true },
	[ASIC_ACL_EGRESS_METERS] = { "acl_egress_meters", true },
	[ASIC_ACL_EGRESS_SLICES] = { "acl_egress_slices", true },
};

const char *
asic_table_name(enum sflow_asic_table table)
{
	return tables[table].name;
}

bool
asic_tables_read(struct rd *body, struct asic_tables *out)
{
	struct rd r = rd_sub(body, SFLOW_ASIC_WORDS * 4, 1);

	if (!rd_ok(body))
		return false;
	for (size_t i = 0; i < ASIC_TABLES; i++) {
		out->table[i].used = rd_u32(&r);
		out->table[i].max = tables[i].has_max ? rd_u32(&r) : 0;
	}
	ASSERT(rd_ok(&r) && rd_left(&r) == 0);
	return true;
}
