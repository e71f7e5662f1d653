/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of a struct's uint64_t counters and the names they are shown by. */
#ifndef WEBUI_FIELD_H
#define WEBUI_FIELD_H

#include <string.h>

#include "webui/json.h"

struct web_field {
	const char *name; /* NULL ends a table */
	size_t offset;    /* of a uint64_t in the table's struct */
};

static inline uint64_t
web_field_get(const struct web_field *f, const void *base)
{
	uint64_t value;

	memcpy(&value, (const char *)base + f->offset, sizeof(value));
	return value;
}

static inline void
web_json_fields(json_t *object, const struct web_field *table, const void *base)
{
	for (; table->name != NULL; table++)
		web_json_count(object, table->name, web_field_get(table, base));
}

#endif
