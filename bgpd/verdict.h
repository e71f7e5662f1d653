/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with an UPDATE, and what was wrong with all of them: verdicts (RFC 7606) and their
 * counts by attribute and action. */
#ifndef BGPD_VERDICT_H
#define BGPD_VERDICT_H

#include "bgpd/update.h"

/* Strengthen the verdict of u; the first reason of the strongest verdict stays. attr 0: it is not
 * an attribute that is wrong. */
void bgp_update_judge(
    struct bgp_update *u, enum bgp_disposition disposition, uint8_t attr, const char *why);

/* The verdict is a session reset with UPDATE Message Error/subcode. */
void bgp_update_reset(
    struct bgp_update *u, uint8_t subcode, uint8_t attr, const char *why, struct span data);

/* "AS_PATH", "MP_REACH_NLRI", ...; NULL for a type that hotfib does not use. */
const char *bgp_attr_name(uint8_t type);

/* "treat-as-withdraw", ... */
const char *bgp_disposition_name(enum bgp_disposition disposition);

#define BGP_FAULT_SLOTS (BGP_ATTR_OTC + 2) /* an attribute type each, and one for all others */

struct bgp_fault_counts {
	uint64_t n[BGP_FAULT_SLOTS][BGP_DISPOSITIONS];
};

/* Add the faults of an UPDATE. */
void bgp_faults_count(struct bgp_fault_counts *counts, const struct bgp_update *u);

/* As bgp_neighbor_error_count(). */
bool bgp_faults_get(const struct bgp_fault_counts *counts, unsigned k, struct bgp_error_count *out);

#endif
