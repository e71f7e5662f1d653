/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each run makes a fresh selection and, for each port, a fresh plan from what that port holds now;
 * nothing of an earlier plan is kept. A port that cannot take more stops its plan, which is safe at
 * any point (select/plan.c), and the rest is planned again from there.
 *
 * A withdrawn entry with nothing installed above it leaves without a plan: its addresses fall to
 * the default, which is always right. Below another entry that would not do: more-specifics that
 * were pruned because they forwarded alike would fall to the entry above, so a plan has to put them
 * in first. Those, and every other change that touches what is installed, go through a run, which
 * the caller starts within milliseconds of target_repair_wanted().
 */
#include <string.h>

#include "control/target_priv.h"
#include "lib/mem.h"

/* What was adopted is not judged before so many samples an entry have come, or so long. */
#define ADOPTED_SAMPLES 3
#define ADOPTED_MOST_S  300

/* As it is before anything happened; push NULL: nobody has the number. */
static void
port_init(struct target *t, struct port *port, const struct push *push)
{
	t->ports_version++;
	*port = (struct port){ .push.name = NULL };
	if (push != NULL)
		port->push = *push;
	for (int f = 0; f < IP_FAMILIES; f++) {
		struct installed *held = installed_new((enum ip_family)f, t->config.attrs);

		installed_set_slots(held, &t->config.slots[f]);
		if (port->push.nexthops_only)
			installed_set_nexthops_only(held);
		port->family[f].held = held;
		ceiling_init(&port->family[f].ceiling, t->config.probe_s);
	}
}

static void
port_fini(struct port *port)
{
	for (int f = 0; f < IP_FAMILIES; f++)
		installed_free(port->family[f].held);
}

static void
take_config(struct target *t, const struct target_config *config)
{
	size_t all = config->capacity[IP_V4];

	ASSERT(config->headroom >= 0 && config->headroom < 1);
	t->config = *config;
	for (int f = 0; f < IP_FAMILIES; f++)
		if (config->slots[f].of[0] == 0)
			t->config.slots[f] = slots_plain;
	if (config->shared && t->quota[IP_V4] + t->quota[IP_V6] != all) {
		t->quota[IP_V4] = all - all / 4;
		t->quota[IP_V6] = all / 4;
	}
}

struct target *
target_new(const struct target_config *config)
{
	struct target *t = mem_alloc(MEM_SELECT, sizeof(*t));

	take_config(t, config);
	for (int f = 0; f < IP_FAMILIES; f++)
		choice_init(&t->choice[f], config);
	plan_init(&t->plan);
	return t;
}

void
target_free(struct target *t)
{
	if (t == NULL)
		return;
	for (unsigned i = 0; i < t->n_ports; i++)
		port_fini(&t->ports[i]);
	mem_free(MEM_SELECT, t->ports);
	mem_free(MEM_SELECT, t->never);
	for (int f = 0; f < IP_FAMILIES; f++)
		choice_fini(&t->choice[f]);
	plan_fini(&t->plan);
	mem_free(MEM_SELECT, t);
}

const struct target_config *
target_config(const struct target *t)
{
	return &t->config;
}

void
target_freeze(struct target *t, bool frozen)
{
	t->frozen = frozen;
}

bool
target_is_frozen(const struct target *t)
{
	return t->frozen;
}

/* --- ports --- */

unsigned
target_add_port(struct target *t, const struct push *push)
{
	unsigned i = 0;

	while (i < t->n_ports && t->ports[i].push.name != NULL)
		i++;
	if (i == t->n_ports)
		t->ports = mem_resize(MEM_SELECT, t->ports, ++t->n_ports, sizeof(*t->ports));
	else
		port_fini(&t->ports[i]);
	port_init(t, &t->ports[i], push);
	return i;
}

void
target_remove_port(struct target *t, unsigned port)
{
	port_fini(&t->ports[port]);
	port_init(t, &t->ports[port], NULL);
}

void
target_reconfigure(struct target *t, const struct target_config *config)
{
	bool other_selection = config->selection != t->config.selection;

	ASSERT(config->router == t->config.router && config->attrs == t->config.attrs);
	take_config(t, config);
	for (int f = 0; f < IP_FAMILIES; f++) {
		if (other_selection) {
			choice_fini(&t->choice[f]);
			choice_init(&t->choice[f], config);
		}
		t->choice[f].current = false;
		for (unsigned i = 0; i < t->n_ports; i++)
			t->ports[i].family[f].ceiling.probe_s = config->probe_s;
		for (unsigned i = 0; i < t->n_ports; i++)
			installed_set_slots(t->ports[i].family[f].held, &t->config.slots[f]);
	}
	t->repair = true;
}

static void
port_reset(struct target *t, unsigned port, const bool families[IP_FAMILIES])
{
	for (int f = 0; f < IP_FAMILIES; f++) {
		struct port_family *pf = &t->ports[port].family[f];

		installed_clear(pf->held);
		pf->up = families[f];
		pf->filled = pf->complete = pf->resend = pf->adopted = pf->settled = false;
		pf->pending = 0;
	}
}

void
target_port_up(struct target *t, unsigned port, const bool families[IP_FAMILIES])
{
	port_reset(t, port, families);
	t->repair = true;
}

void
target_port_down(struct target *t, unsigned port)
{
	static const bool none[IP_FAMILIES] = { false };

	port_reset(t, port, none);
}

void
target_port_stop(struct target *t, unsigned port, bool stop)
{
	t->ports[port].stopped = stop;
	t->repair = true;
}

/* --- changes of the RIB --- */

/* Some address of p is forwarded by an entry held: one above it, or, since entries need not be
 * routes, one inside. */
static bool
touches(const struct installed *held, const struct ip_prefix *p)
{
	struct ip_prefix at = *p;
	const struct installed_entry *e;

	if (installed_count(held) == 0)
		return false;
	if (installed_match(held, p) != NULL)
		return true;
	e = installed_next(held, &at, false);
	return e != NULL && prefix_contains(p, &e->prefix);
}

void
target_route_changed(struct target *t, const struct ip_prefix *p, const struct rib_result *result)
{
	bool changed = false;

	choice_route_changed(t, p, result);
	if (p->len == 0)
		t->repair = true; /* the default itself */
	for (unsigned i = 0; i < t->n_ports; i++) {
		struct port *port = &t->ports[i];
		struct port_family *pf = &port->family[p->family];

		if (!touches(pf->held, p))
			continue;
		changed = true;
		if (result->change == RIB_REMOVED && installed_cover(pf->held, p) == NULL &&
		    installed_remove(pf->held, p)) {
			port->push.withdraw(port->push.ctx, p);
			port->push.flush(port->push.ctx);
		}
		t->repair = true;
	}
	if (changed || p->len == 0)
		changes_add(&t->choice[p->family].changes, p);
}

bool
target_repair_wanted(const struct target *t)
{
	return t->repair;
}

/* --- the run --- */

/* The family's samples say something about that many entries: few of them can have been missed by
 * chance (5 % of those with their share of three samples each), or it would take too long. */
static bool
can_judge(const struct target *t, enum ip_family family, size_t entries, struct mono now)
{
	struct router *r = t->config.router;
	double s = router_sampled_s(r, now);

	return router_averages_known(r, now) &&
	       (s >= ADOPTED_MOST_S || s * traffic_samples_per_s(router_traffic(r, family), now) >=
					   ADOPTED_SAMPLES * (double)entries);
}

/* What was found at a port was chosen for rates that are not known again yet. */
static bool
keeps_adopted(struct target *t, enum ip_family family, struct mono now)
{
	bool any = false;

	for (unsigned i = 0; i < t->n_ports; i++) {
		struct port_family *pf = &t->ports[i].family[family];

		if (pf->adopted)
			pf->adopted = !can_judge(t, family, installed_count(pf->held), now);
		any |= pf->adopted;
	}
	return any;
}

/* Every repair that was due has been sent to every port. */
static void
forget_changes(struct target *t, enum ip_family family)
{
	bool repairing = !t->choice[family].current;

	for (unsigned i = 0; i < t->n_ports; i++)
		repairing |= t->ports[i].family[family].up && t->ports[i].family[family].repairing;
	if (!repairing)
		t->choice[family].changes.n = 0;
}

static bool
is_stale(struct target *t, enum ip_family family, struct mono now)
{
	return router_phase(t->config.router, family) == ROUTER_FROZEN || t->frozen ||
	       keeps_adopted(t, family, now);
}

/* While frozen each port keeps what it holds; they may differ, so an algorithm without a memory
 * makes a selection for each, when it is pushed. */
static void
choose(struct target *t, enum ip_family family, struct mono now)
{
	bool stale = is_stale(t, family, now);

	if (choice_is_per_port(t))
		t->choice[family].current = false;
	target_probe_ceilings(t, family, now);
	if (!stale || !choice_is_per_port(t))
		choice_make(t, family, stale, NULL, now);
}

static void
push_all(struct target *t, enum ip_family family, struct mono now)
{
	bool per_port = choice_is_per_port(t) && is_stale(t, family, now);

	for (unsigned i = 0; i < t->n_ports; i++) {
		struct port *port = &t->ports[i];

		if (per_port)
			choice_make(t, family, true, port->family[family].held, now);
		port_resend(t, port, family);
		port_push(t, port, family, now);
	}
	if (per_port && t->n_ports == 0)
		choice_make(t, family, true, NULL, now);
	forget_changes(t, family);
	if (per_port && t->n_ports > 1)
		t->choice[family].current = false; /* it is the last port's own */
	choice_note_held(t, family, now); /* now, and not when the next route has changed */
}

void
target_begin(struct target *t, struct mono now)
{
	choice_ask_nexthops(t, now);
	t->repair = false;
	t->runs++;
	if (t->config.shared)
		target_share(t);
	t->due[IP_V4] = t->due[IP_V6] = DUE_CHOICE;
}

bool
target_run_next(struct target *t, struct mono now)
{
	enum ip_family f = t->due[IP_V4] != DUE_NOTHING ? IP_V4 : IP_V6;
	enum target_due due = t->due[f];

	t->due[f] = DUE_NOTHING;
	if (due != DUE_NOTHING && router_phase(t->config.router, f) != ROUTER_COLD) {
		/* Routes may have changed since. */
		if (due == DUE_CHOICE || !t->choice[f].current)
			choose(t, f, now);
		if (due == DUE_CHOICE)
			t->due[f] = DUE_PUSH;
		else
			push_all(t, f, now);
	}
	return t->due[IP_V4] != DUE_NOTHING || t->due[IP_V6] != DUE_NOTHING;
}

void
target_run(struct target *t, struct mono now)
{
	target_begin(t, now);
	while (target_run_next(t, now))
		;
}

bool
target_work(struct target *t, struct mono now)
{
	for (int f = 0; f < IP_FAMILIES; f++)
		if (choice_work(t, (enum ip_family)f, now))
			return true;
	return false;
}

/* --- status --- */

void
target_family_status(
    const struct target *t, enum ip_family family, struct target_family_status *out)
{
	*out = (struct target_family_status){
		.capacity = t->config.shared ? t->quota[family] : t->config.capacity[family],
		.limit = target_limit(t, family),
		.desired = t->choice[family].wanted.n,
		.no_room = t->choice[family].wanted.no_room,
		.selection_s = t->cost_s,
		.runs = t->runs,
	};
	selector_status(t->choice[family].selector, &out->selector);
	choice_default(t, family, &out->default_action, &out->default_attrs);
}

void
target_note_cost(struct target *t, double cpu_s)
{
	t->cost_s = cpu_s;
}

void
target_port_status(
    const struct target *t, unsigned port, enum ip_family family, struct target_port_status *out)
{
	const struct port_family *pf = &t->ports[port].family[family];
	const struct installed_stats *stats = installed_stats(pf->held);

	*out = (struct target_port_status){
		.desired = t->choice[family].wanted.n,
		.installed = installed_count(pf->held),
		.installed_max = stats->most,
		.pending = pf->pending,
		.added = stats->added,
		.removed = stats->removed,
		.changed = stats->changed,
		.refused = pf->refused,
		.lost = pf->lost,
		.capacity = target_port_capacity(t, port, family),
	};
	memcpy(out->in, stats->in, sizeof(out->in));
}

bool
target_port_is_up(const struct target *t, unsigned port, enum ip_family family)
{
	return t->ports[port].family[family].up;
}

const char *
target_port_name(const struct target *t, unsigned port)
{
	return t->ports[port].push.name;
}

const struct installed *
target_port_installed(const struct target *t, unsigned port, enum ip_family family)
{
	return t->ports[port].family[family].held;
}

unsigned
target_ports(const struct target *t)
{
	return t->n_ports;
}
