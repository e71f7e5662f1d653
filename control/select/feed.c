/* SPDX-License-Identifier: Apache-2.0 */
#include "control/select/feed.h"

#include <string.h>

int64_t
feed_scaled(double bps)
{
	double most = (double)(PRICED_WEIGHT_MAX >> 4), r = bps * FEED_SCALE;

	return r < most ? (int64_t)r : (int64_t)most;
}

uint32_t
feed_default(const struct select_input *in, const struct selector_context *c)
{
	return c->default_attrs != ATTRS_NONE ? attrs_nexthop(rib_attrs(in->rib), c->default_attrs)
					      : ACTION_NONE;
}

void
feed_config(
    const struct select_input *in, const struct selector_context *c, struct priced_config *out)
{
	uint32_t hop = feed_default(in, c);

	*out = (struct priced_config){ .rib = in->rib,
		.family = in->family,
		.default_action = c->follow && hop != ACTION_NONE ? hop : ACTION_PUNT,
		.guards = hop != ACTION_NONE,
		.synthetic = !c->routes_only,
		.min_length = in->min_length };
	if (in->slots != NULL) {
		memcpy(out->slots, in->slots->of, sizeof(out->slots));
		out->exact_len = in->slots->exact_len;
		out->exact_room = in->slots->exact_room;
	}
}

void
feed_lists(struct priced *p, const struct select_input *in)
{
	for (size_t i = 0; i < in->n_always; i++)
		if (in->always[i].family == in->family)
			priced_always(p, &in->always[i]);
	for (size_t i = 0; i < in->n_never; i++)
		if (in->never[i].family == in->family)
			priced_never(p, &in->never[i]);
}

void
feed_begin(struct feed *f, struct priced *p, const struct select_input *in, double unit)
{
	f->priced = p;
	f->in = in;
	f->unit = unit;
	f->n = 0;
}

void
feed_end(struct feed *f)
{
	priced_set_weights(f->priced, f->batch, f->n);
	f->n = 0;
}

static void
feed_place(struct feed *f, const struct ip_prefix *place, int64_t weight)
{
	if (f->n == FEED_BATCH)
		feed_end(f);
	f->batch[f->n++] = (struct priced_weight){ .place = *place, .weight = weight };
}

size_t
feed_record(struct feed *f, size_t i)
{
	const struct select_input *in = f->in;
	struct traffic_point points[TRAFFIC_POINTS];
	int64_t rest = feed_scaled(traffic_demands(in->traffic)[i].weight * f->unit);
	unsigned n = traffic_points(in->traffic, i, points);
	struct ip_prefix route;
	size_t places = 0;

	for (unsigned k = 0; k < n; k++) {
		int64_t weight = feed_scaled(points[k].weight * f->unit);

		if (weight == 0)
			continue;
		rest -= weight;
		places++;
		feed_place(f, &points[k].prefix, weight);
	}
	if (rest <= 0)
		return places;
	route = rib_prefix(in->rib, in->family, traffic_ids(in->traffic)[i]);
	feed_place(f, &route, rest);
	return places + 1;
}

void
feed_weights(struct priced *p, const struct select_input *in)
{
	struct feed f;

	priced_begin_weights(p);
	feed_begin(&f, p, in, traffic_demand_unit(in->traffic, in->now));
	for (size_t i = 0; i < traffic_count(in->traffic); i++)
		(void)feed_record(&f, i);
	feed_end(&f);
}
