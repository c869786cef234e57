//! `perf-report collect`: the storing of recordings made without `perf-report run`.

mod discard;
mod named;
mod scope;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::FalseyValueParser;

use self::scope::Others;
use super::keep;
use super::output;
use super::progress;
use crate::error::{ExitCode as Code, UserError};
use crate::model::{ProcessSummary, Run};
use crate::project::context::Context;
use crate::project::intake::{self, Before, Stored};
use crate::project::past;
use crate::project::store::Made;
use crate::record::collect::{self, Collected, Listing};
use crate::record::facts::{self, Identity};
use crate::record::{folder, pending, recorder, session, suite};
use crate::text::units;

/// The most attempts while somebody else collects the same at the same time.
const ATTEMPTS: u32 = 5;

const EXAMPLES: &str = "\
Examples:
  perf-report collect                   what programs of this workspace recorded
  perf-report collect --list            what there is, of any program
  perf-report collect --all             what any program of yours recorded
  perf-report collect --dir ./segments  from a folder that PERF_TRACK_DIR named
  perf-report collect wasm.ptseg        what a module of WebAssembly handed out
  perf-report collect --keep            store it, and leave the segments there
  perf-report collect --discard         free the space, and store nothing

Files that are named are stored as one run, whatever program they are of, and stay: what a program got from \
perf_runtime::segment_bytes(). Of several that one module handed out, the last holds what the others do.

The suites of a killed `perf-report suite` are taken once all of its processes have ended.

The programs of a workspace are those below its root or in its target folder. A folder that --dir or \
PERF_TRACK_DIR names is taken as a whole.

Segments of processes that have ended are removed once they are stored; those of processes that \
still run stay. A segment that cannot be read is named and set aside as FILE.damaged.

Where recordings hold too much, the oldest give way before they are collected (PERF_TRACK_RETENTION, \
PERF_TRACK_RETENTION_COUNT). How many did, and why, is part of the run and of every report of it.

--discard removes what nobody adds to any more, also runs whose `perf-report run` was killed: those of this \
workspace, with --all or --dir all. No report counts it.

What is stored already, as when perf-report was killed before it had cleared the folder, is not stored \
again: it is named, and cleared away.";

/// Merge the recordings in a folder into one run, and store it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "options")]
pub(super) struct Args {
    /// Files to store as one run, in place of a folder
    #[arg(value_name = "FILE", conflicts_with_all = ["list", "discard"])]
    files: Vec<PathBuf>,

    /// Folder that holds the recordings [default: the one processes use on their own]
    #[arg(long, value_name = "DIR", env = "PERF_TRACK_DIR", hide_env_values = true)]
    dir: Option<PathBuf>,

    #[command(flatten)]
    name: keep::NameArgs,

    /// Leave everything in the folder as it is
    #[arg(long, env = "PERF_TRACK_KEEP", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    keep: bool,

    /// Take the recordings of all programs, also of those that lie outside this workspace [default with
    /// --dir]
    #[arg(long, env = "PERF_TRACK_ALL", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    all: bool,

    /// List the recordings, and take none
    #[arg(long, env = "PERF_TRACK_LIST", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    list: bool,

    /// Store nothing, and remove what processes that have ended recorded, and runs that were never stored
    #[arg(long, env = "PERF_TRACK_DISCARD", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new(), conflicts_with_all = ["keep", "list"])]
    discard: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    if !args.files.is_empty() {
        return named::run(args, context);
    }
    let folder = match &args.dir {
        // Without a trailing slash, which would look behind a link.
        Some(dir) => context.dir.join(dir).components().collect(),
        None => folder::default_base(),
    };
    check(&folder, args.dir.is_some())?;
    if args.list {
        scope::list(&listed(&folder)?, &folder, context)?;
        return Ok(Code::Fine.into());
    }
    if args.discard {
        let programs = (args.dir.is_none() && !args.all).then(|| context.programs());
        discard::run(&folder, programs.as_ref());
        return Ok(Code::Fine.into());
    }
    must_have_ended(&folder)?;
    for _ in 0..ATTEMPTS {
        if let Some(code) = collect_once(args, context, &folder)? {
            return Ok(code);
        }
    }
    let problem = format!("somebody else collects what is in {}", folder.display());
    Err(UserError::new(Code::Internal, problem).help("look whether there is anything left"))
}

/// Stores the new recordings, and clears the folder of all that are stored; `None` when somebody
/// else has stored some of them meanwhile.
fn collect_once(
    args: &Args,
    context: &Context,
    folder: &Path,
) -> Result<Option<ExitCode>, UserError> {
    let (listing, others) = meant(args, context, folder)?;
    let pending = pending::read(folder);
    let id = pending.as_ref().map(|(run, _)| run.id.as_str());
    let ids = intake::ids(listing.paths(), id);
    let (before, rest) = intake::stored_before(context, listing, &ids, (id, folder))?;
    let progress = progress::reading("reading segments");
    let mut collected = collect::read(rest);
    drop(progress);
    collected.fallback = session::fallback(&collected);
    if before.runs.is_empty() && collected.is_empty() && !suite::has_any(folder) {
        return Err(no_data(&others, folder));
    }
    let clear_before = || clear_before(args, &before, folder);
    if collected.is_all_damaged() {
        for problem in clear_before() {
            output::warning(&problem);
        }
        return Err(all_damaged(&collected, folder));
    }
    if !before.runs.is_empty() && !collected.is_new() {
        report_before(context, &before, &collected, &clear_before());
        others.in_words().iter().for_each(|words| output::help(words));
        return Ok(Some(Code::Fine.into()));
    }
    let (facts, process, made) = facts_of(args, context, pending, &before);
    let mut document = recorder::document(&collected, facts, process, None);
    suite::add_to(&mut document, (folder, &collected), &context.root);
    if intake::store(context, folder, (&document, made), (&collected, &ids))? == Stored::Before {
        return Ok(None);
    }
    let mut left = clear_before();
    left.extend(if args.keep { Vec::new() } else { recorder::clear(&collected, folder) });
    keep::report(context, &document, &collected, &left);
    let later = past::if_not_latest(context, &document)?;
    later.iter().chain(&others.in_words()).for_each(|words| output::help(words));
    Ok(Some(Code::Fine.into()))
}

/// Refuses the session of suites that still run: what one took is known when it has ended, and the next one is
/// measured by what lies in the folder.
fn must_have_ended(folder: &Path) -> Result<(), UserError> {
    let running = suite::running(folder);
    if running.is_empty() {
        return Ok(());
    }
    let processes = units::plural(running.len() as u64, "process");
    let verb = if running.len() == 1 { "runs" } else { "run" };
    let ids: Vec<String> = running.iter().map(u32::to_string).collect();
    let problem = format!(
        "{processes} of the suites in {} still {verb}: {}",
        folder.display(),
        ids.join(", ")
    );
    Err(UserError::new(Code::NothingToJudge, problem).help(
        "nothing was taken; collect it once they have ended, or end them: what was measured until then is stored",
    ))
}

/// Returns the recordings to store, and the others in the folder.
fn meant(args: &Args, context: &Context, folder: &Path) -> Result<(Listing, Others), UserError> {
    let listing = listed(folder)?;
    Ok(if args.dir.is_some() || args.all {
        (listing, Others::default())
    } else {
        scope::of_workspace(listing, &context.programs())
    })
}

/// Clears the folder of recordings that were stored before. Returns the problems with that.
fn clear_before(args: &Args, before: &Before, folder: &Path) -> Vec<String> {
    let is_left = args.keep || before.runs.is_empty();
    let listing = (!is_left).then(|| before.listing.clone());
    listing.map_or_else(Vec::new, |listing| recorder::clear(&collect::read(listing), folder))
}

fn listed(folder: &Path) -> Result<Listing, UserError> {
    collect::list_everywhere(folder).map_err(|error| {
        let problem = format!("folder {} cannot be read", folder.display());
        UserError::new(Code::Usage, problem).because(error)
    })
}

/// Returns the error of a folder with nothing to collect, or with nothing of this workspace.
fn no_data(others: &Others, folder: &Path) -> UserError {
    let Some(words) = others.in_words() else { return keep::no_data(folder) };
    let problem = format!("no program of this workspace has recorded in {}", folder.display());
    UserError::new(Code::NothingToJudge, problem).help(words)
}

/// Reports that all of it was stored before.
fn report_before(context: &Context, before: &Before, collected: &Collected, left: &[String]) {
    for problem in collected.problems().iter().chain(left) {
        output::warning(problem);
    }
    let mut runs = before.runs.iter();
    let first = runs.next().map_or("", String::as_str);
    let runs = match (runs.next_back(), before.runs.len()) {
        (Some(last), count) => format!("{count} runs, {first} to {last},"),
        (None, _) => format!("run {first}"),
    };
    output::message(&format!("already stored as {runs} in {}", context.shown_store()));
}

/// Checks that recordings may be read from `folder`, which the user has `chosen` or not.
pub(super) fn check(folder: &Path, chosen: bool) -> Result<(), UserError> {
    folder::check(folder).map_err(|error| {
        if error.is_missing() && !chosen {
            return keep::no_data(folder);
        }
        let help = if error.is_missing() {
            "name a folder that exists"
        } else {
            "recordings are read only from folders that belong to you and that nobody else can \
             write to: copy it to one, or `chmod go-w` it"
        };
        UserError::new(Code::Usage, error.to_string()).help(help)
    })
}

/// Returns the facts that `run` left there, whose time is long over perhaps, or else the facts of now. Where the run
/// that it left is stored, the new one gets an id of its own.
fn facts_of(
    args: &Args,
    context: &Context,
    pending: Option<(Run, ProcessSummary)>,
    before: &Before,
) -> (Run, ProcessSummary, Made) {
    let identity = Identity::now();
    let (mut run, process, made) = match pending {
        Some((run, _)) if before.runs.contains(&run.id) => {
            let run = Run { id: identity.id, time: identity.time, ..run };
            (run, ProcessSummary::default(), Made::Now)
        }
        Some((run, process)) => (run, process, Made::Then),
        None => {
            if let Some(refusal) = facts::git_refusal(&context.root) {
                output::warning(&format!("the run has no commit: {refusal}"));
            }
            let run = Run {
                id: identity.id,
                time: identity.time,
                machine: facts::machine(),
                git: facts::git(&context.root, args.name.branch.as_deref()),
                ..Run::default()
            };
            (run, ProcessSummary::default(), Made::Now)
        }
    };
    run.label = args.name.label.clone().or(run.label);
    run.tags = keep::sorted(&[run.tags, args.name.tags()].concat());
    (run, process, made)
}

fn all_damaged(collected: &Collected, folder: &Path) -> UserError {
    let problem = format!(
        "no segment in {} can be read:\n  {}",
        folder.display(),
        collected.problems().join("\n  ")
    );
    UserError::new(Code::Unreadable, problem).help(
        "nothing was changed; use the same version of perf-runtime and perf-report, or remove \
         these files",
    )
}
