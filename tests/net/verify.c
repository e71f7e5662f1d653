/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a forwarding table do what the RIB says? Exact, over the whole address space.
 *
 *      verify [-g] RIB FIB     each line "PREFIX NEXTHOP [more]"; a default route is 0.0.0.0/0 or
 * ::/0
 *
 * For every address the FIB must send it to the RIB's next hop, or have no route but a default one;
 * with -g a route to the next hop of the RIB's default is as good as none.
 * Longest matches change only where a prefix starts or ends, so it is enough to look at the first
 * and the last address of each prefix of both tables, and at their neighbours. Wrong addresses are
 * printed (ten of them); status 1 when there is one, 2 when a file cannot be read.
 *
 * A lookup walks the chain of covering prefixes, which table_cover() links once over the sorted
 * table: from the last prefix that starts at or before the address, up until one contains it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ip.h"

#define NONE SIZE_MAX

struct entry {
	struct ip_prefix prefix;
	struct ip_addr nexthop;
	size_t cover; /* the longest prefix around this one */
};

struct table {
	struct entry *entries;
	size_t n, cap;
};

static int
entry_cmp(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return prefix_cmp(&x->prefix, &y->prefix);
}

/* "198.18.0.1", or the part before a zone or anything else of a longer word. */
static bool
nexthop_parse(const char *text, struct ip_addr *out)
{
	char word[IP_TEXT_MAX];

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(text, "%,"), text);
	return ip_parse(word, out);
}

static void
table_add(struct table *t, const struct ip_prefix *p, const struct ip_addr *nexthop)
{
	if (t->n == t->cap) {
		t->cap = t->cap == 0 ? 1024 : t->cap * 2;
		t->entries = realloc(t->entries, t->cap * sizeof(*t->entries));
		if (t->entries == NULL)
			abort();
	}
	t->entries[t->n++] = (struct entry){ .prefix = *p, .nexthop = *nexthop, .cover = NONE };
}

static void
table_cover(struct table *t)
{
	if (t->n > 0)
		qsort(t->entries, t->n, sizeof(*t->entries), entry_cmp);
	for (size_t i = 1; i < t->n; i++) {
		size_t up = i - 1;

		while (
		    up != NONE && !prefix_contains(&t->entries[up].prefix, &t->entries[i].prefix))
			up = t->entries[up].cover;
		t->entries[i].cover = up;
	}
}

static bool
table_read(struct table *t, const char *path)
{
	FILE *f = fopen(path, "r");
	char line[4096], prefix[64], nexthop[64];

	if (f == NULL) {
		perror(path);
		return false;
	}
	for (unsigned n = 1; fgets(line, sizeof(line), f) != NULL; n++) {
		struct ip_prefix p;
		struct ip_addr a;

		if (sscanf(line, "%63s %63s", prefix, nexthop) != 2 ||
		    !prefix_parse(prefix, true, &p) || !nexthop_parse(nexthop, &a)) {
			fprintf(stderr, "%s:%u: not \"PREFIX NEXTHOP\": %s", path, n, line);
			fclose(f);
			return false;
		}
		table_add(t, &p, &a);
	}
	fclose(f);
	table_cover(t);
	return true;
}

/* Longest match, NULL where there is none. */
static const struct entry *
table_lookup(const struct table *t, const struct ip_addr *a)
{
	size_t low = 0, high = t->n;

	/* The last entry that starts at or before the address. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct ip_addr first = prefix_first(&t->entries[middle].prefix);

		if (ip_cmp(&first, a) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low == 0 ? NONE : low - 1; i != NONE; i = t->entries[i].cover)
		if (prefix_contains_addr(&t->entries[i].prefix, a))
			return &t->entries[i];
	return NULL;
}

static unsigned long checked, wrong;
static bool guards; /* option -g */

/* An entry with the next hop of the RIB's default route does what no entry would do. */
static bool
is_default(const struct table *rib, const struct ip_addr *nexthop)
{
	for (size_t i = 0; guards && i < rib->n; i++)
		if (rib->entries[i].prefix.len == 0 &&
		    rib->entries[i].prefix.family == nexthop->family &&
		    ip_equal(&rib->entries[i].nexthop, nexthop))
			return true;
	return false;
}

static void
check(const struct table *rib, const struct table *fib, const struct ip_addr *a)
{
	const struct entry *f = table_lookup(fib, a), *r;
	char address[IP_TEXT_MAX], in_fib[PREFIX_TEXT_MAX], got[IP_TEXT_MAX];
	char in_rib[PREFIX_TEXT_MAX] = "no route", want[IP_TEXT_MAX] = "nowhere";

	checked++;
	if (f == NULL || f->prefix.len == 0)
		return;
	r = table_lookup(rib, a);
	if (r != NULL && ip_equal(&r->nexthop, &f->nexthop))
		return;
	if (is_default(rib, &f->nexthop))
		return;
	if (wrong++ >= 10)
		return;
	if (r != NULL) {
		prefix_format(&r->prefix, in_rib);
		ip_format(&r->nexthop, want);
	}
	printf("%s goes to %s by %s, but should to %s by %s\n", ip_format(a, address),
	    ip_format(&f->nexthop, got), prefix_format(&f->prefix, in_fib), want, in_rib);
}

/* The addresses just before and after, where there are such. */
static bool
before(struct ip_addr *a)
{
	if (ip_is_zero(a))
		return false;
	if (a->family == IP_V4) {
		a->hi -= UINT64_C(1) << 32;
	} else {
		a->hi -= a->lo == 0;
		a->lo--;
	}
	return true;
}

static bool
after(struct ip_addr *a)
{
	const struct ip_prefix all = { .family = a->family };
	struct ip_addr last = prefix_last(&all);

	if (ip_equal(a, &last))
		return false;
	if (a->family == IP_V4) {
		a->hi += UINT64_C(1) << 32;
	} else {
		a->lo++;
		a->hi += a->lo == 0;
	}
	return true;
}

static void
check_boundaries(const struct table *rib, const struct table *fib, const struct table *of)
{
	for (size_t i = 0; i < of->n; i++) {
		struct ip_addr first = prefix_first(&of->entries[i].prefix);
		struct ip_addr last = prefix_last(&of->entries[i].prefix);

		check(rib, fib, &first);
		check(rib, fib, &last);
		if (before(&first))
			check(rib, fib, &first);
		if (after(&last))
			check(rib, fib, &last);
	}
}

int
main(int argc, char **argv)
{
	struct table rib = { 0 }, fib = { 0 };

	if (argc > 1 && strcmp(argv[1], "-g") == 0) {
		guards = true;
		argc--;
		argv++;
	}
	if (argc != 3) {
		fprintf(stderr, "usage: verify [-g] RIB FIB\n");
		return 2;
	}
	if (!table_read(&rib, argv[1]) || !table_read(&fib, argv[2]))
		return 2;
	check_boundaries(&rib, &fib, &rib);
	check_boundaries(&rib, &fib, &fib);
	printf("%zu routes, %zu forwarding entries, %lu addresses, %lu wrong\n", rib.n, fib.n,
	    checked, wrong);
	free(rib.entries);
	free(fib.entries);
	return wrong == 0 ? 0 : 1;
}
