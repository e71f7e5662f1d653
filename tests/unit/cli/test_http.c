/* SPDX-License-Identifier: Apache-2.0 */
/* The client's HTTP, against a child that says one fixed thing on a unix socket. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/http_io.h"
#include "tests/support/support.h"

static char directory[] = "/tmp/hotfib-test-XXXXXX";
static char path[64];

/* Answer one connection with `reply` in a child of our own; *request is what it was asked for. */
static pid_t
serve(const char *reply, int *request)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), pipe_fds[2];
	pid_t pid;

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(pipe(pipe_fds), 0);
	pid = fork();
	if (pid == 0) {
		char buf[2000];
		int c = accept(fd, NULL, NULL);
		ssize_t n = read(c, buf, sizeof(buf));

		_exit(n <= 0 || write(pipe_fds[1], buf, (size_t)n) != n ||
		      write(c, reply, strlen(reply)) < 0);
	}
	close(fd);
	close(pipe_fds[1]);
	*request = pipe_fds[0];
	return pid;
}

static int
get(const char *reply, struct str *body, long *status, char error[static 256])
{
	struct cli cli = { .socket = path };
	char request[2000] = "";
	int fd, result, child_status;
	pid_t pid = serve(reply, &fd);

	str_init(body, MEM_MISC);
	result = cli_http_get(&cli, "/api/v1/top/a%2Fb/ipv4?maxPrefixes=1", body, status, error);
	assert_true(read(fd, request, sizeof(request) - 1) > 0);
	assert_memory_equal(request, "GET /api/v1/top/a%2Fb/ipv4?maxPrefixes=1 HTTP/1.1\r\n", 51);
	close(fd);
	assert_int_equal(waitpid(pid, &child_status, 0), pid);
	assert_int_equal(child_status, 0);
	assert_int_equal(unlink(path), 0);
	return result;
}

static void
test_answers(void **state)
{
	char error[256];
	struct str body;
	long status;

	(void)state;
	assert_int_equal(setenv("http_proxy", "http://192.0.2.1:1", 1), 0);
	assert_int_equal(
	    get("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", &body, &status, error), 0);
	assert_int_equal(status, 200);
	assert_string_equal(body.text, "{}");
	str_fini(&body);

	assert_int_equal(get("HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n"
			     "3\r\n{\"e\r\n4\r\n\":1}\r\n0\r\n\r\n",
			     &body, &status, error),
	    0);
	assert_int_equal(status, 404);
	assert_string_equal(body.text, "{\"e\":1}");
	str_fini(&body);
}

/* A 200 goes to the file, any other answer to the text. */
static void
test_download(void **state)
{
	static const char *const replies[] = { "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nMRT",
		"HTTP/1.1 404 No\r\nContent-Length: 3\r\n\r\nnot" };
	struct cli cli = { .socket = path };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
		char error[256], *text = NULL;
		int fd, child_status;
		pid_t pid = serve(replies[i], &fd);
		struct str body;
		size_t len;
		FILE *to = open_memstream(&text, &len);
		long status;

		str_init(&body, MEM_MISC);
		assert_int_equal(cli_http_download(&cli, "/x", to, &body, &status, error), 0);
		fclose(to);
		assert_int_equal(status, i == 0 ? 200 : 404);
		assert_string_equal(text, i == 0 ? "MRT" : "");
		assert_string_equal(body.text, i == 0 ? "" : "not");
		free(text);
		str_fini(&body);
		close(fd);
		assert_int_equal(waitpid(pid, &child_status, 0), pid);
		assert_int_equal(unlink(path), 0);
	}
}

static void
test_broken_off(void **state)
{
	static const char *const replies[] = { "",
		"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{}" };
	char error[256];
	struct str body;
	long status;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
		assert_int_equal(get(replies[i], &body, &status, error), -1);
		assert_non_null(strstr(error, path));
		assert_non_null(strstr(error, "broke off"));
		str_fini(&body);
	}
}

static void
test_nobody_there(void **state)
{
	struct cli cli = { .socket = path };
	char error[256] = "";
	struct str body;
	long status;

	(void)state;
	str_init(&body, MEM_MISC);
	assert_int_equal(cli_http_get(&cli, "/version", &body, &status, error), -1);
	assert_non_null(strstr(error, path));
	assert_non_null(strstr(error, "No such file"));
	str_fini(&body);
}

static int
make_directory(void **state)
{
	(void)state;
	if (mkdtemp(directory) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/sock", directory);
	return 0;
}

static int
remove_directory(void **state)
{
	(void)state;
	return rmdir(directory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_download),
		cmocka_unit_test(test_broken_off),
		cmocka_unit_test(test_nobody_there),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
