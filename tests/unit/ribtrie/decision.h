/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decision process as the RFC words it: a set from which each rule removes what is not best
 * by it (RFC 4271 9.1.2.2, RFC 4456 9). Slow, and knows nothing of sorting.
 */
#ifndef TESTS_DECISION_H
#define TESTS_DECISION_H

#include "ribtrie/rib.h"

#define DECISION_MAX 64

struct decision_path {
	const struct route_attrs *attrs;
	const struct rib_source *source;
	uint32_t path_id;
	bool stale;
};

/* What a rule compares as a number, lower is better. MED and the address are not here. */
static inline uint64_t
decision_key(const struct decision_path *p, enum rib_reason rule)
{
	const struct route_attrs *a = p->attrs;

	switch (rule) {
	case RIB_BY_STALE: return p->stale;
	case RIB_BY_LOCAL_PREF: return UINT32_MAX - (a->has_local_pref ? a->local_pref : 100u);
	case RIB_BY_AS_PATH: return route_as_path_length(a->as_path);
	case RIB_BY_ORIGIN: return a->origin;
	case RIB_BY_EBGP: return !p->source->ebgp;
	case RIB_BY_ROUTER_ID:
		return a->has_originator_id ? a->originator_id : p->source->router_id;
	case RIB_BY_CLUSTER_LIST: return a->cluster_list.len;
	case RIB_BY_PATH_ID: return p->path_id;
	default: return 0;
	}
}

static inline bool
decision_beats(const struct decision_path *a, const struct decision_path *b, enum rib_reason rule)
{
	uint32_t med_a = a->attrs->has_med ? a->attrs->med : 0;
	uint32_t med_b = b->attrs->has_med ? b->attrs->med : 0;

	if (rule == RIB_BY_MED)
		return route_as_path_first(a->attrs->as_path) ==
			   route_as_path_first(b->attrs->as_path) &&
		       med_a < med_b;
	if (rule == RIB_BY_ADDRESS)
		return ip_cmp(&a->source->address, &b->source->address) < 0;
	return decision_key(a, rule) < decision_key(b, rule);
}

/* Index of the best of n paths. */
static inline size_t
decision_best(const struct decision_path *paths, size_t n)
{
	bool in[DECISION_MAX], out[DECISION_MAX];

	for (size_t i = 0; i < n; i++)
		in[i] = true;
	for (enum rib_reason rule = RIB_BY_STALE; rule <= RIB_BY_PATH_ID; rule++) {
		for (size_t i = 0; i < n; i++) {
			out[i] = false;
			for (size_t j = 0; j < n; j++)
				out[i] |= in[j] && decision_beats(&paths[j], &paths[i], rule);
		}
		for (size_t i = 0; i < n; i++)
			in[i] &= !out[i];
	}
	for (size_t i = 0; i < n; i++)
		if (in[i])
			return i;
	return n;
}

#endif
