/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fibmodel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "lib/mem.h"
#include "tests/lab/nexthops.h"
#include "tests/lab/ranks.h"
#include "tests/support/hops.h"
#include "tests/support/prefixes.h"
#include "tests/support/support.h"

#define HOT_TRIES 400

static const unsigned longest[IP_FAMILIES] = { 24, 48 };

static bool
read_table(struct table *t, enum ip_family family)
{
	size_t len;
	char *text = (char *)data_read(TABLE_2026, &len), *line, *end;

	if (text == NULL)
		return false;
	for (line = text; line < text + len; line = end + 1) {
		struct ip_prefix p;
		char *origin;

		end = memchr(line, '\n', (size_t)(text + len - line));
		ASSERT(end != NULL);
		*end = '\0';
		origin = strchr(line, ' ');
		if (origin == NULL)
			continue;
		*origin = '\0';
		if (prefix_parse(line, false, &p) && p.family == family && p.len >= 8 &&
		    p.len <= longest[family])
			(void)table_add(t, &p, (uint32_t)strtoul(origin + 1, NULL, 10));
	}
	free(text);
	return true;
}

static void
make_table(struct table *t, enum ip_family family)
{
	size_t n = family == IP_V4 ? 1000000 : 250000;
	struct ip_prefix *p = table_make(family, n, 1);

	for (size_t i = 0; i < n; i++)
		(void)table_add(t, &p[i], (uint32_t)(rng_mix(p[i].hi >> 46) % 80000));
	free(p);
}

static void
announce_all(struct fibmodel *m, const struct table *t)
{
	struct nexthops_model hops;
	uint32_t *drawn = calloc(t->n, sizeof(*drawn));

	ASSERT(drawn != NULL && nexthops_model(m->config.nexthops, &hops));
	nexthops_draw(t, &hops, m->config.seed, drawn);
	m->first_hop = NEXTHOP_NONE;
	for (size_t i = 0; i < t->n; i++) {
		uint32_t id = hop_attrs(m->attrs, drawn[i]);

		rib_announce(m->rib, &t->routes[i].prefix, 0, 0, id);
		if (drawn[i] == 0)
			m->first_hop = attrs_nexthop(m->attrs, id);
		attrs_unref(m->attrs, id);
	}
	free(drawn);
}

static void
add_place(struct fibmodel *m, size_t *cap, const struct ip_prefix *p, uint32_t id, double weight)
{
	int64_t w = (int64_t)(weight * (double)FIBMODEL_UNIT);

	if (m->n == *cap) {
		*cap = *cap > 0 ? 2 * *cap : 1 << 16;
		m->places = realloc(m->places, *cap * sizeof(*m->places));
		ASSERT(m->places != NULL);
	}
	m->places[m->n++] = (struct fibmodel_place){ .prefix = *p,
		.id = id,
		.action = rib_best_nexthop(m->rib, m->config.family, id),
		.weight = w > 0 ? w : 1 };
}

/* Hot places of a route with more-specifics; none where these leave nothing of it. */
static void
add_hot(struct fibmodel *m, size_t *cap, const struct ip_prefix *p, uint32_t id, double weight,
    struct rng *own)
{
	struct ip_prefix hot[64];
	unsigned n = 0;
	double sum = 0;

	for (unsigned k = 0; k < HOT_TRIES && n < m->config.hot && n < ARRAY_LEN(hot); k++) {
		struct ip_addr a = prefix_random_host(own, p);

		if (rib_lpm(m->rib, &a) == id)
			hot[n++] = prefix_of(&a, longest[m->config.family]);
	}
	for (unsigned j = 0; j < n; j++)
		sum += 1. / (j + 1);
	for (unsigned j = 0; j < n; j++)
		add_place(m, cap, &hot[j], id, weight / (j + 1) / sum);
}

static int
by_prefix(const void *a, const void *b)
{
	const struct fibmodel_place *x = a, *y = b;

	return prefix_cmp(&x->prefix, &y->prefix);
}

static void
merge_places(struct fibmodel *m)
{
	size_t kept = 0;

	if (m->n > 0)
		qsort(m->places, m->n, sizeof(*m->places), by_prefix);
	for (size_t i = 0; i < m->n; i++) {
		m->total += m->places[i].weight;
		if (kept > 0 && prefix_equal(&m->places[kept - 1].prefix, &m->places[i].prefix))
			m->places[kept - 1].weight += m->places[i].weight;
		else
			m->places[kept++] = m->places[i];
	}
	m->n = kept;
}

static void
draw_traffic(struct fibmodel *m, const struct table *t)
{
	const struct fibmodel_config *c = &m->config;
	const struct ranks_config ranks = {
		.alpha = c->alpha, .plain = c->plain_ranks, .seed = c->seed
	};
	size_t n, cap = 0;
	uint32_t *ranked = ranks_of(t, c->family, &ranks, &n);
	size_t active = c->active > 0 && c->active < n ? c->active : n;

	for (size_t rank = 0; rank < active; rank++) {
		const struct ip_prefix *p = &t->routes[ranked[rank]].prefix;
		uint64_t key[3] = { p->hi, p->lo, p->len };
		struct rng own = rng_make(hash_bytes(key, sizeof(key), c->seed ^ 0x407));
		struct ip_prefix below = *p;
		uint32_t id = rib_lookup(m->rib, p);
		double weight = pow((double)rank + 1, -c->alpha);

		if (rib_next_below(m->rib, p, &below) == RIB_NONE)
			add_place(m, &cap, p, id, weight);
		else
			add_hot(m, &cap, p, id, weight, &own);
	}
	mem_free(MEM_MISC, ranked);
	merge_places(m);
}

void
fibmodel_init(struct fibmodel *m, const struct fibmodel_config *config)
{
	struct table t;

	*m = (struct fibmodel){ .config = *config };
	m->attrs = attrs_table_new(1);
	m->rib = rib_new(m->attrs);
	table_init(&t);
	m->real = read_table(&t, config->family);
	if (!m->real)
		make_table(&t, config->family);
	table_finish(&t);
	m->routes = t.n;
	announce_all(m, &t);
	draw_traffic(m, &t);
	table_fini(&t);
}

void
fibmodel_fini(struct fibmodel *m)
{
	rib_free(m->rib);
	attrs_table_free(m->attrs);
	free(m->places);
}
