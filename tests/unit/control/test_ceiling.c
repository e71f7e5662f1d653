/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ceiling on its own, and then hours of it against a made-up table: one that takes so many
 * entries and refuses the next, at once or late.
 */
#include <string.h>

#include "control/ceiling.h"
#include "tests/support/support.h"

#define PROBE_S 600

static struct mono
at_s(double s)
{
	return mono_us((int64_t)(s * 1e6));
}

static void
test_limit_is_the_least(void **state)
{
	struct ceiling c;

	(void)state;
	ceiling_init(&c, PROBE_S);
	assert_int_equal(ceiling_limit(&c, 1000), 1000);
	ceiling_report(&c, 800);
	assert_int_equal(ceiling_limit(&c, 1000), 800);
	assert_int_equal(ceiling_refused(&c, 500, at_s(1)), CEILING_LOWERED);
	assert_int_equal(ceiling_limit(&c, 1000), 490);
	ceiling_report(&c, CEILING_NONE);
	assert_int_equal(ceiling_limit(&c, 1000), 490);
	assert_int_equal(ceiling_limit(&c, 100), 100);
}

static void
test_one_overflow_lowers_once(void **state)
{
	struct ceiling c;

	(void)state;
	ceiling_init(&c, PROBE_S);
	assert_int_equal(ceiling_refused(&c, 10000, at_s(10)), CEILING_LOWERED);
	/* The rest of the batch, and what is refused until there is less. */
	for (size_t held = 10000; held > 9700; held--)
		assert_int_equal(ceiling_refused(&c, held, at_s(11)), CEILING_SAME);
	assert_int_equal(ceiling_limit(&c, 20000), 9800);
	/* The flags came late: it is less still. */
	assert_int_equal(ceiling_refused(&c, 9700, at_s(16)), CEILING_LOWERED);
	assert_int_equal(ceiling_limit(&c, 20000), 9506);
	assert_int_equal(c.refusals, 302);
	assert_int_equal(c.lowerings, 2);
}

static void
test_nothing_at_all_fits(void **state)
{
	struct ceiling c;

	(void)state;
	ceiling_init(&c, PROBE_S);
	assert_int_equal(ceiling_refused(&c, 1, at_s(0)), CEILING_LOWERED);
	assert_int_equal(ceiling_limit(&c, 100), 0);
	assert_int_equal(ceiling_refused(&c, 0, at_s(100)), CEILING_SAME);
	assert_int_equal(ceiling_tick(&c, 100, true, at_s(601)), CEILING_RAISED);
	assert_int_equal(ceiling_limit(&c, 100), 1);
}

static void
test_unused_room_is_not_probed(void **state)
{
	struct ceiling c;

	(void)state;
	ceiling_init(&c, PROBE_S);
	(void)ceiling_refused(&c, 1000, at_s(0));
	for (int s = 0; s < 100 * PROBE_S; s += 10)
		assert_int_equal(ceiling_tick(&c, 2000, false, at_s(s)), CEILING_SAME);
	assert_int_equal(ceiling_limit(&c, 2000), 980);
	ceiling_init(&c, 0);
	(void)ceiling_refused(&c, 1000, at_s(0));
	assert_int_equal(ceiling_tick(&c, 2000, true, at_s(1e9)), CEILING_SAME);
}

static void
test_lifted_at_what_is_configured(void **state)
{
	struct ceiling c;
	int raised = 0;
	double s = 0;
	enum ceiling_change change;

	(void)state;
	ceiling_init(&c, PROBE_S);
	(void)ceiling_refused(&c, 1000, at_s(0));
	do {
		change = ceiling_tick(&c, 1000, true, at_s(++s));
		raised += change == CEILING_RAISED;
	} while (change != CEILING_LIFTED && s < 1e6);
	/* 980 +1 +2 +4 +8 and what is left of 16. */
	assert_int_equal(raised, 5);
	assert_true(s > 5 * PROBE_S && s < 8 * PROBE_S);
	assert_int_equal(c.learned, CEILING_NONE);
	assert_int_equal(ceiling_limit(&c, 5000), 5000);
	/* A reload may configure less than was learned. */
	ceiling_restore(&c, 900, at_s(s));
	assert_int_equal(ceiling_limit(&c, 500), 500);
	assert_int_equal(ceiling_tick(&c, 500, true, at_s(s + PROBE_S)), CEILING_LIFTED);
}

/* --- hours of it --- */

/* A table that holds `capacity` entries; a refusal is told of `delay_s` later. */
struct table {
	struct ceiling c;
	size_t capacity, configured, held;
	int delay_s;
	int told[16]; /* refusals under way, by the second they arrive (mod 16) */
	double now_s;
	unsigned overflows;     /* seconds in which anything was refused */
	unsigned turns;         /* times it went down */
	size_t lowest, highest; /* limits */
};

static void
run(struct table *t, double hours)
{
	double end_s = t->now_s + hours * 3600;

	t->lowest = SIZE_MAX;
	t->highest = t->overflows = t->turns = 0;
	for (; t->now_s < end_s; t->now_s++) {
		int *arriving = &t->told[(unsigned)t->now_s % 16];
		int *later = &t->told[((unsigned)t->now_s + (unsigned)t->delay_s) % 16];
		size_t limit = ceiling_limit(&t->c, t->configured);

		/* Everything wanted is tried; what is refused is not held. */
		t->held = limit;
		if (limit > t->capacity) {
			t->held = t->capacity;
			t->overflows++;
			*later += (int)size_min(limit - t->capacity, 1000);
		}
		for (; *arriving > 0; --*arriving)
			t->turns +=
			    ceiling_refused(&t->c, t->held, at_s(t->now_s)) == CEILING_LOWERED;
		(void)ceiling_tick(&t->c, t->configured, true, at_s(t->now_s));
		limit = ceiling_limit(&t->c, t->configured);
		t->lowest = size_min(t->lowest, limit);
		if (limit > t->highest)
			t->highest = limit;
	}
}

static void
one_day(int delay_s)
{
	struct table t = { .capacity = 10000, .configured = 16000, .delay_s = delay_s };

	ceiling_init(&t.c, PROBE_S);
	run(&t, 0.01);
	assert_true(t.overflows > 0 && t.turns == 1);
	assert_in_range(ceiling_limit(&t.c, t.configured), 9700, 9800);

	/* A day with the same capacity: near it, and seldom above. */
	run(&t, 24);
	print_message("delay %d s, a day: limit %zu to %zu, %u times lowered, overflown for %u s\n",
	    delay_s, t.lowest, t.highest, t.turns, t.overflows);
	assert_in_range(t.lowest, 9700, 10000);
	assert_in_range(t.highest, 10000, 10100);
	assert_true(t.turns <= 10);
	assert_true(t.overflows <= 10u * (unsigned)(delay_s + 1));
	assert_in_range(ceiling_limit(&t.c, t.configured), 9950, 10020);

	/* Half of it goes to somebody else: followed at once, and given up no further. */
	t.capacity = 5000;
	run(&t, 0.05);
	assert_in_range(ceiling_limit(&t.c, t.configured), 4700, 4900);

	/* It comes back: found again, though not in a hurry. */
	t.capacity = 10000;
	run(&t, 24);
	print_message("delay %d s, grown again: limit %zu, %u times lowered\n", delay_s,
	    ceiling_limit(&t.c, t.configured), t.turns);
	assert_in_range(ceiling_limit(&t.c, t.configured), 9700, 10020);
	assert_true(t.turns <= 10);

	/* And when there is room for all, the ceiling is gone. */
	t.capacity = 20000;
	run(&t, 48);
	assert_int_equal(t.c.learned, CEILING_NONE);
	assert_int_equal(t.held, 16000);
}

static void
test_a_day_refused_at_once(void **state)
{
	(void)state;
	one_day(0);
}

static void
test_a_day_refused_late(void **state)
{
	(void)state;
	one_day(3);
}

/* Whatever comes: the limit stays within bounds, and one call lowers by no more than the margin
 * below what was held. */
static void
test_random_reports(void **state)
{
	struct rng rng = rng_make(test_seed("ceiling"));
	struct ceiling c;
	double now_s = 0;

	(void)state;
	ceiling_init(&c, 10);
	for (int i = 0; i < 100000; i++) {
		size_t configured = 1 + (size_t)rng_below(&rng, 5000);
		size_t before = ceiling_limit(&c, configured);
		size_t held = (size_t)rng_below(&rng, 6000);
		enum ceiling_change change;

		now_s += (double)rng_below(&rng, 30);
		switch (rng_below(&rng, 4)) {
		case 0:
			change = ceiling_refused(&c, held, at_s(now_s));
			if (change == CEILING_LOWERED)
				assert_true((held == 0 || c.learned < held) &&
					    c.learned + held / 50 + 1 >= held);
			else
				assert_int_equal(ceiling_limit(&c, configured), before);
			break;
		case 1: ceiling_report(&c, rng_below(&rng, 2) == 0 ? held : CEILING_NONE); break;
		default:
			change = ceiling_tick(&c, configured, rng_below(&rng, 2) == 0, at_s(now_s));
			if (change == CEILING_RAISED)
				assert_true(c.learned > c.proven && c.learned <= configured);
			break;
		}
		assert_true(ceiling_limit(&c, configured) <= configured);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limit_is_the_least),
		cmocka_unit_test(test_one_overflow_lowers_once),
		cmocka_unit_test(test_nothing_at_all_fits),
		cmocka_unit_test(test_unused_room_is_not_probed),
		cmocka_unit_test(test_lifted_at_what_is_configured),
		cmocka_unit_test(test_a_day_refused_at_once),
		cmocka_unit_test(test_a_day_refused_late),
		cmocka_unit_test(test_random_reports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
