/* SPDX-License-Identifier: Apache-2.0 */
#include "control/service_io.h"

#include <string.h>
#include <unistd.h>

#include "control/events.h"
#include "control/notify_io.h"
#include "control/privileges_io.h"
#include "webui/api.h"

#define STATUS_EVERY_S 10

/* Only who writes routes into the kernel needs CAP_NET_ADMIN. */
static bool
needs_net_admin(const struct config *c)
{
	for (size_t i = 0; c->has_target && i < c->target.n_via; i++)
		if (strcmp(c->target.via[i], CONFIG_VIA_NETLINK) == 0)
			return true;
	return false;
}

void
service_started(const struct app *app)
{
	bool needed = needs_net_admin(app->config);
	int r = privileges_settle(needed);

	if (r < 0)
		log_warning("main", "privileges error=\"%s\"", strerror(-r));
	log_info("main", "uid=%u net-admin=%s", geteuid(), privileges_net_admin() ? "yes" : "no");
	if (needed && !privileges_net_admin())
		events_raise(app->events, app->now, EVENT_ERROR, "privileges",
		    "no CAP_NET_ADMIN: the kernel will refuse our routes");
	notify_ready();
}

void
service_tick(const struct app *app, const struct web_backend *backend)
{
	static struct mono next_status;
	struct str summary;

	notify_alive(app->now);
	if (!mono_reached(app->now, next_status))
		return;
	next_status = mono_add_ms(app->now, STATUS_EVERY_S * 1000);
	str_init(&summary, MEM_MISC);
	web_summary(backend, &summary);
	notify_status(summary.text);
	str_fini(&summary);
}

void
service_stopping(void)
{
	notify_stopping();
}
