/* SPDX-License-Identifier: Apache-2.0 */
/* The decision process: paths of one prefix in order, best first. See best.c for the rules. */
#ifndef RIBTRIE_BEST_H
#define RIBTRIE_BEST_H

#include "ribtrie/rib.h"

/* A path with all it is compared by; best_fill() fills in what comes after `kept`. */
struct best_path {
	uint32_t attrs;
	uint32_t path_id;
	uint8_t source;
	uint8_t epoch; /* of no meaning here: carried for rib.c */
	bool stale;    /* likewise */

	bool unusable; /* its next hop */
	bool kept; /* of a lost session, and nothing of this prefix was said by that source since */
	bool ebgp;
	uint8_t origin;
	uint32_t local_pref;
	uint32_t as_path_length;
	uint32_t neighbor_as;
	uint32_t med;
	uint32_t router_id;
	uint32_t cluster_list_length;
	struct ip_addr address;
};

void best_fill(
    struct best_path *p, const struct attrs_table *attrs, const struct rib_source *source);

/* Put the n paths in order. */
void best_order(struct best_path *paths, size_t n);

/* The rule by which a is better than the next best path b. When they have not been put in order
 * since the facts changed, the first rule after RIB_BY_STALE that tells them apart. */
enum rib_reason best_reason(const struct best_path *a, const struct best_path *b);

#endif
