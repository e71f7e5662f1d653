/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounded writer: the mirror of rd.h. A write past the end sets the sticky error and writes
 * nothing; check wr_ok() once at the end. Lengths that come before their contents are reserved
 * with wr_mark() and filled with wr_set_u16().
 */
#ifndef LIB_WR_H
#define LIB_WR_H

#include <string.h>

#include "lib/base.h"

struct wr {
	uint8_t *start;
	uint8_t *pos;
	uint8_t *end;
	bool failed;
};

static inline struct wr
wr_make(void *data, size_t len)
{
	return (struct wr){ .start = data, .pos = data, .end = (uint8_t *)data + len };
}

static inline bool
wr_ok(const struct wr *w)
{
	return !w->failed;
}

/* Bytes written so far. */
static inline size_t
wr_len(const struct wr *w)
{
	return (size_t)(w->pos - w->start);
}

static inline size_t
wr_room(const struct wr *w)
{
	return w->failed ? 0 : (size_t)(w->end - w->pos);
}

static inline void
wr_bytes(struct wr *w, const void *data, size_t n)
{
	if (UNLIKELY(w->failed || n > (size_t)(w->end - w->pos))) {
		w->failed = true;
		return;
	}
	if (n > 0)
		memcpy(w->pos, data, n);
	w->pos += n;
}

static inline void
wr_u8(struct wr *w, uint8_t v)
{
	wr_bytes(w, &v, 1);
}

static inline void
wr_u16(struct wr *w, uint16_t v)
{
	v = __builtin_bswap16(v);
	wr_bytes(w, &v, 2);
}

static inline void
wr_u32(struct wr *w, uint32_t v)
{
	v = __builtin_bswap32(v);
	wr_bytes(w, &v, 4);
}

static inline void
wr_u64(struct wr *w, uint64_t v)
{
	v = __builtin_bswap64(v);
	wr_bytes(w, &v, 8);
}

/* Offset of the next byte, for wr_set_u16() later. */
static inline size_t
wr_mark(const struct wr *w)
{
	return wr_len(w);
}

/* Overwrite two bytes written earlier at `mark` with v, which must fit 16 bits. */
static inline void
wr_set_u16(struct wr *w, size_t mark, size_t v)
{
	if (w->failed || mark + 2 > wr_len(w) || v > UINT16_MAX) {
		w->failed = true;
		return;
	}
	w->start[mark] = (uint8_t)(v >> 8);
	w->start[mark + 1] = (uint8_t)v;
}

#endif
