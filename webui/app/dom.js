// SPDX-License-Identifier: Apache-2.0
//
// Writing into the page. Everything goes in as text, never as markup, and only what differs from
// what is shown is touched, so that a selection and the focus survive the second.
//
// A cell is a text, or {text, cls, title, head, bar, barClass, chips, explain, after}: chips are
// [text, class], `explain` is an address or prefix that the text becomes a button to explain, and
// `after` what follows that.

export const $ = (id) => document.getElementById(id);

export function element(name, cls, ...children) {
	const e = document.createElement(name);
	e.className = cls;
	e.append(...children);
	return e;
}

function barOf(what) {
	const bar = element("span", "bar " + (what.barClass || ""), document.createElement("span"));
	bar.setAttribute("aria-hidden", "true");
	bar.firstElementChild.style.width = Math.min(100, what.bar * 100) + "%";
	return bar;
}

function linkOf(what) {
	const link = element("button", "link", String(what.text));
	link.type = "button";
	link.dataset.explain = what.explain;
	return link;
}

export function fill(cell, what) {
	const only = cell.firstElementChild;
	cell.className = what.cls || "";
	cell.title = what.title || "";
	if (what.explain && !what.after && only && only === cell.lastChild && only.dataset.explain) {
		/* It may have the focus. */
		only.dataset.explain = what.explain;
		only.textContent = what.text;
		return;
	}
	const chips = (what.chips || []).map(([text, cls]) => element("span", "chip " + cls, text));
	const text = what.explain ? linkOf(what) : what.text === undefined ? "" : String(what.text);
	cell.replaceChildren(...(what.bar === undefined ? [...chips, text] :
		[barOf(what), text, ...chips]), what.after || "");
}

// Fill it unless it is that already.
function renew(cell, what) {
	const key = JSON.stringify(what);
	if (cell.dataset.key === key)
		return;
	cell.dataset.key = key;
	fill(cell, what);
}

const asCell = (what) => typeof what === "object" ? what : { text: what };

function setCell(row, i, cell) {
	const what = asCell(cell);
	let td = row.children[i];
	if (!td) {
		td = document.createElement(what.head ? "th" : "td");
		if (what.head)
			td.scope = "row";
		row.append(td);
	}
	renew(td, what);
}

// The table with the id, and the text beside it where there is no row.
export function setTable(id, rows, empty) {
	const table = $(id);
	const body = table.tBodies[0];
	table.hidden = rows.length === 0;
	$(id + "-empty").hidden = rows.length > 0;
	if (rows.length === 0)
		setText($(id + "-empty"), empty);
	while (body.rows.length > rows.length)
		body.deleteRow(-1);
	rows.forEach((cells, i) => {
		const row = body.rows[i] || body.insertRow();
		cells.forEach((cell, k) => setCell(row, k, cell));
	});
}

// A list of [term, cell] as <dl>.
export function setFacts(list, facts) {
	while (list.children.length > facts.length)
		list.lastElementChild.remove();
	facts.forEach(([term, cell], i) => {
		if (!list.children[i])
			list.append(element("div", "", document.createElement("dt"),
				document.createElement("dd")));
		const [dt, dd] = list.children[i].children;
		setText(dt, term);
		renew(dd, asCell(cell));
	});
}

// Text in which `...` is code.
export function setText(e, text) {
	if (e.dataset.text === text)
		return;
	e.dataset.text = text;
	e.replaceChildren(...text.split("`").map((part, i) =>
		i % 2 === 0 ? part : element("code", "", part)));
}
