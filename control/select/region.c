/* SPDX-License-Identifier: Apache-2.0 */
#include "control/select/region.h"

#include "control/select/sweep.h"
#include "ribtrie/rib.h"

struct below {
	const struct rib *rib;
	struct trie_walk walk;
	size_t n;
};

static bool
below_next(void *ctx, struct ip_prefix *p, uint32_t *action)
{
	struct below *b = ctx;
	uint32_t id = trie_walk_next(&b->walk, p);

	b->n++;
	if (id == RIB_NONE)
		return false;
	*action = rib_best_nexthop(b->rib, (enum ip_family)p->family, id);
	return true;
}

uint32_t
region_action(const struct rib *rib, const struct ip_prefix *p, uint32_t outside, size_t *looked)
{
	struct below below;
	uint32_t id = rib_lookup(rib, p), action = outside;
	struct sweep_interval part;
	struct sweep s;

	if (id != RIB_NONE)
		action = outside = rib_best_nexthop(rib, (enum ip_family)p->family, id);
	below.rib = rib;
	below.n = 0;
	rib_walk_below(&below.walk, rib, p);
	sweep_init(&s, p, outside, below_next, &below);
	if (s.pending) {
		(void)sweep_step(&s, &part);
		action = part.value;
		while (action != ACTION_MIXED && sweep_step(&s, &part))
			if (part.value != action)
				action = ACTION_MIXED;
	}
	*looked += below.n;
	return action;
}
