/* SPDX-License-Identifier: Apache-2.0 */
/* Attribute sets for tests and benches. */
#ifndef TESTS_ATTRS_H
#define TESTS_ATTRS_H

#include "lib/rng.h"
#include "lib/route.h"

/* A set and the bytes its spans borrow; it must not be copied. */
struct attrs_sample {
	struct route_attrs attrs;
	uint8_t bytes[256];
	size_t used;
};

/* Set number n as a full table has them: a next hop out of 40, an AS path of 3 to 6, a few
 * communities, from an iBGP neighbour. Different n give different sets, the same n the same. */
void attrs_sample_make(struct attrs_sample *s, uint64_t n);

/* Any mixture of attributes, small enough in its choices for two to be equal now and then. */
void attrs_sample_random(struct attrs_sample *s, struct rng *r);

/* Replace the AS path by one AS_SEQUENCE of these numbers; 0 of them makes it empty. */
void attrs_sample_path(struct attrs_sample *s, const uint32_t *ases, size_t n);

/* Equal in every attribute. */
bool attrs_equal(const struct route_attrs *a, const struct route_attrs *b);

#endif
