/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/hops.h"

uint32_t
hop_attrs(struct attrs_table *t, uint32_t hop)
{
	struct route_attrs attrs = { .nexthop.addr = ip_v4(UINT32_C(0x0a000000) + hop) };

	return attrs_intern(t, &attrs);
}

void
hop_announce(struct rib *rib, const struct ip_prefix *p, uint32_t hop)
{
	uint32_t id = hop_attrs(rib_attrs(rib), hop);

	rib_announce(rib, p, 0, 0, id);
	attrs_unref(rib_attrs(rib), id);
}
