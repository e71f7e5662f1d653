// SPDX-License-Identifier: Apache-2.0
//
// A headless Chromium, driven over the DevTools protocol through a pair of pipes: NUL-terminated
// JSON, without a WebSocket. Only what the tests of the page need.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/* The same for what need not be waited for, nor keeps the process. */
const limit = (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref());

export class Browser {
	constructor(program = "chromium") {
		this.home = mkdtempSync(join(tmpdir(), "hotfib-page-"));
		this.process = spawn(program, ["--headless=new", "--no-sandbox", "--disable-gpu",
			"--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
			"--disable-component-update", "--remote-debugging-pipe",
			"--user-data-dir=" + this.home, "about:blank"],
		{ stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], detached: true,
			env: { ...process.env, HOME: this.home } });
		this.number = 0;
		this.waiting = new Map();
		this.pages = new Map(); // by session
		this.input = "";
		this.process.stdio[4].setEncoding("utf8").on("data", (text) => this.read(text));
		this.process.on("exit", () => this.fail(new Error(program + " has ended")));
		this.process.on("error", (error) => this.fail(error));
	}

	fail(error) {
		this.over = error;
		this.waiting.forEach(({ reject }) => reject(error));
		this.waiting.clear();
	}

	read(text) {
		const messages = (this.input + text).split("\0");
		this.input = messages.pop();
		for (const message of messages.map((m) => JSON.parse(m))) {
			const call = this.waiting.get(message.id);
			if (call) {
				this.waiting.delete(message.id);
				if (message.error)
					call.reject(new Error(message.error.message));
				else
					call.resolve(message.result);
			} else if (this.pages.has(message.sessionId)) {
				this.pages.get(message.sessionId).heard(message.method, message.params);
			}
		}
	}

	send(method, params = {}, sessionId = undefined) {
		const id = ++this.number;
		return new Promise((resolve, reject) => {
			if (this.over)
				return reject(this.over);
			this.waiting.set(id, { resolve, reject });
			this.process.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + "\0");
		});
	}

	// A page of width x height, in the dark or not.
	async open(url, { width = 1280, height = 900, dark = false } = {}) {
		const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
		const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
		const page = new Page(this, sessionId);
		this.pages.set(sessionId, page);
		for (const domain of ["Page", "Runtime", "Network", "Log"])
			await page.send(domain + ".enable");
		await page.send("Emulation.setDeviceMetricsOverride",
			{ width, height, deviceScaleFactor: 1, mobile: width < 600 });
		await page.send("Emulation.setEmulatedMedia",
			{ features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }] });
		const loaded = new Promise((resolve) => page.loaded = resolve);
		await page.send("Page.navigate", { url });
		await Promise.race([loaded, limit(60000)]);
		return page;
	}

	async close() {
		const ended = new Promise((resolve) => this.process.once("exit", resolve));
		this.send("Browser.close").catch(() => {});
		await Promise.race([ended, limit(5000)]);
		try {
			process.kill(-this.process.pid, "SIGKILL");
		} catch {
			/* It is gone already. */
		}
		rmSync(this.home, { recursive: true, force: true, maxRetries: 10 });
	}
}

class Page {
	constructor(browser, session) {
		this.browser = browser;
		this.session = session;
		this.requests = []; // URLs
		this.loaded = () => {};
		this.faults = []; // what the console has to complain of
	}

	send(method, params) {
		return this.browser.send(method, params, this.session);
	}

	heard(method, p) {
		if (method === "Page.loadEventFired")
			this.loaded();
		else if (method === "Network.requestWillBeSent")
			this.requests.push(p.request.url);
		else if (method === "Runtime.exceptionThrown")
			this.faults.push(p.exceptionDetails.exception?.description || p.exceptionDetails.text);
		else if (method === "Log.entryAdded" && p.entry.source !== "network")
			this.faults.push(p.entry.text);
	}

	// What an expression, or what it promises, comes to.
	async evaluate(expression) {
		const answer = await this.send("Runtime.evaluate",
			{ expression, returnByValue: true, awaitPromise: true, userGesture: true });
		if (answer.exceptionDetails)
			throw new Error(answer.exceptionDetails.exception?.description ||
				answer.exceptionDetails.text);
		return answer.result.value;
	}

	// Wait until an expression is true, and give it.
	async until(expression, seconds = 60) {
		const end = Date.now() + seconds * 1000;
		let value;
		while (!(value = await this.evaluate(expression))) {
			if (Date.now() > end)
				throw new Error("not within " + seconds + " s: " + expression);
			await sleep(50);
		}
		return value;
	}

	// Keys as a person types them: text, "Enter", "Tab".
	async type(text) {
		await this.send("Input.insertText", { text });
	}

	async press(key) {
		const code = { Enter: 13, Tab: 9 }[key];
		const text = key === "Enter" ? "\r" : undefined;
		for (const type of ["keyDown", "keyUp"])
			await this.send("Input.dispatchKeyEvent",
				{ type, key, code: key, windowsVirtualKeyCode: code, text: type === "keyDown" ? text : undefined });
	}

	async screenshot(file) {
		const { data } = await this.send("Page.captureScreenshot", { captureBeyondViewport: true });
		writeFileSync(file, Buffer.from(data, "base64"));
	}
}
