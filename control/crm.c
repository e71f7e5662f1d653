/* SPDX-License-Identifier: Apache-2.0 */
#include "control/crm.h"

#include <string.h>

#include "control/hardware.h"

static const struct {
	const char *name; /* between "crm_stats_" and "_used" */
	enum sflow_asic_table table;
} resources[] = {
	{ "ipv4_route", ASIC_IPV4 },
	{ "ipv6_route", ASIC_IPV6 },
	{ "ipv4_neighbor", ASIC_IPV4_NEIGHBORS },
	{ "ipv6_neighbor", ASIC_IPV6_NEIGHBORS },
	{ "nexthop_group_member", ASIC_ECMP_NEXTHOPS },
	{ "fdb_entry", ASIC_MAC },
};

static const char prefix[] = "crm_stats_";

bool
crm_take(struct crm *c, const char *field, const char *value)
{
	if (strncmp(field, prefix, strlen(prefix)) != 0)
		return true;
	field += strlen(prefix);
	for (size_t i = 0; i < ARRAY_LEN(resources); i++) {
		enum sflow_asic_table table = resources[i].table;
		size_t len = strlen(resources[i].name);

		if (strncmp(field, resources[i].name, len) != 0)
			continue;
		if (strcmp(field + len, "_used") == 0)
			return c->has_used[table] =
				   hardware_number(value, strlen(value), &c->used[table]);
		if (strcmp(field + len, "_available") == 0)
			return c->has_available[table] =
				   hardware_number(value, strlen(value), &c->available[table]);
	}
	return true;
}

bool
crm_tables(const struct crm *c, struct asic_tables *out)
{
	bool any = false;

	*out = (struct asic_tables){ 0 };
	for (int i = 0; i < ASIC_TABLES; i++) {
		uint64_t max = (uint64_t)c->used[i] + c->available[i];

		if (!c->has_used[i])
			continue;
		out->table[i].used = c->used[i];
		if (!c->has_available[i])
			continue;
		out->table[i].max = (uint32_t)u64_min(max, UINT32_MAX);
		any = true;
	}
	return any;
}
