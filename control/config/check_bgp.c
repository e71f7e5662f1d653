/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a neighbour must have, and what two of them must not. Pairs are compared all with all: a
 * configuration has tens of neighbours.
 */
#include "control/config/checker.h"

#include <stdlib.h>

static void
check_role(struct checker *k, const struct config_neighbor *n)
{
	if (!given(k, &n->bgp.role))
		return;
	if (n->bgp.role == BGP_PUSH && given(k, &n->router))
		faults_add(k->faults, line_of(k, &n->router),
		    "a neighbour with role \"push\" feeds no router: what it sends is ignored");
	if (n->bgp.role == BGP_LEARN && n->router == NULL && !places_bad(k->places, &n->router))
		faults_add(k->faults, places_group(k->places, n),
		    "a neighbour with role \"learn\" needs 'router', the table it feeds");
}

/* True when something that listens at `listen` is reached by connecting to `a`. */
static bool
takes(const struct ip_addr *listen, const struct ip_addr *a)
{
	return ip_equal(listen, a) || (ip_is_zero(listen) && listen->family == a->family);
}

/* A passive neighbour connects to one of bgp.listen, or never comes up. */
static void
check_reachable(struct checker *k, const struct config_neighbor *n)
{
	const struct config *c = k->c;
	bool any_local = ip_is_zero(&n->bgp.local);
	bool family = false, beyond_loopback = false, taken = false;
	struct ip_addr first = prefix_first(&n->bgp.range);
	const struct ip_addr *from = given(k, &n->bgp.remote) ? &n->bgp.remote : &first;
	const void *where =
	    given(k, &n->bgp.remote) ? (const void *)&n->bgp.remote : (const void *)&n->bgp.range;

	if (n->bgp.active || !given(k, where) || places_bad(k->places, &c->bgp_listen))
		return;
	for (size_t i = 0; i < c->n_bgp_listen; i++) {
		const struct ip_addr *a = &c->bgp_listen[i].address;

		family |= a->family == from->family;
		beyond_loopback |= a->family == from->family && !ip_is_loopback(a);
		taken |= takes(a, &n->bgp.local);
	}
	if (!any_local && !taken)
		faults_add(k->faults, line_of(k, &n->bgp.local),
		    "bgp.listen has no %s, where this neighbour is to connect",
		    ip_format(&n->bgp.local, (char[IP_TEXT_MAX]){ 0 }));
	else if (!family)
		faults_add(k->faults, line_of(k, where),
		    "bgp.listen has no %s address, where this neighbour is to connect",
		    ip_family_name((enum ip_family)from->family));
	else if (any_local && !beyond_loopback && !ip_is_loopback(from))
		faults_warn(k->faults, line_of(k, where),
		    "this neighbour is to connect, but bgp.listen has loopback addresses only");
}

/* An address, or a prefix that addresses come from. */
static void
check_address(struct checker *k, const struct config_neighbor *n)
{
	const struct bgp_neighbor_config *bgp = &n->bgp;

	check_unicast(k, &bgp->remote, "neighbour's address");
	if (given(k, &bgp->range) && given(k, &bgp->remote))
		faults_add(k->faults, line_of(k, &bgp->range),
		    "a neighbour has an address or a prefix, not both");
	if (!given(k, &bgp->range)) {
		if (!given(k, &bgp->remote) && !places_bad(k->places, &bgp->remote) &&
		    !places_bad(k->places, &bgp->range) && places_group(k->places, n) > 0)
			faults_add(k->faults, places_group(k->places, n),
			    "a neighbour needs 'address', or 'prefix' for any of its addresses");
		if (given(k, &n->max_dynamic))
			faults_warn(k->faults, line_of(k, &n->max_dynamic),
			    "max-neighbors is for a neighbour with prefix: it has no effect");
		return;
	}
	if (bgp->range.len == 0)
		faults_add(k->faults, line_of(k, &bgp->range),
		    "prefix must not be all addresses of a family");
	if (bgp->active)
		faults_add(k->faults, line_of(k, &bgp->active),
		    "a neighbour with prefix cannot be dialled: passive must be true");
	if (given(k, &bgp->role) && bgp->role != BGP_LEARN)
		faults_add(k->faults, line_of(k, &bgp->role),
		    "a neighbour with prefix can only have role \"learn\"");
}

static void
check_neighbor(struct checker *k, const struct config_neighbor *n)
{
	const struct bgp_neighbor_config *bgp = &n->bgp;

	if (same_text(bgp->name, CONFIG_VIA_SIM) || same_text(bgp->name, CONFIG_VIA_NETLINK))
		faults_add(k->faults, line_of(k, &bgp->name),
		    "a neighbour cannot be called '%s': in target.via that is something else",
		    bgp->name);
	check_address(k, n);
	check_unicast(k, &bgp->local, "local-address");
	if (given(k, &bgp->local) && (given(k, &bgp->remote) || given(k, &bgp->range)) &&
	    bgp->local.family != bgp->remote.family)
		faults_add(k->faults, line_of(k, &bgp->local),
		    "address and local-address are of different families");
	else
		check_reachable(k, n);
	check_role(k, n);
	if (given(k, &bgp->hold_time_s) && (bgp->hold_time_s == 1 || bgp->hold_time_s == 2))
		faults_add(k->faults, line_of(k, &bgp->hold_time_s),
		    "hold-time must be 0 or at least 3 (RFC 4271)");
	if (given(k, bgp->families) && !bgp->families[IP_V4] && !bgp->families[IP_V6])
		faults_add(k->faults, line_of(k, bgp->families),
		    "families must have \"ipv4\", \"ipv6\" or both");
	if (given(k, &bgp->port) && !bgp->active && bgp->port != 179)
		faults_warn(k->faults, line_of(k, &bgp->port),
		    "port is the one to dial: without passive = false it has no effect");
}

/* A listening socket has one key for an address. */
static void
check_one_key(
    struct checker *k, const struct config_neighbor *n, const struct config_neighbor *before)
{
	const struct config *c = k->c;
	bool differ = (n->bgp.md5 == NULL) != (before->bgp.md5 == NULL) ||
		      (n->bgp.md5 != NULL && !same_text(n->bgp.md5, before->bgp.md5));

	if (differ && n->bgp.dynamic && before->bgp.dynamic &&
	    prefix_equal(&n->bgp.range, &before->bgp.range))
		faults_add(k->faults, line_of(k, &n->bgp.range),
		    "neighbour '%s' has the same prefix and another md5",
		    before->bgp.name != NULL ? before->bgp.name : "?");
	if (!differ || places_bad(k->places, &n->bgp.md5) ||
	    places_bad(k->places, &before->bgp.md5) || !given(k, &n->bgp.remote) ||
	    !given(k, &before->bgp.remote) || !ip_equal(&n->bgp.remote, &before->bgp.remote))
		return;
	for (size_t i = 0; i < c->n_bgp_listen; i++) {
		const struct ip_addr *a = &c->bgp_listen[i].address;

		if (!ip_is_zero(a) || a->family != n->bgp.remote.family)
			continue;
		faults_add(k->faults, line_of(k, &n->bgp.remote),
		    "neighbour '%s' has the same address and another md5: bgp.listen must then "
		    "name our addresses one by one",
		    before->bgp.name != NULL ? before->bgp.name : "?");
		return;
	}
}

/* Sessions are told apart by (local, remote) address; no local address meets every one. Those with
 * a prefix are not: who comes is any of them. */
static bool
sessions_meet(const struct bgp_neighbor_config *a, const struct bgp_neighbor_config *b)
{
	return ip_equal(&a->remote, &b->remote) &&
	       (ip_is_zero(&a->local) || ip_is_zero(&b->local) || ip_equal(&a->local, &b->local));
}

/* The entry stands for neighbours NAME-1, NAME-2, ... */
static bool
numbers_name(const struct config_neighbor *entry, const char *name)
{
	size_t len = entry->bgp.name != NULL ? strlen(entry->bgp.name) : 0;
	char *end;
	unsigned long number;

	if (!entry->bgp.dynamic || entry->max_dynamic < 2 || name == NULL || len == 0 ||
	    strncmp(entry->bgp.name, name, len) != 0 || name[len] != '-')
		return false;
	number = strtoul(name + len + 1, &end, 10);
	return *end == '\0' && number >= 1 && number <= entry->max_dynamic;
}

static void
check_neighbor_pair(
    struct checker *k, const struct config_neighbor *n, const struct config_neighbor *before)
{
	if (same_text(n->bgp.name, before->bgp.name) || numbers_name(n, before->bgp.name) ||
	    numbers_name(before, n->bgp.name))
		faults_add(k->faults, line_of(k, &n->bgp.name), "two neighbours have the name '%s'",
		    n->bgp.name);
	if (given(k, &n->bgp.remote) && given(k, &before->bgp.remote) &&
	    sessions_meet(&n->bgp, &before->bgp))
		faults_add(k->faults, line_of(k, &n->bgp.remote),
		    "cannot be told apart from neighbour '%s': same address, and local-address is "
		    "the same or not given",
		    before->bgp.name != NULL ? before->bgp.name : "?");
}

bool
check_learns(const struct config *c)
{
	for (size_t i = 0; i < c->n_neighbors; i++)
		if (c->neighbors[i].bgp.role == BGP_LEARN)
			return true;
	return false;
}

void
check_bgp(struct checker *k)
{
	const struct config *c = k->c;

	check_listen(k, c->bgp_listen, c->n_bgp_listen, "bgp.listen");
	for (size_t i = 0; i < c->n_neighbors; i++) {
		const struct config_neighbor *n = &c->neighbors[i];

		check_neighbor(k, n);
		for (size_t j = 0; j < i; j++) {
			check_neighbor_pair(k, n, &c->neighbors[j]);
			check_one_key(k, n, &c->neighbors[j]);
		}
	}
	if (!check_learns(c))
		faults_warn(
		    k->faults, 1, "no neighbour has role \"learn\": no routes will be known");
}
