//! The runs of a comparison, and its functions: each with what every run knows of it.
//!
//! Functions are matched by name; those that only one side knows go on to [`renames`].

pub(crate) mod comparable;
pub(crate) mod missing;
pub(crate) mod notes;
mod renames;
mod used;

use std::collections::{BTreeSet, HashMap};

use super::limits::Limits;
use crate::model::{Extent, Function, Probe, RunDocument, Steadiness, Usage};
use crate::stats::number::float;
use crate::stats::robust;

pub use used::Used;

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
    /// The history: what is older than the baseline, and knows its level and the noise; and what is
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
    /// middle one of the runs of each side.
    pub(crate) fn busier(&self) -> Busier {
        /// Of the time of threads, and of that of the probe, from which it is busier, and much so, in per cent.
        const WAITED_PCT: [f64; 2] = [0.25, 1.0];
        const LOST_PCT: [f64; 2] = [1.5, 10.0];
        let [old_waited, new_waited] = self.waited_pct();
        let [old_lost, new_lost] = self.probed(|probe| probe.lost_pct);
        let [old_unsteady, new_unsteady] =
            self.probed(|probe| if probe.steadiness() == Steadiness::Steady { 0.0 } else { 1.0 });
        let (waited, lost) = (new_waited - old_waited, new_lost - old_lost);
        let is_less_steady = new_unsteady > 0.5 && old_unsteady <= 0.5;
        if waited >= WAITED_PCT[1] || lost >= LOST_PCT[1] || is_less_steady {
            Busier::Much
        } else if waited >= WAITED_PCT[0] || lost >= LOST_PCT[0] {
            Busier::Somewhat
        } else {
            Busier::No
        }
    }

    /// What the middle one of the probes of each side says; nothing where there is none.
    fn probed(&self, of: fn(&Probe) -> f64) -> [f64; 2] {
        [self.baseline, self.current].map(|runs| {
            let values = runs.iter().filter_map(|run| run.run.machine.probe.as_ref().map(of));
            robust::median(&values.collect::<Vec<_>>()).unwrap_or(0.0)
        })
    }

    /// Returns what the middle run of each side used, where it is known.
    pub(crate) fn used(&self, of: fn(&Usage) -> Option<u64>) -> [Option<f64>; 2] {
        let extent = self.extent();
        [self.baseline, self.current].map(|runs| {
            let values = runs.iter().filter_map(|run| of(&run.process.usage(extent)));
            robust::median(&values.map(float).collect::<Vec<_>>())
        })
    }

    /// For how much of their time in tracked functions threads waited for a processor, in per cent: in
    /// the middle one of the runs of each side.
    pub(crate) fn waited_pct(&self) -> [f64; 2] {
        [self.baseline, self.current].map(|runs| {
            let waited: Vec<f64> = runs.iter().map(RunDocument::preempted_pct).collect();
            robust::median(&waited).unwrap_or(0.0)
        })
    }
}

/// How much busier a machine was while the runs that are judged were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Busier {
    /// As far as is known it was not.
    No,
    /// By as much as the slowest calls show, and means that these make.
    Somewhat,
    /// By as much as shows everywhere.
    Much,
}

/// What the middle one of the runs that know a function says of it.
pub(crate) fn middle(
    runs: &[Option<&Function>],
    of: impl Fn(&Function) -> Option<u64>,
) -> Option<f64> {
    let values = runs.iter().flatten().filter_map(|function| of(function)).map(float);
    robust::median(&values.collect::<Vec<_>>())
}

/// A function on both sides, and what it is judged by.
#[derive(Debug)]
pub(crate) struct Pair<'a> {
    /// The function in the newest run of the baseline that knows it.
    pub(crate) old: &'a Function,
    /// The function in the newest of the runs that are judged.
    pub(crate) new: &'a Function,
    /// The function in each run of the baseline.
    pub(crate) olds: Vec<Option<&'a Function>>,
    /// The function in each of the runs that are judged.
    pub(crate) news: Vec<Option<&'a Function>>,
    /// The function in the runs of the history that know it, as [`Sides::past`] has them.
    pub(crate) past: [Vec<&'a Function>; 2],
    /// Self time of all functions in each run of the two sides.
    pub(crate) run_ns: [Vec<u64>; 2],
    /// Processor time of the middle run of each side, nanoseconds, where it is known.
    pub(crate) cpu_ns: [Option<f64>; 2],
    /// How much busier the machine was while the runs that are judged were made.
    pub(crate) busier: Busier,
    /// For how much more of their time threads waited for a processor in the runs that are judged, in
    /// per cent.
    pub(crate) waited_pct: f64,
    /// The limits of the comparison.
    pub(crate) limits: &'a Limits,
}

#[cfg(test)]
impl<'a> Pair<'a> {
    /// Of one run against one, with nothing else known.
    pub(crate) fn single(old: &'a Function, new: &'a Function, limits: &'a Limits) -> Self {
        let run_ns = 10_000_000_000;
        let (olds, news) = (vec![Some(old)], vec![Some(new)]);
        let past = Default::default();
        Self {
            old,
            new,
            olds,
            news,
            past,
            run_ns: [vec![run_ns], vec![run_ns]],
            cpu_ns: [None; 2],
            busier: Busier::No,
            waited_pct: 0.0,
            limits,
        }
    }
}

impl<'a> Pair<'a> {
    /// A function that both sides know under this name.
    pub(crate) fn of(sides: Sides<'a>, name: &str, limits: &'a Limits) -> Option<Self> {
        let known = |runs: &'a [RunDocument]| -> Vec<Option<&'a Function>> {
            let of = |run: &'a RunDocument| run.functions.iter().find(|it| it.name == name);
            runs.iter().map(of).collect()
        };
        let newest = |runs: &[Option<&'a Function>]| runs.iter().rev().copied().find_map(|it| it);
        let (olds, news) = (known(sides.baseline), known(sides.current));
        let own_ns = |runs: &[RunDocument]| runs.iter().map(RunDocument::own_ns).collect();
        let [old_waited, new_waited] = sides.waited_pct();
        Some(Self {
            old: newest(&olds)?,
            new: newest(&news)?,
            past: sides.past().map(|runs| known(runs).into_iter().flatten().collect()),
            run_ns: [own_ns(sides.baseline), own_ns(sides.current)],
            cpu_ns: sides.used(Usage::cpu_ns),
            busier: sides.busier(),
            waited_pct: new_waited - old_waited,
            olds,
            news,
            limits,
        })
    }
}

/// The functions of a comparison.
#[derive(Debug, Default)]
pub(crate) struct Functions<'a> {
    /// Those that both sides know under one name, sorted by it.
    pub(crate) both: Vec<Pair<'a>>,
    /// Those that had another name.
    pub(crate) renamed: Vec<Pair<'a>>,
    /// Those that only the current side knows.
    pub(crate) added: Vec<&'a Function>,
    /// Those that only the baseline knows.
    pub(crate) removed: Vec<&'a Function>,
}

impl<'a> Functions<'a> {
    /// Of `sides`, to be judged by `limits`.
    pub(crate) fn of(sides: Sides<'a>, limits: &'a Limits) -> Self {
        let [olds, news] = [sides.baseline, sides.current].map(Index::of);
        let past = sides.past().map(Index::of);
        let [old_waited, new_waited] = sides.waited_pct();
        let (cpu_ns, busier) = (sides.used(Usage::cpu_ns), sides.busier());
        let mut functions = Self::default();
        let pair = |before: &str, now: &str| {
            Some(Pair {
                old: olds.newest(before)?,
                new: news.newest(now)?,
                olds: olds.in_each(before),
                news: news.in_each(now),
                past: past
                    .each_ref()
                    .map(|runs| runs.in_each(before).into_iter().flatten().collect()),
                run_ns: [olds.own_ns.clone(), news.own_ns.clone()],
                cpu_ns,
                busier,
                waited_pct: new_waited - old_waited,
                limits,
            })
        };
        let names: BTreeSet<_> = olds.names().chain(news.names()).collect();
        for name in names {
            match (olds.newest(name), news.newest(name)) {
                (Some(_), Some(_)) => functions.both.extend(pair(name, name)),
                (None, Some(new)) => functions.added.push(new),
                (Some(old), None) => functions.removed.push(old),
                (None, None) => {}
            }
        }
        for (before, now) in renames::find(&functions.removed, &functions.added, limits.floor_ns) {
            functions.removed.retain(|function| function.name != before);
            functions.added.retain(|function| function.name != now);
            functions.renamed.extend(pair(before, now));
        }
        functions
    }

    /// Every function that both sides know, whatever its name was.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = &Pair<'a>> {
        self.both.iter().chain(&self.renamed)
    }
}

/// The functions of several runs by their names.
struct Index<'a> {
    runs: Vec<HashMap<&'a str, &'a Function>>,
    /// Self time of all functions in each.
    own_ns: Vec<u64>,
}

impl<'a> Index<'a> {
    fn of(runs: &'a [RunDocument]) -> Self {
        let own_ns = runs.iter().map(RunDocument::own_ns).collect();
        // A name is there once in every document we write; of one that says otherwise, the first
        // counts.
        let by_name = |run: &'a RunDocument| {
            run.functions.iter().rev().map(|function| (function.name.as_str(), function)).collect()
        };
        Self { runs: runs.iter().map(by_name).collect(), own_ns }
    }

    fn names(&self) -> impl Iterator<Item = &'a str> {
        self.runs.iter().flat_map(|run| run.keys().copied())
    }

    fn newest(&self, name: &str) -> Option<&'a Function> {
        self.runs.iter().rev().find_map(|run| run.get(name).copied())
    }

    fn in_each(&self, name: &str) -> Vec<Option<&'a Function>> {
        self.runs.iter().map(|run| run.get(name).copied()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    /// What is said where the probes of a baseline of three and of one run lost so much, in per cent.
    fn busier(olds: [f64; 3], new: f64) -> Busier {
        let run = |lost_pct: f64| {
            let mut run = samples::empty();
            run.run.machine.probe = Some(Probe { lost_pct, ..Probe::default() });
            run
        };
        let (olds, news) = (olds.map(run), [run(new)]);
        Sides { baseline: &olds, current: &news, history: &[], paired: false }.busier()
    }

    #[test]
    fn a_machine_is_busier_by_what_the_middle_probe_lost() {
        assert_eq!(busier([2.0, 3.0, 2.5], 3.0), Busier::No);
        assert_eq!(busier([2.0, 3.0, 2.5], 5.0), Busier::Somewhat);
        assert_eq!(busier([2.0, 45.0, 2.5], 45.0), Busier::Much, "one odd run hides nothing");
        assert_eq!(busier([45.0, 46.0, 45.0], 46.0), Busier::No);
        assert_eq!(busier([45.0, 46.0, 45.0], 2.0), Busier::No);
    }
}
