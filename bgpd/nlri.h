/* SPDX-License-Identifier: Apache-2.0 */
/* Prefixes on the wire: {length in bits 1, ceil(length / 8) bytes} (RFC 4271 4.3), with ADD-PATH
 * each after a path id of 4 bytes (RFC 7911 3). The iterator bgp_nlri_next() is declared in
 * neighbor.h, for the sink. */
#ifndef BGPD_NLRI_H
#define BGPD_NLRI_H

#include "bgpd/neighbor.h"
#include "lib/rd.h"
#include "lib/wr.h"

/* The longest encoding of one prefix. */
#define BGP_NLRI_MAX 17

/* Validate a whole field and count its prefixes; false if a length is above 32 (128) or the last
 * prefix is cut. Only what passed here may be iterated. */
MUST_CHECK bool bgp_nlri_check(
    const struct rd *field, enum ip_family family, bool add_path, uint32_t *count);

/* Bytes of the encoding of p. */
static inline size_t
bgp_nlri_size(const struct ip_prefix *p)
{
	return 1u + (p->len + 7u) / 8u;
}

void bgp_nlri_encode(struct wr *w, const struct ip_prefix *p);

#endif
