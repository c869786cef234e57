//! The distribution of one function as CSV.

use super::write;
use crate::model::FunctionDocument;

/// Returns a line a bucket of the histogram, the shortest durations first.
pub(crate) fn page(page: &FunctionDocument) -> String {
    let rows = page.function.histogram.iter();
    write(&["from_ns", "calls"], rows.map(|(ns, calls)| vec![ns.to_string(), calls.to_string()]))
}
