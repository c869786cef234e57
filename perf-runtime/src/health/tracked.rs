//! Which functions carry the attribute, and how often each was called.

use std::fmt;

use crate::recorder::{self, Declared};
use crate::snapshot::Function;

/// A function that carries the attribute, and how often it was called.
#[derive(Clone, Copy)]
pub struct TrackedFunction {
    declared: Declared,
    /// Finished calls so far, over all threads; since the last [`reset()`](crate::reset()), if
    /// there was one.
    pub calls: u64,
}

impl TrackedFunction {
    /// Its identity: `crate::module::Type::function`, or the label given in the attribute.
    pub fn name(&self) -> &'static str {
        recorder::name(self.declared)
    }

    /// How and where it was declared, as plain data.
    pub fn describe(&self) -> Function {
        recorder::describe(self.declared)
    }
}

impl fmt::Debug for TrackedFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { calls, .. } = self;
        f.debug_struct("TrackedFunction").field("name", &self.name()).field("calls", calls).finish()
    }
}

/// Every function of this program that carries the attribute, called or not, in the order in which
/// they became known: one for each declaration.
///
/// Takes some ten nanoseconds for each function and each context that it was called from, and asks
/// neither the file nor any lock that recording takes.
///
/// ```
/// let never_called = perf_runtime::registry().into_iter().filter(|tracked| tracked.calls == 0);
/// println!("{} functions were never called", never_called.count());
/// ```
pub fn registry() -> Vec<TrackedFunction> {
    let tracked = recorder::tracked().into_iter();
    tracked.map(|(declared, calls)| TrackedFunction { declared, calls }).collect()
}
