/* SPDX-License-Identifier: Apache-2.0 */
/* A generated table of any size that looks like the Internet's where it matters to a trie and to a
 * selection: lengths, nesting, prefixes an origin AS has. */
#ifndef LAB_GENTABLE_H
#define LAB_GENTABLE_H

#include "tests/lab/table.h"

/* Shares of the June 2026 table that are kept at any size (IPv4, IPv6). */
#define GENTABLE_COVERED                                                                           \
	{                                                                                          \
		0.554, 0.607                                                                       \
	} /* inside of another prefix */
#define GENTABLE_SAME_ORIGIN                                                                       \
	{                                                                                          \
		0.770, 0.796                                                                       \
	} /* of those: with the origin of their parent */

/*
 * Append `n` distinct prefixes of the family, with origins; exactly as many, and the same ones for
 * the same seed. Never in special-purpose space (private, documentation, benchmarking, ...), so
 * that a lab's own addresses stay out of the table. At most GENTABLE_MAX of a family, an ASSERT.
 */
#define GENTABLE_MAX 2000000
void gentable(struct table *t, enum ip_family family, size_t n, uint64_t seed);

#endif
