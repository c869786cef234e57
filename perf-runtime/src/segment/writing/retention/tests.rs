//! Tests of the recordings that give way, their order, and their counts.

use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::segment::discarded::{self, Discarded};
use crate::segment::locks;

/// A folder of segments that is gone afterwards.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let name = format!("perf-track-retention-{name}-{}", std::process::id());
        let place = Self(std::env::temp_dir().join(name));
        let _ = fs::remove_dir_all(&place.0);
        place.folder("");
        place
    }

    fn folder(&self, name: &str) {
        crate::segment::system::make_folder(&self.0.join(name)).unwrap();
    }

    /// Makes a file that was changed `changed` seconds after 1970.
    fn file(&self, name: &str, changed: u64) {
        fs::write(self.0.join(name), [1; 5_000]).unwrap();
        let file = File::options().append(true).open(self.0.join(name)).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(changed)).unwrap();
    }

    /// Makes the segment of a process that has ended.
    fn dead(&self, name: &str, changed: u64) {
        self.file(&format!("{name}.ptseg"), changed);
    }

    fn room(&self, recordings: &str, has_segments: bool) -> Room {
        let limits = Limits::given(None, Some(recordings));
        Room { base: self.0.clone(), limits, has_segments }
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| name != discarded::FILE).collect();
        names.sort_unstable();
        names
    }

    fn counted(&self) -> Vec<(Reason, u64)> {
        let all = discarded::read(&self.0).unwrap();
        all.iter().map(|&Discarded { reason, recordings, .. }| (reason, recordings)).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The id of no process.
const DEAD: &str = "4294967295";

#[test]
fn the_oldest_of_the_dead_give_way_and_are_counted() {
    let place = Place::new("oldest");
    for number in 0..40 {
        // In an order that is none of the names.
        place.dead(&format!("{DEAD}-{}", number * 7 % 40), number);
    }
    let own = format!("{}-living", std::process::id());
    place.dead(&own, 0);
    place.file("other", 0);
    assert!(place.room("5", true).make(0, false), "as many as may stay with one more");
    let kept = [36, 37, 38, 39].map(|number| format!("{DEAD}-{}.ptseg", number * 7 % 40));
    let mut expected = [kept.to_vec(), vec![format!("{own}.ptseg"), "other".to_owned()]].concat();
    expected.sort_unstable();
    assert_eq!(place.names(), expected);
    assert_eq!(place.counted(), [(Reason::Count, 36)]);
    assert!(!place.room("5", true).make(0, false), "nothing is left to do");
}

#[test]
fn where_the_system_refuses_one_gives_way_whatever_the_limits() {
    let place = Place::new("refused");
    place.dead(&format!("{DEAD}-b"), 2);
    place.dead(&format!("{DEAD}-a"), 1);
    assert!(!place.room("9", true).make(0, false));
    assert!(place.room("9", true).make(0, true));
    assert_eq!(place.names(), [format!("{DEAD}-b.ptseg")]);
    assert!(place.room("9", true).make(u64::MAX, false), "more is needed than is free");
    assert!(!place.room("9", true).make(u64::MAX, true), "there is nothing any more");
    assert_eq!(place.counted(), [(Reason::Space, 2)]);
}

#[test]
fn a_session_gives_way_as_a_whole_once_its_run_and_its_processes_have_ended() {
    let place = Place::new("session");
    for session in ["session-dead", "session-running", "session-recording", "session-new"] {
        place.folder(session);
        place.dead(&format!("{session}/{DEAD}-a"), 5);
        place.file(&format!("{session}/run.json"), 5);
    }
    for session in ["session-dead", "session-running", "session-recording"] {
        place.file(&format!("{session}/alive"), 5);
    }
    place.dead(&format!("session-dead/{DEAD}-b"), 5);
    place.dead(&format!("session-recording/{}-b", std::process::id()), 5);
    place.dead(&format!("{DEAD}-named"), 1);
    let lock = File::open(place.0.join("session-running/alive")).unwrap();
    locks::try_exclusive(&lock).unwrap();
    assert!(place.room("0", false).make(0, false));
    let left = [format!("{DEAD}-named.ptseg")]
        .into_iter()
        .chain(["session-new", "session-recording", "session-running"].map(str::to_owned));
    assert_eq!(place.names(), left.collect::<Vec<_>>());
    assert_eq!(place.counted(), [(Reason::Count, 2)]);
    locks::release(&lock);
    // Windows removes no folder with a file that somebody has open.
    drop(lock);
    assert!(place.room("0", true).make(0, false));
    assert_eq!(place.names(), ["session-new", "session-recording"], "both may be alive");
}

#[test]
fn nothing_gives_way_while_somebody_else_is_at_it() {
    let place = Place::new("busy");
    place.dead(&format!("{DEAD}-a"), 1);
    let ledger = Ledger::open(&place.0).unwrap();
    assert!(!place.room("0", true).make(0, false));
    assert!(place.room("0", true).make(0, true), "another attempt may find room");
    assert_eq!(place.names().len(), 1);
    drop(ledger);
    assert!(place.room("0", true).make(0, false));
    assert!(place.names().is_empty());
}

#[test]
fn what_lies_behind_a_link_or_belongs_to_others_stays() {
    let (place, other) = (Place::new("links"), Place::new("linked"));
    other.dead(&format!("{DEAD}-a"), 1);
    other.folder("session-open");
    other.dead(&format!("session-open/{DEAD}-a"), 1);
    let links = [
        link_to_file(&other, &format!("{DEAD}-a.ptseg"), &place, &format!("{DEAD}-link.ptseg")),
        link_to_folder(&other, "session-open", &place, "session-link"),
    ];
    // Wine says that it makes them.
    if links.iter().any(Result::is_err) || place.names().len() != 2 {
        skipped(&format!("this user may make no links: {links:?}"));
        return;
    }
    assert!(!place.room("0", true).make(0, true));
    assert_eq!((place.names().len(), other.names().len()), (2, 2));
    other.file("session-open/alive", 1);
    if !open_to_others(&other, "session-open") {
        skipped("a folder that is open to others");
        return;
    }
    assert!(!other.room("0", false).make(0, true));
    assert_eq!(other.names().len(), 2);
}

fn skipped(what: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "skipped: {what}");
}

#[cfg(unix)]
fn link_to_file(from: &Place, name: &str, to: &Place, link: &str) -> std::io::Result<()> {
    std::os::unix::fs::symlink(from.0.join(name), to.0.join(link))
}

#[cfg(windows)]
fn link_to_file(from: &Place, name: &str, to: &Place, link: &str) -> std::io::Result<()> {
    std::os::windows::fs::symlink_file(from.0.join(name), to.0.join(link))
}

#[cfg(unix)]
fn link_to_folder(from: &Place, name: &str, to: &Place, link: &str) -> std::io::Result<()> {
    link_to_file(from, name, to, link)
}

#[cfg(windows)]
fn link_to_folder(from: &Place, name: &str, to: &Place, link: &str) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(from.0.join(name), to.0.join(link))
}

/// Lets everybody write in a folder, if that can be done here.
#[cfg(unix)]
fn open_to_others(place: &Place, name: &str) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(place.0.join(name), fs::Permissions::from_mode(0o777)).is_ok()
}

/// Lets everybody (`S-1-1-0`) write in a folder, if that can be done here.
#[cfg(windows)]
fn open_to_others(place: &Place, name: &str) -> bool {
    let mut command = std::process::Command::new("icacls");
    command.arg(place.0.join(name)).args(["/grant", "*S-1-1-0:(F)"]);
    let given = command.output().is_ok_and(|output| output.status.success());
    // Wine has no such program that does it.
    given && crate::segment::system::fault_of(&place.0.join(name), 0).is_ok_and(|it| it.is_some())
}
