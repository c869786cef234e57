//! The page of a run: its size, that it holds what the documents hold, and that nothing in it can be anything
//! but text.

#![expect(clippy::cast_precision_loss, reason = "made-up runs")]
#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]

mod benchmarks;
mod data;
mod tokens;

#[path = "../../benches/common/large.rs"]
mod large;

#[path = "../../benches/common/benched.rs"]
mod benched;

use perf_report::analysis::report::{self, Material, Settings, Stored};
use perf_report::model::RunDocument;
use perf_report::render::html::{Assets, Page, script, style};
use perf_report::text::sanitize;
use perf_report::verdict::{Limits, compare};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use data::{assert_same, block, buckets, unpacked};
use large::Large;
use tokens::{Token, tokens};

fn page(large: &Large) -> String {
    let runs = std::slice::from_ref(&large.run);
    let (stored, settings) = (Stored::default(), Settings::default());
    let report = report::report(&Material {
        runs,
        comparison: &large.comparison,
        past: &[],
        last: runs,
        stored: &stored,
        settings: &settings,
    });
    Page {
        run: &large.run,
        baseline: Some(&large.baseline),
        comparison: Some(&large.comparison),
        history: Some(&large.history),
        report: report.as_ref(),
    }
    .html(Assets::Inline)
}

#[test]
fn a_thousand_functions_fit_into_300_kib() {
    let size = page(&Large::of(1_000, 5_000, 60)).len();
    assert!(size <= 300 << 10, "{size} bytes");
}

#[test]
fn ten_thousand_functions_fit_into_2_mib() {
    let large = Large::of(10_000, 50_000, 60);
    let page = page(&large);
    assert!(page.len() <= 2 << 20, "{} bytes", page.len());
    // What is left out is named, in the data and in the text.
    let left_out = block(&page, "page-data")["words"]["left_out"].clone();
    let lines = left_out.as_array().expect("lines");
    assert!(!lines.is_empty());
    for line in lines {
        assert!(
            page.contains(&format!("<li>{}</li>", line.as_str().unwrap_or_default())),
            "{line}"
        );
    }
}

#[test]
fn the_same_documents_give_the_same_page() {
    let large = Large::of(300, 900, 20);
    assert_eq!(page(&large), page(&large));
}

#[test]
fn the_page_holds_what_the_documents_hold() {
    for (functions, is_large) in [(30, false), (600, true)] {
        let large = Large::of(functions, functions * 5, 12);
        let page = page(&large);
        let (first, more) = (block(&page, "page-data"), block(&page, "page-more"));
        let names = holds_the_run(&first, &more, &large.run, is_large);
        let comparison = serde_json::to_value(&large.comparison).unwrap();
        for key in ["baseline", "current", "verdict", "judged", "of", "notes", "causes", "missing"]
        {
            assert_eq!(first["comparison"][key], comparison[key], "{key}");
        }
        let rows = unpacked(&first["comparison"]["functions"], &names);
        assert!(is_large || rows.len() == large.comparison.functions.len());
        let mut rest = comparison["functions"].as_array().unwrap().iter();
        for row in &rows {
            let is_it =
                |json: &&Value| row["name"] == json["name"] && row["metric"] == json["metric"];
            let json = rest.find(is_it).expect("rows stand in their order");
            let is_brief = is_large && json["verdict"] == "stable";
            let beside = ["because", "p_value", "noise_pct", "reason"];
            assert_same(row, json, &beside[..if is_brief { 4 } else { 3 }], is_large);
        }
        holds_the_past(&more, &large, &names, is_large);
    }
}

fn holds_the_past(more: &Value, large: &Large, names: &[Map<String, Value>], is_large: bool) {
    let history = serde_json::to_value(&large.history).unwrap();
    assert_eq!(more["history"]["limits"], history["limits"]);
    assert_eq!(unpacked(&more["history"]["runs"], &[]).len(), large.history.runs.len());
    let mut rows = unpacked(&more["history"]["functions"], names);
    assert!(is_large || rows.len() == large.history.functions.len());
    let mut rest = history["functions"].as_array().unwrap().iter();
    for row in &mut rows {
        let json =
            rest.find(|json| row["name"] == json["name"]).expect("they stand in their order");
        if let Some(steps) = row.remove("steps") {
            let from = row["from"].as_f64().unwrap();
            let value = |step: &Value| Value::from(from * (step.as_f64().unwrap() / 2_000.0).exp());
            row.insert("values".to_owned(), steps.as_array().unwrap().iter().map(value).collect());
        }
        assert_same(row, json, &[], is_large);
    }
}

/// Returns the functions of the page.
fn holds_the_run(
    first: &Value,
    more: &Value,
    run: &RunDocument,
    is_large: bool,
) -> Vec<Map<String, Value>> {
    const BESIDE: [&str; 14] = [
        "raw_total_ns",
        "raw_self_ns",
        "self_error_ns",
        "overhead_ns",
        "self_overhead_ns",
        "active_ns",
        "sampled_ns",
        "counted_ns",
        "largest_interval",
        "untimed_calls",
        "lost_durations",
        "histogram",
        "tags",
        "budget",
    ];
    let json = serde_json::to_value(run).unwrap();
    for key in ["run", "process", "recording"] {
        assert_eq!(first[key], json[key], "{key}");
    }
    let rows = unpacked(&first["functions"], &[]);
    assert_eq!(rows.len(), run.functions.len());
    for (at, (row, function)) in rows.iter().zip(json["functions"].as_array().unwrap()).enumerate()
    {
        assert_same(row, function, &BESIDE, is_large);
        let counts = ["calls", "errors", "panics", "allocs", "self_allocs"];
        for key in counts {
            assert_eq!(row.get(key), function.get(key), "counts are exact");
        }
        let shown = &more["histograms"]["current"][at];
        assert!(shown.is_null() && is_large || buckets(shown) == run.functions[at].histogram);
    }
    let tree = unpacked(&first["tree"], &[]);
    assert_eq!(tree.len(), run.tree.len());
    for (row, node) in tree.iter().zip(json["tree"].as_array().unwrap()) {
        let is_brief = is_large && node["total_ns"] == node["self_ns"];
        let beside = ["id", "function", "total_ns"];
        assert_same(row, node, &beside[..if is_brief { 3 } else { 2 }], is_large);
        let function = usize::try_from(row["function"].as_u64().unwrap()).unwrap();
        assert_eq!(rows[function]["name"], node["function"]);
    }
    rows
}

/// Returns the scripts that a browser would run, and everything that it would show.
fn seen(page: &str) -> (Vec<String>, String) {
    let tokens = tokens(page);
    let mut scripts = Vec::new();
    let mut text = String::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Start(name, attributes) => {
                let is_code = name == "script" && token.attribute("type").is_none();
                let raw = tokens.get(at + 1).filter(|_| is_code);
                scripts.extend(raw.and_then(|it| match it {
                    Token::Raw(raw) => Some(raw.clone()),
                    _ => None,
                }));
                for (key, value) in attributes {
                    assert!(!key.starts_with("on") && key != "style", "{key}={value}");
                    assert!(key != "src" && (key != "href" || value.starts_with('#')), "{value}");
                }
            }
            Token::Text(part) => text += part,
            Token::Raw(_) | Token::End(_) | Token::Other => {}
        }
    }
    (scripts, text)
}

/// Checks that elements close in the order in which they were opened.
fn is_well_formed(page: &str) {
    const VOID: [&str; 3] = ["meta", "link", "br"];
    const EMPTY: [&str; 4] = ["rect", "line", "circle", "path"];
    let mut open = Vec::new();
    for token in tokens(page) {
        match token {
            Token::Start(name, _) if VOID.contains(&&*name) || EMPTY.contains(&&*name) => {}
            Token::Start(name, _) => open.push(name),
            Token::End(name) => assert_eq!(open.pop().as_deref(), Some(name.as_str())),
            _ => {}
        }
    }
    assert_eq!(open, [""; 0]);
}

#[test]
fn the_policy_names_what_is_embedded() {
    let page = page(&Large::of(5, 5, 3));
    let tokens = tokens(&page);
    let policy = tokens.iter().find_map(|it| {
        it.attribute("http-equiv").and_then(|_| it.attribute("content")).map(str::to_owned)
    });
    let raw: Vec<_> = tokens
        .windows(2)
        .filter_map(|pair| match pair {
            [Token::Start(name, attributes), Token::Raw(raw)] if attributes.is_empty() => {
                Some((name.as_str(), raw.as_str()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(raw, [("style", style()), ("script", script())]);
    let hash = |text: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text))
    };
    let expected = format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src data:; base-uri \
         'none'; form-action 'none'",
        hash(script()),
        hash(style())
    );
    assert_eq!(policy, Some(expected));
    for text in [script(), style()] {
        let bad = ["</", "<!--", "\r", "http://", "https://", "@import", "url("];
        let found: Vec<_> = bad.iter().filter(|bad| text.contains(**bad)).collect();
        let allowed = text == script();
        let found: Vec<_> =
            found.into_iter().filter(|bad| !(allowed && **bad == "http://")).collect();
        assert!(found.is_empty(), "{found:?}");
    }
}

#[test]
fn assets_beside_the_page_are_named_and_nothing_is_inline() {
    let large = Large::of(5, 5, 3);
    let of =
        Page { run: &large.run, baseline: None, comparison: None, history: None, report: None };
    let page = of.html(Assets::Beside { style: "a b.css", script: "a b.js" });
    assert!(page.contains("script-src &#39;self&#39;; style-src &#39;self&#39;"));
    assert!(page.contains("href=\"a%20b.css\"") && page.contains("src=\"a%20b.js\""));
    assert!(!page.contains("<style") && !page.contains(script()));
    assert!(page.contains("No baseline:"));
}

/// Makes texts of what could be mistaken for something else.
fn hostile() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        Just("</script>".to_owned()),
        Just("<!--<script".to_owned()),
        Just("</style><b onclick=x>".to_owned()),
        Just("\" onmouseover=\"x".to_owned()),
        Just("&lt;&#60;&amp".to_owned()),
        Just("\u{202e}\u{200b}\u{feff}\u{2028}\0\r\n\t".to_owned()),
        Just("##vso[task]::error".to_owned()),
        Just("<img src=//x>'`${x}`".to_owned()),
        any::<String>(),
        "[ -~]{0,12}",
    ];
    proptest::collection::vec(parts, 1..5).prop_map(|parts| parts.concat())
}

/// Puts `text` wherever something of others may stand.
fn with(text: &str) -> Large {
    let mut large = Large::of(6, 12, 9);
    for (at, run) in [&mut large.run, &mut large.baseline].into_iter().enumerate() {
        let heaviest = run.functions.iter().map(|it| it.self_ns).max().unwrap_or(0);
        let function = &mut run.functions[2];
        let before = std::mem::replace(&mut function.name, text.to_owned());
        function.self_ns = heaviest * 20 * (2 - at as u64);
        function.mean_ns = function.mean_ns.map(|mean| mean * (2 - at as u64) as f64);
        (function.module, function.file) = (text.to_owned(), text.to_owned());
        function.tags = vec![text.to_owned()];
        for node in run.tree.iter_mut().filter(|node| node.function == before) {
            text.clone_into(&mut node.function);
        }
        run.run.label = Some(text.to_owned());
        run.run.command = vec![text.to_owned(), text.to_owned()];
        text.clone_into(&mut run.run.machine.cpu);
        run.run.git = run.run.git.take().map(|mut git| {
            git.branch = Some(text.to_owned());
            git
        });
        run.recording.problems = vec![text.to_owned()];
    }
    large.comparison = compare(&large.baseline, &large.run, &Limits::default());
    large.comparison.baseline = Some(text.to_owned());
    large.comparison.notes.push(text.to_owned());
    large.comparison.missing.push(text.to_owned());
    large
}

fn is_harmless(text: &str) {
    let large = with(text);
    let page = page(&large);
    is_well_formed(&page);
    let (scripts, shown) = seen(&page);
    assert_eq!(scripts, [script()]);
    let screen = sanitize::screen(text);
    let begin: String = screen.chars().take(200).collect();
    assert!(shown.contains(&begin), "{begin:?} is not shown");
    let first = block(&page, "page-data");
    assert_eq!(first["run"]["label"], json!(text));
    assert!(unpacked(&first["functions"], &[]).iter().any(|row| row["name"] == json!(text)));
    let invisible = shown.chars().filter(|c| c.is_control() && *c != '\n').count();
    assert_eq!(invisible, 0, "everything that is shown can be seen");
}

#[test]
fn long_names_are_cut_and_whole_in_a_title() {
    let name = format!("app::{}::end", "x".repeat(10_000));
    is_harmless(&name);
    let page = page(&with(&name));
    let whole = tokens(&page).iter().filter(|it| it.attribute("title") == Some(&name)).count();
    assert!(whole > 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn hostile_text_is_text(text in hostile()) {
        is_harmless(&text);
    }
}
