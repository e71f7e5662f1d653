/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks across settings, in the order of the file's groups: what several of them share, and the
 * groups that need no file of their own. Pairs are compared all with all: a configuration has tens
 * of agents.
 */
#include "control/config/check.h"

#include "control/config/checker.h"
#include "control/config/suggest.h"
#include "control/netlink/protocol.h"

#define SOCKET_PATH_MAX 107 /* unix(7) */

/* --- for several groups --- */

void
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

void
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

void
check_router(struct checker *k, char *const *router, const char *what)
{
	struct suggest nearest = { 0 };
	char hint[SUGGEST_TEXT_MAX];

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
	    what, *router, suggest_text(nearest.best, hint));
}

/* --- sflow --- */

static void
check_agents(struct checker *k)
{
	const struct config *c = k->c;

	for (size_t i = 0; i < c->n_agents; i++) {
		const struct config_agent *a = &c->agents[i];

		check_unicast(k, &a->address, "agent's address");
		for (size_t s = 0; s < a->n_sources; s++)
			check_unicast(k, &a->sources[s], "source");
		if (check_learns(c)) /* else that is the one thing to say */
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

/* --- netlink, hardware, http --- */

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
