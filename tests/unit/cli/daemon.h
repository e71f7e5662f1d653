/* SPDX-License-Identifier: Apache-2.0 */
/* Whole runs of `hotfib` with a made-up daemon: arguments in; output, messages and exit code out.
 */
#ifndef TESTS_UNIT_CLI_DAEMON_H
#define TESTS_UNIT_CLI_DAEMON_H

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "tests/support/support.h"

/* What the daemon answers to the paths it knows. */
struct page {
	const char *path;
	long status;
	const char *body;
};

static int
get(const struct cli *cli, const char *path, struct str *body, long *status, char error[static 256])
{
	const struct page *page = cli->get_ctx;

	if (page == NULL) {
		snprintf(error, 256, "no daemon at %s", cli->socket);
		return -1;
	}
	while (page->path != NULL && strcmp(page->path, path) != 0)
		page++;
	if (page->path == NULL)
		fail_msg("asked for %s", path);
	*status = page->status;
	str_add(body, page->body);
	return 0;
}

/* The same to a file; the path "cut" breaks off in the middle. */
static int
download(const struct cli *cli, const char *path, FILE *to, struct str *body, long *status,
    char error[static 256])
{
	bool cut = strstr(path, "/cut/") != NULL;
	struct str text;
	int result;

	if (cut) {
		fputs("MRT", to);
		snprintf(error, 256, "broke off");
		return -1;
	}
	str_init(&text, MEM_MISC);
	result = get(cli, path, &text, status, error);
	if (result == 0 && *status == 200)
		fwrite(text.text, 1, text.len, to);
	else
		str_add(body, text.text);
	str_fini(&text);
	return result;
}

static int
post(
    const struct cli *cli, const char *path, struct str *body, long *status, char error[static 256])
{
	char marked[256];

	snprintf(marked, sizeof(marked), "POST %s", path);
	return get(cli, marked, body, status, error);
}

static char *out, *err;

/* Run "hotfib ARGS", blanks between the arguments; out and err hold what it said. */
static int
run(const struct page *daemon, const char *args)
{
	char text[256], *argv[20] = { NULL }, *rest = text, *word;
	size_t before = mem_used(MEM_MISC), out_len, err_len;
	struct cli cli = { .version = "0.9",
		.socket = "/sock",
		.top_n = 20,
		.get = get,
		.download = download,
		.post = post,
		.get_ctx = (void *)(uintptr_t)daemon };
	int argc = 0, result;

	free(out);
	free(err);
	snprintf(text, sizeof(text), "hotfib %s", args);
	while ((word = strsep(&rest, " ")) != NULL) {
		if (*word != '\0')
			argv[argc++] = word;
	}
	cli.out = open_memstream(&out, &out_len);
	cli.err = open_memstream(&err, &err_len);
	result = cli_run(&cli, argc, argv);
	fclose(cli.out);
	fclose(cli.err);
	assert_int_equal(mem_used(MEM_MISC), before);
	return result;
}

/* The group's teardown. */
static int
forget_output(void **state)
{
	(void)state;
	free(out);
	free(err);
	return 0;
}

#endif
