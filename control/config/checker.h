/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the files of the checks across settings (check.h), which are one for each idea:
 * check_bgp.c, check_target.c and, with the rest, check.c.
 *
 * Each fault is put on the line of the later of the two settings that do not go together. A field
 * without a place was not given, or not well: the parser has said what there is to say, and a zero
 * is not compared with anything.
 */
#ifndef CONTROL_CONFIG_CHECKER_H
#define CONTROL_CONFIG_CHECKER_H

#include <string.h>

#include "control/config/parse.h"

struct checker {
	const struct config *c;
	const struct places *places;
	struct faults *faults;
};

static inline unsigned
line_of(const struct checker *k, const void *field)
{
	return places_field(k->places, field);
}

static inline bool
given(const struct checker *k, const void *field)
{
	return line_of(k, field) != 0;
}

static inline bool
same_text(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* The groups. check_target() is for a configuration that has one; check_unused_push() for any. */
void check_bgp(struct checker *k);
void check_target(struct checker *k);
void check_unused_push(struct checker *k);

/* An address that a host can have. */
void check_unicast(struct checker *k, const struct ip_addr *a, const char *what);

/* No address twice. */
void check_listen(struct checker *k, const struct config_endpoint *e, size_t n, const char *what);

/* The router must have a table that somebody feeds. */
void check_router(struct checker *k, char *const *router, const char *what);

/* Some neighbour has role "learn". */
bool check_learns(const struct config *c);

#endif
