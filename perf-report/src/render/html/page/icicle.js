// The calling contexts as arrays: merged by stack, weighed by a metric, laid out from 0 to the total.
// Nothing here touches the page, so that its laws can be tested alone.
//
// A tree is {n, parent, fn, sums, marks}: node 0 is its root, parents stand before their children, `fn`
// is the place of the name, `sums` has a column a measure.

const ICICLE_SUMS = ["calls", "total_ns", "self_ns", "errors", "panics", "allocs", "alloc_bytes", "self_allocs", "polls"];
const MARK_TOTAL = 1, MARK_SELF = 2, MARK_PLACED = 4, MARK_POLLS = 8;

// Makes a tree child by child: one for each parent and function, whatever the order.
function icicleGrower(rootFn, names) {
  const parent = [-1], fn = [rootFn], places = new Map();
  const child = (of, name) => {
    const key = of * names + name;
    let id = places.get(key);
    if (id === undefined) {
      id = parent.length;
      places.set(key, id);
      parent.push(of);
      fn.push(name);
    }
    return id;
  };
  const tree = () => {
    const n = parent.length, sums = {};
    for (const column of ICICLE_SUMS) sums[column] = new Float64Array(n);
    return { n, parent: Int32Array.from(parent), fn: Int32Array.from(fn), sums, marks: new Uint8Array(n) };
  };
  return { child, tree };
}

// Merges the nodes of a run into one tree below a root of all. Also gives the names by `fn`: those of the
// functions, then of nodes without a function. A node whose parent does not stand before it is a root.
function icicleMerge(nodes, functions) {
  const names = functions.map((row) => row.name), others = new Map();
  const nameOf = (node) => {
    if (node.fn >= 0) return node.fn;
    if (!others.has(node.name)) others.set(node.name, names.push(node.name) - 1);
    return others.get(node.name);
  };
  const fns = Int32Array.from(nodes, nameOf), to = new Int32Array(nodes.length);
  const grower = icicleGrower(-1, names.length);
  for (let i = 0; i < nodes.length; i++) {
    const above = nodes[i].parent;
    to[i] = grower.child(above >= 0 && above < i ? to[above] : 0, fns[i]);
  }
  const tree = grower.tree();
  for (const column of ICICLE_SUMS) {
    const sum = tree.sums[column];
    for (let i = 0; i < nodes.length; i++) sum[to[i]] += nodes[i][column] ?? 0;
  }
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i];
    tree.marks[to[i]] |= (node.sampled ? MARK_TOTAL : 0) | (node.self_estimated ? MARK_SELF : 0) | (node.placed_calls ? MARK_PLACED : 0);
  }
  iciclePolls(tree, functions);
  return { tree, names };
}

// Polls are counted a function: exact where it has one context, else shared by the calls of each, marked.
function iciclePolls(tree, functions) {
  const { fn, sums, marks, n } = tree;
  const contexts = new Map();
  for (let i = 1; i < n; i++) {
    if (!functions[fn[i]]?.async?.polls) continue;
    if (contexts.has(fn[i])) contexts.get(fn[i]).push(i);
    else contexts.set(fn[i], [i]);
  }
  for (const [name, ids] of contexts) {
    const calls = ids.reduce((sum, i) => sum + sums.calls[i], 0);
    for (const i of ids) {
      sums.polls[i] = functions[name].async.polls * (calls ? sums.calls[i] / calls : 1 / ids.length);
      if (ids.length > 1) marks[i] |= MARK_POLLS;
    }
  }
}

// What each node has of a metric without its children.
function icicleOwn(tree, metric) {
  const { sums, parent, n } = tree;
  const direct = { time: "self_ns", calls: "calls", errors: "errors", polls: "polls" }[metric];
  if (direct) return sums[direct];
  if (metric === "allocs" && sums.self_allocs.some((count) => count > 0)) return sums.self_allocs;
  const own = Float64Array.from(metric === "allocs" ? sums.allocs : sums.alloc_bytes), all = own.slice();
  for (let i = 1; i < n; i++) own[parent[i]] -= all[i];
  own[0] = 0;
  return own.map((value) => Math.max(0, value));
}

// Lays a tree out: `value` of each subtree, `x` where it begins, children heaviest first in
// kids[first[i]] to kids[first[i + 1]].
function icicleLayout(tree, own) {
  const { n, parent } = tree;
  const value = Float64Array.from(own), first = new Int32Array(n + 1), kids = new Int32Array(n), x = new Float64Array(n), depth = new Int32Array(n);
  for (let i = n - 1; i > 0; i--) {
    value[parent[i]] += value[i];
    first[parent[i] + 1]++;
  }
  for (let i = 0; i < n; i++) first[i + 1] += first[i];
  const free = first.slice();
  for (let i = 1; i < n; i++) kids[free[parent[i]]++] = i;
  let deepest = 0;
  for (let i = 0; i < n; i++) {
    if (first[i + 1] - first[i] > 1) kids.subarray(first[i], first[i + 1]).sort((a, b) => value[b] - value[a] || a - b);
    let at = x[i];
    for (let k = first[i]; k < first[i + 1]; k++) {
      const kid = kids[k];
      x[kid] = at;
      at += value[kid];
      depth[kid] = depth[i] + 1;
      if (value[kid] > 0 && depth[kid] > deepest) deepest = depth[kid];
    }
  }
  return { tree, own, value, x, depth, first, kids, deepest, total: value[0] };
}

// The two trees around a function. Rule for recursion: a call of it below another of it is in that one's
// figures already, so only the outermost contexts count. Below: their subtrees merged, where inner calls
// are boxes like any other. Above: the callers of each outermost context, nearest first, merged by name;
// each weighs what the function took when called that way. Both totals are the function's own.
function icicleSandwich(base, fn, names) {
  const { tree, value } = base;
  const below = icicleGrower(fn, names), above = icicleGrower(fn, names);
  const to = new Int32Array(tree.n).fill(-1), ends = [];
  for (let i = 1; i < tree.n; i++) {
    const inside = to[tree.parent[i]];
    if (inside >= 0) to[i] = below.child(inside, tree.fn[i]);
    else if (tree.fn[i] === fn) {
      to[i] = 0;
      let at = 0;
      for (let p = tree.parent[i]; p > 0; p = tree.parent[p]) at = above.child(at, tree.fn[p]);
      ends.push([i, at]);
    }
  }
  const callees = below.tree(), callers = above.tree(), own = new Float64Array(callers.n);
  for (const [i, at] of ends) {
    own[at] += value[i];
    callers.marks[at] |= tree.marks[i];
  }
  for (let i = 1; i < tree.n; i++) if (to[i] >= 0) callees.marks[to[i]] |= tree.marks[i];
  for (const column of ICICLE_SUMS) {
    const from = tree.sums[column], into = callees.sums[column], up = callers.sums[column];
    for (let i = 1; i < tree.n; i++) if (to[i] >= 0) into[to[i]] += from[i];
    for (const [i, at] of ends) up[at] += from[i];
    for (let i = callers.n - 1; i > 0; i--) up[callers.parent[i]] += up[i];
  }
  for (let i = callers.n - 1; i > 0; i--) callers.marks[callers.parent[i]] |= callers.marks[i];
  return { callers, callersOwn: own, callees };
}

// Visits what is wide enough to draw between two places and two depths: `box(id)`, and `lump(id, k)` for
// the children of a node from kids[k] on, which are narrower than `least`.
function icicleVisible(layout, from, to, least, top, bottom, box, lump) {
  const { x, value, depth, first, kids, own } = layout, stack = [0];
  while (stack.length) {
    const id = stack.pop();
    if (x[id] >= to || x[id] + value[id] <= from || depth[id] > bottom) continue;
    if (depth[id] >= top) box(id);
    for (let k = first[id]; k < first[id + 1]; k++) {
      if (value[kids[k]] < least) {
        if (depth[id] + 1 >= top && depth[id] < bottom && x[kids[k]] < to && x[id] + value[id] - own[id] > from) lump(id, k);
        break;
      }
      stack.push(kids[k]);
    }
  }
}

// The node at a place and depth; -1 where there is none.
function icicleHit(layout, at, depth) {
  const { x, value, first, kids, total } = layout;
  let id = at >= 0 && at < total ? 0 : -1;
  for (let level = 0; level < depth && id >= 0; level++) {
    const of = id;
    id = -1;
    for (let k = first[of]; k < first[of + 1] && x[kids[k]] <= at; k++) if (at < x[kids[k]] + value[kids[k]]) id = kids[k];
  }
  return id;
}

// What of a tree has a wanted function: how many contexts, their value (a context below another one that
// matches is in that one's), and whether each node is or holds one.
function icicleFind(layout, wanted) {
  const { tree, value } = layout, inside = new Uint8Array(tree.n), holds = new Uint8Array(tree.n);
  let count = 0, sum = 0;
  for (let i = 1; i < tree.n; i++) {
    const is = wanted[tree.fn[i]];
    if (is) {
      count++;
      if (!inside[tree.parent[i]]) sum += value[i];
    }
    inside[i] = is || inside[tree.parent[i]];
    holds[i] = is;
  }
  for (let i = tree.n - 1; i > 0; i--) holds[tree.parent[i]] |= holds[i];
  return { count, sum, holds };
}

// The names from the root down to a node, and back: the node whose path has the most of the names.
function iciclePath(tree, names, id) {
  const path = [];
  for (let at = id; at > 0; at = tree.parent[at]) path.unshift(names[tree.fn[at]]);
  return path;
}

function icicleAt(layout, names, path) {
  const { tree, first, kids } = layout;
  let id = 0;
  for (const name of path) {
    const found = kids.subarray(first[id], first[id + 1]).find((kid) => names[tree.fn[kid]] === name);
    if (found === undefined) break;
    id = found;
  }
  return id;
}

// A path as one text: names hold anything, so `;` between them and `\` are escaped.
function iciclePathText(path) {
  return path.map((name) => name.replace(/[\\;]/g, "\\$&")).join(";");
}

function iciclePathOf(text) {
  const parts = (text || "").match(/(?:\\.|[^\\;])+/gsu) ?? [];
  return parts.map((part) => part.replace(/\\(.)/gsu, "$1"));
}

// What of a path to show in room for some characters: its end is kept, since that names the function.
function icicleLabel(name, room) {
  const letters = name.length <= 400 ? name : `${name.slice(0, 200)}…${name.slice(-190)}`;
  if (letters.length <= room) return letters;
  for (const end of icicleEnds(letters)) if (end.length + 3 <= room) return `…${end}`;
  const last = icicleEnds(letters).at(-1)?.slice(2) ?? letters;
  return last.length <= room ? last : room < 3 ? "" : `${last.slice(0, room - 1)}…`;
}

// The ends of a path that begin at a `::` outside of brackets, longest first.
function icicleEnds(name) {
  const ends = [];
  let level = 0;
  for (let at = 0; at < name.length; at++) {
    const c = name[at];
    if ("<([{".includes(c)) level++;
    else if (")]}".includes(c) || (c === ">" && name[at - 1] !== "-")) level = Math.max(0, level - 1);
    else if (!level && c === ":" && name[at + 1] === ":") ends.push(name.slice(at++));
  }
  return ends;
}
