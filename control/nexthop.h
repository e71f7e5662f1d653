/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a BGP next hop to the gateways and interfaces that lead to it: RFC 4271 9.1.2.1, RFC 2545 3,
 * RFC 8950, by what the kernel has. Pure.
 *
 *   - the longest match among routes that are not ours. The kernel keeps only routes whose gateways
 *     are on a link, so one step of recursion is all there is;
 *   - a connected route: the next hop itself is the gateway; a route with gateways: those, all of
 *     them where they are equal (ECMP), without what has no carrier;
 *   - a link-local address: on the link of the global address beside it, else on the one link that
 *     has it as a neighbour;
 *   - the default route leads to no next hop, unless that is asked for: everything without an entry
 *     takes it anyway.
 */
#ifndef CONTROL_NEXTHOP_H
#define CONTROL_NEXTHOP_H

#include "control/netlink/model.h"
#include "lib/route.h"

#define NEXTHOP_WHY_MAX 128

struct nexthop_answer {
	struct nl_paths paths;     /* sorted; none: unresolved */
	char why[NEXTHOP_WHY_MAX]; /* "no route to it", where unresolved */
};

void nexthop_resolve(const struct nl_model *m, const struct route_nexthop *hop, bool via_default,
    struct nexthop_answer *out);

#endif
