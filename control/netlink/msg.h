/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rtnetlink(7) messages that hotfib speaks and understands: routes, nexthop objects, links,
 * neighbours and acknowledgements, as plain structs. Pure functions of bytes; constants are those
 * of <linux/rtnetlink.h> and its kind.
 *
 * A decoder gives false for a message that is cut off or makes no sense (to be counted) and leaves
 * out what it does not know. An encoder appends one whole message to `w`.
 */
#ifndef CONTROL_NETLINK_MSG_H
#define CONTROL_NETLINK_MSG_H

#include "control/netlink/wire.h"

/* Address families, as <sys/socket.h> has them. */
#define NL_AF_UNSPEC 0
#define NL_AF_INET   2
#define NL_AF_INET6  10

/* Equal-cost paths that are kept of a route or group; more are left out. */
#define NL_PATHS_MAX 32

/* Names of interfaces, with the terminator (IFNAMSIZ). */
#define NL_NAME_MAX 16

/* Room for any message that is encoded here. */
#define NL_MESSAGE_MAX 4096

/* Where a route leads: a gateway on an interface, or the interface's own link. */
struct nl_path {
	struct ip_addr gateway; /* of either family (RFC 8950); with has_gateway */
	uint32_t ifindex;
	uint32_t weight; /* 1..256 */
	bool has_gateway;
	bool onlink; /* the gateway is on the link although no route says so */
	bool dead;   /* the interface is down or has no carrier */
};

struct nl_paths {
	unsigned n;
	struct nl_path path[NL_PATHS_MAX];
};

bool nl_paths_equal(const struct nl_paths *a, const struct nl_paths *b);

struct nl_route {
	struct ip_prefix prefix;
	uint32_t table, metric;
	uint32_t flags;   /* RTM_F_OFFLOAD, ... */
	uint32_t nexthop; /* id of a nexthop object; 0: none, the paths are the route's own */
	uint8_t protocol, type, scope, tos;
	struct nl_paths paths;
};

/* A nexthop object: a path, or a group of other objects. */
struct nl_nexthop {
	uint32_t id;
	uint8_t protocol, family; /* NL_AF_ */
	bool blackhole;
	bool is_group;
	struct nl_path path; /* where it is no group */
	unsigned n_members;
	struct {
		uint32_t id, weight;
	} member[NL_PATHS_MAX];
};

struct nl_link {
	uint8_t family; /* other than NL_AF_UNSPEC: not about the link, but about its bridge */
	uint32_t ifindex;
	char name[NL_NAME_MAX];
	bool up;      /* by the administrator */
	bool carrier; /* and able to carry packets */
};

struct nl_neigh {
	struct ip_addr address;
	uint32_t ifindex;
	uint16_t state; /* NUD_ */
	uint8_t flags;  /* NTF_ */
	bool managed;   /* NTF_EXT_MANAGED: the kernel keeps it resolved */
};

/* Of NLMSG_ERROR: 0 or a negative errno, and the kernel's words where it gave some. */
struct nl_ack {
	int error;
	char text[128];
};

bool nl_route_decode(const struct nl_head *head, struct nl_route *out);
bool nl_nexthop_decode(const struct nl_head *head, struct nl_nexthop *out);
bool nl_link_decode(const struct nl_head *head, struct nl_link *out);
bool nl_neigh_decode(const struct nl_head *head, struct nl_neigh *out);
bool nl_ack_decode(const struct nl_head *head, struct nl_ack *out);

/* `replace` changes whatever route has its prefix, metric and table: so only for a metric that is
 * nobody else's. A removal names protocol and metric, and the kernel refuses (ESRCH) where the
 * route there is another's. */
void nl_route_put(struct wr *w, uint32_t seq, const struct nl_route *r, bool replace);
void nl_route_remove(struct wr *w, uint32_t seq, const struct nl_route *r);

void nl_nexthop_put(struct wr *w, uint32_t seq, const struct nl_nexthop *n, bool replace);
void nl_nexthop_remove(struct wr *w, uint32_t seq, uint32_t id);

/* Keep an entry of the neighbour table resolved: by the kernel itself where it can (`managed`,
 * Linux 5.16), else by resolving it once now. Takes the first off again with managed = false. */
void nl_neigh_use(
    struct wr *w, uint32_t seq, const struct ip_addr *address, uint32_t ifindex, bool managed);

/* Ask for all of a kind. */
void nl_dump_routes(struct wr *w, uint32_t seq, enum ip_family family);
void nl_dump_nexthops(struct wr *w, uint32_t seq);
void nl_dump_links(struct wr *w, uint32_t seq);
void nl_dump_neighs(struct wr *w, uint32_t seq);

#endif
