/* SPDX-License-Identifier: Apache-2.0 */
/* `check` and `import` are the daemon's own parser: the daemon is run in our place. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

static int
exec_daemon(struct cli *cli, char *option, char *file)
{
	char name[] = "hotfibd";
	char *argv[] = { name, option, file, NULL };
	char path[PATH_MAX];
	/* The link's target is the file itself, whatever link we were started by. */
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - sizeof(name));
	char *slash = n > 0 ? memrchr(path, '/', (size_t)n) : NULL;

	fflush(cli->out);
	if (slash != NULL) {
		strcpy(slash + 1, name);
		execv(path, argv);
	}
	execvp(name, argv);
	fprintf(cli->err, "hotfib: hotfibd, which knows the configuration, cannot be run: %s\n",
	    strerror(errno));
	return CLI_ERROR;
}

int
cli_check(struct cli *cli, char **args)
{
	char option[] = "--check";

	return exec_daemon(cli, option, args[0]);
}

int
cli_import(struct cli *cli, char **args)
{
	char option[] = "--import";

	return exec_daemon(cli, option, args[0]);
}
