/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What differs between two configurations, setting by setting: the schema knows them all, so a new
 * setting needs nothing here. Members of lists are known by their first setting, their name or
 * address; in which order they are is no difference.
 */
#ifndef CONTROL_CONFIG_DIFF_H
#define CONTROL_CONFIG_DIFF_H

#include "control/config/schema.h"

/* A setting that differs: `name` as people write it ("target.capacity",
 * "bgp.neighbors.feed.hold-time"; a member that only one side has: "bgp.neighbors.feed"). `row` is
 * that setting's, or the list's. */
struct diff {
	const char *name;
	enum {
		DIFF_CHANGED,
		DIFF_ADDED,
		DIFF_REMOVED
	} kind;
	const struct schema_row *row;
	bool restart; /* the daemon cannot change it while it runs */
};

/* Call `found` for each difference on the way from a to b, in the order of the schema. */
void diff_configs(const struct config *a, const struct config *b,
    void (*found)(void *ctx, const struct diff *diff), void *ctx);

/* True when two members of a list do not differ, but in the settings of these names (NULL at the
 * end). */
bool diff_same(
    const struct schema_group *group, const void *a, const void *b, const char *const *but);

#endif
