/* SPDX-License-Identifier: Apache-2.0 */
#include "control/coverage.h"

struct measure {
	const struct installed *held;
	struct attrs_table *attrs;
	uint32_t default_action;
	struct coverage *out;
};

static void
count(const struct measure *m, const struct ip_prefix *place, uint32_t action, double weight)
{
	const struct installed_entry *e = m->held != NULL ? installed_match(m->held, place) : NULL;

	if (e != NULL && attrs_nexthop(m->attrs, e->attrs) == action)
		m->out->installed_bps += weight;
	else if (e == NULL && action == m->default_action)
		m->out->default_bps += weight;
}

void
coverage_measure(const struct rib *rib, enum ip_family family, const struct traffic *traffic,
    const struct installed *held, uint32_t default_action, struct mono now, struct coverage *out)
{
	const struct measure m = { held, rib_attrs(rib), default_action, out };
	const struct traffic_demand *demands = traffic_demands(traffic);
	const double *weights = traffic_weights(traffic, TRAFFIC_TO);
	struct traffic_point points[TRAFFIC_POINTS];
	double unit = traffic_unit(traffic, now);

	*out = (struct coverage){ 0 };
	for (size_t i = 0; i < traffic_count(traffic); i++) {
		uint32_t id = traffic_ids(traffic)[i];
		uint32_t action = rib_best_nexthop(rib, family, id);
		struct ip_prefix place = rib_prefix(rib, family, id);
		unsigned n = traffic_points(traffic, i, points);
		double rest = weights[i];

		/* Points are known by demand only: they have the same part of what is shown. */
		for (unsigned k = 0; k < n && demands[i].weight > 0; k++) {
			double part = points[k].weight / demands[i].weight * weights[i];

			if (part > rest)
				part = rest;
			count(&m, &points[k].prefix, action, part * unit);
			rest -= part;
		}
		count(&m, &place, action, rest * unit);
	}
}
