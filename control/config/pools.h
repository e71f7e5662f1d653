/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the pools of a configuration to what the selection can do with them: for each family one
 * table whose slots its entries take by their length, which may be the same for both families, and
 * beside it one table for a single length.
 */
#ifndef CONTROL_CONFIG_POOLS_H
#define CONTROL_CONFIG_POOLS_H

#include "control/config/config.h"
#include "control/select/slots.h"

#define POOLS_ERROR_MAX 160

struct pools {
	struct slots slots[IP_FAMILIES];
	uint32_t capacity[IP_FAMILIES];  /* 0: the family has no pool */
	bool shared;                     /* both have the same: capacity[] is that of it */
	const struct config_pool *wrong; /* of the list: where the error is */
};

/* False with a message where the pools are not of that form. */
MUST_CHECK bool pools_make(const struct config_pool *list, size_t n, struct pools *out,
    char error[static POOLS_ERROR_MAX]);

#endif
