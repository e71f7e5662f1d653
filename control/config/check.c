/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks across settings, in the order of the file's groups. Each fault is put on the line of the
 * later of the two settings that do not go together.
 *
 * A field without a place was not given, or not well: the parser has said what there is to say, and
 * a zero is not compared with anything. Pairs are compared all with all: a configuration has tens
 * of neighbours and agents, and the lists that may be long (always, never) are a memory compare
 * each.
 */
#include "control/config/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/config/pools.h"
#include "control/config/suggest.h"
#include "control/netlink/protocol.h"

#define SOCKET_PATH_MAX 107 /* unix(7) */

struct checker {
	const struct config *c;
	const struct places *places;
	struct faults *faults;
};

static unsigned
line_of(const struct checker *k, const void *field)
{
	return places_field(k->places, field);
}

static bool
given(const struct checker *k, const void *field)
{
	return line_of(k, field) != 0;
}

static bool
same_text(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* " (did you mean 'x'?)" into buf, or nothing. */
static const char *
did_you_mean(const struct suggest *nearest, char *buf, size_t size)
{
	buf[0] = '\0';
	if (nearest->best != NULL)
		snprintf(buf, size, " (did you mean '%s'?)", nearest->best);
	return buf;
}

/* --- addresses --- */

/* An address that a host can have. */
static void
check_unicast(struct checker *k, const struct ip_addr *a, const char *what)
{
	const char *why = NULL;

	if (!given(k, a))
		return;
	if (ip_is_zero(a))
		why = "is no host's address";
	else if (ip_is_multicast(a))
		why = "is a multicast address";
	else if (ip_is_v4_mapped(a))
		why = "is an IPv4-mapped address: write it as IPv4";
	else if (a->family == IP_V6 && ip_is_link_local(a))
		why = "is link-local: not supported in this version";
	if (why != NULL)
		faults_add(k->faults, line_of(k, a), "%s %s %s", what,
		    ip_format(a, (char[IP_TEXT_MAX]){ 0 }), why);
}

/* True when something that listens at `listen` is reached by connecting to `a`. */
static bool
takes(const struct ip_addr *listen, const struct ip_addr *a)
{
	return ip_equal(listen, a) || (ip_is_zero(listen) && listen->family == a->family);
}

static void
check_listen(struct checker *k, const struct config_endpoint *e, size_t n, const char *what)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (given(k, &e[i]) && given(k, &e[j]) && e[i].port == e[j].port &&
			    ip_equal(&e[i].address, &e[j].address)) {
				faults_add(k->faults, line_of(k, &e[i]), "%s has %s twice", what,
				    ip_format(&e[i].address, (char[IP_TEXT_MAX]){ 0 }));
				break;
			}
}

/* --- bgp --- */

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

static bool
learns(const struct config *c)
{
	for (size_t i = 0; i < c->n_neighbors; i++)
		if (c->neighbors[i].bgp.role == BGP_LEARN)
			return true;
	return false;
}

static void
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
	if (!learns(c))
		faults_warn(
		    k->faults, 1, "no neighbour has role \"learn\": no routes will be known");
}

/* --- sflow --- */

/* The router must have a table that somebody feeds. */
static void
check_router(struct checker *k, char *const *router, const char *what)
{
	struct suggest nearest = { 0 };
	char hint[96];

	if (!given(k, router))
		return;
	for (size_t i = 0; i < k->c->n_neighbors; i++) {
		const struct config_neighbor *n = &k->c->neighbors[i];

		if (same_text(n->router, *router))
			return;
		if (n->router != NULL)
			suggest_offer(&nearest, *router, n->router);
	}
	faults_add(k->faults, line_of(k, router), "%s '%s' has no neighbour with role \"learn\"%s",
	    what, *router, did_you_mean(&nearest, hint, sizeof(hint)));
}

static void
check_agents(struct checker *k)
{
	const struct config *c = k->c;

	for (size_t i = 0; i < c->n_agents; i++) {
		const struct config_agent *a = &c->agents[i];

		check_unicast(k, &a->address, "agent's address");
		for (size_t s = 0; s < a->n_sources; s++)
			check_unicast(k, &a->sources[s], "source");
		if (learns(c)) /* else that is the one thing to say */
			check_router(k, &a->router, "the agent's router");
		for (size_t j = 0; j < i; j++)
			if (given(k, &a->address) && given(k, &c->agents[j].address) &&
			    ip_equal(&a->address, &c->agents[j].address))
				faults_add(k->faults, line_of(k, &a->address),
				    "two agents have the address %s",
				    ip_format(&a->address, (char[IP_TEXT_MAX]){ 0 }));
	}
}

/* A copy sent to where we listen would be copied again, forever. */
static void
check_loop(struct checker *k, const struct config_forward *f)
{
	const struct config *c = k->c;

	if (!given(k, &f->to.address))
		return;
	for (size_t i = 0; i < c->n_sflow_listen; i++) {
		const struct config_endpoint *e = &c->sflow_listen[i];

		if (e->port == f->to.port &&
		    (ip_equal(&e->address, &f->to.address) ||
			(ip_is_zero(&e->address) && ip_is_loopback(&f->to.address)))) {
			faults_add(k->faults, line_of(k, &f->to.address),
			    "forwarding to where hotfibd itself listens would never end");
			return;
		}
	}
}

static void
check_sflow(struct checker *k)
{
	const struct config *c = k->c;

	check_listen(k, c->sflow_listen, c->n_sflow_listen, "sflow.listen");
	check_agents(k);
	for (size_t i = 0; i < c->n_forwards; i++) {
		const struct config_forward *f = &c->forwards[i];

		check_unicast(k, &f->to.address, "collector's address");
		check_loop(k, f);
		for (size_t j = 0; j < i; j++)
			if (same_text(f->name, c->forwards[j].name))
				faults_add(k->faults, line_of(k, &f->name),
				    "two collectors have the name '%s'", f->name);
	}
}

/* --- target --- */

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
	char hint[96];

	if (strcmp(*via, CONFIG_VIA_SIM) == 0 || strcmp(*via, CONFIG_VIA_NETLINK) == 0)
		return;
	for (size_t i = 0; i < k->c->n_neighbors; i++)
		if (k->c->neighbors[i].bgp.name != NULL)
			suggest_offer(&nearest, *via, k->c->neighbors[i].bgp.name);
	faults_add(k->faults, line_of(k, via), "target.via names no neighbour: '%s'%s", *via,
	    did_you_mean(&nearest, hint, sizeof(hint)));
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
	if (t->selection == SELECTOR_LEAF && t->n_always + t->n_never > 0)
		faults_warn(k->faults, line_of(k, &t->selection),
		    "the \"leaf\" selection ignores target.always and target.never");
}

static void
check_pools(struct checker *k)
{
	const struct config_target *t = &k->c->target;
	struct pools pools;
	char error[POOLS_ERROR_MAX];

	if (t->capacity[IP_V4] > 0 || t->capacity[IP_V6] > 0)
		faults_add(k->faults, line_of(k, &t->pools),
		    "target.pools and target.capacity say the same thing: give one of them");
	if (t->selection != SELECTOR_PRICED)
		faults_add(k->faults, line_of(k, &t->pools),
		    "only the \"priced\" selection knows target.pools");
	if (!pools_make(t->pools, t->n_pools, &pools, error))
		faults_add(k->faults, line_of(k, &t->pools), "target.pools: %s", error);
}

static void
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
}

/* A session that is set up and gets nothing is most likely a name left out. */
static void
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

/* --- netlink --- */

static void
check_netlink(struct checker *k)
{
	const struct config_netlink *n = &k->c->netlink;

	for (size_t i = 0; i < n->n_beside; i++) {
		uint8_t protocol;

		if (!given(k, &n->beside[i]))
			continue;
		if (!nl_protocol_parse(n->beside[i], &protocol))
			faults_add(k->faults, line_of(k, &n->beside[i]),
			    "netlink.beside: '%s' is no protocol known by name: give its number",
			    n->beside[i]);
		else if (protocol == n->protocol)
			faults_add(k->faults, line_of(k, &n->beside[i]),
			    "netlink.beside: '%s' is our own protocol", n->beside[i]);
	}
}

/* --- hardware --- */

static void
check_hardware(struct checker *k)
{
	const struct config_hardware *h = &k->c->hardware;

	if (!given(k, &h->redis))
		return;
	if (h->redis[0] == '/' ? strlen(h->redis) > SOCKET_PATH_MAX : h->redis_at.port == 0)
		faults_add(k->faults, line_of(k, &h->redis),
		    "hardware.redis: \"%s\" is neither the path of a socket nor an address",
		    h->redis);
}

/* --- http --- */

static void
check_http(struct checker *k)
{
	const struct config *c = k->c;

	check_listen(k, c->http_listen, c->n_http_listen, "http.listen");
	for (size_t i = 0; i < c->n_http_listen && !c->http_insecure; i++)
		if (given(k, &c->http_listen[i]) && !ip_is_loopback(&c->http_listen[i].address))
			faults_add(k->faults, line_of(k, &c->http_listen[i]),
			    "http.listen %s is not loopback: there is no authentication yet, "
			    "insecure = true allows it",
			    ip_format(&c->http_listen[i].address, (char[IP_TEXT_MAX]){ 0 }));
}

void
check_config(const struct config *c, const struct places *places, struct faults *faults)
{
	struct checker k = { .c = c, .places = places, .faults = faults };

	check_bgp(&k);
	check_sflow(&k);
	if (c->has_target)
		check_target(&k);
	check_unused_push(&k);
	check_netlink(&k);
	check_hardware(&k);
	check_http(&k);
}
