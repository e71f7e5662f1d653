/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A routing table to play with: routes sorted by prefix (a covering prefix before what it covers),
 * one route a prefix, attribute sets shared.
 *
 * It is made in steps: a source appends routes, table_finish() sorts them, the next-hop model and
 * the attribute generator fill in what the source did not say. Routes of MRT files and BGP streams
 * come with everything.
 */
#ifndef LAB_TABLE_H
#define LAB_TABLE_H

#include "lib/route.h"

#define TABLE_NONE UINT32_MAX

struct table_route {
	struct ip_prefix prefix;
	uint32_t origin;        /* origin AS; 0: none (own route, or an AS_SET at the end) */
	uint32_t nexthop;       /* index into table.nexthops, or TABLE_NONE: not decided yet */
	uint32_t attrs;         /* index into table.attrs, or TABLE_NONE */
	unsigned order : 31;    /* of arrival */
	unsigned withdrawn : 1; /* none left after table_finish(), but a feeder sets it */
};

struct table {
	struct table_route *routes;
	size_t n, cap;
	struct ip_addr *nexthops; /* distinct, in order of first use */
	uint32_t n_nexthops, nexthops_cap;
	struct route_attrs *attrs; /* distinct; their spans live as long as the table */
	uint32_t n_attrs, attrs_cap;
	struct table_index *index; /* finds equal next hops and attribute sets */
};

void table_init(struct table *t);
void table_fini(struct table *t);

/* Append a route; what comes later replaces what came before. */
struct table_route *table_add(struct table *t, const struct ip_prefix *p, uint32_t origin);

/* Append the withdrawal of a prefix. */
void table_add_withdrawal(struct table *t, const struct ip_prefix *p);

/* Sort, and keep for each prefix the last that was said of it. */
void table_finish(struct table *t);

/* Drop what is not of the families wanted, then all but the first `limit` of each family. */
void table_filter(struct table *t, const bool families[IP_FAMILIES], size_t limit);

/* The index of an address or attribute set in the table's list; it is copied there if new. */
uint32_t table_nexthop(struct table *t, const struct ip_addr *a);
uint32_t table_attrs(struct table *t, const struct route_attrs *a);

/* The route of exactly this prefix, or NULL. Only after table_finish(). */
struct table_route *table_find(const struct table *t, const struct ip_prefix *p);

/* Routes of a family. */
size_t table_count(const struct table *t, enum ip_family family);

/*
 * The chain of covering routes while going through a finished table in order: cover_step() gives
 * the index of the longest route that covers route i, or TABLE_NONE. To be called with 0, 1, 2, ...
 */
struct table_cover {
	const struct table *table;
	uint32_t chain[129];
	unsigned depth;
};

uint32_t table_cover_step(struct table_cover *c, uint32_t i);

/*
 * A route as a line of text, without the newline, as `hotfib-lab table` and the sink's `dump` say
 * it:
 *
 *      192.0.2.0/24 198.18.0.1 65001,64500 origin=IGP med=5 local_pref=100 communities=65001:7
 *
 * An empty path is "-"; what else a route does not have is left out. Gives buf.
 */
#define TABLE_LINE_MAX 4096
char *table_format_route(
    const struct ip_prefix *p, const struct route_attrs *a, char buf[TABLE_LINE_MAX]);

#endif
