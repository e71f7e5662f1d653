/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can fail comes first: parse and check, look for what cannot change while running, open
 * listeners. Only then parts are changed, which cannot fail (app_parts_io.c).
 */
#include "control/app_reload_io.h"

#include <string.h>

#include "control/app_listen_io.h"
#include "control/app_parts_io.h"
#include "control/config/diff.h"
#include "control/events.h"
#include "control/notify_io.h"
#include "control/whatif_io.h"
#include "lib/clock_io.h"
#include "lib/mem.h"

struct differences {
	struct str *changes, *faults;
	bool restart; /* there is one that cannot be made */
};

static void
on_difference(void *ctx, const struct diff *diff)
{
	static const char *const verbs[] = {
		[DIFF_CHANGED] = "changed", [DIFF_ADDED] = "added", [DIFF_REMOVED] = "removed"
	};
	struct differences *d = ctx;

	if (diff->restart) {
		d->restart = true;
		str_addf(d->faults, "needs a restart: %s\n", diff->name);
	}
	str_addf(d->changes, "%s %s\n", diff->name, verbs[diff->kind]);
}

/* New learning neighbours of a router find room there, also beside those that leave. */
static bool
has_room(const struct app *app, const struct config *new, struct str *faults)
{
	bool ok = true;

	for (size_t i = 0; i < app->n_routers; i++) {
		const char *name = router_name(app->routers[i]);
		unsigned n = 0;

		for (size_t k = 0; k < new->n_neighbors; k++) {
			const struct config_neighbor *c = &new->neighbors[k];
			const struct app_neighbor *old = app_find_neighbor(app, c->bgp.name);

			n += c->router != NULL && strcmp(c->router, name) == 0 &&
			     (old == NULL || old->config->router == NULL ||
				 strcmp(old->config->router, name) != 0);
		}
		if (n <= router_free_sources(app->routers[i]))
			continue;
		ok = false;
		str_addf(faults,
		    "too many learning neighbours of router %s at once: those that "
		    "left still have routes there\n",
		    name);
	}
	return ok;
}

static bool
uses_kernel(const struct config *c)
{
	for (size_t i = 0; c->has_target && i < c->target.n_via; i++)
		if (strcmp(c->target.via[i], CONFIG_VIA_NETLINK) == 0)
			return true;
	return false;
}

/* The kernel is a target from the start to the end, and of one router. */
static bool
kernel_stays(const struct config *old, const struct config *new, struct str *faults)
{
	if (uses_kernel(old) != uses_kernel(new))
		str_add(faults, "needs a restart: netlink in target.via\n");
	else if (uses_kernel(old) && strcmp(old->target.router, new->target.router) != 0)
		str_add(faults, "needs a restart: target.router, with netlink in target.via\n");
	else
		return true;
	return false;
}

static void
set_log_level(const struct app *app)
{
	if (!app->debug)
		log_set_level(app->config->log_level);
}

static bool
reload(struct app *app, struct str *changes, struct str *faults)
{
	struct config *old = app->config, *new = config_parse_file(old->file, faults);
	struct differences d = { .changes = changes, .faults = faults };
	bool ok = new != NULL;

	if (ok) {
		diff_configs(old, new, on_difference, &d);
		ok = !d.restart && kernel_stays(old, new, faults) && has_room(app, new, faults) &&
		     app_listen(app, old, new, faults);
	}
	if (!ok) {
		str_clear(changes);
		config_free(new);
		return false;
	}
	whatif_stop(app); /* it is about routers by number */
	app_apply(app, new);
	config_free(old);
	set_log_level(app);
	return true;
}

static size_t
lines(const struct str *text)
{
	size_t n = 0;

	for (size_t i = 0; i < text->len; i++)
		n += text->text[i] == '\n';
	return n;
}

/* The first line of a text, for where there is room for one. */
static int
first_line(const struct str *text)
{
	return (int)strcspn(text->text, "\n");
}

/* `what` is the key of each line. */
static void
log_lines(enum log_level level, const char *outcome, const char *what, const struct str *text)
{
	for (const char *line = text->text; *line != '\0';) {
		int n = (int)strcspn(line, "\n");

		log_line(level, "main", "reload=%s %s=\"%.*s\"", outcome, what, n, line);
		line += n + (line[n] == '\n');
	}
}

bool
app_reload(void *ctx, struct str *changes, struct str *said)
{
	struct app *app = ctx;
	struct app_reload *last = &app->reload;
	bool ok;

	notify_reloading(clock_mono());
	ok = reload(app, changes, said);
	last->count++;
	last->failed += !ok;
	last->wall_ms = clock_wall_ms();
	mem_free(MEM_MISC, last->faults);
	last->faults = ok ? NULL : mem_strdup(MEM_MISC, said->text);
	if (!ok)
		events_raise(app->events, app->now, EVENT_ERROR, "reload",
		    "the configuration was not reloaded: %.*s", first_line(said), said->text);
	else
		events_raise(app->events, app->now, EVENT_INFO, "reload",
		    "the configuration was reloaded: %zu change%s", lines(changes),
		    lines(changes) == 1 ? "" : "s");
	if (ok) {
		log_lines(LOG_LEVEL_INFO, "done", "change", changes);
		log_lines(LOG_LEVEL_WARNING, "done", "warning", said);
	} else {
		log_lines(LOG_LEVEL_ERROR, "refused", "reason", said);
	}
	notify_ready(); /* with the new configuration or, as before, the old one */
	return ok;
}

void
app_reload_quietly(struct app *app)
{
	struct str changes, said;

	str_init(&changes, MEM_CONFIG);
	str_init(&said, MEM_CONFIG);
	(void)app_reload(app, &changes, &said);
	str_fini(&changes);
	str_fini(&said);
}
