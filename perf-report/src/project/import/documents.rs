//! Runs of other tools as documents of ours.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::{Dated, Given, origin};
use crate::import::{self, ImportedRun, Notes};
use crate::model::{
    Function, Machine, ProcessSummary, RUN_SCHEMA, RUN_VERSION, Recording, Run, RunDocument,
};
use crate::project::context::Context;
use crate::record::facts::{Identity, rfc_3339};

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
        let mut runs: Vec<_> = each.collect();
        import::named(runs.iter_mut().map(|(run, _)| run));
        return Merged { runs, is_group };
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
    import::named(whole.iter_mut().map(|(run, _)| run));
    Merged { runs: whole.into_iter().collect(), is_group: false }
}

fn are_disjoint(files: &[Dated]) -> bool {
    let mut seen = BTreeSet::new();
    let functions = files.iter().flat_map(|(file, _)| &file.runs).flat_map(|run| &run.functions);
    let mut names = functions.map(full_name);
    names.all(|name| seen.insert(name))
}

/// Returns the name with what tells it apart, whatever it is called here.
fn full_name(function: &Function) -> String {
    function.identity.as_ref().map_or_else(|| function.name.clone(), |own| own.full())
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

/// Leaves out runs that are there twice: of the same moment and commit, with the same values. Processes that took
/// exactly as long are none of these, for nobody says when they ran.
pub(crate) fn without_copies(source: &str, merged: &mut Merged, notes: &mut Notes) {
    let mut seen = BTreeSet::new();
    merged.runs.retain(|(run, _)| {
        let Some(time) = run.time else { return true };
        let is_new = seen.insert(content(source, run));
        if !is_new {
            notes.aside("run", "that is there twice, which counts once", &rfc_3339(time));
        }
        is_new
    });
}

/// Makes the documents of runs. `is_ours` says that their files belong to the project, so that its commit may
/// be theirs.
pub(crate) fn runs(
    context: &Context,
    source: &str,
    merged: Merged,
    (given, is_ours): (&Given, bool),
    problems: &[String],
) -> Vec<RunDocument> {
    let now = Timestamp::now();
    let of_project = origin::OfProject::new(context, is_ours);
    let is_group = merged.is_group && merged.runs.len() > 1;
    let last = merged.runs.len().saturating_sub(1);
    let mut group: Option<String> = None;
    let mut documents = Vec::with_capacity(merged.runs.len());
    let mut alike = HashMap::<Vec<u8>, usize>::new();
    let timed = merged.runs.into_iter().map(|(run, modified)| {
        let own_time = run.time.or(modified);
        (given.time.or(own_time).unwrap_or(now), own_time, run)
    });
    let mut timed: Vec<_> = timed.collect();
    // The last one is the newest, as in the store.
    timed.sort_by_key(|(time, ..)| *time);
    for (at, (time, own_time, run)) in timed.into_iter().enumerate() {
        let git = of_project.git(given, &run, time);
        let measured = content(source, &run);
        // Two processes may take exactly as long.
        let before = alike.entry(measured.clone()).or_default();
        let identity = Identity::of_content(
            own_time.unwrap_or(time),
            &[&measured, before.to_string().as_bytes()].concat(),
        );
        *before += 1;
        let first = group.get_or_insert_with(|| identity.id.clone()).clone();
        let facts = Run {
            id: identity.id,
            time: rfc_3339(time),
            label: given.label.clone(),
            tags: given.tags.clone(),
            source: Some(source.to_owned()),
            group: is_group.then_some(first),
            round: is_group.then(|| u32::try_from(at + 1).unwrap_or(u32::MAX)),
            command: vec!["import".to_owned(), source.to_owned()],
            exit_code: run.exit_code,
            git,
            machine: Machine {
                key: given.machine.clone().unwrap_or_default(),
                ..run.machine.clone()
            },
            toolchain: run.recorded.as_ref().map(|it| it.toolchain.clone()).unwrap_or_default(),
            ..Run::default()
        };
        let problems = if at == last { problems.to_vec() } else { Vec::new() };
        documents.push(document(facts, run, problems));
    }
    documents
}

/// Returns what makes a run the one that it is, so that it is stored once: what was measured, of which commit and
/// when, as far as its file says. What the user calls it, what else is in the file and where it stands there
/// change nothing of that.
fn content(source: &str, run: &ImportedRun) -> Vec<u8> {
    let mut functions = run.functions.clone();
    let mut metrics = run.metrics.clone();
    for function in &mut functions {
        function.name = full_name(function);
    }
    for metric in &mut metrics {
        if let Some(own) = &metric.identity {
            metric.name = own.full();
        }
    }
    let time = run.time.map(|time| time.to_string());
    let parts = (functions, metrics, &run.suites, run.exit_code);
    // Both are made of what can always be written.
    serde_json::to_vec(&(source, &run.commit, time, parts)).unwrap_or_default()
}

fn document(run: Run, imported: ImportedRun, problems: Vec<String>) -> RunDocument {
    let ImportedRun { wall_ns, peak_rss_bytes, functions, metrics, suites, recorded, .. } =
        imported;
    let (process, tree, mut recording) = match recorded.map(|it| *it) {
        Some(recorded) => (recorded.process, recorded.tree, recorded.recording),
        None => (
            ProcessSummary { wall_ns, peak_rss_bytes, ..ProcessSummary::default() },
            Vec::new(),
            Recording { mode: "none".to_owned(), ..Recording::default() },
        ),
    };
    recording.problems.extend(problems);
    let schema = RUN_SCHEMA.to_owned();
    RunDocument {
        schema,
        version: RUN_VERSION,
        run,
        process,
        functions,
        tree,
        metrics,
        suites,
        recording,
    }
}
