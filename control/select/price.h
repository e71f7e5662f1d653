/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The price of a slot over time. The market clears slowly on purpose: with hysteresis the size of
 * the table answers the price in steps, and a controller that chases a number of entries would
 * churn. So the price rests while the table is between 0.98 N and N, and moves by a bounded factor
 * once a round otherwise.
 *
 * From the price follow how long to average (the dearer a slot, the fewer samples decide about it)
 * and how large the hysteresis has to be for what the samples are worth.
 */
#ifndef CONTROL_SELECT_PRICE_H
#define CONTROL_SELECT_PRICE_H

#include "lib/base.h"

struct price_input {
	size_t used, limit;      /* slots of the last decision, and aimed at */
	double samples_per_s;    /* that count for selection */
	double bytes_per_sample; /* mean frame times sampling rate */
	double total_bps;        /* bytes/s of all routed traffic */
	double min_bps;          /* configured minimum; 0: none */
	double tau_s;            /* configured averaging time; 0: as the price asks for */
};

#define PRICE_TAU_MIN_S 60.
#define PRICE_TAU_MAX_S 3600.

/* The least a slot may cost, bytes/s; more than 0. Where no minimum is configured that is what one
 * sample in PRICE_TAU_MIN_S means while slots are plenty (less than half of them used), and falls
 * to one in PRICE_TAU_MAX_S when they become scarce (nine tenths), where the price is to come from
 * what competes for them. */
double price_floor(const struct price_input *in);

/* By what the price of some slots goes up or down where so many are used of so many: by a factor of
 * `step`, more than 1, at the most. */
double price_factor(double used, double limit, double step);

/* The next price from the last one, bytes/s, with that. */
double price_next(double price, const struct price_input *in, double step);

#define PRICE_STEP   1.25 /* to follow the market */
#define PRICE_SEARCH 16.  /* to look for a price: what is asked for has changed */

/* Seconds to average over: so long that a place at the price has some 32 samples. Where slots are
 * plenty, and so cost the least they may, no place competes with another, and what counts is how
 * soon it comes and goes: PRICE_TAU_MIN_S. What is configured is what is. */
double price_tau_s(double price, const struct price_input *in);

/* Hysteresis in thousandths: the relative error, at 95 %, of the average of a place at the price.
 */
unsigned price_eta_permille(double price, const struct price_input *in);

#endif
