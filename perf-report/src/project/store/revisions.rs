//! The questions about a repository that names of runs may need. They are asked only where a name cannot be
//! understood without.

use std::fmt;

/// A repository that knows commits by name.
pub trait Revisions: fmt::Debug {
    /// Returns the full hash of the commit that `revision` names, also through an annotated tag.
    fn commit(&self, revision: &str) -> Option<String>;

    /// Returns the hashes of the commits before `commit`, the nearest first; the nearest of them where there
    /// are very many.
    fn ancestors(&self, commit: &str) -> Vec<String>;

    /// Explains why the repository says nothing, where it refuses to.
    fn refusal(&self) -> Option<String> {
        None
    }
}

/// No repository at all.
impl Revisions for () {
    fn commit(&self, _: &str) -> Option<String> {
        None
    }

    fn ancestors(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}
