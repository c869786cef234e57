//! Recordings that nobody collected, of processes that have ended, and of runs whose `perf-report run` was
//! killed: how much they hold, and which give way. The recorder does the same when it starts;
//! [`perf_runtime::segment::retention`] decides how much may stay.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use perf_runtime::segment::discarded::{self, Ledger};
use perf_runtime::segment::folder::AGENT_LOCK;
use perf_runtime::segment::retention::{Held, Limits, Reason, Space};
use perf_runtime::segment::{MARK_EXTENSION, Outline};

use super::{collect, folder, life};
use crate::files;
use crate::system;
use crate::text::units;

/// The variables that limit what may stay.
const VARIABLES: [&str; 2] = ["PERF_TRACK_RETENTION", "PERF_TRACK_RETENTION_COUNT"];

/// A recording that nobody has collected, and that nobody adds to any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recording {
    /// The segment, or the folder of the session.
    pub path: PathBuf,
    /// True for the folder of a session.
    pub is_session: bool,
    /// The time of the last write.
    pub changed: SystemTime,
    /// The bytes that it takes of its file system.
    pub bytes: u64,
}

/// Reads the limits from the environment.
pub(crate) fn limits() -> Limits {
    let [bytes, recordings] = VARIABLES.map(|name| std::env::var(name).ok());
    Limits::given(bytes.as_deref(), recordings.as_deref())
}

/// Returns the limits that hold in `base`: others while an agent reads what lies there.
fn limits_in(base: &Path) -> Limits {
    let is_read = files::is_locked(&base.join(AGENT_LOCK)) == Some(true);
    if is_read { limits().while_read() } else { limits() }
}

/// Measures the file system that `folder` lies in; `None` where the system does not know.
pub(crate) fn space(folder: &Path) -> Option<Space> {
    let volume = system::volume(folder)?;
    // One that has no limit reports that it has nothing.
    let amount = |of: u64| if volume.total == 0 { u64::MAX } else { of };
    Some(Space {
        total: amount(volume.total),
        free: amount(volume.free),
        takes_files: volume.takes_files,
    })
}

/// Lists the recordings in `base` to which nobody adds any more, the oldest first.
pub(crate) fn recordings(base: &Path) -> Vec<Recording> {
    let entries = fs::read_dir(base).into_iter().flatten();
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut found: Vec<Recording> = paths.filter_map(look_at).collect();
    found.sort_by(|a, b| (a.changed, &a.path).cmp(&(b.changed, &b.path)));
    found
}

/// Sums up what recordings hold.
pub(crate) fn held(recordings: &[Recording]) -> Held {
    let bytes = recordings.iter().fold(0_u64, |sum, one| sum.saturating_add(one.bytes));
    Held { recordings: recordings.len() as u64, bytes }
}

fn look_at(path: PathBuf) -> Option<Recording> {
    let changed = |path: &Path| fs::symlink_metadata(path).and_then(|metadata| metadata.modified());
    if folder::is_session(&path) {
        life::is_over(&path).then_some(())?;
        let inside = files_in(&path);
        let newest = inside.iter().chain([&path]).filter_map(|path| changed(path).ok()).max()?;
        let bytes = inside.iter().map(|path| bytes_of(path)).sum();
        return Some(Recording { path, is_session: true, changed: newest, bytes });
    }
    let metadata = fs::symlink_metadata(&path).ok()?;
    // An empty one may be locked by a process of another namespace in a moment.
    let is_segment = is_segment(&path) && metadata.is_file() && metadata.len() > 0;
    (is_segment && !collect::may_be_written(&path)).then_some(())?;
    let (changed, bytes) = (changed(&path).ok()?, bytes_of(&path));
    Some(Recording { path, is_session: false, changed, bytes })
}

fn is_segment(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == perf_runtime::segment::EXTENSION)
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}

fn bytes_of(path: &Path) -> u64 {
    fs::symlink_metadata(path).map_or(0, |metadata| system::taken(&metadata))
}

/// Discards the oldest recordings in `base` until the others are within the limits and `needed` bytes are
/// free. Segments that lie in no session do so only where `has_segments`.
pub(crate) fn make_room(base: &Path, needed: u64, has_segments: bool) {
    let whole = limits_in(base);
    let mut limits = whole;
    let exceeded = |limits: &Limits, held| limits.exceeded(held, space(base)?, needed);
    let mut recordings = recordings(base);
    recordings.retain(|recording| recording.is_session || has_segments);
    let mut held = held(&recordings);
    if exceeded(&limits, held).is_none() {
        return;
    }
    let ledger = match Ledger::open(base) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
        ledger => ledger.ok(),
    };
    let mut discarding = Discarding { base, ledger };
    for recording in &recordings {
        let Some(reason) = exceeded(&limits, held) else { return };
        limits = space(base).map_or(limits, |space| whole.lowered(space));
        if discarding.discard(recording, Some(reason)) {
            held.recordings = held.recordings.saturating_sub(1);
            held.bytes = held.bytes.saturating_sub(recording.bytes);
        }
    }
}

/// Removes a recording in `base` that somebody asked to remove, and so counts it nowhere. Returns whether
/// it is gone.
pub(crate) fn remove(base: &Path, recording: &Recording) -> bool {
    Discarding { base, ledger: None }.discard(recording, None)
}

struct Discarding<'a> {
    base: &'a Path,
    ledger: Option<Ledger>,
}

impl Discarding<'_> {
    /// Removes a recording, unless somebody has begun to add to it, and counts it where there is a reason.
    /// Returns whether it is gone.
    fn discard(&mut self, recording: &Recording, reason: Option<Reason>) -> bool {
        if look_at(recording.path.clone()).is_none() {
            return !recording.path.exists();
        }
        if !recording.is_session {
            return self.discard_segment(&recording.path, reason);
        }
        for path in files_in(&recording.path) {
            if is_segment(&path) {
                self.discard_segment(&path, reason);
            } else {
                // Whatever stays keeps the folder.
                let _ = fs::remove_file(&path);
            }
        }
        fs::remove_dir(&recording.path).is_ok()
    }

    /// Removes a segment and counts it before, so that whoever ends in between has counted too much, not
    /// too little; if the file system is too full for that, after it.
    fn discard_segment(&mut self, path: &Path, reason: Option<Reason>) -> bool {
        let outline = |path: &Path| files::open(path, u64::MAX).ok().map(|file| Outline::of(&file));
        let mark = path.with_extension(MARK_EXTENSION);
        // What was recorded before a reset does not count.
        let before = outline(&mark).map_or(0, |before| before.calls);
        let Some(outline) = outline(path) else { return false };
        let calls = outline.calls.saturating_sub(before);
        let mut count = || reason.is_none_or(|reason| self.count(&outline, reason, calls));
        let is_counted = count();
        let is_gone = fs::remove_file(path).is_ok();
        let _ = fs::remove_file(mark);
        if is_gone && !is_counted {
            count();
        }
        is_gone
    }

    fn count(&mut self, outline: &Outline, reason: Reason, calls: u64) -> bool {
        if self.ledger.is_none() {
            self.ledger = Ledger::open(self.base).ok();
        }
        let ledger = self.ledger.as_ref();
        ledger.is_some_and(|ledger| ledger.add(outline.program(), reason, (1, calls)).is_ok())
    }
}

/// An account of the recordings in a folder to which nobody adds any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    /// The finding, in words.
    pub finding: String,
    /// The advice on how to free it.
    pub help: String,
    /// True where they hold a good part of what may stay: below that they are in nobody's way, and `doctor` has them.
    pub is_notable: bool,
}

/// Accounts for the recordings in `base`, which somebody has `named` or not; `None` where there are none.
pub(crate) fn account(base: &Path, named: bool) -> Option<Account> {
    let recordings = recordings(base);
    let (held, given_way) = (held(&recordings), given_way(base));
    let sessions = recordings.iter().filter(|recording| recording.is_session).count() as u64;
    (held.recordings + given_way > 0).then(|| {
        let (limits, space) = (limits_in(base), space(base));
        let most_bytes = space.map_or(u64::MAX, |space| limits.bytes_in(space));
        let is_much =
            held.bytes >= most_bytes / NOTABLE || held.recordings >= limits.recordings / NOTABLE;
        let option = if named { format!("--dir {}", base.display()) } else { "--all".to_owned() };
        Account {
            finding: in_words(base, (held, sessions), most_bytes, given_way),
            help: format!(
                "`perf-report collect {option}` stores what processes recorded by themselves, \
                 `perf-report collect {option} --discard` frees all of it"
            ),
            is_notable: is_much,
        }
    })
}

/// The part of the limits from which recordings are worth a word: one in this many.
const NOTABLE: u64 = 4;

fn in_words(base: &Path, (held, sessions): (Held, u64), most: u64, given_way: u64) -> String {
    let place = base.display();
    let of_runs = match sessions {
        0 => String::new(),
        1 => " (1 of them a run that was never stored)".to_owned(),
        _ => format!(" ({sessions} of them runs that were never stored)"),
    };
    let verb = if held.recordings == 1 { "holds" } else { "hold" };
    let more = match given_way {
        0 => String::new(),
        _ => format!(
            "; {} gave way, which the next `collect` tells",
            units::plural(given_way, "recording")
        ),
    };
    format!(
        "{}{of_runs} that nobody collected {verb} {} in {place}, where {} may stay \
         (PERF_TRACK_RETENTION){more}",
        units::plural(held.recordings, "recording"),
        units::bytes(held.bytes),
        units::bytes(most)
    )
}

/// Counts the recordings in `base` that gave way and of which no report has spoken yet.
pub(crate) fn given_way(base: &Path) -> u64 {
    let all = discarded::read(base).unwrap_or_default();
    all.iter().fold(0, |sum, one| sum.saturating_add(one.recordings))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// No process has this id.
    const DEAD: &str = "4294967295";

    fn file(path: &Path, seconds: u64) {
        fs::write(path, [1; 5_000]).unwrap();
        let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        fs::File::options().append(true).open(path).unwrap().set_modified(changed).unwrap();
    }

    #[test]
    fn what_may_be_written_to_is_not_among_what_is_held() {
        let base = tempfile::tempdir().unwrap();
        let at = |name: &str| base.path().join(name);
        file(&at(&format!("{DEAD}-b.ptseg")), 2);
        file(&at(&format!("{DEAD}-a.ptseg")), 3);
        file(&at(&format!("{}-own.ptseg", std::process::id())), 1);
        file(&at("other"), 1);
        for session in ["session-over", "session-lives"] {
            system::make_own_folder(&at(session)).unwrap();
            file(&at(session).join("alive"), 1);
            file(&at(session).join(format!("{DEAD}-a.ptseg")), 1);
        }
        let lock = fs::File::open(at("session-lives/alive")).unwrap();
        lock.lock().unwrap();
        let found = recordings(base.path());
        let names: Vec<_> =
            found.iter().map(|it| it.path.file_name().unwrap().to_str().unwrap()).collect();
        let segments = ["b", "a"].map(|name| format!("{DEAD}-{name}.ptseg"));
        assert_eq!(names, [&segments[0], &segments[1], "session-over"]);
        assert_eq!(held(&found).recordings, 3);
        assert!(found.iter().all(|recording| remove(base.path(), recording)));
        assert!(recordings(base.path()).is_empty() && at("session-lives/alive").exists());
        assert_eq!(given_way(base.path()), 0, "as it was asked for");
    }
}
