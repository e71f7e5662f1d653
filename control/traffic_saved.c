/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Averages as plain rates, so that a later run goes on from them. The time in between counts as
 * nothing: ranks stay what they were, and what changed meanwhile is learned at the usual pace.
 */
#include <math.h>

#include "control/hotpoints.h"
#include "control/traffic_state.h"
#include "ribtrie/rib.h"

/* Longer than that is never. */
#define IDLE_S_MAX 1e9

void
traffic_save(const struct traffic *t, size_t i, struct mono now, struct traffic_saved *out)
{
	double shown = traffic_unit(t, now), demand = traffic_demand_unit(t, now);
	struct traffic_point points[TRAFFIC_POINTS];

	*out = (struct traffic_saved){ .demand_bps = t->demand[i].weight * demand,
		.demand_square = t->demand[i].square * demand * demand };
	for (int d = 0; d < TRAFFIC_DIRECTIONS; d++) {
		int64_t last = t->last_us[d][i];

		out->rate_bps[d] = t->weight[d][i] * shown;
		out->idle_s[d] = last == INT64_MIN ? INFINITY : (double)(now.us - last) * 1e-6;
	}
	out->n_points = traffic_points(t, i, points);
	for (unsigned k = 0; k < out->n_points; k++) {
		out->points[k] = points[k];
		out->points[k].weight *= demand;
	}
}

/* Points that are none any more, as the table has changed, are left out. */
static void
restore_points(struct traffic *t, size_t i, const struct traffic_saved *saved, double demand)
{
	if (t->points[i] < POINTS_NONE)
		hotpoints_release(t->hot, t->points[i]);
	t->points[i] = POINTS_UNKNOWN;
	if (t->rib == NULL || saved->n_points == 0)
		return;
	t->points[i] = hotpoints_take(t->hot);
	for (unsigned k = 0; k < saved->n_points; k++) {
		const struct traffic_point *p = &saved->points[k];
		struct ip_prefix route = rib_prefix(t->rib, t->family, t->ids[i]);

		if (prefix_contains(&route, &p->prefix) &&
		    traffic_point_length(t, t->ids[i], p->prefix.hi) == p->prefix.len)
			hotpoints_enter(
			    t->hot, t->points[i], p->prefix.hi, p->prefix.len, p->weight * demand);
	}
}

void
traffic_restore(struct traffic *t, uint32_t id, const struct traffic_saved *saved, struct mono now)
{
	size_t i = traffic_record(t, id, now);
	double shown = 1 / traffic_unit(t, now), demand = 1 / traffic_demand_unit(t, now);

	for (int d = 0; d < TRAFFIC_DIRECTIONS; d++) {
		t->weight[d][i] = saved->rate_bps[d] * shown;
		if (saved->idle_s[d] < IDLE_S_MAX)
			t->last_us[d][i] = now.us - (int64_t)(saved->idle_s[d] * 1e6);
	}
	t->demand[i].weight = saved->demand_bps * demand;
	t->demand[i].square = saved->demand_square * demand * demand;
	restore_points(t, i, saved, demand);
}

void
traffic_save_totals(const struct traffic *t, struct mono now, struct traffic_saved_totals *out)
{
	double demand = traffic_demand_unit(t, now);

	*out = (struct traffic_saved_totals){ .tau_s = t->tau_s,
		.unfilled = traffic_unfilled(t, now),
		.samples_per_s = t->samples * demand,
		.demand_bps = t->demand_total * demand };
	for (int d = 0; d < TRAFFIC_DIRECTIONS; d++) {
		out->total_bps[d] = traffic_total(t, (enum traffic_direction)d, now);
		out->unrouted_bps[d] = traffic_unrouted(t, (enum traffic_direction)d, now);
	}
}

void
traffic_restore_totals(struct traffic *t, const struct traffic_saved_totals *saved, struct mono now)
{
	double shown, demand;

	traffic_set_tau(t, saved->tau_s, now);
	(void)traffic_scale(t, now); /* else, without a sample for long, units are too small */
	shown = 1 / traffic_unit(t, now);
	demand = 1 / traffic_demand_unit(t, now);
	t->unfilled = saved->unfilled;
	t->unfilled_at = now;
	t->samples = saved->samples_per_s * demand;
	t->demand_total = saved->demand_bps * demand;
	for (int d = 0; d < TRAFFIC_DIRECTIONS; d++) {
		t->total[d] = saved->total_bps[d] * shown;
		t->unrouted[d] = saved->unrouted_bps[d] * shown;
	}
}
