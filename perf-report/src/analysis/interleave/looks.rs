//! The looks at the evidence, and the decision to go on after each.
//!
//! Whoever looks again and again until something shows will find something. So there are few looks,
//! after numbers of rounds that are fixed beforehand. Each gets a share of the error that all of
//! them together may make: see [`levels`].

use std::time::Duration;

use crate::model::{Comparison, Stopped, Verdict};
use crate::stats::sequential;

/// Fewest rounds after which it is worth to look.
const FEWEST: u32 = 4;

/// A look at the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Number of rounds after which it is taken.
    pub rounds: u32,
    /// Its number, from 1.
    pub number: u32,
    /// The most looks that there may be.
    pub of: u32,
    /// True once the planned rounds are made.
    pub planned: bool,
}

/// Returns the looks at `planned` rounds, where up to `most` may be made. They come after half of
/// the planned rounds, if that is worth it, after all of them, after twice the number and so on,
/// and at the end.
///
/// ```
/// use perf_report::analysis::interleave::looks;
/// let rounds = |planned, most| looks(planned, most).iter().map(|it| it.rounds).collect::<Vec<_>>();
/// assert_eq!(rounds(10, 30), [5, 10, 20, 30]);
/// assert_eq!(rounds(3, 3), [3]);
/// ```
pub fn looks(planned: u32, most: u32) -> Vec<Look> {
    let planned = planned.max(1);
    let most = most.max(planned);
    let mut rounds = Vec::new();
    if planned / 2 >= FEWEST {
        rounds.push(planned / 2);
    }
    let mut next = planned;
    while next < most {
        rounds.push(next);
        next = next.saturating_mul(2);
    }
    rounds.push(most);
    let of = u32::try_from(rounds.len()).unwrap_or(u32::MAX);
    let looks = (1..).zip(rounds);
    looks.map(|(number, rounds)| Look { rounds, number, of, planned: rounds >= planned }).collect()
}

/// Returns the error that each of `looks` may make, while all together make `alpha` at the most.
///
/// One half is for the looks up to the planned rounds, the other for any after them. Of each half,
/// early looks get little and the last one most: see [`sequential::levels`]. So the look after the
/// planned rounds decides nearly as well as if there were none before it, and so does the last one.
///
/// ```
/// use perf_report::analysis::interleave::{levels, looks};
/// let levels = levels(0.01, &looks(10, 30));
/// assert!(levels[0] < 0.0001 && levels[1] > 0.0049 && levels[3] > 0.0045);
/// ```
pub fn levels(alpha: f64, looks: &[Look]) -> Vec<f64> {
    let planned = looks.iter().take_while(|look| !look.planned).count() + 1;
    let (first, rest) = looks.split_at(planned.min(looks.len()));
    let part = if rest.is_empty() { alpha } else { alpha / 2.0 };
    let of = |looks: &[Look]| {
        let last = looks.last().map_or(1.0, |look| f64::from(look.rounds));
        let shares: Vec<f64> = looks.iter().map(|look| f64::from(look.rounds) / last).collect();
        sequential::levels(part, &shares)
    };
    [of(first), of(rest)].concat()
}

/// The decision after a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// More rounds, which may decide what is open.
    Continue,
    /// No more rounds.
    Stop(Stopped),
}

/// Returns whether `limit` leaves no time for one more round, after `rounds` that took `elapsed`.
///
/// ```
/// use std::time::Duration;
/// use perf_report::analysis::interleave::time_is_over;
/// let limit = Some(Duration::from_secs(60));
/// assert!(time_is_over(10, Duration::from_secs(57), limit));
/// assert!(!time_is_over(10, Duration::from_secs(50), limit));
/// assert!(!time_is_over(10, Duration::MAX, None));
/// ```
pub fn time_is_over(rounds: u32, elapsed: Duration, limit: Option<Duration>) -> bool {
    let one = elapsed.checked_div(rounds).unwrap_or_default();
    limit.is_some_and(|limit| elapsed.saturating_add(one) > limit)
}

/// Decides after `look`, which found `comparison`.
///
/// A row is open if it is inconclusive although every round measured it: then it has an interval,
/// which more rounds make narrower. A row without one, such as a function that is called too seldom
/// to be judged at all, stays as it is.
pub fn decide(look: Look, comparison: &Comparison, time_is_over: bool) -> Decision {
    let open = comparison
        .functions
        .iter()
        .any(|row| row.verdict == Verdict::Inconclusive && row.interval_pct.is_some());
    let worse = comparison.verdict == Verdict::Regression;
    // Before the planned rounds are made, nothing ends them but that something is known to be worse
    // and nothing else is open: whatever is found stable is so by fewer rounds than were asked for.
    // After them, what is worse is worse, whatever more rounds would find.
    let decided = if look.planned { worse || !open } else { worse && !open };
    if decided {
        Decision::Stop(Stopped::Decided)
    } else if look.number >= look.of {
        Decision::Stop(Stopped::Rounds)
    } else if time_is_over {
        Decision::Stop(Stopped::Time)
    } else {
        Decision::Continue
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Metric, samples};
    use crate::verdict::{Limits, Thresholds, compare};

    /// Returns a comparison in which `open` rows are inconclusive, with an interval or without.
    fn comparison(worst: Verdict, open: &[Option<(f64, f64)>]) -> Comparison {
        let run = samples::typical();
        let mut comparison =
            compare(&run, &run, &Limits::new([Metric::Calls], Thresholds::default()));
        let rows = comparison.functions.iter_mut().zip(open);
        for (row, interval) in rows {
            (row.verdict, row.interval_pct) = (Verdict::Inconclusive, *interval);
        }
        comparison.verdict = worst;
        comparison
    }

    fn decided(at: usize, found: &Comparison) -> Decision {
        decide(looks(10, 30)[at], found, false)
    }

    #[test]
    fn looks_are_few_and_end_at_the_last_round() {
        let rounds =
            |planned, most| looks(planned, most).iter().map(|look| look.rounds).collect::<Vec<_>>();
        assert_eq!(rounds(6, 6), [6], "three rounds say too little");
        assert_eq!(rounds(8, 8), [4, 8]);
        assert_eq!(rounds(10, 100), [5, 10, 20, 40, 80, 100]);
        assert_eq!(rounds(10, 3), [5, 10], "what was planned is made");
        assert_eq!(rounds(0, 0), [1]);
        let looks = looks(10, 20);
        assert_eq!(looks.iter().map(|look| look.number).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(looks.iter().all(|look| look.of == 3 && look.planned == (look.number > 1)));
    }

    /// Returns the share of `series` series of rounds that are found to differ up to each of the
    /// looks, each with a difference of `change` per cent.
    fn found(change: f64, levels: &[f64], series: u64) -> Vec<f64> {
        use crate::stats::{moderated, random::Stream};
        let looks = looks(10, 30);
        let mut counts = vec![0.0; looks.len()];
        for seed in 0..series {
            let mut stream = Stream::of(seed);
            let mut side = |level: f64| -> Vec<f64> {
                let noise = |_| level * (0.04 * stream.normal()).exp();
                (0..30).map(noise).collect()
            };
            let (a, b) = (side(100.0), side(100.0 + change));
            let p = |look: &Look| {
                let rounds = look.rounds as usize;
                moderated::pairs(&a[..rounds], &b[..rounds], None).unwrap().p_value
            };
            let at = looks.iter().zip(levels).position(|(look, level)| p(look) <= *level);
            counts.iter_mut().skip(at.unwrap_or(looks.len())).for_each(|count| *count += 1.0);
        }
        counts.into_iter().map(|count| count / crate::stats::number::float(series)).collect()
    }

    #[test]
    fn all_looks_together_err_no_more_than_one_and_find_more_than_by_equal_shares() {
        let levels = levels(0.05, &looks(10, 30));
        let equal = [0.0125; 4];
        let [alarms, before] = [&levels[..], &equal].map(|it| found(0.0, it, 10_000)[3]);
        // Beyond 0.05 by three standard errors of the share.
        assert!(alarms <= 0.0565, "{alarms}, and {before} by equal shares");
        let [power, before] = [&levels[..], &equal].map(|it| found(3.0, it, 2_000));
        let more = format!("{power:?}, and {before:?} by equal shares");
        assert!(power[1] > before[1] && power[3] > before[3], "{more}");
    }

    #[test]
    fn a_single_look_has_all_of_the_error() {
        assert!((levels(0.01, &looks(3, 3))[0] - 0.01).abs() < 1e-9);
        assert_eq!(levels(0.01, &[]), Vec::<f64>::new());
    }

    #[test]
    fn what_is_worse_ends_it_early_and_what_is_stable_does_not() {
        let stable = comparison(Verdict::Stable, &[]);
        let worse = comparison(Verdict::Regression, &[]);
        assert_eq!(decided(0, &stable), Decision::Continue);
        assert_eq!(decided(0, &worse), Decision::Stop(Stopped::Decided));
        assert_eq!(decided(1, &stable), Decision::Stop(Stopped::Decided));
    }

    #[test]
    fn what_more_rounds_can_decide_is_worth_them() {
        let open = comparison(Verdict::Inconclusive, &[Some((-1.0, 9.0)), None]);
        assert_eq!(decided(1, &open), Decision::Continue);
        assert_eq!(decided(3, &open), Decision::Stop(Stopped::Rounds));
        let hopeless = comparison(Verdict::Inconclusive, &[None, None]);
        assert_eq!(decided(1, &hopeless), Decision::Stop(Stopped::Decided));
        let worse = comparison(Verdict::Regression, &[Some((2.0, 30.0))]);
        assert_eq!(decided(0, &worse), Decision::Continue, "the rest is still open");
        assert_eq!(decided(1, &worse), Decision::Stop(Stopped::Decided));
    }

    #[test]
    fn the_time_limit_ends_it() {
        let open = comparison(Verdict::Inconclusive, &[Some((-1.0, 9.0))]);
        assert_eq!(decide(looks(10, 30)[1], &open, true), Decision::Stop(Stopped::Time));
        assert_eq!(decide(looks(10, 30)[3], &open, true), Decision::Stop(Stopped::Rounds));
    }
}
