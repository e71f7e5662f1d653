/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A selection with a memory: the same interface for algorithms that begin anew each time (`top`,
 * `leaf`) and for `priced`, which keeps its tree, its price and what it knows of the target. One
 * object for each target and family.
 */
#ifndef CONTROL_SELECT_SELECTOR_H
#define CONTROL_SELECT_SELECTOR_H

#include "control/select/select.h"

/* What only `priced` asks for, beside the input that all take. */
struct selector_context {
	const struct installed
	    *held; /* what the target holds: hysteresis is for that. May be NULL */
	/* Attributes with the next hop of the target's default; ATTRS_NONE where none is known, and
	 * then nothing is ever sent back to the default below another entry. */
	uint32_t default_attrs;
	bool follow;             /* unmatched traffic really takes that next hop ("follow"); false:
				    it takes another way that serves all of it ("punt") */
	bool routes_only;        /* no prefixes that are not in the RIB */
	unsigned eta_permille;   /* hysteresis; 0: from the price */
	double samples_per_s;    /* that count for selection */
	double bytes_per_sample; /* mean frame times sampling rate */
};

struct selector_status {
	double price_bps; /* of a slot, at the last run */
	double tau_s;     /* how long to average at this price */
	unsigned eta_permille;
	double covered; /* part of the routed traffic, 0..1, by its own account */
	size_t guards, synthetic;
	size_t bytes; /* memory of its own */
};

struct selector;

enum selector_kind {
	SELECTOR_PRICED,
	SELECTOR_TOP,
	SELECTOR_LEAF
};

/* Their names in the configuration, with a NULL at the end. */
extern const char *const selector_names[];

struct selector *selector_new(enum selector_kind kind);
void selector_free(struct selector *s);

/* True where what it chooses depends on more than its last input. */
bool selector_remembers(const struct selector *s);

/* A best path of the input's RIB changed at this prefix (added, removed, other next hop). A RIB
 * whose generation moved without a call for each change is read anew as a whole. */
void selector_route_changed(struct selector *s, const struct rib *rib, const struct ip_prefix *p);

/* The action of what no entry matches, as it will be chosen for. */
uint32_t selector_default_action(const struct selector *s, const struct select_input *input,
    const struct selector_context *context);

/* Replace *out by the choice for now. With input->keep (stale input) weights stay as they were, and
 * only what the RIB asks for changes. A guard has id RIB_NONE and the default's attributes. */
void selector_run(struct selector *s, const struct select_input *input,
    const struct selector_context *context, struct selection *out);

void selector_status(const struct selector *s, struct selector_status *out);

#endif
