/* SPDX-License-Identifier: Apache-2.0 */
#include "control/select/verify.h"

#include "ribtrie/rib.h"

bool
fib_next(void *fib_cursor, struct ip_prefix *p, uint32_t *action)
{
	struct fib_cursor *c = fib_cursor;

	if (c->i == c->n)
		return false;
	*p = c->routes[c->i].prefix;
	*action = c->routes[c->i].action;
	c->i++;
	return true;
}

bool
rib_cursor_next(void *rib_cursor, struct ip_prefix *p, uint32_t *action)
{
	struct rib_cursor *c = rib_cursor;
	uint32_t id;

	id = c->started ? rib_next(c->rib, &c->at) : rib_first(c->rib, c->family, &c->at);
	c->started = true;
	if (id == RIB_NONE)
		return false;
	*p = c->at;
	*action = rib_best_nexthop(c->rib, c->family, id);
	return true;
}

static bool
compare(const struct ip_prefix *part, uint32_t default_action, struct sweep *rib,
    struct sweep *table, bool count, struct verify_result *out)
{
	enum ip_family family = (enum ip_family)part->family;
	struct sweep_interval right, given;
	bool more = sweep_step(rib, &right) && sweep_step(table, &given);

	*out = (struct verify_result){ 0 };
	while (more) {
		out->intervals++;
		if (given.value != right.value && given.value != default_action) {
			if (out->wrong++ == 0) {
				out->address = sweep_ip(
				    family, right.first > given.first ? right.first : given.first);
				out->rib_action = right.value;
				out->table_action = given.value;
			}
			if (!count)
				return false;
		}
		if (right.last < given.last)
			more = sweep_step(rib, &right);
		else if (given.last < right.last)
			more = sweep_step(table, &given);
		else
			more = sweep_step(rib, &right) && sweep_step(table, &given);
	}
	return out->wrong == 0;
}

bool
verify_part(const struct ip_prefix *part, uint32_t default_action, uint32_t rib_outside,
    sweep_next_fn *rib, void *rib_ctx, uint32_t table_outside, sweep_next_fn *table,
    void *table_ctx, struct verify_result *out)
{
	struct sweep r, f;

	sweep_init(&r, part, rib_outside, rib, rib_ctx);
	sweep_init(&f, part, table_outside, table, table_ctx);
	return compare(part, default_action, &r, &f, true, out);
}

bool
verify_lists(enum ip_family family, uint32_t default_action, sweep_next_fn *rib, void *rib_ctx,
    sweep_next_fn *table, void *table_ctx, bool count, struct verify_result *out)
{
	struct ip_prefix everything = { .family = (uint8_t)family };
	struct sweep r, f;

	sweep_init(&r, &everything, default_action, rib, rib_ctx);
	sweep_init(&f, &everything, default_action, table, table_ctx);
	return compare(&everything, default_action, &r, &f, count, out);
}

bool
verify_rib(const struct rib *rib, enum ip_family family, uint32_t default_action,
    const struct fib_route *table, size_t n, bool count, struct verify_result *out)
{
	struct rib_cursor rc = { .rib = rib, .family = family };
	struct fib_cursor fc = { .routes = table, .n = n };

	return verify_lists(
	    family, default_action, rib_cursor_next, &rc, fib_next, &fc, count, out);
}
