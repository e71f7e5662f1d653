/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration parser. What is valid prints as something that is valid and prints the same;
 * what is not says why; nothing is left behind. Files are not included: which there are is not the
 * fuzzer's business.
 */
#include <string.h>

#include "control/config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
print_and_parse_again(const struct config *c)
{
	struct str printed, again, faults;
	struct config *same;

	str_init(&printed, MEM_CONFIG);
	str_init(&again, MEM_CONFIG);
	str_init(&faults, MEM_CONFIG);
	config_print(c, &printed);
	same = config_parse_text(printed.text, "printed", &faults);
	ASSERT(same != NULL);
	config_print(same, &again);
	ASSERT(strcmp(printed.text, again.text) == 0);
	config_free(same);
	str_fini(&printed);
	str_fini(&again);
	str_fini(&faults);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *c;
	struct str text, faults;

	if (memmem(data, size, "@include", 8) != NULL)
		return 0;
	str_init(&text, MEM_CONFIG);
	str_init(&faults, MEM_CONFIG);
	str_add_n(&text, (const char *)data, size);
	c = config_parse_text(text.text, "fuzz", &faults);
	if (c != NULL)
		print_and_parse_again(c);
	else
		ASSERT(faults.len > 0);
	config_free(c);
	str_fini(&text);
	str_fini(&faults);
	ASSERT(mem_used(MEM_CONFIG) == 0);
	return 0;
}
