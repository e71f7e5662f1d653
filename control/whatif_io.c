/* SPDX-License-Identifier: Apache-2.0 */
#include "control/whatif_io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control/whatif.h"
#include "lib/clock_io.h"
#include "lib/log.h"
#include "lib/mem.h"

#define CHILD_CPU_S_MAX 60
#define CHILD_NICE      5

struct whatif_job {
	size_t router;
	struct web_whatif_query query;
	int fd;
	pid_t pid; /* 0: over */
	size_t got;
	bool failed;
	struct mono asked_at, over_at; /* last asked for; over */
	struct web_whatif result;
};

/* Nothing stays open but fd, as 0: a socket the child held would stay open when the daemon closes
 * it. */
static void
keep_only(int fd)
{
	long most = sysconf(_SC_OPEN_MAX);

	if (dup2(fd, STDIN_FILENO) < 0)
		_exit(1);
	if (close_range(STDERR_FILENO + 1, ~0U, 0) == 0)
		return;
	for (long i = STDERR_FILENO + 1; i < most; i++) /* Linux before 5.9 */
		(void)close((int)i);
}

static _Noreturn void
child(int fd, const struct select_input *input, const struct selector_context *context,
    const struct web_whatif_query *query)
{
	struct web_whatif out;
	const uint8_t *at = (const uint8_t *)&out;
	const struct itimerval most = { .it_value.tv_sec = CHILD_CPU_S_MAX };

	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	keep_only(fd);
	(void)setitimer(ITIMER_PROF, &most, NULL); /* time that others take does not count */
	(void)!nice(CHILD_NICE);
	whatif_compute(input, context, query, &out);
	out.cpu_s = clock_cpu_s();
	for (size_t left = sizeof(out); left > 0;) {
		ssize_t n = write(STDIN_FILENO, at, left);

		if (n < 0)
			_exit(1);
		at += n;
		left -= (size_t)n;
	}
	_exit(0);
}

/* 0 or -errno. */
static int
start(
    struct whatif_job *j, const struct select_input *input, const struct selector_context *context)
{
	int fds[2], error = 0;

	j->fd = -1;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	j->fd = fds[0];
	if (fcntl(fds[0], F_SETFL, O_NONBLOCK) == 0)
		j->pid = fork();
	else
		j->pid = -1;
	if (j->pid == 0)
		child(fds[1], input, context, &j->query);
	if (j->pid < 0)
		error = -errno;
	close(fds[1]);
	return error;
}

/* The pipe is at its end, so the child is, too, or will be at once. libev may have been quicker. */
static void
reap(struct whatif_job *j)
{
	while (waitpid(j->pid, NULL, 0) < 0 && errno == EINTR)
		;
	j->pid = 0;
}

static enum web_whatif_state
poll_job(struct whatif_job *j, struct mono now)
{
	while (j->pid > 0) {
		ssize_t n = read(j->fd, (uint8_t *)&j->result + j->got, sizeof(j->result) - j->got);

		if (n < 0 && errno == EAGAIN)
			return WEB_WHATIF_PENDING;
		if (n < 0 && errno == EINTR)
			continue;
		if (n > 0)
			j->got += (size_t)n;
		j->failed = n <= 0;
		if (!j->failed && j->got < sizeof(j->result))
			continue;
		reap(j);
		j->over_at = now;
	}
	return j->failed ? WEB_WHATIF_FAILED : WEB_WHATIF_READY;
}

void
whatif_stop(struct app *app)
{
	struct whatif_job *j = app->whatif;

	app->whatif = NULL;
	if (j == NULL)
		return;
	/* If libev was quicker the process id may be another's by now. */
	if (j->pid > 0 && waitpid(j->pid, NULL, WNOHANG) == 0) {
		(void)kill(j->pid, SIGKILL);
		reap(j);
	}
	if (j->fd >= 0)
		close(j->fd);
	mem_free(MEM_MISC, j);
}

/* What the target asks, or would if there was one for that router. */
static void
question(const struct app *app, struct router *r, enum ip_family family, struct select_input *in,
    struct selector_context *context)
{
	const struct rib *rib = router_rib(r);
	uint32_t id = rib_lookup(rib, &(struct ip_prefix){ .family = (uint8_t)family });

	if (app->target != NULL && target_config(app->target)->router == r) {
		target_question(app->target, family, app->now, in, context);
		return;
	}
	*in = (struct select_input){ .rib = rib,
		.traffic = router_traffic(r, family),
		.family = family,
		.now = app->now,
		.min_length = 1,
		.include_covered = true,
		.prune_covered = true };
	*context = (struct selector_context){
		.default_attrs = id != RIB_NONE ? rib_best_attrs(rib, family, id) : ATTRS_NONE
	};
}

enum web_whatif_state
whatif_ask(void *ctx, size_t router, const struct web_whatif_query *query, struct web_whatif *out)
{
	struct app *app = ctx;
	struct whatif_job *j = app->whatif;
	enum web_whatif_state state = WEB_WHATIF_FAILED;
	struct selector_context context;
	struct select_input in;
	int error;

	if (j != NULL) {
		bool same = j->router == router && memcmp(&j->query, query, sizeof(*query)) == 0;

		state = poll_job(j, app->now);
		if (same)
			j->asked_at = app->now;
		if (state == WEB_WHATIF_PENDING && same)
			return state;
		if (state == WEB_WHATIF_PENDING &&
		    mono_sub_s(app->now, j->asked_at) < WHATIF_WAITED_FOR_S)
			return WEB_WHATIF_BUSY;
		if (state != WEB_WHATIF_PENDING && same &&
		    mono_sub_s(app->now, j->over_at) < WHATIF_KEEP_S) {
			*out = j->result;
			return state;
		}
		whatif_stop(app);
	}
	j = app->whatif = mem_alloc(MEM_MISC, sizeof(*j));
	j->router = router;
	j->query = *query;
	j->asked_at = app->now;
	question(app, app->routers[router], query->family, &in, &context);
	error = start(j, &in, &context);
	if (error == 0)
		return WEB_WHATIF_PENDING;
	log_warning("whatif", "fork error=\"%s\"", strerror(-error));
	j->failed = true;
	j->over_at = app->now;
	return WEB_WHATIF_FAILED;
}
