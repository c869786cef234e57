//! A place that updates a metric: its name and kind, and the index it is recorded under.
//!
//! One static for each use of a macro with a literal name, one leaked value for each name made at
//! run time. Several places may update one metric; readers add them up by name and kind.

use crate::list::Index;
use crate::snapshot::MetricKind;
use crate::writing::MetricText;

/// A place that updates a metric.
#[derive(Debug)]
pub struct MetricSite {
    name: &'static str,
    kind: MetricKind,
    file: &'static str,
    line: u32,
    index: Index,
}

impl MetricSite {
    /// Makes a place that is not registered yet.
    pub const fn new(
        name: &'static str,
        kind: MetricKind,
        (file, line): (&'static str, u32),
    ) -> Self {
        Self { name, kind, file, line, index: Index::none() }
    }

    /// Returns its place in the list of metrics.
    pub(crate) fn list_index(&self) -> &Index {
        &self.index
    }

    /// Returns the index it is recorded under, or a number beyond every table while there is none.
    #[inline]
    pub(crate) fn slot(&self) -> u32 {
        self.index.slot()
    }

    /// Returns its text in the segment. Allocates nothing.
    pub(crate) fn text(&self) -> MetricText<'static> {
        MetricText { name: self.name, kind: self.kind, file: self.file, line: self.line }
    }
}
