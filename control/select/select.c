/* SPDX-License-Identifier: Apache-2.0 */
#include "control/select/select.h"

#include <stdlib.h>

#include "lib/mem.h"

void
selection_init(struct selection *s)
{
	*s = (struct selection){ 0 };
}

void
selection_fini(struct selection *s)
{
	mem_free(MEM_SELECT, s->entries);
	*s = (struct selection){ 0 };
}

static int
by_prefix(const void *a, const void *b)
{
	const struct select_entry *x = a, *y = b;

	return prefix_cmp(&x->prefix, &y->prefix);
}

static int
by_rate(const void *a, const void *b)
{
	const struct select_entry *x = a, *y = b;

	if (x->rate_bps != y->rate_bps)
		return x->rate_bps > y->rate_bps ? -1 : 1;
	return prefix_cmp(&x->prefix, &y->prefix);
}

static void
sort(struct selection *s, int (*cmp)(const void *, const void *))
{
	if (s->n > 0)
		qsort(s->entries, s->n, sizeof(*s->entries), cmp);
}

void
selection_sort_by_prefix(struct selection *s)
{
	sort(s, by_prefix);
}

void
selection_sort_by_rate(struct selection *s)
{
	sort(s, by_rate);
}
