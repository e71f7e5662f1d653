/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much of the traffic a target forwards as the RIB says: the figures of status and metrics,
 * from the averages that are shown. Traffic to hot points of a route counts there, the rest of it
 * where the route itself is in force.
 */
#ifndef CONTROL_COVERAGE_H
#define CONTROL_COVERAGE_H

#include "control/installed.h"
#include "control/traffic.h"
#include "ribtrie/rib.h"

struct coverage {
	double installed_bps; /* forwarded right by an entry */
	double default_bps;   /* by none, and right: the default has the same next hop */
};

/* `default_action`: next hop of what no entry matches, RIB_NONE where that is no next hop of the
 * RIB. `held` may be NULL. A walk over all active prefixes, some 200 ns each. */
void coverage_measure(const struct rib *rib, enum ip_family family, const struct traffic *traffic,
    const struct installed *held, uint32_t default_action, struct mono now, struct coverage *out);

#endif
