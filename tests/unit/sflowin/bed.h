/* SPDX-License-Identifier: Apache-2.0 */
/* One agent and a sink that remembers: what test_agent.c, test_sequences.c and test_loss.c begin
 * with. */
#ifndef TESTS_UNIT_SFLOWIN_BED_H
#define TESTS_UNIT_SFLOWIN_BED_H

#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "sflowin/agent.h"
#include "tests/support/sflow_build.h"

#define AGENT  0xc0000201 /* 192.0.2.1 */
#define SOURCE 0xc6336401 /* 198.51.100.1 */

/* A sink that remembers. */
struct seen {
	size_t n, calls, biggest;
	void *tag;
	struct sflow_sample last;
	uint64_t bytes;
};

static inline void
see(void *ctx, void *tag, const struct sflow_sample *samples, size_t n)
{
	struct seen *seen = ctx;

	assert_true(n > 0);
	seen->n += n;
	seen->calls++;
	seen->biggest = n > seen->biggest ? n : seen->biggest;
	seen->tag = tag;
	seen->last = samples[n - 1];
	for (size_t i = 0; i < n; i++)
		seen->bytes += samples[i].bytes;
}

struct bed {
	struct sflow_agents *agents;
	struct seen seen;
	struct sflow_sink sink;
	struct mono now;
	size_t used_before;
	/* What the next datagram says. */
	struct sflow_build_agent head;
	struct sflow_build_flow flow;
	struct ip_addr source;
};

static const struct sflow_build_packet bed_packet = {
	.src = { .hi = UINT64_C(0x0a000001) << 32, .family = IP_V4 },
	.dst = { .hi = UINT64_C(0x0a000002) << 32, .family = IP_V4 },
	.frame_len = 1000,
};

static inline int
set_up(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));
	struct sflow_agent_config config = { .address = ip_v4(AGENT), .tag = bed };

	bed->used_before = mem_used(MEM_SFLOW);
	bed->agents = sflow_agents_new();
	bed->sink = (struct sflow_sink){ .ctx = &bed->seen, .samples = see };
	bed->now = mono_us(1000000);
	bed->head = (struct sflow_build_agent){
		.address = ip_v4(AGENT), .sequence = 100, .uptime_ms = 500000
	};
	bed->flow = (struct sflow_build_flow){ .sequence = 1, .source_index = 3, .rate = 10 };
	bed->source = ip_v4(AGENT);
	sflow_agents_configure(bed->agents, &config, 1);
	*state = bed;
	return 0;
}

static inline int
tear_down(void **state)
{
	struct bed *bed = *state;

	sflow_agents_free(bed->agents);
	assert_int_equal(mem_used(MEM_SFLOW), bed->used_before);
	free(bed);
	return 0;
}

static inline void
input(struct bed *bed, const uint8_t *data, size_t len)
{
	sflow_agents_input(bed->agents, data, len, &bed->source, bed->now, &bed->sink);
}

/* Send one datagram of n flow samples; each takes the next flow sequence number. */
static inline void
send_flows(struct bed *bed, unsigned n)
{
	static uint8_t buf[65536];
	struct sflow_build b;

	sflow_build_begin(&b, buf, sizeof(buf), &bed->head);
	for (unsigned i = 0; i < n; i++, bed->flow.sequence++)
		assert_true(sflow_build_flow(&b, &bed->flow, &bed_packet));
	input(bed, buf, sflow_build_end(&b));
}

/* The same, as the next datagram of the sub-agent. */
static inline void
send_next(struct bed *bed, unsigned n)
{
	send_flows(bed, n);
	bed->head.sequence++;
	bed->head.uptime_ms += 10;
}

static inline struct sflow_agent_stats
stats_of(const struct bed *bed, struct ip_addr address)
{
	struct sflow_agent_stats stats;

	for (size_t i = 0; sflow_agents_stats(bed->agents, i, &stats); i++)
		if (ip_equal(&stats.address, &address))
			return stats;
	fail_msg("no such agent");
	return stats;
}

static inline struct sflow_agent_stats
stats(const struct bed *bed)
{
	return stats_of(bed, ip_v4(AGENT));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

#endif
