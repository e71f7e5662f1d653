/* SPDX-License-Identifier: Apache-2.0 */
/* The two readers of readback_io.c. Each is asked now and then, and fills in its source. An answer
 * may take longer than an interval; until it comes, asking again does nothing. */
#ifndef CONTROL_READBACK_PRIV_IO_H
#define CONTROL_READBACK_PRIV_IO_H

#include "control/readback_io.h"

struct switchd_reader;
struct redis_reader;

#define READBACK_PATIENCE_S 2

/* root: the directory; NULL where there can be no thread. Both borrow what they are given. */
struct switchd_reader *switchd_reader_new(
    struct ev_loop *loop, const char *root, struct hardware_source *source);
void switchd_reader_free(struct switchd_reader *r);
void switchd_reader_ask(struct switchd_reader *r, struct mono now);

/* path: a unix socket; NULL: `tcp`. */
struct redis_reader *redis_reader_new(struct ev_loop *loop, const char *path,
    const struct config_endpoint *tcp, unsigned db, struct hardware_source *source);
void redis_reader_free(struct redis_reader *r);
void redis_reader_ask(struct redis_reader *r, struct mono now);

/* Time to say that there is no answer to what was asked then. */
static inline bool
readback_is_late(struct mono asked, struct mono now)
{
	return mono_sub_s(now, asked) >= READBACK_PATIENCE_S;
}

/* A good answer, and a bad one. */
void readback_take(struct hardware_source *source, const struct asic_tables *tables);
void readback_fail(struct hardware_source *source, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
