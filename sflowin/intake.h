/* SPDX-License-Identifier: Apache-2.0 */
/* One admitted datagram: what it says is counted for its agent, and its samples are handed on. */
#ifndef SFLOWIN_INTAKE_H
#define SFLOWIN_INTAKE_H

#include "sflowin/agent.h"
#include "sflowin/datagram.h"
#include "sflowin/seq.h"

/* An agent, configured or not; agent.c owns it. */
struct sflow_agent {
	struct sflow_agent_stats stats;
	void *tag;
	struct ip_addr *sources; /* configured agents: at least one */
	size_t n_sources;
	bool dropped; /* only while the configuration changes */
	struct seq_table seqs;
};

/* Count the datagram, and hand its samples to the sink unless that is NULL. A copy of one that was
 * here before is only counted. */
void sflow_intake(struct sflow_agent *agent, struct sflow_datagram *d, struct mono now,
    struct sflow_totals *totals, const struct sflow_sink *sink);

#endif
