/* SPDX-License-Identifier: Apache-2.0 */
#include "control/app_listen_io.h"

#include <string.h>

#include "lib/mem.h"
#include "webui/http_io.h"

/* Report a listener that could not be opened; true when it could. */
static bool
listening(const char *what, const struct config_endpoint *e, int error)
{
	char text[IP_TEXT_MAX];

	ip_format(&e->address, text);
	if (error == 0) {
		log_info("main", "listening=%s address=%s port=%u", what, text, e->port);
		return true;
	}
	log_error("main", "listening=%s address=%s port=%u error=\"%s\"", what, text, e->port,
	    strerror(-error));
	return false;
}

static bool
open_listeners(struct app *app)
{
	const struct config *c = app->config;
	bool ok = true;
	int error;

	for (size_t i = 0; i < c->n_bgp_listen; i++)
		ok &= listening("bgp", &c->bgp_listen[i],
		    bgp_speaker_listen(
			app->speaker, &c->bgp_listen[i].address, c->bgp_listen[i].port));
	for (size_t i = 0; i < c->n_sflow_listen; i++)
		ok &= listening("sflow", &c->sflow_listen[i],
		    sflow_udp_listen(
			app->udp, &c->sflow_listen[i].address, c->sflow_listen[i].port));
	for (size_t i = 0; i < c->n_http_listen; i++)
		ok &= listening("http", &c->http_listen[i],
		    web_http_listen(app->http, &c->http_listen[i].address, c->http_listen[i].port));
	error = web_http_listen_unix(app->http, c->socket);
	if (error != 0) {
		log_error(
		    "main", "listening=http socket=%s error=\"%s\"", c->socket, strerror(-error));
		ok = false;
	}
	return ok;
}

static bool
start_forwarding(struct app *app)
{
	const struct config *c = app->config;
	struct sflow_forward *to = mem_calloc(MEM_MISC, c->n_forwards, sizeof(*to));
	int error;

	for (size_t i = 0; i < c->n_forwards; i++)
		to[i] = (struct sflow_forward){ .address = c->forwards[i].to.address,
			.port = c->forwards[i].to.port };
	error = sflow_udp_forward(app->udp, to, c->n_forwards);
	mem_free(MEM_MISC, to);
	if (error != 0)
		log_error("main", "sflow forwarding error=\"%s\"", strerror(-error));
	return error == 0;
}

bool
app_listen(struct app *app)
{
	return open_listeners(app) && start_forwarding(app);
}
