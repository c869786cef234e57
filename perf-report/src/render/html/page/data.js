// The two blocks of data of the page, as the documents that they were made from.

async function readBlock(id) {
  const block = byId(id);
  let text = block.textContent;
  if (block.getAttribute("data-encoding") === "gzip") {
    const bytes = Uint8Array.from(atob(text.trim()), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    text = await new Response(stream).text();
  }
  return JSON.parse(text);
}

// Rows of objects from columns. A name that is a number is the place of the function in `functions`.
function unpack(packed, functions) {
  if (!packed) return [];
  const columns = Object.entries(packed.c).map(([key, column]) => {
    if (Array.isArray(column)) return [key, (at) => column[at]];
    if ("d" in column) return [key, (at) => column.d[column.i[at]] ?? null];
    return [key, () => column.v];
  });
  const rows = new Array(packed.n);
  for (let at = 0; at < packed.n; at++) {
    const row = {};
    for (const [key, value] of columns) row[key] = value(at);
    if (functions && typeof row.name === "number") row.name = functions[row.name].name;
    rows[at] = row;
  }
  return rows;
}

// Where the total of a context is its self time, it is left out.
function fillTotals({ c }) {
  const own = (at) => (Array.isArray(c.self_ns) ? c.self_ns[at] : c.self_ns?.v);
  if (Array.isArray(c.total_ns)) c.total_ns = c.total_ns.map((ns, at) => ns ?? own(at));
  else c.total_ns ??= c.self_ns;
}

function groupBy(rows, key) {
  const groups = new Map();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
}

function worst(rows) {
  return rows.map((row) => row.verdict).sort((a, b) => VERDICTS.indexOf(a) - VERDICTS.indexOf(b))[0];
}

async function readModel() {
  const data = await readBlock("page-data");
  fillTotals(data.tree);
  const functions = unpack(data.functions);
  for (const [index, row] of functions.entries()) {
    row.index = index;
    row.crate = row.name.replace(/^<+/, "").split("::")[0];
  }
  const comparison = data.comparison && { ...data.comparison, functions: unpack(data.comparison.functions, functions), budgets: unpack(data.comparison.budgets) };
  const changesOf = groupBy(comparison?.functions ?? [], (row) => row.name);
  return {
    ...data,
    functions,
    byName: new Map(functions.map((row) => [row.name, row])),
    metrics: unpack(data.metrics),
    contexts: data.tree,
    comparison,
    changesOf,
    verdictOf: new Map([...changesOf].map(([name, rows]) => [name, worst(rows)])),
  };
}

// What the first view does not need: histograms, history, the baseline's figures.
async function readMore(model) {
  const more = await readBlock("page-more");
  const history = more.history && { ...more.history, runs: unpack(more.history.runs), functions: unpack(more.history.functions, model.functions).map(withValues) };
  const baseline = more.baseline && { ...more.baseline, functions: unpack(more.baseline.functions, model.functions) };
  if (baseline) baseline.byName = new Map(baseline.functions.map((row) => [row.name, row]));
  if (history) history.byName = new Map(history.functions.map((row) => [row.name, row]));
  const budgets = groupBy(unpack(more.budgets ?? model.comparison?.budgets), (row) => row.name);
  return { ...more, history, baseline, budgets };
}

// A long past is written in steps of 0.05 % from its newest value; what is far below all others is nothing.
function withValues(row) {
  if (row.steps) row.values = row.steps.map((step) => (step === null ? null : step <= -1e6 ? 0 : (row.from || 1) * Math.exp(step / 2000)));
  return row;
}

// The buckets of a function: {from, to, calls}, ascending, in nanoseconds. They are 32 an octave, below 32 ns one a
// nanosecond; `flat` has for each the distance to the one before, and its calls.
function bucketsOf(flat) {
  const buckets = [];
  let bucket = 0;
  for (let at = 0; at < (flat?.length ?? 0); at += 2) {
    bucket += flat[at];
    const width = bucket < 32 ? 1 : 2 ** (Math.floor(bucket / 32) - 1);
    const from = bucket < 32 ? bucket : (32 + (bucket % 32)) * width;
    buckets.push({ from, to: from + width, calls: flat[at + 1] });
  }
  return buckets;
}

// The signs before estimated figures: of self, total, single calls, percentiles.
function marked(row, at, text) {
  const mark = row.marks?.[at];
  return mark && mark !== " " && text !== "–" ? mark + text : text;
}

// What is no tracked function has a time and nothing else: no self time, no callers, no part of the whole.
function isTracked(row) {
  return !row.kind || row.kind === "function";
}

// The word for one of some rows.
function nounOf(rows) {
  const kinds = new Set(rows.map((row) => row.kind ?? "function"));
  return kinds.size === 1 ? [...kinds][0] : kinds.size === 0 ? "function" : "result";
}

function selfText(row) {
  return row.unmeasured ? "–" : marked(row, 0, fmt.duration(row.self_ns));
}

function totalText(row) {
  return row.unmeasured ? "–" : marked(row, 1, fmt.duration(row.total_ns));
}

// A single call, or the step of the clock where it is shorter than that.
function singleText(row, ns) {
  if (ns === null || ns === undefined) return "–";
  return ns < row.resolution_ns ? `≤${fmt.duration(row.resolution_ns)}` : marked(row, 3, fmt.duration(ns));
}

function selfPerCall(row) {
  const calls = row.calls - (row.unmeasured_calls ?? 0);
  return calls > 0 ? row.self_ns / calls : null;
}
