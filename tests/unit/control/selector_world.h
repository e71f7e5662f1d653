/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The world of the tests of the selector: a RIB, traffic and what is held, and a selection made at
 * once or in steps. What was put together of changes is compared with the whole decision.
 */
#ifndef TESTS_SELECTOR_WORLD_H
#define TESTS_SELECTOR_WORLD_H

#include "tests/support/support.h"

#include <string.h>

#include "control/select/selector_state.h"
#include "tests/support/forwarding.h"
#include "tests/support/hops.h"

#define HOPS 4
#define T_S  10.0

struct world {
	enum ip_family family;
	struct attrs_table *attrs;
	struct rib *rib;
	struct traffic *traffic;
	struct installed *held;
	struct forward_table oracle, before, pushed;
	uint32_t hop[HOPS]; /* attribute sets; hop[0] is that of the default */
	struct selector *selector;
	struct selector_context context;
	struct mono now;
	size_t capacity;
	const struct slots *slots; /* NULL: one each */
	double min_rate_bps;
	unsigned slices;              /* of work after each step */
	struct ip_prefix changed[16]; /* routes, since the last plan */
	size_t n_changed;
	size_t most;  /* operations a plan that repair nothing */
	bool settled; /* what is held is what was wanted */
	bool filled;  /* there may be entries of priced_fill() */
	size_t near;  /* choices and plans that looked at some places only */
};

static inline void
world_init(struct world *w, enum ip_family family, enum selector_kind algorithm, bool follow)
{
	memset(w, 0, sizeof(*w));
	w->family = family;
	w->attrs = attrs_table_new(1);
	w->rib = rib_new(w->attrs);
	w->traffic = traffic_new(T_S, mono_us(0));
	traffic_set_tau(w->traffic, T_S, mono_us(0));
	w->held = installed_new(family, w->attrs);
	forward_init(&w->oracle);
	forward_init(&w->before);
	forward_init(&w->pushed);
	for (uint32_t h = 0; h < HOPS; h++)
		w->hop[h] = hop_attrs(w->attrs, h);
	w->selector = selector_new(algorithm);
	w->context = (struct selector_context){ .held = w->held,
		.default_attrs = w->hop[0],
		.follow = follow,
		.samples_per_s = 100,
		.bytes_per_sample = 1000 };
	w->now = mono_us(1000000);
	w->min_rate_bps = 0.5;
}

static inline void
world_fini(struct world *w)
{
	selector_free(w->selector);
	installed_free(w->held);
	traffic_free(w->traffic);
	rib_free(w->rib);
	for (uint32_t h = 0; h < HOPS; h++)
		attrs_unref(w->attrs, w->hop[h]);
	attrs_table_free(w->attrs);
	forward_fini(&w->oracle);
	forward_fini(&w->before);
	forward_fini(&w->pushed);
}

static inline struct select_input
input(const struct world *w)
{
	return (struct select_input){ .rib = w->rib,
		.traffic = w->traffic,
		.family = w->family,
		.now = w->now,
		.limit = w->capacity,
		.slots = w->slots,
		.direction = TRAFFIC_TO,
		.min_rate_bps = w->min_rate_bps,
		.min_length = 1,
		.include_covered = true,
		.prune_covered = true };
}

/* What was put where something had changed is all of the decision. */
static inline void
check_put(struct world *w, const struct selection *wanted)
{
	struct priced_table whole;
	size_t n;

	if (selector_changed(w->selector, &n) == NULL)
		return;
	priced_table_init(&whole);
	priced_table_entries(w->selector->priced, &whole);
	assert_int_equal(whole.n, wanted->n);
	for (size_t i = 0; i < whole.n; i++) {
		const struct select_entry *e = selection_at(wanted, i);

		assert_true(prefix_equal(&e->prefix, &whole.entries[i].prefix));
		assert_int_equal(e->synthetic, whole.entries[i].kind == PRICED_SYNTHETIC);
		assert_int_equal(e->id == RIB_NONE,
		    whole.entries[i].action == w->selector->made_for.default_action);
		if (e->id == RIB_NONE)
			continue;
		assert_int_equal(attrs_nexthop(w->attrs, e->attrs), whole.entries[i].action);
		assert_int_equal(e->attrs, rib_best_attrs(w->rib, w->family, e->id));
	}
	priced_table_fini(&whole);
}

static inline void
run(struct world *w, bool stale, struct selection *wanted)
{
	struct select_input in = input(w);

	if (stale)
		in.keep = w->held;
	if (w->slices % 2 == 0)
		(void)selector_look(w->selector, &in, &w->context);
	if (w->context.budget == 0) {
		selector_run(w->selector, &in, &w->context, wanted);
	} else {
		/* Until there is an answer to what the routes are now. */
		while (!selector_step(w->selector, &in, &w->context, true, wanted))
			(void)selector_work(w->selector, &in, &w->context);
		check_put(w, wanted);
		for (unsigned n = w->slices; n > 0; n--)
			(void)selector_work(w->selector, &in, &w->context);
	}
	selection_sort_by_prefix(wanted);
	assert_true(
	    selection_slots(wanted, in.slots != NULL ? in.slots : &slots_plain) <= in.limit);
}

#endif
