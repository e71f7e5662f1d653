// SPDX-License-Identifier: Apache-2.0
//
// Questions to the daemon.

// It answered, with an error: the message is its own text.
export class Refused extends Error {
	constructor(text, status) {
		super(text);
		this.status = status;
	}
}

const ANSWER_MS = 5000;

// The JSON at a path. Fails with Refused, or with another Error where there was no answer: not in
// time, or not before `abort` was used.
export async function ask(path, timeout = ANSWER_MS, abort = new AbortController()) {
	const timer = setTimeout(() =>
		abort.abort(new Error("no answer within " + timeout / 1000 + " s")), timeout);
	try {
		const answer = await fetch(path, { cache: "no-store", signal: abort.signal });
		return parse(path, answer, await answer.text());
	} finally {
		clearTimeout(timer);
	}
}

function parse(path, answer, text) {
	let json;
	try {
		json = JSON.parse(text);
	} catch {
		throw new Error(path + " answered " + answer.status + " without JSON");
	}
	if (!answer.ok || json.error !== undefined)
		throw new Refused(json.error || path + " answered " + answer.status, answer.status);
	return json;
}
