//! `show` as its users see it: its pictures, and the page of one function.

use perf_report::model::{FunctionDocument, TreeNode};
use perf_report::project::store::{Sqlite, Store as _};

use crate::desk::{Desk, Finished, checked, document};

const FUNCTION_SCHEMA: &str = include_str!("../../schemas/function.v1.schema.json");
const HISTORY_SCHEMA: &str = include_str!("../../schemas/history.v1.schema.json");
const GOLDEN: &str = include_str!("../golden/function.v1.json");

/// Runs of one function.
fn stored() -> Desk {
    let desk = Desk::new();
    let mut store = Sqlite::open_or_create(&desk.store()).unwrap();
    for at in 0..9_u32 {
        let mut run = document(&format!("20261120T10150{at}-0001"));
        run.run.time = format!("2026-11-20T10:15:0{at}.000Z");
        "demo::parse".clone_into(&mut run.functions[0].name);
        run.tree = vec![TreeNode {
            function: "demo::parse".to_owned(),
            calls: 10,
            self_ns: run.functions[0].self_ns,
            total_ns: run.functions[0].total_ns,
            ..TreeNode::default()
        }];
        run.functions[0].p50_ns = Some(4_000);
        run.functions[0].histogram = vec![(1_000, 3), (4_000, 7)];
        store.save(&run).unwrap();
    }
    desk
}

fn in_locale(desk: &Desk, arguments: &[&str], locale: &str) -> Finished {
    let mut command = desk.report_command(arguments);
    let output = command.env("LC_ALL", locale).env("COLUMNS", "60").output().unwrap();
    Finished {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn the_icicle_fits_and_is_ascii_where_the_locale_has_no_more() {
    let desk = stored();
    let drawn = in_locale(&desk, &["show", "--flame"], "C.UTF-8");
    drawn.said(0, "");
    assert!(
        drawn.stdout.contains("│demo::parse ") && drawn.stdout.contains("100.0 %│"),
        "{drawn:?}"
    );
    let plain = in_locale(&desk, &["show", "--flame"], "C");
    assert!(plain.stdout.is_ascii() && plain.stdout.contains("|demo::parse "), "{plain:?}");
    let json = in_locale(&desk, &["show", "--flame", "--format", "json"], "C").stdout;
    assert_eq!(json, desk.report(&["show", "--format", "json"]).stdout);
    let csv = desk.report(&["show", "--flame", "--format", "csv"]).stdout;
    assert_eq!(csv, desk.report(&["show", "--tree", "--format", "csv"]).stdout);
    let wrong = desk.report(&["show", "--flame", "--metric", "p99"]);
    wrong.said(2, "take one of self, total, calls, allocs, alloc-bytes, errors");
}

#[test]
fn one_function_is_named_as_for_history() {
    let desk = stored();
    let page = desk.report(&["show", "--function", "demo::parse"]);
    page.said(0, "");
    for part in ["duration of a call", "called by", "self time a call over 9 runs", "◂ p50"] {
        assert!(page.stdout.contains(part), "{part}: {}", page.stdout);
    }
    for name in ["PARSE", "pars"] {
        assert_eq!(desk.report(&["show", "--function", name]).stdout, page.stdout, "{name}");
    }
    let json = desk.report(&["show", "--function", "parse", "--format", "json"]).stdout;
    let json = checked(&json, FUNCTION_SCHEMA);
    assert_eq!(
        (&json["function"]["name"], &json["history"]["metric"]),
        (&"demo::parse".into(), &"self_ns".into())
    );
    let csv = desk.report(&["show", "--function", "parse", "--format", "csv"]).stdout;
    assert_eq!(csv, "from_ns,calls\n1000,3\n4000,7\n");
    let markdown = desk.report(&["show", "--function", "parse", "--format", "markdown"]).stdout;
    assert!(markdown.starts_with("### `demo::parse`\n"), "{markdown}");
    desk.report(&["show", "--function", "demo::prase"]).said(2, "did you mean `demo::parse`?");
    desk.report(&["show", "--function", "zebra"])
        .said(2, "`perf-report show --all` lists the functions");
    desk.report(&["show", "--function", "parse", "--tree"]).said(2, "cannot be used with");
}

#[test]
fn the_document_of_a_function_obeys_its_schema() {
    checked(GOLDEN, FUNCTION_SCHEMA);
    let page: FunctionDocument = serde_json::from_str(GOLDEN).unwrap();
    assert_eq!((page.callers.len(), page.callees.len(), page.budgets.len()), (1, 2, 1));
    let written = perf_report::render::json::json(&page).unwrap();
    assert_eq!(serde_json::from_str::<FunctionDocument>(&written).unwrap(), page);

    let desk = stored();
    std::fs::write(desk.path("perf.toml"), "[budget.\"demo::*\"]\ncalls = 9\n").unwrap();
    let shown = desk.report(&["show", "--function", "parse", "--format", "json"]).stdout;
    let shown = checked(&shown, FUNCTION_SCHEMA);
    checked(&shown["history"].to_string(), HISTORY_SCHEMA);
    assert_eq!(shown["budgets"][0]["because"][0]["origin"]["file"], 2, "the line of perf.toml");
}
