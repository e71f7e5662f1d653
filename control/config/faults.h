/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults and warnings of one configuration. Several passes find them; the reader gets them in the
 * order of the file. Lines are those of the prepared text (source.h), which knows the file of each.
 */
#ifndef CONTROL_CONFIG_FAULTS_H
#define CONTROL_CONFIG_FAULTS_H

#include "lib/str.h"

struct source;

struct fault {
	unsigned line;
	bool warning;
	size_t number; /* of its finding: keeps the order within a line */
	char *text;
};

struct faults {
	struct fault *list;
	size_t n, cap;
	size_t fatal; /* those that are not warnings */
};

void faults_init(struct faults *f);
void faults_fini(struct faults *f);

void faults_add(struct faults *f, unsigned line, const char *fmt, ...) PRINTF_LIKE(3, 4);
void faults_warn(struct faults *f, unsigned line, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Append "FILE:LINE: message" or "FILE:LINE: warning: message" for each, in file order. */
void faults_print(struct faults *f, const struct source *source, struct str *out);

#endif
