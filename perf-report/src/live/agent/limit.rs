//! The choice of the series that are told: those of the functions that were asked for, and no more than may be.
//! Pure.
//!
//! Functions of the least self time are left out first. What was told stays told as long as nothing left out
//! has twice its self time, so that no series comes and goes with every reading.

use std::cmp::Reverse;
use std::collections::HashSet;

use crate::export;
use crate::model::{AgentFigures, FleetFunction, FleetProgram, FleetTotals};
use crate::text::glob;

/// Series of a program without its functions and numbers, and those of the agent.
const OF_PROGRAM: usize = 6;
const OF_AGENT: usize = 7;

/// The wishes of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Patterns of functions that are told; all where there is none.
    pub(crate) functions: Vec<String>,
    /// Patterns of functions whose durations are told.
    pub(crate) histograms: Vec<String>,
    /// The most series.
    pub(crate) most_series: usize,
}

impl Choice {
    /// Returns whether a function of this name is told.
    pub(crate) fn is_wanted(&self, function: &str) -> bool {
        self.functions.is_empty() || fits_any(&self.functions, function)
    }
}

fn fits_any(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| glob::fits(pattern, name))
}

/// The series that are told.
#[derive(Debug)]
pub(super) struct Limiter {
    choice: Choice,
    /// The functions that were told last, by program and name.
    told: HashSet<(String, String)>,
}

impl Limiter {
    pub(super) fn new(choice: Choice) -> Self {
        Self { choice, told: HashSet::new() }
    }

    /// Returns what is told of `totals`: functions that are wanted and find room, and histograms of those that
    /// are to have one.
    pub(super) fn limited(&mut self, totals: &FleetTotals) -> FleetTotals {
        let mut left = self.choice.most_series.saturating_sub(OF_AGENT);
        let mut dropped = 0_u64;
        let mut programs = Vec::with_capacity(totals.programs.len());
        for program in &totals.programs {
            let mut limited = without_functions(program);
            left = left.saturating_sub(OF_PROGRAM);
            dropped += keep(&mut limited.counts, &mut left);
            dropped += keep(&mut limited.gauges, &mut left);
            programs.push(limited);
        }
        let wanted = self.wanted(totals);
        let kept = kept(&wanted, left);
        let told = wanted[..kept]
            .iter()
            .map(|it| (totals.programs[it.place.0].name.clone(), it.function.name.clone()));
        self.told = told.collect();
        dropped += wanted[kept..].iter().map(|it| it.series as u64).sum::<u64>();
        let mut chosen: Vec<&Wanted<'_>> = wanted[..kept].iter().collect();
        chosen.sort_unstable_by_key(|it| it.place);
        for it in chosen {
            programs[it.place.0].functions.push(it.told());
        }
        let agent = AgentFigures { dropped_series: dropped, ..totals.agent.clone() };
        FleetTotals { programs, agent, ..*totals }
    }

    /// Lists the functions that somebody asked for, those that are told first before others.
    fn wanted<'a>(&self, totals: &'a FleetTotals) -> Vec<Wanted<'a>> {
        let mut wanted = Vec::new();
        for (at, program) in totals.programs.iter().enumerate() {
            let functions = program.functions.iter().enumerate();
            for (place, function) in functions.filter(|(_, it)| self.choice.is_wanted(&it.name)) {
                let was_told = self.told.contains(&(program.name.clone(), function.name.clone()));
                let bonus = if was_told { 2 } else { 1 };
                let has_histogram = fits_any(&self.choice.histograms, &function.name);
                wanted.push(Wanted {
                    // Equal ones stay in the order of their names, and those that were told before others.
                    rank: (function.self_ns.saturating_mul(bonus), was_told),
                    place: (at, place),
                    function,
                    has_histogram,
                    series: export::series_of(function, has_histogram),
                });
            }
        }
        wanted.sort_unstable_by_key(|it| (Reverse(it.rank), it.place));
        wanted
    }
}

/// A function that somebody asked for.
#[derive(Debug)]
struct Wanted<'a> {
    rank: (u64, bool),
    /// The places of program and function.
    place: (usize, usize),
    function: &'a FleetFunction,
    has_histogram: bool,
    series: usize,
}

impl Wanted<'_> {
    /// Returns the function as it is told.
    fn told(&self) -> FleetFunction {
        let it = self.function;
        let histogram = if self.has_histogram { it.histogram.clone() } else { Vec::new() };
        FleetFunction { name: it.name.clone(), histogram, ..*it }
    }
}

/// Counts the functions, from the first on, that find room among `left` series. The first that finds none is the
/// last that is looked at: one of less self time never takes its place.
fn kept(wanted: &[Wanted<'_>], mut left: usize) -> usize {
    let finds_room = |it: &&Wanted<'_>| {
        let rest = left.checked_sub(it.series);
        left = rest.unwrap_or(left);
        rest.is_some()
    };
    wanted.iter().take_while(finds_room).count()
}

fn without_functions(program: &FleetProgram) -> FleetProgram {
    FleetProgram {
        name: program.name.clone(),
        build: program.build.clone(),
        functions: Vec::new(),
        counts: program.counts.clone(),
        gauges: program.gauges.clone(),
        ..*program
    }
}

/// Keeps as many as find room, and returns the number of the others.
fn keep<T>(all: &mut Vec<T>, left: &mut usize) -> u64 {
    let before = all.len();
    all.truncate(*left);
    *left -= all.len();
    (before - all.len()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(self_ns: &[u64]) -> FleetTotals {
        let function = |(at, ns): (usize, &u64)| FleetFunction {
            name: format!("shop::f{at:02}"),
            calls: 1,
            self_ns: *ns,
            histogram: vec![(90, 1)],
            ..FleetFunction::default()
        };
        let program = FleetProgram {
            name: "shop".to_owned(),
            functions: self_ns.iter().enumerate().map(function).collect(),
            counts: vec![("orders".to_owned(), 1)],
            ..FleetProgram::default()
        };
        FleetTotals { programs: vec![program], ..FleetTotals::default() }
    }

    fn limiter(most_series: usize, histograms: &[&str]) -> Limiter {
        let histograms = histograms.iter().map(|it| (*it).to_owned()).collect();
        Limiter::new(Choice { functions: Vec::new(), histograms, most_series })
    }

    fn names(totals: &FleetTotals) -> Vec<&str> {
        totals.programs[0].functions.iter().map(|it| it.name.as_str()).collect()
    }

    /// Series of the functions of [`totals`], and of everything else there.
    const EACH: usize = 5;
    const REST: usize = OF_AGENT + OF_PROGRAM + 1;

    #[test]
    fn those_of_the_least_self_time_are_left_out_and_counted() {
        let limited = limiter(REST + 2 * EACH + 1, &[]).limited(&totals(&[5, 1, 9]));
        assert_eq!(names(&limited), ["shop::f00", "shop::f02"]);
        assert_eq!(limited.agent.dropped_series, EACH as u64);
        let all = limiter(20_000, &["*f01"]).limited(&totals(&[5, 1, 9]));
        let with: Vec<bool> =
            all.programs[0].functions.iter().map(|it| !it.histogram.is_empty()).collect();
        assert_eq!((with, all.agent.dropped_series), (vec![false, true, false], 0));
        let none = limiter(0, &[]).limited(&totals(&[5]));
        assert_eq!((names(&none).len(), none.agent.dropped_series), (0, 1 + EACH as u64));
    }

    #[test]
    fn what_was_told_stays_told_until_something_has_twice_its_time() {
        let mut limiter = limiter(REST + EACH, &[]);
        for (times, told) in
            [([10, 9], 0), ([10, 19], 0), ([10, 21], 1), ([41, 21], 1), ([43, 21], 0)]
        {
            let told_now = limiter.limited(&totals(&times));
            assert_eq!(names(&told_now), [format!("shop::f{told:02}")], "{times:?}");
        }
    }

    #[test]
    fn only_functions_that_were_asked_for_are_told() {
        let mut limiter = limiter(20_000, &["*"]);
        limiter.choice.functions = vec!["*01".to_owned(), "other".to_owned()];
        let some = limiter.limited(&totals(&[5, 1, 9]));
        assert_eq!((names(&some), some.agent.dropped_series), (vec!["shop::f01"], 0));
    }
}
