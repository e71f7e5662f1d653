/* SPDX-License-Identifier: Apache-2.0 */
/* Ask the dispatcher a fake backend's questions, and read its answers. */
#ifndef TESTS_WEBUI_ASK_H
#define TESTS_WEBUI_ASK_H

#include "tests/support/support.h"
#include "tests/support/web_fake.h"
#include "webui/route.h"

/* Read the rest of an answer, `step` bytes at a time. */
static inline void
read_all(struct web_answer *a, size_t step, struct str *out)
{
	char buf[70000];
	ssize_t n;

	assert_true(step <= sizeof(buf));
	while ((n = web_answer_read(a, buf, step)) >= 0)
		str_add_n(out, buf, (size_t)n);
}

/* The status of GET target, its body in *body (initialised by the test, emptied here). */
static inline unsigned
ask(struct web_fake *fake, const char *target, struct str *body)
{
	struct web_app app = { .backend = web_fake_backend(fake) };
	struct web_request request = { .method = "GET", .target = target };
	struct web_answer answer;
	unsigned status;

	str_clear(body);
	web_dispatch(&app, &request, &answer);
	status = answer.status;
	read_all(&answer, 1000, body);
	web_answer_fini(&answer);
	assert_int_equal(app.rows_held, 0);
	return status;
}

/* The same, parsed; the test frees it with json_decref(). */
static inline json_t *
ask_json(struct web_fake *fake, const char *target, unsigned status)
{
	json_error_t error;
	struct str body;
	json_t *root;

	str_init(&body, MEM_MISC);
	assert_int_equal(ask(fake, target, &body), status);
	root = json_loads(body.text, 0, &error);
	if (root == NULL)
		fail_msg("%s: %s in %s", target, error.text, body.text);
	str_fini(&body);
	return root;
}

/* GET target answers `status` and this body. */
static inline void
assert_body(struct web_fake *fake, const char *target, unsigned status, const char *expected)
{
	struct str body;

	str_init(&body, MEM_MISC);
	assert_int_equal(ask(fake, target, &body), status);
	assert_string_equal(body.text, expected);
	str_fini(&body);
}

/* GET target answers `status` and an error that contains `what`. */
static inline void
assert_error(struct web_fake *fake, const char *target, unsigned status, const char *what)
{
	json_t *root = ask_json(fake, target, status);
	const char *error = json_string_value(json_object_get(root, "error"));

	assert_non_null(error);
	if (strstr(error, what) == NULL)
		fail_msg("%s: \"%s\" does not say \"%s\"", target, error, what);
	json_decref(root);
}

#endif
