// SPDX-License-Identifier: Apache-2.0
//
// Coverage by the number of entries, drawn. Entries go by their logarithm, and so does what is not
// covered: between 99 and 99.9 % there is as much room as between 90 and 99, because to who has to
// carry the rest that is as much of a difference.
import { count } from "./text.js";

const LEFT = 46, RIGHT = 14, TOP = 22, BOTTOM = 26, LETTER = 14, WORD = 34;
const FULL = 0.9999; // drawn as the top: there is no logarithm of nothing
export const LEVELS = [0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, FULL];

// How high a coverage is: 0 for none, 1 for 90 %, 2 for 99 %...
export const nines = (coverage) => -Math.log10(1 - Math.min(FULL, Math.max(0, coverage)));

// The levels around all of these, two at least: how low and how high it goes.
function span(coverages) {
	const low = Math.min(...coverages), high = Math.max(...coverages);
	const from = Math.max(0, LEVELS.findLastIndex((l) => l <= low));
	const to = LEVELS.findIndex((l) => l >= Math.min(FULL, high));
	return from < to ? [LEVELS[from], LEVELS[to]] :
		from > 0 ? [LEVELS[from - 1], LEVELS[from]] : [LEVELS[0], LEVELS[1]];
}

// From a chart to a scale: x(entries), y(coverage) in a box of width x height, and the ticks of
// both, [value, position].
export function scaleOf(chart, width, height) {
	const all = [chart.priced, chart.top, chart.bound, chart.goals].flat();
	const sizes = all.map((p) => p.entries).concat(chart.room > 0 ? [chart.room] : []);
	const least = Math.max(1, Math.min(...sizes)), most = Math.max(least * 10, ...sizes);
	const [from, to] = span(all.map((p) => p.coverage));
	const wide = width - LEFT - RIGHT, high = height - TOP - BOTTOM;
	const x = (n) => LEFT + wide * Math.log(Math.max(n, least) / least) / Math.log(most / least);
	const y = (c) => TOP + high * (nines(to) - nines(c)) / (nines(to) - nines(from));
	const xs = [];
	for (let decade = 1; decade <= most; decade *= 10)
		xs.push(...[1, 2, 5].map((k) => k * decade).filter((n) => n >= least && n <= most)
			.map((n) => [n, x(n)]));
	return { x, y, xs, ys: LEVELS.filter((l) => l >= from && l <= to).map((l) => [l, y(l)]) };
}

// 1000 as "1k": for the axis.
export function short(n) {
	return n >= 1e6 ? n / 1e6 + "M" : n >= 1000 ? n / 1000 + "k" : String(n);
}

export const levelName = (l) => l === FULL ? "≈100 %" : Number((l * 100).toFixed(1)) + " %";

// --- drawing --------------------------------------------------------------------------------------

function svg(name, attributes, text) {
	const e = document.createElementNS("http://www.w3.org/2000/svg", name);
	for (const [key, value] of Object.entries(attributes))
		e.setAttribute(key, typeof value === "number" ? value.toFixed(1) : value);
	if (text !== undefined)
		e.textContent = text;
	return e;
}

function axes(scale, width, height) {
	const parts = [];
	let below = Infinity;
	for (const [level, y] of scale.ys) {
		parts.push(svg("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y, y2: y }));
		if (below - y < LETTER)
			continue;
		below = y;
		parts.push(svg("text", { x: LEFT - 6, y: y + 4, "text-anchor": "end" }, levelName(level)));
	}
	let before = -Infinity;
	for (const [n, x] of scale.xs) {
		parts.push(svg("line", { class: "grid", x1: x, x2: x, y1: TOP, y2: height - BOTTOM }));
		if (x - before < WORD)
			continue;
		before = x;
		parts.push(svg("text", { x, y: height - 8, "text-anchor": "middle" }, short(n)));
	}
	return parts;
}

function line(cls, points, scale) {
	return svg("polyline", { class: cls, points: points.map((p) =>
		scale.x(p.entries).toFixed(1) + "," + scale.y(p.coverage).toFixed(1)).join(" ") });
}

function roomMark(room, scale, width, height) {
	const x = scale.x(room), end = x > width / 2;
	return [
		svg("line", { class: "room", x1: x, x2: x, y1: TOP - 6, y2: height - BOTTOM }),
		svg("text", { class: "room-text", x: x + (end ? -5 : 5), y: 12,
			"text-anchor": end ? "end" : "start" }, "capacity " + count(room)),
	];
}

function goalMark(goal, scale) {
	const x = scale.x(goal.entries), y = scale.y(goal.coverage), dot =
		svg("circle", { class: "goal", cx: x, cy: y, r: 4 });
	dot.append(svg("title", {}, goal.name + " takes " + count(goal.entries) + " entries"));
	return [dot, svg("text", { class: "goal-text", x: x - 8, y: y - 3, "text-anchor": "end" },
		count(goal.entries))];
}

// Into an <svg>, as wide as it is.
export function drawCurve(into, chart) {
	const width = into.clientWidth || 320, height = into.clientHeight || 240;
	const scale = scaleOf(chart, width, height);
	into.setAttribute("viewBox", "0 0 " + width + " " + height);
	into.replaceChildren(...axes(scale, width, height),
		...(chart.room > 0 ? roomMark(chart.room, scale, width, height) : []),
		line("bound", chart.bound, scale), line("top", chart.top, scale),
		line("priced", chart.priced, scale), ...chart.goals.flatMap((g) => goalMark(g, scale)));
}
