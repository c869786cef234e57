//! Names that could do harm are harmless in every output, and whole in JSON.

use perf_tests::{Finished, Lab, Run, lab, program};

fn record_hostile_names() -> Lab {
    let lab = lab!();
    let finished = lab.run(program!("hostile_names"), [""; 0]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    check_text(&finished.stderr);
    lab
}

/// Whether a terminal or a reader could be led astray by `c`.
fn is_harmful(c: char) -> bool {
    let turns_or_hides = matches!(c,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    (c.is_control() && c != '\n') || turns_or_hides
}

/// Nothing in `text` moves the cursor or turns its direction, and no line is endless.
fn check_text(text: &str) {
    for line in text.lines() {
        let harmful: Vec<char> = line.chars().filter(|&c| is_harmful(c)).collect();
        assert!(harmful.is_empty(), "{harmful:?} in {line:?}");
    }
}

fn shown(lab: &Lab, arguments: &[&str]) -> String {
    let Finished { code, stdout, stderr, .. } = lab.report(arguments);
    assert_eq!(code, Some(0), "{arguments:?}: {stderr}");
    check_text(&stderr);
    stdout
}

#[test]
fn in_tables_and_trees() {
    let lab = record_hostile_names();
    for arguments in [["show"].as_slice(), &["show", "--tree"]] {
        let text = shown(&lab, arguments);
        check_text(&text);
        let longest = text.lines().map(|line| line.chars().count()).max().unwrap_or_default();
        assert!(longest <= 200, "a line of {longest} characters: {arguments:?}");
    }
}

#[test]
fn in_json_they_are_whole() {
    let lab = record_hostile_names();
    let text = shown(&lab, &["show", "--format", "json"]);
    check_text(&text);
    let run = Run::parse(&text);
    let has = |name: &str| run.functions().any(|function| function.name() == name);
    assert!(has("escape \u{1b}[2J\u{1b}]0;title\u{7} and \u{9b}31m"));
    assert!(has("lines\r\nsecond,\"quoted\"\tand\u{0}nul"));
    assert!(has("abc\u{202e}fed\u{2066}\u{200b}"));
    assert!(has("=HYPERLINK(\"http://example.com\")"));
    assert!(has("日本語 and 🦀 and e\u{301}"));
    let longest = run.functions().map(|function| function.name().len()).max();
    assert!(longest > Some(10_000), "{longest:?}");
    assert!(run.functions().all(|function| function.number("calls") == 1));
}

#[test]
fn in_csv_no_cell_is_a_formula() {
    let lab = record_hostile_names();
    let text = shown(&lab, &["show", "--format", "csv"]);
    assert!(!text.chars().any(is_harmful), "{text:?}");
    for line in text.lines() {
        for cell in line.split(',').map(|cell| cell.trim_start_matches('"')) {
            // A number may be negative; a formula is anything else behind such a sign.
            let formula = cell.starts_with(['=', '+', '-', '@']) && cell.parse::<f64>().is_err();
            assert!(!formula, "{cell:?} in {line:?}");
        }
    }
}

/// Markdown without its code spans, in which everything is text: they end with as many backticks as
/// they begin with.
fn without_code_spans(markdown: &str) -> String {
    let mut outside = String::new();
    let mut rest = markdown;
    while let Some(begin) = rest.find('`') {
        let (before, span) = rest.split_at(begin);
        outside.push_str(before);
        let content = span.trim_start_matches('`');
        let fence = &span[..span.len() - content.len()];
        let is_end = |at: usize| {
            !content[..at].ends_with('`') && !content[at + fence.len()..].starts_with('`')
        };
        let end = content.match_indices(fence).map(|(at, _)| at).find(|&at| is_end(at));
        let end = end.unwrap_or_else(|| panic!("a code span has no end: {span}"));
        rest = &content[end + fence.len()..];
    }
    outside + rest
}

#[test]
fn in_markdown_they_stay_in_their_cell() {
    let lab = record_hostile_names();
    let text = shown(&lab, &["show", "--format", "markdown"]);
    check_text(&text);
    for forbidden in ["<script", "[link](", "![x]("] {
        assert!(text.contains(forbidden), "{forbidden} is a part of a name: {text}");
        let outside = without_code_spans(&text);
        assert!(!outside.contains(forbidden), "{forbidden} is markup in {text}");
    }
    let columns = |row: &str| row.replace("\\|", "").matches('|').count();
    let mut rows = text.lines().filter(|line| line.starts_with('|'));
    let head = columns(rows.next().expect("there is a table"));
    for row in rows {
        assert_eq!(columns(row), head, "{row}");
    }
}

#[test]
fn in_baselines_and_comparisons() {
    let lab = record_hostile_names();
    shown(&lab, &["baseline", "save", "hostile"]);
    lab.run(program!("hostile_names"), [""; 0]);
    for arguments in [
        ["baseline", "show", "hostile"].as_slice(),
        &["compare", "hostile", "latest"],
        &["compare", "hostile", "latest", "--format", "markdown"],
        &["check", "--baseline", "hostile"],
    ] {
        let finished = lab.report(arguments);
        // Times of so few calls may differ in any way; only what is printed matters here.
        assert!(matches!(finished.code, Some(0 | 3..=5)), "{arguments:?}: {}", finished.stderr);
        check_text(&finished.stdout);
        check_text(&finished.stderr);
    }
}
