/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes and neighbours hang on prefix tries: a trie's value is the number of a slot, a slot holds
 * a list of what shares the prefix (routes of several metrics, one address on several links).
 *
 * A dump marks everything of its kind, each message takes its mark off, and what is still marked
 * at the end goes.
 */
#include <linux/rtnetlink.h>
#include <string.h>

#include "control/netlink/model_priv.h"
#include "lib/mem.h"

/* --- lists by prefix --- */

union slot *
index_get(const struct index *x, const struct ip_prefix *p)
{
	uint32_t i = trie_get(x->trie, p);

	return i == TRIE_NONE ? NULL : &x->slots[i];
}

union slot *
index_add(struct index *x, const struct ip_prefix *p)
{
	uint32_t i = trie_insert_new(x->trie, p, (uint32_t)x->n);

	if (i != TRIE_NONE)
		return &x->slots[i];
	if (x->n == x->cap) {
		x->cap = x->cap == 0 ? 64 : x->cap * 2;
		x->slots = mem_resize(MEM_KERNEL, x->slots, x->cap, sizeof(*x->slots));
		x->prefixes = mem_resize(MEM_KERNEL, x->prefixes, x->cap, sizeof(*x->prefixes));
	}
	x->slots[x->n] = (union slot){ NULL };
	x->prefixes[x->n] = *p;
	return &x->slots[x->n++];
}

void
index_remove(struct index *x, const struct ip_prefix *p)
{
	uint32_t i = trie_remove(x->trie, p);

	ASSERT(i != TRIE_NONE && x->slots[i].route == NULL);
	x->n--;
	if (i != x->n) {
		x->slots[i] = x->slots[x->n];
		x->prefixes[i] = x->prefixes[x->n];
		trie_insert(x->trie, &x->prefixes[i], i);
	}
}

static void
index_fini(struct index *x)
{
	trie_free(x->trie);
	mem_free(MEM_KERNEL, x->slots);
	mem_free(MEM_KERNEL, x->prefixes);
}

/* --- life --- */

struct nl_model *
nl_model_new(const struct nl_model_config *config)
{
	struct nl_model *m = mem_alloc(MEM_KERNEL, sizeof(*m));

	m->config = *config;
	for (int f = 0; f < IP_FAMILIES; f++) {
		m->routes[f].trie = trie_new((enum ip_family)f);
		m->neighs[f].trie = trie_new((enum ip_family)f);
	}
	return m;
}

void
nl_model_free(struct nl_model *m)
{
	if (m == NULL)
		return;
	for (int f = 0; f < IP_FAMILIES; f++) {
		for (size_t i = 0; i < m->routes[f].n; i++)
			for (struct nl_known *r = m->routes[f].slots[i].route, *next; r != NULL;
			     r = next) {
				next = r->next;
				mem_free(MEM_KERNEL, r);
			}
		for (size_t i = 0; i < m->neighs[f].n; i++)
			for (struct neigh *e = m->neighs[f].slots[i].neigh, *next; e != NULL;
			     e = next) {
				next = e->next;
				mem_free(MEM_KERNEL, e);
			}
		index_fini(&m->routes[f]);
		index_fini(&m->neighs[f]);
	}
	for (size_t i = 0; i < m->n_objects; i++)
		mem_free(MEM_KERNEL, m->objects[i]);
	mem_free(MEM_KERNEL, m->objects);
	mem_free(MEM_KERNEL, m->links);
	mem_free(MEM_KERNEL, m);
}

/* --- routes --- */

static bool
is_foreign(const struct nl_model *m, const struct nl_known *r)
{
	return r->table == m->config.table && r->prefix.len > 0 && !m->config.beside[r->protocol];
}

/* Of this table; of the main one, which leads to gateways whatever table asks; or one of our
 * addresses, which are in a table of their own. */
static bool
counts(const struct nl_model *m, const struct nl_route *r)
{
	bool local = r->table == RT_TABLE_LOCAL && r->type == RTN_LOCAL;

	return (local || r->table == RT_TABLE_MAIN || r->table == m->config.table) &&
	       (r->flags & RTM_F_CLONED) == 0 && r->tos == 0 && r->protocol != m->config.own &&
	       r->type != RTN_MULTICAST && r->type != RTN_BROADCAST && r->type != RTN_ANYCAST;
}

/* The link to the route of its table, metric and protocol, or to where it belongs. */
static struct nl_known **
route_place(union slot *slot, const struct nl_route *r, bool *there)
{
	struct nl_known *e = slot->route, **at = &slot->route;

	while (e != NULL && e->metric < r->metric) {
		at = &e->next;
		e = e->next;
	}
	*there = false;
	for (; e != NULL && e->metric == r->metric; at = &e->next, e = e->next)
		if (e->table == r->table && e->protocol == r->protocol && e->type == r->type) {
			*there = true;
			break;
		}
	return at;
}

static struct nl_known *
known_make(const struct nl_route *r)
{
	unsigned n = r->nexthop != 0 ? 0 : r->paths.n;
	struct nl_known *k = mem_alloc(MEM_KERNEL, sizeof(*k) + n * sizeof(k->path[0]));

	k->prefix = r->prefix;
	k->table = r->table;
	k->metric = r->metric;
	k->nexthop = r->nexthop;
	k->protocol = r->protocol;
	k->type = r->type;
	k->n = n;
	memcpy(k->path, r->paths.path, n * sizeof(k->path[0]));
	return k;
}

static void
route_changed(struct nl_model *m, const struct nl_known *r, bool set)
{
	m->generation++;
	m->foreign += set && is_foreign(m, r);
}

static bool
same_route(const struct nl_known *a, const struct nl_known *b)
{
	if (a->nexthop != b->nexthop || a->n != b->n)
		return false;
	for (unsigned i = 0; i < a->n; i++)
		if (a->path[i].ifindex != b->path[i].ifindex ||
		    a->path[i].has_gateway != b->path[i].has_gateway ||
		    a->path[i].weight != b->path[i].weight ||
		    a->path[i].onlink != b->path[i].onlink ||
		    (a->path[i].has_gateway && !ip_equal(&a->path[i].gateway, &b->path[i].gateway)))
			return false;
	return true;
}

static void
route_put(struct nl_model *m, const struct nl_route *route)
{
	struct nl_known **at, *old, *new = known_make(route);
	bool there;

	at =
	    route_place(index_add(&m->routes[route->prefix.family], &route->prefix), route, &there);
	old = *at;
	new->next = there ? old->next : old;
	*at = new;
	if (!there || !same_route(old, new))
		route_changed(m, new, !there);
	if (there)
		mem_free(MEM_KERNEL, old);
}

/* True when it is only one path of several that was removed. */
static bool
route_remove(struct nl_model *m, const struct nl_route *route)
{
	struct index *x = &m->routes[route->prefix.family];
	union slot *slot = index_get(x, &route->prefix);
	struct nl_known **at, *old;
	bool there;

	if (slot == NULL)
		return false;
	at = route_place(slot, route, &there);
	if (!there)
		return false;
	old = *at;
	if (old->n > route->paths.n && route->nexthop == 0)
		return true;
	*at = old->next;
	route_changed(m, old, true);
	mem_free(MEM_KERNEL, old);
	if (slot->route == NULL)
		index_remove(x, &route->prefix);
	return false;
}

bool
nl_model_route(struct nl_model *m, const struct nl_route *route, bool removed)
{
	if (!counts(m, route))
		return false;
	if (removed)
		return route_remove(m, route);
	route_put(m, route);
	return false;
}

const struct nl_known *
nl_model_match(const struct nl_model *m, const struct ip_prefix *p, bool shorter)
{
	const struct index *x = &m->routes[p->family];
	uint32_t i = shorter ? TRIE_NONE : trie_get(x->trie, p);

	if (i == TRIE_NONE)
		i = trie_cover(x->trie, p);
	return i == TRIE_NONE ? NULL : x->slots[i].route;
}

struct ip_prefix *
nl_model_foreign(const struct nl_model *m, size_t *n)
{
	size_t max = m->routes[IP_V4].n + m->routes[IP_V6].n;
	struct ip_prefix *out = mem_calloc(MEM_KERNEL, max + 1, sizeof(*out));

	*n = 0;
	for (int f = 0; f < IP_FAMILIES; f++)
		for (size_t i = 0; i < m->routes[f].n; i++)
			for (const struct nl_known *r = m->routes[f].slots[i].route; r != NULL;
			     r = r->next)
				if (is_foreign(m, r) && r->type != RTN_LOCAL) {
					out[(*n)++] = r->prefix;
					break;
				}
	return out;
}

/* --- dumps --- */

static void
mark_routes(struct nl_model *m, enum ip_family family)
{
	for (size_t i = 0; i < m->routes[family].n; i++)
		for (struct nl_known *r = m->routes[family].slots[i].route; r != NULL; r = r->next)
			r->marked = true;
}

static void
sweep_routes(struct nl_model *m, enum ip_family family)
{
	struct index *x = &m->routes[family];
	size_t i = 0;

	while (i < x->n) {
		struct nl_known **at = &x->slots[i].route, *r;

		while ((r = *at) != NULL) {
			if (!r->marked) {
				at = &r->next;
				continue;
			}
			*at = r->next;
			route_changed(m, r, true);
			mem_free(MEM_KERNEL, r);
		}
		if (x->slots[i].route == NULL)
			index_remove(x, &x->prefixes[i]);
		else
			i++;
	}
}

static void
mark_neighs(struct nl_model *m)
{
	for (int f = 0; f < IP_FAMILIES; f++)
		for (size_t i = 0; i < m->neighs[f].n; i++)
			for (struct neigh *e = m->neighs[f].slots[i].neigh; e != NULL; e = e->next)
				e->marked = true;
}

static void
sweep_neighs(struct nl_model *m)
{
	for (int f = 0; f < IP_FAMILIES; f++)
		for (size_t i = m->neighs[f].n; i-- > 0;)
			for (struct neigh *e = m->neighs[f].slots[i].neigh, *next; e != NULL;
			     e = next) {
				next = e->next;
				if (e->marked)
					neigh_remove(m, e);
			}
}

void
nl_model_dump_begin(struct nl_model *m, enum nl_kind kind)
{
	if (kind == NL_LINKS)
		for (size_t i = 0; i < m->n_links; i++)
			m->links[i].marked = true;
	else if (kind == NL_NEXTHOPS)
		for (size_t i = 0; i < m->n_objects; i++)
			m->objects[i]->marked = true;
	else if (kind == NL_NEIGHS)
		mark_neighs(m);
	else
		mark_routes(m, kind == NL_ROUTES4 ? IP_V4 : IP_V6);
}

void
nl_model_dump_end(struct nl_model *m, enum nl_kind kind)
{
	if (kind == NL_LINKS) {
		for (size_t i = m->n_links; i-- > 0;) {
			struct nl_link gone = m->links[i].is;

			if (m->links[i].marked)
				nl_model_link(m, &gone, true);
		}
	} else if (kind == NL_NEXTHOPS) {
		for (size_t i = m->n_objects; i-- > 0;)
			if (i < m->n_objects && m->objects[i]->marked)
				object_drop(m, i);
	} else if (kind == NL_NEIGHS) {
		sweep_neighs(m);
	} else {
		sweep_routes(m, kind == NL_ROUTES4 ? IP_V4 : IP_V6);
	}
}

uint64_t
nl_model_generation(const struct nl_model *m)
{
	return m->generation;
}

uint64_t
nl_model_foreign_generation(const struct nl_model *m)
{
	return m->foreign;
}
