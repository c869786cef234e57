//! Values that cannot be, numbers that cannot be read, and results of two tools in one text: named, never silent.

use super::{names, read, sentences};
use crate::import::{Format, Mistake, Options, detect};

#[track_caller]
fn check(text: &str, format: Format, left: &[&str], notes: &[&str]) {
    let imported = read(text, format);
    assert_eq!(
        (names(&imported).as_slice(), sentences(&imported)),
        (left, notes.iter().map(|it| (*it).to_owned()).collect())
    );
}

#[test]
fn values_that_cannot_be_are_left_out_aloud() {
    let go = "BenchmarkA-8 10 -5 ns/op\nBenchmarkB-8 10 9e17 ns/op\nBenchmarkC-8 10 5 ns/op -3 B/op\nBenchmarkD-8 10 0 ns/op\n";
    let imported = read(go, Format::Go);
    assert_eq!(names(&imported), ["C", "D"]);
    let times: Vec<_> = imported.runs[0].functions.iter().map(|it| it.mean_ns).collect();
    assert_eq!(times, [Some(5.0), Some(0.0)]);
    let all = sentences(&imported);
    assert!(
        all.contains(&"1 count that cannot be, left out: C/bytes-per-op".to_owned()),
        "{all:?}"
    );
    let note = "2 samples that cannot be, left out: A (below zero), B (more than a year)";
    assert!(all.contains(&note.to_owned()), "{all:?}");
}

#[test]
fn no_time_at_all_is_one_only_where_numbers_are_rounded() {
    let text = "test a ... bench: 0 ns/iter (+/- 0)\ntest b ... bench: -1 ns/iter (+/- 0)\n";
    check(
        text,
        Format::Libtest,
        &["a"],
        &["1 benchmark whose time cannot be, left out: b (below zero)"],
    );
    let text = r#"{"results":[{"command":"c","times":[0.0,0.5,-1,null]}]}"#;
    let note =
        "3 benchmarks whose time cannot be, left out: c (zero), c (below zero), c (no number)";
    check(text, Format::Hyperfine, &["c"], &[note]);
    let text = r#"{"a":{"latency":{"value":-2}},"b":{"latency":{"value":4e16}},"c":{"latency":{"value":1}}}"#;
    let note = "2 benchmarks whose time cannot be, left out: a (below zero), b (more than a year)";
    check(text, Format::Bmf, &["c"], &[note]);
}

#[test]
fn a_comma_before_a_fraction_is_no_thousand() {
    let text = "test a ... bench: 1,5 ns/iter (+/- 1)\ntest b ... bench: 1.234,5 ns/iter (+/- 1)\n\
        test c ... bench: 1,234 ns/iter (+/- 1,5)\ntest d ... bench: 1,234,567.5 ns/iter (+/- 1,000)\n";
    let imported = read(text, Format::Libtest);
    assert_eq!(
        (names(&imported), imported.runs[0].functions[0].mean_ns),
        (vec!["d"], Some(1_234_567.5))
    );
    assert!(
        sentences(&imported)[0]
            .starts_with("3 lines of a benchmark that cannot be read, left out: test a")
    );
    let text = r#"<testsuite name="s" time="1,5"><testcase name="a" classname="s" time="0,25"/><testcase name="b" classname="s" time="-1"/><testcase name="c" classname="s" time="1,234.5"/></testsuite>"#;
    check(
        text,
        Format::Junit,
        &["s a", "s b", "s c"],
        &[
            "2 times that cannot be read, left out: s (1,5), a (0,25)",
            "1 time that cannot be, left out: b (below zero)",
        ],
    );
}

#[test]
fn results_of_a_second_tool_are_named() {
    let go = "pkg: a\nBenchmarkF-8 10 5 ns/op\n";
    let libtest = "test a ... bench: 10 ns/iter (+/- 1)\n";
    let what = |text: &str, format: Format| {
        let imported = format.read(text, &Options::default()).unwrap();
        let all = sentences(&imported);
        all.into_iter().find(|it| it.contains("another tool")).unwrap_or_default()
    };
    let mixed = |first: &str, second: &str| {
        let text = format!("{first}{second}");
        what(&text, detect(&text).unwrap())
    };
    assert_eq!(
        mixed(go, libtest),
        "1 result of another tool, left out: import it by itself: libtest: test a ... bench: 10 ns/iter (+/- 1)"
    );
    assert!(mixed(libtest, go).contains("go: BenchmarkF-8 10 5 ns/op"));
    let hyperfine = "{\n \"results\": [\n  {\"command\": \"c\", \"times\": [0.5]}\n ]\n}\n";
    assert!(mixed(libtest, hyperfine).contains("hyperfine: {"));
    assert!(mixed(libtest, "<testsuite name=\"s\"/>\n").contains("junit: "));
    let nextest = "{\"type\":\"test\",\"event\":\"ok\",\"name\":\"a\",\"exec_time\":1}\n";
    assert!(mixed(nextest, go).contains("go: "));
    assert!(mixed("BenchmarkF-8 10 5 ns/op\n", nextest).contains("nextest: "));
    let screen = format!("{libtest}parse   time:   [41.0 ns 41.1 ns 41.2 ns]\n");
    assert!(sentences(&read(&screen, Format::Libtest))[0].contains("criterion's on the screen"));
    for behind in [hyperfine, go, "x"] {
        let text = format!("{hyperfine}{behind}");
        assert_eq!(detect(&text), Ok(Format::Hyperfine));
        let error = Format::Hyperfine.read(&text, &Options::default()).unwrap_err();
        let why = "another document or text begins at line 6; import each by itself";
        assert!(matches!(&error, Mistake::Unreadable(text) if text.ends_with(why)), "{error}");
    }
}

#[test]
fn two_reports_or_loads_in_one_file_are_no_one() {
    let report = r#"<testsuites><testsuite name="s"><testcase name="t" classname="s" time="1"/></testsuite></testsuites>"#;
    let twice = read(&format!("{report}\n{report}"), Format::Junit);
    let all = sentences(&twice);
    assert!(
        all.iter().any(|it| it.starts_with("1 report behind the first in one file")),
        "{all:?}"
    );
    let load = |url: &str, ms: u8| {
        format!(
            "Running 30s test @ {url}\n Latency {ms}ms 1ms 9ms 90%\n 5 requests in 1.0s, 1GB read\nRequests/sec: 5\n"
        )
    };
    let both = read(&(load("http://a/", 1) + &load("http://b/", 2)), Format::Wrk);
    assert_eq!(names(&both), ["http://a/", "http://b/"]);
    assert_eq!(both.runs[0].functions[0].mean_ns, Some(1e6));
    assert_eq!(both.runs[0].functions[1].mean_ns, Some(2e6));
}
