//! Suites of made-up accounts.

use super::*;
use crate::record::suite::heard::{Counts, Heard, NamedTest};
use crate::record::suite::row::End;

const MS: u64 = 1_000_000;

fn row(role: Role, program: &str, at_ms: u64, wall_ms: u64) -> Row {
    Row {
        role,
        program: format!("/t/debug/deps/{program}-0123456789abcdef").into(),
        package: "app".to_owned(),
        manifest_dir: "/w/app".into(),
        started_unix_ns: at_ms * MS,
        end: Some(End {
            wall_ns: wall_ms * MS,
            user_ns: 2,
            system_ns: 1,
            peak_rss_bytes: at_ms + 1,
            read_bytes: Some(10),
            written_bytes: Some(20),
            exit_code: Some(0),
            ..End::default()
        }),
        ..Row::default()
    }
}

fn gathered(rows: &[Row]) -> Found {
    suites(rows, &Packages::default(), &Traced::default(), Path::new("/w"))
}

fn of_test(name: &str, attempt: u32, at_ms: u64, code: i32) -> Row {
    let mut row = row(Role::Test, "app", at_ms, 10);
    row.test = Some((name.to_owned(), attempt));
    row.end.as_mut().unwrap().exit_code = Some(code);
    row
}

#[test]
fn a_binary_is_a_suite_and_a_function() {
    let mut one = row(Role::Binary, "app", 5, 10);
    one.end.as_mut().unwrap().heard = Heard {
        counts: Some(Counts { passed: 1, ignored: 1, filtered: 3, ..Counts::default() }),
        tests: vec![NamedTest { name: "a".to_owned(), outcome: TestOutcome::Passed }],
    };
    let found = gathered(&[one, row(Role::Binary, "e2e", 20, 7)]);
    let [app, e2e] = &found.suites[..] else { panic!("{found:?}") };
    assert_eq!((app.name.as_str(), e2e.name.as_str()), ("app", "app::e2e"));
    assert_eq!(
        (app.passed, app.failed, app.ignored, app.filtered),
        (Some(1), Some(0), Some(1), Some(3))
    );
    assert_eq!((app.wall_ns, app.cpu_ns(), app.peak_rss_bytes), (Some(10 * MS), Some(3), Some(6)));
    assert_eq!((app.exit_code, app.processes, app.tests.len()), (Some(0), 1, 1));
    assert_eq!(e2e.passed, None, "it does not tell");
    let names: Vec<_> = found.functions.iter().map(|it| (it.name.as_str(), it.mean_ns)).collect();
    let expected = [("(suites)", Some(1.7e7)), ("app", Some(1e7)), ("app::e2e", Some(7e6))];
    assert_eq!(names, expected);
    assert_eq!(found.metrics[0].name, "suite.app/peak-memory");
    assert_eq!(found.problems, [""; 0]);
}

#[test]
fn of_a_test_that_was_tried_again_the_last_attempt_decides() {
    let mut lists = [row(Role::List, "app", 0, 1), row(Role::ListIgnored, "app", 1, 1)];
    for list in &mut lists {
        list.end.as_mut().unwrap().listed = ["slow".to_owned()].into();
    }
    let rows = [
        of_test("flaky", 1, 10, 101),
        of_test("good", 1, 12, 0),
        of_test("flaky", 2, 30, 0),
        of_test("bad", 1, 40, 101),
        of_test("bad", 2, 50, 101),
    ];
    let found = gathered(&[&lists[..], &rows[..]].concat());
    let [suite] = &found.suites[..] else { panic!("{found:?}") };
    let counts = (suite.passed, suite.failed, suite.ignored, suite.flaky);
    assert_eq!(counts, (Some(2), Some(1), Some(1), 1));
    assert_eq!((suite.exit_code, suite.processes), (Some(101), 5));
    assert_eq!(suite.wall_ns, Some(42 * MS), "10 to 22, and 30 to 60");
    assert_eq!(suite.tests_ns, Some(50 * MS));
    let flaky = &suite.tests[1];
    assert_eq!((flaky.outcome, flaky.attempts), (TestOutcome::Flaky, 2));
    assert_eq!(flaky.earlier_ns, [10 * MS]);
    let names: Vec<_> = found.functions.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["app", "app flaky", "app good"], "a failure tells no time");
}

#[test]
fn a_list_alone_is_no_suite() {
    assert_eq!(gathered(&[row(Role::List, "app", 0, 1)]), Found::default());
    assert_eq!(gathered(&[]), Found::default());
}

#[test]
fn what_never_ended_is_told_and_has_no_time() {
    let mut open = row(Role::Binary, "app", 5, 10);
    open.end = None;
    let found = gathered(&[open]);
    assert_eq!((found.suites[0].wall_ns, found.suites[0].exit_code), (None, None));
    assert!(!found.suites[0].has_ended() && found.functions.is_empty());
    assert_eq!(
        found.problems,
        ["1 process of suite app did not end before the command, or was killed"]
    );
}

#[test]
fn packages_of_one_name_are_told_apart_by_their_folders() {
    let mut other = row(Role::Binary, "app", 30, 1);
    other.manifest_dir = "/w/other/app".into();
    let found = gathered(&[row(Role::Binary, "app", 5, 10), other]);
    let names: Vec<_> = found.suites.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["app [app]", "app [other/app]"]);
}

#[test]
fn doctests_are_measured_with_their_compiler_and_by_their_own_memory() {
    let compiler = row(Role::Doctests, "rustdoc", 900, 100);
    let mut test = row(Role::Doctest, "rust_out", 950, 10);
    test.end.as_mut().unwrap().exit_code = Some(101);
    let found = gathered(&[compiler, test]);
    let [suite] = &found.suites[..] else { panic!("{found:?}") };
    assert_eq!((suite.name.as_str(), suite.target.as_str()), ("app (doctests)", "doctest"));
    assert_eq!((suite.wall_ns, suite.tests_ns), (Some(100 * MS), Some(10 * MS)));
    assert_eq!(suite.peak_rss_bytes, Some(951));
    assert_eq!(suite.exit_code, Some(0), "one that should panic does");
}

#[test]
fn a_run_is_completed_beside_what_was_recorded() {
    let mut run = crate::model::samples::empty();
    run.functions.push(Function { name: "app".to_owned(), ..Function::default() });
    gathered(&[row(Role::Binary, "app", 5, 10)]).add_to(&mut run);
    let names: Vec<_> = run.functions.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["app", "app (suite)"]);
    assert_eq!(run.suites.len(), 1);
}
