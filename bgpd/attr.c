/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attributes, decoded by table.
 *
 * The list is a sequence of {flags 1, type 1, length 1 or 2, value}. decode_one() checks flags and
 * repetition against the type's row, carves the value and hands it to the row's decoder, which
 * writes into struct route_attrs (spans borrow the message) and gives NULL or what is wrong. What
 * an error costs is data, not code: the row says so.
 *
 * The AS path of a 4-octet peer is borrowed as it is. That of a 2-octet peer is widened into the
 * scratch space, and merged with AS4_PATH after the last attribute, whatever their order.
 *
 * Cost: one pass and one indirect call an attribute; readers go by pointer, copies of a struct that
 * was just written stall the processor. This is the hot path of learning a table, of
 * which most speakers send one route an UPDATE.
 *
 * References: RFC 4271 5 and 6.3, RFC 4456, 4760, 1997, 4360, 6793, 7606, 8092, 9234.
 */
#include "bgpd/attr.h"

#include "bgpd/aspath.h"
#include "bgpd/msg.h"
#include "bgpd/nlri.h"

struct walk {
	const struct bgp_codec *codec;
	struct bgp_scratch *scratch;
	struct bgp_update *u;
	struct bgp_attr_list *list;
	struct span attr;     /* the attribute at hand, header included */
	struct span as4_path; /* 2-octet peers only, 4-octet numbers */
	bool as4_path_has_local;
	uint32_t as4_aggregator_as, as4_aggregator_id;
	bool has_as4_aggregator;
};

typedef const char *(*value_decoder)(struct walk *w, struct rd *v);

struct attr_row {
	value_decoder decode;
	uint8_t flags;     /* Optional and Transitive, as they must be */
	uint8_t bad_value; /* enum bgp_disposition */
	uint8_t bad_flags;
	bool ibgp_only; /* discarded, unread, when it comes from an external peer */
};

static struct span
rest(const struct rd *v)
{
	return (struct span){ .data = v->pos, .len = rd_left(v) };
}

static const char *
decode_u32(struct rd *v, uint32_t *out, const char *wrong)
{
	if (rd_left(v) != 4)
		return wrong;
	*out = rd_u32(v);
	return NULL;
}

/* A list of items of `size` bytes, at least one. */
static const char *
decode_list(struct rd *v, size_t size, struct span *out, const char *wrong)
{
	if (rd_left(v) == 0 || rd_left(v) % size != 0)
		return wrong;
	*out = rest(v);
	return NULL;
}

static const char *
get_origin(struct walk *w, struct rd *v)
{
	if (rd_left(v) != 1)
		return "ORIGIN length";
	w->u->attrs.origin = rd_u8(v);
	return w->u->attrs.origin <= ROUTE_ORIGIN_INCOMPLETE ? NULL : "ORIGIN value";
}

static const char *
get_as_path(struct walk *w, struct rd *v)
{
	const struct bgp_codec *codec = w->codec;
	struct span path = rest(v);
	struct bgp_aspath_info info;
	const char *wrong =
	    bgp_aspath_check(path, codec->four_octet_as ? 4 : 2, codec->local_as, &info);

	if (wrong != NULL)
		return wrong;
	if (info.has_confed && bgp_codec_is_ebgp(codec))
		return "confederation segment from an external peer";
	if (!codec->four_octet_as) {
		struct wr wide = wr_make(w->scratch->path, sizeof(w->scratch->path));

		bgp_aspath_widen(&wide, path);
		ASSERT(wr_ok(&wide));
		path = (struct span){ .data = w->scratch->path, .len = wr_len(&wide) };
	}
	w->u->attrs.as_path = path;
	w->list->as_path_good = true;
	w->list->as_path_has_local = info.has_local;
	return NULL;
}

static const char *
get_next_hop(struct walk *w, struct rd *v)
{
	uint32_t addr;
	const char *wrong = decode_u32(v, &addr, "NEXT_HOP length");

	if (wrong == NULL)
		w->u->attrs.nexthop.addr = ip_v4(addr);
	return wrong;
}

static const char *
get_med(struct walk *w, struct rd *v)
{
	w->u->attrs.has_med = true;
	return decode_u32(v, &w->u->attrs.med, "MULTI_EXIT_DISC length");
}

static const char *
get_local_pref(struct walk *w, struct rd *v)
{
	w->u->attrs.has_local_pref = true;
	return decode_u32(v, &w->u->attrs.local_pref, "LOCAL_PREF length");
}

static const char *
get_atomic_aggregate(struct walk *w, struct rd *v)
{
	if (rd_left(v) != 0)
		return "ATOMIC_AGGREGATE length";
	w->u->attrs.atomic_aggregate = true;
	return NULL;
}

static const char *
get_aggregator(struct walk *w, struct rd *v)
{
	bool wide = w->codec->four_octet_as;
	uint32_t as, id;

	if (rd_left(v) != (wide ? 8u : 6u))
		return "AGGREGATOR length";
	as = wide ? rd_u32(v) : rd_u16(v);
	id = rd_u32(v);
	if (as == 0)
		return "AGGREGATOR with AS 0";
	w->u->attrs.has_aggregator = true;
	w->u->attrs.aggregator_as = as;
	w->u->attrs.aggregator_id = id;
	return NULL;
}

static const char *
get_communities(struct walk *w, struct rd *v)
{
	return decode_list(v, 4, &w->u->attrs.communities, "COMMUNITIES length");
}

static const char *
get_originator_id(struct walk *w, struct rd *v)
{
	w->u->attrs.has_originator_id = true;
	return decode_u32(v, &w->u->attrs.originator_id, "ORIGINATOR_ID length");
}

static const char *
get_cluster_list(struct walk *w, struct rd *v)
{
	return decode_list(v, 4, &w->u->attrs.cluster_list, "CLUSTER_LIST length");
}

static const char *
get_ext_communities(struct walk *w, struct rd *v)
{
	return decode_list(v, 8, &w->u->attrs.ext_communities, "EXTENDED COMMUNITIES length");
}

static const char *
get_large_communities(struct walk *w, struct rd *v)
{
	return decode_list(v, 12, &w->u->attrs.large_communities, "LARGE_COMMUNITY length");
}

static const char *
get_otc(struct walk *w, struct rd *v)
{
	w->u->attrs.has_otc = true;
	return decode_u32(v, &w->u->attrs.otc, "ONLY_TO_CUSTOMER length");
}

static const char *
get_as4_path(struct walk *w, struct rd *v)
{
	struct span path = rest(v);
	struct bgp_aspath_info info;
	const char *wrong = bgp_aspath_check(path, 4, w->codec->local_as, &info);

	if (w->codec->four_octet_as)
		return "AS4_PATH from a 4-octet peer";
	if (wrong == NULL) {
		w->as4_path = path;
		w->as4_path_has_local = info.has_local;
	}
	return wrong;
}

static const char *
get_as4_aggregator(struct walk *w, struct rd *v)
{
	if (w->codec->four_octet_as)
		return "AS4_AGGREGATOR from a 4-octet peer";
	if (rd_left(v) != 8)
		return "AS4_AGGREGATOR length";
	w->as4_aggregator_as = rd_u32(v);
	w->as4_aggregator_id = rd_u32(v);
	w->has_as4_aggregator = w->as4_aggregator_as != 0;
	return w->has_as4_aggregator ? NULL : "AS4_AGGREGATOR with AS 0";
}

bool
bgp_nexthop_is_usable(const struct ip_addr *a)
{
	if (a->family == IP_V4)
		return !ip_is_zero(a) && !ip_is_loopback(a) && a->hi >> 60 < 0xe;
	return !ip_is_zero(a) && !ip_is_loopback(a) && !ip_is_multicast(a) && !ip_is_v4_mapped(a);
}

/* Read a next hop: 4 bytes, or 16, or 16 and a link-local address (RFC 2545 3). Those two are also
 * IPv4's where that was agreed on (RFC 8950 3). */
static bool
decode_mp_nexthop(
    struct rd *nh, const struct bgp_codec *codec, enum ip_family family, struct route_nexthop *out)
{
	size_t len = rd_left(nh);
	enum ip_family kind = len == 4 ? IP_V4 : IP_V6;
	struct ip_addr second;

	if (len != 4 && len != 16 && len != 32)
		return false;
	if (kind != family && (family == IP_V6 || !codec->extended_nexthop))
		return false;
	if (kind == IP_V4) {
		out->addr = ip_from_bytes(IP_V4, rd_bytes(nh, 4));
		return true;
	}
	out->addr = ip_from_bytes(IP_V6, rd_bytes(nh, 16));
	if (len == 32) {
		second = ip_from_bytes(IP_V6, rd_bytes(nh, 16));
		if (ip_is_link_local(&second)) {
			out->link_local_hi = second.hi;
			out->link_local_lo = second.lo;
		}
	}
	return true;
}

static bool
is_agreed(const struct walk *w, uint16_t afi, uint8_t safi, enum ip_family *family)
{
	return bgp_family_of(afi, safi, family) && w->codec->families[*family];
}

static struct bgp_nlri
mp_nlri(const struct walk *w, const struct rd *v, enum ip_family family)
{
	return (struct bgp_nlri){ .pos = v->pos,
		.end = v->end,
		.family = (uint8_t)family,
		.add_path = w->codec->add_path[family] };
}

static const char *
get_mp_reach(struct walk *w, struct rd *v)
{
	uint16_t afi = rd_u16(v);
	uint8_t safi = rd_u8(v), nh_len = rd_u8(v);
	struct rd nh = rd_sub(v, nh_len, 1);
	struct bgp_update *u = w->u;
	enum ip_family family;
	uint32_t count;

	rd_skip(v, 1);
	if (!rd_ok(v))
		return "truncated MP_REACH_NLRI";
	if (!is_agreed(w, afi, safi, &family)) {
		bgp_update_judge(u, BGP_DISCARD_ATTRIBUTE, BGP_ATTR_MP_REACH,
		    "MP_REACH_NLRI of a family that was not agreed on");
		return NULL;
	}
	if (!decode_mp_nexthop(&nh, w->codec, family, &u->mp_nexthop))
		return "MP_REACH_NLRI next hop length";
	if (!bgp_nlri_check(v, family, w->codec->add_path[family], &count))
		return "invalid prefix in MP_REACH_NLRI";
	u->mp_announced = mp_nlri(w, v, family);
	u->n_announced += count;
	if (!bgp_nexthop_is_usable(&u->mp_nexthop.addr))
		bgp_update_judge(
		    u, BGP_TREAT_AS_WITHDRAW, BGP_ATTR_MP_REACH, "MP_REACH_NLRI next hop value");
	return NULL;
}

static const char *
get_mp_unreach(struct walk *w, struct rd *v)
{
	uint16_t afi = rd_u16(v);
	uint8_t safi = rd_u8(v);
	struct bgp_update *u = w->u;
	enum ip_family family;
	uint32_t count;

	if (!rd_ok(v))
		return "truncated MP_UNREACH_NLRI";
	if (!is_agreed(w, afi, safi, &family))
		return NULL;
	if (!bgp_nlri_check(v, family, w->codec->add_path[family], &count))
		return "invalid prefix in MP_UNREACH_NLRI";
	u->mp_withdrawn = mp_nlri(w, v, family);
	u->n_withdrawn += count;
	return NULL;
}

enum {
	WELL_KNOWN = BGP_FLAG_TRANSITIVE,
	OPT_TRANS = BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE,
	OPTIONAL = BGP_FLAG_OPTIONAL,
	WITHDRAW = BGP_TREAT_AS_WITHDRAW,
	DISCARD = BGP_DISCARD_ATTRIBUTE,
	RESET = BGP_SESSION_RESET
};

/* clang-format off */
static const struct attr_row rows[] = {
	/*                               decoder                flags       bad value bad flags iBGP only */
	[BGP_ATTR_ORIGIN] =            { get_origin,            WELL_KNOWN, WITHDRAW, WITHDRAW, 0 },
	[BGP_ATTR_AS_PATH] =           { get_as_path,           WELL_KNOWN, WITHDRAW, WITHDRAW, 0 },
	[BGP_ATTR_NEXT_HOP] =          { get_next_hop,          WELL_KNOWN, WITHDRAW, WITHDRAW, 0 },
	[BGP_ATTR_MED] =               { get_med,               OPTIONAL,   WITHDRAW, WITHDRAW, 0 },
	[BGP_ATTR_LOCAL_PREF] =        { get_local_pref,        WELL_KNOWN, WITHDRAW, WITHDRAW, 1 },
	[BGP_ATTR_ATOMIC_AGGREGATE] =  { get_atomic_aggregate,  WELL_KNOWN, DISCARD,  WITHDRAW, 0 },
	[BGP_ATTR_AGGREGATOR] =        { get_aggregator,        OPT_TRANS,  DISCARD,  WITHDRAW, 0 },
	[BGP_ATTR_COMMUNITIES] =       { get_communities,       OPT_TRANS,  WITHDRAW, WITHDRAW, 0 },
	[BGP_ATTR_ORIGINATOR_ID] =     { get_originator_id,     OPTIONAL,   WITHDRAW, WITHDRAW, 1 },
	[BGP_ATTR_CLUSTER_LIST] =      { get_cluster_list,      OPTIONAL,   WITHDRAW, WITHDRAW, 1 },
	[BGP_ATTR_MP_REACH] =          { get_mp_reach,          OPTIONAL,   RESET,    RESET,    0 },
	[BGP_ATTR_MP_UNREACH] =        { get_mp_unreach,        OPTIONAL,   RESET,    RESET,    0 },
	[BGP_ATTR_EXT_COMMUNITIES] =   { get_ext_communities,   OPT_TRANS,  WITHDRAW, WITHDRAW, 0 },
	[BGP_ATTR_AS4_PATH] =          { get_as4_path,          OPT_TRANS,  DISCARD,  DISCARD,  0 },
	[BGP_ATTR_AS4_AGGREGATOR] =    { get_as4_aggregator,    OPT_TRANS,  DISCARD,  DISCARD,  0 },
	[BGP_ATTR_LARGE_COMMUNITIES] = { get_large_communities, OPT_TRANS,  WITHDRAW, WITHDRAW, 0 },
	[BGP_ATTR_OTC] =               { get_otc,               OPT_TRANS,  WITHDRAW, WITHDRAW, 0 },
};
/* clang-format on */

static void
bad(struct walk *w, uint8_t disposition, uint8_t reset_subcode, uint8_t type, const char *why)
{
	if (disposition == BGP_SESSION_RESET)
		bgp_update_reset(w->u, reset_subcode, type, why, w->attr);
	else
		bgp_update_judge(w->u, (enum bgp_disposition)disposition, type, why);
}

/* An attribute without a row: kept whole if it is optional transitive. Neighbours in the message
 * are borrowed together; the first gap makes the span move to the scratch space. */
static void
decode_unknown(struct walk *w, uint8_t flags, uint8_t type)
{
	struct span *opaque = &w->u->attrs.opaque, attr = w->attr;
	uint8_t *scratch = w->scratch->opaque;

	if ((flags & BGP_FLAG_OPTIONAL) == 0) {
		bgp_update_judge(w->u, BGP_TREAT_AS_WITHDRAW, type, "unknown well-known attribute");
		return;
	}
	if ((flags & BGP_FLAG_TRANSITIVE) == 0)
		return;
	if (opaque->len == 0) {
		*opaque = attr;
		return;
	}
	if (opaque->data + opaque->len != attr.data) {
		ASSERT(opaque->len + attr.len <= sizeof(w->scratch->opaque));
		if (opaque->data != scratch)
			memcpy(scratch, opaque->data, opaque->len);
		memcpy(scratch + opaque->len, attr.data, attr.len);
		opaque->data = scratch;
	}
	opaque->len += attr.len;
}

static void
decode_known(struct walk *w, const struct attr_row *row, uint8_t flags, uint8_t type, struct rd *v)
{
	const char *wrong;

	if (row->ibgp_only && bgp_codec_is_ebgp(w->codec)) {
		bgp_update_judge(w->u, BGP_DISCARD_ATTRIBUTE, type, "not for external peers");
		return;
	}
	if ((flags & (BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE)) != row->flags) {
		bad(w, row->bad_flags, BGP_UPDATE_FLAGS, type, "attribute flags");
		return;
	}
	wrong = row->decode(w, v);
	if (wrong != NULL)
		bad(w, row->bad_value, BGP_UPDATE_OPTIONAL, type, wrong);
}

/* False when the list ends here: it is broken, or the session is. */
static bool
decode_one(struct walk *w, struct rd *block)
{
	const uint8_t *start = block->pos;
	uint8_t flags = rd_u8(block), type = rd_u8(block);
	size_t len = (flags & BGP_FLAG_EXTENDED) != 0 ? rd_u16(block) : rd_u8(block);
	struct rd value = rd_sub(block, len, 1);
	uint64_t bit = UINT64_C(1) << (type % 64);
	uint64_t *seen = &w->list->seen[type / 64];

	if (!rd_ok(block)) {
		bgp_update_judge(
		    w->u, BGP_TREAT_AS_WITHDRAW, 0, "attribute overruns the attribute list");
		return false;
	}
	w->attr = (struct span){ .data = start, .len = (size_t)(block->pos - start) };
	w->list->n++;
	if (UNLIKELY((*seen & bit) != 0)) {
		if (type == BGP_ATTR_MP_REACH || type == BGP_ATTR_MP_UNREACH) {
			bgp_update_reset(w->u, BGP_UPDATE_MALFORMED, type, "repeated attribute",
			    (struct span){ .len = 0 });
			return false;
		}
		bgp_update_judge(w->u, BGP_DISCARD_ATTRIBUTE, type, "repeated attribute");
		return true;
	}
	*seen |= bit;
	if (type < ARRAY_LEN(rows) && rows[type].decode != NULL)
		decode_known(w, &rows[type], flags, type, &value);
	else
		decode_unknown(w, flags, type);
	return w->u->disposition != BGP_SESSION_RESET;
}

/* RFC 6793 4.2.3, for 2-octet peers. */
static void
merge_as4(struct walk *w)
{
	struct route_attrs *a = &w->u->attrs;
	struct wr merged = wr_make(w->scratch->merged, sizeof(w->scratch->merged));

	/* A true 2-octet AGGREGATOR: an old speaker aggregated, what AS4_* say is of before. */
	if (a->has_aggregator && a->aggregator_as != BGP_AS_TRANS && w->has_as4_aggregator)
		return;
	if (a->has_aggregator && w->has_as4_aggregator) {
		a->aggregator_as = w->as4_aggregator_as;
		a->aggregator_id = w->as4_aggregator_id;
	}
	if (w->as4_path.len == 0 || !w->list->as_path_good)
		return;
	bgp_aspath_merge(&merged, a->as_path, w->as4_path);
	ASSERT(wr_ok(&merged));
	a->as_path = (struct span){ .data = w->scratch->merged, .len = wr_len(&merged) };
	w->list->as_path_has_local |= w->as4_path_has_local;
}

void
bgp_attrs_decode(const struct bgp_codec *codec, struct bgp_scratch *scratch, struct rd *block,
    struct bgp_update *u, struct bgp_attr_list *list)
{
	struct walk w = { .codec = codec, .scratch = scratch, .u = u, .list = list };

	*list = (struct bgp_attr_list){ .n = 0 };
	while (rd_left(block) > 0 && decode_one(&w, block))
		;
	if (u->disposition == BGP_SESSION_RESET)
		return;
	if (!codec->four_octet_as)
		merge_as4(&w);
}
