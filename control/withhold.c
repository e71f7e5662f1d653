/* SPDX-License-Identifier: Apache-2.0 */
#include "control/withhold.h"

#include "lib/mem.h"

/* RFC 1997. */
#define NO_EXPORT           0xffffff01
#define NO_ADVERTISE        0xffffff02
#define NO_EXPORT_SUBCONFED 0xffffff03

void
withhold_fini(struct withhold *w)
{
	mem_free(MEM_MISC, w->own);
}

static bool
is_own(const struct withhold *w, const struct ip_addr *address)
{
	for (size_t i = 0; i < w->n_own; i++)
		if (ip_equal(&w->own[i], address))
			return true;
	return false;
}

bool
withhold_own(struct withhold *w, const struct ip_addr *address)
{
	if (ip_is_zero(address) || is_own(w, address))
		return false;
	w->own = mem_resize(MEM_MISC, w->own, w->n_own + 1, sizeof(*w->own));
	w->own[w->n_own++] = *address;
	return true;
}

uint8_t
withhold_marks(void *ctx, const struct route_attrs *attrs)
{
	const struct withhold *w = ctx;
	unsigned marks = 0;

	if (route_has_community(attrs->communities, NO_ADVERTISE))
		marks |= WITHHOLD_NO_ADVERTISE;
	if (route_has_community(attrs->communities, NO_EXPORT) ||
	    route_has_community(attrs->communities, NO_EXPORT_SUBCONFED))
		marks |= WITHHOLD_NO_EXPORT;
	if (is_own(w, &attrs->nexthop.addr))
		marks |= WITHHOLD_OWN_NEXTHOP;
	return (uint8_t)marks;
}

const char *
withhold_name(uint8_t marks)
{
	if (marks & WITHHOLD_NO_ADVERTISE)
		return "NO_ADVERTISE";
	if (marks & WITHHOLD_NO_EXPORT)
		return "NO_EXPORT";
	if (marks & WITHHOLD_OWN_NEXTHOP)
		return "its next hop is an address of ours";
	return "";
}
