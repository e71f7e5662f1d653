// SPDX-License-Identifier: Apache-2.0
//
// What tables of other sizes would carry: the curve, and the sizes that goals take.
//
// The daemon forks for each question and computes for seconds. So it is asked only while the section
// is in view, one question at a time, and after an answer not again before PACE times what that has
// cost, and never before WAIT_MS.
import { ask, Refused } from "./ask.js";
import { drawCurve } from "./curve.js";
import { $, setTable, setText } from "./dom.js";
import { age, capital, count, percent, rate } from "./text.js";
import { familyName, view } from "./view.js";

const WAIT_MS = 10000;
const BUSY_MS = 3000; // somebody else's question is under way
const ANSWER_MS = 90000;
const PACE = 20;
const SIZES_MAX = 32; // of the REST call
const SIZE_MAX = 10000000;

// How long after an answer the next question may come.
export const pauseMs = (cpuSeconds) => Math.max(WAIT_MS, PACE * cpuSeconds * 1000);

// Sizes to ask for: 1, 2, 5, 10... around the room there is, that itself, its half and its double.
// Without room, or with more than it answers for, the daemon's own choice: [].
export function sizesFor(room) {
	const sizes = new Set([room / 2, room, room * 2].map(Math.round));
	if (room <= 0 || room > SIZE_MAX)
		return [];
	for (let decade = 1; decade <= SIZE_MAX; decade *= 10) {
		for (const step of [1, 2, 5]) {
			if (decade * step >= room / 10 && decade * step <= room * 4)
				sizes.add(decade * step);
		}
	}
	return [...sizes].filter((n) => n >= 1 && n <= SIZE_MAX).sort((a, b) => a - b)
		.slice(0, SIZES_MAX);
}

// The curve of an algorithm, "priced" or "top": [{entries, coverage}, ...], rising. What goals need
// are points of it, too.
export function curveOf(answer, name) {
	const points = answer.points.map((p) => ({ entries: p.entries, coverage: p[name].coverage }))
		.concat(answer.needed.filter((g) => g[name] > 0)
			.map((g) => ({ entries: g[name], coverage: g.coverage })));
	points.sort((a, b) => a.entries - b.entries || a.coverage - b.coverage);
	let most = 0;
	return points.map((p) => ({ entries: p.entries, coverage: most = Math.max(most, p.coverage) }));
}

const pointAt = (answer, entries) => answer.points.find((p) => p.entries === entries);

// What the curve says of a target with so much room, in some sentences.
export function whatifSentence(answer, room) {
	const now = pointAt(answer, room), half = pointAt(answer, Math.round(room / 2));
	const twice = pointAt(answer, room * 2), text = [];
	const of = (p) => percent(p.priced.coverage, 2);
	if (now)
		text.push("A table of " + count(room) + " entries, as this target has, can cover " + of(now) +
			(half && twice ? "; half as many " + of(half) + ", twice as many " + of(twice) : "") + ".");
	if (answer.byDefault > 0)
		text.push("The default itself serves " + percent(answer.byDefault, 2) + ".");
	const goal = answer.needed.find((g) => g.priced > room);
	if (room > 0 && goal)
		text.push(goalName(goal.coverage) + " takes " + count(goal.priced - room) + " more.");
	return text.join(" ");
}

export const goalName = (coverage) => Number((coverage * 100).toFixed(3)) + " %";

// Rows of the table of goals.
export function goalRows(answer, room) {
	const size = (n) => ({ text: n === undefined ? "never" : count(n), cls: "n" });
	return answer.needed.map((g) => [
		{ text: goalName(g.coverage), head: true }, size(g.priced), size(g.top),
		room <= 0 ? { text: "–", cls: "muted" } :
			g.priced === undefined ? { text: "no table does", cls: "muted" } :
			g.priced <= room ? { chips: [["fits", "good"]] } :
			count(g.priced - room) + " too many",
	]);
}

export function pointRows(answer, room) {
	return answer.points.map((p) => [
		{ text: count(p.entries), head: true, chips: p.entries === room ? [["capacity", "good"]] : [] },
		{ text: percent(p.priced.coverage, 3), cls: "n" }, { text: count(p.priced.used), cls: "n" },
		{ text: percent(p.top.coverage, 3), cls: "n" }, { text: count(p.top.used), cls: "n" },
		{ text: percent(p.bound, 3), cls: "n" },
	]);
}

// --- asking ---------------------------------------------------------------------------------------

let inView = false;
let room = 0;
let path = null; // of the question that fits what is shown
let answered = null; // {path, room, answer}
let asking = null; // what aborts it
let nextAt = 0;

function showAnswer() {
	const { answer, room } = answered;
	setText($("whatif-lead"), whatifSentence(answer, room));
	setText($("whatif-of"), "Of " + rate(answer.value, view.unit) + " to " + count(answer.active) +
		" prefixes, as selection weighs it.");
	setTable("goals", goalRows(answer, room), "");
	setTable("points", pointRows(answer, room), "");
	$("whatif-answer").hidden = false;
	draw();
}

function showNothing() {
	answered = null;
	nextAt = 0;
	setText($("whatif-lead"), "No traffic to " + familyName(view.family) + " prefixes has been sampled, " +
		"so there is nothing to cover.");
	$("whatif-answer").hidden = true;
	note("", false);
}

function draw() {
	const { answer, room } = answered;
	drawCurve($("curve"), {
		priced: curveOf(answer, "priced"), top: curveOf(answer, "top"),
		bound: answer.points.map((p) => ({ entries: p.entries, coverage: p.bound })),
		goals: answer.needed.filter((g) => g.priced > 0)
			.map((g) => ({ entries: g.priced, coverage: g.coverage, name: goalName(g.coverage) })),
		room,
	});
}

function note(text, bad) {
	$("whatif-note").textContent = text;
	$("whatif-note").classList.toggle("bad-text", bad);
}

// A question was refused, or not answered: again in some time.
function failed(error) {
	const busy = error instanceof Refused && error.status === 503;
	nextAt = Date.now() + (busy ? BUSY_MS : WAIT_MS);
	note(error instanceof Refused ? capital(error.message) + "." :
		"The daemon does not answer (" + error.message + ").", !busy);
}

async function put(question, roomThen) {
	const abort = asking = new AbortController();
	$("whatif").setAttribute("aria-busy", "true");
	note("Asking…", false);
	try {
		const answer = await ask(question, ANSWER_MS, abort);
		if (asking !== abort)
			return;
		answered = { path: question, room: roomThen, answer };
		const pause = pauseMs(answer.cpuSeconds);
		nextAt = Date.now() + pause;
		note("As of " + new Date().toLocaleTimeString() + "; it took " + answer.cpuSeconds.toFixed(2) +
			" s of another process. Asked again after " + age(pause / 1000) + " while in view.", false);
		showAnswer();
	} catch (error) {
		if (asking !== abort)
			return;
		failed(error);
	}
	asking = null;
	$("whatif").setAttribute("aria-busy", "false");
}

function stop() {
	if (asking)
		asking.abort(new Error("something else is asked"));
	asking = null;
}

// Each second, with the status. `status` has the router.
export function tickWhatif(status) {
	const router = status.routers.find((r) => r.name === view.router);
	if (!router)
		return;
	const f = router.families[view.family];
	room = f.hasTarget ? f.usable : 0;
	const sizes = sizesFor(room);
	const wanted = "api/v1/whatif?router=" + encodeURIComponent(router.name) + "&family=" +
		view.family + (sizes.length > 0 ? "&n=" + sizes : "");
	if (wanted !== path) {
		path = wanted;
		nextAt = 0;
		stop();
	}
	$("whatif").classList.toggle("stale", answered !== null && answered.path !== path);
	if (f.active === 0) {
		stop();
		showNothing();
	} else if (inView && !asking && Date.now() >= nextAt) {
		put(path, room);
	}
}

// Another unit.
export function renewWhatif() {
	if (answered)
		showAnswer();
}

export function startWhatif() {
	new IntersectionObserver((entries) => {
		inView = entries[entries.length - 1].isIntersecting;
	}).observe($("whatif"));
	new ResizeObserver(() => {
		if (answered)
			draw();
	}).observe($("curve"));
}
