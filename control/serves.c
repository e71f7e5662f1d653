/* SPDX-License-Identifier: Apache-2.0 */
#include "control/serves.h"

const char *
serves_kind_name(enum serves_kind kind)
{
	static const char *const names[SERVES_KINDS] = { "route", "part", "aggregate", "guard",
		"none" };

	return names[kind];
}

static void
add(struct serves *s, uint32_t route)
{
	if (s->n_routes < SERVES_ROUTES_MAX)
		s->routes[s->n_routes++] = route;
	else
		s->more = true;
}

/* Routes inside p, with the next hop where `alike`, without it elsewhere. */
static void
add_inside(struct serves *s, const struct rib *rib, const struct ip_prefix *p, uint32_t nexthop,
    bool alike)
{
	struct ip_prefix at = *p;

	for (unsigned looks = 0; !s->more; looks++) {
		uint32_t id = rib_next_below(rib, p, &at);

		if (id == RIB_NONE)
			return;
		if ((rib_best_nexthop(rib, (enum ip_family)p->family, id) == nexthop) == alike)
			add(s, id);
		s->more |= looks == SERVES_LOOKS_MAX;
	}
}

void
serves_find(const struct rib *rib, const struct installed *held, const struct ip_prefix *p,
    uint32_t nexthop, uint32_t default_nexthop, struct serves *out)
{
	enum ip_family family = (enum ip_family)p->family;
	uint32_t id = rib_lookup(rib, p);
	bool exact = id != RIB_NONE;

	*out = (struct serves){ .kind = SERVES_ROUTE };
	if (!exact)
		id = rib_cover(rib, p);
	if (id != RIB_NONE && rib_best_nexthop(rib, family, id) == nexthop) {
		out->kind = exact ? SERVES_ROUTE : SERVES_PART;
		add(out, id);
		return;
	}
	if (nexthop == default_nexthop && installed_cover(held, p) != NULL) {
		out->kind = SERVES_GUARD;
		if (id != RIB_NONE)
			add(out, id);
		else
			add_inside(out, rib, p, nexthop, false);
		return;
	}
	add_inside(out, rib, p, nexthop, true);
	out->kind = out->n_routes > 0 ? SERVES_AGGREGATE : SERVES_NONE;
}
