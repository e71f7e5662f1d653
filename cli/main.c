/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "cli/http_io.h"
#include "version.h"

int
main(int argc, char **argv)
{
	struct cli cli = { .out = stdout,
		.err = stderr,
		.version = HOTFIB_VERSION,
		.socket = CLI_SOCKET,
		.ascii = isatty(STDOUT_FILENO) == 1,
		.top_n = 20,
		.get = cli_http_get,
		.download = cli_http_download,
		.post = cli_http_post };
	int result;

	/* Which characters the terminal prints; numbers stay as they are everywhere. */
	setlocale(LC_CTYPE, "");
	result = cli_run(&cli, argc, argv);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return result;
	fprintf(stderr, "hotfib: cannot write the output: %s\n", strerror(errno));
	return result == CLI_OK ? CLI_ERROR : result;
}
