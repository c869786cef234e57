// The icicle: all calling contexts as boxes, callers above callees, wide by a metric. The tree below it
// shows the same contexts as rows; both have one cursor, one focus and one search.

const FLAME_METRICS = { time: ["time", fmt.duration], calls: ["calls", fmt.count], allocs: ["allocations", fmt.count], bytes: ["allocated bytes", fmt.bytes], errors: ["errors", fmt.count], polls: ["polls", fmt.count] };
const FLAME_COLORS = { crate: "crate", verdict: "verdict", self: "self share" };
const FLAME_HINT = "Arrows go to the caller, a callee and its siblings; Enter focuses, Escape goes back, Home shows all; s shows callers and callees, m the next metric, + and - zoom, o opens the function. Drag to pan; the wheel zooms once the picture has the focus, with Ctrl always. The table below shows the same.";

views.push({ id: "flame", title: "Flame", keepsFunction: true, has: (model) => model.tree.length > 0, mount: (section, app) => new FlameView(section, app.model).update });

class FlameView {
  constructor(section, model) {
    const { tree, names } = icicleMerge(model.tree, model.functions);
    Object.assign(this, { section, model, tree, names, layouts: new Map(), trail: [], part: 1, id: 0 });
    this.metrics = Object.keys(FLAME_METRICS).filter((metric) => metric === "time" || this.layout(metric).total > 0);
    this.colors = Object.keys(FLAME_COLORS).filter((color) => color !== "verdict" || model.comparison);
    this.rankCrates();
    this.build();
    document.addEventListener("keydown", (event) => this.key(event));
    this.update = (state) => this.show(state);
  }

  layout(metric) {
    if (!this.layouts.has(metric)) this.layouts.set(metric, icicleLayout(this.tree, icicleOwn(this.tree, metric)));
    return this.layouts.get(metric);
  }

  // Crates by weight: the heaviest have a hue of their own, whatever the metric.
  rankCrates() {
    const weight = new Map();
    const crate = this.names.map((name, fn) => this.model.functions[fn]?.crate ?? name.split("::")[0]);
    for (let i = 1; i < this.tree.n; i++) weight.set(crate[this.tree.fn[i]], (weight.get(crate[this.tree.fn[i]]) ?? 0) + this.tree.sums.self_ns[i]);
    this.crates = [...weight].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name);
    const rank = new Map(this.crates.map((name, at) => [name, at]));
    this.hueOf = crate.map((name) => Math.min(rank.get(name) ?? FLAME_HUES, FLAME_HUES));
  }

  build() {
    const button = (text, key, onclick) => el("button", { type: "button", "aria-keyshortcuts": key, onclick, text });
    this.search = filterField("Search functions", (q) => go({ q }, { replace: true }));
    this.metricChoice = choice("Width", this.metrics.map((metric) => [metric, FLAME_METRICS[metric][0]]), "time", (metric) => go({ metric }));
    this.colorChoice = choice("Colour", this.colors.map((color) => [color, FLAME_COLORS[color]]), "crate", (color) => go({ color }));
    this.found = el("output", { class: "flame-found" });
    this.around = button("Callers and callees", "s", () => this.sandwich());
    this.opener = button("Open function", "o", () => this.openFunction());
    this.crumbs = el("ol", {});
    this.legend = el("ul", { class: "flame-legend", "aria-label": "Colours" });
    this.picture = new FlamePicture(this);
    this.table = new FlameTree(this);
    this.detail = el("p", { id: "flame-detail", class: "flame-detail", role: "status", "aria-live": "polite" });
    this.section.classList.add("flame");
    this.section.append(
      el("div", { class: "bar" }, this.search, this.found, this.metricChoice, this.colorChoice, this.around, this.opener, button("Show all", "Home", () => this.reset())),
      el("nav", { class: "flame-crumbs", "aria-label": "Focus" }, this.crumbs), this.picture.node, this.detail, this.legend,
      el("p", { id: "flame-hint", class: "faint", text: FLAME_HINT }), this.picture.probe, this.table.node);
  }

  // Takes over a state of the page: what is shown is what its address says.
  show(state) {
    const metric = this.metrics.includes(state.metric) ? state.metric : "time";
    const color = this.colors.includes(state.color) ? state.color : "crate";
    const fn = state.fn ? this.names.indexOf(state.fn) : -1;
    const around = state.sandwich && fn >= 0 ? fn : -1;
    const focusText = around < 0 ? (state.focus ?? "") : "";
    const scene = `${metric} ${around}`;
    const isNew = scene !== this.scene;
    const isMoved = isNew || focusText !== this.focusText || (state.fn ?? "") !== this.fnText;
    const isFirst = !this.scene;
    if (around !== this.aroundFn) Object.assign(this, { part: 1, id: 0 });
    Object.assign(this, { metric, color, fn, aroundFn: around, scene, focusText, fnText: state.fn ?? "" });
    if (isNew) this.makeScene();
    if (state.q !== this.q || state.fn !== this.lookedFor || isNew) this.find(state);
    if (isMoved) this.settle(focusText, isFirst || isNew);
    this.controls(state);
    this.picture.resize();
    this.picture.paint();
    this.table.show(isNew);
  }

  // The parts that are drawn: callers upwards and callees downwards, or all contexts downwards.
  makeScene() {
    const base = this.layout(this.metric);
    if (this.aroundFn < 0) this.parts = [null, { layout: base, row: 0, way: 1 }];
    else {
      const { callers, callersOwn, callees } = icicleSandwich(base, this.aroundFn, this.names.length);
      const up = icicleLayout(callers, callersOwn);
      const down = icicleLayout(callees, icicleOwn(callees, this.metric));
      this.parts = [{ layout: up, row: up.deepest, way: -1 }, { layout: down, row: up.deepest, way: 1 }];
    }
    this.total = this.parts[1].layout.total;
  }

  settle(text, isSudden) {
    const { layout } = this.parts[1];
    const path = iciclePathOf(text);
    this.focus = icicleAt(layout, this.names, path);
    const isLost = path.length && iciclePath(layout.tree, this.names, this.focus).length < path.length;
    this.note = isLost ? "This run lacks the rest of the path in the link. " : this.fnText && this.fn < 0 ? "This run has no calling context of the function in the link. " : "";
    this.id = this.focus;
    this.part = 1;
    this.picture.moveTo(layout.x[this.focus], layout.x[this.focus] + layout.value[this.focus], isSudden);
    if (this.fn >= 0 && this.aroundFn < 0 && !text) this.select(1, this.heaviest(this.fn), true);
    this.tell();
    this.picture.scrollToRow(this.rowOf(1, this.id));
  }

  heaviest(fn) {
    const { tree, value } = this.parts[1].layout;
    let best = 0;
    for (let i = 1; i < tree.n; i++) if (tree.fn[i] === fn && (!best || value[i] > value[best])) best = i;
    return best;
  }

  // What the search, or the function of the link, finds; without either all counts as found.
  find(state) {
    const isWanted = state.q ? matcher(state.q) : this.fn >= 0 && this.aroundFn < 0 ? (name) => name === state.fn : null;
    Object.assign(this, { q: state.q, lookedFor: state.fn, wanted: null, holds: [] });
    this.found.textContent = "";
    if (!isWanted) return;
    this.wanted = Uint8Array.from(this.names, (name) => isWanted(name));
    const base = icicleFind(this.layout(this.metric), this.wanted);
    const share = this.layout(this.metric).total ? (100 * base.sum) / this.layout(this.metric).total : 0;
    this.found.textContent = `${fmt.plural(base.count, "context")}, ${fmt.share(share)} of all`;
    if (state.q) this.holds = this.parts.map((part) => part && icicleFind(part.layout, this.wanted).holds);
  }

  controls(state) {
    this.metricChoice.querySelector("select").value = this.metric;
    this.colorChoice.querySelector("select").value = this.color;
    if (this.search !== document.activeElement) this.search.value = state.q ?? "";
    this.around.setAttribute("aria-pressed", this.aroundFn >= 0);
    const name = this.aroundFn >= 0 ? `Callers and callees of ${this.label(1, 0)}` : "All calling contexts";
    this.picture.canvas.setAttribute("aria-label", `${name}, wide by ${FLAME_METRICS[this.metric][0]}`);
    this.crumbs.replaceChildren(...this.crumbItems());
    this.colours();
  }

  crumbItems() {
    const { tree } = this.parts[1].layout;
    const item = (text, state, isLast) => el("li", {}, linkTo({ ...app.state, sandwich: "", fn: "", ...state }, text, { "aria-current": isLast && "true" }));
    if (this.aroundFn >= 0) return [item("all", { focus: "" }), item(`around ${this.label(1, 0)}`, { fn: this.names[this.aroundFn], sandwich: "1" }, true)];
    const path = iciclePath(tree, this.names, this.focus);
    const crumbs = path.map((name, at) => item(icicleLabel(fmt.name(name), 40), { focus: iciclePathText(path.slice(0, at + 1)) }, at === path.length - 1));
    if (crumbs.length > 6) crumbs.splice(1, crumbs.length - 5, el("li", { text: "…" }));
    return [item("all", { focus: "" }, !path.length), ...crumbs];
  }

  // Names and figures of a node, marked as in the terminal.
  label(part, id) {
    const fn = this.parts[part].layout.tree.fn[id];
    return fn < 0 ? "all" : fmt.name(this.names[fn]);
  }

  figures(part, id) {
    const { layout, way } = this.parts[part];
    const { tree, value, own, total } = layout;
    const [, format] = FLAME_METRICS[this.metric];
    const isAll = tree.fn[id] < 0;
    const row = this.model.functions[tree.fn[id]];
    const sign = (bit, at) => (row?.marks?.[at] === "≥" ? "≥" : tree.marks[id] & bit ? "~" : "");
    const isTime = this.metric === "time";
    const totalMark = isTime ? sign(MARK_TOTAL, 1) : tree.marks[id] & (this.metric === "polls" ? MARK_POLLS : this.metric === "calls" ? MARK_PLACED : 0) ? "~" : "";
    const calls = tree.sums.calls[id], ns = tree.sums.total_ns[id];
    return {
      total: totalMark + format(isTime && !isAll ? ns : value[id]),
      pct: total ? (100 * value[id]) / this.layout(this.metric).total : 0,
      ofParent: id && value[tree.parent[id]] ? (100 * value[id]) / value[tree.parent[id]] : null,
      own: way < 0 ? null : (isTime ? sign(MARK_SELF, 0) : "") + format(own[id]),
      ownShare: value[id] ? own[id] / value[id] : 0,
      calls: isAll ? null : (tree.marks[id] & MARK_PLACED ? "~" : "") + fmt.count(calls),
      mean: isAll || !calls ? null : sign(MARK_TOTAL, 1).replace("≥", "~") + fmt.duration(ns / calls),
      allocs: isAll ? null : fmt.count(tree.sums.allocs[id]),
      errors: tree.sums.errors[id], panics: tree.sums.panics[id],
      verdict: row && this.model.verdictOf.get(row.name),
    };
  }

  // The line about a node, or about many that are too narrow to draw.
  sentence(part, id) {
    const it = this.figures(part, id), what = this.metric === "time" ? "total" : FLAME_METRICS[this.metric][0];
    const { way } = this.parts[part];
    return [
      `${it.total} ${what}${this.metric === "time" ? "" : " with all below"}`, `${fmt.share(it.pct)} of all`,
      it.ofParent !== null && `${fmt.share(it.ofParent)} of the ${way < 0 ? "callee" : "caller"}`,
      it.own !== null && `${it.own} ${this.metric === "time" ? "self" : "its own"} (${fmt.share(100 * it.ownShare)})`,
      it.calls !== null && (way < 0 && id ? `${it.calls} calls through it` : `${it.calls} calls`), it.mean !== null && `${it.mean} mean`,
      it.errors > 0 && fmt.plural(it.errors, "error"), it.panics > 0 && fmt.plural(it.panics, "panic"),
      it.verdict && `${SIGNS[it.verdict] ?? ""} ${it.verdict}`,
    ].filter(Boolean).join(" · ");
  }

  tell(part = this.part, id = this.id) {
    this.detail.replaceChildren(this.note, el("b", { text: this.label(part, id) }), ` ${this.sentence(part, id)}`);
    this.note = "";
  }

  // Moves the cursor, and tells what it is on.
  select(part, id, isQuiet) {
    Object.assign(this, { part, id });
    this.tell();
    const { layout } = this.parts[part];
    const { from, to } = this.picture, wide = layout.value[id] * this.picture.scale();
    if (layout.value[id] > 0 && (wide < 4 || layout.x[id] >= to || layout.x[id] + layout.value[id] <= from)) {
      const span = Math.min(this.total, wide < 4 ? layout.value[id] * 4 : to - from);
      const start = Math.min(Math.max(0, layout.x[id] + layout.value[id] / 2 - span / 2), this.total - span);
      this.picture.moveTo(start, start + span);
    }
    this.picture.scrollToRow(this.rowOf(part, id));
    if (!isQuiet) this.table.reveal(part, id);
    this.picture.paint();
  }

  rowOf(part, id) {
    return this.parts[part].row + this.parts[part].way * this.parts[part].layout.depth[id];
  }

  // What a click or Enter on a box does.
  enter(part, id) {
    const { tree } = this.parts[part].layout;
    if (this.aroundFn >= 0) return tree.fn[id] === this.aroundFn ? undefined : go({ fn: this.names[tree.fn[id]] });
    if (id === this.focus) return this.settle(this.focusText);
    this.trail.push(this.focusText);
    go({ focus: iciclePathText(iciclePath(tree, this.names, id)), fn: "" });
  }

  // Goes back to where the focus came from.
  leave() {
    if (this.aroundFn >= 0) go({ sandwich: "" });
    else if (this.focusText) go({ focus: this.trail.pop() ?? "" });
    else if (app.state.q || app.state.fn) go({ q: "", fn: "" });
    else this.picture.moveTo(0, this.total);
  }

  reset() {
    this.trail = [];
    if (this.focusText || this.fnText || app.state.q) go({ focus: "", fn: "", sandwich: "", q: "" });
    this.select(1, 0);
    this.picture.moveTo(0, this.total);
  }

  sandwich() {
    const { tree } = this.parts[this.part].layout;
    if (this.aroundFn >= 0) go({ sandwich: "" });
    else if (tree.fn[this.id] >= 0) go({ fn: this.names[tree.fn[this.id]], sandwich: "1", focus: "" });
    else announce("Choose a box first.");
  }

  openFunction() {
    const fn = this.parts[this.part].layout.tree.fn[this.id];
    if (fn >= 0 && fn < this.model.functions.length) go({ view: "function", fn: this.names[fn], focus: "", sandwich: "", q: "" });
    else announce("Choose a box first.");
  }

  // Only what the verdict calls a change has colour.
  verdictOf(part, id) {
    const row = this.model.functions[this.parts[part].layout.tree.fn[id]];
    const verdict = row && this.model.verdictOf.get(row.name);
    return verdict in FLAME_MARKS ? verdict : null;
  }

  selfShare(part, id) {
    const { own, value } = this.parts[part].layout;
    return value[id] ? own[id] / value[id] : 0;
  }

  colours() {
    const item = (color, text) => {
      const swatch = el("span", { class: "flame-swatch", "aria-hidden": "true" });
      swatch.style.background = `var(--flame-${color})`;
      return el("li", {}, swatch, text);
    };
    const crates = () => {
      const named = this.crates.slice(0, FLAME_HUES).map((name, at) => item(at, icicleLabel(fmt.name(name), 40)));
      const rest = this.crates.length - FLAME_HUES;
      return rest > 0 ? [...named, item(FLAME_HUES, `${fmt.plural(rest, "other crate")}`)] : named;
    };
    const verdicts = () => {
      const counts = groupBy([...this.model.verdictOf.values()], (verdict) => verdict);
      const changed = Object.keys(FLAME_MARKS).filter((verdict) => counts.has(verdict));
      return [...changed.map((verdict) => item(FLAME_MARKS[verdict], `${SIGNS[verdict]} ${verdict}, ${fmt.plural(counts.get(verdict).length, "function")}`)), item("none", "no change found")];
    };
    const shares = () => [item("none", "time below it"), item("hot", "its own")];
    this.legend.replaceChildren(...{ crate: crates, verdict: verdicts, self: shares }[this.color](), item("lump", "too narrow, or beside the focus or search"));
  }

  // The next node that has a width, in a direction as it is seen.
  neighbour(key) {
    const { layout, way } = this.parts[this.part];
    const { tree, first, kids, value } = layout;
    const child = (part) => {
      const { first: begin, kids: all, value: values } = this.parts[part].layout;
      const of = part === this.part ? this.id : 0;
      const kid = all[begin[of]];
      return begin[of] < begin[of + 1] && values[kid] > 0 ? [part, kid] : null;
    };
    if (key === "ArrowLeft" || key === "ArrowRight") {
      const of = tree.parent[this.id];
      if (of < 0) return null;
      const at = kids.indexOf(this.id, first[of]) + (key === "ArrowLeft" ? -1 : 1);
      return at >= first[of] && at < first[of + 1] && value[kids[at]] > 0 ? [this.part, kids[at]] : null;
    }
    if ((key === "ArrowDown") === way > 0) return child(this.part);
    if (!this.id) return this.parts[0] ? child(0) : null;
    const up = tree.parent[this.id];
    return up ? [this.part, up] : [1, 0];
  }

  key(event) {
    if (this.section.hidden || event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || event.target.closest("dialog")) return;
    const actions = { s: () => this.sandwich(), o: () => this.openFunction(), m: () => this.nextMetric() };
    const { from, to } = this.picture;
    const own = {
      Enter: () => this.enter(this.part, this.id), Escape: () => this.leave(), Home: () => this.reset(),
      "+": () => this.picture.zoom(0.7, (from + to) / 2), "-": () => this.picture.zoom(1.4, (from + to) / 2),
    };
    const arrow = event.key.startsWith("Arrow") && (() => {
      const next = this.neighbour(event.key);
      if (next) this.select(...next);
    });
    const action = actions[event.key] ?? (event.target === this.picture.canvas && (own[event.key] ?? arrow));
    if (!action) return;
    event.preventDefault();
    action();
  }

  nextMetric() {
    const next = this.metrics[(this.metrics.indexOf(this.metric) + 1) % this.metrics.length];
    go({ metric: next });
    announce(`Wide by ${FLAME_METRICS[next][0]}`);
  }
}
