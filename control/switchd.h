/* SPDX-License-Identifier: Apache-2.0 */
/*
 * switchd's files: Cumulus Linux tells how full the tables of its ASIC are in files of one number
 * each, below /cumulus/switchd/run/route_info. What they mean follows hsflowd's mod_cumulus, which
 * sends the same numbers by sFlow.
 */
#ifndef CONTROL_SWITCHD_H
#define CONTROL_SWITCHD_H

#include "sflowin/asic.h"

#define SWITCHD_FILES 15

struct switchd_value {
	bool known;
	uint32_t number;
};

/* The i-th file, below the directory. */
const char *switchd_file(size_t i);

/* What the files say together; false where there is not the size of a single table in them. */
MUST_CHECK bool switchd_tables(
    const struct switchd_value values[static SWITCHD_FILES], struct asic_tables *out);

#endif
