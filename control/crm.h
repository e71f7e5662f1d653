/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SONiC's Critical Resource Monitoring: hash CRM:STATS of COUNTERS_DB in its redis, with a pair of
 * fields for each resource, crm_stats_ipv4_route_used and crm_stats_ipv4_route_available.
 */
#ifndef CONTROL_CRM_H
#define CONTROL_CRM_H

#include "sflowin/asic.h"

#define CRM_KEY "CRM:STATS"

/* What was read of the hash so far; start with zeroes. */
struct crm {
	uint32_t used[ASIC_TABLES], available[ASIC_TABLES];
	bool has_used[ASIC_TABLES], has_available[ASIC_TABLES];
};

/* Take one field, whatever it is; false where it is one of ours and its value is no number. */
MUST_CHECK bool crm_take(struct crm *c, const char *field, const char *value);

/* What the fields say together; false where there is not the size of a single table in them. */
MUST_CHECK bool crm_tables(const struct crm *c, struct asic_tables *out);

#endif
