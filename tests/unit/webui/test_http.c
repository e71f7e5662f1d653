/* SPDX-License-Identifier: Apache-2.0 */
/* The real server with raw sockets: what browsers, scripts and port scanners do to it. */
#include "tests/unit/webui/http_client.h"

static char directory[] = "/tmp/hotfib-test-XXXXXX";

/* --- tests -------------------------------------------------------------------------------------
 */

static void
test_keep_alive_and_headers(void **state)
{
	struct client c;

	(void)state;
	connect_one(&c);
	for (size_t i = 1; i <= 3; i++) {
		client_say(&c, "GET /version HTTP/1.1\r\nHost: x\r\n\r\n");
		wait_for(&c, "0.1-test", i);
	}
	assert_false(c.closed);
	assert_memory_equal(c.in.text, "HTTP/1.1 200 ", 13);
	assert_non_null(strstr(c.in.text, "Content-Type: text/plain; charset=utf-8\r\n"));
	assert_non_null(strstr(c.in.text, "Content-Security-Policy: default-src 'self';"));
	assert_non_null(strstr(c.in.text, "X-Content-Type-Options: nosniff\r\n"));
	assert_non_null(strstr(c.in.text, "Content-Length: 8\r\n"));
	assert_null(strstr(c.in.text, "Access-Control"));
	assert_int_equal(stats().requests, 3);
	client_stop(&c);
}

static void
test_pipelined(void **state)
{
	struct client c;
	const char *first, *second;

	(void)state;
	connect_one(&c);
	client_say(&c, "GET /version HTTP/1.1\r\nHost: x\r\n\r\n"
		       "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
		       "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
	wait_closed(&c);
	first = strstr(c.in.text, "0.1-test");
	second = strstr(c.in.text, "ok\n");
	assert_true(first != NULL && second > first);
	assert_non_null(strstr(second, "HTTP/1.1 404 "));
	assert_int_equal(stats().errors_4xx, 1);
	assert_int_equal(stats().malformed, 0);
	client_stop(&c);
}

static void
test_byte_by_byte(void **state)
{
	static const char request[] =
	    "GET /agents/json?agent=10.0.0.136 HTTP/1.1\r\nHost: x\r\n\r\n";
	struct client c;

	(void)state;
	connect_one(&c);
	for (size_t i = 0; i < sizeof(request) - 1; i++)
		client_send(&c, request + i, 1);
	wait_for(&c, "sFlowDatagramsReceived", 1);
	client_stop(&c);
}

static void
test_methods(void **state)
{
	struct client c;

	(void)state;
	connect_one(&c);
	client_say(&c, "DELETE /version HTTP/1.1\r\nHost: x\r\n\r\n");
	wait_for(&c, "not allowed", 1);
	assert_non_null(strstr(c.in.text, "HTTP/1.1 405 "));
	assert_non_null(strstr(c.in.text, "Allow: GET, HEAD\r\n"));

	/* A command, but not from the operator. */
	client_say(&c, "POST /api/v1/neighbor/reflector/refresh HTTP/1.1\r\nHost: x\r\n"
		       "Content-Length: 0\r\n\r\n");
	wait_for(&c, "unix socket only", 1);
	assert_non_null(strstr(c.in.text, "HTTP/1.1 403 "));

	str_clear(&c.in);
	client_say(&c, "HEAD /app/app.js HTTP/1.1\r\nHost: x\r\n\r\n"
		       "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
	wait_for(&c, "ok\n", 1);
	assert_null(strstr(c.in.text, "import {"));
	assert_non_null(strstr(c.in.text, "Content-Type: text/javascript"));
	client_stop(&c);
}

static void
test_not_modified(void **state)
{
	char request[200], *etag;
	struct client c;

	(void)state;
	connect_one(&c);
	client_say(&c, "GET /app/app.css HTTP/1.1\r\nHost: x\r\n\r\n");
	wait_for(&c, "SPDX", 1);
	etag = strstr(c.in.text, "ETag: ") + 6;
	snprintf(request, sizeof(request),
	    "GET /app/app.css HTTP/1.1\r\nHost: x\r\nIf-None-Match: %.*s\r\nConnection: "
	    "close\r\n\r\n",
	    (int)strcspn(etag, "\r"), etag);
	str_clear(&c.in);
	client_say(&c, request);
	wait_closed(&c);
	assert_memory_equal(c.in.text, "HTTP/1.1 304 ", 13);
	assert_null(strstr(c.in.text, "SPDX"));
	client_stop(&c);
}

/* A body is refused unread, and what it holds is not the next request. */
static void
test_bodies(void **state)
{
	static const char *const requests[] = {
		"POST /version HTTP/1.1\r\nHost: x\r\nContent-Length: 36\r\n\r\n"
		"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /version HTTP/1.1\r\nHost: x\r\nContent-Length: 36\r\n\r\n"
		"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /version HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
		"24\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n\r\n0\r\n\r\n",
		"GET /version HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		struct client c;

		connect_one(&c);
		client_say(&c, requests[i]);
		wait_closed(&c);
		assert_memory_equal(c.in.text, "HTTP/1.1 413 ", 13);
		assert_int_equal(occurrences(c.in.text, "HTTP/1.1"), 1);
		client_stop(&c);
	}
	assert_int_equal(stats().errors_4xx, ARRAY_LEN(requests));
}

static void
test_garbage(void **state)
{
	static const char *const garbage[] = {
		"\x16\x03\x01\x02\x01\x01\xfc\x03\x03\r\n\r\n", /* TLS */
		"SSH-2.0-OpenSSH_9.2\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
		"GET / HTTP/1.1\r\nno colon here\r\n\r\n",
		"\xff\xff\xff\xff\x1d\x01\r\n\r\n", /* BGP */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(garbage); i++) {
		struct client c;

		connect_one(&c);
		client_say(&c, garbage[i]);
		shutdown(c.io.fd, SHUT_WR);
		wait_closed(&c);
		if (strstr(c.in.text, " 200 ") != NULL)
			fail_msg("garbage %zu is answered: %s", i, c.in.text);
		client_stop(&c);
		assert_int_equal(stats().malformed, i + 1);
	}
	assert_int_equal(stats().requests, 0);
}

static void
test_half_requests(void **state)
{
	static const char *const halves[] = { "", "G", "GET /version HTTP/1.1\r\nHo",
		"GET /version HTTP/1.1\r\nHost: x\r\n" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(halves); i++) {
		struct client c;

		connect_one(&c);
		client_say(&c, halves[i]);
		shutdown(c.io.fd, SHUT_WR);
		wait_closed(&c);
		client_stop(&c);
		/* Saying nothing is no fault. */
		assert_int_equal(stats().malformed, i);
	}
}

static void
test_huge_targets_and_headers(void **state)
{
	size_t size = 200000;
	char *text = malloc(size + 1);

	(void)state;
	for (int headers = 0; headers <= 1; headers++) {
		struct client c;

		memset(text, 'a', size);
		memcpy(text, headers ? "GET / HTTP/1.1\r\nX: " : "GET /", headers ? 19 : 5);
		connect_one(&c);
		client_send(&c, text, size);
		wait_closed(&c);
		assert_null(strstr(c.in.text, " 200 "));
		client_stop(&c);
	}
	/* Longer than we look at, shorter than what libmicrohttpd refuses. */
	{
		struct client c;

		memset(text, 'a', size);
		memcpy(text, "GET /", 5);
		strcpy(text + 6000, " HTTP/1.1\r\nHost: x\r\n\r\n");
		connect_one(&c);
		client_say(&c, text);
		wait_for(&c, "longer than", 1);
		assert_memory_equal(c.in.text, "HTTP/1.1 414 ", 13);
		client_stop(&c);
	}
	free(text);
}

/* The body of a chunked answer. */
static char *
dechunk(const char *text)
{
	const char *at = strstr(text, "\r\n\r\n") + 4;
	char *out = malloc(strlen(text) + 1);
	size_t used = 0;

	assert_non_null(strstr(text, "Transfer-Encoding: chunked\r\n"));
	for (;;) {
		char *end;
		size_t n = strtoul(at, &end, 16);

		assert_memory_equal(end, "\r\n", 2);
		if (n == 0)
			break;
		memcpy(out + used, end + 2, n);
		used += n;
		at = end + 2 + n;
		assert_memory_equal(at, "\r\n", 2);
		at += 2;
	}
	out[used] = '\0';
	return out;
}

static void
many_routes(size_t n)
{
	fake.n_routes[IP_V4] = fake.n_active = fake.n_installed = n;
}

#define ASK_TOP "GET /bgp/topprefixes/edge/json HTTP/1.1\r\nHost: x\r\n\r\n"

static void
test_long_list(void **state)
{
	struct client c;
	struct str expected;
	char *body;

	(void)state;
	many_routes(20000);
	connect_one(&c);
	client_say(&c, ASK_TOP);
	wait_last_chunk(&c);
	body = dechunk(c.in.text);
	str_init(&expected, MEM_MISC);
	ask(&fake, "/bgp/topprefixes/edge/json", &expected);
	assert_true(strcmp(body, expected.text) == 0);
	str_fini(&expected);
	free(body);
	client_stop(&c);
}

/* Many long lists at once: each comes whole, and the turn's budget starves none. */
static void
test_long_lists_at_once(void **state)
{
	struct client c[40];

	(void)state;
	many_routes(5000);
	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		connect_one(&c[i]);
		client_say(&c[i], ASK_TOP);
	}
	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		char *body;

		wait_last_chunk(&c[i]);
		body = dechunk(c[i].in.text);
		assert_int_equal(occurrences(body, "\"prefix\""), 5000);
		free(body);
		client_stop(&c[i]);
	}
}

/* A client that does not read holds up nobody; one that goes away leaves nothing. */
static void
test_slow_and_gone_readers(void **state)
{
	struct client slow, gone, other;
	size_t before;

	(void)state;
	many_routes(60000);
	connect_one(&slow);
	ev_io_stop(loop, &slow.io);
	before = mem_used(MEM_HTTP);
	client_say(
	    &slow, "GET /bgp/topprefixes/edge/json?maxPrefixes=60000 HTTP/1.1\r\nHost: x\r\n\r\n");
	connect_one(&gone);
	client_say(&gone, ASK_TOP);
	wait_for(&gone, "topPrefixes", 1);
	client_stop(&gone);

	connect_one(&other);
	for (size_t i = 1; i <= 50; i++) {
		client_say(&other, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
		wait_for(&other, "ok\n", i);
	}
	client_stop(&other);

	ev_io_start(loop, &slow.io);
	wait_last_chunk(&slow);
	assert_int_equal(occurrences(slow.in.text, "\"prefix\""), 60000);
	client_stop(&slow);
	/* The connections are gone when the server has seen their ends. */
	while (mem_used(MEM_HTTP) > before)
		ev_run(loop, EVRUN_ONCE);
}

static void
test_many_connections(void **state)
{
	static struct client c[200];
	char path[100];
	size_t refused = 0;
	struct client operator;

	(void)state;
	snprintf(path, sizeof(path), "%s/full.sock", directory);
	assert_int_equal(web_http_listen_unix(http, path), 0);
	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		connect_one(&c[i]);
		client_say(&c[i], "GET /version HTTP/1.1\r\nHost: x\r\n\r\n");
	}
	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		while (!c[i].closed && occurrences(c[i].in.text, "0.1-test") == 0)
			ev_run(loop, EVRUN_ONCE);
		refused += c[i].closed;
	}
	assert_int_equal(refused, ARRAY_LEN(c) - 112);

	/* The operator's own way in is kept. */
	client_unix(&operator, path);
	client_say(&operator, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
	wait_for(&operator, "ok\n", 1);
	client_stop(&operator);

	for (size_t i = 0; i < ARRAY_LEN(c); i++)
		client_stop(&c[i]);
	/* And TCP works again. */
	for (bool served = false; !served;) {
		connect_one(&c[0]);
		client_say(&c[0], "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
		while (!c[0].closed && occurrences(c[0].in.text, "ok\n") == 0)
			ev_run(loop, EVRUN_ONCE);
		served = !c[0].closed;
		client_stop(&c[0]);
	}
}

static void
test_ipv6(void **state)
{
	struct ip_addr loopback;
	struct client c;
	int err;

	(void)state;
	assert_true(ip_parse("::1", &loopback));
	err = web_http_listen(http, &loopback, 0);
	if (err == -EADDRNOTAVAIL || err == -EAFNOSUPPORT) {
		print_message("no IPv6 here\n");
		skip();
	}
	assert_int_equal(err, 0);
	client_tcp(&c, IP_V6, web_http_port(http, 1));
	client_say(&c, "GET /version HTTP/1.1\r\nHost: [::1]\r\n\r\n");
	wait_for(&c, "0.1-test", 1);
	client_stop(&c);
	/* The same port cannot be had twice. */
	assert_int_equal(web_http_listen(http, &loopback, web_http_port(http, 1)), -EADDRINUSE);
}

static void
test_unix_socket(void **state)
{
	char path[100], file[100], longer[300];
	struct web_backend backend = web_fake_backend(&fake);
	struct web_http *second;
	struct client c;
	struct stat st;
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "%s/a.sock", directory);
	assert_int_equal(web_http_listen_unix(http, path), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0660);
	client_unix(&c, path);
	client_say(&c, "GET /version HTTP/1.1\r\nHost: x\r\n\r\n");
	wait_for(&c, "0.1-test", 1);
	client_say(&c, "POST /api/v1/neighbor/reflector/refresh HTTP/1.1\r\nHost: x\r\n"
		       "Content-Length: 0\r\n\r\n");
	wait_for(&c, "asked for", 1);
	assert_string_equal(fake.commanded, "reflector");
	client_say(&c, "GARBAGE\r\n\r\n");
	wait_closed(&c);
	client_stop(&c);

	/* A living one is left alone. */
	second = web_http_new(loop, &backend);
	assert_int_equal(web_http_listen_unix(second, path), -EADDRINUSE);
	web_http_free(second);
	assert_int_equal(stat(path, &st), 0);

	/* A file that is no socket, too; a path that does not fit is said to be so. */
	snprintf(file, sizeof(file), "%s/file", directory);
	fd = open(file, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(web_http_listen_unix(http, file), -EEXIST);
	assert_int_equal(unlink(file), 0);
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(web_http_listen_unix(http, longer), -ENAMETOOLONG);
}

static void
test_stale_unix_socket(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct web_backend backend = web_fake_backend(&fake);
	struct web_http *first, *second;
	struct client c;
	struct stat st;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	snprintf(un.sun_path, sizeof(un.sun_path), "%s/stale.sock", directory);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	close(fd);
	assert_int_equal(stat(un.sun_path, &st), 0);

	first = web_http_new(loop, &backend);
	assert_int_equal(web_http_listen_unix(first, un.sun_path), 0);
	client_unix(&c, un.sun_path);
	client_say(&c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
	wait_for(&c, "ok\n", 1);
	client_stop(&c);

	/* Whoever goes removes its own file, not its successor's. */
	assert_int_equal(unlink(un.sun_path), 0);
	second = web_http_new(loop, &backend);
	assert_int_equal(web_http_listen_unix(second, un.sun_path), 0);
	web_http_free(first);
	assert_int_equal(stat(un.sun_path, &st), 0);
	web_http_free(second);
	assert_int_equal(stat(un.sun_path, &st), -1);
}

static int
make_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) != NULL ? 0 : -1;
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
		SERVER_TEST(test_keep_alive_and_headers),
		SERVER_TEST(test_pipelined),
		SERVER_TEST(test_byte_by_byte),
		SERVER_TEST(test_methods),
		SERVER_TEST(test_not_modified),
		SERVER_TEST(test_bodies),
		SERVER_TEST(test_garbage),
		SERVER_TEST(test_half_requests),
		SERVER_TEST(test_huge_targets_and_headers),
		SERVER_TEST(test_long_list),
		SERVER_TEST(test_long_lists_at_once),
		SERVER_TEST(test_slow_and_gone_readers),
		SERVER_TEST(test_many_connections),
		SERVER_TEST(test_ipv6),
		SERVER_TEST(test_unix_socket),
		SERVER_TEST(test_stale_unix_socket),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
