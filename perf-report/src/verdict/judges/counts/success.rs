//! The success rate of a function whose errors are counted. That there are more errors is for the row of
//! errors to judge; this one says what they come to.

use crate::model::{Because, Change, Function, Metric, Verdict};
use crate::stats::number::{change_pct, ends, nearest_ends};
use crate::verdict::evidence::chance;
use crate::verdict::limits::MetricLimits;
use crate::verdict::sides::Pair;

/// Returns the row of the success rate, where any run knows one.
pub(super) fn judge(pair: &Pair<'_>, limits: MetricLimits) -> Option<Change> {
    let rates = |runs: &[Option<&Function>]| -> Vec<f64> {
        runs.iter().flatten().filter_map(|function| function.success_rate()).collect()
    };
    let sides = [rates(&pair.olds), rates(&pair.news)];
    let (baseline, current) = (ends(sides[0].iter().copied())?, ends(sides[1].iter().copied())?);
    let differs = baseline.0 < baseline.1 || current.0 < current.1;
    let common = baseline.0.max(current.0);
    let (old, new) = nearest_ends(baseline, current).unwrap_or((common, common));
    let lost = (old - new) * 100.0;
    let verdict = if old.to_bits() == new.to_bits() {
        Verdict::Stable
    } else if limits.regression_pct.is_some_and(|limit| lost > limit) {
        Verdict::Regression
    } else if lost > 0.0 {
        Verdict::Degraded
    } else {
        Verdict::Improved
    };
    let ground = match verdict {
        Verdict::Stable if differs => Because::RunsOverlap { baseline, current },
        Verdict::Stable => Because::Same,
        _ => limits.ground(verdict, None),
    };
    let mut row = Change {
        change_pct: change_pct(old, new),
        verdict,
        because: vec![ground],
        ..Change::exact(&pair.new.name, Metric::Success, [Some(old), Some(new)])
    };
    let level = pair.limits.false_discoveries;
    chance::soften(&mut row, || differs && chance::may_differ(&sides[0], &sides[1], level));
    Some(row)
}
