// The calling contexts as arrays: merged by stack, weighed by a metric, laid out from 0 to the total.
// Nothing here touches the page, so that its laws can be tested alone.
//
// A tree is {n, parent, fn, up, sums, marks}: node 0 is its root, parents stand before their children, `fn`
// is the place of the name, `up` is set for callers of a root that is one function, `sums` has a column a
// measure. A layout adds where each node begins (`x`), what it holds (`value`), in which row it stands and its
// children, heaviest first, in kids[first[id]] to kids[first[id + 1]].

const SUMS = ["calls", "total_ns", "self_ns", "errors", "panics", "allocs", "alloc_bytes", "polls"];
const ABOUT_TOTAL = 1, ABOUT_SELF = 2, ABOUT_CALLS = 4, ABOUT_POLLS = 8;

// Makes a tree child by child: one for each parent and function, whatever the order.
function icicleGrower(root, names) {
  const parent = [-1], fn = [root], places = new Map();
  const child = (of, name) => {
    const key = of * names + name;
    let id = places.get(key);
    if (id === undefined) {
      id = parent.push(of) - 1;
      fn.push(name);
      places.set(key, id);
    }
    return id;
  };
  const tree = () => {
    const n = parent.length;
    const sums = Object.fromEntries(SUMS.map((column) => [column, new Float64Array(n)]));
    return { n, parent: Int32Array.from(parent), fn: Int32Array.from(fn), up: new Uint8Array(n), sums, marks: new Uint8Array(n) };
  };
  return { child, tree };
}

// A column of packed rows, as an array.
function icicleColumn({ n, c }, key) {
  const column = c[key] ?? { v: null };
  if (Array.isArray(column)) return column;
  return column.i ? column.i.map((at) => column.d[at] ?? null) : Array(n).fill(column.v);
}

// Merges the contexts of a run, which are packed, into one tree below a root of all. Also gives the names by
// `fn`: those of the functions, then of contexts without one. A context whose parent does not stand before it
// is a root. Columns are read whole, since a hundred thousand objects would take longer than all else.
function icicleMerge(contexts, functions) {
  const [parents, fns, others] = ["parent", "function", "function_name"].map((key) => icicleColumn(contexts, key));
  const names = functions.map((row) => row.name), known = new Map(), to = new Int32Array(contexts.n);
  const grower = icicleGrower(-1, names.length + new Set(others).size);
  for (let i = 0; i < contexts.n; i++) {
    const parent = parents[i], name = others[i] ?? "?";
    let fn = fns[i] ?? -1;
    if (fn < 0) {
      if (!known.has(name)) known.set(name, names.push(name) - 1);
      fn = known.get(name);
    }
    to[i] = grower.child(parent !== null && parent >= 0 && parent < i ? to[parent] : 0, fn);
  }
  const tree = grower.tree(), { sums, marks } = tree;
  for (const column of SUMS) icicleColumn(contexts, column).forEach((value, i) => (sums[column][to[i]] += value));
  for (const [key, about] of [["sampled", ABOUT_TOTAL], ["self_estimated", ABOUT_SELF], ["placed_calls", ABOUT_CALLS]]) icicleColumn(contexts, key).forEach((is, i) => is && (marks[to[i]] |= about));
  iciclePolls(tree, functions);
  return { tree, names };
}

// Polls are counted a function: exact where it has one context, else shared by the calls of each, marked.
function iciclePolls({ fn, sums, marks }, functions) {
  const calls = new Float64Array(functions.length), contexts = calls.slice();
  const each = (visit) => fn.forEach((name, i) => functions[name]?.async?.polls && visit(name, i));
  each((name, i) => {
    calls[name] += sums.calls[i];
    contexts[name]++;
  });
  each((name, i) => {
    sums.polls[i] = functions[name].async.polls * (calls[name] ? sums.calls[i] / calls[name] : 1 / contexts[name]);
    if (contexts[name] > 1) marks[i] |= ABOUT_POLLS;
  });
}

// What each node has of a metric without its children. Memory is given with that of all below.
function icicleOwn({ n, parent, up, sums }, metric) {
  const all = sums[{ time: "self_ns", bytes: "alloc_bytes" }[metric] ?? metric], own = all.slice();
  if (metric === "allocs" || metric === "bytes") for (let i = 1; i < n; i++) if (!up[i]) own[parent[i]] -= all[i];
  return own.map((value) => Math.max(0, value));
}

function icicleLayout(tree, own) {
  const { n, parent, up } = tree, head = up.indexOf(1);
  const value = own.slice(), first = new Int32Array(n + 1), kids = new Int32Array(n), x = new Float64Array(n), row = new Int32Array(n);
  for (let i = n - 1; i > 0; i--) {
    if (i !== head) value[parent[i]] += value[i];
    first[parent[i] + 1]++;
  }
  for (let i = 0; i < n; i++) first[i + 1] += first[i];
  const free = first.slice();
  for (let i = 1; i < n; i++) kids[free[parent[i]]++] = i;
  let top = 0;
  for (let i = 0; i < n; i++) {
    if (first[i + 1] - first[i] > 1) kids.subarray(first[i], first[i + 1]).sort((a, b) => value[b] - value[a] || a - b);
    let at = x[i];
    for (let k = first[i]; k < first[i + 1]; k++) {
      const kid = kids[k];
      x[kid] = at;
      if (kid !== head) at += value[kid];
      row[kid] = row[i] + (kid === head ? 0 : up[kid] ? -1 : 1);
      top = Math.min(top, row[kid]);
    }
  }
  return { tree, own, value, x, row, top, first, kids, head, total: value[0] };
}

// The layout around one function: a root that is the function, its callees below it, and its callers above
// it as the children of a node `callers`. Rule for recursion: a call below another call of the function is in
// that one's figures already, so only the outermost contexts count. Below: their subtrees merged, in which
// inner calls are boxes like any other. Above: the callers of each outermost context, nearest first, merged
// by name; each weighs what the function took when it was called that way. Both sums are the function's own.
function icicleSandwich({ tree, value }, fn, callers, metric) {
  const grower = icicleGrower(fn, callers + 1), head = grower.child(0, callers);
  const to = new Int32Array(tree.n).fill(-1), ends = [];
  for (let i = 1; i < tree.n; i++) {
    const inside = to[tree.parent[i]];
    if (inside >= 0) to[i] = grower.child(inside, tree.fn[i]);
    else if (tree.fn[i] === fn) {
      to[i] = 0;
      let at = head;
      for (let of = tree.parent[i]; of > 0; of = tree.parent[of]) at = grower.child(at, tree.fn[of]);
      ends.push([i, at]);
    }
  }
  const around = grower.tree(), { n, parent, up } = around;
  for (let i = head; i < n; i++) up[i] = i === head || up[parent[i]];
  const gather = (from, into, add) => {
    for (let i = 1; i < tree.n; i++) if (to[i] >= 0) into[to[i]] = add(into[to[i]], from[i]);
    for (const [i, at] of ends) into[at] = add(into[at], from[i]);
    for (let i = n - 1; i > head; i--) if (up[i]) into[parent[i]] = add(into[parent[i]], into[i]);
  };
  for (const column of SUMS) gather(tree.sums[column], around.sums[column], (a, b) => a + b);
  gather(tree.marks, around.marks, (a, b) => a | b);
  const own = icicleOwn(around, metric).map((its, i) => (up[i] ? 0 : its));
  for (const [i, at] of ends) own[at] += value[i];
  return icicleLayout(around, own);
}

// The children that have a weight, heaviest first.
function icicleKids({ first, kids, value }, id) {
  return [...kids.subarray(first[id], first[id + 1])].filter((kid) => value[kid] > 0);
}

// Visits what is wide enough to draw between two places and two rows: `box(id)`, and `lump(from, to, row)` for
// siblings that are each narrower than `least`.
function icicleVisible({ tree, x, value, own, row, first, kids, head }, from, to, least, top, bottom, box, lump) {
  const stack = [0], isSeen = (at) => at >= top && at <= bottom;
  while (stack.length) {
    const id = stack.pop();
    if (x[id] >= to || x[id] + value[id] <= from || (tree.up[id] ? row[id] < top : row[id] > bottom)) continue;
    if (id !== head && isSeen(row[id])) box(id);
    for (let k = first[id]; k < first[id + 1]; k++) {
      const kid = kids[k], end = x[id] + value[id] - own[id];
      if (value[kid] >= least) stack.push(kid);
      else {
        if (isSeen(row[kid]) && x[kid] < to && end > Math.max(from, x[kid])) lump(x[kid], end, row[kid]);
        break;
      }
    }
  }
}

// The node at a place and in a row; -1 where there is none.
function icicleHit({ x, value, row, first, kids, head, total }, at, wanted) {
  let id = at < 0 || at >= total ? -1 : wanted < 0 ? head : 0;
  while (id >= 0 && row[id] !== wanted) {
    const of = id;
    id = -1;
    for (let k = first[of]; k < first[of + 1]; k++) if (kids[k] !== head && at >= x[kids[k]] && at < x[kids[k]] + value[kids[k]]) id = kids[k];
  }
  return id;
}

// What of a layout has a wanted function: how many contexts, their value (a context below another one that
// matches is in that one's), and whether each node is or holds one.
function icicleFind({ tree: { n, parent, fn }, value }, wanted) {
  const inside = new Uint8Array(n), holds = new Uint8Array(n);
  let count = 0, sum = 0;
  for (let i = 1; i < n; i++) {
    holds[i] = wanted[fn[i]];
    inside[i] = holds[i] | inside[parent[i]];
    count += holds[i];
    if (holds[i] && !inside[parent[i]]) sum += value[i];
  }
  for (let i = n - 1; i > 0; i--) holds[parent[i]] |= holds[i];
  return { count, sum, holds };
}

// The names from the root down to a node, and back: the node whose path has the most of the names.
function iciclePath(tree, names, id) {
  const path = [];
  for (let at = id; at > 0; at = tree.parent[at]) path.unshift(names[tree.fn[at]]);
  return path;
}

function icicleAt({ tree, first, kids }, names, path) {
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
  const text = name.length <= 400 ? name : `${name.slice(0, 200)}…${name.slice(-190)}`;
  if (text.length <= room) return text;
  const ends = icicleEnds(text);
  const fits = ends.find((end) => end.length < room);
  if (fits) return `…${fits}`;
  const last = ends.at(-1)?.slice(2) ?? text;
  return last.length <= room ? last : room < 3 ? "" : `${last.slice(0, room - 1)}…`;
}

// The ends of a path that begin at a `::` outside of brackets, longest first.
function icicleEnds(name) {
  const ends = [];
  let level = 0;
  for (let at = 0; at < name.length; at++) {
    const c = name[at];
    if ("<([{".includes(c)) level++;
    else if (")]}".includes(c) || (c === ">" && name[at - 1] !== "-")) level--;
    else if (level <= 0 && c === ":" && name[at + 1] === ":") ends.push(name.slice(at++));
  }
  return ends;
}
