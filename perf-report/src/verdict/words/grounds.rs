//! The clause of each ground that follows the values.

use super::Words;
use super::clause::{Clause, Joint, Place};
use super::values::exact;
use crate::model::{Because, Metric, Origin};
use crate::stats::number::float;
use crate::text::{sanitize, units};

impl Words {
    /// Returns the clause of a ground; `None` of one that the values show.
    pub(super) fn clause(self, ground: &Because, place: Place<'_>) -> Clause {
        of_limits(ground, place)
            .or_else(|| of_counts(ground, place.metric))
            .or_else(|| of_work(ground))
            .or_else(|| self.evidence(ground, place))
            .or_else(|| self.of_run(ground, place))
            .or_else(|| super::people::clause(ground, place.metric))
    }

    /// Returns the clause of what is wrong with a run.
    fn of_run(self, ground: &Because, place: Place<'_>) -> Clause {
        match ground {
            Because::NotWhole { side, missing } => {
                let text = format!("{} is not whole: {}", self.side(*side), missing.join(", "));
                Some((Joint::But, text))
            }
            Because::PartMissing { side, missing } => {
                Some((Joint::But, format!("{missing} in {}", self.side(*side))))
            }
            Because::OtherMachine => {
                Some((Joint::Comma, "as advice: the runs are of different machines".to_owned()))
            }
            Because::OtherCounting => {
                let text = "as advice: allocations were counted in one of the runs only";
                Some((Joint::Comma, text.to_owned()))
            }
            _ => {
                let text = self.unmeasured(ground, place.metric, place.after.first())?;
                Some((Joint::But, text))
            }
        }
    }
}

/// Returns how a value lies to its limits.
fn of_limits(ground: &Because, place: Place<'_>) -> Clause {
    let text = if place.metric.is_custom() {
        of_custom_limits(ground)?
    } else if is_silent(ground, place) {
        return None;
    } else {
        of_own_limits(ground)?
    };
    Some((Joint::Comma, text))
}

/// Returns whether the values of a count say enough: any more of it is a finding, so that the limit explains
/// nothing.
fn is_silent(ground: &Because, place: Place<'_>) -> bool {
    let by_work = matches!(place.before.last(), Some(Because::ByUnitOfWork { .. }));
    let explains = match ground {
        Because::OverLimit { limit_pct, .. } => {
            *limit_pct != 0.0 || place.metric == Metric::Success
        }
        _ => false,
    };
    place.metric.is_count() && !by_work && !explains
}

fn of_own_limits(ground: &Because) -> Option<String> {
    let from =
        |origin: &Option<Origin>| origin.map_or_else(String::new, |origin| format!(" {origin}"));
    Some(match ground {
        Because::OverLimit { limit_pct, origin } => {
            format!("over the limit of {}{}", units::percent(*limit_pct), from(origin))
        }
        Because::OverLowerLimit { lower_pct, limit_pct: Some(limit_pct), origin } => {
            let [lower, limit] = [*lower_pct, *limit_pct].map(units::percent);
            format!("over {lower} but within the limit of {limit}{}", from(origin))
        }
        Because::OverLowerLimit { lower_pct, limit_pct: None, origin } => {
            format!("over {}{}", units::percent(*lower_pct), from(origin))
        }
        Because::BetterThanLimit { limit_pct } => {
            format!("better by more than {}", units::percent(*limit_pct))
        }
        Because::WithinLimit { limit_pct: Some(limit_pct) } => {
            format!("within {}", units::percent(*limit_pct))
        }
        Because::WithinLimit { limit_pct: None } => "not limited".to_owned(),
        _ => return None,
    })
}

/// Returns the same of what programs record of themselves, where not all that is more is worse.
fn of_custom_limits(ground: &Because) -> Option<String> {
    Some(match ground {
        Because::OverLimit { limit_pct, .. } => {
            format!("worse by more than {}", units::percent(*limit_pct))
        }
        Because::OverLowerLimit { limit_pct: Some(limit_pct), .. } => {
            format!("worse but within the limit of {}", units::percent(*limit_pct))
        }
        Because::OverLowerLimit { limit_pct: None, .. } => "worse".to_owned(),
        Because::BetterThanLimit { .. } => "better".to_owned(),
        Because::CountOfIterations => "as the harness chose how often it ran".to_owned(),
        Because::WithinLimit { limit_pct: Some(limit_pct) } => {
            format!("within {}", units::percent(*limit_pct))
        }
        _ => return None,
    })
}

/// Returns the clause of a ground of counts.
fn of_counts(ground: &Because, metric: Metric) -> Clause {
    let in_some =
        |most: &str| (Joint::Colon, format!("more in {most} runs, and no more in others"));
    Some(match ground {
        Because::MoreInMostRuns => in_some("most"),
        Because::MoreInSomeRuns => in_some("some"),
        Because::NearestRuns { baseline, current } => {
            let [old, new] = [baseline, current].map(|ends| range(metric, *ends));
            (Joint::Comma, format!("between the nearest runs ({old} before, {new} now)"))
        }
        Because::MayBeChance => {
            (Joint::Comma, "which may be chance, since they differ from run to run".to_owned())
        }
        Because::WithCalls { baseline, current } => {
            let calls = exact(Metric::Calls, [*baseline, *current].map(float));
            (Joint::Comma, format!("with {calls}"))
        }
        Because::NewErrorKinds { kinds, in_every_run } => {
            let names: Vec<String> =
                kinds.iter().map(|kind| sanitize::screen(kind).into_owned()).collect();
            let kind = if kinds.len() == 1 { "of a new kind" } else { "of new kinds" };
            let in_some = if *in_every_run { "" } else { " in some runs" };
            (Joint::Comma, format!("{kind}{in_some}: {}", names.join(", ")))
        }
        Because::SampledPanics => {
            (Joint::But, "panics of sampled calls are not counted where they happen".to_owned())
        }
        _ => return None,
    })
}

/// Returns the clause of a ground of what the runs had to do.
fn of_work(ground: &Because) -> Clause {
    let where_it_changed = |pct: f64| format!("where the work changed by {}", units::change(pct));
    let text = match ground {
        Because::WithWork { work_pct } => where_it_changed(*work_pct),
        Because::ByUnitOfWork { work_pct, change_pct } => {
            let by_unit = units::change(change_pct.unwrap_or(f64::INFINITY));
            format!("{}: {by_unit} by unit of work", where_it_changed(*work_pct))
        }
        Because::OfOtherWork { unit, baseline, current } => {
            let [old, new] = [*baseline, *current].map(units::number);
            format!("for as much work: an iteration is of {new} {unit} now, and was of {old}")
        }
        Because::WorkVaries => "as all counts did, of work that differs from run to run".to_owned(),
        _ => return None,
    };
    Some((Joint::Comma, text))
}

/// Returns `100 to 110`, or the number where both ends read the same.
pub(super) fn range(metric: Metric, (least, most): (f64, f64)) -> String {
    let [least, most] = [least, most].map(|value| metric.number(value));
    if least == most { most } else { format!("{least} to {most}") }
}
