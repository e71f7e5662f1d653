/* SPDX-License-Identifier: Apache-2.0 */
/* Push over a BGP session with role push. */
#ifndef CONTROL_PUSH_BGP_H
#define CONTROL_PUSH_BGP_H

#include "bgpd/neighbor.h"
#include "control/push.h"

/* What is announced is the learned route, but for: */
struct push_policy {
	uint32_t community;  /* added where it is not there; 0: none */
	uint32_t local_pref; /* in place of its own; 0: its own */
};

/* The longest list of communities that one is added to; a longer one is no UPDATE of ours anyway.
 */
#define PUSH_COMMUNITIES_MAX 4096

struct push_bgp {
	struct bgp_neighbor *neighbor;
	struct push_policy policy;
	uint8_t communities[PUSH_COMMUNITIES_MAX];
};

/* Neighbour and *p, which is filled in, outlive the result. */
struct push push_bgp(
    struct push_bgp *p, struct bgp_neighbor *neighbor, const struct push_policy *policy);

/* The route as it is announced; *out may borrow p->communities. */
void push_bgp_apply(struct push_bgp *p, const struct route_attrs *in, struct route_attrs *out);

#endif
