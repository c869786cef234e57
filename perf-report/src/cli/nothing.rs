//! Why a command left no recording, and what to do about it. Words only.

use std::path::Path;

use crate::collect::Collected;

const SPACE: [i32; 2] = [nix::libc::ENOSPC, nix::libc::EDQUOT];

/// The reason and the advice, the likeliest first.
pub(super) fn why(collected: &Collected, folder: &Path, gone: Option<String>) -> (String, String) {
    let elsewhere = "record in another folder with --dir".to_owned();
    if let Some(gone) = gone {
        return (gone, "the command seems to remove it: ".to_owned() + &elsewhere);
    }
    if let Some(unrecorded) = collected.unrecorded.first() {
        let help = if SPACE.contains(&unrecorded.errno) {
            format!("free space in {}, or {elsewhere}", folder.display())
        } else {
            elsewhere
        };
        return (unrecorded.to_string(), help);
    }
    if collected.is_all_damaged() {
        let reason = "no segment could be read (see above)".to_owned();
        return (reason, "use the same version of perf-runtime and perf-report".to_owned());
    }
    let switch = std::env::var("PERF_TRACK").unwrap_or_default();
    if switch.eq_ignore_ascii_case("off") {
        let reason = "PERF_TRACK=off is set".to_owned();
        return (reason, "unset PERF_TRACK".to_owned());
    }
    if is_full(folder) {
        let reason = format!("{} has no space left", folder.display());
        return (reason, format!("free some, or {elsewhere}"));
    }
    let reason = "no tracked function was called".to_owned();
    let help = "put #[perf_track] on functions that the command calls, and build perf-runtime \
                with its default features, which record"
        .to_owned();
    (reason, help)
}

fn is_full(folder: &Path) -> bool {
    nix::sys::statvfs::statvfs(folder)
        .is_ok_and(|system| system.blocks() > 0 && system.blocks_available() == 0)
}
