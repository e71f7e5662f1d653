/* SPDX-License-Identifier: Apache-2.0 */
/* Verbs that tell the daemon to do something. */
#include "cli/ask.h"
#include "cli/table.h"

/* POST and say what was done. */
static int
command(struct cli *cli, const char *path)
{
	json_t *root = ask_command(cli, path);

	if (root == NULL)
		return CLI_ERROR;
	if (cli->json) {
		print_json(cli, root, NULL);
	} else {
		safe_print(cli->out, get_text(root, "done"));
		fputs("\n", cli->out);
	}
	json_decref(root);
	return CLI_OK;
}

int
cli_refresh(struct cli *cli, char **args)
{
	struct str path;
	int result;

	str_init(&path, MEM_MISC);
	str_add(&path, "/api/v1/neighbor/");
	add_encoded(&path, args[0]);
	str_add(&path, "/refresh");
	result = command(cli, path.text);
	str_fini(&path);
	return result;
}

static int
freeze(struct cli *cli, const char *path, const char *reason)
{
	struct str target;
	int result;

	str_init(&target, MEM_MISC);
	str_add(&target, path);
	if (reason != NULL) {
		str_add(&target, "?reason=");
		add_encoded(&target, reason);
	}
	result = command(cli, target.text);
	str_fini(&target);
	return result;
}

int
cli_freeze(struct cli *cli, char **args)
{
	return freeze(cli, "/api/v1/freeze", args[0]);
}

int
cli_thaw(struct cli *cli, char **args)
{
	return freeze(cli, "/api/v1/thaw", args[0]);
}
