/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the daemon and reading what it says. */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include "cli/cli.h"

/* The JSON answer to GET path, for json_decref(); NULL after a message on cli->err: the daemon is
 * not there, it refused, or it does not speak JSON. */
json_t *ask_json(const struct cli *cli, const char *path);

/* The same for POST: a command. */
json_t *ask_command(const struct cli *cli, const char *path);

/* Ask for one object, and show it as JSON or by `print`; the exit code. */
int show_one(
    struct cli *cli, const char *path, void (*print)(const struct cli *cli, const json_t *root));

/* POST, whatever the answer is; false after a message where there is none. */
bool ask_raw(const struct cli *cli, const char *path, struct str *body, long *status);

/* The message for an answer that is not 200. */
void ask_refused(const struct cli *cli, const struct str *body, long status);

/* Append the name of the router that cli->router says, or of the only one there is,
 * percent-encoded; false after a message where there is not just one. */
bool ask_router(const struct cli *cli, struct str *path);

/* Members of an object; "", 0, false and NULL where absent or of another type. A key "a.b" is
 * member b of member a. */
const char *get_text(const json_t *object, const char *key);
double get_number(const json_t *object, const char *key);
uint64_t get_count(const json_t *object, const char *key);
bool get_bool(const json_t *object, const char *key);
const json_t *get_member(const json_t *object, const char *key);

/* Percent-encode a piece of a path. */
void add_encoded(struct str *out, const char *text);

/* For -j and -J: `root`, or of it the list `list` where not NULL, one line a member. */
void print_json(const struct cli *cli, const json_t *root, const char *list);

#endif
