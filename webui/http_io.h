/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP server: libmicrohttpd run inside the libev loop through its epoll descriptor, on TCP
 * addresses and on a unix socket, all serving the same routes.
 */
#ifndef WEBUI_HTTP_IO_H
#define WEBUI_HTTP_IO_H

#include "webui/backend.h"

struct ev_loop;
struct web_http;

/* The backend is copied; its ctx is the caller's. */
struct web_http *web_http_new(struct ev_loop *loop, const struct web_backend *backend);
void web_http_free(struct web_http *h);

/* 0 or -errno. */
MUST_CHECK int web_http_listen(struct web_http *h, const struct ip_addr *address, uint16_t port);

/* Listen on a unix socket at `path`, mode 0660. A stale socket file is replaced; one that a living
 * process answers on gives -EADDRINUSE. The file is removed by web_http_free(). */
MUST_CHECK int web_http_listen_unix(struct web_http *h, const char *path);

/* Listen there no more; connections that are open stay open. The file of a unix socket is removed.
 * False where it was not listened on. */
bool web_http_unlisten(struct web_http *h, const struct ip_addr *address, uint16_t port);
bool web_http_unlisten_unix(struct web_http *h, const char *path);

/* The port of the i-th TCP address listened on, for one that was asked for as 0. */
uint16_t web_http_port(const struct web_http *h, size_t i);

struct web_http_stats {
	uint64_t requests;
	uint64_t errors_4xx, errors_5xx; /* answers by class */
	uint64_t malformed;              /* connections closed for not speaking HTTP */
};
void web_http_stats(const struct web_http *h, struct web_http_stats *out);

#endif
