/* SPDX-License-Identifier: Apache-2.0 */
/* The sFlow agent that is played: samples of a traffic mix, at random times, packed into
 * datagrams. */
#ifndef LAB_AGENT_H
#define LAB_AGENT_H

#include "lib/mono.h"
#include "lib/rng.h"
#include "tests/lab/traffic.h"
#include "tests/support/sflow_build.h"

struct agent_config {
	struct ip_addr address; /* of the agent, in the datagrams */
	uint32_t sub_agent;
	uint32_t rate;          /* 1 in so many packets is sampled */
	uint32_t input, output; /* ifIndex; `input` is the data source as well */
	double samples_s;       /* on average; the times between samples are exponential */
};

/* Seven samples with 128 octets of header, as agents mostly send. */
#define AGENT_DATAGRAM_MAX 1400

/* A datagram that is not full goes out this much after its first sample. */
#define AGENT_FLUSH_MS 100

struct agent {
	struct agent_config config;
	struct traffic *traffic;
	struct rng rng;
	struct mono start, due; /* due: time of the next sample */
	uint32_t sequence, sample_sequence, pool;
	uint64_t samples, datagrams; /* given out */

	uint8_t buf[AGENT_DATAGRAM_MAX];
	struct sflow_build build;
	struct mono first; /* time of its first sample */
	bool open;
	struct traffic_packet pending; /* did not fit the last datagram */
	bool has_pending;
};

void agent_init(struct agent *a, const struct agent_config *config, struct traffic *traffic,
    uint64_t seed, struct mono now);

/* The next datagram that has to be sent by now, valid until the next call; NULL: none. The samples
 * are the same for the same seed, whenever this is called. */
const uint8_t *agent_next(struct agent *a, struct mono now, size_t *len);

/* Forget what was due before `now`. */
void agent_skip_to(struct agent *a, struct mono now);

/* Count n datagrams more, as if they had been lost on the way. */
void agent_lose(struct agent *a, uint32_t n);

#endif
