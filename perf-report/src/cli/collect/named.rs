//! Recordings that are named one by one: what programs handed out, as modules of WebAssembly do. They stay where
//! they are.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{ATTEMPTS, Args, facts_of, report_before};
use crate::cli::keep;
use crate::cli::output;
use crate::cli::progress;
use crate::error::{ExitCode as Code, UserError};
use crate::project::context::Context;
use crate::project::intake::{self, Stored};
use crate::project::past;
use crate::record::collect::{self, Collected, Listing};
use crate::record::recorder;

/// Stores the segments that are named as one run.
pub(super) fn run(args: &Args, context: &Context) -> Result<ExitCode, UserError> {
    let mut files: Vec<PathBuf> = Vec::new();
    for file in &args.files {
        let path = context.dir.join(file);
        collect::check_readable(&path).map_err(|error| {
            let problem = format!("{} {error}", file.display());
            UserError::new(Code::Usage, problem).help("name the file of a segment")
        })?;
        files.push(path);
    }
    files.sort_unstable();
    files.dedup();
    for _ in 0..ATTEMPTS {
        if let Some(code) = collect_once(args, context, &files)? {
            return Ok(code);
        }
    }
    let problem = "somebody else stores the same files";
    Err(UserError::new(Code::Internal, problem).help("look whether they are stored by now"))
}

/// Stores what is not stored yet; `None` when somebody else has stored some of it meanwhile.
fn collect_once(
    args: &Args,
    context: &Context,
    files: &[PathBuf],
) -> Result<Option<ExitCode>, UserError> {
    let folder: &Path = &context.dir;
    let listing = Listing { segments: files.to_vec(), ..Listing::default() };
    let ids = intake::ids(listing.paths(), None);
    let (before, rest) = intake::stored_before(context, listing, &ids, (None, folder))?;
    let progress = progress::reading("reading segments");
    let collected = collect::read(rest);
    drop(progress);
    if collected.is_all_damaged() {
        return Err(all_damaged(&collected));
    }
    if !before.runs.is_empty() && !collected.is_new() {
        report_before(context, &before, &collected, &[]);
        return Ok(Some(Code::Fine.into()));
    }
    let (facts, process, made) = facts_of(args, context, None, &before);
    let document = recorder::document(&collected, facts, process, None);
    let stored = intake::store(context, folder, (&document, made), (&collected, &ids));
    let stored =
        stored.map_err(|error| error.help("nothing is lost: the files are where they were"))?;
    if stored == Stored::Before {
        return Ok(None);
    }
    keep::report(context, &document, &collected, &[]);
    past::if_not_latest(context, &document)?.iter().for_each(|words| output::help(words));
    Ok(Some(Code::Fine.into()))
}

fn all_damaged(collected: &Collected) -> UserError {
    let problem = format!("none of it can be read:\n  {}", collected.problems().join("\n  "));
    UserError::new(Code::Unreadable, problem).help(
        "use the same version of perf-runtime and perf-report, and hand out the bytes as they are",
    )
}
