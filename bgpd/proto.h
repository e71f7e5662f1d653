/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers of BGP-4: message, attribute, capability and error codes. Sources: RFC 4271 and the
 * IANA "BGP Parameters" registry; what hotfib does not know of has no name here.
 */
#ifndef BGPD_PROTO_H
#define BGPD_PROTO_H

#define BGP_VERSION     4
#define BGP_PORT        179
#define BGP_HEADER_LEN  19    /* marker 16, length 2, type 1 */
#define BGP_MSG_MAX     4096  /* RFC 4271 4; the longest we send */
#define BGP_MSG_EXT_MAX 65535 /* RFC 8654: the longest we take */
#define BGP_AS_TRANS    23456 /* RFC 6793 9 */

enum bgp_msg_type {
	BGP_MSG_OPEN = 1,
	BGP_MSG_UPDATE = 2,
	BGP_MSG_NOTIFICATION = 3,
	BGP_MSG_KEEPALIVE = 4,
	BGP_MSG_REFRESH = 5,      /* RFC 2918 */
	BGP_MSG_REFRESH_OLD = 128 /* its predecessor, capability 128 */
};

enum bgp_afi {
	BGP_AFI_IPV4 = 1,
	BGP_AFI_IPV6 = 2
};

#define BGP_SAFI_UNICAST 1

/* Attribute flags (RFC 4271 4.3). */
#define BGP_FLAG_OPTIONAL   0x80
#define BGP_FLAG_TRANSITIVE 0x40
#define BGP_FLAG_PARTIAL    0x20
#define BGP_FLAG_EXTENDED   0x10

enum bgp_attr_type {
	BGP_ATTR_ORIGIN = 1,
	BGP_ATTR_AS_PATH = 2,
	BGP_ATTR_NEXT_HOP = 3,
	BGP_ATTR_MED = 4,
	BGP_ATTR_LOCAL_PREF = 5,
	BGP_ATTR_ATOMIC_AGGREGATE = 6,
	BGP_ATTR_AGGREGATOR = 7,
	BGP_ATTR_COMMUNITIES = 8,
	BGP_ATTR_ORIGINATOR_ID = 9,
	BGP_ATTR_CLUSTER_LIST = 10,
	BGP_ATTR_MP_REACH = 14,
	BGP_ATTR_MP_UNREACH = 15,
	BGP_ATTR_EXT_COMMUNITIES = 16,
	BGP_ATTR_AS4_PATH = 17,
	BGP_ATTR_AS4_AGGREGATOR = 18,
	BGP_ATTR_LARGE_COMMUNITIES = 32,
	BGP_ATTR_OTC = 35
};

/* OPEN optional parameters. */
#define BGP_PARAM_CAPABILITIES 2   /* RFC 5492 */
#define BGP_PARAM_EXTENDED     255 /* RFC 9072 */

enum bgp_capability {
	BGP_CAP_MULTIPROTOCOL = 1,
	BGP_CAP_REFRESH = 2,
	BGP_CAP_EXTENDED_NEXTHOP = 5,
	BGP_CAP_EXTENDED_MESSAGE = 6,
	BGP_CAP_GRACEFUL_RESTART = 64,
	BGP_CAP_AS4 = 65,
	BGP_CAP_ADD_PATH = 69,
	BGP_CAP_ENHANCED_REFRESH = 70,
	BGP_CAP_REFRESH_OLD = 128
};

/* Send/Receive of the ADD-PATH capability, a set (RFC 7911 4). */
#define BGP_ADD_PATH_RECEIVE 1
#define BGP_ADD_PATH_SEND    2

/* Subtypes of ROUTE-REFRESH (RFC 7313 3.2). */
enum bgp_refresh {
	BGP_REFRESH_REQUEST = 0,
	BGP_REFRESH_BEGIN = 1, /* BoRR */
	BGP_REFRESH_END = 2    /* EoRR */
};

/* Flags of the graceful restart capability, above its 12 bits of time, and of a family in it. */
#define BGP_RESTART_RESTARTED    0x8000 /* RFC 4724 3 */
#define BGP_RESTART_NOTIFICATION 0x4000 /* RFC 8538 2 */
#define BGP_RESTART_TIME         0x0fff
#define BGP_RESTART_FORWARDING   0x80

/* NOTIFICATION codes and subcodes. */
enum bgp_error_code {
	BGP_ERR_HEADER = 1,
	BGP_ERR_OPEN = 2,
	BGP_ERR_UPDATE = 3,
	BGP_ERR_HOLD_TIMER = 4,
	BGP_ERR_FSM = 5,
	BGP_ERR_CEASE = 6,
	BGP_ERR_REFRESH = 7,
	BGP_ERR_SEND_HOLD_TIMER = 8 /* RFC 9687 */
};

enum bgp_header_error {
	BGP_HEADER_NOT_SYNCHRONIZED = 1,
	BGP_HEADER_BAD_LENGTH = 2,
	BGP_HEADER_BAD_TYPE = 3
};

enum bgp_open_error {
	BGP_OPEN_UNSPECIFIC = 0,
	BGP_OPEN_VERSION = 1,
	BGP_OPEN_PEER_AS = 2,
	BGP_OPEN_ID = 3,
	BGP_OPEN_PARAMETER = 4,
	BGP_OPEN_HOLD_TIME = 6,
	BGP_OPEN_CAPABILITY = 7
};

enum bgp_update_error {
	BGP_UPDATE_MALFORMED = 1,
	BGP_UPDATE_FLAGS = 4,
	BGP_UPDATE_LENGTH = 5,
	BGP_UPDATE_OPTIONAL = 9,
	BGP_UPDATE_NETWORK = 10
};

#define BGP_REFRESH_BAD_LENGTH 1 /* RFC 7313 5 */

/* RFC 6608. */
enum bgp_fsm_error {
	BGP_FSM_IN_OPENSENT = 1,
	BGP_FSM_IN_OPENCONFIRM = 2,
	BGP_FSM_IN_ESTABLISHED = 3
};

/* RFC 4486, RFC 8538 3. */
enum bgp_cease {
	BGP_CEASE_MAX_PREFIXES = 1,
	BGP_CEASE_SHUTDOWN = 2,
	BGP_CEASE_DECONFIGURED = 3,
	BGP_CEASE_RESET = 4,
	BGP_CEASE_REJECTED = 5,
	BGP_CEASE_CONFIG_CHANGE = 6,
	BGP_CEASE_COLLISION = 7,
	BGP_CEASE_RESOURCES = 8,
	BGP_CEASE_HARD_RESET = 9
};

#endif
