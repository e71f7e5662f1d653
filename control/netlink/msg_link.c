/* SPDX-License-Identifier: Apache-2.0 */
/* Links, neighbours and acknowledgements. */
#include <linux/if.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "control/netlink/msg.h"

_Static_assert(NL_NAME_MAX == IFNAMSIZ, "a name with its terminator");

/* A text attribute, with or without a terminator, cut to size. */
static void
copy_text(struct rd *value, char *out, size_t size)
{
	size_t n = size_min(rd_left(value), size - 1);

	rd_copy(value, out, n);
	out[n] = '\0';
}

bool
nl_link_decode(const struct nl_head *head, struct nl_link *out)
{
	struct rd r = head->body, value;
	uint32_t flags;
	uint16_t type;

	*out = (struct nl_link){ .ifindex = 0 };
	out->family = rd_u8(&r);
	rd_skip(&r, 3); /* padding, hardware type */
	out->ifindex = nl_u32(&r);
	flags = nl_u32(&r);
	rd_skip(&r, 4); /* change mask */
	while (nl_attr_next(&r, &type, &value))
		if (type == IFLA_IFNAME)
			copy_text(&value, out->name, sizeof(out->name));
	out->up = (flags & IFF_UP) != 0;
	out->carrier = out->up && (flags & IFF_RUNNING) != 0;
	return rd_ok(&r) && out->ifindex != 0;
}

bool
nl_neigh_decode(const struct nl_head *head, struct nl_neigh *out)
{
	struct rd r = head->body, value;
	bool good = true, address = false;
	uint8_t family;
	uint16_t type;

	*out = (struct nl_neigh){ .ifindex = 0 };
	family = rd_u8(&r);
	rd_skip(&r, 3);
	out->ifindex = nl_u32(&r);
	out->state = nl_u16(&r);
	out->flags = rd_u8(&r);
	rd_u8(&r); /* type */
	if (!rd_ok(&r) || (family != NL_AF_INET && family != NL_AF_INET6))
		return false;
	while (good && nl_attr_next(&r, &type, &value)) {
		if (type == NDA_DST) {
			good = address = nl_addr(&value, &out->address);
		} else if (type == NDA_FLAGS_EXT) {
			out->managed = (nl_u32(&value) & NTF_EXT_MANAGED) != 0;
			good = rd_ok(&value);
		}
	}
	return good && rd_ok(&r) && address;
}

/* struct nlmsgerr: i32 error, the header of the request (and, without NETLINK_CAP_ACK, the rest of
 * it); then attributes where flags say so. */
bool
nl_ack_decode(const struct nl_head *head, struct nl_ack *out)
{
	struct rd r = head->body, value;
	uint32_t request;
	uint16_t type;

	*out = (struct nl_ack){ .error = (int)nl_u32(&r) };
	request = nl_u32(&r);
	rd_skip(&r, NLMSG_HDRLEN - sizeof(request));
	if (!rd_ok(&r) || out->error > 0)
		return false;
	if ((head->flags & NLM_F_ACK_TLVS) == 0)
		return true;
	if ((head->flags & NLM_F_CAPPED) == 0 && request > NLMSG_HDRLEN)
		rd_skip(&r, NLMSG_ALIGN(request) - (size_t)NLMSG_HDRLEN);
	while (nl_attr_next(&r, &type, &value))
		if (type == NLMSGERR_ATTR_MSG)
			copy_text(&value, out->text, sizeof(out->text));
	return rd_ok(&r);
}

void
nl_neigh_use(
    struct wr *w, uint32_t seq, const struct ip_addr *address, uint32_t ifindex, bool managed)
{
	size_t mark = nl_begin(
	    w, RTM_NEWNEIGH, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, seq);
	const struct ndmsg header = {
		.ndm_family = address->family == IP_V4 ? NL_AF_INET : NL_AF_INET6,
		.ndm_ifindex = (int)ifindex,
		.ndm_state = NUD_NONE,
		.ndm_flags = managed ? 0 : NTF_USE,
	};

	wr_bytes(w, &header, sizeof(header));
	nl_put_addr(w, NDA_DST, address);
	if (managed)
		nl_put_u32(w, NDA_FLAGS_EXT, NTF_EXT_MANAGED);
	nl_end(w, mark);
}

void
nl_dump_links(struct wr *w, uint32_t seq)
{
	size_t mark = nl_begin(w, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, seq);
	const struct ifinfomsg header = { .ifi_family = NL_AF_UNSPEC };

	wr_bytes(w, &header, sizeof(header));
	nl_end(w, mark);
}

void
nl_dump_neighs(struct wr *w, uint32_t seq)
{
	size_t mark = nl_begin(w, RTM_GETNEIGH, NLM_F_REQUEST | NLM_F_DUMP, seq);
	const struct ndmsg header = { .ndm_family = NL_AF_UNSPEC };

	wr_bytes(w, &header, sizeof(header));
	nl_end(w, mark);
}
