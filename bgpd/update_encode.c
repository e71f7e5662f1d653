/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing UPDATEs.
 *
 * Attributes go out in order of their type, as RFC 4271 5 asks, except MP_REACH_NLRI, which is the
 * first (RFC 7606 5.1). IPv4 routes are in the message body, IPv6 routes in MP_REACH_NLRI and
 * MP_UNREACH_NLRI:
 *
 *   v4:  header | 0 | len | attributes (NEXT_HOP among them) | NLRI
 *   v6:  header | 0 | len | MP_REACH {AFI SAFI nexthop 0 NLRI} | attributes
 *
 * An IPv4 route with an IPv6 next hop (RFC 8950) is announced like an IPv6 one and withdrawn like
 * an IPv4 one. So an UPDATE is composed of an attribute block, encoded once, and the NLRI collected
 * meanwhile.
 */
#include "bgpd/aspath.h"
#include "bgpd/msg.h"
#include "bgpd/nlri.h"
#include "bgpd/update.h"

enum {
	WELL_KNOWN = BGP_FLAG_TRANSITIVE,
	TRANSITIVE = BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE,
	NON_TRANSITIVE = BGP_FLAG_OPTIONAL,
	FIXED = BGP_HEADER_LEN + 4,         /* header and the two lengths of an UPDATE */
	MP_REACH_FIXED = 4 + 2 + 1 + 1 + 1, /* attribute header, AFI, SAFI, NH length, reserved */
	MP_UNREACH_FIXED = 4 + 2 + 1
};

void
bgp_attr_put(struct wr *w, uint8_t flags, uint8_t type, const void *value, size_t len)
{
	bool extended = len > UINT8_MAX;

	wr_u8(w, (uint8_t)(flags | (extended ? BGP_FLAG_EXTENDED : 0)));
	wr_u8(w, type);
	if (extended)
		wr_u16(w, (uint16_t)len);
	else
		wr_u8(w, (uint8_t)len);
	wr_bytes(w, value, len);
}

void
bgp_attr_put_u32(struct wr *w, uint8_t flags, uint8_t type, uint32_t value)
{
	uint8_t bytes[4];
	struct wr v = wr_make(bytes, sizeof(bytes));

	wr_u32(&v, value);
	bgp_attr_put(w, flags, type, bytes, sizeof(bytes));
}

static void
put_span(struct wr *w, uint8_t flags, uint8_t type, struct span s)
{
	if (s.len > 0)
		bgp_attr_put(w, flags, type, s.data, s.len);
}

/* AS_PATH now; gives the full path in *as4, kept in buf, if AS4_PATH has to follow. */
static void
put_as_path(struct wr *w, const struct bgp_encode *how, const struct route_attrs *a,
    uint8_t buf[static BGP_MSG_MAX + 8], struct span *as4)
{
	uint8_t narrow[BGP_MSG_MAX];
	struct wr full = wr_make(buf, BGP_MSG_MAX + 8);
	struct wr old = wr_make(narrow, sizeof(narrow));
	struct span path = a->as_path;

	*as4 = (struct span){ .len = 0 };
	if (how->ebgp) {
		bgp_aspath_prepend(&full, path, how->local_as);
		if (!wr_ok(&full)) {
			w->failed = true;
			return;
		}
		path = (struct span){ .data = buf, .len = wr_len(&full) };
	}
	if (how->four_octet_as) {
		bgp_attr_put(w, WELL_KNOWN, BGP_ATTR_AS_PATH, path.data, path.len);
	} else {
		if (bgp_aspath_narrow(&old, path))
			*as4 = path;
		bgp_attr_put(w, WELL_KNOWN, BGP_ATTR_AS_PATH, narrow, wr_len(&old));
	}
	if (!wr_ok(&old))
		w->failed = true;
}

static void
put_aggregator(struct wr *w, const struct bgp_encode *how, const struct route_attrs *a)
{
	uint8_t bytes[8];
	struct wr v = wr_make(bytes, sizeof(bytes));

	if (how->four_octet_as)
		wr_u32(&v, a->aggregator_as);
	else
		wr_u16(&v,
		    (uint16_t)(a->aggregator_as <= UINT16_MAX ? a->aggregator_as : BGP_AS_TRANS));
	wr_u32(&v, a->aggregator_id);
	bgp_attr_put(w, TRANSITIVE, BGP_ATTR_AGGREGATOR, bytes, wr_len(&v));
}

static void
put_as4_aggregator(struct wr *w, const struct route_attrs *a)
{
	uint8_t bytes[8];
	struct wr v = wr_make(bytes, sizeof(bytes));

	wr_u32(&v, a->aggregator_as);
	wr_u32(&v, a->aggregator_id);
	bgp_attr_put(w, TRANSITIVE, BGP_ATTR_AS4_AGGREGATOR, bytes, sizeof(bytes));
}

static void
put_reflection(struct wr *w, const struct route_attrs *a)
{
	if (a->has_originator_id)
		bgp_attr_put_u32(w, NON_TRANSITIVE, BGP_ATTR_ORIGINATOR_ID, a->originator_id);
	put_span(w, NON_TRANSITIVE, BGP_ATTR_CLUSTER_LIST, a->cluster_list);
}

static bool
in_mp_reach(const struct route_nexthop *nh)
{
	return nh->addr.family == IP_V6;
}

bool
bgp_nexthop_fits(
    const struct bgp_encode *how, enum ip_family family, const struct route_nexthop *nexthop)
{
	return nexthop->addr.family == family || (family == IP_V4 && how->extended_nexthop);
}

void
bgp_attrs_encode(
    struct wr *w, const struct bgp_encode *how, const struct route_attrs *a, enum ip_family family)
{
	uint8_t path_buf[BGP_MSG_MAX + 8];
	struct span as4_path;

	bgp_attr_put(w, WELL_KNOWN, BGP_ATTR_ORIGIN, &a->origin, 1);
	put_as_path(w, how, a, path_buf, &as4_path);
	if (family == IP_V4 && !in_mp_reach(&a->nexthop))
		bgp_attr_put_u32(w, WELL_KNOWN, BGP_ATTR_NEXT_HOP, ip_to_v4(a->nexthop.addr.hi));
	if (a->has_med)
		bgp_attr_put_u32(w, NON_TRANSITIVE, BGP_ATTR_MED, a->med);
	if (!how->ebgp)
		bgp_attr_put_u32(
		    w, WELL_KNOWN, BGP_ATTR_LOCAL_PREF, a->has_local_pref ? a->local_pref : 100);
	if (a->atomic_aggregate)
		bgp_attr_put(w, WELL_KNOWN, BGP_ATTR_ATOMIC_AGGREGATE, NULL, 0);
	if (a->has_aggregator)
		put_aggregator(w, how, a);
	put_span(w, TRANSITIVE, BGP_ATTR_COMMUNITIES, a->communities);
	if (how->reflect)
		put_reflection(w, a);
	put_span(w, TRANSITIVE, BGP_ATTR_EXT_COMMUNITIES, a->ext_communities);
	put_span(w, TRANSITIVE, BGP_ATTR_AS4_PATH, as4_path);
	if (a->has_aggregator && !how->four_octet_as && a->aggregator_as > UINT16_MAX)
		put_as4_aggregator(w, a);
	put_span(w, TRANSITIVE, BGP_ATTR_LARGE_COMMUNITIES, a->large_communities);
	if (a->has_otc)
		bgp_attr_put_u32(w, TRANSITIVE, BGP_ATTR_OTC, a->otc);
	if (how->reflect)
		wr_bytes(w, a->opaque.data, a->opaque.len);
}

static bool
has_link_local(const struct route_nexthop *nh)
{
	return (nh->link_local_hi | nh->link_local_lo) != 0;
}

static size_t
nexthop_size(const struct route_nexthop *nh)
{
	return has_link_local(nh) ? 32 : 16;
}

static void
put_nexthop(struct wr *w, const struct route_nexthop *nh)
{
	uint8_t bytes[16];

	ip_to_bytes(&nh->addr, bytes);
	wr_bytes(w, bytes, sizeof(bytes));
	if (has_link_local(nh)) {
		wr_u64(w, nh->link_local_hi);
		wr_u64(w, nh->link_local_lo);
	}
}

size_t
bgp_update_room(const struct route_nexthop *nexthop, size_t attrs_len)
{
	size_t used = FIXED + attrs_len;

	if (in_mp_reach(nexthop))
		used += MP_REACH_FIXED + nexthop_size(nexthop);
	return used < BGP_MSG_MAX ? BGP_MSG_MAX - used : 0;
}

/* Always with the extended length: one shape for all sizes, and legal for each. */
static void
begin_mp(struct wr *w, uint8_t type, size_t len, enum ip_family family)
{
	wr_u8(w, NON_TRANSITIVE | BGP_FLAG_EXTENDED);
	wr_u8(w, type);
	wr_u16(w, (uint16_t)len);
	wr_u16(w, bgp_afi_of(family));
	wr_u8(w, BGP_SAFI_UNICAST);
}

void
bgp_update_compose(struct wr *w, enum ip_family family, const struct route_nexthop *nexthop,
    struct span attrs, struct span nlri)
{
	size_t msg = bgp_msg_begin(w, BGP_MSG_UPDATE), len_at;

	wr_u16(w, 0);
	len_at = wr_mark(w);
	wr_u16(w, 0);
	if (in_mp_reach(nexthop)) {
		size_t nh = nexthop_size(nexthop);

		begin_mp(w, BGP_ATTR_MP_REACH, MP_REACH_FIXED - 4 + nh + nlri.len, family);
		wr_u8(w, (uint8_t)nh);
		put_nexthop(w, nexthop);
		wr_u8(w, 0);
		wr_bytes(w, nlri.data, nlri.len);
	}
	wr_bytes(w, attrs.data, attrs.len);
	wr_set_u16(w, len_at, wr_len(w) - len_at - 2);
	if (!in_mp_reach(nexthop))
		wr_bytes(w, nlri.data, nlri.len);
	bgp_msg_end(w, msg);
}

void
bgp_update_compose_withdraw(struct wr *w, enum ip_family family, struct span nlri)
{
	size_t msg = bgp_msg_begin(w, BGP_MSG_UPDATE);

	if (family == IP_V4) {
		wr_u16(w, (uint16_t)nlri.len);
		wr_bytes(w, nlri.data, nlri.len);
		wr_u16(w, 0);
	} else {
		wr_u16(w, 0);
		wr_u16(w, (uint16_t)(MP_UNREACH_FIXED + nlri.len));
		begin_mp(w, BGP_ATTR_MP_UNREACH, MP_UNREACH_FIXED - 4 + nlri.len, family);
		wr_bytes(w, nlri.data, nlri.len);
	}
	bgp_msg_end(w, msg);
}

/* Encode as many prefixes as `room` takes into nlri; gives how many. */
static size_t
put_prefixes(struct wr *nlri, size_t room, const struct ip_prefix *prefixes, size_t n)
{
	size_t taken = 0;

	while (taken < n && wr_len(nlri) + bgp_nlri_size(&prefixes[taken]) <= room) {
		ASSERT(prefixes[taken].family == prefixes[0].family);
		bgp_nlri_encode(nlri, &prefixes[taken]);
		taken++;
	}
	return taken;
}

size_t
bgp_update_announce(struct wr *w, const struct bgp_encode *how, const struct route_attrs *attrs,
    const struct ip_prefix *prefixes, size_t n)
{
	uint8_t attrs_buf[BGP_MSG_MAX], nlri_buf[BGP_MSG_MAX];
	struct wr a = wr_make(attrs_buf, sizeof(attrs_buf));
	struct wr nlri = wr_make(nlri_buf, sizeof(nlri_buf));
	enum ip_family family = (enum ip_family)(n > 0 ? prefixes[0].family : IP_V4);
	size_t taken;

	if (n == 0 || !bgp_nexthop_fits(how, family, &attrs->nexthop))
		return 0;
	bgp_attrs_encode(&a, how, attrs, family);
	if (!wr_ok(&a))
		return 0;
	taken = put_prefixes(&nlri, bgp_update_room(&attrs->nexthop, wr_len(&a)), prefixes, n);
	if (taken > 0)
		bgp_update_compose(w, family, &attrs->nexthop,
		    (struct span){ attrs_buf, wr_len(&a) },
		    (struct span){ nlri_buf, wr_len(&nlri) });
	return taken;
}

void
bgp_update_end_of_rib(struct wr *w, enum ip_family family)
{
	bgp_update_compose_withdraw(w, family, (struct span){ .len = 0 });
}
