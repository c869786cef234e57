// All functions: every column, sorted and filtered.

// How much of the whole, as a bar behind the figure.
function shareCell(pct, text) {
  const bar = el("span", { class: "share", "aria-hidden": "true" });
  bar.style.width = `${Math.max(0, Math.min(100, pct))}%`;
  return el("span", { class: "shared" }, bar, el("span", { text }));
}

function place(row) {
  return row.file ? `${fmt.name(row.file)}:${row.line}` : "–";
}

// A column of a figure. `value` is what it is sorted by.
function figure(id, title, value, text, more) {
  return { id, title, number: true, value, text: (row) => text(value(row), row), ...more };
}

function hasTracked(model) {
  return !model.functions.length || model.functions.some(isTracked);
}

function functionColumns(model) {
  const tracked = hasTracked(model);
  const some = (test) => model.functions.some(test);
  const most = model.functions.reduce((pct, row) => Math.max(pct, row.self_pct), 0) || 1;
  const single = (ns, row) => singleText(row, ns);
  const plain = (id, title, help) => figure(id, title, (row) => row[`${id}_ns`], single, { help, more: true });
  const future = (id, title, key, text) => some((row) => row.async) && figure(id, title, (row) => row.async?.[key] ?? null, text, { more: true });
  const counted = (id, title, key, text, help) => some((row) => row[key] !== null && row[key] !== undefined) && figure(id, title, (row) => row[key] ?? null, text, { more: id !== "allocs", help });
  const times = (id, title, help) => some((row) => row[id]) && figure(id, title, (row) => row[id], (value) => fmt.count(value), { help });
  const calls = figure("calls", tracked ? "calls" : "iterations", (row) => row.calls, (value) => fmt.count(value));
  const kind = new Set(model.functions.map((row) => row.kind ?? "function")).size > 1 && { id: "kind", title: "kind", value: (row) => row.kind ?? "function", text: (row) => row.kind ?? "function" };
  return [
    { id: "name", title: nounOf(model.functions), wide: "name", value: (row) => row.name, label: (row) => fmt.name(row.name), node: (row) => functionLink(row.name) },
    tracked && kind,
    tracked && { id: "self", title: "self", number: true, wide: "share", value: (row) => row.self_ns, help: "time outside tracked callees, and its share of that of all functions", node: (row) => (isTracked(row) ? shareCell((row.self_pct / most) * 100, selfText(row)) : "–") },
    model.comparison && { id: "verdict", title: "verdict", value: (row) => VERDICTS.indexOf(model.verdictOf.get(row.name) ?? "stable"), node: (row) => (model.verdictOf.has(row.name) ? verdictTag(model.verdictOf.get(row.name)) : "–") },
    tracked && figure("share", "self %", (row) => row.self_pct, (value, row) => (row.unmeasured || !isTracked(row) ? "–" : marked(row, 0, value.toFixed(1))), { help: "share of the self time of all functions" }),
    tracked && calls,
    tracked && figure("total", "total", (row) => row.total_ns, (value, row) => (isTracked(row) ? totalText(row) : "–"), { help: "time between entry and exit, callees included" }),
    figure("mean", tracked ? "mean" : "time", (row) => row.mean_ns, (value, row) => marked(row, 2, fmt.duration(value)), { help: tracked ? "mean duration of a call" : "of an iteration, or of the whole" }),
    tracked && figure("selfcall", "self a call", selfPerCall, (value, row) => !isTracked(row) ? "–" : marked(row, 0, fmt.duration(value)), { more: true }),
    ...benchmarkColumns(model), !tracked && calls, !tracked && kind,
    plain("min", "shortest"), (tracked || some((row) => row.p50_ns)) && figure("p50", "p50", (row) => row.p50_ns, single, { help: "half of the calls took at most as long" }),
    plain("p90", "p90"), plain("p95", "p95"), (tracked || some((row) => row.p99_ns)) && figure("p99", "p99", (row) => row.p99_ns, single), plain("max", "longest"),
    figure("stddev", "std. dev.", (row) => row.stddev_ns, (value, row) => marked(row, 2, fmt.duration(value)), { more: true }),
    times("errors", "errors", "calls that returned an error"), times("panics", "panics"), times("cancelled", "cancelled", "futures dropped before they were ready"), times("unfinished", "unfinished"),
    future("polls", "polls", "polls", (value) => fmt.count(value)), future("longest-poll", "longest poll", "max_poll_ns", fmt.duration),
    future("lifetime", "lifetime", "lifetime_mean_ns", fmt.duration), future("inflight", "in flight", "in_flight", (value) => fmt.count(value)),
    counted("allocs", "allocations", "allocs", (value) => fmt.count(value), "with those of tracked callees"), counted("bytes", "allocated", "alloc_bytes", fmt.bytes),
    counted("own-allocs", "own allocations", "self_allocs", (value) => fmt.count(value)), counted("grown", "grown", "grown_bytes", fmt.bytes, "allocated and not freed"), counted("peak", "peak", "peak_bytes", fmt.bytes),
    tracked && figure("recorder", "recorder", (row) => row.recorder_pct, (value) => (value > 0 ? `~${value.toFixed(value < 10 ? 1 : 0)} %` : "–"), { help: "share of its self time that recording took; it is taken off", more: true }),
    { id: "history", title: "history", wide: "spark", help: "self time a call over the stored runs", node: (row) => (app.ready?.history?.byName.has(row.name) ? sparkline(app.ready.history.byName.get(row.name)) : "") },
    { id: "place", title: "declared", wide: "place", value: (row) => `${row.file}:${String(row.line).padStart(6, "0")}`, text: place, more: true },
  ].filter(Boolean);
}

// What is shown, as a table for a pull request.
function asMarkdown(columns, rows) {
  const cell = (text) => String(text).replace(/[\\`*_<>[\]|~@#]/g, "\\$&");
  const of = (row) => (column) => cell(column.text ? column.text(row) : column.id === "self" ? selfText(row) : column.id === "verdict" ? (app.model.verdictOf.get(row.name) ?? "–") : fmt.name(row.name));
  const shown = columns.filter((column) => column.id !== "history");
  const lines = [shown.map((column) => column.title), shown.map((column) => (column.number ? "---:" : "---")), ...rows.slice(0, 50).map((row) => shown.map(of(row)))];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

// Copies text, or shows it where a page may not.
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy as Markdown"), 1500);
  } catch {
    const area = el("textarea", { readonly: true, rows: 12, "aria-label": "Markdown" });
    area.value = text;
    const dialog = el("dialog", { onclose: () => dialog.remove() }, area, el("form", { method: "dialog" }, el("button", { text: "Close" })));
    document.body.append(dialog);
    dialog.showModal();
    area.select();
  }
}

views.push({
  id: "functions",
  get title() {
    return app.model && !hasTracked(app.model) ? "Results" : "Functions";
  },
  has: () => true,
  mount(section) {
    const { model } = app;
    let columns = functionColumns(model);
    let shown = [];
    let seen = null;
    const table = new RowTable({ caption: this.title, columns, open: (row) => go({ view: "function", fn: row.name }), sort: (id) => go(orderAfter(id), { replace: true }) });
    const called = model.functions.filter((row) => row.calls || row.total_ns || row.unfinished || hasEndedBadly(row));
    const never = model.functions.length - called.length;
    const field = filterField(`Filter ${this.title.toLowerCase()}`, (q) => go({ q, view: "functions" }, { replace: true }));
    const tally = el("span", { class: "faint tally", "aria-live": "polite" });
    const wide = choice("Columns", [["", "main"], ["all", "all"]], app.state.columns ?? "", (value) => go({ columns: value }, { replace: true }));
    const outcomes = outcomeChoice(model);
    const uncalled = never > 0 && el("label", { class: "choice" }, el("input", { type: "checkbox", onchange: (event) => go({ uncalled: event.target.checked ? "1" : "" }, { replace: true }) }), ` ${fmt.count(never)} never called`);
    const button = el("button", { type: "button", text: "Copy as Markdown", onclick: () => copy(asMarkdown(table.columns, shown), button) });
    section.replaceChildren(el("h2", { text: this.title }), el("div", { class: "bar" }, field, tally, outcomes, wide, uncalled, button), table.node, ...legend(model));
    const order = (state) => {
      const [id, way] = (state.sort ?? "self").split(":");
      const column = ["self", "mean"].reduce((found, usual) => found ?? columns.find((it) => it.id === usual), columns.find((it) => it.id === id && it.value));
      return [column, way ? way === "down" : column.number];
    };
    const orderAfter = (id) => {
      const [column, descending] = order(app.state);
      const turned = column.id === id ? !descending : columns.find((it) => it.id === id).number;
      return { sort: `${id}:${turned ? "down" : "up"}` };
    };
    return (state) => {
      if (document.activeElement !== field) field.value = state.q ?? "";
      const asked = [state.q, state.sort, state.columns, state.uncalled, state.outcome, Boolean(app.ready)].join("\n");
      if (asked === seen) return;
      seen = asked;
      columns = functionColumns(model);
      const [column, descending] = order(state);
      const isWanted = matcher(state.q ?? "");
      const hasEnded = (row) => !state.outcome || row.bench?.outcome === state.outcome;
      const from = state.uncalled ? model.functions : called;
      shown = sorted(from.filter((row) => isWanted(row.name) && hasEnded(row)), column, descending);
      // What did not end well has no place among times, and is what one looks for.
      if (!state.sort) shown = [...shown.filter(hasEndedBadly), ...shown.filter((row) => !hasEndedBadly(row))];
      tally.textContent = shown.length === from.length ? fmt.plural(from.length, nounOf(from)) : `${fmt.count(shown.length)} of ${fmt.plural(from.length, nounOf(from))}`;
      table.update(shown, column.id, descending, state.columns === "all" ? columns : columns.filter((it) => !it.more));
    };
  },
});

// What the signs mean, and what was not recorded exactly.
function legend(model) {
  const lines = [...(model.words?.beside ?? []), ...(model.words?.estimates ?? [])];
  return lines.map((text) => el("p", { class: "faint", text }));
}
