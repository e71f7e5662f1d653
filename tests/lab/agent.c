/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab/agent.h"

#include <math.h>

/* Exponential, rounded up or down at random so that the mean is right above 10^5 a second too. */
static int64_t
draw_gap_us(struct agent *a)
{
	double gap = -log(1 - rng_unit(&a->rng)) * 1e6 / a->config.samples_s;

	return (int64_t)(gap + rng_unit(&a->rng));
}

void
agent_init(struct agent *a, const struct agent_config *config, struct traffic *traffic,
    uint64_t seed, struct mono now)
{
	*a = (struct agent){ .config = *config,
		.traffic = traffic,
		.rng = rng_make(seed),
		.start = now,
		.due = now };
	ASSERT(config->samples_s > 0);
	a->due = mono_add_us(now, draw_gap_us(a));
}

static void
open_datagram(struct agent *a)
{
	struct sflow_build_agent head = { .address = a->config.address,
		.sub_agent = a->config.sub_agent,
		.sequence = ++a->sequence,
		.uptime_ms = (uint32_t)(mono_sub_us(a->due, a->start) / 1000) };

	sflow_build_begin(&a->build, a->buf, sizeof(a->buf), &head);
	a->first = a->due;
	a->open = true;
}

/* Put the pending packet into the datagram; false when it is full. */
static bool
put_sample(struct agent *a)
{
	struct sflow_build_flow flow = { .sequence = a->sample_sequence + 1,
		.source_index = a->config.input,
		.rate = a->config.rate,
		.pool = a->pool + a->config.rate,
		.input = a->config.input,
		.output = a->config.output };
	struct sflow_build_packet packet = {
		.src = a->pending.src, .dst = a->pending.dst, .frame_len = a->pending.frame_len
	};

	if (!a->open)
		open_datagram(a);
	if (!sflow_build_flow(&a->build, &flow, &packet))
		return false;
	a->sample_sequence++;
	a->pool += a->config.rate;
	a->samples++;
	a->has_pending = false;
	return true;
}

static const uint8_t *
close_datagram(struct agent *a, size_t *len)
{
	a->open = false;
	a->datagrams++;
	*len = sflow_build_end(&a->build);
	ASSERT(*len > 0);
	return a->buf;
}

const uint8_t *
agent_next(struct agent *a, struct mono now, size_t *len)
{
	while (a->has_pending || mono_reached(now, a->due)) {
		if (!a->has_pending) {
			if (!traffic_next(a->traffic, &a->pending))
				break;
			a->has_pending = true;
		}
		if (!put_sample(a))
			return close_datagram(a, len);
		a->due = mono_add_us(a->due, draw_gap_us(a));
	}
	if (a->open && mono_reached(now, mono_add_ms(a->first, AGENT_FLUSH_MS)))
		return close_datagram(a, len);
	return NULL;
}

void
agent_skip_to(struct agent *a, struct mono now)
{
	if (mono_before(a->due, now))
		a->due = mono_add_us(now, draw_gap_us(a));
}

void
agent_lose(struct agent *a, uint32_t n)
{
	a->sequence += n;
}
