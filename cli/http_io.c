/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/http_io.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>

/* A daemon gone mad shall not take our memory: the longest true answer, a whole table, is less. */
#define BODY_MAX (size_t)(512 * 1024 * 1024)

/* Where an answer goes. */
struct sink {
	CURL *curl;
	struct str *body;
	FILE *to; /* of a 200, where not NULL */
};

static size_t
on_body(char *data, size_t size, size_t n, void *cls)
{
	const struct sink *sink = cls;
	struct str *body = sink->body;
	long status = 0;

	curl_easy_getinfo(sink->curl, CURLINFO_RESPONSE_CODE, &status);
	if (sink->to != NULL && status == 200)
		return fwrite(data, size, n, sink->to) * size;
	if (n * size > BODY_MAX - body->len)
		return 0;
	str_add_n(body, data, n * size);
	return n * size;
}

static void
explain(const struct cli *cli, CURLcode code, long os_error, char error[static 256])
{
	if (code != CURLE_COULDNT_CONNECT) {
		snprintf(error, 256, "the daemon at %s broke off: %s", cli->socket,
		    curl_easy_strerror(code));
		return;
	}
	snprintf(error, 256, "no daemon at %s: %s%s", cli->socket,
	    os_error != 0 ? strerror((int)os_error) : curl_easy_strerror(code),
	    os_error == EACCES ? " (only root and the socket's group may ask)"
			       : " (is hotfibd running?)");
}

/* One request; of a POST the body is empty. */
static int
request(const struct cli *cli, bool post, const char *path, FILE *to, struct str *body,
    long *status, char error[static 256])
{
	CURL *curl = curl_easy_init();
	struct sink sink = { .curl = curl, .body = body, .to = to };
	long os_error = 0;
	struct str url;
	CURLcode code;

	if (curl == NULL) {
		snprintf(error, 256, "libcurl does not start");
		return -1;
	}
	str_init(&url, MEM_MISC);
	str_addf(&url, "http://hotfib%s", path);
	curl_easy_setopt(curl, CURLOPT_URL, url.text);
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, cli->socket);
	if (post)
		curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, "");
	curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* whatever http_proxy says */
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 5L);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 60L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &sink);
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
	curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &os_error);
	curl_easy_cleanup(curl);
	str_fini(&url);
	if (code == CURLE_OK)
		return 0;
	explain(cli, code, os_error, error);
	return -1;
}

int
cli_http_get(
    const struct cli *cli, const char *path, struct str *body, long *status, char error[static 256])
{
	return request(cli, false, path, NULL, body, status, error);
}

int
cli_http_post(
    const struct cli *cli, const char *path, struct str *body, long *status, char error[static 256])
{
	return request(cli, true, path, NULL, body, status, error);
}

int
cli_http_download(const struct cli *cli, const char *path, FILE *to, struct str *body, long *status,
    char error[static 256])
{
	return request(cli, false, path, to, body, status, error);
}
