//! Callers that are slower only for functions that may be slower.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Because, Comparison, Verdict, Waived, Waiver};
use crate::verdict::limits::Limits;
use crate::verdict::owed::blame;
use crate::verdict::sides::Sides;

/// Lets pass callers that are slower only since what they call may be: blessed, or a warning only.
pub(super) fn excuse(comparison: &mut Comparison, sides: Sides<'_>, limits: &Limits) {
    let waived = comparison.waived.iter().filter(|it| it.is_of_time());
    let mut by: BTreeMap<String, Waived> = waived.map(|it| (it.name.clone(), it.by)).collect();
    let accepted: BTreeSet<String> = by.keys().cloned().collect();
    if accepted.is_empty() {
        return;
    }
    let excused = blame::excused(&comparison.functions, sides, limits, &accepted);
    for row in comparison.functions.iter_mut().filter(|row| row.verdict == Verdict::Degraded) {
        let Some(callee) = excused.get(&row.name).filter(|_| blame::is_inclusive(row)) else {
            continue;
        };
        // The chain of those that wait ends at one that was accepted.
        let mut last = callee;
        while let Some(next) = excused.get(last) {
            last = next;
        }
        let by = *by.entry(last.clone()).or_insert(Waived::Blessing);
        let function = callee.clone();
        row.because.pop_if(|last| *last == Because::WaitsFor { function: function.clone() });
        row.because.push(Because::WaitsForAccepted { function });
        let (name, metric) = (row.name.clone(), Some(row.metric));
        comparison.waived.push(Waiver { name, metric, limit: None, by });
    }
}
