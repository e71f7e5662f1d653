/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON as this room writes it: objects through jansson, keys sorted; the rows of long lists
 * straight into text. Numbers carry 15 significant digits and are always finite: NaN and
 * infinities, which JSON cannot say, are written as 0.
 */
#ifndef WEBUI_JSON_H
#define WEBUI_JSON_H

#include <jansson.h>

#include "lib/ip.h"
#include "lib/str.h"

/* Members of an object. Text that is not UTF-8 (a peer's shutdown message may be anything) has each
 * offending byte replaced by U+FFFD; NULL becomes null. */
void web_json_text(json_t *object, const char *key, const char *text);
void web_json_count(json_t *object, const char *key, uint64_t value);
void web_json_real(json_t *object, const char *key, double value);
void web_json_bool(json_t *object, const char *key, bool value);
void web_json_addr(json_t *object, const char *key, const struct ip_addr *a);
void web_json_id(json_t *object, const char *key, uint32_t bgp_id); /* dotted quad */

/* A text value, as web_json_text makes it. */
json_t *web_json_string(const char *text);

/* Compact text of a value. */
void web_json_dump(const json_t *value, struct str *out);

/* A value in the text of a row. */
void web_row_real(struct str *out, double value);
void web_row_text(struct str *out, const char *text);

#endif
