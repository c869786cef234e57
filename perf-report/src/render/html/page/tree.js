// The calling contexts as a treegrid: what the icicle shows, in rows, with the same cursor. Only opened
// rows exist, and of many only those in sight are made.

const FLAME_LINE = 30;

class FlameTree {
  constructor(flame) {
    Object.assign(this, { flame, rows: [], at: new Map(), open: new Set(), closed: new Set(), active: 0 });
    const button = (text, props, onclick) => el("button", { type: "button", onclick, text, ...props });
    this.groups = el("colgroup", {});
    this.head = el("tr", { role: "row", "aria-rowindex": 1 });
    this.body = el("tbody", { role: "rowgroup", onclick: (event) => this.click(event), ondblclick: () => flame.openFunction() });
    this.grid = el("table", { class: "rows", role: "treegrid", tabindex: 0, "aria-label": "Calling contexts", onkeydown: (event) => this.key(event) }, this.groups, el("thead", { role: "rowgroup" }, this.head), this.body);
    this.scroller = el("div", { class: "scroll tall flame-tree", id: "flame-tree", onscroll: () => this.draw() }, this.grid);
    this.shown = button("Tree", { "aria-controls": "flame-tree" }, () => go({ tree: app.state.tree === "0" ? "" : "0" }, { replace: true }));
    this.node = el("section", { "aria-labelledby": "flame-tree-title" }, el("h3", { id: "flame-tree-title", text: "The same as a tree" }),
      el("div", { class: "bar" }, this.shown, button("Expand the hot path", {}, () => this.hotPath()), button("Collapse all", {}, () => this.collapse())), this.scroller);
    new ResizeObserver(() => this.draw()).observe(this.scroller);
  }

  // Shows the picture's state; `isOther` where it has other nodes now.
  show(isOther) {
    this.scroller.hidden = app.state.tree === "0";
    this.shown.setAttribute("aria-expanded", !this.scroller.hidden);
    if (this.scene !== this.flame.aroundFn) {
      this.scene = this.flame.aroundFn;
      this.open = new Set([0, 1]);
    }
    if (this.q !== this.flame.q) this.closed.clear();
    this.q = this.flame.q;
    if (isOther) this.titles();
    this.reveal(this.flame.part, this.flame.id);
  }

  titles() {
    const { metric, metrics } = this.flame;
    const [name] = FLAME_METRICS[metric];
    const memory = metric !== "allocs" && metrics.includes("allocs");
    this.columns = [[metric === "time" ? "total" : name, "total"], ["% of all", "share"], [metric === "time" ? "self" : "its own", "own"], ["calls", "calls"], ["mean", "mean"], ...(memory ? [["allocations", "allocs"]] : [])];
    this.groups.replaceChildren(el("col", { class: "c-name" }), ...this.columns.map(() => el("col", { class: "c-number" })));
    const title = (text, cls) => el("th", { role: "columnheader", scope: "col", class: cls, text });
    this.head.replaceChildren(title("context"), ...this.columns.map(([text]) => title(text, "number")));
  }

  // The children that are shown: those with a weight, heaviest first, and of a search what leads to a match.
  children(part, id) {
    const { first, kids, value } = this.flame.parts[part].layout, holds = this.flame.holds[part];
    const list = [];
    for (let k = first[id]; k < first[id + 1] && value[kids[k]] > 0; k++) if (!holds || holds[kids[k]]) list.push(kids[k]);
    return list;
  }

  isOpen(part, id) {
    const key = id * 2 + part;
    return this.open.has(key) || Boolean(this.flame.holds[part] && !this.closed.has(key));
  }

  setOpen(part, id, is) {
    const key = id * 2 + part;
    this.open[is ? "add" : "delete"](key);
    this.closed[is ? "delete" : "add"](key);
  }

  flatten() {
    this.rows = [];
    this.at.clear();
    const roots = [0, 1].filter((part) => this.flame.parts[part]);
    const stack = roots.map((part, at) => ({ part, id: 0, level: 1, place: at + 1, size: roots.length })).reverse();
    while (stack.length) {
      const row = stack.pop();
      const { part, id, level } = row;
      const kids = this.children(part, id);
      row.isParent = kids.length > 0;
      row.isOpen = row.isParent && this.isOpen(part, id);
      this.at.set(id * 2 + part, this.rows.push(row) - 1);
      if (row.isOpen) for (let k = kids.length - 1; k >= 0; k--) stack.push({ part, id: kids[k], level: level + 1, place: k + 1, size: kids.length });
    }
    this.grid.setAttribute("aria-rowcount", this.rows.length + 1);
  }

  // Opens what a node is below, and shows it.
  reveal(part, id) {
    const { parent } = this.flame.parts[part].layout.tree;
    for (let of = parent[id]; of >= 0; of = parent[of]) this.setOpen(part, of, true);
    this.flatten();
    let seen = id;
    while (seen > 0 && !this.at.has(seen * 2 + part)) seen = parent[seen];
    this.active = this.at.get(seen * 2 + part) ?? 0;
    this.toSight();
    this.draw();
  }

  toSight() {
    const top = this.active * FLAME_LINE, sight = this.scroller.clientHeight - 2 * FLAME_LINE;
    if (top < this.scroller.scrollTop) this.scroller.scrollTop = top;
    else if (top > this.scroller.scrollTop + sight) this.scroller.scrollTop = top - sight;
  }

  draw() {
    if (!this.columns) return;
    const count = this.rows.length, isWhole = count <= WHOLE_UP_TO;
    const first = isWhole ? 0 : Math.max(0, Math.floor(this.scroller.scrollTop / FLAME_LINE) - 10);
    const last = isWhole ? count : Math.min(count, first + Math.ceil((this.scroller.clientHeight || 600) / FLAME_LINE) + 20);
    const width = Math.max(176, this.scroller.clientWidth - this.columns.length * 106);
    const wanted = [this.flame.scene, this.flame.q, this.flame.color, this.rows, first, last, width];
    if (wanted.some((value, at) => value !== this.drawn?.[at])) {
      this.drawn = wanted;
      const rows = this.rows.slice(first, last).map((row, at) => this.row(row, first + at, width));
      if (first > 0) rows.unshift(spacer(first * FLAME_LINE, this.columns.length + 1));
      if (last < count) rows.push(spacer((count - last) * FLAME_LINE, this.columns.length + 1));
      this.body.replaceChildren(...rows);
    }
    this.body.querySelector(".active")?.classList.remove("active");
    const row = byId(`flame-row-${this.active}`);
    row?.classList.add("active");
    if (row) this.grid.setAttribute("aria-activedescendant", row.id);
    else this.grid.removeAttribute("aria-activedescendant");
  }

  row(row, at, width) {
    const { part, id, level } = row, { flame } = this;
    const it = flame.figures(part, id);
    it.share = fmt.share(it.pct);
    const indent = Math.min(level - 1, 24) * 14;
    const name = `${part ? "" : id ? "" : "callers of "}${flame.label(part, id)}`;
    const shown = icicleLabel(name, Math.max(14, Math.floor((width - indent - 44) / 7.6)));
    const isFound = flame.q && flame.wanted?.[flame.parts[part].layout.tree.fn[id]];
    const verdict = flame.verdictOf(part, id);
    const head = el("th", { role: "rowheader", scope: "row", title: name },
      el("span", { class: "flame-twist", "aria-hidden": "true", text: row.isParent ? (row.isOpen ? "▾" : "▸") : "" }),
      el(isFound ? "mark" : "span", { class: "path", text: shown }), verdict && " ", verdict && verdictTag(verdict));
    head.style.paddingLeft = `${indent + 6}px`;
    const cell = ([, key]) => el("td", { role: "gridcell", class: "number" }, key === "share" ? shareCell(it.pct, it.share) : (it[key] ?? "–"));
    return el("tr", {
      role: "row", id: `flame-row-${at}`, "data-at": at, "aria-rowindex": at + 2, "aria-level": level, "aria-posinset": row.place, "aria-setsize": row.size,
      "aria-expanded": row.isParent ? String(row.isOpen) : null,
    }, head, this.columns.map(cell));
  }

  click(event) {
    const at = Number(event.target.closest("tr")?.dataset.at ?? -1);
    if (at < 0) return;
    const row = this.rows[at];
    if (event.target.closest(".flame-twist") && row.isParent) this.toggle(row, !row.isOpen);
    this.go(this.at.get(row.id * 2 + row.part));
  }

  toggle(row, is) {
    this.setOpen(row.part, row.id, is);
    this.flatten();
    this.draw();
  }

  // Puts the cursor on a row, here and in the picture.
  go(at) {
    this.active = Math.min(this.rows.length - 1, Math.max(0, at));
    const { part, id } = this.rows[this.active];
    this.flame.select(part, id, true);
    this.toSight();
    this.draw();
  }

  key(event) {
    const row = this.rows[this.active];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / FLAME_LINE) - 2);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    const right = () => (row.isOpen ? this.go(this.active + 1) : row.isParent && this.toggle(row, true));
    const left = () => (row.isOpen ? this.toggle(row, false) : row.level > 1 && this.go(this.at.get(this.flame.parts[row.part].layout.tree.parent[row.id] * 2 + row.part)));
    const actions = { ArrowRight: right, ArrowLeft: left, Enter: () => this.flame.openFunction(), " ": () => this.flame.enter(row.part, row.id), Escape: () => this.flame.leave() };
    if (event.key in steps) this.go(this.active + steps[event.key]);
    else if (event.key in actions) actions[event.key]();
    else return;
    event.preventDefault();
  }

  // Follows the heaviest callee from the cursor down.
  hotPath() {
    let { part, id } = this.flame;
    for (let [kid] = this.children(part, id); kid !== undefined; [kid] = this.children(part, id)) id = kid;
    this.flame.select(part, id);
    this.grid.focus({ preventScroll: true });
  }

  collapse() {
    this.open = new Set([0, 1]);
    this.closed = new Set(this.flame.holds.length ? this.rows.filter((row) => row.level > 1).map((row) => row.id * 2 + row.part) : []);
    this.flatten();
    this.go(0);
  }
}
