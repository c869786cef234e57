//! Stretches of real histories: those that the project's score of detectors looks at, and as many
//! others as there are that it never saw.

use std::collections::{BTreeMap, BTreeSet};

use perf_report::stats::random::Stream;

use crate::histories::{Histories, STRETCH, looks_stationary};

/// Windows of the score per series, and per project.
const PER_SERIES: usize = 3;
const PER_PROJECT: usize = 90;

/// A hundred runs in a row.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    /// `project#series#first`.
    pub(crate) name: String,
    pub(crate) values: Vec<f64>,
}

/// The windows of the score: side by side, at most three a series. Were there more than ninety in a
/// project, which ones it takes would be decided by a hash of the names; this takes the first by
/// name.
pub(crate) fn scored(histories: &Histories) -> Vec<Window> {
    let mut taken = BTreeMap::new();
    let mut windows = Vec::new();
    for ((project, name), values) in histories {
        let taken = taken.entry(project).or_insert(0);
        for start in scored_starts(values) {
            if *taken < PER_PROJECT {
                *taken += 1;
                windows.push(window(project, name, values, start));
            }
        }
    }
    windows
}

/// Windows by the same rule that overlap none of those and not each other, places being tried in an
/// order by chance: the first that fits after a change would have as much of it as the rule allows.
pub(crate) fn held_out(histories: &Histories) -> Vec<Window> {
    let seen: BTreeSet<String> = scored(histories).into_iter().map(|window| window.name).collect();
    let mut windows = Vec::new();
    for ((project, name), values) in histories {
        let is_seen = |start: &usize| seen.contains(&title(project, name, *start));
        let mut used: Vec<usize> = scored_starts(values).filter(is_seen).collect();
        for start in shuffled(starts(values, 0, 1).collect(), 0) {
            let is_free = used.iter().all(|other| other.abs_diff(start) >= STRETCH);
            if is_free && fits(&values[start..start + STRETCH]) {
                used.push(start);
                windows.push(window(project, name, values, start));
            }
        }
    }
    windows
}

/// Windows by the same rule that begin in the middle of where those of the score may: half of each may
/// have been seen, but a step that is put in stands elsewhere.
pub(crate) fn between(histories: &Histories) -> Vec<Window> {
    let mut windows = Vec::new();
    for ((project, name), values) in histories {
        let fitting = starts(values, STRETCH / 2, STRETCH)
            .filter(|start| fits(&values[*start..start + STRETCH]));
        windows.extend(fitting.map(|start| window(project, name, values, start)));
    }
    windows
}

fn starts(values: &[f64], first: usize, step: usize) -> impl Iterator<Item = usize> {
    (first..).step_by(step).take_while(|start| start + STRETCH <= values.len())
}

fn scored_starts(values: &[f64]) -> impl Iterator<Item = usize> {
    starts(values, 0, STRETCH)
        .filter(|start| fits(&values[*start..start + STRETCH]))
        .take(PER_SERIES)
}

fn fits(values: &[f64]) -> bool {
    values.iter().all(|value| *value > 0.0) && looks_stationary(values)
}

fn title(project: &str, name: &str, start: usize) -> String {
    format!("{project}#{name}#{start}")
}

fn window(project: &str, name: &str, values: &[f64], start: usize) -> Window {
    Window { name: title(project, name, start), values: values[start..start + STRETCH].to_vec() }
}

/// The same in an order that only chance and `seed` decide: Fisher and Yates.
pub(crate) fn shuffled<T>(mut values: Vec<T>, seed: u64) -> Vec<T> {
    let mut stream = Stream::of(seed);
    for at in (1..values.len()).rev() {
        values.swap(at, stream.below(at + 1));
    }
    values
}
