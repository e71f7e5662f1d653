/* SPDX-License-Identifier: Apache-2.0 */
#include "control/select/emap.h"

#include <string.h>

#include "lib/mem.h"

#define EMAP_GROWN_MAX 22

void
emap_init(struct emap *m)
{
	m->n = 0;
	m->grown = 0;
	m->lent = false;
}

void
emap_init_in(struct emap *m, struct emap_room *room)
{
	m->n = 0;
	m->grown = EMAP_ROOM_GROWN;
	m->lent = true;
	m->as.many = room->pairs;
}

void
emap_fini(struct emap *m)
{
	if (m->grown > 0 && !m->lent)
		mem_free(MEM_SELECT, m->as.many);
	emap_init(m);
}

static struct emap_pair *
pairs(struct emap *m)
{
	return m->grown == 0 ? m->as.few : m->as.many;
}

static __attribute__((noinline)) void
grow(struct emap *m, uint32_t n)
{
	struct emap_pair *many;
	unsigned grown = m->grown;

	while ((uint32_t)EMAP_INLINE << grown < n)
		grown++;
	ASSERT(grown <= EMAP_GROWN_MAX);
	many = mem_calloc(MEM_SELECT, (size_t)EMAP_INLINE << grown, sizeof(*many));
	memcpy(many, emap_pairs(m), m->n * sizeof(*many));
	if (m->grown > 0 && !m->lent)
		mem_free(MEM_SELECT, m->as.many);
	m->as.many = many;
	m->grown = (uint8_t)grown;
	m->lent = false;
}

static inline void
reserve(struct emap *m, uint32_t n)
{
	if (n > (uint32_t)EMAP_INLINE << m->grown)
		grow(m, n);
}

void
emap_copy(struct emap *m, const struct emap *from)
{
	struct emap_pair *to;

	if (from->n <= EMAP_INLINE)
		emap_fini(m);
	reserve(m, from->n);
	to = pairs(m);
	for (uint32_t i = 0; i < from->n; i++)
		to[i] = emap_pairs(from)[i];
	m->n = from->n;
}

bool
emap_equal(const struct emap *a, const struct emap *b)
{
	const struct emap_pair *x = emap_pairs(a), *y = emap_pairs(b);

	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (x[i].action != y[i].action || x[i].value != y[i].value)
			return false;
	return true;
}

void
emap_sum(struct emap *m, const struct emap *a, const struct emap *b)
{
	const struct emap_pair *x = emap_pairs(a), *y = emap_pairs(b);
	const struct emap_pair *x_end = x + a->n, *y_end = y + b->n;
	struct emap_pair *out;

	m->n = 0;
	reserve(m, a->n + b->n);
	out = pairs(m);
	while (x < x_end || y < y_end) {
		if (y == y_end || (x < x_end && x->action < y->action)) {
			*out++ = *x++;
		} else if (x == x_end || y->action < x->action) {
			*out++ = *y++;
		} else {
			*out = *x++;
			(out++)->value += (y++)->value;
		}
	}
	m->n = (uint32_t)(out - pairs(m));
}

void
emap_bump(struct emap *m, uint32_t action, int64_t value)
{
	struct emap_pair *p = pairs(m);
	uint32_t i = 0;

	while (i < m->n && p[i].action < action)
		i++;
	if (i == m->n || p[i].action != action) {
		reserve(m, m->n + 1);
		p = pairs(m);
		for (uint32_t k = m->n; k > i; k--)
			p[k] = p[k - 1];
		p[i] = (struct emap_pair){ .action = action };
		m->n++;
	}
	p[i].value += value;
}

static int64_t
cost_of(const struct emap_cost *c, uint32_t default_action, uint32_t action)
{
	if (action == c->pinned)
		return -1;
	if (action == c->ent || action == c->same)
		return c->kept;
	if (action == default_action)
		return c->guard;
	return c->only == ACTION_NONE || c->only == action ? c->install : EMAP_NEVER;
}

uint32_t
emap_settle(struct emap *m, const struct emap_cost *cost, const struct emap_rules *rules)
{
	struct emap_pair *p = pairs(m);
	uint32_t best = ACTION_NONE, n = 0;
	int64_t most = 0;

	for (uint32_t i = 0; i < m->n; i++) {
		int64_t value = p[i].value - cost_of(cost, rules->default_action, p[i].action);

		/* As if it were not in the map, which may depend on what is a node. */
		if (p[i].value == 0 && p[i].action != cost->pinned)
			continue;
		if (value > most || (value == most && best != ACTION_NONE &&
					rules->prefer(rules->ctx, p[i].action, best) < 0)) {
			most = value;
			best = p[i].action;
		}
	}
	for (uint32_t i = 0; i < m->n; i++) {
		int64_t value = p[i].value - most;

		if (value > 0 || (value == 0 && best != ACTION_NONE))
			p[n++] = (struct emap_pair){ .value = value, .action = p[i].action };
	}
	m->n = n;
	return best;
}

uint32_t
emap_idle(
    struct emap *m, uint32_t action, const struct emap_cost *cost, const struct emap_rules *rules)
{
	uint32_t def = rules->default_action;
	int64_t guard = cost_of(cost, def, def), install;

	m->n = 0;
	if (action == def || action == ACTION_MIXED) {
		emap_bump(m, def, guard);
		return def;
	}
	install = cost_of(cost, def, action);
	emap_bump(m, def, install < guard ? install : guard);
	emap_bump(m, action, install < guard ? install : guard);
	if (install != guard)
		return install < guard ? action : def;
	return rules->prefer(rules->ctx, action, def) < 0 ? action : def;
}
