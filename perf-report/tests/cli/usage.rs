//! The frame of every command: help, mistakes, the environment, readers that go away.

use std::process::Command;

use crate::desk::{Desk, Finished};

#[test]
fn mistakes_end_with_2_and_say_what_was_meant() {
    let desk = Desk::new();
    desk.report(&["colect"]).said(2, "'collect'");
    desk.report(&["collect", "--lable", "x"]).said(2, "'--label'");
    desk.report(&["run"]).said(2, "<COMMAND>");
    desk.report(&[]).said(2, "Usage:");
    desk.report(&["run", "--label", "latest", "--", "true"]).said(2, "always stands for");
}

#[test]
fn help_is_on_standard_output_and_has_examples() {
    let desk = Desk::new();
    for args in [&["--help"][..], &["run", "--help"], &["collect", "--help"], &["doctor", "-h"]] {
        let finished = desk.report(args);
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{args:?}");
        assert!(finished.stdout.contains("Examples:"), "{args:?}");
    }
}

#[test]
fn help_of_a_command_is_found_by_its_name_too() {
    let desk = Desk::new();
    for (asked, same) in [
        (&["help", "check"][..], &["check", "--help"][..]),
        (&["help", "baseline", "save"], &["baseline", "save", "--help"]),
        (&["baseline", "help", "rm"], &["baseline", "remove", "--help"]),
        (&["help"], &["--help"]),
    ] {
        let finished = desk.report(asked);
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{asked:?}");
        assert_eq!(finished.stdout, desk.report(same).stdout, "{asked:?}");
    }
    desk.report(&["help", "chekc"]).said(2, "'check'");
    desk.report(&["help", "baseline", "svae"]).said(2, "'save'");
    desk.report(&["baseline", "help", "sav"]).said(2, "'save'");
    desk.report(&["--color", "never", "help", "colect"]).said(2, "'collect'");
    desk.report(&["help", "qqq"]).said(2, "unrecognized subcommand 'qqq'");
}

#[test]
fn help_is_as_wide_as_the_screen() {
    let desk = Desk::new();
    for width in [80, 120] {
        let mut command = desk.report_command(&["run", "--help"]);
        let finished: Finished = command.env("COLUMNS", width.to_string()).output().unwrap().into();
        let longest = finished.stdout.lines().map(|line| line.chars().count()).max().unwrap();
        // Beyond a hundred, lines are hard to read.
        assert!((width.min(100) - 9..=width.min(100)).contains(&longest), "{longest} of {width}");
    }
}

#[test]
fn malformed_variables_are_reported_and_the_default_is_used() {
    let desk = Desk::new();
    let report = |name: &str, value: &str| -> Finished {
        desk.report_command(&["baseline", "list"]).env(name, value).output().unwrap().into()
    };
    report("PERF_TRACK_FORMAT", "banana")
        .said(0, "PERF_TRACK_FORMAT=\"banana\" is not allowed for --format: the default is used");
    report("PERF_TRACK_COLOR", "pink").said(0, "PERF_TRACK_COLOR=\"pink\" is not allowed");
    assert!(!report("PERF_TRACK_FORMAT", "").stderr.contains("warning"));

    let mut command = desk.report_command(&["run", "--", "true"]);
    let finished: Finished = command.env("PERF_TRACK_MEMORY", "lots").output().unwrap().into();
    finished.said(0, "PERF_TRACK_MEMORY=\"lots\" is not a size such as `64MiB`");
}

#[test]
fn a_malformed_option_is_a_mistake_even_with_a_variable_set() {
    let desk = Desk::new();
    let mut command = desk.report_command(&["baseline", "list", "--format", "apple"]);
    let finished: Finished = command.env("PERF_TRACK_FORMAT", "pear").output().unwrap().into();
    finished.said(2, "'apple'");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let desk = Desk::new();
    let finished = desk.shell("(sleep 0.2; $REPORT doctor; echo $? >&2) | true; wait");
    assert_eq!(finished.stderr, "0\n");
    let finished = desk.shell("(sleep 0.2; $REPORT --help; echo $? >&2) | true; wait");
    assert_eq!(finished.stderr, "0\n");
}

#[test]
fn a_full_device_is_an_error_with_a_message() {
    let desk = Desk::new();
    desk.shell("$REPORT doctor > /dev/full").said(1, "standard output cannot be written");
    desk.report(&["doctor", "--output", "no/where"]).said(2, "no/where cannot be written");
}

#[test]
fn output_goes_to_a_file_without_colours() {
    let desk = Desk::new();
    let mut command = desk.report_command(&["doctor", "--color", "always", "-o", "report.txt"]);
    assert!(command.status().unwrap().success());
    let text = std::fs::read_to_string(desk.path("report.txt")).unwrap();
    assert!(text.contains("✓ workspace") && !text.contains('\u{1b}'), "{text:?}");
}

#[test]
fn colours_are_for_those_who_want_them() {
    let desk = Desk::new();
    let doctor = |command: &mut Command| {
        let output = command.output().unwrap();
        String::from_utf8(output.stdout).unwrap().contains('\u{1b}')
    };
    assert!(!doctor(&mut desk.report_command(&["doctor"])));
    assert!(doctor(&mut desk.report_command(&["doctor", "--color", "always"])));
    let mut forced = desk.report_command(&["doctor"]);
    assert!(doctor(forced.env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1")));
}

#[test]
fn cargo_finds_it_too() {
    let desk = Desk::new();
    let mut command = desk.command(env!("CARGO_BIN_EXE_cargo-perf-report"));
    let finished: Finished =
        command.args(["perf-report", "run", "--", "true"]).output().unwrap().into();
    finished.said(0, "stored as run");
}

#[test]
fn hostile_text_in_messages_is_harmless() {
    let desk = Desk::new();
    let finished = desk.report(&["run", "--", "\u{1b}]0;owned\u{7}"]);
    assert_eq!(finished.code, Some(2));
    assert!(!finished.stderr.contains('\u{1b}'), "{finished:?}");
    let finished = desk.report(&["baseline", "show", "\u{1b}[2Jx"]);
    assert!(!finished.stderr.contains('\u{1b}'), "{finished:?}");
}

#[test]
fn an_argument_is_no_command_to_a_ci_server() {
    let desk = Desk::new();
    for args in [&["--x\n::error::boo"][..], &["x\n ::error::boo"], &["show", "--x\n::error::b"]] {
        let finished = desk.report(args);
        finished.said(2, r"\u{3a}:error::b");
        let is_command = |line: &str| line.trim_start().starts_with("::");
        assert!(!finished.stderr.lines().any(is_command), "{finished:?}");
    }
}
