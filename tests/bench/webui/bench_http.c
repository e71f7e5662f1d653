/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the REST interface costs the loop: the time of a row, of the cheap status query, and the
 * longest turn of the loop, in CPU time, while many clients read long lists.
 */
#include <ev.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock_io.h"
#include "tests/support/figure.h"
#include "tests/support/web_fake.h"
#include "webui/http_io.h"
#include "webui/route.h"

#define ROWS    20000
#define CLIENTS 32

static void
report(const char *id, double value, const char *unit, double target)
{
	figure_print(&(struct figure){
	    .id = id, .value = value, .unit = unit, .goal = FIGURE_AT_MOST, .target = target });
}

/* Seconds of CPU of an answer, read to its end as the server does. */
static double
answer_s(struct web_app *app, const char *target, int times)
{
	struct web_request request = { .method = "GET", .target = target };
	double start = clock_cpu_s();
	static char buf[16384];

	for (int i = 0; i < times; i++) {
		struct web_answer a;

		web_dispatch(app, &request, &a);
		while (web_answer_read(&a, buf, sizeof(buf)) >= 0)
			;
		web_answer_fini(&a);
	}
	return (clock_cpu_s() - start) / times;
}

/* --- the longest turn --------------------------------------------------------------------------
 */

static double turn_start_s;
static double longest_s;

static void
on_check(struct ev_loop *loop, struct ev_check *w, int events)
{
	(void)loop, (void)w, (void)events;
	turn_start_s = clock_cpu_s();
}

static void
on_prepare(struct ev_loop *loop, struct ev_prepare *w, int events)
{
	double s = clock_cpu_s() - turn_start_s;

	(void)loop, (void)w, (void)events;
	if (s > longest_s)
		longest_s = s;
}

static void
on_child(struct ev_loop *loop, struct ev_child *w, int events)
{
	(void)w, (void)events;
	ev_break(loop, EVBREAK_ALL);
}

/* In a process of its own: all ask, then all read to the end. */
static int
run_clients(uint16_t port)
{
	static const char ask[] = "GET /bgp/topprefixes/edge/json HTTP/1.0\r\n\r\n";
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	static char buf[65536];
	int fds[CLIENTS];
	size_t total = 0;

	for (int i = 0; i < CLIENTS; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM, 0);
		if (fds[i] < 0 || connect(fds[i], (struct sockaddr *)&to, sizeof(to)) != 0 ||
		    write(fds[i], ask, sizeof(ask) - 1) < 0)
			return 1;
	}
	for (int i = 0; i < CLIENTS; i++) {
		ssize_t n;

		while ((n = read(fds[i], buf, sizeof(buf))) > 0)
			total += (size_t)n;
	}
	return total > (size_t)CLIENTS * ROWS * 100 ? 0 : 1;
}

static bool
measure_turns(struct web_fake *fake)
{
	struct ip_addr loopback = ip_v4(0x7f000001);
	struct web_backend backend = web_fake_backend(fake);
	struct ev_loop *loop = ev_default_loop(0);
	struct web_http *http = web_http_new(loop, &backend);
	struct ev_prepare prepare;
	struct ev_check check;
	struct ev_child child;
	pid_t pid;

	if (web_http_listen(http, &loopback, 0) != 0)
		return false;
	pid = fork();
	if (pid == 0)
		_exit(run_clients(web_http_port(http, 0)));
	ev_child_init(&child, on_child, pid, 0);
	ev_child_start(loop, &child);
	ev_prepare_init(&prepare, on_prepare);
	ev_check_init(&check, on_check);
	turn_start_s = clock_cpu_s();
	ev_prepare_start(loop, &prepare);
	ev_check_start(loop, &check);
	ev_run(loop, 0);
	web_http_free(http);
	return WIFEXITED(child.rstatus) && WEXITSTATUS(child.rstatus) == 0;
}

int
main(void)
{
	struct web_fake fake;
	struct web_app app;

	web_fake_init(&fake);
	fake.n_routes[IP_V4] = fake.n_active = ROWS;
	app = (struct web_app){ .backend = web_fake_backend(&fake) };
	report(
	    "W1.row", answer_s(&app, "/bgp/topprefixes/edge/json", 20) / ROWS * 1e6, "cpu_us", 5);
	report("W2.status", answer_s(&app, "/api/v1/status", 500) * 1e6, "cpu_us", 1000);
	report("W2.metrics", answer_s(&app, "/metrics", 500) * 1e6, "cpu_us", 1000);
	if (!measure_turns(&fake)) {
		fprintf(stderr, "the clients did not get their answers\n");
		return 1;
	}
	report("W3.turn", longest_s * 1e3, "cpu_ms", 5);
	return 0;
}
