// Charts: scales, axes, and the distribution, history and interval pictures, as SVG.

// A picture that is drawn anew when its room changes. `draw(width)` returns an SVG element.
function responsive(draw) {
  const node = el("div", { class: "chart" });
  let width = 0;
  const redraw = () => {
    const now = Math.floor(node.clientWidth) || 640;
    if (now === width) return;
    width = now;
    node.replaceChildren(draw(width));
  };
  new ResizeObserver(redraw).observe(node);
  addEventListener("beforeprint", () => node.replaceChildren(draw(Math.min(width || 640, 680))));
  queueMicrotask(redraw);
  return node;
}

function linear([from, to], [start, end]) {
  const step = (end - start) / (to - from || 1);
  return (value) => start + (value - from) * step;
}

function logarithmic([from, to], range) {
  const inner = linear([Math.log(from), Math.log(to)], range);
  return (value) => inner(Math.log(Math.max(value, from / 2)));
}

// Round values within [from, to], about `count` of them.
function ticks(from, to, count) {
  const rough = (to - from) / Math.max(1, count) || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  // Counted, since a step may be too small to change a large value.
  const first = Math.ceil(from / step), most = Math.min(100, Math.floor(to / step + 1e-6) - first + 1);
  return Array.from({ length: Math.max(0, most) || 0 }, (_, at) => (first + at) * step);
}

// Powers of ten, with 2 and 5 between them where there is room.
function logTicks(from, to, room) {
  const decades = Math.log10(to / from);
  if (decades < 1) return ticks(from, to, Math.min(6, Math.floor(room / 80)));
  const factors = room / decades > 160 ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil((decades * 64) / room));
  const all = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.log10(to); power++) {
    if (factors.length === 1 && power % every) continue;
    for (const factor of factors) {
      const value = factor * 10 ** power;
      if (value >= from && value <= to) all.push(value);
    }
  }
  return all.length ? all : [from, to];
}

function line(x1, y1, x2, y2, cls) {
  return svg("line", { x1, y1, x2, y2, class: cls });
}

function label(x, y, text, cls, anchor) {
  return svg("text", { x, y, class: cls ?? "tick", "text-anchor": anchor ?? "middle", text });
}

function frame(width, height, title, children) {
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": title }, children);
}

// Shares of calls in bins of equal width on a logarithmic axis.
function binned(buckets, x, [start, end], bins) {
  const shares = new Float64Array(bins);
  const all = buckets.reduce((sum, bucket) => sum + bucket.calls, 0) || 1;
  const place = (value) => ((x(value) - start) / (end - start)) * bins;
  for (const { from, to, calls } of buckets) {
    // A bucket that spans bins is spread over them.
    const [a, b] = [place(Math.max(from, 0.5)), place(to)];
    const span = b - a || 1;
    for (let bin = Math.max(0, Math.floor(a)); bin < Math.min(bins, Math.ceil(b)); bin++) {
      const part = Math.min(b, bin + 1) - Math.max(a, bin);
      if (part > 0) shares[bin] += (calls / all) * (part / span);
    }
  }
  return shares;
}

// The step line over bins.
function stepPath(shares, y, start, size) {
  let path = `M${start} ${y(0)}`;
  shares.forEach((share, bin) => (path += `V${y(share).toFixed(1)}H${(start + (bin + 1) * size).toFixed(1)}`));
  return `${path}V${y(0)}`;
}

// The share of calls that took at most as long, as a line.
function cumulative(buckets, x, y) {
  const all = buckets.reduce((sum, bucket) => sum + bucket.calls, 0) || 1;
  let sum = 0;
  let path = "";
  for (const { from, to, calls } of buckets) {
    path += `${path ? "L" : "M"}${x(Math.max(from, 0.5)).toFixed(1)} ${y(sum / all).toFixed(1)}`;
    sum += calls;
    path += `L${x(to).toFixed(1)} ${y(sum / all).toFixed(1)}`;
  }
  return path;
}

// How long calls took: the shares of calls by duration above, and below them the share that took at most as long.
function distribution(now, before, percentiles, title) {
  const all = [...now, ...before];
  const from = Math.max(0.5, Math.min(...all.map((bucket) => bucket.from)) / 1.08);
  const to = Math.max(...all.map((bucket) => bucket.to)) * 1.08;
  return responsive((width) => {
    const [left, right, top, middle, low, bottom] = [44, width - 12, 48, 204, 228, 314];
    const x = logarithmic([from, to], [left, right]);
    const bins = Math.max(10, Math.floor((right - left) / 5));
    const size = (right - left) / bins;
    const [shares, old] = [now, before].map((buckets) => binned(buckets, x, [left, right], bins));
    const most = Math.max(...shares, ...old) || 1;
    const y = linear([0, most], [middle, top]);
    const share = linear([0, 1], [bottom, low]);
    const parts = [];
    for (const tick of logTicks(from, to, right - left)) parts.push(line(x(tick), top, x(tick), bottom, "grid"), label(x(tick), bottom + 16, fmt.duration(tick)));
    for (const tick of ticks(0, most, 3)) parts.push(label(left - 6, y(tick) + 4, fmt.percent(tick * 100), "tick", "end"));
    for (const tick of [0, 0.5, 1]) parts.push(line(left, share(tick), right, share(tick), "grid"), label(left - 6, share(tick) + 4, fmt.percent(tick * 100), "tick", "end"));
    parts.push(svg("path", { d: stepPath(shares, y, left, size), class: "area" }));
    if (before.length) parts.push(svg("path", { d: stepPath(old, y, left, size), class: "before" }), svg("path", { d: cumulative(before, x, share), class: "before" }));
    parts.push(line(left, middle, right, middle, "axis"), svg("path", { d: cumulative(now, x, share), class: "now" }));
    parts.push(...percentileLines(percentiles, x, [top, bottom], right));
    return frame(width, bottom + 24, title, parts);
  });
}

// Percentiles as lines, each named in the first of two rows where its name does not lie on another.
function percentileLines(percentiles, x, [top, bottom], right) {
  const taken = [-Infinity, -Infinity];
  const pairs = percentiles.filter(([, ns]) => ns > 0).flatMap(([name, ns]) => {
    const at = x(ns);
    const text = `${name} ${fmt.duration(ns)}`;
    const size = text.length * 6.6;
    const start = Math.min(at + 3, right - size);
    const row = taken.findIndex((end) => end < start);
    const mark = line(at, top - 8 - 14 * Math.max(0, row), at, bottom, "percentile");
    if (row < 0) return [[mark, null]];
    taken[row] = start + size + 6;
    return [[mark, label(start, top - 10 - 14 * row, text, "percentile-name", "start")]];
  });
  // Names above all lines, which would cross them.
  return [...pairs.map(([mark]) => mark), ...pairs.map(([, name]) => name)];
}

// Values over runs: points, the level of each segment, and where it changed.
function course(history, row, metric, options) {
  const known = row.values.filter((value) => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const from = low < high * 0.5 ? 0 : low - (high - low || high || 1) * 0.15;
  const to = high + (high - from || 1) * 0.1;
  const title = `${metricTitle(metric)} of ${fmt.name(row.name)} over ${fmt.plural(history.runs.length, "run")}: from ${metricText(metric, low)} to ${metricText(metric, high)}, latest ${metricText(metric, row.latest)}`;
  return responsive((width) => {
    const [left, right, top, bottom] = [68, width - 16, 24, 230];
    const x = linear([0, Math.max(1, history.runs.length - 1)], [left, right]);
    const y = linear([from, to], [bottom, top]);
    const parts = ticks(from, to, 4).flatMap((tick) => [line(left, y(tick), right, y(tick), "grid"), label(left - 8, y(tick) + 4, metricText(metric, tick), "tick", "end")]);
    parts.push(line(left, bottom, right, bottom, "axis"), ...runTicks(history, x, bottom, right - left));
    for (const level of levels(history, row)) parts.push(line(x(level.from), y(level.value), x(level.to), y(level.value), "level"));
    for (const change of row.change_points) parts.push(...changeMark(change, x, [top, bottom], right));
    for (const change of row.doubtful_changes ?? []) parts.push(line(x(change.index - 0.5), top, x(change.index - 0.5), bottom, "doubtful"));
    parts.push(...points(history, row, metric, x, y));
    for (const limit of options?.limits ?? []) if (limit.value <= to && limit.value >= from) parts.push(line(left, y(limit.value), right, y(limit.value), "limit"), label(right, y(limit.value) - 4, limit.title, "limit-name", "end"));
    return frame(width, bottom + 34, title, parts);
  });
}

function runTicks(history, x, bottom, room) {
  const count = history.runs.length;
  const every = Math.max(1, Math.ceil(count / Math.max(2, Math.floor(room / 110))));
  return history.runs.map((run, at) => [run, at]).filter(([, at]) => (count - 1 - at) % every === 0).flatMap(([run, at]) => [
    line(x(at), bottom, x(at), bottom + 4, "axis"),
    label(x(at), bottom + 18, fmt.commit(run.commit) || fmt.minute(run.time).slice(5), "tick", at === count - 1 ? "end" : at ? "middle" : "start"),
  ]);
}

// The levels between changes, by what the changes say of them.
function levels(history, row) {
  const changes = [...row.change_points].sort((a, b) => a.index - b.index);
  const last = history.runs.length - 1;
  if (!changes.length) return [];
  const first = { from: 0, to: changes[0].last_before, value: changes[0].before };
  return [first, ...changes.map((change, at) => ({ from: change.end, to: changes[at + 1]?.last_before ?? last, value: change.after }))];
}

function changeMark(change, x, [top, bottom], right) {
  const at = x((change.last_before + change.index) / 2);
  const text = `${fmt.change(change.change_pct)} at ${fmt.commit(change.commit) || "?"}`;
  const anchor = at + text.length * 6.6 > right ? "end" : "start";
  return [line(at, top - 6, at, bottom, "change"), label(at + (anchor === "end" ? -5 : 5), top - 8, text, "change-name", anchor)];
}

function points(history, row, metric, x, y) {
  const partial = new Set(history.not_whole ?? []);
  return row.values.flatMap((value, at) => {
    if (value === null) return [];
    const run = history.runs[at];
    const text = `${metricText(metric, value)} · ${fmt.minute(run.time)} · ${fmt.commit(run.commit) || "no commit"}${run.dirty ? " and changes" : ""}${partial.has(at) ? " · not whole" : ""}`;
    return [svg("circle", { cx: x(at), cy: y(value), r: 3.2, class: partial.has(at) ? "point partial" : "point" }, svg("title", { text }))];
  });
}

// A course in the height of a row.
function sparkline(row) {
  const values = row.values;
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return el("span", { class: "faint", text: "·" });
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const x = linear([0, values.length - 1], [2, 88]);
  const y = linear([low, high > low ? high : low + 1], [17, 3]);
  let path = "";
  values.forEach((value, at) => (path += value === null ? "" : `${path ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`));
  const changes = row.change_points.map((change) => line(x(change.index), 1, x(change.index), 19, "change"));
  const title = `${fmt.plural(known.length, "run")}, ${row.change_points.length ? fmt.plural(row.change_points.length, "change") + " of level" : "no change of level"}`;
  return svg("svg", { width: 90, height: 20, class: "spark", role: "img", "aria-label": title }, changes, svg("path", { d: path, class: "now" }));
}

// Where a change lies: its interval, zero, and the limits, on the scale of all rows.
function intervalBar(row, most, width = 220) {
  const [left, right] = [8, width - 8];
  const x = linear([-most, most], [left, right]);
  const clip = (pct) => Math.max(-most, Math.min(most, pct));
  const parts = [line(left, 12, right, 12, "grid"), line(x(0), 2, x(0), 22, "zero")];
  if (row.limit_pct > 0 && row.limit_pct < most) parts.push(line(x(row.limit_pct), 4, x(row.limit_pct), 20, "limit"), line(x(-row.limit_pct), 4, x(-row.limit_pct), 20, "limit"));
  const [low, high] = row.interval_pct ?? [row.change_pct, row.change_pct];
  if (row.interval_pct) parts.push(svg("rect", { x: x(clip(low)), y: 8, width: Math.max(2, x(clip(high)) - x(clip(low))), height: 8, rx: 2, class: `interval v-${row.verdict}` }));
  if (row.change_pct !== null) parts.push(svg("circle", { cx: x(clip(row.change_pct)), cy: 12, r: 4, class: `point v-${row.verdict}` }));
  if (low < -most) parts.push(svg("path", { d: `M${left - 6} 12l6-5v10z`, class: `beyond v-${row.verdict}` }));
  if (high > most) parts.push(svg("path", { d: `M${right + 6} 12l-6-5v10z`, class: `beyond v-${row.verdict}` }));
  const title = row.interval_pct ? `${fmt.change(row.change_pct)}, between ${fmt.change(low)} and ${fmt.change(high)}` : fmt.change(row.change_pct);
  return svg("svg", { width, height: 24, class: "interval-bar", role: "img", "aria-label": title }, parts);
}
