//! The cases that the benchmarks of a program amount to: one for each argument and number of threads.

use std::panic::catch_unwind;

use super::flags::Wanted;
use super::screen;
use super::settings::{self, Given, Settings};
use super::site::{self, Site};
use crate::snapshot::{Benchmark, Ending};

/// A benchmark with one argument, on one number of threads.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) site: &'static Site,
    /// Number and text of the argument.
    pub(super) argument: Option<(usize, String)>,
    pub(super) threads: u32,
    /// True where the number of threads is part of the name.
    names_threads: bool,
    is_stress: bool,
    is_quick: bool,
    pub(super) settings: Settings,
}

/// The cases of a program.
#[derive(Debug, Default)]
pub(super) struct Cases {
    /// Those to run, in the order of their declarations; those of a group together, where the first of
    /// them stands.
    pub(super) wanted: Vec<Case>,
    /// Those that nobody asked for, each with whether its mark `ignore` is all that keeps it out.
    pub(super) left_out: Vec<(Case, bool)>,
}

impl Cases {
    /// Returns the facts of those that nobody asked for, each with whether its mark alone keeps it out.
    pub(super) fn facts_left_out(&self) -> impl Iterator<Item = (Benchmark, bool)> {
        self.left_out.iter().map(|(case, is_ignored)| (case.facts(), *is_ignored))
    }

    /// Counts those that their mark alone keeps out.
    pub(super) fn ignored(&self) -> usize {
        self.left_out.iter().filter(|(_, is_ignored)| *is_ignored).count()
    }
}

/// Lists the cases.
pub(super) fn all(wanted: &Wanted) -> Cases {
    let mut cases = Cases::default();
    for case in site::all().into_iter().flat_map(|site| of(site, wanted)) {
        let (name, is_ignored) = (case.name(), case.site.options.ignore);
        if wanted.takes(&name, is_ignored) {
            let all = &mut cases.wanted;
            let last = all.iter().rposition(|other| other.group() == case.group());
            all.insert(last.map_or(all.len(), |last| last + 1), case);
        } else {
            let is_marked = is_ignored && wanted.takes(&name, false);
            cases.left_out.push((case, is_marked));
        }
    }
    cases
}

fn of(site: &'static Site, wanted: &Wanted) -> Vec<Case> {
    let path = site.path();
    let from_file = settings::from_lines(&wanted.lines, &path).unwrap_or_else(|problem| {
        screen::warn(&format!("{path}: {problem}"));
        Given::default()
    });
    let values = wanted.values.clone().over(from_file).over(Given::of(&site.options));
    let settings = values.settings(wanted.is_quick);
    let threads = numbers_of_threads(&values);
    let mut cases = Vec::new();
    for argument in arguments(site) {
        for &number in threads.as_deref().unwrap_or(&[1]) {
            cases.push(Case {
                site,
                argument: argument.clone(),
                threads: number,
                names_threads: threads.is_some(),
                is_stress: values.stress == Some(true),
                is_quick: wanted.is_quick,
                settings: settings.clone(),
            });
        }
    }
    cases
}

fn arguments(site: &Site) -> Vec<Option<(usize, String)>> {
    let Some(arguments) = site.arguments else { return vec![None] };
    let texts = catch_unwind(arguments).unwrap_or_else(|_| {
        screen::warn(&format!("the arguments of {} cannot be made", site.path()));
        Vec::new()
    });
    texts.into_iter().enumerate().map(Some).collect()
}

fn numbers_of_threads(values: &Given) -> Option<Vec<u32>> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let processors = u32::try_from(processors).unwrap_or(1);
    if values.stress == Some(true) {
        let most = processors.saturating_mul(2).max(2);
        let doubled = std::iter::successors(Some(1_u32), |number| number.checked_mul(2));
        return Some(doubled.take_while(|&number| number <= most).collect());
    }
    let mut numbers = values.threads.clone()?;
    for number in &mut numbers {
        *number = if *number == 0 { processors } else { *number };
    }
    let mut seen = std::collections::HashSet::new();
    numbers.retain(|&number| seen.insert(number));
    Some(numbers)
}

impl Case {
    /// Returns its name: the identity of the benchmark, the argument, and the number of threads
    /// where that was asked for.
    pub(super) fn name(&self) -> String {
        self.facts().case_name()
    }

    /// Returns the name of the group that it runs in turn with.
    pub(super) fn group(&self) -> String {
        self.site.options.compare.map_or_else(|| self.site.path(), str::to_owned)
    }

    /// Returns what is known of it before it runs.
    pub(super) fn facts(&self) -> Benchmark {
        let options = &self.site.options;
        Benchmark {
            name: self.site.path(),
            argument: self.argument.as_ref().map(|(_, text)| text.clone()),
            threads: self.threads,
            names_threads: self.names_threads,
            module: self.site.module.to_owned(),
            file: self.site.place.0.to_owned(),
            line: self.site.place.1,
            group: options.compare.unwrap_or_default().to_owned(),
            is_base: options.baseline,
            is_stress: self.is_stress,
            is_quick: self.is_quick,
            tags: options.tags.iter().map(|&tag| tag.to_owned()).collect(),
            budget: options.budget,
            rate_millihertz: self.settings.rate_millihertz,
            ending: Ending::Running,
            ..Benchmark::default()
        }
    }
}
