/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sending plans to ports.
 *
 * A plan is safe when every operation of it is carried out, or none from some point on. A port that
 * may refuse an entry does neither: it takes the aggregate and has refused the more-specific that
 * was to keep it off some addresses. So what leans on an entry waits until the port has said that
 * it has it:
 *
 *   an add or a change of p    on every entry inside p, which keeps p's action off its addresses;
 *   a delete of p              on those too, if something else is above p, and on what is above p.
 *
 * The rest of the group (plan.c) waits as well, since its order is what makes it safe; other groups
 * go on, as far as there is room without what waits. When the port has answered, the way from there
 * is planned afresh.
 */
#include "control/target_priv.h"
#include "lib/mem.h"

static void
announce(struct port *port, const struct ip_prefix *p, struct attrs_table *attrs, uint32_t id)
{
	struct route_attrs decoded;

	attrs_get(attrs, id, &decoded);
	port->push.announce(port->push.ctx, p, &decoded, id);
}

void
port_resend(struct target *t, struct port *port, enum ip_family family)
{
	struct port_family *pf = &port->family[family];

	if (!pf->resend) /* and so nothing is said to a port that is down */
		return;
	while (pf->resend && port->push.ready(port->push.ctx, family)) {
		const struct installed_entry *e =
		    installed_next(pf->held, &pf->resend_at, !pf->resend_started);

		pf->resend_started = true;
		if (e != NULL) {
			announce(port, &e->prefix, t->config.attrs, e->attrs);
		} else {
			pf->resend = false;
			if (pf->complete)
				port->push.complete(port->push.ctx, family);
		}
	}
	port->push.flush(port->push.ctx);
}

void
target_port_refresh(struct target *t, unsigned port, enum ip_family family)
{
	struct port_family *pf = &t->ports[port].family[family];

	if (!pf->up)
		return;
	pf->resend = true;
	pf->resend_started = false;
	port_resend(t, &t->ports[port], family);
}

/* --- one operation --- */

static void
carry_out(struct target *t, struct port *port, const struct plan_op *op, struct mono now)
{
	struct port_family *pf = &port->family[op->prefix.family];

	switch (op->kind) {
	case PLAN_ADD:
	case PLAN_CHANGE:
		announce(port, &op->prefix, t->config.attrs, op->attrs);
		installed_put(pf->held, &op->prefix, op->attrs, op->covered, now);
		break;
	case PLAN_DELETE:
		port->push.withdraw(port->push.ctx, &op->prefix);
		installed_remove(pf->held, &op->prefix);
		break;
	case PLAN_KEEP: installed_keep(pf->held, &op->prefix, op->attrs, op->covered); break;
	}
}

static bool
is_unsure(const struct installed_entry *e)
{
	return e->state == INSTALLED_SENT;
}

static bool
is_unsure_inside(const struct installed *held, const struct ip_prefix *p)
{
	struct ip_prefix at = *p;
	const struct installed_entry *e;

	for (e = installed_next(held, &at, false); e != NULL && prefix_contains(p, &at);
	     e = installed_next(held, &at, false))
		if (is_unsure(e))
			return true;
	return false;
}

/* It leans on an entry that the port has not spoken of yet. */
static bool
leans(const struct port *port, const struct installed *held, const struct plan_op *op)
{
	const struct installed_entry *above;

	if (!port->push.reports || installed_stats(held)->in[INSTALLED_SENT] == 0)
		return false;
	switch (op->kind) {
	case PLAN_ADD:
	case PLAN_CHANGE: return is_unsure_inside(held, &op->prefix);
	case PLAN_DELETE:
		above = installed_cover(held, &op->prefix);
		return above != NULL && (is_unsure(above) || is_unsure_inside(held, &op->prefix));
	case PLAN_KEEP: break;
	}
	return false;
}

/* There is room for it, though operations before it wait. */
static bool
fits(const struct installed *held, const struct plan_op *op, size_t most)
{
	struct slots_fill fill = *installed_fill(held);

	if (op->kind != PLAN_ADD)
		return true;
	slots_put(installed_slots(held), &fill, op->prefix.len);
	return slots_used(installed_slots(held), &fill) <= most;
}

/* --- a plan --- */

/* Everything is to go, without waiting. */
static size_t
plan_nothing(struct target *t, const struct port_family *pf, size_t capacity)
{
	static const struct selection nothing;

	t->plan.n_changed = 0;
	plan_build(pf->held, &nothing, capacity, &t->plan);
	return 0;
}

/* The rates of everything are known, or never will be. */
static bool
rates_known(const struct target *t, struct mono now)
{
	const struct router *r = t->config.router;

	return !router_is_sampled(r) || router_averages_known(r, now);
}

/* Carry out the plan as far as the port takes it and has answered; how many operations are left. */
static size_t
carry_out_plan(
    struct target *t, struct port *port, enum ip_family family, size_t most, struct mono now)
{
	struct port_family *pf = &port->family[family];
	struct plan *plan = &t->plan;
	size_t left = 0, i;

	for (i = 0; i < plan->n && port->push.ready(port->push.ctx, family); i++) {
		const struct plan_op *op = &plan->ops[i];

		if (plan_waits(plan, op->group)) {
			left++;
		} else if (leans(port, pf->held, op) || !fits(pf->held, op, most)) {
			plan_wait(plan, op->group);
			left++;
		} else {
			target_spend(pf, op);
			carry_out(t, port, op, now);
		}
	}
	return left + plan->n - i;
}

void
port_push(struct target *t, struct port *port, enum ip_family family, struct mono now)
{
	struct port_family *pf = &port->family[family];
	size_t capacity = target_capacity(t, family), left, waiting;
	/* More is held where the capacity has fallen, and never more than that. */
	size_t used = installed_used(pf->held), most = used > capacity ? used : capacity;

	if (!pf->up || !t->choice[family].current)
		return;
	waiting = port->stopped ? plan_nothing(t, pf, capacity) : target_plan(t, pf, family, now);
	left = carry_out_plan(t, port, family, most, now);
	ASSERT(installed_used(pf->held) <= most);
	pf->pending = left + waiting;
	pf->repairing = left > 0;
	target_planned(t, pf, family, pf->pending == 0 && !port->stopped);
	pf->filled |= pf->pending == 0;
	/* A neighbour that has kept what it was given before we restarted drops at End-of-RIB what
	 * it was not given again. */
	if (pf->filled && !pf->complete && rates_known(t, now)) {
		pf->complete = true;
		port->push.complete(port->push.ctx, family);
	}
	port->push.flush(port->push.ctx);
}

void
target_port_writable(struct target *t, unsigned port, struct mono now)
{
	for (int f = 0; f < IP_FAMILIES; f++) {
		port_resend(t, &t->ports[port], (enum ip_family)f);
		if (t->ports[port].family[f].pending == 0)
			continue;
		if (t->choice[f].current)
			port_push(t, &t->ports[port], (enum ip_family)f, now);
		else
			t->repair = true; /* the RIB has changed since: select again */
	}
}

void
target_port_settled(struct target *t, unsigned port, struct mono now)
{
	for (int f = 0; f < IP_FAMILIES; f++) {
		struct port_family *pf = &t->ports[port].family[f];

		if (pf->repairing && t->choice[f].current &&
		    installed_stats(pf->held)->in[INSTALLED_SENT] == 0)
			port_push(t, &t->ports[port], (enum ip_family)f, now);
	}
}
