/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `dump rib`: the daemon's MRT, as it is, into a file. The file gets its name when it is whole, so
 * that whoever waits for it never reads half a table.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/table.h"

static void
complain(const struct cli *cli, const char *what, const char *file, int error)
{
	fprintf(cli->err, "hotfib: cannot %s ", what);
	safe_print(cli->err, file);
	fprintf(cli->err, ": %s\n", strerror(error));
}

/* False after a message. */
static bool
download(const struct cli *cli, const char *path, FILE *to, const char *file)
{
	char error[256] = "";
	long status = 0;
	struct str body;
	bool ok = false;
	int result;

	str_init(&body, MEM_MISC);
	errno = 0;
	result = cli->download(cli, path, to, &body, &status, error);
	if (ferror(to) || (result == 0 && fflush(to) != 0)) {
		complain(cli, "write", file, errno);
	} else if (result != 0) {
		fputs("hotfib: ", cli->err);
		safe_print(cli->err, error);
		fputs("\n", cli->err);
	} else if (status != 200) {
		ask_refused(cli, &body, status);
	} else {
		ok = true;
	}
	str_fini(&body);
	return ok;
}

static bool
download_file(const struct cli *cli, const char *path, const char *file)
{
	struct str part;
	bool ok = false;
	FILE *to;

	str_init(&part, MEM_MISC);
	str_addf(&part, "%s.part", file);
	to = fopen(part.text, "wbe");
	if (to == NULL) {
		complain(cli, "write", part.text, errno);
	} else {
		ok = download(cli, path, to, part.text);
		if (fclose(to) != 0 && ok) {
			complain(cli, "write", part.text, errno);
			ok = false;
		}
		if (ok && rename(part.text, file) != 0) {
			complain(cli, "make", file, errno);
			ok = false;
		}
		if (!ok)
			unlink(part.text);
	}
	str_fini(&part);
	return ok;
}

int
cli_dump_rib(struct cli *cli, char **args)
{
	struct str path;
	bool ok = false;

	str_init(&path, MEM_MISC);
	str_add(&path, "/api/v1/rib/");
	if (ask_router(cli, &path)) {
		str_add(&path, "/mrt");
		if (cli->family != NULL) {
			str_add(&path, "?family=");
			add_encoded(&path, cli->family);
		}
		if (strcmp(args[0], "-") == 0)
			ok = download(cli, path.text, cli->out, "the output");
		else
			ok = download_file(cli, path.text, args[0]);
	}
	str_fini(&path);
	return ok ? CLI_OK : CLI_ERROR;
}
