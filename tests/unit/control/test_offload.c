/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel tells of hardware, all the way from its bytes to what the target makes of it:
 * message -> model -> fib_seen() -> port -> target.
 *
 * tests/golden/netlink/routes.txt is what tests/net/record_netlink.py wrote down in the switch's
 * namespace of tests/net/netlink.sh while hotfibd put five routes there. No driver was at hand that
 * offloads, so those messages are made of the recorded ones as Linux makes them
 * (fib_alias_hw_flags_set(), fib6_info_hw_flags_set(): the route as it stands, with the flag in
 * rtm_flags, sequence number, port and message flags 0).
 */
#include "control/ceiling.h"
#include "control/events.h"
#include "control/fib_intake.h"
#include "control/push_netlink.h"
#include "lib/log.h"
#include "tests/support/edge.h"
#include "tests/unit/control/fake_kernel.h"

#define RECORD "tests/golden/netlink/routes.txt"

/* struct nlmsghdr, and rtm_flags of the struct rtmsg behind it. */
#define AT_FLAGS     6
#define AT_SEQ       8
#define AT_PORT      12
#define AT_RTM_FLAGS 24

#define RECORDED_MAX 128

static struct recorded {
	bool dump;
	size_t len;
	uint8_t bytes[4096];
} record[RECORDED_MAX];
static size_t n_record;

struct world {
	struct edge edge;
	struct events *events;
	struct push_netlink *push;
	struct fib_intake intake;
	struct ip_prefix always[8];
	unsigned port;
};

static void
read_record(void)
{
	char line[2 * 4096 + 16];
	FILE *f = fopen(RECORD, "r");

	assert_non_null(f);
	n_record = 0;
	while (fgets(line, sizeof(line), f) != NULL) {
		struct recorded *r = &record[n_record];

		if (line[0] == '#')
			continue;
		assert_true(n_record < RECORDED_MAX);
		line[strcspn(line, "\n")] = '\0';
		r->dump = strncmp(line, "dump ", 5) == 0;
		r->len = hex_decode(strchr(line, ' ') + 1, r->bytes, sizeof(r->bytes));
		n_record++;
	}
	fclose(f);
}

/* One message, as it comes from a socket. */
static void
take(struct world *w, const uint8_t *bytes, size_t len, bool dump)
{
	struct rd r = rd_make(bytes, len);
	struct nl_head head;

	assert_true(nl_next(&r, &head));
	assert_int_not_equal(fib_intake_take(&w->intake, &head, dump), FIB_INTAKE_MALFORMED);
	assert_false(nl_next(&r, &head));
}

static bool
route_of(const struct recorded *r, struct nl_route *route)
{
	struct rd rd = rd_make(r->bytes, r->len);
	struct nl_head head;

	return nl_next(&rd, &head) && head.type == RTM_NEWROUTE && nl_route_decode(&head, route) &&
	       route->protocol == OURS;
}

static void
take_all(struct world *w, bool dump)
{
	struct nl_route route;

	for (size_t i = 0; i < n_record; i++) {
		/* Whose requests made the notifications: ours. */
		if (!record[i].dump && route_of(&record[i], &route))
			memcpy(&w->intake.own_port, record[i].bytes + AT_PORT, 4);
		if (record[i].dump == dump)
			take(w, record[i].bytes, record[i].len, dump);
	}
	(void)push_netlink_turn(w->push, fib_update(k.fib), w->edge.now);
}

/* The driver has come to say this of the route. */
static void
driver_says(struct world *w, const char *text, uint32_t flags)
{
	struct ip_prefix p = prefix(text);
	struct nl_route route;

	for (size_t i = 0; i < n_record; i++) {
		struct recorded r = record[i];
		uint32_t rtm_flags;

		if (!route_of(&r, &route) || !prefix_equal(&route.prefix, &p))
			continue;
		memcpy(&rtm_flags, r.bytes + AT_RTM_FLAGS, 4);
		rtm_flags |= flags;
		memcpy(r.bytes + AT_RTM_FLAGS, &rtm_flags, 4);
		memset(r.bytes + AT_FLAGS, 0, 2);
		memset(r.bytes + AT_SEQ, 0, 4);
		memset(r.bytes + AT_PORT, 0, 4);
		take(w, r.bytes, r.len, false);
		(void)push_netlink_turn(w->push, fib_update(k.fib), w->edge.now);
		return;
	}
	fail_msg("no record of %s", text);
}

static void
learn(struct world *w, const char *text, const char *nexthop)
{
	struct route_attrs attrs = { .nexthop = hop(nexthop) };
	struct ip_prefix p = prefix(text);

	router_tell(w->edge.router, w->edge.source, &p, &attrs);
}

static void
run(struct world *w, unsigned seconds)
{
	while (seconds-- > 0) {
		edge_second(&w->edge);
		(void)push_netlink_turn(w->push, fib_update(k.fib), w->edge.now);
		edge_run(&w->edge);
		fib_flush(k.fib);
		(void)push_netlink_turn(w->push, fib_update(k.fib), w->edge.now);
	}
}

/* The kernel has our five routes, and has said so. */
static void
world_init(struct world *w)
{
	static const char *const routes[][2] = { { "20.0.1.0/24", "10.0.0.134" },
		{ "20.0.2.0/24", "10.0.0.134" }, { "20.0.3.0/24", "10.0.0.134" },
		{ "2a10:1::/32", "fc00:136::2" }, { "2a10:2::/32", "fc00:136::2" } };
	struct target_config tc = {
		.selection = SELECTOR_TOP, .capacity = { 10, 10 }, .probe_s = 600
	};
	const struct nl_model_config model = { .table = MAIN, .own = OURS };
	const struct fib_config config = {
		.table = MAIN, .metric = METRIC, .protocol = OURS, .objects = true
	};
	const struct fib_ops ops = { .message = message, .flush = flush };

	memset(&k, 0, sizeof(k));
	k.w = wr_make(k.bytes, sizeof(k.bytes));
	k.model = nl_model_new(&model);
	k.fib = fib_new(&config, k.model, &ops);
	*w = (struct world){ .events = events_new() };
	w->intake = (struct fib_intake){ .fib = k.fib, .model = k.model, .protocol = OURS };
	tc.events = w->events;
	for (size_t i = 0; i < ARRAY_LEN(routes); i++)
		w->always[tc.n_always++] = prefix(routes[i][0]);
	tc.always = w->always;
	edge_init(&w->edge, &tc);
	w->push = push_netlink_new(k.fib, k.model);
	w->port = push_netlink_attach(w->push, w->edge.target);
	take_all(w, true);
	push_netlink_up(w->push);
	for (size_t i = 0; i < ARRAY_LEN(routes); i++)
		learn(w, routes[i][0], routes[i][1]);
	edge_end_of_rib(&w->edge);
	run(w, 5);
	take_all(w, false);
}

static void
world_fini(struct world *w)
{
	edge_fini(&w->edge);
	push_netlink_free(w->push);
	events_free(w->events);
	stop();
}

static enum installed_state
state_of(const struct world *w, const char *text)
{
	struct ip_prefix p = prefix(text);
	const struct installed_entry *e = installed_get(
	    target_port_installed(w->edge.target, w->port, (enum ip_family)p.family), &p);

	return e != NULL ? (enum installed_state)e->state : INSTALLED_STATES;
}

static size_t
held(const struct world *w, enum ip_family family)
{
	return installed_count(target_port_installed(w->edge.target, w->port, family));
}

/* What we ask for is what was asked for then, so that what the kernel said of that is of ours. */
static void
test_recorded(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	assert_int_equal(k.n_routes, 5);
	assert_int_equal(held(&w, IP_V4), 3);
	assert_int_equal(held(&w, IP_V6), 2);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(state_of(&w, (const char *[]){ "20.0.1.0/24", "20.0.2.0/24",
						  "20.0.3.0/24", "2a10:1::/32", "2a10:2::/32" }[i]),
		    INSTALLED_SEEN);
	assert_int_equal(events_newest(w.events), 0);
	world_fini(&w);
}

static void
test_in_hardware(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	driver_says(&w, "20.0.1.0/24", RTM_F_OFFLOAD);
	driver_says(&w, "20.0.2.0/24", RTM_F_TRAP);
	driver_says(&w, "2a10:1::/32", RTM_F_OFFLOAD);
	assert_int_equal(state_of(&w, "20.0.1.0/24"), INSTALLED_HARDWARE);
	assert_int_equal(state_of(&w, "20.0.2.0/24"), INSTALLED_HARDWARE);
	assert_int_equal(state_of(&w, "20.0.3.0/24"), INSTALLED_SEEN);
	assert_int_equal(state_of(&w, "2a10:1::/32"), INSTALLED_HARDWARE);
	/* It is moved out of hardware. */
	driver_says(&w, "20.0.1.0/24", 0);
	run(&w, 2);
	assert_int_equal(held(&w, IP_V4), 3);
	world_fini(&w);
}

/* No room in hardware: the route leaves the kernel, too, where it would send packets by software;
 * a little less than what is there is the ceiling (CEILING_MARGIN, one at least), and an operator
 * is told. */
static void
failed(const char *text, enum ip_family family, size_t left)
{
	struct ip_prefix p = prefix(text);
	struct world w;

	world_init(&w);
	driver_says(&w, text, RTM_F_OFFLOAD_FAILED);
	fib_flush(k.fib);
	assert_null(find_route(&p));
	assert_int_equal(target_port_ceiling(w.edge.target, w.port, family), left);
	assert_int_equal(
	    target_port_ceiling(w.edge.target, w.port, family == IP_V4 ? IP_V6 : IP_V4),
	    CEILING_NONE);
	assert_int_equal(events_newest(w.events), 1);
	assert_string_equal(events_next(w.events, 0)->kind, "ceiling");
	assert_non_null(strstr(events_next(w.events, 0)->text, "could not be put into hardware"));
	run(&w, 5);
	assert_int_equal(held(&w, family), left);
	assert_int_equal(k.n_routes, left + (family == IP_V4 ? 2 : 3));
	world_fini(&w);
}

static void
test_no_room(void **state)
{
	(void)state;
	failed("20.0.3.0/24", IP_V4, 1);
	failed("2a10:2::/32", IP_V6, 0);
}

/* The same from a dump: the notification was lost. */
static void
test_dumped(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	for (size_t i = 0; i < k.n_routes; i++)
		k.routes[i].flags = RTM_F_OFFLOAD;
	dump();
	(void)push_netlink_turn(w.push, fib_update(k.fib), w.edge.now);
	assert_int_equal(state_of(&w, "20.0.1.0/24"), INSTALLED_HARDWARE);
	assert_int_equal(state_of(&w, "20.0.3.0/24"), INSTALLED_HARDWARE);
	world_fini(&w);
}

/* Every recorded message cut at every length: refused or taken, and nothing else. */
static void
test_cut(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	for (size_t i = 0; i < n_record; i++) {
		for (size_t len = 16; len < record[i].len; len += 1 + len / 16) {
			struct recorded r = record[i];
			uint32_t n = (uint32_t)len;
			struct rd rd;
			struct nl_head head;

			memcpy(r.bytes, &n, 4);
			rd = rd_make(r.bytes, len);
			if (nl_next(&rd, &head))
				(void)fib_intake_take(&w.intake, &head, false);
		}
	}
	run(&w, 2);
	world_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_in_hardware),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_dumped),
		cmocka_unit_test(test_cut),
	};

	log_set_level(LOG_LEVEL_ERROR);
	read_record();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
