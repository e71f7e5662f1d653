/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/adjout.h"

#include "bgpd/nlri.h"

void
bgp_adjout_init(struct bgp_adjout *a, const struct bgp_encode *how)
{
	a->how = *how;
	a->open = BGP_ADJOUT_NONE;
}

void
bgp_adjout_flush(struct bgp_adjout *a, struct bgp_sendq *q)
{
	struct span attrs = { .data = a->attrs, .len = a->attrs_len };
	struct span nlri = { .data = a->nlri, .len = a->nlri_len };
	enum ip_family family = (enum ip_family)a->family;
	struct wr w;

	if (a->open == BGP_ADJOUT_NONE)
		return;
	w = bgp_sendq_begin(q, BGP_MSG_MAX);
	if (a->open == BGP_ADJOUT_ANNOUNCE)
		bgp_update_compose(&w, family, &a->nexthop, attrs, nlri);
	else
		bgp_update_compose_withdraw(&w, family, nlri);
	bgp_sendq_commit(q, &w);
	a->open = BGP_ADJOUT_NONE;
}

static void
append(struct bgp_adjout *a, const struct ip_prefix *p)
{
	struct wr nlri = wr_make(a->nlri + a->nlri_len, a->nlri_room - a->nlri_len);

	bgp_nlri_encode(&nlri, p);
	ASSERT(wr_ok(&nlri));
	a->nlri_len += wr_len(&nlri);
}

static bool
has_room(const struct bgp_adjout *a, const struct ip_prefix *p)
{
	return a->nlri_len + bgp_nlri_size(p) <= a->nlri_room;
}

/* Open an UPDATE for these attributes; false if it could not take the longest prefix. */
static bool
open_announce(struct bgp_adjout *a, uint8_t family, const struct route_attrs *attrs, uint32_t key)
{
	struct wr w = wr_make(a->attrs, sizeof(a->attrs));

	if (!bgp_nexthop_fits(&a->how, (enum ip_family)family, &attrs->nexthop))
		return false;
	bgp_attrs_encode(&w, &a->how, attrs, (enum ip_family)family);
	if (!wr_ok(&w))
		return false;
	a->attrs_len = wr_len(&w);
	a->nexthop = attrs->nexthop;
	a->nlri_room = bgp_update_room(&a->nexthop, a->attrs_len);
	if (a->nlri_room < BGP_NLRI_MAX)
		return false;
	a->nlri_len = 0;
	a->family = family;
	a->key = key;
	a->open = BGP_ADJOUT_ANNOUNCE;
	return true;
}

bool
bgp_adjout_announce(struct bgp_adjout *a, struct bgp_sendq *q, const struct ip_prefix *p,
    const struct route_attrs *attrs, uint32_t key)
{
	if (a->open != BGP_ADJOUT_ANNOUNCE || a->family != p->family || a->key != key ||
	    !has_room(a, p)) {
		bgp_adjout_flush(a, q);
		if (!open_announce(a, p->family, attrs, key)) {
			bgp_adjout_withdraw(a, q, p);
			return false;
		}
	}
	append(a, p);
	return true;
}

void
bgp_adjout_withdraw(struct bgp_adjout *a, struct bgp_sendq *q, const struct ip_prefix *p)
{
	if (a->open != BGP_ADJOUT_WITHDRAW || a->family != p->family || !has_room(a, p)) {
		bgp_adjout_flush(a, q);
		a->open = BGP_ADJOUT_WITHDRAW;
		a->family = p->family;
		a->nlri_len = 0;
		a->nlri_room = BGP_WITHDRAW_ROOM;
	}
	append(a, p);
}
