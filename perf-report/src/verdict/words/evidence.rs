//! The clauses of what speaks against a change: floors, noise, a few calls, the recorder, the machine.

use super::Words;
use super::clause::{Clause, Joint, Place};
use crate::model::{Because, Unconfirmed};
use crate::text::units;

/// A change in per cent beyond which its size says nothing more: twenty times.
const SENSIBLE_PCT: f64 = 1900.0;

impl Words {
    /// Returns the clause of a ground of evidence.
    pub(super) fn evidence(self, ground: &Because, place: Place<'_>) -> Clause {
        of_floors(ground, place)
            .or_else(|| self.of_noise(ground))
            .or_else(|| of_few_calls(ground))
            .or_else(|| of_machine(ground))
            .or_else(|| of_doubt(ground, place.before))
    }

    /// Returns the clause of a change that may be noise.
    fn of_noise(self, ground: &Because) -> Clause {
        let text = match ground {
            Because::TooCoarse { detectable_pct, noise_pct } => {
                return Some((Joint::But, self.too_coarse(*detectable_pct, *noise_pct)));
            }
            Because::PerhapsNoise => "perhaps slower, but it may be noise".to_owned(),
            Because::WithinNoise { detectable_pct } => {
                let seen = units::coarse_percent(*detectable_pct);
                format!("within the noise; a change of {seen} would have been seen")
            }
            Because::OfNothing => {
                let text = "a time of nothing says how little was measured, and no more";
                return Some((Joint::But, text.to_owned()));
            }
            _ => return None,
        };
        Some((Joint::Comma, text))
    }

    fn too_coarse(self, detectable_pct: Option<f64>, noise_pct: Option<f64>) -> String {
        let only = match detectable_pct.filter(|pct| *pct <= SENSIBLE_PCT) {
            None => "no change of a sensible size could be told from noise".to_owned(),
            Some(pct) => {
                let pct = units::coarse_percent(pct);
                format!("only a change of {pct} could be told from noise")
            }
        };
        match (noise_pct, self.runs) {
            (Some(noise_pct), _) => {
                format!("runs differ by {}, so that {only}", units::coarse_change(noise_pct))
            }
            (None, [1, 1]) => format!("with one run of each side {only}"),
            (None, [old, new]) => {
                format!("with {} against {new}, {only}", units::plural(old, "run"))
            }
        }
    }
}

fn of_floors(ground: &Because, place: Place<'_>) -> Clause {
    let less = |than: String| format!("a change of less than {than}");
    let text = match ground {
        Because::BelowRunFloor { floor_ns } if place.metric.is_of_function() => {
            less(format!("{} over the run", units::duration(*floor_ns)))
        }
        Because::BelowCallFloor { floor_ns } | Because::BelowRunFloor { floor_ns } => {
            less(units::duration(*floor_ns))
        }
        Because::BelowSizeFloor { floor_bytes } => less(units::bytes(*floor_bytes)),
        Because::BelowResolution { open_ns } => {
            let open = units::duration(*open_ns);
            less(format!("the clock and the recorder leave open, {open}"))
        }
        Because::Small { share_pct } => {
            let text = format!("less than {} of either run", units::percent(*share_pct));
            let is_answer = matches!(place.before.last(), Some(Because::FewCalls { .. }));
            return Some((if is_answer { Joint::But } else { Joint::Comma }, text));
        }
        _ => return None,
    };
    Some((Joint::Comma, text))
}

/// Returns the clause of a change that a few calls may have made.
fn of_few_calls(ground: &Because) -> Clause {
    let text = match ground {
        Because::MedianUnmoved => "the median does not confirm it".to_owned(),
        Because::DecidedByFew { calls_pct } => {
            format!("{} of the calls decide it", units::percent(*calls_pct))
        }
        Because::TailOfFewRuns => {
            "what most calls take did not change, and the runs are few".to_owned()
        }
        Because::TailsMovedTogether { moved, of } => format!(
            "the slowest calls of {moved} of {of} functions moved together, and what most calls take did not"
        ),
        _ => return None,
    };
    Some((Joint::But, text))
}

/// Returns the clause of a change that other programs may have made.
fn of_machine(ground: &Because) -> Clause {
    let (why, unconfirmed) = match ground {
        Because::Busier { unconfirmed } => ("the machine was busier".to_owned(), unconfirmed),
        Because::Waited { waited_pct, unconfirmed } => {
            let share = units::percent(*waited_pct);
            let waited = format!("threads waited {share} of their time for a processor");
            (format!("the machine was busy: {waited}"), unconfirmed)
        }
        Because::TimeSlices { unconfirmed } => {
            ("a few time slices of other programs are as much".to_owned(), unconfirmed)
        }
        Because::Unsteady { how, unconfirmed } => (how.clone(), unconfirmed),
        _ => return None,
    };
    let and = match unconfirmed {
        Unconfirmed::MostCalls => "what most calls take did not change",
        Unconfirmed::CpuTime => "the processor time does not confirm it",
        Unconfirmed::CpuTimeOfAUnit => "the processor time of a unit of work does not confirm it",
        Unconfirmed::CpuTimeOfABusyMachine => "a busier machine makes processor time more as well",
    };
    Some((Joint::But, format!("{why}, and {and}")))
}

/// Returns the clause of a part of a change that is in doubt.
fn of_doubt(ground: &Because, before: &[Because]) -> Clause {
    let text = |ground: &Because| {
        Some(match ground {
            Because::Recorder { pct } => {
                format!("about {} of it is the recorder's own", units::change(*pct))
            }
            Because::Sampling { off_pct } => {
                format!("what is sampled may be off by {}", units::rough_percent(*off_pct))
            }
            Because::Recording { off_pct } => {
                format!("what recording takes may be off by {}", units::rough_percent(*off_pct))
            }
            Because::BusyMachine { pct } => {
                format!("the machine was busier, which may make {}", units::percent(*pct))
            }
            _ => return None,
        })
    };
    let is_first = before.last().and_then(text).is_none();
    Some((if is_first { Joint::But } else { Joint::And }, text(ground)?))
}
