/* SPDX-License-Identifier: Apache-2.0 */
#include "control/app_feedback.h"

#include "control/events.h"
#include "control/feedback.h"

static bool
is_bgp_port(const struct app_neighbor *n)
{
	return n->has_port && n->config->bgp.role == BGP_PUSH;
}

/* When the prefix was last announced over BGP. */
static struct mono
announced(const struct app *app, const struct ip_prefix *p)
{
	struct mono at = MONO_NEVER;

	for (size_t i = 0; i < app->n_neighbors; i++) {
		const struct app_neighbor *n = app->neighbors[i];
		const struct installed_entry *e;

		if (!is_bgp_port(n))
			continue;
		e = installed_get(
		    target_port_installed(app->target, n->port, (enum ip_family)p->family), p);
		if (e != NULL && (mono_is_never(at) || mono_sub_us(e->since, at) > 0))
			at = e->since;
	}
	return at;
}

/* Everything announced over BGP, ever. */
static uint64_t
announcements(const struct app *app)
{
	uint64_t total = 0;

	for (size_t i = 0; i < app->n_neighbors; i++) {
		const struct app_neighbor *n = app->neighbors[i];

		for (int f = 0; is_bgp_port(n) && f < IP_FAMILIES; f++) {
			const struct installed_stats *s = installed_stats(
			    target_port_installed(app->target, n->port, (enum ip_family)f));

			total += s->added + s->changed;
		}
	}
	return total;
}

/* The ports follow the alarm. */
static void
follow(struct app *app)
{
	struct feedback_status s;

	feedback_status(app->feedback, &s);
	if (s.alarm == app->push_stopped)
		return;
	app->push_stopped = s.alarm;
	for (size_t i = 0; i < app->n_neighbors; i++)
		if (is_bgp_port(app->neighbors[i]))
			target_port_stop(app->target, app->neighbors[i]->port, s.alarm);
	if (s.alarm)
		events_raise(app->events, app->now, EVENT_ERROR, "feedback", "%s",
		    feedback_text(app->feedback));
	else
		events_raise(app->events, app->now, EVENT_INFO, "feedback",
		    "a session has come up: pushing over BGP is tried again");
}

void
app_feedback_route(struct app *app, const struct ip_prefix *p, const struct rib_result *r)
{
	if (app->feedback == NULL)
		return;
	if (r->change == RIB_REMOVED)
		feedback_removed(app->feedback, p, announced(app, p), app->now);
	if (r->change != RIB_ADDED || !feedback_watches(app->feedback, p))
		return;
	feedback_announced(app->feedback, announcements(app));
	feedback_added(app->feedback, p, app->now);
	follow(app);
}

void
app_feedback_own_path(void *ctx, const struct ip_prefix *p)
{
	const struct app_table *table = ctx;
	struct app *app = table->app;

	if (app->feedback == NULL || target_config(app->target)->router != table->router)
		return;
	feedback_own_path(app->feedback, p, app->now);
	follow(app);
}

void
app_feedback_up(struct app_neighbor *n)
{
	struct app *app = n->app;

	if (app->feedback == NULL || n->router != target_config(app->target)->router)
		return;
	feedback_reset(app->feedback, app->now);
	follow(app);
}

void
app_feedback_tick(struct app *app)
{
	if (app->feedback == NULL)
		return;
	feedback_announced(app->feedback, announcements(app));
	feedback_tick(app->feedback, app->now);
}
