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
	double min_bps; /* configured minimum; 0: what one sample in PRICE_TAU_MIN_S means */
};

#define PRICE_TAU_MIN_S 60.
#define PRICE_TAU_MAX_S 3600.

/* The least a slot may cost, bytes/s; more than 0. */
double price_floor(const struct price_input *in);

/* The next price from the last one, bytes/s. */
double price_next(double price, const struct price_input *in);

/* Seconds to average over: so long that a place at the price has some 32 samples. */
double price_tau_s(double price, const struct price_input *in);

/* Hysteresis in thousandths: the relative error, at 95 %, of the average of a place at the price.
 */
unsigned price_eta_permille(double price, const struct price_input *in);

#endif
