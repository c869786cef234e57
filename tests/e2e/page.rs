//! The page: that it holds what the other commands say, and what it does in a browser.

#[path = "../../perf-report/benches/common/large.rs"]
#[expect(clippy::cast_precision_loss, reason = "made-up runs")]
mod large;

#[path = "../../perf-report/benches/common/benched.rs"]
mod benched;

use std::fs;
use std::path::Path;
use std::process::Command;

use perf_report::model::Metric;
use perf_report::render::html::{Assets, Page};
use perf_tests::consumers::{consumer, npm_package};
use perf_tests::{Lab, lab, program};
use serde_json::Value;

use large::Large;

/// Returns a lab with a baseline of three runs, and a run in which one function is slower.
fn slower() -> Lab {
    let lab = lab!();
    let slowed = program!("slowed-under-test");
    let before = lab.report(["run", "--quiet", "--repeat", "3", "--", slowed, "60"]);
    assert_eq!(before.code, Some(0), "{}", before.stderr);
    let kept = lab.report(["baseline", "save", "main"]);
    assert_eq!(kept.code, Some(0), "{}", kept.stderr);
    let mut after = lab.report_command(["run", "--quiet", "--", slowed, "60"]);
    let after = after.env("SLOW_TOKENIZE", "400").output().expect("it can be run");
    assert!(after.status.success());
    lab
}

#[track_caller]
fn json(lab: &Lab, arguments: &[&str]) -> Value {
    let finished = lab.report(arguments);
    serde_json::from_str(&finished.stdout).unwrap_or_else(|error| panic!("{error}: {finished:?}"))
}

/// Returns the document in the element of this id, which is too small to be zipped.
fn block(page: &str, id: &str) -> Value {
    let begin = format!("<script type=\"application/json\" id=\"{id}\">");
    let (_, rest) = page.split_once(&begin).expect("the data are there");
    let (text, _) = rest.split_once("</script>").expect("they end");
    serde_json::from_str(text).expect("they are JSON")
}

/// Returns the value of a row in a column.
fn cell(column: &Value, at: usize) -> &Value {
    match (column.get("d"), column.get("v")) {
        (Some(distinct), _) => {
            let place = column["i"][at].as_i64().expect("a place");
            usize::try_from(place).map_or(&Value::Null, |place| &distinct[place])
        }
        (None, Some(value)) => value,
        _ => column.get(at).unwrap_or(&Value::Null),
    }
}

/// Compares rows of `packed` with those of `documents`, but for the keys `beside`. Names may be places
/// among the names `names`.
#[track_caller]
fn same(packed: &Value, documents: &Value, names: &Value, beside: &[&str]) {
    let documents = documents.as_array().expect("rows");
    assert_eq!(packed["n"], documents.len());
    for (at, document) in documents.iter().enumerate() {
        let document = document.as_object().expect("an object");
        for (key, expected) in document.iter().filter(|(key, _)| !beside.contains(&key.as_str())) {
            let value = cell(&packed["c"][key], at);
            let place =
                value.as_u64().filter(|_| key == "name").and_then(|it| usize::try_from(it).ok());
            assert_eq!(place.map_or(value, |at| cell(names, at)), expected, "{key} of row {at}");
        }
    }
}

/// Returns buckets as they are in JSON from those of the page: the distance to the one before, and calls.
fn buckets(steps: &Value) -> Vec<Value> {
    let numbers: Vec<u64> =
        steps.as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    let mut bucket = 0;
    let one = |pair: &[u64]| {
        bucket += pair[0];
        let from = if bucket < 32 { bucket } else { (32 + bucket % 32) << (bucket / 32 - 1) };
        serde_json::json!([from, pair[1]])
    };
    numbers.chunks_exact(2).map(one).collect()
}

/// What no view shows of a function.
const UNSEEN: [&str; 13] = [
    "raw_total_ns",
    "raw_self_ns",
    "self_error_ns",
    "overhead_ns",
    "self_overhead_ns",
    "self_preempted_ns",
    "active_ns",
    "sampled_ns",
    "counted_ns",
    "largest_interval",
    "untimed_calls",
    "lost_durations",
    "histogram",
];

#[test]
fn it_holds_what_the_other_commands_say() {
    let lab = slower();
    let made = lab.report(["html"]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert!(made.stderr.contains("wrote perf-report.html"), "{}", made.stderr);
    let page = fs::read_to_string(lab.folder().join("perf-report.html")).expect("it is there");
    let (first, more) = (block(&page, "page-data"), block(&page, "page-more"));
    let run = json(&lab, &["show", "--format", "json"]);
    for key in ["run", "process", "recording"] {
        assert_eq!(first[key], run[key]);
    }
    let names = &first["functions"]["c"]["name"];
    same(&first["functions"], &run["functions"], names, &UNSEEN);
    same(&first["tree"], &run["tree"], names, &["id", "function"]);
    same(&first["metrics"], &run["metrics"], names, &[]);
    for (at, function) in run["functions"].as_array().expect("functions").iter().enumerate() {
        let shown = buckets(&more["histograms"]["current"][at]);
        assert_eq!(Some(&shown), function["histogram"].as_array());
    }
    let check = json(&lab, &["check", "--run", "latest", "--format", "json"]);
    for (key, value) in check.as_object().expect("an object") {
        if !["functions", "budgets"].contains(&key.as_str()) {
            assert_eq!(&first["comparison"][key], value, "{key}");
        }
    }
    same(
        &first["comparison"]["functions"],
        &check["functions"],
        names,
        &["because", "p_value", "noise_pct"],
    );
    let history = json(&lab, &["history", "--all", "--format", "json"]);
    same(&more["history"]["functions"], &history["functions"], names, &[]);
    same(&more["history"]["runs"], &history["runs"], names, &[]);
    assert_eq!(more["history"]["notes"], history["notes"]);
}

#[test]
fn check_writes_it_and_keeps_its_exit_code() {
    let lab = slower();
    let verdict = lab.report(["check", "--run", "latest", "--regression", "20"]);
    let with_page =
        lab.report(["check", "--run", "latest", "--regression", "20", "--html", "page.html"]);
    assert_eq!((with_page.code, &with_page.stdout), (verdict.code, &verdict.stdout));
    assert!(lab.folder().join("page.html").exists());
    let nowhere = ["check", "--run", "latest", "--html", "missing/page.html"];
    let lost = lab.report([&nowhere[..], &["--regression", "20"]].concat());
    assert!(lost.complaint().contains("missing/page.html cannot be written"), "{}", lost.stderr);
    assert_eq!(lost.code, verdict.code.map(|code| if code == 0 { 2 } else { code }));
    let never =
        lab.report([&nowhere[..], &["--regression", "never", "--degraded", "never"]].concat());
    assert_eq!(never.code, Some(2), "{}", never.stderr);
    // A verdict of an earlier time is not left for one that there is none of; nor is another file harmed.
    fs::write(lab.folder().join("mine.html"), "<p>mine</p>").expect("a file can be written");
    for (file, is_left) in [("page.html", false), ("mine.html", true)] {
        let failed = lab.report(["check", "--baseline", "nope", "--html", file]);
        assert_eq!(failed.code, Some(2), "{}", failed.stderr);
        assert_eq!(lab.folder().join(file).exists(), is_left, "{file}");
    }
}

#[test]
fn other_commands_write_it_too() {
    let lab = slower();
    let page = |name: &str| fs::read_to_string(lab.folder().join(name)).unwrap_or_default();
    let slowed = program!("slowed-under-test");
    let compared = lab.report(["compare", "latest~1", "latest", "--html", "compared.html"]);
    assert_eq!(compared.code, Some(0), "{}", compared.stderr);
    assert!(page("compared.html").contains("<dt>Baseline</dt>"));
    let ran = lab.report(["run", "--quiet", "--html", "ran.html", "--", slowed, "60"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(page("ran.html").contains("<dt>Baseline</dt>"), "judged by the usual baseline");
    let sides = ["--a", slowed, "--b", slowed, "--rounds", "2", "--max-rounds", "2"];
    let turns = lab.report([&["ab", "--quiet", "--html", "ab.html"][..], &sides].concat());
    assert!(page("ab.html").contains("<dt>Rounds</dt>"), "{}", turns.stderr);
    let text = lab.report(["html", "--output", "-"]);
    assert!(text.stdout.starts_with("<!DOCTYPE html>") && text.stdout.ends_with("</html>\n"));
    let beside = lab.report(["html", "--assets", "beside", "--output", "with space.html"]);
    assert_eq!(beside.code, Some(0), "{}", beside.stderr);
    assert!(page("with space.html").contains("href=\"with%20space.css\""));
    assert!(!page("with space.css").is_empty() && !page("with space.js").is_empty());
}

#[test]
fn without_a_baseline_it_says_so_aloud() {
    let lab = lab!();
    let run = lab.run(program!("workload"), [""; 0]);
    assert!(run.stderr.contains("stored"), "{}", run.stderr);
    let made = lab.report(["html", "--output", "-"]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert!(made.stdout.contains("<title>NO BASELINE"));
    assert!(made.stdout.contains("nothing was compared"));
    let named = lab.report(["html", "--baseline", "main"]);
    assert_eq!(named.code, Some(2), "{}", named.stderr);
}

#[test]
fn a_browser_that_does_not_start_is_a_warning_with_the_way_to_the_page() {
    let lab = lab!();
    lab.run(program!("workload"), [""; 0]);
    let mut opened = lab.report_command(["html", "--open"]);
    let opened = opened.env("BROWSER", "no-such-browser").output().expect("it can be run");
    let complaint = String::from_utf8_lossy(&opened.stderr).into_owned();
    assert!(opened.status.success(), "{complaint}");
    assert!(complaint.contains("perf-report.html was not opened"), "{complaint}");
    let asked = lab.folder().join("asked");
    let mut opened = lab.report_command(["html", "--open"]);
    let browser = "no-such-browser:touch %s".replace("%s", &asked.display().to_string());
    opened.env("BROWSER", browser).output().expect("it can be run");
    assert!(asked.exists());
}

/// Returns Node about to run one of the scripts, with the browser that it drives.
pub(crate) fn browser(script: &str) -> Option<Command> {
    let chromium = consumer("chromium")?;
    let mut node = consumer("node")?;
    npm_package("playwright-core")?;
    npm_package("axe-core")?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("consumers/page");
    node.env("CHROMIUM", chromium.get_program()).arg(folder.join(script));
    Some(node)
}

#[track_caller]
pub(crate) fn passes(node: &mut Command) -> String {
    let output = node.output().expect("node can be run");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

fn address(path: &Path) -> String {
    format!("file://{}", path.display())
}

#[test]
fn in_a_browser_every_view_works() {
    let lab = slower();
    let Some(mut node) = browser("check.mjs") else { return };
    lab.report(["html"]);
    let run = lab.report(["show", "--format", "json", "--output", "run.json"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let page = address(&lab.folder().join("perf-report.html"));
    passes(node.arg(page).arg(lab.folder().join("run.json")));
}

#[test]
fn in_a_browser_hostile_names_are_text() {
    let lab = lab!();
    lab.run(program!("hostile_names"), [""; 0]);
    let Some(mut node) = browser("check.mjs") else { return };
    lab.report(["html"]);
    lab.report(["show", "--format", "json", "--output", "run.json"]);
    let page = address(&lab.folder().join("perf-report.html"));
    passes(node.arg(page).arg(lab.folder().join("run.json")));
}

#[test]
fn in_a_browser_assets_beside_the_page_are_found() {
    let lab = slower();
    let Some(mut node) = browser("check.mjs") else { return };
    lab.report(["html", "--assets", "beside", "--output", "a page.html"]);
    passes(node.arg(address(&lab.folder().join("a%20page.html"))));
    let Some(mut served) = browser("served.mjs") else { return };
    passes(served.arg(lab.folder()).arg("a%20page.html"));
}

#[test]
fn in_a_browser_benchmarks_have_their_figures_and_pictures() {
    let (Some(mut node), Some(mut walk)) = (browser("check.mjs"), browser("benchmarks.walk.mjs"))
    else {
        return;
    };
    let run = benched::run();
    let report = benched::report(&run);
    let page = Page {
        run: &run,
        baseline: None,
        comparison: None,
        history: None,
        report: report.as_ref(),
    };
    let lab = lab!();
    let path = lab.folder().join("benchmarks.html");
    fs::write(&path, page.html(Assets::Inline)).expect("it can be written");
    passes(node.arg(address(&path)));
    passes(walk.arg(address(&path)));
}

#[test]
fn its_html_is_valid() {
    let lab = slower();
    let Some(validate) = npm_package("html-validate") else { return };
    let Some(mut node) = consumer("node") else { return };
    lab.report(["html"]);
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("consumers/page/htmlvalidate.json");
    node.arg(validate.join("bin/html-validate.mjs")).arg("--config").arg(rules);
    passes(node.arg(lab.folder().join("perf-report.html")));
}

/// The exact figures are those of `docs/page.md`; here they have room, for other tests run beside.
#[test]
#[expect(clippy::print_stdout, reason = "figures for whoever asks with --nocapture")]
fn ten_thousand_functions_are_quick_in_a_browser() {
    let Some(mut node) = browser("time.mjs") else { return };
    let large = Large::of(10_000, 100_000, 60);
    assert_eq!(large.history.metric, Metric::SelfNs);
    let page = Page {
        run: &large.run,
        baseline: Some(&large.baseline),
        comparison: Some(&large.comparison),
        history: Some(&large.history),
        report: None,
    };
    let lab = lab!();
    let path = lab.folder().join("large.html");
    fs::write(&path, page.html(Assets::Inline)).expect("it can be written");
    let measured = passes(node.arg(address(&path)));
    println!("{measured}");
    let measured: Value = serde_json::from_str(&measured).expect("JSON");
    let at_most = |key: &str, most: f64| {
        assert!(measured[key].as_f64().is_some_and(|it| it <= most), "{key}: {measured}");
    };
    at_most("open_ms", 15_000.0);
    at_most("sort_ms", 500.0);
    assert!(measured["pan_frames"].as_f64().is_some_and(|it| it >= 3.0), "{measured}");
}
