/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The router as a whole: its parts, its samples, and the phase that follows from what its sources
 * (router_source.c) and its agents are doing.
 *
 * Agents: an agent heard before and silent for silence_limit_s() freezes the router, until it has
 * been heard again for three time constants, when its averages mean something again.
 */
#include "control/router_priv.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "lib/mem.h"

#define LPM_BATCH 64
#define THAW_T    3.0

struct router *
router_new(const struct router_config *config, struct mono now)
{
	struct router *r = mem_alloc(MEM_MISC, sizeof(*r));

	r->config = *config;
	r->name = mem_strdup(MEM_MISC, config->name);
	r->rib = rib_new(config->attrs);
	r->averages_known_at = r->sampled_since = MONO_NEVER;
	r->own_paths.attrs = config->attrs;
	for (int f = 0; f < IP_FAMILIES; f++) {
		r->traffic[f] = traffic_new(config->t_s, now);
		traffic_follow_rib(r->traffic[f], r->rib, (enum ip_family)f);
		snprintf(r->why[f], sizeof(r->why[f]), "no table learned yet");
	}
	return r;
}

void
router_free(struct router *r)
{
	for (unsigned i = 0; i < r->n_sources; i++)
		mem_free(MEM_MISC, r->sources[i].name);
	for (unsigned i = 0; i < r->n_agents; i++)
		mem_free(MEM_MISC, r->agents[i].name);
	mem_free(MEM_MISC, r->agents);
	mem_free(MEM_MISC, r->own_ids);
	own_paths_fini(&r->own_paths);
	for (int f = 0; f < IP_FAMILIES; f++)
		traffic_free(r->traffic[f]);
	rib_free(r->rib);
	mem_free(MEM_MISC, r->name);
	mem_free(MEM_MISC, r);
}

void
router_set_times(struct router *r, double t_s, double stale_time_s, struct mono now)
{
	r->config.stale_time_s = stale_time_s;
	if (t_s == r->config.t_s)
		return;
	r->config.t_s = t_s;
	for (int f = 0; f < IP_FAMILIES; f++)
		traffic_set_time_constant(r->traffic[f], t_s, now);
}

const char *
router_name(const struct router *r)
{
	return r->name;
}

void *
router_ctx(const struct router *r)
{
	return r->config.ctx;
}

const struct rib *
router_rib(const struct router *r)
{
	return r->rib;
}

struct traffic *
router_traffic(struct router *r, enum ip_family family)
{
	return r->traffic[family];
}

const struct traffic *
router_traffic_peek(const struct router *r, enum ip_family family)
{
	return r->traffic[family];
}

/* --- samples --- */

_Static_assert(RIB_NONE == TRAFFIC_UNROUTED, "a longest match is counted as it comes");

unsigned
router_add_agent(struct router *r, const char *name, double t_s)
{
	unsigned i = 0;

	while (i < r->n_agents && r->agents[i].name != NULL)
		i++;
	if (i == r->n_agents)
		r->agents = mem_resize(MEM_MISC, r->agents, ++r->n_agents, sizeof(*r->agents));
	r->agents[i] =
	    (struct agent){ .name = mem_strdup(MEM_MISC, name), .t_s = t_s, .thaw_at = MONO_NEVER };
	return i;
}

void
router_remove_agent(struct router *r, unsigned agent)
{
	mem_free(MEM_MISC, r->agents[agent].name);
	r->agents[agent] = (struct agent){ .thaw_at = MONO_NEVER };
}

void
router_set_agent_t(struct router *r, unsigned agent, double t_s)
{
	r->agents[agent].t_s = t_s;
}

/* One batch of one family and one direction. */
static void
count_batch(struct router *r, enum ip_family family, enum traffic_direction direction,
    const uint64_t *hi, const uint64_t *lo, const uint64_t *bytes, size_t n, struct mono now)
{
	struct traffic *traffic = r->traffic[family];
	struct traffic_scale scale = traffic_scale(traffic, now);
	uint32_t ids[LPM_BATCH];

	rib_lpm_batch(r->rib, family, hi, lo, n, ids);
	traffic_add_batch(traffic, ids, direction, bytes, hi, n, scale, now);
}

void
router_samples(struct router *r, const struct sflow_sample *samples, size_t n, struct mono now)
{
	uint64_t hi[LPM_BATCH], lo[LPM_BATCH], bytes[LPM_BATCH];

	if (mono_is_never(r->sampled_since) && n > 0)
		r->sampled_since = now;
	if (mono_is_never(r->averages_known_at) && n > 0)
		r->averages_known_at = mono_add_ms(now, (int64_t)(THAW_T * r->config.t_s * 1000));
	for (int d = 0; d < TRAFFIC_DIRECTIONS; d++) {
		for (int f = 0; f < IP_FAMILIES; f++) {
			size_t k = 0;

			for (size_t i = 0; i < n; i++) {
				const struct ip_addr *a =
				    d == TRAFFIC_TO ? &samples[i].dst : &samples[i].src;

				if (a->family != f)
					continue;
				hi[k] = a->hi;
				lo[k] = a->lo;
				bytes[k++] = samples[i].bytes;
				if (k == LPM_BATCH) {
					count_batch(r, (enum ip_family)f, (enum traffic_direction)d,
					    hi, lo, bytes, k, now);
					k = 0;
				}
			}
			if (k > 0)
				count_batch(r, (enum ip_family)f, (enum traffic_direction)d, hi, lo,
				    bytes, k, now);
		}
	}
}

bool
router_is_sampled(const struct router *r)
{
	for (unsigned i = 0; i < r->n_agents; i++)
		if (r->agents[i].name != NULL)
			return true;
	return false;
}

bool
router_averages_known(const struct router *r, struct mono now)
{
	return mono_reached(now, r->averages_known_at);
}

double
router_sampled_s(const struct router *r, struct mono now)
{
	if (r->taken_over)
		return INFINITY;
	return mono_is_never(r->sampled_since) ? 0 : mono_sub_s(now, r->sampled_since);
}

void
router_averages_taken_over(struct router *r, struct mono now)
{
	r->taken_over = true;
	r->averages_known_at = now;
}

/* Silent for longer than this is lost. Well below the idle time of 8 t, so that a router freezes
 * before anything of it counts as idle, and above the usual counter polling of 20-30 s. */
static double
silence_limit_s(const struct agent *a)
{
	double limit = 4 * a->t_s;

	return limit < 4 ? 4 : limit > 60 ? 60 : limit;
}

void
router_agent_heard(struct router *r, unsigned agent, struct mono last, struct mono now)
{
	struct agent *a = &r->agents[agent];

	if (mono_is_never(last))
		return;
	a->heard = true;
	a->last = last;
	if (mono_sub_s(now, last) > silence_limit_s(a)) {
		a->silent = true;
		a->thaw_at = MONO_NEVER;
	} else if (a->silent) {
		a->silent = false;
		a->thaw_at = mono_add_ms(now, (int64_t)(THAW_T * a->t_s * 1000));
	} else if (!mono_is_never(a->thaw_at) && mono_reached(now, a->thaw_at)) {
		a->thaw_at = MONO_NEVER;
	}
}

/* --- phase --- */

static PRINTF_LIKE(3, 4) void set_why(struct router *r, enum ip_family family, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(r->why[family], sizeof(r->why[family]), fmt, args);
	va_end(args);
}

/* A source is lost or has not given its whole table: says which. */
static bool
sources_frozen(struct router *r, enum ip_family family, struct mono now)
{
	for (unsigned i = 0; i < r->n_sources; i++) {
		const struct source *s = &r->sources[i];
		const struct source_family *sf = &s->family[family];

		if (!s->up && rib_stale_count(r->rib, family, i) > 0) {
			set_why(r, family, "learning session %s lost %.0f s ago", s->name,
			    mono_sub_s(now, s->lost_at));
			return true;
		}
		if (s->up && sf->negotiated && !sf->ready) {
			set_why(r, family, "%s is loading%s", s->name,
			    sf->end_of_rib ? ", the table still grows" : "");
			return true;
		}
	}
	return false;
}

static bool
agents_frozen(struct router *r, enum ip_family family, struct mono now)
{
	for (unsigned i = 0; i < r->n_agents; i++) {
		const struct agent *a = &r->agents[i];

		if (a->silent) {
			set_why(r, family, "sFlow agent %s silent for %.0f s", a->name,
			    mono_sub_s(now, a->last));
			return true;
		}
		if (!mono_is_never(a->thaw_at)) {
			set_why(
			    r, family, "sFlow agent %s is back, averages are building up", a->name);
			return true;
		}
	}
	return false;
}

static void
update_phase(struct router *r, enum ip_family family, struct mono now)
{
	bool was_ready = r->was_ready[family], loading;

	for (unsigned i = 0; i < r->n_sources; i++)
		was_ready |= r->sources[i].family[family].was_ready;
	loading = sources_frozen(r, family, now);
	if (!was_ready) {
		r->phase[family] = ROUTER_COLD;
		if (!loading)
			set_why(r, family, "no table learned yet");
	} else if (loading || agents_frozen(r, family, now)) {
		r->phase[family] = ROUTER_FROZEN;
	} else {
		if (r->phase[family] != ROUTER_READY)
			rib_trim(r->rib, family);
		r->phase[family] = ROUTER_READY;
		r->why[family][0] = '\0';
	}
}

void
router_tick(struct router *r, struct mono now)
{
	for (int f = 0; f < IP_FAMILIES; f++) {
		enum ip_family family = (enum ip_family)f;

		for (unsigned i = 0; i < r->n_sources; i++)
			source_tick(r, i, family, now);
		sources_release(r);
		update_phase(r, family, now);
		if (r->phase[f] != ROUTER_FROZEN)
			traffic_expire(r->traffic[f], traffic_count(r->traffic[f]) / 4 + 16, now);
	}
}

enum router_phase
router_phase(const struct router *r, enum ip_family family)
{
	return r->phase[family];
}

const char *
router_phase_why(const struct router *r, enum ip_family family)
{
	return r->why[family];
}
