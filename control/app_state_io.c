/* SPDX-License-Identifier: Apache-2.0 */
#include "control/app_state_io.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control/app_state.h"
#include "lib/clock_io.h"
#include "lib/mem.h"

#define CHILD_S_MAX 60

struct app_state_file {
	struct app *app;
	struct ev_loop *loop;
	ev_child child; /* active while it writes */
	struct mono last;
	bool failing; /* and that was said */
};

/* --- reading --- */

static int
read_all(int fd, uint8_t *data, size_t len)
{
	for (size_t got = 0; got < len;) {
		ssize_t n = read(fd, data + got, len - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		got += (size_t)n;
	}
	return 0;
}

/* 0 where it is a file that may be a state, else -errno. */
static int
judge(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return S_ISDIR(st->st_mode) ? -EISDIR : -EINVAL;
	if (st->st_size == 0)
		return -ENODATA;
	return st->st_size > (off_t)STATE_BYTES_MAX ? -EFBIG : 0;
}

/* The whole file, which is not empty; 0 or -errno. */
static int
load(const char *path, uint8_t **data, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc;
	struct stat st;

	if (fd < 0)
		return -errno;
	rc = fstat(fd, &st) < 0 ? -errno : judge(&st);
	if (rc == 0) {
		*len = (size_t)st.st_size;
		*data = mem_alloc(MEM_MISC, *len);
		rc = read_all(fd, *data, *len);
		if (rc < 0)
			mem_free(MEM_MISC, *data);
	}
	close(fd);
	return rc;
}

static void
take_over(struct app *app, const char *path)
{
	struct state state = { 0 };
	const char *why = NULL;
	uint8_t *data = NULL;
	size_t len = 0;
	double age_s;
	int rc = load(path, &data, &len);

	if (rc == -ENOENT)
		return; /* the first start */
	if (rc < 0) {
		log_warning("state", "file=%s ignored=\"%s\"", path, strerror(-rc));
		return;
	}
	why = state_read(data, len, &state);
	mem_free(MEM_MISC, data);
	age_s = (double)(clock_wall_ms() - state.wall_ms) / 1000;
	if (why == NULL && (age_s > APP_STATE_AGE_MAX_S || age_s < -APP_STATE_AGE_MAX_S))
		why = age_s > 0 ? "it is too old" : "it is from the future";
	if (why == NULL) {
		log_info("state", "file=%s age=%.0fs taken over", path, age_s);
		app_state_give(app, &state);
	} else {
		log_warning("state", "file=%s ignored=\"%s\"", path, why);
	}
	state_fini(&state);
}

/* --- writing --- */

static int
write_all(int fd, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

/* A rename is there after a crash when its directory is on the disk. */
static void
sync_directory(const char *path)
{
	char dir[PATH_MAX];
	char *slash;
	int fd;

	snprintf(dir, sizeof(dir), "%s", path);
	slash = strrchr(dir, '/');
	if (slash == NULL)
		return;
	slash[slash == dir] = '\0';
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

/* 0 or -errno. */
static int
replace(const char *path, const uint8_t *data, size_t len)
{
	char new[PATH_MAX];
	int fd, rc;

	if (snprintf(new, sizeof(new), "%s.new", path) >= (int)sizeof(new))
		return -ENAMETOOLONG;
	fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return -errno;
	rc = write_all(fd, data, len);
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	if (rc == 0 && rename(new, path) < 0)
		rc = -errno;
	if (rc == 0)
		sync_directory(path);
	else
		(void)unlink(new);
	return rc;
}

/* 0 or -errno. */
static int
save(const struct app *app)
{
	struct state state;
	uint8_t *data;
	size_t len;
	int rc = 0;

	if (app_state_take(app, clock_wall_ms(), &state)) {
		data = state_write(&state, &len);
		rc = replace(app->config->state_file, data, len);
		mem_free(MEM_MISC, data);
	}
	state_fini(&state);
	return rc;
}

/* Nothing of the daemon's stays open in here: its addresses are to be free when it ends. */
static _Noreturn void
child(const struct app *app)
{
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
	(void)close_range(STDERR_FILENO + 1, ~0U, 0);
	(void)alarm(CHILD_S_MAX);
	_exit(-save(app) & 0xff);
}

static void
saved(struct app_state_file *f, const char *error)
{
	const char *path = f->app->config->state_file;

	if (error != NULL && !f->failing)
		log_warning("state", "file=%s not-written=\"%s\"", path, error);
	else if (error == NULL && f->failing)
		log_info("state", "file=%s written again", path);
	f->failing = error != NULL;
}

static void
on_child(struct ev_loop *loop, ev_child *w, int events)
{
	struct app_state_file *f = w->data;
	int status = w->rstatus;

	(void)events;
	ev_child_stop(loop, w);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		saved(f, NULL);
	else if (WIFEXITED(status))
		saved(f, strerror(WEXITSTATUS(status)));
	else
		saved(f, "the process that wrote it was killed");
}

void
app_state_file_tick(struct app_state_file *f)
{
	pid_t pid;

	if (f->app->config->state_file[0] == '\0' || ev_is_active(&f->child) ||
	    f->app->saved != NULL ||
	    mono_sub_s(f->app->now, f->last) < f->app->config->state_interval_s)
		return;
	f->last = f->app->now;
	pid = fork();
	if (pid == 0)
		child(f->app);
	if (pid < 0) {
		saved(f, strerror(errno));
		return;
	}
	ev_child_set(&f->child, pid, 0);
	ev_child_start(f->loop, &f->child);
}

struct app_state_file *
app_state_start(struct app *app, struct ev_loop *loop)
{
	struct app_state_file *f = mem_alloc(MEM_MISC, sizeof(*f));

	f->app = app;
	f->loop = loop;
	f->last = app->now;
	ev_init(&f->child, on_child);
	f->child.data = f;
	if (app->config->state_file[0] != '\0')
		take_over(app, app->config->state_file);
	return f;
}

void
app_state_end(struct app_state_file *f)
{
	int rc = 0;

	if (f == NULL)
		return;
	if (ev_is_active(&f->child)) {
		(void)kill(f->child.pid, SIGKILL);
		while (waitpid(f->child.pid, NULL, 0) < 0 && errno == EINTR)
			;
		ev_child_stop(f->loop, &f->child);
	}
	if (f->app->config->state_file[0] != '\0')
		rc = save(f->app);
	if (rc < 0)
		saved(f, strerror(-rc));
	mem_free(MEM_MISC, f);
}
