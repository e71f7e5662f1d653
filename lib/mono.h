/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Monotonic time as a type of its own, so that a raw integer is never added to it by mistake.
 *
 * The pure code never reads a clock: every function that needs the time takes `struct mono now`.
 * Microseconds since an arbitrary start; 0 is a valid time; MONO_NEVER is later than any time.
 */
#ifndef LIB_MONO_H
#define LIB_MONO_H

#include "lib/base.h"

struct mono {
	int64_t us;
};

#define MONO_NEVER ((struct mono){ .us = INT64_MAX })

static inline struct mono
mono_us(int64_t us)
{
	return (struct mono){ .us = us };
}

/* t + ms, MONO_NEVER stays MONO_NEVER. */
static inline struct mono
mono_add_ms(struct mono t, int64_t ms)
{
	return t.us == INT64_MAX ? t : mono_us(t.us + ms * 1000);
}

static inline struct mono
mono_add_us(struct mono t, int64_t us)
{
	return t.us == INT64_MAX ? t : mono_us(t.us + us);
}

/* a - b in microseconds; INT64_MAX when a is MONO_NEVER. */
static inline int64_t
mono_sub_us(struct mono a, struct mono b)
{
	return a.us == INT64_MAX ? INT64_MAX : a.us - b.us;
}

static inline double
mono_sub_s(struct mono a, struct mono b)
{
	return (double)mono_sub_us(a, b) * 1e-6;
}

static inline bool
mono_before(struct mono a, struct mono b)
{
	return a.us < b.us;
}

static inline bool
mono_reached(struct mono now, struct mono deadline)
{
	return now.us >= deadline.us;
}

static inline bool
mono_is_never(struct mono t)
{
	return t.us == INT64_MAX;
}

static inline struct mono
mono_min(struct mono a, struct mono b)
{
	return a.us < b.us ? a : b;
}

#endif
