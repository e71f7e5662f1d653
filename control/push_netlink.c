/* SPDX-License-Identifier: Apache-2.0 */
#include "control/push_netlink.h"

#include "lib/mem.h"

struct push_netlink {
	struct fib *fib;
	const struct nl_model *model;
	struct target *target; /* NULL: not attached */
	unsigned port;
	bool read;  /* the kernel's tables have been */
	bool ready; /* and what was found there is adopted */
	unsigned budget;
	uint64_t foreign_at;
	struct ip_prefix *foreign; /* lent to the target */
};

struct push_netlink *
push_netlink_new(struct fib *f, const struct nl_model *model)
{
	struct push_netlink *p = mem_alloc(MEM_KERNEL, sizeof(*p));

	p->fib = f;
	p->model = model;
	p->budget = PUSH_NETLINK_TURN;
	p->foreign_at = UINT64_MAX;
	return p;
}

void
push_netlink_free(struct push_netlink *p)
{
	if (p == NULL)
		return;
	mem_free(MEM_KERNEL, p->foreign);
	mem_free(MEM_KERNEL, p);
}

/* --- the port's operations --- */

static bool
ready(void *ctx, enum ip_family family)
{
	const struct push_netlink *p = ctx;

	(void)family;
	return p->ready && p->budget > 0;
}

static void
announce(
    void *ctx, const struct ip_prefix *prefix, const struct route_attrs *attrs, uint32_t attrs_key)
{
	struct push_netlink *p = ctx;

	(void)attrs_key;
	p->budget -= p->budget > 0;
	fib_put(p->fib, prefix, &attrs->nexthop);
}

static void
withdraw(void *ctx, const struct ip_prefix *prefix)
{
	struct push_netlink *p = ctx;

	p->budget -= p->budget > 0;
	fib_remove(p->fib, prefix);
}

static void
complete(void *ctx, enum ip_family family)
{
	struct push_netlink *p = ctx;

	fib_complete(p->fib, family);
}

static void
flush(void *ctx)
{
	struct push_netlink *p = ctx;

	fib_flush(p->fib);
}

static const char *
unusable(void *ctx, const struct route_nexthop *hop)
{
	struct push_netlink *p = ctx;

	return p->read ? fib_unusable(p->fib, hop) : NULL;
}

unsigned
push_netlink_attach(struct push_netlink *p, struct target *t)
{
	const struct push push = { .ctx = p,
		.name = "netlink",
		.nexthops_only = true,
		.reports = true,
		.ready = ready,
		.announce = announce,
		.withdraw = withdraw,
		.complete = complete,
		.flush = flush,
		.unusable = unusable };

	p->target = t;
	p->port = target_add_port(t, &push);
	return p->port;
}

/* --- what became of it --- */

static void
adopt(struct push_netlink *p, const struct fib_event *e, struct mono now)
{
	const struct route_attrs attrs = { .nexthop = e->hop };

	fib_adopt(p->fib, &e->prefix, &e->hop);
	target_port_adopt(p->target, p->port, &e->prefix, &attrs, now);
}

static void
tell(struct push_netlink *p, const struct fib_event *e, struct mono now)
{
	struct target *t = p->target;

	switch (e->kind) {
	case FIB_FOUND: adopt(p, e, now); break;
	case FIB_ACKNOWLEDGED:
		target_port_reached(t, p->port, &e->prefix, INSTALLED_ACKNOWLEDGED);
		break;
	case FIB_SEEN: target_port_reached(t, p->port, &e->prefix, INSTALLED_SEEN); break;
	case FIB_HARDWARE: target_port_reached(t, p->port, &e->prefix, INSTALLED_HARDWARE); break;
	case FIB_FULL:
	case FIB_FAILED:
		target_port_refused(t, p->port, &e->prefix, TARGET_REFUSED_FULL, e->why, now);
		break;
	case FIB_REFUSED:
		target_port_refused(t, p->port, &e->prefix, TARGET_REFUSED_ENTRY, e->why, now);
		break;
	case FIB_UNRESOLVED:
		target_port_refused(t, p->port, &e->prefix, TARGET_REFUSED_NEXTHOP, e->why, now);
		break;
	}
}

/* True when there was anything. */
static bool
tell_all(struct push_netlink *p, struct mono now)
{
	struct fib_event e;
	bool any = false;

	for (; fib_next_event(p->fib, &e); any = true)
		tell(p, &e, now);
	return any;
}

/* The routes of others, which the selection has to keep off. */
static void
carve_out(struct push_netlink *p)
{
	struct ip_prefix *foreign;
	size_t n;

	if (p->foreign_at == nl_model_foreign_generation(p->model))
		return;
	p->foreign_at = nl_model_foreign_generation(p->model);
	foreign = nl_model_foreign(p->model, &n);
	target_port_keep_off(p->target, p->port, foreign, n);
	mem_free(MEM_KERNEL, p->foreign);
	p->foreign = foreign;
}

void
push_netlink_up(struct push_netlink *p)
{
	p->read = true;
}

bool
push_netlink_turn(struct push_netlink *p, bool usable_changed, struct mono now)
{
	static const bool both[IP_FAMILIES] = { true, true };
	bool spent = p->budget == 0;

	if (p->target == NULL || !p->read)
		return false;
	if (!p->ready)
		target_port_up(p->target, p->port, both);
	carve_out(p);
	tell_all(p, now);
	if (usable_changed)
		target_port_nexthops_changed(p->target, p->port);
	p->ready = true;
	p->budget = PUSH_NETLINK_TURN;
	do
		target_port_settled(p->target, p->port, now);
	while (tell_all(p, now)); /* of what was sent for that */
	return spent || p->budget == 0;
}

void
push_netlink_more(struct push_netlink *p, struct mono now)
{
	if (p->target != NULL && p->ready)
		target_port_writable(p->target, p->port, now);
}
