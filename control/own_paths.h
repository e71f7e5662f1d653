/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own pushed paths that a router sends back (router.h, router_own_id): not kept in the RIB, but
 * remembered here so that an operator who asks for a prefix is shown them, and why they do not
 * count. There is one for each route that is pushed to a router with one table, and no more than
 * OWN_PATHS_MAX: those above are not remembered.
 */
#ifndef CONTROL_OWN_PATHS_H
#define CONTROL_OWN_PATHS_H

#include "ribtrie/attrs.h"

#define OWN_PATHS_MAX 65536

struct own_path {
	struct ip_prefix prefix;
	uint32_t path_id; /* RFC 7911; 0 without ADD-PATH */
	uint32_t attrs;   /* a reference of ours */
	uint32_t next;    /* in its bucket, or of the free ones */
	uint8_t source;   /* who sent it */
};

/* All zeros, but for `attrs`: none. */
struct own_paths {
	struct attrs_table *attrs; /* borrowed */
	struct own_path *list;
	uint32_t cap, n; /* places, and how many of them are taken */
	uint32_t *buckets, free;
};

void own_paths_fini(struct own_paths *o);

/* The source sent it, with these attributes now; or something else of this prefix and path id. */
void own_paths_set(struct own_paths *o, const struct ip_prefix *p, unsigned source,
    uint32_t path_id, uint32_t attrs);
void own_paths_clear(
    struct own_paths *o, const struct ip_prefix *p, unsigned source, uint32_t path_id);

/* The source's session is over, or it will send everything again. */
void own_paths_forget(struct own_paths *o, unsigned source, enum ip_family family);

/* The prefix's after `last`, NULL: the first; NULL: no more. Lent until the next change. */
const struct own_path *own_paths_next(
    const struct own_paths *o, const struct ip_prefix *p, const struct own_path *last);

#endif
