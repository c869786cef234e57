//! What running processes do: as tables and documents, and live on a real terminal, in tmux.

mod screen;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use perf_tests::{Finished, Lab, lab, program};
use serde_json::Value;

/// A running `busy`, which is killed when it is dropped.
pub(super) struct Busy {
    child: Child,
    pub(super) segments: PathBuf,
}

impl Busy {
    /// Starts it, and waits until it has recorded calls.
    pub(super) fn start(lab: &Lab, segments: &Path) -> Self {
        let mut command = lab.command(program!("busy"));
        // Longer than any test, and mostly asleep.
        command.args(["100000", "2", "20"]).env("PERF_TRACK_DIR", segments).stdout(Stdio::null());
        let child = command.spawn().expect("the program can be started");
        let busy = Self { child, segments: segments.to_owned() };
        let calls = || {
            let found = top(lab, segments, &[&busy.pid(), "--format", "json"]);
            let document = found.stdout.lines().next().map(parsed);
            document.is_some_and(|it| it["calls"].as_u64() > Some(0))
        };
        wait_until("it has recorded calls", calls);
        busy
    }

    pub(super) fn pid(&self) -> String {
        self.child.id().to_string()
    }

    fn end(&mut self) {
        self.child.kill().expect("the program is still there");
        self.child.wait().expect("the program can be waited for");
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        // It may have been ended by the test.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for a condition; fails after two minutes without it.
pub(super) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < Duration::from_mins(2), "not so in two minutes: {what}");
        sleep(Duration::from_millis(20));
    }
}

/// `perf-report top` with arguments, looking into the folder `segments`.
fn top(lab: &Lab, segments: &Path, arguments: &[&str]) -> Finished {
    let segments = segments.to_str().expect("a temporary folder has a name in UTF-8");
    lab.report([&["top", "--dir", segments], arguments].concat())
}

#[track_caller]
fn parsed(line: &str) -> Value {
    let document: Value =
        serde_json::from_str(line).unwrap_or_else(|error| panic!("not JSON ({error}): {line}"));
    assert_eq!((&document["schema"], &document["version"]), (&"perf-track/top".into(), &1.into()));
    document
}

/// The documents that `top` prints.
#[track_caller]
fn documents(finished: &Finished) -> Vec<Value> {
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    finished.stdout.lines().map(parsed).collect()
}

fn number(document: &Value, function: &str, field: &str) -> f64 {
    let functions = document["functions"].as_array().expect("functions is a list");
    let is_it = |row: &&Value| row["name"].as_str().is_some_and(|name| name.ends_with(function));
    let found = { functions }.iter().find(is_it);
    let found = found.unwrap_or_else(|| panic!("no {function} in {document}"));
    found[field].as_f64().expect("it is a number")
}

#[test]
fn without_a_terminal_it_is_one_table_and_says_why() {
    let lab = lab!();
    let busy = Busy::start(&lab, &lab.new_folder("segments"));
    let shown = top(&lab, &busy.segments, &[&busy.pid()]);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    assert!(
        shown.complaint().contains("no live view: standard output is no terminal"),
        "{shown:?}"
    );
    for part in [&format!("busy {}", busy.pid()), "calls/s", "busy::round", "since the start"] {
        assert!(shown.stdout.contains(part), "{part}: {}", shown.stdout);
    }
    assert!(!shown.stdout.contains('\u{1b}'), "{}", shown.stdout);
}

#[test]
fn further_documents_count_from_the_one_before() {
    let lab = lab!();
    let busy = Busy::start(&lab, &lab.new_folder("segments"));
    let asked = ["--iterations", "3", "--interval", "100ms", "--format", "json"];
    let shown = top(&lab, &busy.segments, &asked);
    assert_eq!(shown.stderr, "");
    let all = documents(&shown);
    let since: Vec<_> = all.iter().map(|it| it["since"].as_str().expect("text")).collect();
    assert_eq!(since, ["start", "last", "last"]);
    for document in &all {
        let (round, tiny) =
            (number(document, "::round", "calls"), number(document, "::tiny", "calls"));
        // The thread may be anywhere in a round at both readings.
        assert!((tiny - 1000.0 * round).abs() <= 2000.0, "{tiny} and {round}");
        let seconds = document["window_ns"].as_f64().expect("a number") / 1e9;
        let rate = number(document, "::round", "calls_per_s");
        assert!((rate * seconds - round).abs() < 1e-3 * round.max(1.0), "{rate} {seconds} {round}");
        assert_eq!(document["processes"][0]["running"], true);
        assert_eq!(document["threads"].as_array().map(Vec::len), Some(1));
    }
}

#[test]
fn tables_are_printed_as_often_as_asked() {
    let lab = lab!();
    let busy = Busy::start(&lab, &lab.new_folder("segments"));
    let shown = top(&lab, &busy.segments, &["--iterations", "2", "--interval", "100ms"]);
    assert_eq!((shown.code, shown.stderr.as_str()), (Some(0), ""));
    assert_eq!(shown.stdout.matches("calls/s ·").count(), 2, "{}", shown.stdout);
    assert!(shown.stdout.contains("of the last "), "{}", shown.stdout);
}

#[test]
fn a_closed_input_and_a_dumb_terminal_are_no_mistakes() {
    let lab = lab!();
    let busy = Busy::start(&lab, &lab.new_folder("segments"));
    let script = format!("exec \"$0\" top {} <&-", busy.pid());
    let mut command = lab.command("sh");
    let report = lab.report_command([""; 0]).get_program().to_owned();
    command.args(["-c", &script]).arg(report).env("PERF_TRACK_DIR", &busy.segments);
    let output = command.env("TERM", "dumb").output().expect("sh can be run");
    let shown = Finished::from(output);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    assert!(shown.stdout.contains("busy::round"), "{shown:?}");
}

#[test]
fn a_process_that_ended_stays_readable() {
    let lab = lab!();
    let mut busy = Busy::start(&lab, &lab.new_folder("segments"));
    let pid = busy.pid();
    busy.end();
    let folder = busy.segments.to_str().expect("UTF-8").to_owned();
    for target in [pid.as_str(), folder.as_str()] {
        let shown = top(&lab, &busy.segments, &[target, "--format", "json"]);
        let document = documents(&shown).remove(0);
        assert_eq!(document["processes"][0]["running"], false);
        assert!(number(&document, "::round", "calls") > 0.0);
        let table = top(&lab, &busy.segments, &[target]);
        assert!(table.stdout.contains(&format!("busy {pid} (ended)")), "{}", table.stdout);
    }
    let none = top(&lab, &busy.segments, &[]);
    assert_eq!(none.code, Some(4), "{}", none.stderr);
    assert!(none.complaint().contains("no running process records in"), "{}", none.stderr);
}

#[test]
fn nothing_to_show_and_mistakes_have_codes_of_their_own() {
    let lab = lab!();
    let segments = lab.new_folder("segments");
    let code = |arguments: &[&str]| top(&lab, &segments, arguments).code;
    assert_eq!(code(&[]), Some(4));
    assert_eq!(code(&[segments.to_str().expect("UTF-8")]), Some(4));
    // This process records nothing.
    assert_eq!(code(&[&std::process::id().to_string()]), Some(4));
    let mistakes: [&[&str]; 7] = [
        &["4194999"],
        &["./gone"],
        &["--interval", "1ms"],
        &["--interval", "soon"],
        &["--iterations", "0"],
        &["--format", "csv"],
        &["4711", "--", "true"],
    ];
    for mistake in mistakes {
        assert_eq!(code(mistake), Some(2), "{mistake:?}");
    }
    let damaged = segments.join("4194304-1.ptseg");
    std::fs::write(&damaged, vec![7; 100_000]).expect("a file can be written");
    let shown = top(&lab, &segments, &[damaged.to_str().expect("UTF-8")]);
    assert_eq!(shown.code, Some(6), "{}", shown.stderr);
}

#[test]
fn two_processes_are_one_table_and_one_that_starts_later_comes_in() {
    let lab = lab!();
    let first = Busy::start(&lab, &lab.new_folder("segments"));
    let mut command = lab.report_command(["top", "--iterations", "100000", "--interval", "100ms"]);
    command.args(["--format", "json"]).env("PERF_TRACK_DIR", &first.segments);
    let mut watching = command.stdout(Stdio::piped()).spawn().expect("it can be started");
    let mut lines = BufReader::new(watching.stdout.take().expect("a pipe")).lines();
    let mut pids = || -> Vec<String> {
        let line = lines.next().expect("a further line").expect("a readable line");
        let processes = parsed(&line)["processes"].as_array().expect("a list").clone();
        processes.iter().map(|process| process["pid"].to_string()).collect()
    };
    assert_eq!(pids(), [first.pid()]);
    let mut second = Busy::start(&lab, &first.segments);
    let both = [first.pid(), second.pid()];
    wait_until("both are seen", || pids() == both);
    second.end();
    assert_eq!(pids(), both, "one that has ended stays");
    let name = |entry: std::fs::DirEntry| entry.file_name().into_string().expect("UTF-8");
    let files = std::fs::read_dir(&first.segments).expect("it can be listed");
    let mut names = files.map(|entry| name(entry.expect("a readable entry")));
    let its = names.find(|name| name.starts_with(&format!("{}-", second.pid())));
    std::fs::remove_file(first.segments.join(its.expect("its segment"))).expect("it is there");
    for _ in 0..3 {
        assert_eq!(pids(), both, "also when somebody has collected it");
    }
    watching.kill().expect("it still runs");
    watching.wait().expect("it can be waited for");
}

#[test]
fn a_command_is_shown_and_stored_and_its_code_passed_on() {
    let lab = lab!();
    let script = "\"$0\" 3 2 1; echo done; exit 7";
    let command = ["top", "--", "sh", "-c", script, program!("busy")];
    let shown = lab.report(command);
    assert_eq!(shown.code, Some(7), "{}", shown.stderr);
    assert!(shown.stdout.contains("ended with exit code 7"), "{}", shown.stdout);
    assert!(shown.stdout.contains("busy::round"), "{}", shown.stdout);
    // Its output is beside the table, and not in it.
    let has_it = |text: &str| text.lines().any(|line| line == "done");
    assert!(has_it(&shown.stderr) && !has_it(&shown.stdout), "{shown:?}");
    assert!(shown.stderr.contains("stored as run"), "{}", shown.stderr);
    let run = lab.latest();
    assert_eq!(*run.at("/run/exit_code"), 7);
    let line = shown.stdout.lines().find(|line| line.starts_with("busy::round")).expect("a row");
    assert!(run.calls("round") > 0, "{line}");
}

#[test]
fn a_command_that_records_nothing_says_so() {
    let lab = lab!();
    let shown = lab.report(["top", "--format", "json", "--", "true"]);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    let document = parsed(shown.stdout.trim_end());
    assert_eq!(document["command"]["exit_code"], 0);
    assert_eq!(document["processes"].as_array().map(Vec::len), Some(0));
    assert!(shown.complaint().contains("nothing was recorded"), "{}", shown.stderr);
    assert_eq!(lab.report(["top", "--", "./gone"]).code, Some(2));
}

#[test]
fn documents_of_a_command_come_while_it_runs() {
    let lab = lab!();
    let asked = ["top", "--iterations", "2", "--interval", "100ms", "--format", "json", "--"];
    // Ends by itself once both documents are there.
    let mut command =
        lab.report_command(asked.iter().chain(&[program!("busy"), "100000", "2", "20"]));
    let mut watching = command.stdout(Stdio::piped()).spawn().expect("it can be started");
    let mut lines = BufReader::new(watching.stdout.take().expect("a pipe")).lines();
    let mut next = || parsed(&lines.next().expect("a line").expect("a readable line"));
    let (first, second) = (next(), next());
    assert_eq!((&first["since"], &second["since"]), (&"start".into(), &"last".into()));
    assert_eq!(second["command"]["running"], true);
    let pid = second["processes"][0]["pid"].to_string();
    let kill = Command::new("kill").arg(&pid).status().expect("kill can be run");
    assert!(kill.success());
    let status = watching.wait().expect("it can be waited for");
    assert_eq!(status.code(), Some(143));
    assert_eq!(*lab.latest().at("/run/signal"), 15);
}
