/* SPDX-License-Identifier: Apache-2.0 */
/* Prefixes for tests and benches: real tables, and random ones that share bits. */
#ifndef TESTS_PREFIXES_H
#define TESTS_PREFIXES_H

#include "lib/ip.h"
#include "lib/rng.h"

#define TABLE_2023 "rib/prefixes-2023.txt.gz"
#define TABLE_2026 "rib/prefix-origin-2026.txt.xz"

/* "10.0.0.0/8", which must be one. */
struct ip_prefix prefix(const char *text);

/* The prefixes of one family of a real table (one a line, what follows a blank is ignored), in
 * file order, in malloc'ed memory. NULL where the file is absent. */
struct ip_prefix *table_read(const char *name, enum ip_family family, size_t *count);

/* A made-up table of `count` different prefixes with about the lengths of the real ones. */
struct ip_prefix *table_make(enum ip_family family, size_t count, uint64_t seed);

/* A random prefix of any length. Half of the time it is a mutation of *near (a few bits flipped,
 * another length), which is what exercises shared paths; uniform ones hardly ever meet. */
struct ip_prefix prefix_random(struct rng *r, enum ip_family family, const struct ip_prefix *near);

/* A random address inside the prefix. */
struct ip_addr prefix_random_host(struct rng *r, const struct ip_prefix *p);

#endif
