/* SPDX-License-Identifier: Apache-2.0 */
#include "control/select/sweep.h"

static void
fetch(struct sweep *s)
{
	struct ip_prefix p;

	s->pending = s->next(s->ctx, &p, &s->pending_level.value);
	if (!s->pending)
		return;
	s->pending_first = sweep_first(&p);
	s->pending_level.last = sweep_last(&p);
	ASSERT(s->pending_first >= s->at && s->pending_level.last <= s->end);
}

void
sweep_init(struct sweep *s, const struct ip_prefix *range, uint32_t outside, sweep_next_fn *next,
    void *ctx)
{
	s->next = next;
	s->ctx = ctx;
	s->at = sweep_first(range);
	s->end = sweep_last(range);
	s->ended = false;
	s->depth = 1;
	s->stack[0] = (struct sweep_level){ .last = s->end, .value = outside };
	fetch(s);
}

bool
sweep_step(struct sweep *s, struct sweep_interval *out)
{
	const struct sweep_level *top;

	if (s->ended)
		return false;
	while (s->stack[s->depth - 1].last < s->at)
		s->depth--;
	while (s->pending && s->pending_first == s->at) {
		ASSERT(s->depth < ARRAY_LEN(s->stack));
		ASSERT(s->pending_level.last <= s->stack[s->depth - 1].last);
		s->stack[s->depth++] = s->pending_level;
		fetch(s);
	}
	top = &s->stack[s->depth - 1];
	out->first = s->at;
	out->last = s->pending && s->pending_first <= top->last ? s->pending_first - 1 : top->last;
	out->value = top->value;
	s->ended = out->last == s->end;
	s->at = out->last + 1;
	return true;
}

struct ip_addr
sweep_ip(enum ip_family family, sweep_addr a)
{
	struct ip_addr ip = {
		.hi = (uint64_t)(a >> 64), .lo = (uint64_t)a, .family = (uint8_t)family
	};

	if (family == IP_V4) {
		ip.hi &= ip_mask64(32);
		ip.lo = 0;
	}
	return ip;
}
