/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Router and target together with a port and a clock made up: what the port holds is checked at
 * every step against the RIB of now, or of before the last change.
 */
#ifndef TESTS_TARGET_WORLD_H
#define TESTS_TARGET_WORLD_H

#include "tests/support/support.h"

#include <string.h>

#include "lib/str.h"
#include "tests/support/edge.h"
#include "tests/support/forwarding.h"
#include "tests/support/prefixes.h"

struct world {
	struct edge edge;
	unsigned port;
	struct forward_table oracle, before; /* the RIB now, and before the last change */
	struct forward_table pushed;         /* what the port holds */
	size_t capacity, announced, withdrawn, completed;
	size_t budget; /* operations the port still takes */
	bool down;     /* the port has no session: it may be told nothing */
};

static inline bool
port_ready(void *ctx, enum ip_family family)
{
	struct world *w = ctx;

	return family == IP_V4 && w->budget > 0;
}

static inline void
check(struct world *w)
{
	struct ip_addr bad;
	char text[IP_TEXT_MAX];

	assert_true(w->pushed.n <= w->capacity);
	if (!forward_equivalent(&w->pushed, &w->oracle, &w->before, &bad))
		fail_msg("%s is sent to a wrong next hop", ip_format(&bad, text));
}

static inline void
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

static inline void
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

static inline void
port_complete(void *ctx, enum ip_family family)
{
	struct world *w = ctx;

	w->completed += family == IP_V4;
}

static inline void
port_flush(void *ctx)
{
	const struct world *w = ctx;

	assert_false(w->down);
}

static inline void
world_make(
    struct world *w, uint32_t capacity, enum selector_kind selection, double rate, double burst)
{
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
	edge_init(&w->edge, &tc);
	w->port = edge_add_port(&w->edge, &push);
}

static inline void
world_init_as(struct world *w, uint32_t capacity, enum selector_kind selection)
{
	world_make(w, capacity, selection, 0, 0);
}

static inline void
world_init(struct world *w, uint32_t capacity)
{
	world_init_as(w, capacity, SELECTOR_TOP);
}

static inline void
world_init_paced(struct world *w, uint32_t capacity, double rate, double burst)
{
	world_make(w, capacity, SELECTOR_TOP, rate, burst);
}

static inline void
world_fini(struct world *w)
{
	edge_fini(&w->edge);
	forward_fini(&w->oracle);
	forward_fini(&w->before);
	forward_fini(&w->pushed);
}

static inline void
learn(struct world *w, const char *text, uint32_t nexthop)
{
	struct ip_prefix p = prefix(text);

	forward_set(&w->oracle, &p, nexthop);
	edge_route(&w->edge, &p, nexthop);
}

static inline void
withdraw(struct world *w, const char *text)
{
	struct ip_prefix p = prefix(text);

	assert_true(forward_remove(&w->oracle, &p));
	edge_route(&w->edge, &p, 0);
}

static inline void
sample(struct world *w, const char *address, uint32_t frame_len)
{
	struct ip_addr to;

	assert_true(ip_parse(address, &to));
	edge_sample(&w->edge, to, frame_len);
}

static inline void
samples(struct world *w, const char *address, int n)
{
	while (n-- > 0)
		sample(w, address, 1000);
}

/* A run now; what it does is measured against the RIB of before, too. */
static inline void
run(struct world *w)
{
	edge_run(&w->edge);
	forward_copy(&w->before, &w->oracle);
}

static inline void
seconds(struct world *w, int n)
{
	while (n-- > 0) {
		edge_second(&w->edge);
		run(w);
	}
}

static inline void
assert_held(struct world *w, const char *expected)
{
	const struct installed *held = target_port_installed(w->edge.target, w->port, IP_V4);
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

/* 10/8 via 1 with traffic and a more-specific via 2; the port up and everything ready. */
static inline void
bring_up(struct world *w)
{
	learn(w, "10.0.0.0/8", 1);
	learn(w, "10.1.0.0/16", 2);
	learn(w, "10.2.0.0/16", 1);
	learn(w, "192.0.2.0/24", 3);
	edge_end_of_rib(&w->edge);
	sample(w, "10.200.0.1", 1000);
	seconds(w, 3);
}

#endif
