/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash of the prefix leads to a chain of places in one array, which doubles up to its limit. Path
 * and source are not in the hash, so that a prefix's paths are in one chain.
 */
#include "control/own_paths.h"

#include "lib/hash.h"
#include "lib/mem.h"

#define NONE UINT32_MAX

static uint32_t *
bucket(const struct own_paths *o, const struct ip_prefix *p)
{
	uint64_t words[] = { p->hi, p->lo, (uint64_t)p->len << 8 | p->family };

	return &o->buckets[hash_bytes(words, sizeof(words), 0) & (o->cap - 1)];
}

static void
link_in(struct own_paths *o, uint32_t i)
{
	uint32_t *b = bucket(o, &o->list[i].prefix);

	o->list[i].next = *b;
	*b = i;
}

/* Twice as many places; all that are taken are the first ones then. */
static void
grow(struct own_paths *o)
{
	uint32_t cap = o->cap > 0 ? 2 * o->cap : 256;

	o->list = mem_resize(MEM_RIB, o->list, cap, sizeof(*o->list));
	o->buckets = mem_resize(MEM_RIB, o->buckets, cap, sizeof(*o->buckets));
	o->cap = cap;
	for (uint32_t b = 0; b < cap; b++)
		o->buckets[b] = NONE;
	for (uint32_t i = 0; i < o->n; i++)
		link_in(o, i);
	for (uint32_t i = o->n; i < cap; i++)
		o->list[i].next = i + 1 < cap ? i + 1 : NONE;
	o->free = o->n;
}

void
own_paths_fini(struct own_paths *o)
{
	for (uint32_t b = 0; b < o->cap; b++)
		for (uint32_t i = o->buckets[b]; i != NONE; i = o->list[i].next)
			attrs_unref(o->attrs, o->list[i].attrs);
	mem_free(MEM_RIB, o->list);
	mem_free(MEM_RIB, o->buckets);
}

/* What leads to it in its chain: NONE there if it is not in it. */
static uint32_t *
find(struct own_paths *o, const struct ip_prefix *p, unsigned source, uint32_t path_id)
{
	uint32_t *at = bucket(o, p);

	while (*at != NONE && (o->list[*at].source != source || o->list[*at].path_id != path_id ||
				  !prefix_equal(&o->list[*at].prefix, p)))
		at = &o->list[*at].next;
	return at;
}

static void
take_out(struct own_paths *o, uint32_t *at)
{
	uint32_t i = *at;

	*at = o->list[i].next;
	attrs_unref(o->attrs, o->list[i].attrs);
	o->list[i].next = o->free;
	o->free = i;
	o->n--;
}

void
own_paths_clear(struct own_paths *o, const struct ip_prefix *p, unsigned source, uint32_t path_id)
{
	uint32_t *at;

	if (LIKELY(o->n == 0))
		return;
	at = find(o, p, source, path_id);
	if (*at != NONE)
		take_out(o, at);
}

void
own_paths_set(struct own_paths *o, const struct ip_prefix *p, unsigned source, uint32_t path_id,
    uint32_t attrs)
{
	uint32_t i;

	own_paths_clear(o, p, source, path_id);
	if (o->n == OWN_PATHS_MAX)
		return;
	if (o->n == o->cap)
		grow(o);
	i = o->free;
	o->free = o->list[i].next;
	attrs_ref(o->attrs, attrs);
	o->list[i] = (struct own_path){
		.prefix = *p, .path_id = path_id, .attrs = attrs, .source = (uint8_t)source
	};
	link_in(o, i);
	o->n++;
}

void
own_paths_forget(struct own_paths *o, unsigned source, enum ip_family family)
{
	for (uint32_t b = 0; b < o->cap && o->n > 0; b++) {
		uint32_t *at = &o->buckets[b];

		while (*at != NONE) {
			if (o->list[*at].source == source && o->list[*at].prefix.family == family)
				take_out(o, at);
			else
				at = &o->list[*at].next;
		}
	}
}

const struct own_path *
own_paths_next(const struct own_paths *o, const struct ip_prefix *p, const struct own_path *last)
{
	uint32_t i;

	if (o->n == 0)
		return NULL;
	i = last != NULL ? last->next : *bucket(o, p);
	while (i != NONE && !prefix_equal(&o->list[i].prefix, p))
		i = o->list[i].next;
	return i != NONE ? &o->list[i] : NULL;
}
