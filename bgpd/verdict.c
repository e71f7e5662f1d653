/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/verdict.h"

#include "bgpd/proto.h"

/* As the RFCs write them. */
static const char *const names[] = {
	[BGP_ATTR_ORIGIN] = "ORIGIN",
	[BGP_ATTR_AS_PATH] = "AS_PATH",
	[BGP_ATTR_NEXT_HOP] = "NEXT_HOP",
	[BGP_ATTR_MED] = "MULTI_EXIT_DISC",
	[BGP_ATTR_LOCAL_PREF] = "LOCAL_PREF",
	[BGP_ATTR_ATOMIC_AGGREGATE] = "ATOMIC_AGGREGATE",
	[BGP_ATTR_AGGREGATOR] = "AGGREGATOR",
	[BGP_ATTR_COMMUNITIES] = "COMMUNITIES",
	[BGP_ATTR_ORIGINATOR_ID] = "ORIGINATOR_ID",
	[BGP_ATTR_CLUSTER_LIST] = "CLUSTER_LIST",
	[BGP_ATTR_MP_REACH] = "MP_REACH_NLRI",
	[BGP_ATTR_MP_UNREACH] = "MP_UNREACH_NLRI",
	[BGP_ATTR_EXT_COMMUNITIES] = "EXTENDED COMMUNITIES",
	[BGP_ATTR_AS4_PATH] = "AS4_PATH",
	[BGP_ATTR_AS4_AGGREGATOR] = "AS4_AGGREGATOR",
	[BGP_ATTR_LARGE_COMMUNITIES] = "LARGE_COMMUNITY",
	[BGP_ATTR_OTC] = "ONLY_TO_CUSTOMER",
};

const char *
bgp_attr_name(uint8_t type)
{
	return type < ARRAY_LEN(names) ? names[type] : NULL;
}

static void
note(struct bgp_update *u, enum bgp_disposition disposition, uint8_t attr)
{
	for (unsigned i = 0; i < u->n_faults; i++)
		if (u->faults[i].attr == attr && u->faults[i].disposition == disposition)
			return;
	if (u->n_faults < ARRAY_LEN(u->faults))
		u->faults[u->n_faults++] =
		    (struct bgp_fault){ .attr = attr, .disposition = (uint8_t)disposition };
}

void
bgp_update_judge(
    struct bgp_update *u, enum bgp_disposition disposition, uint8_t attr, const char *why)
{
	if (disposition == BGP_DISCARD_ATTRIBUTE)
		u->discarded++;
	note(u, disposition, attr);
	if (disposition <= u->disposition)
		return;
	u->disposition = disposition;
	u->bad_attr = attr;
	u->why = why;
}

void
bgp_update_reset(
    struct bgp_update *u, uint8_t subcode, uint8_t attr, const char *why, struct span data)
{
	bgp_update_judge(u, BGP_SESSION_RESET, attr, why);
	if (u->error.code == 0)
		u->error = (struct bgp_error){
			.code = BGP_ERR_UPDATE, .subcode = subcode, .data = data, .why = why
		};
}

/* Types without a name share the last. */
static unsigned
slot_of(uint8_t attr)
{
	return attr == 0 || bgp_attr_name(attr) != NULL ? attr : BGP_FAULT_SLOTS - 1;
}

void
bgp_faults_count(struct bgp_fault_counts *counts, const struct bgp_update *u)
{
	for (unsigned i = 0; i < u->n_faults; i++)
		counts->n[slot_of(u->faults[i].attr)][u->faults[i].disposition]++;
}

const char *
bgp_disposition_name(enum bgp_disposition disposition)
{
	switch (disposition) {
	case BGP_DISCARD_ATTRIBUTE: return "attribute-discard";
	case BGP_IGNORE_ROUTE: return "ignore-route";
	case BGP_TREAT_AS_WITHDRAW: return "treat-as-withdraw";
	case BGP_SESSION_RESET: return "session-reset";
	default: return "accept";
	}
}

bool
bgp_faults_get(const struct bgp_fault_counts *counts, unsigned k, struct bgp_error_count *out)
{
	_Static_assert(
	    ARRAY_LEN(names) == BGP_FAULT_SLOTS - 1, "a slot a name, and one for others");

	for (unsigned i = 0; i < BGP_FAULT_SLOTS; i++)
		for (unsigned d = 0; d < BGP_DISPOSITIONS; d++) {
			if (counts->n[i][d] == 0 || k-- > 0)
				continue;
			*out = (struct bgp_error_count){ .attribute = "other",
				.action = bgp_disposition_name((enum bgp_disposition)d),
				.count = counts->n[i][d] };
			if (i < BGP_FAULT_SLOTS - 1)
				out->attribute = i == 0 ? "none" : names[i];
			return true;
		}
	return false;
}
