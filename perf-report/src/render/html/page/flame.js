// The icicle: all calling contexts as boxes, callers above callees, wide by a metric. The tree below it
// shows the same contexts as rows; both have one cursor, one focus and one search.

const FLAME_METRICS = { time: ["time", fmt.duration], calls: ["calls", fmt.count], allocs: ["allocations", fmt.count], bytes: ["allocated bytes", fmt.bytes], errors: ["errors", fmt.count], polls: ["polls", fmt.count] };
const FLAME_HINT = "Arrows move, Enter focuses, Escape goes back, Home shows all, + and − zoom; s shows callers and callees, m the next metric, o opens the function. Drag pans; the wheel zooms a picture that has the focus, or with Ctrl.";

views.push({ id: "flame", title: "Flame", keepsFunction: true, has: ({ contexts }) => contexts.n > 0, mount: (section, { model }) => new FlameView(section, model).update });

class FlameView {
  constructor(section, model) {
    const { tree, names } = icicleMerge(model.contexts, model.functions);
    Object.assign(this, { section, model, tree, names, layouts: {}, trail: [], id: 0, focus: 0 });
    this.metrics = Object.keys(FLAME_METRICS).filter((metric) => metric === "time" || tree.sums[metric === "bytes" ? "alloc_bytes" : metric].some(Boolean));
    this.rankCrates();
    this.build();
    document.addEventListener("keydown", (event) => this.key(event));
    this.update = (state) => this.show(state);
  }

  all(metric) {
    return (this.layouts[metric] ??= icicleLayout(this.tree, icicleOwn(this.tree, metric)));
  }

  // Crates, or the modules of a single one: the heaviest have a hue of their own, whatever the metric.
  rankCrates() {
    const { fn, sums } = this.tree, weights = new Map();
    const crate = (name) => name.replace(/^<+/, "").split("::")[0];
    const isOne = new Set(this.names.map(crate)).size === 1;
    const group = this.names.map((name, at) => (isOne && this.model.functions[at]?.module) || crate(name));
    fn.forEach((name, i) => i && weights.set(group[name], (weights.get(group[name]) ?? 0) + sums.self_ns[i]));
    this.groups = [...weights.keys()].sort((a, b) => weights.get(b) - weights.get(a) || (a < b ? -1 : 1));
    this.groupTitle = isOne ? "module" : "crate";
    const rank = new Map(this.groups.map((name, at) => [name, Math.min(at, FLAME_HUES)]));
    this.hueOf = group.map((name) => rank.get(name));
  }

  build() {
    const button = (text, key, onclick) => el("button", { type: "button", "aria-keyshortcuts": key, onclick, text });
    const colours = [["crate", this.groupTitle], this.model.comparison && ["verdict", "verdict"], ["self", "self share"]].filter(Boolean);
    this.colors = colours.map(([color]) => color);
    this.search = filterField("Search functions", (q) => go({ q }, { replace: true }));
    this.metricChoice = choice("Width", this.metrics.map((metric) => [metric, FLAME_METRICS[metric][0]]), "time", (metric) => go({ metric }));
    this.colorChoice = choice("Colour", colours, "crate", (color) => go({ color }));
    this.found = el("output", { class: "faint" });
    this.around = button("Callers and callees", "s", () => this.sandwich());
    this.crumbs = el("ol", {});
    this.legend = el("ul", { class: "flame-legend", "aria-label": "Colours" });
    this.detail = el("p", { id: "flame-detail", role: "status" });
    this.picture = new FlamePicture(this);
    this.table = new FlameTree(this);
    this.section.classList.add("flame");
    this.section.append(
      el("div", { class: "bar" }, this.search, this.found, this.metricChoice, this.colorChoice, this.around, button("Open function", "o", () => this.openFunction())),
      el("nav", { "aria-label": "Focus" }, this.crumbs), this.picture.node, this.detail, this.legend,
      el("p", { id: "flame-hint", class: "faint", text: FLAME_HINT }), this.table.section);
  }

  // Takes over a state of the page: what is shown is what its address says.
  show(state) {
    const known = (list, value) => (list.includes(value) ? value : list[0]);
    const fn = this.names.indexOf(state.fn), aroundFn = state.sandwich && fn >= 0 ? fn : -1;
    const old = [this.metric, this.aroundFn, this.fnText, this.focusText, this.q];
    Object.assign(this, { metric: known(this.metrics, state.metric), color: known(this.colors, state.color), fn, aroundFn, fnText: state.fn ?? "", focusText: aroundFn < 0 ? (state.focus ?? "") : "", q: state.q ?? "" });
    const differs = [this.metric, this.aroundFn, this.fnText, this.focusText, this.q].map((value, at) => value !== old[at]);
    const isOther = differs[0] || differs[1];
    if (isOther) this.layout = aroundFn < 0 ? this.all(this.metric) : icicleSandwich(this.all(this.metric), fn, this.names.length, this.metric);
    if (differs.some(Boolean)) this.find();
    const kept = differs.slice(1, 4).some(Boolean) ? null : this.id;
    if (differs[0] || kept === null) this.settle(kept);
    this.controls();
    this.picture.resize();
    this.picture.paint();
    this.table.show(isOther);
  }

  // Goes to the focus of the address, with the cursor where it was, or on the heaviest context of its function.
  settle(kept) {
    const { tree, x, value } = this.layout, path = iciclePathOf(this.focusText);
    // The browser's way back is ours too.
    if (this.trail.at(-1) === this.focusText) this.trail.pop();
    this.id = this.focus = icicleAt(this.layout, this.names, path);
    const isLost = iciclePath(tree, this.names, this.focus).length < path.length;
    this.note = isLost ? "This run lacks the rest of the path. " : this.fnText && this.fn < 0 ? "This run lacks the function. " : "";
    this.picture.moveTo(x[this.focus], x[this.focus] + value[this.focus]);
    if (!path.length && this.fn >= 0 && this.aroundFn < 0) tree.fn.forEach((fn, id) => fn === this.fn && (!this.id || value[id] > value[this.id]) && (this.id = id));
    this.select(kept ?? this.id, true);
  }

  // What the search, or the function of the address, finds.
  find() {
    const isWanted = this.q ? matcher(this.q) : this.fn >= 0 && this.aroundFn < 0 && ((name) => name === this.fnText);
    this.wanted = isWanted ? Uint8Array.from([...this.names.map(isWanted), false]) : null;
    this.holds = this.q ? icicleFind(this.layout, this.wanted).holds : null;
    const { count, sum } = isWanted ? icicleFind(this.all(this.metric), this.wanted) : {};
    this.count = count;
    this.found.textContent = isWanted ? `${fmt.plural(count, "context")}, ${fmt.share(this.share(sum))} of all` : "";
  }

  share(value) {
    return (100 * value) / this.all(this.metric).total || 0;
  }

  controls() {
    this.metricChoice.lastChild.value = this.metric;
    this.colorChoice.lastChild.value = this.color;
    if (this.search !== document.activeElement) this.search.value = this.q;
    this.around.setAttribute("aria-pressed", this.aroundFn >= 0);
    this.picture.canvas.setAttribute("aria-label", `${this.aroundFn < 0 ? "Calling contexts" : `Callers and callees of ${this.label(0)}`} by ${FLAME_METRICS[this.metric][0]}`);
    const path = iciclePath(this.layout.tree, this.names, this.focus);
    const crumb = (text, focus, isLast) => el("li", {}, isLast ? el("b", { "aria-current": "true", text }) : linkTo({ ...app.state, sandwich: "", fn: "", focus }, text));
    const crumbs = path.map((name, at) => crumb(icicleLabel(fmt.name(name), 40), iciclePathText(path.slice(0, at + 1)), at === path.length - 1));
    if (crumbs.length > 6) crumbs.splice(1, crumbs.length - 5, el("li", { text: "…" }));
    if (this.aroundFn >= 0) crumbs.push(crumb(`around ${icicleLabel(this.label(0), 60)}`, "", true));
    this.crumbs.replaceChildren(crumb("all", "", !crumbs.length), ...crumbs);
    this.legend.replaceChildren(...this.legendItems().map(([color, text]) => {
      const swatch = el("span", { class: "flame-swatch", "aria-hidden": "true" });
      swatch.style.background = `var(--flame-${color})`;
      return el("li", {}, swatch, text);
    }));
  }

  legendItems() {
    const changed = groupBy([...this.model.verdictOf.values()], (verdict) => verdict), others = this.groups.length - FLAME_HUES;
    const kinds = Object.keys(FLAME_MARKS).filter((verdict) => changed.has(verdict));
    return [...{
      self: [["none", "below it"], ["hot", "its own"]],
      verdict: [...kinds.map((verdict) => [FLAME_MARKS[verdict], `${SIGNS[verdict]} ${verdict}: ${fmt.plural(changed.get(verdict).length, "function")}`]), ["none", "no change found"]],
      crate: this.groups.slice(0, FLAME_HUES + 1).map((name, at) => [at, at < FLAME_HUES ? icicleLabel(fmt.name(name), 40) : fmt.plural(others, `other ${this.groupTitle}`)]),
    }[this.color], ["lump", "too narrow, or not asked for"]];
  }

  label(id) {
    const { tree, head } = this.layout, name = this.names[tree.fn[id]];
    return id === head ? `callers of ${this.label(0)}` : name === undefined ? "all" : fmt.name(name);
  }

  // The figures of a node as text, marked as in the terminal.
  figures(id) {
    const { metric, layout } = this, { tree, value, own } = layout, { sums, marks, up } = tree, isAll = tree.fn[id] < 0;
    const format = FLAME_METRICS[metric][1], isTime = metric === "time", about = (bit) => (marks[id] & bit ? "~" : "");
    const sign = (bit, at) => (this.model.functions[tree.fn[id]]?.marks?.[at] === "≥" ? "≥" : about(bit));
    const calls = sums.calls[id], ns = sums.total_ns[id];
    return {
      total: isTime && !isAll ? sign(ABOUT_TOTAL, 1) + fmt.duration(ns) : about({ calls: ABOUT_CALLS, polls: ABOUT_POLLS }[metric]) + format(value[id]),
      share: fmt.share(this.share(value[id])),
      own: up[id] ? "–" : (isTime ? sign(ABOUT_SELF, 0) : "") + format(own[id]),
      calls: isAll ? "–" : about(ABOUT_CALLS) + fmt.count(calls),
      mean: calls ? about(ABOUT_TOTAL) + fmt.duration(ns / calls) : "–",
      allocs: isAll ? "–" : fmt.count(sums.allocs[id]),
    };
  }

  // Says what a node is, in the line below the picture.
  describe(id = this.id) {
    const it = this.figures(id), { tree, value, own } = this.layout, { up, sums, parent, fn } = tree, isTime = this.metric === "time";
    const part = (some, all) => fmt.share((100 * some) / all || 0), verdict = this.model.verdictOf.get(this.names[fn[id]]);
    const parts = [
      `${it.total} ${isTime ? "total" : `${FLAME_METRICS[this.metric][0]} with those below`}`, `${it.share} of all`,
      id && `${part(value[id], value[parent[id]])} of the ${up[id] ? "callee" : "caller"}`, !up[id] && `${it.own} ${isTime ? "self" : "its own"} (${part(own[id], value[id])})`,
      fn[id] >= 0 && `${it.calls} calls${up[id] ? " that way" : ""}, ${it.mean} mean`,
      ...["error", "panic"].map((what) => sums[`${what}s`][id] > 0 && fmt.plural(sums[`${what}s`][id], what)), verdict && `${SIGNS[verdict]} ${verdict}`,
    ];
    this.detail.replaceChildren(this.note, el("b", { text: icicleLabel(this.label(id), 400) }), ` ${parts.filter(Boolean).join(" · ")}`);
    this.note = "";
  }

  // Moves the cursor, and the view where it cannot be seen there.
  select(id, isFromTree) {
    const { x, value, total } = this.layout, { picture } = this, { from, to } = picture;
    this.id = id === this.layout.head ? 0 : id;
    this.describe();
    const isNarrow = value[id] * picture.scale() < 4;
    if (value[id] > 0 && (isNarrow || x[id] >= to || x[id] + value[id] <= from)) {
      const span = Math.min(total, isNarrow ? value[id] * 4 : to - from);
      const start = Math.min(Math.max(0, x[id] + value[id] / 2 - span / 2), total - span);
      picture.moveTo(start, start + span);
    }
    picture.scrollTo(this.id);
    picture.paint();
    if (!isFromTree) this.table.reveal(id);
  }

  // A box is the next focus; of callers and callees, the next function in the middle.
  enter(id) {
    const { tree, x, value } = this.layout, fn = this.names[tree.fn[id]];
    if (this.aroundFn >= 0) return fn !== undefined && go({ fn });
    const focus = iciclePathText(iciclePath(tree, this.names, id));
    if (focus === this.focusText) return this.picture.moveTo(x[id], x[id] + value[id]);
    this.trail.push(this.focusText);
    go({ focus, fn: "" });
  }

  // Goes back to where the focus came from.
  leave() {
    if (this.aroundFn >= 0) go({ sandwich: "" });
    else if (this.focusText) go({ focus: this.trail.pop() ?? "" });
    else this.reset();
  }

  reset() {
    this.trail = [];
    go({ focus: "", fn: "", sandwich: "", q: "" });
    this.select(0);
    this.picture.moveTo(0, this.layout.total);
  }

  // The name of the function at the cursor.
  chosen() {
    const name = this.names[this.layout.tree.fn[this.id]];
    if (name === undefined) announce("Choose a box first.");
    return name;
  }

  sandwich() {
    const fn = this.chosen();
    if (this.aroundFn >= 0) go({ sandwich: "" });
    else if (fn !== undefined) go({ fn, sandwich: "1", focus: "" });
  }

  openFunction() {
    const fn = this.chosen();
    if (fn !== undefined) go({ view: "function", fn, focus: "", sandwich: "", q: "" });
  }

  // Only what the verdict calls a change has colour.
  verdictOf(id) {
    const verdict = this.model.verdictOf.get(this.names[this.layout.tree.fn[id]]);
    return verdict in FLAME_MARKS ? verdict : null;
  }

  // The next node in a direction, as it is seen.
  neighbour(key) {
    const { id, layout } = this, { tree, head } = layout, parent = tree.parent[id];
    const kids = (of) => icicleKids(layout, of).filter((kid) => kid !== head);
    if (key === "ArrowLeft" || key === "ArrowRight") {
      const beside = id ? kids(parent) : [];
      return beside[beside.indexOf(id) + (key === "ArrowLeft" ? -1 : 1)];
    }
    if ((key === "ArrowUp") === Boolean(tree.up[id])) return kids(id)[0];
    if (!id) return head > 0 ? kids(head)[0] : undefined;
    return parent === head ? 0 : parent;
  }

  key(event) {
    if (this.section.hidden || event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || byId("keys").open) return;
    const { picture } = this;
    const anywhere = { s: () => this.sandwich(), o: () => this.openFunction(), m: () => go({ metric: this.metrics[(this.metrics.indexOf(this.metric) + 1) % this.metrics.length] }) };
    const inPicture = { Enter: () => this.enter(this.id), Escape: () => this.leave(), Home: () => this.reset(), "+": () => picture.zoom(0.7), "-": () => picture.zoom(1.4) };
    const arrow = event.key.startsWith("Arrow") && (() => {
      const next = this.neighbour(event.key);
      if (next !== undefined) this.select(next);
    });
    const action = anywhere[event.key] ?? (event.target === picture.canvas && (inPicture[event.key] ?? arrow));
    if (!action) return;
    event.preventDefault();
    action();
  }
}
