/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Positive doubles order like their bits. The upper 15 bits below the sign (exponent and four bits
 * of mantissa) index a histogram with a resolution of 6 %; the bucket where the count from above
 * reaches k is the cut, and everything at or above it is collected and sorted exactly.
 */
#include "control/select/rank.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"

#define BUCKETS 32768

struct item {
	double weight;
	uint32_t number;
};

static uint32_t
bucket_of(double weight)
{
	uint64_t bits;

	memcpy(&bits, &weight, sizeof(bits));
	return (uint32_t)(bits >> 48) & (BUCKETS - 1);
}

static int
heavier_first(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

size_t
rank_top(const double *weights, size_t n, size_t k, uint32_t *out)
{
	uint32_t *histogram;
	struct item *items;
	uint32_t cut = BUCKETS;
	size_t above = 0, m = 0;

	if (n == 0 || k == 0)
		return 0;
	histogram = mem_calloc(MEM_SELECT, BUCKETS, sizeof(*histogram));
	for (size_t i = 0; i < n; i++)
		histogram[bucket_of(weights[i])]++;
	while (cut > 0 && above < k)
		above += histogram[--cut];
	mem_free(MEM_SELECT, histogram);

	items = mem_calloc(MEM_SELECT, above, sizeof(*items));
	for (size_t i = 0; i < n; i++)
		if (bucket_of(weights[i]) >= cut)
			items[m++] = (struct item){ .weight = weights[i], .number = (uint32_t)i };
	ASSERT(m == above);
	qsort(items, m, sizeof(*items), heavier_first);
	for (size_t i = 0; i < m; i++)
		out[i] = items[i].number;
	mem_free(MEM_SELECT, items);
	return m;
}
