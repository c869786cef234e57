// What changed: a row for each finding, with where the change lies. Colour only where the verdict says change.

// The largest change that the scale of interval bars reaches, in per cent.
function scaleOf(rows) {
  const ends = rows.flatMap((row) => (row.change_pct === null ? [] : [Math.abs(row.change_pct), 2 * (row.limit_pct ?? 0), ...(row.verdict === "inconclusive" ? [] : (row.interval_pct ?? []).map(Math.abs))])).filter(Number.isFinite).sort((a, b) => a - b);
  const most = ends[Math.floor(ends.length * 0.95)] ?? 10;
  return Math.min(200, Math.max(5, most * 1.1));
}

function differenceColumns(most) {
  return [
    { id: "name", title: "function", wide: "name", value: (row) => row.name, label: (row) => fmt.name(row.name), node: (row) => functionLink(row.name) },
    { id: "verdict", title: "verdict", value: (row) => VERDICTS.indexOf(row.verdict), node: (row) => verdictTag(row.verdict) },
    { id: "metric", title: "metric", value: (row) => metricTitle(row.metric), text: (row) => metricTitle(row.metric) },
    { id: "change", title: "change", number: true, value: (row) => (row.change_pct === null ? null : Math.abs(row.change_pct)), text: (row) => fmt.change(row.change_pct) },
    { id: "bar", title: `±${fmt.percent(Number(most.toPrecision(2)))}`, wide: "bar", help: "the change, its interval (19 times out of 20), zero and the limits", node: (row) => (row.change_pct === null ? "" : intervalBar(row, most)) },
    { id: "before", title: "before", number: true, value: (row) => row.baseline, text: (row) => metricText(row.metric, row.baseline) },
    { id: "now", title: "now", number: true, value: (row) => row.current, text: (row) => metricText(row.metric, row.current) },
    { id: "detectable", title: "could see", number: true, help: "the smallest change for the worse that four such comparisons out of five would have found", value: (row) => row.detectable_pct, text: (row) => (row.detectable_pct === null || row.detectable_pct === undefined ? "–" : fmt.percent(Number(row.detectable_pct.toPrecision(2)))) },
    { id: "share", title: "of self time", number: true, value: (row) => row.share_pct, text: (row) => fmt.share(row.share_pct) },
    { id: "why", title: "why", wide: "why", node: (row) => el("span", { class: "why", title: fmt.name(row.reason), text: fmt.name(row.reason) }) },
  ];
}

// The verdicts that there are, each to be switched on and off. What did not change is off at first.
function verdictSwitches(rows, state) {
  const counts = groupBy(rows, (row) => row.verdict);
  const off = hiddenVerdicts(state);
  const boxes = VERDICTS.filter((verdict) => counts.has(verdict)).map((verdict) =>
    el("label", { class: `choice v-${verdict}` }, el("input", {
      type: "checkbox", checked: !off.has(verdict),
      onchange: (event) => {
        const hidden = hiddenVerdicts(app.state);
        hidden[event.target.checked ? "delete" : "add"](verdict);
        go({ hide: [...hidden].join(",") || "none" }, { replace: true });
      },
    }), " ", verdictTag(verdict), ` ${fmt.count(counts.get(verdict).length)}`));
  return el("fieldset", { class: "switches" }, el("legend", { class: "away", text: "Verdicts that are shown" }), boxes);
}

function hiddenVerdicts(state) {
  return new Set((state.hide ?? "stable").split(",").filter((verdict) => verdict !== "none"));
}

// Paths of calls that only the baseline has, the heaviest first: they have no width in a picture of now.
function vanished(model, more) {
  const tree = more?.baseline?.tree && unpack(more.baseline.tree);
  if (!tree) return [];
  const paths = (nodes, name) => {
    const all = [];
    for (const node of nodes) all.push(node.parent === null || node.parent === undefined || node.parent < 0 ? name(node) : `${all[node.parent]}\n${name(node)}`);
    return all;
  };
  const names = more.baseline.functions;
  const now = new Set(paths(model.tree, (node) => node.name));
  const before = paths(tree, (node) => node.function_name ?? names[node.function]?.name ?? "?");
  const gone = before.map((path, at) => ({ path, at, node: tree[at] })).filter(({ path }) => !now.has(path));
  const set = new Set(gone.map(({ path }) => path));
  // What vanished with its caller is told by the caller.
  return gone.filter(({ path }) => !set.has(path.slice(0, path.lastIndexOf("\n")))).sort((a, b) => b.node.total_ns - a.node.total_ns);
}

function vanishedLane(model, more) {
  const paths = vanished(model, more);
  if (!paths.length) return null;
  const most = paths[0].node.total_ns || 1;
  const columns = [
    { title: "path of calls", cell: ({ path }) => el("span", { class: "path" }, path.split("\n").slice(-4).flatMap((name, at) => [at ? " › " : path.split("\n").length > 4 ? "… › " : "", functionLink(name, fmt.short(name))])) },
    { title: "calls then", number: true, cell: ({ node }) => fmt.count(node.calls) },
    { title: "time then", number: true, cell: ({ node }) => shareCell((node.total_ns / most) * 100, fmt.duration(node.total_ns)) },
  ];
  return el("section", { class: "lane" }, el("h3", { text: "Vanished" }), el("p", { class: "faint", text: "Calls that only the baseline made; they have no width in the flame graph." }), plainTable("Vanished paths of calls", columns, paths.slice(0, 100)));
}

views.push({
  id: "difference",
  title: "Difference",
  has: (model) => Boolean(model.comparison?.functions.length),
  mount(section) {
    const { model } = app;
    const rows = model.comparison.functions;
    const most = scaleOf(rows);
    const columns = differenceColumns(most);
    const ordered = (state) => {
      const [id, way] = (state.sort ?? "verdict:up").split(":");
      const column = columns.find((it) => it.id === id && it.value) ?? columns[1];
      return [column, way === "down"];
    };
    const table = new RowTable({
      caption: "Changes", columns, open: (row) => go({ view: "function", fn: row.name }),
      sort: (id) => {
        const [column, descending] = ordered(app.state);
        const turned = column.id === id ? !descending : columns.find((it) => it.id === id).number;
        go({ sort: `${id}:${turned ? "down" : "up"}` }, { replace: true });
      },
    });
    const field = filterField("Filter changes", (q) => go({ q }, { replace: true }));
    const switches = el("div", {});
    const lane = el("div", {});
    const note = model.comparison.counts_only ? "Other machine: counts are judged, times are advice." : model.comparison.advisory ? "Other machine, target or profile: nothing here is a reason to fail." : "";
    section.append(
      el("p", {}, `${fmt.count(model.comparison.judged)} of ${fmt.count(model.comparison.of)} values judged against ${fmt.name(model.comparison.baseline ?? "nothing")}. ${note} `, linkTo({ view: "flame", color: "verdict" }, "As a flame graph coloured by verdict")),
      el("div", { class: "bar" }, field, switches), table.node, lane,
    );
    let seen = null;
    return (state) => {
      if (document.activeElement !== field) field.value = state.q ?? "";
      const asked = [state.q, state.sort, state.hide].join("\n");
      if (app.ready && !lane.childNodes.length) lane.append(vanishedLane(model, app.ready) ?? el("span", {}));
      if (asked === seen) return;
      seen = asked;
      const hidden = hiddenVerdicts(state);
      const isWanted = matcher(state.q ?? "");
      const [column, descending] = ordered(state);
      const left = rows.filter((row) => !hidden.has(row.verdict) && isWanted(row.name));
      // Within one verdict, in the order of the document: worst first.
      const shown = column.id === "verdict" ? stableOrder(left, descending) : sorted(left, column, descending);
      switches.replaceChildren(verdictSwitches(rows, state));
      table.update(shown, column.id, descending);
    };
  },
});

function stableOrder(rows, descending) {
  const all = [...rows].sort((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict));
  return descending ? all.reverse() : all;
}
