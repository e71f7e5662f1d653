/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A part is a prefix of PART_BITS bits, some thousand routes in the busiest. Above it only one
 * entry of either table counts, the longest: that is what is done in the part where nothing inside
 * it says otherwise.
 *
 * Where the default is not a next hop of the RIB, entries with the default route's next hop are
 * guards or as good as these: they do what the default does.
 */
#include "control/proof.h"

#include "control/select/emap.h"

#define PART_BITS        10u
#define INTERVALS_A_STEP 20000

struct rib_part {
	const struct rib *rib;
	struct ip_prefix part, at;
};

static bool
rib_part_next(void *ctx, struct ip_prefix *p, uint32_t *action)
{
	struct rib_part *c = ctx;
	uint32_t id = rib_next_below(c->rib, &c->part, &c->at);

	if (id == RIB_NONE)
		return false;
	*p = c->at;
	*action = rib_best_nexthop(c->rib, (enum ip_family)c->part.family, id);
	return true;
}

struct table_part {
	const struct installed *held;
	struct ip_prefix part, at;
	uint32_t hop, default_action; /* `hop` does what the default does */
};

static uint32_t
action_of(const struct table_part *c, const struct installed_entry *e)
{
	uint32_t action = attrs_nexthop(installed_attrs(c->held), e->attrs);

	return action == c->hop ? c->default_action : action;
}

static bool
table_part_next(void *ctx, struct ip_prefix *p, uint32_t *action)
{
	struct table_part *c = ctx;
	const struct installed_entry *e = installed_next(c->held, &c->at, false);

	if (e == NULL || !prefix_contains(&c->part, &e->prefix))
		return false;
	*p = e->prefix;
	*action = action_of(c, e);
	return true;
}

static void
prove_part(const struct target *t, const struct proof *p, const struct ip_prefix *part,
    struct verify_result *out)
{
	enum ip_family family = (enum ip_family)part->family;
	const struct rib *rib = router_rib(target_config(t)->router);
	struct rib_part r = { rib, *part, *part };
	struct table_part f = { target_port_installed(t, p->port, family), *part, *part, RIB_NONE,
		ACTION_PUNT };
	const struct installed_entry *e = installed_match(f.held, part);
	uint32_t id = rib_lookup(rib, part), rib_outside;
	struct target_family_status s;

	target_family_status(t, family, &s);
	if (s.default_attrs != ATTRS_NONE)
		f.hop = attrs_nexthop(rib_attrs(rib), s.default_attrs);
	if (s.default_action != RIB_NONE)
		f.default_action = s.default_action;
	if (id == RIB_NONE)
		id = rib_cover(rib, part);
	rib_outside = id != RIB_NONE ? rib_best_nexthop(rib, family, id) : f.default_action;
	verify_part(part, f.default_action, rib_outside, rib_part_next, &r,
	    e != NULL ? action_of(&f, e) : f.default_action, table_part_next, &f, out);
}

static void
add(struct verify_result *sum, const struct verify_result *part)
{
	sum->intervals += part->intervals;
	if (sum->wrong == 0 && part->wrong > 0) {
		sum->address = part->address;
		sum->rib_action = part->rib_action;
		sum->table_action = part->table_action;
	}
	sum->wrong += part->wrong;
}

bool
proof_step(const struct target *t, struct proof *p, struct proof *out, bool *done)
{
	uint64_t seen = 0;

	*done = false;
	while (seen < INTERVALS_A_STEP) {
		struct verify_result part;
		struct ip_prefix prefix;

		if (p->family == IP_FAMILIES) {
			p->family = 0;
			p->port++;
		}
		if (p->port >= target_ports(t)) {
			*done = true;
			return false;
		}
		prefix = prefix_make(
		    (enum ip_family)p->family, (uint64_t)p->part << (64 - PART_BITS), 0, PART_BITS);
		prove_part(t, p, &prefix, &part);
		add(&p->sum, &part);
		seen += part.intervals + 100;
		if (++p->part < 1u << PART_BITS)
			continue;
		*out = *p;
		*p = (struct proof){ .port = p->port, .family = (uint8_t)(p->family + 1) };
		return true;
	}
	return false;
}
