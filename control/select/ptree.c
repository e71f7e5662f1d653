/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node is made in one of two ways. On an edge, or below a half that is known to be of one action,
 * nothing has to be looked up: everything idle around has that action. Below a mixed half the way
 * down is built level by level: the half that branches off at each level is asked of the RIB
 * (region_action(), which stops at the first difference), and levels are left out as long as all
 * of them answer alike.
 *
 * That costs some ten short walks of the RIB for a new place in a busy part of the table, once; a
 * change of traffic at a place that is there costs a walk down from the root.
 */
#include "control/select/ptree.h"

#include <string.h>

#include "control/select/region.h"
#include "ribtrie/rib.h"

/* Bits that two keys share, at most `most`. */
static unsigned
common(const struct pnode *n, const struct ip_prefix *p, unsigned most)
{
	unsigned same = 128;

	if (n->hi != p->hi)
		same = (unsigned)__builtin_clzll(n->hi ^ p->hi);
	else if (n->lo != p->lo)
		same = 64 + (unsigned)__builtin_clzll(n->lo ^ p->lo);
	return same < most ? same : most;
}

static struct pnode *
node_new(struct ptree *t, const struct ip_prefix *p, uint32_t act)
{
	struct pnode *n = arena_at(&t->arena, arena_alloc(&t->arena, 1));

	*n = (struct pnode){ .hi = p->hi,
		.lo = p->lo,
		.len = p->len,
		.act = act,
		.side = { act, act },
		.need = { PTREE_NEED_UNKNOWN, PTREE_NEED_UNKNOWN },
		.ent = ACTION_NONE,
		.want = ACTION_NONE,
		.inherited = ACTION_NONE,
		.best = ACTION_NONE };
	emap_init(&n->map);
	pindex_add(&t->index, n);
	t->nodes++;
	return n;
}

static void
node_free(struct ptree *t, struct pnode *n)
{
	emap_fini(&n->map);
	pindex_remove(&t->index, n);
	arena_free(&t->arena, (uint32_t)(n - (struct pnode *)arena_at(&t->arena, 0)), 1);
	t->nodes--;
}

/* The action of an idle half, where `act` is in force around it. */
static uint32_t
idle_action(struct ptree *t, const struct ip_prefix *half, uint32_t act)
{
	uint32_t action = region_action(t->rib, half, act, &t->looked);

	return ptree_is_restricted(t) && action != act ? ACTION_MIXED : action;
}

/* What the idle halves of a node without children have. */
static void
look_at_halves(struct ptree *t, struct pnode *n)
{
	struct ip_prefix whole = pnode_prefix(t, n);
	uint32_t all;

	if (n->len == ip_bits(t->family))
		return;
	all = idle_action(t, &whole, n->act);
	for (unsigned b = 0; b < 2; b++) {
		struct ip_prefix half = prefix_half(&whole, b);

		n->side[b] = all != ACTION_MIXED ? all : idle_action(t, &half, n->act);
	}
}

void
ptree_init(struct ptree *t, const struct rib *rib, enum ip_family family, uint32_t default_action,
    const uint8_t classes[129], bool routes_only, bool no_guards)
{
	struct ip_prefix everything = { .family = (uint8_t)family };
	uint32_t id = rib_lookup(rib, &everything);

	*t = (struct ptree){ .rib = rib,
		.family = family,
		.default_action = default_action,
		.routes_only = routes_only,
		.no_guards = no_guards };
	memcpy(t->classes, classes, sizeof(t->classes));
	arena_init(&t->arena, MEM_SELECT, sizeof(struct pnode));
	t->root = node_new(
	    t, &everything, id != RIB_NONE ? rib_best_nexthop(rib, family, id) : default_action);
	t->root->route = id != RIB_NONE;
	look_at_halves(t, t->root);
}

static void
fini_below(struct pnode *n)
{
	for (unsigned b = 0; b < 2; b++)
		if (n->child[b] != NULL)
			fini_below(n->child[b]);
	emap_fini(&n->map);
}

void
ptree_fini(struct ptree *t)
{
	fini_below(t->root);
	pindex_fini(&t->index);
	arena_fini(&t->arena);
}

size_t
ptree_bytes(const struct ptree *t)
{
	return pindex_bytes(&t->index) + arena_bytes(&t->arena);
}

static void
hang(struct pnode *parent, struct pnode *n)
{
	parent->child[key_bit_at(n->hi, n->lo, parent->len)] = n;
	n->parent = parent;
}

/* A node on the edge from n to its child on side b, at the first `len` bits of the child. */
static struct pnode *
cut_edge(struct ptree *t, struct pnode *n, unsigned b, unsigned len)
{
	struct pnode *c = n->child[b], *m;
	struct ip_prefix p = prefix_make(t->family, c->hi, c->lo, len);

	m = node_new(t, &p, n->act);
	m->side[0] = m->side[1] = n->side[b];
	hang(m, c);
	hang(n, m);
	return m;
}

/* The routes strictly between n and p, and p itself, shortest last. */
struct covers {
	unsigned n;
	struct {
		uint8_t len;
		uint32_t action;
	} at[129];
};

static void
find_covers(
    const struct ptree *t, const struct pnode *n, const struct ip_prefix *p, struct covers *out)
{
	uint32_t id = rib_lookup(t->rib, p);
	struct ip_prefix at = *p;

	out->n = 0;
	if (id == RIB_NONE)
		id = rib_cover(t->rib, &at);
	while (id != RIB_NONE) {
		at = rib_prefix(t->rib, t->family, id);
		if (at.len <= n->len)
			return;
		out->at[out->n].len = at.len;
		out->at[out->n++].action = rib_best_nexthop(t->rib, t->family, id);
		id = rib_cover(t->rib, &at);
	}
}

/* What the idle halves of a node with action `act` have, where all of a half around it was `known`.
 * A restricted tree tells halves of a node's own action from others: it has to look below a route
 * that is hidden by its more-specifics, which are all alike. */
static uint32_t
known_below(const struct ptree *t, uint32_t known, uint32_t act)
{
	return ptree_is_restricted(t) && known != act ? ACTION_MIXED : known;
}

/* The way from n, which has no child towards p, to a new node for p. */
static struct pnode *
extend(struct ptree *t, struct pnode *n, const struct ip_prefix *p)
{
	uint32_t known = n->side[prefix_bit_at(p, n->len)], act = n->act, edge = ACTION_NONE;
	struct pnode *up = n, *m;
	struct covers covers;

	find_covers(t, n, p, &covers);
	for (unsigned len = n->len + 1u; len <= p->len; len++) {
		bool route = covers.n > 0 && covers.at[covers.n - 1].len == len;
		struct ip_prefix v = prefix_make(t->family, p->hi, p->lo, len), off;
		uint32_t idle;

		if (route)
			act = covers.at[--covers.n].action;
		idle = known = known_below(t, known, act);
		if (len < p->len) {
			off = prefix_half(&v, !prefix_bit_at(p, len));
			if (known == ACTION_MIXED)
				idle = idle_action(t, &off, act);
			if (!route && idle != ACTION_MIXED &&
			    (edge == ACTION_NONE || edge == idle) &&
			    t->classes[len] == t->classes[len + 1]) {
				edge = idle;
				continue;
			}
		}
		m = node_new(t, &v, act);
		m->route = route;
		if (edge != ACTION_NONE)
			up->side[prefix_bit_at(&v, up->len)] = edge;
		hang(up, m);
		if (len < p->len)
			m->side[0] = m->side[1] = idle;
		else if (known != ACTION_MIXED)
			m->side[0] = m->side[1] = known;
		else
			look_at_halves(t, m);
		up = m;
		edge = ACTION_NONE;
	}
	return up;
}

struct pnode *
ptree_find(const struct ptree *t, const struct ip_prefix *p)
{
	return pindex_get(&t->index, p->hi, p->lo, p->len);
}

struct pnode *
ptree_ensure(struct ptree *t, const struct ip_prefix *p)
{
	struct pnode *n = ptree_find(t, p), *c;

	ASSERT(p->family == t->family);
	if (n != NULL)
		return n;
	n = t->root;
	while (n->len < p->len) {
		unsigned b = prefix_bit_at(p, n->len), same;

		if (n->never)
			return NULL;
		c = n->child[b];
		if (c == NULL)
			return extend(t, n, p);
		same = common(c, p, c->len < p->len ? c->len : p->len);
		n = same == c->len ? c : cut_edge(t, n, b, same);
	}
	return n;
}

struct pnode *
ptree_split(struct ptree *t, struct pnode *n, unsigned b)
{
	struct ip_prefix p = pnode_prefix(t, n);
	struct pnode *m;
	uint32_t id, known;

	ASSERT(n->len < ip_bits(t->family));
	if (n->child[b] != NULL)
		return cut_edge(t, n, b, n->len + 1u);
	p = prefix_half(&p, b);
	id = rib_lookup(t->rib, &p);
	m = node_new(t, &p, id != RIB_NONE ? rib_best_nexthop(t->rib, t->family, id) : n->act);
	m->route = id != RIB_NONE;
	hang(n, m);
	known = known_below(t, n->side[b], m->act);
	if (known == ACTION_MIXED)
		look_at_halves(t, m);
	else
		m->side[0] = m->side[1] = known;
	return m;
}

/* What the half has in which n is the only node. */
static uint32_t
action_without(struct ptree *t, const struct pnode *n)
{
	const struct pnode *up = n->parent;
	unsigned b = up->child[1] == n;
	struct ip_prefix at = pnode_prefix(t, up), half = prefix_half(&at, b);

	if (n->side[0] == n->side[1] && (n->len == up->len + 1u || n->side[0] == up->side[b]) &&
	    (!ptree_is_restricted(t) || n->side[0] == up->act))
		return n->side[0];
	/* Of halves that are not of n's action it is not said whether they are of another one. */
	if (ptree_is_restricted(t) && n->act != up->act)
		return idle_action(t, &half, up->act);
	return ACTION_MIXED;
}

/* A leaf gives way to what it and the halves beside its edge have together. */
static void
cut_leaf(struct ptree *t, struct pnode *n)
{
	struct pnode *up = n->parent;
	unsigned b = up->child[1] == n;

	up->side[b] = action_without(t, n);
	up->child[b] = NULL;
	up->need[b] = PTREE_NEED_UNKNOWN;
	node_free(t, n);
}

bool
ptree_prune(struct ptree *t, struct pnode *n)
{
	struct pnode *up = n->parent, *c = n->child[0] != NULL ? n->child[0] : n->child[1];
	uint32_t idle;
	unsigned b;

	if (up == NULL || n->weight != 0 || n->ent != ACTION_NONE || n->want != ACTION_NONE ||
	    n->never || n->always)
		return false;
	if (c == NULL) {
		cut_leaf(t, n);
		return true;
	}
	if (n->route || (n->child[0] != NULL && n->child[1] != NULL))
		return false;
	idle = n->side[n->child[0] != NULL];
	b = up->child[1] == n;
	if (idle == ACTION_MIXED || t->classes[n->len] != t->classes[n->len + 1] ||
	    (n->len > up->len + 1u && up->side[b] != idle) ||
	    (c->len > n->len + 1u && n->side[n->child[1] != NULL] != idle))
		return false;
	up->side[b] = idle;
	up->child[b] = c;
	c->parent = up;
	node_free(t, n);
	return true;
}

/* --- changes of the RIB -------------------------------------------------------------------------
 */

/* Look again at the idle halves along the edge from n to its child c, where n->act is in force.
 * Where they are not of one action any more, nodes are put in between. */
static void
look_along_edge(struct ptree *t, struct pnode *n, struct pnode *c)
{
	uint32_t edge = ACTION_NONE, act = n->act;
	struct pnode *up = n;

	for (unsigned len = n->len + 1u; len < c->len; len++) {
		struct ip_prefix at = prefix_make(t->family, c->hi, c->lo, len);
		struct ip_prefix off = prefix_half(&at, !key_bit_at(c->hi, c->lo, len));
		unsigned b = key_bit_at(c->hi, c->lo, up->len);
		uint32_t idle;

		idle = idle_action(t, &off, act);
		if (idle != ACTION_MIXED && (edge == ACTION_NONE || edge == idle)) {
			edge = idle;
			continue;
		}
		up->side[b] = edge;
		up = cut_edge(t, up, b, len);
		up->act = act;
		up->side[0] = up->side[1] = idle;
		edge = ACTION_NONE;
	}
	if (edge != ACTION_NONE)
		up->side[key_bit_at(c->hi, c->lo, up->len)] = edge;
}

/* The action in force at n was settled: pass it on to everything below that no other route owns. */
static void
pass_on(struct ptree *t, struct pnode *n)
{
	struct ip_prefix at = pnode_prefix(t, n);

	if (n->never || n->len == ip_bits(t->family)) {
		n->side[0] = n->side[1] = n->act;
		return;
	}
	pnode_fetch(n->child[1]);
	for (unsigned b = 0; b < 2; b++) {
		struct pnode *c = n->child[b];

		n->need[b] = PTREE_NEED_UNKNOWN;
		if (c == NULL) {
			struct ip_prefix half = prefix_half(&at, b);

			n->side[b] = idle_action(t, &half, n->act);
			continue;
		}
		if (c->len > n->len + 1u)
			look_along_edge(t, n, c);
		if (!c->route) {
			c->act = n->act;
			pass_on(t, c);
		}
	}
}

/* p is on side b of n, above or beside the child there. */
static struct pnode *
changed_beside(struct ptree *t, struct pnode *n, unsigned b, const struct ip_prefix *p)
{
	struct pnode *c = n->child[b], *m;
	struct ip_prefix idle;
	unsigned same;
	uint32_t action;

	if (c == NULL) {
		struct ip_prefix at = pnode_prefix(t, n);

		idle = prefix_half(&at, b);
		action = idle_action(t, &idle, n->act);
		if (action == n->side[b] && !ptree_is_restricted(t))
			return NULL;
		n->side[b] = action;
		return n;
	}
	same = common(c, p, p->len);
	ASSERT(same < p->len && same < c->len);
	idle = prefix_make(t->family, p->hi, p->lo, same + 1);
	action = idle_action(t, &idle, n->act);
	if (action == n->side[b])
		return ptree_is_restricted(t) ? n : NULL;
	m = cut_edge(t, n, b, same);
	m->side[prefix_bit_at(p, same)] = action;
	return m;
}

struct pnode *
ptree_route_changed(struct ptree *t, const struct ip_prefix *p, bool *owned)
{
	uint32_t id = rib_lookup(t->rib, p), cover, act = t->default_action;
	struct pnode *n = t->root;

	*owned = false;
	while (n->len < p->len) {
		unsigned b = prefix_bit_at(p, n->len), same;
		struct pnode *c = n->child[b];

		if (n->never)
			return NULL;
		n->need[b] = PTREE_NEED_UNKNOWN;
		if (c == NULL)
			return changed_beside(t, n, b, p);
		same = common(c, p, c->len < p->len ? c->len : p->len);
		if (same < c->len && same < p->len)
			return changed_beside(t, n, b, p);
		n = same == c->len ? c : cut_edge(t, n, b, same);
	}
	cover = id != RIB_NONE ? id : rib_cover(t->rib, p);
	if (cover != RIB_NONE)
		act = rib_best_nexthop(t->rib, t->family, cover);
	if (n->act == act && n->route == (id != RIB_NONE))
		return NULL;
	n->act = act;
	n->route = id != RIB_NONE;
	pass_on(t, n);
	*owned = true;
	return n;
}

static void
free_below(struct ptree *t, struct pnode *n)
{
	for (unsigned b = 0; b < 2; b++) {
		if (n->child[b] == NULL)
			continue;
		free_below(t, n->child[b]);
		node_free(t, n->child[b]);
		n->child[b] = NULL;
	}
}

void
ptree_carve(struct ptree *t, struct pnode *n)
{
	free_below(t, n);
	n->never = true;
	n->weight = 0;
	n->ent = ACTION_NONE;
}
