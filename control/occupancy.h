/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carries what the ASIC's tables have room for to the target: from the agents of its router, and
 * from what is read on this machine. The least of all counts. A table that is reported full while
 * our entries have not changed lately lowers the learned ceiling as a refusal would.
 */
#ifndef CONTROL_OCCUPANCY_H
#define CONTROL_OCCUPANCY_H

#include "lib/mono.h"

struct app;
struct occupancy;

/* A report older than this says nothing any more: SONiC counts every five minutes. */
#define OCCUPANCY_STALE_S 900

struct occupancy *occupancy_new(struct mono now);
void occupancy_free(struct occupancy *o);

/* Once a second. Agents and sources may have come and gone meanwhile. */
void occupancy_tick(struct occupancy *o, const struct app *app);

#endif
