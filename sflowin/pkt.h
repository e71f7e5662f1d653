/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the first octets of a sampled frame to the addresses of its outermost IP header.
 *
 * Agents cut frames, usually after 128 octets, so a frame is fine as long as the addresses are
 * there: nothing behind them has to be.
 */
#ifndef SFLOWIN_PKT_H
#define SFLOWIN_PKT_H

#include "lib/ip.h"

/* header_protocol of a raw packet header record: the ones that are understood. */
enum sflow_header_protocol {
	SFLOW_HEADER_ETHERNET = 1,
	SFLOW_HEADER_PPP = 7,
	SFLOW_HEADER_IPV4 = 11,
	SFLOW_HEADER_IPV6 = 12,
	SFLOW_HEADER_MPLS = 13
};

struct sflow_packet {
	struct ip_addr src, dst; /* of one family */
	uint8_t protocol; /* IP protocol, behind IPv6 extension headers; 0 where out of reach */
};

/*
 * True when an IP header with both addresses was found. Looks through VLAN tags (any number),
 * 802.2 LLC/SNAP, PPPoE sessions, PPP and MPLS label stacks, also with Ethernet pseudowires in
 * them; not through IP tunnels. *out is unspecified otherwise.
 */
MUST_CHECK bool sflow_packet_decode(
    uint32_t header_protocol, const uint8_t *data, size_t len, struct sflow_packet *out);

#endif
