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
	    *held;             /* what the target holds: hysteresis is for that. May be NULL */
	uint64_t held_version; /* another one where `held` may be another object */
	/* Attributes with the next hop of the target's default; ATTRS_NONE where none is known, and
	 * then nothing is ever sent back to the default below another entry. */
	uint32_t default_attrs;
	bool follow;             /* unmatched traffic really takes that next hop ("follow"); false:
				    it takes another way that serves all of it ("punt") */
	bool routes_only;        /* no prefixes that are not in the RIB */
	unsigned eta_permille;   /* hysteresis; 0: from the price */
	double tau_s;            /* averaging time; 0: from the price */
	double samples_per_s;    /* that count for selection */
	double bytes_per_sample; /* mean frame times sampling rate */
	size_t budget;           /* of selector_step() and selector_work(): nodes at a time */
};

struct selector_status {
	double price_bps; /* of a slot, at the last run */
	double tau_s;     /* how long to average at this price */
	unsigned eta_permille;
	double covered; /* part of the routed traffic, 0..1, by its own account */
	size_t guards, synthetic;
	uint64_t passes; /* times that everything was decided anew */
	size_t bytes;    /* memory of its own */
};

/* What another run goes on from: zero where there is nothing. */
struct selector_saved {
	double price_bps;
	unsigned exact_permille; /* of it, for an entry of a length with a table of its own */
};

#define SELECTOR_EXACT_PERMILLE_MAX 10000000

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

/* Replace *out by the choice for now; that of `priced` is sorted by prefix. With input->keep (stale
 * input) weights stay as they were, and only what the RIB asks for changes. A guard has id RIB_NONE
 * and the default's attributes. */
void selector_run(struct selector *s, const struct select_input *input,
    const struct selector_context *context, struct selection *out);

/*
 * The same for a loop that must not be held: once a second, and when routes have changed. True
 * where *out was replaced; false where there is nothing to be said before selector_work() is done,
 * and then *out is what it was. `changed`: routes have, so what can be said now is to be said.
 *
 * Every second the places that were sampled count anew, at the price as it is. Everything is
 * weighed and decided anew every SELECTOR_PASS_S, or at once where that would be too much for the
 * limit, by selector_work() in slices of context->budget nodes; true while there is more. Small
 * tables are done at once.
 */
#define SELECTOR_PASS_S 10.0
bool selector_step(struct selector *s, const struct select_input *input,
    const struct selector_context *context, bool changed, struct selection *out);
bool selector_work(
    struct selector *s, const struct select_input *input, const struct selector_context *context);
bool selector_is_working(const struct selector *s);

/* Between the steps of each second: what was sampled since the last step or look counts, too. True
 * where that asks for another choice, which selector_step() will give. Nothing is done where
 * something else is under way or due, nor for small tables. */
bool selector_look(
    struct selector *s, const struct select_input *input, const struct selector_context *context);

/* What is held has changed, by what was just sent. To know that now is work that the next step does
 * not have to do, which may have a route to repair. */
void selector_note_held(
    struct selector *s, const struct select_input *input, const struct selector_context *context);

/* selector_work() is done: is a step to take what came of it. */
bool selector_has_news(const struct selector *s);

/* Where the last choice differs from the one before, at most: prefixes in order, none inside
 * another, each with all that changed above it, too. NULL: anywhere. Valid until the next one. */
const struct ip_prefix *selector_changed(const struct selector *s, size_t *n);

void selector_status(const struct selector *s, struct selector_status *out);

/* The price is what the market has found, slowly; a run that begins with it, the same weights and
 * the same entries held chooses the same. */
void selector_save(const struct selector *s, struct selector_saved *out);
void selector_restore(struct selector *s, const struct selector_saved *saved);

#endif
