/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of the group `hardware`. */
#include "control/config/schema.h"

#define FIELD(member) .offset = offsetof(struct config, hardware.member)

static const struct schema_row rows[] = {
	{ .name = "sflow",
	    .kind = SCHEMA_BOOL,
	    FIELD(sflow),
	    .value = "true",
	    .help = "Go by the tables that the agents of the target's router report, where they do "
		    "(Broadcom's counters, sent by\n.Xr hsflowd 8\non Cumulus)." },
	{ .name = "switchd",
	    .kind = SCHEMA_PATH,
	    FIELD(switchd),
	    .help = "Directory of switchd's files on Cumulus,\n.Pa "
		    "/cumulus/switchd/run/route_info ;\nwithout it, they are not read." },
	{ .name = "redis",
	    .kind = SCHEMA_STRING,
	    FIELD(redis),
	    .help = "Where SONiC's redis listens: the path of its socket, or an address with an "
		    "optional port, 6379. Its hash\n.Li CRM:STATS\nis read; without this setting, "
		    "it is not." },
	{ .name = "redis-db",
	    .kind = SCHEMA_U32,
	    FIELD(redis_db),
	    .max = 15,
	    .value = "2",
	    .help = "The number of COUNTERS_DB." },
	{ .name = "interval",
	    .kind = SCHEMA_REAL,
	    FIELD(interval_s),
	    .min = 0.1,
	    .max = 3600,
	    .value = "10",
	    .unit = "seconds",
	    .help = "Time between readings of the files and of redis." },
	{ .name = "reserve",
	    .kind = SCHEMA_REAL,
	    FIELD(reserve),
	    .max = 0.9,
	    .value = "0.05",
	    .help = "The part of a table of the ASIC that is left free, whatever\n.Ic "
		    "target.capacity\nsays." },
	{ .name = "probe",
	    .kind = SCHEMA_REAL,
	    FIELD(probe_s),
	    .max = 86400,
	    .value = "600",
	    .unit = "seconds",
	    .help = "Entries that were refused for want of room lower the capacity that is used; "
		    "after this long a little more is tried, and after each failure twice as long. "
		    "0: never." },
};

const struct schema_group schema_hardware = {
	.path = "hardware",
	.size = sizeof(struct config),
	.rows = rows,
	.n_rows = ARRAY_LEN(rows),
	.help = "What the tables of the switch's ASIC have room for, and where that is told. The "
		"least of it and of the target's capacity counts.",
};
