/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the tables of the ASIC where they are told on this machine: switchd's files (Cumulus) and
 * the redis of SONiC. Every interval each source is asked anew; what it said last stays, with its
 * time, and what went wrong is kept beside it.
 *
 * Nothing here makes the loop wait. switchd's files are on a FUSE file system, whose reads last as
 * long as switchd pleases, so a thread of their own reads them; all it shares with the loop is a
 * socket pair. redis is asked asynchronously.
 */
#ifndef CONTROL_READBACK_IO_H
#define CONTROL_READBACK_IO_H

#include "control/config/config.h"
#include "control/hardware.h"

struct ev_loop;
struct readback;

/* Begin to fill *sources, which are borrowed and replaced by those the configuration names; none is
 * fine. */
struct readback *readback_new(
    struct ev_loop *loop, const struct config_hardware *config, struct hardware_sources *sources);
void readback_free(struct readback *r);

#endif
