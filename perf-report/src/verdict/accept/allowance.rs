//! The change for the worse that is allowed before it is a regression.

use crate::model::{Change, Function, RunDocument};
use crate::verdict::limits::Limits;

/// Returns by how much per cent a row may be worse than what it is compared with.
pub(super) fn allowance_pct(row: &Change, limits: &Limits, current: &RunDocument) -> f64 {
    if row.metric.is_custom() {
        let own = limits.custom.get(&row.name);
        return own.and_then(|own| own.max_regression_pct).unwrap_or_default();
    }
    let is_it = |function: &&Function| function.name == row.name;
    let function = current.functions.iter().find(is_it).filter(|_| !row.metric.is_count());
    let own = function.and_then(|function| limits.allowances.max_regression(function));
    let general = || limits.metrics.get(&row.metric).and_then(|limits| limits.regression_pct);
    own.map_or_else(general, |own| own.value).unwrap_or_default()
}
