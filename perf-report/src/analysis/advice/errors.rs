//! The rule about the time of failed calls.

use super::facts::{Facts, Found, LEAST_PCT, at_most};
use crate::model::{Failures, Function, RuleId};
use crate::stats::number::{float, share_pct};
use crate::text::{sanitize, units};

/// How many times as long as others failed calls take from which they matter.
const TIMES: f64 = 2.0;
/// The share of the tracked time from which failed calls matter, in per cent.
const SHARE_PCT: f64 = 5.0;
/// The fewest failed calls of which a mean says something.
const ENOUGH: u64 = 5;

/// Finds functions whose failed calls take much longer than others, or much of the time.
pub(super) fn errors_cost(facts: &Facts<'_>) -> Vec<Found> {
    let of = |function: &Function| {
        let failures = function.failures.as_deref().filter(|it| it.timed_calls >= ENOUGH)?;
        let (mean, total) = (failures.mean_ns?, failures.total_ns?);
        let share = share_pct(total, facts.own_ns).min(100.0);
        let is_long = failures.times_as_long().is_some_and(|times| times >= TIMES);
        (share >= LEAST_PCT && (is_long || share >= SHARE_PCT)).then(|| {
            let about = if failures.estimated { "about " } else { "" };
            let evidence = format!(
                "{} of {} failed{} and took {about}{} each, {} (limit {TIMES} ×); together {about}{}, {} of the \
                 tracked time (limit {SHARE_PCT} %)",
                units::count(function.errors),
                units::plural(function.calls, "call"),
                most_frequent(failures, function.errors),
                units::duration(mean),
                beside_others(failures),
                units::duration(float(total)),
                units::percent(share),
            );
            Found {
                saves: at_most(share, "the tracked time, and what is waited for retries"),
                ..Found::of_time(
                    RuleId::ErrorsCost,
                    function,
                    share,
                    evidence,
                    "see what fails first, and fail early: a timeout or a retry that is too long, or work that \
                     is done before an input is checked",
                )
            }
        })
    };
    facts.called.iter().copied().filter_map(of).collect()
}

/// Returns the kind that most of them are of, if kinds were counted.
fn most_frequent(failures: &Failures, errors: u64) -> String {
    let most = failures.named().next();
    most.map_or_else(String::new, |kind| {
        let share = units::percent(share_pct(kind.count, errors));
        format!(" ({share} {})", sanitize::screen(&kind.name))
    })
}

fn beside_others(failures: &Failures) -> String {
    match (failures.times_as_long(), failures.others_mean_ns) {
        (Some(times), Some(ns)) => {
            format!("{} × the {} of others", units::rough_number(times), units::duration(ns))
        }
        _ => "and no call succeeded".to_owned(),
    }
}
