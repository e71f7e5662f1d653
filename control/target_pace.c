/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is sent now and what waits. An ASIC takes some hundred changes a second, and each costs the
 * neighbour's CPU; so following the traffic is paced by a token bucket. What the RIB asks for is
 * not: it goes at once and first. Nor is filling a table that is empty for the most part, where an
 * add moves nothing away.
 */
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

static void
changes_settle(struct changes *c)
{
	if (c->n_new > 0)
		c->n = prefix_sort_out(c->prefixes, c->n);
	c->n_new = 0;
}

void
changes_fini(struct changes *c)
{
	mem_free(MEM_SELECT, c->prefixes);
	*c = (struct changes){ 0 };
}

/* --- where something has changed ------------------------------------------------------------ */

void
moves_add(struct moves *m, const struct ip_prefix *at, size_t n)
{
	if (at == NULL)
		m->forgotten = ++m->n;
	for (size_t i = 0; i < n; i++)
		m->log[m->n++ % MOVES_LOG] = at[i];
}

static bool
moves_remember(const struct moves *m, uint64_t since)
{
	return since >= m->forgotten && m->n - since <= MOVES_LOG;
}

/* With more places than that, look at everything. */
#define NEAR_MOST 512

/* Where what is held may differ from what is wanted; false: anywhere. */
static bool
places(
    const struct choice *c, const struct port_family *pf, struct ip_prefix at[NEAR_MOST], size_t *n)
{
	uint64_t held = installed_changes(pf->held);

	if (!pf->settled || !moves_remember(&c->moves, pf->moves) ||
	    !installed_remembers(pf->held, pf->held_changes) ||
	    c->moves.n - pf->moves + held - pf->held_changes > NEAR_MOST)
		return false;
	*n = 0;
	for (uint64_t i = pf->moves; i < c->moves.n; i++)
		at[(*n)++] = c->moves.log[i % MOVES_LOG];
	for (uint64_t i = pf->held_changes; i < held; i++)
		at[(*n)++] = *installed_changed(pf->held, i);
	*n = prefix_sort_out(at, *n);
	return true;
}

void
target_planned(const struct target *t, struct port_family *pf, enum ip_family family, bool all)
{
	pf->settled = all;
	pf->moves = t->choice[family].moves.n;
	pf->held_changes = installed_changes(pf->held);
}

/* --- pace ----------------------------------------------------------------------------------- */

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
	size_t tokens = take_tokens(t, pf, now), n;
	struct ip_prefix at[NEAR_MOST];

	changes_settle(&choice->changes);
	t->plan.changed = choice->changes.prefixes;
	t->plan.n_changed = choice->changes.n;
	if (!over && places(choice, pf, at, &n))
		plan_build_near(pf->held, &choice->wanted, capacity, at, n, &t->plan);
	else
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
