/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Demand: the slow average, how much it is worth, and where inside a route it goes.
 *
 * A route without more-specifics is one place: all of it is forwarded alike. One with
 * more-specifics is not, and which part of it can have an entry of its own depends on where the
 * traffic goes; so it has hot points. A point is a /24 (IPv6 /48), or as much longer as it takes to
 * have no other route in it. Samples of a route with more-specifics look at eight counters; only a
 * new point asks the RIB.
 */
#include <math.h>

#include "control/hotpoints.h"
#include "control/traffic_state.h"
#include "lib/mem.h"
#include "ribtrie/rib.h"

#define POINT_LEN_V4 24
#define POINT_LEN_V6 48

/* A point with less than this part of its route's traffic is none. */
#define POINT_PART (1.0 / 32)

double
traffic_demand_inflation(const struct traffic *t, struct mono now)
{
	return exp(mono_sub_s(now, t->demand_epoch) / t->tau_s);
}

void
traffic_demand_renormalise(struct traffic *t, struct mono now)
{
	double factor = 1.0 / traffic_demand_inflation(t, now);

	for (size_t i = 0; i < t->n; i++) {
		t->demand[i].weight *= factor;
		t->demand[i].square *= factor * factor;
	}
	t->demand_total *= factor;
	t->samples *= factor;
	if (t->hot != NULL)
		hotpoints_scale(t->hot, factor);
	t->demand_epoch = now;
}

double
traffic_tau(const struct traffic *t)
{
	return t->tau_s;
}

double
traffic_unfilled(const struct traffic *t, struct mono now)
{
	return t->unfilled * exp(-mono_sub_s(now, t->unfilled_at) / t->tau_s);
}

void
traffic_set_tau(struct traffic *t, double tau_s, struct mono now)
{
	ASSERT(tau_s > 0);
	if (tau_s == t->tau_s)
		return;
	traffic_demand_renormalise(t, now);
	t->unfilled = traffic_unfilled(t, now);
	t->unfilled_at = now;
	t->tau_s = tau_s;
}

const struct traffic_demand *
traffic_demands(const struct traffic *t)
{
	return t->demand;
}

double
traffic_demand_unit(const struct traffic *t, struct mono now)
{
	return 1.0 / traffic_demand_inflation(t, now);
}

double
traffic_demand_total(const struct traffic *t, struct mono now)
{
	return t->demand_total * traffic_demand_unit(t, now);
}

double
traffic_demand_filled(const struct traffic *t, struct mono now)
{
	double filled = 1 - traffic_unfilled(t, now), least = 1 / t->tau_s;

	return filled > least ? filled : least < 1 ? least : 1; /* one second at least */
}

double
traffic_samples_per_s(const struct traffic *t, struct mono now)
{
	return t->samples * traffic_demand_unit(t, now) / traffic_demand_filled(t, now);
}

double
traffic_bytes_per_sample(const struct traffic *t)
{
	return t->samples > 0 ? t->demand_total / t->samples : 0;
}

/* The relative error at 95 % confidence of what so many samples say. */
static double
error_of(double samples)
{
	return samples > 0 ? 1.96 / sqrt(samples) : 0;
}

void
traffic_estimate(
    const struct traffic *t, uint32_t id, struct mono now, struct traffic_estimate *out)
{
	const struct traffic_demand *d;

	*out = (struct traffic_estimate){ 0 };
	if (id >= t->slots || t->slot[id] == 0)
		return;
	d = &t->demand[t->slot[id] - 1];
	if (d->square <= 0)
		return;
	out->rate_bps = d->weight * traffic_demand_unit(t, now) / traffic_demand_filled(t, now);
	out->samples = d->weight * d->weight / d->square;
	out->error = error_of(out->samples);
}

/* --- points --- */

void
traffic_follow_rib(struct traffic *t, const struct rib *rib, enum ip_family family)
{
	ASSERT(t->n == 0);
	t->rib = rib;
	t->family = family;
	t->hot = hotpoints_new();
}

static bool
has_more_specifics(const struct traffic *t, uint32_t id)
{
	struct ip_prefix p = rib_prefix(t->rib, t->family, id), at = p;

	return rib_next_below(t->rib, &p, &at) != RIB_NONE;
}

unsigned
traffic_point_length(const struct traffic *t, uint32_t id, uint64_t hi)
{
	unsigned route = rib_prefix(t->rib, t->family, id).len;
	unsigned len = t->family == IP_V4 ? POINT_LEN_V4 : POINT_LEN_V6;
	unsigned most = t->family == IP_V4 ? 32 : 64;

	if (len <= route)
		len = route + 1;
	for (; len <= most; len++) {
		struct ip_prefix p = prefix_make(t->family, hi, 0, len), at = p;

		if (rib_next_below(t->rib, &p, &at) == RIB_NONE)
			return len;
	}
	return 0;
}

void
traffic_demand_add(struct traffic *t, size_t i, double weight, const uint64_t *hi)
{
	unsigned len;

	t->demand[i].weight += weight;
	t->demand[i].square += weight * weight;
	t->demand_total += weight;
	if (t->rib == NULL || hi == NULL || t->points[i] == POINTS_NONE)
		return;
	if (t->points[i] == POINTS_UNKNOWN)
		t->points[i] =
		    has_more_specifics(t, t->ids[i]) ? hotpoints_take(t->hot) : POINTS_NONE;
	if (t->points[i] == POINTS_NONE || hotpoints_add(t->hot, t->points[i], *hi, weight))
		return;
	len = traffic_point_length(t, t->ids[i], *hi);
	if (len > 0)
		hotpoints_enter(t->hot, t->points[i], *hi, len, weight);
}

void
traffic_demand_release(struct traffic *t, size_t i)
{
	if (t->points[i] < POINTS_NONE)
		hotpoints_release(t->hot, t->points[i]);
}

void
traffic_route_added(struct traffic *t, const struct ip_prefix *p)
{
	uint32_t id = t->n > 0 && t->rib != NULL ? rib_cover(t->rib, p) : RIB_NONE, *points;

	if (id == RIB_NONE || id >= t->slots || t->slot[id] == 0)
		return;
	points = &t->points[t->slot[id] - 1];
	if (*points == POINTS_NONE)
		*points = POINTS_UNKNOWN;
	else if (*points != POINTS_UNKNOWN)
		hotpoints_forget(t->hot, *points, p->hi, p->len < 64 ? p->len : 64);
}

unsigned
traffic_points(const struct traffic *t, size_t i, struct traffic_point out[TRAFFIC_POINTS])
{
	struct hotpoint points[HOTPOINTS];
	unsigned n = 0, held;

	_Static_assert(TRAFFIC_POINTS == HOTPOINTS, "all of them");
	if (t->points[i] >= POINTS_NONE)
		return 0;
	held = hotpoints_get(t->hot, t->points[i], points);
	for (unsigned k = 0; k < held; k++) {
		double sure = points[k].weight - points[k].error;

		if (sure < t->demand[i].weight * POINT_PART)
			continue;
		out[n].prefix = prefix_make(t->family, points[k].hi, 0, points[k].len);
		out[n++].weight = sure;
	}
	return n;
}
