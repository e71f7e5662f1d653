/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tables of an ASIC, as its sFlow agent, switchd or SONiC report them, mean for our
 * routes: how many of a family it has room for, and whether it is full.
 *
 * Tables are shared with other daemons' routes, and reports are late (SONiC counts every five
 * minutes), so they cannot tell ours from others' exactly. What others use is taken as what is left
 * of `used` when the most that we held lately is taken off: rather too little than too much, as an
 * estimate that swings would make us give up entries for nothing. Headroom and the learned ceiling
 * take the rest.
 */
#ifndef CONTROL_HARDWARE_H
#define CONTROL_HARDWARE_H

#include "lib/ip.h"
#include "lib/mono.h"
#include "sflowin/asic.h"

/* One who reports the tables. */
struct hardware_source {
	const char *kind, *name;   /* "switchd", "redis"; where it is read */
	struct asic_tables tables; /* as last told */
	struct mono at;            /* MONO_NEVER: not yet */
	char error[128];           /* of the last attempt; "" when it was good */
};

#define HARDWARE_SOURCES_MAX 2

struct hardware_sources {
	struct hardware_source list[HARDWARE_SOURCES_MAX];
	size_t n;
};

/* Our entries, by family. */
struct hardware_held {
	size_t most[IP_FAMILIES]; /* lately; SIZE_MAX where that is not known yet */
	size_t now[IP_FAMILIES];
};

/* Entries of the family that there is room for, ours included, when `reserve` (0..1) of each table
 * stays free; false where no table with a known size takes the family. */
MUST_CHECK bool hardware_room(const struct asic_tables *t, enum ip_family family,
    const struct hardware_held *held, double reserve, size_t *room);

/* The table that the family's routes go to and that has nothing left; ASIC_TABLES: none. */
enum sflow_asic_table hardware_full(const struct asic_tables *t, enum ip_family family);

/* The table that says most about routes, for an overview; ASIC_TABLES: none has a size. */
enum sflow_asic_table hardware_main_table(const struct asic_tables *t);

/* A number as switchd and SONiC write it, perhaps with blanks behind it; false where the text is
 * something else or it does not fit. */
MUST_CHECK bool hardware_number(const char *text, size_t len, uint32_t *out);

/* The most that was held within the last HARDWARE_LAG_S to twice that. */
#define HARDWARE_LAG_S 300

struct hardware_memory {
	struct mono started, bucket_start;
	size_t bucket[2][IP_FAMILIES]; /* this one and the last */
};

void hardware_memory_init(struct hardware_memory *m, struct mono now);

/* Note what is held now, and give what hardware_room() wants. Until HARDWARE_LAG_S have passed what
 * was held by an earlier run is not known. */
void hardware_memory_note(struct hardware_memory *m, const size_t held[static IP_FAMILIES],
    struct mono now, struct hardware_held *out);

#endif
