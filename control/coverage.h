/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much of the traffic a target forwards as the RIB says: the figures of status and metrics,
 * from the averages that are shown. Traffic to hot points of a route counts there, the rest of it
 * where the route itself is in force.
 *
 * It is a walk over all active prefixes, a microsecond each. So a measurement serves for a while,
 * and where there are many of them the next one is made in slices, while the last one still serves.
 */
#ifndef CONTROL_COVERAGE_H
#define CONTROL_COVERAGE_H

#include "control/installed.h"
#include "control/traffic.h"
#include "ribtrie/rib.h"

struct coverage {
	double installed_bps; /* forwarded right by an entry */
	double default_bps;   /* by none, and right: the default has the same next hop */
	double total_bps;     /* all, as it was when each was counted */
};

struct coverage_input {
	const struct rib *rib;
	enum ip_family family;
	const struct traffic *traffic;
	const struct installed *held; /* may be NULL */
	uint32_t
	    default_action; /* next hop of what no entry matches; RIB_NONE: none of the RIB's */
	struct mono now;
};

/* Zeroed: nothing was measured yet. */
struct coverage_meter {
	struct coverage is;
	bool measured;
	struct mono at;
	size_t left; /* records of a walk under way */
	struct coverage sum;
};

/* What was measured last; made now where nothing was, or where that is fast. */
const struct coverage *coverage_read(struct coverage_meter *m, const struct coverage_input *in);

/* Go on with a measurement that coverage_read() found due, for so many records; true while there is
 * more. */
bool coverage_work(struct coverage_meter *m, const struct coverage_input *in, size_t budget);

#endif
