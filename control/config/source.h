/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration's text made ready for libconfig: files read, @include expanded, what
 * libconfig 1.5 would swallow silently reported or made right. See scan.c.
 */
#ifndef CONTROL_CONFIG_SOURCE_H
#define CONTROL_CONFIG_SOURCE_H

#include "control/config/faults.h"

/* All files of a configuration together. */
#define SOURCE_BYTES_MAX    ((size_t)1 << 20)
#define SOURCE_INCLUDES_MAX 10   /* files inside files */
#define SOURCE_NESTING_MAX  16   /* brackets inside brackets */
#define SOURCE_NAMES_MAX    4096 /* settings of one group */

/* From prepared line `line` on, the text is that of `file` from `file_line` on. */
struct source_part {
	unsigned line, file_line;
	const char *file; /* in source.files */
};

struct source {
	struct str text;
	struct source_part *parts;
	size_t n_parts, cap_parts;
	char **files;
	size_t n_files, cap_files;
	bool
	    broken; /* not worth parsing: brackets, strings or files are amiss (there is a fault) */
};

struct source_place {
	const char *file;
	unsigned line;
};

/* Read and prepare a file, or a text under the name `file`; faults are added. */
void source_from_file(struct source *s, const char *file, struct faults *faults);
void source_from_text(struct source *s, const char *text, const char *file, struct faults *faults);
void source_fini(struct source *s);

/* File and line of a prepared line. */
struct source_place source_place(const struct source *s, unsigned line);

/* True for the name that the second of two equal settings, or one with a bad name, was given: the
 * fault is reported already. */
bool source_is_renamed(const char *name);

/* --- for scan.c, which fills the source --- */

/* From line `line` on, the text is that of the file (from source_keep_file()) from file_line on. */
void source_add_part(struct source *s, unsigned line, const char *file, unsigned file_line);

/* A copy of the file's name that lives as long as the source. */
const char *source_keep_file(struct source *s, const char *file);

/* Read a whole file of at most `room` bytes into *out: NULL, or why not. A configuration may come
 * through a pipe, an included file may not: who includes a terminal would wait forever. */
const char *source_read(const char *file, bool included, size_t room, struct str *out);

#endif
