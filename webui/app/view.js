// SPDX-License-Identifier: Apache-2.0
//
// What of all there is the page shows, and in which unit: asked of all its parts.

export const view = { family: "ipv4", unit: "bits", router: null };
export const FAMILIES = [["ipv4", "IPv4"], ["ipv6", "IPv6"]];
export const familyName = (key) => key === "ipv4" ? "IPv4" : "IPv6";
