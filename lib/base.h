/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The few words every room uses: fixed-width types, assertions, attributes.
 *
 * ASSERT states an invariant of our own code. It stays on in release builds: a controller that
 * has lost its invariants must stop (the routes stay in the hardware) rather than program a
 * wrong one. It is never used on anything that came from outside.
 */
#ifndef LIB_BASE_H
#define LIB_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* The struct of type `type` whose member `member` is at `ptr`. */
#define CONTAINER_OF(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define MUST_CHECK             __attribute__((warn_unused_result))
#define NORETURN               __attribute__((noreturn))

NORETURN void base_assert_failed(const char *expr, const char *file, int line);

#define ASSERT(expr) (LIKELY(expr) ? (void)0 : base_assert_failed(#expr, __FILE__, __LINE__))

static inline uint64_t
u64_min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t
u64_max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static inline size_t
size_min(size_t a, size_t b)
{
	return a < b ? a : b;
}

#endif
