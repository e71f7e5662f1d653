/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab/input.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static bool
ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

/* Start `tool -dc`, reading from in_fd; gives the end of a pipe it writes to, or -1 and errno. */
static int
decompress(const char *tool, int in_fd, int *child)
{
	char *argv[] = { (char *)(uintptr_t)tool, (char[]){ "-dc" }, NULL };
	posix_spawn_file_actions_t actions;
	int pipe_fd[2];
	pid_t pid;
	int err;

	if (pipe2(pipe_fd, O_CLOEXEC) != 0)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in_fd, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, pipe_fd[1], STDOUT_FILENO);
	err = posix_spawnp(&pid, tool, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(pipe_fd[1]);
	if (err != 0) {
		close(pipe_fd[0]);
		errno = err;
		return -1;
	}
	*child = pid;
	return pipe_fd[0];
}

bool
input_open(struct input *in, const char *path)
{
	const char *tool = ends_with(path, ".xz") ? "xz" : ends_with(path, ".gz") ? "gzip" : NULL;
	int fd;

	*in = (struct input){ .path = path };
	fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	if (tool != NULL) {
		int plain = decompress(tool, fd, &in->child);

		close(fd);
		if (plain < 0) {
			fprintf(stderr, "%s: cannot run %s: %s\n", path, tool, strerror(errno));
			return false;
		}
		fd = plain;
	}
	in->file = fdopen(fd, "r");
	ASSERT(in->file != NULL);
	return true;
}

bool
input_close(struct input *in)
{
	bool ok = ferror(in->file) == 0;
	int status = 0;

	/* To the end, so that the tool is not killed by a full pipe and sees its own checksum. */
	if (in->child > 0) {
		char rest[4096];

		while (fread(rest, 1, sizeof(rest), in->file) > 0)
			;
	}
	fclose(in->file);
	if (in->child > 0)
		ok &= waitpid(in->child, &status, 0) == in->child && status == 0;
	if (!ok)
		fprintf(stderr, "%s: read error or broken compressed data\n", in->path);
	return ok;
}

void
input_drop(struct input *in)
{
	fclose(in->file);
	if (in->child > 0) {
		kill(in->child, SIGTERM);
		waitpid(in->child, NULL, 0);
	}
}

size_t
input_read(struct input *in, void *buf, size_t n)
{
	return fread(buf, 1, n, in->file);
}
