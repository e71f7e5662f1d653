/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small seeded pseudo-random numbers (splitmix64, Steele et al. 2014): for jitter, hash seeds,
 * generators and tests, which print the seed. Not for secrets.
 */
#ifndef LIB_RNG_H
#define LIB_RNG_H

#include "lib/base.h"

__extension__ typedef unsigned __int128 rng_u128;

struct rng {
	uint64_t state;
};

static inline struct rng
rng_make(uint64_t seed)
{
	return (struct rng){ .state = seed };
}

/* A mixed 64-bit value of x: also a fair integer hash. */
static inline uint64_t
rng_mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static inline uint64_t
rng_u64(struct rng *r)
{
	r->state += UINT64_C(0x9e3779b97f4a7c15);
	return rng_mix(r->state);
}

/* 0 <= result < n; n must not be 0. */
static inline uint64_t
rng_below(struct rng *r, uint64_t n)
{
	return (uint64_t)(((rng_u128)rng_u64(r) * n) >> 64);
}

/* 0.0 <= result < 1.0 */
static inline double
rng_unit(struct rng *r)
{
	return (double)(rng_u64(r) >> 11) * 0x1.0p-53;
}

#endif
