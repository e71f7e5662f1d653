/* SPDX-License-Identifier: Apache-2.0 */
/* UPDATE messages into a table: what the readers of MRT files and BGP streams share. */
#ifndef LAB_ABSORB_H
#define LAB_ABSORB_H

#include "bgpd/update.h"
#include "tests/lab/table.h"

struct absorb {
	struct table *table;
	struct bgp_scratch scratch;
	uint64_t updates;              /* decoded */
	uint64_t announced, withdrawn; /* prefixes */
	uint64_t rejected; /* UPDATEs with an error of RFC 7606; their routes withdrawn */
	const char *why;   /* the last of these errors, a constant string; or NULL */
	uint64_t skipped;  /* records and messages that are nothing we read */
};

/* Take the body of an UPDATE. LOCAL_PREF, ORIGINATOR_ID and CLUSTER_LIST are dropped: routes are
 * read as an eBGP peer would get them. */
void absorb_update(struct absorb *a, struct rd body, bool four_octet_as, bool add_path);

#endif
