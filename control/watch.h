/* SPDX-License-Identifier: Apache-2.0 */
/* Raises events when a session comes or goes and when a table becomes ready or freezes. */
#ifndef CONTROL_WATCH_H
#define CONTROL_WATCH_H

struct app;
struct watch;

struct watch *watch_new(void);
void watch_free(struct watch *w);

/* Once a second: compare with the last time, and tell app->events what changed. Neighbours and
 * routers may have come and gone meanwhile. */
void watch_tick(struct watch *w, const struct app *app);

#endif
