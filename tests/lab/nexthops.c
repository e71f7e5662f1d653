/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every random choice is a hash of the seed and of what it is about (an AS, a prefix), never the
 * next number of a sequence: a table cut to 10,000 routes gets the next hops that these routes have
 * in the whole table.
 */
#include "tests/lab/nexthops.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/hash.h"
#include "lib/mem.h"

#define P_PRIMARY_AT_TOP 0.85
#define P_OWN_ORIGIN     0.7

static void
shares_s0(double *share, unsigned n)
{
	static const double first[] = { .19, .18, .07, .07 };

	for (unsigned i = 0; i < n; i++)
		share[i] = i < ARRAY_LEN(first) ? first[i] : .49 / ((i - 2.) * log(n));
}

static void
shares_s1(double *share, unsigned n)
{
	static const double all[] = { .733, .181, .072, .008, .003, .001, .001, .001 };

	memcpy(share, all, n * sizeof(*share));
}

static void
shares_s2(double *share, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		share[i] = .107 / pow(i + 1., .75);
}

static void
shares_one(double *share, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		share[i] = 1;
}

static const struct {
	const char *name;
	unsigned n;
	double same_origin, other_origin;
	void (*shares)(double *share, unsigned n);
} models[] = {
	{ "s0", 250, .78, .57, shares_s0 },
	{ "s1", 8, .86, .79, shares_s1 },
	{ "s2", 750, .52, .38, shares_s2 },
	{ "one", 1, 1, 1, shares_one },
};

bool
nexthops_model(const char *name, struct nexthops_model *out)
{
	for (size_t k = 0; k < ARRAY_LEN(models); k++) {
		double sum = 0;

		if (strcmp(models[k].name, name) != 0)
			continue;
		out->n = models[k].n;
		out->same_origin = models[k].same_origin;
		out->other_origin = models[k].other_origin;
		models[k].shares(out->share, out->n);
		for (unsigned i = 0; i < out->n; i++)
			sum += out->share[i];
		for (unsigned i = 0; i < out->n; i++)
			out->share[i] /= sum;
		return true;
	}
	return false;
}

struct draws {
	unsigned n;
	double below[NEXTHOPS_MAX]; /* sum of the shares up to and with i */
};

static uint32_t
draw(const struct draws *d, struct rng *rng)
{
	double u = rng_unit(rng);
	unsigned low = 0, high = d->n - 1;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (u < d->below[mid])
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

void
nexthops_draw(const struct table *t, const struct nexthops_model *m, uint64_t seed, uint32_t *out)
{
	struct table_cover cover = { .table = t };
	struct draws d = { .n = m->n };
	double sum = 0;

	for (unsigned i = 0; i < m->n; i++)
		d.below[i] = sum += m->share[i];
	for (uint32_t i = 0; i < t->n; i++) {
		const struct table_route *r = &t->routes[i];
		uint64_t key[3] = { r->prefix.hi, r->prefix.lo, r->prefix.len };
		struct rng own = rng_make(hash_bytes(key, sizeof(key), seed));
		struct rng as = rng_make(rng_mix(seed ^ rng_mix(r->origin)));
		uint32_t primary = draw(&d, &as), alternative = draw(&d, &as);
		uint32_t parent = table_cover_step(&cover, i);
		double p;

		if (parent == TABLE_NONE) {
			out[i] = rng_unit(&own) < P_PRIMARY_AT_TOP ? primary : alternative;
			continue;
		}
		p = t->routes[parent].origin == r->origin ? m->same_origin : m->other_origin;
		if (rng_unit(&own) < p)
			out[i] = out[parent];
		else if (rng_unit(&own) < P_OWN_ORIGIN)
			out[i] = out[parent] == primary ? alternative : primary;
		else
			out[i] = draw(&d, &own);
	}
}

static bool
pool_append(struct nexthops_pool pools[IP_FAMILIES], const struct ip_addr *a)
{
	struct nexthops_pool *pool = &pools[a->family];

	if (pool->n == NEXTHOPS_POOL_MAX) {
		fprintf(stderr, "more than %d next hops\n", NEXTHOPS_POOL_MAX);
		return false;
	}
	if (pool->n == pool->cap) {
		pool->cap = pool->cap > 0 ? 2 * pool->cap : 16;
		pool->addr = mem_resize(MEM_MISC, pool->addr, pool->cap, sizeof(*pool->addr));
	}
	pool->addr[pool->n++] = *a;
	return true;
}

static struct ip_addr
next_address(struct ip_addr a)
{
	if (a.family == IP_V4)
		a.hi += UINT64_C(1) << 32;
	else if (++a.lo == 0)
		a.hi++;
	return a;
}

bool
nexthops_pool_add(struct nexthops_pool pools[IP_FAMILIES], const char *text)
{
	char item[2 * IP_TEXT_MAX + 2];

	while (*text != '\0') {
		size_t len = strcspn(text, ",");
		struct ip_addr first, last;
		char *dash;
		bool ok;

		snprintf(item, sizeof(item), "%.*s", (int)size_min(len, sizeof(item)), text);
		dash = strchr(item, '-');
		if (dash != NULL)
			*dash = '\0';
		ok = len < sizeof(item) && ip_parse(item, &first) &&
		     ip_parse(dash != NULL ? dash + 1 : item, &last) &&
		     first.family == last.family && ip_cmp(&first, &last) <= 0;
		if (!ok) {
			fprintf(stderr, "not an address or a range of addresses: %.*s\n", (int)len,
			    text);
			return false;
		}
		for (;; first = next_address(first)) {
			if (!pool_append(pools, &first))
				return false;
			if (ip_equal(&first, &last))
				break;
		}
		text += len + (text[len] == ',');
	}
	return true;
}

void
nexthops_pool_fini(struct nexthops_pool pools[IP_FAMILIES])
{
	for (unsigned f = 0; f < IP_FAMILIES; f++)
		mem_free(MEM_MISC, pools[f].addr);
}

void
nexthops_assign(struct table *t, const struct nexthops_model *m,
    const struct nexthops_pool pools[IP_FAMILIES], uint64_t seed)
{
	uint32_t *drawn = mem_calloc(MEM_MISC, t->n, sizeof(*drawn));

	nexthops_draw(t, m, seed, drawn);
	for (size_t i = 0; i < t->n; i++) {
		struct table_route *r = &t->routes[i];
		const struct nexthops_pool *pool = &pools[r->prefix.family];

		if (r->nexthop != TABLE_NONE)
			continue;
		ASSERT(pool->n > 0);
		r->nexthop = table_nexthop(t, &pool->addr[drawn[i] % pool->n]);
	}
	mem_free(MEM_MISC, drawn);
}
