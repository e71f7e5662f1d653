/* SPDX-License-Identifier: Apache-2.0 */
#include "control/command.h"

#include "bgpd/proto.h"
#include "control/events.h"
#include "lib/log.h"

static enum web_outcome
refresh(const struct app_neighbor *n, const char **why)
{
	bool asked = false;

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
run(struct app_neighbor *n, enum web_neighbor_command command, const char *text, const char **why)
{
	struct bgp_speaker *s = n->app->speaker;
	struct bgp_neighbor_status status;

	switch (command) {
	case WEB_NEIGHBOR_REFRESH: return refresh(n, why);
	case WEB_NEIGHBOR_RESET:
		bgp_neighbor_status(n->bgp, &status);
		*why = "it is disabled; enable it";
		if (status.disabled)
			return WEB_REFUSED;
		bgp_speaker_reset(s, n->bgp, BGP_CEASE_RESET, text);
		return WEB_DONE;
	case WEB_NEIGHBOR_DISABLE:
		*why = "it is disabled already";
		n->disabled = true;
		return bgp_speaker_disable(s, n->bgp, text) ? WEB_DONE : WEB_REFUSED;
	case WEB_NEIGHBOR_ENABLE:
		*why = "it is not disabled";
		n->disabled = false;
		return bgp_speaker_enable(s, n->bgp) ? WEB_DONE : WEB_REFUSED;
	}
	return WEB_REFUSED;
}

enum web_outcome
command_neighbor(void *ctx, enum web_neighbor_command command, const char *neighbor,
    const char *who, const char *reason, const char **why)
{
	static const char *const names[] = { [WEB_NEIGHBOR_REFRESH] = "refresh",
		[WEB_NEIGHBOR_RESET] = "reset",
		[WEB_NEIGHBOR_DISABLE] = "disable",
		[WEB_NEIGHBOR_ENABLE] = "enable" };
	struct app *app = ctx;
	struct app_neighbor *n = app_find_neighbor(app, neighbor);
	enum web_outcome outcome = WEB_UNKNOWN;

	*why = "there is no neighbour of this name";
	if (n != NULL)
		outcome = run(n, command, reason[0] != '\0' ? reason : NULL, why);
	log_info("audit", "command=%s neighbor=%s who=\"%s\" reason=\"%s\" result=\"%s\"",
	    names[command], n != NULL ? n->config->bgp.name : "?", who, reason,
	    outcome == WEB_DONE ? "done" : *why);
	if (outcome == WEB_DONE)
		events_raise(app->events, app->now, EVENT_INFO, "command", "%s of %s by %s%s%s",
		    names[command], n->config->bgp.name, who, reason[0] != '\0' ? ": " : "",
		    reason);
	return outcome;
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
