//! `monitor`: rounds over stored runs with a known past, what is told whom, and how it ends.

mod days;
mod past;

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use perf_report::model::Suite;
use serde_json::Value;

use crate::desk::{Desk, Finished, checked, names};
use past::{at, day, event, quiet};

const ALERT_SCHEMA: &str = include_str!("../../schemas/alert.v1.schema.json");
const MONITOR_SCHEMA: &str = include_str!("../../schemas/monitor.v1.schema.json");
const TRACKED_SCHEMA: &str = include_str!("../../schemas/tracked.v1.schema.json");

/// A round over what is stored, on the morning of a day.
fn round(desk: &Desk, day: u32, more: &[&str]) -> Finished {
    let now = at(day);
    desk.report(&[&["monitor", "--no-run", "--now", &now], more].concat())
}

/// A desk with twelve quiet days behind it, and a round on the last of them.
fn quiet_desk() -> Desk {
    let desk = Desk::new();
    desk.store_all(&(0..12).map(|on| day(1, on, &quiet)).collect::<Vec<_>>());
    let finished = round(&desk, 11, &[]);
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(0), ""), "{finished:?}");
    assert_eq!(finished.stderr, "");
    desk
}

/// The day 12, on which a function takes three times as long.
fn slow(name: &str, on: u32) -> f64 {
    quiet(name, on) * if name == "demo::step" { 3.0 } else { 1.0 }
}

/// Makes a program of a shell script, the alert command of the desk.
fn alert_command(desk: &Desk, script: &str, more: &str) {
    let path = desk.path("notify");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let text = format!("[alert]\ncommand = [{:?}, \"a word\"]\n{more}", path.display().to_string());
    fs::write(desk.path("perf.toml"), text).unwrap();
}

#[test]
fn a_quiet_round_prints_nothing_and_leaves_a_report() {
    let desk = quiet_desk();
    let reports = desk.list(".perf/reports");
    assert_eq!(reports, ["monitor-20260112T063000Z.json", "monitor-20260112T063000Z.md"]);
    let report = fs::read_to_string(desk.path(".perf/reports/monitor-20260112T063000Z.json"));
    let report = checked(&report.unwrap(), MONITOR_SCHEMA);
    assert_eq!((&report["status"], &report["baseline"]), (&"success".into(), &"last~10".into()));
    assert_eq!(report["baseline_runs"], 10);
    for format in ["slack", "discord", "teams", "github-issue"] {
        let finished = round(&desk, 11, &["--format", format, "--output", "body.json"]);
        assert_eq!(finished.code, Some(0), "{finished:?}");
        assert_eq!(fs::read_to_string(desk.path("body.json")).unwrap(), "", "{format}");
    }
    let status = round(&desk, 11, &["--format", "commit-status"]).stdout;
    assert_eq!(serde_json::from_str::<Value>(&status).unwrap()["state"], "success");
    let json = round(&desk, 11, &["--format", "json"]).stdout;
    checked(&json, MONITOR_SCHEMA);
    assert!(!desk.path(".perf/alerts.json").exists() || !json.contains("\"firing\": [{"));
}

#[test]
fn a_slow_down_is_printed_once_and_fails_until_it_is_over() {
    let desk = quiet_desk();
    desk.store_all(&[day(1, 12, &slow)]);
    let first = round(&desk, 12, &[]);
    assert_eq!(first.code, Some(3), "{first:?}");
    insta::assert_snapshot!(first.stdout);
    let again = round(&desk, 12, &[]);
    assert_eq!((again.code, again.stdout.as_str()), (Some(3), ""), "it was told");
    let reminded = round(&desk, 13, &[]);
    assert!(reminded.stdout.contains("STILL"), "{reminded:?}");
    let never = round(&desk, 15, &["--remind", "never"]);
    assert_eq!((never.code, never.stdout.as_str()), (Some(3), ""));
    desk.store_all(&[day(1, 16, &quiet), day(1, 17, &quiet)]);
    let over = round(&desk, 17, &["--remind", "never"]);
    // The run of the day before was not looked at, so that this is the first quiet one.
    assert_eq!((over.code, over.stdout.as_str()), (Some(3), ""), "{over:?}");
    desk.store_all(&[day(1, 18, &quiet)]);
    let over = round(&desk, 18, &["--remind", "never"]);
    assert_eq!(over.code, Some(0));
    assert!(over.stdout.contains("RESOLVED") && !over.stdout.contains("STILL"), "{over:?}");
    assert_eq!(round(&desk, 19, &[]).stdout, "");
}

#[test]
fn a_target_that_a_suite_misses_is_told_once_and_its_end_once() {
    let desk = Desk::new();
    let toml = "[suite.\"app::*\"]\nduration = \"10 s\"\nsuccess = \"100%\"\n";
    fs::write(desk.path("perf.toml"), toml).unwrap();
    let of = |on: u32, seconds: u64, failed: u64| {
        let mut run = day(1, on, &quiet);
        run.suites = vec![Suite {
            name: "app::e2e".to_owned(),
            wall_ns: Some(seconds * 1_000_000_000),
            passed: Some(9),
            failed: Some(failed),
            exit_code: Some(0),
            ..Suite::default()
        }];
        run
    };
    let news = |on: u32, seconds: u64, failed: u64| {
        desk.store_all(&[of(on, seconds, failed)]);
        let told = round(&desk, on, &["--remind", "never", "--format", "json"]);
        let report = checked(&told.stdout, MONITOR_SCHEMA);
        (told.code, event(&report).join(", "))
    };
    let none = String::new;
    assert_eq!(news(0, 9, 0), (Some(0), none()));
    assert_eq!(news(1, 13, 0), (Some(3), "firing budget app::e2e suite.duration".to_owned()));
    assert_eq!(news(2, 13, 0), (Some(3), none()), "it was told");
    assert_eq!(news(3, 9, 0), (Some(3), none()), "one quick run may be chance");
    assert_eq!(news(4, 9, 0), (Some(0), "resolved budget app::e2e suite.duration".to_owned()));
    let failing = "firing failed app::e2e, firing budget app::e2e suite.success".to_owned();
    assert_eq!(news(5, 9, 1), (Some(3), failing));
    let over = "resolved failed app::e2e, resolved budget app::e2e suite.success".to_owned();
    assert_eq!(news(6, 9, 0), (Some(0), over));
    assert_eq!(news(7, 9, 0), (Some(0), none()));
}

#[test]
fn what_an_older_version_remembered_goes_on() {
    let desk = quiet_desk();
    desk.store_all(&[day(1, 12, &slow)]);
    assert!(round(&desk, 12, &[]).stdout.contains("1 new alert"));
    let path = desk.path(".perf/alerts.json");
    let mut memory: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let entries = memory["watches"][0]["entries"].as_array_mut().unwrap();
    let mut old = entries[0].clone();
    old.as_object_mut().unwrap().remove("metrics");
    *entries = ["mean_ns", "self_ns"]
        .map(|metric| {
            old["metric"] = metric.into();
            old.clone()
        })
        .to_vec();
    fs::write(&path, memory.to_string()).unwrap();
    let again = round(&desk, 12, &[]);
    assert_eq!((again.code, again.stdout.as_str(), again.stderr.as_str()), (Some(3), "", ""));
    desk.store_all(&[day(1, 13, &quiet)]);
    round(&desk, 13, &["--remind", "never"]);
    desk.store_all(&[day(1, 14, &quiet)]);
    let over = round(&desk, 14, &["--remind", "never"]);
    assert_eq!((over.code, over.stdout.matches("RESOLVED").count()), (Some(0), 1), "{over:?}");
}

#[test]
fn a_baseline_of_perf_toml_may_be_yet_to_come() {
    let desk = quiet_desk();
    fs::write(desk.path("perf.toml"), "[profile.default.check]\nbaseline = \"main\"\n").unwrap();
    let finished = round(&desk, 11, &["--format", "json"]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let report = checked(&finished.stdout, MONITOR_SCHEMA);
    assert_eq!(report["baseline"], "last~10");
    assert!(report["notes"].to_string().contains("there is no baseline"), "{report}");
}

#[test]
fn the_alert_command_is_told_once_and_again_where_it_fails() {
    let desk = quiet_desk();
    alert_command(
        &desk,
        "cat >> told; env | grep ^PERF_TRACK_ALERT_ | sort >> variables; exit $(cat code)",
        "",
    );
    fs::write(desk.path("code"), "1").unwrap();
    desk.store_all(&[day(1, 12, &slow)]);
    let lost = round(&desk, 12, &[]);
    assert_eq!(lost.code, Some(3), "an alert says more than its delivery");
    assert!(lost.stderr.contains("notify` ended with exit code 1"), "{lost:?}");
    assert!(lost.stderr.contains("it is told again in the next round"), "{lost:?}");
    fs::write(desk.path("code"), "0").unwrap();
    fs::remove_file(desk.path("told")).unwrap();
    fs::remove_file(desk.path("variables")).unwrap();
    let told = round(&desk, 12, &[]);
    assert_eq!(told.stderr, "");
    let document = fs::read_to_string(desk.path("told")).unwrap();
    let document = checked(&document, ALERT_SCHEMA);
    assert_eq!(document["alerts"][0]["event"], "firing");
    let variables = fs::read_to_string(desk.path("variables")).unwrap();
    let report = variables.lines().find(|line| line.contains("_REPORT=")).unwrap();
    assert!(report.ends_with(".perf/reports/monitor-20260113T063000Z-2.md"), "{report}");
    let variables: Vec<&str> = variables.lines().filter(|it| !it.contains("_REPORT=")).collect();
    insta::assert_snapshot!(variables.join("\n"));
    round(&desk, 12, &[]);
    let once = fs::read_to_string(desk.path("told")).unwrap();
    assert_eq!(once.matches("\"schema\"").count(), 1, "{once}");
}

#[test]
fn a_command_that_cannot_be_told_fails_a_round_that_is_well() {
    let desk = quiet_desk();
    fs::write(desk.path("perf.toml"), "[alert]\ncommand = [\"./nowhere\"]\non = \"always\"\n")
        .unwrap();
    let finished = round(&desk, 11, &[]);
    assert_eq!(finished.code, Some(1), "{finished:?}");
    assert!(finished.stderr.contains("`./nowhere` cannot be started"), "{finished:?}");
    alert_command(&desk, "sleep 100", "on = \"always\"\ntimeout = \"200ms\"\n");
    let finished = round(&desk, 11, &[]);
    assert_eq!(finished.code, Some(1), "{finished:?}");
    assert!(finished.stderr.contains("notify` was ended after"), "{finished:?}");
}

#[test]
fn a_dead_mans_service_hears_of_each_round() {
    let desk = quiet_desk();
    let script = "echo $PERF_TRACK_ALERT_STATUS >> told; cat > last; echo unheard";
    alert_command(&desk, script, "on = \"always\"\n");
    let told = || {
        let told = fs::read_to_string(desk.path("told")).unwrap_or_default();
        let _ = fs::remove_file(desk.path("told"));
        told.replace('\n', " ")
    };
    assert_eq!(round(&desk, 11, &[]).stdout, "");
    assert_eq!(told(), "start success ");
    checked(&fs::read_to_string(desk.path("last")).unwrap(), ALERT_SCHEMA);
    desk.store_all(&[day(1, 12, &slow)]);
    round(&desk, 12, &[]);
    assert_eq!(told(), "start failure ");
    let broken = desk.report(&["monitor", "--no-run", "--", "nobody", "ran", "this"]);
    broken.said(4, "no run of `nobody ran this` is stored");
    assert_eq!(told(), "start failure ");
}

#[test]
fn hostile_names_reach_nobody_as_commands() {
    let desk = Desk::new();
    let hostile = "demo::\u{1b}[31m\n::error::$(touch owned)`touch owned`<!channel>@everyone";
    let named = |slow: bool, on: u32| {
        let mut run = day(1, on, &quiet);
        let function = run.functions.first_mut().unwrap();
        hostile.clone_into(&mut function.name);
        if slow {
            for ns in [&mut function.self_ns, &mut function.total_ns] {
                *ns *= 3;
            }
            function.mean_ns = function.mean_ns.map(|ns| ns * 3.0);
        }
        run
    };
    desk.store_all(&(0..12).map(|on| named(on == 11, on)).collect::<Vec<_>>());
    alert_command(&desk, "cat > told; env > variables", "");
    for (number, format) in ["human", "markdown", "slack", "discord"].iter().enumerate() {
        let _ = fs::remove_file(desk.path(".perf/alerts.json"));
        let now = at(11 + u32::try_from(number).unwrap());
        let finished = desk.report(&["monitor", "--no-run", "--now", &now, "--format", format]);
        assert_eq!(finished.code, Some(3), "{finished:?}");
        assert!(!finished.stdout.contains('\u{1b}'), "{finished:?}");
        assert!(!finished.stdout.lines().any(|line| line.starts_with("::error")), "{finished:?}");
    }
    let variables = fs::read_to_string(desk.path("variables")).unwrap();
    assert!(!variables.contains('\u{1b}') && !variables.contains("\n::error"), "{variables}");
    assert!(!desk.path("owned").exists());
    let told: Value =
        serde_json::from_str(&fs::read_to_string(desk.path("told")).unwrap()).unwrap();
    assert_eq!(told["alerts"][0]["function"], hostile, "in JSON it is exact");
}

#[test]
fn damage_to_what_is_remembered_is_said_and_begun_anew() {
    let desk = quiet_desk();
    desk.store_all(&[day(1, 12, &slow)]);
    assert!(round(&desk, 12, &[]).stdout.contains("ALERT"));
    fs::write(desk.path(".perf/alerts.json"), "{ half of it").unwrap();
    let finished = round(&desk, 12, &[]);
    assert!(finished.stdout.contains("ALERT"), "told once more: {finished:?}");
    finished.said(3, "it is kept as .perf/alerts-damaged-1.json");
    assert_eq!(round(&desk, 12, &[]).stderr, "");
}

#[test]
fn a_command_that_fails_is_an_alert_and_its_output_is_shown_once() {
    let desk = Desk::new();
    let run = |code: &str| {
        desk.report(&[
            "monitor",
            "--no-probe",
            "--",
            "sh",
            "-c",
            "echo out; exit $(cat code)",
            code,
        ])
    };
    fs::write(desk.path("code"), "7").unwrap();
    let failed = run("x");
    failed.said(3, "the command ended with exit code 7; it printed last:\n  out");
    assert!(failed.stdout.contains("ALERT"), "{failed:?}");
    let again = run("x");
    assert_eq!((again.code, again.stdout.as_str(), again.stderr.as_str()), (Some(3), "", ""));
    fs::write(desk.path("perf.toml"), "[alert]\nkinds = [\"regression\", \"failed\"]\n").unwrap();
    fs::write(desk.path("code"), "0").unwrap();
    let over = run("x");
    assert_eq!(over.code, Some(0), "{over:?}");
    assert!(over.stdout.contains("RESOLVED") && !over.stdout.contains("out\n"), "{over:?}");
    desk.report(&["monitor", "--", "./no-such-program"]).said(3, "");
    assert_eq!(desk.stored().len(), 3);
}

#[test]
fn what_has_no_run_or_no_command_says_so() {
    let desk = Desk::new();
    desk.report(&["monitor", "--no-run"]).said(4, "no run is stored yet");
    desk.report(&["monitor"]).said(2, "<COMMAND>");
    desk.report(&["monitor", "--every", "soon", "--", "true"]).said(2, "is no period");
    desk.report(&["monitor", "--target-url", "javascript:x", "--no-run"]).said(2, "https://");
    let desk = quiet_desk();
    desk.report(&["monitor", "--no-run", "--baseline", "nowhere"]).said(2, "nowhere");
    let old = round(&desk, 20, &["--max-age", "2d"]);
    assert_eq!(old.code, Some(3));
    assert!(old.stdout.contains("the newest run is 9 days old"), "{old:?}");
    let fresh = round(&desk, 12, &["--max-age", "2d"]);
    assert!(fresh.stdout.contains("RESOLVED") && fresh.code == Some(0), "{fresh:?}");
}

#[test]
fn missing_and_inconclusive_end_with_4_and_5_where_asked() {
    let desk = Desk::new();
    desk.store_all(&[day(1, 0, &quiet)]);
    assert_eq!(round(&desk, 0, &[]).code, Some(0));
    let finished = round(&desk, 0, &["--fail-on", "missing"]);
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(4), ""), "{finished:?}");
}

/// Waits until `is` holds.
#[track_caller]
fn until(mut is: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is() {
        assert!(begin.elapsed() < Duration::from_mins(2), "it took too long");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn background(desk: &Desk, args: &[&str]) -> Child {
    desk.report_command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn ended(mut child: Child) -> (Option<i32>, String) {
    let code = child.wait().unwrap().code();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (code, said)
}

#[test]
fn two_rounds_never_overlap_and_a_killed_one_locks_nobody_out() {
    let desk = Desk::new();
    let script = "touch running; while [ ! -e go ]; do sleep 0.05; done";
    let args = ["monitor", "--no-probe", "--", "sh", "-c", script];
    let first = background(&desk, &args);
    until(|| desk.path("running").exists());
    desk.report(&["monitor", "--", "touch", "second"])
        .said(0, "another monitor of this project runs");
    assert!(!desk.path("second").exists());
    fs::write(desk.path("go"), "").unwrap();
    assert_eq!(ended(first).0, Some(3), "nothing was recorded");
    fs::remove_file(desk.path("go")).unwrap();
    fs::remove_file(desk.path("running")).unwrap();
    let mut killed = background(&desk, &args);
    until(|| desk.path("running").exists());
    killed.kill().unwrap();
    killed.wait().unwrap();
    fs::write(desk.path("go"), "").unwrap();
    assert_eq!(desk.report(&["monitor", "--", "touch", "third"]).code, Some(3));
    assert!(desk.path("third").exists());
}

#[test]
fn rounds_go_on_after_one_that_failed_until_a_signal_ends_them() {
    let desk = Desk::new();
    let args =
        ["monitor", "--no-probe", "--every", "100ms", "--", "sh", "-c", "echo x >> rounds; exit 1"];
    let child = background(&desk, &args);
    let rounds = || fs::read_to_string(desk.path("rounds")).unwrap_or_default().lines().count();
    until(|| rounds() >= 3);
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    let (code, said) = ended(child);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_round_that_somebody_ends_says_nothing_of_the_command() {
    let desk = Desk::new();
    let script = "touch running; exec sleep 100";
    let child = background(&desk, &["monitor", "--no-probe", "--", "sh", "-c", script]);
    until(|| desk.path("running").exists());
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    assert_eq!(ended(child).0, Some(143));
    assert!(!desk.path(".perf/alerts.json").exists() && !desk.path(".perf/reports").exists());
}

#[test]
fn older_reports_go() {
    let desk = quiet_desk();
    for on in 12..15 {
        round(&desk, on, &["--keep", "2", "--reports", "kept"]);
    }
    let kept = names(&desk.path("kept"));
    assert_eq!(kept.len(), 4, "{kept:?}");
    assert!(kept[0].starts_with("monitor-20260114"), "{kept:?}");
}

#[test]
fn all_runs_come_in_the_columns_of_a_tracker() {
    let desk = quiet_desk();
    let finished = round(&desk, 11, &["--summary", "all.csv", "--histories", "histories"]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let csv = fs::read_to_string(desk.path("all.csv")).unwrap();
    let mut lines = csv.lines();
    insta::assert_snapshot!(lines.next().unwrap());
    let row: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!(
        (row[0], row[1], row[5], row[9], row[16]),
        ("demo::a", "12", "1200", "EXCELLENT", "STABLE")
    );
    let files = names(&desk.path("histories"));
    assert_eq!(files.len(), csv.lines().count() - 1);
    let history = fs::read_to_string(desk.path("histories").join(&files[0])).unwrap();
    let history = checked(&history, TRACKED_SCHEMA);
    assert_eq!(history["runs"].as_array().unwrap().len(), 12);
}

#[test]
fn the_line_for_a_crontab_has_full_paths_and_does_nothing() {
    let desk = Desk::new();
    let finished =
        desk.report(&["monitor", "--crontab", "--every", "6h", "--", "sh", "-c", "echo 100%"]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let line = finished.stdout;
    assert!(
        line.starts_with("17 */6 * * * cd /") && line.ends_with("/sh -c 'echo 100\\%'\n"),
        "{line}"
    );
    assert!(line.contains(" monitor -- /"), "{line}");
    assert!(!desk.path(".perf/monitor.lock").exists());
    desk.report(&["monitor", "--crontab", "--every", "7min", "--", "true"])
        .said(2, "crontab has no such");
}

#[test]
fn an_event_of_each_kind_is_told_apart() {
    let told = r#"{"alerts":[{"event":"firing","kind":"failed","function":null,"metric":null}]}"#;
    let events = event(&serde_json::from_str(told).unwrap());
    assert_eq!(events, ["firing failed"]);
}
