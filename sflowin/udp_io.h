/* SPDX-License-Identifier: Apache-2.0 */
/* sFlow receiver: UDP sockets drained with recvmmsg from the event loop. */
#ifndef SFLOWIN_UDP_IO_H
#define SFLOWIN_UDP_IO_H

#include "sflowin/agent.h"

struct ev_loop;
struct sflow_udp;

struct sflow_udp *sflow_udp_new(
    struct ev_loop *loop, struct sflow_agents *agents, const struct sflow_sink *sink);
void sflow_udp_free(struct sflow_udp *u);

/* Listen on address:port; 0 or -errno. The receive buffer is made as large as allowed (16 MB
 * asked).
 * `::` takes IPv4 as well, as long as nobody has 0.0.0.0 at that port: name that one first, or not
 * at all. */
MUST_CHECK int sflow_udp_listen(struct sflow_udp *u, const struct ip_addr *address, uint16_t port);

/* Stop listening there; true if it was. */
bool sflow_udp_unlisten(struct sflow_udp *u, const struct ip_addr *address, uint16_t port);

/* Copy every received datagram, as it came, to these collectors (replaces the former list).
 * Failures to send are counted, never logged per datagram. */
struct sflow_forward {
	struct ip_addr address;
	uint16_t port;
};
MUST_CHECK int sflow_udp_forward(struct sflow_udp *u, const struct sflow_forward *to, size_t n);

struct sflow_udp_stats {
	uint64_t kernel_drops; /* SO_RXQ_OVFL: lost for want of buffer */
	uint64_t truncated;    /* longer than our 9,216-byte receive slots */
	uint64_t forwarded, forward_errors;
};
void sflow_udp_stats(const struct sflow_udp *u, struct sflow_udp_stats *out);

#endif
