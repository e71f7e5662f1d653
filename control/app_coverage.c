/* SPDX-License-Identifier: Apache-2.0 */
#include "control/app_coverage.h"

#define SLICE_RECORDS 1024

static struct coverage_input
input(const struct app *app, enum ip_family family)
{
	struct router *router = target_config(app->target)->router;
	struct target_family_status s;

	target_family_status(app->target, family, &s);
	return (struct coverage_input){ .rib = router_rib(router),
		.family = family,
		.traffic = router_traffic(router, family),
		.held = target_held(app->target, family),
		.default_action = s.default_action,
		.now = app->now };
}

const struct coverage *
app_coverage(struct app *app, enum ip_family family)
{
	struct coverage_input in = input(app, family);

	return coverage_read(&app->coverage[family], &in);
}

bool
app_coverage_work(struct app *app)
{
	bool more = false;

	for (int f = 0; f < IP_FAMILIES; f++) {
		struct coverage_input in = input(app, (enum ip_family)f);

		more |= coverage_work(&app->coverage[f], &in, SLICE_RECORDS);
	}
	return more;
}
