/* SPDX-License-Identifier: Apache-2.0 */
#include "control/config/pools.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct maker {
	struct pools *out;
	const struct config_pool *table[IP_FAMILIES]; /* of several lengths */
	const struct config_pool *exact[IP_FAMILIES];
	const struct config_pool *at; /* what is being taken */
	char *error;
};

/* A pool without a name has been complained about. */
static const char *
name(const struct config_pool *p)
{
	return p->name != NULL ? p->name : "a pool";
}

/* Always false. */
static PRINTF_LIKE(2, 3) bool fail(struct maker *m, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(m->error, POOLS_ERROR_MAX, fmt, args);
	va_end(args);
	m->out->wrong = m->at;
	return false;
}

/* A pool of one class of one length. */
static bool
take_exact(struct maker *m, const struct config_pool *p)
{
	const struct config_pool_class *c = &p->classes[0];
	struct slots *s = &m->out->slots[c->family];

	if (m->exact[c->family] != NULL)
		return fail(m, "%s and %s are both for a single length of %s", name(p),
		    name(m->exact[c->family]), ip_family_name(c->family));
	if (c->length > ip_bits(c->family))
		return fail(m, "%s: no %s prefix has length %u", name(p), ip_family_name(c->family),
		    c->length);
	if (c->cost != 1)
		return fail(m, "%s: a pool for a single length holds entries, of cost 1", name(p));
	m->exact[c->family] = p;
	s->exact_len = (uint8_t)c->length;
	s->exact_room = p->capacity;
	return true;
}

static bool
take_class(struct maker *m, const struct config_pool *p, const struct config_pool_class *c)
{
	unsigned bits = ip_bits(c->family), low = c->min_length;
	unsigned high = c->max_length > 0 ? c->max_length : bits;

	if (c->length > 0 && (c->min_length > 0 || c->max_length > 0))
		return fail(m, "%s: a class has a length, or min-length and max-length", name(p));
	if (c->length > 0)
		low = high = c->length;
	if (low > high || high > bits)
		return fail(m, "%s: no %s prefix is of length %u to %u", name(p),
		    ip_family_name(c->family), low, high);
	if (m->table[c->family] != NULL && m->table[c->family] != p)
		return fail(m, "%s and %s are both for several lengths of %s", name(p),
		    name(m->table[c->family]), ip_family_name(c->family));
	m->table[c->family] = p;
	m->out->capacity[c->family] = p->capacity;
	for (unsigned len = low; len <= high; len++) {
		uint8_t *of = &m->out->slots[c->family].of[len];

		if (*of != SLOTS_NEVER)
			return fail(m, "%s: two classes are for %s prefixes of length %u", name(p),
			    ip_family_name(c->family), len);
		*of = (uint8_t)c->cost;
	}
	return true;
}

static bool
take_pool(struct maker *m, const struct config_pool *p)
{
	const struct config_pool_class *first = p->classes;

	if (p->n_classes == 0)
		return fail(m, "%s has no classes, so nothing fits it", name(p));
	if (p->n_classes == 1 && first->length > 0 && first->min_length + first->max_length == 0)
		return take_exact(m, p);
	for (size_t k = 0; k < p->n_classes; k++)
		if (!take_class(m, p, &p->classes[k]))
			return false;
	return true;
}

static bool
names_differ(struct maker *m, const struct config_pool *list, const struct config_pool *p)
{
	for (; list < p; list++)
		if (list->name != NULL && p->name != NULL && strcmp(list->name, p->name) == 0)
			return fail(m, "two are called %s", p->name);
	return true;
}

bool
pools_make(
    const struct config_pool *list, size_t n, struct pools *out, char error[static POOLS_ERROR_MAX])
{
	struct maker m = { .out = out, .error = error };

	*out = (struct pools){ 0 };
	for (int f = 0; f < IP_FAMILIES; f++)
		memset(out->slots[f].of, SLOTS_NEVER, sizeof(out->slots[f].of));
	for (size_t i = 0; i < n; i++) {
		m.at = &list[i];
		if (!names_differ(&m, list, m.at) || !take_pool(&m, m.at))
			return false;
	}
	for (int f = 0; f < IP_FAMILIES; f++) {
		m.at = m.exact[f];
		if (m.exact[f] != NULL && m.table[f] == NULL)
			return fail(&m, "%s has a pool for a single length only, %s",
			    ip_family_name((enum ip_family)f), name(m.exact[f]));
	}
	out->shared = m.table[IP_V4] != NULL && m.table[IP_V4] == m.table[IP_V6];
	return true;
}
