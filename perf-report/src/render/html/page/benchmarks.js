// Benchmarks: their columns, and the pictures of those with several sizes or numbers of threads.

// The columns that benchmarks have beside the time, those of which something is known.
function benchmarkColumns(model) {
  const rows = model.functions.filter((row) => row.bench);
  const of = (key) => (row) => row.bench?.[key] ?? null;
  const column = (id, title, value, text, more) => rows.some((row) => value(row) !== null) && figure(id, title, value, (it, row) => (it === null ? "–" : text(it, row)), more);
  const words = (key) => (it, row) => row.bench[key];
  const hasBadEnds = rows.some(hasEndedBadly);
  return [
    rows.some((row) => row.bench.outcome) && { id: "outcome", title: "outcome", wide: hasBadEnds ? "outcome" : "word", help: "how it ended", value: outcomeRank, text: outcomeText, node: outcomeNode },
    column("interval", "interval", (row) => (row.bench?.interval ? (row.bench.spread ?? Infinity) : null), words("interval"), { help: "where the time lies; sorted by its width as a share of the time", wide: "interval" }),
    column("throughput", "throughput", of("work_per_s"), words("throughput"), { wide: "rate", help: "work a second, where the benchmark declares its work" }),
    column("rate", "calls/s", of("calls_per_s"), fmt.rough, { more: true, help: "iterations of all threads a second" }),
    column("bench-allocs", "allocs", of("allocs"), rounded, { help: "allocations of an iteration" }),
    column("bench-bytes", "allocated", of("alloc_bytes"), smallBytes, { help: "their size" }),
    column("leak", "leak", (row) => row.bench?.leak?.bytes ?? null, smallBytes, { help: "bytes that stay behind with each iteration" }),
    column("success", "success", of("success"), (it) => fmt.percent(it * 100), { help: "share of the iterations that succeeded" }),
    column("utilisation", "utilisation", of("utilisation"), (it) => fmt.percent(it * 100), { more: true, help: "processor time over the time that passed" }),
    column("peak-rss", "peak RSS", of("peak_rss_bytes"), fmt.bytes, { more: true, help: "largest resident memory of its process" }),
    column("samples", "samples", of("samples"), (it) => fmt.count(it), { more: true }),
  ].filter(Boolean);
}

function hasEndedBadly(row) {
  return Boolean(row.bench?.outcome) && row.bench.outcome !== "ok";
}

const OUTCOMES = ["panicked", "killed", "timeout", "memory", "cpu", "errors", "ok"];

// What ended badly comes first.
function outcomeRank(row) {
  return row.bench?.outcome ? OUTCOMES.indexOf(row.bench.outcome) : null;
}

function outcomeText(row) {
  const bench = row.bench;
  if (!bench?.outcome) return "–";
  return bench.end ? `${bench.outcome}: ${bench.end}` : bench.outcome;
}

function outcomeNode(row) {
  const bench = row.bench;
  if (!hasEndedBadly(row)) return el("span", { class: "faint", text: bench?.outcome ?? "–" });
  return el("span", { class: "bad-end", title: outcomeText(row) }, el("b", { text: `✗ ${bench.outcome}` }), bench.end && `: ${bench.end}`);
}

// A choice of how they ended, where not all ended alike.
function outcomeChoice(model) {
  const counts = groupBy(model.functions.filter((row) => row.bench?.outcome), (row) => row.bench.outcome);
  if (counts.size < 2) return null;
  const options = OUTCOMES.filter((outcome) => counts.has(outcome)).map((outcome) => [outcome, `${outcome} ${fmt.count(counts.get(outcome).length)}`]);
  return choice("Outcome", [["", "all"], ...options], app.state.outcome ?? "", (outcome) => go({ outcome, view: "functions" }, { replace: true }));
}

// A number of things an iteration. What happens once in hundreds of them is next to nothing.
function rounded(value) {
  return value !== 0 && Math.abs(value) < 0.005 ? "<0.01" : fmt.number(threeDigits(value));
}

// A size of which there may be less than a byte an iteration.
function smallBytes(value) {
  return Math.abs(value) < 100 ? `${rounded(value)} B` : fmt.bytes(Math.round(value));
}

// What is known of a benchmark, for the head of its view: pairs of a term and its text.
function benchmarkFacts(row) {
  const it = row.bench;
  if (!it) return [];
  const known = (value, text) => (value === null || value === undefined ? null : text(value));
  const leak = it.leak && `${smallBytes(it.leak.bytes)} an iteration (${smallBytes(it.leak.low)} to ${smallBytes(it.leak.high)})`;
  return [
    [`interval of the ${it.statistic}`, it.interval], ["throughput", it.throughput], ["calls/s", known(it.calls_per_s, fmt.rough)],
    ["samples", known(it.samples, fmt.count)], ["success", known(it.success, (share) => fmt.percent(share * 100))],
    ["allocations an iteration", known(it.allocs, (count) => `${rounded(count)}, ${smallBytes(it.alloc_bytes ?? 0)}`)], ["leak", leak],
    ["user, system", known(hasEndedBadly(row) ? null : it.user_ns, (ns) => `${fmt.duration(ns)}, ${fmt.duration(it.system_ns)}`)], ["utilisation", known(hasEndedBadly(row) ? null : it.utilisation, (share) => fmt.percent(share * 100))],
    ["peak RSS of its process", known(it.peak_rss_bytes, fmt.bytes)],
    ["threads", it.threads > 1 ? fmt.count(it.threads) : null], ["rate", known(it.rate_per_s, (rate) => `${fmt.rough(rate)} a second`)], ["group", it.group ? fmt.name(it.group) : null],
    ["outcome", hasEndedBadly(row) ? null : it.outcome],
  ];
}

// How it ended where it did not end well, and the reasons to doubt its time.
function benchmarkNotes(row) {
  const it = row.bench;
  const end = hasEndedBadly(row) ? [el("p", { class: "problem bad" }, el("b", { text: `✗ ${it.outcome}` }), it.end ? `: ${it.end}.` : ".", " Its time is not judged.")] : [];
  return [...end, ...(it?.doubts ?? []).map((doubt) => el("p", { class: "note", text: doubt }))];
}

// The kinds of the errors of a function, with their share, and how long failed calls take.
function errorsOf(row) {
  const failures = row.failures;
  if (!row.errors || !failures) return null;
  const kinds = (failures.kinds ?? []).map((kind) => [fmt.name(kind.name), kind.count]);
  const rest = row.errors - kinds.reduce((sum, [, count]) => sum + count, 0);
  if (rest > 0) kinds.push([failures.counts_kinds ? "(no name)" : "(all)", rest]);
  const most = Math.max(...kinds.map(([, count]) => count));
  const columns = [
    { title: "kind of error", cell: ([name]) => el("span", { class: "name", text: name }) }, { title: "count", number: true, cell: ([, count]) => fmt.count(count) },
    { title: "share", number: true, cell: ([, count]) => shareCell((count / most) * 100, fmt.percent((count / row.errors) * 100)) },
  ];
  const about = failures.estimated ? "~" : "";
  const times = failures.mean_ns === null || failures.mean_ns === undefined ? null : el("p", { class: "faint", text: `A failed call takes ${about}${fmt.duration(failures.mean_ns)}${failures.others_mean_ns ? `, one of the others ${about}${fmt.duration(failures.others_mean_ns)}` : ""}.` });
  return el("section", {}, el("h3", { text: "Errors" }), plainTable(`Errors of ${fmt.short(row.name)}`, columns, kinds), times);
}

const COSTS = { ns: fmt.duration, bytes: smallBytes, count: rounded };

// A cost over sizes, both on logarithmic axes, and the form that fits it.
function growthChart(cost, sizes, active, open) {
  const text = COSTS[cost.unit];
  const all = [...cost.points, ...cost.line].map(([, value]) => value).filter((value) => value > 0);
  // What does not grow is a level line, not one that fills the picture.
  const middle = Math.sqrt(Math.min(...all) * Math.max(...all));
  const room = (Math.max(...all) / Math.min(...all)) ** 0.09 * 1.1;
  const [low, high] = [Math.min(Math.min(...all) / room, middle / 3), Math.max(Math.max(...all) * room, middle * 3)];
  const title = `${cost.title} by size: ${cost.points.map(([size, value]) => `${fmt.number(size)} ${text(value)}`).join(", ")}${cost.form ? `; drawn as ${cost.form}` : ""}`;
  return responsive((width) => {
    const [left, right, top, bottom] = [72, width - 18, 22, 250];
    const x = logarithmic([cost.points[0][0], cost.points.at(-1)[0]], [left + 10, right - 10]);
    const y = logarithmic([low, high], [bottom, top]);
    const rows = cost.unit === "bytes" ? sizeLevels(low, high) : logTicks(low, high, (bottom - top) * 1.8);
    const parts = rows.flatMap((tick) => [line(left, y(tick), right, y(tick), "grid"), label(left - 8, y(tick) + 4, text(tick), "tick", "end")]);
    parts.push(...sizeTicks(sizes, x, [top, bottom]), line(left, bottom, right, bottom, "axis"));
    if (cost.line.length) {
      parts.push(svg("path", { d: cost.line.map(([size, value], at) => `${at ? "L" : "M"}${x(size).toFixed(1)} ${y(value).toFixed(1)}`).join(""), class: "fit" }));
      const [size, value] = cost.line.at(-1);
      parts.push(label(x(size) - 4, y(value) - 12, cost.form, "fit-name", "end"));
    }
    cost.points.forEach(([size, value], at) => parts.push(casePoint(x(size), y(value), at === active, `${fmt.number(size)}: ${text(value)}`, () => open(at))));
    return frame(width, bottom + 24, title, parts);
  });
}

// Powers of two within [from, to], six of them at most.
function sizeLevels(from, to) {
  const [first, last] = [Math.ceil(Math.log2(from)), Math.floor(Math.log2(to))];
  const every = [1, 2, 5, 10, 20].find((step) => (last - first) / step <= 6) ?? 20;
  return Array.from({ length: last - first + 1 }, (_, at) => first + at).filter((power) => power % every === 0).map((power) => 2 ** power);
}

// The sizes below the axis, those that have room.
function sizeTicks(sizes, x, [top, bottom]) {
  let end = -Infinity;
  return sizes.flatMap((size) => {
    const text = fmt.number(size);
    const half = text.length * 3.6 + 4;
    if (x(size) - half < end) return [line(x(size), bottom, x(size), bottom + 4, "axis")];
    end = x(size) + half;
    return [line(x(size), top, x(size), bottom, "grid"), label(x(size), bottom + 17, text)];
  });
}

// A case in a picture; a click opens it.
function casePoint(cx, cy, isActive, text, onclick) {
  return svg("circle", { cx, cy, r: isActive ? 6 : 4.2, class: isActive ? "point here" : "point case", onclick }, svg("title", { text }));
}

// Threads against what all of them do in a second: the knee, and what so many would do without harming each other.
function rampChart(ramp, active, open) {
  const steps = ramp.steps;
  const last = steps.at(-1);
  const alone = steps.find((step) => step.threads === 1)?.calls_per_s;
  const most = Math.max(...steps.map((step) => step.interval[1])) * 1.12;
  const knee = ramp.knee < last.threads ? `knee at ${fmt.plural(ramp.knee, "thread")}` : null;
  const title = `Iterations a second by threads: ${steps.map((step) => `${step.threads} ${fmt.rough(step.calls_per_s)}`).join(", ")}; ${knee ?? `no knee up to ${fmt.plural(last.threads, "thread")}`}`;
  return responsive((width) => {
    const [left, right, top, bottom] = [72, width - 18, 30, 250];
    const x = steps.length > 1 ? logarithmic([steps[0].threads, last.threads], [left + 16, right - 16]) : () => (left + right) / 2;
    const y = linear([0, most], [bottom, top]);
    const parts = ticks(0, most, 4).flatMap((tick) => [line(left, y(tick), right, y(tick), "grid"), label(left - 8, y(tick) + 4, tick ? fmt.rough(tick) : "0", "tick", "end")]);
    parts.push(...sizeTicks(steps.map((step) => step.threads), x, [top, bottom]), line(left, bottom, right, bottom, "axis"));
    if (alone) parts.push(...idealLine(alone, x, y, [steps[0].threads, Math.min(last.threads, most / alone)]));
    if (ramp.cores > steps[0].threads && ramp.cores < last.threads) parts.push(line(x(ramp.cores), top, x(ramp.cores), bottom, "percentile"), label(x(ramp.cores) + 5, bottom - 6, fmt.plural(ramp.cores, "core"), "tick", "start"));
    parts.push(svg("path", { d: steps.map((step, at) => `${at ? "L" : "M"}${x(step.threads).toFixed(1)} ${y(step.calls_per_s).toFixed(1)}`).join(""), class: "now" }));
    if (knee) parts.push(...turn(x(ramp.knee), [top, bottom], knee, "knee", right));
    if (ramp.hurts_from) parts.push(...turn(x(ramp.hurts_from), [top + 16, bottom], `less from ${fmt.count(ramp.hurts_from)} on`, "change", right));
    for (const step of steps) parts.push(line(x(step.threads), y(step.interval[0]), x(step.threads), y(step.interval[1]), "whisker"));
    steps.forEach((step, at) => parts.push(casePoint(x(step.threads), y(step.calls_per_s), at === active, `${fmt.plural(step.threads, "thread")}: ${fmt.rough(step.calls_per_s)} a second`, () => open(at))));
    return frame(width, bottom + 24, title, parts);
  });
}

// What threads would do that cost each other nothing. Its line bends, since the axis of threads is logarithmic.
function idealLine(alone, x, y, [from, to]) {
  const points = Array.from({ length: 25 }, (_, at) => from * (to / from) ** (at / 24));
  const path = points.map((threads, at) => `${at ? "L" : "M"}${x(threads).toFixed(1)} ${y(alone * threads).toFixed(1)}`).join("");
  return [svg("path", { d: path, class: "ideal" }), label(x(to) + 6, y(alone * to) + 10, "ideal", "tick", "start")];
}

function turn(at, [top, bottom], text, cls, right) {
  const anchor = at + text.length * 6.8 > right ? "end" : "start";
  return [line(at, top - 8, at, bottom, cls), label(at + (anchor === "end" ? -5 : 5), top - 10, text, `${cls}-name`, anchor)];
}

function sentencesList(sentences) {
  return el("ul", {}, sentences.map((text) => el("li", { text: fmt.name(text) })));
}

// The sizes of a benchmark: a picture a cost, and what is known of it.
function growthSection(growth, model, row) {
  const open = (at) => model.functions[growth.cases[at]] && go({ view: "function", fn: model.functions[growth.cases[at]].name });
  const active = row ? growth.cases.indexOf(row.index) : -1;
  const name = row ? "Growth with the size" : fmt.name(growth.benchmark);
  const charts = growth.costs.map((cost) => el("figure", {}, el("figcaption", {}, `${cost.title} an iteration, by size`), growthChart(cost, cost.points.map(([size]) => size), active, open)));
  return el("section", { class: "growth" }, el(row ? "h3" : "h4", { class: row ? null : "name", text: name }), sentencesList(growth.sentences), el("div", { class: "pair" }, charts), row ? casesTable(growth.cases, model, row, "size") : null);
}

// The threads of a benchmark: a picture, what it amounts to, and the steps.
function rampSection(ramp, model, row) {
  const open = (at) => model.functions[ramp.cases[at]] && go({ view: "function", fn: model.functions[ramp.cases[at]].name });
  const ofThreads = (step) => ramp.cases.find((at) => (model.functions[at]?.bench?.threads ?? null) === step.threads);
  const active = row ? ramp.steps.findIndex((step) => ofThreads(step) === row.index) : -1;
  const opened = (at) => (ofThreads(ramp.steps[at]) === undefined ? open(at) : go({ view: "function", fn: model.functions[ofThreads(ramp.steps[at])].name }));
  const columns = [
    { title: "threads", number: true, cell: (step) => fmt.count(step.threads) }, { title: "iterations a second", number: true, cell: (step) => fmt.rough(step.calls_per_s) },
    { title: "interval", number: true, cell: (step) => step.interval.map(fmt.rough).join(" to ") }, { title: "efficiency", number: true, cell: (step) => (step.efficiency === null ? "–" : fmt.percent(step.efficiency * 100)) },
  ];
  return el("section", { class: "ramp" }, el(row ? "h3" : "h4", { class: row ? null : "name", text: row ? "More threads" : fmt.name(ramp.benchmark) }), sentencesList(ramp.sentences), rampChart(ramp, active, opened), plainTable(`Threads of ${fmt.short(ramp.benchmark)}`, columns, ramp.steps));
}

function casesTable(cases, model, row, title) {
  const rows = cases.map((at) => model.functions[at]).filter(Boolean);
  const columns = [
    { title, cell: (it) => (it === row ? el("b", { text: fmt.short(it.name) }) : functionLink(it.name, fmt.short(it.name))) }, { title: "time", number: true, cell: (it) => fmt.duration(it.mean_ns) },
    { title: "interval", number: true, cell: (it) => it.bench?.interval ?? "–" }, { title: "outcome", cell: outcomeNode },
  ];
  return plainTable(`Sizes of ${fmt.short(row.name)}`, columns, rows);
}

// The pictures that a benchmark is in.
function picturesOf(row, model) {
  const isIn = (it) => it.cases.includes(row.index);
  return [...(model.growth ?? []).filter(isIn).map((it) => growthSection(it, model, row)), ...(model.ramps ?? []).filter(isIn).map((it) => rampSection(it, model, row))];
}

views.push({
  id: "scaling",
  title: "Scaling",
  has: (model) => Boolean(model.growth?.length || model.ramps?.length),
  mount(section) {
    const { model } = app;
    const part = (title, all, of) => (all?.length ? [el("h3", { text: title }), ...all.map((it) => of(it, model, null))] : []);
    section.append(...part("Growth with the size of the work", model.growth, growthSection), ...part("More and more threads", model.ramps, rampSection));
    return () => {};
  },
});
