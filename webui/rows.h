/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the long lists, and a single route as the same JSON. */
#ifndef WEBUI_ROWS_H
#define WEBUI_ROWS_H

#include "webui/answer.h"
#include "webui/backend.h"
#include "webui/route.h"

/* Append what format(span, '-', buf, size) writes, whatever its length. */
typedef size_t web_format_fn(struct span span, char separator, char *buf, size_t size);
void web_formatted_add(struct str *out, struct span span, web_format_fn *format);

/* A topPrefixes entry without its closing brace, keys in order; `extended`: with "installed". */
void web_route_add(struct str *out, const struct web_route *route, double value,
    const struct ip_prefix *parent /* NULL: not covered */, bool extended);

/* The ranked rows of `top`, which is taken: attributes are looked up row by row as they are sent,
 * and a prefix withdrawn meanwhile is left out. `app` counts the rows until they are freed. With
 * `extended`, each says too whether it is installed, which sFlow-RT's do not. */
struct web_rows *web_rows_top(
    struct web_app *app, size_t router, struct web_top *top, bool extended);

/* What ports hold now; `app` counts the rows until they are freed. */
struct web_rows *web_rows_installed(struct web_app *app);

/* The walk over what is not in the kernel as it should be. */
struct web_rows *web_rows_differences(struct web_app *app);

/* A router's table as MRT, from the start; `families` are those wanted. */
struct web_rows *web_rows_dump(
    struct web_app *app, size_t router, const bool families[static IP_FAMILIES]);

#endif
