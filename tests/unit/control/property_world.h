/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The world of test_property.c: a router, a target with one port that is made up, and what that
 * port may hold. Each operation that reaches the port is checked as it comes.
 */
#ifndef TESTS_CONTROL_PROPERTY_WORLD_H
#define TESTS_CONTROL_PROPERTY_WORLD_H

#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "control/select/priced.h"
#include "lib/mem.h"
#include "tests/support/edge.h"
#include "tests/support/prefixes.h"

#define HOPS      6
#define POOL      2500 /* prefixes of each family */
#define PLACES    400  /* with weight in the shadow tree */
#define CAPACITY4 300
#define CAPACITY6 200
#define SHARED    350 /* slots */
#define OWN_24    80  /* entries */

struct world {
	struct rng r;
	struct mono now;
	struct attrs_table *attrs;
	struct router *router;
	struct target *target;
	unsigned source, agent;
	struct mono agent_heard;
	bool follow, up, deaf; /* deaf: the agent is silent */
	bool guards;           /* there may be a default route */
	bool pools; /* /24s have a table, and all else of both families shares one by slots */
	bool checking;
	size_t budget; /* operations the port takes before it blocks */
	uint32_t hop[HOPS];
	struct ip_prefix *pool[IP_FAMILIES];
	struct rib *before; /* as it was when everything had been sent last */
	struct ip_prefix touched[64];
	size_t n_touched;
	struct installed *port[IP_FAMILIES];
	size_t room[IP_FAMILIES];
	struct {
		struct priced_config config;
		struct priced *tree;
		int64_t weight[PLACES];
		struct ip_prefix place[PLACES];
	} shadow;
	uint64_t operations, runs, looks;
};

/* --- what the port may hold ----------------------------------------------------------------- */

static uint32_t
rib_action(const struct rib *rib, const struct ip_addr *a)
{
	uint32_t id = rib_lpm(rib, a);

	return id != RIB_NONE ? rib_best_nexthop(rib, (enum ip_family)a->family, id) : ACTION_PUNT;
}

static uint32_t
rib_default(const struct rib *rib, enum ip_family family)
{
	uint32_t id = rib_lookup(rib, &(struct ip_prefix){ .family = (uint8_t)family });

	return id != RIB_NONE ? rib_best_nexthop(rib, family, id) : ACTION_NONE;
}

static void
check_address(struct world *w, const struct ip_addr *a)
{
	enum ip_family family = (enum ip_family)a->family;
	const struct rib *rib = router_rib(w->router);
	struct ip_prefix host = prefix_of(a, ip_bits(family));
	const struct installed_entry *e = installed_match(w->port[family], &host);
	char text[IP_TEXT_MAX], entry[PREFIX_TEXT_MAX];
	uint32_t action;

	w->looks++;
	if (e == NULL)
		return; /* the default takes it */
	action = attrs_nexthop(w->attrs, e->attrs);
	if (action != rib_action(rib, a) && action != rib_action(w->before, a) &&
	    action != rib_default(rib, family) && action != rib_default(w->before, family))
		fail_msg("%s goes where %s says, not where it should", ip_format(a, text),
		    prefix_format(&e->prefix, entry));
}

/* The first address behind p; false where there is none. */
static bool
behind(const struct ip_prefix *p, struct ip_addr *out)
{
	*out = prefix_last(p);
	if (p->family == IP_V4) {
		out->hi += UINT64_C(1) << 32;
		return out->hi != 0;
	}
	out->lo++;
	out->hi += out->lo == 0;
	return out->hi != 0 || out->lo != 0;
}

static void
check_edges(struct world *w, const struct ip_prefix *range, const struct ip_prefix *p)
{
	struct ip_addr a = prefix_first(p);

	check_address(w, &a);
	if (behind(p, &a) && prefix_contains_addr(range, &a))
		check_address(w, &a);
}

/* Where any of the three tables begins or ends inside p all answers are constant in between. */
static void
check_inside(struct world *w, const struct ip_prefix *p)
{
	const struct rib *ribs[2] = { router_rib(w->router), w->before };
	const struct installed *held = w->port[p->family];
	const struct installed_entry *e;
	struct ip_prefix at = *p;

	check_edges(w, p, p);
	for (unsigned k = 0; k < 2; k++)
		for (at = *p; rib_next_below(ribs[k], p, &at) != RIB_NONE;)
			check_edges(w, p, &at);
	for (at = *p; (e = installed_next(held, &at, false)) != NULL && prefix_contains(p, &at);)
		check_edges(w, p, &at);
}

static void
check_operation(struct world *w, const struct ip_prefix *p)
{
	w->operations++;
	if (w->budget > 0)
		w->budget--;
	if (w->checking)
		check_inside(w, p);
}

/* --- the port ------------------------------------------------------------------------------- */

static bool
port_ready(void *ctx, enum ip_family family)
{
	const struct world *w = ctx;

	(void)family;
	return w->up && w->budget > 0;
}

/* Slots taken of the shared table; counted anew each time, and not by slots.h. */
static size_t
shared_slots(const struct world *w)
{
	const struct installed_entry *e;
	size_t slots = 0, own = 0;
	struct ip_prefix at;

	for (int f = 0; f < IP_FAMILIES; f++)
		for (e = installed_next(w->port[f], &at, true); e != NULL;
		     e = installed_next(w->port[f], &at, false)) {
			if (f == IP_V4 && at.len == 24)
				slots += own++ >= OWN_24;
			else
				slots += f == IP_V4 ? 1 : at.len <= 64 ? 2 : 4;
		}
	return slots;
}

static void
check_room(const struct world *w, enum ip_family family)
{
	if (!w->pools && installed_count(w->port[family]) > w->room[family])
		fail_msg("%zu entries, and room for %zu", installed_count(w->port[family]),
		    w->room[family]);
	if (w->pools && shared_slots(w) > SHARED)
		fail_msg("%zu slots taken of %u", shared_slots(w), SHARED);
}

static void
port_announce(void *ctx, const struct ip_prefix *p, const struct route_attrs *attrs, uint32_t key)
{
	struct world *w = ctx;
	struct installed *held = w->port[p->family];
	bool new = installed_get(held, p) == NULL;

	(void)attrs;
	assert_true(w->up);
	installed_put(held, p, key, false, w->now);
	if (new)
		check_room(w, (enum ip_family)p->family);
	check_operation(w, p);
}

static void
port_withdraw(void *ctx, const struct ip_prefix *p)
{
	struct world *w = ctx;

	assert_true(w->up);
	assert_true(installed_remove(w->port[p->family], p));
	check_operation(w, p);
}

#endif
