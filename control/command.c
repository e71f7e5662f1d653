/* SPDX-License-Identifier: Apache-2.0 */
#include "control/command.h"

#include "control/events.h"
#include "lib/log.h"

enum web_outcome
command_refresh(void *ctx, const char *neighbor, const char **why)
{
	const struct app_neighbor *n = app_find_neighbor(ctx, neighbor);
	bool asked = false;

	*why = "there is no neighbour of this name";
	if (n == NULL)
		return WEB_UNKNOWN;
	*why = "nothing is learned from a push neighbour; it asks us when it wants to";
	if (n->config->bgp.role != BGP_LEARN)
		return WEB_REFUSED;
	*why = "the session is not established";
	if (!bgp_neighbor_established(n->bgp))
		return WEB_REFUSED;
	for (int f = 0; f < IP_FAMILIES; f++)
		asked |= bgp_neighbor_request_refresh(n->bgp, (enum ip_family)f);
	*why = "the neighbour does not know route refresh";
	return asked ? WEB_DONE : WEB_REFUSED;
}

static enum web_outcome
freeze(struct target *target, bool frozen, const char **why)
{
	*why = "there is no target: nothing is installed";
	if (target == NULL)
		return WEB_REFUSED;
	*why = frozen ? "it is frozen already" : "no operator has frozen it";
	if (target_is_frozen(target) == frozen)
		return WEB_REFUSED;
	target_freeze(target, frozen);
	return WEB_DONE;
}

enum web_outcome
command_freeze(void *ctx, bool frozen, const char *who, const char *reason, const char **why)
{
	struct app *app = ctx;
	enum web_outcome outcome = freeze(app->target, frozen, why);
	const char *what = frozen ? "freeze" : "thaw";

	log_info("audit", "command=%s who=\"%s\" reason=\"%s\" result=\"%s\"", what, who, reason,
	    outcome == WEB_DONE ? "done" : *why);
	if (outcome == WEB_DONE)
		events_raise(app->events, app->now, EVENT_INFO, "command", "%s by %s%s%s", what,
		    who, reason[0] != '\0' ? ": " : "", reason);
	return outcome;
}
