/* SPDX-License-Identifier: Apache-2.0 */
/* A whole table as BGP messages, piece by piece. */
#ifndef LAB_EMIT_H
#define LAB_EMIT_H

#include "bgpd/update.h"
#include "tests/lab/table.h"

struct emit {
	const struct table *table;
	struct bgp_encode how;
	bool families[IP_FAMILIES];
	bool packed;        /* as many prefixes in an UPDATE as have its attributes and fit */
	uint32_t *by_attrs; /* packed: routes in order of their attributes */
	size_t at;          /* routes done */
	unsigned eor_at;    /* families whose End-of-RIB is done */
	uint64_t routes, updates, too_long; /* since the start; routes left out for want of room */
};

/* A table with attributes for every route; withdrawn ones are left out. */
void emit_init(struct emit *e, const struct table *t, const struct bgp_encode *how,
    const bool families[IP_FAMILIES], bool packed);
void emit_fini(struct emit *e);

/* Begin with the first route again, and to count. */
void emit_rewind(struct emit *e);

/* Append whole messages as long as one of full size has room: the routes of the families wanted,
 * then End-of-RIB of each. False when there was nothing left to write. */
bool emit_next(struct emit *e, struct wr *w);

#endif
