/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A BGP neighbour as the rest of hotfib sees it: its configuration, what it delivers (the sink),
 * what can be asked of it, and its status. No sockets here; speaker_io.h runs neighbours.
 *
 * Neighbours are matched by (local address, remote address) of the TCP connection, never by BGP
 * identifier: one BIRD opens a learning and a push session from one host with one identifier.
 */
#ifndef BGPD_NEIGHBOR_H
#define BGPD_NEIGHBOR_H

#include "lib/mono.h"
#include "lib/route.h"

enum bgp_role {
	BGP_LEARN, /* routes are taken from it; nothing is ever announced to it */
	BGP_PUSH   /* routes are announced to it; what it sends is ignored */
};

/* What becomes of a neighbour with more prefixes than it may have. */
enum bgp_above_max {
	BGP_ABOVE_MAX_STOP,
	BGP_ABOVE_MAX_WARN
};

/* RFC 4271 8.2.2. */
enum bgp_state {
	BGP_IDLE,
	BGP_CONNECT,
	BGP_ACTIVE,
	BGP_OPENSENT,
	BGP_OPENCONFIRM,
	BGP_ESTABLISHED
};

struct bgp_neighbor_config {
	const char *name;        /* unique; copied, as all strings */
	const char *description; /* may be NULL */
	enum bgp_role role;
	struct ip_addr local;  /* our address; all zero bits: any local address of that family */
	struct ip_addr remote; /* not used with `dynamic` */
	/* Any one address of `range` may connect, and the neighbour has that address until its
	 * session is over and another one comes. Never `active`. */
	bool dynamic;
	struct ip_prefix range;
	uint32_t local_as;
	uint32_t remote_as;   /* 0: same as local_as (iBGP) */
	uint32_t router_id;   /* host order, not 0 */
	uint16_t hold_time_s; /* proposed; 0 or >= 3 */
	/* RFC 9687: a neighbour that takes none of what we send for so long, and for twice the
	 * agreed hold time, is given up. 0: never. */
	uint16_t send_hold_s;
	bool families[IP_FAMILIES];
	bool active;   /* we dial; otherwise we wait for the neighbour */
	uint16_t port; /* to dial, when active */
	/* An external neighbour's routes need not begin with its AS (a route server). */
	bool any_first_as;
	/* The sink may hold so many prefixes of it, see bgp_neighbor_holds(); 0: any number. */
	uint32_t max_prefixes[IP_FAMILIES];
	enum bgp_above_max above_max;
	/* Closed for that, it is let in again after so long, which doubles each time up to 16
	 * times as long; 0: not before bgp_speaker_reset(). */
	uint16_t max_prefixes_restart_s;
	/* Graceful restart of a push session (RFC 4724): how long the neighbour is asked to keep
	 * what we have announced when the session is lost, at most 4095; 0: not at all. */
	uint16_t restart_time_s;
	/* TCP MD5 key (RFC 2385), 1 to BGP_MD5_MAX bytes, or NULL. Nobody prints or logs it. */
	const char *md5;
	/* RFC 5082: the neighbour is at most that many hops away, 1 to 255; 0: do not check. */
	uint16_t ttl_hops;
};

#define BGP_MD5_MAX 80 /* bytes of a key, as Linux has it */

/* Prefixes of one UPDATE field, already validated. Iterate with bgp_nlri_next(). */
struct bgp_nlri {
	const uint8_t *pos, *end;
	uint8_t family; /* enum ip_family */
	bool add_path;
};

/* The next prefix (host bits masked) and its path id (0 without ADD-PATH); false at the end. */
bool bgp_nlri_next(struct bgp_nlri *nlri, struct ip_prefix *p, uint32_t *path_id);

struct bgp_neighbor;

enum bgp_down_reason {
	BGP_DOWN_NOTIFICATION_SENT,
	BGP_DOWN_NOTIFICATION_RECEIVED,
	BGP_DOWN_CLOSED,     /* TCP closed or failed without a NOTIFICATION */
	BGP_DOWN_HOLD_TIMER, /* ours, or the send hold timer */
	BGP_DOWN_ADMIN       /* we shut it down or removed it */
};

/*
 * What a neighbour delivers. Calls come from inside the event loop, never from inside a call of
 * ours. All pointers are valid during the call only.
 */
struct bgp_sink {
	void *ctx;
	/* The session reached Established; negotiated families are in bgp_neighbor_status. */
	void (*up)(void *ctx, struct bgp_neighbor *n);
	/* It left Established. Routes learned from it are the caller's to keep or drop. */
	void (*down)(void *ctx, struct bgp_neighbor *n, enum bgp_down_reason reason);
	/* Routes of one UPDATE field. attrs == NULL: withdrawn (also by RFC 7606
	 * treat-as-withdraw). An UPDATE gives up to four calls, withdrawals first. */
	void (*routes)(void *ctx, struct bgp_neighbor *n, const struct route_attrs *attrs,
	    struct bgp_nlri nlri);
	/* End-of-RIB of a family (RFC 4724 2). */
	void (*end_of_rib)(void *ctx, struct bgp_neighbor *n, enum ip_family family);
	/* The peer asks for everything of the family again (RFC 2918). */
	void (*refresh)(void *ctx, struct bgp_neighbor *n, enum ip_family family);
	/* Enhanced route refresh (RFC 7313): the peer begins to send everything of the family
	 * again, and has done so: what it did not send again in between is gone. Both may be NULL.
	 */
	void (*refresh_begin)(void *ctx, struct bgp_neighbor *n, enum ip_family family);
	void (*refresh_end)(void *ctx, struct bgp_neighbor *n, enum ip_family family);
	/* The send queue has fallen below the low-water mark: more may be announced. */
	void (*writable)(void *ctx, struct bgp_neighbor *n);
};

struct bgp_counters {
	uint64_t opens, updates, keepalives, notifications, refreshes, bytes;
};

#define BGP_ERROR_TEXT_MAX 256

/* A graceful restart capability (RFC 4724 3, RFC 8538 2): what its sender asks the other end to
 * keep, and for how long, when the session is lost. All 0 without the capability. */
struct bgp_graceful_restart {
	uint16_t time_s;              /* at most 4095 */
	bool restarted;               /* R: it has restarted: do not wait for its End-of-RIB */
	bool notification;            /* N: also after a NOTIFICATION or an expired hold timer */
	bool families[IP_FAMILIES];   /* it takes part with these */
	bool forwarding[IP_FAMILIES]; /* F: its forwarding survived the restart */
};

/* What an OPEN says: ours or the peer's, as it was sent. */
struct bgp_open {
	uint32_t as; /* the 4-octet one where the capability is there */
	uint16_t hold_time_s;
	uint32_t router_id; /* host order */
	bool multiprotocol; /* any multiprotocol capability: without one IPv4 unicast is meant */
	bool families[IP_FAMILIES];
	bool four_octet_as;
	bool extended_message;
	bool enhanced_refresh;
	bool extended_nexthop; /* IPv4 unicast with an IPv6 next hop */
	bool graceful_restart;
	struct bgp_graceful_restart restart;
	uint8_t add_path[IP_FAMILIES]; /* BGP_ADD_PATH_*; 0: none */
	uint8_t refresh_type;          /* message type it understands for route refresh; 0: none */
	uint32_t unknown[8];           /* bitmap of the capability codes hotfib does not know */
};

static inline bool
bgp_open_has_unknown(const struct bgp_open *open, uint8_t code)
{
	return (open->unknown[code / 32] >> (code % 32) & 1) != 0;
}

struct bgp_neighbor_status {
	const struct bgp_neighbor_config *config;
	enum bgp_state state;
	struct mono state_since;
	int64_t established_wall_ms; /* wall clock when Established was last reached; 0 never */
	uint64_t established_count;
	uint32_t remote_as, remote_router_id; /* from its OPEN; 0 before */
	struct ip_addr local;                 /* of the connection, where there is one */
	uint16_t remote_port, local_port;
	uint16_t hold_time_s, keepalive_s; /* negotiated */
	/* When the session ends if nothing more is heard, when the next KEEPALIVE is sent, when we
	 * dial again; MONO_NEVER: that timer does not run. */
	struct mono hold_at, keepalive_at, retry_at;
	bool families[IP_FAMILIES];        /* negotiated */
	bool route_refresh, four_octet_as; /* negotiated */
	/* Capabilities, of the session that is up or was last (AS 0 before the first): what we have
	 * offered and what the peer has. */
	struct bgp_open open_sent, open_received;
	/* The peer's, for families that were agreed on: to be asked in sink.up and sink.down. */
	struct bgp_graceful_restart restart;
	/* How the last session ended (false before): the peer's routes of the family are to be kept
	 * for restart.time_s. To be asked in sink.down; see bgp_conn_end_is_graceful(). */
	bool end_is_graceful[IP_FAMILIES];
	struct bgp_counters received, sent;
	uint64_t routes_announced, routes_withdrawn;        /* NLRI received */
	uint64_t treated_as_withdraw, attributes_discarded; /* RFC 7606 actions taken */
	size_t queued_bytes;                                /* waiting to be sent */
	bool over_limit[IP_FAMILIES]; /* of the last session: above max_prefixes */
	bool disabled;                /* by bgp_speaker_disable() */
	/* Closed for that, and not let in: until then, or MONO_NEVER for until it is reset. */
	bool held;
	struct mono held_until;
	struct ip_addr
	    remote; /* the neighbour's address; zero bits: dynamic, and nobody has come */
	char last_error[BGP_ERROR_TEXT_MAX]; /* in words, with who said it; "" if none yet */
	struct mono last_error_at;
};

/* How many UPDATEs of the neighbour had something wrong with an attribute, and what was done about
 * it (RFC 7606). Names are constant: "AS_PATH", "none" where it was no attribute, "other" for all
 * that hotfib does not use; "attribute-discard", "treat-as-withdraw", "session-reset", and
 * "ignore-route" for loops, which are no error. */
struct bgp_error_count {
	const char *attribute, *action;
	uint64_t count;
};

/* The k-th of those that are not 0; false past the last. */
bool bgp_neighbor_error_count(
    const struct bgp_neighbor *n, unsigned k, struct bgp_error_count *out);

const struct bgp_neighbor_config *bgp_neighbor_config(const struct bgp_neighbor *n);
void bgp_neighbor_status(const struct bgp_neighbor *n, struct bgp_neighbor_status *out);
bool bgp_neighbor_established(const struct bgp_neighbor *n);
bool bgp_neighbor_has_family(const struct bgp_neighbor *n, enum ip_family family);

/* "Idle", "Connect", ... as in RFC 4271. */
const char *bgp_state_name(enum bgp_state state);

/*
 * Push side: only for role BGP_PUSH in Established (ASSERTed), for a negotiated family.
 *
 * Operations reach the peer in the order of these calls. Consecutive announcements with equal
 * `attrs_key` (the caller's name for the attribute set) share an UPDATE, and consecutive
 * withdrawals of a family do; a change of kind, family or key starts a new one. bgp_push_flush()
 * ends the current UPDATE and hands everything to the socket.
 *
 * Encoding is that of our own session, not a copy of the learned bytes: ORIGIN, AS_PATH, NEXT_HOP
 * or MP_REACH_NLRI, MED, LOCAL_PREF (100 where the route has none, iBGP only), communities of all
 * kinds. ORIGINATOR_ID, CLUSTER_LIST and opaque attributes are not sent. On eBGP our AS is
 * prepended and LOCAL_PREF left out. An IPv4 route with an IPv6 next hop is announced where the
 * peer agreed to that (RFC 8950); elsewhere its prefix is withdrawn instead, and counted.
 */
void bgp_push_announce(struct bgp_neighbor *n, const struct ip_prefix *p,
    const struct route_attrs *attrs, uint32_t attrs_key);
void bgp_push_withdraw(struct bgp_neighbor *n, const struct ip_prefix *p);
void bgp_push_end_of_rib(struct bgp_neighbor *n, enum ip_family family);
void bgp_push_flush(struct bgp_neighbor *n);

/* True while the send queue is below the high-water mark; after false, wait for sink.writable. */
bool bgp_push_ready(const struct bgp_neighbor *n);

/*
 * The sink says how many prefixes of a family it now holds of the neighbour. Above max_prefixes the
 * session is closed with Cease/Maximum Number of Prefixes Reached (RFC 4486 4) and stays closed for
 * a while, or a warning is logged once a session. To be called after routes were delivered: it is
 * not the announcements that count (a peer may repeat itself) but what they leave.
 */
void bgp_neighbor_holds(struct bgp_neighbor *n, enum ip_family family, size_t prefixes);

/* Ask a learning neighbour for everything of a family again (RFC 2918); false if it cannot. */
bool bgp_neighbor_request_refresh(struct bgp_neighbor *n, enum ip_family family);

#endif
