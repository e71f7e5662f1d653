/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Old listeners close before new ones open, since 0.0.0.0 and 127.0.0.1 do not go together on one
 * port. What was done is kept in a list, to be undone from its end.
 */
#include "control/app_listen_io.h"

#include <string.h>

#include "lib/mem.h"
#include "webui/http_io.h"

enum door {
	DOOR_BGP,
	DOOR_SFLOW,
	DOOR_HTTP,
	DOORS
};

static const char *const door_names[DOORS] = { "bgp", "sflow", "http" };

struct step {
	enum door door;
	struct config_endpoint at;
	bool opens;
};

struct steps {
	struct step *list;
	size_t n, cap;
};

struct endpoints {
	const struct config_endpoint *list;
	size_t n;
};

static struct endpoints
endpoints_of(const struct config *c, enum door door)
{
	if (c == NULL)
		return (struct endpoints){ NULL, 0 };
	switch (door) {
	case DOOR_BGP: return (struct endpoints){ c->bgp_listen, c->n_bgp_listen };
	case DOOR_SFLOW: return (struct endpoints){ c->sflow_listen, c->n_sflow_listen };
	default: return (struct endpoints){ c->http_listen, c->n_http_listen };
	}
}

static bool
has(const struct endpoints *list, const struct config_endpoint *e)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->list[i].port == e->port && ip_equal(&list->list[i].address, &e->address))
			return true;
	return false;
}

static int
open_door(struct app *app, enum door door, const struct config_endpoint *e)
{
	char text[IP_TEXT_MAX];
	int error = 0;

	switch (door) {
	case DOOR_BGP: error = bgp_speaker_listen(app->speaker, &e->address, e->port); break;
	case DOOR_SFLOW: error = sflow_udp_listen(app->udp, &e->address, e->port); break;
	default: error = web_http_listen(app->http, &e->address, e->port);
	}
	if (error == 0)
		log_info("main", "listening=%s address=%s port=%u", door_names[door],
		    ip_format(&e->address, text), e->port);
	return error;
}

static void
close_door(struct app *app, enum door door, const struct config_endpoint *e)
{
	char text[IP_TEXT_MAX];

	switch (door) {
	case DOOR_BGP: bgp_speaker_unlisten(app->speaker, &e->address, e->port); break;
	case DOOR_SFLOW: sflow_udp_unlisten(app->udp, &e->address, e->port); break;
	default: web_http_unlisten(app->http, &e->address, e->port);
	}
	log_info("main", "not-listening=%s address=%s port=%u", door_names[door],
	    ip_format(&e->address, text), e->port);
}

static void
done(struct steps *s, enum door door, const struct config_endpoint *e, bool opens)
{
	if (s->n == s->cap) {
		s->cap = s->cap == 0 ? 8 : s->cap * 2;
		s->list = mem_resize(MEM_MISC, s->list, s->cap, sizeof(*s->list));
	}
	s->list[s->n++] = (struct step){ door, *e, opens };
}

static void
close_old(struct app *app, enum door door, const struct endpoints *from, const struct endpoints *to,
    struct steps *steps)
{
	for (size_t i = 0; i < from->n; i++) {
		if (has(to, &from->list[i]))
			continue;
		close_door(app, door, &from->list[i]);
		done(steps, door, &from->list[i], false);
	}
}

static bool
open_new(struct app *app, enum door door, const struct endpoints *from, const struct endpoints *to,
    struct steps *steps, struct str *faults)
{
	char text[IP_TEXT_MAX];
	bool ok = true;

	for (size_t i = 0; i < to->n; i++) {
		const struct config_endpoint *e = &to->list[i];
		int error = has(from, e) ? 0 : open_door(app, door, e);

		if (error != 0)
			str_addf(faults, "cannot listen for %s at %s port %u: %s\n",
			    door_names[door], ip_format(&e->address, text), e->port,
			    strerror(-error));
		else if (!has(from, e))
			done(steps, door, e, true);
		ok &= error == 0;
	}
	return ok;
}

static void
undo(struct app *app, const struct steps *steps)
{
	for (size_t i = steps->n; i-- > 0;) {
		const struct step *s = &steps->list[i];

		if (s->opens) {
			close_door(app, s->door, &s->at);
		} else {
			int error = open_door(app, s->door, &s->at);

			if (error != 0) /* somebody was quick */
				log_error("main", "not-listening=%s port=%u error=\"%s\"",
				    door_names[s->door], s->at.port, strerror(-error));
		}
	}
}

static bool
same_socket(const struct config *from, const struct config *to)
{
	return from != NULL && strcmp(from->socket, to->socket) == 0;
}

static bool
open_socket(struct app *app, const struct config *from, const struct config *to, struct str *faults)
{
	int error = same_socket(from, to) ? 0 : web_http_listen_unix(app->http, to->socket);

	if (error != 0)
		str_addf(faults, "cannot listen at %s: %s\n", to->socket, strerror(-error));
	return error == 0;
}

static bool
forward(struct app *app, const struct config *c, struct str *faults)
{
	struct sflow_forward *to = mem_calloc(MEM_MISC, c->n_forwards, sizeof(*to));
	int error;

	for (size_t i = 0; i < c->n_forwards; i++)
		to[i] = (struct sflow_forward){ .address = c->forwards[i].to.address,
			.port = c->forwards[i].to.port };
	error = sflow_udp_forward(app->udp, to, c->n_forwards);
	mem_free(MEM_MISC, to);
	if (error != 0)
		str_addf(faults, "cannot forward sFlow: %s\n", strerror(-error));
	return error == 0;
}

bool
app_listen(struct app *app, const struct config *from, const struct config *to, struct str *faults)
{
	struct steps steps = { .list = NULL };
	bool ok = true;

	for (int d = 0; d < DOORS; d++) {
		struct endpoints old = endpoints_of(from, (enum door)d);
		struct endpoints new = endpoints_of(to, (enum door)d);

		close_old(app, (enum door)d, &old, &new, &steps);
		ok &= open_new(app, (enum door)d, &old, &new, &steps, faults);
	}
	ok = ok && open_socket(app, from, to, faults);
	if (ok && !forward(app, to, faults)) {
		ok = false;
		if (!same_socket(from, to))
			web_http_unlisten_unix(app->http, to->socket);
	}
	if (!ok)
		undo(app, &steps);
	else if (from != NULL && !same_socket(from, to))
		web_http_unlisten_unix(app->http, from->socket);
	mem_free(MEM_MISC, steps.list);
	return ok;
}
