/* SPDX-License-Identifier: Apache-2.0 */
#include "control/ceiling.h"

static size_t
part_of(size_t n, double part)
{
	size_t entries = (size_t)((double)n * part);

	return entries > 0 ? entries : 1;
}

static struct mono
after_s(struct mono now, double s)
{
	return mono_add_us(now, (int64_t)(s * 1e6));
}

void
ceiling_init(struct ceiling *c, double probe_s)
{
	*c = (struct ceiling){ .probe_s = probe_s,
		.learned = CEILING_NONE,
		.reported = CEILING_NONE,
		.wait_s = probe_s };
}

/* Stay at `learned` for wait_s, then try the smallest step. */
static void
settle(struct ceiling *c, size_t learned, struct mono now)
{
	c->learned = learned;
	c->probing = false;
	c->step = part_of(learned, CEILING_STEP_MIN);
	c->next = after_s(now, c->wait_s);
	c->since = now;
}

void
ceiling_restore(struct ceiling *c, size_t learned, struct mono now)
{
	c->learned = CEILING_NONE;
	c->wait_s = c->probe_s;
	if (learned != CEILING_NONE)
		settle(c, learned, now);
}

size_t
ceiling_limit(const struct ceiling *c, size_t configured)
{
	return size_min(configured, size_min(c->reported, c->learned));
}

enum ceiling_change
ceiling_refused(struct ceiling *c, size_t held, struct mono now)
{
	size_t to = held - size_min(held, part_of(held, CEILING_MARGIN));
	double wait_s = c->wait_s;

	c->refusals++;
	if (c->learned != CEILING_NONE) {
		/* Not yet down where the last refusal sent us. */
		if (held > c->learned ||
		    (!c->probing && mono_sub_s(now, c->since) < CEILING_SETTLE_S))
			return CEILING_SAME;
		if (to >= c->learned)
			return CEILING_SAME;
	}
	c->wait_s = c->probe_s;
	if (c->probing) {
		c->failed_probes++;
		c->wait_s = wait_s * 2;
		if (c->wait_s > c->probe_s * CEILING_WAIT_MAX)
			c->wait_s = c->probe_s * CEILING_WAIT_MAX;
		if (held > c->proven)
			to = c->proven;
	}
	c->lowerings++;
	settle(c, to, now);
	return CEILING_LOWERED;
}

void
ceiling_report(struct ceiling *c, size_t room)
{
	c->reported = room;
}

/* The last step has stood its time with the room in use. */
static void
prove(struct ceiling *c)
{
	c->probing = false;
	c->step = size_min(c->step * 2, part_of(c->learned, CEILING_STEP_MAX));
	c->wait_s /= 2;
	if (c->wait_s < c->probe_s)
		c->wait_s = c->probe_s;
}

enum ceiling_change
ceiling_tick(struct ceiling *c, size_t configured, bool pressed, struct mono now)
{
	if (c->learned == CEILING_NONE)
		return CEILING_SAME;
	if (c->probe_s <= 0 || !pressed || !mono_reached(now, c->next))
		return CEILING_SAME;
	if (c->probing)
		prove(c);
	if (c->learned >= configured) {
		ceiling_restore(c, CEILING_NONE, now);
		return CEILING_LIFTED;
	}
	c->proven = c->learned;
	c->learned = size_min(configured, c->learned + c->step);
	c->probing = true;
	c->probes++;
	c->next = after_s(now, c->wait_s);
	return CEILING_RAISED;
}
