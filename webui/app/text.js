// SPDX-License-Identifier: Apache-2.0
//
// Quantities in words, as lib/human.c writes them.

const number = new Intl.NumberFormat("en");
export const count = (n) => number.format(n);

// "1 entry", "2 entries".
export function counted(n, one, many) {
	return count(n) + " " + (n === 1 ? one : many);
}

function scaled(value, units) {
	let unit = 0;
	while (value >= 999.5 && unit + 1 < units.length) {
		value /= 1000;
		unit++;
	}
	const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
	return value.toFixed(digits) + " " + units[unit];
}

// Bytes per second, in "bits" or "bytes".
export function rate(bytesPerSecond, unit) {
	return unit === "bits" ?
		scaled(bytesPerSecond * 8, ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"]) :
		scaled(bytesPerSecond, ["B/s", "kB/s", "MB/s", "GB/s", "TB/s"]);
}

// Cut off, not rounded: 100 % means all of it.
export function percent(ratio, digits = 1) {
	const whole = 10 ** (digits + 2);
	return (Math.floor(ratio * whole + 1e-9) * 100 / whole).toFixed(digits) + " %";
}

export function age(seconds) {
	const s = Math.max(0, Math.floor(seconds));
	const two = (n) => String(n).padStart(2, "0");
	if (s >= 86400)
		return Math.floor(s / 86400) + "d" + two(Math.floor(s / 3600) % 24) + "h";
	if (s >= 3600)
		return Math.floor(s / 3600) + "h" + two(Math.floor(s / 60) % 60) + "m";
	if (s >= 60)
		return Math.floor(s / 60) + "m" + two(s % 60) + "s";
	return s + "s";
}

export function capital(text) {
	return text.charAt(0).toUpperCase() + text.slice(1);
}
