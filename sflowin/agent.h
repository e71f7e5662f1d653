/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sFlow agents: who may feed selection, and what each has sent.
 *
 * An agent is named by the agent address inside the datagram and its sub-agent id; its sequence
 * numbers are tracked per sub-agent and per data source. Only datagrams of a configured agent that
 * arrive from one of its configured source addresses are handed on; all others are counted and
 * shown, never used: forged sFlow must not steer routing.
 *
 * Whatever comes in, memory stays within the caps below; only the statistics of what is above them
 * suffer.
 */
#ifndef SFLOWIN_AGENT_H
#define SFLOWIN_AGENT_H

#include "lib/mono.h"
#include "sflowin/asic.h"
#include "sflowin/sample.h"

struct sflow_agents;

/* Unknown agents that are remembered. When there are more, those silent for five minutes go. */
#define SFLOW_UNKNOWN_MAX 256

/* Sequences (sub-agents and data sources) that are followed per agent, configured or unknown. */
#define SFLOW_SEQUENCES_MAX         8192
#define SFLOW_UNKNOWN_SEQUENCES_MAX 64

/* A configured agent. `sources` empty means: only from the agent address itself. `tag` is the
 * caller's, handed back with its samples. */
struct sflow_agent_config {
	struct ip_addr address;
	const struct ip_addr *sources;
	size_t n_sources;
	void *tag;
};

/* Samples of one configured agent, in batches, valid during the call. */
struct sflow_sink {
	void *ctx;
	void (*samples)(void *ctx, void *tag, const struct sflow_sample *samples, size_t n);
};

/* Counters of one agent address, summed over sub-agents: the fields of sFlow-RT's /agents/json. */
struct sflow_agent_stats {
	struct ip_addr address;
	bool configured; /* feeds selection */
	uint32_t sub_agents;
	struct ip_addr last_source; /* of its last datagram that was not refused */
	struct ip_addr last_refused_source;
	/* Counts only grow: late ones were lost before, lost - out_of_order never came. */
	uint64_t datagrams, datagrams_lost, datagrams_duplicate, datagrams_out_of_order;
	uint64_t restarts;          /* of sub-agents: uptime or sequence began again */
	uint64_t datagrams_refused; /* right agent address, wrong source address */
	uint64_t malformed;         /* datagrams that did not decode to the end */
	uint64_t flow_samples, flow_lost, flow_duplicate, flow_out_of_order;
	uint64_t flow_drops; /* sum of the `drops` field's increments */
	uint64_t
	    flow_second; /* taken where a packet goes out that is sampled coming in: not used */
	uint64_t flow_sources; /* data sources seen */
	uint64_t counter_samples, counter_lost, counter_duplicate, counter_out_of_order;
	uint64_t counter_sources;
	uint64_t notifications;   /* dropped-packet notifications (enterprise 0, format 5) */
	uint64_t unknown_samples; /* other sample formats, skipped by length */
	uint64_t non_ip_samples;  /* flow samples without an IP header we could read */
	uint64_t bytes_sampled;   /* sum of sflow_sample.bytes handed on */
	uint32_t sampling_rate;   /* of the last flow sample */
	uint32_t uptime_ms;       /* as the agent says */
	struct mono first_seen, last_seen; /* MONO_NEVER: not a datagram yet */
	struct asic_tables asic;           /* as last told by whichever of its sub-agents does */
	struct mono asic_seen;             /* MONO_NEVER: none does */
};

struct sflow_totals {
	uint64_t datagrams, bytes;
	uint64_t malformed;     /* not sFlow v5, or broken */
	uint64_t unknown_agent; /* datagrams of agents nobody configured */
	uint64_t refused_source;
	uint64_t table_full; /* unknown agents not remembered: the table is capped */
	uint64_t flow_samples, counter_samples, samples_used;
};

struct sflow_agents *sflow_agents_new(void);
void sflow_agents_free(struct sflow_agents *a);

/*
 * Replace the set of configured agents; statistics of agents that stay are kept, those of others
 * begin anew. An address given twice: the last one counts. IPv4-mapped addresses are taken as IPv4,
 * here and in sflow_agents_input(). Not to be called from the sink.
 */
void sflow_agents_configure(
    struct sflow_agents *a, const struct sflow_agent_config *configs, size_t n);

/*
 * Take one datagram as received from `source`. Decodes it, counts it, and hands samples of
 * configured agents to the sink (possibly several calls). Bad input of any kind is counted; what
 * was decoded before a datagram broke is used. A datagram that comes twice is used once.
 */
void sflow_agents_input(struct sflow_agents *a, const uint8_t *data, size_t len,
    const struct ip_addr *source, struct mono now, const struct sflow_sink *sink);

/* Walk the statistics: the i-th agent in order of address, false past the last. */
bool sflow_agents_stats(const struct sflow_agents *a, size_t i, struct sflow_agent_stats *out);
const struct sflow_totals *sflow_agents_totals(const struct sflow_agents *a);

#endif
