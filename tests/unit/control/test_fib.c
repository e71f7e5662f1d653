/* SPDX-License-Identifier: Apache-2.0 */
/* Our routes against a fake kernel: what others do to them, what it refuses, results that get lost,
 * a new life. */
#include "tests/unit/control/fake_kernel.h"

static struct nl_route
foreign(const char *p, uint8_t protocol)
{
	return (struct nl_route){ .prefix = prefix(p),
		.table = MAIN,
		.metric = METRIC,
		.protocol = protocol,
		.type = RTN_UNICAST,
		.paths = { .n = 1,
		    .path = { { .gateway = hop("10.0.0.9").addr,
			.has_gateway = true,
			.ifindex = 3,
			.weight = 1 } } } };
}

/* Somebody's route at our metric that was there before is left alone. */
static void
test_others_first(void **state)
{
	(void)state;
	k.routes[k.n_routes++] = foreign("20.0.0.0/24", 4);
	put("20.0.0.0/24", "10.0.0.2");
	fib_flush(k.fib);
	assert_string_equal(events(), "R");
	assert_string_equal(why, "another's route has its prefix and metric 15");
	leads_to("20.0.0.0/24", "10.0.0.9");
	fib_remove(k.fib, &(struct ip_prefix){ .hi = 0 });
	dump();
	leads_to("20.0.0.0/24", "10.0.0.9");
	assert_int_equal(k.routes[0].protocol, 4);
}

/* One of ours that somebody deletes, changes or replaces by his own is put back; not forever. */
static void
test_others_after(void **state)
{
	struct nl_route theft = foreign("20.0.0.0/24", 4), other = foreign("20.0.0.0/24", OURS);
	struct nl_route ours;

	(void)state;
	put("20.0.0.0/24", "10.0.0.2");
	fib_flush(k.fib);
	ours = k.routes[0];
	k.n_routes = 0;
	fib_seen(k.fib, &ours, true, FIB_BY_OTHERS);
	fib_flush(k.fib);
	leads_to("20.0.0.0/24", "10.0.0.2");

	k.routes[0] = theft;
	assert_true(fib_robbed(k.fib, &theft));
	fib_flush(k.fib);
	leads_to("20.0.0.0/24", "10.0.0.2");

	k.routes[0] = other;
	fib_seen(k.fib, &other, false, FIB_BY_OTHERS);
	fib_flush(k.fib);
	leads_to("20.0.0.0/24", "10.0.0.2");

	/* The fourth time between two audits is a fight. */
	k.routes[0] = theft;
	assert_true(fib_robbed(k.fib, &theft));
	fib_flush(k.fib);
	leads_to("20.0.0.0/24", "10.0.0.9");
	dump();
	dump();
	leads_to("20.0.0.0/24", "10.0.0.2");
	theft.prefix = prefix("20.0.1.0/24");
	assert_false(fib_robbed(k.fib, &theft));
}

/* A route with our mark that somebody adds would send packets where the table does not; so it goes
 * at once, but not where that has become a fight. */
static void
test_strays(void **state)
{
	struct nl_route stray = foreign("20.0.0.128/25", OURS);

	(void)state;
	put("20.0.0.0/24", "10.0.0.2");
	fib_flush(k.fib);
	fib_complete(k.fib, IP_V4);
	for (int i = 0; i < 70; i++) {
		k.routes[1] = stray;
		k.n_routes = 2;
		fib_seen(k.fib, &stray, false, FIB_BY_OTHERS);
		fib_flush(k.fib);
		if (i == 0)
			leads_to("20.0.0.128/25", NULL);
	}
	leads_to("20.0.0.128/25", "10.0.0.9");
	dump();
	leads_to("20.0.0.128/25", NULL);
	leads_to("20.0.0.0/24", "10.0.0.2");
}

/* The audit: what is missing or wrong is put right, and what is not wanted is removed once the port
 * has everything it should. */
static void
test_audit(void **state)
{
	struct fib_diff diff;
	struct ip_prefix cursor;

	(void)state;
	put("20.0.0.0/24", "10.0.0.2");
	put("20.0.1.0/24", "10.0.0.2");
	fib_flush(k.fib);
	dump();
	assert_false(fib_diff_next(k.fib, IP_V4, &cursor, true, &diff));
	k.n_routes = 1;
	k.routes[k.n_routes++] = foreign("20.0.2.0/24", OURS);
	events();
	dump();
	assert_string_equal(events(), "SFA"); /* seen; found; put back */
	assert_int_equal(k.n_routes, 3);
	fib_complete(k.fib, IP_V4);
	dump();
	assert_int_equal(k.n_routes, 2);
	leads_to("20.0.2.0/24", NULL);
	/* An object that nothing refers to any more goes, too. */
	fib_remove(k.fib, &k.routes[0].prefix);
	fib_remove(k.fib, &k.routes[1].prefix);
	fib_flush(k.fib);
	assert_int_equal(k.n_objects, 1);
	fib_audit(k.fib);
	assert_int_equal(k.n_objects, 0);
}

/* A new life finds routes and objects as they are, and needs no request at all. */
static void
test_restart(void **state)
{
	const struct route_nexthop direct = hop("10.0.0.2");
	struct fib_event e;

	(void)state;
	igp("192.0.2.0/24", "10.0.0.2", "10.0.1.2", false);
	put("20.0.0.0/24", "10.0.0.2");
	put("20.0.1.0/24", "192.0.2.1");
	fib_flush(k.fib);
	stop();
	start(true);
	igp("192.0.2.0/24", "10.0.0.2", "10.0.1.2", false);
	k.route_requests = k.object_requests = 0;
	dump();
	while (fib_next_event(k.fib, &e)) {
		assert_int_equal(e.kind, FIB_FOUND);
		assert_true(route_nexthop_equal(&e.hop, &direct));
		fib_adopt(k.fib, &e.prefix, &e.hop);
	}
	put("20.0.0.0/24", "10.0.0.2");
	put("20.0.1.0/24", "192.0.2.1");
	fib_complete(k.fib, IP_V4);
	fib_flush(k.fib);
	dump();
	fib_audit(k.fib);
	assert_int_equal(k.route_requests + k.object_requests, 0);
	assert_int_equal(k.n_routes, 2);
}

/* What is found is wanted as it is. */
static void
adopt_all(void)
{
	struct fib_event e;

	dump();
	while (fib_next_event(k.fib, &e)) {
		assert_int_equal(e.kind, FIB_FOUND);
		fib_adopt(k.fib, &e.prefix, &e.hop);
	}
}

/* A new life without objects, and one with them again: routes stay until everything is known, and
 * then change over in place. */
static void
test_restart_otherwise(void **state)
{
	(void)state;
	igp("192.0.2.0/24", "10.0.0.2", "10.0.1.2", false);
	put("20.0.0.0/24", "10.0.0.2");
	put("20.0.1.0/24", "192.0.2.1");
	fib_flush(k.fib);
	assert_int_not_equal(k.routes[0].nexthop, 0);
	for (int objects = 0; objects < 2; objects++) {
		stop();
		start(objects == 1);
		igp("192.0.2.0/24", "10.0.0.2", "10.0.1.2", false);
		k.route_requests = 0;
		adopt_all();
		link_is(4, false); /* something happens */
		link_is(4, true);
		fib_update(k.fib);
		dump();
		fib_audit(k.fib);
		assert_int_equal(k.route_requests, 0);
		assert_int_equal(k.n_routes, 2);
		put("20.0.1.0/24",
		    "192.0.2.1"); /* its own next hop, which it was adopted without */
		fib_complete(k.fib, IP_V4);
		dump();
		fib_audit(k.fib);
		assert_int_equal(k.route_requests, 2);
		assert_int_equal(k.routes[0].nexthop != 0, objects == 1);
		assert_int_equal(k.routes[1].nexthop != 0, objects == 1);
		leads_to("20.0.0.0/24", "10.0.0.2");
		leads_to("20.0.1.0/24", "10.0.0.2");
		dump();
		fib_audit(k.fib);
		assert_int_equal(k.route_requests, 2);
		assert_int_equal(k.n_objects, objects == 1 ? 4 : 0);
	}
}

/* The gateway has moved to another interface between two lives: its object follows. */
static void
test_restart_elsewhere(void **state)
{
	struct nl_route connected = { .prefix = prefix("10.0.0.0/28"),
		.table = MAIN,
		.protocol = 2,
		.type = RTN_UNICAST,
		.paths = { .n = 1, .path = { { .ifindex = 4, .weight = 1 } } } };

	(void)state;
	put("20.0.0.0/24", "10.0.0.2");
	fib_flush(k.fib);
	assert_int_equal(k.objects[0].path.ifindex, 3);
	stop();
	start(true);
	nl_model_route(k.model, &connected, false);
	k.route_requests = 0;
	adopt_all();
	fib_audit(k.fib);
	assert_int_equal(k.route_requests, 0);
	assert_int_equal(k.objects[0].path.ifindex, 4);
}

static void
test_withdraw_all(void **state)
{
	char text[32];

	(void)state;
	k.routes[k.n_routes++] = foreign("30.0.0.0/24", 4);
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "20.0.%d.0/24", i);
		put(text, i % 2 == 0 ? "10.0.0.2" : "10.0.0.3");
	}
	fib_flush(k.fib);
	assert_int_equal(k.n_routes, 101);
	fib_withdraw_all(k.fib);
	assert_int_equal(k.n_routes, 1);
	assert_int_equal(k.routes[0].protocol, 4);
	assert_int_equal(k.n_objects, 0);
}

static void
test_refusals(void **state)
{
	(void)state;
	k.fail = ENOSPC;
	put("20.0.0.0/24", "10.0.0.2");
	fib_flush(k.fib);
	assert_string_equal(events(), "U"); /* full */
	k.fail = EPERM;
	put("20.0.0.0/24", "10.0.0.2");
	fib_flush(k.fib);
	assert_string_equal(events(), "R");
	k.fail = 0;
	put("20.0.0.0/24", "10.0.0.2");
	fib_flush(k.fib);
	assert_string_equal(events(), "A");
	leads_to("20.0.0.0/24", "10.0.0.2");
}

/* Results that get lost: the next dump says what became of the requests. */
static void
test_lost_results(void **state)
{
	(void)state;
	k.deaf = true;
	put("20.0.0.0/24", "10.0.0.2");
	put("20.0.1.0/24", "10.0.0.2");
	fib_flush(k.fib);
	assert_string_equal(events(), "");
	k.deaf = false;
	k.n_routes = 1;
	for (size_t i = 0; i < k.n_objects; i++)
		nl_model_nexthop(k.model, &k.objects[i], false);
	dump();
	assert_int_equal(k.n_routes, 2);
	assert_string_equal(events(), "SA");
}

/* What the driver says about hardware. */
static void
test_hardware(void **state)
{
	struct nl_route r;

	(void)state;
	put("20.0.0.0/24", "10.0.0.2");
	fib_flush(k.fib);
	events();
	r = k.routes[0];
	r.flags = RTM_F_OFFLOAD;
	fib_seen(k.fib, &r, false, FIB_BY_OTHERS);
	assert_string_equal(events(), "H");
	r.flags = RTM_F_OFFLOAD_FAILED;
	fib_seen(k.fib, &r, false, FIB_BY_OTHERS);
	fib_seen(k.fib, &r, false, FIB_BY_OTHERS);
	assert_string_equal(events(), "O"); /* told once */
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_others_first),
		TEST(test_others_after),
		TEST(test_strays),
		TEST(test_audit),
		TEST(test_restart),
		TEST(test_restart_otherwise),
		TEST(test_restart_elsewhere),
		TEST(test_withdraw_all),
		TEST(test_refusals),
		TEST(test_lost_results),
		TEST(test_hardware),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
