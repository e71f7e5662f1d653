/* SPDX-License-Identifier: Apache-2.0 */
/* Java properties text, as java.util.Properties.load() reads it, one setting at a time. */
#ifndef CONTROL_CONFIG_PROPERTIES_H
#define CONTROL_CONFIG_PROPERTIES_H

#include "lib/str.h"

/* Start with { .pos = text, .line = 1 }. */
struct properties {
	const char *pos;
	unsigned line; /* of pos */
};

/* The next setting: its key and value (both replaced), and the line it begins on. False at the end.
 * Nothing is bad syntax in this format. Unlike Java's, the value loses trailing blanks too. */
bool properties_next(struct properties *p, struct str *key, struct str *value, unsigned *line);

#endif
