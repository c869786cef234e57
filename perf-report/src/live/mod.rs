//! What runs now: the [`stacks`] of a process. Keeps no run.

pub mod stacks;
