/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our routes against a fake kernel, which takes the messages as they are written and does with them
 * what Linux does: a new route is refused where there is one, a route by an object that is not
 * there too, an object takes its routes along and says nothing of it.
 */
#include "tests/support/support.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "control/fib.h"
#include "lib/mem.h"

#define MAIN     254
#define METRIC   15
#define OURS     221
#define ROUTES   512
#define OBJECTS  64
#define MESSAGES 16 /* in a batch */

static struct {
	struct nl_model *model;
	struct fib *fib;
	struct nl_route routes[ROUTES];
	size_t n_routes;
	struct nl_nexthop objects[OBJECTS];
	size_t n_objects;
	uint8_t bytes[MESSAGES * NL_MESSAGE_MAX];
	struct wr w;
	unsigned n_batch;
	unsigned requests, route_requests, object_requests;
	bool deaf; /* results get lost */
	int fail;  /* errno for the next routes */
} k;

static struct nl_route *
find_route(const struct ip_prefix *p)
{
	for (size_t i = 0; i < k.n_routes; i++)
		if (prefix_equal(&k.routes[i].prefix, p))
			return &k.routes[i];
	return NULL;
}

static struct nl_nexthop *
find_object(uint32_t id)
{
	for (size_t i = 0; i < k.n_objects; i++)
		if (k.objects[i].id == id)
			return &k.objects[i];
	return NULL;
}

static void
drop_object(uint32_t id)
{
	struct nl_nexthop *o = find_object(id);

	*o = k.objects[--k.n_objects];
	for (size_t i = k.n_routes; i-- > 0;)
		if (k.routes[i].nexthop == id)
			k.routes[i] = k.routes[--k.n_routes];
}

static int
do_route(const struct nl_head *head)
{
	struct nl_route r, *there;

	k.route_requests++;
	assert_true(nl_route_decode(head, &r));
	assert_int_equal(r.protocol, OURS);
	assert_int_equal(r.metric, METRIC);
	there = find_route(&r.prefix);
	if (head->type == RTM_DELROUTE) {
		if (there == NULL || there->protocol != OURS)
			return -ESRCH;
		*there = k.routes[--k.n_routes];
		return 0;
	}
	if (k.fail != 0)
		return -k.fail;
	if (there != NULL && (head->flags & NLM_F_EXCL) != 0)
		return -EEXIST;
	if (r.nexthop != 0 && find_object(r.nexthop) == NULL)
		return -EINVAL;
	if (there == NULL)
		there = &k.routes[k.n_routes++];
	*there = r;
	return 0;
}

static int
do_object(const struct nl_head *head)
{
	struct nl_nexthop n, *there;
	const struct nl_link *l;

	k.object_requests++;
	assert_true(nl_nexthop_decode(head, &n));
	there = find_object(n.id);
	if (head->type == RTM_DELNEXTHOP) {
		if (there == NULL)
			return -ENOENT;
		drop_object(n.id);
		return 0;
	}
	l = nl_model_get_link(k.model, n.path.ifindex);
	if (!n.is_group && (l == NULL || !l->carrier))
		return -ENETDOWN;
	for (unsigned i = 0; i < n.n_members; i++)
		if (find_object(n.member[i].id) == NULL)
			return -EINVAL;
	if (there != NULL && there->is_group != n.is_group)
		return -EINVAL;
	if (there == NULL)
		there = &k.objects[k.n_objects++];
	*there = n;
	return 0;
}

static void
flush(void *ctx)
{
	static uint8_t batch[sizeof(k.bytes)];
	struct rd r;
	struct nl_head head;

	(void)ctx;
	memcpy(batch, k.bytes, wr_len(&k.w));
	r = rd_make(batch, wr_len(&k.w));
	k.w = wr_make(k.bytes, sizeof(k.bytes));
	k.n_batch = 0;
	while (nl_next(&r, &head)) {
		struct nl_ack ack = { 0 };

		k.requests++;
		if (head.type == RTM_NEWROUTE || head.type == RTM_DELROUTE)
			ack.error = do_route(&head);
		else if (head.type == RTM_NEWNEXTHOP || head.type == RTM_DELNEXTHOP)
			ack.error = do_object(&head);
		if (!k.deaf)
			fib_result(k.fib, head.seq, &ack);
	}
	assert_int_equal(fib_results_over(k.fib), k.deaf && k.requests > 0);
}

static struct wr *
message(void *ctx)
{
	if (k.n_batch++ == MESSAGES - 1)
		flush(ctx);
	return &k.w;
}

/* --- words --- */

static struct ip_prefix
prefix(const char *text)
{
	struct ip_prefix p;

	assert_true(prefix_parse(text, true, &p));
	return p;
}

static struct route_nexthop
hop(const char *text)
{
	struct route_nexthop h = { .link_local_hi = 0 };

	assert_true(ip_parse(text, &h.addr));
	return h;
}

static void
put(const char *p, const char *h)
{
	struct ip_prefix at = prefix(p);
	struct route_nexthop to = hop(h);

	fib_put(k.fib, &at, &to);
}

static void
link_is(uint32_t ifindex, bool carrier)
{
	struct nl_link l = { .ifindex = ifindex, .name = "swp", .up = true, .carrier = carrier };

	nl_model_link(k.model, &l, false);
	/* The kernel does the same. */
	for (size_t i = k.n_objects; !carrier && i-- > 0;)
		if (!k.objects[i].is_group && k.objects[i].path.ifindex == ifindex) {
			uint32_t id = k.objects[i].id;

			drop_object(id);
			for (size_t g = k.n_objects; g-- > 0;) {
				struct nl_nexthop *o = &k.objects[g];
				unsigned n = 0;

				for (unsigned m = 0; m < o->n_members; m++)
					if (o->member[m].id != id)
						o->member[n++] = o->member[m];
				o->n_members = n;
				if (o->is_group && n == 0)
					drop_object(o->id);
			}
			i = k.n_objects;
		}
}

static void
igp(const char *p, const char *one, const char *two, bool removed)
{
	struct nl_route r = {
		.prefix = prefix(p), .table = MAIN, .protocol = 4, .type = RTN_UNICAST
	};
	const char *const gateways[] = { one, two };

	for (int i = 0; i < 2 && gateways[i] != NULL; i++)
		r.paths.path[r.paths.n++] = (struct nl_path){ .gateway = hop(gateways[i]).addr,
			.has_gateway = true,
			.ifindex = (uint32_t)i + 3,
			.weight = 1 };
	nl_model_route(k.model, &r, removed);
}

/* Events since the last look as letters, and the last reason. */
static char why[FIB_WHY_MAX];

static const char *
events(void)
{
	static const char letters[] = "FASHORUX"; /* in the order of enum fib_event_kind */
	static char text[1024];
	struct fib_event e;
	size_t n = 0;

	why[0] = '\0';
	while (fib_next_event(k.fib, &e)) {
		text[n++] = e.kind == FIB_UNRESOLVED ? 'N' : letters[e.kind];
		snprintf(why, sizeof(why), "%s", e.why);
	}
	text[n] = '\0';
	return text;
}

/* The kernel's own account of its routes of a family, as a dump or an audit reads it. */
static void
dump(void)
{
	fib_dump_begin(k.fib, IP_V4);
	for (size_t i = 0; i < k.n_routes; i++)
		if (k.routes[i].protocol == OURS)
			fib_seen(k.fib, &k.routes[i], false, FIB_IN_DUMP);
		else
			fib_robbed(k.fib, &k.routes[i]);
	fib_dump_end(k.fib, IP_V4);
}

/* The gateway that the kernel's route leads to. */
static void
leads_to(const char *p, const char *gateway)
{
	struct ip_prefix at = prefix(p);
	const struct nl_route *r = find_route(&at);
	char text[IP_TEXT_MAX];

	if (gateway == NULL) {
		assert_null(r);
		return;
	}
	assert_non_null(r);
	if (r->nexthop != 0) {
		const struct nl_nexthop *o = find_object(r->nexthop);

		if (o->is_group)
			o = find_object(o->member[0].id);
		assert_string_equal(ip_format(&o->path.gateway, text), gateway);
	} else {
		assert_string_equal(ip_format(&r->paths.path[0].gateway, text), gateway);
	}
}

static void
start(bool objects)
{
	const struct nl_model_config model = { .table = MAIN, .own = OURS };
	const struct fib_config config = {
		.table = MAIN, .metric = METRIC, .protocol = OURS, .objects = objects
	};
	const struct fib_ops ops = { .message = message, .flush = flush };
	struct nl_route connected = { .prefix = prefix("10.0.0.0/24"),
		.table = MAIN,
		.protocol = 2,
		.type = RTN_UNICAST,
		.paths = { .n = 1, .path = { { .ifindex = 3, .weight = 1 } } } };

	k.w = wr_make(k.bytes, sizeof(k.bytes));
	k.n_batch = 0;
	k.model = nl_model_new(&model);
	k.fib = fib_new(&config, k.model, &ops);
	link_is(3, true);
	link_is(4, true);
	nl_model_route(k.model, &connected, false);
	for (size_t i = 0; i < k.n_objects; i++)
		nl_model_nexthop(k.model, &k.objects[i], false);
}

static void
stop(void)
{
	fib_free(k.fib);
	nl_model_free(k.model);
	assert_int_equal(mem_used(MEM_KERNEL), 0);
}

static int
setup(void **state)
{
	(void)state;
	memset(&k, 0, sizeof(k));
	start(true);
	return 0;
}

static int
setup_without_objects(void **state)
{
	(void)state;
	memset(&k, 0, sizeof(k));
	start(false);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	stop();
	return 0;
}

/* --- tests --- */

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
		TEST(test_routes_share_an_object),
		TEST(test_gateway_changes),
		cmocka_unit_test_setup_teardown(
		    test_without_objects, setup_without_objects, teardown),
		TEST(test_group),
		TEST(test_link),
		TEST(test_unreachable),
		TEST(test_others_first),
		TEST(test_others_after),
		TEST(test_audit),
		TEST(test_restart),
		TEST(test_withdraw_all),
		TEST(test_refusals),
		TEST(test_lost_results),
		TEST(test_hardware),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
