/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells the service manager how we are, as sd_notify(3) and systemd.service(5) describe: a datagram
 * of assignments to the socket in $NOTIFY_SOCKET. Without that variable nothing is told to nobody.
 * Nothing here blocks or fails; a message that cannot be sent is lost.
 */
#ifndef CONTROL_NOTIFY_IO_H
#define CONTROL_NOTIFY_IO_H

#include "lib/base.h"
#include "lib/mono.h"

/* Take the variables out of the environment. Call it once, before any of the others. */
void notify_open(void);

/* Listening, with the configuration in force: at start and after a reload. */
void notify_ready(void);
void notify_reloading(struct mono now);
void notify_stopping(void);

/* One line for `systemctl status`, without its newline; what is no printable ASCII is left out. */
void notify_status(const char *text);

/* The loop has got once through all there is to do. Feeds the watchdog when half of its time is
 * over, so call it often: what is not called is what the watchdog is there for. */
void notify_alive(struct mono now);

#endif
