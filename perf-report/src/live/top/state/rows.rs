//! The rows of each view: filtered, sorted, each with a key by which it is known again.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::{State, View};
use crate::model::{ProcessStacks, TopDocument, TreeNode};
use crate::render::words::top::Column;
use crate::stats::number::float;

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// The key by which it is known again.
    pub key: String,
    /// The thing it shows.
    pub item: Item,
}

/// The thing that a row shows, by its place in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Item {
    /// A function.
    Function(usize),
    /// A node of the tree, its depth, and whether its callees are shown; `None` if it has none.
    Node(usize, usize, Option<bool>),
    /// A process.
    Process(usize),
    /// A thread of a process.
    Thread(usize, usize),
    /// A running call of a thread, the outermost being 0.
    Frame(usize, usize, usize),
    /// Calls of an async function of a process that are in flight.
    Futures(usize, usize),
    /// The threads of a process that are in no call.
    Idle(usize),
    /// A metric.
    Metric(usize),
}

/// Returns the rows of the view.
pub(super) fn of(state: &State) -> Vec<Row> {
    match state.view {
        View::Functions => functions(state),
        View::Tree => tree(state),
        View::Threads => threads(state),
        View::Metrics => metrics(state),
    }
}

/// Returns the name of the function that a row is about.
pub(super) fn function_of(document: &TopDocument, item: Item) -> Option<&str> {
    let process = |at: usize| document.threads.get(at);
    match item {
        Item::Function(at) => document.functions.get(at).map(|row| row.function.name.as_str()),
        Item::Node(at, ..) => document.tree.get(at).map(|node| node.function.as_str()),
        Item::Frame(at, thread, depth) => {
            let frame = process(at)?.threads.get(thread)?.frames.get(depth)?;
            Some(frame.function.as_str())
        }
        Item::Futures(at, which) => Some(process(at)?.futures.get(which)?.function.as_str()),
        Item::Process(_) | Item::Thread(..) | Item::Idle(_) | Item::Metric(_) => None,
    }
}

/// Returns whether a text passes the filter, whatever the case of its letters.
fn passes(state: &State, text: &str) -> bool {
    state.filter.is_empty() || text.to_lowercase().contains(&state.filter.to_lowercase())
}

/// Sorts things with a key by the order that they had, new ones last; where there was none, by `order`.
fn sort<T>(state: &State, things: &mut [(String, T)], order: impl Fn(&T, &T) -> Ordering) {
    let rank = |key: &String| state.ranks.get(key).copied().unwrap_or(usize::MAX);
    things.sort_by(|(a, one), (b, other)| {
        let by_order = || if state.is_reversed { order(other, one) } else { order(one, other) };
        rank(a).cmp(&rank(b)).then_with(by_order).then_with(|| a.cmp(b))
    });
}

fn functions(state: &State) -> Vec<Row> {
    let all = &state.document.functions;
    let kept = all.iter().enumerate().filter(|(_, row)| passes(state, &row.function.name));
    let mut keyed: Vec<(String, usize)> =
        kept.map(|(at, row)| (row.function.name.clone(), at)).collect();
    sort(state, &mut keyed, |&one, &other| match state.sort {
        Column::Name => all[one].function.name.cmp(&all[other].function.name),
        column => column.number(&all[other]).total_cmp(&column.number(&all[one])),
    });
    keyed.into_iter().map(|(key, at)| Row { key, item: Item::Function(at) }).collect()
}

fn metrics(state: &State) -> Vec<Row> {
    let all = &state.document.metrics;
    let kept = all.iter().enumerate().filter(|(_, it)| passes(state, &it.metric.name));
    let key = |at: usize| format!("{} {}", all[at].metric.name, all[at].metric.kind.word());
    let mut keyed: Vec<(String, usize)> = kept.map(|(at, _)| (key(at), at)).collect();
    sort(state, &mut keyed, Ord::cmp);
    keyed.into_iter().map(|(key, at)| Row { key, item: Item::Metric(at) }).collect()
}

/// The tree on its way to rows.
struct Tree<'a> {
    state: &'a State,
    /// The callees of each node; those of nobody are the roots.
    callees: HashMap<Option<u32>, Vec<usize>>,
    /// The nodes that pass the filter, or lead to one that does.
    kept: Vec<bool>,
    rows: Vec<Row>,
}

fn tree(state: &State) -> Vec<Row> {
    let nodes = &state.document.tree;
    let mut callees: HashMap<Option<u32>, Vec<usize>> = HashMap::new();
    let place: HashMap<u32, usize> =
        nodes.iter().enumerate().map(|(at, node)| (node.id, at)).collect();
    let mut kept: Vec<bool> = nodes.iter().map(|node| passes(state, &node.function)).collect();
    for (at, node) in nodes.iter().enumerate().rev() {
        let parent = node.parent.and_then(|parent| place.get(&parent)).filter(|_| kept[at]);
        if let Some(parent) = parent {
            kept[*parent] = true;
        }
    }
    for (at, node) in nodes.iter().enumerate() {
        callees.entry(node.parent).or_default().push(at);
    }
    let mut tree = Tree { state, callees, kept, rows: Vec::new() };
    tree.add();
    tree.rows
}

impl Tree<'_> {
    /// Adds the rows of all roots, and of everything below them that is open. Without recursion, since a
    /// tree may be deeper than the stack.
    fn add(&mut self) {
        let mut open = self.sorted(None, "");
        open.reverse();
        let mut depths: Vec<usize> = vec![0; open.len()];
        while let (Some((key, at)), Some(depth)) = (open.pop(), depths.pop()) {
            let node = &self.state.document.tree[at];
            let below = self.sorted(Some(node.id), &key);
            let is_open = !self.state.closed.contains(&key);
            let shown = (!below.is_empty()).then_some(is_open);
            self.rows.push(Row { key, item: Item::Node(at, depth, shown) });
            if is_open {
                depths.extend(std::iter::repeat_n(depth + 1, below.len()));
                open.extend(below.into_iter().rev());
            }
        }
    }

    /// Returns the callees of a node, or the roots, in their order.
    fn sorted(&self, of: Option<u32>, path: &str) -> Vec<(String, usize)> {
        let nodes = &self.state.document.tree;
        let all = self.callees.get(&of).map_or(&[][..], Vec::as_slice);
        let kept = all.iter().filter(|at| self.kept[**at]);
        // A name never holds this character, once it is in a segment as text.
        let key = |at: usize| format!("{path}\u{0}{}", nodes[at].function);
        let mut keyed: Vec<(String, usize)> = kept.map(|&at| (key(at), at)).collect();
        sort(self.state, &mut keyed, |&one, &other| self.order(&nodes[one], &nodes[other]));
        keyed
    }

    fn order(&self, one: &TreeNode, other: &TreeNode) -> Ordering {
        let number = |node: &TreeNode| match self.state.sort {
            Column::Rate | Column::Calls => float(node.calls),
            Column::Errors => float(node.errors),
            Column::Panics => float(node.panics),
            Column::Allocs => node.allocs.map_or(0.0, float),
            _ => float(node.total_ns),
        };
        match self.state.sort {
            Column::Name => one.function.cmp(&other.function),
            _ => number(other).total_cmp(&number(one)),
        }
    }
}

fn threads(state: &State) -> Vec<Row> {
    let all = &state.document.threads;
    let mut rows = Vec::new();
    for (at, process) in all.iter().enumerate() {
        let of_it = of_process(state, at, process);
        if !of_it.is_empty() {
            rows.push(Row { key: format!("{}", process.pid), item: Item::Process(at) });
            rows.extend(of_it);
        }
    }
    rows
}

/// Returns the threads of a process that are in calls, and its futures in flight.
fn of_process(state: &State, at: usize, process: &ProcessStacks) -> Vec<Row> {
    let pid = process.pid;
    let mut rows = Vec::new();
    for (which, thread) in process.threads.iter().enumerate() {
        let name = thread.name.as_deref().unwrap_or_default();
        let is_wanted =
            passes(state, name) || thread.frames.iter().any(|frame| passes(state, &frame.function));
        if thread.frames.is_empty() || !is_wanted {
            continue;
        }
        let key = format!("{pid}/{}", thread.id);
        let frame = |depth: usize| Row {
            key: format!("{key}/{depth}"),
            item: Item::Frame(at, which, depth),
        };
        let frames: Vec<Row> = (0..thread.frames.len()).map(frame).collect();
        rows.push(Row { key, item: Item::Thread(at, which) });
        rows.extend(frames);
    }
    for (which, futures) in process.futures.iter().enumerate() {
        if passes(state, &futures.function) {
            let key = format!("{pid}/futures/{}", futures.function);
            rows.push(Row { key, item: Item::Futures(at, which) });
        }
    }
    if state.filter.is_empty() {
        rows.push(Row { key: format!("{pid}/idle"), item: Item::Idle(at) });
    }
    rows
}
