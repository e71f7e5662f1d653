/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an entry of a target is there for, in terms of the RIB: an operator knows routes, and
 * `priced` makes entries that are none (docs/SELECTION.md).
 */
#ifndef CONTROL_SERVES_H
#define CONTROL_SERVES_H

#include "control/installed.h"
#include "ribtrie/rib.h"

enum serves_kind {
	SERVES_ROUTE,     /* it is a route */
	SERVES_PART,      /* a busy part of one */
	SERVES_AGGREGATE, /* some routes inside it have its next hop */
	SERVES_GUARD,     /* sends to the default what the entry above would take */
	SERVES_NONE,      /* nothing any more: the RIB has changed, a repair is due */
	SERVES_KINDS
};

#define SERVES_ROUTES_MAX 4
#define SERVES_LOOKS_MAX  256 /* routes inside an aggregate that are looked at */

struct serves {
	enum serves_kind kind;
	uint32_t routes[SERVES_ROUTES_MAX]; /* RIB entries, the first of them in prefix order */
	unsigned n_routes;
	bool more; /* or may be: an aggregate is not searched to its end */
};

/* Of the prefix p, held in `held` with the next hop `nexthop`. default_nexthop: where guards send;
 * ACTION_NONE: there is none. */
void serves_find(const struct rib *rib, const struct installed *held, const struct ip_prefix *p,
    uint32_t nexthop, uint32_t default_nexthop, struct serves *out);

/* "route", "part", "aggregate", "guard", "none" */
const char *serves_kind_name(enum serves_kind kind);

#endif
