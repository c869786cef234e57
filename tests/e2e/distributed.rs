//! Runs of several machines are one run for every command, and what is missing is told.

use std::path::{Path, PathBuf};

use perf_tests::{Finished, Lab, Run, lab, program};
use serde_json::Value;

/// `fibonacci(10)` makes this many calls.
const CALLS: u64 = 2 * 89 - 1;

/// Machines with a folder each, and one store.
struct Fleet {
    store: PathBuf,
    lab: Lab,
}

impl Fleet {
    fn of(lab: Lab) -> Self {
        Self { store: lab.folder().join("team.sqlite"), lab }
    }

    fn report_in(&self, folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Finished {
        let mut command = self.lab.report_command(arguments);
        command.current_dir(folder).env("PERF_TRACK_STORE", &self.store);
        command.envs(variables.iter().copied());
        Finished::from(command.output().expect("perf-report can be run"))
    }

    fn report(&self, arguments: &[&str]) -> Finished {
        self.report_in(self.lab.folder(), arguments, &[])
    }

    /// Makes a part on a machine of its own; of the last the command calls `fibonacci` more often.
    fn part(&self, group: &str, index: u32, of: u32, number: &str) {
        let folder = self.lab.folder().join(format!("machine{index}"));
        std::fs::create_dir_all(folder.join(".perf")).expect("a folder can be made");
        std::fs::write(folder.join("perf.toml"), "").expect("a file can be written");
        let (part, shard) = (format!("{index}/{of}"), format!("SHARD={index}"));
        let command = ["env", &shard, program!("recursion"), "direct", number];
        let options = ["run", "--group", group, "--part", &part, "--"];
        let finished = self.report_in(&folder, &[&options, &command[..]].concat(), &[]);
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    }

    fn run(&self, name: &str) -> Run {
        Run::parse(&self.json(&["show", name, "--format", "json"]).to_string())
    }

    #[track_caller]
    fn json(&self, arguments: &[&str]) -> Value {
        let finished = self.report(arguments);
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        serde_json::from_str(&finished.stdout).expect("it is JSON")
    }
}

#[test]
fn three_machines_make_one_run() {
    let fleet = Fleet::of(lab!());
    for group in ["one", "two", "three"] {
        for index in 1..=3 {
            fleet.part(group, index, 3, "10");
        }
    }
    assert_eq!(fleet.run("latest").calls("fibonacci"), 3 * CALLS);
    let list = fleet.json(&["list", "--format", "json"]);
    assert_eq!((&list["found"], list["runs"].as_array().map(Vec::len)), (&3.into(), Some(3)));
    let text = fleet.report(&["list"]).stdout;
    assert_eq!(text.matches("3 of 3 parts").count(), 3, "{text}");
    assert!(text.contains("env SHARD=* "), "{text}");
    let oldest = list["runs"][2]["id"].as_str().expect("an id");
    for (name, id) in [("latest~2", oldest), (oldest, oldest)] {
        assert_eq!(fleet.json(&["show", name, "--format", "json"])["run"]["id"], id);
    }
    let run = fleet.json(&["show", "--format", "json"]);
    let parts = run["run"]["parts"]["parts"].as_array().expect("parts");
    assert_eq!((parts.len(), &run["run"]["parts"]["missing"]), (3, &Value::Array(Vec::new())));
    assert_eq!(run["process"]["count"], 3);
    // Each part names the whole.
    let third = parts[2]["run"].as_str().expect("an id");
    assert_eq!(fleet.json(&["show", third, "--format", "json"])["run"]["id"], run["run"]["id"]);
    let shown = fleet.report(&["show"]).stdout;
    assert!(shown.contains("3 of 3 parts") && shown.contains(&format!("3: {third}")), "{shown}");

    let saved = fleet.report(&["baseline", "save", "main", "latest~1"]);
    assert_eq!(saved.code, Some(0), "{}", saved.stderr);
    let checked = fleet.report(&["check", "--metrics", "calls"]);
    assert_eq!(checked.code, Some(0), "{}{}", checked.stdout, checked.stderr);
    let history = fleet.json(&["history", "--metric", "calls", "--format", "json"]);
    assert!(history.to_string().contains(&(3 * CALLS).to_string()), "{history}");
    assert_eq!(history["runs"].as_array().map(Vec::len), Some(3), "{history}");
    let page = fleet.lab.folder().join("page.html");
    let html = fleet.report(&["html", "--output", page.to_str().expect("UTF-8")]);
    assert_eq!(html.code, Some(0), "{}", html.stderr);
    let page = std::fs::read_to_string(page).expect("it is written");
    assert!(page.contains("3 of 3 parts"));

    let sent = fleet.report(&["push", "latest", "--to", "other.sqlite"]);
    assert_eq!(sent.code, Some(0), "{}", sent.stderr);
    let there = fleet.report(&["--store", "other.sqlite", "list"]).stdout;
    assert!(there.contains("3 of 3 parts"), "{there}");
    let removed = fleet.report(&["remove", third, "--yes"]);
    assert!(removed.stderr.contains("removed 1 run "), "{}", removed.stderr);
    assert_eq!(fleet.json(&["list", "--format", "json"])["found"], 2);
    assert_eq!(fleet.json(&["show", "--format", "json"])["process"]["count"], 3);
}

#[test]
fn a_missing_part_is_told_and_nothing_passes() {
    let fleet = Fleet::of(lab!());
    for index in 1..=3 {
        fleet.part("whole", index, 3, "10");
    }
    fleet.report(&["baseline", "save", "main"]);
    for index in [1, 3] {
        fleet.part("cut", index, 3, "10");
    }
    let told = "part 2 of 3 is missing in this run";
    for format in ["human", "json", "markdown"] {
        let checked = fleet.report(&["check", "--format", format]);
        assert_eq!(checked.code, Some(5), "{}{}", checked.stdout, checked.stderr);
        assert!(checked.stdout.contains(told), "{format}: {}", checked.stdout);
        let shown = fleet.report(&["show", "--format", format]).stdout;
        let is_said =
            if format == "json" { "\"missing\"" } else { "part 2 of 3 is missing: counts" };
        assert!(shown.contains(is_said), "{format}: {shown}");
    }
    assert!(fleet.report(&["list"]).stdout.contains("2 of 3 parts"));
    let refused = fleet.report(&["baseline", "save", "cut"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("part 2 of 3 is missing"), "{}", refused.stderr);
    // A history is of whole runs.
    let history = fleet.json(&["history", "--metric", "calls", "--format", "json", "--last", "9"]);
    assert!(
        !history.to_string().contains(&(2 * CALLS).to_string())
            || history["runs"].as_array().map(Vec::len) == Some(2)
    );
    // The part comes late.
    fleet.part("cut", 2, 3, "10");
    let checked = fleet.report(&["check", "--metrics", "calls"]);
    assert_eq!(checked.code, Some(0), "{}{}", checked.stdout, checked.stderr);
}

#[test]
fn a_part_that_is_run_again_replaces_what_it_was() {
    let fleet = Fleet::of(lab!());
    fleet.part("ci", 1, 2, "10");
    fleet.part("ci", 2, 2, "10");
    let id = fleet.json(&["show", "--format", "json"])["run"]["id"].clone();
    fleet.part("ci", 2, 2, "10");
    let run = fleet.json(&["show", "--format", "json"]);
    assert_eq!(run["run"]["id"], id, "it is the same run");
    assert_eq!(run["run"]["parts"]["replaced"].as_array().map(Vec::len), Some(1));
    assert_eq!(fleet.run("latest").calls("fibonacci"), 2 * CALLS);
    let shown = fleet.report(&["show"]).stdout;
    assert!(shown.contains("1 run replaced by newer ones"), "{shown}");
    // Another command of the same job is another run.
    fleet.part("ci", 1, 2, "11");
    assert_eq!(fleet.json(&["list", "--format", "json"])["found"], 2);
}

#[test]
fn rounds_of_parts_are_judged_together() {
    let fleet = Fleet::of(lab!());
    for index in ["1/2", "2/2"] {
        let options = ["run", "--repeat", "3", "--group", "ci", "--part", index, "--"];
        let finished =
            fleet.report(&[&options, &[program!("recursion"), "direct", "10"][..]].concat());
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    }
    assert_eq!(fleet.json(&["list", "--format", "json"])["found"], 3);
    let saved = fleet.report(&["baseline", "save", "main"]);
    assert!(saved.stderr.contains("3 runs"), "{}", saved.stderr);
    assert_eq!(fleet.run("latest").calls("fibonacci"), 2 * CALLS);
    let removed = fleet.report(&["remove", "latest", "--yes"]);
    assert!(removed.stderr.contains("removed 3 runs"), "{}", removed.stderr);
}

#[test]
fn a_ci_server_says_which_part_it_is() {
    let fleet = Fleet::of(lab!());
    let run = |variables: &[(&str, &str)], options: &[&str]| {
        let command = [program!("recursion"), "direct", "10"];
        let arguments = [&["run"], options, &["--"], &command].concat();
        fleet.report_in(fleet.lab.folder(), &arguments, variables)
    };
    for index in ["0", "1"] {
        let circle = [
            ("CIRCLE_WORKFLOW_ID", "w"),
            ("CIRCLE_JOB", "test"),
            ("CIRCLE_NODE_INDEX", index),
            ("CIRCLE_NODE_TOTAL", "2"),
        ];
        assert_eq!(run(&circle, &[]).code, Some(0));
    }
    let github = [
        ("GITHUB_RUN_ID", "7"),
        ("GITHUB_JOB", "test"),
        ("GITHUB_RUN_ATTEMPT", "1"),
        ("PERF_TRACK_PART", "2/2"),
    ];
    assert_eq!(run(&github, &[]).code, Some(0));
    assert_eq!(run(&github[..3], &["--part", "1/2"]).code, Some(0));
    let list = fleet.json(&["list", "--format", "json"]);
    let group = |at: usize| list["runs"][at]["parts"]["group"].as_str().unwrap_or_default();
    assert_eq!(
        (&list["found"], group(0), group(1)),
        (&2.into(), "github 7 test", "circleci w test")
    );
    for (options, problem) in [
        (["--part", "0/2"], "parts count from 1"),
        (["--part", "3/2"], "there is no part 3 of 2"),
        (["--part", "1/2"], "of which distributed run"),
        (["--group", "x"], "which part this is"),
    ] {
        let refused = run(&[], &options);
        assert_eq!(refused.code, Some(2), "{options:?}: {}", refused.stderr);
        assert!(refused.stderr.contains(problem), "{options:?}: {}", refused.stderr);
    }
    assert_eq!(run(&github, &["--part", "none"]).code, Some(0));
    assert_eq!(fleet.json(&["list", "--format", "json"])["found"], 3);
}
