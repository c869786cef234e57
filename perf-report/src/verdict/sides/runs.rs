//! The runs of a comparison, and what the machine did meanwhile.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::model::{Change, Extent, Probe, RunDocument, Steadiness, Usage};
use crate::stats::number::{float, share_pct};
use crate::stats::robust;

/// The runs of a comparison. A run is one sample: however many calls it holds, they say nothing of
/// how much the next run differs.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    /// Runs of the code that is compared with, at least one, oldest first.
    pub baseline: &'a [RunDocument],
    /// Runs of the code that is judged, at least one, oldest first.
    pub current: &'a [RunDocument],
    /// Other runs that may be compared with these by time, oldest first: what they differ by is
    /// noise, but for the steps in them.
    pub history: &'a [RunDocument],
    /// Whether the runs of the two sides were made in turn, so that the first of one side belongs to
    /// the first of the other.
    pub paired: bool,
}

impl<'a> Sides<'a> {
    /// Returns the history: what is older than the baseline, and knows its level and the noise; and what is
    /// newer than a run of it, and knows the noise only.
    pub(crate) fn past(&self) -> [&'a [RunDocument]; 2] {
        // RFC 3339 in UTC sorts as text.
        let oldest = self.baseline.iter().map(|run| &run.run.time).min();
        let is_before = |run: &RunDocument| oldest.is_some_and(|oldest| run.run.time < *oldest);
        let (before, since) = self.history.split_at(self.history.partition_point(is_before));
        [before, since]
    }

    /// Returns the processes whose usage is compared. Runs of the history that do not know it say
    /// nothing of it.
    pub(crate) fn extent(&self) -> Extent {
        Extent::of(self.baseline.iter().chain(self.current))
    }

    /// Returns how much busier the machine was while the runs that are judged were made: by what threads
    /// waited for a processor, by what the probe lost to other programs, and by how steady it was, in the
    /// middle one of the runs of each side. What two middle runs differ by while the runs of the sides lie
    /// among each other is chance.
    pub(crate) fn busier(&self) -> Busier {
        /// The shares, of the time of threads and of that of the probe, from which it is busier, and much busier, in
        /// per cent.
        const WAITED_PCT: [f64; 2] = [0.25, 1.0];
        const LOST_PCT: [f64; 2] = [1.5, 10.0];
        let waited = more(&self.each(|run| Some(run.preempted_pct())));
        let lost = more(&self.each(|run| Some(run.run.machine.probe?.lost_pct)));
        let is_unsteady = |probe: Probe| probe.steadiness() != Steadiness::Steady;
        let unsteady =
            self.each(|run| Some(if is_unsteady(run.run.machine.probe?) { 1.0 } else { 0.0 }));
        let is_less_steady = more(&unsteady) > 0.5;
        if waited >= WAITED_PCT[1] || lost >= LOST_PCT[1] || is_less_steady {
            Busier::Much
        } else if waited >= WAITED_PCT[0] || lost >= LOST_PCT[0] {
            Busier::Somewhat
        } else {
            Busier::No
        }
    }

    /// Returns a value of each run of the two sides that knows it.
    fn each(&self, of: impl Fn(&RunDocument) -> Option<f64>) -> [Vec<f64>; 2] {
        [self.baseline, self.current].map(|runs| runs.iter().filter_map(&of).collect())
    }

    /// Returns what the middle run of each side used, where it is known.
    pub(crate) fn used(&self, of: fn(&Usage) -> Option<u64>) -> [Option<f64>; 2] {
        let extent = self.extent();
        [self.baseline, self.current].map(|runs| {
            let values = runs.iter().filter_map(|run| of(&run.process.usage(extent)));
            robust::median(&values.map(float).collect::<Vec<_>>())
        })
    }

    /// Returns for how much of their time in tracked functions threads waited for a processor, in per cent: in
    /// the middle one of the runs of each side.
    pub(crate) fn waited_pct(&self) -> [f64; 2] {
        [self.baseline, self.current].map(|runs| {
            let waited: Vec<f64> = runs.iter().map(RunDocument::preempted_pct).collect();
            robust::median(&waited).unwrap_or(0.0)
        })
    }

    /// Fills in the share of a run's self time that each function has at most.
    pub(crate) fn fill_shares(self, rows: &mut [Change]) {
        let mut shares: HashMap<&str, f64> = HashMap::new();
        for run in self.baseline.iter().chain(self.current) {
            let all = run.own_ns();
            for function in run.functions.iter().filter(|it| it.kind.is_function()) {
                let share = shares.entry(&function.name).or_default();
                *share = share.max(share_pct(function.self_ns, all));
            }
        }
        for row in rows.iter_mut().filter(|row| !row.metric.is_custom()) {
            row.share_pct = shares.get(row.name.as_str()).copied();
        }
    }
}

/// Returns how much more the middle value of the second side is, where the sides are apart; 0 where a value of
/// the second side is the larger one less often than in three pairs of four, which is chance, or of runs that
/// were made beside each other.
fn more([olds, news]: &[Vec<f64>; 2]) -> f64 {
    /// The part of the pairs in which the second value is the larger one, and equal ones count half: the
    /// measure of stochastic superiority A of Vargha and Delaney (2000), by whom 0.71 is a large effect.
    const APART: f64 = 0.75;
    let middle = |values: &[f64]| robust::median(values).unwrap_or(0.0);
    let is_larger = |old: f64, new: f64| match new.total_cmp(&old) {
        Ordering::Greater => 1.0,
        Ordering::Equal => 0.5,
        Ordering::Less => 0.0,
    };
    let pairs = float((olds.len() * news.len()) as u64);
    let larger: f64 =
        news.iter().map(|new| olds.iter().map(|old| is_larger(*old, *new)).sum::<f64>()).sum();
    if larger < APART * pairs { 0.0 } else { middle(news) - middle(olds) }
}

/// The degree to which a machine was busier while the runs that are judged were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Busier {
    /// Not busier, as far as is known.
    No,
    /// Enough to show in the slowest calls, and in means that these make.
    Somewhat,
    /// Enough to show everywhere.
    Much,
}

/// Returns how many of the runs a machine made that was less than steady, and its worst complaint in words.
pub fn unsteady(runs: &[RunDocument]) -> Option<(usize, String)> {
    let probes = runs.iter().filter_map(|run| run.run.machine.probe);
    let complaints: Vec<_> =
        probes.filter_map(|probe| Some((probe.steadiness(), probe.complaint()?))).collect();
    let worst = complaints.iter().max_by_key(|(steadiness, _)| *steadiness)?;
    let most = if complaints.len() > 1 { "unsteady, at worst " } else { "" };
    Some((complaints.len(), format!("the machine was {most}{}", worst.1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    /// Returns how much busier the machine was where the probes of the runs of the two sides lost
    /// these shares, in per cent.
    fn busier<const N: usize, const M: usize>(olds: [f64; N], news: [f64; M]) -> Busier {
        let run = |lost_pct: f64| {
            let mut run = samples::empty();
            run.run.machine.probe = Some(Probe { lost_pct, ..Probe::default() });
            run
        };
        let (olds, news) = (olds.map(run), news.map(run));
        Sides { baseline: &olds, current: &news, history: &[], paired: false }.busier()
    }

    #[test]
    fn a_machine_is_busier_by_what_the_middle_probe_lost() {
        assert_eq!(busier([2.0, 3.0, 2.5], [3.0]), Busier::No);
        assert_eq!(busier([2.0, 3.0, 2.5], [5.0]), Busier::Somewhat);
        assert_eq!(busier([2.0, 45.0, 2.5], [45.0]), Busier::Much, "one odd run hides nothing");
        assert_eq!(busier([45.0, 46.0, 45.0], [46.0]), Busier::No);
        assert_eq!(busier([45.0, 46.0, 45.0], [2.0]), Busier::No);
    }

    #[test]
    fn runs_that_lie_among_each_other_were_made_on_an_equally_busy_machine() {
        let (olds, news) = ([30.0, 55.0, 41.0, 44.0, 60.0], [33.0, 57.0, 39.0, 61.0, 59.0]);
        assert_eq!(busier(olds, news), Busier::No, "a middle one is 57, and the other 44");
        assert_eq!(busier(olds, news.map(|lost| lost + 15.0)), Busier::Much);
        assert_eq!(busier([30.0, 55.0, 41.0, 44.0], [55.5]), Busier::Much, "more than all of them");
        assert_eq!(busier([30.0, 55.0, 41.0, 44.0], [43.0]), Busier::No);
    }

    #[test]
    fn unsteady_runs_are_counted_and_the_worst_is_named() {
        let mut runs = [samples::empty(), samples::empty(), samples::empty()];
        assert_eq!(unsteady(&runs), None);
        runs[1].run.machine.probe = Some(Probe { lost_pct: 15.0, ..Probe::default() });
        runs[2].run.machine.probe = Some(Probe { lost_pct: 50.0, ..Probe::default() });
        insta::assert_debug_snapshot!([unsteady(&runs[..2]), unsteady(&runs)], @r#"
        [
            Some(
                (
                    1,
                    "the machine was uneasy: other programs took 15 % of a processor",
                ),
            ),
            Some(
                (
                    2,
                    "the machine was unsteady, at worst noisy: other programs took 50 % of a processor",
                ),
            ),
        ]
        "#);
    }
}
