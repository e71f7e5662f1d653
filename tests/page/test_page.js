// SPDX-License-Identifier: Apache-2.0
//
// What the page makes of answers of the daemon, without a browser: TAP, as the other unit tests.
import assert from "node:assert/strict";
import { LEVELS, levelName, nines, scaleOf, short } from "../../webui/app/curve.js";
import { carrier, demandText, explanationFacts, verdictClass } from "../../webui/app/explain.js";
import { selectionFacts, selectionSentence, selectionState, stalePaths } from
	"../../webui/app/selection.js";
import { age, counted, percent, rate } from "../../webui/app/text.js";
import { curveOf, goalName, goalRows, pauseMs, sizesFor, whatifSentence } from
	"../../webui/app/whatif.js";

const tests = [];
const test = (name, run) => tests.push([name, run]);
const eq = assert.deepEqual;

// --- quantities -----------------------------------------------------------------------------------

test("rates in bits and bytes", () => {
	eq([0, 1, 124.9, 16378, 1e9, 1e30].map((v) => rate(v, "bits")),
		["0 bit/s", "8 bit/s", "999 bit/s", "131 kbit/s", "8.00 Gbit/s", "8" + "0".repeat(18) + " Tbit/s"]);
	eq(rate(12.4e6, "bytes"), "12.4 MB/s");
});

test("a percentage is cut off, not rounded", () => {
	eq([0.99999, 1, 0.978, 0.0004].map((r) => percent(r)), ["99.9 %", "100.0 %", "97.8 %", "0.0 %"]);
	eq([percent(0.99, 2), percent(0.999, 3), percent(0.978465, 3)], ["99.00 %", "99.900 %", "97.846 %"]);
});

test("ages and numbers of things", () => {
	eq([-1, 59, 60, 3725, 90000].map(age), ["0s", "59s", "1m00s", "1h02m", "1d01h"]);
	eq([counted(1, "entry", "entries"), counted(1445, "guard", "guards")], ["1 entry", "1,445 guards"]);
});

// --- selection ------------------------------------------------------------------------------------

const family = (changes = {}, selection = {}) => ({
	hasTarget: true, dryRun: false, frozen: false, frozenWhy: "", active: 5000, desired: 980,
	capacity: 1000, usable: 1000, slots: 980, exact: 0, exactRoom: 0, installed: 980,
	rateTotal: 1e9, rateDefault: 0, coverage: 0.75, ...changes,
	selection: { name: "priced", default: "punt", price: 16378, tauSeconds: 560, eta: 0.3, guards: 0,
		synthetic: 0, ...selection },
});
const sentence = (...args) => selectionSentence(family(...args), "IPv4", "bits");
const fact = (facts, term) => {
	const found = facts.find(([t]) => t === term);
	return found && (typeof found[1] === "object" ? found[1].text : found[1]);
};

test("the price of a full table, and of one with room", () => {
	eq(sentence(), "The table is full. The last entry that is worth its slot carries 131 kbit/s; " +
		"what carries less is left to the default.");
	eq(sentence({ slots: 60 }), "There is room. Whatever carries 131 kbit/s or more gets an entry.");
	/* What the hardware has no room for is not there. */
	assert.match(sentence({ slots: 490, usable: 500 }), /is full/);
	assert.match(sentence({ slots: 400, exact: 500, exactRoom: 500, usable: 500 }), /There is room/);
});

test("no price: other algorithms, no room, no traffic, nothing decided", () => {
	for (const name of ["top", "leaf"])
		assert.match(sentence({}, { name, price: 0 }), new RegExp("`" + name + "`.*no price"));
	eq(sentence({ usable: 0, capacity: 0 }), "The target has no room for IPv4 entries.");
	assert.match(sentence({ active: 0 }), /No traffic/);
	assert.match(sentence({}, { price: 0 }), /Nothing has been decided/);
	assert.match(sentence({ frozenWhy: "no table learned yet" }), /yet: no table learned yet\.$/);
	/* Frozen, it still has what it decided. */
	assert.match(sentence({ frozen: true, frozenWhy: "an agent is silent" }), /131 kbit\/s/);
	/* What is left of a price then is no price. */
	for (const none of [family({}, { name: "top" }), family({ usable: 0 }), family({ active: 0 })])
		eq(fact(selectionFacts(none, "bits"), "Price of a slot"), undefined);
});

test("hysteresis, guards and synthetic entries in numbers", () => {
	const facts = selectionFacts(family({ rateDefault: 1e8 }, { guards: 1, synthetic: 1445,
		default: "follow", defaultNexthop: "192.0.2.1" }), "bytes");
	eq(fact(facts, "Price of a slot"), "16.4 kB/s");
	eq(fact(facts, "A new entry needs"), "21.3 kB/s");
	eq(fact(facts, "An entry stays down to"), "11.5 kB/s");
	eq(fact(facts, "Rates averaged over"), "9m20s");
	eq(fact(facts, "Selected entries"), "980, of them 1 guard and 1,445 synthetic");
	eq(fact(facts, "Covered"), "75.0 % of 1.00 GB/s, 10.0 % by the default itself");
	eq(fact(facts, "Default"), "the table's default route, to 192.0.2.1");
	eq(fact(selectionFacts(family(), "bits"), "Selected entries"), "980, of them 0 guards and 0 synthetic");
	eq(fact(selectionFacts(family({}, { name: "top" }), "bits"), "Selected entries"), "980");
	eq(fact(selectionFacts(family({ rateTotal: 0 }), "bits"), "Covered"), "no traffic");
	eq(fact(selectionFacts(family({ usable: 900 }), "bits"), "Room"),
		"900 of 1,000: the hardware has no more");
});

test("frozen, waiting, stale, ready", () => {
	const names = (f, stale) => selectionState(f, stale).chips.map(([name]) => name);
	eq(names(family(), 0), ["ready"]);
	eq(names(family({ frozen: true, frozenWhy: "x" }), 7), ["frozen", "stale"]);
	eq(names(family({ frozenWhy: "x" }), 0), ["waiting"]);
	eq(names(family({ usable: 0 }), 0), ["no room"]);
	eq(names(family({ dryRun: true }), 0), ["ready", "dry run"]);
	eq(selectionState(family({ frozen: true, frozenWhy: "x" }), 1).why, "x; 1 path kept of a lost session");
	const n = (role, router, paths) => ({ role, router, families: { ipv4: { stalePaths: paths } } });
	eq(stalePaths({ neighbors: [n("learn", "a", 3), n("learn", "b", 5), n("push", "a", 9),
		n("learn", "a", 4)] }, "a", "ipv4"), 7);
});

// --- explain --------------------------------------------------------------------------------------

const path = (changes = {}) => ({ nexthop: "192.0.2.1", neighbor: "feed", neighborAddress: "192.0.2.9",
	aspath: "1-2-3", stale: false, ...changes });
const explanation = (changes = {}) => ({
	prefix: "10.0.0.0/8", verdict: "below-price", because: "it carries too little", forwarding: "default",
	demand: 1000, demandError: 0.4567, demandSamples: 18.4, price: 16378, valueDestination: 1250,
	valueSource: 0, nPaths: 1, paths: [path()], why: "it is the only path", rule: "only-path", ...changes,
});

test("what carries a prefix", () => {
	eq(carrier(explanation({ forwarding: "installed" })), "its own entry");
	eq(carrier(explanation({ forwarding: "carried", carriedby: "10.0.0.0/7" })),
		{ text: "10.0.0.0/7", explain: "10.0.0.0/7" });
	for (const [forwarding, words] of [["parts", /parts/], ["default", /no entry/], ["no target", /nowhere/]])
		assert.match(carrier(explanation({ forwarding })), words);
});

test("demand with its error, and the price there was", () => {
	eq(demandText(explanation(), "bits"), "8.00 kbit/s ±46 %, from 18 samples");
	eq(demandText(explanation({ demandSamples: 0, demand: 0 }), "bits"), "no sample");
	eq(fact(explanationFacts(explanation(), "bits"), "Price at decision"), "131 kbit/s a slot");
	eq(fact(explanationFacts(explanation({ price: undefined }), "bits"), "Price at decision"), "none");
});

test("a huge answer is told in part", () => {
	const e = explanation({ nPaths: 300, paths: Array.from({ length: 256 }, () =>
		path({ aspath: Array(5000).fill("4200000000").join("-"), why: "its AS path is shorter" })) });
	const facts = explanationFacts(e, "bits");
	assert.ok(facts.length < 30 && JSON.stringify(facts).length < 6000);
	eq(fact(facts, "More paths"), "292; hotfib explain lists them");
	/* No path at all, as none of a withheld route's may be left. */
	assert.ok(explanationFacts(explanation({ nPaths: 0, paths: [] }), "bits"));
});

test("verdicts have a colour", () => {
	eq(["installed", "pending", "below-price"].map(verdictClass), ["good", "warn", ""]);
});

// --- what-if --------------------------------------------------------------------------------------

const point = (entries, priced, top) => ({ entries, bound: Math.min(1, priced + 0.001),
	priced: { coverage: priced, used: entries }, top: { coverage: top, used: entries } });
const answer = (changes = {}) => ({
	family: "ipv4", active: 5000, value: 1e9, byDefault: 0, cpuSeconds: 0.3,
	points: [point(500, 0.8, 0.7), point(1000, 0.88, 0.8), point(2000, 0.94, 0.9)],
	needed: [{ coverage: 0.9, priced: 1200, top: 2000 }, { coverage: 0.95, priced: 2400 },
		{ coverage: 0.99, priced: 4000 }, { coverage: 0.999 }], ...changes,
});

test("sizes are around the room there is, and what the daemon takes", () => {
	eq(sizesFor(1000), [100, 200, 500, 1000, 2000]);
	eq(sizesFor(10001), [2000, 5000, 5001, 10000, 10001, 20000, 20002]);
	eq(sizesFor(1), [1, 2]);
	eq([sizesFor(0), sizesFor(4e9)], [[], []]);
	for (const room of [1, 7, 333, 131072, 9999999]) {
		const sizes = sizesFor(room);
		assert.ok(sizes.length > 0 && sizes.length <= 32, String(room));
		assert.ok(sizes.every((n, i) => n >= 1 && n <= 1e7 && (i === 0 || n > sizes[i - 1])));
	}
});

test("a question that costs much is put rarely", () => {
	eq([0, 0.5, 3, 45].map(pauseMs), [10000, 10000, 60000, 900000]);
});

test("the curve rises and has what goals need", () => {
	eq(curveOf(answer(), "priced").map((p) => p.entries), [500, 1000, 1200, 2000, 2400, 4000]);
	eq(curveOf(answer(), "top").map((p) => p.coverage), [0.7, 0.8, 0.9, 0.9]);
	const dented = answer({ points: [point(500, 0.8, 0.7), point(1000, 0.79, 0.7)], needed: [] });
	eq(curveOf(dented, "priced").map((p) => p.coverage), [0.8, 0.8]);
});

test("the curve in words", () => {
	eq(whatifSentence(answer(), 1000), "A table of 1,000 entries, as this target has, can cover 88.00 %; " +
		"half as many 80.00 %, twice as many 94.00 %. 90 % takes 200 more.");
	eq(whatifSentence(answer({ byDefault: 0.741 }), 0), "The default itself serves 74.10 %.");
	/* Everything fits. */
	assert.doesNotMatch(whatifSentence(answer({ needed: [{ coverage: 0.9, priced: 1 }] }), 1000), /more\./);
	eq([0.9, 0.95, 0.99, 0.999].map(goalName), ["90 %", "95 %", "99 %", "99.9 %"]);
	eq(goalRows(answer({ needed: [{ coverage: 0.9, priced: 900, top: 1000 }, { coverage: 0.95, priced: 2400 },
		{ coverage: 0.999 }] }), 1000).map((row) => row.slice(1).map((c) => c.text || c.chips || c)),
	[["900", "1,000", [["fits", "good"]]], ["2,400", "never", "1,400 too many"],
		["never", "never", "no table does"]]);
});

const chart = (changes = {}) => ({ priced: curveOf(answer(), "priced"), top: curveOf(answer(), "top"),
	bound: [], goals: [], room: 1000, ...changes });

test("a chart fits its box, whatever is drawn", () => {
	const one = [{ entries: 1, coverage: 1 }];
	for (const c of [chart(), chart({ room: 0 }), chart({ room: 5e6 }),
		chart({ priced: one, top: one, room: 0 }), chart({ priced: [{ entries: 3, coverage: 0 }], top: [] })]) {
		const scale = scaleOf(c, 320, 240);
		for (const p of [...c.priced, ...c.top]) {
			assert.ok(scale.x(p.entries) >= 0 && scale.x(p.entries) <= 320, JSON.stringify(p));
			assert.ok(scale.y(p.coverage) >= 0 && scale.y(p.coverage) <= 240, JSON.stringify(p));
		}
		assert.ok(scale.xs.length > 0 && scale.ys.length > 1);
	}
});

test("each nine is as high as the one before", () => {
	assert.ok(Math.abs(nines(0.99) - 2 * nines(0.9)) < 1e-9);
	eq([nines(-1), nines(0)].map((n) => n + 0), [0, 0]);
	assert.ok(Number.isFinite(nines(1)));
	eq(LEVELS.slice(-2).map(levelName), ["99.9 %", "≈100 %"]);
	eq([500, 2000, 1e6].map(short), ["500", "2k", "1M"]);
});

// --------------------------------------------------------------------------------------------------

console.log("1.." + tests.length);
let failed = 0;
tests.forEach(([name, run], i) => {
	try {
		run();
		console.log("ok " + (i + 1) + " - " + name);
	} catch (error) {
		failed++;
		console.log("not ok " + (i + 1) + " - " + name + "\n" + error.stack.replace(/^/gm, "# "));
	}
});
process.exitCode = failed > 0 ? 1 : 0;
