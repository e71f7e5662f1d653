/* SPDX-License-Identifier: Apache-2.0 */
#include "control/select/price.h"

#include <math.h>

#define BAND_LOW  0.98
#define BAND_AIM  0.99
#define UP_POWER  0.9 /* of slots for price: above the band a little bolder than below */
#define LOW_POWER 0.7
#define SAMPLES   32. /* behind the average of a place at the price */
#define SIGMAS    1.96
#define PLENTY    0.5 /* of the slots are used */
#define SCARCE    0.9

static double
clamp(double x, double low, double high)
{
	return x < low ? low : x > high ? high : x;
}

/* Of slots: 0 where there are more than enough, 1 where there is hardly one left. It rises slowly
 * in between: a table whose price is about the lowest must not go to and fro between two averages.
 */
static double
scarcity(const struct price_input *in)
{
	double filled = in->limit > 0 ? (double)in->used / (double)in->limit : 1;

	return clamp((filled - PLENTY) / (SCARCE - PLENTY), 0, 1);
}

double
price_floor(const struct price_input *in)
{
	double tau_s = PRICE_TAU_MIN_S + scarcity(in) * (PRICE_TAU_MAX_S - PRICE_TAU_MIN_S);
	double floor = in->min_bps > 0 ? in->min_bps : in->bytes_per_sample / tau_s;

	return floor > 1e-3 ? floor : 1e-3;
}

double
price_factor(double used, double limit, double step)
{
	double factor = 1;

	if (used > limit)
		factor = limit > 0 ? pow(used / (BAND_AIM * limit), UP_POWER) : step;
	else if (used < BAND_LOW * limit)
		factor = pow(used / (BAND_AIM * limit), LOW_POWER);
	return clamp(factor, 1 / step, step);
}

double
price_next(double price, const struct price_input *in, double step)
{
	double floor = price_floor(in);

	price *= price_factor((double)in->used, (double)in->limit, step);
	/* What is always there may be too much at any price. */
	if (price > in->total_bps && in->total_bps > 0)
		price = in->total_bps;
	return price > floor ? price : floor;
}

/* Samples a second of a place that just pays. */
static double
samples_at(double price, const struct price_input *in)
{
	return in->total_bps > 0 ? in->samples_per_s * price / in->total_bps : 0;
}

double
price_tau_s(double price, const struct price_input *in)
{
	double rate = samples_at(price, in), full;

	if (in->tau_s > 0)
		return in->tau_s;
	if (rate <= 0)
		return PRICE_TAU_MIN_S;
	full = clamp(SAMPLES / 2 / rate, PRICE_TAU_MIN_S, PRICE_TAU_MAX_S);
	if (price > price_floor(in))
		return full;
	return PRICE_TAU_MIN_S + scarcity(in) * (full - PRICE_TAU_MIN_S);
}

unsigned
price_eta_permille(double price, const struct price_input *in)
{
	/* An average over tau has the error of 2 tau of samples. What comes and what goes are both
	 * to be sure, at 95 %, that they are on the other side of the price. */
	double count = 2 * price_tau_s(price, in) * samples_at(price, in);

	return (unsigned)lrint(1000 * clamp(count > 0 ? SIGMAS / sqrt(count) : 1, 0.1, 0.5));
}
