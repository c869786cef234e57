//! The calling-context tree of a run, as documents hold it.

use serde::{Deserialize, Serialize};

use super::function::is_zero;

/// A node of the calling-context tree.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TreeNode {
    /// Number of the node, from 0; larger than its parent's.
    pub id: u32,
    /// The `id` of the caller; `null` for a root.
    pub parent: Option<u32>,
    /// Name of the function.
    pub function: String,
    /// Number of finished calls in this context.
    pub calls: u64,
    /// Number of `calls` whose place in the tree is an estimate: their number over the whole tree
    /// is exact.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub placed_calls: u64,
    /// Time between entry and exit in this context, in nanoseconds.
    pub total_ns: u64,
    /// Time outside every tracked child, in nanoseconds.
    pub self_ns: u64,
    /// Number of calls in this context that returned an error.
    #[serde(default)]
    pub errors: u64,
    /// Number of calls in this context that ended by unwinding.
    #[serde(default)]
    pub panics: u64,
    /// True if times were estimated, since not all calls were timed.
    #[serde(default)]
    pub sampled: bool,
    /// True if `self_ns` is an estimate: calls in this context were sampled, or some of those made
    /// from it.
    #[serde(default)]
    pub self_estimated: bool,
    /// Number of allocations in this context and those below it; `null` when they were not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocs: Option<u64>,
    /// Size of these allocations, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alloc_bytes: Option<u64>,
    /// Bytes allocated and not freed there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grown_bytes: Option<i64>,
    /// Number of allocations in this context alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_allocs: Option<u64>,
}
