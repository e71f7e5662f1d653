/* SPDX-License-Identifier: Apache-2.0 */
/* The page and its parts, linked in by assets_data.S. */
#include <stdio.h>
#include <string.h>

#include "lib/hash.h"
#include "webui/api.h"

#define SCRIPT "text/javascript; charset=utf-8"

/* The page is what has no name. */
#define ASSETS(X)                                                                                  \
	X("", "text/html; charset=utf-8", index_html)                                              \
	X("app.css", "text/css; charset=utf-8", app_css)                                           \
	X("app.js", SCRIPT, app_js)                                                                \
	X("ask.js", SCRIPT, ask_js)                                                                \
	X("curve.js", SCRIPT, curve_js)                                                            \
	X("dom.js", SCRIPT, dom_js)                                                                \
	X("explain.js", SCRIPT, explain_js)                                                        \
	X("icon.svg", "image/svg+xml", icon_svg)                                                   \
	X("selection.js", SCRIPT, selection_js)                                                    \
	X("text.js", SCRIPT, text_js)                                                              \
	X("view.js", SCRIPT, view_js)                                                              \
	X("whatif.js", SCRIPT, whatif_js)

#define DECLARE(name, type, symbol) extern const char web_##symbol[], web_##symbol##_end[];
ASSETS(DECLARE)

#define ROW(name, type, symbol) { name, type, web_##symbol, web_##symbol##_end },
static const struct asset {
	const char *name;
	const char *content_type;
	const char *start, *end;
} assets[] = { ASSETS(ROW) };

void
web_api_asset(struct web_call *call, struct web_answer *a)
{
	const struct asset *asset = assets;

	while (strcmp(asset->name, call->name) != 0) {
		if (++asset == assets + ARRAY_LEN(assets)) {
			web_answer_error(a, 404, "the page has no part \"%s\"", call->name);
			return;
		}
	}
	a->content_type = asset->content_type;
	/* Kept by the browser, but asked about each time: an upgraded daemon shows its own page. */
	a->cache_control = "no-cache";
	a->asset = asset->start;
	a->asset_len = (size_t)(asset->end - asset->start);
	snprintf(a->etag, sizeof(a->etag), "\"%016llx\"",
	    (unsigned long long)hash_bytes(a->asset, a->asset_len, 0));
}
