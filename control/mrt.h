/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table as MRT, the format that route collectors publish and bgpdump, libbgpstream and others
 * read: TABLE_DUMP_V2 (RFC 6396 4.3), with the ADD-PATH subtypes (RFC 8050) for prefixes that have
 * a path id. A dump is one index of peers, then one record for each prefix.
 */
#ifndef CONTROL_MRT_H
#define CONTROL_MRT_H

#include "lib/route.h"
#include "lib/str.h"

struct mrt_peer {
	uint32_t id; /* BGP identifier, host order; 0 where it is not known */
	uint32_t as;
	struct ip_addr address;
};

struct mrt_path {
	uint16_t peer;    /* its place in the index */
	uint32_t path_id; /* RFC 7911; 0 without ADD-PATH */
	struct route_attrs attrs;
};

/* Append a PEER_INDEX_TABLE. The view is named `view`, which is cut at 65535 bytes. */
void mrt_add_peers(struct str *out, uint32_t time_s, uint32_t collector_id, const char *view,
    const struct mrt_peer *peers, uint16_t n);

/* Append the record of a prefix; `time_s` is also given as the time when its paths were learned. A
 * path whose attributes are longer than the format can say (65535 bytes) is left out; false, and
 * nothing is appended, where none is left. */
bool mrt_add_prefix(struct str *out, uint32_t time_s, uint32_t sequence, const struct ip_prefix *p,
    const struct mrt_path *paths, uint16_t n);

#endif
