//! The choice of functions, metrics and runs that are shown, and their order.

use std::cmp::Reverse;

use crate::model::{CustomMetric, Function, FunctionKind, RunDocument};
use crate::text::order::natural;

/// The part of a run that is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// The order of the functions.
    pub sort: Sort,
    /// Only functions and metrics whose name holds this text, in any case of letters.
    pub filter: Option<String>,
    /// The most functions that are shown, and the most metrics; `None` for all, with those that
    /// were never called.
    pub limit: Option<usize>,
    /// Places in the source, shown even where there is little room.
    pub locations: bool,
}

/// The part of a history that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// The most functions that are shown, or runs of one function; `None` for all.
    pub limit: Option<usize>,
    /// One function that was asked for, so that its runs are shown.
    pub one: bool,
}

impl Shown {
    /// Returns how many of them are shown at most.
    pub(crate) fn most(self) -> usize {
        self.limit.unwrap_or(usize::MAX)
    }
}

/// The order of functions: the largest first, names from A.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// Time outside tracked callees.
    #[default]
    SelfTime,
    /// Time between entry and exit.
    Total,
    /// Finished calls.
    Calls,
    /// Mean duration of a call.
    Mean,
    /// 99th percentile of the duration of a call.
    P99,
    /// Mean lifetime of a call of an async function, waiting included.
    Lifetime,
    /// Polls of an async function.
    Polls,
    /// Longest poll of an async function.
    LongestPoll,
    /// Allocations, those of tracked callees included.
    Allocs,
    /// Bytes allocated and not freed.
    Grown,
    /// The name, from A.
    Name,
}

/// The functions of a run, parted by what was asked for.
#[derive(Debug)]
pub(crate) struct Selected<'a> {
    /// The functions to show.
    pub(crate) shown: Vec<&'a Function>,
    /// Called functions beyond the limit.
    pub(crate) beyond: Vec<&'a Function>,
    /// Functions that were never called, unless they are among those shown.
    pub(crate) never_called: Vec<&'a Function>,
}

impl Selection {
    /// Parts the functions of `run`.
    pub(crate) fn select<'a>(&self, run: &'a RunDocument) -> Selected<'a> {
        let (mut called, mut never_called): (Vec<_>, Vec<_>) =
            run.functions.iter().filter(|function| self.matches(&function.name)).partition(
                |function| {
                    // A benchmark whose process ended in its first iteration was run, and how it ended matters.
                    function.calls > 0 || function.unfinished > 0 || function.harness().is_some()
                },
            );
        self.sort.sort(&mut called);
        let limit = self.limit.unwrap_or(usize::MAX).min(called.len());
        let beyond = called.split_off(limit);
        if self.limit.is_none() {
            called.append(&mut never_called);
        }
        Selected { shown: called, beyond, never_called }
    }

    /// Returns the metrics of `run` to show, and the number of those beyond the limit.
    pub(crate) fn select_metrics<'a>(
        &self,
        run: &'a RunDocument,
    ) -> (Vec<&'a CustomMetric>, usize) {
        let matching = run.metrics.iter().filter(|metric| self.matches(&metric.name));
        let mut shown: Vec<_> = matching.collect();
        let beyond = shown.len().saturating_sub(self.limit.unwrap_or(usize::MAX));
        shown.truncate(shown.len() - beyond);
        (shown, beyond)
    }

    /// Returns whether a name holds the text that was asked for.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let wanted = self.filter.as_deref().map(str::to_lowercase);
        wanted.is_none_or(|wanted| name.to_lowercase().contains(&wanted))
    }
}

impl Sort {
    /// Sorts `functions`. Equal ones stand by name, so that the order never depends on the
    /// document's.
    fn sort(self, functions: &mut [&Function]) {
        functions.sort_by(|a, b| natural(&a.name, &b.name));
        match self {
            Self::SelfTime => by_time(functions, |function| function.self_ns),
            Self::Total => by_time(functions, |function| function.total_ns),
            Self::Calls => functions.sort_by_key(|function| Reverse(function.calls)),
            Self::P99 => functions.sort_by_key(|function| Reverse(function.p99_ns)),
            Self::Allocs => functions.sort_by_key(|function| Reverse(function.allocs)),
            Self::Grown => functions.sort_by_key(|function| Reverse(function.grown_bytes)),
            Self::Mean => descending(functions, |function| function.mean_ns),
            Self::Lifetime => descending(functions, |it| it.futures.as_ref()?.lifetime_mean_ns),
            Self::Polls => {
                let polls = |it: &&Function| it.futures.as_ref().map(|futures| futures.polls);
                functions.sort_by_key(|function| Reverse(polls(function)));
            }
            Self::LongestPoll => {
                let longest = |it: &&Function| it.futures.as_ref()?.max_poll_ns;
                functions.sort_by_key(|function| Reverse(longest(function)));
            }
            Self::Name => {}
        }
    }
}

/// Sorts by a time, the longest first. All time that a benchmark ran is what was asked for, and says nothing: these
/// stay as they are, before all others.
fn by_time(functions: &mut [&Function], of: fn(&Function) -> u64) {
    functions.sort_by_key(|function| match function.kind {
        FunctionKind::Benchmark => None,
        _ => Some(Reverse(of(function))),
    });
}

/// Puts the largest first, and those without the value last.
fn descending(functions: &mut [&Function], value: impl Fn(&Function) -> Option<f64>) {
    let value = |function: &Function| value(function).unwrap_or(-1.0);
    functions.sort_by(|a, b| value(b).total_cmp(&value(a)));
}
