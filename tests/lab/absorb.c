/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab/absorb.h"

static void
absorb_nlri(struct absorb *a, struct bgp_nlri nlri, const struct route_attrs *attrs)
{
	uint32_t origin = 0, id = TABLE_NONE, nexthop = TABLE_NONE, path_id;
	struct ip_prefix p;

	if (attrs != NULL && nlri.pos != nlri.end) {
		origin = route_as_path_origin(attrs->as_path);
		id = table_attrs(a->table, attrs);
		nexthop = table_nexthop(a->table, &attrs->nexthop.addr);
	}
	while (bgp_nlri_next(&nlri, &p, &path_id)) {
		struct table_route *r;

		if (attrs == NULL) {
			table_add_withdrawal(a->table, &p);
			a->withdrawn++;
			continue;
		}
		r = table_add(a->table, &p, origin);
		r->attrs = id;
		r->nexthop = nexthop;
		a->announced++;
	}
}

void
absorb_update(struct absorb *a, struct rd body, bool four_octet_as, bool add_path)
{
	/* AS numbers that are in nobody's path (RFC 7300). */
	struct bgp_codec codec = { .local_as = UINT32_MAX,
		.remote_as = UINT32_MAX - 1,
		.router_id = UINT32_MAX,
		.four_octet_as = four_octet_as,
		.families = { true, true },
		.add_path = { add_path, add_path },
		.any_first_as = true };
	struct bgp_update u;
	bool good;

	bgp_update_decode(&codec, &a->scratch, body, &u);
	a->updates++;
	good = bgp_update_is_good(&u);
	if (!good) {
		a->rejected++;
		a->why = u.why;
	}
	if (u.disposition == BGP_SESSION_RESET)
		return;
	absorb_nlri(a, u.withdrawn, NULL);
	absorb_nlri(a, u.mp_withdrawn, NULL);
	absorb_nlri(a, u.announced, good ? &u.attrs : NULL);
	u.attrs.nexthop = u.mp_nexthop;
	absorb_nlri(a, u.mp_announced, good ? &u.attrs : NULL);
}
