// Quantities and names as people read them, in the words of the terminal.

// Three significant digits, more only before the decimal point.
function significant(value) {
  const size = Math.abs(value);
  if (size >= 1e15) return value.toExponential(2).replace("+", "");
  return grouped(value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0));
}

function grouped(text) {
  const [whole, rest] = text.split(".");
  const digits = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return rest === undefined ? digits : `${digits}.${rest}`;
}

function threeDigits(value) {
  if (!value) return 0;
  const scale = 10 ** (2 - Math.floor(Math.log10(Math.abs(value))));
  const rounded = Math.round(value * scale) / scale;
  return Number.isFinite(rounded) ? rounded : value;
}

const TIMES = [[3.6e12, "h", 3.6e12], [6e10, "min", 9e11], [1e9, "s", 1e9], [1e6, "ms", 1e6], [1e3, "µs", 1e3], [1, "ns", 1]];
const SIZES = [[2 ** 40, "TiB"], [2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]];

// Characters that nobody sees, or that reorder others.
const HARMFUL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}\u115f\u1160\u3164\uffa0\u034f\u2800\ufe00-\ufe0f]/gu;

function escaped(c) {
  if (c === "\n") return "\\n";
  if (c === "\t") return "\\t";
  if (c === "\r") return "\\r";
  return `\\u{${c.codePointAt(0).toString(16)}}`;
}

const fmt = {
  duration(ns) {
    if (ns === null || ns === undefined || !Number.isFinite(ns)) return "–";
    if (Math.abs(ns) < 1e3 && Number.isInteger(ns)) return `${ns} ns`;
    const rounded = threeDigits(ns);
    const [size, unit] = TIMES.find(([, , from]) => Math.abs(rounded) >= from) ?? [1, "ns"];
    return `${significant(rounded / size)} ${unit}`;
  },
  count(value) {
    return value === null || value === undefined ? "–" : grouped(String(Math.round(value)));
  },
  bytes(value) {
    if (value === null || value === undefined) return "–";
    const sign = value < 0 ? "-" : "";
    const size = Math.abs(value);
    const [unit, name] = SIZES.find(([from]) => size >= from) ?? [1, "B"];
    return sign + (unit === 1 ? `${size} B` : `${significant(size / unit)} ${name}`);
  },
  percent(value) {
    if (value === null || value === undefined) return "–";
    const text = value.toFixed(Math.abs(value) < 10 ? 2 : 1);
    return `${grouped(text.replace(/\.?0+$/, ""))} %`;
  },
  share(value) {
    return value === null || value === undefined ? "–" : `${value.toFixed(1)} %`;
  },
  change(pct) {
    if (pct === null || pct === undefined) return "–";
    if (Math.abs(pct) < 0.05) return "±0 %";
    if (Math.abs(pct) >= 1000) return `${grouped((pct / 100 + 1).toFixed(0))} ×`;
    return `${pct > 0 ? "+" : ""}${pct.toFixed(1)} %`;
  },
  number(value) {
    if (value === null || value === undefined) return "–";
    if (Number.isInteger(value) && Math.abs(value) < 1e15) return grouped(String(value));
    const rounded = threeDigits(value);
    return Math.abs(value) < 1e-6 || Math.abs(value) >= 1e15 ? value.toExponential(2).replace("+", "") : Math.abs(rounded) < 1 ? String(rounded) : significant(rounded);
  },
  // A large number in three digits: `1.44 M`.
  rough(value) {
    if (value === null || value === undefined) return "–";
    const rounded = threeDigits(value);
    const [size, unit] = [[1e9, " G"], [1e6, " M"], [1e3, " k"]].find(([from]) => Math.abs(rounded) >= from) ?? [1, ""];
    return significant(rounded / size) + unit;
  },
  plural(value, one) {
    return `${fmt.count(value)} ${one}${value === 1 ? "" : "s"}`;
  },
  name(name) {
    return name.replace(HARMFUL, escaped);
  },
  // The last two segments of a path, which mean most where room is short.
  short(name) {
    const parts = fmt.name(name).split("::");
    return parts.length > 2 ? `…::${parts.slice(-2).join("::")}` : parts.join("::");
  },
  minute(time) {
    return time ? time.slice(0, 16).replace("T", " ") : "–";
  },
  commit(commit) {
    return commit ? commit.slice(0, 10) : "";
  },
};

// The unit of each metric of a comparison, by its name in documents.
const METRICS = {
  calls: ["calls", fmt.count], errors: ["errors", fmt.count], panics: ["panics", fmt.count],
  success: ["success rate", (v) => fmt.percent(v * 100)],
  self_allocs: ["own allocations", fmt.count], self_alloc_bytes: ["own allocated bytes", fmt.bytes],
  self_ns: ["self time", fmt.duration], total_ns: ["total time", fmt.duration], mean_ns: ["mean", fmt.duration],
  p50_ns: ["p50", fmt.duration], p90_ns: ["p90", fmt.duration], p95_ns: ["p95", fmt.duration], p99_ns: ["p99", fmt.duration],
  wall_ns: ["wall time", fmt.duration], cpu_ns: ["processor time", fmt.duration], peak_rss_bytes: ["peak memory", fmt.bytes],
  throughput: ["throughput", (v) => `${fmt.number(threeDigits(v))} a second`],
  count: ["count", fmt.number], gauge: ["gauge", fmt.number], ratio: ["ratio", (v) => fmt.percent(v * 100)],
};

function metricTitle(metric) {
  return METRICS[metric]?.[0] ?? metric;
}

function metricText(metric, value) {
  if (value === null || value === undefined) return "–";
  return (METRICS[metric]?.[1] ?? fmt.number)(value);
}

const VERDICTS = ["regression", "degraded", "inconclusive", "renamed", "removed", "added", "changed", "stable", "improved"];

// A verdict says itself by a sign and a word; the colour only repeats it.
const SIGNS = { regression: "▲", degraded: "△", inconclusive: "?", renamed: "→", removed: "−", added: "+", changed: "≠", stable: "=", improved: "▼" };

function verdictTag(verdict) {
  return el("span", { class: `verdict v-${verdict}` }, el("span", { "aria-hidden": "true", text: `${SIGNS[verdict] ?? ""} ` }), verdict);
}
