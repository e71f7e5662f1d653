/* SPDX-License-Identifier: Apache-2.0 */
#include "ribtrie/arena.h"

#include <string.h>

#include "tests/support/support.h"

#define UNIT 16

static void
fill(struct arena *a, uint32_t index)
{
	memset(arena_at(a, index), (int)(index % 251), UNIT);
}

static void
check(const struct arena *a, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *bytes = arena_at(a, i);

		assert_int_equal(bytes[0], i % 251);
		assert_memory_equal(bytes, bytes + 1, UNIT - 1);
	}
}

/* A table that grows, is trimmed, grows on and is trimmed again keeps what is in it, and holds what
 * it has in use and less than a small step more after each. */
static void
test_trim(void **state)
{
	/* Within the first small step, many small steps, and huge pages in part and in full. */
	static const uint32_t sizes[] = { 10, 5000, 60000, 200000, 262144, 262145, 500000 };
	struct arena a;

	(void)state;
	arena_init(&a, MEM_RIB, UNIT);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		size_t before;

		while (a.used < sizes[i])
			fill(&a, arena_alloc(&a, 1));
		before = arena_bytes(&a);
		arena_trim(&a);
		assert_true(arena_bytes(&a) <= before);
		assert_true(arena_bytes(&a) >= (size_t)a.used * UNIT);
		assert_true(arena_bytes(&a) < (size_t)a.used * UNIT + 65536 + 4096);
		assert_int_equal(mem_used(MEM_RIB), arena_bytes(&a));
		check(&a, a.used);
		arena_trim(&a); /* nothing more to give */
		check(&a, a.used);
	}
	/* Blocks that were freed stay, and are used again. */
	arena_free(&a, 7, 1);
	arena_trim(&a);
	assert_int_equal(arena_alloc(&a, 1), 7);
	arena_fini(&a);
	assert_int_equal(mem_used(MEM_RIB), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trim),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
