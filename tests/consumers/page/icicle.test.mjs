// The laws of the flame graph's layout, on trees that are made up. Run with `node --test`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import vm from "node:vm";

const script = new URL("../../../perf-report/src/render/html/page/icicle.js", import.meta.url);
const exported = ["icicleMerge", "icicleOwn", "icicleLayout", "icicleSandwich", "icicleKids", "icicleVisible", "icicleHit", "icicleFind", "iciclePath", "icicleAt", "iciclePathText", "iciclePathOf", "icicleLabel"];
const icicle = vm.runInThisContext(`(() => { ${readFileSync(script, "utf8")}\nreturn { ${exported} }; })()`);
const METRICS = ["time", "calls", "allocs", "bytes", "errors", "polls"];

// Numbers that look random and are the same in every run.
function numbers(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

// A run of some functions, called from each other in all ways, recursion and doubled contexts among them.
function run(seed, nodes, functions, isOlder) {
  const random = numbers(seed);
  const rows = Array.from({ length: functions }, (_, at) => ({ name: `krate${at % 3}::f${at}<A, B>`, async: at % 4 ? undefined : { polls: random(1000) } }));
  const tree = Array.from({ length: nodes }, (_, id) => ({
    id, parent: id < 3 ? -1 : random(8) ? random(id) : id - 1, fn: random(50) ? random(functions) : -1, name: `other ${random(2)}`,
    calls: random(100), self_ns: random(9) ? random(1e6) : 0, errors: random(3), panics: 0, self_allocs: random(20), self_bytes: random(5000), sampled: !random(9), self_estimated: !random(9),
  }));
  for (const node of tree) Object.assign(node, { total_ns: node.self_ns, allocs: node.self_allocs, alloc_bytes: node.self_bytes });
  for (const node of tree.toReversed()) {
    if (node.parent < 0) continue;
    for (const column of ["total_ns", "allocs", "alloc_bytes"]) tree[node.parent][column] += node[column];
  }
  if (isOlder) for (const node of tree) node.self_allocs = null;
  return { rows, tree };
}

// Rows as the page has them: a column a key, some with one value, some as places in a dictionary.
function packed(tree) {
  const names = ["other 0", "other 1"];
  const column = (key) => tree.map((node) => node[key]);
  const columns = Object.fromEntries([...Object.keys(tree[0]), "function"].map((key) => [key, column(key)]));
  return { n: tree.length, c: { ...columns, function: column("fn"), function_name: { d: names, i: tree.map((node) => (node.fn < 0 ? names.indexOf(node.name) : -1)) }, panics: { v: 0 } } };
}

function totalOf({ rows, tree }, metric) {
  const called = new Set(tree.map((node) => node.fn));
  if (metric === "polls") return rows.reduce((sum, row, at) => sum + (called.has(at) ? (row.async?.polls ?? 0) : 0), 0);
  const roots = tree.filter((node) => node.parent < 0);
  const [list, column] = { time: [tree, "self_ns"], calls: [tree, "calls"], errors: [tree, "errors"], allocs: [roots, "allocs"], bytes: [roots, "alloc_bytes"] }[metric];
  return list.reduce((sum, node) => sum + node[column], 0);
}

function isNear(a, b, message) {
  assert.ok(Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b)), `${message}: ${a} and ${b}`);
}

function eachRun(check) {
  for (let seed = 1; seed <= 12; seed++) {
    const made = run(seed, 20 + seed * 60, 3 + seed, seed % 3 === 0);
    const { tree, names } = icicle.icicleMerge(packed(made.tree), made.rows);
    for (const metric of METRICS) check({ ...made, merged: tree, names, metric, layout: icicle.icicleLayout(tree, icicle.icicleOwn(tree, metric)) });
  }
}

// Children lie in their parent, one after the other, heaviest first; what is left is the parent's own.
function checkBoxes({ tree, own, value, x, row, head }, metric) {
  for (let id = 0; id < tree.n; id++) {
    const kids = [];
    for (let kid = 1; kid < tree.n; kid++) if (tree.parent[kid] === id && kid !== head) kids.push(kid);
    kids.sort((a, b) => x[a] - x[b] || value[b] - value[a]);
    let at = x[id];
    for (const [place, kid] of kids.entries()) {
      if (kids.length && tree.up[kid] === tree.up[id] && place) assert.ok(value[kid] <= value[kids[place - 1]] || tree.up[kid] !== tree.up[kids[place - 1]], "the heaviest is first");
      isNear(x[kid], at, `${metric}: siblings touch`);
      assert.equal(row[kid], row[id] + (tree.up[kid] ? -1 : 1));
      at += value[kid];
    }
    assert.ok(at <= x[id] + value[id] + 1e-6 * value[id], `${metric}: children are not wider than their parent`);
    isNear(value[id], own[id] + kids.reduce((sum, kid) => sum + value[kid], 0), `${metric}: a box holds itself and its children`);
  }
}

test("contexts of one stack are one, and none is lost", () => {
  eachRun(({ tree, merged, names }) => {
    const stacks = new Set(), path = [];
    for (const node of tree) {
      path[node.id] = [...(path[node.parent] ?? []), node.fn < 0 ? node.name : names[node.fn]];
      stacks.add(JSON.stringify(path[node.id]));
    }
    const found = Array.from({ length: merged.n - 1 }, (_, at) => JSON.stringify(icicle.iciclePath(merged, names, at + 1)));
    assert.deepEqual(new Set(found), stacks);
    assert.equal(found.length, stacks.size);
  });
});

test("sums are those of the run for each metric, and children lie in their parents", () => {
  eachRun((made) => {
    isNear(made.layout.total, totalOf(made, made.metric), made.metric);
    checkBoxes(made.layout, made.metric);
  });
});

test("around a function both sums are its own, recursion counted by the outermost call", () => {
  eachRun(({ tree, rows, layout, names, metric, merged }) => {
    for (let fn = 0; fn < rows.length; fn++) {
      const around = icicle.icicleSandwich(layout, fn, names.length, metric);
      const isOutermost = (node) => {
        if (node.fn !== fn) return false;
        for (let of = tree[node.parent]; of; of = tree[of.parent]) if (of.fn === fn) return false;
        return true;
      };
      const outermost = tree.filter(isOutermost);
      const sum = (column) => outermost.reduce((all, node) => all + node[column], 0);
      const own = { time: "total_ns", bytes: "alloc_bytes", allocs: "allocs" }[metric];
      if (own) isNear(around.total, sum(own), `${metric} of ${rows[fn].name}`);
      isNear(around.value[around.head], around.total, "callers and callees weigh the same");
      if (metric === "calls") {
        let calls = 0;
        for (let id = 0; id < around.tree.n; id++) if (!around.tree.up[id] && around.tree.fn[id] === fn) calls += around.tree.sums.calls[id];
        isNear(calls, tree.reduce((all, node) => all + (node.fn === fn ? node.calls : 0), 0), "all calls of it, the inner ones too");
      }
      isNear(around.tree.sums.total_ns[0], sum("total_ns"), "its time");
      isNear(around.tree.sums.total_ns[around.head], sum("total_ns"), "its time by callers");
      checkBoxes(around, `${metric} around`);
    }
    assert.ok(merged.n > 1);
  });
});

test("a search counts nothing twice", () => {
  eachRun(({ layout, names, metric }) => {
    const { tree, value } = layout;
    for (const isWanted of [(name) => name.includes("krate0"), () => true, () => false, (name) => name.endsWith("f1<A, B>")]) {
      const wanted = Uint8Array.from(names, isWanted);
      const found = icicle.icicleFind(layout, wanted);
      assert.ok(found.sum <= layout.total * (1 + 1e-9), metric);
      const matches = [...tree.fn.keys()].filter((id) => id && wanted[tree.fn[id]]);
      const isBelowAnother = (id) => {
        for (let of = tree.parent[id]; of > 0; of = tree.parent[of]) if (wanted[tree.fn[of]]) return true;
        return false;
      };
      isNear(found.sum, matches.filter((id) => !isBelowAnother(id)).reduce((sum, id) => sum + value[id], 0), metric);
      assert.equal(found.count, matches.length);
      for (let id = 1; id < tree.n; id++) if (found.holds[id]) assert.ok(found.holds[tree.parent[id]]);
      if (isWanted("anything")) isNear(found.sum, layout.total - layout.own[0], "all of it");
    }
  });
});

test("what is drawn is what lies there, and every pixel of a row is drawn once", () => {
  eachRun(({ layout, names, metric }) => {
    for (const scene of [layout, icicle.icicleSandwich(layout, 1, names.length, metric)]) {
      const { total, x, value, row, tree, head } = scene;
      for (const [from, to] of [[0, total], [total * 0.2, total * 0.4]]) {
        if (!total) continue;
        const least = (to - from) / 100, rows = new Map(), shown = new Set();
        const span = (a, b, at) => rows.set(at, [...(rows.get(at) ?? []), [a, b]]);
        icicle.icicleVisible(scene, from, to, least, -Infinity, Infinity, (id) => {
          shown.add(id);
          span(x[id], x[id] + value[id], row[id]);
        }, span);
        for (const spans of rows.values()) {
          spans.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
          for (let at = 1; at < spans.length; at++) assert.ok(spans[at][0] >= spans[at - 1][1] - 1e-6 * total, "nothing is drawn twice");
        }
        for (let id = 0; id < tree.n; id++) {
          const isInSight = value[id] >= least && x[id] < to && x[id] + value[id] > from && id !== head;
          assert.equal(shown.has(id), isInSight || (id === 0 && total > 0), `${metric}: node ${id}`);
          if (isInSight) assert.equal(icicle.icicleHit(scene, x[id] + value[id] / 2, row[id]), id, "a pointer finds what is drawn");
        }
      }
    }
  });
});

test("a path survives the address, whatever the names hold", () => {
  const names = ["a::b", "<[u8; 4] as T>::f", "back\\slash", ";", "\\;", "line\nbreak", "a;b\\", "ü😀"];
  for (let at = 0; at < names.length; at++) {
    const path = [...names.slice(at), ...names.slice(0, at)];
    assert.deepEqual(icicle.iciclePathOf(icicle.iciclePathText(path)), path);
  }
  assert.deepEqual(icicle.iciclePathOf(""), []);
  eachRun(({ layout, names }) => {
    for (let id = 0; id < layout.tree.n; id += 7) assert.equal(icicle.icicleAt(layout, names, icicle.iciclePath(layout.tree, names, id)), id);
    assert.equal(icicle.icicleAt(layout, names, ["no such function"]), 0);
  });
});

test("a name that is cut keeps its end and its room", () => {
  const name = "my_crate::parser::Node<std::vec::Vec<u8>>::parse_all";
  assert.equal(icicle.icicleLabel(name, 99), name);
  assert.equal(icicle.icicleLabel(name, 40), "…::Node<std::vec::Vec<u8>>::parse_all");
  assert.equal(icicle.icicleLabel(name, 15), "…::parse_all");
  assert.equal(icicle.icicleLabel(name, 9), "parse_all");
  assert.equal(icicle.icicleLabel(name, 6), "parse…");
  assert.equal(icicle.icicleLabel(name, 2), "");
  for (const hostile of ["<".repeat(500), "::".repeat(300), ">>>::x", "x".repeat(10_000), ""]) {
    for (const room of [1, 2, 3, 10, 80]) assert.ok(icicle.icicleLabel(hostile, room).length <= room);
  }
});

test("a hundred thousand contexts are laid out in time", () => {
  const { rows, tree } = run(5, 100_000, 10_000);
  const { tree: merged } = icicle.icicleMerge(packed(tree), rows);
  const times = Array.from({ length: 5 }, () => {
    const begin = performance.now();
    icicle.icicleLayout(merged, icicle.icicleOwn(merged, "time"));
    return performance.now() - begin;
  });
  console.log(`layout of ${merged.n} contexts: ${Math.min(...times).toFixed(1)} ms`);
  assert.ok(Math.min(...times) < 100, `${times} ms`);
});
