/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a state file. What is read is written and read again, and is the same. */
#include <stdlib.h>
#include <string.h>

#include "control/state.h"
#include "lib/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct state s = { 0 }, back = { 0 };

	if (state_read_body(data, size, &s) == NULL) {
		size_t len, again;
		uint8_t *first = state_write(&s, &len), *second;

		if (state_read(first, len, &back) != NULL)
			abort();
		second = state_write(&back, &again);
		if (len != again || memcmp(first, second, len) != 0)
			abort();
		mem_free(MEM_MISC, first);
		mem_free(MEM_MISC, second);
		state_fini(&back);
	}
	state_fini(&s);
	return 0;
}
