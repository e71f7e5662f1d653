/* SPDX-License-Identifier: Apache-2.0 */
/* Next hops through a model of the kernel: each way that leads to one, and each that does not. */
#include "tests/support/support.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "control/nexthop.h"
#include "lib/str.h"

#define MAIN 254

static struct nl_model *m;

static struct ip_addr
addr(const char *text)
{
	struct ip_addr a;

	assert_true(ip_parse(text, &a));
	return a;
}

static void
link_is(uint32_t ifindex, const char *name, bool up, bool carrier)
{
	struct nl_link l = { .ifindex = ifindex, .up = up, .carrier = carrier };

	snprintf(l.name, sizeof(l.name), "%s", name);
	nl_model_link(m, &l, false);
}

/* "10.0.0.2 3" or "- 3" for each path, ended by NULL. */
static struct nl_route
make_route(const char *prefix, uint32_t metric, const char *const *paths)
{
	struct nl_route r = { .table = MAIN, .metric = metric, .protocol = 4, .type = RTN_UNICAST };

	assert_true(prefix_parse(prefix, true, &r.prefix));
	for (; paths != NULL && *paths != NULL; paths++) {
		struct nl_path *p = &r.paths.path[r.paths.n++];
		char gateway[64];

		assert_int_equal(sscanf(*paths, "%63s %u", gateway, &p->ifindex), 2);
		p->weight = 1;
		p->has_gateway = strcmp(gateway, "-") != 0;
		if (p->has_gateway)
			p->gateway = addr(gateway);
	}
	return r;
}

static void
route(const char *prefix, const char *one, const char *two)
{
	const char *paths[] = { one, two, NULL };
	struct nl_route r = make_route(prefix, 0, paths);

	assert_false(nl_model_route(m, &r, false));
}

/* What the next hop resolves to as text, or why not. */
static void
check_hop(const struct route_nexthop *hop, bool via_default, const char *expected)
{
	struct nexthop_answer answer;
	char text[IP_TEXT_MAX];
	struct str got;

	str_init(&got, MEM_MISC);
	nexthop_resolve(m, hop, via_default, &answer);
	for (unsigned i = 0; i < answer.paths.n; i++)
		str_addf(&got, "%s%s if%u", i > 0 ? ", " : "",
		    ip_format(&answer.paths.path[i].gateway, text), answer.paths.path[i].ifindex);
	assert_int_equal(answer.paths.n == 0, answer.why[0] != '\0');
	assert_string_equal(answer.paths.n > 0 ? got.text : answer.why, expected);
	str_fini(&got);
}

static void
check(const char *hop, const char *expected)
{
	const struct route_nexthop h = { .addr = addr(hop) };

	check_hop(&h, false, expected);
}

static int
setup(void **state)
{
	const struct nl_model_config config = { .table = MAIN, .own = 221 };

	(void)state;
	m = nl_model_new(&config);
	link_is(3, "swp1", true, true);
	link_is(4, "swp2", true, true);
	route("10.0.0.0/24", "- 3", NULL);
	route("10.0.1.0/24", "- 4", NULL);
	route("2001:db8:1::/64", "- 3", NULL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	nl_model_free(m);
	assert_int_equal(mem_used(MEM_KERNEL), 0);
	return 0;
}

static void
test_ways(void **state)
{
	struct nl_route r;

	(void)state;
	check("10.0.0.2", "10.0.0.2 if3");
	check("192.0.2.1", "no route to it");
	route("192.0.2.0/24", "10.0.0.9 3", NULL);
	check("192.0.2.1", "10.0.0.9 if3");
	route("192.0.2.0/24", "10.0.1.9 4", "10.0.0.9 3");
	check("192.0.2.1", "10.0.0.9 if3, 10.0.1.9 if4");
	/* IPv4 by an IPv6 gateway. */
	route("192.0.2.0/25", "2001:db8:1::9 3", NULL);
	check("192.0.2.1", "2001:db8:1::9 if3");
	/* Of two metrics the lower one; and none of ours. */
	r = make_route("192.0.2.0/25", 5, (const char *const[]){ "10.0.0.7 3", NULL });
	nl_model_route(m, &r, false);
	check("192.0.2.1", "2001:db8:1::9 if3");
	r = make_route("192.0.2.1/32", 15, (const char *const[]){ "10.0.0.7 3", NULL });
	r.protocol = 221;
	nl_model_route(m, &r, false);
	check("192.0.2.1", "2001:db8:1::9 if3");
	/* Another table's, and a clone, are of no interest. */
	r.protocol = 4;
	r.table = 1000;
	nl_model_route(m, &r, false);
	r.table = MAIN;
	r.flags = RTM_F_CLONED;
	nl_model_route(m, &r, false);
	check("192.0.2.1", "2001:db8:1::9 if3");
}

static void
test_no_ways(void **state)
{
	struct nl_route r = make_route("203.0.113.0/24", 0, NULL);
	const struct route_nexthop anywhere = { .addr = addr("198.18.0.1") };

	(void)state;
	r.type = RTN_BLACKHOLE;
	nl_model_route(m, &r, false);
	check("203.0.113.1", "its route is a blackhole");
	r = make_route("10.0.0.1/32", 0, (const char *const[]){ "- 3", NULL });
	r.type = RTN_LOCAL;
	r.table = RT_TABLE_LOCAL;
	nl_model_route(m, &r, false);
	check("10.0.0.1", "it is an address of this machine");
	route("0.0.0.0/0", "10.0.0.254 3", NULL);
	check("198.18.0.1", "only the default route leads to it");
	check_hop(&anywhere, true, "10.0.0.254 if3");
}

static void
test_links(void **state)
{
	struct nl_link l = { .ifindex = 4 };

	(void)state;
	route("192.0.2.0/24", "10.0.1.9 4", "10.0.0.9 3");
	link_is(3, "swp1", true, false);
	check("10.0.0.2", "swp1 has no carrier");
	check("192.0.2.1", "10.0.1.9 if4");
	/* A link that is down has lost its routes, so the next longer one counts. */
	route("10.0.0.0/8", "10.0.1.8 4", NULL);
	check("10.0.0.2", "swp1 has no carrier");
	link_is(3, "swp1", false, false);
	check("10.0.0.2", "10.0.1.8 if4");
	link_is(4, "swp2", false, false);
	check("192.0.2.1", "swp1 is down");
	nl_model_link(m, &l, true);
	check("10.0.1.9", "its interface is gone");
}

static void
test_link_local(void **state)
{
	struct route_nexthop both = { .addr = addr("2001:db8:1::2") };
	struct ip_addr second = addr("fe80::2");
	struct nl_neigh n = { .address = second, .ifindex = 4, .state = NUD_REACHABLE };

	(void)state;
	check("fe80::2", "no single interface has this link-local neighbour");
	nl_model_neigh(m, &n, false);
	check("fe80::2", "fe80::2 if4");
	n.ifindex = 3;
	nl_model_neigh(m, &n, false);
	check("fe80::2", "no single interface has this link-local neighbour");
	/* The second address of RFC 2545 is on the link of the first. */
	both.link_local_hi = second.hi;
	both.link_local_lo = second.lo;
	check_hop(&both, false, "fe80::2 if3");
	route("2001:db8:1::2/128", "2001:db8:1::9 3", NULL);
	check_hop(&both, false, "2001:db8:1::9 if3");
	nl_model_neigh(m, &n, true);
	check("fe80::2", "fe80::2 if4");
}

static void
object(uint32_t id, const char *gateway, uint32_t ifindex)
{
	struct nl_nexthop o = { .id = id,
		.path = { .gateway = addr(gateway),
		    .has_gateway = true,
		    .ifindex = ifindex,
		    .weight = 1 } };

	nl_model_nexthop(m, &o, false);
}

/* Routes of others by nexthop objects; a link takes its objects along. */
static void
test_objects(void **state)
{
	struct nl_nexthop group = {
		.id = 30, .is_group = true, .n_members = 2, .member = { { 10, 1 }, { 11, 2 } }
	};
	struct nl_route r = make_route("192.0.2.0/24", 0, NULL);

	(void)state;
	r.nexthop = 30;
	nl_model_route(m, &r, false);
	check("192.0.2.1", "the nexthop object of its route is gone");
	object(10, "10.0.0.9", 3);
	object(11, "10.0.1.9", 4);
	nl_model_nexthop(m, &group, false);
	check("192.0.2.1", "10.0.0.9 if3, 10.0.1.9 if4");
	link_is(3, "swp1", true, false);
	assert_null(nl_model_get_nexthop(m, 10));
	check("192.0.2.1", "10.0.1.9 if4");
	link_is(4, "swp2", true, false);
	assert_null(nl_model_get_nexthop(m, 30));
	check("192.0.2.1", "the nexthop object of its route is gone");
}

/* A dump forgets what it does not mention. */
static void
test_dump(void **state)
{
	struct nl_route r = make_route("10.0.1.0/24", 0, (const char *const[]){ "- 4", NULL });
	uint64_t before = nl_model_generation(m), foreign;
	struct ip_prefix *list;
	size_t n;

	(void)state;
	list = nl_model_foreign(m, &n);
	assert_int_equal(n, 3);
	mem_free(MEM_KERNEL, list);
	nl_model_dump_begin(m, NL_ROUTES4);
	nl_model_route(m, &r, false);
	assert_true(nl_model_generation(m) == before);
	foreign = nl_model_foreign_generation(m);
	nl_model_dump_end(m, NL_ROUTES4);
	assert_true(nl_model_generation(m) > before);
	assert_true(nl_model_foreign_generation(m) > foreign);
	check("10.0.0.2", "no route to it");
	check("10.0.1.2", "10.0.1.2 if4");
	list = nl_model_foreign(m, &n);
	assert_int_equal(n, 2);
	mem_free(MEM_KERNEL, list);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_ways),
		TEST(test_no_ways),
		TEST(test_links),
		TEST(test_link_local),
		TEST(test_objects),
		TEST(test_dump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
