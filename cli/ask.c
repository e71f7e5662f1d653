/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ask.h"

#include <string.h>

#include "cli/table.h"

static json_t *
refuse(const struct cli *cli, const char *what, const char *detail)
{
	fprintf(cli->err, "hotfib: %s", what);
	safe_print(cli->err, detail);
	fputs("\n", cli->err);
	return NULL;
}

void
ask_refused(const struct cli *cli, const struct str *body, long status)
{
	json_t *root = json_loadb(body->text, body->len, 0, NULL);
	const char *error = get_text(root, "error");
	char what[64];

	snprintf(what, sizeof(what), "the daemon answered %ld: ", status);
	refuse(cli, what, error[0] != '\0' ? error : body->text);
	json_decref(root);
}

static json_t *
read_answer(const struct cli *cli, const struct str *body, long status)
{
	json_error_t where;
	json_t *root;

	if (status != 200) {
		ask_refused(cli, body, status);
		return NULL;
	}
	root = json_loadb(body->text, body->len, 0, &where);
	if (root == NULL)
		return refuse(cli, "the daemon's answer is not JSON: ", where.text);
	return root;
}

typedef int ask_fn(const struct cli *cli, const char *path, struct str *body, long *status,
    char error[static 256]);

static json_t *
ask(const struct cli *cli, ask_fn *how, const char *path)
{
	char error[256] = "";
	long status = 0;
	struct str body;
	json_t *root;

	str_init(&body, MEM_MISC);
	if (how(cli, path, &body, &status, error) != 0)
		root = refuse(cli, "", error);
	else
		root = read_answer(cli, &body, status);
	str_fini(&body);
	return root;
}

json_t *
ask_json(const struct cli *cli, const char *path)
{
	return ask(cli, cli->get, path);
}

json_t *
ask_command(const struct cli *cli, const char *path)
{
	return ask(cli, cli->post, path);
}

bool
ask_raw(const struct cli *cli, const char *path, struct str *body, long *status)
{
	char error[256] = "";

	if (cli->post(cli, path, body, status, error) == 0)
		return true;
	refuse(cli, "", error);
	return false;
}

const json_t *
get_member(const json_t *object, const char *key)
{
	char part[64];
	size_t len;

	while (object != NULL && key[len = strcspn(key, ".")] == '.') {
		ASSERT(len < sizeof(part));
		memcpy(part, key, len);
		part[len] = '\0';
		object = json_object_get(object, part);
		key += len + 1;
	}
	return json_object_get(object, key);
}

const char *
get_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(get_member(object, key));

	return text != NULL ? text : "";
}

double
get_number(const json_t *object, const char *key)
{
	return json_number_value(get_member(object, key));
}

uint64_t
get_count(const json_t *object, const char *key)
{
	json_int_t value = json_integer_value(get_member(object, key));

	return value > 0 ? (uint64_t)value : 0;
}

bool
get_bool(const json_t *object, const char *key)
{
	return json_is_true(get_member(object, key));
}

void
add_encoded(struct str *out, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~:";

	for (; *text != '\0'; text++) {
		if (strchr(plain, *text) != NULL)
			str_add_n(out, text, 1);
		else
			str_addf(out, "%%%02X", (unsigned)(unsigned char)*text);
	}
}

bool
ask_router(const struct cli *cli, struct str *path)
{
	json_t *root;
	const json_t *routers;
	size_t n;

	if (cli->router != NULL) {
		add_encoded(path, cli->router);
		return true;
	}
	root = ask_json(cli, "/api/v1/status");
	routers = json_object_get(root, "routers");
	n = json_array_size(routers);
	if (n == 1)
		add_encoded(path, get_text(json_array_get(routers, 0), "name"));
	else if (root != NULL && n == 0)
		fputs("hotfib: the daemon has no router configured\n", cli->err);
	else if (root != NULL) {
		fputs("hotfib: choose with --router:", cli->err);
		for (size_t i = 0; i < n; i++) {
			fputs(" ", cli->err);
			safe_print(cli->err, get_text(json_array_get(routers, i), "name"));
		}
		fputs("\n", cli->err);
	}
	json_decref(root);
	return n == 1;
}

void
print_json(const struct cli *cli, const json_t *root, const char *list)
{
	const json_t *members = list != NULL ? json_object_get(root, list) : NULL;
	size_t flags = JSON_SORT_KEYS | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15) |
		       (cli->ascii ? JSON_ENSURE_ASCII : 0);

	if (cli->indent || !json_is_array(members)) {
		json_dumpf(root, cli->out, flags | (cli->indent ? JSON_INDENT(2) : JSON_COMPACT));
		fputs("\n", cli->out);
		return;
	}
	for (size_t i = 0; i < json_array_size(members); i++) {
		json_dumpf(json_array_get(members, i), cli->out, flags | JSON_COMPACT);
		fputs("\n", cli->out);
	}
}

int
show_one(
    struct cli *cli, const char *path, void (*print)(const struct cli *cli, const json_t *root))
{
	json_t *root = ask_json(cli, path);

	if (root == NULL)
		return CLI_ERROR;
	if (cli->json)
		print_json(cli, root, NULL);
	else
		print(cli, root);
	json_decref(root);
	return CLI_OK;
}
