//! The only names that generated code may use. Not for people: anything here may change in any
//! release, together with perf-macros, which is pinned to the same version.

pub use crate::outcome::Outcome;
pub use crate::site::{Declaration, Site};
pub use crate::snapshot::Budget;
pub use inventory;

/// What is submitted at link time, one for each site.
#[derive(Debug)]
pub struct Entry(pub &'static Site);

inventory::collect!(Entry);

/// A running call; records it when dropped.
#[must_use = "dropped at once, it measures nothing"]
#[derive(Debug)]
pub struct Span;

impl Drop for Span {
    fn drop(&mut self) {}
}

/// Begins a call of `site`.
#[inline(always)]
pub fn enter(site: &'static Site) -> Span {
    let _ = site;
    Span
}

/// Runs `body` as a call of `site` and classifies what it returns.
#[inline(always)]
pub fn observe<R: Outcome>(site: &'static Site, body: impl FnOnce() -> R) -> R {
    let span = enter(site);
    let returned = body();
    let _ = returned.is_error();
    drop(span);
    returned
}

/// The compiler's path of whatever type is passed; see [`Declaration::path`].
pub fn path_of<T: ?Sized>(_: &T) -> &'static str {
    std::any::type_name::<T>()
}
