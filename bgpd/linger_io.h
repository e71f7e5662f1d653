/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A polite end of a TCP connection: the last bytes (a NOTIFICATION) are sent, our half is closed,
 * and what the peer still sends is thrown away until it closes too, or two seconds have passed.
 * Closing at once with input unread would make the kernel send a reset, which destroys the
 * NOTIFICATION in the peer's receive buffer: the operator at the other end would never see why.
 */
#ifndef BGPD_LINGER_IO_H
#define BGPD_LINGER_IO_H

#include "lib/base.h"

struct ev_loop;
struct bgp_linger;

/* Takes fd and a copy of the bytes; the object is in *list until it is done with, by itself. */
void bgp_linger_take(
    struct bgp_linger **list, struct ev_loop *loop, int fd, const void *bytes, size_t len);

/* Close all of the list now. */
void bgp_linger_close_all(struct bgp_linger **list);

#endif
