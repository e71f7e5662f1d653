/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prefix trie of one address family: prefix -> 32-bit value. A tree bitmap (Eatherton, Varghese,
 * Dittia 2004): RIB and forwarding lookup in one structure, not leaf-pushed, one node touched per
 * update. See trie.c for the picture.
 *
 * Keys are left-aligned 128-bit addresses as in lib/ip.h; `lo` is 0 for IPv4. Order everywhere is
 * that of prefix_cmp(): by address, a covering prefix before what it covers.
 */
#ifndef RIBTRIE_TRIE_H
#define RIBTRIE_TRIE_H

#include "lib/ip.h"

#define TRIE_NONE UINT32_MAX

struct trie;

struct trie *trie_new(enum ip_family family);
void trie_free(struct trie *t);

/* Number of prefixes stored. */
size_t trie_count(const struct trie *t);

/* Bytes of memory held, nodes and free lists included. */
size_t trie_bytes(const struct trie *t);

/* As arena_trim(). */
void trie_trim(struct trie *t);

/* Store value (not TRIE_NONE) for the prefix; gives the value it replaced, or TRIE_NONE. */
uint32_t trie_insert(struct trie *t, const struct ip_prefix *p, uint32_t value);

/* The same, but what is stored stays: gives its value, or TRIE_NONE when `value` was stored. */
uint32_t trie_insert_new(struct trie *t, const struct ip_prefix *p, uint32_t value);

/* Forget the prefix; gives its value, or TRIE_NONE where it was not stored. */
uint32_t trie_remove(struct trie *t, const struct ip_prefix *p);

/* Exact match. */
uint32_t trie_get(const struct trie *t, const struct ip_prefix *p);

/* Longest match of an address: value or TRIE_NONE. */
uint32_t trie_lpm(const struct trie *t, uint64_t hi, uint64_t lo);

/* The same for n addresses at once, prefetching: out[i] for (hi[i], lo[i]). lo may be NULL for
 * IPv4. */
void trie_lpm_batch(
    const struct trie *t, const uint64_t *hi, const uint64_t *lo, size_t n, uint32_t *out);

/* The longest stored prefix that covers p and is shorter than p: value or TRIE_NONE. */
uint32_t trie_cover(const struct trie *t, const struct ip_prefix *p);

/*
 * Ordered walk with a cursor that is just a prefix, so that it survives any mutation between two
 * calls: trie_next() gives the first stored prefix after *cursor (strictly), trie_next_below() the
 * same restricted to prefixes inside `top`, where *cursor has to be; strictly longer than it when
 * *cursor starts as `top`. Where nothing is inside, that costs the way down to `top` and no more.
 * Both step *cursor to the prefix found. TRIE_NONE at the end.
 *
 *	struct ip_prefix cur = *top;
 *	while ((value = trie_next_below(t, top, &cur)) != TRIE_NONE)
 *		...
 *
 * To start a whole walk, trie_first() gives the first stored prefix in *cursor.
 */
uint32_t trie_first(const struct trie *t, struct ip_prefix *cursor);
uint32_t trie_next(const struct trie *t, struct ip_prefix *cursor);
uint32_t trie_next_below(
    const struct trie *t, const struct ip_prefix *top, struct ip_prefix *cursor);

/*
 * trie_next_below() for many steps in a row: it keeps its way, so a step costs a third. Nothing may
 * be stored or removed before it is over.
 *
 *	trie_walk_below(&walk, t, top);
 *	while ((value = trie_walk_next(&walk, &p)) != TRIE_NONE)
 *		...
 *
 * What is inside the structs is not for callers.
 */
#define TRIE_DEPTH_MAX 22 /* nodes on a way down: an IPv6 host route below the short root */

__extension__ typedef unsigned __int128 trie_key; /* an address, left-aligned */

struct trie_seek {
	uint32_t way[TRIE_DEPTH_MAX];
	uint32_t node;
	unsigned depth, top;
	unsigned skip; /* bits that lead to the node: the first ones of `at` */
	unsigned bit, slot;
	uint64_t prefixes, children;
	trie_key at;
};

struct trie_walk {
	const struct trie *trie;
	struct ip_prefix top, at;
	bool stepwise;
	struct trie_seek seek;
};

void trie_walk_below(struct trie_walk *w, const struct trie *t, const struct ip_prefix *top);
uint32_t trie_walk_next(struct trie_walk *w, struct ip_prefix *p);

#endif
