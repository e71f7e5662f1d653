/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words:
 *
 *   no-target      nothing is pushed for this router
 *   installed      it is in the table
 *   carried        an installed entry above it forwards it alike
 *   guarded        an installed entry above it sends it to the default
 *   changing       what is installed above it forwards it otherwise: a repair is under way
 *   pending        it was selected, and is not sent yet
 *   default-alike  the default has the same next hop
 *   withheld       it must not be pushed
 *   never          the configuration keeps it out
 *   refused        the target could not hold it, or what it overlaps
 *   foreign        the target's table has a route of others there
 *   cold, frozen   nothing is decided now
 *   parts          entries inside it carry the busy parts of it
 *   default-route  it is what takes the rest
 *   no-capacity    the target has no room for entries of its family
 *   no-traffic     nothing goes there
 *   no-room        heavier ones fill the table
 *   below-price    it earns less than a slot has to
 *   not-worth-it   it would, but not what comes with it
 *
 * The first that is true is the answer: what is installed needs no reason of money, and what is
 * kept out by order has none.
 */
#include "control/verdict.h"

#include <stdarg.h>
#include <stdio.h>

#include "control/refusals.h"
#include "lib/human.h"

struct question {
	struct target *t;
	const struct router *r;
	const struct rib *rib;
	enum ip_family family;
	struct ip_prefix prefix, place; /* the route, and what of it was asked for */
	uint32_t id, nexthop;
	struct mono now;
	const struct installed *held;
	struct target_family_status status;
	struct traffic_estimate demand;
	struct verdict *out;
};

/* Always true, so that it can end a chain of reasons. */
static PRINTF_LIKE(3, 4) bool answer(struct question *q, const char *word, const char *fmt, ...)
{
	va_list args;

	q->out->word = word;
	va_start(args, fmt);
	vsnprintf(q->out->text, sizeof(q->out->text), fmt, args);
	va_end(args);
	return true;
}

static const struct ip_prefix *
listed(const struct ip_prefix *list, size_t n, const struct ip_prefix *p, bool exactly)
{
	for (size_t i = 0; i < n; i++)
		if (exactly ? prefix_equal(&list[i], p) : prefix_contains(&list[i], p))
			return &list[i];
	return NULL;
}

/* More than this part of its demand is more than what a moment makes of it. */
#define NOTEWORTHY 1.25

/* It has a price and pays it. */
static bool
is_paid(struct question *q)
{
	double stay = 1 - q->status.selector.eta_permille / 1000.,
	       all = target_served_bps(q->t, &q->prefix, q->now);
	char earns[HUMAN_MAX], sum[HUMAN_MAX], price[HUMAN_MAX], least[HUMAN_MAX];

	human_bit_rate(q->demand.rate_bps, earns);
	human_bit_rate(q->out->price_bps, price);
	human_bit_rate(q->out->price_bps * stay, least);
	if (all > NOTEWORTHY * q->demand.rate_bps)
		return answer(q, "installed",
		    "it carries %s, and its entry %s with routes inside it that have the same next "
		    "hop, where a slot has to earn %s, or %s to stay",
		    earns, human_bit_rate(all, sum), price, least);
	return answer(q, "installed", "it carries %s, where a slot has to earn %s, or %s to stay",
	    earns, price, least);
}

static bool
is_installed(struct question *q, const struct installed_entry *e)
{
	const struct target_config *c = target_config(q->t);
	const struct installed_entry *above = installed_cover(q->held, &q->prefix);
	char earns[HUMAN_MAX], text[PREFIX_TEXT_MAX];

	if (attrs_nexthop(c->attrs, e->attrs) != q->nexthop)
		return answer(q, "changing",
		    "it is installed with another next hop than the "
		    "table has now, and is being repaired");
	if (listed(c->always, c->n_always, &q->prefix, true) != NULL)
		return answer(q, "installed", "the configuration says that it always is");
	if (e->covered && above != NULL)
		return answer(q, "installed",
		    "it lies inside %s, which is installed and has another next hop",
		    prefix_format(&above->prefix, text));
	if (q->out->price_bps > 0)
		return is_paid(q);
	return answer(q, "installed", "it is one of the heaviest, with %s",
	    human_bit_rate(q->demand.rate_bps, earns));
}

/* An entry that is held forwards it: one above the route, or inside it, above the place. */
static bool
is_below(struct question *q, const struct installed_entry *e)
{
	uint32_t nexthop = attrs_nexthop(target_config(q->t)->attrs, e->attrs);
	char text[PREFIX_TEXT_MAX];

	prefix_format(&e->prefix, text);
	if (nexthop == q->nexthop && e->prefix.len > q->prefix.len)
		return answer(q, "carried", "%s is installed, for this part of the route", text);
	if (nexthop == q->nexthop)
		return answer(q, "carried",
		    "%s is installed and has the same next hop, so it needs no entry of its own",
		    text);
	if (nexthop == target_default(q->t, q->family))
		return answer(q, "guarded",
		    "%s is installed and leaves it to the default route, rather than to what is "
		    "installed above",
		    text);
	return answer(q, "changing",
	    "%s is installed and has another next hop, which is being repaired", text);
}

static bool
is_pending(struct question *q)
{
	const struct selection *wanted = target_wanted(q->t, q->family);
	const struct select_entry *e = wanted != NULL ? selection_match(wanted, &q->place) : NULL;
	char text[PREFIX_TEXT_MAX];
	bool up = false;

	if (e == NULL || attrs_nexthop(target_config(q->t)->attrs, e->attrs) != q->nexthop)
		return false;
	for (unsigned i = 0; i < target_ports(q->t); i++)
		up |= target_port_is_up(q->t, i, q->family);
	return answer(q, "pending", "%s was selected for it and is not sent yet: %s",
	    prefix_format(&e->prefix, text),
	    up ? "changes go out at a limited rate" : "there is nothing up to send it to");
}

static bool
is_refused(struct question *q)
{
	const struct refusal *refusal = target_refusal(q->t, &q->prefix, q->now);
	const struct ip_prefix *foreign;
	char text[PREFIX_TEXT_MAX];
	unsigned port;

	if (refusal != NULL)
		return answer(q, "refused",
		    "the target refused %s (%s); it is tried again in %.0f s",
		    prefix_equal(&refusal->prefix, &q->prefix)
			? "it"
			: prefix_format(&refusal->prefix, text),
		    refusal->why, mono_sub_s(refusal->until, q->now));
	foreign = target_foreign(q->t, &q->prefix, &port);
	if (foreign != NULL)
		return answer(q, "foreign", "%s has a route of others at %s",
		    target_port_name(q->t, port), prefix_format(foreign, text));
	return false;
}

static bool
is_kept_out(struct question *q)
{
	const struct target_config *c = target_config(q->t);
	const struct ip_prefix *never = listed(c->never, c->n_never, &q->place, false);
	char text[PREFIX_TEXT_MAX];

	if (q->nexthop == RIB_WITHHELD)
		return answer(q, "withheld", "it must not be pushed");
	if (c->follow && q->nexthop == target_default(q->t, q->family))
		return answer(q, "default-alike",
		    "the default route has the same next hop, so it needs no entry");
	if (never != NULL)
		return answer(q, "never", "the configuration says that %s never is",
		    prefix_format(never, text));
	if (is_refused(q))
		return true;
	if (target_is_frozen(q->t))
		return answer(q, "frozen", "nothing is decided anew: an operator has frozen it");
	switch (router_phase(q->r, q->family)) {
	case ROUTER_COLD:
		return answer(
		    q, "cold", "nothing is selected yet: %s", router_phase_why(q->r, q->family));
	case ROUTER_FROZEN:
		return answer(q, "frozen", "nothing is decided anew while input is stale: %s",
		    router_phase_why(q->r, q->family));
	case ROUTER_READY: break;
	}
	return false;
}

/* Entries inside it with its own next hop. */
static bool
has_parts(struct question *q)
{
	struct attrs_table *attrs = target_config(q->t)->attrs;
	struct ip_prefix at = q->prefix;
	const struct installed_entry *e;
	char text[PREFIX_TEXT_MAX] = "";
	unsigned n = 0;

	if (q->held == NULL || q->demand.rate_bps <= 0)
		return false;
	for (e = installed_next(q->held, &at, false);
	     e != NULL && prefix_contains(&q->prefix, &e->prefix);
	     e = installed_next(q->held, &at, false)) {
		struct ip_addr first = prefix_first(&e->prefix);

		if (attrs_nexthop(attrs, e->attrs) != q->nexthop ||
		    rib_lpm(q->rib, &first) != q->id)
			continue;
		if (n++ == 0)
			prefix_format(&e->prefix, text);
	}
	return n > 0 && answer(q, "parts", "%u entr%s inside it carr%s its busy part%s: %s%s", n,
			    n == 1 ? "y" : "ies", n == 1 ? "ies" : "y", n == 1 ? "" : "s", text,
			    n == 1 ? "" : " and others");
}

/* The lightest rate that made it into a table that is full, for an algorithm without a price. */
static double
threshold(const struct question *q)
{
	const struct selection *s = target_wanted(q->t, q->family);
	double least = 0;

	if (s == NULL || q->out->price_bps > 0 || (s->no_room == 0 && s->n < q->status.limit))
		return 0;
	for (size_t i = 0; i < s->n; i++) {
		const struct select_entry *e = selection_at(s, i);

		if (!e->covered && e->rate_bps > 0 && (least == 0 || e->rate_bps < least))
			least = e->rate_bps;
	}
	return least;
}

static bool
is_too_light(struct question *q)
{
	double rate = q->demand.rate_bps, least = threshold(q);
	char earns[HUMAN_MAX], price[HUMAN_MAX];

	human_bit_rate(rate, earns);
	if (q->prefix.len == 0)
		return answer(q, "default-route",
		    "what no entry matches is left to the default route, so it is not pushed");
	if (q->status.limit == 0)
		return answer(q, "no-capacity", "the target has no room for %s entries",
		    q->family == IP_V4 ? "IPv4" : "IPv6");
	if (rate <= 0)
		return answer(q, "no-traffic", "no traffic to it has been sampled");
	if (q->out->price_bps > rate)
		return answer(q, "below-price",
		    "it carries %s +-%.0f %%, and a slot has to earn %s", earns,
		    q->demand.error * 100, human_bit_rate(q->out->price_bps, price));
	if (rate <= target_config(q->t)->min_rate_bps)
		return answer(q, "below-price", "it carries %s, and the least is %s", earns,
		    human_bit_rate(target_config(q->t)->min_rate_bps, price));
	if (least > 0)
		return answer(q, "no-room",
		    "it carries %s; %zu entries fill the table, the lightest with %s", earns,
		    q->status.desired, human_bit_rate(least, price));
	return false;
}

void
verdict_make(struct target *t, const struct router *r, uint32_t id, const struct ip_prefix *place,
    struct mono now, struct verdict *out)
{
	enum ip_family family = (enum ip_family)place->family;
	struct question q = { .t = t,
		.r = r,
		.rib = router_rib(r),
		.family = family,
		.place = *place,
		.id = id,
		.now = now,
		.out = out };
	const struct traffic *traffic = router_traffic_peek(r, family);
	const struct installed_entry *e = NULL;
	char earns[HUMAN_MAX];

	*out = (struct verdict){ 0 };
	q.prefix = rib_prefix(q.rib, family, id);
	q.nexthop = rib_best_nexthop(q.rib, family, id);
	traffic_estimate(traffic, id, now, &q.demand);
	if (t == NULL) {
		(void)answer(&q, "no-target", "routes of this router are pushed nowhere");
		return;
	}
	target_family_status(t, family, &q.status);
	out->price_bps = q.status.selector.price_bps / traffic_demand_filled(traffic, now);
	q.held = target_held(t, family);
	if (q.held != NULL)
		e = installed_match(q.held, &q.place);
	if (e != NULL) {
		(void)(e->prefix.len == q.prefix.len ? is_installed(&q, e) : is_below(&q, e));
		return;
	}
	if (is_kept_out(&q) || is_pending(&q) || has_parts(&q) || is_too_light(&q))
		return;
	(void)answer(&q, "not-worth-it",
	    "it carries %s, but not where one entry would serve it: the more-specifics it would "
	    "hide need entries, too",
	    human_bit_rate(q.demand.rate_bps, earns));
}
