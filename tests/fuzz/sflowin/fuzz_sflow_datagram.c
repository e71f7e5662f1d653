/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Datagrams into the agents: the input is a row of {u16 length, octets}, so that the fuzzer reaches
 * sequences and restarts too. 192.0.2.1 is configured and is where all of them come from.
 */
#include <stdint.h>

#include "lib/mem.h"
#include "lib/rd.h"
#include "sflowin/agent.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_samples(void *ctx, void *tag, const struct sflow_sample *samples, size_t n)
{
	uint64_t *count = ctx;

	ASSERT(tag == ctx && n > 0);
	for (size_t i = 0; i < n; i++) {
		const struct sflow_sample *s = &samples[i];

		/* Its own bytes, and those of up to three that got lost for each that came. */
		ASSERT(s->rate > 0 && s->bytes >= (uint64_t)s->rate * s->frame_len);
		ASSERT((double)s->bytes <= 4.0 * s->rate * s->frame_len);
		ASSERT(s->src.family == s->dst.family && s->src.family < IP_FAMILIES);
	}
	*count += n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t handed_on = 0, datagrams = 0;
	struct sflow_sink sink = { .ctx = &handed_on, .samples = check_samples };
	struct ip_addr agent = ip_v4(0xc0000201);
	struct sflow_agent_config config = { .address = agent, .tag = &handed_on };
	struct sflow_agents *agents = sflow_agents_new();
	struct sflow_agent_stats stats;
	struct rd r = rd_make(data, size);

	sflow_agents_configure(agents, &config, 1);
	while (rd_left(&r) >= 2) {
		size_t len = size_min(rd_u16(&r), rd_left(&r));
		const uint8_t *datagram = rd_bytes(&r, len);

		sflow_agents_input(
		    agents, datagram, len, &agent, mono_us((int64_t)datagrams), &sink);
		datagrams++;
	}
	ASSERT(sflow_agents_totals(agents)->datagrams == datagrams);
	ASSERT(sflow_agents_totals(agents)->samples_used == handed_on);
	for (size_t i = 0; sflow_agents_stats(agents, i, &stats); i++) {
		/* Every word of a sample costs octets, and a gap is bounded. */
		ASSERT(stats.flow_samples * 8 <= size && stats.counter_samples * 8 <= size);
		ASSERT(stats.non_ip_samples <= stats.flow_samples);
		ASSERT(stats.datagrams_lost <= stats.datagrams << 20);
		ASSERT(stats.flow_lost <= stats.flow_samples << 20);
	}
	sflow_agents_free(agents);
	ASSERT(mem_used(MEM_SFLOW) == 0);
	return 0;
}
