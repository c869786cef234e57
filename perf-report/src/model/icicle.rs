//! The tree of a run as an icicle: a box for each stack, as wide as its part of a metric, below the box of
//! its caller. Every picture of a tree is drawn from it.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};

use super::{Metric, RunDocument, TreeNode};
use crate::stats::number::float;

/// The layout of a tree. Contexts of one stack are one box.
#[derive(Debug, Clone, PartialEq)]
pub struct Icicle<'a> {
    /// The metric that boxes are as wide as.
    pub metric: Metric,
    /// The value of the whole run.
    pub all: u64,
    /// The value of what is laid out: the same, unless a part of the functions was asked for.
    pub shown: u64,
    /// The boxes, level by level from the outermost, and each level from left to right.
    pub tiles: Vec<Tile<'a>>,
}

/// A box of an icicle.
#[derive(Debug, Clone, PartialEq)]
pub struct Tile<'a> {
    /// The function; `None` of a box for several that are too narrow for boxes of their own.
    pub function: Option<&'a str>,
    /// Number of functions that the box stands for; more than one only where `function` is `None`.
    pub functions: usize,
    /// Place of the caller's box in [`Icicle::tiles`]; `None` of an outermost one.
    pub caller: Option<usize>,
    /// Number of boxes above it.
    pub depth: usize,
    /// The left edge, from 0 to 1.
    pub offset: f64,
    /// The part of the whole width, from 0 to 1.
    pub width: f64,
    /// The value of these calls, with those that they made.
    pub value: u64,
    /// The value of these calls alone.
    pub own: u64,
    /// Number of finished calls.
    pub calls: u64,
    /// Time between entry and exit, in nanoseconds.
    pub total_ns: u64,
    /// Time outside every tracked child, in nanoseconds.
    pub self_ns: u64,
    /// True if the value is an estimate.
    pub is_estimate: bool,
}

impl Tile<'_> {
    /// Returns the right edge, from 0 to 1.
    pub fn end(&self) -> f64 {
        (self.offset + self.width).min(1.0)
    }
}

/// The metrics that a tree has, and an icicle can be drawn of.
pub const METRICS_OF_TREES: [Metric; 6] = [
    Metric::SelfNs,
    Metric::TotalNs,
    Metric::Calls,
    Metric::SelfAllocs,
    Metric::SelfAllocBytes,
    Metric::Errors,
];

impl<'a> Icicle<'a> {
    /// Lays out the tree of `run` by `metric`. Boxes narrower than the part `least` of the whole width are
    /// one box together, beside their siblings. `None` where the run does not have the metric in its tree.
    pub fn of(run: &'a RunDocument, metric: Metric, least: f64) -> Option<Self> {
        let forest = Forest::of(&run.tree, metric)?;
        let roots = forest.roots.clone();
        Some(Layout::new(forest, metric, least).of_roots(roots))
    }

    /// Lays out the functions that are `wanted`, with what they call: the outermost of each stack stands at
    /// the top, and its contexts are put together. `None` as for [`of`](Self::of).
    pub fn of_functions(
        run: &'a RunDocument,
        metric: Metric,
        least: f64,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Option<Self> {
        let forest = Forest::of(&run.tree, metric)?;
        let roots = forest.outermost(is_wanted);
        Some(Layout::new(forest, metric, least).of_roots(roots))
    }
}

/// The nodes of a tree, the children of each, and the values that boxes are as wide as.
struct Forest<'a> {
    nodes: &'a [TreeNode],
    /// Places of nodes, those with the same parent together.
    children: Vec<usize>,
    /// The beginning of the children of each node, and the end of the last one's.
    begins: Vec<usize>,
    parents: Vec<Option<usize>>,
    roots: Vec<usize>,
    own: Vec<u64>,
    values: Vec<u64>,
}

impl<'a> Forest<'a> {
    /// Returns the nodes by parent. A node whose parent does not come before it is a root: documents are not
    /// trusted to be trees.
    fn of(nodes: &'a [TreeNode], metric: Metric) -> Option<Self> {
        let parents = parents(nodes);
        let mut begins = vec![0; nodes.len() + 1];
        for parent in parents.iter().flatten() {
            begins[parent + 1] += 1;
        }
        for at in 0..nodes.len() {
            begins[at + 1] += begins[at];
        }
        let mut places = begins.clone();
        let mut children = vec![0; begins.last().copied().unwrap_or(0)];
        for (at, parent) in parents.iter().enumerate() {
            if let Some(parent) = parent {
                children[places[*parent]] = at;
                places[*parent] += 1;
            }
        }
        let (own, values) = values(nodes, &parents, metric)?;
        let roots = (0..nodes.len()).filter(|at| parents[*at].is_none()).collect();
        Some(Self { nodes, children, begins, parents, roots, own, values })
    }

    fn children(&self, at: usize) -> &[usize] {
        &self.children[self.begins[at]..self.begins[at + 1]]
    }

    /// Returns the wanted nodes that are below no wanted one.
    fn outermost(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<usize> {
        let mut is_covered = vec![false; self.nodes.len()];
        let mut found = Vec::new();
        for (at, node) in self.nodes.iter().enumerate() {
            let is_below = self.parents[at].is_some_and(|parent| is_covered[parent]);
            let is_one = is_wanted(&node.function);
            is_covered[at] = is_below || is_one;
            if is_one && !is_below {
                found.push(at);
            }
        }
        found
    }
}

/// Returns the sum of `values` at some places.
fn sum(places: &[usize], values: &[u64]) -> u64 {
    places.iter().fold(0, |sum: u64, at| sum.saturating_add(values[*at]))
}

/// Returns the place of each node's parent, if that comes before it.
fn parents(nodes: &[TreeNode]) -> Vec<Option<usize>> {
    let mut by_id = HashMap::with_capacity(nodes.len());
    let mut parents = Vec::with_capacity(nodes.len());
    for (at, node) in nodes.iter().enumerate() {
        parents.push(node.parent.and_then(|parent| by_id.get(&parent).copied()));
        by_id.insert(node.id, at);
    }
    parents
}

/// Returns the values of the nodes alone, and with all below them.
fn values(
    nodes: &[TreeNode],
    parents: &[Option<usize>],
    metric: Metric,
) -> Option<(Vec<u64>, Vec<u64>)> {
    /// A value of one node, where the document has it.
    type Value = fn(&TreeNode) -> Option<u64>;
    // The value of a node alone, or, of what a document holds only with all below, that one.
    let (own, with_below): (Value, Option<Value>) = match metric {
        Metric::SelfNs => (|node| Some(node.self_ns), None),
        Metric::TotalNs => (|_| Some(0), Some(|node| Some(node.total_ns))),
        Metric::Calls => (|node| Some(node.calls), None),
        Metric::Errors => (|node| Some(node.errors), None),
        Metric::SelfAllocs => (|node| node.self_allocs, None),
        Metric::SelfAllocBytes => (|_| Some(0), Some(|node| node.alloc_bytes)),
        _ => return None,
    };
    let known = |node: &TreeNode| with_below.unwrap_or(own)(node).is_some();
    if !nodes.is_empty() && !nodes.iter().any(known) {
        return None;
    }
    let mut own: Vec<u64> = nodes.iter().map(|node| own(node).unwrap_or(0)).collect();
    let mut below = vec![0_u64; nodes.len()];
    let mut values = vec![0_u64; nodes.len()];
    for at in (0..nodes.len()).rev() {
        let whole = with_below.and_then(|of| of(&nodes[at])).unwrap_or(0);
        own[at] = own[at].max(whole.saturating_sub(below[at]));
        values[at] = own[at].saturating_add(below[at]);
        if let Some(parent) = parents[at] {
            below[parent] = below[parent].saturating_add(values[at]);
        }
    }
    Some((own, values))
}

/// Contexts of one stack, before they have a box.
struct Group {
    places: Vec<usize>,
    value: u64,
}

/// An icicle in the making.
struct Layout<'a> {
    forest: Forest<'a>,
    least: f64,
    icicle: Icicle<'a>,
    /// Boxes whose callees have none yet, with their contexts.
    pending: VecDeque<(usize, Vec<usize>)>,
}

impl<'a> Layout<'a> {
    fn new(forest: Forest<'a>, metric: Metric, least: f64) -> Self {
        let all = sum(&forest.roots, &forest.values);
        let icicle = Icicle { metric, all, shown: all, tiles: Vec::new() };
        Self { forest, least, icicle, pending: VecDeque::new() }
    }

    fn of_roots(mut self, roots: Vec<usize>) -> Icicle<'a> {
        self.icicle.shown = sum(&roots, &self.forest.values);
        self.level(roots, None);
        while let Some((tile, places)) = self.pending.pop_front() {
            let children = places.iter().flat_map(|at| self.forest.children(*at)).copied();
            let children: Vec<usize> = children.collect();
            if !children.is_empty() {
                self.level(children, Some(tile));
            }
        }
        self.icicle
    }

    /// Lays siblings side by side, the heaviest first, and the narrow ones together in the last place.
    fn level(&mut self, places: Vec<usize>, caller: Option<usize>) {
        let mut groups = self.groups(places);
        let narrow = self.least * float(self.icicle.shown);
        let first_narrow = groups.partition_point(|group| float(group.value) >= narrow);
        let lump = groups.split_off(first_narrow);
        let above = caller.map(|at| &self.icicle.tiles[at]);
        let (mut offset, end) = above.map_or((0.0, 1.0), |tile| (tile.offset, tile.end()));
        let depth = above.map_or(0, |tile| tile.depth + 1);
        for group in groups {
            let function = self.forest.nodes[group.places[0]].function.as_str();
            let at = self.push(Some(function), 1, &group, (caller, depth, offset, end));
            offset = self.icicle.tiles[at].end();
            self.pending.push_back((at, group.places));
        }
        if !lump.is_empty() {
            let value = lump.iter().fold(0_u64, |sum, group| sum.saturating_add(group.value));
            let functions = lump.len();
            let places = lump.into_iter().flat_map(|group| group.places).collect();
            let group = Group { places, value };
            self.push(None, functions, &group, (caller, depth, offset, end));
        }
    }

    /// Puts contexts of the same function together. Those without a value have no box.
    fn groups(&self, mut places: Vec<usize>) -> Vec<Group> {
        let forest = &self.forest;
        let name = |at: &usize| forest.nodes[*at].function.as_str();
        places.retain(|at| forest.values[*at] > 0);
        places.sort_by(|a, b| name(a).cmp(name(b)));
        let same = places.chunk_by(|a, b| name(a) == name(b));
        let group = |places: &[usize]| Group {
            value: sum(places, &forest.values),
            places: places.to_vec(),
        };
        let mut groups: Vec<Group> = same.map(group).collect();
        // Stable, so that equal ones stay in the order of their names.
        groups.sort_by_key(|group| Reverse(group.value));
        groups
    }

    /// Adds a box from `offset`, and returns its place.
    fn push(
        &mut self,
        function: Option<&'a str>,
        functions: usize,
        group: &Group,
        (caller, depth, offset, end): (Option<usize>, usize, f64, f64),
    ) -> usize {
        let of_nodes = |value: fn(&TreeNode) -> u64| {
            let nodes = group.places.iter().map(|at| &self.forest.nodes[*at]);
            nodes.fold(0_u64, |sum, node| sum.saturating_add(value(node)))
        };
        let part = float(group.value) / float(self.icicle.shown.max(1));
        let nodes = || group.places.iter().map(|at| &self.forest.nodes[*at]);
        let tile = Tile {
            function,
            functions,
            caller,
            depth,
            offset,
            width: part.min(end - offset).max(0.0),
            value: group.value,
            own: sum(&group.places, &self.forest.own),
            calls: of_nodes(|node| node.calls),
            total_ns: of_nodes(|node| node.total_ns),
            self_ns: of_nodes(|node| node.self_ns),
            is_estimate: nodes().any(|node| is_estimate(node, self.icicle.metric)),
        };
        self.icicle.tiles.push(tile);
        self.icicle.tiles.len() - 1
    }
}

/// Returns whether what a node is worth is an estimate.
fn is_estimate(node: &TreeNode, metric: Metric) -> bool {
    match metric {
        Metric::SelfNs => node.self_estimated,
        Metric::TotalNs => node.sampled,
        Metric::Calls => node.placed_calls > 0,
        _ => false,
    }
}

/// Returns a number for the crate of a function, from 0 to below `colours`: always the same for the same
/// crate, in each run and in each picture.
pub fn colour_of_crate(function: &str, colours: usize) -> usize {
    let name = function.split("::").next().unwrap_or_default();
    // FNV-1a, which needs no table and never changes.
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
    let hash = name.bytes().fold(2_166_136_261, step);
    // Its low bits alone are those of the last letters.
    usize::try_from(hash ^ (hash >> 15)).unwrap_or_default() % colours.max(1)
}

#[cfg(test)]
mod tests;
