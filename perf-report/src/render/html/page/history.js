// How functions did over the stored runs.

const TRENDS = { regression: "v-regression", degraded: "v-degraded", improvement: "v-improved", stable: "v-stable" };

function trendTag(trend) {
  return trend ? el("span", { class: `verdict ${TRENDS[trend]}`, text: trend.toUpperCase() }) : el("span", { class: "faint", text: "–" });
}

// The chart of a function, what changed, and its runs.
function historyParts(history, row) {
  const metric = history.metric;
  const changes = [...row.change_points].reverse().map((change) => el("li", {}, changeInWords(change, metric)));
  const columns = [
    { title: "time (UTC)", cell: ([run]) => fmt.minute(run.time) }, { title: "commit", cell: ([run]) => `${fmt.commit(run.commit) || "–"}${run.dirty ? " and changes" : ""}` },
    { title: "branch", cell: ([run]) => fmt.name(run.branch ?? "–") }, { title: metricTitle(metric), number: true, cell: ([, value]) => metricText(metric, value) },
  ];
  const runs = history.runs.map((run, at) => [run, row.values[at]]).reverse();
  return [
    el("p", {}, trendTag(row.trend), ` ${fmt.name(row.reason ?? "")}`), course(history, row, metric),
    changes.length ? el("ul", {}, changes) : el("p", { class: "faint", text: history.too_few ? "Too few runs to look for changes of its level." : "No change of its level was found." }),
    el("details", {}, el("summary", { text: fmt.plural(runs.length, "run") }), plainTable(`Runs of ${fmt.short(row.name)}`, columns, runs)),
  ];
}

function changeInWords(change, metric) {
  const [before, after] = [change.before, change.after].map((value) => metricText(metric, value));
  const commits = change.commit_before && change.commit ? `, between ${fmt.commit(change.commit_before)} and ${fmt.commit(change.commit)}` : "";
  return `${change.kind === "drift" ? "little by little" : "at once"} from ${before} to ${after} (${fmt.change(change.change_pct)})${commits}`;
}

views.push({
  id: "history",
  title: "History",
  has: (model) => model.has_history !== false,
  mount(section) {
    const columns = (history) => [
      { id: "name", title: "function", wide: "name", value: (row) => row.name, label: (row) => fmt.name(row.name), node: (row) => functionLink(row.name) },
      { id: "latest", title: "latest", number: true, value: (row) => row.latest, text: (row) => metricText(history.metric, row.latest) },
      { id: "trend", title: "trend", value: (row) => ["regression", "degraded", "improvement", "stable"].indexOf(row.trend ?? "stable"), node: (row) => trendTag(row.trend) },
      { id: "change", title: "change", number: true, value: (row) => (row.change_pct === null ? null : Math.abs(row.change_pct)), text: (row) => fmt.change(row.change_pct) },
      { id: "course", title: "course", wide: "spark", node: sparkline },
      { id: "levels", title: "changes of level", number: true, value: (row) => row.change_points.length, text: (row) => fmt.count(row.change_points.length) },
      { id: "why", title: "why", wide: "why", node: (row) => el("span", { class: "why", title: fmt.name(row.reason ?? ""), text: fmt.name(row.reason ?? "") }) },
    ];
    const body = el("div", {}, el("p", { class: "faint", text: "Reading the history …" }));
    section.append(body);
    let table = null;
    let field = null;
    return (state) => {
      const history = app.ready?.history;
      if (app.ready && !history?.runs.length) body.replaceChildren(el("p", { text: "No earlier run of this command on this machine is stored." }));
      if (!history?.runs.length) return;
      const all = columns(history);
      if (!table) {
        field = filterField("Filter functions", (q) => go({ q }, { replace: true }));
        table = new RowTable({ caption: "History of functions", columns: all, open: (row) => go({ view: "function", fn: row.name }), sort: (id) => go({ sort: app.state.sort === `${id}:down` ? `${id}:up` : `${id}:down` }, { replace: true }) });
        const notes = history.notes.map((note) => el("p", { class: "note", text: fmt.name(note) }));
        body.replaceChildren(el("p", {}, `${metricTitle(history.metric)} a call over ${fmt.plural(history.runs.length, "run")} of this command on this machine, ${fmt.minute(history.runs[0].time)} to ${fmt.minute(history.runs.at(-1).time)} UTC.`), ...notes, el("div", { class: "bar" }, field), table.node);
      }
      if (document.activeElement !== field) field.value = state.q ?? "";
      const isWanted = matcher(state.q ?? "");
      const [id, way] = (state.sort ?? "").split(":");
      const column = all.find((it) => it.id === id && it.value);
      const left = history.functions.filter((row) => isWanted(row.name));
      table.update(column ? sorted(left, column, way === "down") : left, column?.id, way === "down", all);
    };
  },
});
