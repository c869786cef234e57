// A table that can be sorted, and that makes only the rows which are seen.

const ROW = 30;
const WHOLE_UP_TO = 500;

// Whether `name` has `query` in it. With a `*` it is a pattern for the whole name: `app::*`.
function matcher(query) {
  const wanted = query.trim().toLowerCase();
  if (!wanted) return () => true;
  if (!wanted.includes("*")) return (name) => name.toLowerCase().includes(wanted);
  const [first, ...rest] = wanted.split(/\*+/);
  const last = rest.pop();
  return (name) => {
    const text = name.toLowerCase();
    if (!text.startsWith(first)) return false;
    // The parts between stars, each as early as it can be: no other choice finds more.
    let from = first.length;
    for (const part of rest) {
      const at = text.indexOf(part, from);
      if (at < 0) return false;
      from = at + part.length;
    }
    return text.endsWith(last) && text.length - last.length >= from;
  };
}

// Columns are {id, title, text(row) or node(row), value(row) to sort by, number, help, wide}. The first one heads a row.
// `open(row)` is what Enter and a click do, `sort(id)` what a click on a title does.
class RowTable {
  constructor({ caption, columns, open, sort }) {
    Object.assign(this, { columns, open, sort, rows: [], active: 0, from: -1, to: -1 });
    this.head = el("tr", {});
    this.body = el("tbody", {});
    this.groups = el("colgroup", {});
    this.table = el("table", { class: "rows" }, el("caption", { class: "away", text: caption }), this.groups, el("thead", {}, this.head), this.body);
    this.node = el("div", { class: "scroll tall", role: "region", "aria-label": caption, tabindex: 0, onscroll: () => this.draw(), onkeydown: (event) => this.key(event) }, this.table);
    new ResizeObserver(() => this.draw(true)).observe(this.node);
  }

  // Shows `rows`, sorted already by the column `by`.
  update(rows, by, descending, columns = this.columns) {
    const kept = this.rows[this.active];
    Object.assign(this, { rows, columns });
    // No wider than the names need.
    const longest = rows.slice(0, 2000).reduce((most, row) => Math.max(most, (row.name ?? "").length), 12);
    this.nameWidth = `${Math.min(48, longest + 3)}ch`;
    this.active = Math.max(0, rows.indexOf(kept));
    this.titles(by, descending);
    this.table.setAttribute("aria-rowcount", rows.length + 1);
    this.node.scrollTop = 0;
    this.draw(true);
  }

  titles(by, descending) {
    this.groups.replaceChildren(...this.columns.map((column) => el("col", { class: `c-${column.wide ?? (column.number ? "number" : "text")}` })));
    const [name] = this.groups.children;
    if (name?.className === "c-name") name.style.setProperty("--name-width", this.nameWidth);
    const title = (column) => {
      const order = column.id === by ? (descending ? "descending" : "ascending") : null;
      const sign = order ? el("span", { "aria-hidden": "true", text: descending ? " ▾" : " ▴" }) : null;
      const inner = column.value && this.sort ? el("button", { type: "button", title: column.help, onclick: () => this.sort(column.id) }, column.title, sign) : el("span", { title: column.help, text: column.title });
      return el("th", { scope: "col", "aria-sort": order, class: column.number && "number" }, inner);
    };
    this.head.replaceChildren(...this.columns.map(title));
  }

  // Makes the rows in sight, and some beyond. Short tables are made whole, so that they can be searched and printed.
  draw(always) {
    const count = this.rows.length;
    const isWhole = count <= WHOLE_UP_TO;
    const first = isWhole ? 0 : Math.max(0, Math.floor(this.node.scrollTop / ROW) - 10);
    const last = isWhole ? count : Math.min(count, first + Math.ceil((this.node.clientHeight || 600) / ROW) + 20);
    if (!always && first === this.from && last === this.to) return;
    const had = this.body.contains(document.activeElement);
    Object.assign(this, { from: first, to: last });
    const rows = [];
    if (first > 0) rows.push(spacer(first * ROW, this.columns.length));
    for (let at = first; at < last; at++) rows.push(this.row(at));
    if (last < count) rows.push(spacer((count - last) * ROW, this.columns.length));
    if (!count) rows.push(el("tr", {}, el("td", { colspan: this.columns.length, class: "empty", text: "Nothing matches." })));
    this.body.replaceChildren(...rows);
    if (had) this.focusActive();
  }

  row(at) {
    const row = this.rows[at];
    const cells = this.columns.map((column, place) => {
      const inner = column.node ? column.node(row) : column.text(row);
      return el(place ? "td" : "th", { scope: place ? null : "row", class: [column.number ? "number" : "", column.kind?.(row) ?? ""].join(" ").trim() || null }, inner);
    });
    return el("tr", { "aria-rowindex": at + 2, "data-at": at, class: at === this.active ? "active" : null, onclick: (event) => this.click(event, at) }, cells);
  }

  click(event, at) {
    if (event.target.closest("a, button") || getSelection()?.toString()) return;
    this.active = at;
    this.open?.(this.rows[at]);
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.node.clientHeight / ROW) - 2);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key === "Enter" && !event.target.closest("a, button")) this.open?.(this.rows[this.active]);
    else if (event.key in steps) this.moveTo(this.active + steps[event.key]);
    else return;
    event.preventDefault();
  }

  moveTo(at) {
    if (!this.rows.length) return;
    this.active = Math.min(this.rows.length - 1, Math.max(0, at));
    const top = this.active * ROW;
    const sight = this.node.clientHeight - 2 * ROW;
    if (top < this.node.scrollTop) this.node.scrollTop = top;
    else if (top > this.node.scrollTop + sight) this.node.scrollTop = top - sight;
    this.draw(true);
    const [first] = this.columns;
    announce(`${first.label?.(this.rows[this.active]) ?? ""}, row ${this.active + 1} of ${this.rows.length}`);
  }

  focusActive() {
    this.node.focus({ preventScroll: true });
  }
}

function spacer(height, columns) {
  const row = el("tr", { class: "spacer", "aria-hidden": "true" }, el("td", { colspan: columns }));
  row.style.height = `${height}px`;
  return row;
}

// Sorts a copy of `rows` by a column; rows without a value come last, whichever way.
function sorted(rows, column, descending) {
  const keyed = rows.map((row) => [column.value(row), row]);
  const way = descending ? -1 : 1;
  keyed.sort(([a, x], [b, y]) => {
    if (a === b) return x.name < y.name ? -1 : 1;
    if (a === null || a === undefined) return 1;
    if (b === null || b === undefined) return -1;
    return a < b ? -way : way;
  });
  return keyed.map(([, row]) => row);
}

// A field that filters, with the number of what is left.
function filterField(label, onchange) {
  let timer;
  const field = el("input", {
    type: "search", placeholder: `${label}  /`, "aria-label": label, spellcheck: "false", autocomplete: "off",
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(() => onchange(field.value), 80);
    },
    onkeydown: (event) => {
      if (event.key !== "Escape") return;
      field.value = "";
      onchange("");
      field.closest(".view").querySelector("canvas, .scroll.tall")?.focus();
    },
  });
  return field;
}
