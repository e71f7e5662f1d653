/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration: hotfib.conf (libconfig syntax) parsed, checked and as a plain struct.
 *
 * config_parse() reports every fault at once, each as "FILE:LINE: message"; a file with a fault
 * gives no configuration. All strings and arrays belong to the struct config.
 */
#ifndef CONTROL_CONFIG_CONFIG_H
#define CONTROL_CONFIG_CONFIG_H

#include "bgpd/neighbor.h"
#include "control/push_bgp.h"
#include "control/select/selector.h"
#include "lib/log.h"
#include "lib/str.h"

struct config_endpoint {
	struct ip_addr address;
	uint16_t port;
};

struct config_neighbor {
	struct bgp_neighbor_config bgp;
	char *router; /* role learn: the table it feeds; role push: NULL */
	/* With a prefix instead of an address: 1, as config_parse() makes one neighbour out of each
	 * that there may be. */
	uint16_t max_dynamic;
	struct push_policy push; /* role push */
};

struct config_agent {
	struct ip_addr address;
	struct ip_addr *sources; /* datagrams count only from these; default: the agent address */
	size_t n_sources;
	char *router;
	double t_s; /* moving average's time constant, 0.1..3600, default 10 */
};

struct config_forward {
	char *name;
	struct config_endpoint to;
};

enum config_default {
	CONFIG_DEFAULT_PUNT,
	CONFIG_DEFAULT_FOLLOW
};

/* What becomes of what a target holds when the daemon ends. */
enum config_on_exit {
	CONFIG_ON_EXIT_KEEP,
	CONFIG_ON_EXIT_WITHDRAW
};

/* The simulated ASIC's name in target.via. */
#define CONFIG_VIA_SIM "sim"

/* The kernel's routing table, likewise. */
#define CONFIG_VIA_NETLINK "netlink"

/* Prefixes that fit a pool, and the slots each takes of it. */
struct config_pool_class {
	enum ip_family family;
	uint32_t length;                 /* just that; 0: of min_length to max_length */
	uint32_t min_length, max_length; /* max 0: as long as there are */
	uint32_t cost;
};

struct config_pool {
	char *name;
	uint32_t capacity; /* slots */
	struct config_pool_class *classes;
	size_t n_classes;
};

struct config_target {
	char *router;
	char **via; /* names of push neighbours, or a reserved name; none: a dry run */
	size_t n_via;
	uint32_t capacity[IP_FAMILIES]; /* entries; 0: nothing of that family is pushed */
	struct config_pool *pools;      /* instead of capacity, see pools.h */
	size_t n_pools;
	double headroom;     /* 0..0.5, default 0.02 */
	double min_rate_bps; /* only prefixes with more bytes/s than this; default 0 */
	double tau_s;        /* averaging time of selection; 0, the default: by itself */
	double update_rate, update_burst;   /* operations that follow the traffic; 100/s, 500 */
	enum config_default default_action; /* default "punt" */
	enum selector_kind selection;       /* default "priced" */
	bool synthetic;                     /* default true; only "priced" uses it */
	enum config_on_exit on_exit;        /* default "keep" */
	struct ip_prefix *always, *never;
	size_t n_always, n_never;
};

/* The kernel's routing table, where it is a target (via = "netlink"). */
struct config_netlink {
	uint32_t table, metric;
	uint16_t protocol;        /* rtm_protocol of our routes */
	double audit_s;           /* the whole table is read and compared this often */
	bool nexthop_objects;     /* use them where the kernel has them */
	bool resolve_via_default; /* the default route may lead to next hops */
	uint32_t buffer_bytes;    /* for notifications */
	char **beside;            /* protocols whose routes are not carved out */
	size_t n_beside;
};

struct config_hardware {
	bool sflow;                      /* what agents tell counts; default true */
	char *switchd;                   /* directory of switchd's files; NULL: not read */
	char *redis;                     /* socket or address of SONiC's redis; NULL: not asked */
	struct config_endpoint redis_at; /* where `redis` is an address */
	uint32_t redis_db;               /* default 2, COUNTERS_DB */
	double interval_s;               /* between readings; default 10 */
	double reserve;                  /* part of each table left free; default 0.05 */
	double probe_s;                  /* see ceiling.h; default 600 */
};

struct config {
	char *file;

	struct config_endpoint *bgp_listen; /* address of each; all have the bgp.port */
	size_t n_bgp_listen;
	uint16_t bgp_port;
	struct config_neighbor *neighbors;
	size_t n_neighbors;
	double stale_time_s; /* routes of a lost learning session; default 600 */

	struct config_endpoint *sflow_listen;
	size_t n_sflow_listen;
	struct config_agent *agents;
	size_t n_agents;
	struct config_forward *forwards;
	size_t n_forwards;

	bool has_target; /* false: a dry run with a target of our own choice */
	struct config_target target;

	struct config_hardware hardware;
	struct {
		uint32_t capacity[IP_FAMILIES]; /* 0: room for whatever comes */
		double latency_s, failure_rate;
		uint32_t seed;
	} sim;
	struct config_netlink netlink;

	struct config_endpoint *http_listen;
	size_t n_http_listen;
	bool http_insecure; /* http_listen may hold other than loopback addresses */
	char *socket;       /* unix socket; default /run/hotfib/hotfib.sock */

	char *state_file;        /* "": none */
	double state_interval_s; /* default 60 */

	enum log_level log_level;
};

/* Parse and check a file, or a text under the name `file`. NULL when there is any fault; the
 * faults, one line each, are appended to `faults` either way (a configuration may come with
 * warnings: lines "FILE:LINE: warning: ..."). */
struct config *config_parse_file(const char *file, struct str *faults);
struct config *config_parse_text(const char *text, const char *file, struct str *faults);
void config_free(struct config *c);

/* Print in canonical form: every setting, defaults included, but for keys (md5), which are left
 * out. Parses back to itself, apart from those: a session whose key is missing does not come up. */
void config_print(const struct config *c, struct str *out);

/* Names of routers in order of first mention (learn neighbours, then agents, then target). */
size_t config_routers(const struct config *c, const char **names, size_t max);

#endif
