/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Choosing without holding the loop.
 *
 *      each second   the places sampled since count anew; what that changes is decided anew
 *      in between    the same, for a look whether it would change what is to be held
 *      each 10 s     a pass: all weights anew, the price moved if the table is too large or too
 *                    small, everything decided anew, in slices
 *      meanwhile     a change of a route is decided at once, except during the last part of a pass,
 *                    which takes as long as some tens of milliseconds of work
 *
 * Between passes weights decay without being touched: samples count for more instead, as in
 * traffic.h, and the price with them. So the real price falls by exp(-10 s / tau) until the next
 * pass, and the table may grow by a little; should it grow over the limit, the least of it is left
 * out at once and a pass is made.
 */
#include <math.h>

#include "control/select/rank.h"
#include "control/select/selector_state.h"
#include "lib/mem.h"

/* A place takes as long as so many nodes of a pass: to give its weight, and to decide it anew, too.
 */
#define WEIGHT_NODES 4
#define PLACE_NODES  16

/* A tree that is decided as fast at once as it would be in slices. A place is some three nodes. */
static bool
is_small(const struct select_input *in, const struct selector_context *c)
{
	return c->budget == 0 || 3 * traffic_count(in->traffic) < c->budget;
}

/* Decay is free: weights stay as they are and new ones count for more, until the next pass. */
static double
tree_unit(struct selector *s, const struct select_input *in)
{
	struct steps *t = &s->steps;

	t->inflation *= exp(mono_sub_s(in->now, t->at) / t->tau_s);
	t->at = in->now;
	t->tau_s = traffic_tau(in->traffic);
	return traffic_demand_unit(in->traffic, in->now) * t->inflation;
}

static void
begin_weights(struct selector *s, const struct select_input *in)
{
	struct steps *t = &s->steps;

	priced_pass_weights(s->priced);
	t->work = WORK_WEIGHTS;
	t->records = traffic_count(in->traffic);
	selector_restart_steps(s, in);
}

/* A first guess: what the last entry would earn if each route had one. */
static double
guess_price(const struct select_input *in)
{
	const struct traffic_demand *demands = traffic_demands(in->traffic);
	size_t n = traffic_count(in->traffic);
	double *weights, price;
	uint32_t *order;

	if (n <= in->limit || in->limit == 0)
		return 0;
	weights = mem_calloc(MEM_SELECT, n, sizeof(*weights));
	order = mem_calloc(MEM_SELECT, n, sizeof(*order));
	for (size_t i = 0; i < n; i++)
		weights[i] = demands[i].weight;
	(void)rank_top(weights, n, in->limit, order);
	price = weights[order[in->limit - 1]] * traffic_demand_unit(in->traffic, in->now);
	mem_free(MEM_SELECT, weights);
	mem_free(MEM_SELECT, order);
	return price;
}

static void
begin_pass(struct selector *s, const struct select_input *in, const struct selector_context *c)
{
	struct steps *t = &s->steps;
	bool keep = in->keep != NULL, known = t->used != SIZE_MAX;
	struct price_input pi =
	    selector_price_input(in, c, keep && known ? priced_pool(s->priced) : t->used);
	double floor = price_floor(&pi), step = t->rounds > 0 ? PRICE_SEARCH : PRICE_STEP;
	/* While input is stale price and hysteresis rest, but for more than there is room for on
	 * top of what is held, which no price takes away. */
	bool moves = known && (!keep || (priced_slots(s->priced) > in->limit &&
					    installed_used(in->keep) <= in->limit));

	if (s->price <= 0)
		s->price = guess_price(in);
	else if (moves)
		s->price = price_next(s->price, &pi, step);
	if (s->price < floor)
		s->price = floor;
	if (!keep || s->status.eta_permille == 0)
		s->status.eta_permille =
		    c->eta_permille > 0 ? c->eta_permille : price_eta_permille(s->price, &pi);
	if (in->slots != NULL && in->slots->exact_len > 0) {
		if (moves)
			selector_price_exact(s, in->slots, floor, step);
		priced_set_exact_price(s->priced, s->exact_permille);
	}
	t->keep = keep;
	t->work = WORK_PASS;
	priced_pass_start(s->priced, selector_slot_price(s->price), s->status.eta_permille, keep);
}

/* After a pass: another one at once, or the rhythm. */
static void
judge(struct selector *s, const struct select_input *in, const struct selector_context *c)
{
	struct steps *t = &s->steps;
	struct price_input pi = selector_price_input(in, c, priced_pool(s->priced));
	bool too_few = (double)pi.used < 0.98 * (double)pi.limit && s->price > price_floor(&pi);
	bool too_much = priced_slots(s->priced) > pi.limit;

	s->near.whole = true; /* entries serve something else by now */
	s->status.passes++;
	s->status.price_bps = s->price;
	s->status.tau_s = price_tau_s(s->price, &pi);
	t->used = pi.used;
	t->work = WORK_NONE;
	t->due = mono_add_ms(in->now, (int64_t)(SELECTOR_PASS_S * 1000));
	/* What is kept goes by what is held, which the next step will know. */
	if ((too_much || too_few) && !t->keep && t->rounds > 0) {
		t->rounds--;
		begin_pass(s, in, c);
		return;
	}
	t->rounds = 0;
}

bool
selector_is_working(const struct selector *s)
{
	return s->plain == NULL && s->priced != NULL && s->steps.work != WORK_NONE;
}

/* How many nodes of a pass a place takes as long as, now. */
static size_t
nodes_a_place(const struct selector *s)
{
	return s->steps.work == WORK_SAMPLED && priced_is_solved(s->priced) ? PLACE_NODES
									    : WEIGHT_NODES;
}

/* Records from behind, since one that moves, moves towards the front; those sampled since `since`.
 */
static void
give_records(struct selector *s, const struct select_input *in, struct mono since, size_t budget)
{
	struct steps *t = &s->steps;
	size_t looked = priced_looked(s->priced), places = 0, records = 0;
	size_t nodes = nodes_a_place(s);
	struct feed f;

	t->records = size_min(t->records, traffic_count(in->traffic));
	feed_begin(&f, s->priced, in, tree_unit(s, in));
	while (t->records > 0) {
		size_t i = --t->records;

		if (t->work != WORK_WEIGHTS && !traffic_sampled(in->traffic, i, TRAFFIC_TO, since))
			continue;
		places += feed_record(&f, i);
		records++;
		if (records + nodes * places + priced_looked(s->priced) - looked >= budget)
			break;
	}
	feed_end(&f);
}

/* What was sampled since the last time; where many places are new that takes longer. */
static void
give_sampled(struct selector *s, const struct select_input *in, size_t budget)
{
	struct steps *t = &s->steps;

	if (t->work != WORK_SAMPLED) {
		t->work = WORK_SAMPLED;
		t->records = traffic_count(in->traffic);
		t->since = t->given;
		t->given = in->now;
	}
	give_records(s, in, t->since, budget);
	if (t->records == 0)
		t->work = WORK_NONE;
}

/* True once all that was sampled until a moment ago is known; more has come since, and is to wait
 * for the next time. */
static bool
know_sampled(struct selector *s, const struct select_input *in, size_t budget)
{
	struct steps *t = &s->steps;

	if (!t->known)
		give_sampled(s, in, budget);
	t->known = false;
	return t->work == WORK_NONE;
}

bool
selector_work(struct selector *s, const struct select_input *in, const struct selector_context *c)
{
	struct steps *t = &s->steps;

	switch (t->work) {
	case WORK_NONE: return false;
	case WORK_SAMPLED:
		give_sampled(s, in, c->budget);
		if (t->work == WORK_NONE && t->looking)
			priced_update(s->priced);
		t->known = t->work == WORK_NONE && !t->looking;
		break;
	case WORK_WEIGHTS:
		give_records(s, in, t->since, c->budget);
		if (t->records == 0)
			begin_pass(s, in, c);
		break;
	case WORK_PASS:
		if (!priced_pass(s->priced, c->budget))
			judge(s, in, c);
		break;
	}
	return t->work != WORK_NONE;
}

static bool
has_moved(const struct selector *s)
{
	size_t n;

	(void)priced_moved(s->priced, &n);
	return n > 0;
}

bool
selector_look(struct selector *s, const struct select_input *in, const struct selector_context *c)
{
	struct steps *t = &s->steps;

	if (s->plain != NULL || t->work != WORK_NONE || t->at.us <= 0 || in->keep != NULL ||
	    is_small(in, c) || !selector_is_made(s, in, c) || !priced_is_readable(s->priced))
		return false;
	if (c->held != NULL)
		selector_give_held(s, in, c);
	t->looking = true;
	if (!know_sampled(s, in, c->budget))
		return false;
	priced_update(s->priced);
	return has_moved(s);
}

static bool
is_passing(const struct selector *s)
{
	return s->steps.work == WORK_WEIGHTS || s->steps.work == WORK_PASS;
}

void
selector_note_held(
    struct selector *s, const struct select_input *in, const struct selector_context *c)
{
	if (s->plain == NULL && c->held != NULL && !is_passing(s) && !is_small(in, c) &&
	    selector_is_made(s, in, c) && priced_is_readable(s->priced))
		selector_give_held(s, in, c);
}

bool
selector_has_news(const struct selector *s)
{
	return !s->steps.looking || has_moved(s);
}

/* A repair does not wait for what was sampled within the second. */
static bool
is_recent(const struct steps *t, struct mono now)
{
	return mono_sub_s(now, t->given) < 1;
}

/* A tree that is decided at once. That is fast once its places are there, and to make these may
 * take as long as anywhere: false while they are not, unless a repair would have to wait for new
 * ones. */
static bool
run_small(struct selector *s, const struct select_input *in, const struct selector_context *c,
    bool changed, struct selection *out)
{
	struct steps *t = &s->steps;

	if (c->budget > 0 && selector_make(s, in, c)) {
		selector_restart_steps(s, in);
		t->given = mono_us(INT64_MIN);
		t->work = WORK_NONE;
	}
	/* Weights of stale input stay as they were; half of them given are all given at once. */
	if (c->budget > 0 && t->work != WORK_WEIGHTS &&
	    (in->keep == NULL || t->work == WORK_SAMPLED || t->given.us == INT64_MIN) &&
	    !know_sampled(s, in, c->budget) && !(changed && priced_is_readable(s->priced)))
		return false;
	selector_run(s, in, c, out);
	return true;
}

/* A pass: it is time, or another price is looked for. */
static void
begin_when_due(struct selector *s, const struct select_input *in, const struct selector_context *c)
{
	struct steps *t = &s->steps;

	if (!mono_reached(in->now, t->due) && t->rounds == 0 && t->keep == (in->keep != NULL))
		return;
	if (in->keep != NULL)
		begin_pass(s, in, c);
	else
		begin_weights(s, in);
}

bool
selector_step(struct selector *s, const struct select_input *in, const struct selector_context *c,
    bool changed, struct selection *out)
{
	struct steps *t = &s->steps;
	bool too_much, passing;

	t->looking = false;
	if (s->plain != NULL) {
		selector_run(s, in, c, out);
		return true;
	}
	if (is_small(in, c))
		return run_small(s, in, c, changed, out);
	if (in->keep == NULL && selector_asked_anew(s, in))
		t->rounds = SELECTOR_ROUNDS;
	if (selector_make(s, in, c)) {
		t->rounds = SELECTOR_ROUNDS;
		t->used = SIZE_MAX;
		begin_weights(s, in);
	}
	passing = is_passing(s);
	if (passing && !(changed && priced_is_readable(s->priced)))
		return false;
	if (!passing) {
		if (c->held != NULL)
			selector_give_held(s, in, c);
		if (!priced_is_readable(s->priced)) {
			begin_weights(s, in);
			return false;
		}
		if (in->keep == NULL && t->at.us > 0 && !(changed && is_recent(t, in->now)) &&
		    !know_sampled(s, in, c->budget) && !changed)
			return false;
	}
	priced_update(s->priced);
	too_much = priced_slots(s->priced) > in->limit;
	if (too_much || !selector_put_near(s, in, c, out)) {
		priced_table_entries(s->priced, &s->table);
		selector_put(s, in, c, out);
	}
	if (too_much) {
		selection_trim(out, in->limit, in->slots != NULL ? in->slots : &slots_plain);
		s->near.whole = true;
		t->rounds = SELECTOR_ROUNDS;
	}
	if (t->work == WORK_NONE)
		begin_when_due(s, in, c);
	return true;
}
