/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash index over records that live in an arena and are named by id. Only the index: the
 * records begin with a struct idhash_link, and whoever searches compares what follows it.
 *
 *	for (id = idhash_first(h, hash); id != IDHASH_NONE; id = idhash_next(h, id, hash))
 *		if (record `id` is the one)
 */
#ifndef RIBTRIE_IDHASH_H
#define RIBTRIE_IDHASH_H

#include "ribtrie/arena.h"

#define IDHASH_NONE UINT32_MAX

struct idhash_link {
	uint32_t next; /* in the bucket's chain */
	uint32_t hash;
};

struct idhash {
	const struct arena *records;
	uint32_t *buckets;
	uint32_t mask;
	uint32_t count;
	enum mem_tag tag;
};

void idhash_init(struct idhash *h, enum mem_tag tag, const struct arena *records);
void idhash_fini(struct idhash *h);

/* Records in the index, and bytes held by the index alone. */
static inline size_t
idhash_count(const struct idhash *h)
{
	return h->count;
}

size_t idhash_bytes(const struct idhash *h);

void idhash_add(struct idhash *h, uint32_t id, uint32_t hash);

/* The record must be in the index. */
void idhash_remove(struct idhash *h, uint32_t id);

/* The next record with this hash from `id` on, itself included. */
static inline uint32_t
idhash_match(const struct idhash *h, uint32_t id, uint32_t hash)
{
	while (id != IDHASH_NONE) {
		const struct idhash_link *link = arena_at(h->records, id);

		if (link->hash == hash)
			break;
		id = link->next;
	}
	return id;
}

static inline uint32_t
idhash_first(const struct idhash *h, uint32_t hash)
{
	return idhash_match(h, h->buckets[hash & h->mask], hash);
}

static inline uint32_t
idhash_next(const struct idhash *h, uint32_t id, uint32_t hash)
{
	const struct idhash_link *link = arena_at(h->records, id);

	return idhash_match(h, link->next, hash);
}

#endif
