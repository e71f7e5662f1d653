/* SPDX-License-Identifier: Apache-2.0 */
/* What a bench measured: one line of JSON a figure, as `make bench` gathers them. */
#ifndef TESTS_SUPPORT_FIGURE_H
#define TESTS_SUPPORT_FIGURE_H

enum figure_goal {
	FIGURE_NOTE, /* nothing to reach */
	FIGURE_AT_LEAST,
	FIGURE_AT_MOST
};

struct figure {
	const char *id, *unit;
	double value;
	enum figure_goal goal;
	double target;      /* below 0: none, whatever the goal */
	const char *anchor; /* what else was measured beside it; NULL: nothing */
	double anchor_value;
	const char *data; /* what it was measured with; NULL: nothing to say */
};

void figure_print(const struct figure *f);

#endif
