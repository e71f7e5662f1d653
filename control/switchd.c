/* SPDX-License-Identifier: Apache-2.0 */
#include "control/switchd.h"

/* How the memory for routes is shared out, by the file route/mode. */
enum mode {
	MODE_SHARED = 1, /* 0: IPv4 and IPv6 up to /64, 1: longer IPv6 */
	MODE_SPLIT = 2   /* 0: IPv4, 1: IPv6 */
};

#define FILE_MODE 0

static const struct {
	const char *path;
	enum sflow_asic_table table;  /* in MODE_SPLIT, where that matters */
	enum sflow_asic_table shared; /* in MODE_SHARED */
	bool is_max;
} files[SWITCHD_FILES] = {
	[FILE_MODE] = { "route/mode", ASIC_TABLES, ASIC_TABLES, false },
	{ "route/count_0", ASIC_IPV4, ASIC_IPV4_IPV6, false },
	{ "route/max_0", ASIC_IPV4, ASIC_IPV4_IPV6, true },
	{ "route/count_1", ASIC_IPV6, ASIC_LONG_IPV6, false },
	{ "route/max_1", ASIC_IPV6, ASIC_LONG_IPV6, true },
	{ "route/count_total", ASIC_TOTAL_ROUTES, ASIC_TOTAL_ROUTES, false },
	{ "route/max_total", ASIC_TOTAL_ROUTES, ASIC_TOTAL_ROUTES, true },
	{ "host/count", ASIC_HOST, ASIC_HOST, false },
	{ "host/max", ASIC_HOST, ASIC_HOST, true },
	{ "host/count_v4", ASIC_IPV4_NEIGHBORS, ASIC_IPV4_NEIGHBORS, false },
	{ "host/count_v6", ASIC_IPV6_NEIGHBORS, ASIC_IPV6_NEIGHBORS, false },
	{ "ecmp_nh/count", ASIC_ECMP_NEXTHOPS, ASIC_ECMP_NEXTHOPS, false },
	{ "ecmp_nh/max", ASIC_ECMP_NEXTHOPS, ASIC_ECMP_NEXTHOPS, true },
	{ "mac/count", ASIC_MAC, ASIC_MAC, false },
	{ "mac/max", ASIC_MAC, ASIC_MAC, true },
};

const char *
switchd_file(size_t i)
{
	return files[i].path;
}

bool
switchd_tables(const struct switchd_value values[static SWITCHD_FILES], struct asic_tables *out)
{
	const struct switchd_value *mode = &values[FILE_MODE];
	bool any = false;

	*out = (struct asic_tables){ 0 };
	for (size_t i = 0; i < SWITCHD_FILES; i++) {
		bool depends = files[i].table != files[i].shared;
		enum sflow_asic_table table =
		    mode->number == MODE_SHARED ? files[i].shared : files[i].table;

		if (!values[i].known || i == FILE_MODE)
			continue;
		if (depends &&
		    (!mode->known || (mode->number != MODE_SHARED && mode->number != MODE_SPLIT)))
			continue;
		if (files[i].is_max)
			out->table[table].max = values[i].number;
		else
			out->table[table].used = values[i].number;
		any |= files[i].is_max;
	}
	return any;
}
