/* SPDX-License-Identifier: Apache-2.0 */
/* Routes of which only the next hop matters: 10.0.0.0 + `hop`. */
#ifndef TESTS_SUPPORT_HOPS_H
#define TESTS_SUPPORT_HOPS_H

#include "ribtrie/rib.h"

/* The attribute set, with a reference for the caller. */
uint32_t hop_attrs(struct attrs_table *t, uint32_t hop);

/* The only path of the prefix. */
void hop_announce(struct rib *rib, const struct ip_prefix *p, uint32_t hop);

#endif
