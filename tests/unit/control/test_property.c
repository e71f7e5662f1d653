/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole of control by random walks: router, estimation, selection, plan and target as the
 * daemon has them, with a port and a clock made up. Tables of thousands of prefixes of both
 * families come, go and change next hops; traffic flows where it likes; the port blocks, restarts,
 * refuses and loses entries; the room it has changes; the sFlow agent falls silent and comes back.
 *
 * After every single operation that reaches the port, every address that it can have changed has
 * its next hop of before the last change of the RIB, its one of now, or the default; and there are
 * no more entries than fit. When everything has been sent the independent verifier looks at the
 * whole space. Beside it a priced tree is kept up to date by changes only, and must decide like one
 * that is made from nothing.
 *
 * HOTFIB_STEPS sets the length: `make fuzz` walks a million steps.
 */
#include "tests/unit/control/property_world.h"
#include "tests/support/hops.h"

/* --- the table ------------------------------------------------------------------------------ */

static void
changed(void *ctx, const struct ip_prefix *p, const struct rib_result *result)
{
	struct world *w = ctx;

	if (w->shadow.tree != NULL && p->family == w->shadow.config.family)
		priced_route_changed(w->shadow.tree, p);
	target_route_changed(w->target, p, result);
}

static void
learn(struct world *w, const struct ip_prefix *p, uint32_t h /* HOPS: withdraw */)
{
	struct route_attrs attrs;

	if (h < HOPS)
		attrs_get(w->attrs, w->hop[h], &attrs);
	router_tell(w->router, w->source, p, h < HOPS ? &attrs : NULL);
}

/* What `before` is to become when all has been sent. */
static void
catch_up(struct world *w)
{
	const struct rib *rib = router_rib(w->router);

	for (size_t i = 0; i < w->n_touched; i++) {
		const struct ip_prefix *p = &w->touched[i];
		uint32_t id = rib_lookup(rib, p);

		if (id != RIB_NONE)
			rib_announce(
			    w->before, p, 0, 0, rib_best_attrs(rib, (enum ip_family)p->family, id));
		else
			rib_withdraw(w->before, p, 0, 0);
	}
	w->n_touched = 0;
}

static struct ip_prefix
any_prefix(struct world *w)
{
	enum ip_family family = rng_below(&w->r, 3) == 0 ? IP_V6 : IP_V4;
	struct ip_prefix *p = &w->pool[family][rng_below(&w->r, POOL)];

	if (rng_below(&w->r, 20) == 0)
		*p = prefix_random(&w->r, family, p);
	if (w->guards && rng_below(&w->r, 200) == 0)
		return (struct ip_prefix){ .family = (uint8_t)family };
	return *p;
}

/* A few changes at once, of different prefixes or of the same. */
static void
change_routes(struct world *w)
{
	unsigned n = 1 + (unsigned)rng_below(&w->r, rng_below(&w->r, 10) == 0 ? 40 : 3);

	while (n-- > 0 && w->n_touched < ARRAY_LEN(w->touched)) {
		struct ip_prefix p = any_prefix(w);
		bool there = rib_lookup(router_rib(w->router), &p) != RIB_NONE;

		w->touched[w->n_touched++] = p;
		learn(w, &p,
		    there && rng_below(&w->r, 3) == 0 ? HOPS : (uint32_t)rng_below(&w->r, HOPS));
	}
}

static void
send_samples(struct world *w)
{
	enum ip_family family = rng_below(&w->r, 3) == 0 ? IP_V6 : IP_V4;
	/* Some prefixes are much busier than others, and not always the same. */
	uint64_t rank = rng_below(&w->r, 1 + rng_below(&w->r, POOL));
	const struct ip_prefix *p =
	    &w->pool[family][(rank + (uint64_t)w->now.us / 600000000) % POOL];
	struct sflow_sample s = { .frame_len = 64 + (uint32_t)rng_below(&w->r, 1400),
		.rate = 1000,
		.src = ip_v4(UINT32_C(0xc6336401)) };

	s.dst = prefix_random_host(&w->r, p);
	if (family == IP_V6)
		s.src = s.dst;
	s.bytes = (uint64_t)s.frame_len * s.rate;
	router_samples(w->router, &s, 1, w->now);
}

/* --- time ----------------------------------------------------------------------------------- */

static bool
all_sent(const struct world *w)
{
	struct target_port_status s;

	if (!w->up || target_repair_wanted(w->target))
		return false;
	for (int f = 0; f < IP_FAMILIES; f++) {
		target_port_status(w->target, 0, (enum ip_family)f, &s);
		if (s.pending > 0 || target_wanted(w->target, (enum ip_family)f) == NULL)
			return false;
	}
	return true;
}

static void
verify_all(const struct world *w, enum ip_family family)
{
	const struct rib *rib = router_rib(w->router);
	const struct installed *held = w->port[family];
	struct fib_route *table = calloc(installed_count(held) + 1, sizeof(*table));
	uint32_t hop = rib_default(rib, family), def = hop != ACTION_NONE ? hop : ACTION_PUNT;
	const struct installed_entry *e;
	struct verify_result result;
	char text[IP_TEXT_MAX];
	struct ip_prefix at;
	size_t n = 0;

	for (e = installed_next(held, &at, true); e != NULL; e = installed_next(held, &at, false)) {
		table[n].prefix = e->prefix;
		table[n++].action = attrs_nexthop(w->attrs, e->attrs);
	}
	/* A guard's next hop is the default's, also where what is not matched goes elsewhere. */
	if (!verify_rib(rib, family, def, table, n, false, &result))
		fail_msg("%s is sent to a wrong next hop", ip_format(&result.address, text));
	free(table);
}

static void
run(struct world *w)
{
	w->runs++;
	target_run(w->target, w->now);
	if (!all_sent(w))
		return;
	catch_up(w);
	for (int f = 0; f < IP_FAMILIES; f++) {
		verify_all(w, (enum ip_family)f);
		check_room(w, (enum ip_family)f);
		assert_int_equal(installed_count(w->port[f]),
		    installed_count(target_port_installed(w->target, 0, (enum ip_family)f)));
	}
}

/* A slice of selecting, or a part of a run. */
static void
work(struct world *w)
{
	if (rng_below(&w->r, 2) == 0) {
		(void)target_work(w->target, w->now);
	} else if (rng_below(&w->r, 2) == 0) {
		target_look(w->target, w->now);
	} else {
		if (rng_below(&w->r, 4) == 0)
			target_begin(w->target, w->now);
		(void)target_run_next(w->target, w->now);
	}
}

static void
second(struct world *w)
{
	w->now = mono_add_ms(w->now, 1000);
	if (!w->deaf)
		w->agent_heard = w->now;
	router_agent_heard(w->router, w->agent, w->agent_heard, w->now);
	router_tick(w->router, w->now);
	while (router_work(w->router))
		;
	run(w);
	if (rng_below(&w->r, 2) == 0)
		while (target_work(w->target, w->now))
			;
}

/* Until everything has been sent. */
static void
settle(struct world *w)
{
	w->budget = SIZE_MAX;
	for (int i = 0; i < 1000 && !all_sent(w); i++)
		second(w);
	assert_true(all_sent(w));
}

/* --- what goes wrong ------------------------------------------------------------------------ */

/* An entry that is held, or NULL. */
static const struct installed_entry *
any_held(struct world *w)
{
	enum ip_family family = (enum ip_family)rng_below(&w->r, IP_FAMILIES);
	struct ip_prefix at = prefix_random(&w->r, family, NULL);
	const struct installed_entry *e = installed_next(w->port[family], &at, false);

	return e != NULL ? e : installed_next(w->port[family], &at, true);
}

/* The hardware lets go of an entry, or says that it never took it. Until the target hears of it
 * nobody can help what that does to other addresses; from then on all must be well. */
static void
fail_entry(struct world *w, bool refuse)
{
	const struct installed_entry *e = w->up ? any_held(w) : NULL, *known;
	struct ip_prefix p;

	if (e == NULL)
		return;
	p = e->prefix;
	known = installed_get(target_port_installed(w->target, 0, (enum ip_family)p.family), &p);
	assert_non_null(known);
	w->checking = false;
	if (!refuse || !known->there)
		installed_remove(w->port[p.family], &p);
	if (refuse)
		target_port_refused(w->target, 0, &p,
		    rng_below(&w->r, 8) == 0 ? TARGET_REFUSED_FULL : TARGET_REFUSED_ENTRY, "a test",
		    w->now);
	else
		target_port_lost(w->target, 0, &p);
	if (!refuse)
		settle(w);
	w->checking = true;
	check_inside(w, &p);
}

static void
change_room(struct world *w)
{
	enum ip_family family = (enum ip_family)rng_below(&w->r, IP_FAMILIES);
	size_t most = family == IP_V4 ? CAPACITY4 : CAPACITY6;

	if (w->pools)
		return;
	w->room[family] = rng_below(&w->r, 2) == 0 ? most : 1 + rng_below(&w->r, most);
	target_port_room(w->target, 0, family, w->room[family]);
}

static const bool both[IP_FAMILIES] = { true, true };

/* The session ends; when it comes back the port has what it had, or nothing. */
static void
restart(struct world *w)
{
	bool keeps = rng_below(&w->r, 2) == 0;

	if (w->up) {
		w->up = false;
		target_port_down(w->target, 0);
		return;
	}
	w->up = true;
	target_port_up(w->target, 0, both);
	for (int f = 0; f < IP_FAMILIES; f++) {
		const struct installed_entry *e;
		struct route_attrs attrs;
		struct ip_prefix at;

		if (!keeps) {
			installed_clear(w->port[f]);
			continue;
		}
		for (e = installed_next(w->port[f], &at, true); e != NULL;
		     e = installed_next(w->port[f], &at, false)) {
			attrs_get(w->attrs, e->attrs, &attrs);
			target_port_adopt(w->target, 0, &e->prefix, &attrs, w->now);
		}
	}
}

/* --- incremental against fresh --------------------------------------------------------------- */

static void
shadow_new(struct world *w)
{
	w->shadow.config = (struct priced_config){ .rib = router_rib(w->router),
		.family = rng_below(&w->r, 4) == 0 ? IP_V6 : IP_V4,
		.default_action = ACTION_PUNT,
		.guards = rng_below(&w->r, 4) != 0,
		.synthetic = rng_below(&w->r, 2) == 0,
		.min_length = 1 };
	w->shadow.tree = priced_new(&w->shadow.config);
	priced_solve(w->shadow.tree, 50);
}

static void
shadow_weight(struct world *w)
{
	size_t i = rng_below(&w->r, PLACES);
	struct ip_prefix *p = &w->shadow.place[i];

	if (w->shadow.weight[i] != 0)
		priced_set_weight(w->shadow.tree, p, 0);
	*p = w->pool[w->shadow.config.family][rng_below(&w->r, POOL)];
	w->shadow.weight[i] = 0;
	for (size_t k = 0; k < PLACES; k++)
		if (w->shadow.weight[k] != 0 && prefix_equal(&w->shadow.place[k], p))
			return;
	w->shadow.weight[i] = 1 + (int64_t)rng_below(&w->r, 1 + rng_below(&w->r, 1000));
	priced_set_weight(w->shadow.tree, p, w->shadow.weight[i]);
}

static void
shadow_compare(struct world *w)
{
	struct priced *fresh = priced_new(&w->shadow.config);
	struct priced_table a, b;

	priced_update(w->shadow.tree);
	for (size_t i = 0; i < PLACES; i++)
		if (w->shadow.weight[i] != 0)
			priced_set_weight(fresh, &w->shadow.place[i], w->shadow.weight[i]);
	priced_solve(fresh, priced_price(w->shadow.tree));
	priced_table_init(&a);
	priced_table_init(&b);
	priced_table_get(w->shadow.tree, &a);
	priced_table_get(fresh, &b);
	assert_int_equal(a.n, b.n);
	assert_true(a.covered == b.covered && a.total == b.total);
	for (size_t i = 0; i < a.n; i++)
		assert_true(prefix_equal(&a.entries[i].prefix, &b.entries[i].prefix) &&
			    a.entries[i].action == b.entries[i].action);
	priced_table_fini(&a);
	priced_table_fini(&b);
	priced_free(fresh);
	if (rng_below(&w->r, 4) == 0)
		priced_solve(w->shadow.tree, 1 + (int64_t)rng_below(&w->r, 1000));
}

/* --- the walk ------------------------------------------------------------------------------- */

static void
world_init(struct world *w, uint64_t seed, enum selector_kind selection)
{
	struct router_config rc = {
		.name = "edge", .t_s = 10, .stale_time_s = 60, .changed = changed, .ctx = w
	};
	struct target_config tc = {
		.selection = selection, .capacity = { CAPACITY4, CAPACITY6 }, .min_rate_bps = 100
	};
	struct push push = push_nowhere("port", w);

	memset(w, 0, sizeof(*w));
	w->r = rng_make(seed);
	w->now = mono_us(1000000);
	w->follow = rng_below(&w->r, 2) == 0;
	w->attrs = rc.attrs = tc.attrs = attrs_table_new(1);
	for (uint32_t h = 0; h < HOPS; h++)
		w->hop[h] = hop_attrs(w->attrs, 1 + h);
	w->router = tc.router = router_new(&rc, w->now);
	w->source = router_add_source(w->router, "reflector");
	w->agent = router_add_agent(w->router, "10.0.0.136", 10);
	tc.follow = w->follow;
	tc.synthetic = rng_below(&w->r, 4) != 0;
	tc.headroom = rng_below(&w->r, 2) == 0 ? 0.02 : 0;
	tc.slice = rng_below(&w->r, 2) == 0 ? 0 : 1 + rng_below(&w->r, 300);
	w->guards = rng_below(&w->r, 4) != 0;
	if (rng_below(&w->r, 2) == 0) {
		tc.update_rate = 1 + (double)rng_below(&w->r, 20);
		tc.update_burst = 1 + (double)rng_below(&w->r, 50);
	}
	w->pools = selection == SELECTOR_PRICED && rng_below(&w->r, 2) == 0;
	if (w->pools) {
		tc.shared = true;
		tc.capacity[IP_V4] = SHARED;
		for (unsigned len = 0; len <= 128; len++) {
			tc.slots[IP_V4].of[len] = 1;
			tc.slots[IP_V6].of[len] = len <= 64 ? 2 : 4;
		}
		tc.slots[IP_V4].exact_len = 24;
		tc.slots[IP_V4].exact_room = OWN_24;
	}
	w->target = target_new(&tc);
	push.ready = port_ready;
	push.announce = port_announce;
	push.withdraw = port_withdraw;
	(void)target_add_port(w->target, &push);
	w->before = rib_new(w->attrs);
	w->room[IP_V4] = CAPACITY4;
	w->room[IP_V6] = CAPACITY6;
	router_source_up(w->router, w->source, &(struct rib_source){ 0 }, both, w->now);
	for (int f = 0; f < IP_FAMILIES; f++) {
		w->port[f] = installed_new((enum ip_family)f, w->attrs);
		w->pool[f] = table_make((enum ip_family)f, POOL, rng_u64(&w->r));
		for (size_t i = 0; i < POOL; i++) {
			uint32_t h = (uint32_t)rng_below(&w->r, HOPS);

			if (i % 4 == 0)
				continue;
			learn(w, &w->pool[f][i], h);
			rib_announce(w->before, &w->pool[f][i], 0, 0, w->hop[h]);
		}
		router_end_of_rib(w->router, w->source, (enum ip_family)f, w->now);
	}
	shadow_new(w);
	w->up = true;
	target_port_up(w->target, 0, both);
	w->budget = SIZE_MAX;
	w->checking = true;
}

static void
world_fini(struct world *w)
{
	priced_free(w->shadow.tree);
	target_free(w->target);
	router_free(w->router);
	rib_free(w->before);
	for (int f = 0; f < IP_FAMILIES; f++) {
		installed_free(w->port[f]);
		free(w->pool[f]);
	}
	for (uint32_t h = 0; h < HOPS; h++)
		attrs_unref(w->attrs, w->hop[h]);
	attrs_table_free(w->attrs);
}

static void
step(struct world *w)
{
	switch (rng_below(&w->r, 1000)) {
	case 0 ... 599: send_samples(w); break;
	case 600 ... 749:
		/* The next change of the RIB waits until the last is in the port, so that there is
		 * one table of before. */
		if (w->n_touched == 0)
			change_routes(w);
		break;
	case 750 ... 849: shadow_weight(w); break;
	case 850 ... 859: shadow_compare(w); break;
	case 860 ... 929: second(w); break;
	case 930 ... 949:
		if (target_repair_wanted(w->target))
			run(w);
		break;
	case 950 ... 959: work(w); break;
	case 960 ... 969:
		w->budget = rng_below(&w->r, 2) == 0 ? SIZE_MAX : rng_below(&w->r, 20);
		break;
	case 970 ... 979:
		if (w->up && w->budget > 0)
			target_port_writable(w->target, 0, w->now);
		break;
	case 980 ... 982: change_room(w); break;
	case 983 ... 986: fail_entry(w, true); break;
	case 987 ... 988: fail_entry(w, false); break;
	case 989 ... 991: restart(w); break;
	case 992 ... 993: w->deaf = !w->deaf; break;
	case 994 ... 995:
		if (w->up)
			target_port_refresh(w->target, 0, (enum ip_family)rng_below(&w->r, 2));
		break;
	default: w->now = mono_add_ms(w->now, (int64_t)rng_below(&w->r, 900)); break;
	}
}

static uint64_t
wanted_steps(void)
{
	const char *text = getenv("HOTFIB_STEPS");

	return text != NULL ? strtoull(text, NULL, 10) : 15000;
}

static void
walk(uint64_t seed, uint64_t steps, enum selector_kind selection)
{
	static struct world w;

	world_init(&w, seed, selection);
	for (uint64_t i = 0; i < steps; i++)
		step(&w);
	if (!w.up)
		restart(&w);
	w.deaf = false;
	settle(&w);
	printf("%s%s: %llu steps, %llu runs, %llu operations, %llu addresses looked at\n",
	    selector_names[selection], w.pools ? " with pools" : "", (unsigned long long)steps,
	    (unsigned long long)w.runs, (unsigned long long)w.operations,
	    (unsigned long long)w.looks);
	assert_true(w.operations > 0 && w.runs > 0);
	world_fini(&w);
}

/* In walks of a few thousand steps each, since each begins with other settings. */
static void
test_walks(void **state)
{
	uint64_t seed = test_seed("property"), steps = wanted_steps(), each = steps / 3;
	static const enum selector_kind kinds[] = { SELECTOR_PRICED, SELECTOR_PRICED,
		SELECTOR_PRICED, SELECTOR_TOP, SELECTOR_LEAF };
	struct rng r = rng_make(seed);

	(void)state;
	if (each > 50000)
		each = 50000;
	while (steps > 0) {
		uint64_t n = steps < 2 * each ? steps : each; /* no short rest */

		walk(rng_u64(&r), n, kinds[rng_below(&r, ARRAY_LEN(kinds))]);
		steps -= n;
	}
	assert_int_equal(mem_used(MEM_SELECT), 0);
	assert_int_equal(mem_used(MEM_TRAFFIC), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
