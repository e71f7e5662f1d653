/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AS_PATH on the wire and in canonical form (segments of 4-octet AS numbers, network order: struct
 * route_attrs). RFC 4271 4.3 and 5.1.2, RFC 5065 (confederations), RFC 6793 (4-octet AS), RFC 7606
 * 7.2, RFC 7607 (AS 0).
 */
#ifndef BGPD_ASPATH_H
#define BGPD_ASPATH_H

#include "lib/rd.h"
#include "lib/route.h"
#include "lib/wr.h"

struct bgp_aspath_info {
	bool has_local; /* local_as is in it */
	bool has_confed;
};

/* NULL if the path, of AS numbers of as_size (2 or 4) bytes, is well formed, and *info is filled;
 * else what is wrong, a constant string. */
const char *bgp_aspath_check(
    struct span path, size_t as_size, uint32_t local_as, struct bgp_aspath_info *info);

/* Append a well-formed path of 2-octet numbers in canonical form. */
void bgp_aspath_widen(struct wr *w, struct span path);

/* RFC 6793 4.2.3: the path of a 2-octet peer and its AS4_PATH, both canonical and well formed, as
 * one: as much of the front of `path` as as4_path lacks, then as4_path, from which confederation
 * segments are left out. Appends just `path` when as4_path is the longer one. */
void bgp_aspath_merge(struct wr *w, struct span path, struct span as4_path);

/* Append a canonical path with `as` in front (RFC 4271 5.1.2 b). */
void bgp_aspath_prepend(struct wr *w, struct span path, uint32_t as);

/* Append a canonical path with 2-octet numbers, AS_TRANS for those that do not fit; true if there
 * was one, and AS4_PATH has to go with it. */
bool bgp_aspath_narrow(struct wr *w, struct span path);

#endif
