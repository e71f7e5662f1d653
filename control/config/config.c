/* SPDX-License-Identifier: Apache-2.0 */
#include "control/config/config.h"

#include <string.h>

#include "control/config/check.h"
#include "control/config/value.h"

/* An address for hardware.redis. */
static const struct schema_row redis_row = { .kind = SCHEMA_ENDPOINT, .port = 6379 };

/* Defaults that other settings give. */
static void
complete(struct config *c)
{
	for (size_t i = 0; i < c->n_bgp_listen; i++)
		c->bgp_listen[i].port = c->bgp_port;
	for (size_t i = 0; i < c->n_neighbors; i++) {
		struct bgp_neighbor_config *bgp = &c->neighbors[i].bgp;

		bgp->dynamic = bgp->range.len > 0;
		if (bgp->dynamic)
			bgp->remote.family = bgp->range.family;
		if (bgp->remote_as == 0)
			bgp->remote_as = bgp->local_as;
		if (ip_is_zero(&bgp->local))
			bgp->local.family = bgp->remote.family;
	}
	if (c->hardware.redis != NULL && c->hardware.redis[0] != '/' &&
	    !value_parse(&redis_row, c->hardware.redis, &c->hardware.redis_at))
		c->hardware.redis_at = (struct config_endpoint){ .port = 0 };
	for (size_t i = 0; i < c->n_agents; i++) {
		struct config_agent *agent = &c->agents[i];

		if (agent->sources == NULL) {
			agent->sources = mem_alloc(MEM_CONFIG, sizeof(*agent->sources));
			agent->sources[0] = agent->address;
			agent->n_sources = 1;
		}
	}
}

static char *
copy_text(const char *text)
{
	return text != NULL ? mem_strdup(MEM_CONFIG, text) : NULL;
}

/* The k-th, from 1 on, of the neighbours that an entry with a prefix stands for. */
static struct config_neighbor
one_of(const struct config_neighbor *entry, unsigned k)
{
	struct config_neighbor n = *entry;
	struct str name;

	str_init(&name, MEM_CONFIG);
	str_addf(&name, "%s-%u", entry->bgp.name, k);
	n.bgp.name = copy_text(name.text);
	n.bgp.description = copy_text(entry->bgp.description);
	n.bgp.md5 = copy_text(entry->bgp.md5);
	n.router = copy_text(entry->router);
	n.max_dynamic = 1;
	str_fini(&name);
	return n;
}

static size_t
stands_for(const struct config_neighbor *n)
{
	return n->bgp.dynamic ? n->max_dynamic : 1;
}

/* An entry with a prefix for each neighbour that may come from it. */
static void
expand_neighbors(struct config *c)
{
	struct config_neighbor *all;
	size_t n = 0, at = 0;

	for (size_t i = 0; i < c->n_neighbors; i++)
		n += stands_for(&c->neighbors[i]);
	if (n == c->n_neighbors)
		return;
	all = mem_calloc(MEM_CONFIG, n, sizeof(*all));
	for (size_t i = 0; i < c->n_neighbors; i++) {
		struct config_neighbor *entry = &c->neighbors[i];

		if (stands_for(entry) == 1) {
			all[at++] = *entry;
			continue;
		}
		for (unsigned k = 1; k <= entry->max_dynamic; k++)
			all[at++] = one_of(entry, k);
		schema_free(&schema_neighbor, entry);
	}
	mem_free(MEM_CONFIG, c->neighbors);
	c->neighbors = all;
	c->n_neighbors = n;
}

/* Takes the source over. */
static struct config *
config_from_source(struct source *source, struct faults *faults, struct str *out)
{
	struct config *c = mem_alloc(MEM_CONFIG, sizeof(*c));
	struct places places = { 0 };

	c->file = mem_strdup(MEM_CONFIG, source->files[0]);
	if (parse_source(source, c, &places, faults)) {
		complete(c);
		check_config(c, &places, faults);
	}
	faults_print(faults, source, out);
	if (faults->fatal > 0) {
		config_free(c);
		c = NULL;
	} else {
		expand_neighbors(c);
	}
	places_fini(&places);
	faults_fini(faults);
	source_fini(source);
	return c;
}

struct config *
config_parse_file(const char *file, struct str *out)
{
	struct faults faults;
	struct source source;

	faults_init(&faults);
	source_from_file(&source, file, &faults);
	return config_from_source(&source, &faults, out);
}

struct config *
config_parse_text(const char *text, const char *file, struct str *out)
{
	struct faults faults;
	struct source source;

	faults_init(&faults);
	source_from_text(&source, text, file, &faults);
	return config_from_source(&source, &faults, out);
}

void
config_free(struct config *c)
{
	if (c == NULL)
		return;
	schema_free(&schema_root, c);
	mem_free(MEM_CONFIG, c->file);
	mem_free(MEM_CONFIG, c);
}

/* Append a name that is not there yet. */
static size_t
add_router(const char **names, size_t n, size_t max, const char *name)
{
	if (name == NULL)
		return n;
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return n;
	if (n < max)
		names[n++] = name;
	return n;
}

size_t
config_routers(const struct config *c, const char **names, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_neighbors; i++)
		n = add_router(names, n, max, c->neighbors[i].router);
	for (size_t i = 0; i < c->n_agents; i++)
		n = add_router(names, n, max, c->agents[i].router);
	if (c->has_target)
		n = add_router(names, n, max, c->target.router);
	return n;
}
