/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of struct traffic, for its own files: traffic.c keeps the records and what is shown,
 * traffic_demand.c what selection weighs. */
#ifndef CONTROL_TRAFFIC_STATE_H
#define CONTROL_TRAFFIC_STATE_H

#include "control/traffic.h"

#define RENORMALISE_AT 200.0

#define POINTS_UNKNOWN UINT32_MAX       /* nobody asked the RIB whether it has more-specifics */
#define POINTS_NONE    (UINT32_MAX - 1) /* it has not */

struct traffic {
	double t_s, tau_s;
	struct mono epoch, demand_epoch;
	uint32_t *slot;
	size_t slots;
	size_t n, cap, limit;
	uint32_t *ids;
	double *weight[TRAFFIC_DIRECTIONS];
	int64_t *last_us[TRAFFIC_DIRECTIONS]; /* time of the last sample; INT64_MIN for none */
	double total[TRAFFIC_DIRECTIONS], unrouted[TRAFFIC_DIRECTIONS]; /* inflated as well */
	struct traffic_demand *demand;
	uint32_t *points;             /* block of hot points, or one of the values above */
	double demand_total, samples; /* inflated by demand's time constant; samples a second */
	double unfilled;              /* at unfilled_at: what a steady rate still misses, 1..0 */
	struct mono unfilled_at;
	const struct rib *rib; /* NULL: no points */
	enum ip_family family;
	struct hotpoints *hot;
	size_t expire_at; /* where the last traffic_expire() or eviction stopped */
};

/* The record of an entry, made where there is none. */
size_t traffic_record(struct traffic *t, uint32_t id, struct mono now);

/* How long a point of route `id` has to be around the address so that no other route is in it; 0
 * where it would not fit 64 bits. */
unsigned traffic_point_length(const struct traffic *t, uint32_t id, uint64_t hi);

/* What a steady rate still misses in demand, 1..0. */
double traffic_unfilled(const struct traffic *t, struct mono now);

/* A sample for record i with this weight; hi of its address, or NULL where that is not known. */
void traffic_demand_add(struct traffic *t, size_t i, double weight, const uint64_t *hi);

/* The record is about to go. */
void traffic_demand_release(struct traffic *t, size_t i);

void traffic_demand_renormalise(struct traffic *t, struct mono now);
double traffic_demand_inflation(const struct traffic *t, struct mono now);

#endif
