//! The calling context that a thread is in.

use std::ptr::{self, NonNull};

use crate::segment::layout::{NESTED, NodeRecord, OUTSIDE};

/// A calling context: a node, with [`NESTED`] in its address where the call is recursive; or
/// [`OUTSIDE`] of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::gate::hot) struct Context(*const NodeRecord);

impl Context {
    pub(super) const OUTSIDE: Self = Self(ptr::without_provenance(OUTSIDE as usize));

    /// Makes the context of a call that is recorded in `node`.
    #[inline(always)]
    pub(in crate::gate::hot) fn of(node: &'static NodeRecord, is_nested: bool) -> Self {
        let node = ptr::from_ref(node);
        Self(if is_nested { node.map_addr(|at| at | NESTED as usize) } else { node })
    }

    /// Returns the address of `node`.
    #[inline(always)]
    pub(super) fn address(node: &NodeRecord) -> u64 {
        ptr::from_ref(node).addr() as u64
    }

    /// Returns the number that stands in [`ShardRecord::current`].
    #[inline(always)]
    pub(in crate::gate::hot) fn number(self) -> u64 {
        self.0.addr() as u64
    }

    /// Returns the node, unless it is outside.
    #[inline(always)]
    pub(in crate::gate::hot) fn node(self) -> Option<&'static NodeRecord> {
        let node = self.0.map_addr(|at| at & !(NESTED as usize));
        // SAFETY: made by `of`, but for the one constant that is compared with.
        (self != Self::OUTSIDE).then(|| unsafe { &*node })
    }
}

/// Returns a node that a thread of this process holds.
#[inline(always)]
pub(in crate::gate::hot) fn node(at: NonNull<NodeRecord>) -> &'static NodeRecord {
    // SAFETY: every `NonNull<NodeRecord>` comes from `make_child` or `cost`: initialised before it
    // was handed out, aligned, never unmapped, and after that changed through atomics.
    unsafe { at.as_ref() }
}
