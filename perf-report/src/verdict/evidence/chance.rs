//! Counts that differ from run to run: between two sides they differ as well, by chance. So a change of one
//! is held against what runs of the same side differ by, as a time is.

use super::noise::TELLING_DEGREES;
use crate::model::{Because, Change, Function, Metric, Verdict, count_of};
use crate::stats::moderated::{self, Prior};
use crate::stats::number::float;
use crate::verdict::sides::Pair;

/// The noise of counts that differ at all, on the log scale, where the runs are fewer.
const ASSUMED: Prior = Prior { sigma: 0.05, degrees: 4.0 };

/// Makes the verdict of a row a milder one where runs of one side differ by as much.
pub(crate) fn soften(row: &mut Change, may_be_chance: impl FnOnce() -> bool) {
    let instead = match row.verdict {
        Verdict::Degraded | Verdict::Regression => Verdict::Inconclusive,
        Verdict::Improved => Verdict::Stable,
        _ => return,
    };
    if may_be_chance() {
        row.verdict = instead;
        row.because.push(Because::MayBeChance);
    }
}

/// Returns whether a count of a function may differ by chance between the sides.
pub(crate) fn may_count_differ(pair: &Pair<'_>, metric: Metric) -> bool {
    let side = |runs: &[Option<&Function>]| -> Vec<f64> {
        let counts = runs.iter().flatten().filter_map(|function| count_of(function, metric));
        // One more, since of nothing there is no ratio.
        counts.map(|count| float(count) + 1.0).collect()
    };
    may_ratio_differ(&side(&pair.olds), &side(&pair.news), pair.limits.false_discoveries)
}

/// Returns whether values of either sign may differ by chance between the sides, where nothing less likely than
/// `level` does.
pub(crate) fn may_differ(olds: &[f64], news: &[f64], level: f64) -> bool {
    let largest = olds.iter().chain(news).fold(0.0_f64, |largest, value| largest.max(value.abs()));
    // What is compared are logarithms.
    let scaled =
        |side: &[f64]| side.iter().map(|value| (value / largest).exp()).collect::<Vec<_>>();
    may_ratio_differ(&scaled(olds), &scaled(news), level)
}

/// Returns the same of values above zero, by their ratio.
fn may_ratio_differ(olds: &[f64], news: &[f64], level: f64) -> bool {
    let degrees = (olds.len() + news.len()).saturating_sub(2);
    let prior = (degrees < TELLING_DEGREES).then_some(ASSUMED);
    moderated::two_samples(olds, news, prior).is_none_or(|it| it.p_value > level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Limits;

    fn is_chance(olds: &[u64], news: &[u64]) -> bool {
        let limits = Limits::default();
        let [olds, news] = [olds, news].map(|counts| {
            let function = |calls: &u64| Function { calls: *calls, ..Function::default() };
            counts.iter().map(function).collect::<Vec<_>>()
        });
        let mut pair = Pair::single(&olds[0], &news[0], &limits);
        (pair.olds, pair.news) = (olds.iter().map(Some).collect(), news.iter().map(Some).collect());
        may_count_differ(&pair, Metric::Calls)
    }

    #[test]
    fn what_runs_differ_by_is_no_change() {
        let five = [33_000, 31_100, 35_400, 29_600, 35_600];
        assert!(is_chance(&five, &[37_900]));
        assert!(is_chance(&five, &[27_900]));
        assert!(!is_chance(&five, &[70_000]));
        assert!(is_chance(&[100, 110], &[112, 120]));
        assert!(!is_chance(&[100, 101], &[200]), "a few runs are enough for a large one");
        assert!(!is_chance(&[100, 100, 100, 100, 101], &[110]), "those that hardly differ say so");
        assert!(is_chance(&[0, 1, 0, 0, 2], &[3]));
        assert!(!is_chance(&[0, 1, 0, 0, 2], &[400]));
    }
}
