/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ask.h"
#include "cli/table.h"

static const char *const titles[] = { "NEIGHBOR", "FAMILY", ">INTERVALS", ">WRONG", "FIRST WRONG",
	"TABLE SAYS", "SENT TO" };

static void
add_hop(struct table *t, const json_t *row, const char *key)
{
	const char *hop = get_text(row, key);

	table_add(t, get_count(row, "wrong") == 0 ? "-" : hop[0] != '\0' ? hop : "default");
}

int
cli_verify(struct cli *cli, char **args)
{
	json_t *root = ask_json(cli, "/api/v1/verify");
	const json_t *rows = json_object_get(root, "verified");
	uint64_t wrong = 0;
	struct table t;

	(void)args;
	if (root == NULL)
		return CLI_ERROR;
	for (size_t i = 0; i < json_array_size(rows); i++)
		wrong += get_count(json_array_get(rows, i), "wrong");
	if (cli->json) {
		print_json(cli, root, "verified");
	} else {
		table_init(&t, titles, ARRAY_LEN(titles));
		for (size_t i = 0; i < json_array_size(rows); i++) {
			const json_t *row = json_array_get(rows, i);
			const char *address = get_text(row, "address");

			table_add(&t, get_text(row, "neighbor"));
			table_add(&t, get_text(row, "family"));
			table_addf(&t, "%llu", (unsigned long long)get_count(row, "intervals"));
			table_addf(&t, "%llu", (unsigned long long)get_count(row, "wrong"));
			table_add(&t, address[0] != '\0' ? address : "-");
			add_hop(&t, row, "ribNexthop");
			add_hop(&t, row, "tableNexthop");
		}
		table_print(&t, cli->out, !cli->no_header);
		table_fini(&t);
	}
	json_decref(root);
	return wrong > 0 ? CLI_DEGRADED : CLI_OK;
}
