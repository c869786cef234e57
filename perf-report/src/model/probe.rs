//! The speed and steadiness of the machine around a run, and the word for it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::stats::number::float;
use crate::text::units;

/// The time of work that is always the same, done a few times before and after the command. It is
/// comparable only among runs that one build of perf-report has stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// Median of the times before the command, in nanoseconds.
    pub before_ns: u64,
    /// Median of the times after it, in nanoseconds; `null` when perf-report was ended before.
    pub after_ns: Option<u64>,
    /// The spread of these times before or after, whichever was larger: the range of the nine
    /// tenths nearest to the fastest, in per cent of the median.
    pub spread_pct: f64,
    /// The share of the elapsed time in which others ran instead, before or after, whichever was
    /// larger: 0 to 100 per cent. Where two want one processor, it is half.
    pub lost_pct: f64,
    /// The share of the processors' time that went to other virtual machines while the command ran,
    /// 0 to 100 per cent; `null` where the system does not count it.
    #[serde(default)]
    pub steal_pct: Option<f64>,
    /// Number of processes that ran or wanted to before the command, on average over a minute;
    /// `null` where the system does not count them.
    #[serde(default)]
    pub load: Option<f64>,
}

/// The steadiness of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Steadiness {
    /// The same time for the same work.
    Steady,
    /// Not quite the same time for the same work.
    Uneasy,
    /// Quite different times for the same work: somebody else works here, or the processor changes
    /// its speed.
    Noisy,
}

/// The limits of uneasy and noisy, in per cent. On a virtual machine with two processors, left
/// alone, 60 looks found a spread of 21 at most, a change from before to after of 10, and 11 lost
/// (4 in all but three). With both processors taken by another program, 24 to 72 were lost.
const SPREAD: (f64, f64) = (25.0, 60.0);
const CHANGE: (f64, f64) = (12.0, 25.0);
const LOST: (f64, f64) = (10.0, 20.0);
const STEAL: (f64, f64) = (1.0, 5.0);

impl Probe {
    /// Returns the change of the work's time from before the command to after it, in per cent.
    pub fn change_pct(&self) -> Option<f64> {
        let (before, after) = (float(self.before_ns), float(self.after_ns?));
        (before > 0.0).then(|| (after / before - 1.0) * 100.0)
    }

    /// Returns the steadiness of the machine: the worst of what was found.
    pub fn steadiness(&self) -> Steadiness {
        let level = |value: f64, (uneasy, noisy): (f64, f64)| match value {
            value if value > noisy => Steadiness::Noisy,
            value if value > uneasy => Steadiness::Uneasy,
            _ => Steadiness::Steady,
        };
        let change = self.change_pct().map_or(0.0, f64::abs);
        let steal = self.steal_pct.unwrap_or(0.0);
        level(self.spread_pct, SPREAD)
            .max(level(change, CHANGE))
            .max(level(self.lost_pct, LOST))
            .max(level(steal, STEAL))
    }

    /// Returns the steadiness and the figures behind it, in words: `noisy: …`. `None` for a steady
    /// machine.
    pub fn complaint(&self) -> Option<String> {
        let steadiness = self.steadiness();
        if steadiness == Steadiness::Steady {
            return None;
        }
        let mut found = Vec::new();
        if self.lost_pct > LOST.0 {
            let lost = units::percent(self.lost_pct.round());
            found.push(format!("other programs took {lost} of a processor"));
        }
        if self.spread_pct > SPREAD.0 {
            let spread = units::percent(self.spread_pct.round());
            found.push(format!("the time for the same work varied by {spread}"));
        }
        if let Some(change) = self.change_pct().filter(|change| change.abs() > CHANGE.0) {
            let how = if change > 0.0 { "slower" } else { "faster" };
            let change = units::percent(change.abs().round());
            found.push(format!("it was {change} {how} after the run than before"));
        }
        if let Some(steal) = self.steal_pct.filter(|steal| *steal > STEAL.0) {
            let steal = units::percent(steal);
            found.push(format!("{steal} of the processors' time went to other virtual machines"));
        }
        Some(format!("{steadiness}: {}", found.join(", ")))
    }
}

impl fmt::Display for Steadiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Steady => "steady",
            Self::Uneasy => "uneasy",
            Self::Noisy => "noisy",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_as_unsteady_as_the_worst_that_was_found() {
        let probe = |spread_pct, after_ns, steal_pct| Probe {
            before_ns: 1_000,
            after_ns,
            spread_pct,
            lost_pct: spread_pct / 2.0,
            steal_pct,
            load: None,
        };
        let words = |probe: Probe| probe.complaint().unwrap_or_else(|| "steady".to_owned());
        let words = [
            probe(3.0, Some(1_010), Some(0.0)),
            probe(3.0, None, None),
            probe(28.4, Some(990), None),
            probe(1.0, Some(1_300), Some(0.0)),
            probe(90.0, Some(900), Some(12.0)),
        ]
        .map(words);
        insta::assert_snapshot!(words.join("\n"), @r"
        steady
        steady
        uneasy: other programs took 14 % of a processor, the time for the same work varied by 28 %
        noisy: it was 30 % slower after the run than before
        noisy: other programs took 45 % of a processor, the time for the same work varied by 90 %, 12 % of the processors' time went to other virtual machines
        ");
    }
}
