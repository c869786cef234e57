//! A store in a ClickHouse server answers as a file does, on an old server and the current engine, and says what is
//! wrong where it does not.

mod cluster;
mod faults;
mod fleet;
mod outbox;
mod server;
mod tls;

use std::process::Command;

use perf_tests::{Finished, Lab, consumers, lab, program, skipped};
use serde_json::Value;

/// Runs of several kinds, in the file of the lab.
fn fill(lab: &Lab) {
    for arguments in
        [["init", "-q", "-b", "main"].as_slice(), &["add", "."], &["commit", "-qm", "1"]]
    {
        std::fs::write(lab.folder().join("source"), "1").expect("a file can be written");
        git(lab, arguments);
    }
    let recursion = program!("recursion");
    let hostile = "n'\\\" é\u{1f980} -- `x`";
    for names in [["--label", "one", "--tag", "gpu"], ["--label", hostile, "--tag", "it's,gpu"]] {
        let finished =
            lab.report([&["run"], &names[..], &["--", recursion, "direct", "10"]].concat());
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    }
    lab.report(["run", "--repeat", "3", "--", recursion, "direct", "10"]);
    std::fs::write(lab.folder().join("source"), "2").expect("a file can be written");
    lab.report(["run", "--branch", "side", "--", recursion, "direct", "11"]);
    git(lab, &["commit", "-qam", "2"]);
    lab.report(["run", "--", program!("counting")]);
    lab.report(["run", "--", program!("hostile_names")]);
    lab.report(["run", "--label", "allocs", "--", program!("allocating")]);
    lab.report(["run", "--", "sh", "-c", "exit 7"]);
    let go = "goos: linux\ngoarch: amd64\npkg: a/b\ncpu: X\nBenchmarkSort/20-2 \t 100 \t 12.5 ns/op\n\
              BenchmarkSort/20-2 \t 100 \t 13.5 ns/op\nPASS\n";
    std::fs::write(lab.folder().join("go.txt"), go).expect("a file can be written");
    let imported = lab.report(["import", "go.txt"]);
    assert_eq!(imported.code, Some(0), "{}", imported.stderr);
    for part in ["2/3", "1/3", "1/3"] {
        let options = ["run", "--label", "parts", "--group", "it's", "--part", part, "--"];
        lab.report(
            [&options[..], &["env", &format!("SHARD={part}"), recursion, "direct", "10"]].concat(),
        );
    }
    for _ in 0..4 {
        lab.report(["run", "--", recursion, "direct", "12"]);
    }
}

fn git(lab: &Lab, arguments: &[&str]) {
    let who = ["-c", "user.email=a@b", "-c", "user.name=n"];
    let done = lab.command("git").args(who).args(arguments).status().expect("git can be run");
    assert!(done.success(), "{arguments:?}");
}

fn on(lab: &Lab, url: &str, arguments: &[&str]) -> Finished {
    finish(&mut with(lab, url, arguments))
}

fn with(lab: &Lab, url: &str, arguments: &[&str]) -> Command {
    let mut command = lab.report_command(arguments);
    command.env("PERF_TRACK_STORE", url);
    command
}

fn finish(command: &mut Command) -> Finished {
    Finished::from(command.output().expect("perf-report can be run"))
}

/// A document without the moment at which it was asked for.
fn timeless(text: &str) -> String {
    let Ok(Value::Object(mut document)) = serde_json::from_str(text) else {
        return text.to_owned();
    };
    document.remove("time");
    Value::Object(document).to_string()
}

#[test]
fn every_command_that_reads_gives_the_same_documents_on_each_engine() {
    let servers = server::all();
    if servers.is_empty() {
        return;
    }
    let lab = lab!();
    fill(&lab);
    let project = format!("same{}", std::process::id());
    let urls: Vec<String> = servers.iter().map(|server| server.url("default", &project)).collect();
    for url in &urls {
        let made = on(&lab, url, &["store", "init"]);
        assert_eq!(made.code, Some(0), "{}", made.stderr);
        for outcome in ["sent", "before"] {
            let sent = lab.report(["push", "--all", "--to", url, "--format", "json"]);
            assert_eq!(sent.code, Some(0), "{}", sent.stderr);
            let all = sent.stdout.matches("\"outcome\"").count();
            let such = sent.stdout.matches(&format!("\"outcome\": \"{outcome}\"")).count();
            assert!(all > 0 && such == all, "{outcome} on {url}: {}", sent.stdout);
        }
    }
    let commands = "show label:one|show label:allocs|show latest~2 --tree|show branch:side|list|list --label one|\
        list --tag gpu|list --tag it's|list --branch main|list --branch side|list --failed|list --limit 3|\
        list --limit 2|list --since 1h|list --until 1h|list --source go|list --command recursion|history --run label:one|history|\
        history fib|check|check --baseline label:one|check --baseline main~2|compare label:one branch:side|\
        compare latest~3 latest|changepoints|report|compare-last|slower --since 2020-01-01|\
        slower --since 2020-01-01 --branch side|show nothing|show id:2|list --label nothing";
    for command in commands.split('|').map(str::trim) {
        let words: Vec<&str> = command.split(' ').chain(["--format", "json"]).collect();
        same(&lab, &urls, &words);
    }
    for format in ["pprof", "speedscope", "folded", "csv", "json"] {
        same(&lab, &urls, &["export", format, "--output", "/dev/stdout"]);
    }
    same(&lab, &urls, &["html", "--output", "/dev/stdout"]);
    same(&lab, &urls, &["list", "--format", "json", "--label", "n'\\\" é\u{1f980} -- `x`"]);
    for url in &urls {
        for _ in 0..2 {
            let summed = on(&lab, url, &["store", "roll-up", "--since", "2d"]);
            assert_eq!(summed.code, Some(0), "{}", summed.stderr);
            assert!(!summed.stderr.contains("has 0 rows"), "{}", summed.stderr);
        }
    }
}

#[track_caller]
fn same(lab: &Lab, urls: &[String], words: &[&str]) {
    let expected = lab.report(words);
    for url in urls {
        let found = on(lab, url, words);
        assert_eq!(found.code, expected.code, "{words:?} on {url}: {}", found.stderr);
        let (found, expected) = (timeless(&found.stdout), timeless(&expected.stdout));
        assert_eq!(found, expected, "{words:?} on {url}");
    }
}

#[test]
fn runs_are_renamed_and_removed_and_may_come_back() {
    for server in server::all() {
        let lab = lab!();
        let url = server.url("default", &format!("names{}", std::process::id()));
        assert_eq!(on(&lab, &url, &["store", "init"]).code, Some(0));
        let run = ["run", "--label", "first", "--", program!("recursion"), "direct", "10"];
        assert_eq!(lab.report(run).code, Some(0));
        let push = || lab.report(["push", "--all", "--to", &url]);
        assert_eq!(push().code, Some(0));
        let tagged = on(&lab, &url, &["tag", "label:first", "it's"]);
        assert_eq!(tagged.code, Some(0), "{}: {}", server.name, tagged.stderr);
        let count = || {
            let list = on(&lab, &url, &["list", "--format", "json", "--tag", "it's"]);
            list.stdout.matches("\"first\"").count()
        };
        assert_eq!(count(), 1, "{}", server.name);
        // What was sent before is known, and no later letter takes a name away.
        assert_eq!(push().code, Some(0));
        assert_eq!(count(), 1, "{}", server.name);
        let removed = on(&lab, &url, &["remove", "label:first", "--yes"]);
        assert_eq!(removed.code, Some(0), "{}: {}", server.name, removed.stderr);
        assert_eq!(on(&lab, &url, &["show", "label:first"]).code, Some(4), "{}", server.name);
        assert_eq!(push().code, Some(0));
        let shown = on(&lab, &url, &["show", "label:first", "--format", "json"]);
        assert_eq!(shown.code, Some(0), "{}: {}", server.name, shown.stderr);
    }
}
