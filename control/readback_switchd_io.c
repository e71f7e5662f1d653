/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop sends the thread an octet, the thread reads all files and sends their numbers back, each
 * as one message of a SOCK_SEQPACKET pair. The thread touches nothing else: not the heap's
 * counters, not the log. When the loop closes its end the thread ends; one that is stuck in a read
 * is left alone, with its end of the pair and its struct.
 */
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control/readback_priv_io.h"
#include "control/switchd.h"
#include "lib/mem.h"

/* What the thread has. */
struct thread {
	int fd;
	char root[256];
};

struct report {
	struct switchd_value values[SWITCHD_FILES];
	int error; /* errno of the last file that could not be read */
};

struct switchd_reader {
	struct ev_loop *loop;
	struct hardware_source *source;
	struct thread *thread;
	pthread_t id;
	int fd;
	ev_io readable;
	bool busy; /* asked, and no report yet */
	struct mono asked;
};

/* --- the thread --- */

static int
read_file(const char *root, const char *name, struct switchd_value *value)
{
	char path[512], text[32];
	ssize_t n;
	int fd, error;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	n = read(fd, text, sizeof(text));
	error = n < 0 ? errno : 0;
	close(fd);
	if (error != 0)
		return error;
	value->known = hardware_number(text, (size_t)n, &value->number);
	return value->known ? 0 : EINVAL;
}

static void *
read_on_demand(void *arg)
{
	struct thread *t = arg;
	char octet;

	while (recv(t->fd, &octet, 1, 0) == 1) {
		struct report report = { .error = 0 };

		for (size_t i = 0; i < SWITCHD_FILES; i++) {
			int error = read_file(t->root, switchd_file(i), &report.values[i]);

			if (error != 0)
				report.error = error;
		}
		if (send(t->fd, &report, sizeof(report), MSG_NOSIGNAL) < 0)
			break;
	}
	close(t->fd);
	free(t);
	return NULL;
}

/* --- the loop --- */

static void
on_report(struct ev_loop *loop, ev_io *w, int events)
{
	struct switchd_reader *r = w->data;
	struct report report;
	struct asic_tables tables;

	(void)loop;
	(void)events;
	if (recv(r->fd, &report, sizeof(report), MSG_DONTWAIT) != sizeof(report))
		return;
	r->busy = false;
	if (switchd_tables(report.values, &tables))
		readback_take(r->source, &tables);
	else
		readback_fail(r->source, "no sizes of tables there: %s",
		    report.error != 0 ? strerror(report.error) : "unknown route/mode");
}

static bool
start_thread(struct switchd_reader *r, const char *root)
{
	sigset_t all, before;
	int fds[2], error;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return false;
	r->thread = malloc(sizeof(*r->thread)); /* freed by the thread, so not counted */
	ASSERT(r->thread != NULL);
	r->thread->fd = fds[1];
	snprintf(r->thread->root, sizeof(r->thread->root), "%s", root);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the loop's */
	error = pthread_create(&r->id, NULL, read_on_demand, r->thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error != 0) {
		close(fds[0]);
		close(fds[1]);
		free(r->thread);
		errno = error;
		return false;
	}
	r->fd = fds[0];
	return true;
}

struct switchd_reader *
switchd_reader_new(struct ev_loop *loop, const char *root, struct hardware_source *source)
{
	struct switchd_reader *r = mem_alloc(MEM_MISC, sizeof(*r));

	r->loop = loop;
	r->source = source;
	if (!start_thread(r, root)) {
		readback_fail(source, "no thread to read them: %s", strerror(errno));
		mem_free(MEM_MISC, r);
		return NULL;
	}
	ev_io_init(&r->readable, on_report, r->fd, EV_READ);
	r->readable.data = r;
	ev_io_start(loop, &r->readable);
	return r;
}

void
switchd_reader_free(struct switchd_reader *r)
{
	if (r == NULL)
		return;
	ev_io_stop(r->loop, &r->readable);
	close(r->fd);
	if (r->busy)
		pthread_detach(r->id);
	else
		pthread_join(r->id, NULL);
	mem_free(MEM_MISC, r);
}

void
switchd_reader_ask(struct switchd_reader *r, struct mono now)
{
	if (r->busy) {
		if (readback_is_late(r->asked, now))
			readback_fail(r->source, "switchd does not answer");
		return;
	}
	r->asked = now;
	r->busy = send(r->fd, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}
