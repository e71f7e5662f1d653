/* SPDX-License-Identifier: Apache-2.0 */
/* A seeded 64-bit hash of bytes for our in-memory tables (not for secrets, not for disk). */
#ifndef LIB_HASH_H
#define LIB_HASH_H

#include <string.h>

#include "lib/rng.h"

/* Multiply-fold of two words, the mixing step of wyhash-like hashes. */
static inline uint64_t
hash_fold(uint64_t a, uint64_t b)
{
	rng_u128 m = (rng_u128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static inline uint64_t
hash_bytes(const void *data, size_t len, uint64_t seed)
{
	const uint8_t *p = data;
	uint64_t h = seed ^ (len * UINT64_C(0x9e3779b97f4a7c15));
	uint64_t a, b;

	while (len >= 16) {
		memcpy(&a, p, 8);
		memcpy(&b, p + 8, 8);
		h = hash_fold(
		    a ^ UINT64_C(0xa0761d6478bd642f) ^ h, b ^ UINT64_C(0xe7037ed1a0b428db));
		p += 16;
		len -= 16;
	}
	a = b = 0;
	if (len > 8) {
		memcpy(&a, p, 8);
		memcpy(&b, p + 8, len - 8);
	} else if (len > 0) {
		memcpy(&a, p, len);
	}
	return hash_fold(a ^ UINT64_C(0x8ebc6af09c88c6e3) ^ h, b ^ UINT64_C(0x589965cc75374cc3));
}

#endif
