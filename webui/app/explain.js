// SPDX-License-Identifier: Apache-2.0
//
// Why an address or prefix is forwarded as it is: asked once, for what was typed or clicked.
import { ask, Refused } from "./ask.js";
import { $, element, fill, setFacts } from "./dom.js";
import { capital, count, counted, percent, rate } from "./text.js";
import { view } from "./view.js";

const PATHS_SHOWN = 8;
const TEXT_MAX = 400; // of an AS path with hundreds of numbers

const shorter = (text) => text.length > TEXT_MAX ? text.slice(0, TEXT_MAX) + "…" : text;
const asPath = (path) => path.aspath ? shorter(path.aspath.replaceAll("-", " ")) : "empty";

const GOOD = ["installed", "carried", "parts", "default-alike", "default-route"];
const WAITING = ["changing", "pending", "cold", "frozen", "refused", "foreign"];

export function verdictClass(verdict) {
	return GOOD.includes(verdict) ? "good" : WAITING.includes(verdict) ? "warn" : "";
}

// What forwards it at the target.
export function carrier(e) {
	switch (e.forwarding) {
	case "installed":
		return "its own entry";
	case "carried":
		return { text: e.carriedby, explain: e.carriedby };
	case "parts":
		return "entries inside it carry parts of it, the default the rest";
	case "default":
		return "no entry: left to the default";
	default:
		return "routes of this router are pushed nowhere";
	}
}

export function demandText(e, unit) {
	if (e.demandSamples <= 0)
		return "no sample";
	return rate(e.demand, unit) + " ±" + Math.round(e.demandError * 100) + " %, from " +
		counted(Math.round(e.demandSamples), "sample", "samples");
}

function pathText(path) {
	return "via " + path.nexthop + ", from " + (path.neighbor || path.neighborAddress) +
		(path.stale ? ", stale" : "") + "; AS path " + asPath(path);
}

// [term, cell] for setFacts().
export function explanationFacts(e, unit) {
	const best = e.paths[0], more = e.nPaths - Math.min(e.paths.length, PATHS_SHOWN);
	const facts = [["Route", { text: e.prefix, explain: e.prefix }]];
	if (best)
		facts.push(["Best path", { text: pathText(best), cls: "wrap" }]);
	facts.push(["Carried by", carrier(e)]);
	facts.push(["Demand", demandText(e, unit)]);
	facts.push(["Price at decision", e.price > 0 ? rate(e.price, unit) + " a slot" : "none"]);
	facts.push(["Traffic now", rate(e.valueDestination, unit) + " to it, " +
		rate(e.valueSource, unit) + " from it"]);
	if (e.withheld)
		facts.push(["Not pushed", e.withheld]);
	for (const p of e.points || [])
		facts.push(["Busy place in it", { text: p.prefix, explain: p.prefix,
			after: " with " + rate(p.value, unit) }]);
	if (e.cover)
		facts.push(["Inside", { text: e.cover, explain: e.cover, after: ", whose next hop " +
			e.coverNexthop + " is " + (e.coverAlike ? "the same" : "another") }]);
	facts.push(["Best of " + counted(e.nPaths, "path", "paths"), e.why]);
	for (const path of e.paths.slice(1, PATHS_SHOWN))
		facts.push(["Next best", { text: pathText(path) + " (after: " + path.why + ")", cls: "wrap" }]);
	if (more > 0)
		facts.push(["More paths", count(more) + "; hotfib explain lists them"]);
	for (const path of (e.ignoredPaths || []).slice(0, PATHS_SHOWN))
		facts.push(["Ignored", { text: pathText(path) + " (" + path.why + ")", cls: "wrap" }]);
	return facts;
}

let asked = 0; // an answer counts if nothing was asked after it
let shown = null; // {what, answer}

function showAnswer() {
	const e = shown.answer;
	$("explain-what").textContent = shown.what;
	fill($("explain-verdict"), { chips: [[e.verdict, verdictClass(e.verdict)]] });
	$("explain-because").textContent = capital(e.because) + ".";
	setFacts($("explain-facts"), explanationFacts(e, view.unit));
}

function showError(error) {
	$("explain-error").textContent = error instanceof Refused ? capital(error.message) + "." :
		"The daemon does not answer (" + error.message + ").";
}

async function explain(what) {
	const number = ++asked;
	const router = view.router === null ? "" : "&router=" + encodeURIComponent(view.router);
	let error = null;
	$("explain-form").setAttribute("aria-busy", "true");
	try {
		const answer = await ask("api/v1/route?address=" + encodeURIComponent(what) + router);
		if (number !== asked)
			return;
		shown = { what, answer };
		showAnswer();
		$("explain-time").textContent = "as of " + new Date().toLocaleTimeString();
	} catch (e) {
		if (number !== asked)
			return;
		error = e;
		showError(e);
	}
	$("explain-form").setAttribute("aria-busy", "false");
	$("explain-error").hidden = error === null;
	$("explain-lead").hidden = $("explain-answer").hidden = error !== null;
}

// Another unit.
export function renewExplain() {
	if (shown)
		showAnswer();
}

export function startExplain() {
	const input = $("explain-address");
	$("explain-form").addEventListener("submit", (event) => {
		event.preventDefault();
		if (input.value.trim())
			explain(input.value.trim());
		else
			input.focus();
	});
	document.addEventListener("click", async (event) => {
		const link = event.target.closest("[data-explain]");
		if (!link)
			return;
		input.value = link.dataset.explain;
		await explain(input.value);
		$("explain").scrollIntoView({ block: "start" });
		$("explain-title").focus({ preventScroll: true });
	});
}
