/* SPDX-License-Identifier: Apache-2.0 */
/* OPEN and its capabilities (RFC 4271 4.2, 5492, 9072). */
#ifndef BGPD_OPEN_H
#define BGPD_OPEN_H

#include "bgpd/neighbor.h"
#include "bgpd/notify.h"

struct bgp_open {
	uint32_t as; /* the 4-octet one where the capability is there */
	uint16_t hold_time_s;
	uint32_t router_id; /* host order */
	bool multiprotocol; /* any multiprotocol capability: without one IPv4 unicast is meant */
	bool families[IP_FAMILIES];
	bool four_octet_as;
	bool extended_message;
	bool enhanced_refresh;
	bool extended_nexthop; /* IPv4 unicast with an IPv6 next hop */
	bool graceful_restart;
	struct bgp_graceful_restart restart;
	uint8_t add_path[IP_FAMILIES]; /* BGP_ADD_PATH_*; 0: none */
	uint8_t refresh_type;          /* message type it understands for route refresh; 0: none */
};

/* What an OPEN has to be for us to accept it. */
struct bgp_open_policy {
	uint32_t local_as, remote_as, router_id;
	bool families[IP_FAMILIES];
};

/* Append an OPEN message: multiprotocol for each family, route refresh, graceful restart with no
 * family (we keep nothing over our restart, but understand End-of-RIB; RFC 4724 3), 4-octet AS if
 * four_octet_as, extended messages and enhanced route refresh
 * likewise, and ADD-PATH for the families that have it. */
void bgp_open_encode(struct wr *w, const struct bgp_open *open);

/* Read the body of an OPEN. On false *err is what to send. All lengths are checked before use, the
 * RFC 9072 form included. Unknown and repeated capabilities are ignored. */
MUST_CHECK bool bgp_open_decode(struct rd body, struct bgp_open *out, struct bgp_error *err);

/* AS, identifier, hold time and families against what was configured (RFC 4271 6.2, 6286). */
MUST_CHECK bool bgp_open_check(
    const struct bgp_open *open, const struct bgp_open_policy *policy, struct bgp_error *err);

#endif
