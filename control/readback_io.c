/* SPDX-License-Identifier: Apache-2.0 */
#include "control/readback_io.h"

#include <ev.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "control/readback_priv_io.h"
#include "lib/clock_io.h"
#include "lib/log.h"
#include "lib/mem.h"

struct readback {
	struct config_hardware config; /* its texts are ours */
	struct ev_loop *loop;
	struct hardware_sources *sources;
	struct switchd_reader *switchd;
	struct redis_reader *redis;
	ev_timer timer;
};

void
readback_take(struct hardware_source *source, const struct asic_tables *tables)
{
	if (source->error[0] != '\0')
		log_info("hardware", "source=%s name=%s reads again", source->kind, source->name);
	source->tables = *tables;
	source->at = clock_mono();
	source->error[0] = '\0';
}

void
readback_fail(struct hardware_source *source, const char *fmt, ...)
{
	char error[sizeof(source->error)];
	va_list args;

	va_start(args, fmt);
	vsnprintf(error, sizeof(error), fmt, args);
	va_end(args);
	if (strcmp(error, source->error) != 0)
		log_warning("hardware", "source=%s name=%s error=\"%s\"", source->kind,
		    source->name, error);
	memcpy(source->error, error, sizeof(error));
}

static void
on_timer(struct ev_loop *loop, ev_timer *w, int events)
{
	struct readback *r = w->data;
	struct mono now = clock_mono();

	(void)loop;
	(void)events;
	if (r->switchd != NULL)
		switchd_reader_ask(r->switchd, now);
	if (r->redis != NULL)
		redis_reader_ask(r->redis, now);
}

static struct hardware_source *
add_source(struct readback *r, const char *kind, const char *name)
{
	struct hardware_source *source = &r->sources->list[r->sources->n++];

	*source = (struct hardware_source){ .kind = kind, .name = name, .at = MONO_NEVER };
	return source;
}

struct readback *
readback_new(
    struct ev_loop *loop, const struct config_hardware *config, struct hardware_sources *sources)
{
	struct readback *r = mem_alloc(MEM_MISC, sizeof(*r));

	/* The texts are borrowed by the readers, and the configuration may go. */
	r->config = *config;
	r->config.switchd = config->switchd != NULL ? mem_strdup(MEM_MISC, config->switchd) : NULL;
	r->config.redis = config->redis != NULL ? mem_strdup(MEM_MISC, config->redis) : NULL;
	config = &r->config;
	r->loop = loop;
	r->sources = sources;
	sources->n = 0;
	if (config->switchd != NULL)
		r->switchd = switchd_reader_new(
		    loop, config->switchd, add_source(r, "switchd", config->switchd));
	if (config->redis != NULL)
		r->redis = redis_reader_new(loop, config->redis[0] == '/' ? config->redis : NULL,
		    &config->redis_at, config->redis_db, add_source(r, "redis", config->redis));
	ev_timer_init(&r->timer, on_timer, 0., config->interval_s);
	r->timer.data = r;
	if (sources->n > 0)
		ev_timer_start(loop, &r->timer);
	return r;
}

void
readback_free(struct readback *r)
{
	if (r == NULL)
		return;
	ev_timer_stop(r->loop, &r->timer);
	switchd_reader_free(r->switchd);
	redis_reader_free(r->redis);
	mem_free(MEM_MISC, r->config.switchd);
	mem_free(MEM_MISC, r->config.redis);
	mem_free(MEM_MISC, r);
}
