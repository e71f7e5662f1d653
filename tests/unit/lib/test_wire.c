/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded reader and writer, boundary by boundary. */
#include "tests/support/support.h"

#include "lib/rd.h"
#include "lib/wr.h"

static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

static void
test_read_in_order(void **state)
{
	struct rd r = rd_make(bytes, sizeof(bytes));

	(void)state;
	assert_int_equal(rd_peek_u8(&r), 1);
	assert_int_equal(rd_u8(&r), 1);
	assert_int_equal(rd_u16(&r), 0x0203);
	assert_int_equal(rd_u32(&r), 0x04050607);
	assert_true(rd_u64(&r) == UINT64_C(0x08090a0b0c0d0e0f));
	assert_true(rd_ok(&r));
	assert_int_equal(rd_left(&r), 0);
	assert_int_equal(rd_u8(&r), 0);
	assert_false(rd_ok(&r));
}

/* One byte short of each width: zeros, and everything after is a no-op. */
static void
test_short(void **state)
{
	uint8_t copy[4] = { 9, 9, 9, 9 };
	struct rd r;

	(void)state;
	r = rd_make(bytes, 1);
	assert_int_equal(rd_u16(&r), 0);
	assert_int_equal(rd_left(&r), 0);
	assert_int_equal(rd_u8(&r), 0);
	assert_false(rd_ok(&r));
	r = rd_make(bytes, 3);
	assert_int_equal(rd_u32(&r), 0);
	assert_false(rd_ok(&r));
	r = rd_make(bytes, 7);
	assert_true(rd_u64(&r) == 0);
	assert_false(rd_ok(&r));
	r = rd_make(bytes, 3);
	rd_copy(&r, copy, 4);
	assert_false(rd_ok(&r));
	assert_int_equal(copy[0] | copy[1] | copy[2] | copy[3], 0);
	r = rd_make(NULL, 0);
	assert_true(rd_ok(&r));
	assert_int_equal(rd_peek_u8(&r), 0);
	assert_false(rd_ok(&r));
}

static void
test_sub(void **state)
{
	struct rd r = rd_make(bytes, sizeof(bytes)), s;

	(void)state;
	s = rd_sub(&r, 2, 2);
	assert_int_equal(rd_u32(&s), 0x01020304);
	assert_int_equal(rd_u8(&s), 0); /* cannot see its parent's bytes */
	assert_false(rd_ok(&s));
	assert_true(rd_ok(&r));
	assert_int_equal(rd_u8(&r), 5);
	s = rd_sub(&r, 11, 1);
	assert_false(rd_ok(&s)); /* ten are left */
	assert_false(rd_ok(&r));
	r = rd_make(bytes, sizeof(bytes));
	s = rd_sub(&r, SIZE_MAX / 2 + 1, 2); /* count * size overflows to 0 */
	assert_false(rd_ok(&s));
	assert_false(rd_ok(&r));
}

static void
test_write(void **state)
{
	uint8_t out[15], expected[15];
	struct wr w = wr_make(out, sizeof(out));

	(void)state;
	memcpy(expected, bytes, sizeof(expected));
	wr_u8(&w, 1);
	wr_u16(&w, 0);
	wr_u32(&w, 0x04050607);
	wr_u64(&w, UINT64_C(0x08090a0b0c0d0e0f));
	wr_set_u16(&w, 1, 0x0203);
	assert_true(wr_ok(&w));
	assert_int_equal(wr_len(&w), 15);
	assert_memory_equal(out, expected, 15);
	wr_u8(&w, 1);
	assert_false(wr_ok(&w));
	assert_int_equal(wr_len(&w), 15);
	assert_int_equal(wr_room(&w), 0);
}

static void
test_write_misuse(void **state)
{
	uint8_t out[4];
	struct wr w = wr_make(out, sizeof(out));

	(void)state;
	wr_u16(&w, 7);
	wr_set_u16(&w, 1, 0); /* would reach into bytes not written yet */
	assert_false(wr_ok(&w));
	w = wr_make(out, sizeof(out));
	wr_u16(&w, 7);
	wr_set_u16(&w, 0, 65536); /* does not fit */
	assert_false(wr_ok(&w));
	w = wr_make(out, sizeof(out));
	wr_bytes(&w, bytes, 5);
	assert_false(wr_ok(&w));
	assert_int_equal(wr_len(&w), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_in_order),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_sub),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_misuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
