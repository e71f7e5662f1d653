/* SPDX-License-Identifier: Apache-2.0 */
/* Sequence numbers: each verdict at its boundaries, and random traffic against the truth. */
#include "tests/support/support.h"

#include "lib/mem.h"
#include "sflowin/seq.h"

struct step {
	uint32_t number;
	enum seq_verdict verdict;
	uint32_t lost;
};

static void
run_steps(uint32_t start, const struct step *steps, size_t n)
{
	struct seq s;
	uint32_t lost;

	seq_start(&s, start);
	for (size_t i = 0; i < n; i++) {
		enum seq_verdict verdict = seq_next(&s, steps[i].number, &lost);

		if (verdict != steps[i].verdict || lost != steps[i].lost)
			fail_msg(
			    "step %zu, %u: verdict %d, lost %u", i, steps[i].number, verdict, lost);
	}
}

static void
test_in_order_and_wrap(void **state)
{
	static const struct step steps[] = {
		{ 0xffffffff, SEQ_NEXT, 0 },
		{ 0, SEQ_NEXT, 0 },
		{ 1, SEQ_NEXT, 0 },
		{ 4, SEQ_GAP, 2 },
		{ 0xffffffff, SEQ_DUPLICATE, 0 },
	};

	(void)state;
	run_steps(0xfffffffe, steps, ARRAY_LEN(steps));
}

static void
test_late_and_duplicate(void **state)
{
	static const struct step steps[] = {
		{ 100, SEQ_DUPLICATE, 0 },
		{ 103, SEQ_GAP, 2 },
		{ 101, SEQ_LATE, 0 },
		{ 101, SEQ_DUPLICATE, 0 },
		{ 102, SEQ_LATE, 0 },
		{ 103, SEQ_DUPLICATE, 0 },
		{ 104, SEQ_NEXT, 0 },
		{ 102, SEQ_DUPLICATE, 0 },
	};

	(void)state;
	run_steps(100, steps, ARRAY_LEN(steps));
}

static void
test_window_edges(void **state)
{
	static const struct step steps[] = {
		{ 1000 + 63, SEQ_GAP, 62 }, /* 1000 is 63 behind: still known */
		{ 1000, SEQ_DUPLICATE, 0 },
		{ 1000 + 64, SEQ_NEXT, 0 }, /* 1000 is 64 behind: forgotten */
		{ 1001, SEQ_LATE, 0 },
		{ 1064 + 64, SEQ_GAP, 63 }, /* a gap as wide as the window */
		{ 1064 + 1, SEQ_LATE, 0 },
		{ 1064, SEQ_RESTART, 0 }, /* 64 behind the last: another beginning */
		{ 1065, SEQ_NEXT, 0 },
	};

	(void)state;
	run_steps(1000, steps, ARRAY_LEN(steps));
}

static void
test_gap_or_restart(void **state)
{
	static const struct step steps[] = {
		{ 10 + SEQ_GAP_MAX, SEQ_GAP, SEQ_GAP_MAX - 1 },
		{ 10 + 2 * SEQ_GAP_MAX + 1, SEQ_RESTART, 0 },
		{ 1, SEQ_RESTART, 0 },
		{ 2, SEQ_NEXT, 0 },
		{ 0x80000002, SEQ_RESTART, 0 },
		{ 3, SEQ_RESTART, 0 },
	};

	(void)state;
	run_steps(10, steps, ARRAY_LEN(steps));
}

/* Numbers lost, doubled and swapped at random: the counts are those of the generator. */
static void
test_random_traffic(void **state)
{
	struct rng rng = rng_make(test_seed("test_random_traffic"));
	uint64_t lost = 0, late = 0, duplicate = 0, got_lost = 0, got_late = 0, got_duplicate = 0;
	uint32_t number = (uint32_t)rng_u64(&rng);
	struct seq s;

	(void)state;
	seq_start(&s, number);
	for (int i = 0; i < 100000; i++) {
		uint32_t sent[3], n = 0, gone;

		switch (rng_below(&rng, 10)) {
		case 0: /* a gap */
			gone = 1 + (uint32_t)rng_below(&rng, 200);
			number += gone;
			lost += gone;
			break;
		case 1: /* doubled */
			sent[n++] = number + 1;
			duplicate++;
			break;
		case 2: /* two swapped; the first of them is missed until it comes */
			sent[n++] = number + 2;
			sent[n++] = number + 1;
			number += 2;
			lost++;
			late++;
			break;
		default: break;
		}
		sent[n] = n == 2 ? number + 1 : ++number;
		if (n == 2)
			number++;
		n++;
		for (uint32_t k = 0; k < n; k++) {
			enum seq_verdict verdict = seq_next(&s, sent[k], &gone);

			assert_int_not_equal(verdict, SEQ_RESTART);
			got_lost += gone;
			got_late += verdict == SEQ_LATE;
			got_duplicate += verdict == SEQ_DUPLICATE;
		}
	}
	assert_int_equal(got_lost, lost);
	assert_int_equal(got_late, late);
	assert_int_equal(got_duplicate, duplicate);
}

static struct seq_key
key_of(uint32_t i)
{
	return seq_key_make((enum seq_kind)(i % SEQ_KINDS), i % 3, (uint8_t)(i % 4), i / 3);
}

static void
test_table(void **state)
{
	const uint32_t n = 1000;
	size_t before = mem_used(MEM_SFLOW);
	struct seq_table t;

	(void)state;
	seq_table_init(&t, 42);
	for (uint32_t i = 0; i < n; i++) {
		struct seq_key key = key_of(i);
		struct seq_entry *e = seq_table_get(&t, key, n);

		assert_non_null(e);
		assert_false(e->started);
		e->started = true;
		e->drops = i;
	}
	assert_int_equal(t.n, n);
	assert_int_equal(t.count[0] + t.count[1] + t.count[2], n);
	for (uint32_t i = 0; i < n; i++) {
		struct seq_key key = key_of(i);

		assert_int_equal(seq_table_get(&t, key, n)->drops, i);
	}
	/* Full: what is there stays, nothing is added. */
	assert_null(seq_table_get(&t, seq_key_make(SEQ_FLOWS, 99, 0, 0), n));
	assert_int_equal(t.n, n);
	assert_non_null(seq_table_get(&t, seq_key_make(SEQ_FLOWS, 99, 0, 0), n + 1));
	seq_table_fini(&t);
	assert_int_equal(mem_used(MEM_SFLOW), before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_order_and_wrap),
		cmocka_unit_test(test_late_and_duplicate),
		cmocka_unit_test(test_window_edges),
		cmocka_unit_test(test_gap_or_restart),
		cmocka_unit_test(test_random_traffic),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
