/* SPDX-License-Identifier: Apache-2.0 */
/* A file to read from start to end: plain, *.xz or *.gz (through xz(1) and gzip(1)), or "-". */
#ifndef LAB_INPUT_H
#define LAB_INPUT_H

#include <stdio.h>

#include "lib/base.h"

struct input {
	FILE *file;
	const char *path; /* borrowed: for messages */
	int child;        /* process that decompresses; 0: none */
};

/* False, and a line on stderr, when it cannot be opened. */
MUST_CHECK bool input_open(struct input *in, const char *path);

/* False, and a line on stderr, when reading failed or the compressed file was broken. */
MUST_CHECK bool input_close(struct input *in);

/* Close it when no more of it is wanted, whatever is left. */
void input_drop(struct input *in);

/* The next n bytes; fewer at the end of the file. */
size_t input_read(struct input *in, void *buf, size_t n);

#endif
