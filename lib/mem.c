/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/mem.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t used[MEM_TAGS];
static uint64_t calls;

static const char *const names[MEM_TAGS] = {
	[MEM_MISC] = "misc",
	[MEM_TRIE] = "trie",
	[MEM_RIB] = "rib",
	[MEM_ATTRS] = "attrs",
	[MEM_BGP] = "bgp",
	[MEM_SFLOW] = "sflow",
	[MEM_TRAFFIC] = "traffic",
	[MEM_SELECT] = "select",
	[MEM_HTTP] = "http",
	[MEM_KERNEL] = "kernel",
	[MEM_CONFIG] = "config",
};

static NORETURN void
out_of_memory(enum mem_tag tag, size_t count, size_t size)
{
	fprintf(stderr, "out of memory: %s: %zu x %zu bytes\n", names[tag], count, size);
	abort();
}

static void *
counted(enum mem_tag tag, void *ptr, size_t count, size_t size)
{
	if (ptr == NULL)
		out_of_memory(tag, count, size);
	used[tag] += (int64_t)malloc_usable_size(ptr);
	calls++;
	return ptr;
}

void *
mem_alloc(enum mem_tag tag, size_t size)
{
	return counted(tag, calloc(1, size > 0 ? size : 1), 1, size);
}

void *
mem_calloc(enum mem_tag tag, size_t count, size_t size)
{
	return counted(tag, calloc(count > 0 ? count : 1, size > 0 ? size : 1), count, size);
}

void *
mem_resize(enum mem_tag tag, void *ptr, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		out_of_memory(tag, count, size);
	used[tag] -= (int64_t)malloc_usable_size(ptr);
	return counted(tag, realloc(ptr, bytes > 0 ? bytes : 1), count, size);
}

char *
mem_strdup(enum mem_tag tag, const char *text)
{
	return counted(tag, strdup(text), 1, strlen(text) + 1);
}

void
mem_free(enum mem_tag tag, void *ptr)
{
	used[tag] -= (int64_t)malloc_usable_size(ptr);
	free(ptr);
}

void
mem_account(enum mem_tag tag, int64_t bytes)
{
	used[tag] += bytes;
}

uint64_t
mem_calls(void)
{
	return calls;
}

size_t
mem_used(enum mem_tag tag)
{
	ASSERT(used[tag] >= 0);
	return (size_t)used[tag];
}

const char *
mem_tag_name(enum mem_tag tag)
{
	return names[tag];
}
