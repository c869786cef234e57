//! Two namespaces of processes, as of containers, that share a folder with each other and with the outside, where
//! processes are killed at any moment and recordings are collected on two sides: each recording comes to one run,
//! with the calls that its process made. `SOAK_SECONDS` says for how long, `KILLS` how many are killed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use perf_runtime::segment::{self, SegmentError};
use perf_tests::{Lab, Run, lab, program, skipped};
use serde_json::Value;

/// As in `container`.
const BATCH: u64 = 50;

/// What makes a namespace.
const UNSHARE: [&str; 6] =
    ["--user", "--map-root-user", "--mount", "--pid", "--fork", "--mount-proc"];

fn number(name: &str, otherwise: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(otherwise, |given| given.parse().expect("a number"))
}

/// The folder that is shared, and the one for what processes say of their calls.
struct Places<'a> {
    shared: &'a Path,
    said: &'a Path,
}

/// Starts `container keep` as `tag`, in namespaces of its own unless `outside`.
fn start(lab: &Lab, places: &Places<'_>, tag: &str, kills: u64, seconds: u64) -> Child {
    let outside = tag.starts_with("outside");
    let mut command = lab.command(if outside { program!("container") } else { "unshare" });
    if !outside {
        command.args(UNSHARE).arg(program!("container"));
    }
    command.arg("keep").arg(places.said).arg(tag);
    command.args([kills.to_string(), seconds.to_string()]);
    if tag.starts_with("inside") {
        command.arg(lab.report_command([""; 0]).get_program());
        command.args(["collect", "--dir"]).arg(places.shared);
    }
    command.env("PERF_TRACK_DIR", places.shared).stdin(Stdio::null());
    command.spawn().expect("it can be started")
}

/// What was collected at one time: the name of the run, if there is one, and what was said of it.
struct Collection {
    label: String,
    said: String,
}

/// Collects from the outside until all containers have ended, and once more then.
fn collect_meanwhile(lab: &Lab, shared: &Path, mut running: Vec<Child>) -> Vec<Collection> {
    let mut collections = Vec::new();
    loop {
        let is_last = running.is_empty();
        let label = format!("here-{}", collections.len());
        let folder = shared.to_str().expect("it is text");
        let collected = lab.report(["collect", "--dir", folder, "--label", &label]);
        collections.push(Collection { label, said: collected.complaint() });
        if is_last {
            return collections;
        }
        running.retain_mut(|child| match child.try_wait().expect("it can be waited for") {
            None => true,
            Some(status) => {
                assert!(status.success(), "a container ended badly: {status}");
                false
            }
        });
        sleep(Duration::from_millis(100));
    }
}

/// Those that were made inside.
fn collections_inside(said: &Path) -> Vec<Collection> {
    let files = fs::read_dir(said).expect("the folder is there");
    let files = files.map(|file| file.expect("it can be listed").path());
    let read = |path: PathBuf| {
        let label = path.file_stem().and_then(|stem| stem.to_str()).expect("it is text");
        let said = fs::read_to_string(&path).expect("it can be read");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        Collection { label: label.to_owned(), said }
    };
    files.filter(|path| path.extension().is_some_and(|it| it == "collected")).map(read).collect()
}

/// What all runs have together.
#[derive(Debug, Default)]
struct Collected {
    /// Calls of each process, as the run has them that has most: those before are of when it still ran.
    calls: BTreeMap<String, u64>,
    /// Recordings, by what tells them apart.
    recordings: BTreeSet<String>,
    /// Recordings that were taken: those in a run whose process had ended, in all runs together.
    taken: u64,
    /// Calls that are known to be missing, at least: on a busy machine a lock may be given up.
    lost: u64,
}

impl Collected {
    fn add(&mut self, run: &Run, said: &str) {
        self.lost += run.at("/recording/lost_calls").as_u64().expect("a number");
        let processes = run.at("/process/processes").as_array().expect("a list");
        let identity = |it: &Value| format!("{} {}", it["pid"], it["started_unix_ns"]);
        self.recordings.extend(processes.iter().map(identity));
        let running = said.matches("is still running").count() as u64;
        self.taken += processes.len() as u64 - running;
        for function in run.functions().filter(|it| it.number("calls") > 0) {
            let calls = self.calls.entry(function.name().to_owned()).or_default();
            *calls = function.number("calls").max(*calls);
        }
    }
}

fn collected(lab: &Lab, collections: &[Collection]) -> Collected {
    let mut all = Collected::default();
    for Collection { label, said } in collections {
        let shown = lab.report(["show", label, "--format", "json"]);
        match shown.code {
            Some(0) => all.add(&Run::parse(&shown.stdout), said),
            // There was nothing to collect, or nothing but what was stopped while it started.
            _ => assert!(!said.is_empty(), "{label}: {shown:?}"),
        }
    }
    all.calls.remove("forking");
    all
}

/// What each process said of its calls: how many there are at most, and how many may be missing from that.
fn said(folder: &Path) -> BTreeMap<String, (u64, u64)> {
    let mut all: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let files = fs::read_dir(folder).expect("the folder is there");
    let files = files.map(|file| file.expect("it can be listed").path());
    for path in files.filter(|path| path.extension().is_some_and(|it| it != "collected")) {
        let tag = path.file_stem().and_then(|tag| tag.to_str()).expect("it is text").to_owned();
        let bytes = fs::read(&path).expect("it can be read");
        // One that was killed before it had said anything made no call.
        let begun = bytes.try_into().map_or(0, u64::from_le_bytes);
        let (most, missing) = all.entry(tag).or_default();
        *most += begun;
        *missing += begun.min(BATCH);
    }
    all
}

/// Checks that nothing is left but what processes left that were stopped while they started. How many.
fn check_left(shared: &Path) -> usize {
    let left = fs::read_dir(shared).expect("it can be listed");
    let left: Vec<_> = left.map(|file| file.expect("it can be listed").path()).collect();
    for path in &left {
        let read = segment::read(path);
        let is_none = matches!(read, Err(SegmentError::Unfinished | SegmentError::Empty));
        assert!(is_none, "{} is left: {read:?}", path.display());
    }
    left.len()
}

#[test]
#[expect(clippy::print_stdout, reason = "seen with --nocapture")]
fn of_containers_that_share_a_folder_every_recording_is_collected_once() {
    let mut probe = Command::new("unshare");
    if !probe.args(UNSHARE).arg("true").output().is_ok_and(|output| output.status.success()) {
        return skipped("this system makes no namespaces for its users");
    }
    let (seconds, kills) = (number("SOAK_SECONDS", 2), number("KILLS", 24));
    let lab = lab!();
    let (shared, said_in) = (lab.new_folder("shared"), lab.new_folder("said"));
    let places = Places { shared: &shared, said: &said_in };
    let sides = ["inside", "beside", "outside"];
    let each = kills.div_ceil(sides.len() as u64);
    let running = sides.map(|side| start(&lab, &places, side, each, seconds)).into();
    let mut collections = collect_meanwhile(&lab, &shared, running);
    collections.extend(collections_inside(&said_in));

    let (found, said, left) = (collected(&lab, &collections), said(&said_in), check_left(&shared));
    for (tag, (most, missing)) in &said {
        let calls = found.calls.get(tag).copied().unwrap_or_default();
        let bounds = most.saturating_sub(missing + found.lost)..=*most;
        assert!(bounds.contains(&calls), "{tag}: {calls} calls, not {bounds:?}");
    }
    let unknown: Vec<_> = found.calls.keys().filter(|tag| !said.contains_key(*tag)).collect();
    assert!(unknown.is_empty(), "nobody made calls of {unknown:?}");
    assert_eq!(found.taken, found.recordings.len() as u64, "each is taken once");
    println!(
        "{seconds} s: {} kills, {} recordings, each collected once, {} calls, {} lost, {} collections, \
         {left} stopped while they started",
        each * 3,
        found.recordings.len(),
        found.calls.values().sum::<u64>(),
        found.lost,
        collections.len()
    );
}
