//! Results of other tools on their way into the store: [`sources`] finds and reads files, `crate::import`
//! makes sense of them, [`documents`] makes runs of that, and these are stored, each once. [`written`] adds
//! what a command of ours wrote to its own run. A [`program`] of the user's own may stand in the place of a format.

pub(crate) mod documents;
pub(crate) mod origin;
pub(crate) mod program;
pub(crate) mod sources;
pub(crate) mod written;

use std::path::{Path, PathBuf};

use sources::Source;

use super::context::Context;
use super::store::{Entry, Fault, Filter, StoreError};
use crate::error::{ExitCode as Code, UserError};
use crate::import::{Format, Imported, Mistake, Notes, Options};
use crate::model::{Kept, RunDocument};
use crate::record::facts::{self, now, rfc_3339};
use crate::text::shell::shell_word;
use crate::text::units;

/// The things to import, and the facts that the user gives.
#[derive(Debug, Clone, Default)]
pub(crate) struct Order {
    /// The format; told by content where none is given.
    pub format: Option<Format>,
    /// Files and folders; `-` is standard input. Of criterion there may be none.
    pub paths: Vec<PathBuf>,
    /// The part of criterion's folder that is taken instead of `new`: the name of a baseline it saved.
    pub saved: Option<String>,
    /// True to take stale results as well.
    pub all: bool,
    /// Unit of values that are stored without one.
    pub unit: Option<String>,
    /// The facts that the user gives.
    pub given: Given,
}

/// The facts about a run that the user gives, since its file does not.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    /// The label.
    pub label: Option<String>,
    /// The tags.
    pub tags: Vec<String>,
    /// The branch.
    pub branch: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// The key of the machine.
    pub machine: Option<String>,
    /// The time.
    pub time: Option<jiff::Timestamp>,
}

/// Results that were read, and are no part of the store yet.
#[derive(Debug)]
pub(crate) struct Read {
    /// The format, or the program in its place, as `run.source` names it.
    pub source: String,
    /// Files and folders that were read, as they are shown.
    pub from: Vec<String>,
    /// The runs, oldest first.
    pub runs: Vec<RunDocument>,
    /// Notes on what was left out.
    pub notes: Notes,
    /// Sentences on what was assumed.
    pub assumed: Vec<String>,
    /// Baselines of the tool's own.
    pub saved: Vec<String>,
}

/// Reads what is to be imported.
///
/// # Errors
/// [`Code::NothingToJudge`] where nothing is found, with where it was looked for; [`Code::Usage`] for an
/// unknown format or a missing file; [`Code::Unreadable`] for a damaged one.
pub(crate) fn read(context: &Context, order: &Order) -> Result<Read, UserError> {
    let options = Options { unit: order.unit.clone() };
    let (found, mut notes) = sources::all(context, order)?;
    let format = same_format(&found, order)?;
    let mut all = Vec::new();
    let mut saved = Vec::new();
    for source in &found {
        let read = source.read(format, order, &options);
        let mut imported = as_it_looks(read, source, order)?;
        notes.append(std::mem::take(&mut imported.notes));
        saved.extend(source.saved.iter().cloned());
        all.push((source, imported));
    }
    saved.sort_unstable();
    saved.dedup();
    let from: Vec<_> = found.iter().map(|source| source.shown.clone()).collect();
    if all.iter().all(|(_, imported)| imported.is_empty()) {
        return Err(nothing(format, &from, &notes, &saved));
    }
    let mut assumed = assumed(format, order);
    let mut merged =
        documents::merged(all.into_iter().map(|(source, it)| (it, source.modified)).collect());
    documents::without_copies(format.word(), &mut merged, &mut notes);
    let is_ours = found.iter().all(|source| source.is_ours);
    let problems = notes.problems();
    let runs = documents::runs(context, format.word(), merged, (&order.given, is_ours), &problems);
    assumed.extend(of_the_future(&runs, &rfc_3339(now())));
    let source = format.word().to_owned();
    Ok(Read { source, from, runs, notes, assumed, saved })
}

/// Returns what was read; where a format was named of which there is nothing in a file, and the file is of another,
/// the error that says so.
fn as_it_looks(
    read: Result<Imported, UserError>,
    source: &Source,
    order: &Order,
) -> Result<Imported, UserError> {
    let is_any = read.as_ref().is_ok_and(|imported| !imported.is_empty());
    let Some(named) = order.format.filter(|_| !is_any) else { return read };
    let Some(other) = source.other_format(named) else { return read };
    let (shown, named, other) = (&source.shown, named.word(), other.word());
    let problem = format!("{shown} is not of {named}: it looks like {other}");
    Err(UserError::new(Code::Usage, problem)
        .help(format!("leave the format out, or name it: `perf-report import {other} {shown}`")))
}

/// The answers of the store to some runs.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// The answer to each.
    pub kept: Vec<Kept>,
    /// A sentence for the user who gives a run that is stored already other facts than it has.
    pub others: Option<String>,
}

/// Stores runs, each once, and returns the answers.
///
/// # Errors
/// When the store takes no more.
pub(crate) fn keep(
    context: &Context,
    runs: &[RunDocument],
    given: &Given,
) -> Result<Answers, UserError> {
    let mut store = context.open_or_create()?;
    let mut answers = Answers::default();
    for run in runs {
        answers.kept.push(match store.save(run) {
            Ok(()) => Kept::Stored,
            Err(StoreError { fault: Fault::Exists { .. }, .. }) => {
                if answers.others.is_none()
                    && let Some(stored) = store.newest(&Filter::of_id(&run.run.id))?
                {
                    answers.others = other_facts(given, &stored);
                }
                Kept::Before
            }
            Err(error) => return Err(error.into()),
        });
    }
    Ok(answers)
}

/// Returns the sentence that a run is stored already, and not as the user wants it now, with the way out.
fn other_facts(given: &Given, stored: &Entry) -> Option<String> {
    let id = &stored.id;
    let has = |name: &str, text: Option<&str>| match text.filter(|text| !text.is_empty()) {
        None => format!("without a {name}"),
        Some(text) => format!("with the {name} {text:?}"),
    };
    let time = given.time.map(facts::rfc_3339);
    let fixed = [
        ("machine", &given.machine, Some(&stored.machine_key)),
        ("commit", &given.commit, stored.commit.as_ref()),
        ("branch", &given.branch, stored.branch.as_ref()),
        ("time", &time, Some(&stored.time)),
    ];
    let is_other =
        |wanted: &Option<String>, own: Option<&String>| wanted.is_some() && wanted.as_ref() != own;
    if let Some((name, _, own)) = fixed.into_iter().find(|(_, wanted, own)| is_other(wanted, *own))
    {
        return Some(format!(
            "this is run {id}, which is stored already, {}: what was measured once is one run; to have it \
             otherwise, remove it with `perf-report remove {id}`, and import it again",
            has(name, own.map(String::as_str))
        ));
    }
    let tags = given.tags.iter().filter(|tag| !stored.tags.contains(tag));
    let mut words: Vec<String> = tags.map(|tag| shell_word(Path::new(tag))).collect();
    if is_other(&given.label, stored.label.as_ref()) {
        words.push("--label".to_owned());
        words.extend(given.label.iter().map(|label| shell_word(Path::new(label))));
    }
    (!words.is_empty()).then(|| {
        format!(
            "this is run {id}, which is stored already, {}: what was measured once is one run; to rename it: \
             `perf-report tag {id} {}`",
            has("label", stored.label.as_deref()),
            words.join(" ")
        )
    })
}

/// Returns the format that all sources have: the one that was named, or the one that their content tells.
fn same_format(found: &[Source], order: &Order) -> Result<Format, UserError> {
    if let Some(format) = order.format {
        return Ok(format);
    }
    let mut told: Option<(Format, &Source)> = None;
    for source in found {
        let format = source.format()?;
        match told {
            Some((before, first)) if before != format => {
                let problem = format!(
                    "{} is of {}, and {} is of {}: one import is of one format",
                    first.shown,
                    before.word(),
                    source.shown,
                    format.word()
                );
                return Err(
                    UserError::new(Code::Usage, problem).help("import them one after the other")
                );
            }
            _ => told = Some((format, source)),
        }
    }
    told.map(|(format, _)| format)
        .ok_or_else(|| UserError::new(Code::Usage, "there is nothing to import"))
}

/// Returns sentences on what nobody said.
fn assumed(format: Format, order: &Order) -> Vec<String> {
    let no_unit = format == Format::Criterion && order.unit.is_none();
    let unit = "criterion stores no unit: nanoseconds were assumed (--unit names another, of a custom measurement)";
    no_unit.then(|| unit.to_owned()).into_iter().collect()
}

/// Returns the sentence on runs that say they were made after `now`.
fn of_the_future(runs: &[RunDocument], now: &str) -> Option<String> {
    let mut late = runs.iter().map(|run| run.run.time.as_str()).filter(|time| *time > now);
    let first = late.next()?;
    let runs = units::plural(late.count() as u64 + 1, "run");
    Some(format!(
        "the time of {runs} is still to come ({first}): what is of the future counts as made when it is stored"
    ))
}

fn nothing(format: Format, from: &[String], notes: &Notes, saved: &[String]) -> UserError {
    let mut problem = format!("no result of {} was found in {}", format.word(), from.join(", "));
    for note in notes.iter() {
        problem += "\n  ";
        problem += &note.sentence();
    }
    let help = match (saved.is_empty(), format) {
        (false, _) => format!(
            "criterion has saved baselines there, which --saved imports: {}",
            saved.join(", ")
        ),
        (true, Format::Criterion) => {
            "`cargo bench` writes them; name another folder, or set CRITERION_HOME".to_owned()
        }
        (true, format) => format!("it reads what this writes: {}", format.made_by()),
    };
    UserError::new(Code::NothingToJudge, problem).help(help)
}

/// Makes the error of a file that cannot be imported.
pub(crate) fn refused(shown: &str, mistake: Mistake) -> UserError {
    match mistake {
        Mistake::Refused { what, help } => {
            UserError::new(Code::Usage, format!("{shown} is not imported: {what}")).help(help)
        }
        Mistake::Alike(_) => {
            UserError::new(Code::Unreadable, format!("{shown} is not imported: {mistake}"))
                .help("give them different names, or import their files one by one")
        }
        Mistake::Unreadable(_) => {
            UserError::new(Code::Unreadable, format!("{shown} cannot be imported: {mistake}")).help(
                "name the format where it was told wrongly, and look whether the file is whole",
            )
        }
    }
}

/// An import beside the time at which its file was written.
pub(crate) type Dated = (Imported, Option<jiff::Timestamp>);
