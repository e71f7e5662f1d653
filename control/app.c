/* SPDX-License-Identifier: Apache-2.0 */
#include "control/app.h"

#include <string.h>

struct router *
app_find_router(const struct app *app, const char *name)
{
	for (size_t i = 0; i < app->n_routers; i++)
		if (strcmp(router_name(app->routers[i]), name) == 0)
			return app->routers[i];
	return NULL;
}

struct app_neighbor *
app_find_neighbor(const struct app *app, const char *name)
{
	for (size_t i = 0; i < app->n_neighbors; i++)
		if (strcmp(app->neighbors[i]->config->bgp.name, name) == 0)
			return app->neighbors[i];
	return NULL;
}
