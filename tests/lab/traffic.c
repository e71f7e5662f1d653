/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Points are where packets go: an address with some random low bits and a weight. A route without
 * more-specifics is one point, all of its host bits random; a route with some has `hot_places`.
 *
 *      route   192.0.2.0/23 ---------------------------------------- more-specific ---
 *      gaps    [ first .. last ]   [ first .. last ]                 (not a gap)
 *      point              ^ drawn uniformly from all gaps together
 *
 * A route's gaps are found by stepping over its direct more-specifics in the sorted table. Drawing
 * is by Walker's alias method (Vose 1991): one random number, one comparison, whatever the number
 * of points, so that 300,000 samples a second from a full table are no work. Changing a share
 * rebuilds the alias table (tens of milliseconds for a million points).
 */
#include "tests/lab/traffic.h"

#include <inttypes.h>
#include <math.h>

#include "lib/hash.h"
#include "lib/mem.h"
#include "tests/lab/ranks.h"

struct point {
	uint64_t hi, lo; /* address; the free bits are zero */
	double weight;   /* of all points together: any sum */
	uint64_t octets; /* of frames drawn */
	uint32_t samples;
	uint32_t route;
	uint8_t family;    /* enum ip_family */
	uint8_t free_bits; /* low bits that are drawn for each packet */
};

struct cell {
	double keep; /* take the cell's own point if below this, else the alias */
	uint32_t alias;
};

struct route_state {
	uint32_t first_point, n_points; /* 0 points: none yet */
};

struct traffic {
	const struct table *table;
	struct traffic_config config;
	struct rng rng;
	struct point *points;
	size_t n_points, points_cap;
	struct cell *cells;
	struct route_state *routes;
	double total; /* of all weights */
};

/* Octets of a frame and parts of 16, of a mean of TRAFFIC_MIX_MEAN. */
static const struct {
	uint16_t frame_len, parts;
} mix[] = { { 70, 5 }, { 570, 3 }, { 1114, 1 }, { 1518, 6 }, { 518, 1 } };

/* --- gaps ---------------------------------------------------------------------------------- */

/* Addresses of a family as numbers: IPv4 0..2^32-1, IPv6 128 bits. */
static rng_u128
number(const struct ip_addr *a)
{
	return a->family == IP_V4 ? a->hi >> 32 : (rng_u128)a->hi << 64 | a->lo;
}

static struct ip_addr
address(enum ip_family family, rng_u128 n)
{
	if (family == IP_V4)
		return ip_v4((uint32_t)n);
	return (struct ip_addr){ .hi = (uint64_t)(n >> 64), .lo = (uint64_t)n, .family = IP_V6 };
}

/* Goes through the gaps of a route in order of address. */
struct gaps {
	const struct table *table;
	struct ip_prefix prefix;
	rng_u128 from, last; /* what is not looked at yet */
	size_t next;         /* route to step over next */
	bool done;
};

static struct gaps
gaps_of(const struct table *t, uint32_t route)
{
	struct ip_prefix p = t->routes[route].prefix;
	struct ip_addr first = prefix_first(&p), last = prefix_last(&p);

	return (struct gaps){ .table = t,
		.prefix = p,
		.from = number(&first),
		.last = number(&last),
		.next = route + 1 };
}

/* Addresses first..last are the next gap; false when there is none left. */
static bool
gaps_next(struct gaps *g, rng_u128 *first, rng_u128 *last)
{
	const struct table *t = g->table;

	while (!g->done) {
		struct ip_prefix child;
		struct ip_addr a, b;

		*first = g->from;
		if (g->next >= t->n || !prefix_contains(&g->prefix, &t->routes[g->next].prefix)) {
			g->done = true;
			*last = g->last;
			return true;
		}
		child = t->routes[g->next].prefix;
		while (g->next < t->n && prefix_contains(&child, &t->routes[g->next].prefix))
			g->next++;
		a = prefix_first(&child);
		b = prefix_last(&child);
		*last = number(&a) - 1;
		g->done = number(&b) == g->last;
		g->from = number(&b) + 1;
		if (number(&a) > *first)
			return true;
	}
	return false;
}

/* 0 <= result < n, for n up to 2^128 - 1; a bias of n / 2^128 does no harm here. */
static rng_u128
below_u128(struct rng *rng, rng_u128 n)
{
	rng_u128 high = rng_u64(rng);

	return (high << 64 | rng_u64(rng)) % n;
}

/* n random low bits. */
static rng_u128
low_bits(struct rng *rng, unsigned n)
{
	rng_u128 high = rng_u64(rng);

	return n > 0 ? (high << 64 | rng_u64(rng)) >> (128 - n) : 0;
}

/* A place drawn uniformly from the route's gaps, widened to the /24 or /48 around it where that is
 * all in the gap. False when the route has no gap. */
static bool
draw_place(const struct table *t, uint32_t route, struct rng *rng, struct point *out)
{
	enum ip_family family = (enum ip_family)t->routes[route].prefix.family;
	unsigned place_bits = family == IP_V4 ? 8 : 80;
	rng_u128 mask = ((rng_u128)1 << place_bits) - 1;
	struct gaps g = gaps_of(t, route);
	rng_u128 first, last, size = 0, at;
	struct ip_addr a;

	while (gaps_next(&g, &first, &last))
		size += last - first + 1;
	if (size == 0)
		return false;
	at = below_u128(rng, size);
	g = gaps_of(t, route);
	while (gaps_next(&g, &first, &last) && at > last - first)
		at -= last - first + 1;
	at += first;
	out->free_bits = 0;
	if ((at & ~mask) >= first && (at | mask) <= last) {
		at &= ~mask;
		out->free_bits = (uint8_t)place_bits;
	}
	a = address(family, at);
	out->hi = a.hi;
	out->lo = a.lo;
	return true;
}

/* --- points -------------------------------------------------------------------------------- */

static void
add_point(struct traffic *tr, const struct point *p)
{
	struct route_state *r = &tr->routes[p->route];

	if (tr->n_points == tr->points_cap) {
		tr->points_cap = tr->points_cap > 0 ? 2 * tr->points_cap : 1024;
		tr->points = mem_resize(MEM_MISC, tr->points, tr->points_cap, sizeof(*tr->points));
	}
	if (r->n_points++ == 0)
		r->first_point = (uint32_t)tr->n_points;
	tr->points[tr->n_points++] = *p;
}

/* Add the points of a route with this weight together; false when it has no address of its own. */
static bool
add_points(struct traffic *tr, uint32_t route, double weight)
{
	const struct table *t = tr->table;
	const struct ip_prefix *p = &t->routes[route].prefix;
	bool leaf = route + 1 >= t->n || !prefix_contains(p, &t->routes[route + 1].prefix);
	uint64_t key[3] = { p->hi, p->lo, p->len };
	struct rng rng = rng_make(hash_bytes(key, sizeof(key), tr->config.seed));
	struct point point = { .route = route, .family = p->family };
	uint32_t n = tr->config.hot_places;
	double harmonic = 0;

	if (leaf) {
		point.hi = p->hi;
		point.lo = p->lo;
		point.free_bits = (uint8_t)(ip_bits((enum ip_family)p->family) - p->len);
		point.weight = weight;
		add_point(tr, &point);
		return true;
	}
	for (uint32_t j = 0; j < n; j++)
		harmonic += 1. / (j + 1);
	for (uint32_t j = 0; j < n; j++) {
		if (!draw_place(t, route, &rng, &point))
			return false;
		point.weight = weight / harmonic / (j + 1);
		add_point(tr, &point);
	}
	return true;
}

/* Rank the routes of a family and add their points, which together weigh `share`. */
static void
add_family(struct traffic *tr, enum ip_family family, double share)
{
	const struct traffic_config *c = &tr->config;
	const struct ranks_config ranks = {
		.alpha = c->alpha, .plain = c->plain_ranks, .seed = c->seed
	};
	size_t n, first = tr->n_points;
	uint32_t *ranked = ranks_of(tr->table, family, &ranks, &n);
	size_t active = c->active > 0 ? c->active : n;
	double sum = 0, rank = 1;

	for (size_t i = 0; i < n && rank <= (double)active; i++) {
		/* A route that its more-specifics cover takes no rank. */
		if (add_points(tr, ranked[i], pow(rank, -c->alpha)))
			rank++;
	}
	mem_free(MEM_MISC, ranked);
	for (size_t i = first; i < tr->n_points; i++)
		sum += tr->points[i].weight;
	for (size_t i = first; i < tr->n_points; i++)
		tr->points[i].weight *= share / sum;
}

/* --- drawing ------------------------------------------------------------------------------- */

static void
build_cells(struct traffic *tr)
{
	size_t n = tr->n_points, n_small = 0, n_large = 0;
	uint32_t *work = mem_calloc(MEM_MISC, n, sizeof(*work));

	tr->total = 0;
	for (size_t i = 0; i < n; i++)
		tr->total += tr->points[i].weight;
	tr->cells = mem_resize(MEM_MISC, tr->cells, n, sizeof(*tr->cells));
	/* Small ones are stacked from the front of `work`, large ones from its end. */
	for (uint32_t i = 0; i < n; i++) {
		tr->cells[i] = (struct cell){ tr->points[i].weight / tr->total * (double)n, i };
		if (tr->cells[i].keep < 1)
			work[n_small++] = i;
		else
			work[n - ++n_large] = i;
	}
	while (n_small > 0 && n_large > 0) {
		struct cell *small = &tr->cells[work[--n_small]];
		uint32_t large = work[n - n_large];

		small->alias = large;
		tr->cells[large].keep -= 1 - small->keep;
		if (tr->cells[large].keep < 1) {
			n_large--;
			work[n_small++] = large;
		}
	}
	/* Left over by rounding: their own point always. */
	while (n_small > 0)
		tr->cells[work[--n_small]].keep = 1;
	mem_free(MEM_MISC, work);
}

struct traffic *
traffic_new(const struct table *t, const struct traffic_config *config)
{
	struct traffic *tr = mem_alloc(MEM_MISC, sizeof(*tr));
	double v6 = config->ipv6_share;

	ASSERT(config->hot_places > 0 && v6 >= 0 && v6 <= 1);
	tr->table = t;
	tr->config = *config;
	tr->rng = rng_make(config->seed);
	tr->routes = mem_calloc(MEM_MISC, t->n, sizeof(*tr->routes));
	if (table_count(t, IP_V6) == 0)
		v6 = 0;
	else if (table_count(t, IP_V4) == 0)
		v6 = 1;
	if (v6 < 1)
		add_family(tr, IP_V4, 1 - v6);
	if (v6 > 0)
		add_family(tr, IP_V6, v6);
	build_cells(tr);
	return tr;
}

void
traffic_free(struct traffic *tr)
{
	mem_free(MEM_MISC, tr->points);
	mem_free(MEM_MISC, tr->cells);
	mem_free(MEM_MISC, tr->routes);
	mem_free(MEM_MISC, tr);
}

static uint32_t
draw_frame_len(struct traffic *tr)
{
	uint64_t u;
	size_t i = 0;

	if (tr->config.frame_len > 0)
		return tr->config.frame_len;
	u = rng_below(&tr->rng, 16);
	while (u >= mix[i].parts)
		u -= mix[i++].parts;
	return mix[i].frame_len;
}

double
traffic_mean_frame(const struct traffic *tr)
{
	return tr->config.frame_len > 0 ? tr->config.frame_len : TRAFFIC_MIX_MEAN;
}

/* Some address that no table of a lab routes: only the destination counts. */
static struct ip_addr
draw_source(struct rng *rng, enum ip_family family)
{
	uint64_t u = rng_u64(rng);

	if (family == IP_V4)
		return ip_v4(0xc6336400u | (uint32_t)(u & 0xff)); /* 198.51.100.0/24 */
	return (struct ip_addr){ .hi = UINT64_C(0x20010db800000000), .lo = u, .family = IP_V6 };
}

bool
traffic_next(struct traffic *tr, struct traffic_packet *out)
{
	enum ip_family family;
	struct point *p;
	rng_u128 low;
	size_t i;

	if (!(tr->total > 0))
		return false;
	i = rng_below(&tr->rng, tr->n_points);
	if (rng_unit(&tr->rng) >= tr->cells[i].keep)
		i = tr->cells[i].alias;
	p = &tr->points[i];
	family = (enum ip_family)p->family;
	out->dst = (struct ip_addr){ .hi = p->hi, .lo = p->lo, .family = (uint8_t)family };
	low = low_bits(&tr->rng, p->free_bits);
	out->dst = address(family, number(&out->dst) | low);
	out->src = draw_source(&tr->rng, family);
	out->frame_len = draw_frame_len(tr);
	out->route = p->route;
	p->samples++;
	p->octets += out->frame_len;
	return true;
}

static double
weight_of(const struct traffic *tr, uint32_t route)
{
	const struct route_state *r = &tr->routes[route];
	double sum = 0;

	for (uint32_t i = 0; i < r->n_points; i++)
		sum += tr->points[r->first_point + i].weight;
	return sum;
}

bool
traffic_set_share(struct traffic *tr, uint32_t route, double share)
{
	struct route_state *r = &tr->routes[route];
	double old = weight_of(tr, route), others = tr->total - old, new_weight;

	if (!(share >= 0 && share < 1))
		return false;
	/* When there are no others, any weight is all of the traffic. */
	new_weight = others > 1e-12 ? others * share / (1 - share) : share > 0;
	if (r->n_points == 0) {
		if (!add_points(tr, route, new_weight))
			return false;
	} else if (old > 0) {
		for (uint32_t i = 0; i < r->n_points; i++)
			tr->points[r->first_point + i].weight *= new_weight / old;
	} else {
		tr->points[r->first_point].weight = new_weight;
	}
	build_cells(tr);
	return true;
}

double
traffic_share(const struct traffic *tr, uint32_t route)
{
	return tr->total > 0 ? weight_of(tr, route) / tr->total : 0;
}

void
traffic_print_truth(const struct traffic *tr, FILE *out, double samples_s, uint32_t sampling_rate)
{
	double bytes_s = samples_s * sampling_rate * traffic_mean_frame(tr);
	char text[PREFIX_TEXT_MAX];

	for (uint32_t i = 0; i < tr->table->n; i++) {
		const struct route_state *r = &tr->routes[i];
		double share = traffic_share(tr, i);
		uint64_t samples = 0, octets = 0;

		for (uint32_t k = 0; k < r->n_points; k++) {
			samples += tr->points[r->first_point + k].samples;
			octets += tr->points[r->first_point + k].octets;
		}
		if (share > 0 || samples > 0)
			fprintf(out,
			    "{\"prefix\":\"%s\",\"share\":%.9g,\"bytes_per_s\":%.9g,"
			    "\"samples\":%" PRIu64 ",\"bytes\":%" PRIu64 "}\n",
			    prefix_format(&tr->table->routes[i].prefix, text), share,
			    share * bytes_s, samples, octets * sampling_rate);
	}
}
