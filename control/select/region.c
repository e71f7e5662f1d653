/* SPDX-License-Identifier: Apache-2.0 */
#include "control/select/region.h"

#include "control/select/sweep.h"
#include "ribtrie/rib.h"

struct below {
	const struct rib *rib;
	const struct ip_prefix *top;
	struct ip_prefix at;
};

static bool
below_next(void *ctx, struct ip_prefix *p, uint32_t *action)
{
	struct below *b = ctx;
	uint32_t id = rib_next_below(b->rib, b->top, &b->at);

	if (id == RIB_NONE)
		return false;
	*p = b->at;
	*action = rib_best_nexthop(b->rib, (enum ip_family)b->top->family, id);
	return true;
}

uint32_t
region_action(const struct rib *rib, const struct ip_prefix *p, uint32_t outside)
{
	struct below below = { .rib = rib, .top = p, .at = *p };
	uint32_t id = rib_lookup(rib, p), action;
	struct sweep_interval part;
	struct sweep s;

	if (id != RIB_NONE)
		outside = rib_best_nexthop(rib, (enum ip_family)p->family, id);
	sweep_init(&s, p, outside, below_next, &below);
	if (!s.pending)
		return outside;
	(void)sweep_step(&s, &part);
	action = part.value;
	while (sweep_step(&s, &part))
		if (part.value != action)
			return ACTION_MIXED;
	return action;
}
