/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Netlink messages: what a kernel said, recorded (tests/golden/netlink/record.sh), as text against
 * goldens; what we write, read back; and everything cut off at each length.
 */
#include "tests/support/support.h"

#include <linux/rtnetlink.h>
#include <stdio.h>

#include "control/netlink/msg.h"
#include "control/netlink/protocol.h"
#include "lib/str.h"
#include "tests/support/golden.h"
#include "tests/support/prefixes.h"

#define GOLDEN "tests/golden/netlink/*.bin"

static void
print_path(struct str *out, const struct nl_path *p)
{
	char text[IP_TEXT_MAX];

	str_addf(out, " [");
	if (p->has_gateway)
		str_addf(out, "%s ", ip_format(&p->gateway, text));
	str_addf(out, "if%u x%u%s%s]", p->ifindex, p->weight, p->onlink ? " onlink" : "",
	    p->dead ? " dead" : "");
}

static void
print_route(struct str *out, const struct nl_head *head)
{
	struct nl_route r;
	char text[PREFIX_TEXT_MAX];

	assert_true(nl_route_decode(head, &r));
	str_addf(out, "%s %s table %u metric %u protocol %u type %u nexthop %u",
	    head->type == RTM_NEWROUTE ? "route" : "no route", prefix_format(&r.prefix, text),
	    r.table, r.metric, r.protocol, r.type, r.nexthop);
	for (unsigned i = 0; i < r.paths.n; i++)
		print_path(out, &r.paths.path[i]);
}

static void
print_nexthop(struct str *out, const struct nl_head *head)
{
	struct nl_nexthop n;

	assert_true(nl_nexthop_decode(head, &n));
	str_addf(out, "%s %u protocol %u", head->type == RTM_NEWNEXTHOP ? "nexthop" : "no nexthop",
	    n.id, n.protocol);
	if (n.blackhole)
		str_add(out, " blackhole");
	for (unsigned i = 0; i < n.n_members; i++)
		str_addf(out, " %u x%u", n.member[i].id, n.member[i].weight);
	if (!n.is_group && !n.blackhole)
		print_path(out, &n.path);
}

static void
print_link(struct str *out, const struct nl_head *head)
{
	struct nl_link l;

	assert_true(nl_link_decode(head, &l));
	str_addf(out, "%s if%u %s%s%s", head->type == RTM_NEWLINK ? "link" : "no link", l.ifindex,
	    l.name, l.up ? " up" : "", l.carrier ? " carrier" : "");
}

static void
print_neigh(struct str *out, const struct nl_head *head)
{
	struct nl_neigh n;
	char text[IP_TEXT_MAX];

	assert_true(nl_neigh_decode(head, &n));
	str_addf(out, "%s %s if%u state %x flags %x%s",
	    head->type == RTM_NEWNEIGH ? "neighbour" : "no neighbour", ip_format(&n.address, text),
	    n.ifindex, n.state, n.flags, n.managed ? " managed" : "");
}

static void
print_one(struct str *out, const struct nl_head *head)
{
	struct nl_ack ack;

	if (head->type == RTM_NEWROUTE || head->type == RTM_DELROUTE) {
		print_route(out, head);
	} else if (head->type == RTM_NEWNEXTHOP || head->type == RTM_DELNEXTHOP) {
		print_nexthop(out, head);
	} else if (head->type == RTM_NEWLINK || head->type == RTM_DELLINK) {
		print_link(out, head);
	} else if (head->type == RTM_NEWNEIGH || head->type == RTM_DELNEIGH) {
		print_neigh(out, head);
	} else if (head->type == NLMSG_ERROR) {
		assert_true(nl_ack_decode(head, &ack));
		str_addf(out, "ack %u error %d \"%s\"", head->seq, ack.error, ack.text);
	} else {
		str_addf(out, "type %u", head->type);
	}
	str_add(out, "\n");
}

static size_t
read_file(const char *file, uint8_t *buf, size_t size)
{
	FILE *f = fopen(file, "r");
	size_t n;

	assert_non_null(f);
	n = fread(buf, 1, size, f);
	assert_true(n > 0 && n < size);
	fclose(f);
	return n;
}

static uint8_t recorded[65536];

static void
check_recording(const char *file)
{
	struct rd r = rd_make(recorded, read_file(file, recorded, sizeof(recorded)));
	struct nl_head head;
	struct str out;

	str_init(&out, MEM_MISC);
	while (nl_next(&r, &head))
		print_one(&out, &head);
	assert_true(rd_ok(&r));
	golden_check(file, ".out", out.text);
	str_fini(&out);
}

static void
test_recordings(void **state)
{
	(void)state;
	assert_true(golden_each(GOLDEN, check_recording) >= 7);
}

/* --- what we write --- */

static struct ip_addr
addr(const char *text)
{
	struct ip_addr a;

	assert_true(ip_parse(text, &a));
	return a;
}

static uint8_t written[NL_MESSAGE_MAX];

/* The one message that was written. */
static struct nl_head
read_back(const struct wr *w, uint16_t type, uint16_t flags, uint32_t seq)
{
	struct rd r = rd_make(written, wr_len(w));
	struct nl_head head, more;

	assert_true(wr_ok(w));
	assert_true(nl_next(&r, &head));
	assert_int_equal(head.type, type);
	assert_int_equal(head.flags, flags);
	assert_int_equal(head.seq, seq);
	assert_false(nl_next(&r, &more));
	assert_true(rd_ok(&r));
	return head;
}

#define ADD (NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE)

static void
check_route(const char *text, const struct nl_paths *paths, uint32_t table, bool replace)
{
	struct nl_route r = { .prefix = prefix(text),
		.table = table,
		.metric = 15,
		.protocol = 221,
		.type = RTN_UNICAST,
		.paths = *paths },
			back;
	struct wr w = wr_make(written, sizeof(written));
	struct nl_head head;

	nl_route_put(&w, 42, &r, replace);
	head = read_back(&w, RTM_NEWROUTE, ADD | (replace ? NLM_F_REPLACE : NLM_F_EXCL), 42);
	assert_true(nl_route_decode(&head, &back));
	assert_true(prefix_equal(&back.prefix, &r.prefix));
	assert_int_equal(back.table, table);
	assert_int_equal(back.metric, 15);
	assert_int_equal(back.protocol, 221);
	assert_true(nl_paths_equal(&back.paths, paths));

	w = wr_make(written, sizeof(written));
	nl_route_remove(&w, 43, &r);
	head = read_back(&w, RTM_DELROUTE, NLM_F_REQUEST | NLM_F_ACK, 43);
	assert_true(nl_route_decode(&head, &back));
	assert_true(prefix_equal(&back.prefix, &r.prefix));
	assert_int_equal(back.table, table);
	assert_int_equal(back.metric, 15);
	assert_int_equal(back.protocol, 221);
	assert_int_equal(back.scope, RT_SCOPE_NOWHERE);
	assert_int_equal(back.paths.n, 0);
}

static struct nl_path
path(const char *gateway, uint32_t ifindex, uint32_t weight)
{
	return (struct nl_path){
		.gateway = addr(gateway), .has_gateway = true, .ifindex = ifindex, .weight = weight
	};
}

static void
test_routes(void **state)
{
	struct nl_paths one = { .n = 1, .path = { path("10.0.0.2", 3, 1) } };
	struct nl_paths six = { .n = 1, .path = { path("fe80::2", 3, 1) } };
	struct nl_paths two = { .n = 2,
		.path = { path("10.0.0.2", 3, 1), path("10.0.1.2", 4, 256) } };
	struct nl_paths many = { .n = NL_PATHS_MAX };

	(void)state;
	check_route("198.51.100.0/24", &one, RT_TABLE_MAIN, false);
	check_route("0.0.0.0/0", &one, RT_TABLE_MAIN, true);
	check_route("198.51.100.1/32", &six, 1000, true);
	check_route("2001:db8::/32", &six, RT_TABLE_MAIN, false);
	check_route("198.51.100.0/24", &two, 255, true);
	one.path[0].onlink = two.path[1].onlink = true;
	check_route("198.51.100.0/24", &one, RT_TABLE_MAIN, true);
	check_route("198.51.100.0/24", &two, UINT32_MAX, true);
	for (unsigned i = 0; i < many.n; i++)
		many.path[i] = path(i % 2 == 0 ? "10.0.0.2" : "2001:db8::1", i + 1, i + 1);
	check_route("2001:db8::1/128", &many, 1000, true);
}

static void
test_nexthops(void **state)
{
	struct nl_nexthop n = { .id = 7,
		.protocol = 221,
		.family = NL_AF_INET6,
		.path = path("fe80::2", 3, 1) },
			  back;
	struct nl_nexthop group = { .id = 9, .protocol = 221, .is_group = true, .n_members = 2 };
	struct wr w = wr_make(written, sizeof(written));
	struct nl_head head;

	(void)state;
	nl_nexthop_put(&w, 5, &n, true);
	head = read_back(&w, RTM_NEWNEXTHOP, ADD | NLM_F_REPLACE, 5);
	assert_true(nl_nexthop_decode(&head, &back));
	assert_int_equal(back.id, 7);
	assert_int_equal(back.protocol, 221);
	assert_int_equal(back.family, NL_AF_INET6);
	assert_int_equal(back.path.ifindex, 3);
	assert_true(ip_equal(&back.path.gateway, &n.path.gateway));

	group.member[0].id = 7;
	group.member[0].weight = 1;
	group.member[1].id = 8;
	group.member[1].weight = 255;
	w = wr_make(written, sizeof(written));
	nl_nexthop_put(&w, 6, &group, false);
	head = read_back(&w, RTM_NEWNEXTHOP, ADD | NLM_F_EXCL, 6);
	assert_true(nl_nexthop_decode(&head, &back));
	assert_true(back.is_group);
	assert_int_equal(back.n_members, 2);
	assert_int_equal(back.member[1].id, 8);
	assert_int_equal(back.member[1].weight, 255);

	w = wr_make(written, sizeof(written));
	nl_nexthop_remove(&w, 7, 9);
	head = read_back(&w, RTM_DELNEXTHOP, NLM_F_REQUEST | NLM_F_ACK, 7);
	assert_true(nl_nexthop_decode(&head, &back));
	assert_int_equal(back.id, 9);
}

static void
test_neighbors(void **state)
{
	struct ip_addr a = addr("fe80::2");
	struct nl_neigh back;

	(void)state;
	for (int managed = 0; managed < 2; managed++) {
		struct wr w = wr_make(written, sizeof(written));
		struct nl_head head;

		nl_neigh_use(&w, 1, &a, 3, managed);
		head = read_back(&w, RTM_NEWNEIGH, ADD | NLM_F_REPLACE, 1);
		assert_true(nl_neigh_decode(&head, &back));
		assert_true(ip_equal(&back.address, &a));
		assert_int_equal(back.ifindex, 3);
		assert_int_equal(back.managed, managed);
	}
}

/* No room: the writer says so, and nothing else is touched. */
static void
test_no_room(void **state)
{
	const struct nl_route r = {
		.prefix = prefix("198.51.100.0/24"), .table = 254, .nexthop = 1
	};

	(void)state;
	for (size_t room = 0; room < 60; room++) {
		struct wr w = wr_make(written, room);

		memset(written, 0xa5, sizeof(written));
		nl_route_put(&w, 1, &r, true);
		assert_int_equal(wr_ok(&w), room >= 52);
		assert_int_equal(written[room], 0xa5);
	}
}

/* --- what makes no sense --- */

static void
check_cut_off(const char *file)
{
	size_t size = read_file(file, recorded, sizeof(recorded));

	for (size_t n = 0; n < size; n++) {
		uint8_t *cut = memcpy(mem_alloc(MEM_MISC, n), recorded, n);
		struct rd r = rd_make(cut, n);
		struct nl_head head;

		while (nl_next(&r, &head)) {
			struct nl_route route;
			struct nl_nexthop nexthop;
			struct nl_link link;
			struct nl_neigh neigh;
			struct nl_ack ack;

			(void)nl_route_decode(&head, &route);
			(void)nl_nexthop_decode(&head, &nexthop);
			(void)nl_link_decode(&head, &link);
			(void)nl_neigh_decode(&head, &neigh);
			(void)nl_ack_decode(&head, &ack);
		}
		mem_free(MEM_MISC, cut);
	}
}

/* Each recording cut off anywhere: decoders give false or true, and never read on. */
static void
test_cut_off(void **state)
{
	(void)state;
	golden_each(GOLDEN, check_cut_off);
}

static void
test_protocols(void **state)
{
	uint8_t n = 0;

	(void)state;
	assert_true(nl_protocol_parse("bird", &n) && n == 12);
	assert_true(nl_protocol_parse("221", &n) && n == 221);
	assert_true(nl_protocol_parse("0", &n) && n == 0);
	assert_false(nl_protocol_parse("256", &n));
	assert_false(nl_protocol_parse("12x", &n));
	assert_false(nl_protocol_parse("-1", &n));
	assert_false(nl_protocol_parse("", &n));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recordings),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_nexthops),
		cmocka_unit_test(test_neighbors),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_protocols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
