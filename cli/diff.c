/* SPDX-License-Identifier: Apache-2.0 */
/* `diff`: where what the target holds is not what is wanted. */
#include "cli/ask.h"
#include "cli/table.h"

static const char *const titles[] = { "PREFIX", "TARGET", "IS", "WANTED NEXT HOP", "WHY" };

int
cli_diff(struct cli *cli, char **args)
{
	json_t *root = ask_json(cli, "/api/v1/diff");
	const json_t *rows = json_object_get(root, "differences");
	size_t n = json_array_size(rows);
	struct table t;

	(void)args;
	if (root == NULL)
		return CLI_ERROR;
	if (cli->json) {
		print_json(cli, root, "differences");
	} else if (n > 0) {
		table_init(&t, titles, ARRAY_LEN(titles));
		for (size_t i = 0; i < n; i++) {
			const json_t *row = json_array_get(rows, i);
			const char *port = get_text(row, "neighbor");
			const char *nexthop = get_text(row, "nexthop");

			table_add(&t, get_text(row, "prefix"));
			table_add(&t, port[0] != '\0' ? port : "-");
			table_add(&t, get_text(row, "what"));
			table_add(&t, nexthop[0] != '\0' ? nexthop : "-");
			table_add(&t, get_text(row, "why"));
		}
		table_print(&t, cli->out, !cli->no_header);
		table_fini(&t);
	} else {
		fprintf(cli->out, "the target holds what it should\n");
	}
	json_decref(root);
	return n > 0 ? CLI_DEGRADED : CLI_OK;
}
