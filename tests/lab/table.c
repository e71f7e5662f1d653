/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes are appended in order of arrival and sorted once, so that a table of 1.4 million loads in
 * the time it takes to read it; nothing is looked up meanwhile. Duplicates and withdrawals are
 * settled by the sort: of equal prefixes the last wins. Input that is sorted already, as lists
 * mostly are, costs one comparison a route.
 *
 * Next hops and attribute sets are hash-consed with open addressing: a slot holds an index into the
 * list. The bytes of spans go to chunks that never move.
 */
#include "tests/lab/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "lib/mem.h"

#define CHUNK_BYTES (1u << 20)

struct chunk {
	struct chunk *next;
	size_t used, size;
	uint8_t bytes[];
};

struct slots {
	uint32_t *slot; /* index + 1; 0: empty */
	uint32_t mask, used;
};

struct table_index {
	struct slots nexthops, attrs;
	struct chunk *chunks;
};

void
table_init(struct table *t)
{
	*t = (struct table){ .index = mem_alloc(MEM_MISC, sizeof(struct table_index)) };
}

void
table_fini(struct table *t)
{
	struct chunk *next;

	for (struct chunk *c = t->index->chunks; c != NULL; c = next) {
		next = c->next;
		mem_free(MEM_MISC, c);
	}
	mem_free(MEM_MISC, t->index->nexthops.slot);
	mem_free(MEM_MISC, t->index->attrs.slot);
	mem_free(MEM_MISC, t->index);
	mem_free(MEM_MISC, t->routes);
	mem_free(MEM_MISC, t->nexthops);
	mem_free(MEM_MISC, t->attrs);
}

static struct table_route *
append(struct table *t, const struct ip_prefix *p)
{
	struct table_route *r;

	if (t->n == t->cap) {
		ASSERT(t->n <= INT32_MAX);
		t->cap = t->cap > 0 ? 2 * t->cap : 1024;
		t->routes = mem_resize(MEM_MISC, t->routes, t->cap, sizeof(*t->routes));
	}
	r = &t->routes[t->n];
	*r = (struct table_route){ .prefix = *p,
		.nexthop = TABLE_NONE,
		.attrs = TABLE_NONE,
		.order = (unsigned)t->n & INT32_MAX };
	t->n++;
	return r;
}

struct table_route *
table_add(struct table *t, const struct ip_prefix *p, uint32_t origin)
{
	struct table_route *r = append(t, p);

	r->origin = origin;
	return r;
}

void
table_add_withdrawal(struct table *t, const struct ip_prefix *p)
{
	append(t, p)->withdrawn = 1;
}

static int
by_prefix_and_order(const void *a, const void *b)
{
	const struct table_route *x = a, *y = b;
	int order = prefix_cmp(&x->prefix, &y->prefix);

	return order != 0 ? order : x->order < y->order ? -1 : x->order > y->order;
}

void
table_finish(struct table *t)
{
	bool sorted = true;
	size_t n = 0;

	for (size_t i = 1; i < t->n && sorted; i++)
		sorted = prefix_cmp(&t->routes[i - 1].prefix, &t->routes[i].prefix) <= 0;
	if (!sorted)
		qsort(t->routes, t->n, sizeof(*t->routes), by_prefix_and_order);
	for (size_t i = 0; i < t->n; i++) {
		const struct table_route *r = &t->routes[i];

		if (i + 1 < t->n && prefix_equal(&r->prefix, &r[1].prefix))
			continue;
		if (!r->withdrawn)
			t->routes[n++] = *r;
	}
	t->n = n;
}

void
table_filter(struct table *t, const bool families[IP_FAMILIES], size_t limit)
{
	size_t kept[IP_FAMILIES] = { 0 }, n = 0;

	for (size_t i = 0; i < t->n; i++) {
		unsigned f = t->routes[i].prefix.family;

		if (families[f] && kept[f] < limit) {
			kept[f]++;
			t->routes[n++] = t->routes[i];
		}
	}
	t->n = n;
}

/* Make room for one more; `rehash` gives the hash of entry i. */
static void
slots_grow(
    struct slots *s, const struct table *t, uint64_t (*rehash)(const struct table *, uint32_t))
{
	uint32_t size = s->slot != NULL ? 2 * (s->mask + 1) : 1024;

	if (s->slot != NULL && s->used < s->mask / 2)
		return;
	mem_free(MEM_MISC, s->slot);
	s->slot = mem_calloc(MEM_MISC, size, sizeof(*s->slot));
	s->mask = size - 1;
	for (uint32_t i = 0; i < s->used; i++) {
		uint32_t at = (uint32_t)rehash(t, i) & s->mask;

		while (s->slot[at] != 0)
			at = (at + 1) & s->mask;
		s->slot[at] = i + 1;
	}
}

static uint64_t
nexthop_hash(const struct table *t, uint32_t i)
{
	const struct ip_addr *a = &t->nexthops[i];

	return hash_fold(rng_mix(a->hi + a->family), a->lo ^ UINT64_C(0x9e3779b97f4a7c15));
}

uint32_t
table_nexthop(struct table *t, const struct ip_addr *a)
{
	struct slots *s = &t->index->nexthops;
	uint32_t at;

	if (t->n_nexthops == t->nexthops_cap) {
		t->nexthops_cap = t->nexthops_cap > 0 ? 2 * t->nexthops_cap : 64;
		t->nexthops =
		    mem_resize(MEM_MISC, t->nexthops, t->nexthops_cap, sizeof(*t->nexthops));
	}
	slots_grow(s, t, nexthop_hash);
	t->nexthops[t->n_nexthops] = *a;
	at = (uint32_t)nexthop_hash(t, t->n_nexthops) & s->mask;
	for (; s->slot[at] != 0; at = (at + 1) & s->mask) {
		if (ip_equal(&t->nexthops[s->slot[at] - 1], a))
			return s->slot[at] - 1;
	}
	s->slot[at] = ++s->used;
	return t->n_nexthops++;
}

/* The spans of an attribute set, one by one. */
static struct span *
attrs_span(struct route_attrs *a, unsigned i)
{
	switch (i) {
	case 0: return &a->as_path;
	case 1: return &a->communities;
	case 2: return &a->ext_communities;
	case 3: return &a->large_communities;
	case 4: return &a->cluster_list;
	case 5: return &a->opaque;
	default: return NULL;
	}
}

/* What is not a span, as one array of numbers. */
#define PLAIN_WORDS 10

static void
attrs_plain(const struct route_attrs *a, uint64_t w[PLAIN_WORDS])
{
	const struct route_nexthop *nh = &a->nexthop;

	w[0] = nh->addr.hi;
	w[1] = nh->addr.lo;
	w[2] = nh->link_local_hi;
	w[3] = nh->link_local_lo;
	w[4] = (uint64_t)nh->addr.family << 8 | a->origin | (uint64_t)a->has_med << 16 |
	       (uint64_t)a->has_local_pref << 17 | (uint64_t)a->has_originator_id << 18 |
	       (uint64_t)a->has_aggregator << 19 | (uint64_t)a->has_otc << 20 |
	       (uint64_t)a->atomic_aggregate << 21;
	w[5] = (uint64_t)a->med << 32 | a->local_pref;
	w[6] = a->originator_id;
	w[7] = (uint64_t)a->aggregator_as << 32 | a->aggregator_id;
	w[8] = a->otc;
	w[9] = 0;
}

static uint64_t
attrs_hash(const struct table *t, uint32_t i)
{
	struct route_attrs a = t->attrs[i];
	uint64_t w[PLAIN_WORDS], h;
	const struct span *s;

	attrs_plain(&a, w);
	h = hash_bytes(w, sizeof(w), 0);
	for (unsigned k = 0; (s = attrs_span(&a, k)) != NULL; k++)
		h = s->len > 0 ? hash_bytes(s->data, s->len, h + k) : h;
	return h;
}

static bool
attrs_equal(struct route_attrs a, struct route_attrs b)
{
	uint64_t wa[PLAIN_WORDS], wb[PLAIN_WORDS];
	const struct span *s;

	attrs_plain(&a, wa);
	attrs_plain(&b, wb);
	if (memcmp(wa, wb, sizeof(wa)) != 0)
		return false;
	for (unsigned k = 0; (s = attrs_span(&a, k)) != NULL; k++) {
		const struct span *o = attrs_span(&b, k);

		if (s->len != o->len || (s->len > 0 && memcmp(s->data, o->data, s->len) != 0))
			return false;
	}
	return true;
}

static const uint8_t *
keep_bytes(struct table_index *index, const uint8_t *data, size_t len)
{
	struct chunk *c = index->chunks;
	uint8_t *at;

	if (c == NULL || c->size - c->used < len) {
		size_t size = len > CHUNK_BYTES ? len : CHUNK_BYTES;

		c = mem_alloc(MEM_MISC, sizeof(*c) + size);
		c->size = size;
		c->next = index->chunks;
		index->chunks = c;
	}
	at = c->bytes + c->used;
	memcpy(at, data, len);
	c->used += len;
	return at;
}

uint32_t
table_attrs(struct table *t, const struct route_attrs *a)
{
	struct slots *s = &t->index->attrs;
	struct span *span;
	uint32_t at;

	if (t->n_attrs == t->attrs_cap) {
		t->attrs_cap = t->attrs_cap > 0 ? 2 * t->attrs_cap : 1024;
		t->attrs = mem_resize(MEM_MISC, t->attrs, t->attrs_cap, sizeof(*t->attrs));
	}
	slots_grow(s, t, attrs_hash);
	t->attrs[t->n_attrs] = *a;
	at = (uint32_t)attrs_hash(t, t->n_attrs) & s->mask;
	for (; s->slot[at] != 0; at = (at + 1) & s->mask) {
		if (attrs_equal(t->attrs[s->slot[at] - 1], *a))
			return s->slot[at] - 1;
	}
	for (unsigned k = 0; (span = attrs_span(&t->attrs[t->n_attrs], k)) != NULL; k++)
		span->data = span->len > 0 ? keep_bytes(t->index, span->data, span->len) : NULL;
	s->slot[at] = ++s->used;
	return t->n_attrs++;
}

struct table_route *
table_find(const struct table *t, const struct ip_prefix *p)
{
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = prefix_cmp(&t->routes[mid].prefix, p);

		if (order == 0)
			return &t->routes[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

size_t
table_count(const struct table *t, enum ip_family family)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		n += t->routes[i].prefix.family == family;
	return n;
}

uint32_t
table_cover_step(struct table_cover *c, uint32_t i)
{
	const struct table_route *r = c->table->routes;
	uint32_t parent;

	while (c->depth > 0 && !prefix_contains(&r[c->chain[c->depth - 1]].prefix, &r[i].prefix))
		c->depth--;
	parent = c->depth > 0 ? c->chain[c->depth - 1] : TABLE_NONE;
	c->chain[c->depth++] = i;
	return parent;
}

char *
table_format_route(const struct ip_prefix *p, const struct route_attrs *a, char buf[TABLE_LINE_MAX])
{
	char prefix[PREFIX_TEXT_MAX], nexthop[IP_TEXT_MAX], text[TABLE_LINE_MAX / 4];
	int n;

	route_as_path_format(a->as_path, ',', text, sizeof(text));
	n = snprintf(buf, TABLE_LINE_MAX, "%s %s %s origin=%s", prefix_format(p, prefix),
	    ip_format(&a->nexthop.addr, nexthop), text[0] != '\0' ? text : "-",
	    route_origin_name(a->origin));
	if (a->has_med)
		n += snprintf(buf + n, TABLE_LINE_MAX - (size_t)n, " med=%u", a->med);
	if (a->has_local_pref)
		n += snprintf(buf + n, TABLE_LINE_MAX - (size_t)n, " local_pref=%u", a->local_pref);
	if (a->communities.len > 0) {
		route_communities_format(a->communities, ',', text, sizeof(text));
		snprintf(buf + n, TABLE_LINE_MAX - (size_t)n, " communities=%s", text);
	}
	return buf;
}
