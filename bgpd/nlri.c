/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/nlri.h"

bool
bgp_nlri_check(const struct rd *field, enum ip_family family, bool add_path, uint32_t *count)
{
	struct rd r = rd_make(field->pos, rd_left(field));
	uint32_t n = 0;

	while (rd_left(&r) > 0) {
		unsigned bits;

		if (add_path)
			rd_skip(&r, 4);
		bits = rd_u8(&r);
		rd_skip(&r, (bits + 7) / 8);
		if (!rd_ok(&r) || bits > ip_bits(family))
			return false;
		n++;
	}
	*count = n;
	return true;
}

/* The first n (at most 8) bytes as the high bytes of a number. Not by way of a byte array, and the
 * prefix is not made by prefix_make() and copied: reading back in one piece what was just written
 * in smaller ones stalls the processor, and this is once a prefix. */
static uint64_t
high_bytes(const uint8_t *bytes, unsigned n)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < n; i++)
		v |= (uint64_t)bytes[i] << (56 - 8 * i);
	return v;
}

bool
bgp_nlri_next(struct bgp_nlri *nlri, struct ip_prefix *p, uint32_t *path_id)
{
	struct rd r = rd_make(nlri->pos, (size_t)(nlri->end - nlri->pos));
	const uint8_t *bytes;
	unsigned bits, n;

	if (nlri->pos == nlri->end)
		return false;
	*path_id = nlri->add_path ? rd_u32(&r) : 0;
	bits = rd_u8(&r);
	n = (bits + 7) / 8;
	bytes = rd_bytes(&r, n);
	ASSERT(bytes != NULL && bits <= ip_bits((enum ip_family)nlri->family));
	nlri->pos = r.pos;
	p->hi = high_bytes(bytes, n < 8 ? n : 8) & ip_mask64(bits < 64 ? bits : 64);
	p->lo = bits > 64 ? high_bytes(bytes + 8, n - 8) & ip_mask64(bits - 64) : 0;
	p->family = nlri->family;
	p->len = (uint8_t)bits;
	return true;
}

void
bgp_nlri_encode(struct wr *w, const struct ip_prefix *p)
{
	struct ip_addr addr = prefix_first(p);
	uint8_t bytes[16];

	ip_to_bytes(&addr, bytes);
	wr_u8(w, p->len);
	wr_bytes(w, bytes, (p->len + 7u) / 8u);
}
