/* SPDX-License-Identifier: Apache-2.0 */
/* Where a command's table comes from: the options that say so, and what they give. The same options
 * give the same table to every command. Several sources are put together; of equal prefixes the
 * later wins. */
#ifndef LAB_SOURCE_H
#define LAB_SOURCE_H

#include "tests/lab/options.h"
#include "tests/lab/table.h"

/* Rows for options_parse(). */
extern const struct option_row source_options[];

/* True if any option says where a table comes from. */
bool source_is_given(void);

/* The peer of --peer; NULL without one. */
const struct ip_addr *source_peer(void);

/*
 * Make the table that the options ask for, finished, with next hops and attributes for every route
 * where `with_attrs`. False, and a line on stderr, when they make no sense or a file is bad.
 */
MUST_CHECK bool source_load(struct table *t, bool with_attrs);

#endif
