/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was last seen of a neighbour or router is kept under its address: the lists are short, and a
 * reload may change them in any way. A session that went and came back between two looks shows in
 * its count.
 */
#include "control/watch.h"

#include "control/app.h"
#include "control/events.h"
#include "lib/mem.h"

struct seen {
	const void *who; /* struct bgp_neighbor or struct router */
	uint64_t established;
	bool up;
	bool silent[IP_FAMILIES]; /* learn: its table was taken as empty */
	enum router_phase phase[IP_FAMILIES];
};

struct watch {
	struct seen *seen;
	size_t n;
};

struct watch *
watch_new(void)
{
	return mem_alloc(MEM_MISC, sizeof(struct watch));
}

void
watch_free(struct watch *w)
{
	if (w != NULL)
		mem_free(MEM_MISC, w->seen);
	mem_free(MEM_MISC, w);
}

/* What was seen last; of somebody new: down and cold. */
static struct seen
last_seen(const struct watch *w, const void *who)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->seen[i].who == who)
			return w->seen[i];
	return (struct seen){ .who = who, .phase = { ROUTER_COLD, ROUTER_COLD } };
}

static void
look_at_neighbor(const struct app *app, const struct app_neighbor *n, struct seen *seen)
{
	struct bgp_neighbor_status s;
	bool up;

	bgp_neighbor_status(n->bgp, &s);
	up = s.state == BGP_ESTABLISHED;
	if (up && s.established_count != seen->established)
		events_raise(app->events, app->now, EVENT_INFO, "session", "neighbour %s is up%s",
		    s.config->name, seen->up ? " again" : "");
	else if (!up && (seen->up || s.established_count != seen->established))
		events_raise(app->events, app->now, EVENT_WARNING, "session",
		    "neighbour %s went down%s%s", s.config->name,
		    s.last_error[0] != '\0' ? ": " : "", s.last_error);
	seen->established = s.established_count;
	seen->up = up;
}

/* A neighbour that never said what it has, nor that this was all. */
static void
look_at_table(const struct app *app, const struct app_neighbor *n, struct seen *seen)
{
	for (int f = 0; f < IP_FAMILIES && n->config->bgp.role == BGP_LEARN; f++) {
		struct router_source_status s;

		router_source_status(n->router, n->source, (enum ip_family)f, &s);
		if (s.silent && !seen->silent[f])
			events_raise(app->events, app->now, EVENT_WARNING, "table",
			    "neighbour %s sends neither %s routes nor End-of-RIB: its table is "
			    "taken as empty",
			    n->config->bgp.name, f == IP_V4 ? "IPv4" : "IPv6");
		seen->silent[f] = s.silent;
	}
}

static void
look_at_router(const struct app *app, const struct router *r, struct seen *seen)
{
	for (int f = 0; f < IP_FAMILIES; f++) {
		enum router_phase phase = router_phase(r, (enum ip_family)f);
		const char *family = f == IP_V4 ? "IPv4" : "IPv6";

		if (phase == seen->phase[f])
			continue;
		if (phase == ROUTER_FROZEN)
			events_raise(app->events, app->now, EVENT_WARNING, "table",
			    "%s of router %s is frozen: %s", family, router_name(r),
			    router_phase_why(r, (enum ip_family)f));
		else if (phase == ROUTER_READY)
			events_raise(app->events, app->now, EVENT_INFO, "table",
			    seen->phase[f] == ROUTER_FROZEN
				? "%s of router %s is not frozen any more"
				: "%s of router %s is ready",
			    family, router_name(r));
		else
			events_raise(app->events, app->now, EVENT_WARNING, "table",
			    "%s of router %s has no table any more", family, router_name(r));
		seen->phase[f] = phase;
	}
}

void
watch_tick(struct watch *w, const struct app *app)
{
	size_t n = app->n_neighbors + app->n_routers;
	struct seen *seen = mem_calloc(MEM_MISC, n, sizeof(*seen));

	for (size_t i = 0; i < app->n_neighbors; i++) {
		seen[i] = last_seen(w, app->neighbors[i]->bgp);
		look_at_neighbor(app, app->neighbors[i], &seen[i]);
		look_at_table(app, app->neighbors[i], &seen[i]);
	}
	for (size_t i = 0; i < app->n_routers; i++) {
		struct seen *s = &seen[app->n_neighbors + i];

		*s = last_seen(w, app->routers[i]);
		look_at_router(app, app->routers[i], s);
	}
	mem_free(MEM_MISC, w->seen);
	w->seen = seen;
	w->n = n;
}
