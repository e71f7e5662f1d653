/* SPDX-License-Identifier: Apache-2.0 */
/* One value of a setting between its text and the field that holds it. */
#ifndef CONTROL_CONFIG_VALUE_H
#define CONTROL_CONFIG_VALUE_H

#include "control/config/schema.h"

/* How the value is written. */
enum value_form {
	VALUE_STRING,
	VALUE_NUMBER,
	VALUE_BOOL
};

enum value_form value_form(enum schema_kind kind);

/* Bytes of an array's element, for the kinds that come in arrays; 0 for SCHEMA_FAMILY, all of whose
 * elements are one field. */
size_t value_size(enum schema_kind kind);

/* Text (without quotes) into the field at dst. False, and nothing stored, when it is not a value of
 * this setting. */
MUST_CHECK bool value_parse(const struct schema_row *row, const char *text, void *dst);

/* False where nothing is to be printed: an optional setting that was not given, and secrets. */
bool value_present(const struct schema_row *row, const void *src);

/* The field as libconfig wants it, strings in quotes. */
void value_print(const struct schema_row *row, const void *src, struct str *out);

/* Text in quotes, with what needs it escaped. */
void value_quote(const char *text, struct str *out);

/* What value_parse() takes, in words: "an integer 1..65535". */
void value_describe(const struct schema_row *row, struct str *out);

#endif
