/* SPDX-License-Identifier: Apache-2.0 */
/* `show events`: what happened lately, oldest first. */
#include <time.h>

#include "cli/ask.h"
#include "cli/table.h"

static const char *const titles[] = { "TIME", "SEVERITY", "KIND", ">TIMES", "WHAT" };

/* 2026-11-21T10:11:12Z, as in the log. */
static void
add_time(struct table *t, const struct cli *cli, uint64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char text[32];

	if (cli->raw || gmtime_r(&seconds, &tm) == NULL) {
		table_addf(t, "%llu", (unsigned long long)(ms / 1000));
		return;
	}
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	table_add(t, text);
}

static void
add_event(struct table *t, const struct cli *cli, const json_t *event)
{
	uint64_t suppressed = get_count(event, "suppressed");

	add_time(t, cli, get_count(event, "lastTime"));
	table_add(t, get_text(event, "severity"));
	table_add(t, get_text(event, "kind"));
	table_addf(t, "%llu", (unsigned long long)get_count(event, "count"));
	if (suppressed > 0)
		table_addf(t, "%s (and %llu like it before, not kept)", get_text(event, "text"),
		    (unsigned long long)suppressed);
	else
		table_add(t, get_text(event, "text"));
}

int
cli_show_events(struct cli *cli, char **args)
{
	const json_t *rows;
	struct table t;
	struct str path;
	json_t *root;

	(void)args;
	str_init(&path, MEM_MISC);
	str_addf(&path, "/api/v1/events?maxEvents=%lu", cli->top_n);
	root = ask_json(cli, path.text);
	str_fini(&path);
	if (root == NULL)
		return CLI_ERROR;
	rows = json_object_get(root, "events");
	if (cli->json) {
		print_json(cli, root, "events");
	} else {
		table_init(&t, titles, ARRAY_LEN(titles));
		for (size_t i = 0; i < json_array_size(rows); i++)
			add_event(&t, cli, json_array_get(rows, i));
		table_print(&t, cli->out, !cli->no_header);
		table_fini(&t);
	}
	json_decref(root);
	return CLI_OK;
}
