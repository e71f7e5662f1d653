/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sFlow decoder gives to the rest: one value for each flow sample whose packet has IP
 * addresses. Source: sFlow version 5 (sflow.org/sflow_version_5.txt).
 */
#ifndef SFLOWIN_SAMPLE_H
#define SFLOWIN_SAMPLE_H

#include "lib/ip.h"

struct sflow_sample {
	struct ip_addr src, dst; /* of the outermost IP header; one family for both */
	uint64_t bytes;          /* what this sample stands for: frame length x sampling rate, and
				    its part of what samples that got lost would have */
	uint32_t frame_len;      /* octets of the sampled frame on the wire */
	uint32_t rate;           /* 1 in `rate` packets */
	uint32_t input, output;  /* ifIndex as in the sample; 0x3FFFFFFF unknown/internal */
	uint32_t source_id;      /* data source index; class in source_class */
	uint8_t source_class;
	uint8_t protocol; /* IP protocol / last next-header, 0 where unknown */
};

#endif
