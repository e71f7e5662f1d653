/* SPDX-License-Identifier: Apache-2.0 */
/* `simulate`: what tables of other sizes would carry. */
#include <string.h>

#include "cli/ask.h"
#include "cli/facts.h"

static const char *const point_titles[] = { ">ENTRIES", ">PRICED", ">USED", ">TOP", ">USED",
	">BOUND" };
static const char *const goal_titles[] = { ">COVERAGE", ">PRICED NEEDS", ">TOP NEEDS" };

/* Three digits behind the point: that is where tables of like sizes differ. */
static void
add_part(struct table *t, const struct cli *cli, double part)
{
	if (cli->raw)
		table_addf(t, "%.6f", part);
	else
		table_addf(t, "%.3f %%", part * 100);
}

static void
add_needed(struct table *t, const struct cli *cli, const json_t *goal, const char *key)
{
	if (json_object_get(goal, key) != NULL)
		add_count(t, cli, get_count(goal, key));
	else
		table_add(t, "never");
}

static void
print_simulation(const struct cli *cli, const json_t *root)
{
	const json_t *points = json_object_get(root, "points"),
		     *needed = json_object_get(root, "needed");
	char rate[HUMAN_MAX], count[HUMAN_MAX];
	struct table t;

	fprintf(cli->out, "%s to %s %s prefixes; the default serves %.3f %% of it\n\n",
	    human_bit_rate(get_number(root, "value"), rate),
	    human_count(get_count(root, "active"), count), get_text(root, "family"),
	    get_number(root, "byDefault") * 100);
	table_init(&t, point_titles, ARRAY_LEN(point_titles));
	for (size_t i = 0; i < json_array_size(points); i++) {
		const json_t *p = json_array_get(points, i);

		add_count(&t, cli, get_count(p, "entries"));
		add_part(&t, cli, get_number(p, "priced.coverage"));
		add_count(&t, cli, get_count(p, "priced.used"));
		add_part(&t, cli, get_number(p, "top.coverage"));
		add_count(&t, cli, get_count(p, "top.used"));
		add_part(&t, cli, get_number(p, "bound"));
	}
	table_print(&t, cli->out, !cli->no_header);
	table_fini(&t);
	fputs("\n", cli->out);
	table_init(&t, goal_titles, ARRAY_LEN(goal_titles));
	for (size_t i = 0; i < json_array_size(needed); i++) {
		const json_t *goal = json_array_get(needed, i);

		table_addf(&t, "%.4g %%", get_number(goal, "coverage") * 100);
		add_needed(&t, cli, goal, "priced");
		add_needed(&t, cli, goal, "top");
	}
	table_print(&t, cli->out, !cli->no_header);
	table_fini(&t);
}

/* "1000,10k" as "1000,10000". */
static void
add_sizes(struct str *path, const char *text)
{
	str_add(path, "&n=");
	for (; *text != '\0'; text++) {
		char one[2] = { *text, '\0' };

		if (*text == 'k')
			str_add(path, "000");
		else if (*text == ',')
			str_add(path, ",");
		else
			add_encoded(path, one);
	}
}

int
cli_simulate(struct cli *cli, char **args)
{
	struct str path;
	json_t *root;
	int code = CLI_OK;

	(void)args;
	str_init(&path, MEM_MISC);
	str_addf(&path, "/api/v1/whatif?family=%s", cli->ipv6 ? "ipv6" : "ipv4");
	if (cli->router != NULL) {
		str_add(&path, "&router=");
		add_encoded(&path, cli->router);
	}
	if (cli->n_text != NULL)
		add_sizes(&path, cli->n_text);
	root = ask_json(cli, path.text);
	str_fini(&path);
	if (root == NULL)
		return CLI_ERROR;
	if (json_object_get(root, "error") != NULL) {
		fprintf(cli->err, "hotfib: %s\n", get_text(root, "error"));
		code = CLI_ERROR;
	} else if (cli->json) {
		print_json(cli, root, NULL);
	} else {
		print_simulation(cli, root);
	}
	json_decref(root);
	return code;
}
