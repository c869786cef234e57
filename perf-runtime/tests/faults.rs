//! Faults in which systems differ: a process that is killed, threads that come and go, growth, paths,
//! and folders of others. Each is played by this program once more, with the name of the part in
//! its environment.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "parts say that they are ready")]

use std::cell::Cell;
use std::fs;
use std::hint::black_box;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

use perf_runtime::segment::life::{Life, life};
use perf_runtime::segment::{self, folder};
use perf_runtime::snapshot::{Measures, Snapshot};
use perf_runtime::{State, perf_scope, perf_track, status};

/// The variable that names a part.
const PART: &str = "PERF_TRACK_TEST_PART";

/// A folder that is gone afterwards.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let name = format!("perf-track-faults-{name}-{}", std::process::id());
        let place = Self(std::env::temp_dir().join(name));
        fs::create_dir_all(&place.0).unwrap();
        place
    }

    /// The folder for segments, which the part makes.
    fn segments(&self) -> PathBuf {
        self.0.join("segments")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Has this program play a part that records in `folder`.
fn playing(part: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", part, "--nocapture", "--test-threads=1"]);
    command.env(PART, part).env("PERF_TRACK_DIR", folder);
    command.env("PERF_TRACK_OVERHEAD", "100%");
    command.stdin(Stdio::null());
    command
}

/// Returns whether this process is to play `part`.
fn is(part: &str) -> bool {
    std::env::var(PART).is_ok_and(|it| it == part)
}

/// Has a part played to its end, and reads what it recorded.
fn played(part: &str, folder: &Path) -> Snapshot {
    let output = playing(part, folder).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{part}: {text}{}", String::from_utf8_lossy(&output.stderr));
    segment::read(&the_segment(folder)).unwrap()
}

fn the_segment(folder: &Path) -> PathBuf {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut segments: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|it| it == segment::EXTENSION))
        .collect();
    assert_eq!(segments.len(), 1, "{segments:?}");
    segments.remove(0)
}

fn measures(snapshot: &Snapshot, name: &str) -> Measures {
    let name = format!("faults::{name}");
    let at = snapshot.functions.iter().position(|function| function.name == name);
    at.map(|at| snapshot.by_function()[at].clone()).unwrap_or_default()
}

/// Starts a part, and waits until it says that it is ready.
fn ready(part: &str, folder: &Path) -> (Child, BufReader<ChildStdout>) {
    let mut child = playing(part, folder).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.ends_with("ready\n") && !line.ends_with("ready\r\n") {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0, "{part} ended too early");
    }
    (child, output)
}

#[perf_track]
fn short(x: u64) -> u64 {
    black_box(x) + 1
}

#[perf_track]
fn endless() {
    black_box((0..1_000).fold(0, |sum, it| sum + short(it)));
    println!("\nready");
    loop {
        thread::sleep(Duration::from_secs(1));
    }
}

#[test]
fn plays_endless() {
    if is("plays_endless") {
        endless();
    }
}

#[test]
fn who_is_killed_leaves_everything_behind() {
    let place = Place::new("killed");
    let folder = place.segments();
    let (mut child, _output) = ready("plays_endless", &folder);
    let path = the_segment(&folder);
    assert_eq!(life(&path, None), Life::Alive);
    let running = segment::read(&path).unwrap();
    assert_eq!(measures(&running, "endless").unfinished, 1);
    let stacks = segment::last_stacks(&path).unwrap();
    let names = stacks.threads.iter().flat_map(|thread| &thread.frames);
    assert!(names.map(|frame| &*frame.function).eq(["faults::endless"]), "{stacks:?}");
    child.kill().unwrap();
    child.wait().unwrap();
    let killed = segment::read(&path).unwrap();
    assert_eq!(measures(&killed, "short").calls, 1_000);
    assert_eq!(measures(&killed, "endless").unfinished, 1);
    assert_eq!(killed.losses, perf_runtime::snapshot::Losses::default());
    assert_eq!(life(&path, None), Life::Ended);
    fs::remove_file(&path).unwrap();
}

/// A value whose destructor, at the end of its thread, calls a tracked function.
struct Calls;

impl Drop for Calls {
    fn drop(&mut self) {
        last(1);
    }
}

#[perf_track]
fn first(x: u64) -> u64 {
    black_box(x)
}

#[perf_track]
fn last(x: u64) -> u64 {
    black_box(x)
}

const THREADS: u64 = 500;

#[test]
fn plays_threads() {
    thread_local! {
        static BEFORE: Calls = const { Calls };
        static AFTER: Calls = const { Calls };
        static NOTHING: Cell<u32> = const { Cell::new(0) };
    }
    if is("plays_threads") {
        for _ in 0..THREADS {
            let work = || {
                BEFORE.with(|_| ());
                first(1);
                AFTER.with(|_| ());
                NOTHING.with(|it| it.set(1));
            };
            thread::spawn(work).join().unwrap();
        }
        // Each was at an end, its destructors included, before the next one began.
        assert!(status().segment_bytes < 256 << 10, "{:?}", status());
    }
}

#[test]
fn threads_that_come_and_go_lose_no_call_and_leave_their_memory_to_others() {
    let place = Place::new("threads");
    let snapshot = played("plays_threads", &place.segments());
    assert_eq!(measures(&snapshot, "first").calls, THREADS);
    assert_eq!(measures(&snapshot, "last").calls, 2 * THREADS, "in destructors, of both orders");
    assert_eq!(snapshot.losses, perf_runtime::snapshot::Losses::default());
    assert!(snapshot.processes[0].threads <= 2, "{:?}", snapshot.processes[0]);
}

const BRANCHES: u64 = 40;

#[test]
fn plays_contexts() {
    if is("plays_contexts") {
        for branch in 0..BRANCHES {
            let _branch = perf_scope!(format!("faults::branch {branch}"));
            for leaf in 0..BRANCHES {
                // Folded into its distribution once, and more.
                for _ in 0..50 {
                    let _leaf = perf_scope!(format!("faults::leaf {leaf}"));
                }
            }
        }
    }
}

#[test]
fn a_segment_grows_piece_by_piece_and_stays_whole() {
    let place = Place::new("growth");
    let snapshot = played("plays_contexts", &place.segments());
    for number in 0..BRANCHES {
        assert_eq!(measures(&snapshot, &format!("branch {number}")).calls, 1);
        let leaf = measures(&snapshot, &format!("leaf {number}"));
        assert_eq!([leaf.calls, leaf.histogram.count()], [50 * BRANCHES; 2]);
    }
    assert_eq!(snapshot.losses, perf_runtime::snapshot::Losses::default());
    assert!(snapshot.processes[0].segment_bytes > 1 << 20, "of many pieces");
}

#[test]
fn plays_short() {
    if is("plays_short") {
        short(1);
    }
}

#[test]
fn a_folder_may_be_called_and_be_as_far_away_as_it_likes() {
    let place = Place::new("paths");
    for name in ["with spaces and ' quotes", "ünïcödé 目录 🦀", "%PATH% $HOME & (1)", ".hidden"]
    {
        let folder = place.0.join(name);
        assert_eq!(measures(&played("plays_short", &folder), "short").calls, 1, "{name}");
    }
    let far = (0..3).fold(place.0.clone(), |path, _| path.join("x".repeat(100)));
    fs::create_dir_all(&far).unwrap();
    let folder = far.join("segments");
    assert!(folder.as_os_str().len() > 300);
    assert_eq!(measures(&played("plays_short", &folder), "short").calls, 1);
    assert_eq!(life(&the_segment(&folder), None), Life::Ended);
}

#[test]
fn plays_refused() {
    if is("plays_refused") {
        assert_eq!(short(1), 2);
        assert!(matches!(status().state, State::Failed { .. }), "{:?}", status());
    }
}

/// Finds a folder of another user, or makes one.
#[cfg(unix)]
fn folder_of_another(place: &Place) -> Option<PathBuf> {
    let folder = place.segments();
    fs::create_dir(&folder).unwrap();
    std::os::unix::fs::chown(&folder, Some(4_711), None).ok().map(|()| folder)
}

/// Finds a folder of another user: that of the system.
#[cfg(windows)]
fn folder_of_another(_place: &Place) -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("SystemRoot")?);
    // Wine's belongs to whoever started it.
    folder::check(&folder, folder::user()).is_err().then_some(folder)
}

#[test]
fn nothing_is_recorded_in_a_folder_of_another_user() {
    let place = Place::new("another");
    let Some(folder) = folder_of_another(&place) else {
        eprintln!("skipped: there is no folder of another user, and none can be made");
        return;
    };
    let output = playing("plays_refused", &folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let left =
        fs::read_dir(&folder).unwrap().filter_map(|it| it.ok()?.file_name().into_string().ok());
    assert_eq!(left.filter(|name| name.contains(segment::EXTENSION)).count(), 0);
    #[cfg(unix)]
    assert!(folder::check(&folder, 0).unwrap_err().is_refused());
}
