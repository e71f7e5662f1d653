/* SPDX-License-Identifier: Apache-2.0 */
#include "ribtrie/idhash.h"

#include <string.h>

#define BUCKETS_MIN 64u

static struct idhash_link *
link_at(const struct idhash *h, uint32_t id)
{
	return arena_at(h->records, id);
}

static void
buckets_new(struct idhash *h, uint32_t n)
{
	h->buckets = mem_calloc(h->tag, n, sizeof(*h->buckets));
	memset(h->buckets, 0xff, n * sizeof(*h->buckets)); /* IDHASH_NONE */
	h->mask = n - 1;
}

void
idhash_init(struct idhash *h, enum mem_tag tag, const struct arena *records)
{
	*h = (struct idhash){ .records = records, .tag = tag };
	buckets_new(h, BUCKETS_MIN);
}

void
idhash_fini(struct idhash *h)
{
	mem_free(h->tag, h->buckets);
	h->buckets = NULL;
}

size_t
idhash_bytes(const struct idhash *h)
{
	return ((size_t)h->mask + 1) * sizeof(*h->buckets);
}

static void
chain(struct idhash *h, uint32_t id)
{
	struct idhash_link *link = link_at(h, id);
	uint32_t *bucket = &h->buckets[link->hash & h->mask];

	link->next = *bucket;
	*bucket = id;
}

static void
resize(struct idhash *h, uint32_t n)
{
	uint32_t *old = h->buckets, old_n = h->mask + 1, id, next;

	buckets_new(h, n);
	for (uint32_t i = 0; i < old_n; i++) {
		for (id = old[i]; id != IDHASH_NONE; id = next) {
			next = link_at(h, id)->next;
			chain(h, id);
		}
	}
	mem_free(h->tag, old);
}

/* Between a quarter and one record a bucket. */
void
idhash_add(struct idhash *h, uint32_t id, uint32_t hash)
{
	link_at(h, id)->hash = hash;
	chain(h, id);
	if (++h->count > h->mask)
		resize(h, (h->mask + 1) * 2);
}

void
idhash_remove(struct idhash *h, uint32_t id)
{
	struct idhash_link *link = link_at(h, id);
	uint32_t *at = &h->buckets[link->hash & h->mask];

	while (*at != id) {
		ASSERT(*at != IDHASH_NONE);
		at = &link_at(h, *at)->next;
	}
	*at = link->next;
	if (--h->count < h->mask / 4 && h->mask >= BUCKETS_MIN)
		resize(h, (h->mask + 1) / 2);
}
