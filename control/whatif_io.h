/* SPDX-License-Identifier: Apache-2.0 */
/*
 * whatif_compute() in a process of its own: a fork sees the table and the traffic of one moment,
 * can take all the time it needs, and cannot disturb anything. What the daemon pays is the copying
 * of page tables. One job at a time; its result is kept for WHATIF_KEEP_S.
 */
#ifndef CONTROL_WHATIF_IO_H
#define CONTROL_WHATIF_IO_H

#include "control/app.h"

#define WHATIF_KEEP_S       5.
#define WHATIF_WAITED_FOR_S 2.

/* For struct web_backend; app->whatif keeps the job and its result. */
enum web_whatif_state whatif_ask(
    void *app, size_t router, const struct web_whatif_query *query, struct web_whatif *out);

/* Stop the job, whatever it is doing, and forget it. */
void whatif_stop(struct app *app);

#endif
