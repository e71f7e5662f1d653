/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations wait in a queue until they are due; `last` has the number of the last one on each
 * prefix. A report is about that one: what another on the same prefix follows is carried out
 * without a word, as the target has moved on.
 */
#include "control/sim.h"

#include <stdio.h>
#include <string.h>

#include "control/refusals.h"
#include "lib/mem.h"
#include "lib/rng.h"
#include "ribtrie/trie.h"

struct op {
	struct ip_prefix prefix;
	uint32_t attrs; /* referenced; ATTRS_NONE: withdraw */
	struct mono due;
};

struct sim {
	struct sim_config config;
	struct rng rng;
	struct target *target;
	unsigned port;
	struct mono now;
	struct installed *table[IP_FAMILIES];
	struct trie *last[IP_FAMILIES]; /* prefix -> index in `ops` */
	struct op *ops;                 /* those from `first` on are waiting */
	size_t first, n, cap;
	bool blocked; /* said that it is not ready */
};

struct sim *
sim_new(const struct sim_config *config)
{
	struct sim *s = mem_alloc(MEM_SELECT, sizeof(*s));

	s->config = *config;
	s->rng = rng_make(config->seed);
	for (int f = 0; f < IP_FAMILIES; f++) {
		s->table[f] = installed_new((enum ip_family)f, config->attrs);
		installed_set_nexthops_only(s->table[f]);
		s->last[f] = trie_new((enum ip_family)f);
	}
	return s;
}

void
sim_free(struct sim *s)
{
	if (s == NULL)
		return;
	if (s->target != NULL)
		target_remove_port(s->target, s->port);
	for (size_t i = s->first; i < s->n; i++)
		if (s->ops[i].attrs != ATTRS_NONE)
			attrs_unref(s->config.attrs, s->ops[i].attrs);
	for (int f = 0; f < IP_FAMILIES; f++) {
		installed_free(s->table[f]);
		trie_free(s->last[f]);
	}
	mem_free(MEM_SELECT, s->ops);
	mem_free(MEM_SELECT, s);
}

void
sim_reconfigure(struct sim *s, const struct sim_config *config)
{
	ASSERT(config->attrs == s->config.attrs);
	s->config = *config;
}

const char *
sim_name(const struct sim *s)
{
	return s->config.name;
}

/* --- the port --- */

static bool
ready(void *ctx, enum ip_family family)
{
	struct sim *s = ctx;
	bool full = s->n - s->first >= SIM_QUEUE_MAX;

	(void)family;
	s->blocked |= full;
	return !full;
}

static void
give(struct sim *s, const struct ip_prefix *p, uint32_t attrs)
{
	if (s->n == s->cap && s->first > s->cap / 2) {
		/* The indices in `last` are of before: renumber what waits. */
		memmove(s->ops, s->ops + s->first, (s->n - s->first) * sizeof(*s->ops));
		s->n -= s->first;
		s->first = 0;
		for (size_t i = 0; i < s->n; i++)
			trie_insert(
			    s->last[s->ops[i].prefix.family], &s->ops[i].prefix, (uint32_t)i);
	} else if (s->n == s->cap) {
		s->cap = s->cap == 0 ? 2 * SIM_QUEUE_MAX : s->cap * 2;
		s->ops = mem_resize(MEM_SELECT, s->ops, s->cap, sizeof(*s->ops));
	}
	if (attrs != ATTRS_NONE)
		attrs_ref(s->config.attrs, attrs);
	trie_insert(s->last[p->family], p, (uint32_t)s->n);
	s->ops[s->n++] = (struct op){
		.prefix = *p, .attrs = attrs, .due = mono_add_us(s->now, s->config.latency_us)
	};
}

static void
announce(void *ctx, const struct ip_prefix *p, const struct route_attrs *attrs, uint32_t attrs_key)
{
	(void)attrs;
	give(ctx, p, attrs_key);
}

static void
withdraw(void *ctx, const struct ip_prefix *p)
{
	give(ctx, p, ATTRS_NONE);
}

static void
complete(void *ctx, enum ip_family family)
{
	(void)ctx;
	(void)family;
}

static void
flush(void *ctx)
{
	(void)ctx;
}

unsigned
sim_attach(struct sim *s, struct target *t)
{
	static const bool both[IP_FAMILIES] = { true, true };
	const struct push push = {
		.ctx = s,
		.name = s->config.name,
		.nexthops_only = true,
		.reports = true,
		.ready = ready,
		.announce = announce,
		.withdraw = withdraw,
		.complete = complete,
		.flush = flush,
	};

	s->target = t;
	s->port = target_add_port(t, &push);
	target_port_up(t, s->port, both);
	return s->port;
}

/* --- carrying out --- */

struct mono
sim_due(const struct sim *s)
{
	return s->first < s->n ? s->ops[s->first].due : MONO_NEVER;
}

/* An add or a change. `last`: the target wants to know. */
static void
put(struct sim *s, const struct op *op, bool last)
{
	enum ip_family family = (enum ip_family)op->prefix.family;
	bool is_there = installed_get(s->table[family], &op->prefix) != NULL;
	char why[REFUSAL_WHY_MAX];

	if (!is_there && installed_count(s->table[family]) >= s->config.capacity[family]) {
		snprintf(why, sizeof(why), "the table is full with %zu entries",
		    installed_count(s->table[family]));
		if (last)
			target_port_refused(
			    s->target, s->port, &op->prefix, TARGET_REFUSED_FULL, why, s->now);
	} else if (rng_unit(&s->rng) < s->config.failure_rate) {
		if (last)
			target_port_refused(s->target, s->port, &op->prefix, TARGET_REFUSED_ENTRY,
			    "simulated failure", s->now);
	} else {
		installed_put(s->table[family], &op->prefix, op->attrs, false, s->now);
		if (last)
			target_port_reached(s->target, s->port, &op->prefix, INSTALLED_HARDWARE);
	}
}

static void
carry_out(struct sim *s, size_t i)
{
	struct op op = s->ops[i];
	struct trie *last = s->last[op.prefix.family];
	bool is_last = trie_get(last, &op.prefix) == i;

	if (is_last)
		trie_remove(last, &op.prefix);
	if (op.attrs == ATTRS_NONE) {
		installed_remove(s->table[op.prefix.family], &op.prefix);
		return;
	}
	put(s, &op, is_last);
	attrs_unref(s->config.attrs, op.attrs);
}

void
sim_run(struct sim *s, struct mono now)
{
	s->now = now;
	while (s->first < s->n && mono_reached(now, s->ops[s->first].due))
		carry_out(s, s->first++);
	if (s->first == s->n)
		s->first = s->n = 0;
	if (s->blocked && s->n - s->first < SIM_QUEUE_MAX / 2) {
		s->blocked = false;
		target_port_writable(s->target, s->port, now);
	}
	target_port_settled(s->target, s->port, now);
}

const struct installed *
sim_table(const struct sim *s, enum ip_family family)
{
	return s->table[family];
}

void
sim_hold(struct sim *s, const struct ip_prefix *p, const struct route_attrs *attrs)
{
	uint32_t id = attrs_intern(s->config.attrs, attrs);

	installed_put(s->table[p->family], p, id, false, s->now);
	attrs_unref(s->config.attrs, id);
}

void
sim_lose(struct sim *s, const struct ip_prefix *p)
{
	if (installed_remove(s->table[p->family], p) &&
	    trie_get(s->last[p->family], p) == TRIE_NONE)
		target_port_lost(s->target, s->port, p);
}
