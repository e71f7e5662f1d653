/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab/commands_io.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct {
	struct ev_loop *loop;
	const struct command *table;
	void *ctx;
	ev_io input;
	ev_signal term, interrupt;
	char buf[4096];
	size_t len;
} commands;

void
say(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

static void
run_line(char *line)
{
	char *words[COMMANDS_WORDS], *save = NULL;
	const struct command *c = commands.table;
	unsigned n = 0;

	for (char *w = strtok_r(line, " \t\r", &save); w != NULL;
	     w = strtok_r(NULL, " \t\r", &save)) {
		if (n == COMMANDS_WORDS) {
			say("error: too many words");
			return;
		}
		words[n++] = w;
	}
	if (n == 0)
		return;
	if (strcmp(words[0], "quit") == 0) {
		ev_break(commands.loop, EVBREAK_ALL);
		return;
	}
	while (c->name != NULL && strcmp(c->name, words[0]) != 0)
		c++;
	if (c->name == NULL)
		say("error: unknown command: %s", words[0]);
	else if (n - 1 < c->min_words || n - 1 > c->max_words ||
		 !c->run(commands.ctx, words + 1, n - 1))
		say("error: usage: %s %s", c->name, c->usage);
}

static void
on_input(struct ev_loop *loop, ev_io *w, int events)
{
	ssize_t n = read(w->fd, commands.buf + commands.len, sizeof(commands.buf) - commands.len);
	char *newline;

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		ev_io_stop(loop, w);
		return;
	}
	commands.len += (size_t)n;
	while ((newline = memchr(commands.buf, '\n', commands.len)) != NULL) {
		size_t used = (size_t)(newline - commands.buf) + 1;

		*newline = '\0';
		run_line(commands.buf);
		commands.len -= used;
		memmove(commands.buf, newline + 1, commands.len);
	}
	if (commands.len == sizeof(commands.buf)) {
		say("error: line too long");
		commands.len = 0;
	}
}

static void
on_signal(struct ev_loop *loop, ev_signal *w, int events)
{
	(void)w;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

void
commands_start(struct ev_loop *loop, const struct command *table, void *ctx)
{
	commands.loop = loop;
	commands.table = table;
	commands.ctx = ctx;
	ev_io_init(&commands.input, on_input, STDIN_FILENO, EV_READ);
	/* Input that epoll does not know, a file or /dev/null, is read by libev all the same. */
	ev_io_start(loop, &commands.input);
	ev_signal_init(&commands.term, on_signal, SIGTERM);
	ev_signal_init(&commands.interrupt, on_signal, SIGINT);
	ev_signal_start(loop, &commands.term);
	ev_signal_start(loop, &commands.interrupt);
}

void
commands_stop(void)
{
	ev_io_stop(commands.loop, &commands.input);
	ev_signal_stop(commands.loop, &commands.term);
	ev_signal_stop(commands.loop, &commands.interrupt);
}
