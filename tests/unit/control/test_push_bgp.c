/* SPDX-License-Identifier: Apache-2.0 */
/* What is changed of a learned route before it is announced. */
#include "tests/support/support.h"

#include <string.h>

#include "control/push_bgp.h"

static const uint8_t two[8] = { 0xfd, 0xe8, 0, 1, 0xfd, 0xe8, 0x10, 0x92 };

static void
test_policy(void **state)
{
	struct push_bgp p = { 0 };
	struct push_policy policy = { 0 };
	struct route_attrs in = {
		.communities = { two, 4 }, .has_local_pref = true, .local_pref = 7
	};
	struct route_attrs out;

	(void)state;
	p.policy = policy;
	push_bgp_apply(&p, &in, &out);
	assert_ptr_equal(out.communities.data, two);
	assert_int_equal(out.communities.len, 4);
	assert_int_equal(out.local_pref, 7);

	policy = (struct push_policy){ .community = 0xfde81092, .local_pref = 4000 };
	p.policy = policy;
	push_bgp_apply(&p, &in, &out);
	assert_int_equal(out.communities.len, 8);
	assert_memory_equal(out.communities.data, two, 8);
	assert_int_equal(out.local_pref, 4000);

	in.has_local_pref = false;
	in.communities = (struct span){ NULL, 0 };
	push_bgp_apply(&p, &in, &out);
	assert_int_equal(out.communities.len, 4);
	assert_memory_equal(out.communities.data, two + 4, 4);
	assert_true(out.has_local_pref);

	/* It is there already. */
	in.communities = (struct span){ two, 8 };
	push_bgp_apply(&p, &in, &out);
	assert_ptr_equal(out.communities.data, two);
	assert_int_equal(out.communities.len, 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_policy) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
