/* SPDX-License-Identifier: Apache-2.0 */
#include "control/coverage.h"

#define AT_ONCE   1024 /* records: a millisecond */
#define KEPT_US   1000000
#define RECORD_US 50 /* kept for longer by that for each record */

static void
count(const struct coverage_input *in, const struct ip_prefix *place, uint32_t action,
    double weight, struct coverage *out)
{
	const struct installed_entry *e =
	    in->held != NULL ? installed_match(in->held, place) : NULL;

	if (e != NULL && attrs_nexthop(rib_attrs(in->rib), e->attrs) == action)
		out->installed_bps += weight;
	else if (e == NULL && action == in->default_action)
		out->default_bps += weight;
}

static void
count_record(const struct coverage_input *in, size_t i, double unit, struct coverage *out)
{
	uint32_t id = traffic_ids(in->traffic)[i];
	uint32_t action = rib_best_nexthop(in->rib, in->family, id);
	struct ip_prefix place = rib_prefix(in->rib, in->family, id);
	double weight = traffic_weights(in->traffic, TRAFFIC_TO)[i], rest = weight;
	double demand = traffic_demands(in->traffic)[i].weight;
	struct traffic_point points[TRAFFIC_POINTS];
	unsigned n = traffic_points(in->traffic, i, points);

	out->total_bps += weight * unit;
	/* Points are known by demand only: they have the same part of what is shown. */
	for (unsigned k = 0; k < n && demand > 0; k++) {
		double part = points[k].weight / demand * weight;

		if (part > rest)
			part = rest;
		count(in, &points[k].prefix, action, part * unit, out);
		rest -= part;
	}
	count(in, &place, action, rest * unit, out);
}

/* From behind, since a record that moves, moves towards the front. */
bool
coverage_work(struct coverage_meter *m, const struct coverage_input *in, size_t budget)
{
	double unit = traffic_unit(in->traffic, in->now);

	if (m->left == 0)
		return false;
	m->left = size_min(m->left, traffic_count(in->traffic));
	for (; m->left > 0 && budget > 0; budget--)
		count_record(in, --m->left, unit, &m->sum);
	if (m->left > 0)
		return true;
	m->is = m->sum;
	m->at = in->now;
	m->measured = true;
	return false;
}

const struct coverage *
coverage_read(struct coverage_meter *m, const struct coverage_input *in)
{
	size_t n = traffic_count(in->traffic);
	int64_t keep_us = KEPT_US + RECORD_US * (int64_t)n;

	if (m->measured && mono_sub_us(in->now, m->at) < keep_us)
		return &m->is;
	if (m->left == 0) {
		m->sum = (struct coverage){ 0 };
		m->left = n;
	}
	if (!m->measured || n <= AT_ONCE)
		(void)coverage_work(m, in, SIZE_MAX);
	if (n == 0)
		m->is = m->sum;
	return &m->is;
}
