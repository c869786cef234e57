//! The folders that processes record in, and what was left in them.

use std::path::{Path, PathBuf};

use nix::sys::statvfs::statvfs;

use super::Check;
use crate::context::Context;
use crate::{collect, command, session, units};

const SUBJECT: &str = "recording";

/// Less free space than this is worth a word: the segments of a few processes.
const LITTLE_SPACE: u64 = 256 << 20;

pub(super) fn recording(context: &Context) -> Vec<Check> {
    let mut checks = Vec::new();
    let named = std::env::var_os(command::DIR_VARIABLE).filter(|dir| !dir.is_empty());
    let folder: PathBuf = match &named {
        Some(dir) => context.dir.join(dir).components().collect(),
        None => session::default_base(),
    };
    match session::check(&folder) {
        Ok(()) => {
            checks.push(space(&folder));
            checks.extend(left_over(&folder));
        }
        Err(error) if error.is_missing() => checks.push(missing(&folder)),
        Err(error) => checks.push(Check::broken(
            SUBJECT,
            format!("processes cannot record: {error}"),
            "set PERF_TRACK_DIR to a folder that belongs to you and that nobody else can write to",
        )),
    }
    checks
}

fn missing(folder: &Path) -> Check {
    let parent = folder.parent().unwrap_or(Path::new("/"));
    if parent.is_dir() {
        Check::good(SUBJECT, format!("will be made when needed: {}", folder.display()))
    } else {
        let finding = format!("{} cannot be made: its parent is missing", folder.display());
        Check::broken(SUBJECT, finding, "make the parent, or unset PERF_TRACK_DIR")
    }
}

fn space(folder: &Path) -> Check {
    let place = folder.display();
    let Ok(system) = statvfs(folder) else {
        return Check::good(SUBJECT, format!("{place}, closed to others"));
    };
    // The types of both differ between systems.
    #[expect(clippy::allow_attributes, reason = "needed on some systems only")]
    #[allow(clippy::useless_conversion, reason = "the types are u64 on some systems only")]
    let free =
        u64::from(system.blocks_available()).saturating_mul(u64::from(system.fragment_size()));
    let finding = format!("{place}, closed to others, {} free", units::bytes(free));
    if free == 0 {
        let finding = format!("{place} has no space left: nothing can be recorded");
        Check::broken(SUBJECT, finding, "free some, or set PERF_TRACK_DIR to another folder")
    } else if free < LITTLE_SPACE {
        Check::notice(SUBJECT, finding, "a process takes up to 64 MiB (PERF_TRACK_MEMORY)")
    } else {
        Check::good(SUBJECT, finding)
    }
}

/// Recordings that nobody has collected.
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
    for session in session::left_over(folder).unwrap_or_default() {
        let finding = format!("a run that was never stored: {}", session.display());
        let help = format!("store it with `perf-report collect --dir {}`", session.display());
        checks.push(Check::notice(SUBJECT, finding, help));
    }
    checks
}
