//! A command that is slower only for functions that may be slower.

use super::allowance::allowance_pct;
use crate::model::{Because, COMMAND, Comparison, Metric, RunDocument, Verdict, Waived, Waiver};
use crate::verdict::limits::Limits;

/// Makes a command that is slower only for functions that may be slower `degraded`, and waives it.
///
/// The growth of these functions is taken off processor time as it is. Off the time on the wall that is the most
/// that may be taken, since several threads may have run at once.
pub(super) fn lower(comparison: &mut Comparison, limits: &Limits, current: &RunDocument) {
    let waived = |name: &str| {
        let mut of_times = comparison.waived.iter().filter(|it| it.is_of_time());
        of_times.find(|it| it.name == name).map(|it| it.by)
    };
    let by = |name: &str| {
        waived(name).or_else(|| limits.allowances.is_off(name).then_some(Waived::Severity))
    };
    let slower = comparison.causes.iter().filter(|cause| cause.change_ns > 0.0);
    let excused: Vec<_> = slower.filter_map(|cause| Some((cause, by(&cause.name)?))).collect();
    let owed_ns: f64 = excused.iter().map(|(cause, _)| cause.change_ns).sum();
    let Some(by) = excused.iter().map(|(_, by)| *by).min() else { return };
    let functions: Vec<String> = excused.iter().map(|(cause, _)| cause.name.clone()).collect();
    for row in comparison.functions.iter_mut().filter(|row| row.name == COMMAND) {
        let is_time = matches!(row.metric, Metric::WallNs | Metric::CpuNs);
        let (Some(was), Some(is)) = (row.baseline, row.current) else { continue };
        let allowed = was * (1.0 + allowance_pct(row, limits, current) / 100.0);
        if is_time && row.verdict == Verdict::Regression && is - owed_ns <= allowed {
            row.verdict = Verdict::Degraded;
            row.because.push(Because::OwedTo { functions: functions.clone() });
            let (name, metric) = (row.name.clone(), Some(row.metric));
            comparison.waived.push(Waiver { name, metric, limit: None, by });
        }
    }
}
