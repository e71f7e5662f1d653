/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Router and target together with a fake port and a fake clock: readiness, freezing, repair, the
 * order of operations, and what a port holds at every step.
 */
#include "tests/support/support.h"

#include <string.h>

#include "control/proof.h"
#include "control/target.h"
#include "lib/str.h"
#include "tests/support/forwarding.h"

#define T_S 10.0

struct world {
	struct attrs_table *attrs;
	struct router *router;
	struct target *target;
	unsigned source, agent, port;
	struct mono now;
	struct forward_table oracle, before; /* the RIB now, and before the last change */
	struct forward_table pushed;         /* what the fake port holds */
	size_t capacity, announced, withdrawn, completed;
	size_t budget; /* operations the port still takes */
	bool down;     /* the port has no session: it may be told nothing */
};

static bool
port_ready(void *ctx, enum ip_family family)
{
	struct world *w = ctx;

	return family == IP_V4 && w->budget > 0;
}

static void
check(struct world *w)
{
	struct ip_addr bad;
	char text[IP_TEXT_MAX];

	assert_true(w->pushed.n <= w->capacity);
	if (!forward_equivalent(&w->pushed, &w->oracle, &w->before, &bad))
		fail_msg("%s is sent to a wrong next hop", ip_format(&bad, text));
}

static void
port_announce(void *ctx, const struct ip_prefix *p, const struct route_attrs *attrs, uint32_t key)
{
	struct world *w = ctx;

	(void)key;
	assert_false(w->down);
	w->announced++;
	if (w->budget > 0)
		w->budget--;
	forward_set(&w->pushed, p, ip_to_v4(attrs->nexthop.addr.hi) & 0xff);
	check(w);
}

static void
port_withdraw(void *ctx, const struct ip_prefix *p)
{
	struct world *w = ctx;

	assert_false(w->down);
	w->withdrawn++;
	if (w->budget > 0)
		w->budget--;
	assert_true(forward_remove(&w->pushed, p));
	check(w);
}

static void
port_complete(void *ctx, enum ip_family family)
{
	struct world *w = ctx;

	w->completed += family == IP_V4;
}

static void
port_flush(void *ctx)
{
	const struct world *w = ctx;

	assert_false(w->down);
}

static void
changed(void *ctx, const struct ip_prefix *p, const struct rib_result *result)
{
	struct world *w = ctx;

	target_route_changed(w->target, p, result);
}

static const bool v4_only[IP_FAMILIES] = { [IP_V4] = true };

static void
world_make(
    struct world *w, uint32_t capacity, enum selector_kind selection, double rate, double burst)
{
	struct router_config rc = {
		.name = "edge", .t_s = T_S, .stale_time_s = 60, .changed = changed, .ctx = w
	};
	struct target_config tc = { .selection = selection,
		.synthetic = true,
		.capacity = { capacity, 0 },
		.update_rate = rate,
		.update_burst = burst };
	struct push push = { .ctx = w,
		.name = "target",
		.ready = port_ready,
		.announce = port_announce,
		.withdraw = port_withdraw,
		.complete = port_complete,
		.flush = port_flush };

	memset(w, 0, sizeof(*w));
	w->capacity = capacity;
	w->budget = SIZE_MAX / 2;
	w->now = mono_us(1000000);
	w->attrs = rc.attrs = tc.attrs = attrs_table_new(1);
	w->router = tc.router = router_new(&rc, w->now);
	w->source = router_add_source(w->router, "reflector");
	w->agent = router_add_agent(w->router, "10.0.0.136", T_S);
	w->target = target_new(&tc);
	w->port = target_add_port(w->target, &push);
}

static void
world_init_as(struct world *w, uint32_t capacity, enum selector_kind selection)
{
	world_make(w, capacity, selection, 0, 0);
}

static void
world_init(struct world *w, uint32_t capacity)
{
	world_init_as(w, capacity, SELECTOR_TOP);
}

static void
world_init_paced(struct world *w, uint32_t capacity, double rate, double burst)
{
	world_make(w, capacity, SELECTOR_TOP, rate, burst);
}

static void
world_fini(struct world *w)
{
	target_free(w->target);
	router_free(w->router);
	attrs_table_free(w->attrs);
	forward_fini(&w->oracle);
	forward_fini(&w->before);
	forward_fini(&w->pushed);
}

static struct bgp_nlri
nlri(const char *text, uint8_t bytes[5], struct ip_prefix *p)
{
	uint32_t v4;

	assert_true(prefix_parse(text, true, p));
	v4 = ip_to_v4(p->hi);
	bytes[0] = p->len;
	for (int i = 0; i < 4; i++)
		bytes[1 + i] = (uint8_t)(v4 >> (24 - 8 * i));
	return (
	    struct bgp_nlri){ .pos = bytes, .end = bytes + 1 + (p->len + 7) / 8, .family = IP_V4 };
}

static void
learn(struct world *w, const char *text, uint32_t nexthop)
{
	struct route_attrs attrs = { .nexthop.addr = ip_v4(UINT32_C(0x0a000000) + nexthop) };
	struct ip_prefix p;
	uint8_t bytes[5];
	struct bgp_nlri one = nlri(text, bytes, &p);

	forward_set(&w->oracle, &p, nexthop);
	router_routes(w->router, w->source, &attrs, one);
}

static void
withdraw(struct world *w, const char *text)
{
	struct ip_prefix p;
	uint8_t bytes[5];
	struct bgp_nlri one = nlri(text, bytes, &p);

	assert_true(forward_remove(&w->oracle, &p));
	router_routes(w->router, w->source, NULL, one);
}

static void
sample(struct world *w, const char *address, uint32_t frame_len)
{
	struct sflow_sample s = {
		.frame_len = frame_len, .rate = 1000, .bytes = frame_len * UINT64_C(1000)
	};

	assert_true(ip_parse(address, &s.dst));
	s.src = ip_v4(UINT32_C(0xc6336401));
	router_samples(w->router, &s, 1, w->now);
}

static void
samples(struct world *w, const char *address, int n)
{
	while (n-- > 0)
		sample(w, address, 1000);
}

/* Seconds go by; the agent is heard in each unless it is silent. */
static void
seconds(struct world *w, int n, bool agent_talks)
{
	static struct mono last;

	while (n-- > 0) {
		w->now = mono_add_ms(w->now, 1000);
		if (agent_talks)
			last = w->now;
		router_agent_heard(w->router, w->agent, last, w->now);
		router_tick(w->router, w->now);
		while (router_work(w->router))
			;
		target_run(w->target, w->now);
		forward_copy(&w->before, &w->oracle);
	}
}

static void
assert_held(struct world *w, const char *expected)
{
	const struct installed *held = target_port_installed(w->target, w->port, IP_V4);
	struct ip_prefix cursor;
	struct str text;
	char buf[PREFIX_TEXT_MAX];

	str_init(&text, MEM_MISC);
	for (const struct installed_entry *e = installed_next(held, &cursor, true); e != NULL;
	     e = installed_next(held, &cursor, false))
		str_addf(&text, "%s%s", text.len > 0 ? " " : "", prefix_format(&e->prefix, buf));
	assert_string_equal(text.text, expected);
	assert_int_equal(w->pushed.n, installed_count(held));
	str_fini(&text);
}

static void
source_up(struct world *w)
{
	struct rib_source info = { .router_id = 1 };

	router_source_up(w->router, w->source, &info, v4_only, w->now);
}

/* 10/8 via 1 with traffic and a more-specific via 2; the port up and everything ready. */
static void
bring_up(struct world *w)
{
	source_up(w);
	learn(w, "10.0.0.0/8", 1);
	learn(w, "10.1.0.0/16", 2);
	learn(w, "10.2.0.0/16", 1);
	learn(w, "192.0.2.0/24", 3);
	target_port_up(w->target, w->port, v4_only);
	router_end_of_rib(w->router, w->source, IP_V4, w->now);
	sample(w, "10.200.0.1", 1000);
	seconds(w, 3, true);
}

static void
test_readiness(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 10);
	source_up(&w);
	target_port_up(w.target, w.port, v4_only);
	router_end_of_rib(w.router, w.source, IP_V4, w.now); /* early: the table is empty */
	for (int i = 0; i < 5; i++) {
		char text[32];

		for (int k = 0; k < 20; k++) {
			snprintf(text, sizeof(text), "10.%d.%d.0/24", i, k);
			learn(&w, text, 1);
		}
		sample(&w, "10.0.0.1", 1000);
		seconds(&w, 1, true);
		assert_int_equal(router_phase(w.router, IP_V4), ROUTER_COLD);
		assert_int_equal(w.announced + w.completed, 0);
	}
	seconds(&w, 1, true);
	assert_int_equal(w.announced + w.completed, 0);
	seconds(&w, 1, true); /* two seconds of quiet */
	assert_int_equal(router_phase(w.router, IP_V4), ROUTER_READY);
	assert_held(&w, "10.0.0.0/24");

	/* What a neighbour has kept since before is not to go before all rates are known. */
	seconds(&w, (int)(3 * T_S) - 8, true);
	assert_int_equal(w.completed, 0);
	seconds(&w, 2, true);
	assert_int_equal(w.completed, 1);
	world_fini(&w);
}

/* A router that sends no End-of-RIB: complete when quiet for longer, but not while it is empty. */
static void
test_readiness_without_end_of_rib(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 10);
	source_up(&w);
	target_port_up(w.target, w.port, v4_only);
	seconds(&w, 40, true);
	assert_int_equal(router_phase(w.router, IP_V4), ROUTER_COLD);
	for (int k = 0; k < 20; k++) {
		char text[32];

		snprintf(text, sizeof(text), "10.0.%d.0/24", k);
		learn(&w, text, 1);
	}
	sample(&w, "10.0.0.1", 1000);
	seconds(&w, (int)ROUTER_QUIET_NO_EOR_S, true);
	assert_int_equal(router_phase(w.router, IP_V4), ROUTER_COLD);
	seconds(&w, 1, true);
	assert_int_equal(router_phase(w.router, IP_V4), ROUTER_READY);
	assert_held(&w, "10.0.0.0/24");

	/* After a lost session what is stale alone is no table: nothing is swept, nothing leaves.
	 */
	router_source_down(w.router, w.source, w.now);
	source_up(&w);
	seconds(&w, 30, true);
	assert_int_equal(router_phase(w.router, IP_V4), ROUTER_FROZEN);
	assert_held(&w, "10.0.0.0/24");
	world_fini(&w);
}

static void
test_covered_and_no_repeats(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 10);
	bring_up(&w);
	assert_held(&w, "10.0.0.0/8 10.1.0.0/16");
	assert_int_equal(w.announced, 2);
	sample(&w, "192.0.2.1", 100);
	seconds(&w, 3, true);
	assert_held(&w, "10.0.0.0/8 10.1.0.0/16 192.0.2.0/24");
	assert_int_equal(w.announced, 3); /* what is held is not sent again */
	assert_int_equal(w.completed, 0);
	seconds(&w, 82, true); /* everything idle: 8 t after the last sample */
	assert_int_equal(w.completed, 1);
	assert_held(&w, "");
	world_fini(&w);
}

static void
test_repairs(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 10);
	bring_up(&w);
	learn(&w, "10.3.0.0/16", 4); /* appears below an installed entry */
	assert_true(target_repair_wanted(w.target));
	target_run(w.target, w.now);
	assert_held(&w, "10.0.0.0/8 10.1.0.0/16 10.3.0.0/16");
	forward_copy(&w.before, &w.oracle);
	learn(&w, "10.0.0.0/8", 2); /* now the /16 via 2 is redundant, that via 1 is not */
	target_run(w.target, w.now);
	assert_held(&w, "10.0.0.0/8 10.2.0.0/16 10.3.0.0/16");
	forward_copy(&w.before, &w.oracle);
	withdraw(&w, "10.0.0.0/8"); /* nothing above it: leaves without a run */
	assert_held(&w, "10.2.0.0/16 10.3.0.0/16");
	learn(&w, "198.51.100.0/24", 1); /* touches nothing that is installed */
	target_run(w.target, w.now);
	assert_false(target_repair_wanted(w.target));
	learn(&w, "198.51.101.0/24", 1);
	assert_false(target_repair_wanted(w.target));
	world_fini(&w);
}

/* An entry below another is withdrawn: what it had pruned must be there before it goes. */
static void
test_withdrawn_below(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 10);
	bring_up(&w);
	learn(&w, "10.1.1.0/24", 2); /* as 10.1/16: pruned */
	target_run(w.target, w.now);
	assert_held(&w, "10.0.0.0/8 10.1.0.0/16");
	forward_copy(&w.before, &w.oracle);
	withdraw(&w, "10.1.0.0/16");
	target_run(w.target, w.now);
	assert_held(&w, "10.0.0.0/8 10.1.1.0/24");
	world_fini(&w);
}

static void
test_frozen_without_samples(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 10);
	bring_up(&w);
	seconds(&w, 200, false); /* the agent is silent: nothing is evicted */
	assert_int_equal(router_phase(w.router, IP_V4), ROUTER_FROZEN);
	assert_held(&w, "10.0.0.0/8 10.1.0.0/16");
	withdraw(&w, "10.1.0.0/16"); /* routes still count */
	target_run(w.target, w.now);
	assert_held(&w, "10.0.0.0/8");
	seconds(&w, 1, true);
	assert_held(&w, "10.0.0.0/8"); /* back, but not trusted yet */
	seconds(&w, (int)(3 * T_S) + 1, true);
	assert_int_equal(router_phase(w.router, IP_V4), ROUTER_READY);
	assert_held(&w, "");
	world_fini(&w);
}

/* An operator's freeze: nothing new, nothing evicted, but the RIB rules. */
static void
test_frozen_by_order(void **state)
{
	static const struct {
		enum selector_kind kind;
		const char *before, *after; /* the withdrawal of 10.1/16 */
	} cases[] = { { SELECTOR_TOP, "10.0.0.0/8 10.1.0.0/16", "10.0.0.0/8" },
		{ SELECTOR_PRICED, "10.200.0.0/24", "10.200.0.0/24" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world w;

		world_init_as(&w, 10, cases[i].kind);
		bring_up(&w);
		samples(&w, "10.200.0.1", 10);
		seconds(&w, 1, true);
		assert_held(&w, cases[i].before);
		target_freeze(w.target, true);
		assert_true(target_is_frozen(w.target));
		samples(&w, "192.0.2.1", 1000);
		seconds(&w, 5, true);
		assert_held(&w, cases[i].before);
		seconds(&w, 2000, true);
		assert_held(&w, cases[i].before);
		withdraw(&w, "10.1.0.0/16");
		target_run(w.target, w.now);
		assert_held(&w, cases[i].after);
		forward_copy(&w.before, &w.oracle);
		withdraw(&w, "10.0.0.0/8");
		target_run(w.target, w.now);
		assert_held(&w, "");
		forward_copy(&w.before, &w.oracle);
		target_freeze(w.target, false);
		samples(&w, "192.0.2.1", 10);
		seconds(&w, 2, true);
		assert_held(&w, "192.0.2.0/24");
		world_fini(&w);
	}
}

/* Everything of both families of the port; gives the intervals that are wrong. */
static uint64_t
prove(struct world *w, struct verify_result *v4)
{
	struct proof walk = { 0 }, is;
	uint64_t wrong = 0;
	unsigned rows = 0;
	bool done = false;

	while (!done) {
		if (!proof_step(w->target, &walk, &is, &done))
			continue;
		rows++;
		wrong += is.sum.wrong;
		if (is.family == IP_V4)
			*v4 = is.sum;
	}
	assert_int_equal(rows, IP_FAMILIES * target_ports(w->target));
	return wrong;
}

/* The proof holds; with a route that changed and was not repaired yet it names the address. */
static void
test_proof(void **state)
{
	static const enum selector_kind kinds[] = { SELECTOR_TOP, SELECTOR_PRICED };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct verify_result v;
		struct world w;
		char text[IP_TEXT_MAX];

		world_init_as(&w, 10, kinds[i]);
		bring_up(&w);
		samples(&w, "10.200.0.1", 20);
		samples(&w, "192.0.2.1", 20);
		seconds(&w, 2, true);
		assert_int_equal(prove(&w, &v), 0);
		assert_true(v.intervals > 1024);
		learn(&w, "10.200.0.0/25", 4);
		assert_int_equal(prove(&w, &v), 1);
		assert_string_equal(ip_format(&v.address, text), "10.200.0.0");
		assert_int_equal(
		    nexthop_peek(w.attrs, v.rib_action)->addr.hi, ip_v4(UINT32_C(0x0a000004)).hi);
		assert_int_equal(
		    nexthop_peek(w.attrs, v.table_action)->addr.hi, ip_v4(UINT32_C(0x0a000001)).hi);
		target_run(w.target, w.now);
		assert_int_equal(prove(&w, &v), 0);
		world_fini(&w);
	}
}

/* Following the traffic is paced; filling a table and repairing one is not. */
static void
test_pace(void **state)
{
	struct world w;
	char text[32];

	(void)state;
	world_init_paced(&w, 300, 10, 20);
	source_up(&w);
	for (int i = 0; i < 200; i++) {
		snprintf(text, sizeof(text), "10.%d.0.0/16", i);
		learn(&w, text, 1 + (uint32_t)i % 2);
	}
	target_port_up(w.target, w.port, v4_only);
	router_end_of_rib(w.router, w.source, IP_V4, w.now);
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "10.%d.1.1", i);
		samples(&w, text, 20);
	}
	seconds(&w, 3, true);
	assert_int_equal(w.pushed.n, 100); /* filled at once */

	/* All of it is to be replaced, but for the first half of the top list: ten a second. */
	for (int i = 100; i < 110; i++) {
		snprintf(text, sizeof(text), "10.%d.1.1", i);
		samples(&w, text, 20);
	}
	w.announced = 0;
	seconds(&w, 1, true);
	assert_int_equal(w.announced, 10);
	for (int i = 110; i < 200; i++) {
		snprintf(text, sizeof(text), "10.%d.1.1", i);
		samples(&w, text, 20);
	}
	seconds(&w, 1, true);
	assert_int_equal(w.pushed.n, 200); /* mostly empty again: filled at once */

	/* Traffic ends: 20 of the burst, then ten a second. */
	seconds(&w, 79, true);
	w.withdrawn = 0;
	seconds(&w, 3, true);
	assert_in_range(w.withdrawn, 20, 60);
	assert_true(w.pushed.n > 100);

	/* A next hop fails: every route of it is repaired in one run. */
	w.announced = 0;
	for (int i = 0; i < 200; i += 2) {
		snprintf(text, sizeof(text), "10.%d.0.0/16", i);
		learn(&w, text, 5);
	}
	target_run(w.target, w.now);
	forward_copy(&w.before, &w.oracle);
	for (size_t i = 0; i < w.pushed.n; i++)
		assert_int_not_equal(w.pushed.entries[i].action, 1);
	world_fini(&w);
}

/* An almost empty switch: 60 active prefixes and room for 10,000. Each is there within seconds,
 * paced as it is by default, and leaves within a few averaging times after its last sample. */
static void
test_almost_empty(void **state)
{
	struct world w;
	char text[32];
	int gone_after = 0;

	(void)state;
	world_make(&w, 10000, SELECTOR_PRICED, 100, 500);
	source_up(&w);
	for (int i = 0; i < 120; i++) {
		snprintf(text, sizeof(text), "10.%d.0.0/16", i);
		learn(&w, text, 1 + (uint32_t)i % 3);
	}
	target_port_up(w.target, w.port, v4_only);
	router_end_of_rib(w.router, w.source, IP_V4, w.now);
	seconds(&w, 3, true);
	assert_int_equal(w.pushed.n, 0);
	for (int second = 0; second < 60; second++) {
		for (int i = 0; i < 120; i += 2) {
			snprintf(text, sizeof(text), "10.%d.1.1", i);
			samples(&w, text, 1 + i % 5);
		}
		seconds(&w, 1, true);
		if (second >= 3)
			assert_int_equal(w.pushed.n, 60);
	}
	while (w.pushed.n > 0 && gone_after < 600) {
		seconds(&w, 1, true);
		gone_after++;
	}
	/* At five samples a second: ln(5 x 60 / 0.7) times TRAFFIC_TAU_S is 6.1 of them. */
	assert_in_range(gone_after, 2 * 60, 7 * 60);
	world_fini(&w);
}

static void
test_lost_learning_session(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 10);
	bring_up(&w);
	router_source_down(w.router, w.source, w.now);
	seconds(&w, 59, true);
	assert_int_equal(router_phase(w.router, IP_V4), ROUTER_FROZEN);
	assert_held(&w, "10.0.0.0/8 10.1.0.0/16");
	source_up(&w); /* back in time: loads again, without 10.1/16 */
	learn(&w, "10.0.0.0/8", 1);
	learn(&w, "10.2.0.0/16", 1);
	seconds(&w, 1, true);
	assert_held(&w, "10.0.0.0/8 10.1.0.0/16");
	router_end_of_rib(w.router, w.source, IP_V4, w.now);
	seconds(&w, 1, true);
	assert_held(&w, "10.0.0.0/8 10.1.0.0/16");
	forward_remove(&w.oracle, &(struct ip_prefix){ .hi = UINT64_C(0x0a01) << 48, .len = 16 });
	forward_remove(&w.oracle, &(struct ip_prefix){ .hi = UINT64_C(0xc00002) << 40, .len = 24 });
	seconds(&w, 2, true); /* quiet: stale routes go */
	sample(&w, "10.0.0.1", 100);
	seconds(&w, 1, true);
	assert_held(&w, "10.0.0.0/8");
	router_source_down(w.router, w.source, w.now);
	w.oracle.n = 0;
	seconds(&w, 62, true); /* the stale time is over */
	assert_held(&w, "");
	world_fini(&w);
}

/* A port that takes two operations at a time gets there, safely, in several turns. */
static void
test_slow_port(void **state)
{
	struct world w;
	char text[32];

	(void)state;
	world_init(&w, 30);
	bring_up(&w);
	for (int i = 0; i < 20; i++) {
		snprintf(text, sizeof(text), "10.2.%d.0/24", i);
		learn(&w, text, 2 + (uint32_t)(i % 2));
	}
	for (int turn = 0; turn < 20; turn++) {
		w.budget = 2;
		target_port_writable(w.target, w.port, w.now);
		target_run(w.target, w.now);
		assert_true(w.pushed.n <= 4 + 2 * (size_t)(turn + 1));
	}
	assert_int_equal(w.pushed.n, 22);
	world_fini(&w);
}

static void
test_port_restart_and_refresh(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 10);
	bring_up(&w);
	seconds(&w, (int)(3 * T_S), true);
	assert_int_equal(w.completed, 1);
	target_port_refresh(w.target, w.port, IP_V4);
	assert_int_equal(w.announced, 4);
	assert_int_equal(w.completed, 2);
	target_port_down(w.target, w.port);
	w.down = true;
	w.pushed.n = 0;
	seconds(&w, 1, true);
	assert_int_equal(w.announced, 4);
	w.down = false;
	target_port_up(w.target, w.port, v4_only);
	target_run(w.target, w.now);
	assert_int_equal(w.announced, 6);
	assert_int_equal(w.completed, 3);
	assert_held(&w, "10.0.0.0/8 10.1.0.0/16");
	world_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_readiness),
		cmocka_unit_test(test_readiness_without_end_of_rib),
		cmocka_unit_test(test_covered_and_no_repeats),
		cmocka_unit_test(test_repairs),
		cmocka_unit_test(test_withdrawn_below),
		cmocka_unit_test(test_frozen_without_samples),
		cmocka_unit_test(test_frozen_by_order),
		cmocka_unit_test(test_proof),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_almost_empty),
		cmocka_unit_test(test_lost_learning_session),
		cmocka_unit_test(test_slow_port),
		cmocka_unit_test(test_port_restart_and_refresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
