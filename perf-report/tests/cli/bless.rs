//! `bless`, budgets of `perf.toml` and `check --self-test`: what people decide, and what comes of it.

use std::fs;

use perf_report::model::{CustomMetric, Function, Git, MetricKind, RunDocument};
use perf_report::project::store::{Sqlite, Store as _};

use crate::desk::{Desk, checked, document};

const BLESSINGS: &str = include_str!("../../schemas/blessings.v1.schema.json");
const SELF_TEST: &str = include_str!("../../schemas/self-test.v1.schema.json");

/// Stores a run whose only function takes `us` microseconds a call.
fn store(desk: &Desk, id: &str, us: u64) {
    let mut run = document(id);
    let git = Git { commit: "9d8e7f6a5b4c3d2e1f0a".to_owned(), ..Git::default() };
    run.run.git = Some(git);
    with_time(&mut run, us * 1_000);
    Sqlite::open_or_create(&desk.store()).unwrap().save(&run).unwrap();
}

fn with_time(run: &mut RunDocument, ns: u64) {
    let function = &mut run.functions[0];
    function.calls = 1_000;
    (function.total_ns, function.self_ns) = (ns * 1_000, ns * 1_000);
    function.mean_ns = Some(1e3 * f64::from(u32::try_from(ns / 1_000).unwrap()));
    (function.p50_ns, function.p90_ns) = (Some(ns), Some(ns));
    (function.p95_ns, function.p99_ns, function.max_ns) = (Some(ns), Some(ns), Some(ns));
    function.histogram = vec![(ns, 1_000)];
}

/// A desk with a baseline of a millisecond a call, and a run of two.
fn slower() -> Desk {
    let desk = Desk::new();
    store(&desk, "before", 1_000);
    desk.report(&["baseline", "save", "main"]).said(0, "main");
    store(&desk, "after", 2_000);
    desk.report(&["check"]).said(3, "accept it with `perf-report bless demo::f --reason WHY`");
    desk
}

/// What was printed, on one line, however wide the screen was.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn blessed(desk: &Desk) -> String {
    fs::read_to_string(desk.path("perf-blessed.toml")).unwrap()
}

#[test]
fn a_blessed_regression_passes_until_it_gets_worse() {
    let desk = slower();
    desk.report(&["bless", "demo::f"]).said(2, "say why with --reason");
    assert!(!desk.path("perf-blessed.toml").exists());
    let said = desk.report(&["bless", "demo::f", "--reason", "keeps spans"]);
    said.said(0, "blessed: self time of demo::f from 1.00 ms up to 2.00 ms");
    said.said(0, "commit the file with the change that needs it");
    let text = blessed(&desk);
    for line in [
        "[[blessing]]\nfunction = \"demo::f\"\nself = { from = \"1ms\", to = \"2ms\" }\nmean = {",
        "commit = \"9d8e7f6a5b4c3d2e1f0a\"\nreason = \"keeps spans\"\ncreated = 2",
    ] {
        assert!(text.contains(line), "{line:?} is missing:\n{text}");
    }

    assert_eq!(text.matches("[[blessing]]").count(), 1, "one entry for all of it:\n{text}");

    let passes = desk.report(&["check", "--fail-on", "degraded"]);
    passes.said(0, "");
    assert!(flat(&passes.stdout).contains("but blessed up to 2.00 ms on 2"), "{}", passes.stdout);
    let compared = desk.report(&["compare", "main", "latest"]).stdout;
    assert!(compared.starts_with("DEGRADED"), "{compared}");
    store(&desk, "later", 3_000);
    let fails = desk.report(&["check"]);
    fails.said(3, "");
    assert!(flat(&fails.stdout).contains("beyond the 2.00 ms blessed on 2"), "{}", fails.stdout);

    desk.report(&["bless", "demo::f", "--reason", "even more", "--expires", "never"]).said(0, "");
    assert_eq!(blessed(&desk).matches("[[blessing]]").count(), text.matches("[[bless").count());
    desk.report(&["check"]).said(0, "");
}

#[test]
fn the_end_of_a_name_is_enough_where_one_function_has_it() {
    let desk = Desk::new();
    let two = |id: &str, us: u64| {
        let mut run = document(id);
        with_time(&mut run, us * 1_000);
        for name in ["demo::db::read", "demo::net::read"] {
            let other = Function { name: name.to_owned(), ..run.functions[0].clone() };
            run.functions.push(other);
        }
        Sqlite::open_or_create(&desk.store()).unwrap().save(&run).unwrap();
    };
    two("before", 1_000);
    desk.report(&["baseline", "save", "main"]).said(0, "main");
    two("after", 2_000);
    let bless = |name: &str| desk.report(&["bless", name, "--reason", "why"]);
    bless("read").said(2, "did you mean `demo::db::read` or `demo::net::read`?");
    bless("raed").said(2, "did you mean `demo::");
    bless("rea").said(2, "neither run has a function or metric \"rea\"");
    assert!(!desk.path("perf-blessed.toml").exists());
    bless("db::read").said(0, "self time of demo::db::read from 1.00 ms");
    bless("f").said(0, "self time of demo::f from 1.00 ms");
    assert_eq!(blessed(&desk).matches("[[blessing]]").count(), 2);
    desk.report(&["bless", "--remove", "read"]).said(0, "from perf-blessed.toml");
    desk.report(&["bless", "--remove", "read"]).said(2, "nothing of \"read\" is blessed");
    let only_one = ["bless", "--remove", "f", "--metric", "calls"];
    desk.report(&only_one).said(2, "\"demo::f\" is blessed, but not for these metrics");
    let named = |name| desk.report(&["check", "--self-test", "--self-test-function", name]);
    assert!(named("db::read").stdout.contains("demo::db::read"));
    named("read").said(2, "did you mean `demo::db::read` or `demo::net::read`?");
}

#[test]
fn what_is_blessed_is_what_check_judges() {
    let desk = slower();
    let mut other = document("other");
    other.run.command = vec!["other".to_owned()];
    other.functions[0].name = "other::f".to_owned();
    Sqlite::open_or_create(&desk.store()).unwrap().save(&other).unwrap();
    desk.report(&["check"]).said(3, "1 newer run of other commands passed over");
    desk.report(&["bless", "f", "--reason", "why"]).said(0, "of demo::f from 1.00 ms up to");
    desk.report(&["check"]).said(0, "");
}

#[test]
fn entries_of_one_metric_each_are_still_read() {
    let desk = slower();
    let entry = |metric: &str| {
        format!(
            "[[blessing]]\nfunction = \"demo::f\"\nmetric = \"{metric}\"\nfrom = \"1ms\"\nto = \"2ms\"\n\
             reason = \"why\"\ncreated = 2020-01-01\n"
        )
    };
    let all = ["self", "mean", "p50", "p95", "p99"].map(entry).concat();
    fs::write(desk.path("perf-blessed.toml"), all).unwrap();
    desk.report(&["check"]).said(0, "");
    desk.report(&["bless", "f", "--reason", "why"]).said(0, "blessed: self time of demo::f");
    assert_eq!(blessed(&desk).matches("[[blessing]]").count(), 1, "{}", blessed(&desk));
    desk.report(&["check"]).said(0, "");
}

#[test]
fn one_metric_is_blessed_ahead_of_its_change() {
    let desk = slower();
    let bless =
        |args: &[&str]| desk.report(&[&["bless", "demo::f", "--reason", "why"], args].concat());
    bless(&["--metric", "self", "--to", "1500us"]).said(0, "this run is beyond that, with 2.00 ms");
    desk.report(&["check"]).said(3, "");
    bless(&["--metric", "calls"]).said(2, "calls of demo::f is no worse than in main");
    bless(&["--metric", "calls", "--by", "10%"]).said(0, "from 1,000 up to 1,100");
    bless(&["--metric", "self", "--to", "1 parsec"]).said(2, "is no duration");
    bless(&["--metric", "self", "--to", "10us"]).said(2, "was 1.00 ms before");
    bless(&["--to", "3ms"]).said(2, "--metric");
    bless(&["--expires", "2020-01-31"]).said(2, "2020-01-31 is over already");
    bless(&["--expires", "soon"]).said(2, "write 2027-01-31, 90d, or never");
    desk.report(&["bless", "demo::g", "--reason", "why"]).said(2, "did you mean `demo::f`?");
}

#[test]
fn blessings_are_listed_and_removed() {
    let desk = slower();
    desk.report(&["bless", "--list"]).said(0, "nothing is blessed");
    let entry = |metric: &str, rest: &str| {
        format!(
            "[[blessing]]\nfunction = \"demo::f\"\nmetric = \"{metric}\"\nreason = \"why\"\ncreated = 2020-01-01\n{rest}\n"
        )
    };
    let text = [
        "# ours\n".to_owned(),
        entry("self", "from = \"1ms\"\nto = \"2ms\""),
        entry("mean", "from = \"1ms\"\nto = \"2ms\"\nexpires = 2020-01-31"),
        entry("p50", "from = \"2ms\"\nto = \"3ms\"\nexpires = \"2999-01-31\" # for long"),
        entry("alloc-bytes", "from = \"1KiB\"\nto = \"2KiB\""),
    ];
    fs::write(desk.path("perf-blessed.toml"), text.join("\n")).unwrap();
    insta::assert_snapshot!(desk.report(&["bless", "--list"]).stdout, @r"
    FUNCTION  METRIC       FROM      TO        NOW      UNTIL       STATE             REASON
    demo::f   self         1.00 ms   2.00 ms   2.00 ms  for ever    active            why
    demo::f   mean         1.00 ms   2.00 ms   2.00 ms  2020-01-31  expired           why
    demo::f   p50          2.00 ms   3.00 ms   2.00 ms  2999-01-31  no longer needed  why
    demo::f   alloc-bytes  1.00 KiB  2.00 KiB  –        for ever    not in this run   why
    ");
    let list = desk.report(&["bless", "--list", "--format", "json"]).stdout;
    let list = checked(&list, BLESSINGS);
    assert_eq!(
        (&list["blessings"][2]["state"], &list["run"]),
        (&"no longer needed".into(), &"after".into())
    );

    desk.report(&["bless", "--remove", "demo::f", "--metric", "mean"]).said(0, "removed 1 of 4");
    desk.report(&["bless", "--remove", "demo::g"]).said(2, "did you mean `demo::f`?");
    assert!(blessed(&desk).starts_with("# ours\n") && blessed(&desk).contains("# for long"));
    desk.report(&["bless", "--remove", "demo::f"]).said(0, "removed 3 of 3");
    desk.report(&["bless", "--list"]).said(0, "nothing is blessed");
}

#[test]
fn a_mistake_in_the_file_is_named_with_its_line() {
    let desk = slower();
    let text = "[[blessing]]\nfunction = \"demo::f\"\nraeson = \"x\"\n";
    fs::write(desk.path("perf-blessed.toml"), text).unwrap();
    for command in [&["check"][..], &["bless", "--list"], &["bless", "demo::f", "--reason", "x"]] {
        desk.report(command).said(2, "perf-blessed.toml:3: unknown key \"raeson\"");
    }
    assert_eq!(blessed(&desk), text);
}

#[test]
fn budgets_of_the_file_say_their_line() {
    let desk = slower();
    let with = |text: &str| {
        fs::write(desk.path("perf.toml"), text).unwrap();
        desk.report(&["check"])
    };
    let over = with("[budget.\"demo::*\"]\np99 = \"1ms\"\n");
    over.said(3, "");
    let words = "p99 2.00 ms, over the budget of 1.00 ms that perf.toml:2 sets";
    assert!(flat(&over.stdout).contains(words), "{}", over.stdout);
    let warns = with("[budget.\"demo::*\"]\np99 = \"1ms\"\nseverity = \"warn\"\n");
    warns.said(0, "");
    assert!(flat(&warns.stdout).contains("a warning only, by perf.toml:3"), "{}", warns.stdout);
    with("[budget.\"demo::*\"]\nseverity = \"off\"\n").said(0, "");
    with("[budget.\"demo::f\"]\nmax-regression = \"never\"\n").said(0, "");
    let limited = with("[budget.\"demo::f\"]\nmax-regression = \"30%\"\n");
    limited.said(3, "");
    assert!(flat(&limited.stdout).contains("over the limit of 30 % that perf.toml:2 sets"));
    with("[budget.\"demo::f\"]\np98 = \"1ms\"\n").said(2, "did you mean `p99`?");
    let note = with("[budget.\"demo::g\"]\np99 = \"1ms\"\n").stdout;
    assert!(note.contains("did you mean \"demo::f\"?"), "{note}");
    with("[profile.default.check.metric.self]\nseverity = \"warn\"\n").said(3, "");
    let all = "[profile.default.check]\nmetrics = [\"self\"]\nmetric.self.severity = \"warn\"\n";
    with(all).said(0, "");
}

#[test]
fn a_check_shows_what_it_would_catch() {
    let desk = Desk::new();
    store(&desk, "before", 1_000);
    desk.report(&["baseline", "save", "main"]).said(0, "main");
    store(&desk, "after", 1_000);
    let tried = desk.report(&["check", "--self-test"]);
    tried.said(0, "");
    assert!(tried.stdout.starts_with("CAUGHT  1 function tried"), "{}", tried.stdout);
    let json = desk.report(&["check", "--self-test", "--format", "json"]).stdout;
    let document = checked(&json, SELF_TEST);
    let row = &document["functions"][0];
    assert_eq!((&row["name"], &row["extra_call"]), (&"demo::f".into(), &"shown".into()));
    let strict = ["check", "--self-test", "--fail-on", "calls", "--format", "csv"];
    assert!(desk.report(&strict).stdout.contains(",fails,not_counted,"));

    let blind = desk.report(&["check", "--self-test", "--metrics", "calls"]);
    blind.said(5, "set a budget");
    assert!(flat(&blind.stdout).contains("no time of it is judged"), "{}", blind.stdout);
    let named = ["check", "--self-test", "--self-test-function", "demo::g"];
    desk.report(&named).said(2, "did you mean `demo::f`?");
    desk.report(&["check", "--self-test-function", "demo::f"]).said(2, "--self-test");
    desk.report(&["check"]).said(0, "");
}

/// Stores a run whose function fails this often in 1,000 calls, and that hit its cache this often.
fn store_rates(desk: &Desk, id: &str, errors: u64, hits: f64) {
    let mut run = document(id);
    with_time(&mut run, 1_000_000);
    (run.functions[0].classifies_errors, run.functions[0].errors) = (true, errors);
    run.metrics = vec![CustomMetric {
        name: "cache.hits".to_owned(),
        kind: MetricKind::Ratio,
        value: Some(hits),
        ..CustomMetric::default()
    }];
    Sqlite::open_or_create(&desk.store()).unwrap().save(&run).unwrap();
}

#[test]
fn what_is_worse_when_it_is_less_is_blessed_downwards() {
    let desk = Desk::new();
    store_rates(&desk, "before", 20, 0.9);
    desk.report(&["baseline", "save", "main"]).said(0, "main");
    store_rates(&desk, "after", 70, 2.0 / 3.0);
    let bless = |args: &[&str]| desk.report(&[&["bless", "--reason", "why"], args].concat());
    bless(&["cache.hits", "--metric", "ratio"]).said(2, "[metrics.\"cache.hits\"] in perf.toml");
    let config = "[metrics.\"cache.hits\"]\nbetter = \"higher\"\nmax-regression = \"5%\"\n";
    fs::write(desk.path("perf.toml"), config).unwrap();
    desk.report(&["check"]).said(3, "");

    bless(&["demo::f", "--metric", "success", "--to", "99%"]).said(2, "a smaller value");
    bless(&["demo::f", "--metric", "success", "--to", "0.9"]).said(2, "write `96%`");
    bless(&["demo::f"]).said(0, "blessed: success rate of demo::f from 98 % down to 93 %");
    bless(&["cache.hits"]).said(0, "blessed: ratio of cache.hits from 90 % down to 66.7 %");
    assert!(blessed(&desk).contains("ratio = { from = \"90%\", to = \"66.66%\" }\n"));
    desk.report(&["check", "--fail-on", "degraded"]).said(0, "");
    let shown = desk.report(&["check"]).stdout;
    let shown = flat(&shown);
    assert!(shown.contains("also success rate 98 % → 93 %"), "{shown}");
    assert!(shown.contains("but blessed down to 66.7 % on 2"), "{shown}");
    let list = flat(&desk.report(&["bless", "--list"]).stdout);
    assert!(list.contains("demo::f success 98 % 93 % 93 % 2"), "{list}");
    assert!(list.contains("cache.hits ratio 90 % 66.7 % 66.7 % 2"), "{list}");

    // Somewhat less is allowed anyway: 5 % of the accepted ratio, and 3 points of the rate.
    store_rates(&desk, "later", 70, 0.64);
    desk.report(&["check"]).said(0, "");
    store_rates(&desk, "much later", 70, 0.6);
    let fails = desk.report(&["check"]);
    fails.said(3, "");
    assert!(flat(&fails.stdout).contains("beyond the 66.7 % blessed on 2"), "{}", fails.stdout);
}
