/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounded reader for bytes from outside.
 *
 *      data           pos                 end
 *       |--- read ----|---- still there ---|
 *
 * A read past the end sets the sticky error, gives zeros, and every later call is a no-op: decode
 * the whole struct, then ask rd_ok() once, before any value is used as a count or an index. Nested
 * lengths are carved with rd_sub(), whose result can never see outside its own part.
 */
#ifndef LIB_RD_H
#define LIB_RD_H

#include <string.h>

#include "lib/base.h"

struct rd {
	const uint8_t *pos;
	const uint8_t *end;
	bool failed;
};

static inline struct rd
rd_make(const void *data, size_t len)
{
	const uint8_t *start = data;

	/* An empty span may be (NULL, 0), and NULL + 0 is undefined. */
	return (struct rd){ .pos = start, .end = start != NULL ? start + len : NULL };
}

static inline bool
rd_ok(const struct rd *r)
{
	return !r->failed;
}

/* Bytes still there; 0 after an error. */
static inline size_t
rd_left(const struct rd *r)
{
	return r->failed ? 0 : (size_t)(r->end - r->pos);
}

/* Borrow the next n bytes and step over them; NULL (and the error) when fewer are there. */
static inline const uint8_t *
rd_bytes(struct rd *r, size_t n)
{
	const uint8_t *p = r->pos;

	if (UNLIKELY(r->failed || n > (size_t)(r->end - r->pos))) {
		r->failed = true;
		return NULL;
	}
	r->pos += n;
	return p;
}

static inline void
rd_skip(struct rd *r, size_t n)
{
	(void)rd_bytes(r, n);
}

/* Copy n bytes to dst; zeros them on error. */
static inline void
rd_copy(struct rd *r, void *dst, size_t n)
{
	const uint8_t *p = rd_bytes(r, n);

	if (p != NULL)
		memcpy(dst, p, n);
	else
		memset(dst, 0, n);
}

static inline uint8_t
rd_u8(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 1);

	return p != NULL ? p[0] : 0;
}

static inline uint16_t
rd_u16(struct rd *r)
{
	uint16_t v = 0;

	rd_copy(r, &v, 2);
	return __builtin_bswap16(v);
}

static inline uint32_t
rd_u32(struct rd *r)
{
	uint32_t v = 0;

	rd_copy(r, &v, 4);
	return __builtin_bswap32(v);
}

static inline uint64_t
rd_u64(struct rd *r)
{
	uint64_t v = 0;

	rd_copy(r, &v, 8);
	return __builtin_bswap64(v);
}

/* The next byte without stepping over it; 0 and the error at the end. */
static inline uint8_t
rd_peek_u8(struct rd *r)
{
	if (rd_left(r) == 0) {
		r->failed = true;
		return 0;
	}
	return r->pos[0];
}

/* Carve count * size bytes into a reader of their own. On overflow or short data `r` fails and the
 * result is failed too. */
static inline struct rd
rd_sub(struct rd *r, size_t count, size_t size)
{
	size_t n;
	const uint8_t *p;

	if (UNLIKELY(__builtin_mul_overflow(count, size, &n))) {
		r->failed = true;
		n = 0;
	}
	p = rd_bytes(r, n);
	return (struct rd){ .pos = p, .end = p != NULL ? p + n : NULL, .failed = p == NULL };
}

/* Little-endian hosts only would be a lie: the byte swaps above assume one, so say it here. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "rd.h and wr.h swap bytes");

#endif
