//! `perf-report collect`: stores what processes recorded without `perf-report run`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::FalseyValueParser;

use super::keep;
use crate::collect::{self, Collected};
use crate::context::Context;
use crate::error::{ExitCode as Code, UserError};
use crate::facts::{self, Identity};
use crate::model::{ProcessSummary, Run};
use crate::{pending, recorder, session};

const EXAMPLES: &str = "\
Examples:
  perf-report collect                   what your processes recorded
  perf-report collect --dir ./segments  from a folder that PERF_TRACK_DIR named
  perf-report collect --keep            store it, and leave the segments there

Segments of processes that have ended are removed once they are stored; those of processes that \
still run stay. A segment that cannot be read is named and set aside as FILE.damaged.";

/// Merge the recordings in a folder into one run, and store it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Folder that holds the recordings [default: the one processes use on their own]
    #[arg(long, value_name = "DIR", env = "PERF_TRACK_DIR", hide_env_values = true)]
    dir: Option<PathBuf>,

    /// Name to find the run by later
    #[arg(long, short, env = "PERF_TRACK_LABEL", hide_env_values = true)]
    #[arg(value_parser = keep::label)]
    label: Option<String>,

    /// The branch that the run is of [default: the one checked out, or the one that CI names]
    #[arg(long, value_name = "NAME", env = "PERF_TRACK_BRANCH", hide_env_values = true)]
    #[arg(value_parser = keep::branch)]
    branch: Option<String>,

    /// Leave everything in the folder as it is
    #[arg(long, env = "PERF_TRACK_KEEP", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    keep: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let folder = match &args.dir {
        // Without a trailing slash, which would look behind a link.
        Some(dir) => context.dir.join(dir).components().collect(),
        None => session::default_base(),
    };
    check(&folder, args.dir.is_some())?;
    let collected = collect::collect(&folder).map_err(|error| {
        let problem = format!("folder {} cannot be read", folder.display());
        UserError::new(Code::Usage, problem).because(error)
    })?;
    if collected.is_empty() {
        return Err(keep::no_data(&folder));
    }
    if collected.is_all_damaged() {
        return Err(all_damaged(&collected, &folder));
    }
    let (facts, process) = facts_of(args, context, &folder);
    let document = recorder::document(&collected, facts, process, None);
    keep::store(context, &folder, &document)?;
    let left = if args.keep { Vec::new() } else { keep::clear(&collected, &folder) };
    keep::tell(context, &document, &collected, &left);
    Ok(Code::Fine.into())
}

/// Checks that recordings may be read from `folder`, which the user has `chosen` or not.
pub(super) fn check(folder: &Path, chosen: bool) -> Result<(), UserError> {
    session::check(folder).map_err(|error| {
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

/// What `run` left there, or what is true now.
fn facts_of(args: &Args, context: &Context, folder: &Path) -> (Run, ProcessSummary) {
    let (mut run, process) = pending::read(folder).unwrap_or_else(|| {
        let identity = Identity::now();
        let run = Run {
            id: identity.id,
            time: identity.time,
            machine: facts::machine(),
            git: facts::git(&context.root, args.branch.as_deref()),
            ..Run::default()
        };
        (run, ProcessSummary::default())
    });
    run.label = args.label.clone().or(run.label);
    (run, process)
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
