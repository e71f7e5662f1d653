/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is worth keeping over a restart, and its file: averages of the prefixes that matter,
 * ceilings that were learned, the price of a slot, and that an operator has frozen the target. No
 * addresses in memory, no ids: prefixes and names.
 *
 *      "HFST" version saved-at length | body | SHA-256 of all before it
 *
 * Numbers are big-endian, rates IEEE 754 singles. Another version, another length or checksum is no
 * state; a body that passed those is still not trusted.
 */
#ifndef CONTROL_STATE_H
#define CONTROL_STATE_H

#include "control/target.h"
#include "control/traffic.h"
#include "lib/str.h"

#define STATE_VERSION   2
#define STATE_BYTES_MAX ((size_t)64 << 20)
/* Of a table. */
#define STATE_RECORDS_MAX (1U << 19)
#define STATE_NAME_MAX    255
#define STATE_PARTS_MAX   1024 /* tables; ceilings */

/* Averages of one family of a router. */
struct state_table {
	char *router;
	enum ip_family family;
	struct traffic_saved_totals totals;
	struct state_record {
		struct ip_prefix prefix;
		struct traffic_saved traffic;
	} * records;
	size_t n;
};

/* A port of the target has shown to have room for so many. */
struct state_ceiling {
	char *port;
	enum ip_family family;
	uint32_t entries;
};

struct state {
	int64_t wall_ms; /* when it was saved, since the epoch */
	struct state_table *tables;
	size_t n_tables;
	struct state_ceiling *ceilings;
	size_t n_ceilings;
	struct target_saved target[IP_FAMILIES];
	bool frozen; /* by an operator */
};

void state_fini(struct state *s);

/* The file's bytes, for mem_free(MEM_MISC, ...). */
uint8_t *state_write(const struct state *s, size_t *len);

/* The other way: NULL, or why it is none, a few words. *out is to be freed with state_fini() either
 * way. */
const char *state_read(const uint8_t *data, size_t len, struct state *out);

/* The body alone, which state_read() does not come to where the checksum is wrong: for fuzzing. */
const char *state_read_body(const uint8_t *body, size_t len, struct state *out);

#endif
