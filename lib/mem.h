/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counted allocation.
 *
 * Every allocation names the subsystem that owns it; the bytes in use per subsystem are what
 * `hotfib show status` and /metrics report, and what the tests use as a leak detector. Running out
 * of memory is fatal here (one line, then abort), so callers never see NULL; a size that comes from
 * outside is capped by its parser before it gets here.
 */
#ifndef LIB_MEM_H
#define LIB_MEM_H

#include "lib/base.h"

enum mem_tag {
	MEM_MISC,
	MEM_TRIE,    /* prefix trie nodes */
	MEM_RIB,     /* route entries and further paths */
	MEM_ATTRS,   /* interned path attributes */
	MEM_BGP,     /* sessions and their buffers */
	MEM_SFLOW,   /* agents and receive buffers */
	MEM_TRAFFIC, /* rate records */
	MEM_SELECT,  /* selection, plan and installed state */
	MEM_HTTP,    /* REST answers */
	MEM_KERNEL,  /* what is known of the kernel: links, nexthops, routes */
	MEM_CONFIG,
	MEM_TAGS
};

/* Zeroed memory for `size` bytes (size 0 gives a unique pointer). */
void *mem_alloc(enum mem_tag tag, size_t size) __attribute__((returns_nonnull, malloc));

/* Zeroed array; aborts if count * size overflows. */
void *mem_calloc(enum mem_tag tag, size_t count, size_t size)
    __attribute__((returns_nonnull, malloc));

/* Resize to count * size bytes; new bytes are NOT zeroed. `ptr` may be NULL. */
void *mem_resize(enum mem_tag tag, void *ptr, size_t count, size_t size)
    __attribute__((returns_nonnull));

char *mem_strdup(enum mem_tag tag, const char *text) __attribute__((returns_nonnull));

/* Free what the calls above gave with the same tag; NULL is ignored. */
void mem_free(enum mem_tag tag, void *ptr);

/* Account memory a subsystem got elsewhere (mmap): bytes may be negative. */
void mem_account(enum mem_tag tag, int64_t bytes);

/* How often memory was allocated or resized, of all tags, since the start: for tests of what must
 * cost none. */
uint64_t mem_calls(void);

/* Bytes in use, and the tag's name as /metrics prints it. */
size_t mem_used(enum mem_tag tag);
const char *mem_tag_name(enum mem_tag tag);

#endif
