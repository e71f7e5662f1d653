/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the target needs, and whether what it names is there. Each of `always` is compared with each
 * of `never`: the lists may be long, but that is a memory compare each.
 */
#include "control/config/checker.h"

#include "control/config/pools.h"
#include "control/config/suggest.h"

static const struct config_neighbor *
find_neighbor(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->n_neighbors; i++)
		if (same_text(c->neighbors[i].bgp.name, name))
			return &c->neighbors[i];
	return NULL;
}

static void
unknown_via(struct checker *k, char *const *via)
{
	struct suggest nearest = { 0 };
	char hint[SUGGEST_TEXT_MAX];

	if (strcmp(*via, CONFIG_VIA_SIM) == 0 || strcmp(*via, CONFIG_VIA_NETLINK) == 0)
		return;
	for (size_t i = 0; i < k->c->n_neighbors; i++)
		if (k->c->neighbors[i].bgp.name != NULL)
			suggest_offer(&nearest, *via, k->c->neighbors[i].bgp.name);
	faults_add(k->faults, line_of(k, via), "target.via names no neighbour: '%s'%s", *via,
	    suggest_text(nearest.best, hint));
}

static void
check_via(struct checker *k)
{
	const struct config_target *t = &k->c->target;

	if (given(k, &t->via) && t->n_via == 0)
		faults_add(k->faults, line_of(k, &t->via),
		    "target.via is empty: leave it out for a dry run");
	for (size_t i = 0; i < t->n_via; i++) {
		const struct config_neighbor *n;

		if (!given(k, &t->via[i]))
			continue;
		n = find_neighbor(k->c, t->via[i]);
		if (n == NULL)
			unknown_via(k, &t->via[i]);
		else if (given(k, &n->bgp.role) && n->bgp.role != BGP_PUSH)
			faults_add(k->faults, line_of(k, &t->via[i]),
			    "target.via: neighbour '%s' does not have role \"push\"", t->via[i]);
		for (size_t j = 0; j < i; j++)
			if (same_text(t->via[i], t->via[j]))
				faults_add(k->faults, line_of(k, &t->via[i]),
				    "target.via has '%s' twice", t->via[i]);
	}
}

/* What can never all be there. */
static void
check_always_fits(struct checker *k)
{
	const struct config_target *t = &k->c->target;
	size_t n[IP_FAMILIES] = { 0 };

	for (size_t i = 0; i < t->n_always; i++) {
		const struct ip_prefix *p = &t->always[i];

		if (!given(k, p))
			continue;
		if (p->len == 0)
			faults_warn(k->faults, line_of(k, p),
			    "target.always: the default route is for what no entry matches, and is "
			    "not pushed");
		else if (++n[p->family] == t->capacity[p->family] + 1u && t->n_pools == 0)
			faults_warn(k->faults, line_of(k, p),
			    "target.always has more %s prefixes than target.capacity%s has room "
			    "for",
			    ip_family_name((enum ip_family)p->family),
			    p->family == IP_V6 ? "6" : "");
	}
}

/* Nothing that overlaps `never` is installed, so an `always` that does would never be. */
static void
check_always(struct checker *k)
{
	const struct config_target *t = &k->c->target;

	for (size_t i = 0; i < t->n_always; i++) {
		for (size_t j = 0; j < t->n_never; j++) {
			const struct ip_prefix *a = &t->always[i], *n = &t->never[j];
			unsigned line = line_of(k, a), other = line_of(k, n);

			if (line == 0 || other == 0 ||
			    !(prefix_contains(a, n) || prefix_contains(n, a)))
				continue;
			faults_add(k->faults, line > other ? line : other,
			    "target.always %s and target.never %s overlap",
			    prefix_format(a, (char[PREFIX_TEXT_MAX]){ 0 }),
			    prefix_format(n, (char[PREFIX_TEXT_MAX]){ 0 }));
		}
	}
}

static void
check_selection(struct checker *k)
{
	const struct config_target *t = &k->c->target;

	if (t->selection == SELECTOR_PRICED)
		return;
	if (t->default_action == CONFIG_DEFAULT_FOLLOW)
		faults_warn(k->faults, line_of(k, &t->default_action),
		    "target.default = \"follow\" takes effect with the \"priced\" selection only");
}

static void
check_pools(struct checker *k)
{
	const struct config_target *t = &k->c->target;
	struct pools pools;
	char error[POOLS_ERROR_MAX];

	for (int f = 0; f < IP_FAMILIES; f++)
		if (t->capacity[f] > 0)
			faults_add(k->faults, line_of(k, &t->capacity[f]),
			    "target.pools and target.capacity%s say the same thing: give one of "
			    "them",
			    f == IP_V6 ? "6" : "");
	if (t->selection != SELECTOR_PRICED)
		faults_add(k->faults, line_of(k, &t->selection),
		    "only the \"priced\" selection knows target.pools");
	if (!pools_make(t->pools, t->n_pools, &pools, error))
		faults_add(k->faults, line_of(k, &pools.wrong->name), "target.pools: %s", error);
}

void
check_target(struct checker *k)
{
	const struct config_target *t = &k->c->target;

	check_router(k, &t->router, "the target's router");
	check_via(k);
	if (t->n_pools > 0)
		check_pools(k);
	else if (!places_bad(k->places, &t->pools) && t->capacity[IP_V4] == 0 &&
		 t->capacity[IP_V6] == 0 && !places_bad(k->places, &t->capacity[IP_V4]) &&
		 !places_bad(k->places, &t->capacity[IP_V6]))
		faults_add(k->faults, line_of(k, &k->c->has_target),
		    "the target needs a capacity (IPv4), a capacity6 (IPv6) or both");
	check_selection(k);
	check_always(k);
	check_always_fits(k);
}

/* A session that is set up and gets nothing is most likely a name left out. */
void
check_unused_push(struct checker *k)
{
	const struct config *c = k->c;

	if (c->has_target && places_bad(k->places, &c->target.via))
		return;
	for (size_t i = 0; i < c->n_neighbors; i++) {
		const struct config_neighbor *n = &c->neighbors[i];
		bool used = false;

		for (size_t v = 0; v < c->target.n_via; v++)
			used |= same_text(c->target.via[v], n->bgp.name);
		if (!used && given(k, &n->bgp.role) && n->bgp.role == BGP_PUSH &&
		    n->bgp.name != NULL)
			faults_warn(k->faults, line_of(k, &n->bgp.name),
			    "neighbour '%s' is not in target.via: nothing is announced to it",
			    n->bgp.name);
	}
}
