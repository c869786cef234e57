// Elements, made one by one. Text of others only ever becomes text: nothing here parses HTML.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, props, children) {
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "text") node.textContent = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}

function el(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

function svg(tag, props, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function byId(id) {
  return document.getElementById(id);
}

// Says something to those who cannot see it.
function announce(text) {
  byId("live").textContent = text;
}

function motion() {
  return !matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function cssVar(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// A list of facts: pairs of a term and its text or node. Pairs without a value are left out.
function facts(pairs) {
  const rows = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return el("dl", { class: "facts" }, rows.map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, value))));
}

// A select with a label before it. `options` are pairs of a value and its text.
function choice(label, options, value, onchange) {
  const select = el("select", { onchange: () => onchange(select.value) }, options.map(([key, text]) => el("option", { value: key, selected: key === value, text })));
  return el("label", { class: "choice" }, label, " ", select);
}

// A table of plain rows. `columns` are {title, cell(row), number}; the first cell heads its row.
function plainTable(caption, columns, rows) {
  const head = columns.map((column) => el("th", { scope: "col", class: column.number && "number", text: column.title }));
  const cell = (row) => (column, at) => el(at ? "td" : "th", { scope: at ? null : "row", class: column.number && "number" }, column.cell(row));
  const body = rows.map((row) => el("tr", {}, columns.map(cell(row))));
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption }, el("table", {}, el("caption", { text: caption }), el("thead", {}, el("tr", {}, head)), el("tbody", {}, body)));
}
