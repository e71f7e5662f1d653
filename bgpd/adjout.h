/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What we announce: operations in, packed UPDATEs out, in the order of the operations.
 *
 * One UPDATE is open at a time. Announcements with the key of the open one, and withdrawals of its
 * family, are added to it; whatever differs closes it and opens the next. Order matters more than
 * packing here: a plan withdraws before it announces to stay below the hardware's capacity.
 */
#ifndef BGPD_ADJOUT_H
#define BGPD_ADJOUT_H

#include "bgpd/sendq.h"
#include "bgpd/update.h"

enum bgp_adjout_open {
	BGP_ADJOUT_NONE,
	BGP_ADJOUT_ANNOUNCE,
	BGP_ADJOUT_WITHDRAW
};

struct bgp_adjout {
	struct bgp_encode how;
	enum bgp_adjout_open open;
	uint8_t family;
	uint32_t key;
	struct route_nexthop nexthop;
	size_t attrs_len, nlri_len, nlri_room;
	uint8_t attrs[BGP_MSG_MAX], nlri[BGP_MSG_MAX];
};

void bgp_adjout_init(struct bgp_adjout *a, const struct bgp_encode *how);

/* Announce p. False if no UPDATE of ours can carry these attributes (too long, or a next hop that
 * does not fit, see bgp_nexthop_fits()): p is withdrawn instead, so that the peer keeps no older
 * route. */
bool bgp_adjout_announce(struct bgp_adjout *a, struct bgp_sendq *q, const struct ip_prefix *p,
    const struct route_attrs *attrs, uint32_t key);
void bgp_adjout_withdraw(struct bgp_adjout *a, struct bgp_sendq *q, const struct ip_prefix *p);

/* Close the open UPDATE, if there is one, into the queue. */
void bgp_adjout_flush(struct bgp_adjout *a, struct bgp_sendq *q);

#endif
