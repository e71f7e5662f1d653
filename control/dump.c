/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A peer's place in the index is the number of its source in the router, so that nothing has to be
 * looked up for a path. Between two calls the table may change: the walk goes on behind the prefix
 * it wrote last, and what it writes is the table as it is then.
 */
#include "control/dump.h"

#include "control/mrt.h"
#include "lib/mem.h"

/* What most prefixes have at most. */
#define PATHS_FEW 64

static void
add_peers(const struct app *app, const struct router *r, struct web_dump *dump, struct str *out)
{
	struct mrt_peer peers[RIB_SOURCES_MAX] = { 0 };
	uint32_t collector_id = 0;

	for (size_t i = 0; i < app->n_neighbors; i++) {
		const struct app_neighbor *n = app->neighbors[i];
		const struct bgp_neighbor_config *c = &n->config->bgp;
		const struct rib_source *source;

		if (n->router != r || c->role != BGP_LEARN)
			continue;
		ASSERT(n->source < RIB_SOURCES_MAX);
		/* The address of its session: a dynamic neighbour is configured without one. */
		source = rib_source_peek(router_rib(r), n->source);
		peers[n->source] = (struct mrt_peer){
			.id = source->router_id,
			.as = c->remote_as != 0 ? c->remote_as : c->local_as,
			.address = ip_is_zero(&source->address) ? c->remote : source->address,
		};
		collector_id = c->router_id;
		if (n->source >= dump->n_peers)
			dump->n_peers = (uint16_t)(n->source + 1);
	}
	mrt_add_peers(out, dump->time_s, collector_id, router_name(r), peers, dump->n_peers);
}

/* The paths of an entry, all of them, into a list that is `few` or allocated. */
static struct rib_path *
load_paths(const struct rib *rib, enum ip_family family, uint32_t id,
    struct rib_path few[static PATHS_FEW], size_t *n)
{
	struct rib_path *paths = few;
	enum rib_reason rule;

	*n = rib_paths(rib, family, id, paths, PATHS_FEW, &rule);
	if (*n > PATHS_FEW) {
		paths = mem_calloc(MEM_HTTP, *n, sizeof(*paths));
		rib_paths(rib, family, id, paths, *n, &rule);
	}
	return paths;
}

static void
add_entry(const struct app *app, const struct rib *rib, enum ip_family family, uint32_t id,
    struct web_dump *dump, struct str *out)
{
	struct ip_prefix prefix = rib_prefix(rib, family, id);
	struct rib_path few[PATHS_FEW], *paths;
	struct mrt_path *written;
	uint16_t n_written = 0;
	size_t n;

	paths = load_paths(rib, family, id, few, &n);
	written = mem_calloc(MEM_HTTP, n, sizeof(*written));
	for (size_t i = 0; i < n && n_written < UINT16_MAX; i++) {
		struct mrt_path *w = &written[n_written];

		/* Of a source that came after the index was written. */
		if (paths[i].source >= dump->n_peers)
			continue;
		w->peer = paths[i].source;
		w->path_id = paths[i].path_id;
		attrs_get(app->attrs, paths[i].attrs, &w->attrs);
		n_written++;
	}
	if (mrt_add_prefix(out, dump->time_s, dump->sequence, &prefix, written, n_written))
		dump->sequence++;
	mem_free(MEM_HTTP, written);
	if (paths != few)
		mem_free(MEM_HTTP, paths);
}

/* The next entry of the walk through the families that are wanted. */
static uint32_t
next_entry(const struct rib *rib, struct web_dump *dump)
{
	uint32_t id;

	for (; dump->family < IP_FAMILIES; dump->family++, dump->in_family = false) {
		if (!dump->families[dump->family])
			continue;
		if (dump->in_family)
			id = rib_next(rib, &dump->prefix);
		else
			id = rib_first(rib, (enum ip_family)dump->family, &dump->prefix);
		dump->in_family = true;
		if (id != RIB_NONE)
			return id;
	}
	return RIB_NONE;
}

bool
dump_next(const struct app *app, const struct router *r, struct web_dump *dump, struct str *out)
{
	const struct rib *rib = router_rib(r);
	uint32_t id;

	if (!dump->started) {
		dump->started = true;
		dump->time_s =
		    (uint32_t)((app->started_wall_ms + mono_sub_us(app->now, app->started) / 1000) /
			       1000);
		add_peers(app, r, dump, out);
		return true;
	}
	id = next_entry(rib, dump);
	if (id == RIB_NONE)
		return false;
	add_entry(app, rib, (enum ip_family)dump->family, id, dump, out);
	return true;
}
