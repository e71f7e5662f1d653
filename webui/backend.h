/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the web room needs from the rest of hotfib, and nothing else: plain values, no HTTP types,
 * no table internals. control/view.c implements it; the unit tests implement it with a fake.
 *
 * Every call returns at once. Texts and spans are borrowed and valid until the next call into the
 * backend or the next turn of the event loop. Rates are bytes per second, moving averages with the
 * agent's time constant.
 */
#ifndef WEBUI_BACKEND_H
#define WEBUI_BACKEND_H

#include "lib/mono.h"
#include "lib/route.h"
#include "lib/str.h"

/* A BGP neighbour. */
/* What an OPEN says its sender can do. */
struct web_capabilities {
	bool valid; /* there has been an OPEN */
	bool families[IP_FAMILIES];
	bool four_octet_as, route_refresh, enhanced_refresh, extended_message;
	bool extended_nexthop;             /* IPv4 routes with an IPv6 next hop */
	const char *add_path[IP_FAMILIES]; /* "receive", "send" or "both"; NULL: neither */
	bool graceful_restart;
	uint16_t restart_time_s;
	bool restarted, notification; /* the bits R and N */
	bool restart_families[IP_FAMILIES], restart_forwarding[IP_FAMILIES];
	uint32_t unknown[8]; /* bitmap of the codes we do not know */
};

/* How often something was wrong with an attribute, and what was done about it. */
struct web_attribute_error {
	const char *attribute, *action; /* "AS_PATH", "treat-as-withdraw" */
	uint64_t count;
};

struct web_neighbor {
	const char *name, *description; /* description may be NULL */
	const char *role;               /* "learn" or "push" */
	const char *router;             /* the router it learns for, or whose routes it is pushed */
	const char *state;              /* "established", "idle", "active", ... (lower case) */
	const char *last_error;         /* "" where there is none */
	struct ip_addr address, local_address;
	bool dynamic; /* out of the range; until somebody comes, the address has zero bits */
	struct ip_prefix range;
	uint32_t local_as, remote_as; /* remote: as configured, before its OPEN */
	uint32_t local_id, remote_id; /* BGP identifiers, host order; remote 0 before its OPEN */
	int64_t start_wall_ms;        /* when it was last Established; 0: never */
	double state_age_s;
	uint64_t established_count;
	uint16_t local_port, remote_port;                     /* of the connection; 0 without one */
	uint16_t hold_time_configured_s, hold_time_offered_s; /* ours, and what it offered */
	/* Until it runs out, the next KEEPALIVE, the next dialling; infinite: not running. */
	double hold_left_s, keepalive_left_s, retry_left_s;
	bool disabled; /* by an operator: it has no session until it is enabled */
	/* Kept out for too many prefixes: for so long, or, infinite, until it is reset. */
	bool held;
	double held_left_s;
	bool dials;                        /* we connect; otherwise we wait for it */
	bool route_refresh, four_octet_as; /* both sides can */
	/* Of the session that is up, or was last. */
	struct web_capabilities capabilities_sent, capabilities_received;
	double last_error_age_s;                     /* where there is a last error */
	uint64_t routes_announced, routes_withdrawn; /* NLRI received */
	struct {
		uint64_t opens, updates, keepalives, notifications, refreshes, bytes;
	} received, sent;
	uint16_t hold_time_s, keepalive_s;
	struct {
		bool configured;
		bool negotiated;
		bool end_of_rib; /* received since the session came up */
		bool ready;      /* learn: the table counts as complete */
		uint64_t paths;  /* learn: held now, stale ones included */
		uint64_t stale_paths;
		uint64_t max_prefixes; /* learn: paths it may have; 0: any number */
		bool over_limit;       /* it had more in this session, or the last */
		double stale_left_s;   /* learn, without a session: until they go; else infinite */
		uint64_t own_paths;    /* learn: ours that came back, which are ignored */
		uint64_t learned_added,
		    learned_removed; /* prefixes; re-announcements not counted */
		uint64_t desired;    /* push: entries selected for it */
		uint64_t installed;  /* push: entries it is believed to hold */
		uint64_t pending;    /* push: operations not sent yet */
		uint64_t pushed_added, pushed_removed, pushed_changed;
		uint64_t installed_max; /* push: most entries ever held at once */
	} family[IP_FAMILIES];
	uint64_t updates_received, updates_sent, messages_received, messages_sent;
	uint64_t bytes_received, bytes_sent, notifications_received, notifications_sent;
	uint64_t treated_as_withdraw, attributes_discarded;
	uint64_t queued_bytes;
};

/* How a target's entries are chosen. */
struct web_selection {
	const char *name;
	bool follow;      /* what no entry matches takes the default route, and counts */
	bool has_default; /* the table has one, which may be pushed: its next hop */
	struct ip_addr default_nexthop;
	double price_bps; /* what an entry has to earn, bytes/s; this and the rest: "priced" only */
	double tau_s;     /* averaging time at that price */
	double eta;       /* hysteresis, part of the price */
	uint64_t guards, synthetic, passes, bytes;
};

/* A learned table and its traffic. */
struct web_router {
	const char *name;
	const char *push_stopped; /* why pushing to it over BGP has stopped; NULL: it has not */
	const char *no_nexthop;   /* that none can be used, and why; NULL: some can */
	struct {
		uint64_t prefixes, paths;
		uint64_t active;       /* prefixes with traffic towards them */
		double rate_total;     /* destination direction, routed traffic, bytes/s */
		double rate_installed; /* of that, what an installed entry forwards right */
		double rate_default; /* of that, what has no entry and needs none: "follow", and the
				      * default has its next hop */
		double rate_unrouted; /* sampled traffic without a route, bytes/s */
		bool has_target;
		bool dry_run; /* of the target: nothing is pushed, it is only shown */
		uint64_t capacity, desired, installed;
		uint64_t usable; /* of the capacity: what the hardware was found to have room for */
		/* What is installed takes so many slots of the capacity, and of a table for one
		 * length, where there is one, so many places of so many. */
		uint64_t slots, exact, exact_room;
		bool frozen;                    /* stale input: nothing is evicted */
		const char *frozen_why;         /* "" when not frozen */
		double selection_ms;            /* CPU time of the last selection */
		struct web_selection selection; /* of the target */
	} family[IP_FAMILIES];
};

/* An sFlow agent; the names are those of sFlow-RT's /agents/json. */
struct web_agent {
	struct ip_addr address, last_source;
	bool configured;
	const char *router; /* NULL where not configured */
	double t_s;         /* its moving average's time constant; 0 where not configured */
	uint64_t datagrams, datagrams_lost, datagrams_duplicate, datagrams_out_of_order;
	uint64_t datagrams_refused, malformed;
	uint64_t flow_samples, flow_lost, flow_duplicate, flow_out_of_order, flow_drops,
	    flow_second, flow_sources;
	uint64_t counter_samples, counter_lost, counter_duplicate, counter_out_of_order;
	uint64_t counter_sources;
	uint64_t notifications, unknown_samples, non_ip_samples, bytes_sampled;
	uint32_t sampling_rate, uptime_ms;
	uint64_t asic_routes, asic_routes_max; /* routes in its ASIC; max 0: not told */
	int64_t first_seen_wall_ms, last_seen_wall_ms;
	double last_seen_age_s;
};

/* The process and its intake. */
struct web_totals {
	const char *version;
	int64_t start_wall_ms;
	double uptime_s, cpu_s, loop_lag_max_s; /* lag: worst of the last minute */
	/* Turns of the event loop no longer than each of the bounds and longer than the one before,
	 * and at the end those longer than all; borrowed. Seconds of all, and of the late ones. */
	const uint64_t *loop_turns;
	const double *loop_turn_bounds_s;
	size_t loop_turn_bounds;
	double loop_busy_s, loop_late_s;
	uint64_t sflow_datagrams, sflow_bytes, sflow_malformed, sflow_unknown_agent;
	uint64_t sflow_refused_source, sflow_kernel_drops, sflow_truncated;
	/* Of the kernel's routing table, where it is a target: requests, and those it refused;
	 * routes of ours that were put right after somebody else's doing; whole readings, and those
	 * asked for because notifications were lost. */
	uint64_t netlink_requests, netlink_errors, netlink_repairs, netlink_dumps, netlink_overruns;
	uint64_t sflow_flow_samples, sflow_counter_samples, sflow_samples_used;
	uint64_t sflow_forwarded, sflow_forward_errors;
	uint64_t bgp_accepted, bgp_refused_unknown, bgp_refused_busy, bgp_refused_held,
	    bgp_refused_full;
	uint64_t attr_sets, nexthops;
	uint64_t reloads, reloads_failed;
	int64_t reload_wall_ms;    /* the last one; 0: none yet */
	const char *reload_faults; /* what was wrong with it, a line each; "" when nothing was */
	uint64_t events_info, events_warning, events_error; /* raised */
};

struct web_top_query {
	size_t max_prefixes;
	double min_value;     /* only rates greater than this */
	bool by_source;       /* rank by traffic from the prefix instead of to it */
	unsigned min_prefix;  /* prefixes shorter than this are left out */
	bool include_covered; /* also the more-specifics of chosen prefixes, inside max_prefixes */
	bool prune_covered;   /* leave out covered prefixes with the next hop of what covers them */
};

struct web_top_row {
	struct ip_prefix prefix;
	struct ip_prefix parent; /* the listed prefix that covers it, when `covered` */
	bool covered;            /* in the list because of its parent, not of its own rate */
	double value;            /* bytes/s */
};

struct web_top {
	struct web_top_row *rows; /* by value descending; mem_free(MEM_HTTP, rows) by the caller */
	size_t n_rows;
	double value_top;   /* sum over rows */
	double value_total; /* all routed traffic of the family in that direction */
	size_t n_prefixes;
};

/* A route as shown: the best path's attributes, and what hotfib does with it. */
struct web_route {
	struct ip_prefix prefix;
	struct route_attrs attrs;
	double rate_destination, rate_source; /* bytes/s */
	bool installed;
	bool carried;             /* not installed: an entry that is forwards alike */
	struct ip_prefix carrier; /* that entry, when carried */
	bool in_parts;            /* neither, but entries inside it carry parts of it */
};

/* One of a prefix's paths. */
struct web_path {
	const char *neighbor; /* it was learned from */
	struct ip_addr address;
	uint32_t path_id;       /* RFC 7911; 0 without ADD-PATH */
	bool stale;             /* of a lost session, or not announced again yet by a new one */
	const char *rule, *why; /* what made the path before it better; NULL of the first */
	struct route_attrs attrs;
};

/* What an answer lists of a prefix's paths at most. */
#define WEB_PATHS_MAX 256

/* A busy place inside a prefix that has more-specifics. */
struct web_point {
	struct ip_prefix prefix;
	double rate; /* bytes/s, rather too little than too much */
};

#define WEB_POINTS_MAX 8

/* A prefix explained. */
struct web_explanation {
	struct web_route route;
	/* What selection weighs: a slower average than those that are shown, of so many samples;
	 * the error is relative, at 95 % confidence. */
	double demand, demand_error, demand_samples;
	double price;        /* what a slot had to earn at the last decision; 0: no such thing */
	const char *verdict; /* why it is installed or not: in a word, and in a sentence */
	char because[320];
	size_t n_points;
	struct web_point points[WEB_POINTS_MAX];
	bool has_target;        /* routes of this router are pushed somewhere */
	bool covered;           /* there is a shorter prefix in the table around it */
	struct ip_prefix cover; /* the nearest, when covered, and its next hop */
	struct ip_addr cover_nexthop;
	bool cover_alike;       /* the cover forwards to the same next hop */
	const char *withheld;   /* why it must not be pushed; NULL where it may */
	const char *rule, *why; /* what made the first path best: "as-path", and in words */
	size_t n_paths;         /* all, of which the first WEB_PATHS_MAX are in paths */
	struct web_path *paths; /* best first; mem_free(MEM_HTTP, paths) by the caller */
	/* What was learned of the prefix and does not count, with `why`; freed likewise. */
	size_t n_ignored;
	struct web_path *ignored;
};

/* What a table of another size would carry, by `priced` and by `top`. */
#define WEB_SIZES_MAX 32
#define WEB_GOALS     4
#define WEB_NEVER     UINT32_MAX

struct web_whatif_query {
	enum ip_family family;
	uint32_t n_sizes;
	uint32_t sizes[WEB_SIZES_MAX]; /* entries; rising */
};

struct web_whatif_point {
	uint32_t entries;               /* room for so many */
	double priced, top;             /* parts of routed traffic, 0..1 */
	uint32_t priced_used, top_used; /* entries that takes */
	double bound;                   /* no table of that size can cover more */
};

struct web_whatif_goal {
	double coverage;      /* 0.9, 0.95, 0.99, 0.999 */
	uint32_t priced, top; /* entries needed, within one in a hundred; or WEB_NEVER */
};

struct web_whatif {
	double rate_total; /* routed traffic as selection sees it, bytes/s */
	double by_default; /* part of it that the default forwards as the table does */
	uint32_t active;   /* prefixes that carry it */
	double cpu_s;      /* what it took */
	uint32_t n_points;
	struct web_whatif_point points[WEB_SIZES_MAX];
	struct web_whatif_goal goals[WEB_GOALS];
};

enum web_whatif_state {
	WEB_WHATIF_READY,
	WEB_WHATIF_PENDING, /* under way: ask again */
	WEB_WHATIF_BUSY,    /* with another question */
	WEB_WHATIF_FAILED
};

/* What push neighbours and other ports of the target hold, all at one moment. */
struct web_installed {
	struct web_installed_row {
		struct ip_prefix prefix;
		struct ip_addr nexthop;
		unsigned port; /* its number */
		float age_s;   /* since it was announced */
		bool covered;  /* held because it lies inside another entry with another next hop */
	} * rows;              /* by port, family and prefix */
	size_t n_rows;
};

#define WEB_SERVES_MAX 4
struct web_installed_facts {
	const char *port; /* its name: a neighbour's, "sim", "dry run"; "" where it is gone */
	/* What it is for, by the RIB as it is now: "route", "part" of one, "aggregate" of some,
	 * "guard" that leaves one to the default, "none" where that has just changed. */
	const char *kind;
	struct ip_prefix serves[WEB_SERVES_MAX]; /* these routes, */
	unsigned n_serves;
	bool more;   /* and others */
	double rate; /* of traffic to what it serves, bytes/s */
};

/* Tables of an ASIC as one source reports them. */
#define WEB_HARDWARE_TABLES_MAX 24
struct web_hardware {
	const char *source; /* "sflow", "switchd", "redis" */
	const char *name;   /* the agent's address, the path or socket it is read from */
	const char *error;  /* why the last attempt to read it failed; "" */
	bool known;         /* it has reported at least once: */
	double age_s;       /* since then */
	size_t n_tables;
	struct {
		const char *name;   /* "ipv4", "total_routes" */
		uint64_t used, max; /* max 0: not told */
	} tables[WEB_HARDWARE_TABLES_MAX];
};

/* Something that happened. */
struct web_event {
	uint64_t id; /* 1, 2, 3, ... */
	const char *severity, *kind, *text;
	int64_t first_wall_ms, last_wall_ms;
	uint64_t count;      /* times it happened */
	uint64_t suppressed; /* others of its kind before it that were not kept */
};

/* Entries that are wanted and not there, or there and not wanted, at one moment: the caller frees
 * the rows with MEM_HTTP, and `text`. */
struct web_differences {
	struct web_difference {
		struct ip_prefix prefix;
		const char *what; /* "not sent", "not withdrawn", "refused"; and by the kernel:
				     "missing", "different", "extra", "not in hardware" */
		bool wanted;      /* and then its next hop */
		struct ip_addr nexthop;
		size_t port, why; /* places in text: of the port's name, of a reason */
	} * rows;
	size_t n_rows;
	struct str text;
};

/* A dump of a table that is under way. Zeroed, and the families that are wanted set, to begin. */
struct web_dump {
	bool families[IP_FAMILIES];
	bool started, in_family; /* the rest is the walk's own */
	const void *table;       /* after a reload it may be gone: then the walk ends */
	uint8_t family;
	struct ip_prefix prefix;
	uint32_t time_s, sequence;
	uint16_t n_peers;
};

/* How a {router} of the REST paths was understood. */
struct web_router_ref {
	size_t router;   /* index for router() */
	size_t neighbor; /* index for neighbor(): the named one, or the router's first established
			  * learning neighbour, or its first one; SIZE_MAX where it has none */
};

/* The proof of what a port holds against the RIB that is under way; `walk` belongs to it. */
struct web_verify {
	uint64_t walk[24];
};

struct web_verified {
	const char *neighbor; /* the port's name */
	uint8_t family;
	uint64_t intervals, wrong; /* of the address space; all are looked at */
	/* The first wrong address and the two next hops; family of one: has_... is false where
	 * there is none. Where wrong > 0. */
	struct ip_addr address;
	bool has_rib_nexthop, has_table_nexthop;
	struct ip_addr rib_nexthop, table_nexthop;
};

enum web_verify_state {
	WEB_VERIFY_MORE, /* some milliseconds were spent; ask again */
	WEB_VERIFY_ROW,  /* one port and family is complete */
	WEB_VERIFY_DONE
};

/* What came of a command. */
enum web_outcome {
	WEB_DONE,
	WEB_UNKNOWN, /* nothing is called so */
	WEB_REFUSED  /* not of this one, or not now */
};

/* What can be done to a neighbour. */
enum web_neighbor_command {
	WEB_NEIGHBOR_REFRESH, /* ask it for its whole table again (ROUTE-REFRESH) */
	WEB_NEIGHBOR_RESET,   /* end its session, and let it come back at once */
	WEB_NEIGHBOR_DISABLE, /* end its session, and have none */
	WEB_NEIGHBOR_ENABLE   /* have one again */
};

struct web_backend {
	void *ctx;

	void (*totals)(void *ctx, struct web_totals *out);

	/* The i-th, false past the last. Order and indices are stable until a reload. */
	bool (*neighbor)(void *ctx, size_t i, struct web_neighbor *out);
	/* The k-th kind of error in its attributes that there has been; false past the last. */
	bool (*attribute_error)(
	    void *ctx, size_t neighbor, unsigned k, struct web_attribute_error *out);
	bool (*router)(void *ctx, size_t i, struct web_router *out);
	bool (*agent)(void *ctx, size_t i, struct web_agent *out);

	/* The i-th that reports, or should report, the tables of an ASIC. */
	bool (*hardware)(void *ctx, size_t i, struct web_hardware *out);

	/* A router by its name, or by the address or name of one of its neighbours; false: unknown.
	 */
	bool (*find_router)(void *ctx, const char *text, struct web_router_ref *out);

	/* Rank a router's prefixes now. */
	void (*top)(void *ctx, size_t router, enum ip_family family,
	    const struct web_top_query *query, struct web_top *out);

	/* The route of exactly this prefix, or the longest match of an address; false: none. */
	bool (*route)(void *ctx, size_t router, const struct ip_prefix *p, struct web_route *out);
	bool (*route_lookup)(
	    void *ctx, size_t router, const struct ip_addr *a, struct web_route *out);

	/* Everything that is known of the route that is this prefix or the longest around it, and
	 * what the target does there; false: none. */
	bool (*explain)(
	    void *ctx, size_t router, const struct ip_prefix *place, struct web_explanation *out);

	/* What tables of other sizes would carry. Takes seconds and another process: the first call
	 * starts it, further ones with the same query ask for the result, which is kept for a while
	 * so that several may. */
	enum web_whatif_state (*whatif)(
	    void *ctx, size_t router, const struct web_whatif_query *query, struct web_whatif *out);

	/* Append the next record of the router's table as MRT; false at the end. The walk is by
	 * prefix and so survives changes. A call may append nothing. */
	bool (*dump_next)(void *ctx, size_t router, struct web_dump *dump, struct str *out);

	/* What is held now: the caller releases out->rows with mem_free(MEM_HTTP). */
	void (*installed)(void *ctx, struct web_installed *out);

	/* What else is known of such an entry, when it is shown. */
	void (*installed_facts)(
	    void *ctx, const struct web_installed_row *row, struct web_installed_facts *out);

	/* Where the ports of the target differ from what is wanted, and the kernel's table from
	 * what was sent to it. */
	void (*differences)(void *ctx, struct web_differences *out);

	/* The oldest event kept that has an id above `after`; false: none. */
	bool (*event_next)(void *ctx, uint64_t after, struct web_event *out);

	/* Prove that every address is sent where the RIB says or to the default; zero *verify to
	 * begin. */
	enum web_verify_state (*verify)(
	    void *ctx, struct web_verify *verify, struct web_verified *out);

	/* Commands. Unless WEB_DONE, *why says what is wrong, a whole sentence without its full
	 * stop. `who` asks, and may say a reason ("": none): for the log, and, where a session
	 * ends, for the neighbour. */
	enum web_outcome (*command_neighbor)(void *ctx, enum web_neighbor_command command,
	    const char *neighbor, const char *who, const char *reason, const char **why);

	/* Keep what targets hold, so that only what the RIB asks for changes; or no longer. */
	enum web_outcome (*freeze)(
	    void *ctx, bool frozen, const char *who, const char *reason, const char **why);

	/* Read the configuration again and put it in force. True: a line for each setting that
	 * changed is appended to `changes`, and warnings to `said`. False: nothing was changed, and
	 * what is wrong is appended to `said`. */
	bool (*reload)(void *ctx, struct str *changes, struct str *said);
};

#endif
