/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is sent now and what waits. An ASIC takes some hundred changes a second, and each costs the
 * neighbour's CPU; so following the traffic is paced by a token bucket. What the RIB asks for is
 * not: it goes at once and first. Nor is filling a table that is empty for the most part, where an
 * add moves nothing away.
 */
#include <stdlib.h>

#include "control/target_priv.h"
#include "lib/mem.h"

/* Below nine tenths of what is wanted a table is being filled. */
#define FILLING(held, wanted) ((held)*10 < (wanted)*9)

/* Changes kept apart; with more than that all of the table counts as changed. */
#define CHANGES_MAX 65536

void
changes_add(struct changes *c, const struct ip_prefix *p)
{
	if (c->n == CHANGES_MAX) {
		c->prefixes[0] = (struct ip_prefix){ .family = p->family };
		c->n = c->n_new = 1;
		return;
	}
	if (c->n == c->cap) {
		c->cap = c->cap > 0 ? 2 * c->cap : 64;
		c->prefixes = mem_resize(MEM_SELECT, c->prefixes, c->cap, sizeof(*c->prefixes));
	}
	c->prefixes[c->n++] = *p;
	c->n_new++;
}

static int
by_prefix(const void *a, const void *b)
{
	return prefix_cmp(a, b);
}

static void
changes_settle(struct changes *c)
{
	size_t n = 0;

	if (c->n_new == 0)
		return;
	qsort(c->prefixes, c->n, sizeof(*c->prefixes), by_prefix);
	for (size_t i = 0; i < c->n; i++)
		if (n == 0 || !prefix_contains(&c->prefixes[n - 1], &c->prefixes[i]))
			c->prefixes[n++] = c->prefixes[i];
	c->n = n;
	c->n_new = 0;
}

void
changes_fini(struct changes *c)
{
	mem_free(MEM_SELECT, c->prefixes);
	*c = (struct changes){ 0 };
}

static size_t
take_tokens(const struct target *t, struct port_family *pf, struct mono now)
{
	const struct target_config *c = &t->config;

	if (c->update_rate <= 0)
		return SIZE_MAX;
	pf->tokens += mono_sub_s(now, pf->tokens_at) * c->update_rate;
	pf->tokens_at = now;
	if (pf->tokens > c->update_burst)
		pf->tokens = c->update_burst;
	return pf->tokens > 0 ? (size_t)pf->tokens : 0;
}

/* More is held than there is room for, since that has fallen: what goes does not wait. */
static void
make_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		plan->ops[i].costs = false;
}

size_t
target_plan(struct target *t, struct port_family *pf, enum ip_family family, struct mono now)
{
	struct choice *choice = &t->choice[family];
	size_t held = installed_count(pf->held), capacity = target_capacity(t, family), left;
	bool fill = !pf->filled || FILLING(held, choice->wanted.n);
	bool over = installed_used(pf->held) > capacity;
	size_t tokens = take_tokens(t, pf, now);

	changes_settle(&choice->changes);
	t->plan.changed = choice->changes.prefixes;
	t->plan.n_changed = choice->changes.n;
	plan_build(pf->held, &choice->wanted, capacity, &t->plan);
	left = plan_pace(&t->plan, pf->held, capacity, over ? SIZE_MAX : tokens, fill);
	if (over)
		make_free(&t->plan);
	return left;
}

void
target_spend(struct port_family *pf, const struct plan_op *op)
{
	if (op->costs)
		pf->tokens -= 1; /* into debt, where a group had to be done as a whole */
}
