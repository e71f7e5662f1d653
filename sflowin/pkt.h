/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the first octets of a sampled frame to the addresses of its outermost IP header.
 *
 * Agents cut frames, usually after 128 octets, so a frame is fine as long as the addresses are
 * there: nothing behind them has to be.
 */
#ifndef SFLOWIN_PKT_H
#define SFLOWIN_PKT_H

#include "sflowin/sample.h"

/* header_protocol of a raw packet header record: the ones that are understood. */
enum sflow_header_protocol {
	SFLOW_HEADER_ETHERNET = 1,
	SFLOW_HEADER_PPP = 7,
	SFLOW_HEADER_IPV4 = 11,
	SFLOW_HEADER_IPV6 = 12,
	SFLOW_HEADER_MPLS = 13
};

/*
 * True when an IP header with both addresses was found: src, dst and protocol of *out are set, the
 * protocol being the one behind IPv6 extension headers, or 0 where that is out of reach. *out is
 * half written otherwise, and nothing else of it is touched. Looks through VLAN tags (any number),
 * 802.2 LLC/SNAP, PPPoE sessions, PPP and MPLS label stacks, also with Ethernet pseudowires in
 * them; not through IP tunnels.
 */
MUST_CHECK bool sflow_packet_decode(
    uint32_t header_protocol, const uint8_t *data, size_t len, struct sflow_sample *out);

#endif
