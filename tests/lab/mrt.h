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

/* Append the routes of an MRT file. Records of other kinds are counted as skipped. False, and a
 * line on stderr, when the file cannot be read or is cut inside a record. `peer` NULL: any. */
MUST_CHECK bool mrt_read(struct absorb *a, const char *path, const struct ip_addr *peer);

/* Append the routes of a file of BGP messages, one direction of a session. AS numbers have 4 octets
 * unless an OPEN without that capability comes first. */
MUST_CHECK bool mrt_read_stream(struct absorb *a, const char *path);

#endif
