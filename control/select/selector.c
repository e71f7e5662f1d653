/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One full solve a run at most, unless the solution came out above the limit: then the price is
 * searched for at once, since nothing above the limit may be pushed.
 */
#include <string.h>

#include "control/select/selector_state.h"
#include "lib/mem.h"

#define FIT_SOLVES 24

const char *const selector_names[] = {
	[SELECTOR_PRICED] = "priced", [SELECTOR_TOP] = "top", [SELECTOR_LEAF] = "leaf", NULL
};

struct selector *
selector_new(enum selector_kind kind)
{
	static select_fn *const plain[] = {
		[SELECTOR_PRICED] = NULL, [SELECTOR_TOP] = select_top, [SELECTOR_LEAF] = select_leaf
	};
	struct selector *s = mem_alloc(MEM_SELECT, sizeof(*s));

	s->plain = plain[kind];
	s->exact_permille = 1000;
	priced_table_init(&s->table);
	priced_table_init(&s->near.table);
	s->near.whole = s->near.everywhere = true;
	return s;
}

void
selector_free(struct selector *s)
{
	if (s == NULL)
		return;
	priced_free(s->priced);
	priced_table_fini(&s->table);
	priced_table_fini(&s->near.table);
	mem_free(MEM_SELECT, s->listed);
	mem_free(MEM_SELECT, s);
}

bool
selector_remembers(const struct selector *s)
{
	return s->plain == NULL;
}

void
selector_route_changed(struct selector *s, const struct rib *rib, const struct ip_prefix *p)
{
	if (s->priced == NULL || p->family != s->made_for.family)
		return;
	priced_route_changed(s->priced, p);
	selector_near_route(s, p);
	s->generation = rib_generation(rib, (enum ip_family)p->family);
}

_Static_assert(ACTION_PUNT == RIB_WITHHELD, "what is withheld is left to the default");

uint32_t
selector_default_action(
    const struct selector *s, const struct select_input *in, const struct selector_context *c)
{
	struct priced_config config;

	if (s->plain != NULL)
		return ACTION_PUNT;
	feed_config(in, c, &config);
	return config.default_action;
}

static bool
same_lists(const struct selector *s, const struct select_input *in)
{
	if (s->n_always != in->n_always || s->n_never != in->n_never)
		return false;
	for (size_t i = 0; i < in->n_always; i++)
		if (!prefix_equal(&s->listed[i], &in->always[i]))
			return false;
	for (size_t i = 0; i < in->n_never; i++)
		if (!prefix_equal(&s->listed[in->n_always + i], &in->never[i]))
			return false;
	return true;
}

static void
take_lists(struct selector *s, const struct select_input *in)
{
	size_t n = in->n_always + in->n_never;

	s->listed = mem_resize(MEM_SELECT, s->listed, n > 0 ? n : 1, sizeof(*s->listed));
	s->n_always = in->n_always;
	s->n_never = in->n_never;
	for (size_t i = 0; i < n; i++)
		s->listed[i] = i < in->n_always ? in->always[i] : in->never[i - in->n_always];
	feed_lists(s->priced, in);
}

bool
selector_is_made(
    const struct selector *s, const struct select_input *in, const struct selector_context *c)
{
	struct priced_config config;
	const struct priced_config *old = &s->made_for;

	feed_config(in, c, &config);
	return s->priced != NULL && old->rib == config.rib && old->family == config.family &&
	       old->default_action == config.default_action && old->guards == config.guards &&
	       old->synthetic == config.synthetic && old->min_length == config.min_length &&
	       old->exact_len == config.exact_len && old->exact_room == config.exact_room &&
	       memcmp(old->slots, config.slots, sizeof(config.slots)) == 0 &&
	       s->generation == rib_generation(in->rib, in->family) && same_lists(s, in);
}

bool
selector_make(struct selector *s, const struct select_input *in, const struct selector_context *c)
{
	if (selector_is_made(s, in, c))
		return false;
	priced_free(s->priced);
	feed_config(in, c, &s->made_for);
	s->priced = priced_new(&s->made_for);
	s->generation = rib_generation(in->rib, in->family);
	s->known.held = NULL;
	s->near.whole = true;
	take_lists(s, in);
	return true;
}

static uint32_t
held_action(const struct selector *s, const struct select_input *in,
    const struct installed_entry *e, uint32_t hop)
{
	uint32_t action = attrs_nexthop(rib_attrs(in->rib), e->attrs);

	return action == hop ? s->made_for.default_action : action;
}

/* All that is held, as actions. */
static void
give_all_held(
    struct selector *s, const struct select_input *in, const struct installed *from, uint32_t hop)
{
	size_t n = installed_count(from), k = 0;
	struct fib_route *held = mem_calloc(MEM_SELECT, n, sizeof(*held));
	const struct installed_entry *e;
	struct ip_prefix at;

	for (e = installed_next(from, &at, true); e != NULL; e = installed_next(from, &at, false)) {
		ASSERT(k < n);
		held[k].prefix = e->prefix;
		held[k++].action = held_action(s, in, e, hop);
	}
	priced_set_programmed(s->priced, held, k);
	mem_free(MEM_SELECT, held);
}

void
selector_give_held(
    struct selector *s, const struct select_input *in, const struct selector_context *c)
{
	uint32_t hop = feed_default(in, c);
	uint64_t changes = installed_changes(c->held);

	if (s->known.held == c->held && s->known.version == c->held_version &&
	    s->known.hop == hop && installed_remembers(c->held, s->known.changes)) {
		for (uint64_t i = s->known.changes; i < changes; i++) {
			const struct ip_prefix *p = installed_changed(c->held, i);
			const struct installed_entry *e = installed_get(c->held, p);

			(void)priced_program(
			    s->priced, p, e != NULL ? held_action(s, in, e, hop) : ACTION_NONE);
		}
	} else {
		if (s->known.hop != hop)
			priced_set_programmed(s->priced, &(struct fib_route){ 0 }, 0);
		if (s->known.hop != hop || s->known.held == NULL)
			priced_set_default_hop(s->priced,
			    s->made_for.default_action == ACTION_PUNT ? hop : ACTION_NONE);
		give_all_held(s, in, c->held, hop);
	}
	s->known.held = c->held;
	s->known.version = c->held_version;
	s->known.changes = changes;
	s->known.hop = hop;
}

int64_t
selector_slot_price(double price)
{
	int64_t p = feed_scaled(price);

	return p > 1 ? p : 1;
}

/* What to begin with: the size of what is held, if that is a full table, so that a restart adopts
 * it as it is. */
static size_t
first_size(const struct select_input *in, const struct selector_context *c)
{
	size_t held = c->held != NULL ? installed_used(c->held) : 0;

	return held <= in->limit && held >= in->limit - in->limit / 50 ? held : in->limit;
}

void
selector_price_exact(struct selector *s, const struct slots *slots, double floor, double step)
{
	double used = (double)priced_exact(s->priced), room = slots->exact_room;
	double most = slots->of[slots->exact_len] != SLOTS_NEVER
			  ? 1000. * slots->of[slots->exact_len]
			  : SELECTOR_EXACT_PERMILLE_MAX;
	double least = s->price > 0 ? 1000 * floor / s->price : 1, next = s->exact_permille;

	next *= price_factor(used, room, step);
	if (used > room)
		next += 1; /* a permille more is a start from 0 */
	next = next < least ? least : next;
	next = next > most ? most : next;
	s->exact_permille = next > 1 ? (unsigned)next : 1;
}

/* Entries of the exact length that fit only their own table, and are too many for it: its price
 * has to rise at once. */
static void
fit_exact(struct selector *s, const struct slots *slots)
{
	if (slots->of[slots->exact_len] != SLOTS_NEVER)
		return;
	while (priced_exact(s->priced) > slots->exact_room &&
	       s->exact_permille < SELECTOR_EXACT_PERMILLE_MAX) {
		s->exact_permille += s->exact_permille / 2 + 1;
		priced_set_exact_price(s->priced, s->exact_permille);
		priced_solve(s->priced, priced_price(s->priced));
	}
}

struct price_input
selector_price_input(const struct select_input *in, const struct selector_context *c, size_t used)
{
	return (struct price_input){ .used = used != SIZE_MAX ? used : 0,
		.limit = in->limit,
		.samples_per_s = c->samples_per_s,
		.bytes_per_sample = c->bytes_per_sample,
		.total_bps = traffic_demand_total(in->traffic, in->now),
		.min_bps = in->min_rate_bps,
		.tau_s = c->tau_s };
}

bool
selector_asked_anew(struct selector *s, const struct select_input *in)
{
	bool anew =
	    s->asked.known && (s->asked.limit != in->limit || s->asked.min_bps != in->min_rate_bps);

	s->asked.known = true;
	s->asked.limit = in->limit;
	s->asked.min_bps = in->min_rate_bps;
	return anew;
}

/* The price is of what was asked for before: go to the one of now by some solves. */
static void
search(struct selector *s, const struct select_input *in, const struct selector_context *c)
{
	for (unsigned i = 0; i < SELECTOR_ROUNDS; i++) {
		struct price_input pi = selector_price_input(in, c, priced_pool(s->priced));
		double next = price_next(s->price, &pi, PRICE_SEARCH);

		if (next == s->price)
			break;
		s->price = next;
		priced_solve(s->priced, selector_slot_price(next));
	}
}

/* `made`: the tree is new, and tells nothing of how the price fits. */
static void
solve(
    struct selector *s, const struct select_input *in, const struct selector_context *c, bool made)
{
	struct price_input pi = selector_price_input(in, c, priced_pool(s->priced));
	bool found = s->price > 0, anew = selector_asked_anew(s, in);

	if (found && !made)
		s->price = price_next(s->price, &pi, PRICE_STEP);
	s->status.eta_permille = c->eta_permille > 0 ? c->eta_permille
				 : found             ? price_eta_permille(s->price, &pi)
						     : 300;
	priced_set_eta(s->priced, s->status.eta_permille);
	if (in->slots != NULL && in->slots->exact_len > 0) {
		if (found && !made)
			selector_price_exact(s, in->slots, price_floor(&pi), PRICE_STEP);
		priced_set_exact_price(s->priced, s->exact_permille);
	}
	if (found)
		priced_solve(s->priced, selector_slot_price(s->price));
	if (found && anew)
		search(s, in, c);
	if (found && in->slots != NULL && in->slots->exact_len > 0)
		fit_exact(s, in->slots);
	if (!found || priced_slots(s->priced) > in->limit)
		s->price = (double)priced_fit(s->priced, found ? in->limit : first_size(in, c),
			       selector_slot_price(price_floor(&pi)), FIT_SOLVES) /
			   FEED_SCALE;
	s->status.price_bps = s->price;
	s->status.tau_s = price_tau_s(s->price, &pi);
	s->status.passes++;
}

void
selector_restart_steps(struct selector *s, const struct select_input *in)
{
	s->steps.at = s->steps.given = in->now;
	s->steps.known = false;
	s->steps.inflation = 1;
	s->steps.tau_s = traffic_tau(in->traffic);
}

void
selector_run(struct selector *s, const struct select_input *in, const struct selector_context *c,
    struct selection *out)
{
	struct price_input now;
	bool made;

	if (s->plain != NULL) {
		s->plain(in, out);
		return;
	}
	made = selector_make(s, in, c);
	if (c->held != NULL)
		selector_give_held(s, in, c);
	if (in->keep == NULL || made || s->steps.work == WORK_WEIGHTS)
		feed_weights(s->priced, in);
	priced_set_keep(s->priced, in->keep != NULL);
	if (in->keep != NULL && priced_is_readable(s->priced))
		priced_update(s->priced);
	else
		solve(s, in, c, made);
	if (priced_slots(s->priced) > in->limit)
		s->price = (double)priced_fit(
			       s->priced, in->limit, selector_slot_price(s->price), FIT_SOLVES) /
			   FEED_SCALE;
	/* Small tables have wide gaps between the sizes that are optimal at some price. */
	now = selector_price_input(in, c, priced_pool(s->priced));
	if (in->keep == NULL && now.used < in->limit && s->price > price_floor(&now))
		priced_fill(s->priced, in->limit - in->limit / 50);
	priced_table_get(s->priced, &s->table);
	selector_put(s, in, c, out);
	/* No price makes a table fit where the one of one length is too cheap for that yet. */
	selection_trim(out, in->limit, in->slots != NULL ? in->slots : &slots_plain);
	s->near.whole = true;
	selector_restart_steps(s, in);
	s->steps.work = WORK_NONE;
	s->steps.due = in->now;
}

void
selector_status(const struct selector *s, struct selector_status *out)
{
	*out = s->status;
}

void
selector_save(const struct selector *s, struct selector_saved *out)
{
	*out =
	    (struct selector_saved){ .price_bps = s->price, .exact_permille = s->exact_permille };
}

void
selector_restore(struct selector *s, const struct selector_saved *saved)
{
	if (s->plain != NULL || saved->price_bps <= 0)
		return;
	s->price = s->status.price_bps = saved->price_bps;
	s->exact_permille = saved->exact_permille;
}
