/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/rtnetlink.h>

#include "control/netlink/msg.h"

/* --- reading --- */

static bool
family_of(uint8_t af, enum ip_family *out)
{
	*out = af == NL_AF_INET6 ? IP_V6 : IP_V4;
	return af == NL_AF_INET || af == NL_AF_INET6;
}

static uint8_t
af_of(const struct ip_prefix *p)
{
	return p->family == IP_V4 ? NL_AF_INET : NL_AF_INET6;
}

/* RTA_VIA: a gateway of another family than the route's. */
static bool
decode_via(struct rd *value, struct nl_path *path)
{
	nl_u16(value); /* the length says the family too */
	path->has_gateway = true;
	return nl_addr(value, &path->gateway);
}

static bool
decode_gateway(struct rd *value, struct nl_path *path)
{
	path->has_gateway = true;
	return nl_addr(value, &path->gateway);
}

static void
path_flags(struct nl_path *path, uint32_t flags)
{
	path->dead = (flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)) != 0;
	path->onlink = (flags & RTNH_F_ONLINK) != 0;
}

/* struct rtnexthop: u16 length, u8 flags, u8 hops, u32 interface; then attributes. */
static bool
decode_multipath(struct rd *value, struct nl_paths *out)
{
	out->n = 0;
	while (rd_left(value) > 0) {
		uint16_t len = nl_u16(value), type;
		struct nl_path path = { .weight = 1 };
		struct rd rest, attr;

		if (len < sizeof(struct rtnexthop))
			return false;
		rest = rd_sub(value, len - 2U, 1);
		rd_skip(value, size_min(NLMSG_ALIGN(len) - len, rd_left(value)));
		path_flags(&path, rd_u8(&rest));
		path.weight = rd_u8(&rest) + 1U;
		path.ifindex = nl_u32(&rest);
		while (nl_attr_next(&rest, &type, &attr)) {
			if (type == RTA_GATEWAY && !decode_gateway(&attr, &path))
				return false;
			if (type == RTA_VIA && !decode_via(&attr, &path))
				return false;
		}
		if (!rd_ok(&rest))
			return false;
		if (out->n < NL_PATHS_MAX)
			out->path[out->n++] = path;
	}
	return rd_ok(value);
}

static bool
decode_attr(uint16_t type, struct rd *value, struct nl_route *out, struct ip_addr *dst,
    struct nl_path *path)
{
	switch (type) {
	case RTA_DST: return nl_addr(value, dst);
	case RTA_OIF: path->ifindex = nl_u32(value); return rd_ok(value);
	case RTA_GATEWAY: return decode_gateway(value, path);
	case RTA_VIA: return decode_via(value, path);
	case RTA_MULTIPATH: return decode_multipath(value, &out->paths);
	case RTA_PRIORITY: out->metric = nl_u32(value); return rd_ok(value);
	case RTA_TABLE: out->table = nl_u32(value); return rd_ok(value);
	case RTA_NH_ID: out->nexthop = nl_u32(value); return rd_ok(value);
	default: return true;
	}
}

bool
nl_route_decode(const struct nl_head *head, struct nl_route *out)
{
	struct rd r = head->body, value;
	struct nl_path path = { .weight = 1 };
	struct ip_addr dst;
	enum ip_family family;
	uint8_t len;
	uint16_t type;
	bool known = family_of(rd_u8(&r), &family);

	*out = (struct nl_route){ .table = 0 };
	dst = (struct ip_addr){ .family = (uint8_t)family };
	len = rd_u8(&r);
	rd_u8(&r); /* source length */
	out->tos = rd_u8(&r);
	out->table = rd_u8(&r);
	out->protocol = rd_u8(&r);
	out->scope = rd_u8(&r);
	out->type = rd_u8(&r);
	out->flags = nl_u32(&r);
	if (!rd_ok(&r) || !known || len > ip_bits(family))
		return false;
	path_flags(&path, out->flags);
	while (nl_attr_next(&r, &type, &value))
		if (!decode_attr(type, &value, out, &dst, &path))
			return false;
	if (!rd_ok(&r) || dst.family != family)
		return false;
	out->prefix = prefix_of(&dst, len);
	if (out->paths.n == 0 && (path.ifindex != 0 || path.has_gateway))
		out->paths.path[out->paths.n++] = path;
	return true;
}

/* --- writing --- */

static void
put_gateway(struct wr *w, enum ip_family route, const struct nl_path *path)
{
	uint8_t via[2 + 16];
	uint16_t af = path->gateway.family == IP_V4 ? NL_AF_INET : NL_AF_INET6;

	if (!path->has_gateway)
		return;
	if (path->gateway.family == route) {
		nl_put_addr(w, RTA_GATEWAY, &path->gateway);
		return;
	}
	memcpy(via, &af, sizeof(af));
	nl_put(w, RTA_VIA, via, sizeof(af) + ip_to_bytes(&path->gateway, via + sizeof(af)));
}

static void
put_multipath(struct wr *w, enum ip_family route, const struct nl_paths *paths)
{
	size_t all = nl_nest(w, RTA_MULTIPATH);

	for (unsigned i = 0; i < paths->n; i++) {
		const struct nl_path *path = &paths->path[i];
		size_t mark = nl_nest(w, 0); /* u16 length; flags and hops in place of a type */
		uint8_t *head = wr_ok(w) ? w->start + mark : NULL;

		if (head != NULL) {
			head[2] = path->onlink ? RTNH_F_ONLINK : 0;
			head[3] = (uint8_t)(path->weight - 1);
		}
		wr_bytes(w, &path->ifindex, sizeof(path->ifindex));
		put_gateway(w, route, path);
		nl_nest_end(w, mark);
	}
	nl_nest_end(w, all);
}

static void
put_header(struct wr *w, const struct nl_route *r)
{
	const struct rtmsg header = {
		.rtm_family = af_of(&r->prefix),
		.rtm_dst_len = r->prefix.len,
		.rtm_table = r->table < 256 ? (uint8_t)r->table : RT_TABLE_UNSPEC,
		.rtm_protocol = r->protocol,
		.rtm_scope = r->scope,
		.rtm_type = r->type,
		.rtm_flags = r->nexthop == 0 && r->paths.n == 1 && r->paths.path[0].onlink
				 ? RTNH_F_ONLINK
				 : 0,
	};
	struct ip_addr dst = prefix_first(&r->prefix);

	wr_bytes(w, &header, sizeof(header));
	if (r->prefix.len > 0)
		nl_put_addr(w, RTA_DST, &dst);
	if (r->table >= 256)
		nl_put_u32(w, RTA_TABLE, r->table);
	nl_put_u32(w, RTA_PRIORITY, r->metric);
}

void
nl_route_put(struct wr *w, uint32_t seq, const struct nl_route *r, bool replace)
{
	enum ip_family family = (enum ip_family)r->prefix.family;
	uint16_t flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE;
	size_t mark =
	    nl_begin(w, RTM_NEWROUTE, flags | (replace ? NLM_F_REPLACE : NLM_F_EXCL), seq);

	put_header(w, r);
	if (r->nexthop != 0) {
		nl_put_u32(w, RTA_NH_ID, r->nexthop);
	} else if (r->paths.n == 1) {
		put_gateway(w, family, &r->paths.path[0]);
		nl_put_u32(w, RTA_OIF, r->paths.path[0].ifindex);
	} else {
		put_multipath(w, family, &r->paths);
	}
	nl_end(w, mark);
}

void
nl_route_remove(struct wr *w, uint32_t seq, const struct nl_route *r)
{
	struct nl_route bare = *r;
	size_t mark = nl_begin(w, RTM_DELROUTE, NLM_F_REQUEST | NLM_F_ACK, seq);

	bare.scope = RT_SCOPE_NOWHERE; /* of any scope */
	bare.paths.n = 0;
	put_header(w, &bare);
	nl_end(w, mark);
}

void
nl_dump_routes(struct wr *w, uint32_t seq, enum ip_family family)
{
	size_t mark = nl_begin(w, RTM_GETROUTE, NLM_F_REQUEST | NLM_F_DUMP, seq);
	const struct rtmsg header = { .rtm_family = family == IP_V4 ? NL_AF_INET : NL_AF_INET6 };

	wr_bytes(w, &header, sizeof(header));
	nl_end(w, mark);
}
