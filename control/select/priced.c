/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Let D be the default, R(x) the RIB's action at x, w the weight at a place, c the price of a slot
 * there. V(n, a) is the most that the addresses of n can earn, less what their entries cost, when
 * action a is in force from above:
 *
 *      V(n, a) = max( S(a), max over b of S(b) - c(n, b) )        inherit a, or install b at n
 *      S(a)    = w(n) if a = R(n)  +  V(left half, a) + V(right half, a)
 *
 * and V is -infinity where a region with R = r would see an action that is neither r nor D. Only
 * the few actions for which inheriting is not worse than installing need a value (emap.h): one post
 * order pass computes the maps, one pre order pass from (root, D) reads off the entries. A tie is
 * decided for doing nothing, then for a real next hop before a guard, then by the next hop's
 * address, so nothing depends on the order in which things became known.
 *
 * A half without traffic or entries has the map of emap_idle(): free for its own action and for D,
 * one entry for anything else. An edge of the sparse tree stands for a chain of places, each with
 * one such half of action r. Adding it up level by level,
 *
 *      m = max(e[r], e[D])      e'[r] = c - (m - e[r])      e'[D] = c - (m - e[D])      others 0
 *
 * and from the second level on nothing changes any more: so a chain costs a few steps, not one for
 * each bit. Under r or D nothing inside a chain is worth an entry; under any other
 * action its topmost place is made a node, which decides for itself.
 *
 * See Draves, King, Venkatachary, Zill (INFOCOM 1999) for ORTC, of which this is the weighted
 * form with a budget; the price is the budget's Lagrange multiplier, so
 * covered + price * (N - slots) bounds what any table of N slots can cover.
 */
#include "control/select/priced.h"

#include <string.h>

#include "control/select/priced_state.h"
#include "control/select/region.h"
#include "lib/mem.h"
#include "ribtrie/rib.h"

/* What idle places need counts at this price at most. All there are together must stay below
 * EMAP_NEVER, so that what is possible does not depend on the price. */
#define NEED_PRICE_MAX (INT64_C(1) << 36)

/* A real next hop before the default, then the lower address. */
static int
prefer(const void *ctx, uint32_t a, uint32_t b)
{
	const struct priced *p = ctx;
	const struct route_nexthop *x, *y;
	int order;

	if (a == p->config.default_action || b == p->config.default_action)
		return (a == p->config.default_action) - (b == p->config.default_action);
	x = nexthop_peek(rib_attrs(p->config.rib), a);
	y = nexthop_peek(rib_attrs(p->config.rib), b);
	order = ip_cmp(&x->addr, &y->addr);
	if (order == 0 && x->link_local_hi != y->link_local_hi)
		order = x->link_local_hi < y->link_local_hi ? -1 : 1;
	if (order == 0 && x->link_local_lo != y->link_local_lo)
		order = x->link_local_lo < y->link_local_lo ? -1 : 1;
	return order;
}

/* Of a place that costs c, the part that hysteresis puts on or takes off. */
static int64_t
eta_part(const struct priced *p, int64_t c)
{
	return c / 1000 * p->config.eta_permille + c % 1000 * p->config.eta_permille / 1000;
}

void
priced_set_costs(struct priced *p)
{
	p->slot_cost = p->price < NEED_PRICE_MAX ? p->price : NEED_PRICE_MAX;
	p->slot_cost += eta_part(p, p->slot_cost);
	for (unsigned len = 0; len < ARRAY_LEN(p->cost); len++) {
		unsigned bits = ip_bits(p->config.family);
		unsigned at = len < bits ? len : bits;
		bool exact = at == p->places.exact_len && at > 0;
		bool never =
		    len < p->config.min_length || (!exact && p->places.of[at] == SLOTS_NEVER);
		int64_t c = exact ? p->price / 1000 * p->exact_permille +
					p->price % 1000 * p->exact_permille / 1000
				  : p->price * p->places.of[at];
		int64_t part, kept;

		c = c > 1 ? c : 1;
		part = eta_part(p, c);
		kept = p->keep ? -2 * (c + part) : c - part;
		p->cost[len].fresh = never ? EMAP_NEVER : c + part;
		p->cost[len].kept = never ? EMAP_NEVER : kept;
	}
}

struct priced *
priced_new(const struct priced_config *config)
{
	struct priced *p = mem_alloc(MEM_SELECT, sizeof(*p));
	uint8_t classes[129];

	_Static_assert(PTREE_CLASS_EXACT != SLOTS_NEVER, "");
	ASSERT(config->eta_permille < 1000);
	p->config = *config;
	for (unsigned len = 0; len < ARRAY_LEN(p->config.slots); len++) {
		if (p->config.slots[len] == 0)
			p->config.slots[len] = 1;
		p->places.of[len] = classes[len] = p->config.slots[len];
		if (classes[len] == SLOTS_NEVER)
			classes[len] = PTREE_CLASS_NONE;
	}
	p->places.exact_len = config->exact_len;
	p->places.exact_room = config->exact_room;
	p->exact_permille = 1000;
	p->default_hop = ACTION_NONE;
	if (config->exact_len > 0)
		classes[config->exact_len] = PTREE_CLASS_EXACT;
	p->rules = (struct emap_rules){
		.default_action = config->default_action, .prefer = prefer, .ctx = p
	};
	memset(classes, PTREE_CLASS_NONE, config->min_length);
	ptree_init(&p->tree, config->rib, config->family, config->default_action, classes,
	    !config->synthetic, !config->guards);
	return p;
}

void
priced_free(struct priced *p)
{
	if (p == NULL)
		return;
	ptree_fini(&p->tree);
	mem_free(MEM_SELECT, p->changed);
	mem_free(MEM_SELECT, p->wanted);
	mem_free(MEM_SELECT, p);
}

void
priced_set_eta(struct priced *p, unsigned eta_permille)
{
	ASSERT(eta_permille < 1000);
	if (eta_permille != p->config.eta_permille)
		priced_unsolve(p);
	p->config.eta_permille = eta_permille;
}

void
priced_set_keep(struct priced *p, bool keep)
{
	if (keep != p->keep)
		priced_unsolve(p);
	p->keep = keep;
}

void
priced_set_exact_price(struct priced *p, unsigned permille)
{
	p->exact_permille = permille;
}

static void
solve_below(struct priced *p, struct pnode *n)
{
	if (n->epoch != p->epoch)
		n->weight = 0;
	n->want = n->inherited = ACTION_NONE;
	n->touched = false;
	for (unsigned b = 0; b < 2; b++) {
		struct pnode *c = n->child[b];

		if (c == NULL)
			continue;
		solve_below(p, c);
		(void)ptree_prune(&p->tree, c);
	}
	(void)priced_map(p, n);
}

/* --- entries ------------------------------------------------------------------------------------
 */

size_t
priced_wanted_from(const struct priced *p, const struct ip_prefix *prefix)
{
	size_t low = 0, high = p->n_wanted;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct ip_prefix at = pnode_prefix(&p->tree, p->wanted[middle]);

		if (prefix_cmp(&at, prefix) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Where in the list the node is or would be. */
static size_t
find_wanted(const struct priced *p, const struct pnode *n)
{
	struct ip_prefix at = pnode_prefix(&p->tree, n);

	/* A full solve comes by in order. */
	if (p->n_wanted > 0 && pnode_order(p->wanted[p->n_wanted - 1], n) < 0)
		return p->n_wanted;
	return priced_wanted_from(p, &at);
}

static void
list_wanted(struct priced *p, struct pnode *n)
{
	size_t i = find_wanted(p, n);

	if (p->n_wanted == p->cap_wanted) {
		p->cap_wanted = p->cap_wanted > 0 ? 2 * p->cap_wanted : 256;
		p->wanted =
		    mem_resize(MEM_SELECT, p->wanted, p->cap_wanted, sizeof(struct pnode *));
	}
	memmove(&p->wanted[i + 1], &p->wanted[i], (p->n_wanted++ - i) * sizeof(struct pnode *));
	p->wanted[i] = n;
}

static void
unlist_wanted(struct priced *p, const struct pnode *n)
{
	size_t i = find_wanted(p, n);

	ASSERT(i < p->n_wanted && p->wanted[i] == n);
	memmove(&p->wanted[i], &p->wanted[i + 1], (--p->n_wanted - i) * sizeof(struct pnode *));
}

const struct ip_prefix *
priced_moved(const struct priced *p, size_t *n)
{
	*n = p->n_moved;
	return p->n_moved <= PRICED_MOVED_MAX ? p->moved : NULL;
}

void
priced_settle(struct priced *p)
{
	p->n_moved = 0;
}

static void
note_moved(struct priced *p, const struct pnode *n)
{
	if (p->n_moved < PRICED_MOVED_MAX)
		p->moved[p->n_moved] = pnode_prefix(&p->tree, n);
	p->n_moved += p->n_moved <= PRICED_MOVED_MAX;
}

void
priced_set_want(struct priced *p, struct pnode *n, uint32_t want)
{
	if (n->want == want)
		return;
	note_moved(p, n);
	if (n->want != ACTION_NONE) {
		slots_take(&p->places, &p->fill, n->len);
		p->entries--;
	}
	if (want != ACTION_NONE) {
		slots_put(&p->places, &p->fill, n->len);
		p->entries++;
	}
	if (n->want == ACTION_NONE && want != ACTION_NONE)
		list_wanted(p, n);
	else if (n->want != ACTION_NONE && want == ACTION_NONE)
		unlist_wanted(p, n);
	p->slots = slots_used(&p->places, &p->fill);
	n->want = want;
}

/* In a restricted tree: all of the place, with `act` around it, has this action in the RIB. The
 * maps do not tell where that is so because a route is hidden by its more-specifics. */
static bool
is_all(struct priced *p, const struct ip_prefix *place, uint32_t act, uint32_t action)
{
	return ptree_is_restricted(&p->tree) &&
	       region_action(p->config.rib, place, act, &p->tree.looked) == action;
}

void
priced_decide(struct priced *p, struct pnode *n, uint32_t inherited)
{
	struct ip_prefix place = pnode_prefix(&p->tree, n);
	bool needs =
	    !emap_has(&n->map, inherited) && (n->busy || !is_all(p, &place, n->act, inherited));

	n->inherited = inherited;
	n->touched = false;
	priced_set_want(p, n, needs ? n->best : ACTION_NONE);
}

static void visit(struct priced *p, struct pnode *n, uint32_t inherited);

void
priced_open_side(struct priced *p, struct pnode *n, unsigned b)
{
	struct pnode *c = n->child[b];
	struct ip_prefix half = pnode_prefix(&p->tree, n);
	uint32_t action = priced_in_force(n);

	if ((c != NULL && c->len == n->len + 1u) || action == n->side[b] ||
	    action == p->config.default_action)
		return;
	half = prefix_half(&half, b);
	if (c != NULL || !is_all(p, &half, n->act, action)) {
		c = ptree_split(&p->tree, n, b);
		(void)priced_map(p, c);
	}
}

/* Decide n's side b, where n's decision stands. */
static void
visit_side(struct priced *p, struct pnode *n, unsigned b)
{
	uint32_t action = priced_in_force(n);
	struct pnode *c;

	priced_open_side(p, n, b);
	c = n->child[b];
	if (c != NULL && (c->touched || c->inherited != action))
		visit(p, c, action);
}

static void
visit(struct priced *p, struct pnode *n, uint32_t inherited)
{
	priced_decide(p, n, inherited);
	if (n->never)
		return;
	visit_side(p, n, 0);
	visit_side(p, n, 1);
}

void
priced_place(struct priced *p, struct pnode *n, uint32_t action)
{
	priced_set_want(p, n, action);
	visit_side(p, n, 0);
	visit_side(p, n, 1);
}

void
priced_solve(struct priced *p, int64_t price)
{
	ASSERT(price >= 1 && price < PRICED_WEIGHT_MAX);
	p->price = price;
	priced_set_costs(p);
	p->slots = p->entries = p->n_changed = 0;
	p->n_wanted = 0;
	p->n_moved = PRICED_MOVED_MAX + 1; /* all of it, as far as anybody knows */
	p->fill = (struct slots_fill){ 0 };
	solve_below(p, p->tree.root);
	p->solved = true;
	p->pass.stage = PASS_NONE;
	visit(p, p->tree.root, p->config.default_action);
}

bool
priced_is_solved(const struct priced *p)
{
	return p->solved;
}

void
priced_update(struct priced *p)
{
	ASSERT(priced_is_readable(p));
	for (size_t i = 0; i < p->n_changed; i++) {
		struct pnode *n = p->changed[i], *up = n->parent;

		if (!n->touched || (up != NULL && up->touched))
			continue;
		if (up == NULL)
			visit(p, n, p->config.default_action);
		else
			visit_side(p, up, up->child[1] == n);
	}
	p->n_changed = 0;
}

size_t
priced_exact(const struct priced *p)
{
	return p->fill.exact;
}

size_t
priced_slots(const struct priced *p)
{
	return p->slots;
}

size_t
priced_pool(const struct priced *p)
{
	return p->slots != SLOTS_TOO_MANY ? p->slots : p->fill.pool;
}

size_t
priced_entries(const struct priced *p)
{
	return p->entries;
}

int64_t
priced_price(const struct priced *p)
{
	return p->price;
}

size_t
priced_looked(const struct priced *p)
{
	return p->tree.looked;
}

size_t
priced_nodes(const struct priced *p)
{
	return p->tree.nodes;
}

size_t
priced_bytes(const struct priced *p)
{
	return ptree_bytes(&p->tree);
}
