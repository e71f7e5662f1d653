/* SPDX-License-Identifier: Apache-2.0 */
/* `show hardware`: how full the tables of the switch's ASIC are, as those report them who know. */
#include "cli/ask.h"
#include "cli/facts.h"

static const char *const titles[] = { "SOURCE", "NAME", "TABLE", ">USED", ">MAX", ">FULL", ">AGE" };

static void
add_row(struct table *t, const struct cli *cli, const json_t *source, const char *name,
    const json_t *table)
{
	double used = get_number(table, "used"), max = get_number(table, "max");

	table_add(t, get_text(source, "source"));
	table_add(t, get_text(source, "name"));
	table_add(t, name);
	add_count(t, cli, get_count(table, "used"));
	if (max <= 0) {
		table_add(t, "-");
		table_add(t, "-");
	} else {
		add_count(t, cli, get_count(table, "max"));
		add_ratio(t, cli, used / max);
	}
	add_age(t, cli, get_number(source, "ageSeconds"));
}

static void
print_errors(const struct cli *cli, const json_t *sources)
{
	for (size_t i = 0; i < json_array_size(sources); i++) {
		const json_t *source = json_array_get(sources, i);

		if (get_text(source, "error")[0] == '\0')
			continue;
		fprintf(cli->out, "cannot read ");
		safe_print(cli->out, get_text(source, "source"));
		fprintf(cli->out, " ");
		safe_print(cli->out, get_text(source, "name"));
		fprintf(cli->out, ": ");
		safe_print(cli->out, get_text(source, "error"));
		fprintf(cli->out, "\n");
	}
}

static void
add_source(struct table *t, const struct cli *cli, const json_t *source)
{
	json_t *tables = json_object_get(source, "tables");
	void *i = json_object_iter(tables);

	for (; i != NULL; i = json_object_iter_next(tables, i))
		add_row(t, cli, source, json_object_iter_key(i), json_object_iter_value(i));
}

int
cli_show_hardware(struct cli *cli, char **args)
{
	json_t *root = ask_json(cli, "/api/v1/hardware");
	const json_t *sources = json_object_get(root, "hardware");
	struct table t;

	(void)args;
	if (root == NULL)
		return CLI_ERROR;
	if (cli->json) {
		print_json(cli, root, "hardware");
		json_decref(root);
		return CLI_OK;
	}
	table_init(&t, titles, ARRAY_LEN(titles));
	for (size_t i = 0; i < json_array_size(sources); i++)
		add_source(&t, cli, json_array_get(sources, i));
	table_print(&t, cli->out, !cli->no_header);
	table_fini(&t);
	print_errors(cli, sources);
	json_decref(root);
	return CLI_OK;
}
