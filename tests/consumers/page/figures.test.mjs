// What the page computes of its own: filters, ticks, quantities. Run with `node --test`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import vm from "node:vm";

const source = (name) => readFileSync(new URL(`../../../perf-report/src/render/html/page/${name}`, import.meta.url), "utf8");
const page = vm.runInThisContext(`(() => { ${source("format.js")}\n${source("table.js")}\n${source("chart.js")}\n${source("icicle.js")}\nconst views = [];\n${source("function.js")}\n${source("benchmarks.js")}\nreturn { rounded, smallBytes, sizeLevels, outcomeText, outcomeRank, fmt, matcher, sorted, ticks, logTicks, binned, logarithmic, neighboursOf }; })()`);

test("a filter is a part of a name, or with stars a pattern for all of it", () => {
  const cases = [["", "any", true], ["ars", "app::Parse", true], ["app::*", "app::f", true], ["app::*", "my_app::f", false], ["*::f", "app::f", true], ["a*b*c", "aXbYc", true], ["ab*bc", "abc", false], ["a*a", "a", false], ["a**c", "abc", true]];
  for (const [query, name, expected] of cases) assert.equal(page.matcher(query)(name), expected, `${query} ${name}`);
});

test("a pattern of many stars is answered at once", () => {
  const since = performance.now();
  assert.equal(page.matcher(`${"*".repeat(40)}zq`)("x".repeat(10_000)), false);
  assert.equal(page.matcher(`${"a*".repeat(40)}b`)("a".repeat(10_000)), false);
  assert.ok(performance.now() - since < 2_000);
});

test("ticks are few and within, however large and near the ends are", () => {
  for (const [from, to] of [[0, 10], [1e16, 1e16 + 2], [-3, 7], [0, 1.8e19], [5, 5], [0, 1e-9], [0, NaN]]) {
    const all = page.ticks(from, to, 5);
    assert.ok(all.length <= 101, `${from} ${to}`);
    for (const tick of all) assert.ok(tick >= from - 1 && tick <= to + 2, `${tick} of ${from} to ${to}`);
  }
});

test("quantities are those of the terminal", () => {
  const cases = [[page.fmt.duration(24_901_000), "24.9 ms"], [page.fmt.duration(35), "35 ns"], [page.fmt.duration(1_940.4), "1.94 µs"], [page.fmt.duration(61e9), "61.0 s"], [page.fmt.duration(999_600), "1.00 ms"], [page.fmt.count(1_234_567), "1,234,567"], [page.fmt.bytes(1536), "1.50 KiB"], [page.fmt.percent(62.06), "62.1 %"], [page.fmt.change(0.01), "±0 %"], [page.fmt.change(23.94), "+23.9 %"], [page.fmt.change(2_900), "30 ×"], [page.fmt.number(0.012345), "0.0123"], [page.fmt.number(9.007e15), "9.01e15"]];
  for (const [shown, expected] of cases) assert.equal(shown, expected);
});

test("names show what nobody sees", () => {
  assert.equal(page.fmt.name("a\u202eb\n\u200b"), "a\\u{202e}b\\n\\u{200b}");
});

test("rows without a value come last, whichever way", () => {
  const rows = [{ name: "b", v: 2 }, { name: "a", v: null }, { name: "c", v: 3 }];
  const column = { value: (row) => row.v };
  assert.deepEqual(page.sorted(rows, column, true).map((row) => row.name), ["c", "b", "a"]);
  assert.deepEqual(page.sorted(rows, column, false).map((row) => row.name), ["b", "c", "a"]);
});

test("the bins of a distribution hold all calls", () => {
  const buckets = [{ from: 100, to: 103, calls: 7 }, { from: 103, to: 106, calls: 1 }, { from: 5_000, to: 5_128, calls: 92 }];
  const x = page.logarithmic([90, 6_000], [0, 500]);
  const shares = page.binned(buckets, x, [0, 500], 100);
  assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
});

test("recursion counts by the outermost call, for callers and callees", () => {
  // f → f → g → f, and g alone: the functions 0 (f) and 1 (g).
  const columns = { parent: [-1, 0, 1, 2, -1], function: [0, 0, 1, 0, 1], calls: [1, 2, 3, 4, 5], total_ns: [100, 90, 70, 40, 7], sampled: [false, false, false, true, false] };
  const contexts = { n: 5, c: { ...columns, function_name: { v: null } } };
  const functions = [{ name: "f", index: 0 }, { name: "g", index: 1 }];
  const of = page.neighboursOf(functions[0], { contexts, functions });
  const drawn = (all) => all.map((it) => [it.name, it.calls, it.total_ns, it.mark]);
  assert.equal(of.total, 100);
  assert.deepEqual(drawn(of.callers), [[null, 1, 100, ""], ["g", 4, 0, "~"], ["f", 2, 0, ""]]);
  assert.deepEqual(drawn(of.callees), [["f", 2, 90, ""], ["g", 3, 0, ""]]);
});

test("quantities of an iteration are those of the terminal, and what is next to nothing says so", () => {
  const cases = [[page.fmt.rough(45_219_000), "45.2 M"], [page.fmt.rough(999.6), "1.00 k"], [page.rounded(0.0000944), "<0.01"], [page.rounded(0), "0"], [page.rounded(1.5), "1.50"], [page.smallBytes(31.5), "31.5 B"], [page.smallBytes(1536), "1.50 KiB"]];
  for (const [shown, expected] of cases) assert.equal(shown, expected);
});

test("sizes are marked at powers of two, few of them, whatever the range", () => {
  for (const [from, to] of [[200, 30_000], [1, 2], [0.5, 1e15], [3, 3.5]]) {
    const all = page.sizeLevels(from, to);
    assert.ok(all.length <= 8 && all.every((size) => size >= from && size <= to && Number.isInteger(Math.log2(size))), `${from} ${to}: ${all}`);
  }
});

test("an outcome is said with its reason, and the bad ones are sorted first", () => {
  const row = (outcome, end) => ({ bench: { outcome, end } });
  assert.equal(page.outcomeText(row("timeout", "it took longer than its limit")), "timeout: it took longer than its limit");
  assert.equal(page.outcomeText(row("panicked", "")), "panicked");
  assert.equal(page.outcomeText({}), "–");
  assert.ok(page.outcomeRank(row("killed", "")) < page.outcomeRank(row("ok")));
});
