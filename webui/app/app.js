// SPDX-License-Identifier: Apache-2.0
//
// The status page: once a second it asks for /api/v1/status and the top prefixes and writes what
// changed into the tables. Everything from the daemon goes in as text, never as markup. While the
// page is hidden, or a question is still open, it does not ask.
import { ask } from "./ask.js";
import { $, setTable, setText } from "./dom.js";
import { renewExplain, startExplain } from "./explain.js";
import { showSelection } from "./selection.js";
import * as words from "./text.js";
import { FAMILIES, familyName, view } from "./view.js";
import { renewWhatif, startWhatif, tickWhatif } from "./whatif.js";

const REFRESH_MS = 1000;
const TOP_ROWS = 50;

const { age, count, percent } = words;
const rate = (bytesPerSecond) => words.rate(bytesPerSecond, view.unit);
let lastAnswer = 0;
let before = null; // the status before, for rates of counters
let statusAt = 0, beforeAt = 0; // the daemon's uptime at either, in seconds

// --- sections -------------------------------------------------------------------------------------

const head = (text) => ({ text, head: true });
const right = (text, title) => ({ text, title, cls: "n" });

function familyRow(router, name, f) {
	/* Of the table and of one for a single length, where there is one. */
	const taken = f.slots + f.exact, room = f.capacity + f.exactRoom;

	return [
		head(router.name), name, right(count(f.prefixes)), right(count(f.active)),
		right(rate(f.rateTotal)), right(rate(f.rateUnrouted)),
		right(f.hasTarget ? count(f.desired) : "–"),
		f.hasTarget ? {
			bar: room > 0 ? taken / room : 0,
			text: count(taken) + " / " + count(room) + (taken === f.installed ? "" : " slots"),
			title: count(f.installed) + " entries",
		} : { text: "no target", cls: "muted" },
		f.hasTarget ? {
			bar: f.coverage,
			barClass: "covered",
			text: percent(f.coverage) + " ",
			chips: (f.frozen ? [["frozen", "warn"]] : []).concat(f.dryRun ? [["dry run", ""]] : []),
			title: f.frozenWhy,
		} : { text: "–", cls: "muted" },
	];
}

function showTables(status) {
	const rows = [];
	for (const router of status.routers) {
		for (const [key, name] of FAMILIES)
			rows.push(familyRow(router, name, router.families[key]));
	}
	setTable("tables", rows, "No router is configured. A router is one learned table: add a " +
		"neighbour with `role = \"learn\"` and a `router` name to `bgp.neighbors`, check it with " +
		"`hotfib check FILE`, and reload.");
}

function neighborPrefixes(n, f) {
	if (!f.negotiated && f.paths + f.installed === 0)
		return { text: "–", cls: "n muted", title: "not negotiated" };
	if (n.role === "push")
		return right(count(f.installed), count(f.desired) + " desired, " + count(f.pending) + " to send");
	return {
		text: count(f.paths),
		cls: "n",
		chips: f.stalePaths > 0 ? [["stale", "warn"]] : f.ready ? [] : [["loading", ""]],
		title: f.stalePaths > 0 ? count(f.stalePaths) + " kept from before the session was lost" : "",
	};
}

function showNeighbors(status) {
	setTable("neighbors", status.neighbors.map((n) => {
		const up = n.state === "established";
		return [
			{ text: n.name, head: true, title: n.description || "" },
			n.role + " " + n.router, n.address, right(n.remoteAs || "–"),
			{ chips: [[n.state, up ? "good" : "bad"]] }, right(age(n.stateAgeSeconds)),
			neighborPrefixes(n, n.families.ipv4), neighborPrefixes(n, n.families.ipv6),
			{ text: n.lastError || "–", cls: n.lastError ? "wrap" : "muted" },
		];
	}), "No BGP neighbour is configured. Add one to `bgp.neighbors`.");
}

function sampleRate(agent) {
	if (!before)
		return "…";
	const then = before.agents.find((a) => a.address === agent.address);
	const seconds = statusAt - beforeAt;
	if (!then || seconds <= 0)
		return "…";
	return count(Math.max(0, Math.round((agent.sFlowFlowSamples - then.sFlowFlowSamples) / seconds)));
}

function agentState(agent) {
	if (!agent.configured)
		return { chips: [["unknown", "bad"]], text: "ignored: add it to sflow.agents", cls: "wrap" };
	if (agent.sFlowDatagramsReceived === 0)
		return { chips: [["never seen", "warn"]] };
	if (agent.lastSeenAgeSeconds > 60)
		return { chips: [["silent", "warn"]] };
	return { chips: [["sending", "good"]] };
}

function lost(agent) {
	const all = agent.sFlowFlowSamples + agent.sFlowFlowLostSamples;
	return right(all > 0 ? (100 * agent.sFlowFlowLostSamples / all).toFixed(2) + " %" : "–",
		count(agent.sFlowDatagramsLost) + " datagrams, " + count(agent.sFlowFlowLostSamples) + " samples");
}

function showAgents(status) {
	setTable("agents", status.agents.map((agent) => [
		head(agent.address), agent.router || "–", right(count(agent.sFlowDatagramsReceived)),
		right(sampleRate(agent)), right(agent.sFlowSamplingRate ? "1 in " + count(agent.sFlowSamplingRate) : "–"),
		lost(agent), right(agent.sFlowDatagramsReceived ? age(agent.lastSeenAgeSeconds) + " ago" : "–"),
		agentState(agent),
	]), "No sFlow received, and no agent configured. Check that it arrives with " +
		"`tcpdump -ni any udp port 6343`, point the switch's sFlow (hsflowd: " +
		"`collector { ip=… udpport=6343 }`) at an address of `sflow.listen`, and add the switch to " +
		"`sflow.agents`.");
}

function showOverview(status) {
	const problems = status.problems.concat(status.notReadyReasons);
	let total = 0, installed = 0, target = false;
	for (const router of status.routers) {
		for (const f of Object.values(router.families)) {
			if (!f.hasTarget)
				continue;
			target = true;
			total += f.rateTotal;
			installed += f.rateInstalled + f.rateDefault;
		}
	}
	setText($("summary"), status.summary + ".");
	const bar = $("coverage");
	bar.hidden = !target || total <= 0;
	if (!bar.hidden) {
		bar.firstElementChild.style.width = 100 * installed / total + "%";
		bar.setAttribute("aria-label", percent(installed / total) + " of the traffic is covered");
	}
	$("problems").hidden = problems.length === 0;
	$("problems").replaceChildren(...problems.map((text) => {
		const li = document.createElement("li");
		li.textContent = text[0].toUpperCase() + text.slice(1);
		return li;
	}));
	document.querySelector(".mark").className = "mark " + (problems.length > 0 ? "warn" : "good");
	$("build").textContent = status.totals.version + ", up " + age(status.totals.uptimeSeconds);
	document.title = target && total > 0 ? percent(installed / total) + " covered – hotfib" : "hotfib";
}

function showRouters(status) {
	const names = status.routers.map((r) => r.name);
	const select = $("router");
	if (!names.includes(view.router))
		view.router = names.length > 0 ? names[0] : null;
	$("router-label").hidden = names.length < 2;
	chooseFamily(status);
	if (select.dataset.names === JSON.stringify(names))
		return;
	select.dataset.names = JSON.stringify(names);
	select.replaceChildren(...names.map((name) => new Option(name, name, false, name === view.router)));
}

let familyChosen = false;

function press(button) {
	for (const other of button.parentElement.children)
		other.setAttribute("aria-pressed", String(other === button));
}

// At the first sight of a table: IPv6 where that is all there is.
function chooseFamily(status) {
	const router = status.routers.find((r) => r.name === view.router);
	const has = (key) => router && router.families[key].prefixes > 0;
	if (familyChosen || !(has("ipv4") || has("ipv6")))
		return;
	familyChosen = true;
	view.family = has("ipv4") ? "ipv4" : "ipv6";
	press(document.querySelector("button[data-family=" + view.family + "]"));
}

function showTop(top) {
	const rows = top ? top.topPrefixes.map((p, i) => [
		right(i + 1), { text: p.prefix, head: true, explain: p.prefix }, right(rate(p.value)),
		{ bar: top.valueTotal > 0 ? p.value / top.topPrefixes[0].value : 0,
			text: percent(top.valueTotal > 0 ? p.value / top.valueTotal : 0) },
		{ chips: [].concat(p.installed ? [["installed", "good"]] : [],
			p.carriedby ? [["in " + p.carriedby, "good"]] : [],
			p.parts ? [["in parts", "good"]] : [],
			p.installed || p.carriedby || p.parts ? [] : [["by default", ""]]),
		title: p.carriedby ? "the installed " + p.carriedby + " has the same next hop" :
			p.parts ? "entries inside it carry busy parts of it" : "" },
		p.nexthop, { text: p.aspath ? p.aspath.replaceAll("-", " ") : "–", cls: "wrap" },
	]) : [];
	setTable("top", rows, "No traffic seen towards " + familyName(view.family) +
		" prefixes yet. It takes a learned table and sFlow samples of a configured agent.");
}

// --- asking ---------------------------------------------------------------------------------------

function showUnreachable(error) {
	const since = lastAnswer ? " What is shown is " + age((Date.now() - lastAnswer) / 1000) + " old." : "";
	$("unreachable").textContent = "The daemon does not answer (" + error.message + ")." + since;
	$("unreachable").hidden = false;
	$("main").classList.add("stale");
	document.querySelector(".mark").className = "mark bad";
	document.title = "unreachable – hotfib";
	if (!lastAnswer)
		setText($("summary"), "No answer yet. On the switch, ask `systemctl status hotfib`.");
}

async function refresh() {
	try {
		const status = await ask("api/v1/status");
		statusAt = status.totals.uptimeSeconds;
		showOverview(status);
		showRouters(status);
		showTables(status);
		showSelection(status);
		showNeighbors(status);
		showAgents(status);
		showTop(view.router === null ? null : await ask("api/v1/top/" +
			encodeURIComponent(view.router) + "/" + view.family + "?maxPrefixes=" + TOP_ROWS));
		tickWhatif(status);
		before = status;
		beforeAt = statusAt;
		lastAnswer = Date.now();
		$("unreachable").hidden = true;
		$("main").classList.remove("stale");
		$("fresh").textContent = "as of " + new Date().toLocaleTimeString();
	} catch (error) {
		showUnreachable(error);
	}
}

let busy = false, again = false;

async function tick() {
	if (busy || document.hidden)
		return;
	busy = true;
	do {
		again = false;
		await refresh();
	} while (again);
	busy = false;
}

// Something else is to be shown: at once, or when what is under way is there.
function hurry() {
	again = true;
	renewExplain();
	renewWhatif();
	tick();
}

for (const button of document.querySelectorAll("button[data-family], button[data-unit]")) {
	button.addEventListener("click", () => {
		const what = button.dataset.family ? "family" : "unit";
		familyChosen ||= what === "family";
		view[what] = button.dataset[what];
		press(button);
		hurry();
	});
}
$("router").addEventListener("change", (event) => {
	view.router = event.target.value;
	hurry();
});
document.addEventListener("visibilitychange", tick);
startExplain();
startWhatif();
setInterval(tick, REFRESH_MS);
tick();
