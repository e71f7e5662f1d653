/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request from anybody: "METHOD target\nIf-None-Match". Whatever it says, the answer has a status
 * of ours, ends, and is JSON where it says so.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/support/web_fake.h"
#include "webui/route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_body(struct web_answer *a, const char *target)
{
	struct str body;
	char buf[333];
	ssize_t n;

	str_init(&body, MEM_MISC);
	while ((n = web_answer_read(a, buf, sizeof(buf))) >= 0)
		str_add_n(&body, buf, (size_t)n);
	if (strcmp(a->content_type, "application/json") == 0) {
		json_t *root = json_loadb(body.text, body.len, 0, NULL);

		ASSERT(root != NULL && json_is_object(root));
		json_decref(root);
	}
	ASSERT(a->status == 304 || body.len > 0 || target[0] == '\0');
	str_fini(&body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t before = mem_used(MEM_HTTP);
	char *text = malloc(size + 1);
	struct web_fake fake;
	struct web_app app;
	struct web_answer a;
	struct web_request request;
	char *rest = text;

	memcpy(text, data, size);
	text[size] = '\0';
	request.method = strsep(&rest, " ");
	request.target = rest != NULL ? strsep(&rest, "\n") : "/";
	request.if_none_match = rest;
	request.may_command = true;

	web_fake_init(&fake);
	app = (struct web_app){ .backend = web_fake_backend(&fake) };
	web_dispatch(&app, &request, &a);
	ASSERT(a.status >= 200 && a.status < 600);
	check_body(&a, request.target);
	web_answer_fini(&a);
	ASSERT(app.rows_held == 0 && mem_used(MEM_HTTP) == before);
	free(text);
	return 0;
}
