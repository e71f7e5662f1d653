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
	asset web_app_js, "webui/app/app.js"
	asset web_app_css, "webui/app/app.css"
	asset web_icon_svg, "webui/app/icon.svg"

	.section .note.GNU-stack, "", %progbits
