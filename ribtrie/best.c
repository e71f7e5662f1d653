/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decision process of RFC 4271 9.1.2.2 as amended by RFC 4456 9, in the order of enum
 * rib_reason:
 *
 *	next_hop      a path that can be used before one whose next hop cannot (9.1.2)
 *	stale         a path whose session is there before one kept of a lost session: RFC 4724
 *	              leaves it open once something about the prefix has changed
 *	local_pref    higher; missing counts as 100 (RFC 4271 9.1.1)
 *	as_path       shorter (9.1.2.2 a)
 *	origin        lower (b)
 *	med           lower, between paths from the same neighbouring AS; missing counts as 0 (c)
 *	ebgp          learned by eBGP before iBGP (d)
 *	router_id     lower; ORIGINATOR_ID in its place where there is one (f, RFC 4456 9)
 *	cluster_list  shorter (RFC 4456 9)
 *	address       lower neighbour address (g)
 *	path_id       lower: only paths of one neighbour come this far (RFC 7911 leaves it open)
 *
 * Rule e, the cost of the way to the next hop, is not ours to know: we do not forward.
 *
 * MED is what makes this more than a comparison of two paths. Paths of different neighbouring ASes
 * are not compared by it, so "better" is not transitive: with a < b by router id, b < c by router
 * id and c < a by MED there is a circle, and going through the list pair by pair gives a best path
 * that depends on the order of arrival. The RFC's wording is about the whole set instead: remove
 * what another path of the same AS beats by MED, and go on with what is left. So paths are sorted
 * with the neighbouring AS as a key before MED, which is a total order; then the first of each AS
 * among those that tie down to origin (all that rule c leaves, and the best of equals) meet by the
 * rules after MED, and the winner moves to the front. The result depends on the set of paths only.
 *
 * An empty path (originated in our own AS) and one that starts with an AS_SET have neighbouring AS
 * 0, one group of its own.
 *
 * RFC 5004, to keep an older eBGP path before the rules from router_id on, is not followed: with
 * it the result would depend on the order of arrival.
 *
 * Cost: O(n) comparisons when one path of n changed, O(n^2) when all did.
 */
#include "ribtrie/best.h"

#define LOCAL_PREF_DEFAULT 100

void
best_fill(struct best_path *p, const struct attrs_table *attrs, const struct rib_source *source)
{
	struct route_attrs a;

	attrs_get(attrs, p->attrs, &a);
	p->unusable = !nexthop_usable(attrs, attrs_nexthop(attrs, p->attrs));
	p->ebgp = source->ebgp;
	p->origin = a.origin;
	p->local_pref = a.has_local_pref ? a.local_pref : LOCAL_PREF_DEFAULT;
	p->as_path_length = route_as_path_length(a.as_path);
	p->neighbor_as = route_as_path_first(a.as_path);
	p->med = a.has_med ? a.med : 0;
	p->router_id = a.has_originator_id ? a.originator_id : source->router_id;
	p->cluster_list_length = (uint32_t)(a.cluster_list.len / 4);
	p->address = source->address;
}

/* Less than 0: a is better. */
static int
cmp_u32(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

/* The rules before MED but staleness. */
static int
compare_before_med(const struct best_path *a, const struct best_path *b, enum rib_reason *rule)
{
	int d;

	*rule = RIB_BY_LOCAL_PREF;
	d = cmp_u32(b->local_pref, a->local_pref);
	if (d != 0)
		return d;
	*rule = RIB_BY_AS_PATH;
	d = cmp_u32(a->as_path_length, b->as_path_length);
	if (d != 0)
		return d;
	*rule = RIB_BY_ORIGIN;
	return cmp_u32(a->origin, b->origin);
}

static int
compare_after_med(const struct best_path *a, const struct best_path *b, enum rib_reason *rule)
{
	int d;

	*rule = RIB_BY_EBGP;
	d = cmp_u32(b->ebgp, a->ebgp);
	if (d != 0)
		return d;
	*rule = RIB_BY_ROUTER_ID;
	d = cmp_u32(a->router_id, b->router_id);
	if (d != 0)
		return d;
	*rule = RIB_BY_CLUSTER_LIST;
	d = cmp_u32(a->cluster_list_length, b->cluster_list_length);
	if (d != 0)
		return d;
	*rule = RIB_BY_ADDRESS;
	d = ip_cmp(&a->address, &b->address);
	if (d != 0)
		return d;
	/* Two neighbours with one address are two sources all the same: keep the order total. */
	d = cmp_u32(a->source, b->source);
	if (d != 0)
		return d;
	*rule = RIB_BY_PATH_ID;
	return cmp_u32(a->path_id, b->path_id);
}

static int
compare_tie_class(const struct best_path *a, const struct best_path *b)
{
	enum rib_reason unused;
	int d = cmp_u32(a->unusable, b->unusable);

	if (d == 0)
		d = cmp_u32(a->kept, b->kept);
	return d != 0 ? d : compare_before_med(a, b, &unused);
}

/* The total order to sort by. */
static int
compare_sorted(const struct best_path *a, const struct best_path *b)
{
	enum rib_reason unused;
	int d = compare_tie_class(a, b);

	if (d == 0)
		d = cmp_u32(a->neighbor_as, b->neighbor_as);
	if (d == 0)
		d = cmp_u32(a->med, b->med);
	return d != 0 ? d : compare_after_med(a, b, &unused);
}

/* Move the path at `from` to `to`, an earlier place. */
static void
move_up(struct best_path *paths, size_t from, size_t to)
{
	struct best_path moved = paths[from];

	for (size_t i = from; i > to; i--)
		paths[i] = paths[i - 1];
	paths[to] = moved;
}

void
best_order(struct best_path *paths, size_t n)
{
	enum rib_reason unused;
	size_t best = 0;

	for (size_t i = 1; i < n; i++) {
		size_t to = i;

		while (to > 0 && compare_sorted(&paths[i], &paths[to - 1]) < 0)
			to--;
		move_up(paths, i, to);
	}
	for (size_t i = 1; i < n && compare_tie_class(&paths[0], &paths[i]) == 0; i++)
		if (paths[i].neighbor_as != paths[i - 1].neighbor_as &&
		    compare_after_med(&paths[i], &paths[best], &unused) < 0)
			best = i;
	move_up(paths, best, 0);
}

enum rib_reason
best_reason(const struct best_path *a, const struct best_path *b)
{
	enum rib_reason rule;

	if (!a->unusable && b->unusable)
		return RIB_BY_NEXTHOP;
	if (!a->kept && b->kept)
		return RIB_BY_STALE;
	if (compare_before_med(a, b, &rule) != 0)
		return rule;
	if (a->neighbor_as == b->neighbor_as && a->med != b->med)
		return RIB_BY_MED;
	compare_after_med(a, b, &rule);
	return rule;
}
