/* SPDX-License-Identifier: Apache-2.0 */
/* Names of route protocols, as iproute2's rt_protos and FRR's have them. */
#ifndef CONTROL_NETLINK_PROTOCOL_H
#define CONTROL_NETLINK_PROTOCOL_H

#include "lib/base.h"

/* "bird" or "12"; false for anything else. */
MUST_CHECK bool nl_protocol_parse(const char *text, uint8_t *out);

#endif
