/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the HTTP server: http_io.c has the loop, connections and requests, outgoing_io.c the
 * answers on their way out. */
#ifndef WEBUI_HTTP_PRIV_IO_H
#define WEBUI_HTTP_PRIV_IO_H

#include <ev.h>
#include <microhttpd.h>
#include <sys/stat.h>

#include "webui/http_io.h"
#include "webui/route.h"

#define TURN_US_MAX   1000
#define LISTENERS_MAX 32

struct listener {
	struct ev_io io;
	struct web_http *http;
	char *path; /* unix socket; NULL: TCP, at: */
	struct ip_addr address;
	uint16_t port; /* as it was asked for */
	struct stat made;
};

struct web_http {
	struct ev_loop *loop;
	struct MHD_Daemon *daemon;
	struct ev_io epoll;
	struct ev_timer timeout;      /* libmicrohttpd's */
	struct ev_timer accept_retry; /* after we ran out of descriptors */
	struct ev_timer wait;         /* for `waiting` */
	struct outgoing *waiting;
	struct listener *listeners[LISTENERS_MAX];
	size_t n_listeners;
	size_t n_tcp_connections;
	int64_t dispatch_us, render_us; /* used of this turn */
	struct web_app app;
};

/* An answer on its way out. */
struct outgoing {
	struct web_http *http;
	struct MHD_Connection *mhd;
	struct outgoing *next_waiting;
	struct web_answer answer;
};

struct outgoing *outgoing_new(struct web_http *h);

/* Hand the answer, which is taken, to libmicrohttpd; and close the connection after it. */
enum MHD_Result outgoing_send(struct MHD_Connection *connection, struct outgoing *o, bool close);

/* Those that wait for something are asked again. */
void outgoing_resume(struct web_http *h);

#endif
