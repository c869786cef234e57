//! THE HOT PATH: what happens at the entry and the exit of every tracked call.
//!
//! * [`span`]: entry and exit, inlined into the tracked function. Start reading here.
//! * [`clock`]: reads the time.
//! * [`tree`]: finds the calling context, on the rare entries where the cached one is not it.
//! * [`fold`]: every 32nd exit of a context, moves raw durations into its histogram.
//! * [`thread`]: what a thread owns; takes and returns a shard.
//! * [`process`]: starts recording at the first call, and begins anew after a fork.
//!
//! Entry and exit take no lock, allocate nothing, format nothing, return no error, and cannot
//! panic. All the thread's bookkeeping is private memory; what readers need is in the segment.

#![expect(
    clippy::inline_always,
    clippy::cast_possible_truncation,
    reason = "what is not inlined costs a call in every call, and indices are taken modulo 32"
)]

pub(crate) mod clock;
mod fold;
pub(crate) mod process;
pub(crate) mod span;
mod thread;
mod tree;
