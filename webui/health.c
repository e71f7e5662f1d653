/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lib/human.h"
#include "webui/api.h"
#include "webui/json.h"

static void
add_reason(json_t *list, const char *text)
{
	json_array_append_new(list, web_json_string(text));
}

static void
add_learning_reason(const struct web_backend *b, json_t *list)
{
	struct web_neighbor n;
	bool any = false;

	for (size_t i = 0; b->neighbor(b->ctx, i, &n); i++) {
		if (strcmp(n.role, "learn") != 0)
			continue;
		any = true;
		for (int f = 0; f < IP_FAMILIES; f++) {
			if (n.family[f].negotiated && n.family[f].ready)
				return;
		}
	}
	add_reason(list, any ? "no learn neighbour has sent its whole table yet"
			     : "no learn neighbour is configured");
}

static void
add_sflow_reason(const struct web_backend *b, json_t *list)
{
	struct web_totals totals;
	struct web_agent agent;

	for (size_t i = 0; b->agent(b->ctx, i, &agent); i++) {
		if (agent.configured && agent.datagrams > 0)
			return;
	}
	b->totals(b->ctx, &totals);
	add_reason(list, totals.sflow_datagrams > 0 ? "sFlow arrives, but from no configured agent"
						    : "no sFlow received yet");
}

json_t *
web_readiness(const struct web_backend *b)
{
	json_t *list = json_array();

	add_learning_reason(b, list);
	add_sflow_reason(b, list);
	return list;
}

/* Another session for the same purpose is up: then one that never came up may never have been meant
 * to, such as the IPv6 session of an imported configuration. */
static bool
has_stand_in(const struct web_backend *b, size_t absent)
{
	struct web_neighbor n;
	struct str purpose;
	bool found = false;

	/* The backend's texts last until its next call. */
	str_init(&purpose, MEM_HTTP);
	b->neighbor(b->ctx, absent, &n);
	str_addf(&purpose, "%s %s", n.role, n.router);
	for (size_t i = 0; !found && b->neighbor(b->ctx, i, &n); i++) {
		size_t role = strlen(n.role);

		found = strcmp(n.state, "established") == 0 &&
			strncmp(purpose.text, n.role, role) == 0 &&
			strcmp(purpose.text + role + 1, n.router) == 0;
	}
	str_fini(&purpose);
	return found;
}

static void
add_reload_problem(const struct web_backend *b, json_t *list)
{
	struct web_totals totals;
	struct str text;

	b->totals(b->ctx, &totals);
	if (totals.reload_faults == NULL || totals.reload_faults[0] == '\0')
		return;
	str_init(&text, MEM_HTTP);
	str_addf(&text, "the configuration could not be reloaded, the one before is in force: %.*s",
	    (int)strcspn(totals.reload_faults, "\n"), totals.reload_faults);
	add_reason(list, text.text);
	str_fini(&text);
}

/* A neighbour that was only warned about. One that was closed for it is down, and says why. */
static void
add_over_limit(json_t *list, const struct web_neighbor *n)
{
	struct str text;

	str_init(&text, MEM_HTTP);
	for (int f = 0; f < IP_FAMILIES; f++) {
		if (strcmp(n->state, "established") != 0 || !n->family[f].over_limit)
			continue;
		str_clear(&text);
		str_addf(&text, "neighbour %s has had more %s routes than max-prefixes allows",
		    n->name, f == IP_V4 ? "IPv4" : "IPv6");
		add_reason(list, text.text);
	}
	str_fini(&text);
}

static void
add_router_problem(json_t *list, const char *router, const char *problem)
{
	struct str text;

	str_init(&text, MEM_HTTP);
	str_addf(&text, "router %s: %s", router, problem);
	add_reason(list, text.text);
	str_fini(&text);
}

json_t *
web_problems(const struct web_backend *b)
{
	json_t *list = json_array();
	struct web_neighbor n;
	struct web_router r;
	struct str text;

	add_reload_problem(b, list);
	str_init(&text, MEM_HTTP);
	for (size_t i = 0; b->neighbor(b->ctx, i, &n); i++) {
		add_over_limit(list, &n);
		/* Who comes out of a range may leave again. */
		if (n.dynamic || strcmp(n.state, "established") == 0 ||
		    (n.established_count == 0 && has_stand_in(b, i)))
			continue;
		b->neighbor(b->ctx, i, &n);
		str_clear(&text);
		str_addf(&text, "%s neighbour %s is down (%s)", n.role, n.name, n.state);
		if (n.disabled)
			str_add(&text, ": disabled by an operator");
		else if (n.last_error[0] != '\0')
			str_addf(&text, ": %s", n.last_error);
		add_reason(list, text.text);
	}
	for (size_t i = 0; b->router(b->ctx, i, &r); i++) {
		if (r.push_stopped != NULL)
			add_router_problem(list, r.name, r.push_stopped);
		if (r.no_nexthop != NULL)
			add_router_problem(list, r.name, r.no_nexthop);
		for (int f = 0; f < IP_FAMILIES; f++) {
			if (!r.family[f].frozen)
				continue;
			str_clear(&text);
			str_addf(&text, "%s of router %s is frozen, nothing is evicted: %s",
			    f == IP_V4 ? "IPv4" : "IPv6", r.name, r.family[f].frozen_why);
			add_reason(list, text.text);
		}
	}
	str_fini(&text);
	return list;
}

struct sums {
	double rate_total, rate_covered; /* of routers with a target */
	double rate_observed;            /* of all routers */
	uint64_t installed, capacity;    /* entries */
	uint64_t prefixes[IP_FAMILIES];
	unsigned learners; /* learn sessions that are up */
	bool has_target, dry_run;
	bool sized; /* entries that do not take one slot each */
};

static struct sums
sum_up(const struct web_backend *b)
{
	struct sums s = { 0 };
	struct web_neighbor n;
	struct web_router r;

	for (size_t i = 0; b->neighbor(b->ctx, i, &n); i++)
		s.learners += strcmp(n.role, "learn") == 0 && strcmp(n.state, "established") == 0;
	for (size_t i = 0; b->router(b->ctx, i, &r); i++) {
		for (int f = 0; f < IP_FAMILIES; f++) {
			s.prefixes[f] += r.family[f].prefixes;
			s.rate_observed += r.family[f].rate_total;
			if (!r.family[f].has_target)
				continue;
			s.has_target = true;
			s.dry_run = r.family[f].dry_run;
			s.rate_total += r.family[f].rate_total;
			s.rate_covered += r.family[f].rate_installed + r.family[f].rate_default;
			s.installed += r.family[f].installed;
			s.capacity += r.family[f].capacity + r.family[f].exact_room;
			s.sized |= r.family[f].slots + r.family[f].exact > r.family[f].installed;
		}
	}
	return s;
}

void
web_summary(const struct web_backend *b, struct str *out)
{
	struct sums s = sum_up(b);
	char one[HUMAN_MAX], two[HUMAN_MAX], three[HUMAN_MAX];

	if (s.rate_observed <= 0)
		str_add(out, "No traffic seen");
	else if (!s.has_target)
		str_addf(out, "Observing %s", human_bit_rate(s.rate_observed, one));
	else
		str_addf(out, "%s %s of %s", s.dry_run ? "A dry run that would cover" : "Covering",
		    human_percent(s.rate_total > 0 ? s.rate_covered / s.rate_total : 0, one),
		    human_bit_rate(s.rate_total, two));
	if (!s.has_target)
		str_add(out, "; no target is configured");
	else
		str_addf(out, "%s %s%s%s routes", s.rate_observed > 0 ? " with" : ";",
		    human_count(s.installed, one), s.sized ? "" : " of ",
		    s.sized ? "" : human_count(s.capacity, two));
	if (s.prefixes[IP_V4] + s.prefixes[IP_V6] == 0)
		str_add(out, "; no prefixes learned yet");
	else
		str_addf(out, "; learning %s IPv4 and %s IPv6 prefixes from %s neighbour%s",
		    human_count(s.prefixes[IP_V4], one), human_count(s.prefixes[IP_V6], two),
		    human_count(s.learners, three), s.learners == 1 ? "" : "s");
}

void
web_api_healthz(struct web_call *call, struct web_answer *a)
{
	(void)call;
	web_answer_text(a, 200, "ok\n");
}

void
web_api_readyz(struct web_call *call, struct web_answer *a)
{
	json_t *reasons = web_readiness(&call->app->backend);
	bool ready = json_array_size(reasons) == 0;
	json_t *root = json_object();

	web_json_bool(root, "ready", ready);
	json_object_set_new(root, "reasons", reasons);
	web_answer_json(a, ready ? 200 : 503, root);
}
