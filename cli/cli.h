/* SPDX-License-Identifier: Apache-2.0 */
/* One run of `hotfib`: its options, where it writes, and how it asks the daemon. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <jansson.h>
#include <stdio.h>

#include "lib/str.h"

/* Exit codes. */
enum cli_exit {
	CLI_OK = 0,
	CLI_ERROR = 1,
	CLI_USAGE = 2,
	CLI_DEGRADED = 3 /* the daemon answers, but a session is down, input is frozen, or the
			  * target does not hold what it should */
};

#define CLI_SOCKET "/run/hotfib/hotfib.sock"

struct cli {
	FILE *out, *err;
	const char *version;

	const char *socket;
	bool json, indent; /* -j one line a record, -J the whole indented */
	bool raw;          /* -H: plain numbers */
	bool no_header;
	bool ascii; /* JSON goes to a terminal: escape what is not ASCII */

	bool ipv6, by_source; /* of `show top` */
	unsigned long top_n;  /* of it and of `show events` */
	const char *n_text;   /* what -n says; a list of sizes for `simulate` */
	const char *router;
	const char *family; /* of `dump rib`; NULL: both */

	/* GET path from the daemon: 0 with the body and the HTTP status, else a message in
	 * `error`. */
	int (*get)(const struct cli *cli, const char *path, struct str *body, long *status,
	    char error[static 256]);
	/* The same with the body of a 200 to `to`, however long; `body` is that of another. */
	int (*download)(const struct cli *cli, const char *path, FILE *to, struct str *body,
	    long *status, char error[static 256]);
	/* POST path, without a body: as get. */
	int (*post)(const struct cli *cli, const char *path, struct str *body, long *status,
	    char error[static 256]);
	void *get_ctx; /* of a test's get(), download() and post() */
};

struct cli_verb {
	const char *words;      /* "show top" */
	const char *args;       /* of the usage line */
	const char *options;    /* letters it takes besides the common ones */
	int n_args, n_optional; /* how many it must have, and may have more */
	/* args ends with NULL. */
	int (*run)(struct cli *cli, char **args);
	const char *help;
};

/* The verbs; ends with NULL words. */
extern const struct cli_verb cli_verbs[];

/* The verb that argv's first words mean, each cut short as long as it is unique; *used says how
 * many there were. NULL with a message in `error` where there is none or more than one. */
const struct cli_verb *cli_find_verb(char **argv, int argc, int *used, char error[static 256]);

/* Everything, from the arguments to the exit code. */
int cli_run(struct cli *cli, int argc, char **argv);

int cli_show_status(struct cli *cli, char **args);
int cli_show_neighbors(struct cli *cli, char **args);
int cli_show_neighbor(struct cli *cli, char **args); /* args[0]: its name */
int cli_show_route(struct cli *cli, char **args);
int cli_show_agents(struct cli *cli, char **args);
int cli_show_top(struct cli *cli, char **args);
int cli_show_installed(struct cli *cli, char **args);
int cli_diff(struct cli *cli, char **args);
int cli_show_hardware(struct cli *cli, char **args);
int cli_show_events(struct cli *cli, char **args);
int cli_simulate(struct cli *cli, char **args);
int cli_dump_rib(struct cli *cli, char **args);
int cli_reload(struct cli *cli, char **args);
int cli_refresh(struct cli *cli, char **args);
int cli_reset(struct cli *cli, char **args); /* args[1]: a reason, or NULL; likewise below */
int cli_disable(struct cli *cli, char **args);
int cli_enable(struct cli *cli, char **args);
int cli_verify(struct cli *cli, char **args);
int cli_freeze(struct cli *cli, char **args); /* args[0]: a reason, or NULL */
int cli_thaw(struct cli *cli, char **args);
int cli_check(struct cli *cli, char **args);
int cli_import(struct cli *cli, char **args);
int cli_version(struct cli *cli, char **args);

#endif
