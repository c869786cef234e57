// One function: what it took, how its calls are spread, who called it, how it did before.

const BUDGETS = { p50_ns: "p50", p95_ns: "p95", p99_ns: "p99", mean_ns: "mean", max_ns: "longest call", calls: "calls", allocs: "allocations", max_regression_pct: "change for the worse" };

function headOfFunction(row) {
  const f = row.async;
  const tracked = isTracked(row);
  return facts([
    ["kind", tracked ? null : row.kind], ["self time", tracked ? `${selfText(row)} · ${fmt.share(row.self_pct)} of all` : null],
    ["total time", tracked ? totalText(row) : null], [tracked || row.kind === "profiled" ? "calls" : "iterations", fmt.count(row.calls)],
    [tracked ? "mean" : "time", marked(row, 2, fmt.duration(row.mean_ns))], ["standard deviation", row.stddev_ns && marked(row, 2, fmt.duration(row.stddev_ns))],
    ["shortest, longest", row.min_ns === null || row.min_ns === undefined ? null : `${singleText(row, row.min_ns)}, ${singleText(row, row.max_ns)}`],
    ...benchmarkFacts(row),
    ["errors", row.classifies_errors || row.errors ? fmt.count(row.errors) : null], ["panics", row.panics ? fmt.count(row.panics) : null],
    ["cancelled", row.cancelled ? fmt.count(row.cancelled) : null], ["unfinished", row.unfinished ? fmt.count(row.unfinished) : null],
    ["polls", f && fmt.count(f.polls)], ["longest poll", f && fmt.duration(f.max_poll_ns)], ["lifetime", f && fmt.duration(f.lifetime_mean_ns)], ["in flight", f?.in_flight ? fmt.count(f.in_flight) : null],
    ["allocations", row.allocs === null || row.allocs === undefined ? null : `${fmt.count(row.allocs)}, ${fmt.bytes(row.alloc_bytes)}`],
    ["waited for a processor", row.preempted_ns ? fmt.duration(row.preempted_ns) : null],
    ["recorder", row.recorder_pct ? `~${fmt.percent(row.recorder_pct)} of its self time, taken off` : null],
    ["declared", row.file ? place(row) : null], ["tags", (row.tags ?? []).map(fmt.name).join(", ")],
  ]);
}

function percentileTable(row, old) {
  const kinds = [["p50", "p50_ns"], ["p90", "p90_ns"], ["p95", "p95_ns"], ["p99", "p99_ns"], ["longest", "max_ns"], [row.bench?.statistic ?? "mean", "mean_ns"]].filter(([, key]) => row[key] !== null && row[key] !== undefined);
  if (!kinds.length) return null;
  const columns = [{ title: "", cell: ([name]) => name }, { title: "this run", number: true, cell: ([, key]) => singleText(row, row[key]) }];
  if (old) columns.push({ title: "baseline", number: true, cell: ([, key]) => fmt.duration(old[key]) });
  return plainTable(`Percentiles of ${fmt.short(row.name)}`, columns, kinds);
}

function spreadOf(row, more) {
  const [now, before] = ["current", "baseline"].map((side) => bucketsOf(more.histograms?.[side]?.[row.index]));
  if (!now.length) return [el("p", { class: "faint", text: row.bench ? "Its iterations were not timed one by one." : "No call was timed, or its distribution is left out of this page." })];
  const named = [["p50", row.p50_ns], ["p90", row.p90_ns], ["p95", row.p95_ns], ["p99", row.p99_ns]];
  const title = `Distribution of the durations of calls: ${named.map(([name, ns]) => `${name} ${fmt.duration(ns)}`).join(", ")}`;
  const key = el("p", { class: "key faint" }, el("span", { class: "swatch now" }), "this run ", before.length ? el("span", { class: "swatch before" }) : null, before.length ? `baseline ${fmt.name(app.model.comparison?.baseline ?? "")}` : "no baseline", " · above: share of calls by duration; below: share that took at most as long");
  return [distribution(now, before, named, title), key];
}

function verdictsOf(row, model) {
  const rows = model.changesOf.get(row.name) ?? [];
  if (!rows.length) return null;
  const most = scaleOf(rows);
  const columns = [
    { title: "metric", cell: (it) => metricTitle(it.metric) }, { title: "verdict", cell: (it) => verdictTag(it.verdict) },
    { title: "before", number: true, cell: (it) => metricText(it.metric, it.baseline) }, { title: "now", number: true, cell: (it) => metricText(it.metric, it.current) },
    { title: "change", number: true, cell: (it) => fmt.change(it.change_pct) }, { title: "where it lies", cell: (it) => (it.change_pct === null ? "" : intervalBar(it, most)) },
    { title: "why", cell: (it) => fmt.name(it.reason) },
  ];
  return el("section", {}, el("h3", { text: "Verdicts" }), plainTable(`Verdicts of ${fmt.short(row.name)}`, columns, rows));
}

function budgetsOf(row, more) {
  const judged = more.budgets.get(row.name) ?? [];
  if (judged.length) {
    const columns = [{ title: "limit", cell: (it) => metricTitle(it.limit) }, { title: "outcome", cell: (it) => (it.verdict === "regression" ? verdictTag("regression") : it.verdict === "stable" ? "kept" : it.verdict) }, { title: "in words", cell: (it) => fmt.name(it.reason) }];
    return el("section", {}, el("h3", { text: "Budgets" }), plainTable(`Budgets of ${fmt.short(row.name)}`, columns, judged));
  }
  const own = Object.entries(row.budget ?? {}).filter(([, value]) => value !== null);
  if (!own.length) return null;
  return el("section", {}, el("h3", { text: "Budgets" }), el("p", { text: "Given in its attribute; not judged in this page." }), facts(own.map(([key, value]) => [BUDGETS[key] ?? key, key.endsWith("_pct") ? fmt.percent(value) : key.endsWith("_ns") ? fmt.duration(value) : fmt.count(value)])));
}

// Callers and callees, by the contexts that the tree has. Recursion counts by the outermost call.
function neighboursOf(row, { contexts, functions }) {
  const [parents, fns, others, calls, times, sampled] = ["parent", "function", "function_name", "calls", "total_ns", "sampled"].map((key) => icicleColumn(contexts, key));
  const nameOf = (at) => (at < 0 ? null : (functions[fns[at]]?.name ?? others[at]));
  const inside = new Uint8Array(contexts.n);
  const [callers, callees] = [new Map(), new Map()];
  let total = 0;
  const add = (sums, name, at, isOuter) => {
    const sum = sums.get(name) ?? { name, calls: 0, total_ns: 0, mark: "" };
    sum.calls += calls[at];
    if (isOuter) sum.total_ns += times[at];
    if (sampled[at]) sum.mark = "~";
    sums.set(name, sum);
  };
  for (let at = 0; at < contexts.n; at++) {
    const parent = parents[at] ?? -1;
    const nested = parent >= 0 && inside[parent] === 1;
    const isIt = fns[at] === row.index;
    inside[at] = nested || isIt ? 1 : 0;
    if (isIt) {
      add(callers, nameOf(parent), at, !nested);
      if (!nested) total += times[at];
    }
    if (parent >= 0 && fns[parent] === row.index) {
      const outer = parents[parent] ?? -1;
      add(callees, nameOf(at), at, outer < 0 || inside[outer] === 0);
    }
  }
  const sorted = (sums) => [...sums.values()].sort((a, b) => b.total_ns - a.total_ns || b.calls - a.calls);
  return { callers: sorted(callers), callees: sorted(callees), total: total || 1 };
}

function neighboursTable(row, way, rows, all) {
  const columns = [
    { title: way === "callers" ? "called by" : "calls", cell: (it) => (it.name === null ? el("span", { class: "faint", text: "(nothing that is tracked)" }) : functionLink(it.name)) },
    { title: "calls", number: true, cell: (it) => fmt.count(it.calls) }, { title: "time in it", number: true, cell: (it) => it.mark + fmt.duration(it.total_ns) },
    { title: "share", number: true, cell: (it) => shareCell((it.total_ns / all) * 100, fmt.share((it.total_ns / all) * 100)) },
  ];
  const title = way === "callers" ? "Callers" : "Callees";
  return el("section", {}, el("h3", { text: title }), rows.length ? plainTable(`${title} of ${fmt.short(row.name)}`, columns, rows.slice(0, 50)) : el("p", { class: "faint", text: way === "callers" ? "It was not called." : "It calls no tracked function." }));
}

function neighboursPair(row, model) {
  const { callers, callees, total } = neighboursOf(row, model);
  return el("div", { class: "pair" }, neighboursTable(row, "callers", callers, total), neighboursTable(row, "callees", callees, total));
}

function pastOf(row, more) {
  const course_ = more.history?.byName.get(row.name);
  if (!course_) return null;
  return el("section", {}, el("h3", { text: "History" }), ...historyParts(more.history, course_));
}

function weight(row) {
  return isTracked(row) ? row.self_ns : (row.mean_ns ?? 0);
}

// The function to begin with: the heaviest of those that became worse, or of all.
function worthALook(model) {
  const worse = model.functions.filter((row) => ["regression", "degraded"].includes(model.verdictOf.get(row.name)));
  return (worse.length ? worse : model.functions).reduce((most, row) => (weight(row) > weight(most) ? row : most));
}

// A choice of function, for those who come without one.
function functionPicker(model, name) {
  const list = el("datalist", { id: "names" }, model.functions.slice(0, 5000).map((row) => el("option", { value: fmt.name(row.name) })));
  const field = el("input", { type: "search", list: "names", "aria-label": "Function", placeholder: "Function  /", value: name ? fmt.name(name) : "", onchange: () => {
    const found = model.functions.find((row) => fmt.name(row.name) === field.value) ?? model.functions.find((row) => matcher(field.value)(row.name));
    if (found) go({ fn: found.name });
  } });
  return el("div", { class: "bar" }, field, list);
}

views.push({
  id: "function",
  title: "Function",
  keepsFunction: true,
  has: (model) => model.functions.length > 0,
  mount(section) {
    const { model } = app;
    let seen = null;
    return (state) => {
      const row = state.fn ? model.byName.get(state.fn) : worthALook(model);
      const key = `${state.fn ?? ""} ${Boolean(app.ready)}`;
      if (seen === key) return;
      seen = key;
      const title = el("h2", { tabindex: -1, class: "name", text: row ? fmt.name(row.name) : "Function" });
      if (!row) {
        section.replaceChildren(title, functionPicker(model, state.fn), el("p", { text: `This run has no function ${fmt.name(state.fn)}.` }), goneOf(state.fn, model) ?? "");
        return;
      }
      const verdict = model.verdictOf.get(row.name);
      const links = isTracked(row) && el("p", {}, linkTo({ view: "flame", fn: row.name }, "In the flame graph"), " · ", linkTo({ view: "flame", fn: row.name, sandwich: "1" }, "Callers and callees as a flame graph"));
      const more = app.ready;
      const later = more ? [] : [el("p", { class: "faint", text: "Reading the distributions …" })];
      section.replaceChildren(
        functionPicker(model, row.name), title, verdict ? el("p", {}, verdictTag(verdict)) : "", ...benchmarkNotes(row), headOfFunction(row), links || "", ...picturesOf(row, model),
        ...(more ? [hasEndedBadly(row) ? null : el("section", {}, el("h3", { text: "Distribution" }), ...spreadOf(row, more), percentileTable(row, more.baseline?.byName.get(row.name))), pastOf(row, more)] : later).filter(Boolean),
        ...[errorsOf(row), verdictsOf(row, model), more && budgetsOf(row, more)].filter(Boolean),
        isTracked(row) ? neighboursPair(row, model) : "",
      );
    };
  },
});

// What is known of a function that only the baseline has.
function goneOf(name, model) {
  const rows = model.changesOf.get(name);
  return rows && plainTable(`Verdicts of ${fmt.name(name)}`, [{ title: "metric", cell: (it) => metricTitle(it.metric) }, { title: "verdict", cell: (it) => verdictTag(it.verdict) }, { title: "before", number: true, cell: (it) => metricText(it.metric, it.baseline) }, { title: "why", cell: (it) => fmt.name(it.reason) }], rows);
}
