/* SPDX-License-Identifier: Apache-2.0 */
/* sFlow-RT's properties: whatever they say, what is given out is a valid configuration. */
#include <string.h>

#include "control/config/config.h"
#include "control/config/import.h"

#define OWN_FAULT "fuzz:1: the result would not be valid"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text, out, faults, again;
	struct config *c;

	str_init(&text, MEM_CONFIG);
	str_init(&out, MEM_CONFIG);
	str_init(&faults, MEM_CONFIG);
	str_init(&again, MEM_CONFIG);
	str_add_n(&text, (const char *)data, size);
	if (import_properties(text.text, "fuzz", &out, &faults)) {
		c = config_parse_text(out.text, "imported", &again);
		ASSERT(c != NULL);
		config_free(c);
	} else {
		ASSERT(out.len == 0 && faults.len > 0);
		/* Not a fault of our own making: good keys that become something bad. */
		ASSERT(strncmp(faults.text, OWN_FAULT, strlen(OWN_FAULT)) != 0);
		ASSERT(strstr(faults.text, "\n" OWN_FAULT) == NULL);
	}
	str_fini(&text);
	str_fini(&out);
	str_fini(&faults);
	str_fini(&again);
	ASSERT(mem_used(MEM_CONFIG) == 0);
	return 0;
}
