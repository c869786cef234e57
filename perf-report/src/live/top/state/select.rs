//! The selected row: known by its key, so that it stays the same one when rows change places.

use super::rows::Row;

/// A selected row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Selection {
    key: Option<String>,
    /// Its place when it was there last: whatever is there now takes its place when it is gone.
    place: usize,
}

impl Selection {
    /// Returns a selection of the row at `place`.
    pub(super) fn of(rows: &[Row], place: usize) -> Self {
        let place = place.min(rows.len().saturating_sub(1));
        Self { key: rows.get(place).map(|row| row.key.clone()), place }
    }

    /// Returns its place among `rows`; `None` where there are none.
    pub(super) fn place(&self, rows: &[Row]) -> Option<usize> {
        let found = self.key.as_ref().and_then(|key| rows.iter().position(|row| row.key == *key));
        found.or_else(|| rows.len().checked_sub(1).map(|last| self.place.min(last)))
    }
}
