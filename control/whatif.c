/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A solution at a price is the best table of its own size, and size and coverage fall as the price
 * rises. So each question is a search along one curve, and whatever was solved for one question
 * brackets the next:
 *
 *      slots  |*                 a size in between: the largest solution below it, filled up
 *             |  *
 *             |     *            bound: covered + price x (N - slots), the least of all solved
 *             |          *
 *             +--------------- price
 *
 * Each solution also proves something of all other sizes: with so many slots more than it has, no
 * table gains more than price x so many. So a search is over as soon as no table could do better
 * than what was found by more than anybody would see; mostly two or three solutions do.
 *
 * `top` has no such curve; it is simply run for each size.
 */
#include "control/whatif.h"

#include <math.h>
#include <string.h>

#include "control/select/feed.h"
#include "lib/mem.h"

#define SOLVED_MAX 256
#define STEPS      8      /* solves for one question, at most */
#define CLOSE      0.0002 /* of all: what no table of a size can cover more is not looked for */
#define SPARE      0.01   /* of a number of entries that are needed: likewise */

static const double goals[WEB_GOALS] = { 0.9, 0.95, 0.99, 0.999 };

struct solved {
	int64_t price, covered;
	size_t slots;
};

/* `top` run for a size. */
struct run {
	size_t limit, used;
	double covered;
};

struct job {
	const struct select_input *in;
	const struct selector_context *context;
	struct priced *priced;
	int64_t total;
	struct solved solved[SOLVED_MAX]; /* by price, dear first */
	size_t n;
	struct run runs[256]; /* by limit */
	size_t n_runs;
};

/* --- priced ----------------------------------------------------------------------------------- */

/* Solve at a price, and remember it. */
static void
solve(struct job *j, int64_t price)
{
	struct solved s = { .price = price };
	size_t i = j->n;

	priced_solve(j->priced, price);
	s.slots = priced_slots(j->priced);
	s.covered = priced_covered(j->priced, &j->total);
	if (j->n == SOLVED_MAX)
		return;
	while (i > 0 && j->solved[i - 1].price < price)
		i--;
	memmove(&j->solved[i + 1], &j->solved[i], (j->n - i) * sizeof(s));
	j->solved[i] = s;
	j->n++;
}

static bool
enough(const struct job *j, const struct solved *s, double goal)
{
	return (double)s->covered >= goal * (double)j->total;
}

/* How many of the solved ones, from the dear end, have no more than `size` slots, or with size 0
 * do not reach the goal. */
static size_t
below(const struct job *j, size_t size, double goal)
{
	size_t i = 0;

	while (
	    i < j->n && (size > 0 ? j->solved[i].slots <= size : !enough(j, &j->solved[i], goal)))
		i++;
	return i;
}

/* What no table with so many slots can exceed, by the proof of each solution. */
static double
bound(const struct job *j, size_t size)
{
	double least = (double)j->total;

	for (size_t i = 0; i < j->n; i++) {
		const struct solved *s = &j->solved[i];

		least = fmin(least,
		    (double)s->covered + (double)s->price * ((double)size - (double)s->slots));
	}
	return least;
}

/* No table with fewer slots than that reaches the goal: the same, the other way round. */
static double
slots_least(const struct job *j, double goal)
{
	double most = 0;

	for (size_t i = 0; i < j->n; i++) {
		const struct solved *s = &j->solved[i];

		most =
		    fmax(most, (double)s->slots + (goal * (double)j->total - (double)s->covered) /
						      (double)s->price);
	}
	return most;
}

static bool
spare(double slots, double least)
{
	return slots > least + 1 + SPARE * least;
}

/* What is not covered, in logarithms: by them the curve is nearly straight. */
static double
missing(const struct job *j, double covered)
{
	return log(1 + (double)j->total - covered);
}

/* A price between two, where the curve, straight on a doubly logarithmic scale, has `size`; with
 * size 0, where it is just above the goal. */
static int64_t
price_between(const struct job *j, const struct solved *dear, const struct solved *cheap,
    double size, double goal)
{
	double a = log((double)dear->price), b = log((double)cheap->price), part, price;
	double x = log((double)dear->slots + 1), y = log((double)cheap->slots + 1);

	if (size > 0) {
		part = y > x ? (log(size + 1) - x) / (y - x) : 0.5;
	} else {
		double aim = (1 - (1 - goal) * (1 - SPARE / 4)) * (double)j->total;

		x = missing(j, (double)dear->covered);
		y = missing(j, (double)cheap->covered);
		part = x > y ? (x - missing(j, aim)) / (x - y) : 0.5;
	}
	part = fmin(fmax(part, 0.1), 0.9);
	price = exp(a + (b - a) * part);
	if (price >= (double)dear->price)
		return dear->price - 1;
	return price > (double)cheap->price ? (int64_t)price : cheap->price + 1;
}

/* Narrow the bracket of a size, or with size 0 of a goal. Gives the place of its cheap end, which
 * may be behind the last. */
static size_t
narrow(struct job *j, size_t size, double goal)
{
	size_t i = below(j, size, goal);

	for (unsigned step = 0; step < STEPS && i > 0 && i < j->n; step++) {
		const struct solved *dear = &j->solved[i - 1], *cheap = &j->solved[i];
		bool near = size > 0
				? bound(j, size) - (double)dear->covered <= CLOSE * (double)j->total
				: !spare((double)cheap->slots, slots_least(j, goal));

		if (near || dear->price <= cheap->price + 1)
			break;
		solve(j, price_between(j, dear, cheap, (double)size, goal));
		i = below(j, size, goal);
	}
	return i;
}

/* The solution at that price filled up to a size; false if that is more than it is to be. */
static bool
fill(struct job *j, int64_t price, size_t size, struct solved *out)
{
	int64_t total;

	priced_solve(j->priced, price);
	priced_fill(j->priced, size);
	out->slots = priced_slots(j->priced);
	out->covered = priced_covered(j->priced, &total);
	return out->slots <= size;
}

static void
priced_point(struct job *j, struct web_whatif_point *p)
{
	size_t i = narrow(j, p->entries, 0);
	struct solved best = j->solved[i > 0 ? i - 1 : 0], filled;
	double total = j->total > 0 ? (double)j->total : 1, most = bound(j, p->entries);

	if (most - (double)best.covered > CLOSE * total &&
	    fill(j, best.price, p->entries, &filled) && filled.covered > best.covered)
		best = filled;
	p->priced_used = (uint32_t)best.slots;
	p->priced = (double)best.covered / total;
	p->bound = most / total;
}

static uint32_t
priced_needed(struct job *j, double goal)
{
	struct solved s;
	size_t i, low, high;

	if (enough(j, &j->solved[0], goal))
		return (uint32_t)j->solved[0].slots;
	i = narrow(j, 0, goal);
	if (i >= j->n)
		return WEB_NEVER;
	high = j->solved[i].slots;
	low = (size_t)slots_least(j, goal);
	while (spare((double)high, (double)low)) {
		size_t middle = low + (high - low) / 2;

		if (fill(j, j->solved[i - 1].price, middle, &s) && enough(j, &s, goal))
			high = s.slots;
		else
			low = middle;
	}
	return (uint32_t)high;
}

/* --- top -------------------------------------------------------------------------------------- */

/* The part of demand that the chosen entries, or the default, forward right. */
static double
covered_by(const struct job *j, const struct selection *chosen)
{
	const struct select_input *in = j->in;
	const struct traffic_demand *demands = traffic_demands(in->traffic);
	const uint32_t *ids = traffic_ids(in->traffic);
	struct installed *held = installed_new(in->family, rib_attrs(in->rib));
	uint32_t def = j->context->follow ? feed_default(in, j->context) : ACTION_NONE;
	double sum = 0, total = 0;

	for (size_t i = 0; i < chosen->n; i++) {
		const struct select_entry *e = selection_at(chosen, i);

		installed_put(held, &e->prefix, e->attrs, false, in->now);
	}
	for (size_t i = 0; i < traffic_count(in->traffic); i++) {
		struct ip_prefix p = rib_prefix(in->rib, in->family, ids[i]);

		total += demands[i].weight;
		if (installed_match(held, &p) != NULL ||
		    rib_best_nexthop(in->rib, in->family, ids[i]) == def)
			sum += demands[i].weight;
	}
	installed_free(held);
	return total > 0 ? sum / total : 0;
}

/* Run it for a size, and remember what came of it. */
static struct run
top_at(struct job *j, size_t limit)
{
	struct select_input in = *j->in;
	struct selection chosen;
	struct run run = { .limit = limit };
	size_t i = j->n_runs;

	in.limit = limit;
	selection_init(&chosen);
	select_top(&in, &chosen);
	run.used = chosen.n;
	run.covered = covered_by(j, &chosen);
	selection_fini(&chosen);
	if (j->n_runs == ARRAY_LEN(j->runs))
		return run;
	while (i > 0 && j->runs[i - 1].limit > limit)
		i--;
	memmove(&j->runs[i + 1], &j->runs[i], (j->n_runs - i) * sizeof(run));
	j->runs[i] = run;
	j->n_runs++;
	return run;
}

static uint32_t
top_needed(struct job *j, double goal)
{
	for (;;) {
		const struct run *low, *high;
		double part;
		size_t i = 0;

		while (i < j->n_runs && j->runs[i].covered < goal)
			i++;
		if (i == 0 || i == j->n_runs)
			return i == 0 ? (uint32_t)j->runs[0].used : WEB_NEVER;
		low = &j->runs[i - 1];
		high = &j->runs[i];
		if (high->used <= low->limit + 1 + low->limit / 100 ||
		    j->n_runs == ARRAY_LEN(j->runs))
			return (uint32_t)high->used;
		/* Coverage goes about with the logarithm of the size. */
		part = (goal - low->covered) / (high->covered - low->covered);
		part = part < 0.1 ? 0.1 : part > 0.9 ? 0.9 : part;
		(void)top_at(j,
		    low->limit + 1 +
			(size_t)((double)low->limit *
				 (pow((double)high->used / ((double)low->limit + 1), part) - 1)));
	}
}

/* ---------------------------------------------------------------------------------------------- */

void
whatif_compute(const struct select_input *input, const struct selector_context *context,
    const struct web_whatif_query *query, struct web_whatif *out)
{
	struct priced_config config;
	struct select_input in = *input;
	struct job j = { .in = &in, .context = context };
	size_t most = query->n_sizes > 0 ? query->sizes[query->n_sizes - 1] : 0;

	in.keep = NULL;
	*out = (struct web_whatif){ .rate_total = traffic_demand_total(in.traffic, in.now) /
						  traffic_demand_filled(in.traffic, in.now),
		.active = (uint32_t)traffic_count(in.traffic),
		.n_points = query->n_sizes };
	feed_config(&in, context, &config);
	j.priced = priced_new(&config);
	feed_lists(j.priced, &in);
	feed_weights(j.priced, &in);
	solve(&j, PRICED_WEIGHT_MAX - 1); /* too dear for anything */
	for (int64_t price = j.total / 64; price > 1 && j.solved[j.n - 1].slots < most; price /= 4)
		solve(&j, price);
	solve(&j, 1);
	out->by_default = j.total > 0 ? (double)j.solved[0].covered / (double)j.total : 0;
	for (uint32_t i = 0; i < query->n_sizes; i++) {
		struct web_whatif_point *p = &out->points[i];
		struct run run;

		p->entries = query->sizes[i];
		priced_point(&j, p);
		if (i > 0 && p->priced < p[-1].priced) {
			p->priced = p[-1].priced;
			p->priced_used = p[-1].priced_used;
		}
		run = top_at(&j, p->entries);
		p->top = run.covered;
		p->top_used = (uint32_t)run.used;
	}
	(void)top_at(&j, 0);
	(void)top_at(&j, rib_count(in.rib, in.family));
	for (unsigned i = 0; i < WEB_GOALS; i++)
		out->goals[i] = (struct web_whatif_goal){ .coverage = goals[i],
			.priced = priced_needed(&j, goals[i]),
			.top = top_needed(&j, goals[i]) };
	priced_free(j.priced);
}
