/* SPDX-License-Identifier: Apache-2.0 */
/* What a sink has been told: one route a prefix, in a hash. */
#ifndef LAB_RIB_H
#define LAB_RIB_H

#include "tests/lab/table.h"

struct rib {
	struct table_route *slots; /* prefix.len RIB_EMPTY: free */
	size_t mask;
	size_t n[IP_FAMILIES];
	size_t most; /* largest number of routes of both families there ever was */
};

void rib_init(struct rib *r);
void rib_fini(struct rib *r);

/* Insert or replace; attrs is the caller's index. */
void rib_set(struct rib *r, const struct ip_prefix *p, uint32_t attrs);

/* False when it was not there. */
bool rib_remove(struct rib *r, const struct ip_prefix *p);

/* The route of exactly this prefix, or NULL. */
const struct table_route *rib_find(const struct rib *r, const struct ip_prefix *p);

/* Forget all routes; `most` stays. */
void rib_clear(struct rib *r);

/* All routes sorted by prefix, to be freed with mem_free(MEM_MISC, ...). */
struct table_route *rib_sorted(const struct rib *r, size_t *n);

static inline size_t
rib_size(const struct rib *r)
{
	return r->n[IP_V4] + r->n[IP_V6];
}

#endif
