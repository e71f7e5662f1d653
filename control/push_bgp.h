/* SPDX-License-Identifier: Apache-2.0 */
/* Push over a BGP session with role push. */
#ifndef CONTROL_PUSH_BGP_H
#define CONTROL_PUSH_BGP_H

#include "bgpd/neighbor.h"
#include "control/push.h"

/* The neighbour outlives the result. */
struct push push_bgp(struct bgp_neighbor *n);

#endif
