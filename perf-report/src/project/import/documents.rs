//! Runs of other tools as documents of ours.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Dated, Given, facts};
use crate::import::{Format, ImportedRun};
use crate::model::{
    Git, Machine, ProcessSummary, RUN_SCHEMA, RUN_VERSION, Recording, Run, RunDocument,
};
use crate::project::context::Context;
use crate::record::facts::Identity;

/// The runs of all files, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    /// Each with the time at which its file was written.
    pub(crate) runs: Vec<(ImportedRun, Option<Timestamp>)>,
    /// True where they were made one after the other for one answer.
    pub(crate) is_group: bool,
}

/// Puts the results of several files together. Files without a name in common are parts of one run, as
/// the summaries of Gungraun are; files that share one are runs of their own, as three reports of nextest are.
pub(crate) fn merged(files: Vec<Dated>) -> Merged {
    let are_parts = files.len() > 1
        && files.iter().all(|(file, _)| file.runs.len() <= 1)
        && are_disjoint(&files);
    let is_group = files.iter().any(|(file, _)| file.is_group) || files.len() > 1 && !are_parts;
    if !are_parts {
        let each = files
            .into_iter()
            .flat_map(|(file, at)| file.runs.into_iter().map(move |run| (run, at)));
        return Merged { runs: each.collect(), is_group };
    }
    let mut whole: Option<(ImportedRun, Option<Timestamp>)> = None;
    for (file, at) in files {
        for run in file.runs {
            match &mut whole {
                None => whole = Some((run, at)),
                Some((whole, newest)) => {
                    add(whole, run);
                    *newest = at.max(*newest);
                }
            }
        }
    }
    if let Some((run, _)) = &mut whole {
        run.functions.sort_by(|a, b| a.name.cmp(&b.name));
        run.metrics.sort_by(|a, b| (&a.name, a.kind).cmp(&(&b.name, b.kind)));
        run.suites.sort_by(|a, b| a.name.cmp(&b.name));
    }
    Merged { runs: whole.into_iter().collect(), is_group: false }
}

fn are_disjoint(files: &[Dated]) -> bool {
    let mut seen = BTreeSet::new();
    let functions = files.iter().flat_map(|(file, _)| &file.runs).flat_map(|run| &run.functions);
    let mut names = functions.map(|function| &function.name);
    names.all(|name| seen.insert(name))
}

fn add(whole: &mut ImportedRun, part: ImportedRun) {
    whole.functions.extend(part.functions);
    whole.metrics.extend(part.metrics);
    whole.suites.extend(part.suites);
    whole.time = part.time.max(whole.time);
    whole.exit_code = whole.exit_code.filter(|code| *code != 0).or(part.exit_code);
    whole.peak_rss_bytes = part.peak_rss_bytes.max(whole.peak_rss_bytes);
    // Nobody knows whether the parts ran at the same time.
    whole.wall_ns = None;
}

/// Makes the documents of runs. `is_ours` says that their files belong to the project, so that its commit may
/// be theirs.
pub(crate) fn runs(
    context: &Context,
    format: Format,
    merged: Merged,
    (given, is_ours): (&Given, bool),
    problems: &[String],
) -> Vec<RunDocument> {
    let now = Timestamp::now();
    let of_project = facts::OfProject::new(context, is_ours);
    let is_group = merged.is_group && merged.runs.len() > 1;
    let last = merged.runs.len().saturating_sub(1);
    let mut group: Option<String> = None;
    let mut documents = Vec::with_capacity(merged.runs.len());
    let timed = merged
        .runs
        .into_iter()
        .map(|(run, modified)| (given.time.or(run.time).or(modified).unwrap_or(now), run));
    let mut timed: Vec<_> = timed.collect();
    // The last one is the newest, as in the store.
    timed.sort_by_key(|(time, _)| *time);
    for (at, (time, run)) in timed.into_iter().enumerate() {
        let git = of_project.git(given, &run, time);
        let identity = identity(format, &run, (given, git.as_ref()), (time, at));
        let first = group.get_or_insert_with(|| identity.id.clone()).clone();
        let facts = Run {
            id: identity.id,
            time: identity.time,
            label: given.label.clone(),
            tags: given.tags.clone(),
            source: Some(format.word().to_owned()),
            group: is_group.then_some(first),
            round: is_group.then(|| u32::try_from(at + 1).unwrap_or(u32::MAX)),
            command: vec!["import".to_owned(), format.word().to_owned()],
            exit_code: run.exit_code,
            git,
            machine: Machine {
                key: given.machine.clone().unwrap_or_default(),
                ..run.machine.clone()
            },
            ..Run::default()
        };
        let problems = if at == last { problems.to_vec() } else { Vec::new() };
        documents.push(document(facts, run, problems));
    }
    documents
}

/// Returns an identity that is the same whenever the same is imported.
fn identity(
    format: Format,
    run: &ImportedRun,
    (given, git): (&Given, Option<&Git>),
    (time, at): (Timestamp, usize),
) -> Identity {
    let parts = (&run.functions, &run.metrics, &run.suites, run.exit_code);
    let about = (format.word(), &given.label, &given.tags, &given.machine, git, at);
    // Both are made of what can always be written.
    let content = serde_json::to_vec(&(parts, about)).unwrap_or_default();
    Identity::of_content(time, &content)
}

fn document(run: Run, imported: ImportedRun, problems: Vec<String>) -> RunDocument {
    RunDocument {
        schema: RUN_SCHEMA.to_owned(),
        version: RUN_VERSION,
        run,
        process: ProcessSummary {
            wall_ns: imported.wall_ns,
            peak_rss_bytes: imported.peak_rss_bytes,
            ..ProcessSummary::default()
        },
        functions: imported.functions,
        tree: Vec::new(),
        metrics: imported.metrics,
        suites: imported.suites,
        recording: Recording { mode: "none".to_owned(), problems, ..Recording::default() },
    }
}
