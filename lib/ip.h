/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP addresses and prefixes, in host byte order, converted once at the boundary.
 *
 * Both families share one shape: 128 bits in `hi` and `lo`, the address left-aligned, so that bit 0
 * is the most significant bit of either family and the same code walks both. An IPv4 address is
 * the upper 32 bits of `hi`; everything below is zero.
 */
#ifndef LIB_IP_H
#define LIB_IP_H

#include <string.h>

#include "lib/base.h"

enum ip_family {
	IP_V4,
	IP_V6,
	IP_FAMILIES /* for arrays indexed by family */
};

struct ip_addr {
	uint64_t hi, lo;
	uint8_t family; /* enum ip_family */
};

/* Bits after `len` are zero (prefix_make() masks them). */
struct ip_prefix {
	uint64_t hi, lo;
	uint8_t family; /* enum ip_family */
	uint8_t len;    /* 0..32 or 0..128 */
};

/* Enough for any ip_format() and prefix_format() with the terminator. */
#define IP_TEXT_MAX     46
#define PREFIX_TEXT_MAX 50

/* Longest prefix length of the family. */
static inline unsigned
ip_bits(enum ip_family family)
{
	return family == IP_V4 ? 32 : 128;
}

/* "ipv4" or "ipv6", as configuration, metrics and messages say it. */
const char *ip_family_name(enum ip_family family);

static inline struct ip_addr
ip_v4(uint32_t host_order)
{
	return (struct ip_addr){ .hi = (uint64_t)host_order << 32, .family = IP_V4 };
}

static inline uint32_t
ip_to_v4(uint64_t hi)
{
	return (uint32_t)(hi >> 32);
}

static inline bool
ip_equal(const struct ip_addr *a, const struct ip_addr *b)
{
	return a->hi == b->hi && a->lo == b->lo && a->family == b->family;
}

/* Order by family, then by value: <0, 0, >0. */
int ip_cmp(const struct ip_addr *a, const struct ip_addr *b);

/* All bits zero: 0.0.0.0 or ::. */
static inline bool
ip_is_zero(const struct ip_addr *a)
{
	return (a->hi | a->lo) == 0;
}

bool ip_is_loopback(const struct ip_addr *a);   /* 127.0.0.0/8, ::1 */
bool ip_is_multicast(const struct ip_addr *a);  /* 224.0.0.0/4, ff00::/8 */
bool ip_is_link_local(const struct ip_addr *a); /* 169.254.0.0/16, fe80::/10 */
bool ip_is_v4_mapped(const struct ip_addr *a);  /* ::ffff:0:0/96 */

/* Network-order bytes: 4 for IPv4, 16 for IPv6. ip_to_bytes gives how many it wrote. The former is
 * in line because it is once a route: a struct that comes back by way of memory stalls its reader.
 */
static inline struct ip_addr
ip_from_bytes(enum ip_family family, const void *bytes)
{
	uint32_t v4;
	uint64_t half[2];

	if (family == IP_V4) {
		memcpy(&v4, bytes, sizeof(v4));
		return ip_v4(__builtin_bswap32(v4));
	}
	memcpy(half, bytes, sizeof(half));
	return (struct ip_addr){
		.hi = __builtin_bswap64(half[0]), .lo = __builtin_bswap64(half[1]), .family = IP_V6
	};
}

size_t ip_to_bytes(const struct ip_addr *a, uint8_t bytes[16]);

/* Text to address (no prefix length, no zone); false, and *out untouched, on anything else. */
MUST_CHECK bool ip_parse(const char *text, struct ip_addr *out);

/* RFC 5952 text into buf; gives buf. */
char *ip_format(const struct ip_addr *a, char buf[IP_TEXT_MAX]);

/* The prefix of length len that holds the address; host bits are masked off. */
struct ip_prefix prefix_make(enum ip_family family, uint64_t hi, uint64_t lo, unsigned len);

static inline struct ip_prefix
prefix_of(const struct ip_addr *a, unsigned len)
{
	return prefix_make((enum ip_family)a->family, a->hi, a->lo, len);
}

/* "192.0.2.0/24"; an address alone is a host prefix. Host bits set are an error when `strict`,
 * masked off otherwise. False, and *out untouched, on bad text. */
MUST_CHECK bool prefix_parse(const char *text, bool strict, struct ip_prefix *out);
char *prefix_format(const struct ip_prefix *p, char buf[PREFIX_TEXT_MAX]);

static inline bool
prefix_equal(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return a->hi == b->hi && a->lo == b->lo && a->len == b->len && a->family == b->family;
}

/* Order by family, address, then length: a covering prefix comes before what it covers. */
int prefix_cmp(const struct ip_prefix *a, const struct ip_prefix *b);

/* True when inner is outer or lies inside it (same family). */
bool prefix_contains(const struct ip_prefix *outer, const struct ip_prefix *inner);
bool prefix_contains_addr(const struct ip_prefix *p, const struct ip_addr *a);

/* The i-th bit of a key, 0 being the first; i < 128. */
static inline unsigned
key_bit_at(uint64_t hi, uint64_t lo, unsigned i)
{
	return (unsigned)((i < 64 ? hi >> (63 - i) : lo >> (127 - i)) & 1);
}

/* Its i-th bit; beyond its length they are 0. */
static inline unsigned
prefix_bit_at(const struct ip_prefix *p, unsigned i)
{
	return key_bit_at(p->hi, p->lo, i);
}

/* The half on side b (0 or 1) of a prefix that is not a single address. */
static inline struct ip_prefix
prefix_half(const struct ip_prefix *p, unsigned b)
{
	struct ip_prefix half = *p;

	half.len++;
	if (p->len < 64)
		half.hi |= (uint64_t)b << (63 - p->len);
	else
		half.lo |= (uint64_t)b << (127 - p->len);
	return half;
}

/* Sort prefixes by prefix_cmp() and leave out those inside others; gives how many remain. */
size_t prefix_sort_out(struct ip_prefix *p, size_t n);

/* First and last address. */
struct ip_addr prefix_first(const struct ip_prefix *p);
struct ip_addr prefix_last(const struct ip_prefix *p);

/* The mask of the first len bits (len 0..64) of a 64-bit half. */
static inline uint64_t
ip_mask64(unsigned len)
{
	return len == 0 ? 0 : ~UINT64_C(0) << (64 - len);
}

#endif
