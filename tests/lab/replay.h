/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded UPDATEs with their times, to be said again by one peer: `hotfib-lab feed --replay`. */
#ifndef LAB_REPLAY_H
#define LAB_REPLAY_H

#include "bgpd/update.h"
#include "tests/lab/mrt.h"

struct replay_event {
	int64_t at_us; /* since the first */
	size_t offset; /* of its body in bytes */
	size_t len;
	bool four_octet_as, add_path;
};

struct replay {
	struct replay_event *events;
	size_t n, cap;
	uint8_t *bytes;
	size_t n_bytes, bytes_cap;
	int64_t first_us;
	size_t next; /* to be said */
	struct bgp_scratch scratch;
};

/* Read the UPDATEs of an MRT file, of one peer or, with NULL, of all as if they were one. False,
 * and a line on stderr, when it cannot be read or has none. */
MUST_CHECK bool replay_load(struct replay *r, const char *path, const struct ip_addr *peer);
void replay_fini(struct replay *r);

/* The next one that is due `elapsed_us` after the beginning, decoded and past it; false: none is.
 * Routes of an UPDATE that is not good are withdrawn. Path ids are left out. */
bool replay_next(struct replay *r, int64_t elapsed_us, struct bgp_update *u);

/* When the next is due, in us after the beginning; -1 at the end. */
int64_t replay_due_us(const struct replay *r);

#endif
