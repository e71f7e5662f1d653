/* SPDX-License-Identifier: Apache-2.0 */
#include "control/hotpoints.h"

#include "lib/mem.h"

/* 200 bytes. A counter is free while its length is 0. */
struct block {
	uint64_t hi[HOTPOINTS];
	double weight[HOTPOINTS], error[HOTPOINTS];
	uint8_t len[HOTPOINTS];
};

struct hotpoints {
	struct block *blocks;
	uint32_t *unused; /* blocks below n that are free */
	size_t n, cap, n_unused;
};

struct hotpoints *
hotpoints_new(void)
{
	return mem_alloc(MEM_TRAFFIC, sizeof(struct hotpoints));
}

void
hotpoints_free(struct hotpoints *h)
{
	if (h == NULL)
		return;
	mem_free(MEM_TRAFFIC, h->blocks);
	mem_free(MEM_TRAFFIC, h->unused);
	mem_free(MEM_TRAFFIC, h);
}

uint32_t
hotpoints_take(struct hotpoints *h)
{
	uint32_t block;

	if (h->n_unused > 0) {
		block = h->unused[--h->n_unused];
	} else {
		if (h->n == h->cap) {
			h->cap = h->cap > 0 ? h->cap * 2 : 64;
			h->blocks = mem_resize(MEM_TRAFFIC, h->blocks, h->cap, sizeof(*h->blocks));
			h->unused = mem_resize(MEM_TRAFFIC, h->unused, h->cap, sizeof(*h->unused));
		}
		block = (uint32_t)h->n++;
	}
	h->blocks[block] = (struct block){ 0 };
	return block;
}

void
hotpoints_release(struct hotpoints *h, uint32_t block)
{
	ASSERT(block < h->n && h->n_unused < h->n);
	h->unused[h->n_unused++] = block;
}

static uint64_t
mask(unsigned len)
{
	return len == 0 ? 0 : UINT64_MAX << (64 - len);
}

bool
hotpoints_add(struct hotpoints *h, uint32_t block, uint64_t hi, double weight)
{
	struct block *b = &h->blocks[block];

	for (unsigned i = 0; i < HOTPOINTS; i++) {
		if (b->len[i] != 0 && ((hi ^ b->hi[i]) & mask(b->len[i])) == 0) {
			b->weight[i] += weight;
			return true;
		}
	}
	return false;
}

void
hotpoints_enter(struct hotpoints *h, uint32_t block, uint64_t hi, unsigned len, double weight)
{
	struct block *b = &h->blocks[block];
	unsigned least = 0;

	ASSERT(len >= 1 && len <= 64);
	for (unsigned i = 0; i < HOTPOINTS; i++) /* a free one has weight 0 */
		if (b->weight[i] < b->weight[least])
			least = i;
	b->error[least] = b->weight[least];
	b->weight[least] += weight;
	b->hi[least] = hi & mask(len);
	b->len[least] = (uint8_t)len;
}

void
hotpoints_forget(struct hotpoints *h, uint32_t block, uint64_t hi, unsigned len)
{
	struct block *b = &h->blocks[block];

	for (unsigned i = 0; i < HOTPOINTS; i++) {
		unsigned both = b->len[i] < len ? b->len[i] : len;

		if (b->len[i] != 0 && ((hi ^ b->hi[i]) & mask(both)) == 0) {
			b->len[i] = 0;
			b->weight[i] = b->error[i] = 0;
		}
	}
}

unsigned
hotpoints_get(const struct hotpoints *h, uint32_t block, struct hotpoint out[HOTPOINTS])
{
	const struct block *b = &h->blocks[block];
	unsigned n = 0;

	for (unsigned i = 0; i < HOTPOINTS; i++)
		if (b->len[i] != 0)
			out[n++] = (struct hotpoint){ .hi = b->hi[i],
				.weight = b->weight[i],
				.error = b->error[i],
				.len = b->len[i] };
	return n;
}

void
hotpoints_scale(struct hotpoints *h, double factor)
{
	for (size_t k = 0; k < h->n; k++) {
		for (unsigned i = 0; i < HOTPOINTS; i++) {
			h->blocks[k].weight[i] *= factor;
			h->blocks[k].error[i] *= factor;
		}
	}
}

size_t
hotpoints_count(const struct hotpoints *h)
{
	return h->n - h->n_unused;
}

size_t
hotpoints_bytes(const struct hotpoints *h)
{
	return h->cap * (sizeof(*h->blocks) + sizeof(*h->unused));
}
