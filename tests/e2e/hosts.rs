//! A program that is recorded at the end of its means, in a signal handler, or outside of `main` runs
//! to its end with its own exit code, and its calls are counted or counted as lost.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use perf_runtime::snapshot::Snapshot;
use perf_tests::{Finished, Lab, lab, program, skipped};

/// What a folder of segments says.
fn recorded_in(folder: &Path) -> Snapshot {
    let segments = std::fs::read_dir(folder).expect("the folder is there");
    let paths = segments.map(|segment| segment.expect("it can be listed").path());
    let read = |path: PathBuf| {
        let place = path.display();
        perf_runtime::segment::read(&path).unwrap_or_else(|error| panic!("{place} {error}"))
    };
    let is_segment = |path: &PathBuf| path.extension().is_some_and(|end| end == "ptseg");
    paths.filter(is_segment).map(read).fold(Snapshot::default(), |sum, one| sum.merged(&one))
}

/// Tracked calls of `workload 8 200 …`: 200 rounds of 6 calls on each thread, and 1 around them.
const CALLS: u64 = 8 * (200 * 6 + 1);

/// Calls that were recorded where they belong, and those that are known to be missing there.
fn recorded_and_lost(snapshot: &Snapshot) -> (u64, u64) {
    let overflow = calls(snapshot, "(overflow)");
    (calls(snapshot, "") - overflow, snapshot.losses.lost_calls + overflow)
}

/// Calls that were recorded, of the function whose name ends in `suffix`, or of all.
fn calls(snapshot: &Snapshot, suffix: &str) -> u64 {
    let named = snapshot.functions.iter().zip(snapshot.by_function());
    named.filter(|(function, _)| function.name.ends_with(suffix)).map(|(_, of)| of.calls).sum()
}

fn numbers(text: &str) -> Vec<u64> {
    text.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

/// Calls that `cornered` makes, each from a context of its own.
const CONTEXTS: u64 = 325;

/// Runs `cornered` with `arguments`: how many calls it made, what it said of the recorder, and what
/// was recorded.
fn cornered(arguments: [&str; 2]) -> (u64, String, Snapshot) {
    let lab = lab!();
    let folder = lab.new_folder("session");
    let finished = lab.record(&folder, program!("cornered"), arguments);
    assert_eq!(finished.code, Some(9), "{arguments:?}: {finished:?}");
    assert_eq!(finished.stderr, "", "the recorder says nothing in a program that is not its own");
    (numbers(&finished.stdout)[0], finished.stdout, recorded_in(&folder))
}

#[test]
fn with_nothing_left_before_the_first_call() {
    for (what, error) in [("memory", libc::ENOMEM), ("descriptors", libc::EMFILE)] {
        let (made, said, snapshot) = cornered([what, "first"]);
        assert_eq!(made, CONTEXTS);
        assert!(said.contains(&format!("Failed {{ error: {error} }}")), "{what}: {said}");
        assert_eq!(snapshot, Snapshot::default());
    }
}

#[test]
fn with_nothing_left_to_grow_by() {
    for what in ["memory", "descriptors"] {
        let (made, said, snapshot) = cornered([what, "growth"]);
        assert!(said.contains("Recording"), "{what}: {said}");
        let (recorded, lost) = recorded_and_lost(&snapshot);
        assert!(recorded > 0 && lost > 0, "{what}: {recorded} recorded, {lost} lost");
        assert_eq!(recorded + lost, made, "{what}: no call is lost silently");
    }
}

/// `workload` in a shell that grants it `kib` of memory, recorded into `session` or not at all.
fn in_memory_of(lab: &Lab, kib: u64, session: Option<&Path>) -> Finished {
    let script = format!("ulimit -v {kib} && exec \"$@\"");
    let mut command = lab.command("sh");
    // Whether the C library takes 64 MiB for a thread's heap depends on the limit in its own way.
    command.env("MALLOC_ARENA_MAX", "1");
    command.args(["-c", &script, "sh", program!("workload"), "8", "200", "exit"]);
    match session {
        Some(session) => command.env("PERF_TRACK_DIR", session),
        None => command.env("PERF_TRACK", "off"),
    };
    command.stdin(Stdio::null()).output().expect("a shell can be run").into()
}

#[test]
fn with_little_memory_and_with_less() {
    let lab = lab!();
    // The least that the program itself can do with, within 64 KiB.
    let (mut too_little, mut enough) = (0, 1 << 20);
    while enough - too_little > 64 {
        let middle = u64::midpoint(too_little, enough);
        let ended = in_memory_of(&lab, middle, None).code == Some(7);
        *(if ended { &mut enough } else { &mut too_little }) = middle;
    }
    for more in [1 << 10, 2 << 10, 4 << 10, 64 << 10, 1 << 20] {
        let session = lab.new_folder(&more.to_string());
        let finished = in_memory_of(&lab, enough + more, Some(&session));
        assert_eq!(finished.code, Some(7), "{enough} + {more} KiB: {finished:?}");
        assert_eq!(finished.stdout, "8 threads made 200 rounds each\n");
        let snapshot = recorded_in(&session);
        let counted = calls(&snapshot, "") + snapshot.losses.lost_calls;
        assert!([0, CALLS].contains(&counted), "{enough} + {more} KiB: {counted} of {CALLS}");
        assert!(more < 1 << 20 || calls(&snapshot, "") == CALLS, "with enough of it");
    }
}

/// `cornered` where shared memory, which is recorded into by default, has `kib`; its segments there are
/// copied to `kept`, and any other lies in the temporary folder, which is that of the lab. `None` where no file system can be mounted.
fn in_shared_memory_of(lab: &Lab, kib: u64, kept: &Path) -> Option<Finished> {
    let script = format!(
        "mount -t tmpfs -o size={kib}k tmpfs /dev/shm || exit 99; kept=$1; shift; \"$@\"; code=$?; \
         cp /dev/shm/perf-track-*/*.ptseg \"$kept\" 2>/dev/null; exit $code"
    );
    let mut command: Command = lab.command("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script, "sh"]);
    command.arg(kept).args([program!("cornered"), "nothing", "first"]);
    command.env("TMPDIR", lab.folder());
    let finished = Finished::from(command.stdin(Stdio::null()).output().ok()?);
    let not_possible = finished.code == Some(99) || finished.stderr.starts_with("unshare:");
    (!not_possible).then_some(finished)
}

#[test]
fn with_shared_memory_full_at_once_or_soon() {
    let lab = lab!();
    for (kib, expected) in [(4, "none"), (20, "none"), (48, "some"), (100, "all"), (4096, "all")] {
        let kept = lab.new_folder(&kib.to_string());
        let Some(finished) = in_shared_memory_of(&lab, kib, &kept) else {
            return skipped("no file system can be mounted here");
        };
        assert_eq!(finished.code, Some(9), "{kib} KiB: {finished:?}");
        assert_eq!(finished.stderr, "", "{kib} KiB");
        let snapshot = recorded_in(&kept);
        let (recorded, lost) = recorded_and_lost(&snapshot);
        let found = match (recorded, lost) {
            (0, 0) => "none",
            (_, 0) => "all",
            _ => "some",
        };
        assert_eq!(found, expected, "{kib} KiB: {recorded} recorded, {lost} lost");
        assert!(found == "none" || recorded + lost == CONTEXTS, "{recorded} and {lost} lost");
    }
}

/// What became of the calls of a program whose signal handler makes some.
#[derive(Debug)]
struct Signalled {
    signals: u64,
    /// Calls of `work` and of `handled`, as made and as recorded.
    made: [u64; 2],
    recorded: [u64; 2],
    /// Calls that the recorder knows to be missing, those of the handler in its own slow parts.
    lost: u64,
}

impl Signalled {
    fn run(arguments: [&str; 2]) -> Self {
        let lab = lab!();
        let folder = lab.new_folder("session");
        let finished = lab.record(&folder, program!("signals"), arguments);
        assert_eq!(finished.code, Some(0), "{arguments:?}: {finished:?}");
        let snapshot = recorded_in(&folder);
        let said = numbers(&finished.stdout);
        Self {
            signals: said[2],
            made: [said[0], said[1]],
            recorded: ["::work", "::handled"].map(|function| calls(&snapshot, function)),
            lost: snapshot.losses.lost_calls,
        }
    }
}

#[test]
fn with_signals_handled_in_the_middle_of_a_call() {
    for which in ["other", "same"] {
        let run = Signalled::run(["raised", which]);
        assert_eq!((run.made, run.lost), (run.recorded, 0), "{which}");
    }
}

#[test]
fn with_a_storm_of_signals_whose_handler_calls_another_function() {
    let run = Signalled::run(["storm", "other"]);
    assert_eq!(run.recorded[0], run.made[0], "the handler costs the program no call: {run:?}");
    assert_eq!(run.recorded[1] + run.lost, run.made[1], "and loses none silently: {run:?}");
}

#[test]
fn with_a_storm_of_signals_whose_handler_calls_the_same_function() {
    let run = Signalled::run(["storm", "same"]);
    // A handler that runs while the number of calls is being stored counts its call in vain. What is known to be
    // lost tells nothing more: calls of `part` are among those.
    let missing = run.made[0].checked_sub(run.recorded[0]);
    assert!(missing.is_some_and(|missing| missing <= run.signals), "{run:?}");
}

#[test]
fn before_main_while_it_unwinds_and_after_it() {
    let lab = lab!();
    let finished = lab.run(program!("outside_main"), ["77"]);
    assert_eq!(finished.code, Some(77), "{}", finished.stderr);
    let run = lab.latest();
    let counts = |name: &str| ["calls", "panics"].map(|field| run.function(name).number(field));
    assert_eq!(counts("early"), [3, 0]);
    assert_eq!(counts("fails"), [2, 2]);
    assert_eq!(counts("cleanup"), [2, 0], "a call that returns did not panic");
    assert_eq!(counts("below_cleanup"), [2, 0]);
    assert_eq!(counts("late"), [4, 0]);
    assert_eq!(counts("never_called"), [0, 0], "known, though never called");
    assert_eq!(run.at("/recording/lost_calls"), 0);
}
