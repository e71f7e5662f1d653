/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes that are learned and shown, but must not be pushed. It is said by marks on their attribute
 * sets (ribtrie/attrs.h), so it costs nothing per route; which of the marks count is a matter of
 * where a target pushes. The selection is told through the RIB: what is withheld stays with the
 * default, and nothing that would hide it is installed.
 */
#ifndef CONTROL_WITHHOLD_H
#define CONTROL_WITHHOLD_H

#include "lib/route.h"

enum withhold_mark {
	WITHHOLD_NO_ADVERTISE = 1 << 0, /* to no BGP peer (RFC 1997) */
	WITHHOLD_NO_EXPORT = 1 << 1,    /* to no external one: NO_EXPORT, NO_EXPORT_SUBCONFED */
	WITHHOLD_OWN_NEXTHOP = 1 << 2   /* its next hop is an address of ours */
};

/* What is ours. */
struct withhold {
	struct ip_addr *own;
	size_t n_own;
};

void withhold_fini(struct withhold *w);

/* An address of ours, as the end of a session; true if it is new: mark all sets again. */
bool withhold_own(struct withhold *w, const struct ip_addr *address);

/* An attrs_mark_fn; ctx is a struct withhold. */
uint8_t withhold_marks(void *ctx, const struct route_attrs *attrs);

/* The marks in words: "NO_ADVERTISE"; the first of them, "" if there is none. */
const char *withhold_name(uint8_t marks);

#endif
