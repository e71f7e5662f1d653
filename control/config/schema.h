/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of settings: what hotfib.conf may say. The parser, the canonical print, the freeing of
 * a configuration and the reference in hotfib.conf(5) all follow it; a new setting is a new row
 * (and a field to hold it).
 */
#ifndef CONTROL_CONFIG_SCHEMA_H
#define CONTROL_CONFIG_SCHEMA_H

#include "control/config/config.h"

/* What a value is in the file, and what holds it. */
enum schema_kind {
	SCHEMA_GROUP,     /* { rows }: in the same struct as the row; offset: bool "is there" */
	SCHEMA_LIST,      /* ( { rows }, ... ): offset: pointer to an array of their structs */
	SCHEMA_STRING,    /* char *: printable text */
	SCHEMA_NAME,      /* char *: letters, digits, . : _ - */
	SCHEMA_SECRET,    /* char *: printable text of min..max bytes; printed nowhere */
	SCHEMA_PATH,      /* char *: absolute, short enough for a unix socket */
	SCHEMA_BOOL,      /* bool */
	SCHEMA_BOOL_NOT,  /* bool, stored negated */
	SCHEMA_U16,       /* uint16_t within min..max */
	SCHEMA_U32,       /* uint32_t within min..max */
	SCHEMA_AS,        /* uint32_t 1..2^32-1: integer, or its digits as a string */
	SCHEMA_REAL,      /* double within min..max */
	SCHEMA_ROUTER_ID, /* uint32_t as a dotted quad, not 0 */
	SCHEMA_COMMUNITY, /* uint32_t as "AS:VALUE" of 16 bits each, not 0; 0: none */
	SCHEMA_WORD,      /* an enum: one of `words`, by place */
	SCHEMA_FAMILY,    /* an array of "ipv4", "ipv6" as bool[IP_FAMILIES] */
	SCHEMA_ADDRESS,   /* struct ip_addr */
	SCHEMA_ENDPOINT,  /* struct config_endpoint; `port` where the text has none */
	SCHEMA_PREFIX,    /* struct ip_prefix */
};

struct schema_group;

struct schema_row {
	const char *name;
	enum schema_kind kind;
	bool array; /* [ values ], or for SCHEMA_LIST: offset is a pointer, count its length */
	bool required;
	bool restart;  /* a change of it, or of anything in it, needs a restart */
	size_t offset; /* in the group's struct */
	size_t count;  /* offset of the size_t, for arrays and lists */
	double min, max;
	uint16_t port;            /* SCHEMA_ENDPOINT; 0: an address alone, no port */
	const char *const *words; /* NULL-terminated */
	const char *value; /* default, in the words of value_parse(); arrays: separated by blanks */
	const char *unit;
	const char
	    *help; /* a sentence or two, for the manual; may use mdoc requests on own lines */
	const struct schema_group *group; /* SCHEMA_GROUP, SCHEMA_LIST */
};

struct schema_group {
	const char *path; /* "bgp.neighbors"; "" for the whole */
	size_t size;      /* of its struct */
	const struct schema_row *rows;
	size_t n_rows;
	const char *help;
};

extern const struct schema_group schema_root;
/* Parts of it, each in a file of its own. */
extern const struct schema_group schema_neighbor, schema_netlink, schema_hardware;

/* The row of that name; NULL where there is none. */
const struct schema_row *schema_find(const struct schema_group *group, const char *name);

/* The name in the group most like the one given, for "did you mean"; NULL if none is. */
const char *schema_suggest(const struct schema_group *group, const char *name);

/* Free what the rows of the group hold in the struct at `base`. */
void schema_free(const struct schema_group *group, void *base);

/* Append the setting and its value in the struct at `base`, as config_print() does. */
void schema_print(const struct schema_row *row, const void *base, struct str *out);

/* The reference part of hotfib.conf(5), in mdoc. */
void schema_reference(struct str *out);

#endif
