/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab/ranks.h"

#include <math.h>
#include <stdlib.h>

#include "lib/hash.h"
#include "lib/mem.h"
#include "lib/rng.h"

struct ranked {
	double score;
	uint32_t route;
};

static int
by_score(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return x->route < y->route ? -1 : x->route > y->route;
}

/* Uniform in (0, 1]. */
static double
first_unit(uint64_t seed)
{
	struct rng r = rng_make(seed);

	return 1 - rng_unit(&r);
}

static double
score(const struct ranks_config *c, const struct table_route *r)
{
	const struct ip_prefix *p = &r->prefix;
	uint64_t key[3] = { p->hi, p->lo, p->len };
	double up = first_unit(hash_bytes(key, sizeof(key), c->seed ^ 0x7a));
	double ua = first_unit(rng_mix(c->seed ^ 0xa5 ^ rng_mix(r->origin)));
	/* IPv6 lengths 16..48 play the part of IPv4's 8..24. */
	double len = p->family == IP_V4 ? p->len : p->len / 2.;

	if (c->plain)
		return up;
	return pow(ua, -c->alpha) * pow(up, -c->alpha) * exp2(0.4 * (24 - len));
}

uint32_t *
ranks_of(const struct table *t, enum ip_family family, const struct ranks_config *c, size_t *n)
{
	struct ranked *ranked = mem_calloc(MEM_MISC, t->n, sizeof(*ranked));
	uint32_t *routes = mem_calloc(MEM_MISC, t->n, sizeof(*routes));

	*n = 0;
	for (uint32_t i = 0; i < t->n; i++) {
		if (t->routes[i].prefix.family == family)
			ranked[(*n)++] = (struct ranked){ score(c, &t->routes[i]), i };
	}
	qsort(ranked, *n, sizeof(*ranked), by_score);
	for (size_t i = 0; i < *n; i++)
		routes[i] = ranked[i].route;
	mem_free(MEM_MISC, ranked);
	return routes;
}
