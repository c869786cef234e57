//! The stand-in for `copies` where segments are in memory alone: nobody can take that away.

use std::path::Path;

use super::Segment;
use super::fate::Fate;

/// The copies of a segment: there are none.
#[derive(Debug)]
pub(super) struct Copies;

impl Copies {
    /// Makes none.
    pub(super) fn beside(_path: &Path) -> Self {
        Self
    }

    /// Does nothing: no process forks.
    pub(super) fn let_go(&self) {
        let Self = self;
    }
}

impl Segment {
    /// Returns that it is there.
    pub(crate) fn fate(&self) -> Fate {
        let Self { .. } = self;
        Fate::Kept
    }

    /// Returns the path of the file that is written when the program ends, if it has a folder.
    pub(crate) fn path(&self) -> &Path {
        self.first_path()
    }

    /// Writes the file if the program ends, as far as it may.
    pub(crate) fn look_after(&self, is_last: bool) {
        if is_last {
            super::system::write_at_end(self.path(), || super::reading::whole(self));
        }
    }
}
