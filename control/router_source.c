/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a router learns from its sources, and when to believe that it is all. Per source and family:
 *
 *      down --up--> loading --End-of-RIB, then quiet--> ready --down--> down
 *                      +------routes, then long quiet-----^
 *                      +------nothing for stale-time------^
 *
 * BIRD sends End-of-RIB as soon as it has walked its table, which may still be empty while its own
 * upstreams come up; so a family is ready only when its fresh paths have stopped growing, and an
 * empty table, or one much smaller than what the source gave before, is waited for longer
 * (wanted_quiet_s). The rest of the stale paths is swept at that moment and not at End-of-RIB, for
 * the same reason: RFC 4724 4.2 would have them removed at once, and the target emptied.
 *
 * Paths are stale
 *   - from when the session is lost: for the peer's restart time where it asked for that (RFC 4724,
 *     RFC 8538), for stale-time where it did not, so that a lost session evicts nothing at once;
 *   - from the peer's BoRR to its EoRR (RFC 7313), or until ROUTER_REFRESH_MAX_S and then quiet.
 *     While a refresh is under way nothing else sweeps: what is stale is not yet known to be gone.
 *
 * A source that was never up is not waited for: an imported ARM configuration names an IPv6
 * reflector that may never dial in.
 */
#include <math.h>

#include "control/router_priv.h"
#include "lib/mem.h"

/* Entries looked at in one slice: about a millisecond. */
#define SWEEP_BUDGET 2000

static struct source_family *
family_of(struct router *r, unsigned source, enum ip_family family)
{
	ASSERT(source < r->n_sources && family < IP_FAMILIES);
	return &r->sources[source].family[family];
}

/* Paths of the session that is up. */
static size_t
fresh_paths(const struct router *r, unsigned source, enum ip_family family)
{
	return rib_source_path_count(r->rib, family, source) -
	       rib_stale_count(r->rib, family, source);
}

/* Remove what is stale now, in slices. */
static void
start_sweep(struct router *r, unsigned source, enum ip_family family)
{
	struct source_family *sf = family_of(r, source, family);

	rib_sweep_start(&sf->sweep, family, source);
	sf->sweeping = rib_stale_count(r->rib, family, source) > 0;
}

/* --- sources come and go --- */

/* A session that is lost again before its table was complete does not begin a new time: else a
 * flapping one would keep stale paths for ever. (RFC 4724 4.2 deletes at once what was stale.) */
static void
set_expiry(struct source_family *sf, struct mono expiry)
{
	if (sf->ready || mono_is_never(sf->expiry) || mono_reached(sf->expiry, expiry))
		sf->expiry = expiry;
}

static bool
has_paths(const struct router *r, unsigned source)
{
	return rib_source_path_count(r->rib, IP_V4, source) +
		   rib_source_path_count(r->rib, IP_V6, source) >
	       0;
}

unsigned
router_free_sources(const struct router *r)
{
	unsigned n = RIB_SOURCES_MAX - r->n_sources;

	for (unsigned i = 0; i < r->n_sources; i++)
		n += r->sources[i].name == NULL;
	return n;
}

unsigned
router_add_source(struct router *r, const char *name)
{
	unsigned i = 0;

	while (i < r->n_sources && r->sources[i].name != NULL)
		i++;
	ASSERT(i < RIB_SOURCES_MAX);
	if (i == r->n_sources)
		r->n_sources++;
	r->sources[i] =
	    (struct source){ .name = mem_strdup(MEM_MISC, name), .lost_at = MONO_NEVER };
	for (int f = 0; f < IP_FAMILIES; f++)
		r->sources[i].family[f].expiry = MONO_NEVER;
	return i;
}

void
router_remove_source(struct router *r, unsigned source, struct mono now)
{
	struct source *s = &r->sources[source];

	ASSERT(!s->up && s->name != NULL);
	s->leaving = true;
	for (int f = 0; f < IP_FAMILIES; f++) {
		r->was_ready[f] |= s->family[f].was_ready;
		set_expiry(
		    &s->family[f], mono_add_ms(now, (int64_t)(r->config.stale_time_s * 1000)));
	}
	sources_release(r);
}

void
sources_release(struct router *r)
{
	for (unsigned i = 0; i < r->n_sources; i++) {
		struct source *s = &r->sources[i];

		if (!s->leaving || has_paths(r, i))
			continue;
		mem_free(MEM_MISC, s->name);
		*s = (struct source){ .lost_at = MONO_NEVER };
		for (int f = 0; f < IP_FAMILIES; f++)
			s->family[f].expiry = MONO_NEVER;
	}
}

/* What a source that leaves had is no longer better than nothing. */
static bool
may_leave(const struct router *r, enum ip_family family)
{
	bool others = false;

	for (unsigned i = 0; i < r->n_sources; i++) {
		const struct source *s = &r->sources[i];

		if (s->name == NULL || s->leaving)
			continue;
		if (s->up && s->family[family].ready)
			return true;
		others = true;
	}
	return !others;
}

/* --- the session --- */

void
router_source_up(struct router *r, unsigned source, const struct rib_source *info,
    const bool families[IP_FAMILIES], struct mono now)
{
	struct source *s = &r->sources[source];

	rib_set_source(r->rib, source, info);
	s->up = true;
	s->lost_at = MONO_NEVER;
	for (int f = 0; f < IP_FAMILIES; f++) {
		struct source_family *sf = &s->family[f];

		sf->negotiated = families[f];
		sf->end_of_rib = sf->ready = sf->silent = sf->refreshing = false;
		/* Not to be waited for where its time was over, and it is being swept. */
		sf->held = sf->sweeping ? 0 : rib_stale_count(r->rib, (enum ip_family)f, source);
		sf->fresh = 0;
		sf->quiet_since = now;
		if (rib_stale_count(r->rib, (enum ip_family)f, source) == 0)
			sf->expiry = MONO_NEVER;
		/* Without the family nothing will refresh it. */
		if (!sf->negotiated)
			start_sweep(r, source, (enum ip_family)f);
	}
}

void
router_drop_stale(struct router *r, unsigned source, enum ip_family family)
{
	struct source_family *sf = family_of(r, source, family);

	sf->held = 0;
	if (!sf->sweeping)
		start_sweep(r, source, family);
}

void
router_source_not_preserved(struct router *r, unsigned source, enum ip_family family)
{
	struct source_family *sf = family_of(r, source, family);

	if (sf->graceful)
		router_drop_stale(r, source, family);
}

void
router_source_lost(
    struct router *r, unsigned source, const struct router_loss *loss, struct mono now)
{
	struct source *s = &r->sources[source];

	s->up = false;
	s->lost_at = now;
	for (int f = 0; f < IP_FAMILIES; f++) {
		struct source_family *sf = &s->family[f];

		set_expiry(sf, mono_add_ms(now, (int64_t)(loss->retain_s[f] * 1000)));
		sf->ready = sf->silent = sf->end_of_rib = false;
		sf->refreshing = sf->sweeping = false;
		sf->graceful = loss->graceful[f];
		own_paths_forget(&r->own_paths, source, (enum ip_family)f);
		rib_mark_stale(r->rib, (enum ip_family)f, source, RIB_STALE_LOST);
		if (mono_reached(now, sf->expiry))
			start_sweep(r, source, (enum ip_family)f);
	}
}

/* --- routes --- */

static void
apply(struct router *r, const struct ip_prefix *p, const struct rib_result *result)
{
	if (result->change == RIB_UNCHANGED || result->change == RIB_PATH_CHANGED)
		return;
	if (result->change == RIB_REMOVED)
		traffic_drop(r->traffic[p->family], result->id);
	if (result->change == RIB_ADDED)
		traffic_route_added(r->traffic[p->family], p);
	r->config.changed(r->config.ctx, p, result);
}

static bool
is_own_id(const struct router *r, uint32_t id)
{
	for (unsigned i = 0; i < r->n_own_ids; i++)
		if (r->own_ids[i] == id)
			return true;
	return false;
}

void
router_own_id(struct router *r, uint32_t router_id)
{
	if (is_own_id(r, router_id))
		return;
	r->own_ids = mem_resize(MEM_MISC, r->own_ids, r->n_own_ids + 1, sizeof(*r->own_ids));
	r->own_ids[r->n_own_ids++] = router_id;
}

const struct own_path *
router_own_paths(const struct router *r, const struct ip_prefix *p, const struct own_path *last)
{
	return own_paths_next(&r->own_paths, p, last);
}

/* What we have pushed came back. */
static void
note_own_paths(
    struct router *r, unsigned source, const struct route_attrs *attrs, struct bgp_nlri nlri)
{
	struct source_family *sf = family_of(r, source, (enum ip_family)nlri.family);
	uint32_t id = attrs_intern(r->config.attrs, attrs), path_id;
	struct ip_prefix p;

	while (bgp_nlri_next(&nlri, &p, &path_id)) {
		sf->own++;
		own_paths_set(&r->own_paths, &p, source, path_id, id);
		if (!nlri.add_path && r->config.own_path != NULL)
			r->config.own_path(r->config.ctx, &p);
	}
	attrs_unref(r->config.attrs, id);
}

void
router_routes(
    struct router *r, unsigned source, const struct route_attrs *attrs, struct bgp_nlri nlri)
{
	enum ip_family family = (enum ip_family)nlri.family;
	struct source_family *sf = family_of(r, source, family);
	bool own = attrs != NULL && attrs->has_originator_id && is_own_id(r, attrs->originator_id);
	uint32_t id;
	size_t paths;
	struct ip_prefix p;
	uint32_t path_id;

	if (own) {
		note_own_paths(r, source, attrs, nlri);
		attrs = NULL; /* what it replaces is gone */
	}
	id = attrs != NULL ? attrs_intern(r->config.attrs, attrs) : ATTRS_NONE;
	paths = rib_source_path_count(r->rib, family, source);
	while (bgp_nlri_next(&nlri, &p, &path_id)) {
		struct rib_result result = attrs != NULL
					       ? rib_announce(r->rib, &p, source, path_id, id)
					       : rib_withdraw(r->rib, &p, source, path_id);

		apply(r, &p, &result);
		if (!own)
			own_paths_clear(&r->own_paths, &p, source, path_id);
	}
	if (attrs != NULL) {
		attrs_unref(r->config.attrs, id);
		sf->added += rib_source_path_count(r->rib, family, source) - paths;
	} else {
		sf->removed += paths - rib_source_path_count(r->rib, family, source);
	}
}

void
router_end_of_rib(struct router *r, unsigned source, enum ip_family family, struct mono now)
{
	struct source_family *sf = family_of(r, source, family);

	if (sf->end_of_rib)
		return;
	sf->quiet_since = now;
	sf->end_of_rib = true;
	rib_trim(r->rib, family);
}

void
router_withhold(struct router *r, enum ip_family family, uint8_t marks, uint32_t action)
{
	rib_withhold(r->rib, family, marks, action);
}

void
router_marks_changed(struct router *r)
{
	rib_marks_changed(r->rib);
}

void
router_hold_back(struct router *r, const struct ip_prefix *p, bool hold)
{
	struct rib_result result = rib_hold_back(r->rib, p, hold);

	apply(r, p, &result);
}

/* --- refresh (RFC 7313) --- */

void
router_refresh_begin(struct router *r, unsigned source, enum ip_family family, struct mono now)
{
	struct source_family *sf = family_of(r, source, family);

	sf->refreshing = true;
	sf->refresh_until = mono_add_ms(now, (int64_t)(ROUTER_REFRESH_MAX_S * 1000));
	sf->sweeping = false; /* the refresh ends with a sweep of its own */
	sf->fresh = 0;
	own_paths_forget(&r->own_paths, source, family);
	rib_mark_stale(r->rib, family, source, RIB_STALE_REFRESH);
}

void
router_refresh_end(struct router *r, unsigned source, enum ip_family family)
{
	struct source_family *sf = family_of(r, source, family);

	if (!sf->refreshing)
		return;
	sf->refreshing = false;
	start_sweep(r, source, family);
}

/* --- time --- */

/* How long the fresh paths must not have grown. */
static double
wanted_quiet_s(const struct router *r, unsigned source, enum ip_family family)
{
	const struct source_family *sf = &r->sources[source].family[family];
	double shrunk_s = fmin(ROUTER_QUIET_SHRUNK_S, r->config.stale_time_s);

	if (sf->fresh == 0 && !sf->end_of_rib)
		return fmax(r->config.stale_time_s, ROUTER_QUIET_NO_EOR_S);
	if (sf->fresh < sf->held / 2)
		return shrunk_s;
	return sf->end_of_rib && sf->fresh > 0 ? ROUTER_QUIET_S : ROUTER_QUIET_NO_EOR_S;
}

static void
note_growth(struct router *r, unsigned source, enum ip_family family, struct mono now)
{
	struct source_family *sf = family_of(r, source, family);
	size_t fresh = fresh_paths(r, source, family), slack = fresh / 100;

	if (slack < ROUTER_QUIET_ADDS)
		slack = ROUTER_QUIET_ADDS;
	if (fresh > sf->fresh + slack)
		sf->quiet_since = now;
	sf->fresh = fresh;
}

void
source_tick(struct router *r, unsigned source, enum ip_family family, struct mono now)
{
	const struct source *s = &r->sources[source];
	struct source_family *sf = family_of(r, source, family);
	double quiet_s;

	if (!s->up) {
		if (!sf->sweeping &&
		    (mono_reached(now, sf->expiry) || (s->leaving && may_leave(r, family))))
			start_sweep(r, source, family);
		return;
	}
	if (!sf->negotiated)
		return;
	note_growth(r, source, family, now);
	quiet_s = mono_sub_s(now, sf->quiet_since);
	if (sf->refreshing && mono_reached(now, sf->refresh_until) && quiet_s >= ROUTER_QUIET_S)
		router_refresh_end(r, source, family);
	if (!sf->ready && !sf->refreshing && quiet_s >= wanted_quiet_s(r, source, family)) {
		sf->ready = sf->was_ready = true;
		sf->silent = sf->fresh == 0 && !sf->end_of_rib;
		sf->expiry = MONO_NEVER;
		start_sweep(r, source, family);
	}
}

static void
on_reselected(void *ctx, const struct ip_prefix *p, const struct rib_result *result)
{
	apply(ctx, p, result);
}

void
router_nexthops_changed(struct router *r)
{
	rib_nexthops_changed(r->rib, on_reselected, r);
}

struct swept {
	struct router *r;
	struct source_family *sf;
};

static void
on_swept(void *ctx, const struct ip_prefix *p, const struct rib_result *result)
{
	struct swept *swept = ctx;

	swept->sf->removed++;
	apply(swept->r, p, result);
}

bool
router_work(struct router *r)
{
	for (unsigned i = 0; i < r->n_sources; i++) {
		for (int f = 0; f < IP_FAMILIES; f++) {
			struct source_family *sf = &r->sources[i].family[f];
			struct swept swept = { .r = r, .sf = sf };

			if (!sf->sweeping)
				continue;
			sf->sweeping =
			    !rib_sweep(r->rib, &sf->sweep, SWEEP_BUDGET, on_swept, &swept);
			return true; /* one slice a turn of the loop */
		}
	}
	return false;
}

void
router_source_status(const struct router *r, unsigned source, enum ip_family family,
    struct router_source_status *out)
{
	const struct source *s = &r->sources[source];
	const struct source_family *sf = &s->family[family];

	*out = (struct router_source_status){
		.up = s->up,
		.negotiated = s->up && sf->negotiated,
		.end_of_rib = sf->end_of_rib,
		.ready = sf->ready,
		.silent = sf->silent,
		.refreshing = sf->refreshing,
		.paths = rib_source_path_count(r->rib, family, source),
		.stale = rib_stale_count(r->rib, family, source),
		.stale_until = s->up ? MONO_NEVER : sf->expiry,
		.added = sf->added,
		.removed = sf->removed,
		.own = sf->own,
	};
}
