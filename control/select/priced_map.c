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
		.same = ACTION_NONE,
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
	if (c.ent == p->config.default_action && (p->config.synthetic || n->act == p->default_hop))
		c.same = p->default_hop;
	/* A route that leads nowhere has the default's action, and there may be no entry for that.
	 */
	if (n->always && n->route && (p->config.guards || n->act != p->config.default_action))
		c.pinned = n->act;
	return c;
}

/*
 * The map of an idle half in a restricted tree, where one entry on top does not set all of it right
 * whatever is in force: with the action of the RIB in force it needs some entries further down,
 * with the default none, and with any other action those and one on top, or a guard there that
 * spares them, if there can be one.
 *
 * It goes by what the RIB has there alone. Nodes may be in it, of a decision or of traffic that
 * was, and have maps that know better; what the half is worth does not depend on them.
 */
static void
needy_map(struct priced *p, struct pnode *n, unsigned b, struct emap *out)
{
	struct emap_cost cost = cost_at(p, n->len + 1u, NULL);
	int64_t top = p->cost[n->len + 1u].fresh, below, other;
	uint32_t act, def = p->config.default_action;
	bool route;
	unsigned need = ptree_need(&p->tree, n, b, &act, &route);

	if (need == PTREE_ALIKE) {
		(void)emap_idle(out, n->act, &cost, &p->rules);
		return;
	}
	below = need == PTREE_NEED_MOST ? EMAP_NEVER : need * p->slot_cost;
	if (!route && !p->config.synthetic)
		top = EMAP_NEVER;
	other = p->config.guards ? top : act == def ? EMAP_NEVER : top + below;
	if (other > EMAP_NEVER)
		other = EMAP_NEVER;
	out->n = 0;
	emap_bump(out, def, other);
	if (act != def && below < EMAP_NEVER && below <= other)
		emap_bump(out, act, other - below);
}

/* What an idle half is worth, whether or not there are nodes in it. */
static void
idle_map(struct priced *p, struct pnode *n, unsigned b, struct emap *out)
{
	struct emap_cost cost = cost_at(p, n->len + 1u, NULL);

	if (ptree_is_restricted(&p->tree) && n->len < ip_bits(p->config.family))
		needy_map(p, n, b, out);
	else
		(void)emap_idle(out, n->side[b], &cost, &p->rules);
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

	if (c == NULL || (!c->busy && ptree_is_restricted(&p->tree))) {
		idle_map(p, n, b, scratch);
		return scratch;
	}
	if (c->len == n->len + 1u)
		return &c->map;
	cost = cost_at(p, n->len + 1u, NULL);
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

static bool
is_busy(const struct pnode *n)
{
	return n->weight > 0 || n->ent != ACTION_NONE || n->always || n->never ||
	       (n->child[0] != NULL && n->child[0]->busy) ||
	       (n->child[1] != NULL && n->child[1]->busy);
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
	bool same, busy = is_busy(n);

	emap_init_in(&map, &room);
	best = node_map(p, n, &map);
	same = n->mapped && best == n->best && busy == n->busy && emap_equal(&map, &n->map);
	if (!same) {
		emap_copy(&n->map, &map);
		n->best = best;
		n->busy = busy;
		n->mapped = true;
	}
	emap_fini(&map);
	return !same;
}
