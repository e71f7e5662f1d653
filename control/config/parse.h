/* SPDX-License-Identifier: Apache-2.0 */
/* From libconfig's tree to struct config, by the schema. */
#ifndef CONTROL_CONFIG_PARSE_H
#define CONTROL_CONFIG_PARSE_H

#include "control/config/schema.h"
#include "control/config/source.h"

/*
 * Where the values came from: the line of each field that the file set. Fields are named by their
 * address, so that whoever checks a struct config can ask for the line of what it looks at (after
 * parse_source(): it sorts them).
 */
struct place {
	const void *field;
	bool group;    /* the braces of a whole struct, which begins with its first field */
	unsigned line; /* 0: the file set it, but to no good value */
};

struct places {
	struct place *list;
	size_t n, cap;
};

void places_fini(struct places *p);

/* The line of a field; 0 when the file did not set it, or not to a good value. */
unsigned places_field(const struct places *p, const void *field);

/* True when the file set the field, but not to a good value. */
bool places_bad(const struct places *p, const void *field);

/* The line of the group that is this struct (an element of a list). */
unsigned places_group(const struct places *p, const void *base);

/* Fill *c (zeroed) from the prepared text, defaults included; faults are added. False when there
 * is no tree to speak of, so that checks would only report what follows from that. */
bool parse_source(
    const struct source *source, struct config *c, struct places *places, struct faults *faults);

#endif
