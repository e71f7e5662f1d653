/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ports of a target are to hold. One selector for each family; `priced` has a memory, so
 * it hears of every best path that changes.
 *
 * The default: where the switch sends what no entry matches is the next hop of the router's own
 * default route, as the RIB has it now. It is what a guard sends to, and with "follow" it is what
 * routes with the same next hop need no entry for. Without a default route there are no guards.
 *
 * Hysteresis is for what a target holds. Ports hold the same but for what is under way, so the
 * fullest of them speaks for all.
 */
#include <math.h>
#include <stdio.h>

#include "control/select/emap.h"
#include "control/target_priv.h"

/* Some two milliseconds of work. */
#define SLICE_NODES 4000
#define SHARE_STEPS 64  /* a run moves this part of the table */
#define SHARE_BAND  1.1 /* prices nearer than that are one */

void
choice_init(struct choice *c, const struct target_config *config)
{
	c->selector = selector_new(config->selection);
	selection_init(&c->wanted);
}

void
choice_fini(struct choice *c)
{
	selector_free(c->selector);
	selection_fini(&c->wanted);
	changes_fini(&c->changes);
}

void
choice_route_changed(struct target *t, const struct ip_prefix *p, const struct rib_result *result)
{
	struct choice *c = &t->choice[p->family];

	(void)result;
	c->current = false;
	selector_route_changed(c->selector, router_rib(t->config.router), p);
}

bool
choice_is_per_port(const struct target *t)
{
	return !selector_remembers(t->choice[IP_V4].selector);
}

const struct installed *
target_held(const struct target *t, enum ip_family family)
{
	const struct installed *most = NULL;

	for (unsigned i = 0; i < t->n_ports; i++) {
		const struct installed *held = t->ports[i].family[family].held;

		if (most == NULL || installed_count(held) > installed_count(most))
			most = held;
	}
	return most;
}

/* --- next hops --- */

/* The first port that cannot send to the next hop, and why; NULL: all can. */
static const char *
why_unusable(const struct target *t, const struct route_nexthop *hop, const char **port)
{
	for (unsigned i = 0; i < t->n_ports; i++) {
		const struct push *push = &t->ports[i].push;
		const char *why = push->unusable != NULL ? push->unusable(push->ctx, hop) : NULL;

		*port = push->name;
		if (why != NULL)
			return why;
	}
	return NULL;
}

static void
put_why_unusable(const struct target *t, uint32_t nexthop, char *out, size_t size)
{
	const struct route_nexthop *hop = nexthop_peek(t->config.attrs, nexthop);
	const char *port, *why = why_unusable(t, hop, &port);
	char text[IP_TEXT_MAX];

	snprintf(out, size, "next hop %s is unresolved: %s", ip_format(&hop->addr, text),
	    why != NULL ? why : "not any more");
}

const char *
target_why_unusable(struct target *t, uint32_t nexthop)
{
	put_why_unusable(t, nexthop, t->why, sizeof(t->why));
	return t->why;
}

const char *
target_all_unusable(struct target *t)
{
	const struct attrs_table *attrs = t->config.attrs;
	uint32_t first = nexthop_from(attrs, 0), id = first;
	size_t n = 0, said = 0;

	for (; id != NEXTHOP_NONE && !nexthop_usable(attrs, id); id = nexthop_from(attrs, id + 1))
		n++;
	if (n == 0 || id != NEXTHOP_NONE)
		return NULL;
	if (n > 1)
		said = (size_t)snprintf(
		    t->why, sizeof(t->why), "none of %zu next hops can be used: ", n);
	put_why_unusable(t, first, t->why + said, sizeof(t->why) - said);
	return t->why;
}

/* Next hops that are not what they were known to be: how many, and the first of each kind. There
 * may be thousands at once, and an operator is told once. */
struct nexthop_news {
	size_t lost, back;
	const char *port; /* that cannot use the first lost one */
	char lost_text[160], back_text[IP_TEXT_MAX];
};

static void
ask_nexthop(struct target *t, uint32_t id, struct nexthop_news *news)
{
	struct attrs_table *attrs = t->config.attrs;
	const struct route_nexthop *hop = nexthop_peek(attrs, id);
	const char *port, *why = why_unusable(t, hop, &port);
	char text[IP_TEXT_MAX];

	if ((why == NULL) == nexthop_usable(attrs, id))
		return;
	nexthop_set_usable(attrs, id, why == NULL);
	ip_format(&hop->addr, text);
	if (why == NULL && news->back++ == 0)
		snprintf(news->back_text, sizeof(news->back_text), "%s", text);
	if (why != NULL && news->lost++ == 0) {
		news->port = port;
		snprintf(
		    news->lost_text, sizeof(news->lost_text), "%s is unresolved: %s", text, why);
	}
}

static void
tell_nexthops(struct target *t, const struct nexthop_news *news, struct mono now)
{
	struct events *events = t->config.events;

	if (news->lost == 1)
		events_raise(events, now, EVENT_WARNING, "next-hop", "target %s: next hop %s",
		    news->port, news->lost_text);
	else if (news->lost > 1)
		events_raise(events, now, EVENT_WARNING, "next-hop",
		    "target %s: %zu next hops cannot be used, among them: %s", news->port,
		    news->lost, news->lost_text);
	if (news->back == 1)
		events_raise(events, now, EVENT_INFO, "next-hop", "next hop %s can be used again",
		    news->back_text);
	else if (news->back > 1)
		events_raise(events, now, EVENT_INFO, "next-hop",
		    "%zu next hops can be used again, among them %s", news->back, news->back_text);
}

void
choice_ask_nexthops(struct target *t, struct mono now)
{
	const struct attrs_table *attrs = t->config.attrs;
	struct nexthop_news news = { 0 };

	for (uint32_t id = nexthop_from(attrs, 0); id != NEXTHOP_NONE;
	     id = nexthop_from(attrs, id + 1))
		ask_nexthop(t, id, &news);
	if (news.lost + news.back == 0)
		return;
	router_nexthops_changed(t->config.router);
	tell_nexthops(t, &news, now);
}

/* The attributes of the router's default route, if there is one that may be pushed. */
static uint32_t
default_attrs(const struct target *t, enum ip_family family)
{
	const struct rib *rib = router_rib(t->config.router);
	uint32_t id = rib_lookup(rib, &(struct ip_prefix){ .family = (uint8_t)family });

	return id != RIB_NONE && !rib_is_withheld(rib, family, id) ? rib_best_attrs(rib, family, id)
								   : ATTRS_NONE;
}

uint32_t
target_default(const struct target *t, enum ip_family family)
{
	uint32_t attrs = default_attrs(t, family);

	return attrs != ATTRS_NONE ? attrs_nexthop(t->config.attrs, attrs) : ACTION_NONE;
}

const struct selection *
target_wanted(const struct target *t, enum ip_family family)
{
	return t->choice[family].current ? &t->choice[family].wanted : NULL;
}

double
target_served_bps(const struct target *t, const struct ip_prefix *p, struct mono now)
{
	enum ip_family family = (enum ip_family)p->family;
	const struct traffic *traffic = router_traffic_peek(t->config.router, family);
	const struct selection *s = target_wanted(t, family);
	const struct select_entry *e = s != NULL ? selection_find(s, p) : NULL;

	return e != NULL ? e->rate_bps / traffic_demand_filled(traffic, now) : 0;
}

/*
 * One table for both families has one price. Each family is solved on its own, for the slots it may
 * use; the price at which it fills them says what one more is worth there. So slots go, a few in a
 * run, from the family with the lower price to the one with the higher, until the prices meet. A
 * family whose price is as low as can be has more than it needs.
 */
void
target_share(struct target *t)
{
	struct selector_status s[IP_FAMILIES];
	size_t step = t->config.capacity[IP_V4] / SHARE_STEPS + 1;
	unsigned poor = IP_V6, rich = IP_V4;

	for (int f = 0; f < IP_FAMILIES; f++)
		selector_status(t->choice[f].selector, &s[f]);
	if (s[IP_V6].price_bps < s[IP_V4].price_bps) {
		poor = IP_V4;
		rich = IP_V6;
	}
	if (s[poor].price_bps <= s[rich].price_bps * SHARE_BAND || t->quota[rich] <= step)
		return;
	t->quota[rich] -= step;
	t->quota[poor] += step;
}

void
choice_default(const struct target *t, enum ip_family family, uint32_t *action, uint32_t *attrs)
{
	*attrs = default_attrs(t, family);
	*action = t->config.follow && *attrs != ATTRS_NONE ? attrs_nexthop(t->config.attrs, *attrs)
							   : RIB_NONE;
}

void
target_question(struct target *t, enum ip_family family, struct mono now, struct select_input *in,
    struct selector_context *context)
{
	const struct target_config *c = &t->config;
	size_t n_never;
	const struct ip_prefix *never = target_never(t, family, now, &n_never);

	*in = (struct select_input){
		.rib = router_rib(c->router),
		.traffic = router_traffic(c->router, family),
		.family = family,
		.now = now,
		.limit = target_limit(t, family),
		.slots = &t->config.slots[family],
		.direction = TRAFFIC_TO,
		.min_rate_bps = t->frozen && choice_is_per_port(t) ? HUGE_VAL : c->min_rate_bps,
		.min_length = 1,
		.include_covered = true,
		.prune_covered = true,
		.always = c->always,
		.n_always = c->n_always,
		.never = never,
		.n_never = n_never,
	};
	*context = (struct selector_context){
		.held = target_held(t, family),
		.held_version = t->ports_version,
		.default_attrs = default_attrs(t, family),
		.follow = c->follow,
		.routes_only = !c->synthetic,
		.tau_s = c->tau_s,
		.samples_per_s = traffic_samples_per_s(in->traffic, now),
		.bytes_per_sample = traffic_bytes_per_sample(in->traffic),
		.budget = c->slice > 0 ? c->slice : SLICE_NODES,
	};
}

/* Average for as long as the price needs. A tenth more or less makes no difference. */
static void
adapt_tau(struct target *t, enum ip_family family, struct mono now)
{
	struct traffic *traffic = router_traffic(t->config.router, family);
	double wanted_s = t->config.tau_s, is_s = traffic_tau(traffic);
	struct selector_status s;

	selector_status(t->choice[family].selector, &s);
	if (wanted_s <= 0)
		wanted_s = s.tau_s;
	if (wanted_s > 0 && (wanted_s > 1.1 * is_s || wanted_s < is_s / 1.1))
		traffic_set_tau(traffic, wanted_s, now);
}

void
target_save(const struct target *t, struct target_saved out[IP_FAMILIES])
{
	for (int f = 0; f < IP_FAMILIES; f++) {
		selector_save(t->choice[f].selector, &out[f].selector);
		out[f].quota = t->quota[f];
	}
}

void
target_restore(struct target *t, const struct target_saved saved[IP_FAMILIES])
{
	bool same = saved[IP_V4].quota + saved[IP_V6].quota == t->config.capacity[IP_V4];

	for (int f = 0; f < IP_FAMILIES; f++) {
		selector_restore(t->choice[f].selector, &saved[f].selector);
		if (t->config.shared && same)
			t->quota[f] = saved[f].quota;
	}
}

void
choice_make(struct target *t, enum ip_family family, bool stale, const struct installed *held,
    struct mono now)
{
	struct choice *choice = &t->choice[family];
	const struct ip_prefix *moved;
	struct selector_context context;
	struct select_input in;
	size_t n_moved;

	target_question(t, family, now, &in, &context);
	if (held != NULL)
		context.held = held;
	in.keep = stale ? context.held : NULL;
	router_withhold(t->config.router, family, t->config.withheld_marks,
	    selector_default_action(choice->selector, &in, &context));
	choice->stale = stale;
	if (!selector_step(choice->selector, &in, &context, !choice->current, &choice->wanted)) {
		/* Current or not, as it was; but it was made for the room of then. */
		if (selection_slots(&choice->wanted, in.slots) > target_capacity(t, family)) {
			selection_trim(&choice->wanted, in.limit, in.slots);
			moves_add(&choice->moves, NULL, 0);
		}
		return;
	}
	moved = selector_changed(choice->selector, &n_moved);
	moves_add(&choice->moves, moved, n_moved);
	if (choice_is_per_port(t)) /* `priced` gives them in order */
		selection_sort_by_prefix(&choice->wanted);
	choice->current = true;
	adapt_tau(t, family, now);
}

void
choice_note_held(struct target *t, enum ip_family family, struct mono now)
{
	struct choice *choice = &t->choice[family];
	struct selector_context context;
	struct select_input in;

	if (choice_is_per_port(t) || t->n_ports == 0)
		return;
	target_question(t, family, now, &in, &context);
	selector_note_held(choice->selector, &in, &context);
}

bool
choice_work(struct target *t, enum ip_family family, struct mono now)
{
	struct choice *choice = &t->choice[family];
	struct selector_context context;
	struct select_input in;

	if (!selector_is_working(choice->selector))
		return false;
	target_question(t, family, now, &in, &context);
	in.keep = choice->stale ? context.held : NULL;
	if (selector_work(choice->selector, &in, &context))
		return true;
	t->repair |= selector_has_news(choice->selector);
	return false;
}

void
target_look(struct target *t, struct mono now)
{
	for (int f = 0; f < IP_FAMILIES; f++) {
		struct choice *choice = &t->choice[f];
		struct selector_context context;
		struct select_input in;

		if (router_phase(t->config.router, (enum ip_family)f) != ROUTER_READY ||
		    choice->stale)
			continue;
		target_question(t, (enum ip_family)f, now, &in, &context);
		t->repair |= selector_look(choice->selector, &in, &context);
	}
}
