/* SPDX-License-Identifier: Apache-2.0 */
/* A datagram of netlink messages: decoded, and what is a route or an object written and read back.
 */
#include <linux/rtnetlink.h>
#include <stdint.h>

#include "control/netlink/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t buffer[NL_MESSAGE_MAX];

static struct nl_head
again(const struct wr *w)
{
	struct rd r = rd_make(buffer, wr_len(w));
	struct nl_head head;

	ASSERT(wr_ok(w));
	ASSERT(nl_next(&r, &head));
	return head;
}

static void
try_route(const struct nl_head *head)
{
	struct wr w = wr_make(buffer, sizeof(buffer));
	struct nl_route r, back;
	struct nl_head written;

	if (!nl_route_decode(head, &r))
		return;
	ASSERT(r.prefix.len <= ip_bits((enum ip_family)r.prefix.family));
	ASSERT(r.paths.n <= NL_PATHS_MAX);
	nl_route_put(&w, 1, &r, true);
	written = again(&w);
	ASSERT(nl_route_decode(&written, &back));
	ASSERT(prefix_equal(&r.prefix, &back.prefix) && r.metric == back.metric);
	ASSERT(r.nexthop == back.nexthop);
	ASSERT(r.nexthop != 0 || r.paths.n < 2 || r.paths.n == back.paths.n);
}

static void
try_nexthop(const struct nl_head *head)
{
	struct wr w = wr_make(buffer, sizeof(buffer));
	struct nl_nexthop n, back;
	struct nl_head written;

	if (!nl_nexthop_decode(head, &n))
		return;
	ASSERT(n.id != 0 && n.n_members <= NL_PATHS_MAX);
	nl_nexthop_put(&w, 1, &n, true);
	written = again(&w);
	ASSERT(nl_nexthop_decode(&written, &back));
	ASSERT(n.id == back.id && n.n_members == back.n_members);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_make(data, size);
	struct nl_head head;

	while (nl_next(&r, &head)) {
		struct nl_link link;
		struct nl_neigh neigh;
		struct nl_ack ack;

		try_route(&head);
		try_nexthop(&head);
		if (nl_link_decode(&head, &link))
			ASSERT(link.ifindex != 0 && strlen(link.name) < NL_NAME_MAX);
		if (nl_neigh_decode(&head, &neigh))
			ASSERT(neigh.address.family < IP_FAMILIES);
		if (nl_ack_decode(&head, &ack))
			ASSERT(ack.error <= 0 && strlen(ack.text) < sizeof(ack.text));
	}
	return 0;
}
