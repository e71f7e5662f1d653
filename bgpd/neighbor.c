/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be asked of a neighbour, and said to it. No sockets: pushing appends to the session's
 * send queue, and `wake` tells the transport that there is something in it.
 */
#include "bgpd/neighbor_priv.h"

#include <string.h>

#include "lib/mem.h"

void
bgp_neighbor_init(struct bgp_neighbor *n, const struct bgp_neighbor_config *config,
    const struct bgp_sink *sink, struct mono now)
{
	ASSERT(config->local_as != 0 && config->router_id != 0);
	ASSERT(config->hold_time_s == 0 || config->hold_time_s >= 3);
	n->config = *config;
	n->config.name = mem_strdup(MEM_BGP, config->name);
	if (config->description != NULL)
		n->config.description = mem_strdup(MEM_BGP, config->description);
	if (config->md5 != NULL)
		n->config.md5 = mem_strdup(MEM_BGP, config->md5);
	if (n->config.remote_as == 0)
		n->config.remote_as = config->local_as;
	ASSERT(!config->dynamic || !config->active);
	if (config->dynamic)
		n->config.remote = (struct ip_addr){ .family = config->range.family };
	n->config.local.family = n->config.remote.family;
	n->sink = *sink;
	n->state = BGP_IDLE;
	n->state_since = now;
	n->retry_at = MONO_NEVER;
}

static void
free_text(const char *text)
{
	/* Ours, though the config says const. */
	mem_free(MEM_BGP, (void *)(uintptr_t)text);
}

void
bgp_neighbor_fini(struct bgp_neighbor *n)
{
	free_text(n->config.name);
	free_text(n->config.description);
	free_text(n->config.md5);
}

void
bgp_neighbor_set_state(struct bgp_neighbor *n, enum bgp_state state, struct mono now)
{
	if (n->state == state)
		return;
	n->state = state;
	n->state_since = now;
}

struct bgp_conn_config
bgp_neighbor_conn_config(const struct bgp_neighbor *n)
{
	struct bgp_conn_config c = { .local_as = n->config.local_as,
		.remote_as = n->config.remote_as,
		.router_id = n->config.router_id,
		.hold_time_s = n->config.hold_time_s,
		.deliver = n->config.role == BGP_LEARN,
		.announces_nothing = n->config.role == BGP_LEARN,
		.any_first_as = n->config.any_first_as,
		.restart_time_s = n->config.restart_time_s,
		.restarted = n->established_count == 0 };

	memcpy(c.families, n->config.families, sizeof(c.families));
	return c;
}

bool
bgp_neighbor_in_range(const struct bgp_neighbor *n, const struct bgp_ends *ends)
{
	return n->config.dynamic && prefix_contains_addr(&n->config.range, &ends->remote) &&
	       (ip_is_zero(&n->config.local) || ip_equal(&n->config.local, &ends->local));
}

bool
bgp_neighbor_matches(const struct bgp_neighbor *n, const struct bgp_ends *ends, bool *exact)
{
	*exact = !ip_is_zero(&n->config.local);
	return ip_equal(&n->config.remote, &ends->remote) &&
	       (!*exact || ip_equal(&n->config.local, &ends->local));
}

const struct bgp_neighbor_config *
bgp_neighbor_config(const struct bgp_neighbor *n)
{
	return &n->config;
}

bool
bgp_neighbor_established(const struct bgp_neighbor *n)
{
	return n->session != NULL;
}

bool
bgp_neighbor_has_family(const struct bgp_neighbor *n, enum ip_family family)
{
	return n->session != NULL && bgp_conn_agreed(n->session)->families[family];
}

const char *
bgp_state_name(enum bgp_state state)
{
	static const char *const names[] = {
		[BGP_IDLE] = "Idle",
		[BGP_CONNECT] = "Connect",
		[BGP_ACTIVE] = "Active",
		[BGP_OPENSENT] = "OpenSent",
		[BGP_OPENCONFIRM] = "OpenConfirm",
		[BGP_ESTABLISHED] = "Established",
	};

	return names[state];
}

static void
status_of_connection(const struct bgp_neighbor *n, struct bgp_neighbor_status *out)
{
	const struct bgp_conn_agreed *a = bgp_conn_agreed(n->furthest);

	out->local = n->ends.local;
	out->local_port = n->ends.local_port;
	out->remote_port = n->ends.remote_port;
	out->remote_as = a->remote_as;
	out->remote_router_id = a->remote_router_id;
	out->hold_time_s = a->hold_time_s;
	out->keepalive_s = a->keepalive_s;
	memcpy(out->families, a->families, sizeof(out->families));
	out->hold_at = bgp_conn_hold_at(n->furthest);
	out->keepalive_at = bgp_conn_keepalive_at(n->furthest);
	out->route_refresh = a->route_refresh;
	out->four_octet_as = a->four_octet_as;
	out->queued_bytes = bgp_conn_queued(n->furthest);
}

void
bgp_neighbor_status(const struct bgp_neighbor *n, struct bgp_neighbor_status *out)
{
	*out = (struct bgp_neighbor_status){ .config = &n->config,
		.state = n->state,
		.state_since = n->state_since,
		.established_wall_ms = n->established_wall_ms,
		.established_count = n->established_count,
		.open_sent = n->open_sent,
		.open_received = n->open_received,
		.restart = n->restart,
		.local = n->config.local,
		.remote = n->config.remote,
		.disabled = n->disabled,
		.held = n->held,
		.held_until = n->held_until,
		.received = n->stats.received,
		.sent = n->stats.sent,
		.routes_announced = n->stats.routes_announced,
		.routes_withdrawn = n->stats.routes_withdrawn,
		.treated_as_withdraw = n->stats.treated_as_withdraw,
		.attributes_discarded = n->stats.attributes_discarded,
		.last_error_at = n->last_error_at,
		.hold_at = MONO_NEVER,
		.keepalive_at = MONO_NEVER,
		.retry_at = n->retry_at };
	memcpy(out->last_error, n->last_error, sizeof(out->last_error));
	memcpy(out->over_limit, n->over_limit, sizeof(out->over_limit));
	for (unsigned f = 0; f < IP_FAMILIES; f++)
		out->end_is_graceful[f] = n->end_is_graceful && n->restart.families[f];
	if (n->furthest != NULL)
		status_of_connection(n, out);
}

bool
bgp_neighbor_error_count(const struct bgp_neighbor *n, unsigned k, struct bgp_error_count *out)
{
	return bgp_faults_get(&n->stats.faults, k, out);
}

void
bgp_neighbor_holds(struct bgp_neighbor *n, enum ip_family family, size_t prefixes)
{
	uint32_t limit = n->config.max_prefixes[family];

	if (LIKELY(limit == 0 || prefixes <= limit) || n->session == NULL || n->over_limit[family])
		return;
	n->over_limit[family] = true;
	n->exceeds(n, family, prefixes);
}

/* --- push side -------------------------------------------------------------------------------- */

static struct bgp_conn *
push_session(struct bgp_neighbor *n)
{
	ASSERT(n->config.role == BGP_PUSH && n->session != NULL);
	return n->session;
}

static void
note_full(struct bgp_neighbor *n)
{
	n->wants_writable |= bgp_conn_is_full(n->session);
}

void
bgp_push_announce(struct bgp_neighbor *n, const struct ip_prefix *p,
    const struct route_attrs *attrs, uint32_t attrs_key)
{
	bgp_conn_announce(push_session(n), p, attrs, attrs_key);
	note_full(n);
}

void
bgp_push_withdraw(struct bgp_neighbor *n, const struct ip_prefix *p)
{
	bgp_conn_withdraw(push_session(n), p);
	note_full(n);
}

void
bgp_push_end_of_rib(struct bgp_neighbor *n, enum ip_family family)
{
	bgp_conn_end_of_rib(push_session(n), family);
	note_full(n);
}

void
bgp_push_flush(struct bgp_neighbor *n)
{
	bgp_conn_flush(push_session(n));
	note_full(n);
	n->wake(n);
}

bool
bgp_push_ready(const struct bgp_neighbor *n)
{
	ASSERT(n->config.role == BGP_PUSH && n->session != NULL);
	return !bgp_conn_is_full(n->session);
}

bool
bgp_neighbor_request_refresh(struct bgp_neighbor *n, enum ip_family family)
{
	if (n->session == NULL || !bgp_conn_request_refresh(n->session, family))
		return false;
	n->wake(n);
	return true;
}
