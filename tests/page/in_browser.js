// SPDX-License-Identifier: Apache-2.0
//
// The page in a browser, with a daemon behind it; net/test_page.sh says which.
//
//   node in_browser.js PART URL [PID-OF-HOTFIBD]
//
// Prints a line a case, as the network tests do; a picture of what failed is in $LOGS.
import assert from "node:assert/strict";
import { Browser } from "./browser.js";

const [part, url, pid] = process.argv.slice(2);
const PHONE = { width: 360, height: 740 };
const browser = new Browser();
let failed = 0;

async function check(name, page, run) {
	try {
		await run(page);
		console.log("ok " + name);
	} catch (error) {
		failed++;
		console.log("    " + String(error.stack).replaceAll("\n", "\n    "));
		console.log("not ok " + name);
		if (process.env.LOGS)
			await page.screenshot(process.env.LOGS + "/" + part + "-" + failed + ".png").catch(() => {});
	}
}

const text = (selector) => "(document.querySelector(" + JSON.stringify(selector) + ")?.innerText || '')";
const has = (selector, pattern) => pattern + ".test(" + text(selector) + ")";
const click = (selector) => "document.querySelector(" + JSON.stringify(selector) + ").click()";
const asked = (page, what) => page.requests.filter((r) => r.includes("/api/v1/" + what)).length;

// One more round of status and top prefixes has been asked for, and shown.
async function oneMore(page) {
	const before = asked(page, "top/");
	const end = Date.now() + 60000;
	while (asked(page, "top/") < before + 2 && Date.now() < end)
		await page.evaluate("new Promise((done) => setTimeout(done, 100))");
	assert.ok(asked(page, "top/") >= before + 2, "the page has stopped asking");
}

async function explain(page, what) {
	await page.evaluate("(e => { e.focus(); e.select(); })(document.querySelector('#explain-address'))");
	await page.type(what);
	await page.press("Enter");
}

// --- what holds of any state of it ----------------------------------------------------------------

const noFaults = (page) => assert.deepEqual(page.faults, []);

async function fitsWidth(page) {
	const [is, may] = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]");
	assert.ok(is <= may, is + " pixels wide on a screen of " + may);
}

// What a screen reader calls the things that can be used.
async function everythingHasName(page) {
	const { nodes } = await page.send("Accessibility.getFullAXTree");
	const used = nodes.filter((n) => !n.ignored &&
		["button", "textbox", "combobox", "link", "image", "table", "region"].includes(n.role?.value));
	assert.ok(used.length > 10, used.length + " are there");
	for (const n of used)
		assert.ok(n.name?.value, "a " + n.role.value + " has no name");
}

// WCAG 2.2 1.4.3: text stands out from what is behind it by 4.5 to 1.
const contrasts = `(() => {
	const parts = (c) => c.match(/[\\d.]+/g).map(Number);
	const light = (c) => parts(c).slice(0, 3).map((v) => v / 255)
		.map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const behind = (e) => {
		for (; e; e = e.parentElement) {
			const c = getComputedStyle(e).backgroundColor;
			if (parts(c)[3] !== 0)
				return c;
		}
		return "rgb(255, 255, 255)";
	};
	return [...document.querySelectorAll("main *")].filter((e) => e.offsetParent &&
		[...e.childNodes].some((c) => c.nodeType === 3 && c.data.trim())).map((e) => {
		const a = light(getComputedStyle(e).color), b = light(behind(e));
		return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.outerHTML.slice(0, 80)];
	}).filter(([ratio]) => ratio < 4.5);
})()`;
const standsOut = async (page) => assert.deepEqual(await page.evaluate(contrasts), []);

// --- parts ----------------------------------------------------------------------------------------

const parts = {
	// No table, no sample.
	async empty() {
		const page = await browser.open(url);
		await check("an empty table: nothing is selected, and why", page, async () => {
			await page.until(has("#selection-ipv4", "/Nothing is selected yet: no table learned/"));
			await page.until(has("#selection-ipv6", "/waiting/"));
		});
		await check("its curve is not asked for", page, async () => {
			await page.evaluate("document.querySelector('#whatif').scrollIntoView()");
			await oneMore(page);
			await page.until(has("#whatif-lead", "/No traffic to IPv4 prefixes/"));
			assert.equal(asked(page, "whatif"), 0);
		});
		await check("an address without a route is told in the daemon's words", page, async () => {
			await explain(page, "10.0.0.1");
			await page.until(has("#explain-error", "/^No route to 10\\.0\\.0\\.1\\.$/"));
		});
		await check("no fault in the console", page, noFaults);
	},

	// A full table with a price.
	async full() {
		const page = await browser.open(url);
		await check("what a slot costs, in words", page, async () => {
			await page.until(has("#selection-ipv4", "/table is full\\. The last entry .* carries [\\d.]+ .?bit\\/s/"));
			for (const term of ["Price of a slot", "averaged over", "Selected entries", "Covered"])
				assert.match(await page.evaluate(text("#selection-ipv6")), new RegExp(term));
		});
		await check("the unit changes", page, async () => {
			await page.evaluate(click("[data-unit=bytes]"));
			await page.until(has("#selection-ipv4", "/carries [\\d.]+ .?B\\/s/"));
			await page.evaluate(click("[data-unit=bits]"));
		});
		await check("a prefix of the table of prefixes is explained by a click", page, async () => {
			const prefix = await page.until(text("#top tbody [data-explain]"));
			await page.evaluate(click("#top tbody [data-explain]"));
			await page.until(text("#explain-what") + " !== ''");
			assert.match(await page.evaluate(text("#explain")), /carries|installed/);
			assert.equal(await page.evaluate("document.querySelector('#explain-address').value") !== "", true);
			assert.match(prefix, /^[0-9.]+\/\d+$/);
			assert.equal(await page.evaluate("document.activeElement.id"), "explain-title");
		});
		await check("and an address that is typed: route, what carries it, rate with error, price", page,
			async () => {
				const address = (await page.evaluate(text("#top tbody [data-explain]"))).replace(/\/.*/, "");
				await explain(page, address);
				await page.until(text("#explain-what") + " === " + JSON.stringify(address));
				const answer = await page.evaluate(text("#explain"));
				for (const words of [/Route\s+[\d.]+\/\d+/, /Carried by\s+\S/, /Demand\s+.*±\d+ %, from/,
					/Price at decision\s+[\d.]+ .?bit\/s a slot/, /It .*\./])
					assert.match(answer, words);
			});
		await check("bad input is answered by the daemon's own text", page, async () => {
			await explain(page, "<b>10.0.0.300</b>");
			await page.until(has("#explain-error", "/\"<b>10.0.0.300<\\/b>\" is neither an IP address nor/"));
			assert.equal(await page.evaluate("document.querySelector('#explain-answer').hidden"), true);
			await explain(page, "1".repeat(3000));
			await page.until(has("#explain-error", "/badly encoded or longer than/"));
		});
		await check("a simulation is not asked for out of view", page, async () => {
			await page.evaluate("scrollTo(0, 0)");
			await oneMore(page);
			assert.equal(asked(page, "whatif"), 0);
		});
		await check("the curve, with the capacity and what goals take", page, async () => {
			await page.evaluate("document.querySelector('#whatif').scrollIntoView()");
			await page.until(has("#whatif-lead", "/A table of 200 entries, as this target has, can cover [\\d.]+ %/"), 90);
			assert.equal(await page.evaluate("document.querySelectorAll('#goals tbody tr').length"), 4);
			assert.ok(await page.evaluate("document.querySelectorAll('#curve .goal').length") > 0);
			assert.match(await page.evaluate("document.querySelector('#curve .room-text').textContent"), /200/);
			await page.evaluate(click("#whatif summary"));
			assert.ok(await page.evaluate("document.querySelectorAll('#points tbody tr').length") >= 4);
		});
		await check("it rests after an answer", page, async () => {
			const before = asked(page, "whatif");
			await oneMore(page);
			await oneMore(page);
			assert.equal(asked(page, "whatif"), before);
		});
		await check("of the other family at once", page, async () => {
			await page.evaluate(click("[data-family=ipv6]"));
			await page.until(has("#whatif-lead", "/A table of 100 entries/"), 90);
		});
		await check("everything that can be used has a name", page, everythingHasName);
		await check("text stands out", page, standsOut);
		await check("no fault in the console", page, noFaults);

		const phone = await browser.open(url, { ...PHONE, dark: true });
		await check("on a phone, in the dark", phone, async () => {
			await phone.until(has("#selection-ipv4", "/table is full/"));
			await phone.until("document.querySelector('#top tbody tr')");
			await phone.evaluate("document.querySelector('#whatif').scrollIntoView()");
			await phone.until(has("#whatif-lead", "/A table of 200 entries/"), 90);
			await explain(phone, "10.0.0.0/8");
			await phone.until("!document.querySelector('#explain-error').hidden || " +
				"!document.querySelector('#explain-answer').hidden");
			await fitsWidth(phone);
			await standsOut(phone);
			noFaults(phone);
		});
		await check("a huge answer breaks nothing", phone, async () => {
			await phone.evaluate(`(() => {
				const ours = window.fetch, path = { nexthop: "192.0.2.1", neighbor: "x".repeat(300),
					aspath: Array(5000).fill("4200000000").join("-"), why: "y".repeat(3000) };
				const huge = { prefix: "10.0.0.0/8", verdict: "installed", because: "z".repeat(5000),
					forwarding: "installed", demand: 1, demandError: 1, demandSamples: 1, nPaths: 9000,
					valueDestination: 1e300, valueSource: 0, why: "w", paths: Array(256).fill(path) };
				window.fetch = (path, options) => path.includes("/route?") ?
					Promise.resolve(new Response(JSON.stringify(huge))) : ours(path, options);
			})()`);
			await explain(phone, "10.9.9.9");
			await phone.until(text("#explain-what") + " === '10.9.9.9'");
			assert.match(await phone.evaluate(text("#explain-facts")), /8,992; hotfib explain/);
			await fitsWidth(phone);
			noFaults(phone);
		});
	},

	// By an operator's order.
	async frozen() {
		const page = await browser.open(url);
		await check("frozen, and why", page, async () => {
			await page.until(has("#selection-ipv4 h3", "/frozen/"));
			await page.until(has("#selection-ipv4", "/An operator's order\\./"));
			assert.match(await page.evaluate(text("#selection-ipv4")), /Price of a slot/);
		});
	},

	// Selected by ARM's rule.
	async top() {
		const page = await browser.open(url);
		await check("without a price that is said", page, async () => {
			await page.until(has("#selection-ipv4", "/top takes the heaviest.*no price/"));
			assert.doesNotMatch(await page.evaluate(text("#selection-ipv4")), /Price of a slot/);
		});
		await check("and a prefix is explained without one", page, async () => {
			await page.until("document.querySelector('#top tbody [data-explain]')");
			await page.evaluate(click("#top tbody [data-explain]"));
			await page.until(has("#explain-facts", "/Price at decision\\s+none/"));
		});
		await check("no fault in the console", page, noFaults);
	},

	// Only IPv6, and room for nothing else.
	async ipv6() {
		const page = await browser.open(url);
		await check("IPv6 alone is what is shown", page, async () => {
			await page.until("document.querySelector('[data-family=ipv6]').ariaPressed === 'true'");
			await page.until(has("#selection-ipv4", "/no room for IPv4 entries/"));
			assert.match(await page.until(text("#top tbody [data-explain]")), /:/);
		});
		await check("with its curve", page, async () => {
			await page.evaluate("document.querySelector('#whatif').scrollIntoView()");
			await page.until(has("#whatif-lead", "/A table of 100 entries/"), 90);
		});
		await check("no fault in the console", page, noFaults);
	},

	// The daemon dies.
	async gone() {
		const page = await browser.open(url);
		await page.until("document.querySelector('#top tbody tr')");
		process.kill(Number(pid), "SIGKILL");
		await check("a daemon that is gone is told, and what is shown is old", page, async () => {
			await page.until("!document.querySelector('#unreachable').hidden");
			assert.ok(await page.evaluate("document.querySelector('#main').classList.contains('stale')"));
			await explain(page, "10.0.0.1");
			await page.until(has("#explain-error", "/daemon does not answer/"));
			const before = asked(page, "whatif");
			await page.evaluate("document.querySelector('#whatif').scrollIntoView()");
			await page.until("/is \\d+s old/.test(document.querySelector('#unreachable').textContent)");
			assert.equal(asked(page, "whatif"), before);
		});
		await check("no fault in the console", page, noFaults);
	},
};

try {
	await parts[part]();
} finally {
	await browser.close();
}
process.exitCode = failed > 0 ? 1 : 0;
