/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands on standard input, a line each, and signals: how tests steer a running lab command.
 * The end of the input is no command: the program goes on without one.
 */
#ifndef LAB_COMMANDS_IO_H
#define LAB_COMMANDS_IO_H

#include "lib/base.h"

struct ev_loop;

#define COMMANDS_WORDS 8

/* One command: how it is written, and what it does. Words behind the name are handed over; false is
 * answered with "error: usage: ...". */
struct command {
	const char *name;
	const char *usage; /* of the words */
	unsigned min_words, max_words;
	bool (*run)(void *ctx, char **words, unsigned n);
};

/* Begin to read; `quit` and SIGINT, SIGTERM end the loop. The table ends with a NULL name. One per
 * process. */
void commands_start(struct ev_loop *loop, const struct command *table, void *ctx);
void commands_stop(void);

/* One event: a line on standard output, at once. */
void say(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
