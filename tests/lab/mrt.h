/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes from recorded BGP: MRT files (RFC 6396, 8050) and plain streams of BGP messages.
 *
 * Of a TABLE_DUMP_V2 RIB, the peer's path of each prefix is taken, or without a peer the first.
 * BGP4MP messages are taken in order, of all peers as if they were one: the last word on a prefix
 * counts.
 */
#ifndef LAB_MRT_H
#define LAB_MRT_H

#include "tests/lab/absorb.h"

/* What one peer said: the body of an UPDATE. */
struct mrt_update {
	uint64_t record; /* 1, 2, ... in the file */
	uint32_t time_s, time_us;
	struct ip_addr peer;
	uint32_t peer_as;
	/* An entry of a RIB made into an UPDATE, of AS numbers with 4 octets and without path ids;
	 * its own is here. */
	bool of_rib;
	uint32_t path_id;
	bool four_octet_as, add_path; /* how the body is to be read */
	struct rd body;               /* until the call returns */
};

typedef void mrt_update_fn(void *ctx, const struct mrt_update *u);

/* Read a file and hand over each UPDATE of it, of all peers and in order. Records and messages that
 * are nothing we read are counted in *skipped. False, and a line on stderr, when the file cannot be
 * read or is cut inside a record. */
MUST_CHECK bool mrt_each(const char *path, uint64_t *skipped, mrt_update_fn *fn, void *ctx);

/* Append the routes of an MRT file. Records of other kinds are counted as skipped. False, and a
 * line on stderr, when the file cannot be read or is cut inside a record. `peer` NULL: any. */
MUST_CHECK bool mrt_read(struct absorb *a, const char *path, const struct ip_addr *peer);

/* Append the routes of a file of BGP messages, one direction of a session. AS numbers have 4 octets
 * unless an OPEN without that capability comes first. */
MUST_CHECK bool mrt_read_stream(struct absorb *a, const char *path);

#endif
