/* SPDX-License-Identifier: Apache-2.0 */
#include "control/nexthop.h"

#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>

struct resolver {
	const struct nl_model *m;
	struct nexthop_answer *out;
	const struct ip_addr *target; /* the gateway where a route has none */
};

static void
because(struct resolver *r, const char *why)
{
	snprintf(r->out->why, sizeof(r->out->why), "%s", why);
}

static bool
has_carrier(struct resolver *r, uint32_t ifindex)
{
	const struct nl_link *l = nl_model_get_link(r->m, ifindex);

	if (l != NULL && l->carrier)
		return true;
	if (l != NULL)
		snprintf(r->out->why, sizeof(r->out->why), "%s %s", l->name,
		    l->up ? "has no carrier" : "is down");
	else
		because(r, "its interface is gone");
	return false;
}

static void
add_path(struct resolver *r, const struct nl_path *via)
{
	struct nl_path path = *via;

	if (r->out->paths.n == NL_PATHS_MAX || !has_carrier(r, path.ifindex))
		return;
	if (!path.has_gateway) {
		path.has_gateway = true;
		path.gateway = *r->target;
	}
	path.dead = false;
	r->out->paths.path[r->out->paths.n++] = path;
}

/* A nexthop object, or those of a group. */
static void
add_object(struct resolver *r, uint32_t id, uint32_t weight)
{
	const struct nl_nexthop *o = nl_model_get_nexthop(r->m, id);

	if (o == NULL) {
		because(r, "the nexthop object of its route is gone");
	} else if (o->blackhole) {
		because(r, "its route is a blackhole");
	} else if (!o->is_group) {
		struct nl_path path = o->path;

		path.weight = weight;
		add_path(r, &path);
	} else {
		for (unsigned i = 0; i < o->n_members; i++) {
			const struct nl_nexthop *member =
			    nl_model_get_nexthop(r->m, o->member[i].id);

			if (member != NULL && !member->is_group) /* groups do not nest */
				add_object(r, o->member[i].id, o->member[i].weight);
		}
	}
}

/* Paths of one route; false, and why, where it leads nowhere. */
static bool
take_route(struct resolver *r, const struct nl_known *route)
{
	if (route->type == RTN_LOCAL) {
		because(r, "it is an address of this machine");
		return false;
	}
	if (route->type != RTN_UNICAST) {
		because(r, "its route is a blackhole");
		return false;
	}
	if (route->nexthop != 0)
		add_object(r, route->nexthop, 1);
	for (unsigned i = 0; i < route->n; i++)
		add_path(r, &route->path[i]);
	return r->out->paths.n > 0;
}

static int
path_cmp(const void *a, const void *b)
{
	const struct nl_path *x = a, *y = b;

	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	return ip_cmp(&x->gateway, &y->gateway);
}

/* All of one prefix have gone down with their links: what the kernel does next depends on that. A
 * link that is down has lost its routes, and the next longer prefix counts; one without a carrier
 * has not. */
static bool
went_with_link(const struct resolver *r, const struct nl_known *route)
{
	for (; route != NULL; route = route->next)
		for (unsigned i = 0; i < route->n; i++) {
			const struct nl_link *l = nl_model_get_link(r->m, route->path[i].ifindex);

			if (l != NULL && l->up)
				return false;
		}
	return true;
}

static void
resolve_global(struct resolver *r, bool via_default)
{
	struct ip_prefix p = prefix_of(r->target, ip_bits((enum ip_family)r->target->family));
	const struct nl_known *routes = nl_model_match(r->m, &p, false);

	because(r, "no route to it");
	while (routes != NULL && (routes->prefix.len > 0 || via_default)) {
		for (const struct nl_known *e = routes; e != NULL; e = e->next)
			if (take_route(r, e) || e->type != RTN_UNICAST)
				return;
		if (!went_with_link(r, routes))
			return;
		p = routes->prefix;
		routes = nl_model_match(r->m, &p, true);
	}
	if (routes != NULL && r->out->why[0] == 'n')
		because(r, "only the default route leads to it");
}

static void
resolve_link_local(struct resolver *r)
{
	uint32_t ifindex = nl_model_neigh_link(r->m, r->target);

	if (ifindex == 0)
		because(r, "no single interface has this link-local neighbour");
	else
		add_path(r, &(struct nl_path){ .ifindex = ifindex, .weight = 1 });
}

/* The second, link-local address of RFC 2545 is the gateway where the first is on a link. */
static void
prefer_link_local(struct nexthop_answer *out, const struct route_nexthop *hop)
{
	struct nl_path *path = &out->paths.path[0];

	if ((hop->link_local_hi | hop->link_local_lo) == 0 || out->paths.n != 1 ||
	    !ip_equal(&path->gateway, &hop->addr))
		return;
	path->gateway =
	    (struct ip_addr){ .hi = hop->link_local_hi, .lo = hop->link_local_lo, .family = IP_V6 };
}

void
nexthop_resolve(const struct nl_model *m, const struct route_nexthop *hop, bool via_default,
    struct nexthop_answer *out)
{
	struct resolver r = { .m = m, .out = out, .target = &hop->addr };

	out->paths.n = 0;
	out->why[0] = '\0';
	if (hop->addr.family == IP_V6 && ip_is_link_local(&hop->addr))
		resolve_link_local(&r);
	else
		resolve_global(&r, via_default);
	if (out->paths.n == 0)
		return;
	qsort(out->paths.path, out->paths.n, sizeof(out->paths.path[0]), path_cmp);
	prefer_link_local(out, hop);
	out->why[0] = '\0';
}
