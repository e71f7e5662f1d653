/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to measure the kernel push beside: a bare loop over libnl, one route a message, each
 * acknowledged before the next.
 *
 *      libnl_loop_io IFINDEX N     adds N routes 20.x.y.0/24 by 10.0.0.134, protocol 4, metric 77
 *
 * Prints the routes added a second.
 */
#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int
add_route(struct nl_sock *sock, unsigned i, uint32_t ifindex)
{
	const struct rtmsg header = { .rtm_family = AF_INET,
		.rtm_dst_len = 24,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST };
	uint32_t dst = htonl(20u << 24 | (i / 250) << 16 | (i % 250) << 8);
	uint32_t gateway = htonl(0x0a000086);
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);

	nlmsg_append(msg, (void *)(uintptr_t)&header, sizeof(header), NLMSG_ALIGNTO);
	nla_put(msg, RTA_DST, sizeof(dst), &dst);
	nla_put(msg, RTA_GATEWAY, sizeof(gateway), &gateway);
	nla_put_u32(msg, RTA_OIF, ifindex);
	nla_put_u32(msg, RTA_PRIORITY, 77);
	return nl_send_sync(sock, msg);
}

int
main(int argc, char **argv)
{
	struct nl_sock *sock = nl_socket_alloc();
	uint32_t ifindex;
	unsigned n;
	double start;

	if (argc != 3 || sock == NULL || nl_connect(sock, NETLINK_ROUTE) != 0) {
		fprintf(stderr, "usage: libnl_loop_io IFINDEX N\n");
		return 2;
	}
	ifindex = (uint32_t)strtoul(argv[1], NULL, 10);
	n = (unsigned)strtoul(argv[2], NULL, 10);
	start = now_s();
	for (unsigned i = 0; i < n; i++) {
		int error = add_route(sock, i, ifindex);

		if (error != 0) {
			fprintf(stderr, "route %u: error %d\n", i, error);
			return 1;
		}
	}
	printf("%.0f\n", n / (now_s() - start));
	nl_socket_free(sock);
	return 0;
}
