//! `export`: its choices and mistakes, where it writes, and how it ends.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use perf_report::model::{Function, RunDocument, TreeNode};

use crate::desk::{Desk, Finished, document, skipped};

/// A stored run of a function that calls another one.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.store_all(&[run("20261120T234552-1a2b3c", 40), run("20261121T234552-4d5e6f", 70)]);
    desk
}

fn run(id: &str, ns: u64) -> RunDocument {
    let node = |id, parent, name: &str, self_ns| TreeNode {
        id,
        parent,
        function: name.to_owned(),
        calls: 2,
        self_ns,
        ..TreeNode::default()
    };
    let function = |name: &str, self_ns| Function {
        name: name.to_owned(),
        calls: 2,
        self_ns,
        ..Function::default()
    };
    RunDocument {
        functions: vec![function("demo::f", 10), function("demo::g", ns)],
        tree: vec![node(0, None, "demo::f", 10), node(1, Some(0), "demo::g", ns)],
        ..document(id)
    }
}

#[test]
fn the_newest_run_is_exported_where_none_is_named() {
    let desk = desk();
    let finished = desk.report(&["export", "collapsed"]);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
    assert_eq!(finished.stdout, "demo::f 10\ndemo::f;demo::g 70\n");
    let older = desk.report(&["export", "collapsed", "latest~1", "--unit", "ns"]).stdout;
    assert_eq!(older, "demo::f 10\ndemo::f;demo::g 40\n");
    desk.report(&["export", "collapsed", "latest~7"]).said(2, "only 2 runs are stored");
}

#[test]
fn a_run_of_several_that_were_made_together_is_the_one_that_is_named() {
    let desk = Desk::new();
    let mut runs = [10, 20, 30].map(|ns| run(&format!("20261120T2345{ns}-1a2b3c"), ns));
    let group = runs[0].run.id.clone();
    for run in &mut runs {
        run.run.group = Some(group.clone());
    }
    desk.store_all(&runs);
    for (name, ns) in [("latest", 30), ("latest~1", 20), ("20261120T234510", 10)] {
        let finished = desk.report(&["export", "collapsed", name]);
        assert_eq!(finished.stdout, format!("demo::f 10\ndemo::f;demo::g {ns}\n"));
    }
    let finished = desk.report(&["export", "collapsed", "latest~1", "--baseline", "latest~2"]);
    assert_eq!(finished.stdout, "demo::f 10 10\ndemo::f;demo::g 10 20\n");
}

#[test]
fn a_difference_is_to_any_run_that_compare_takes() {
    let desk = desk();
    let both = "demo::f 10 10\ndemo::f;demo::g 40 70\n";
    let against = |name| desk.report(&["export", "collapsed", "--baseline", name]).stdout;
    assert_eq!(against("latest~1"), both);
    assert_eq!(against("20261120"), both);
    desk.report(&["baseline", "save", "main", "latest~1"]).said(0, "");
    assert_eq!(against("main"), both);
    desk.report(&["export", "collapsed", "--baseline", "mian"]).said(2, "`main`");
    let of_baseline = desk.report(&["export", "collapsed", "main"]).stdout;
    assert_eq!(of_baseline, "demo::f 10\ndemo::f;demo::g 40\n");
}

#[test]
fn choices_that_a_format_does_not_have_are_mistakes() {
    let desk = desk();
    desk.report(&["export"]).said(2, "<FORMAT>");
    desk.report(&["export", "ppof"]).said(2, "did you mean `pprof`?");
    desk.report(&["export", "pprof", "--unit", "us"]).said(2, "pprof has no --unit");
    let finished = desk.report(&["export", "pprof", "--baseline", "latest~1"]);
    finished.said(2, "pprof holds no difference to a baseline");
    finished.said(2, "-diff_base");
    finished.said(2, "--baseline is for collapsed");
    desk.report(&["export", "collapsed", "--regression", "5"]).said(2, "--regression is for one");
    desk.report(&["export", "collapsed", "--unit", "hours"]).said(2, "'hours'");
}

#[test]
fn variables_are_for_the_formats_that_have_such_a_choice() {
    let desk = desk();
    let with = |format, name: &str, value: &str| -> Finished {
        let mut command = desk.report_command(&["export", format]);
        command.env(name, value).output().unwrap().into()
    };
    let calls = "demo::f 2\ndemo::f;demo::g 2\n";
    assert_eq!(with("collapsed", "PERF_TRACK_UNIT", "calls").stdout, calls);
    assert_eq!(with("speedscope", "PERF_TRACK_UNIT", "calls").code, Some(0));
    with("collapsed", "PERF_TRACK_UNIT", "hours").said(0, "the default is used");
    // The baseline that runs are judged by makes no difference of a profile.
    for format in ["collapsed", "pprof"] {
        let finished = with(format, "PERF_TRACK_BASELINE", "none");
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{format}");
    }
    assert_eq!(with("collapsed", "PERF_TRACK_REGRESSION", "5").code, Some(0));
}

#[test]
fn what_a_run_lacks_is_nothing_to_judge() {
    let desk = Desk::new();
    desk.report(&["export", "collapsed"]).said(4, "no run is stored");
    desk.run("true");
    desk.report(&["export", "pprof", "--output", "p"]).said(4, "has no call of a tracked function");
    assert!(!desk.path("p").exists());
    desk.store_all(&[run("20991120T234552-1a2b3c", 40)]);
    desk.report(&["export", "collapsed", "--unit", "bytes"]).said(4, "allocations");
}

#[test]
fn files_are_written_whole_or_not_at_all() {
    let desk = desk();
    let export = |file: &str| desk.report(&["export", "collapsed", "--output", file]);
    let expected = "demo::f 10\ndemo::f;demo::g 70\n";
    let read = |name: &str| fs::read_to_string(desk.path(name)).unwrap();
    fs::write(desk.path("there"), "a longer text that was there before, and is gone now").unwrap();
    symlink("there", desk.path("link")).unwrap();
    for file in ["new", "link", "there"] {
        assert_eq!(export(file).code, Some(0));
        assert_eq!(read(file), expected);
    }
    assert!(desk.path("link").is_symlink());
    assert_eq!(fs::metadata(desk.path("new")).unwrap().permissions().mode() & 0o600, 0o600);
    export("no/where").said(2, "no/where cannot be written");
    export(".perf").said(2, ".perf cannot be written");
    let left = desk.list(".");
    assert_eq!(left, [".perf", "link", "new", "segments", "there"], "nothing half-written is left");
}

#[test]
fn devices_and_pipes_are_written_to() {
    let desk = desk();
    assert_eq!(desk.report(&["export", "pprof", "--output", "/dev/null"]).code, Some(0));
    assert!(fs::metadata("/dev/null").unwrap().permissions().mode() & 0o170_000 == 0o020_000);
    let through = desk.shell("$REPORT export collapsed --output /dev/stdout | cat");
    assert_eq!(through.stdout, "demo::f 10\ndemo::f;demo::g 70\n");
    desk.report(&["export", "pprof", "--output", "/dev/full"])
        .said(2, "/dev/full cannot be written");
    desk.shell("$REPORT export pprof > /dev/full").said(1, "standard output cannot be written");
    let gone = desk.shell("(sleep 0.2; $REPORT export pprof; echo $? >&2) | true; wait");
    assert_eq!(gone.stderr, "0\n");
}

#[test]
fn binary_formats_do_not_go_to_terminals() {
    let desk = desk();
    let on_terminal = |command: &str| {
        let script = format!("script -qec \"$REPORT export {command}\" /dev/null");
        desk.shell(&format!("command -v script >/dev/null || exit 77; {script}"))
    };
    let refused = on_terminal("pprof");
    if refused.code == Some(77) {
        return skipped("`script` is not installed");
    }
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stdout.contains("pprof is binary"), "{refused:?}");
    assert!(refused.stdout.contains("--output FILE"), "{refused:?}");
    assert_eq!(on_terminal("pprof --output p").code, Some(0));
    assert_eq!(on_terminal("collapsed").stdout, "demo::f 10\r\ndemo::f;demo::g 70\r\n");
}

#[test]
fn names_go_out_as_they_are() {
    let desk = Desk::new();
    let mut run = run("20261120T234552-1a2b3c", 40);
    run.tree[1].function = "\u{1b}[31mred\u{1b}[0m\u{202e}".to_owned();
    desk.store_all(&[run]);
    let text = desk.report(&["export", "speedscope"]).stdout;
    assert!(text.contains("\\u001b[31mred") && text.contains('\u{202e}'), "{text}");
    let text = desk.report(&["export", "collapsed", "--color", "never"]).stdout;
    assert_eq!(text, "demo::f 10\ndemo::f;␛[31mred␛[0m\u{202e} 40\n");
}
