/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The map of a node from those of its halves: see the prologue of priced.c for what it means, and
 * emap.h for what is in it. A half without a node is idle; its map is made up on the spot.
 */
#include "control/select/priced_state.h"
#include "ribtrie/rib.h"

/* What an entry at a place without a node costs, or at node n. */
static struct emap_cost
cost_at(const struct priced *p, unsigned len, const struct pnode *n)
{
	struct emap_cost c = { .install = p->cost[len].fresh,
		.guard = p->config.guards ? p->cost[len].fresh : EMAP_NEVER,
		.kept = p->cost[len].kept,
		.ent = ACTION_NONE,
		.only = ACTION_NONE,
		.pinned = ACTION_NONE };

	if (!p->config.synthetic) {
		if (n == NULL || !n->route) {
			c.install = c.guard = EMAP_NEVER;
			return c;
		}
		c.only = n->act;
	}
	if (n == NULL)
		return c;
	if (n->ent == n->act || p->config.synthetic || n->ent == p->config.default_action)
		c.ent =
		    p->config.guards || n->ent != p->config.default_action ? n->ent : ACTION_NONE;
	/* A route that leads nowhere has the default's action, and there may be no entry for that.
	 */
	if (n->always && n->route && (p->config.guards || n->act != p->config.default_action))
		c.pinned = n->act;
	return c;
}

/*
 * The map of a mixed idle half where one entry on top cannot set all of it right: with the action
 * of the RIB in force it needs some entries further down, with the default none, and with any other
 * action those and one on top, if there can be one.
 */
static void
needy_map(struct priced *p, struct pnode *n, unsigned b, struct emap *out)
{
	int64_t cost = p->cost[n->len + 1u].fresh, need;
	uint32_t route, act = n->act, def = p->config.default_action;

	need = ptree_need(&p->tree, n, b, &route);
	out->n = 0;
	if (route != RIB_NONE)
		act = rib_best_nexthop(p->config.rib, p->config.family, route);
	if (cost >= EMAP_NEVER / 2 / (need + 1) || need == PTREE_NEED_MOST ||
	    (act == def && !p->config.guards)) {
		emap_bump(out, def, EMAP_NEVER);
		return;
	}
	if (route == RIB_NONE && !p->config.synthetic) {
		emap_bump(out, def, EMAP_NEVER);
		if (act != def)
			emap_bump(out, act, EMAP_NEVER - need * cost);
		return;
	}
	/* On top: its own action and what is needed below, or a guard that spares it. */
	emap_bump(out, def, p->config.guards ? cost : (need + 1) * cost);
	if (act != def && !p->config.guards)
		emap_bump(out, act, cost);
	else if (act != def && need == 0)
		emap_bump(out, act, cost);
}

/* The map of the topmost place on n's side b: that of the child itself, or made up in *scratch
 * (initialised). */
static const struct emap *
side_map(struct priced *p, struct pnode *n, unsigned b, struct emap *scratch)
{
	const struct pnode *c = n->child[b];
	struct emap_cost cost;
	struct emap_room room[2];
	struct emap idle, next;
	unsigned levels;

	if (c != NULL && c->len == n->len + 1u)
		return &c->map;
	cost = cost_at(p, n->len + 1u, NULL);
	if (c == NULL && n->side[b] == ACTION_MIXED && !(p->config.synthetic && p->config.guards)) {
		needy_map(p, n, b, scratch);
		return scratch;
	}
	if (c == NULL) {
		(void)emap_idle(scratch, n->side[b], &cost, &p->rules);
		return scratch;
	}
	emap_init_in(&idle, &room[0]);
	emap_init_in(&next, &room[1]);
	(void)emap_idle(&idle, n->side[b], &cost, &p->rules);
	emap_sum(scratch, &c->map, &idle);
	(void)emap_settle(scratch, &cost, &p->rules);
	for (levels = c->len - n->len - 2u; levels > 0; levels--) {
		emap_sum(&next, scratch, &idle);
		(void)emap_settle(&next, &cost, &p->rules);
		if (emap_equal(&next, scratch))
			break;
		emap_copy(scratch, &next);
	}
	emap_fini(&idle);
	emap_fini(&next);
	return scratch;
}

/* The node's map into *out (initialised); gives its best. */
static uint32_t
node_map(struct priced *p, struct pnode *n, struct emap *out)
{
	struct emap_cost cost = cost_at(p, n->len, n);
	struct emap_room room[2];
	struct emap left, right;

	if (n->never)
		return emap_idle(out, ACTION_MIXED, &cost, &p->rules);
	emap_init_in(&left, &room[0]);
	emap_init_in(&right, &room[1]);
	emap_sum(out, side_map(p, n, 0, &left), side_map(p, n, 1, &right));
	emap_fini(&left);
	emap_fini(&right);
	if ((n->weight > 0 && n->act != ACTION_PUNT) || cost.pinned != ACTION_NONE)
		emap_bump(out, n->act, n->weight);
	return emap_settle(out, &cost, &p->rules);
}

bool
priced_map(struct priced *p, struct pnode *n)
{
	struct emap_room room;
	struct emap map;
	uint32_t best;
	bool same;

	emap_init_in(&map, &room);
	best = node_map(p, n, &map);
	same = n->mapped && best == n->best && emap_equal(&map, &n->map);
	if (!same) {
		emap_copy(&n->map, &map);
		n->best = best;
		n->mapped = true;
	}
	emap_fini(&map);
	return !same;
}
