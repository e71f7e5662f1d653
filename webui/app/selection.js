// SPDX-License-Identifier: Apache-2.0
//
// How the target's entries are chosen, a card for each family: what a slot costs and what that
// means, how long rates are averaged, what kinds of entries there are, what is covered.
import { $, element, setFacts, setText } from "./dom.js";
import { age, capital, count, counted, percent, rate } from "./text.js";
import { FAMILIES, familyName, view } from "./view.js";

// Part of the room that is taken by a table in which places compete.
const FULL = 0.95;

const roomOf = (f) => f.usable + f.exactRoom;
const hasPrice = (f) => f.selection.name === "priced" && f.selection.price > 0 && f.active > 0 &&
	roomOf(f) > 0;

// Chips and, in words, why: [[text, class], ...], "...". `stale`: paths of lost sessions.
export function selectionState(f, stale) {
	const chips = [], why = [];
	if (f.frozen) {
		chips.push(["frozen", "warn"]);
		why.push(f.frozenWhy);
	} else if (f.frozenWhy) {
		chips.push(["waiting", "warn"]); /* the sentence says for what */
	}
	if (stale > 0) {
		chips.push(["stale", "warn"]);
		why.push(counted(stale, "path", "paths") + " kept of a lost session");
	}
	if (roomOf(f) === 0)
		chips.push(["no room", ""]);
	else if (chips.length === 0)
		chips.push(["ready", "good"]);
	if (f.dryRun) {
		chips.push(["dry run", ""]);
		why.push("nothing is pushed");
	}
	return { chips, why: why.join("; ") };
}

const isFull = (f) => f.slots + f.exact >= FULL * roomOf(f);

// What it comes down to, in a sentence.
export function selectionSentence(f, family, unit) {
	const s = f.selection;
	if (roomOf(f) === 0)
		return "The target has no room for " + family + " entries.";
	if (!f.frozen && f.frozenWhy)
		return "Nothing is selected yet: " + f.frozenWhy + ".";
	if (s.name !== "priced")
		return "`" + s.name + "` takes the heaviest prefixes that there is room for. A slot has no price.";
	if (f.active === 0)
		return "No traffic has been sampled, so nothing competes for a slot.";
	if (!hasPrice(f))
		return "Nothing has been decided yet, so a slot has no price.";
	return isFull(f) ?
		"The table is full. The last entry that is worth its slot carries " + rate(s.price, unit) +
			"; what carries less is left to the default." :
		"There is room. Whatever carries " + rate(s.price, unit) + " or more gets an entry.";
}

function entries(f) {
	const s = f.selection;
	return {
		text: count(f.desired) + (s.name === "priced" ? ", of them " +
			counted(s.guards, "guard", "guards") + " and " + count(s.synthetic) + " synthetic" : ""),
		title: "A guard leaves a part of a larger entry to the default. " +
			"A synthetic entry is no prefix of the learned table: it stands for several, or for a part of one.",
	};
}

function defaultText(s) {
	const follow = s.default === "follow";
	if (!s.defaultNexthop)
		return follow ? "follow, but the table has no default route" : "punt";
	return follow ? "the table's default route, to " + s.defaultNexthop :
		"punt; the table's default route goes to " + s.defaultNexthop;
}

// [term, cell] for setFacts().
export function selectionFacts(f, unit) {
	const s = f.selection, facts = [];
	const covered = { bar: f.coverage, barClass: "covered", text: percent(f.coverage) + " of " +
		rate(f.rateTotal, unit) };
	if (f.rateDefault > 0)
		covered.text += ", " + percent(f.rateDefault / f.rateTotal) + " by the default itself";
	facts.push(["Covered", f.rateTotal > 0 ? covered : { text: "no traffic", cls: "muted" }]);
	if (hasPrice(f)) {
		facts.push(["Price of a slot", rate(s.price, unit)]);
		facts.push(["A new entry needs", rate(s.price * (1 + s.eta), unit)]);
		facts.push(["An entry stays down to", rate(s.price * (1 - s.eta), unit)]);
	}
	if (s.tauSeconds > 0)
		facts.push(["Rates averaged over", age(s.tauSeconds)]);
	facts.push(["Selected entries", entries(f)]);
	facts.push(["Room", count(roomOf(f)) + (f.usable < f.capacity ?
		" of " + count(f.capacity + f.exactRoom) + ": the hardware has no more" : "")]);
	facts.push(["Default", defaultText(s)]);
	return facts;
}

// Paths kept of lost sessions of a router and family.
export function stalePaths(status, router, key) {
	return status.neighbors.filter((n) => n.role === "learn" && n.router === router)
		.reduce((sum, n) => sum + n.families[key].stalePaths, 0);
}

function cardOf(key) {
	const id = "selection-" + key;
	let card = $(id);
	if (!card) {
		const title = element("h3", "", element("span", ""), element("span", ""));
		card = element("article", "card", title, element("p", "lead"), element("p", "muted small"),
			element("dl", "facts"));
		card.id = id;
		card.setAttribute("aria-label", familyName(key));
		$("selection").append(card);
	}
	return card;
}

function showFamily(status, router, key) {
	const f = router.families[key];
	const [title, lead, why, facts] = cardOf(key).children;
	const state = selectionState(f, stalePaths(status, router.name, key));
	const chips = state.chips.map(([text, cls]) => element("span", "chip " + cls, text));
	if (title.dataset.key !== JSON.stringify(state.chips)) {
		title.dataset.key = JSON.stringify(state.chips);
		title.lastElementChild.replaceChildren(...chips);
	}
	setText(title.firstElementChild, (status.routers.length > 1 ? router.name + ", " : "") +
		familyName(key) + " ");
	setText(lead, selectionSentence(f, familyName(key), view.unit));
	setText(why, state.why ? capital(state.why) + "." : "");
	why.hidden = !state.why;
	setFacts(facts, selectionFacts(f, view.unit));
}

export function showSelection(status) {
	const router = status.routers.find((r) => FAMILIES.some(([key]) => r.families[key].hasTarget));
	$("selection").hidden = !router;
	$("selection-empty").hidden = Boolean(router);
	if (router)
		FAMILIES.forEach(([key]) => showFamily(status, router, key));
	else
		setText($("selection-empty"), "There is no router to select from.");
}
