/* SPDX-License-Identifier: Apache-2.0 */
/* The files of webui/app as they are; the paths are from the top of the tree. */
	.section .rodata

	.macro asset name, file
	.global \name
	.global \name\()_end
\name:
	.incbin "\file"
\name\()_end:
	.byte 0
	.endm

	asset web_index_html, "webui/app/index.html"
	asset web_app_css, "webui/app/app.css"
	asset web_app_js, "webui/app/app.js"
	asset web_ask_js, "webui/app/ask.js"
	asset web_curve_js, "webui/app/curve.js"
	asset web_dom_js, "webui/app/dom.js"
	asset web_explain_js, "webui/app/explain.js"
	asset web_icon_svg, "webui/app/icon.svg"
	asset web_selection_js, "webui/app/selection.js"
	asset web_text_js, "webui/app/text.js"
	asset web_view_js, "webui/app/view.js"
	asset web_whatif_js, "webui/app/whatif.js"

	.section .note.GNU-stack, "", %progbits
