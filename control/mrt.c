/* SPDX-License-Identifier: Apache-2.0 */
/*
 *   time 4 | type 2 | subtype 2 | length 4 |                                     RFC 6396 2
 *     sequence 4 | prefix length 1 | prefix | entry count 2 |                          4.3.2
 *       peer index 2 | time 4 | (path id 4) | attribute length 2 | attributes          4.3.4
 *
 * Attributes are those of an UPDATE with 4-octet AS numbers, but of MP_REACH_NLRI there is only the
 * next hop with its length. Lengths and counts are filled in when what they count is there.
 */
#include "control/mrt.h"

#include "bgpd/proto.h"
#include "bgpd/update.h"
#include "lib/wr.h"

enum {
	TABLE_DUMP_V2 = 13,
	PEER_INDEX_TABLE = 1,
	RIB_IPV4_UNICAST = 2,
	RIB_IPV6_UNICAST = 4,
	RIB_IPV4_UNICAST_ADDPATH = 8, /* RFC 8050 4 */
	RIB_IPV6_UNICAST_ADDPATH = 10,
	PEER_IS_IPV6 = 1,
	PEER_AS_IS_4_OCTET = 2,
	HEADER_LEN = 12,
	LENGTH_AT = 8
};

enum {
	WELL_KNOWN = BGP_FLAG_TRANSITIVE,
	TRANSITIVE = BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE,
	NON_TRANSITIVE = BGP_FLAG_OPTIONAL
};

static void
add_bytes(struct str *out, const void *data, size_t n)
{
	str_add_n(out, data, n);
}

static void
set_u16(struct str *out, size_t at, uint16_t v)
{
	v = __builtin_bswap16(v);
	memcpy(out->text + at, &v, sizeof(v));
}

static void
set_u32(struct str *out, size_t at, uint32_t v)
{
	v = __builtin_bswap32(v);
	memcpy(out->text + at, &v, sizeof(v));
}

/* Append the header of a record; gives where it begins. */
static size_t
begin(struct str *out, uint32_t time_s, uint16_t subtype)
{
	uint8_t bytes[HEADER_LEN];
	struct wr w = wr_make(bytes, sizeof(bytes));
	size_t at = out->len;

	wr_u32(&w, time_s);
	wr_u16(&w, TABLE_DUMP_V2);
	wr_u16(&w, subtype);
	wr_u32(&w, 0);
	add_bytes(out, bytes, sizeof(bytes));
	return at;
}

static void
end(struct str *out, size_t begun)
{
	set_u32(out, begun + LENGTH_AT, (uint32_t)(out->len - begun - HEADER_LEN));
}

static void
put_addr(struct wr *w, const struct ip_addr *a)
{
	uint8_t bytes[16];

	wr_bytes(w, bytes, ip_to_bytes(a, bytes));
}

void
mrt_add_peers(struct str *out, uint32_t time_s, uint32_t collector_id, const char *view,
    const struct mrt_peer *peers, uint16_t n)
{
	size_t begun = begin(out, time_s, PEER_INDEX_TABLE);
	size_t view_len = size_min(strlen(view), UINT16_MAX);
	uint8_t bytes[32];
	struct wr w = wr_make(bytes, sizeof(bytes));

	wr_u32(&w, collector_id);
	wr_u16(&w, (uint16_t)view_len);
	add_bytes(out, bytes, wr_len(&w));
	add_bytes(out, view, view_len);
	w = wr_make(bytes, sizeof(bytes));
	wr_u16(&w, n);
	add_bytes(out, bytes, wr_len(&w));
	for (uint16_t i = 0; i < n; i++) {
		bool v6 = peers[i].address.family == IP_V6;

		w = wr_make(bytes, sizeof(bytes));
		wr_u8(&w, PEER_AS_IS_4_OCTET | (v6 ? PEER_IS_IPV6 : 0));
		wr_u32(&w, peers[i].id);
		put_addr(&w, &peers[i].address);
		wr_u32(&w, peers[i].as);
		ASSERT(wr_ok(&w));
		add_bytes(out, bytes, wr_len(&w));
	}
	end(out, begun);
}

static void
put_list(struct wr *w, uint8_t flags, uint8_t type, struct span s)
{
	if (s.len > 0)
		bgp_attr_put(w, flags, type, s.data, s.len);
}

/* NEXT_HOP can only say an IPv4 next hop of IPv4 routes; all else is in MP_REACH_NLRI. */
static bool
has_plain_nexthop(const struct ip_prefix *p, const struct route_attrs *a)
{
	return p->family == IP_V4 && a->nexthop.addr.family == IP_V4;
}

static void
put_plain_nexthop(struct wr *w, const struct route_attrs *a)
{
	uint8_t bytes[16];

	bgp_attr_put(w, WELL_KNOWN, BGP_ATTR_NEXT_HOP, bytes, ip_to_bytes(&a->nexthop.addr, bytes));
}

static void
put_mp_nexthop(struct wr *w, const struct route_attrs *a)
{
	struct ip_addr link_local = { a->nexthop.link_local_hi, a->nexthop.link_local_lo, IP_V6 };
	uint8_t bytes[1 + 16 + 16];
	size_t len = ip_to_bytes(&a->nexthop.addr, bytes + 1);

	if (!ip_is_zero(&link_local))
		len += ip_to_bytes(&link_local, bytes + 1 + len);
	bytes[0] = (uint8_t)len;
	bgp_attr_put(w, NON_TRANSITIVE, BGP_ATTR_MP_REACH, bytes, 1 + len);
}

/* In order of their types (RFC 4271 5), but unknown ones last. */
static void
put_attributes(struct wr *w, const struct ip_prefix *p, const struct route_attrs *a)
{
	bool plain = has_plain_nexthop(p, a);

	bgp_attr_put(w, WELL_KNOWN, BGP_ATTR_ORIGIN, &a->origin, 1);
	bgp_attr_put(w, WELL_KNOWN, BGP_ATTR_AS_PATH, a->as_path.data, a->as_path.len);
	if (plain)
		put_plain_nexthop(w, a);
	if (a->has_med)
		bgp_attr_put_u32(w, NON_TRANSITIVE, BGP_ATTR_MED, a->med);
	if (a->has_local_pref)
		bgp_attr_put_u32(w, WELL_KNOWN, BGP_ATTR_LOCAL_PREF, a->local_pref);
	if (a->atomic_aggregate)
		bgp_attr_put(w, WELL_KNOWN, BGP_ATTR_ATOMIC_AGGREGATE, NULL, 0);
	if (a->has_aggregator) {
		uint32_t value[2] = { __builtin_bswap32(a->aggregator_as),
			__builtin_bswap32(a->aggregator_id) };

		bgp_attr_put(w, TRANSITIVE, BGP_ATTR_AGGREGATOR, value, sizeof(value));
	}
	put_list(w, TRANSITIVE, BGP_ATTR_COMMUNITIES, a->communities);
	if (a->has_originator_id)
		bgp_attr_put_u32(w, NON_TRANSITIVE, BGP_ATTR_ORIGINATOR_ID, a->originator_id);
	put_list(w, NON_TRANSITIVE, BGP_ATTR_CLUSTER_LIST, a->cluster_list);
	if (!plain)
		put_mp_nexthop(w, a);
	put_list(w, TRANSITIVE, BGP_ATTR_EXT_COMMUNITIES, a->ext_communities);
	put_list(w, TRANSITIVE, BGP_ATTR_LARGE_COMMUNITIES, a->large_communities);
	if (a->has_otc)
		bgp_attr_put_u32(w, TRANSITIVE, BGP_ATTR_OTC, a->otc);
	wr_bytes(w, a->opaque.data, a->opaque.len);
}

static bool
add_path(struct str *out, uint32_t time_s, const struct ip_prefix *p, const struct mrt_path *path,
    bool with_path_id)
{
	uint8_t head[12], block[UINT16_MAX];
	struct wr h = wr_make(head, sizeof(head)), b = wr_make(block, sizeof(block));

	put_attributes(&b, p, &path->attrs);
	if (!wr_ok(&b))
		return false;
	wr_u16(&h, path->peer);
	wr_u32(&h, time_s);
	if (with_path_id)
		wr_u32(&h, path->path_id);
	wr_u16(&h, (uint16_t)wr_len(&b));
	add_bytes(out, head, wr_len(&h));
	add_bytes(out, block, wr_len(&b));
	return true;
}

bool
mrt_add_prefix(struct str *out, uint32_t time_s, uint32_t sequence, const struct ip_prefix *p,
    const struct mrt_path *paths, uint16_t n)
{
	struct ip_addr addr = { p->hi, p->lo, p->family };
	uint8_t bytes[4 + 1 + 16 + 2], addr_bytes[16];
	struct wr w = wr_make(bytes, sizeof(bytes));
	bool v4 = p->family == IP_V4, with_path_id = false;
	size_t begun, count_at;
	uint16_t count = 0;

	for (uint16_t i = 0; i < n; i++)
		with_path_id |= paths[i].path_id != 0;
	if (with_path_id)
		begun =
		    begin(out, time_s, v4 ? RIB_IPV4_UNICAST_ADDPATH : RIB_IPV6_UNICAST_ADDPATH);
	else
		begun = begin(out, time_s, v4 ? RIB_IPV4_UNICAST : RIB_IPV6_UNICAST);
	ip_to_bytes(&addr, addr_bytes);
	wr_u32(&w, sequence);
	wr_u8(&w, p->len);
	wr_bytes(&w, addr_bytes, (p->len + 7u) / 8);
	count_at = out->len + wr_len(&w);
	wr_u16(&w, 0);
	add_bytes(out, bytes, wr_len(&w));
	for (uint16_t i = 0; i < n; i++)
		count = (uint16_t)(count + add_path(out, time_s, p, &paths[i], with_path_id));
	if (count == 0) {
		out->len = begun;
		out->text[begun] = '\0';
		return false;
	}
	set_u16(out, count_at, count);
	end(out, begun);
	return true;
}
