/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/nlri.h"

bool
bgp_nlri_check(struct rd field, enum ip_family family, uint32_t *count)
{
	uint32_t n = 0;

	while (rd_left(&field) > 0) {
		unsigned bits = rd_u8(&field);

		rd_skip(&field, (bits + 7) / 8);
		if (!rd_ok(&field) || bits > ip_bits(family))
			return false;
		n++;
	}
	*count = n;
	return true;
}

bool
bgp_nlri_next(struct bgp_nlri *nlri, struct ip_prefix *p, uint32_t *path_id)
{
	struct rd r = rd_make(nlri->pos, (size_t)(nlri->end - nlri->pos));
	uint8_t bytes[16] = { 0 };
	struct ip_addr addr;
	unsigned bits;

	if (nlri->pos == nlri->end)
		return false;
	*path_id = nlri->add_path ? rd_u32(&r) : 0;
	bits = rd_u8(&r);
	ASSERT(bits <= ip_bits((enum ip_family)nlri->family));
	rd_copy(&r, bytes, (bits + 7) / 8);
	ASSERT(rd_ok(&r));
	nlri->pos = r.pos;
	addr = ip_from_bytes((enum ip_family)nlri->family, bytes);
	*p = prefix_of(&addr, bits);
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
