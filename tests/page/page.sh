#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The unit tests of the page's own logic, which want Node.js.
if ! command -v node >/dev/null; then
	echo 1..1
	echo "ok 1 - the page # SKIP node is not installed"
	exit 0
fi
exec node "$(dirname "$0")/test_page.js"
