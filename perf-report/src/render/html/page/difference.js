// What changed: a row for each finding, with where the change lies. Colour only where the verdict says change.

// The largest change that the scale of interval bars reaches, in per cent.
function scaleOf(rows) {
  // What could not be judged says nothing of how far changes reach, unless there is nothing else.
  const known = rows.filter((row) => row.verdict !== "inconclusive");
  const ends = (known.length ? known : rows).flatMap((row) => (row.change_pct === null ? [] : [Math.abs(row.change_pct), 2 * (row.limit_pct ?? 0), ...(row.verdict === "inconclusive" ? [] : (row.interval_pct ?? []).map(Math.abs))])).filter(Number.isFinite).sort((a, b) => a - b);
  const most = ends[Math.floor(ends.length * 0.95)] ?? 10;
  return Math.min(200, Math.max(5, most * 1.1));
}

function differenceColumns(most) {
  return [
    { id: "name", title: "function", wide: "name", value: (row) => row.name, label: (row) => fmt.name(row.name), node: (row) => functionLink(row.name) },
    { id: "change", title: "change", number: true, value: (row) => (row.change_pct === null ? null : Math.abs(row.change_pct)), text: (row) => fmt.change(row.change_pct) },
    { id: "verdict", title: "verdict", value: (row) => VERDICTS.indexOf(row.verdict), node: (row) => verdictTag(row.verdict) },
    { id: "metric", title: "metric", value: (row) => metricTitle(row.metric), text: (row) => metricTitle(row.metric) },
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

// Paths of calls that only the baseline made, in a lane of their own: they have no width in a picture of now.
function vanishedLane(more) {
  const rows = unpack(more.vanished);
  if (!rows.length) return el("span", {});
  const most = rows[0].total_ns || 1;
  const path = (row) => el("span", { class: "path" }, row.path.slice(-4).flatMap((name, at) => [at ? " › " : row.path.length > 4 ? "… › " : "", functionLink(name, fmt.short(name))]));
  const columns = [
    { title: "path of calls", cell: path },
    { title: "calls then", number: true, cell: (row) => fmt.count(row.calls) },
    { title: "time then", number: true, cell: (row) => shareCell((row.total_ns / most) * 100, fmt.duration(row.total_ns)) },
  ];
  return el("section", { class: "lane" }, el("h3", { text: "Vanished" }), el("p", { class: "faint", text: "Calls that only the baseline made: they have no width in a flame graph of this run." }), plainTable("Vanished paths of calls", columns, rows));
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
      const column = columns.find((it) => it.id === id && it.value) ?? columns.find((it) => it.id === "verdict");
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
      if (app.ready && !lane.childNodes.length) lane.append(vanishedLane(app.ready));
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
