//! The fields about memory, where allocations were counted.

use perf_runtime::snapshot::{Measures, Snapshot};

use crate::model::{Function, TreeNode};

/// Returns whether any process of `snapshot` counted allocations.
pub(super) fn is_counted(snapshot: &Snapshot) -> bool {
    snapshot.processes.iter().any(|process| process.counts_allocs)
}

/// Returns `function` with its allocations.
pub(super) fn of_function(function: Function, measures: &Measures) -> Function {
    let (all, own) = (&measures.memory, &measures.self_memory);
    Function {
        allocs: Some(all.allocs),
        alloc_bytes: Some(all.alloc_bytes),
        grown_bytes: Some(all.grown_bytes()),
        peak_bytes: Some(all.peak_bytes),
        self_allocs: Some(own.allocs),
        self_alloc_bytes: Some(own.alloc_bytes),
        self_grown_bytes: Some(own.grown_bytes()),
        self_peak_bytes: Some(own.peak_bytes),
        ..function
    }
}

/// Returns `node` with the allocations of its context.
pub(super) fn of_context(node: TreeNode, measures: &Measures) -> TreeNode {
    TreeNode {
        allocs: Some(measures.memory.allocs),
        alloc_bytes: Some(measures.memory.alloc_bytes),
        grown_bytes: Some(measures.memory.grown_bytes()),
        self_allocs: Some(measures.self_memory.allocs),
        ..node
    }
}
