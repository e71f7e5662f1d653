/* SPDX-License-Identifier: Apache-2.0 */
/* Facts about one thing, a line each, and quantities as the options want them: for people, or plain
 * with -H. */
#ifndef CLI_FACTS_H
#define CLI_FACTS_H

#include "cli/cli.h"
#include "cli/table.h"
#include "lib/human.h"

/* "  label              text"; the text is made safe for a terminal. */
void say(const struct cli *cli, const char *label, const char *text);
void sayf(const struct cli *cli, const char *label, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Each writes to buf and gives it. Plain: the number, bit/s, seconds. */
char *count_text(const struct cli *cli, uint64_t value, char buf[HUMAN_MAX]);
char *rate_text(const struct cli *cli, double bytes_per_s, char buf[HUMAN_MAX]);
char *age_text(const struct cli *cli, double seconds, char buf[HUMAN_MAX]);

/* The same as the next cell of a table, and a part of a whole. */
void add_count(struct table *t, const struct cli *cli, uint64_t value);
void add_rate(struct table *t, const struct cli *cli, double bytes_per_s);
void add_age(struct table *t, const struct cli *cli, double seconds);
void add_ratio(struct table *t, const struct cli *cli, double ratio);

#endif
