/* SPDX-License-Identifier: Apache-2.0 */
#include "control/refusals.h"

#include <stdio.h>

/* Its place; r->n where there is none. */
static size_t
find(const struct refusals *r, const struct ip_prefix *p)
{
	size_t i = 0;

	while (i < r->n && !prefix_equal(&r->list[i].prefix, p))
		i++;
	return i;
}

const struct refusal *
refusals_find(const struct refusals *r, const struct ip_prefix *p)
{
	size_t i = find(r, p);

	return i < r->n ? &r->list[i] : NULL;
}

const struct refusal *
refusals_overlapping(const struct refusals *r, const struct ip_prefix *p, struct mono now)
{
	const struct refusal *found = NULL;

	for (size_t i = 0; i < r->n; i++) {
		const struct refusal *e = &r->list[i];

		if (mono_reached(now, e->until))
			continue;
		if (prefix_equal(&e->prefix, p))
			return e;
		if (prefix_contains(&e->prefix, p) || prefix_contains(p, &e->prefix))
			found = e;
	}
	return found;
}

/* REFUSAL_MIN_S, doubled with each time after the first. */
static int64_t
penalty_ms(unsigned times)
{
	int64_t s = REFUSAL_MIN_S;

	while (--times > 0 && s < REFUSAL_MAX_S)
		s *= 2;
	return (s < REFUSAL_MAX_S ? s : REFUSAL_MAX_S) * 1000;
}

bool
refusals_add(struct refusals *r, const struct ip_prefix *p, const char *why, struct mono now)
{
	size_t i = find(r, p);
	struct refusal *e = &r->list[i];

	if (i == REFUSALS_MAX)
		return false;
	if (i == r->n) {
		r->n++;
		*e = (struct refusal){ .prefix = *p };
	}
	snprintf(e->why, sizeof(e->why), "%s", why);
	e->times++;
	e->until = mono_add_ms(now, penalty_ms(e->times));
	return true;
}

void
refusals_forgive(struct refusals *r, const struct ip_prefix *p)
{
	size_t i = find(r, p);

	if (i < r->n)
		r->list[i] = r->list[--r->n];
}

size_t
refusals_active(struct refusals *r, enum ip_family family, struct mono now, struct ip_prefix *out)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n;) {
		struct refusal *e = &r->list[i];

		if (mono_sub_s(now, e->until) > REFUSAL_MAX_S) {
			*e = r->list[--r->n];
			continue;
		}
		if (e->prefix.family == family && !mono_reached(now, e->until))
			out[n++] = e->prefix;
		i++;
	}
	return n;
}
