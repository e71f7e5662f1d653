/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of struct selector, for its own files: selector.c chooses at once, selector_steps.c in
 * steps. */
#ifndef CONTROL_SELECT_SELECTOR_STATE_H
#define CONTROL_SELECT_SELECTOR_STATE_H

#include "control/select/feed.h"
#include "control/select/price.h"
#include "control/select/selector.h"

/* Solves in a row that look for a price. */
#define SELECTOR_ROUNDS 12

enum work {
	WORK_NONE,
	WORK_SAMPLED, /* what was sampled of late is given, from the last record to the first */
	WORK_WEIGHTS, /* all of them are */
	WORK_PASS
};

/* Of selector_step(). */
struct steps {
	enum work work;
	size_t records;    /* still to be given */
	struct mono begun; /* of the pass: weights are in the units of then */
	double inflation;  /* until `at`, by how much they are larger now */
	struct mono at;
	double tau_s;      /* as of `at` */
	struct mono given; /* samples up to here count in the tree, */
	struct mono since; /* or will when those from here on have been given */
	struct mono due;   /* the next pass */
	bool known;        /* what was sampled has just been given, in slices */
	bool looking;      /* it is given for selector_look() */
	size_t used;       /* slots after the last pass */
	bool keep;         /* as of the last pass */
	unsigned rounds;   /* passes that may follow at once to find the price */
};

/* Of selector_put_near(). */
#define NEAR_ROUTES 512
#define NEAR_MOST   (NEAR_ROUTES + PRICED_MOVED_MAX)
struct near {
	bool whole;                  /* the next choice has to be put as a whole */
	const struct selection *out; /* where it was put, */
	size_t n;                    /* and so many entries */
	uint32_t default_attrs;
	struct ip_prefix routes[NEAR_ROUTES]; /* that changed since */
	size_t n_routes;                      /* or more, and then only so many are there */
	struct ip_prefix at[NEAR_MOST]; /* where the last choice differs from the one before */
	size_t n_at;
	bool everywhere; /* all of it may */
	struct priced_table table;
};

struct selector {
	select_fn *plain; /* NULL: priced */
	struct priced *priced;
	struct priced_config made_for;
	uint64_t generation; /* of the RIB, as far as the tree knows it */
	double price;        /* 0: not found yet */
	struct {
		bool known;
		size_t limit;
		double min_bps;
	} asked;                  /* what the price is for */
	struct ip_prefix *listed; /* always, then never, as the tree was made for */
	size_t n_always, n_never;
	struct {
		const struct installed *held; /* NULL: the tree knows of nothing held */
		uint64_t version, changes;
		uint32_t hop; /* what the default's was */
	} known;
	unsigned exact_permille; /* price of a place in the exact length's own table, of `price` */
	struct priced_table table;
	struct selector_status status;
	struct steps steps;
	struct near near;
};

/* All weights are of now. */
void selector_restart_steps(struct selector *s, const struct select_input *in);

/* The tree is there, and what it was made for is still so. */
bool selector_is_made(
    const struct selector *s, const struct select_input *in, const struct selector_context *c);

/* Make the tree, or make it anew where what it was made for is not so any more: then true. */
bool selector_make(
    struct selector *s, const struct select_input *in, const struct selector_context *c);

/* What is held, for the hysteresis. */
void selector_give_held(
    struct selector *s, const struct select_input *in, const struct selector_context *c);

struct price_input selector_price_input(
    const struct select_input *in, const struct selector_context *c, size_t used);

/* The configuration asks for more or fewer slots, or another least rate, than when this was called
 * last: the price may be far off, and is to be searched for. */
bool selector_asked_anew(struct selector *s, const struct select_input *in);

/* The own table of one length has a price of its own, which follows its filling as the other one
 * does; an entry that fits both takes the cheaper, so it is never above the other where both can be
 * taken. For the next solve. */
void selector_price_exact(struct selector *s, const struct slots *slots, double floor, double step);

/* A price in bytes/s as the tree counts. */
int64_t selector_slot_price(double price);

/* What is wanted of the tree, s->table, as a selection. */
void selector_put(struct selector *s, const struct select_input *in,
    const struct selector_context *c, struct selection *out);

/* The same where *out is what it was after the last selector_put(): only where routes and the
 * decision have changed since. What entries elsewhere serve is as of then. False where it has to be
 * put as a whole. */
bool selector_put_near(struct selector *s, const struct select_input *in,
    const struct selector_context *c, struct selection *out);
void selector_near_route(struct selector *s, const struct ip_prefix *p);

#endif
