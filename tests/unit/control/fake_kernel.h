/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kernel that takes messages as they are written and does with them what Linux does: a new route
 * is refused where there is one, a route by an object that is not there too, an object takes its
 * routes along and says nothing of it. There is one, `k`, in a test.
 *
 * Interfaces 3 and 4 are up, and 10.0.0.0/24 is connected to 3.
 */
#ifndef TESTS_FAKE_KERNEL_H
#define TESTS_FAKE_KERNEL_H

#include "tests/support/support.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "control/fib.h"
#include "lib/mem.h"
#include "tests/support/prefixes.h"

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

static inline struct nl_route *
find_route(const struct ip_prefix *p)
{
	for (size_t i = 0; i < k.n_routes; i++)
		if (prefix_equal(&k.routes[i].prefix, p))
			return &k.routes[i];
	return NULL;
}

static inline struct nl_nexthop *
find_object(uint32_t id)
{
	for (size_t i = 0; i < k.n_objects; i++)
		if (k.objects[i].id == id)
			return &k.objects[i];
	return NULL;
}

static inline void
drop_object(uint32_t id)
{
	struct nl_nexthop *o = find_object(id);

	*o = k.objects[--k.n_objects];
	for (size_t i = k.n_routes; i-- > 0;)
		if (k.routes[i].nexthop == id)
			k.routes[i] = k.routes[--k.n_routes];
}

static inline int
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

static inline int
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

static inline void
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

static inline struct wr *
message(void *ctx)
{
	if (k.n_batch++ == MESSAGES - 1)
		flush(ctx);
	return &k.w;
}

/* --- words --- */

static inline struct route_nexthop
hop(const char *text)
{
	struct route_nexthop h = { .link_local_hi = 0 };

	assert_true(ip_parse(text, &h.addr));
	return h;
}

static inline void
put(const char *p, const char *h)
{
	struct ip_prefix at = prefix(p);
	struct route_nexthop to = hop(h);

	fib_put(k.fib, &at, &to);
}

static inline void
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

static inline void
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

static inline const char *
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
static inline void
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
static inline void
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

static inline void
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

static inline void
stop(void)
{
	fib_free(k.fib);
	nl_model_free(k.model);
	assert_int_equal(mem_used(MEM_KERNEL), 0);
}

static inline int
setup(void **state)
{
	(void)state;
	memset(&k, 0, sizeof(k));
	start(true);
	return 0;
}

static inline int
setup_without_objects(void **state)
{
	(void)state;
	memset(&k, 0, sizeof(k));
	start(false);
	return 0;
}

static inline int
teardown(void **state)
{
	(void)state;
	stop();
	return 0;
}

#endif
