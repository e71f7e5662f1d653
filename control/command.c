/* SPDX-License-Identifier: Apache-2.0 */
#include "control/command.h"

#include <string.h>

static struct app_neighbor *
neighbor_by_name(const struct app *app, const char *name)
{
	for (size_t i = 0; i < app->n_neighbors; i++)
		if (strcmp(app->neighbors[i]->config->bgp.name, name) == 0)
			return app->neighbors[i];
	return NULL;
}

enum web_outcome
command_refresh(void *ctx, const char *neighbor, const char **why)
{
	const struct app_neighbor *n = neighbor_by_name(ctx, neighbor);
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
