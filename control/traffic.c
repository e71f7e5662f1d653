/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rate records in parallel arrays.
 *
 * slot[id] is 1 + the record number of entry id, or 0: four bytes a route, so that a table of a
 * million idle routes costs 4 MB here. The records themselves are columns (ids, weights by
 * direction, time of the last sample, demand), because ranking reads one column of all of them.
 * Records are removed by moving the last one into the hole.
 *
 * Inflated weights grow as exp((now - epoch)/t), squares as the square of that. When the exponent
 * passes RENORMALISE_AT, all weights are divided by it and the epoch moves: once in 200 t, a linear
 * pass.
 *
 * At the limit a new record takes the place of the lightest of VICTIMS records, others each time.
 * A scan of the whole table makes records of one sample each; of VICTIMS records one is nearly
 * always such a one, and then no prefix that carries traffic loses its history.
 */
#include "control/traffic.h"

#include <math.h>
#include <string.h>

#include "control/hotpoints.h"
#include "control/traffic_state.h"
#include "lib/mem.h"

#define VICTIMS 16

struct traffic *
traffic_new(double t_s, struct mono now)
{
	struct traffic *t = mem_alloc(MEM_TRAFFIC, sizeof(*t));

	ASSERT(t_s > 0);
	t->t_s = t_s;
	t->tau_s = TRAFFIC_TAU_S;
	t->epoch = t->demand_epoch = t->unfilled_at = now;
	t->unfilled = 1;
	t->limit = TRAFFIC_RECORDS_MAX;
	return t;
}

void
traffic_free(struct traffic *t)
{
	if (t == NULL)
		return;
	for (int d = 0; d < TRAFFIC_DIRECTIONS; d++) {
		mem_free(MEM_TRAFFIC, t->weight[d]);
		mem_free(MEM_TRAFFIC, t->last_us[d]);
	}
	mem_free(MEM_TRAFFIC, t->demand);
	mem_free(MEM_TRAFFIC, t->points);
	hotpoints_free(t->hot);
	mem_free(MEM_TRAFFIC, t->ids);
	mem_free(MEM_TRAFFIC, t->slot);
	mem_free(MEM_TRAFFIC, t);
}

void
traffic_set_limit(struct traffic *t, size_t records)
{
	ASSERT(records > 0 && records >= t->n);
	t->limit = records;
}

static double
inflation(const struct traffic *t, struct mono now)
{
	return exp(mono_sub_s(now, t->epoch) / t->t_s);
}

static void
renormalise(struct traffic *t, struct mono now)
{
	double factor = 1.0 / inflation(t, now);

	for (int d = 0; d < TRAFFIC_DIRECTIONS; d++) {
		for (size_t i = 0; i < t->n; i++)
			t->weight[d][i] *= factor;
		t->total[d] *= factor;
		t->unrouted[d] *= factor;
	}
	t->epoch = now;
}

double
traffic_time_constant(const struct traffic *t)
{
	return t->t_s;
}

void
traffic_set_time_constant(struct traffic *t, double t_s, struct mono now)
{
	ASSERT(t_s > 0);
	renormalise(t, now);
	t->t_s = t_s;
}

struct traffic_scale
traffic_scale(struct traffic *t, struct mono now)
{
	if (mono_sub_s(now, t->epoch) > RENORMALISE_AT * t->t_s)
		renormalise(t, now);
	if (mono_sub_s(now, t->demand_epoch) > RENORMALISE_AT * t->tau_s)
		traffic_demand_renormalise(t, now);
	return (struct traffic_scale){ .shown = inflation(t, now) / t->t_s,
		.demand = traffic_demand_inflation(t, now) / t->tau_s };
}

static void
grow_records(struct traffic *t)
{
	t->cap = t->cap == 0 ? 256 : t->cap * 2;
	t->ids = mem_resize(MEM_TRAFFIC, t->ids, t->cap, sizeof(*t->ids));
	t->demand = mem_resize(MEM_TRAFFIC, t->demand, t->cap, sizeof(*t->demand));
	t->points = mem_resize(MEM_TRAFFIC, t->points, t->cap, sizeof(*t->points));
	for (int d = 0; d < TRAFFIC_DIRECTIONS; d++) {
		t->weight[d] = mem_resize(MEM_TRAFFIC, t->weight[d], t->cap, sizeof(double));
		t->last_us[d] = mem_resize(MEM_TRAFFIC, t->last_us[d], t->cap, sizeof(int64_t));
	}
}

static void
grow_slots(struct traffic *t, uint32_t id)
{
	size_t slots = t->slots == 0 ? 1024 : t->slots;

	while (slots <= id)
		slots += slots / 2;
	t->slot = mem_resize(MEM_TRAFFIC, t->slot, slots, sizeof(*t->slot));
	memset(t->slot + t->slots, 0, (slots - t->slots) * sizeof(*t->slot));
	t->slots = slots;
}

static void
remove_record(struct traffic *t, size_t i)
{
	size_t last = --t->n;

	traffic_demand_release(t, i);
	t->slot[t->ids[i]] = 0;
	if (i == last)
		return;
	t->ids[i] = t->ids[last];
	t->demand[i] = t->demand[last];
	t->points[i] = t->points[last];
	for (int d = 0; d < TRAFFIC_DIRECTIONS; d++) {
		t->weight[d][i] = t->weight[d][last];
		t->last_us[d][i] = t->last_us[d][last];
	}
	t->slot[t->ids[i]] = (uint32_t)i + 1;
}

/* Make room for one: the lightest of the next few goes. What came in from a prefix counts for it,
 * too, or the lists by source would suffer most. */
static void
evict(struct traffic *t, struct mono now)
{
	double shown = traffic_unit(t, now), demand = traffic_demand_unit(t, now), least = INFINITY;
	size_t victim = 0;

	for (unsigned k = 0; k < VICTIMS; k++) {
		size_t i = t->expire_at >= t->n ? 0 : t->expire_at;
		double rate = t->demand[i].weight * demand + t->weight[TRAFFIC_FROM][i] * shown;

		t->expire_at = i + 1;
		if (rate < least) {
			least = rate;
			victim = i;
		}
	}
	remove_record(t, victim);
}

size_t
traffic_record(struct traffic *t, uint32_t id, struct mono now)
{
	if (id >= t->slots)
		grow_slots(t, id);
	if (t->slot[id] != 0)
		return t->slot[id] - 1;
	if (t->n >= t->limit)
		evict(t, now);
	if (t->n == t->cap)
		grow_records(t);
	t->ids[t->n] = id;
	t->demand[t->n] = (struct traffic_demand){ 0 };
	t->points[t->n] = POINTS_UNKNOWN;
	for (int d = 0; d < TRAFFIC_DIRECTIONS; d++) {
		t->weight[d][t->n] = 0;
		t->last_us[d][t->n] = INT64_MIN;
	}
	t->slot[id] = (uint32_t)++t->n;
	return t->n - 1;
}

static void
add(struct traffic *t, uint32_t id, enum traffic_direction direction, uint64_t bytes,
    const uint64_t *hi, struct traffic_scale scale, struct mono now)
{
	size_t i = traffic_record(t, id, now);
	double weight = (double)bytes * scale.shown;

	t->weight[direction][i] += weight;
	t->last_us[direction][i] = now.us;
	t->total[direction] += weight;
	if (direction != TRAFFIC_TO)
		return;
	t->samples += scale.demand;
	traffic_demand_add(t, i, (double)bytes * scale.demand, hi);
}

void
traffic_add(struct traffic *t, uint32_t id, enum traffic_direction direction, uint64_t bytes,
    struct traffic_scale scale, struct mono now)
{
	add(t, id, direction, bytes, NULL, scale, now);
}

void
traffic_add_unrouted(
    struct traffic *t, enum traffic_direction direction, uint64_t bytes, struct traffic_scale scale)
{
	t->unrouted[direction] += (double)bytes * scale.shown;
}

void
traffic_add_batch(struct traffic *t, const uint32_t *ids, enum traffic_direction direction,
    const uint64_t *bytes, const uint64_t *hi, size_t n, struct traffic_scale scale,
    struct mono now)
{
	for (size_t i = 0; i < n; i++)
		if (ids[i] < t->slots)
			__builtin_prefetch(&t->slot[ids[i]]);
	for (size_t i = 0; i < n; i++) {
		uint32_t slot = ids[i] < t->slots ? t->slot[ids[i]] : 0;

		if (slot != 0) {
			__builtin_prefetch(&t->weight[direction][slot - 1], 1);
			__builtin_prefetch(&t->last_us[direction][slot - 1], 1);
			if (direction == TRAFFIC_TO)
				__builtin_prefetch(&t->demand[slot - 1], 1);
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (ids[i] != TRAFFIC_UNROUTED)
			add(t, ids[i], direction, bytes[i], &hi[i], scale, now);
		else
			traffic_add_unrouted(t, direction, bytes[i], scale);
	}
}

void
traffic_drop(struct traffic *t, uint32_t id)
{
	if (id < t->slots && t->slot[id] != 0)
		remove_record(t, t->slot[id] - 1);
}

bool
traffic_sampled(
    const struct traffic *t, size_t i, enum traffic_direction direction, struct mono since)
{
	return t->last_us[direction][i] >= since.us;
}

bool
traffic_idle(const struct traffic *t, size_t i, enum traffic_direction direction, struct mono now)
{
	int64_t last = t->last_us[direction][i];

	return last == INT64_MIN || (double)(now.us - last) * 1e-6 > TRAFFIC_IDLE_T * t->t_s;
}

/* Neither list nor demand has anything of it. */
static bool
forgotten(const struct traffic *t, size_t i, struct mono now)
{
	double shown = TRAFFIC_IDLE_T * 1e6 * t->t_s, weighed = TRAFFIC_IDLE_TAU * 1e6 * t->tau_s;
	double longest = shown > weighed ? shown : weighed;

	for (int d = 0; d < TRAFFIC_DIRECTIONS; d++)
		if (t->last_us[d][i] != INT64_MIN && (double)(now.us - t->last_us[d][i]) <= longest)
			return false;
	return true;
}

void
traffic_expire(struct traffic *t, size_t budget, struct mono now)
{
	if (budget > t->n)
		budget = t->n;
	while (budget-- > 0) {
		if (t->expire_at >= t->n)
			t->expire_at = 0;
		if (forgotten(t, t->expire_at, now))
			remove_record(t, t->expire_at);
		else
			t->expire_at++;
	}
}

double
traffic_unit(const struct traffic *t, struct mono now)
{
	return 1.0 / inflation(t, now);
}

double
traffic_rate(
    const struct traffic *t, uint32_t id, enum traffic_direction direction, struct mono now)
{
	if (id >= t->slots || t->slot[id] == 0)
		return 0;
	return t->weight[direction][t->slot[id] - 1] * traffic_unit(t, now);
}

double
traffic_total(const struct traffic *t, enum traffic_direction direction, struct mono now)
{
	return t->total[direction] * traffic_unit(t, now);
}

double
traffic_unrouted(const struct traffic *t, enum traffic_direction direction, struct mono now)
{
	return t->unrouted[direction] * traffic_unit(t, now);
}

bool
traffic_find(const struct traffic *t, uint32_t id, size_t *record)
{
	if (id >= t->slots || t->slot[id] == 0)
		return false;
	*record = t->slot[id] - 1;
	return true;
}

size_t
traffic_count(const struct traffic *t)
{
	return t->n;
}

const uint32_t *
traffic_ids(const struct traffic *t)
{
	return t->ids;
}

const double *
traffic_weights(const struct traffic *t, enum traffic_direction direction)
{
	return t->weight[direction];
}
