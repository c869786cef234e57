//! The calling contexts of a run, with the figures of each context alone: what profiles are made of.

use std::collections::HashMap;

use crate::model::{Function, RunDocument, TreeNode};

/// The contexts of a run, parents before their children, and the functions that they are of.
#[derive(Debug)]
pub(super) struct Contexts<'a> {
    /// The functions with a context, in the order in which contexts first name them.
    pub(super) functions: Vec<Place<'a>>,
    pub(super) nodes: Vec<Context>,
    /// True if allocations were counted.
    pub(super) has_memory: bool,
}

/// A function and its declaration.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) name: &'a str,
    /// Source file; empty where it is not known.
    pub(super) file: &'a str,
    /// Line of the declaration; 0 where it is not known.
    pub(super) line: u32,
}

/// A context: a function, called by way of its parents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Context {
    /// Index of the caller's context, smaller than its own.
    pub(super) parent: Option<usize>,
    /// Index of the function.
    pub(super) function: usize,
    pub(super) own: Figures,
}

/// Figures of a context, without those of contexts below it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) calls: u64,
    pub(super) errors: u64,
    pub(super) ns: u64,
    pub(super) allocs: u64,
    pub(super) bytes: u64,
}

impl Figures {
    fn of_function(function: &Function) -> Self {
        Self {
            calls: function.calls,
            errors: function.errors,
            ns: function.self_ns,
            allocs: function.self_allocs.unwrap_or(0),
            bytes: function.self_alloc_bytes.unwrap_or(0),
        }
    }

    /// Returns the figures of a node; its bytes are those of all below it, too.
    fn of_node(node: &TreeNode) -> Self {
        Self {
            calls: node.calls,
            errors: node.errors,
            ns: node.self_ns,
            allocs: node.self_allocs.unwrap_or(0),
            bytes: node.alloc_bytes.unwrap_or(0),
        }
    }

    /// Returns whether there is nothing to show.
    pub(super) fn is_zero(self) -> bool {
        self == Self::default()
    }

    /// Adds the figures of another context.
    pub(super) fn add(&mut self, other: Self) {
        for (sum, value) in [
            (&mut self.calls, other.calls),
            (&mut self.errors, other.errors),
            (&mut self.ns, other.ns),
            (&mut self.allocs, other.allocs),
            (&mut self.bytes, other.bytes),
        ] {
            *sum = sum.saturating_add(value);
        }
    }
}

impl<'a> Contexts<'a> {
    /// Returns the contexts of a run. Where it has no tree, as the older runs of a baseline, each function
    /// is a context without a caller.
    pub(super) fn of(run: &'a RunDocument) -> Self {
        let mut places = Places::new(run);
        let nodes = if run.tree.is_empty() {
            let called = run.functions.iter().map(|it| (it, Figures::of_function(it)));
            let called = called.filter(|(_, own)| !own.is_zero());
            let node = |(function, own): (&'a Function, Figures)| Context {
                parent: None,
                function: places.index(&function.name),
                own,
            };
            called.map(node).collect()
        } else {
            of_tree(&run.tree, &mut places)
        };
        let has_memory = run.functions.iter().any(|function| function.self_allocs.is_some());
        Self { functions: places.used, nodes, has_memory }
    }

    /// Returns the functions of a context and its callers, the root first.
    pub(super) fn path(&self, node: usize) -> Vec<usize> {
        let mut path: Vec<usize> = self.upwards(node).map(|it| it.function).collect();
        path.reverse();
        path
    }

    /// Returns a context, its caller, and so on.
    pub(super) fn upwards(&self, node: usize) -> impl Iterator<Item = &Context> {
        let parent = |node: &&Context| node.parent.and_then(|parent| self.nodes.get(parent));
        std::iter::successors(self.nodes.get(node), parent)
    }

    /// Returns the sum of all contexts.
    pub(super) fn sum(&self) -> Figures {
        let mut sum = Figures::default();
        self.nodes.iter().for_each(|node| sum.add(node.own));
        sum
    }
}

/// Returns the nodes of a tree, their bytes without those below them. A node whose parent does not come
/// before it has none: documents come from anywhere.
fn of_tree<'a>(tree: &'a [TreeNode], places: &mut Places<'a>) -> Vec<Context> {
    let mut known: HashMap<u32, usize> = HashMap::with_capacity(tree.len());
    let mut nodes: Vec<Context> = Vec::with_capacity(tree.len());
    for (at, node) in tree.iter().enumerate() {
        let parent = node.parent.and_then(|parent| known.get(&parent).copied());
        let function = places.index(&node.function);
        nodes.push(Context { parent, function, own: Figures::of_node(node) });
        known.insert(node.id, at);
    }
    for (at, node) in tree.iter().enumerate() {
        let below = node.alloc_bytes.unwrap_or(0);
        if let Some(parent) = nodes[at].parent.and_then(|parent| nodes.get_mut(parent)) {
            parent.own.bytes = parent.own.bytes.saturating_sub(below);
        }
    }
    nodes
}

/// The functions of a run by name, each with a number once it is used.
struct Places<'a> {
    declared: HashMap<&'a str, &'a Function>,
    numbers: HashMap<&'a str, usize>,
    used: Vec<Place<'a>>,
}

impl<'a> Places<'a> {
    fn new(run: &'a RunDocument) -> Self {
        let declared = run.functions.iter().map(|it| (it.name.as_str(), it)).collect();
        Self { declared, numbers: HashMap::new(), used: Vec::new() }
    }

    fn index(&mut self, name: &'a str) -> usize {
        *self.numbers.entry(name).or_insert_with(|| {
            let declared = self.declared.get(name);
            let file = declared.map_or("", |function| function.file.as_str());
            let line = declared.map_or(0, |function| function.line);
            self.used.push(Place { name, file, line });
            self.used.len() - 1
        })
    }
}
