/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/figure.h"

#include <stdbool.h>
#include <stdio.h>

void
figure_print(const struct figure *f)
{
	bool aimed = f->goal != FIGURE_NOTE && f->target >= 0;
	bool met = f->goal == FIGURE_AT_LEAST ? f->value >= f->target : f->value <= f->target;

	printf("{\"id\":\"%s\",\"value\":%.8g,\"unit\":\"%s\",", f->id, f->value, f->unit);
	if (f->anchor != NULL)
		printf("\"anchor\":\"%s\",\"anchor_value\":%.6g,", f->anchor, f->anchor_value);
	else
		printf("\"anchor\":null,\"anchor_value\":null,");
	if (aimed)
		printf("\"target\":%.6g,\"met\":%s", f->target, met ? "true" : "false");
	else
		printf("\"target\":null,\"met\":null");
	if (f->data != NULL)
		printf(",\"data\":\"%s\"", f->data);
	printf("}\n");
	fflush(stdout);
}
