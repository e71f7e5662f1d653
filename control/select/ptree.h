/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sparse tree under the priced selection: a Patricia trie beside the RIB's, with nodes only for
 * places that carry traffic or an entry, for routes above such places, and where these part.
 * Everything else of the table is idle, and a whole idle subtree is one word: the action that all
 * of it has, or that it is mixed. So the tree grows with the traffic, not with the table.
 *
 *            n  10.0.0.0/8 (route via A)
 *           / \
 *    side[0]   \ side[1] = A      every idle half between n and c has action A; where one had
 *     = mixed   \                 another there would be a node
 *                c  10.200.1.0/24 (traffic)
 *
 * Invariants: a route on the way from the root to a node is a node. On an edge longer than one bit
 * all the halves that branch off are of the one action in side[], and a slot costs the same on all
 * of its levels.
 */
#ifndef CONTROL_SELECT_PTREE_H
#define CONTROL_SELECT_PTREE_H

#include "control/select/emap.h"
#include "control/select/pindex.h"
#include "lib/ip.h"
#include "ribtrie/arena.h"

struct rib;

/* Two cache lines: what finds a place and the way to its neighbours, and what it is worth. */
struct __attribute__((aligned(128))) pnode {
	uint64_t hi, lo;
	struct pnode *parent, *child[2];
	int64_t weight;   /* bytes/s in the caller's units, at addresses with action `act` */
	uint32_t act;     /* in force here in the RIB; the default where nothing is */
	uint32_t side[2]; /* no child: action of that half; else of the edge's idle halves */
	uint16_t epoch;   /* of the weight */
	uint8_t len;
	bool route : 1;   /* the RIB has this prefix */
	bool busy : 1;    /* it or a node below has a weight, an entry or a place in a list */
	bool never : 1;   /* all of it stays with the default; no node is below */
	bool always : 1;  /* its route is wanted whatever it carries */
	bool mapped : 1;  /* the map has been computed */
	bool touched : 1; /* it changed since the last extraction */

	struct emap map;
	uint32_t ent;       /* programmed, or ACTION_NONE */
	uint32_t want;      /* of the last extraction, or ACTION_NONE */
	uint32_t inherited; /* in force from above at the last extraction */
	uint32_t best;      /* entry for actions that are not in the map; ACTION_NONE: none pays */
	uint16_t need[2];   /* see ptree_need() */
};

_Static_assert(sizeof(struct pnode) == 128, "a node is two cache lines");

#define PTREE_CLASS_NONE  0   /* there are no entries of this length */
#define PTREE_CLASS_EXACT 254 /* they take a place in a table of their own */

struct ptree {
	const struct rib *rib;
	enum ip_family family;
	uint32_t default_action;
	uint8_t classes[129]; /* slots of an entry of this length, or one of PTREE_CLASS_* */
	/* Where one entry cannot set an idle half right whatever is in force, it counts as of one
	 * action only if that is the action around it, and else it matters how many slots it
	 * needs: entries only at routes; or no entries with the default action. */
	bool routes_only, no_guards;
	struct pnode *root;
	struct pindex index; /* of all nodes */
	size_t nodes;
	size_t looked; /* routes looked at, ever: what changes of the tree have cost */
	struct arena arena;
};

void ptree_init(struct ptree *t, const struct rib *rib, enum ip_family family,
    uint32_t default_action, const uint8_t classes[129], bool routes_only, bool no_guards);
void ptree_fini(struct ptree *t);

/* The node of exactly this prefix, made if need be; NULL below one that is `never`. */
struct pnode *ptree_ensure(struct ptree *t, const struct ip_prefix *p);

/* The node of exactly this prefix or NULL. */
struct pnode *ptree_find(const struct ptree *t, const struct ip_prefix *p);

/* Make the topmost place on n's side b, which is on an edge or idle, a node. Its map is empty. */
struct pnode *ptree_split(struct ptree *t, struct pnode *n, unsigned b);

/* Idle halves do not go by what a single entry sets right: ptree_need() tells. */
static inline bool
ptree_is_restricted(const struct ptree *t)
{
	return t->routes_only || t->no_guards;
}

/*
 * In a restricted tree, for n's half on side b as if nothing in it were a node: how many slots
 * entries below its top take that set it right when *act is in force there: the action of the route
 * that the half is (then *route), else of n. PTREE_NEED_MOST: that many or more, or no entries do.
 * PTREE_ALIKE: all of it has n's action. Of the RIB and n's action alone.
 */
#define PTREE_NEED_MOST    4096u
#define PTREE_ALIKE        60001u
#define PTREE_NEED_UNKNOWN UINT16_MAX /* in pnode.need: to be counted */
unsigned ptree_need(struct ptree *t, struct pnode *n, unsigned b, uint32_t *act, bool *route);

/* Take the node, which carries nothing, out of the tree if that changes no value; else leave it. */
bool ptree_prune(struct ptree *t, struct pnode *n);

/*
 * The RIB changed at p: added, withdrawn or with another next hop. Brings the tree up to date and
 * gives the topmost node whose map may have changed, or NULL. Where its own route or free space
 * changed, *owned is set: all nodes below it up to the next routes may have, too.
 */
struct pnode *ptree_route_changed(struct ptree *t, const struct ip_prefix *p, bool *owned);

/* Free everything below n, which becomes `never`. */
void ptree_carve(struct ptree *t, struct pnode *n);

static inline struct ip_prefix
pnode_prefix(const struct ptree *t, const struct pnode *n)
{
	return (struct ip_prefix){
		.hi = n->hi, .lo = n->lo, .family = (uint8_t)t->family, .len = n->len
	};
}

/* Have it in the cache soon; NULL is allowed. */
static inline void
pnode_fetch(const struct pnode *n)
{
	if (n == NULL)
		return;
	__builtin_prefetch(n);
	__builtin_prefetch((const char *)n + sizeof(*n) / 2);
}

/* By prefix, as prefix_cmp(). */
static inline int
pnode_order(const struct pnode *a, const struct pnode *b)
{
	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	if (a->lo != b->lo)
		return a->lo < b->lo ? -1 : 1;
	return a->len - b->len;
}

/* Bytes held. */
size_t ptree_bytes(const struct ptree *t);

#endif
