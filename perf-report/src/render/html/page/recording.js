// How it was recorded: what it cost, what is missing, when the breaker stepped in.

function processTable(model) {
  const columns = [
    { title: "process", cell: (row) => String(row.pid) }, { title: "program", cell: (row) => fmt.name(row.program) }, { title: "recorded", number: true, cell: (row) => fmt.duration(row.recorded_ns) },
    { title: "threads at most", number: true, cell: (row) => fmt.count(row.threads) }, { title: "recording took", number: true, cell: (row) => `~${fmt.duration(row.overhead_ns)}` },
    { title: "it may take", number: true, cell: (row) => fmt.percent(row.overhead_budget_pct) }, { title: "breaker", cell: (row) => row.breaker || "–" },
  ];
  return plainTable("Processes", columns, (model.process.processes ?? []).slice(0, 200));
}

const STATES = { exact: "exact", sampled: "sampled", counted: "counted", closed: "exact", "half-open": "sampled", open: "counted" };

// Steps that are drawn; the table below lists as many.
const DRAWN = 2000;

// The steps over time, a lane a function; the recorder as a whole is the first one.
function breakerChart(all) {
  const steps = all.slice(0, DRAWN);
  const lanes = [...groupBy(steps, (step) => `${step.pid} ${step.function ?? ""}`).values()].slice(0, 40);
  const end = steps.reduce((last, step) => Math.max(last, step.at_ns + step.duration_ns), 1);
  const title = `${fmt.plural(all.length, "step")}${all.length > DRAWN ? `, the first ${fmt.count(DRAWN)} drawn,` : ""} of the breaker over ${fmt.duration(end)}`;
  return responsive((width) => {
    const [left, right] = [Math.min(220, width * 0.35), width - 12];
    const x = linear([0, end], [left, right]);
    const bottom = lanes.length * 22 + 8;
    const axis = ticks(0, end, Math.max(2, (right - left) / 90)).flatMap((tick) => [line(x(tick), 0, x(tick), bottom, "grid"), label(x(tick), bottom + 16, fmt.duration(tick))]);
    const bars = lanes.flatMap((lane, at) => {
      const name = lane[0].function === null || lane[0].function === undefined ? "the recorder" : fmt.short(lane[0].function);
      const most = Math.max(4, Math.floor(left / 7) - 1);
      const text = name.length > most ? `…${name.slice(1 - most)}` : name;
      return [label(left - 8, at * 22 + 20, text, "tick", "end"), ...lane.map((step) => svg("rect", { x: x(step.at_ns), y: at * 22 + 8, width: Math.max(1.5, x(step.at_ns + step.duration_ns) - x(step.at_ns)), height: 15, class: `mode-${STATES[step.state] ?? "exact"}` }, svg("title", { text: stepInWords(step) })))];
    });
    return frame(width, bottom + 24, title, [...axis, ...bars]);
  });
}

function stepInWords(step) {
  const interval = step.interval > 1 ? `, one call in ${fmt.count(step.interval)} is timed` : "";
  return `${step.function ? fmt.name(step.function) : "the recorder"}: ${step.from || "?"} → ${step.state}${interval} at ${fmt.duration(step.at_ns)} for ${fmt.duration(step.duration_ns)}: ${fmt.name(step.reason)}`;
}

function breakerParts(recording) {
  const steps = recording.breaker ?? [];
  if (!steps.length) return [el("p", { text: "The breaker made no step: every call was recorded as its budget allowed from the start." })];
  const columns = [
    { title: "process", cell: (step) => String(step.pid) }, { title: "function", cell: (step) => (step.function ? functionLink(step.function) : "the recorder") }, { title: "at", number: true, cell: (step) => fmt.duration(step.at_ns) },
    { title: "from", cell: (step) => step.from || "–" }, { title: "to", cell: (step) => step.state }, { title: "one call in", number: true, cell: (step) => (step.interval ? fmt.count(step.interval) : "–") },
    { title: "for", number: true, cell: (step) => fmt.duration(step.duration_ns) }, { title: "why", cell: (step) => fmt.name(step.reason) },
  ];
  const key = el("p", { class: "key faint" }, ...["exact", "sampled", "counted"].flatMap((mode) => [el("span", { class: `swatch mode-${mode}` }), `${mode} `]));
  const earlier = recording.forgotten_steps ? el("p", { class: "faint", text: `${fmt.plural(recording.forgotten_steps, "earlier step")} are not kept.` }) : null;
  return [breakerChart(steps), key, earlier, el("details", {}, el("summary", { text: fmt.plural(steps.length, "step") }), plainTable("Steps of the breaker", columns, steps.slice(0, DRAWN)))].filter(Boolean);
}

function neverCalled(model) {
  const rows = model.functions.filter((row) => isTracked(row) && !row.calls && !row.unfinished && !row.total_ns);
  if (!rows.length) return null;
  const columns = [{ title: "function", cell: (row) => functionLink(row.name) }, { title: "declared", cell: place }];
  return el("details", {}, el("summary", { text: `${fmt.plural(rows.length, "tracked function")} never called` }), plainTable("Functions that were never called", columns, rows.slice(0, 1000)));
}

views.push({
  id: "recording",
  title: "Recording",
  has: () => true,
  mount(section) {
    const { model } = app;
    const { recording, process } = model;
    const lost = (recording.discarded ?? []).reduce((sum, it) => sum + it.calls, 0);
    const list = (recording.problems ?? []).map((problem) => el("li", { text: fmt.name(problem) }));
    section.append(...[
      facts([
        ["mode", recording.mode], ["recording took", recording.overhead_ns === null || recording.overhead_ns === undefined ? null : `~${fmt.duration(recording.overhead_ns)}`], ["processes that recorded", fmt.count(process.count)],
        ["calls known to be missing", fmt.count(recording.lost_calls)], ["updates of metrics missing", recording.lost_metrics ? fmt.count(recording.lost_metrics) : null], ["calls in discarded recordings, at least", lost ? fmt.count(lost) : null],
        ["processes that could not record", process.unrecorded ? fmt.count(process.unrecorded) : null], ["ended by a signal", process.killed ? fmt.count(process.killed) : null], ["segments that could not be read", process.damaged ? fmt.count(process.damaged) : null],
      ]),
      list.length ? el("ul", {}, list) : null,
      ...legend(model), el("h3", { text: "Breaker" }), ...breakerParts(recording), el("h3", { text: "Processes" }), processTable(model), neverCalled(model),
    ].filter(Boolean));
    return () => {};
  },
});
