/* SPDX-License-Identifier: Apache-2.0 */
/* OPEN and its capabilities (RFC 4271 4.2, 5492, 9072). */
#ifndef BGPD_OPEN_H
#define BGPD_OPEN_H

#include "bgpd/neighbor.h"
#include "bgpd/notify.h"

/* What an OPEN has to be for us to accept it. */
struct bgp_open_policy {
	uint32_t local_as, remote_as, router_id;
	bool families[IP_FAMILIES];
};

/* Append an OPEN message with the capabilities it names: multiprotocol for each family, and each
 * other one that is set. Unknown ones are not written. */
void bgp_open_encode(struct wr *w, const struct bgp_open *open);

/* Read the body of an OPEN. On false *err is what to send. All lengths are checked before use, the
 * RFC 9072 form included. Unknown and repeated capabilities are ignored. */
MUST_CHECK bool bgp_open_decode(struct rd body, struct bgp_open *out, struct bgp_error *err);

/* AS, identifier, hold time and families against what was configured (RFC 4271 6.2, 6286). */
MUST_CHECK bool bgp_open_check(
    const struct bgp_open *open, const struct bgp_open_policy *policy, struct bgp_error *err);

#endif
