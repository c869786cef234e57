//! The view of running processes: their [`stacks`]. Keeps no run.

pub(crate) mod stacks;
