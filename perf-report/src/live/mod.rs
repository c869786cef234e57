//! The view of running processes: the [`stacks`] of their threads, and the figures of all that they
//! record, as [`top`] shows them. Keeps no run.

pub(crate) mod stacks;
pub(crate) mod top;
