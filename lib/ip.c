/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/ip.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *
ip_family_name(enum ip_family family)
{
	return family == IP_V4 ? "ipv4" : "ipv6";
}

int
ip_cmp(const struct ip_addr *a, const struct ip_addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	if (a->lo != b->lo)
		return a->lo < b->lo ? -1 : 1;
	return 0;
}

bool
ip_is_loopback(const struct ip_addr *a)
{
	if (a->family == IP_V4)
		return a->hi >> 56 == 127;
	return a->hi == 0 && a->lo == 1;
}

bool
ip_is_multicast(const struct ip_addr *a)
{
	return a->family == IP_V4 ? a->hi >> 60 == 0xe : a->hi >> 56 == 0xff;
}

bool
ip_is_link_local(const struct ip_addr *a)
{
	return a->family == IP_V4 ? a->hi >> 48 == 0xa9fe : a->hi >> 54 == 0xfe80 >> 6;
}

bool
ip_is_v4_mapped(const struct ip_addr *a)
{
	return a->family == IP_V6 && a->hi == 0 && a->lo >> 32 == 0xffff;
}

size_t
ip_to_bytes(const struct ip_addr *a, uint8_t bytes[16])
{
	uint64_t half[2] = { __builtin_bswap64(a->hi), __builtin_bswap64(a->lo) };
	size_t n = a->family == IP_V4 ? 4 : 16;

	memcpy(bytes, half, n);
	return n;
}

bool
ip_parse(const char *text, struct ip_addr *out)
{
	uint8_t bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1)
		*out = ip_from_bytes(IP_V4, bytes);
	else if (inet_pton(AF_INET6, text, bytes) == 1)
		*out = ip_from_bytes(IP_V6, bytes);
	else
		return false;
	return true;
}

char *
ip_format(const struct ip_addr *a, char buf[IP_TEXT_MAX])
{
	uint8_t bytes[16];

	ip_to_bytes(a, bytes);
	inet_ntop(a->family == IP_V4 ? AF_INET : AF_INET6, bytes, buf, IP_TEXT_MAX);
	return buf;
}

struct ip_prefix
prefix_make(enum ip_family family, uint64_t hi, uint64_t lo, unsigned len)
{
	ASSERT(len <= ip_bits(family));
	return (struct ip_prefix){ .hi = hi & ip_mask64(len < 64 ? len : 64),
		.lo = len <= 64 ? 0 : lo & ip_mask64(len - 64),
		.family = (uint8_t)family,
		.len = (uint8_t)len };
}

bool
prefix_parse(const char *text, bool strict, struct ip_prefix *out)
{
	char addr_text[IP_TEXT_MAX];
	const char *slash = strchr(text, '/');
	size_t addr_len = slash != NULL ? (size_t)(slash - text) : strlen(text);
	struct ip_addr addr;
	struct ip_prefix p;
	unsigned len;

	if (addr_len >= sizeof(addr_text))
		return false;
	memcpy(addr_text, text, addr_len);
	addr_text[addr_len] = '\0';
	if (!ip_parse(addr_text, &addr))
		return false;
	len = ip_bits((enum ip_family)addr.family);
	if (slash != NULL) {
		char *end;
		unsigned long v;

		if (slash[1] < '0' || slash[1] > '9')
			return false;
		v = strtoul(slash + 1, &end, 10);
		if (*end != '\0' || v > len)
			return false;
		len = (unsigned)v;
	}
	p = prefix_of(&addr, len);
	if (strict && (p.hi != addr.hi || p.lo != addr.lo))
		return false;
	*out = p;
	return true;
}

char *
prefix_format(const struct ip_prefix *p, char buf[PREFIX_TEXT_MAX])
{
	struct ip_addr first = prefix_first(p);
	size_t n;

	ip_format(&first, buf);
	n = strlen(buf);
	snprintf(buf + n, PREFIX_TEXT_MAX - n, "/%u", p->len);
	return buf;
}

int
prefix_cmp(const struct ip_prefix *a, const struct ip_prefix *b)
{
	struct ip_addr fa = prefix_first(a), fb = prefix_first(b);
	int order = ip_cmp(&fa, &fb);

	return order != 0 ? order : (int)a->len - (int)b->len;
}

bool
prefix_contains_addr(const struct ip_prefix *p, const struct ip_addr *a)
{
	if (p->family != a->family)
		return false;
	if (p->len <= 64)
		return ((p->hi ^ a->hi) & ip_mask64(p->len)) == 0;
	return p->hi == a->hi && ((p->lo ^ a->lo) & ip_mask64(p->len - 64u)) == 0;
}

bool
prefix_contains(const struct ip_prefix *outer, const struct ip_prefix *inner)
{
	struct ip_addr first = prefix_first(inner);

	return outer->len <= inner->len && prefix_contains_addr(outer, &first);
}

struct ip_addr
prefix_first(const struct ip_prefix *p)
{
	return (struct ip_addr){ .hi = p->hi, .lo = p->lo, .family = p->family };
}

struct ip_addr
prefix_last(const struct ip_prefix *p)
{
	struct ip_addr last = prefix_first(p);

	if (p->family == IP_V4) {
		last.hi |= ~ip_mask64(p->len) & ip_mask64(32);
		return last;
	}
	last.hi |= ~ip_mask64(p->len < 64 ? p->len : 64);
	last.lo |= p->len <= 64 ? UINT64_MAX : ~ip_mask64(p->len - 64u);
	return last;
}

static int
by_prefix(const void *a, const void *b)
{
	return prefix_cmp(a, b);
}

size_t
prefix_sort_out(struct ip_prefix *p, size_t n)
{
	size_t kept = 0;

	if (n > 0)
		qsort(p, n, sizeof(*p), by_prefix);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || !prefix_contains(&p[kept - 1], &p[i]))
			p[kept++] = p[i];
	return kept;
}
