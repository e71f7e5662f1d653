/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/prefixes.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/support.h"

struct ip_prefix
prefix(const char *text)
{
	struct ip_prefix p;

	ASSERT(prefix_parse(text, true, &p));
	return p;
}

struct list {
	struct ip_prefix *items;
	size_t count, cap;
};

static void
list_add(struct list *l, const struct ip_prefix *p)
{
	if (l->count == l->cap) {
		l->cap = l->cap > 0 ? l->cap * 2 : 1024;
		l->items = realloc(l->items, l->cap * sizeof(*l->items));
		ASSERT(l->items != NULL);
	}
	l->items[l->count++] = *p;
}

struct ip_prefix *
table_read(const char *name, enum ip_family family, size_t *count)
{
	struct list l = { 0 };
	size_t len;
	char *text = (char *)data_read(name, &len), *line, *end;

	if (text == NULL)
		return NULL;
	for (line = text; line < text + len; line = end + 1) {
		struct ip_prefix p;

		end = memchr(line, '\n', (size_t)(text + len - line));
		ASSERT(end != NULL);
		*end = '\0';
		line[strcspn(line, " \r")] = '\0';
		if (line[0] == '\0' || line[0] == '#')
			continue;
		ASSERT(prefix_parse(line, false, &p));
		if (p.family == family)
			list_add(&l, &p);
	}
	free(text);
	*count = l.count;
	return l.items;
}

static int
compare(const void *a, const void *b)
{
	return prefix_cmp(a, b);
}

struct ip_prefix *
table_make(enum ip_family family, size_t count, uint64_t seed)
{
	static const uint8_t lengths[IP_FAMILIES][8] = {
		{ 24, 24, 24, 24, 24, 22, 23, 20 },
		{ 48, 48, 48, 48, 32, 32, 40, 44 },
	};
	struct rng r = rng_make(seed);
	struct ip_prefix *out = calloc(count, sizeof(*out));
	size_t n = 0, kept;

	ASSERT(out != NULL);
	while (n < count) {
		for (; n < count; n++) {
			uint64_t hi = rng_u64(&r);
			unsigned len = lengths[family][rng_below(&r, 8)];

			/* Global unicast in 8,192 /16s, or in as many /24s of 2000::/4. */
			if (family == IP_V4)
				hi = (hi & ~(UINT64_C(7) << 61)) | UINT64_C(1) << 61;
			else
				hi = (hi & (UINT64_MAX >> 4) & ~(UINT64_C(0x7f) << 40)) |
				     UINT64_C(2) << 60;
			out[n] = prefix_make(family, hi, 0, len);
		}
		qsort(out, n, sizeof(*out), compare);
		kept = 0;
		for (size_t i = 0; i < n; i++)
			if (kept == 0 || !prefix_equal(&out[kept - 1], &out[i]))
				out[kept++] = out[i];
		n = kept;
	}
	return out;
}

static uint64_t
flip_some(struct rng *r, uint64_t bits)
{
	for (uint64_t n = rng_below(r, 3); n > 0; n--)
		bits ^= UINT64_C(1) << rng_below(r, 64);
	return bits;
}

struct ip_prefix
prefix_random(struct rng *r, enum ip_family family, const struct ip_prefix *near)
{
	unsigned bits = ip_bits(family);
	uint64_t hi = rng_u64(r), lo = rng_u64(r);
	unsigned len = (unsigned)rng_below(r, bits + 1);

	if (near != NULL && rng_below(r, 2) == 0) {
		int moved = (int)near->len + (int)rng_below(r, 9) - 4;

		hi = flip_some(r, near->hi);
		lo = flip_some(r, near->lo);
		len = moved < 0 ? 0 : (unsigned)moved > bits ? bits : (unsigned)moved;
	} else if (family == IP_V6 && rng_below(r, 4) != 0) {
		hi = hi >> 3 | UINT64_C(1) << 61;
	}
	if (family == IP_V4) {
		hi &= ip_mask64(32);
		lo = 0;
	}
	return prefix_make(family, hi, lo, len);
}

struct ip_addr
prefix_random_host(struct rng *r, const struct ip_prefix *p)
{
	struct ip_addr first = prefix_first(p), last = prefix_last(p);

	first.hi |= rng_u64(r) & (first.hi ^ last.hi);
	first.lo |= rng_u64(r) & (first.lo ^ last.lo);
	return first;
}
