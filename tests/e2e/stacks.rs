//! What threads are in: of a process that stays in known calls, and of one that ended in them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use perf_tests::{Finished, Lab, lab, program, skipped};
use serde_json::Value;

/// A running `stuck`, which is killed when it is dropped.
struct Stuck {
    child: Child,
    segments: PathBuf,
    started: Instant,
}

impl Stuck {
    /// Starts it, and waits until all of its threads are where they stay.
    fn start(lab: &Lab, kind: &str) -> Self {
        let (segments, folder) = (lab.new_folder("segments"), lab.new_folder("ready"));
        let started = Instant::now();
        let mut command = lab.command(program!("stuck"));
        command.env("PERF_TRACK_DIR", &segments).arg(kind).arg(&folder).stdout(Stdio::null());
        let child = command.spawn().expect("the program can be started");
        let stuck = Self { child, segments, started };
        while !folder.join("pid").exists() {
            assert!(started.elapsed() < Duration::from_mins(1), "it has not started in a minute");
            sleep(Duration::from_millis(1));
        }
        stuck
    }

    fn pid(&self) -> String {
        self.child.id().to_string()
    }

    fn kill(&mut self) {
        self.child.kill().expect("the program is still there");
        self.child.wait().expect("the program can be waited for");
    }
}

impl Drop for Stuck {
    fn drop(&mut self) {
        // It may have been killed by the test.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `perf-report stacks` of `target`, looking into the folder `segments`.
fn stacks(lab: &Lab, segments: &Path, target: &[&str]) -> Finished {
    let segments = segments.to_str().expect("a temporary folder has a name in UTF-8");
    lab.report([&["stacks", "--dir", segments], target].concat())
}

/// The one process that `perf-report stacks` shows.
fn process(lab: &Lab, segments: &Path, target: &[&str]) -> Value {
    let finished = stacks(lab, segments, &[target, &["--format", "json"]].concat());
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let mut document: Value = serde_json::from_str(&finished.stdout).expect("it is JSON");
    assert_eq!(
        (&document["schema"], &document["version"]),
        (&"perf-track/stacks".into(), &1.into())
    );
    let processes = document["processes"].as_array_mut().expect("processes is a list");
    assert_eq!(processes.len(), 1, "{processes:?}");
    processes.remove(0)
}

/// The stack of each thread as its name and the names of the functions, sorted.
fn in_words(process: &Value) -> Vec<String> {
    let threads = process["threads"].as_array().expect("threads is a list").iter();
    let mut words: Vec<String> = threads
        .map(|thread| {
            let frames = thread["frames"].as_array().expect("frames is a list").iter();
            let names = frames.map(|frame| {
                let name = frame["function"].as_str().expect("a name is text");
                let name = name.strip_prefix("stuck::").unwrap_or(name);
                if frame["recursive"] == true { format!("{name} again") } else { name.to_owned() }
            });
            let thread = thread["name"].as_str().unwrap_or("?");
            format!("{thread}: {}", names.collect::<Vec<_>>().join(" → "))
        })
        .collect();
    words.sort();
    words
}

/// For how long each call of the thread that is in `function` has been running.
fn times(process: &Value, function: &str) -> Vec<u64> {
    let threads = process["threads"].as_array().expect("threads is a list");
    let frames = threads.iter().filter_map(|thread| thread["frames"].as_array());
    let is_in = |frames: &&Vec<Value>| frames.iter().any(|frame| frame["function"] == function);
    let frames = { frames }.find(is_in).unwrap_or_else(|| panic!("no {function} in {process}"));
    frames.iter().map(|frame| frame["running_ns"].as_u64().expect("a time is known")).collect()
}

#[test]
fn a_running_process_is_where_it_is_for_as_long_as_it_is() {
    let lab = lab!();
    let stuck = Stuck::start(&lab, "wait");
    let there = Instant::now();
    let first = process(&lab, &stuck.segments, &[&stuck.pid()]);
    assert_eq!(
        in_words(&first),
        [
            "idle: ",
            "stuck: serve → query",
            "worker-1: work → next_job",
            "worker-2: work → next_job",
        ]
    );
    assert_eq!((&first["running"], &first["ended_threads"]), (&true.into(), &1.into()));
    assert_eq!(first["pid"].as_u64(), Some(stuck.child.id().into()));

    sleep(Duration::from_millis(50));
    let waited = there.elapsed();
    let second = process(&lab, &stuck.segments, &[&stuck.pid()]);
    let most = stuck.started.elapsed();
    for function in ["stuck::query", "stuck::next_job"] {
        let (outer, inner) = match times(&second, function)[..] {
            [outer, inner] => (Duration::from_nanos(outer), Duration::from_nanos(inner)),
            _ => panic!("two calls: {second}"),
        };
        // The rate of the clock is known to a thousandth after so short a time.
        assert!(inner >= waited.mul_f64(0.99), "{inner:?} of {waited:?} at least");
        assert!(outer >= inner && outer <= most.mul_f64(1.01), "{outer:?} of {most:?} at most");
    }
}

#[test]
fn without_a_target_it_is_every_running_process() {
    let lab = lab!();
    let mut stuck = Stuck::start(&lab, "wait");
    let found = process(&lab, &stuck.segments, &[]);
    assert_eq!(found["pid"].as_u64(), Some(stuck.child.id().into()));
    stuck.kill();
    let finished = stacks(&lab, &stuck.segments, &[]);
    assert_eq!(finished.code, Some(4), "{}", finished.stderr);
    assert!(finished.complaint().contains("no running process records in"), "{}", finished.stderr);
    assert!(finished.complaint().contains(&stuck.pid()), "{}", finished.stderr);
}

#[test]
fn a_running_process_is_found_wherever_it_records() {
    if !Path::new("/proc/self/maps").exists() {
        return skipped("this system does not tell what a process has mapped");
    }
    let lab = lab!();
    let stuck = Stuck::start(&lab, "wait");
    let elsewhere = lab.new_folder("elsewhere");
    assert_eq!(process(&lab, &elsewhere, &[&stuck.pid()])["running"], true);

    // Its segment under another name is no longer written to, as far as can be told.
    let segment = process(&lab, &elsewhere, &[&stuck.pid()])["segment"].clone();
    let segment = segment.as_str().expect("a path is text");
    let copy = elsewhere.join(Path::new(segment).file_name().expect("it has a name"));
    fs::copy(segment, &copy).expect("a segment can be copied");
    assert_eq!(process(&lab, &elsewhere, &[copy.to_str().expect("UTF-8")])["running"], false);

    fs::remove_file(segment).expect("a segment can be removed");
    fs::remove_file(copy).expect("a copy can be removed");
    let finished = stacks(&lab, &elsewhere, &[&stuck.pid()]);
    assert_eq!(finished.code, Some(4), "{}", finished.stderr);
    assert!(finished.complaint().contains("was removed while it runs"), "{}", finished.stderr);
}

#[test]
fn a_killed_process_is_where_it_was() {
    let lab = lab!();
    let mut stuck = Stuck::start(&lab, "wait");
    sleep(Duration::from_millis(20));
    stuck.kill();
    let at_end = ["?: ", "?: serve → query", "?: work → next_job", "?: work → next_job"];
    let segments = stuck.segments.to_str().expect("UTF-8").to_owned();
    for target in [stuck.pid(), segments] {
        let found = process(&lab, &stuck.segments, &[&target]);
        assert_eq!(in_words(&found), at_end, "by {target}");
        assert_eq!((&found["running"], &found["ended_threads"]), (&false.into(), &1.into()));
        // The main thread went in last, and nothing is known of later moments.
        let innermost = |function| *times(&found, function).last().expect("it is in a call");
        let (query, next_job) = (innermost("stuck::query"), innermost("stuck::next_job"));
        assert!(query < next_job, "{query} and {next_job} ns");
        assert!(u128::from(next_job) < stuck.started.elapsed().as_nanos());
    }
    let shown = stacks(&lab, &stuck.segments, &[&stuck.pid()]);
    assert!(shown.stdout.contains("3 threads in tracked calls at the end"), "{}", shown.stdout);
    assert!(shown.stdout.contains("└─ stuck::query"), "{}", shown.stdout);
}

#[test]
fn a_recursive_call_is_named_as_one() {
    let lab = lab!();
    let mut stuck = Stuck::start(&lab, "recurse");
    let expected = "visit → children → visit again";
    let found = process(&lab, &stuck.segments, &[&stuck.pid()]);
    assert_eq!(in_words(&found), [format!("stuck: {expected}")]);
    assert_eq!(found["threads"][0]["frames"][2]["running_ns"], Value::Null);
    stuck.kill();
    let found = process(&lab, &stuck.segments, &[&stuck.pid()]);
    assert_eq!(in_words(&found), [format!("?: {expected}")]);
}

#[test]
fn futures_that_sleep_are_in_flight_by_function_and_age() {
    let lab = lab!();
    let mut stuck = Stuck::start(&lab, "asleep");
    let there = Instant::now();
    sleep(Duration::from_millis(50));
    let waited = there.elapsed();
    let check = |found: &Value| {
        let futures = found["futures"].as_array().expect("futures is a list");
        let mut seen: Vec<_> = futures
            .iter()
            .map(|it| (it["function"].as_str(), it["in_flight"].as_u64(), it["aged"].as_u64()))
            .collect();
        seen.sort_unstable();
        let of = |name| (Some(name), Some(3), Some(3));
        assert_eq!(seen, [of("stuck::lookup"), of("stuck::request")], "{found}");
        futures.iter().map(|it| it["median_ns"].as_u64().expect("ages are known")).min()
    };
    let running = process(&lab, &stuck.segments, &[&stuck.pid()]);
    let least = Duration::from_nanos(check(&running).expect("there are some"));
    assert!(least >= waited.mul_f64(0.99), "{least:?} of {waited:?} at least");
    let shown = stacks(&lab, &stuck.segments, &[&stuck.pid()]).stdout;
    assert!(shown.contains("6 futures in flight, no thread is in a tracked call"), "{shown}");
    assert!(shown.contains("stuck::lookup"), "{shown}");
    stuck.kill();
    check(&process(&lab, &stuck.segments, &[&stuck.pid()]));
}

#[test]
fn a_thread_that_calls_without_end_is_in_one_of_its_calls() {
    let lab = lab!();
    let stuck = Stuck::start(&lab, "busy");
    for _ in 0..10 {
        let found = process(&lab, &stuck.segments, &[&stuck.pid()]);
        let [words] = &in_words(&found)[..] else { panic!("one thread: {found}") };
        assert!(["stuck: spin", "stuck: spin → step"].contains(&words.as_str()), "{words}");
    }
}

/// Runs `stuck` to its end; what its threads were in then.
fn at_end(kind: &str, code: Option<i32>) -> (Vec<String>, String) {
    let lab = lab!();
    let segments = lab.new_folder("segments");
    let finished = lab.record(&segments, program!("stuck"), [kind, "."]);
    assert_eq!(finished.code, code, "{}", finished.stderr);
    let folder = segments.to_str().expect("UTF-8");
    let shown = stacks(&lab, &segments, &[folder]);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    (in_words(&process(&lab, &segments, &[folder])), shown.stdout)
}

#[test]
fn a_process_that_aborts_or_exits_is_where_it_did() {
    assert_eq!(at_end("abort", None).0, ["?: serve → query"]);
    assert_eq!(at_end("exit", Some(3)).0, ["?: serve → query"]);
}

#[test]
fn a_process_that_finished_was_in_nothing() {
    for (kind, code) in [("finish", 0), ("panic", 101)] {
        let (words, shown) = at_end(kind, Some(code));
        assert_eq!(words, ["?: "], "{kind}");
        assert!(shown.contains("no tracked call was running at the end"), "{shown}");
    }
}

#[test]
fn what_cannot_be_shown_is_said_with_a_way_out() {
    let lab = lab!();
    let segments = lab.new_folder("segments");
    let says = |target: &str, code: i32, words: &str| {
        let finished = stacks(&lab, &segments, &[target]);
        assert_eq!(finished.code, Some(code), "{target}: {}", finished.stderr);
        assert!(finished.complaint().contains(words), "{target}: {}", finished.stderr);
        assert!(finished.stderr.contains("help: "), "{target}: {}", finished.stderr);
    };
    says("2147483647", 2, "there is no process 2147483647");
    says(&std::process::id().to_string(), 4, "records nothing");
    says("worker", 2, "cannot be read");
    says("/dev/null", 2, "is neither a segment nor a folder");
    says(segments.to_str().expect("UTF-8"), 4, "no process has recorded in");

    fs::write(segments.join("2147483647-1.unrecorded-28"), "").expect("a file can be written");
    says("2147483647", 4, "was not recorded: its segment could not be made: No space left");
    let file = segments.join("7-1.ptseg");
    fs::write(&file, "garbage").expect("a file can be written");
    let finished = stacks(&lab, &segments, &[file.to_str().expect("UTF-8")]);
    assert_eq!(finished.code, Some(6), "{}", finished.stderr);
    assert!(finished.complaint().contains("is not a perf-track segment"), "{}", finished.stderr);
}
