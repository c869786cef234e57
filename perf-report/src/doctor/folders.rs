//! The folders that processes record in, and the leftovers in them.

use std::path::{Path, PathBuf};

use crate::model::Check;
use crate::project::context::Context;
use crate::record::{collect, command, folder, life, retention};
use crate::system::refusal;
use crate::text::units;

const SUBJECT: &str = "recording";

/// The most runs never stored that are named one by one.
const FEW: usize = 3;

/// The free space below which there is a notice: the segments of a few processes.
const LITTLE_SPACE: u64 = 256 << 20;

pub(super) fn recording(context: &Context) -> Vec<Check> {
    let mut checks = Vec::new();
    let named = std::env::var_os(command::DIR_VARIABLE).filter(|dir| !dir.is_empty());
    let folder: PathBuf = match &named {
        Some(dir) => context.dir.join(dir).components().collect(),
        None => folder::preferred_base(),
    };
    match folder::check(&folder) {
        Ok(()) => checks.push(space(&folder, named.is_none())),
        Err(error) if error.is_missing() => checks.push(missing(&folder, named.is_none())),
        Err(error) => checks.push(unusable(&error.to_string(), named.is_none())),
    }
    let mut all = if named.is_some() { vec![folder] } else { folder::bases() };
    all.retain(|folder| folder::check(folder).is_ok());
    for folder in all {
        checks.extend(left_over(&folder));
        checks.extend(held(&folder, named.is_some()));
    }
    checks
}

/// Returns the check of a folder that cannot be recorded in. With a fallback, another one takes its
/// place.
fn unusable(why: &str, has_fallback: bool) -> Check {
    if has_fallback {
        let finding = format!("processes record in the temporary folder: {why}");
        let help = "a disk there may hold up calls; see that you can write to shared memory, or set \
                    PERF_TRACK_DIR to a folder of your own in another one";
        return Check::notice(SUBJECT, finding, help);
    }
    Check::broken(
        SUBJECT,
        format!("processes cannot record: {why}"),
        "set PERF_TRACK_DIR to a folder that belongs to you and that nobody else can write to",
    )
}

/// Returns a check of the space held by recordings that nobody collected.
fn held(folder: &Path, named: bool) -> Option<Check> {
    let account = retention::account(folder, named)?;
    Some(Check::notice(SUBJECT, account.finding, account.help))
}

fn missing(folder: &Path, has_fallback: bool) -> Check {
    let parent = folder.parent().unwrap_or(Path::new("/"));
    if !parent.is_dir() {
        let finding = format!("{} cannot be made: its parent is missing", folder.display());
        return if has_fallback {
            unusable(&finding, true)
        } else {
            Check::broken(SUBJECT, finding, "make the parent, or unset PERF_TRACK_DIR")
        };
    }
    match refusal(parent) {
        Some(why) => unusable(&format!("{} cannot be made: {why}", folder.display()), has_fallback),
        None => Check::good(SUBJECT, format!("will be made when needed: {}", folder.display())),
    }
}

fn space(folder: &Path, has_fallback: bool) -> Check {
    let place = folder.display();
    if let Some(why) = refusal(folder) {
        return unusable(&format!("{place} cannot be written to: {why}"), has_fallback);
    }
    let Some(space) = retention::space(folder) else {
        return Check::good(SUBJECT, format!("{place}, closed to others"));
    };
    let finding = format!("{place}, closed to others, {} free", units::bytes(space.free));
    if space.free == 0 || !space.takes_files {
        let finding = format!("{place} has no space left");
        if has_fallback {
            return unusable(&finding, true);
        }
        let finding = format!("{finding}: nothing can be recorded");
        Check::broken(SUBJECT, finding, "free some, or set PERF_TRACK_DIR to another folder")
    } else if space.free < LITTLE_SPACE {
        let help =
            "a process takes up to 64 MiB, or a quarter of the file system (PERF_TRACK_MEMORY)";
        Check::notice(SUBJECT, finding, help)
    } else {
        Check::good(SUBJECT, finding)
    }
}

/// Returns a check for each kind of recordings that nobody has collected.
fn left_over(folder: &Path) -> Vec<Check> {
    let mut checks = Vec::new();
    let listing = collect::list(folder).unwrap_or_default();
    let ended = listing.segments.iter().filter(|path| !collect::may_be_written(path)).count();
    if ended > 0 {
        let finding = match ended {
            1 => "1 process has recorded and was not collected".to_owned(),
            _ => format!("{ended} processes have recorded and were not collected"),
        };
        checks.push(Check::notice(
            SUBJECT,
            finding,
            "store them with `perf-report collect`, `--all` for those of other workspaces",
        ));
    }
    if let Some(unrecorded) = listing.unrecorded.first() {
        let help = "free space, or set PERF_TRACK_DIR to another folder";
        checks.push(Check::notice(SUBJECT, unrecorded.to_string(), help));
    }
    let sessions = life::left_over(folder).unwrap_or_default();
    if sessions.len() > FEW {
        let finding =
            format!("{} runs that were never stored, in {}", sessions.len(), folder.display());
        let help = "store each with `perf-report collect --dir FOLDER`";
        checks.push(Check::notice(SUBJECT, finding, help));
    }
    for session in sessions.iter().take(FEW) {
        let finding = format!("a run that was never stored: {}", session.display());
        let help = format!("store it with `perf-report collect --dir {}`", session.display());
        checks.push(Check::notice(SUBJECT, finding, help));
    }
    checks
}
