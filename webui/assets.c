/* SPDX-License-Identifier: Apache-2.0 */
/* The page and its parts, linked in by assets_data.S. */
#include <stdio.h>
#include <string.h>

#include "lib/hash.h"
#include "webui/api.h"

extern const char web_index_html[], web_index_html_end[];
extern const char web_app_js[], web_app_js_end[];
extern const char web_app_css[], web_app_css_end[];
extern const char web_icon_svg[], web_icon_svg_end[];

static const struct asset {
	const char *path;
	const char *content_type;
	const char *start, *end;
} assets[] = {
	{ "/", "text/html; charset=utf-8", web_index_html, web_index_html_end },
	{ "/app.js", "text/javascript; charset=utf-8", web_app_js, web_app_js_end },
	{ "/app.css", "text/css; charset=utf-8", web_app_css, web_app_css_end },
	{ "/icon.svg", "image/svg+xml", web_icon_svg, web_icon_svg_end },
};

void
web_api_asset(struct web_call *call, struct web_answer *a)
{
	const struct asset *asset = assets;

	while (strcmp(asset->path, call->row->pattern) != 0) {
		asset++;
		ASSERT(asset < assets + ARRAY_LEN(assets));
	}
	a->content_type = asset->content_type;
	/* Kept by the browser, but asked about each time: an upgraded daemon shows its own page. */
	a->cache_control = "no-cache";
	a->asset = asset->start;
	a->asset_len = (size_t)(asset->end - asset->start);
	snprintf(a->etag, sizeof(a->etag), "\"%016llx\"",
	    (unsigned long long)hash_bytes(a->asset, a->asset_len, 0));
}
