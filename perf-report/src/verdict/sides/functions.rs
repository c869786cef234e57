//! The functions of a comparison, each with what every run knows of it.

use std::collections::BTreeSet;

use super::renames;
use super::runs::{Busier, Sides};
use crate::model::{Columns, Function, FunctionKind, RunDocument, Usage};
use crate::stats::number::float;
use crate::stats::robust;
use crate::verdict::limits::Limits;

/// Returns the middle value of the runs that know a function.
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
    /// The degree to which the machine was busier while the runs that are judged were made.
    pub(crate) busier: Busier,
    /// The share of their time for which threads waited for a processor, in per cent: how much more that is in
    /// the runs that are judged.
    pub(crate) waited_pct: f64,
    /// The limits of the comparison.
    pub(crate) limits: &'a Limits,
}

/// Returns whether nobody asked for a benchmark, a suite or a test in any of `runs`.
fn leave_out(runs: &[RunDocument], measured: &Function) -> bool {
    runs.iter().all(|run| run.leaves_out(measured))
}

/// Returns whether operations began at another rate; one that ended badly is a finding at any.
fn has_other_rate(old: &Function, new: &Function) -> bool {
    let rates = old.harness().zip(new.harness()).map(|it| (it.0.rate_per_s, it.1.rate_per_s));
    rates.is_some_and(|(old, new)| old != new) && !new.is_failure()
}

fn is_profiled(function: &Function) -> bool {
    function.kind == FunctionKind::Profiled
}

#[cfg(test)]
impl<'a> Pair<'a> {
    /// Returns the pair of one run and one, with nothing else known.
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
    /// Returns the pair of a function that both sides know under this name.
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
    /// What is no tracked function: benchmarks, suites, tests. They are judged by one value a run, and are
    /// part of no other's time.
    pub(crate) measured: Measured<'a>,
}

/// The benchmarks, suites and tests of a comparison.
#[derive(Debug, Default)]
pub(crate) struct Measured<'a> {
    /// Those that both sides know, sorted by name.
    pub(crate) both: Vec<Pair<'a>>,
    /// Those that only the current side knows.
    pub(crate) added: Vec<&'a Function>,
    /// Those that only the baseline knows.
    pub(crate) removed: Vec<&'a Function>,
    /// Benchmarks of the baseline, and of the runs that are judged, which nobody asked for on the other side.
    pub(crate) left_out: [Vec<&'a Function>; 2],
    /// Benchmarks that were measured at another rate than in the baseline: their latencies are of another load.
    pub(crate) at_other_rates: Vec<&'a Function>,
}

impl<'a> Functions<'a> {
    /// Matches the functions of `sides`, to be judged by `limits`.
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
            let measured = &mut functions.measured;
            match (olds.newest(name), news.newest(name)) {
                // How often those are called, the harness chose.
                (old, new) if [old, new].into_iter().flatten().any(is_profiled) => {}
                (Some(old), Some(new)) if has_other_rate(old, new) => {
                    measured.at_other_rates.push(new);
                }
                (Some(_), Some(new)) if !new.kind.is_function() => {
                    measured.both.extend(pair(name, name));
                }
                (None, Some(new)) if !new.kind.is_function() => {
                    let is_left_out = leave_out(sides.baseline, new) && !new.is_failure();
                    let side =
                        if is_left_out { &mut measured.left_out[1] } else { &mut measured.added };
                    side.push(new);
                }
                (Some(old), None) if !old.kind.is_function() => {
                    let is_left_out = leave_out(sides.current, old);
                    let side =
                        if is_left_out { &mut measured.left_out[0] } else { &mut measured.removed };
                    side.push(old);
                }
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

    /// Returns every function that both sides know, whatever its name was.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = &Pair<'a>> {
        self.both.iter().chain(&self.renamed)
    }
}

/// The functions of several runs by their names.
struct Index<'a> {
    columns: Columns<'a>,
    /// The function of each column, where a run has one.
    runs: Vec<Vec<Option<&'a Function>>>,
    /// Self time of all functions in each.
    own_ns: Vec<u64>,
}

impl<'a> Index<'a> {
    fn of(runs: &'a [RunDocument]) -> Self {
        let own_ns = runs.iter().map(RunDocument::own_ns).collect();
        let columns = Columns::of(runs);
        let by_column = |(run, row): (&'a RunDocument, &Vec<usize>)| {
            let mut functions = vec![None; columns.names.len()];
            // A name is there once in every document we write; of one that says otherwise, the first
            // counts.
            for (function, column) in run.functions.iter().zip(row).rev() {
                functions[*column] = Some(function);
            }
            functions
        };
        let runs = runs.iter().zip(&columns.rows).map(by_column).collect();
        Self { columns, runs, own_ns }
    }

    fn names(&self) -> impl Iterator<Item = &'a str> {
        self.columns.names.iter().copied()
    }

    fn newest(&self, name: &str) -> Option<&'a Function> {
        let column = self.columns.column(name)?;
        self.runs.iter().rev().find_map(|run| run[column])
    }

    fn in_each(&self, name: &str) -> Vec<Option<&'a Function>> {
        match self.columns.column(name) {
            Some(column) => self.runs.iter().map(|run| run[column]).collect(),
            None => vec![None; self.runs.len()],
        }
    }
}
