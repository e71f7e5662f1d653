/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command-line options from tables: one row gives the option's name, its argument, where the value
 * goes and the line of --help, so that the help cannot be wrong about what is there.
 */
#ifndef LAB_OPTIONS_H
#define LAB_OPTIONS_H

#include <stdio.h>

#include "lib/ip.h"

enum option_type {
	OPTION_FLAG,   /* bool, no argument */
	OPTION_TEXT,   /* const char *, borrowed from argv */
	OPTION_U32,    /* uint32_t */
	OPTION_U64,    /* uint64_t */
	OPTION_DOUBLE, /* double, finite and >= 0 */
	OPTION_ADDR,   /* struct ip_addr */
	OPTION_END     /* ends a table */
};

struct option_row {
	const char *name; /* without the dashes */
	const char *arg;  /* the argument's name in --help; NULL: a flag */
	enum option_type type;
	void *value; /* holds the default before parsing */
	const char *help;
};

#define OPTION_TABLE_END                                                                           \
	{                                                                                          \
		NULL, NULL, OPTION_END, NULL, NULL                                                 \
	}

/* Sets of rows that are options of one command together; NULL ends the list. */
#define OPTION_TABLES_MAX 4

enum options_result {
	OPTIONS_OK,
	OPTIONS_HELP, /* --help was asked for */
	OPTIONS_BAD   /* and a line on stderr says why */
};

/* Parse argv[1..] ("--name VALUE" or "--name=VALUE"); words without dashes are taken as positional,
 * in order, at most n_words. */
MUST_CHECK enum options_result options_parse(int argc, char **argv,
    const struct option_row *const tables[OPTION_TABLES_MAX], const char **words, size_t n_words);

void options_print(FILE *out, const struct option_row *const tables[OPTION_TABLES_MAX]);

#endif
