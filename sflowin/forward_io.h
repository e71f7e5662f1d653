/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of received datagrams for other collectors, sent as they came and never waited for. */
#ifndef SFLOWIN_FORWARD_IO_H
#define SFLOWIN_FORWARD_IO_H

#include <sys/uio.h>

#include "sflowin/udp_io.h"

/* Datagrams in one call of sflow_forwarder_send(). */
#define SFLOW_FORWARD_BATCH 64

struct sflow_forwarder;

/* Collectors do not see from where a datagram came but who it is about: agents are named in it.
 * 0 and the forwarder, or -errno when there is no socket to send from. */
MUST_CHECK int sflow_forwarder_new(
    const struct sflow_forward *to, size_t n, struct sflow_forwarder **out);
void sflow_forwarder_free(struct sflow_forwarder *f);

/* Send n datagrams to every collector, adding to stats->forwarded and stats->forward_errors. What
 * the sockets do not take at once is lost: waiting would lose what comes in. */
void sflow_forwarder_send(
    struct sflow_forwarder *f, struct iovec *datagrams, size_t n, struct sflow_udp_stats *stats);

#endif
