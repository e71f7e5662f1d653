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

static void
print_lines(FILE *out, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		safe_print(out, json_string_value(json_array_get(list, i)));
		fputs("\n", out);
	}
}

int
cli_reload(struct cli *cli, char **args)
{
	struct str body;
	json_t *root;
	long status = 0;
	bool asked;

	(void)args;
	str_init(&body, MEM_MISC);
	asked = ask_raw(cli, "/api/v1/reload", &body, &status);
	root = asked ? json_loadb(body.text, body.len, 0, NULL) : NULL;
	if (asked && (status != 200 || root == NULL)) {
		ask_refused(cli, &body, status);
		print_lines(cli->err, json_object_get(root, "faults"));
	} else if (asked && cli->json) {
		print_json(cli, root, NULL);
	} else if (asked) {
		const json_t *changes = json_object_get(root, "changes");

		print_lines(cli->err, json_object_get(root, "warnings"));
		print_lines(cli->out, changes);
		if (json_array_size(changes) == 0)
			fputs("nothing has changed\n", cli->out);
	}
	asked = asked && status == 200 && root != NULL;
	json_decref(root);
	str_fini(&body);
	return asked ? CLI_OK : CLI_ERROR;
}

/* POST with a reason, NULL: none. */
static int
command_with_reason(struct cli *cli, struct str *path, const char *reason)
{
	int result;

	if (reason != NULL) {
		str_add(path, "?reason=");
		add_encoded(path, reason);
	}
	result = command(cli, path->text);
	str_fini(path);
	return result;
}

/* args: the neighbour's name, and perhaps a reason. */
static int
command_neighbor(struct cli *cli, char **args, const char *what)
{
	struct str path;

	str_init(&path, MEM_MISC);
	str_add(&path, "/api/v1/neighbor/");
	add_encoded(&path, args[0]);
	str_addf(&path, "/%s", what);
	return command_with_reason(cli, &path, args[1]);
}

int
cli_refresh(struct cli *cli, char **args)
{
	return command_neighbor(cli, args, "refresh");
}

int
cli_reset(struct cli *cli, char **args)
{
	return command_neighbor(cli, args, "reset");
}

int
cli_disable(struct cli *cli, char **args)
{
	return command_neighbor(cli, args, "disable");
}

int
cli_enable(struct cli *cli, char **args)
{
	return command_neighbor(cli, args, "enable");
}

static int
command_daemon(struct cli *cli, char **args, const char *path)
{
	struct str target;

	str_init(&target, MEM_MISC);
	str_add(&target, path);
	return command_with_reason(cli, &target, args[0]);
}

int
cli_freeze(struct cli *cli, char **args)
{
	return command_daemon(cli, args, "/api/v1/freeze");
}

int
cli_thaw(struct cli *cli, char **args)
{
	return command_daemon(cli, args, "/api/v1/thaw");
}
