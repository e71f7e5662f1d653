/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ports tell of what became of entries.
 *
 * An entry that is not there although it was wanted is dangerous only to those that cover it: the
 * addresses it was to take go where they send them. A lost one is put back by the repair. A refused
 * one is not to be had, so everything that covers it is withdrawn at once, shortest first: with
 * nothing above it, each falls to the default. After that the selection does without the refused
 * prefix, and so without what would cover it.
 *
 * Two kinds of refusal. `entry`: this one cannot be held (a hash bucket is full, a next hop is not
 * possible); others can, so it is kept out for a while (refusals.h). `full`: there is less room
 * than was configured. What was there then becomes the ceiling of the port and family
 * (ceiling.h), and the next selection, made for that much, leaves out what is worth least.
 */
#include <string.h>

#include "control/target_priv.h"
#include "lib/mem.h"

/* --- room --- */

/* What is configured for the family, or what the other one leaves of a table they share: slots that
 * were moved are there when the other has given them up. */
static size_t
configured(const struct target *t, const struct port *port, enum ip_family family)
{
	enum ip_family other = family == IP_V4 ? IP_V6 : IP_V4;
	size_t all = t->config.capacity[IP_V4], used;

	if (!t->config.shared)
		return t->config.capacity[family];
	used = installed_used(port->family[other].held);
	return size_min(t->quota[family], all > used ? all - used : 0);
}

size_t
target_port_capacity(const struct target *t, unsigned port, enum ip_family family)
{
	const struct port *p = &t->ports[port];

	return ceiling_limit(&p->family[family].ceiling, configured(t, p, family));
}

size_t
target_capacity(const struct target *t, enum ip_family family)
{
	size_t least = t->config.shared ? t->quota[family] : t->config.capacity[family];

	for (unsigned i = 0; i < t->n_ports; i++)
		least = size_min(least, target_port_capacity(t, i, family));
	return least;
}

/* What was chosen may be too much by now: choose again. */
static void
choose_again(struct target *t, enum ip_family family)
{
	t->choice[family].current = false;
	t->repair = true;
}

void
target_port_room(struct target *t, unsigned port, enum ip_family family, size_t room)
{
	struct ceiling *c = &t->ports[port].family[family].ceiling;

	if (c->reported == room)
		return;
	ceiling_report(c, room);
	choose_again(t, family);
}

size_t
target_port_ceiling(const struct target *t, unsigned port, enum ip_family family)
{
	return t->ports[port].family[family].ceiling.learned;
}

void
target_port_restore_ceiling(
    struct target *t, unsigned port, enum ip_family family, size_t learned, struct mono now)
{
	ceiling_restore(&t->ports[port].family[family].ceiling, learned, now);
	choose_again(t, family);
}

/* No more than `held` was taken. */
static void
full(struct target *t, struct port *port, enum ip_family family, size_t held, const char *why,
    struct mono now)
{
	struct port_family *pf = &port->family[family];

	if (ceiling_refused(&pf->ceiling, held, now) == CEILING_LOWERED)
		events_raise(t->config.events, now, EVENT_WARNING, "ceiling",
		    "target %s: room for %zu %s entries of %u: %s", port->push.name,
		    pf->ceiling.learned, ip_family_name(family), t->config.capacity[family], why);
}

void
target_port_full(
    struct target *t, unsigned number, enum ip_family family, const char *why, struct mono now)
{
	struct port *port = &t->ports[number];

	full(t, port, family, installed_count(port->family[family].held), why, now);
	choose_again(t, family);
}

/* More would be installed if there were room. */
static bool
pressed(const struct target *t, enum ip_family family)
{
	const struct selection *wanted = &t->choice[family].wanted;
	size_t limit = target_limit(t, family);

	return wanted->no_room > 0 || wanted->n >= limit - limit / 100;
}

void
target_probe_ceilings(struct target *t, enum ip_family family, struct mono now)
{
	bool more = pressed(t, family);

	for (unsigned i = 0; i < t->n_ports; i++)
		if (ceiling_tick(&t->ports[i].family[family].ceiling, t->config.capacity[family],
			more, now) == CEILING_LIFTED)
			events_raise(t->config.events, now, EVENT_INFO, "ceiling",
			    "target %s: room for all %u %s entries again", t->ports[i].push.name,
			    t->config.capacity[family], ip_family_name(family));
}

/* --- entries --- */

static size_t
append(struct ip_prefix *list, size_t at, const struct ip_prefix *more, size_t n)
{
	if (n > 0)
		memcpy(list + at, more, n * sizeof(*list));
	return at + n;
}

const struct ip_prefix *
target_never(struct target *t, enum ip_family family, struct mono now, size_t *n)
{
	const struct target_config *c = &t->config;

	size_t max = c->n_never + REFUSALS_MAX;

	for (unsigned i = 0; i < t->n_ports; i++)
		max += t->ports[i].n_foreign;
	if (t->refusals.n == 0 && max == c->n_never + REFUSALS_MAX) {
		*n = c->n_never;
		return c->never;
	}
	t->never = mem_resize(MEM_SELECT, t->never, max, sizeof(*t->never));
	*n = append(t->never, 0, c->never, c->n_never);
	for (unsigned i = 0; i < t->n_ports; i++)
		*n = append(t->never, *n, t->ports[i].foreign, t->ports[i].n_foreign);
	*n += refusals_active(&t->refusals, family, now, t->never + *n);
	return t->never;
}

void
target_port_keep_off(struct target *t, unsigned port, const struct ip_prefix *foreign, size_t n)
{
	t->ports[port].foreign = foreign;
	t->ports[port].n_foreign = n;
	for (int f = 0; f < IP_FAMILIES; f++)
		choose_again(t, (enum ip_family)f);
}

void
target_port_nexthops_changed(struct target *t, unsigned port)
{
	(void)port;
	for (int f = 0; f < IP_FAMILIES; f++)
		choose_again(t, (enum ip_family)f);
}

/* Withdraw everything that covers p, shortest first. */
static void
give_up_above(struct port *port, const struct ip_prefix *p)
{
	struct installed *held = port->family[p->family].held;
	struct ip_prefix above[129];
	const struct installed_entry *e = installed_cover(held, p);
	size_t n = 0;

	for (; e != NULL; e = installed_cover(held, &e->prefix))
		above[n++] = e->prefix;
	while (n-- > 0) {
		port->push.withdraw(port->push.ctx, &above[n]);
		installed_remove(held, &above[n]);
	}
}

void
target_port_refused(struct target *t, unsigned number, const struct ip_prefix *p,
    enum target_refusal kind, const char *why, struct mono now)
{
	struct port *port = &t->ports[number];
	enum ip_family family = (enum ip_family)p->family;
	struct installed *held = port->family[family].held;
	const struct installed_entry *e = installed_get(held, p);

	if (!port->family[family].up || e == NULL)
		return;
	give_up_above(port, p);
	e = installed_get(held, p); /* it may have moved */
	if (e->there)
		port->push.withdraw(port->push.ctx, p);
	installed_remove(held, p);
	port->push.flush(port->push.ctx);
	port->family[family].refused++;
	if (kind == TARGET_REFUSED_NEXTHOP)
		return; /* that is no fault of the entry: the port says when it can be used */
	if (kind == TARGET_REFUSED_FULL || !refusals_add(&t->refusals, p, why, now))
		full(t, port, family, installed_stats(held)->there, why, now);
	else
		events_raise(t->config.events, now, EVENT_WARNING, "refused",
		    "target %s refused %s: %s", port->push.name,
		    prefix_format(p, (char[PREFIX_TEXT_MAX]){ 0 }), why);
	choose_again(t, family);
}

void
target_port_reached(
    struct target *t, unsigned port, const struct ip_prefix *p, enum installed_state state)
{
	struct port_family *pf = &t->ports[port].family[p->family];

	ASSERT(state >= INSTALLED_ACKNOWLEDGED);
	if (pf->up && installed_set_state(pf->held, p, state))
		refusals_forgive(&t->refusals, p);
}

void
target_port_lost(struct target *t, unsigned port, const struct ip_prefix *p)
{
	struct port_family *pf = &t->ports[port].family[p->family];

	if (!pf->up || !installed_remove(pf->held, p))
		return;
	pf->lost++;
	t->repair = true;
}

void
target_port_adopt(struct target *t, unsigned port, const struct ip_prefix *p,
    const struct route_attrs *attrs, struct mono now)
{
	struct port_family *pf = &t->ports[port].family[p->family];
	uint32_t id = attrs_intern(t->config.attrs, attrs);

	if (pf->up) {
		installed_adopt(pf->held, p, id, now);
		pf->adopted = true;
		t->repair = true;
	}
	attrs_unref(t->config.attrs, id);
}

/* --- why entries are not there --- */

const struct refusal *
target_refusal(const struct target *t, const struct ip_prefix *p, struct mono now)
{
	return refusals_overlapping(&t->refusals, p, now);
}

const struct refusals *
target_refusals(const struct target *t)
{
	return &t->refusals;
}

const struct ip_prefix *
target_foreign(const struct target *t, const struct ip_prefix *p, unsigned *port)
{
	for (unsigned i = 0; i < t->n_ports; i++) {
		const struct ip_prefix *foreign = t->ports[i].foreign;

		for (size_t k = 0; k < t->ports[i].n_foreign; k++)
			if (prefix_contains(&foreign[k], p) || prefix_contains(p, &foreign[k])) {
				*port = i;
				return &foreign[k];
			}
	}
	return NULL;
}

const char *
target_port_why_pending(const struct target *t, unsigned number, enum ip_family family)
{
	const struct port *port = &t->ports[number];
	const struct port_family *pf = &port->family[family];

	if (!pf->up)
		return "nothing is up to send it to";
	if (port->stopped)
		return "it has been told to hold nothing";
	if (!port->push.ready(port->push.ctx, family))
		return "it takes no more at the moment";
	if (pf->pending > 0)
		return "changes that follow the traffic go out at a limited rate";
	return "it is about to be sent";
}
