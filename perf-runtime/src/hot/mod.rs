//! THE HOT PATH: the entry and the exit of every tracked call.
//!
//! * [`span`]: entry and exit, inlined into the tracked function. Start reading here.
//! * [`apart`]: the way from there to the code out of line.
//! * [`call`]: a call that is recorded in its context.
//! * [`future`]: a future whose polls are spans, and the calls that they make up.
//! * [`failure`]: the end of a call that failed: its time, and its kind.
//! * [`clock`]: reads the time.
//! * [`tree`]: finds the calling context, on the rare entries where the cached one is not it.
//! * [`add`]: adds to a counter of one thread.
//! * [`fold`]: every 32nd exit of a context, moves raw durations into its histogram.
//! * [`alloc`]: counts allocations, and frees, for their context.
//! * [`metric`]: counts, gauges and ratios of the program's own.
//! * [`sampling`]: decides what is recorded, where timing all calls would cost too much.
//! * [`cost`]: measures the cost of recording a call.
//! * [`books`]: the recorder's knowledge of itself, for questions while it runs.
//! * [`thread`]: the bookkeeping of a thread; takes and returns a shard.
//! * [`process`]: starts recording at the first call, and begins anew after a fork.
//! * [`flights`]: the futures in flight, and the beginning of each.
//! * [`forked`]: notices forks that run no handlers.
//! * [`usage`]: the time and memory of the process since its program was loaded.
//!
//! Entry and exit take no lock, allocate nothing, format nothing, return no error, and cannot
//! panic. All the thread's bookkeeping is private memory; readers find everything in the segment.

#![expect(
    clippy::inline_always,
    clippy::cast_possible_truncation,
    reason = "what is not inlined costs a call in every call, and indices are taken modulo 32"
)]

mod add;
pub(crate) mod alloc;
mod apart;
pub(crate) mod books;
mod call;
pub(crate) mod clock;
pub(crate) mod cost;
mod failure;
mod flights;
mod fold;
mod forked;
pub(crate) mod future;
pub(crate) mod metric;
mod preemption;
pub(crate) mod process;
mod sampling;
pub(crate) mod span;
mod thread;
mod tree;
mod usage;
