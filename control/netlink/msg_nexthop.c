/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>

#include "control/netlink/msg.h"

static bool
path_equal(const struct nl_path *a, const struct nl_path *b)
{
	return a->ifindex == b->ifindex && a->weight == b->weight &&
	       a->has_gateway == b->has_gateway && a->onlink == b->onlink &&
	       (!a->has_gateway || ip_equal(&a->gateway, &b->gateway));
}

bool
nl_paths_equal(const struct nl_paths *a, const struct nl_paths *b)
{
	if (a->n != b->n)
		return false;
	for (unsigned i = 0; i < a->n; i++)
		if (!path_equal(&a->path[i], &b->path[i]))
			return false;
	return true;
}

/* struct nexthop_grp: u32 id, u8 weight - 1, u8 the weight's upper bits since Linux 6.12, u16. */
static bool
decode_group(struct rd *value, struct nl_nexthop *out)
{
	out->is_group = true;
	while (rd_left(value) > 0) {
		uint32_t id = nl_u32(value);
		uint32_t weight = rd_u8(value) + 1U;

		weight += (uint32_t)rd_u8(value) << 8;
		rd_skip(value, 2);
		if (out->n_members < NL_PATHS_MAX) {
			out->member[out->n_members].id = id;
			out->member[out->n_members++].weight = weight;
		}
	}
	return rd_ok(value);
}

bool
nl_nexthop_decode(const struct nl_head *head, struct nl_nexthop *out)
{
	struct rd r = head->body, value;
	uint32_t flags;
	uint16_t type;
	bool good = true;

	*out = (struct nl_nexthop){ .family = rd_u8(&r), .path = { .weight = 1 } };
	rd_u8(&r); /* scope */
	out->protocol = rd_u8(&r);
	rd_u8(&r);
	flags = nl_u32(&r);
	out->path.dead = (flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)) != 0;
	out->path.onlink = (flags & RTNH_F_ONLINK) != 0;
	while (good && nl_attr_next(&r, &type, &value)) {
		if (type == NHA_ID) {
			out->id = nl_u32(&value);
			good = rd_ok(&value);
		} else if (type == NHA_OIF) {
			out->path.ifindex = nl_u32(&value);
			good = rd_ok(&value);
		} else if (type == NHA_GATEWAY) {
			out->path.has_gateway = true;
			good = nl_addr(&value, &out->path.gateway);
		} else if (type == NHA_BLACKHOLE) {
			out->blackhole = true;
		} else if (type == NHA_GROUP) {
			good = decode_group(&value, out);
		}
	}
	return good && rd_ok(&r) && out->id != 0;
}

static void
put_header(struct wr *w, uint8_t family, uint8_t protocol, uint32_t flags)
{
	const struct nhmsg header = {
		.nh_family = family, .nh_protocol = protocol, .nh_flags = flags
	};

	wr_bytes(w, &header, sizeof(header));
}

void
nl_nexthop_put(struct wr *w, uint32_t seq, const struct nl_nexthop *n, bool replace)
{
	uint16_t flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE;
	size_t mark =
	    nl_begin(w, RTM_NEWNEXTHOP, flags | (replace ? NLM_F_REPLACE : NLM_F_EXCL), seq);

	if (n->is_group) {
		struct nexthop_grp members[NL_PATHS_MAX] = { { 0 } };

		for (unsigned i = 0; i < n->n_members; i++) {
			members[i].id = n->member[i].id;
			members[i].weight = (uint8_t)(n->member[i].weight - 1);
		}
		put_header(w, NL_AF_UNSPEC, n->protocol, 0);
		nl_put_u32(w, NHA_ID, n->id);
		nl_put(w, NHA_GROUP, members, n->n_members * sizeof(members[0]));
	} else {
		put_header(w, n->family, n->protocol, n->path.onlink ? RTNH_F_ONLINK : 0);
		nl_put_u32(w, NHA_ID, n->id);
		if (n->path.has_gateway)
			nl_put_addr(w, NHA_GATEWAY, &n->path.gateway);
		nl_put_u32(w, NHA_OIF, n->path.ifindex);
	}
	nl_end(w, mark);
}

void
nl_nexthop_remove(struct wr *w, uint32_t seq, uint32_t id)
{
	size_t mark = nl_begin(w, RTM_DELNEXTHOP, NLM_F_REQUEST | NLM_F_ACK, seq);

	put_header(w, NL_AF_UNSPEC, 0, 0);
	nl_put_u32(w, NHA_ID, id);
	nl_end(w, mark);
}

void
nl_dump_nexthops(struct wr *w, uint32_t seq)
{
	size_t mark = nl_begin(w, RTM_GETNEXTHOP, NLM_F_REQUEST | NLM_F_DUMP, seq);

	put_header(w, NL_AF_UNSPEC, 0, 0);
	nl_end(w, mark);
}
