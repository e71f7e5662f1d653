/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The priced FIB: which entries, of the RIB or made up, a table should hold when a slot costs
 * `price` bytes/s. One recursion over the sparse tree of ptree.h decides all of it together:
 *
 *      install    a route that earns its slot
 *      aggregate  one entry over neighbours with one next hop
 *      guard      an entry with the default's next hop under another one, where the RIB differs
 *      split      an entry for the part of a route that carries the traffic
 *      skip       what the default takes, rightly or because it does not pay
 *
 * so that for every address the table gives the RIB's action or the default, and no other such
 * table is worth more at this price. The optimum at a price is the optimum for its own size too.
 *
 * Hysteresis is part of the price: an entry that is programmed costs (1 - eta) of it, one that is
 * not (1 + eta). Values are integers; for fixed RIB, weights and programmed entries the result is
 * the same whatever happened before.
 *
 * One object for one family of one RIB and one default. The RIB must outlive it.
 */
#ifndef CONTROL_SELECT_PRICED_H
#define CONTROL_SELECT_PRICED_H

#include "control/select/emap.h"
#include "control/select/slots.h"
#include "control/select/verify.h"

struct priced_config {
	const struct rib *rib;
	enum ip_family family;
	uint32_t default_action; /* next-hop id that unmatched traffic takes, or ACTION_PUNT */
	bool guards;             /* entries with the default action are possible */
	bool synthetic;          /* prefixes that are not in the RIB are allowed */
	unsigned min_length;     /* no entry is shorter */
	uint8_t slots[129];      /* as struct slots, but 0 means 1 */
	uint8_t exact_len;
	uint32_t exact_room;
	unsigned eta_permille; /* hysteresis, 0..999 */
};

/* The sum of all weights must stay below this, and a price too. */
#define PRICED_WEIGHT_MAX (INT64_C(1) << 52)

struct priced;

struct priced *priced_new(const struct priced_config *config);
void priced_free(struct priced *p);

void priced_set_eta(struct priced *p, unsigned eta_permille);

/* keep: weights are old, so what is programmed stays whatever it carries, as far as it is right and
 * what that takes pays. */
void priced_set_keep(struct priced *p, bool keep);

/* What an entry of exact_len costs, in thousandths of the price of a slot. As long as there is room
 * in its own table that is less than the others cost, and no more than 1000 where it fits both. */
void priced_set_exact_price(struct priced *p, unsigned permille);

/*
 * Weights, in bytes/s of any fixed scale. A place is a prefix without routes below it (a route or a
 * part of one), or a route with some: then the weight counts where the route itself is in force.
 * 0 takes the place out. Places below a `never` prefix are ignored.
 */
void priced_set_weight(struct priced *p, const struct ip_prefix *place, int64_t weight);

/* The same for many, which is faster: what they need of a large tree is fetched ahead. */
struct priced_weight {
	struct ip_prefix place;
	int64_t weight;
};
void priced_set_weights(struct priced *p, const struct priced_weight *weights, size_t n);

/* From here on all weights are given anew: those that are not until priced_solve() become 0. */
void priced_begin_weights(struct priced *p);

/* Keep all of the prefix on the default; install this route whatever it carries (ignored while
 * the RIB does not have it). */
void priced_never(struct priced *p, const struct ip_prefix *prefix);
void priced_always(struct priced *p, const struct ip_prefix *prefix);

/* With ACTION_PUNT for a default a guard is sent with a next hop of the RIB, and then what is
 * programmed as the default's is as well an entry with this action. Nothing may be programmed when
 * it changes. ACTION_NONE, at first: it is not so. */
void priced_set_default_hop(struct priced *p, uint32_t action);

/* What the target holds, sorted by prefix: what the hysteresis is for. */
void priced_set_programmed(struct priced *p, const struct fib_route *held, size_t n);

/* The same for one entry; ACTION_NONE: it is not held. False: there is no such place. */
bool priced_program(struct priced *p, const struct ip_prefix *prefix, uint32_t action);

/* The RIB changed at this prefix: added, withdrawn, or another next hop. */
void priced_route_changed(struct priced *p, const struct ip_prefix *prefix);

/* Decide everything anew at a price >= 1. */
void priced_solve(struct priced *p, int64_t price);

/* True after a priced_solve(), until something asks for another: new weights for all, another
 * hysteresis, a `never` prefix. */
bool priced_is_solved(const struct priced *p);

/*
 * The same in slices. Where weights are to be new as well: priced_pass_weights(), then give all
 * there are, however long that takes; those not given are 0 from then on. priced_pass_start(), then
 * priced_pass() for so many nodes each time, until it gives false; no weights are to be set
 * meanwhile. Anything else may change in between.
 */
void priced_pass_weights(struct priced *p);
void priced_pass_start(struct priced *p, int64_t price, unsigned eta_permille, bool keep);
bool priced_pass(struct priced *p, size_t nodes);

/* There is a decision for what is known now: after a solve or pass, and during a pass for a while.
 * priced_update() and the table need that. */
bool priced_is_readable(const struct priced *p);

/* Decide anew what changes since the last solve or update touch, at the same price. The result is
 * that of priced_solve(). Only where priced_is_readable(). */
void priced_update(struct priced *p);

/* The lowest price (within `most` solves) at which no more than `limit` slots are used, from
 * `price_min` up; solved at it. Gives the price. */
int64_t priced_fit(struct priced *p, size_t limit, int64_t price_min, unsigned most);

/* Optimal tables exist for some sizes only. Slots left over up to the limit go to the heaviest
 * subtrees with one action that did not pay, until the next solve or update of their places. */
void priced_fill(struct priced *p, size_t limit);

/* Of the last decision; exact: entries of exact_len; pool: slots of the table of several lengths,
 * also where there are too many of the former, which makes priced_slots() SLOTS_TOO_MANY. */
size_t priced_exact(const struct priced *p);
size_t priced_slots(const struct priced *p);
size_t priced_pool(const struct priced *p);
size_t priced_entries(const struct priced *p);
int64_t priced_price(const struct priced *p);

/* Where the decision is another one than at the last priced_settle(): prefixes whose entry came,
 * went or got another action, in no order; NULL, and *n above 0, where they are too many to tell.
 */
#define PRICED_MOVED_MAX 512
const struct ip_prefix *priced_moved(const struct priced *p, size_t *n);
void priced_settle(struct priced *p);

enum priced_kind {
	PRICED_ROUTE,     /* a prefix of the RIB with its own next hop */
	PRICED_SYNTHETIC, /* an aggregate or a part of a route */
	PRICED_GUARD      /* sends to the default what an entry above would hide */
};

struct priced_entry {
	struct ip_prefix prefix;
	uint32_t action;
	enum priced_kind kind;
	bool pinned; /* see priced_always() */
	uint32_t id; /* the heaviest RIB entry it serves; RIB_NONE for a guard that serves none */
	uint32_t places; /* places with weight it serves */
	int64_t weight;  /* of them */
};

struct priced_table {
	struct priced_entry *entries; /* sorted by prefix */
	size_t n, cap;
	int64_t
	    covered;   /* weight whose address the table and the default forward as the RIB does */
	int64_t total; /* of all places */
};

void priced_table_init(struct priced_table *t);
void priced_table_fini(struct priced_table *t);

/* Replace *t by the last decision. priced_table_get() sums up all places, which is a walk over the
 * tree; priced_table_entries() looks at what entries serve, and takes the sums of the last pass. */
void priced_table_get(const struct priced *p, struct priced_table *t);
void priced_table_entries(const struct priced *p, struct priced_table *t);

/* There is an entry at the prefix, above it or inside. */
bool priced_wants_near(const struct priced *p, const struct ip_prefix *prefix);

/* Replace *t by the part of it near a prefix: the entries above, which are *above in number, the
 * one of the prefix and those inside. False where these are `most` or more. Without sums. */
bool priced_table_near(const struct priced *p, const struct ip_prefix *prefix, size_t most,
    struct priced_table *t, size_t *above);

/* Only its `covered`, and *total. */
int64_t priced_covered(const struct priced *p, int64_t *total);

/* How much was done of what takes unpredictably long, since the beginning: routes looked at to make
 * nodes. One takes about as long as a node of a pass. */
size_t priced_looked(const struct priced *p);

/* Nodes and bytes of the tree. */
size_t priced_nodes(const struct priced *p);
size_t priced_bytes(const struct priced *p);

#endif
