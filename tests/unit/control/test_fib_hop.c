/* SPDX-License-Identifier: Apache-2.0 */
/* Next hops and their nexthop objects against a fake kernel: gateways, groups and links that
 * change.
 */
#include "tests/unit/control/fake_kernel.h"

static void
test_routes_share_an_object(void **state)
{
	char text[32];

	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "20.0.%d.0/24", i);
		put(text, "10.0.0.2");
	}
	fib_flush(k.fib);
	assert_int_equal(k.n_routes, 100);
	assert_int_equal(k.n_objects, 1);
	assert_int_equal(strspn(events(), "A"), 100);
	/* Again changes nothing. */
	k.requests = 0;
	put("20.0.7.0/24", "10.0.0.2");
	fib_flush(k.fib);
	assert_int_equal(k.requests, 0);
	assert_string_equal(events(), "A");
}

/* A gateway that changes is one message, whatever hangs on it; and no route hears of it. */
static void
test_gateway_changes(void **state)
{
	char text[32];

	(void)state;
	igp("192.0.2.0/24", "10.0.0.2", NULL, false);
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "20.0.%d.0/24", i);
		put(text, "192.0.2.1");
	}
	fib_flush(k.fib);
	events();
	k.route_requests = k.object_requests = 0;
	igp("192.0.2.0/24", "10.0.0.3", NULL, false);
	assert_false(fib_update(k.fib)); /* it could be used before, and can */
	assert_int_equal(k.object_requests, 1);
	assert_int_equal(k.route_requests, 0);
	leads_to("20.0.5.0/24", "10.0.0.3");
	assert_string_equal(events(), "");
}

/* Without objects each route is sent. */
static void
test_without_objects(void **state)
{
	(void)state;
	igp("192.0.2.0/24", "10.0.0.2", NULL, false);
	put("20.0.0.0/24", "192.0.2.1");
	put("20.0.1.0/24", "192.0.2.1");
	fib_flush(k.fib);
	assert_int_equal(k.object_requests, 0);
	k.route_requests = 0;
	igp("192.0.2.0/24", "10.0.0.3", "10.0.1.3", false);
	fib_update(k.fib);
	assert_int_equal(k.route_requests, 2);
	leads_to("20.0.0.0/24", "10.0.0.3");
	assert_int_equal(k.routes[0].paths.n, 2);
	events();
	dump();
	assert_int_equal(k.route_requests, 2);
}

static void
test_group(void **state)
{
	(void)state;
	igp("192.0.2.0/24", "10.0.0.2", NULL, false);
	put("20.0.0.0/24", "192.0.2.1");
	fib_flush(k.fib);
	igp("192.0.2.0/24", "10.0.0.2", "10.0.1.2", false);
	fib_update(k.fib);
	leads_to("20.0.0.0/24", "10.0.0.2");
	assert_int_equal(find_object(k.routes[0].nexthop)->n_members, 2);
	events();
	/* A member goes with its link: the routes stay. */
	link_is(3, false);
	k.route_requests = 0;
	assert_false(fib_update(k.fib));
	leads_to("20.0.0.0/24", "10.0.1.2");
	assert_int_equal(k.route_requests, 0);
	assert_string_equal(events(), "");
	link_is(3, true);
	fib_update(k.fib);
	assert_int_equal(find_object(k.routes[0].nexthop)->n_members, 2);
	/* Both go: so do the routes. */
	link_is(3, false);
	link_is(4, false);
	assert_true(fib_update(k.fib));
	assert_int_equal(k.n_routes, 0);
	assert_string_equal(events(), "N");
}

static void
test_link(void **state)
{
	(void)state;
	put("20.0.0.0/24", "10.0.0.2");
	put("20.0.1.0/24", "10.0.0.2");
	fib_flush(k.fib);
	events();
	link_is(3, false);
	assert_true(fib_update(k.fib));
	assert_string_equal(events(), "NN");
	assert_string_equal(why, "next hop 10.0.0.2 is unresolved: swp has no carrier");
	assert_string_equal(
	    fib_unusable(k.fib, &(struct route_nexthop){ .addr = hop("10.0.0.2").addr }),
	    "swp has no carrier");
	put("20.0.0.0/24", "10.0.0.2");
	assert_string_equal(events(), "N");
	link_is(3, true);
	assert_true(fib_update(k.fib));
	put("20.0.0.0/24", "10.0.0.2");
	fib_flush(k.fib);
	leads_to("20.0.0.0/24", "10.0.0.2");
	assert_string_equal(events(), "A");
	/* Down and up before we looked: the routes are gone, and are put back. */
	link_is(3, false);
	link_is(3, true);
	assert_int_equal(k.n_routes, 0);
	fib_update(k.fib);
	leads_to("20.0.0.0/24", "10.0.0.2");
}

/* The route to a next hop goes, but no link: its object has to be removed. */
static void
test_unreachable(void **state)
{
	(void)state;
	igp("192.0.2.0/24", "10.0.0.2", NULL, false);
	put("20.0.0.0/24", "192.0.2.1");
	put("20.0.1.0/24", "192.0.2.1");
	fib_flush(k.fib);
	k.route_requests = k.object_requests = 0;
	igp("192.0.2.0/24", "10.0.0.2", NULL, true);
	assert_true(fib_update(k.fib));
	assert_int_equal(k.n_routes, 0);
	assert_int_equal(k.route_requests, 0); /* they go with it */
	assert_int_equal(k.object_requests, 1);
}

/* The kernel knows before us that an interface is down. Its routes are not held out for that: they
 * can come back as soon as we hear of a change, and not before. */
static void
test_down_before_we_know(void **state)
{
	const struct route_nexthop to = { .addr = hop("192.0.2.1").addr };

	(void)state;
	igp("192.0.2.0/24", "10.0.0.2", "10.0.1.2", false);
	put("20.0.0.0/24", "192.0.2.1");
	fib_flush(k.fib);
	assert_string_equal(events(), "A");
	k.fail = EHOSTUNREACH;
	put("20.0.1.0/24", "192.0.2.1");
	fib_flush(k.fib);
	assert_string_equal(events(), "N");
	assert_string_equal(why, "next hop 192.0.2.1 is refused: No route to host");
	assert_true(fib_update(k.fib));
	assert_string_equal(events(), "N"); /* the other one */
	assert_int_equal(k.n_routes, 0);
	k.fail = 0;
	assert_false(fib_update(k.fib));
	/* With objects a new one is made, which the kernel may refuse in its turn. */
	if (!fib_config(k.fib)->objects)
		assert_string_equal(fib_unusable(k.fib, &to), "No route to host");
	igp("192.0.2.0/24", "10.0.0.3", NULL, false);
	fib_update(k.fib);
	assert_null(fib_unusable(k.fib, &to));
	put("20.0.1.0/24", "192.0.2.1");
	fib_flush(k.fib);
	assert_string_equal(events(), "A");
	leads_to("20.0.1.0/24", "10.0.0.3");
}

/* Next hops that lead nowhere come and go: none is remembered for ever. One that the kernel has
 * refused is, until something has changed. */
static void
test_forgotten(void **state)
{
	struct route_nexthop to = { .addr = hop("192.0.2.1").addr };
	size_t before = 0;

	(void)state;
	for (uint32_t i = 0; i < 3000; i++) {
		to.addr = ip_v4(UINT32_C(0xc6120000) + i);
		assert_string_equal(fib_unusable(k.fib, &to), "no route to it");
		if (i % 1000 == 0) {
			fib_audit(k.fib);
			before = i == 1000 ? mem_used(MEM_KERNEL) : before;
		}
	}
	fib_audit(k.fib);
	assert_true(mem_used(MEM_KERNEL) <= before);

	igp("192.0.2.0/24", "10.0.0.2", NULL, false);
	to.addr = hop("192.0.2.1").addr;
	k.fail = EHOSTUNREACH;
	put("20.0.1.0/24", "192.0.2.1");
	fib_flush(k.fib);
	fib_update(k.fib);
	fib_audit(k.fib);
	assert_string_equal(fib_unusable(k.fib, &to), "No route to host");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_routes_share_an_object),
		TEST(test_gateway_changes),
		cmocka_unit_test_setup_teardown(
		    test_without_objects, setup_without_objects, teardown),
		TEST(test_down_before_we_know),
		cmocka_unit_test_setup_teardown(
		    test_down_before_we_know, setup_without_objects, teardown),
		TEST(test_group),
		TEST(test_link),
		TEST(test_unreachable),
		cmocka_unit_test_setup_teardown(test_forgotten, setup_without_objects, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
