//! A distributed run, put together of its parts. Counts, times and histograms add up, trees are laid over each other,
//! and processes, suites and tests stand beside each other; of the wall time of the command it is the longest. Pure.

mod facts;
mod functions;
mod numbers;
mod suites;
mod tree;

#[cfg(test)]
mod laws;

use std::collections::BTreeMap;

use crate::model::{PartRun, Parts, RUN_SCHEMA, RUN_VERSION, RunDocument, align};

/// Puts the parts of a distributed run together, of which there should be `of`, in whatever order they come: of a part
/// that was made again the newest counts. `id` is that of the whole. `None` where none of them is a part.
///
/// Parts that are samples, without histograms, make a sample: a percentile of several parts is not known then.
pub(crate) fn whole(id: &str, runs: Vec<RunDocument>) -> Option<RunDocument> {
    let mut runs = newest(runs);
    let (group, of) = runs.iter().find_map(|run| {
        let part = run.run.part.as_ref()?;
        Some((part.group.clone(), part.of))
    })?;
    if of == 1 && runs.len() == 1 {
        let mut whole = runs.pop()?;
        let parts = parts(&[&whole], group, of);
        facts::as_whole(&mut whole.run, id, parts);
        return Some(whole);
    }
    align(&mut [&mut runs]);
    let all: Vec<&RunDocument> = runs.iter().collect();
    let mut problems = facts::problems(&all);
    let (functions, told) = functions::merged(&all);
    problems.extend(told);
    let (suites, told) = suites::merged(&all);
    problems.extend(told);
    let mut recording = facts::recording(&all);
    recording.problems.extend(problems);
    let mut run = facts::run(&all, &functions);
    facts::as_whole(&mut run, id, parts(&all, group, of));
    Some(RunDocument {
        schema: RUN_SCHEMA.to_owned(),
        version: RUN_VERSION,
        run,
        process: facts::process(&all),
        functions,
        tree: tree::merged(&all),
        metrics: numbers::metrics(all.iter().map(|run| run.metrics.as_slice())),
        suites,
        recording,
    })
}

/// Returns the newest run of each part, by their numbers.
fn newest(runs: Vec<RunDocument>) -> Vec<RunDocument> {
    let mut of: BTreeMap<u32, RunDocument> = BTreeMap::new();
    for run in runs {
        let Some(part) = &run.run.part else { continue };
        let index = part.index;
        let is_older =
            |known: &RunDocument| (&known.run.time, &known.run.id) > (&run.run.time, &run.run.id);
        if !of.get(&index).is_some_and(is_older) {
            of.insert(index, run);
        }
    }
    of.into_values().collect()
}

/// Lists the parts that are there, and those that are not.
fn parts(runs: &[&RunDocument], group: String, of: u32) -> Parts {
    let parts: Vec<PartRun> = runs
        .iter()
        .filter_map(|run| {
            let part = run.run.part.as_ref()?;
            Some(PartRun {
                index: part.index,
                run: run.run.id.clone(),
                host: part.host.clone(),
                machine_key: run.run.machine_key().into_owned(),
                exit_code: run.run.exit_code,
                signal: run.run.signal,
                wall_ns: run.process.wall_ns,
            })
        })
        .collect();
    Parts::new(group, of, parts)
}

/// Returns the number of the part that a run is.
fn index(run: &RunDocument) -> u32 {
    run.run.part.as_ref().map_or(0, |part| part.index)
}

/// Adds up what is known; `None` where nothing is.
fn sum(values: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    values.flatten().reduce(u64::saturating_add)
}

/// Adds up.
fn total(values: impl Iterator<Item = u64>) -> u64 {
    values.fold(0, u64::saturating_add)
}

/// Writes the numbers of some parts: `part 1`, `parts 1 and 3`.
fn named(parts: &[u32]) -> String {
    let numbers: Vec<String> = parts.iter().map(u32::to_string).collect();
    match numbers.as_slice() {
        [one] => format!("part {one}"),
        [first @ .., last] => format!("parts {} and {last}", first.join(", ")),
        [] => "no part".to_owned(),
    }
}
