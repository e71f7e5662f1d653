/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel has, as far as others made it: links, neighbours, nexthop objects (ours too), and
 * the routes of one table that are not ours. Filled by notifications and by whole dumps, which are
 * the same messages between nl_model_dump_begin() and _end(): what a dump does not mention is gone.
 *
 * A link that goes down or loses its carrier takes every nexthop object on it with it, without a
 * word from the kernel about them (nor about the routes that used them); so does the model.
 */
#ifndef CONTROL_NETLINK_MODEL_H
#define CONTROL_NETLINK_MODEL_H

#include "control/netlink/msg.h"

struct nl_model;

struct nl_model_config {
	uint32_t table;   /* that ours are in; routes of it and of the main one lead to next hops */
	uint8_t own;      /* but not those of this protocol */
	bool beside[256]; /* protocols whose routes may share a prefix with ours: not foreign */
};

/* A route as it is kept. */
struct nl_known {
	struct nl_known *next; /* of the same prefix, best metric first */
	struct ip_prefix prefix;
	uint32_t table, metric;
	uint32_t nexthop; /* id of an object; then there are no paths of its own */
	uint8_t protocol, type;
	bool marked; /* not mentioned yet by the dump that is under way */
	unsigned n;
	struct nl_path path[];
};

struct nl_model *nl_model_new(const struct nl_model_config *config);
void nl_model_free(struct nl_model *m);

enum nl_kind {
	NL_LINKS,
	NL_NEIGHS,
	NL_NEXTHOPS,
	NL_ROUTES4,
	NL_ROUTES6,
	NL_KINDS
};

void nl_model_dump_begin(struct nl_model *m, enum nl_kind kind);
void nl_model_dump_end(struct nl_model *m, enum nl_kind kind);

/* True when the link was able to carry packets and is not any more: then routes may have gone that
 * the kernel does not tell of, and only a dump will. */
bool nl_model_link(struct nl_model *m, const struct nl_link *link, bool removed);
void nl_model_neigh(struct nl_model *m, const struct nl_neigh *neigh, bool removed);
void nl_model_nexthop(struct nl_model *m, const struct nl_nexthop *nexthop, bool removed);

/* Ours and those of other tables are left out. True when one path of several was removed, which
 * looks like the removal of the route: only a dump will tell. */
bool nl_model_route(struct nl_model *m, const struct nl_route *route, bool removed);

/* Moves when anything changed that a next hop may depend on. */
uint64_t nl_model_generation(const struct nl_model *m);

/* Moves when the set of foreign prefixes may have changed. */
uint64_t nl_model_foreign_generation(const struct nl_model *m);

/* NULL where there is none. Valid until the next change. */
const struct nl_link *nl_model_get_link(const struct nl_model *m, uint32_t ifindex);
const struct nl_nexthop *nl_model_get_nexthop(const struct nl_model *m, uint32_t id);
const struct nl_neigh *nl_model_get_neigh(
    const struct nl_model *m, uint32_t ifindex, const struct ip_addr *address);

/* The one interface that has the address as a neighbour; 0 for none or several. */
uint32_t nl_model_neigh_link(const struct nl_model *m, const struct ip_addr *address);

/* The routes of this prefix, or else of the longest that covers it; NULL: none. With `shorter`, of
 * the longest that covers it only. */
const struct nl_known *nl_model_match(
    const struct nl_model *m, const struct ip_prefix *p, bool shorter);

/* Prefixes of foreign routes in the table of ours, default routes left out: mem_free(MEM_KERNEL,
 * result). */
struct ip_prefix *nl_model_foreign(const struct nl_model *m, size_t *n);

/* The nexthop objects in order of id; NULL past the last. */
const struct nl_nexthop *nl_model_nexthop_at(const struct nl_model *m, size_t i);

#endif
