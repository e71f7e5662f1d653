/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two kinds of prefixes are made, each shortest first and in the real table's mix of lengths.
 *
 * Roots, which nothing covers, go to random places: a candidate is good when none of the prefixes
 * that would cover it is there already, which is one hash lookup for each length in use; nothing
 * shorter comes later.
 *
 * Children. The parent's length is drawn from the real shares of children by length of the parent,
 * then one prefix of that length, early ones much more often than late ones: most prefixes have no
 * children and some have very many. Children come in runs of neighbours, as de-aggregation makes
 * them, and can be parents of longer ones.
 *
 * Origins come last, when it is known what covers what. They are drawn so that most ASes have a few
 * prefixes and the largest several thousand.
 *
 * The shares below are counts of the June 2026 table, of 100,000. Cost: about a microsecond a
 * prefix.
 */
#include "tests/lab/gentable.h"

#include <math.h>
#include <string.h>

#include "lib/hash.h"
#include "lib/mem.h"

#define MAX_LEN   48
#define ROOTS_MAX 600000 /* more would not fit the space in the real mix: the rest is longest */
#define TRIES     200

/* By length; the longest gets what is missing to 100,000. */
struct shape {
	uint32_t roots[MAX_LEN + 1], children[MAX_LEN + 1];
	uint32_t parents[MAX_LEN + 1]; /* children of parents of this length */
	unsigned longest;
	unsigned per_origin; /* prefixes an AS has, on average */
	unsigned run;        /* longest run of neighbours */
	double skew;         /* of the choice of a parent; 1: none */
};

static const struct shape shapes[IP_FAMILIES] = {
	[IP_V4] = {
		.roots = { [8] = 3, 2, 7, 18, 52, 94, 196, 314, 2103, 871, 1384, 2871, 4017, 4403,
		    11644, 8899, 63121 },
		.children = { [9] = 1, 0, 1, 6, 17, 31, 94, 517, 697, 1213, 1980, 4459, 5384, 9524,
		    12333, 63744 },
		.parents = { [8] = 1900, 600, 1100, 1900, 2400, 2900, 3700, 4000, 19100, 8000, 7300,
		    11100, 9400, 7100, 11100, 8400 },
		.longest = 24,
		.per_origin = 15,
		.run = 10,
		.skew = 6,
	},
	[IP_V6] = {
		.roots = { [19] = 1, 14, 3, 5, 5, 32, 11, 11, 15, 117, 4965, 395, 204, 22643, 1041,
		    1037, 551, 3768, 271, 1178, 239, 6166, 467, 845, 616, 6601, 700, 1804, 2037,
		    44258 },
		.children = { [24] = 4, 1, 4, 2, 26, 39, 191, 80, 1331, 2856, 2793, 870, 3674, 629,
		    906, 981, 10589, 2568, 1580, 636, 11608, 2544, 3765, 4477, 47846 },
		.parents = { [19] = 100, 1500, 0, 500, 0, 1300, 100, 0, 2500, 2300, 6100, 2100,
		    1100, 44900, 4600, 2800, 900, 6700, 800, 1600, 0, 9700, 500, 1700, 500, 3300,
		    400, 1100, 1900 },
		.longest = 48,
		.per_origin = 8,
		.run = 12,
		.skew = 7,
	},
};

static const double covered_share[IP_FAMILIES] = GENTABLE_COVERED;
static const double same_origin_share[IP_FAMILIES] = GENTABLE_SAME_ORIGIN;

/* Where roots are, and what they stay clear of. */
static const char *const space[IP_FAMILIES][6] = {
	[IP_V4] = { "0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3" },
	[IP_V6] = { "2001::/16", "2400::/12", "2600::/12", "2800::/12", "2a00::/12", "2c00::/12" },
};
static const char *const special[] = { "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8",
	"169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/16", "192.88.99.0/24", "192.168.0.0/16",
	"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "2001::/23", "2001:db8::/32" };

struct places {
	struct ip_prefix space[ARRAY_LEN(space[0])], special[ARRAY_LEN(special)];
	double below[ARRAY_LEN(space[0])]; /* share of the space up to and with this one */
	size_t n_space;
};

/* Prefixes of one length, as indices into the table. */
struct bucket {
	uint32_t *index;
	size_t n, cap;
};

struct gen {
	struct table table;
	struct rng rng;
	enum ip_family family;
	const struct shape *shape;
	struct places places;
	struct bucket by_len[MAX_LEN + 1];
	uint32_t *slots; /* hash of prefixes: index + 1, 0 empty */
	uint32_t mask;
};

static struct ip_prefix
parse(const char *text)
{
	struct ip_prefix p;
	bool ok = prefix_parse(text, true, &p);

	ASSERT(ok);
	return p;
}

static void
places_init(struct places *p, enum ip_family family)
{
	double sum = 0;

	for (; p->n_space < ARRAY_LEN(p->space) && space[family][p->n_space] != NULL;
	     p->n_space++) {
		p->space[p->n_space] = parse(space[family][p->n_space]);
		p->below[p->n_space] = sum += pow(2, -(double)p->space[p->n_space].len);
	}
	for (size_t i = 0; i < p->n_space; i++)
		p->below[i] /= sum;
	for (size_t i = 0; i < ARRAY_LEN(special); i++)
		p->special[i] = parse(special[i]);
}

static uint32_t *
slot_of(struct gen *g, const struct ip_prefix *p)
{
	uint32_t at =
	    (uint32_t)hash_fold(rng_mix(p->hi ^ p->len), p->lo + UINT64_C(0x2545f4914f6cdd1d));

	for (;; at++) {
		uint32_t *slot = &g->slots[at & g->mask];

		if (*slot == 0 || prefix_equal(&g->table.routes[*slot - 1].prefix, p))
			return slot;
	}
}

/* Add it; false if it is there already. */
static bool
add(struct gen *g, const struct ip_prefix *p)
{
	uint32_t *slot = slot_of(g, p);
	struct bucket *b = &g->by_len[p->len];

	if (*slot != 0)
		return false;
	if (b->n == b->cap) {
		b->cap = b->cap > 0 ? 2 * b->cap : 64;
		b->index = mem_resize(MEM_MISC, b->index, b->cap, sizeof(*b->index));
	}
	b->index[b->n++] = (uint32_t)g->table.n;
	table_add(&g->table, p, 0);
	*slot = (uint32_t)g->table.n;
	return true;
}

/* A random prefix of length len inside p. */
static struct ip_prefix
random_inside(struct gen *g, const struct ip_prefix *p, unsigned len)
{
	uint64_t hi_mask = ip_mask64(p->len < 64 ? p->len : 64);

	return prefix_make(g->family, p->hi | (rng_u64(&g->rng) & ~hi_mask), p->lo, len);
}

static bool
is_free_root(struct gen *g, const struct ip_prefix *p)
{
	for (size_t i = 0; i < ARRAY_LEN(special); i++) {
		if (prefix_contains(&g->places.special[i], p) ||
		    prefix_contains(p, &g->places.special[i]))
			return false;
	}
	for (unsigned len = 0; len <= p->len; len++) {
		struct ip_prefix cover = prefix_make(g->family, p->hi, p->lo, len);

		if (g->by_len[len].n > 0 && *slot_of(g, &cover) != 0)
			return false;
	}
	return true;
}

static void
add_root(struct gen *g, unsigned len)
{
	const struct places *pl = &g->places;

	for (unsigned tries = 1;; tries++) {
		double u = rng_unit(&g->rng);
		size_t k = 0;
		struct ip_prefix p;

		while (k + 1 < pl->n_space && u >= pl->below[k])
			k++;
		p = random_inside(g, &pl->space[k], len);
		if (is_free_root(g, &p) && add(g, &p))
			return;
		/* No room for this size: something smaller. */
		if (tries % TRIES == 0 && len < g->shape->longest)
			len++;
	}
}

/* The prefix to have children of length len; NULL if this draw found none. */
static const struct ip_prefix *
draw_parent(struct gen *g, unsigned len)
{
	const uint32_t *parents = g->shape->parents;
	uint64_t sum = 0, pick;
	unsigned parent_len = 0;
	const struct bucket *b;
	double u;

	for (unsigned l = 0; l < len; l++)
		sum += g->by_len[l].n > 0 ? parents[l] : 0;
	if (sum == 0)
		return NULL;
	pick = rng_below(&g->rng, sum);
	for (; parent_len < len; parent_len++) {
		uint64_t part = g->by_len[parent_len].n > 0 ? parents[parent_len] : 0;

		if (pick < part)
			break;
		pick -= part;
	}
	b = &g->by_len[parent_len];
	u = pow(rng_unit(&g->rng), g->shape->skew);
	return &g->table.routes[b->index[(size_t)(u * (double)b->n)]].prefix;
}

/* The prefix behind p of the same length; wraps around to zero at the end of the space. */
static struct ip_prefix
neighbour(struct ip_prefix p)
{
	p.hi += UINT64_C(1) << (64 - p.len);
	return p;
}

/* Add a run of at most `most` children of length len; gives how many, 0 where no parent had room.
 */
static size_t
add_children(struct gen *g, unsigned len, size_t most)
{
	for (unsigned tries = 0; tries < TRIES; tries++) {
		const struct ip_prefix *drawn = draw_parent(g, len);
		size_t run = 1 + rng_below(&g->rng, g->shape->run), n = 0;
		struct ip_prefix parent, p;

		if (drawn == NULL)
			return 0;
		parent = *drawn; /* the table moves when it grows */
		p = random_inside(g, &parent, len);
		while (n < run && n < most && prefix_contains(&parent, &p) && add(g, &p)) {
			p = neighbour(p);
			n++;
		}
		if (n > 0)
			return n;
	}
	return 0;
}

/* How many of n have each length: the shares, rounded so that the sum is n. */
static void
quotas(const uint32_t *shares, unsigned longest, size_t n, size_t out[MAX_LEN + 1])
{
	uint64_t below = 0;
	size_t given = 0;

	for (unsigned len = 0; len < longest; len++) {
		below += shares[len];
		out[len] = (size_t)((double)n * (double)below / 1e5 + 0.5) - given;
		given += out[len];
	}
	ASSERT(given <= n);
	out[longest] = n - given;
}

static void
add_prefixes(struct gen *g, size_t n)
{
	size_t n_children = (size_t)((double)n * covered_share[g->family]);
	size_t n_roots = n - n_children, mixed = size_min(n_roots, ROOTS_MAX);
	size_t quota[MAX_LEN + 1];

	quotas(g->shape->roots, g->shape->longest, mixed, quota);
	quota[g->shape->longest] += n_roots - mixed;
	for (unsigned len = 0; len <= g->shape->longest; len++) {
		for (size_t i = 0; i < quota[len]; i++)
			add_root(g, len);
	}
	quotas(g->shape->children, g->shape->longest, n_children, quota);
	for (unsigned len = 0; len <= g->shape->longest; len++) {
		for (size_t added; quota[len] > 0; quota[len] -= added) {
			added = add_children(g, len, quota[len]);
			if (added == 0) {
				add_root(g, g->shape->longest);
				added = 1;
			}
		}
	}
}

/* AS number k of the generated Internet: 2-octet ones first, in no order, none that is special. */
static uint32_t
as_number(uint64_t k)
{
	uint32_t as;

	if (k >= 60000)
		return (uint32_t)(196608 + k - 60000);
	as = (uint32_t)(2000 + k * 7919 % 60000);
	return as != 23456 ? as : 62000;
}

static void
add_origins(struct gen *g)
{
	struct table_cover cover = { .table = &g->table };
	double n_as = ceil((double)g->table.n / g->shape->per_origin);

	for (uint32_t i = 0; i < g->table.n; i++) {
		uint32_t parent = table_cover_step(&cover, i);
		double u = rng_unit(&g->rng);

		if (parent != TABLE_NONE && rng_unit(&g->rng) < same_origin_share[g->family])
			g->table.routes[i].origin = g->table.routes[parent].origin;
		else
			g->table.routes[i].origin = as_number((uint64_t)(u * u * u * n_as));
	}
}

void
gentable(struct table *t, enum ip_family family, size_t n, uint64_t seed)
{
	struct gen g = { .rng = rng_make(seed + family), .family = family, .mask = 1023 };

	ASSERT(n <= GENTABLE_MAX);
	while (g.mask < 2 * n)
		g.mask = 2 * g.mask + 1;
	g.slots = mem_calloc(MEM_MISC, g.mask + 1, sizeof(*g.slots));
	g.shape = &shapes[family];
	places_init(&g.places, family);
	table_init(&g.table);
	add_prefixes(&g, n);
	table_finish(&g.table);
	add_origins(&g);
	for (size_t i = 0; i < n; i++)
		table_add(t, &g.table.routes[i].prefix, g.table.routes[i].origin);
	table_fini(&g.table);
	for (size_t len = 0; len <= MAX_LEN; len++)
		mem_free(MEM_MISC, g.by_len[len].index);
	mem_free(MEM_MISC, g.slots);
}
