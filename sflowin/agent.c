/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of agents: who is configured, who may speak for whom, what is remembered of others.
 *
 * One array sorted by address holds configured and unknown agents alike; there are few, and the
 * statistics come out in order. What an admitted datagram does is in intake.c.
 *
 * Invariants: a datagram goes past admit() with a sink only for a configured agent and from one of
 * its sources; unknown agents are capped; memory is allocated for new agents only, never for a
 * datagram.
 *
 * Cost: a binary search a datagram.
 */
#include "sflowin/agent.h"

#include <string.h>

#include "lib/mem.h"
#include "lib/rng.h"
#include "sflowin/intake.h"

#define UNKNOWN_IDLE_US (INT64_C(300) * 1000 * 1000)
#define EVICT_EVERY_MS  1000

struct sflow_agents {
	struct sflow_agent **agents; /* sorted by stats.address */
	size_t n, cap;
	size_t n_unknown;
	struct mono next_eviction;
	struct sflow_totals totals;
};

/* --- the table of agents ------------------------------------------------------------------ */

struct sflow_agents *
sflow_agents_new(void)
{
	return mem_alloc(MEM_SFLOW, sizeof(struct sflow_agents));
}

static void
agent_init(struct sflow_agent *a, const struct ip_addr *address)
{
	*a = (struct sflow_agent){ .stats.address = *address };
	a->stats.first_seen = a->stats.last_seen = a->stats.asic_seen = MONO_NEVER;
	/* Agents choose the numbers we hash; what they cannot know is where this struct is. */
	seq_table_init(&a->seqs, rng_mix((uintptr_t)a));
}

static void
agent_free(struct sflow_agent *a)
{
	seq_table_fini(&a->seqs);
	mem_free(MEM_SFLOW, a->sources);
	mem_free(MEM_SFLOW, a);
}

void
sflow_agents_free(struct sflow_agents *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < a->n; i++)
		agent_free(a->agents[i]);
	mem_free(MEM_SFLOW, a->agents);
	mem_free(MEM_SFLOW, a);
}

/* Where the agent is, or belongs. */
static size_t
agent_position(const struct sflow_agents *a, const struct ip_addr *address)
{
	size_t low = 0, high = a->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (ip_cmp(&a->agents[mid]->stats.address, address) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct sflow_agent *
agent_find(const struct sflow_agents *a, const struct ip_addr *address)
{
	size_t i = agent_position(a, address);

	if (i < a->n && ip_equal(&a->agents[i]->stats.address, address))
		return a->agents[i];
	return NULL;
}

static struct sflow_agent *
agent_add(struct sflow_agents *a, const struct ip_addr *address)
{
	size_t i = agent_position(a, address);
	struct sflow_agent *new = mem_alloc(MEM_SFLOW, sizeof(*new));

	agent_init(new, address);
	if (a->n == a->cap) {
		a->cap = a->cap == 0 ? 16 : a->cap * 2;
		a->agents = mem_resize(MEM_SFLOW, a->agents, a->cap, sizeof(a->agents[0]));
	}
	memmove(&a->agents[i + 1], &a->agents[i], (a->n - i) * sizeof(a->agents[0]));
	a->agents[i] = new;
	a->n++;
	return new;
}

/* Drop the agents for which gone() holds. */
static void
agents_sweep(
    struct sflow_agents *a, bool (*gone)(const struct sflow_agent *, struct mono), struct mono now)
{
	size_t kept = 0;

	for (size_t i = 0; i < a->n; i++) {
		if (!gone(a->agents[i], now)) {
			a->agents[kept++] = a->agents[i];
			continue;
		}
		if (!a->agents[i]->stats.configured)
			a->n_unknown--;
		agent_free(a->agents[i]);
	}
	a->n = kept;
}

static bool
is_idle_unknown(const struct sflow_agent *a, struct mono now)
{
	return !a->stats.configured && mono_sub_us(now, a->stats.last_seen) > UNKNOWN_IDLE_US;
}

/* An agent nobody configured: remembered for the statistics, as long as there is room. */
static struct sflow_agent *
unknown_agent_add(struct sflow_agents *a, const struct ip_addr *address, struct mono now)
{
	if (a->n_unknown >= SFLOW_UNKNOWN_MAX && mono_reached(now, a->next_eviction)) {
		a->next_eviction = mono_add_ms(now, EVICT_EVERY_MS);
		agents_sweep(a, is_idle_unknown, now);
	}
	if (a->n_unknown >= SFLOW_UNKNOWN_MAX)
		return NULL;
	a->n_unknown++;
	return agent_add(a, address);
}

/* --- configuration ------------------------------------------------------------------------ */

static void
agent_set_sources(struct sflow_agent *a, const struct ip_addr *sources, size_t n)
{
	mem_free(MEM_SFLOW, a->sources);
	a->sources = mem_calloc(MEM_SFLOW, n, sizeof(a->sources[0]));
	a->n_sources = n;
	for (size_t i = 0; i < n; i++)
		a->sources[i] = sflow_addr_unmap(sources[i]);
}

static bool
is_dropped(const struct sflow_agent *a, struct mono now)
{
	(void)now;
	return a->dropped;
}

void
sflow_agents_configure(struct sflow_agents *a, const struct sflow_agent_config *configs, size_t n)
{
	for (size_t i = 0; i < a->n; i++)
		a->agents[i]->dropped = a->agents[i]->stats.configured;
	for (size_t i = 0; i < n; i++) {
		struct ip_addr address = sflow_addr_unmap(configs[i].address);
		struct sflow_agent *agent = agent_find(a, &address);

		if (agent == NULL) {
			agent = agent_add(a, &address);
		} else if (!agent->stats.configured) {
			/* What an unknown agent sent came from anywhere: nothing of it is kept. */
			seq_table_fini(&agent->seqs);
			agent_init(agent, &address);
			a->n_unknown--;
		}
		agent->stats.configured = true;
		agent->dropped = false;
		agent->tag = configs[i].tag;
		if (configs[i].n_sources > 0)
			agent_set_sources(agent, configs[i].sources, configs[i].n_sources);
		else
			agent_set_sources(agent, &address, 1);
	}
	agents_sweep(a, is_dropped, mono_us(0));
}

/* --- one datagram ------------------------------------------------------------------------- */

static bool
source_allowed(const struct sflow_agent *a, const struct ip_addr *source)
{
	for (size_t i = 0; i < a->n_sources; i++)
		if (ip_equal(&a->sources[i], source))
			return true;
	return !a->stats.configured;
}

/* The agent a datagram is counted for; NULL when it goes no further. */
static struct sflow_agent *
admit(struct sflow_agents *a, const struct ip_addr *address, const struct ip_addr *source,
    struct mono now)
{
	struct sflow_agent *agent = agent_find(a, address);

	if (agent == NULL || !agent->stats.configured)
		a->totals.unknown_agent++;
	if (agent == NULL) {
		agent = unknown_agent_add(a, address, now);
		a->totals.table_full += agent == NULL;
	} else if (!source_allowed(agent, source)) {
		a->totals.refused_source++;
		agent->stats.datagrams_refused++;
		agent->stats.last_refused_source = *source;
		return NULL;
	}
	return agent;
}

void
sflow_agents_input(struct sflow_agents *a, const uint8_t *data, size_t len,
    const struct ip_addr *source, struct mono now, const struct sflow_sink *sink)
{
	struct ip_addr from = sflow_addr_unmap(*source);
	struct sflow_datagram d;
	struct sflow_agent *agent;

	a->totals.datagrams++;
	a->totals.bytes += len;
	if (!sflow_datagram_decode(data, len, &d)) {
		a->totals.malformed++;
		return;
	}
	agent = admit(a, &d.agent, &from, now);
	if (agent == NULL)
		return;
	agent->stats.last_source = from;
	agent->stats.uptime_ms = d.uptime_ms;
	agent->stats.last_seen = now;
	if (mono_is_never(agent->stats.first_seen))
		agent->stats.first_seen = now;
	sflow_intake(agent, &d, now, &a->totals, agent->stats.configured ? sink : NULL);
}

bool
sflow_agents_stats(const struct sflow_agents *a, size_t i, struct sflow_agent_stats *out)
{
	if (i >= a->n)
		return false;
	*out = a->agents[i]->stats;
	out->sub_agents = a->agents[i]->seqs.count[SEQ_DATAGRAMS];
	out->flow_sources = a->agents[i]->seqs.count[SEQ_FLOWS];
	out->counter_sources = a->agents[i]->seqs.count[SEQ_COUNTERS];
	return true;
}

const struct sflow_totals *
sflow_agents_totals(const struct sflow_agents *a)
{
	return &a->totals;
}
