/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop and the timers.
 *
 *      BGP sessions --routes--> router --changed--> target --ops--> BGP sessions
 *      sFlow sockets --samples--> router                ^
 *      1 s tick --> router, target; a wanted repair ----+
 *      LOOK_S   --> target: did samples change what is wanted?
 *
 * Everything runs on one libev loop. `app->now` is read once per turn of it. A repair run is
 * started REPAIR_DELAY_MS after it was asked for, so that a burst of changes costs one run, and not
 * before the last run's cost times REPAIR_REST, so that repairs take at most a fifth of the CPU.
 */
#include "control/app_io.h"

#include <ev.h>
#include <signal.h>
#include <string.h>

#include "control/app.h"
#include "control/app_coverage.h"
#include "control/app_feedback.h"
#include "control/app_listen_io.h"
#include "control/app_parts_io.h"
#include "control/app_reload_io.h"
#include "control/app_state.h"
#include "control/app_state_io.h"
#include "control/kernel_io.h"
#include "control/occupancy.h"
#include "control/service_io.h"
#include "control/sim.h"
#include "control/view.h"
#include "control/whatif_io.h"
#include "control/watch.h"
#include "lib/clock_io.h"
#include "webui/http_io.h"

#define REPAIR_DELAY_MS 5
#define REPAIR_REST     4.0
#define LOOK_S          0.25

struct runner {
	struct app app;
	struct ev_loop *loop;
	struct app_state_file *state;
	ev_timer tick, look, repair, part, sim;
	double run_cpu_s; /* of the run under way */
	ev_prepare before_poll;
	ev_check after_poll;
	ev_idle work;
	ev_signal term, interrupt, hangup;
	struct web_backend backend;
};

static void
run_is_over(struct runner *run)
{
	struct target *t = run->app.target;
	struct target_family_status v4, v6;

	target_note_cost(t, run->run_cpu_s);
	target_family_status(t, IP_V4, &v4);
	target_family_status(t, IP_V6, &v6);
	log_debug("target", "run=%llu wanted-ipv4=%zu wanted-ipv6=%zu cpu=%.3fms",
	    (unsigned long long)v4.runs, v4.desired, v6.desired, run->run_cpu_s * 1e3);
}

/* A part a turn. */
static void
run_part(struct runner *run)
{
	struct app *app = &run->app;
	double cpu_s = clock_cpu_s();
	bool more = target_run_next(app->target, app->now);

	run->run_cpu_s += clock_cpu_s() - cpu_s;
	if (!more)
		run_is_over(run);
	else if (!ev_is_active(&run->part))
		ev_timer_start(run->loop, &run->part);
}

static void
on_part(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)loop;
	(void)events;
	run_part(w->data);
}

static void
run_target(struct runner *run)
{
	struct app *app = &run->app;

	if (app->sim != NULL)
		sim_run(app->sim, app->now);
	run->run_cpu_s = 0;
	target_begin(app->target, app->now);
	run_part(run);
}

static void
agents_heard(struct app *app)
{
	struct sflow_agent_stats s;

	for (size_t i = 0; sflow_agents_stats(app->sflow, i, &s); i++)
		for (size_t k = 0; k < app->n_agents; k++)
			if (s.datagrams > 0 &&
			    ip_equal(&app->agents[k].config->address, &s.address))
				router_agent_heard(app->agents[k].router, app->agents[k].number,
				    s.last_seen, app->now);
}

static void
on_tick(struct ev_loop *loop, ev_timer *w, int events)
{
	struct runner *run = w->data;
	struct app *app = &run->app;

	(void)loop;
	(void)events;
	app->cpu_s = clock_cpu_s();
	agents_heard(app);
	for (size_t i = 0; i < app->n_routers; i++)
		router_tick(app->routers[i], app->now);
	occupancy_tick(app->occupancy, app);
	app_feedback_tick(app);
	app_state_tick(app);
	if (app->target != NULL)
		run_target(run);
	app_state_file_tick(run->state);
	watch_tick(app->watch, app);
	service_tick(app, &run->backend);
	ev_idle_start(run->loop, &run->work);
}

static void
on_look(struct ev_loop *loop, ev_timer *w, int events)
{
	struct runner *run = w->data;

	(void)loop;
	(void)events;
	if (run->app.target == NULL)
		return;
	target_look(run->app.target, run->app.now);
	ev_idle_start(run->loop, &run->work);
}

static void
on_repair(struct ev_loop *loop, ev_timer *w, int events)
{
	struct runner *run = w->data;

	(void)loop;
	(void)events;
	run_target(run);
	ev_idle_start(run->loop, &run->work);
}

static void
on_sim(struct ev_loop *loop, ev_timer *w, int events)
{
	struct runner *run = w->data;

	(void)loop;
	(void)events;
	sim_run(run->app.sim, run->app.now);
}

/* Slices of long work, while there is any. */
static void
on_idle(struct ev_loop *loop, ev_idle *w, int events)
{
	struct runner *run = w->data;
	bool more = false;

	(void)events;
	for (size_t i = 0; i < run->app.n_routers; i++)
		more |= router_work(run->app.routers[i]);
	if (run->app.target != NULL) {
		more |= target_work(run->app.target, run->app.now);
		more |= app_coverage_work(&run->app);
	}
	if (!more)
		ev_idle_stop(loop, w);
}

static void
on_after_poll(struct ev_loop *loop, ev_check *w, int events)
{
	struct runner *run = w->data;

	(void)loop;
	(void)events;
	run->app.now = clock_mono();
}

static void
arm_sim(struct runner *run)
{
	struct app *app = &run->app;
	struct mono due = app->sim != NULL ? sim_due(app->sim) : MONO_NEVER;
	double delay_s = mono_sub_s(due, app->now);

	if (mono_is_never(due) || ev_is_active(&run->sim))
		return;
	ev_timer_set(&run->sim, delay_s > 0 ? delay_s : 0., 0.);
	ev_timer_start(run->loop, &run->sim);
}

static void
on_before_poll(struct ev_loop *loop, ev_prepare *w, int events)
{
	struct runner *run = w->data;
	struct app *app = &run->app;

	(void)events;
	lag_note(&app->lag, app->now, clock_mono());
	arm_sim(run);
	if (app->target != NULL && target_repair_wanted(app->target) &&
	    !ev_is_active(&run->repair)) {
		struct target_family_status s;
		double delay_s = REPAIR_DELAY_MS * 1e-3;

		target_family_status(app->target, IP_V4, &s);
		if (s.selection_s * REPAIR_REST > delay_s)
			delay_s = s.selection_s * REPAIR_REST;
		ev_timer_set(&run->repair, delay_s, 0.);
		ev_timer_start(loop, &run->repair);
	}
}

static void
on_signal(struct ev_loop *loop, ev_signal *w, int events)
{
	(void)events;
	log_info("main", "signal=%s stopping", strsignal(w->signum));
	ev_break(loop, EVBREAK_ALL);
}

static void
on_hangup(struct ev_loop *loop, ev_signal *w, int events)
{
	struct runner *run = w->data;

	(void)loop;
	(void)events;
	app_reload_quietly(&run->app);
}

static void
start_watchers(struct runner *run)
{
	ev_timer_init(&run->tick, on_tick, 1., 1.);
	ev_timer_init(&run->look, on_look, LOOK_S / 2, LOOK_S);
	ev_timer_init(&run->repair, on_repair, 0., 0.);
	ev_timer_init(&run->part, on_part, 0., 0.);
	ev_timer_init(&run->sim, on_sim, 0., 0.);
	ev_prepare_init(&run->before_poll, on_before_poll);
	ev_check_init(&run->after_poll, on_after_poll);
	ev_set_priority(&run->after_poll, EV_MAXPRI);
	ev_idle_init(&run->work, on_idle);
	ev_signal_init(&run->term, on_signal, SIGTERM);
	ev_signal_init(&run->interrupt, on_signal, SIGINT);
	ev_signal_init(&run->hangup, on_hangup, SIGHUP);
	run->tick.data = run->look.data = run->repair.data = run->part.data = run->sim.data =
	    run->before_poll.data = run;
	run->hangup.data = run->after_poll.data = run->work.data = run;
	ev_timer_start(run->loop, &run->tick);
	ev_timer_start(run->loop, &run->look);
	ev_prepare_start(run->loop, &run->before_poll);
	ev_check_start(run->loop, &run->after_poll);
	ev_signal_start(run->loop, &run->term);
	ev_signal_start(run->loop, &run->interrupt);
	ev_signal_start(run->loop, &run->hangup);
}

static bool
start(struct runner *run, struct config *config)
{
	struct app *app = &run->app;
	struct str faults;
	bool ok;

	run->backend = view_backend(app);
	run->backend.reload = app_reload;
	run->backend.whatif = whatif_ask;
	app_init(app, run->loop);
	app->http = web_http_new(run->loop, &run->backend);
	app_apply(app, config);
	run->state = app_state_start(app, run->loop);
	str_init(&faults, MEM_CONFIG);
	ok = app_listen(app, NULL, config, &faults) && app_has_target(app);
	for (char *line = strtok(faults.text, "\n"); line != NULL; line = strtok(NULL, "\n"))
		log_error("main", "%s", line);
	str_fini(&faults);
	return ok;
}

static void
leave_target(struct app *app)
{
	bool keep = app->config->target.on_exit == CONFIG_ON_EXIT_KEEP;

	if (!keep && app->kernel != NULL)
		kernel_withdraw(app->kernel);
	bgp_speaker_stop(app->speaker, "hotfibd is stopping", keep);
}

int
app_run(struct config *config, const char *version, bool debug)
{
	struct runner run = { .loop = ev_default_loop(EVFLAG_AUTO) };
	struct app *app = &run.app;
	bool ok;

	(void)signal(SIGPIPE, SIG_IGN); /* that somebody is gone, our log's reader perhaps */
	app->version = version;
	app->debug = debug;
	app->now = app->started = app->lag.minute_start = clock_mono();
	app->started_wall_ms = clock_wall_ms();
	ok = start(&run, config);
	if (ok) {
		log_info("main", "version=%s config=%s neighbors=%zu agents=%zu started", version,
		    config->file, app->n_neighbors, app->n_agents);
		start_watchers(&run);
		service_started(app);
		ev_run(run.loop, 0);
		service_stopping();
	}
	app_state_end(run.state);
	leave_target(app);
	web_http_free(app->http);
	whatif_stop(app);
	app_state_drop(app);
	app_fini(app);
	config_free(app->config);
	log_info("main", "stopped");
	return ok ? 0 : 1;
}
