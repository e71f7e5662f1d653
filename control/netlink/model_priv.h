/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of model.h: model.c has the routes and the dumps, model_links.c links, neighbours and
 * nexthop objects. */
#ifndef CONTROL_NETLINK_MODEL_PRIV_H
#define CONTROL_NETLINK_MODEL_PRIV_H

#include "control/netlink/model.h"
#include "ribtrie/trie.h"

struct neigh {
	struct neigh *next; /* the same address on another link */
	struct nl_neigh is;
	bool marked;
};

struct link {
	struct nl_link is;
	bool marked;
};

struct object {
	struct nl_nexthop is;
	bool marked;
};

union slot {
	struct nl_known *route;
	struct neigh *neigh;
};

/* Lists by prefix. */
struct index {
	struct trie *trie;
	union slot *slots;
	struct ip_prefix *prefixes; /* of each slot */
	size_t n, cap;
};

struct nl_model {
	struct nl_model_config config;
	struct index routes[IP_FAMILIES], neighs[IP_FAMILIES];
	struct link *links;
	size_t n_links;
	struct object **objects;
	size_t n_objects;
	uint64_t generation, foreign;
};

/* The list at the prefix; NULL: none. */
union slot *index_get(const struct index *x, const struct ip_prefix *p);

/* The same, an empty one where there was none. */
union slot *index_add(struct index *x, const struct ip_prefix *p);

/* Forget an empty slot. */
void index_remove(struct index *x, const struct ip_prefix *p);

void object_drop(struct nl_model *m, size_t i);
void neigh_remove(struct nl_model *m, struct neigh *e);

#endif
