// The calling contexts as a treegrid: what the icicle shows, in rows, with the same cursor. Only opened
// rows exist, and of many only those in sight are made.

class FlameTree extends RowTable {
  constructor(flame) {
    super({ caption: "Calling contexts", columns: [] });
    Object.assign(this, { flame, opened: new Set([0]) });
    this.node.id = "flame-tree";
    this.node.removeAttribute("tabindex");
    fill(this.table, { role: "treegrid", tabindex: 0, "aria-label": "Calling contexts" }, []);
    fill(this.body, { role: "rowgroup", ondblclick: () => flame.openFunction() }, []);
    const button = (text, onclick) => el("button", { type: "button", onclick, text });
    this.shown = fill(button("Tree", () => go({ tree: app.state.tree === "0" ? "" : "0" }, { replace: true })), { "aria-controls": "flame-tree" }, []);
    this.section = el("section", { "aria-labelledby": "flame-tree-title" }, el("h3", { id: "flame-tree-title", text: "The same as a tree" }),
      el("div", { class: "bar" }, this.shown, button("Expand the hot path", () => this.hotPath())), this.node);
  }

  // Shows the picture's state; `isOther` where it has other nodes or figures now.
  show(isOther) {
    const { flame } = this, { aroundFn, holds } = flame;
    this.node.hidden = app.state.tree === "0";
    this.shown.setAttribute("aria-expanded", !this.node.hidden);
    if (this.holds !== holds || this.scene !== aroundFn) {
      this.opened = new Set(aroundFn < 0 ? [0] : [0, flame.layout.head]);
      // All that leads to a match, unless that is half of the tree.
      if (flame.count <= 2000) holds?.forEach((is, id) => is && this.opened.add(id));
    }
    Object.assign(this, { holds, scene: aroundFn });
    if (isOther) this.makeColumns();
    this.reveal(flame.id);
  }

  makeColumns() {
    const { flame } = this, isTime = flame.metric === "time", [metric] = FLAME_METRICS[flame.metric];
    const figure = (title, key) => ({ title, number: true, text: ({ id }) => flame.figures(id)[key] });
    const share = { title: "% of all", number: true, node: ({ id }) => shareCell(flame.share(flame.layout.value[id]), flame.figures(id).share) };
    this.columns = [
      { title: "context", wide: "name", node: (row) => this.name(row) }, figure(isTime ? "total" : metric, "total"), share, figure(isTime ? "self" : "its own", "own"),
      figure("calls", "calls"), figure("mean", "mean"), flame.metrics.includes("allocs") && flame.metric !== "allocs" && figure("allocations", "allocs"),
    ].filter(Boolean);
    this.titles();
    fill(this.head, { role: "row", "aria-rowindex": 1 }, []);
    for (const title of this.head.children) title.setAttribute("role", "columnheader");
  }

  // The children that are shown: of a search, what leads to a match.
  children(id) {
    return icicleKids(this.flame.layout, id).filter((kid) => !this.holds || this.holds[kid]);
  }

  flatten() {
    const stack = [{ id: 0, level: 1, place: 1, size: 1 }];
    this.rows = [];
    while (stack.length) {
      const row = stack.pop(), kids = this.children(row.id);
      Object.assign(row, { isParent: kids.length > 0, isOpen: kids.length > 0 && this.opened.has(row.id) });
      this.rows.push(row);
      if (row.isOpen) for (let at = kids.length; at--; ) stack.push({ id: kids[at], level: row.level + 1, place: at + 1, size: kids.length });
    }
    this.table.setAttribute("aria-rowcount", this.rows.length + 1);
  }

  // Opens what a node is below, and shows it.
  reveal(id) {
    const { parent } = this.flame.layout.tree;
    for (let of = parent[id]; of >= 0; of = parent[of]) this.opened.add(of);
    this.flatten();
    // A search may leave the node out: then the one above it is shown.
    this.active = -1;
    for (let of = id; this.active < 0; of = parent[of]) this.active = this.placeOf(of);
    this.toSight();
  }

  placeOf(id) {
    return this.rows.findIndex((row) => row.id === id);
  }

  toSight() {
    const top = this.active * ROW, sight = this.node.clientHeight - 2 * ROW;
    if (top < this.node.scrollTop) this.node.scrollTop = top;
    else if (top > this.node.scrollTop + sight) this.node.scrollTop = top - sight;
    this.draw(true);
  }

  draw(always) {
    if (!this.columns.length) return;
    super.draw(always);
    const row = byId(`flame-row-${this.active}`);
    if (row) this.table.setAttribute("aria-activedescendant", row.id);
    else this.table.removeAttribute("aria-activedescendant");
  }

  row(at) {
    const node = super.row(at), { level, place, size, isParent, isOpen } = this.rows[at];
    [...node.children].forEach((cell, column) => cell.setAttribute("role", column ? "gridcell" : "rowheader"));
    node.firstChild.style.paddingLeft = `${Math.min(level - 1, 24) * 14 + 6}px`;
    return fill(node, { role: "row", id: `flame-row-${at}`, "aria-level": level, "aria-posinset": place, "aria-setsize": size, "aria-expanded": isParent ? String(isOpen) : null }, []);
  }

  name({ id, level, isParent, isOpen }) {
    const { flame } = this, name = flame.label(id), verdict = flame.verdictOf(id);
    const width = Math.max(176, this.node.clientWidth - (this.columns.length - 1) * 106) - Math.min(level - 1, 24) * 14 - 44;
    const isFound = flame.q && flame.wanted[flame.layout.tree.fn[id]];
    return el("span", { title: name }, el("span", { class: "flame-twist", "aria-hidden": "true", text: isParent ? (isOpen ? "▾" : "▸") : "" }),
      el(isFound ? "mark" : "span", { class: "path", text: icicleLabel(name, Math.max(14, Math.floor(width / 7.6))) }), verdict && " ", verdict && verdictTag(verdict));
  }

  click(event, at) {
    const row = this.rows[at];
    if (event.target.closest(".flame-twist") && row.isParent) this.toggle(row, !row.isOpen);
    this.moveTo(this.placeOf(row.id));
  }

  toggle(row, is) {
    this.opened[is ? "add" : "delete"](row.id);
    this.flatten();
    this.draw(true);
  }

  // Puts the cursor on a row, here and in the picture.
  moveTo(at) {
    this.active = Math.min(this.rows.length - 1, Math.max(0, at));
    this.flame.select(this.rows[this.active].id, true);
    this.toSight();
  }

  focusActive() {
    this.table.focus({ preventScroll: true });
  }

  key(event) {
    const row = this.rows[this.active], { flame } = this;
    const keys = {
      ArrowRight: () => (row.isOpen ? this.moveTo(this.active + 1) : row.isParent && this.toggle(row, true)),
      ArrowLeft: () => (row.isOpen ? this.toggle(row, false) : row.id && this.moveTo(this.placeOf(flame.layout.tree.parent[row.id]))),
      Enter: () => flame.openFunction(), " ": () => flame.enter(row.id), Escape: () => flame.leave(),
    };
    const action = keys[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return super.key(event);
    event.preventDefault();
    action();
  }

  // Follows the heaviest callee from the cursor down.
  hotPath() {
    let { id } = this.flame;
    for (let next = id; next !== undefined; next = this.children(id).find((kid) => kid !== this.flame.layout.head)) id = next;
    this.flame.select(id);
    this.focusActive();
  }
}
