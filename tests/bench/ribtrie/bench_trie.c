/* SPDX-License-Identifier: Apache-2.0 */
/* Rows P4 (longest match), P5 (single insert and delete) and P6 (bytes a prefix). */
#include "lib/clock_io.h"
#include "ribtrie/trie.h"
#include "tests/bench/ribtrie/bench.h"

#define KEYS   (1u << 20)
#define ROUNDS 8
#define SINGLE 200000u

/* Uniform over the prefixes with random host bits: the worst case for caches. */
static void
make_keys(const struct bench_table *b, uint64_t *hi, uint64_t *lo)
{
	struct rng r = rng_make(3);

	for (size_t i = 0; i < KEYS; i++) {
		struct ip_addr a = prefix_random_host(&r, &b->prefixes[rng_below(&r, b->count)]);

		hi[i] = a.hi;
		lo[i] = a.lo;
	}
}

/* Millions a second, the best of some rounds: others share the machine. */
static double
lookup_rate(const struct trie *t, const uint64_t *hi, const uint64_t *lo, uint32_t *out)
{
	double best = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		double start = clock_cpu_s(), rate;

		/* As a datagram's samples come, not a million at once. */
		for (size_t i = 0; i < KEYS; i += 64)
			trie_lpm_batch(t, hi + i, lo != NULL ? lo + i : NULL, 64, out + i);
		rate = KEYS / (clock_cpu_s() - start) * 1e-6;
		best = rate > best ? rate : best;
	}
	return best;
}

static double
single_rate(const struct trie *t, const uint64_t *hi, const uint64_t *lo)
{
	double start = clock_cpu_s();
	uint32_t sum = 0;

	for (size_t i = 0; i < KEYS; i++)
		sum += trie_lpm(t, hi[i], lo[i]);
	*(volatile uint32_t *)&sum = sum;
	return KEYS / (clock_cpu_s() - start) * 1e-6;
}

static double
walk_ns(const struct trie *t)
{
	double start = clock_cpu_s();
	struct ip_prefix cursor;
	size_t n = 0;

	for (uint32_t v = trie_first(t, &cursor); v != TRIE_NONE; v = trie_next(t, &cursor))
		n++;
	ASSERT(n == trie_count(t));
	return (clock_cpu_s() - start) / (double)n * 1e9;
}

static struct trie *
load(const struct bench_table *b, enum ip_family family)
{
	struct trie *t = trie_new(family);

	for (uint32_t i = 0; i < b->count; i++)
		trie_insert(t, &b->prefixes[i], i);
	return t;
}

static void
bench_single_changes(struct trie *t, const struct bench_table *b, const char *family)
{
	double start = clock_cpu_s(), removed, inserted;
	char id[32];

	for (uint32_t i = 0; i < SINGLE; i++)
		trie_remove(t, &b->prefixes[i]);
	removed = clock_cpu_s();
	for (uint32_t i = 0; i < SINGLE; i++)
		trie_insert(t, &b->prefixes[i], i);
	inserted = clock_cpu_s();
	snprintf(id, sizeof(id), "P5.%s.delete", family);
	bench_figure(id, SINGLE / (removed - start) * 1e-6, "M/s", 1, FIGURE_AT_LEAST, b->data);
	snprintf(id, sizeof(id), "P5.%s.insert", family);
	bench_figure(id, SINGLE / (inserted - removed) * 1e-6, "M/s", 1, FIGURE_AT_LEAST, b->data);
}

static int
compare(const void *a, const void *b)
{
	return prefix_cmp(a, b);
}

static void
bench_family(enum ip_family family, const char *name, double lookups, double bytes)
{
	struct bench_table b = bench_table(family);
	struct trie *t = load(&b, family);
	uint64_t *hi = calloc(KEYS, sizeof(*hi)), *lo = calloc(KEYS, sizeof(*lo));
	uint32_t *out = calloc(KEYS, sizeof(*out));
	double count = (double)trie_count(t);
	char id[32];

	make_keys(&b, hi, lo);
	snprintf(id, sizeof(id), "P4.%s", name);
	bench_figure(id, lookup_rate(t, hi, family == IP_V4 ? NULL : lo, out), "M/s", lookups,
	    FIGURE_AT_LEAST, b.data);
	snprintf(id, sizeof(id), "P4.%s.single", name);
	bench_note(id, single_rate(t, hi, lo), "M/s", b.data);
	snprintf(id, sizeof(id), "P6.%s", name);
	bench_figure(
	    id, (double)trie_bytes(t) / count, "bytes/prefix", bytes, FIGURE_AT_MOST, b.data);
	bench_single_changes(t, &b, name);
	snprintf(id, sizeof(id), "trie.%s.walk", name);
	bench_note(id, walk_ns(t), "ns/prefix", b.data);
	trie_free(t);
	qsort(b.prefixes, b.count, sizeof(*b.prefixes), compare);
	t = load(&b, family);
	snprintf(id, sizeof(id), "P6.%s.sorted", name);
	bench_figure(
	    id, (double)trie_bytes(t) / count, "bytes/prefix", bytes, FIGURE_AT_MOST, b.data);
	trie_free(t);
	free(hi);
	free(lo);
	free(out);
	free(b.prefixes);
}

int
main(void)
{
	bench_family(IP_V4, "v4", 20, 20);
	bench_family(IP_V6, "v6", 25, 32);
	return 0;
}
