/* SPDX-License-Identifier: Apache-2.0 */
/* Regions of the address space that the RIB forwards alike. */
#ifndef CONTROL_SELECT_REGION_H
#define CONTROL_SELECT_REGION_H

#include "control/select/emap.h"
#include "lib/ip.h"

struct rib;

/* The one action of every address in p, or ACTION_MIXED. `outside` is the action in force around p:
 * of the longest route that covers it, or the default. Stops at the first difference. Routes that
 * were looked at are added to *looked. */
uint32_t region_action(
    const struct rib *rib, const struct ip_prefix *p, uint32_t outside, size_t *looked);

#endif
