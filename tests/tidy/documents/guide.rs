//! The README and the guide: short, complete, of one form, and nothing in it that is not checked.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use perf_tests::{Finished, lab, program, skipped};

use super::markdown::{Markdown, documents, quoted};
use crate::sources::{self, Source};
use crate::{Finding, assert_none};

/// Lines that the README has at most: what is longer belongs into the guide.
const README_LIMIT: usize = 220;

fn too_long(readme: &Source) -> Vec<Finding> {
    let lines = readme.text.lines().count();
    let finding =
        || Finding::new(readme, lines, format!("{lines} lines, of {README_LIMIT} at most"));
    (lines > README_LIMIT).then(finding).into_iter().collect()
}

#[test]
fn the_readme_is_short() {
    assert_none(too_long(&sources::one("README.md")));
}

#[test]
fn the_rule_on_the_readme_can_fail() {
    let of_lines = |lines| Source::made_up("README.md", &"\n".repeat(lines));
    assert!(too_long(&of_lines(README_LIMIT)).is_empty());
    assert_eq!(too_long(&of_lines(README_LIMIT + 1)).len(), 1);
}

/// Returns whether a document is a page of the guide.
fn is_page(document: &Source) -> bool {
    document.path.starts_with("docs/") && document.path != SUMMARY
}

const SUMMARY: &str = "docs/SUMMARY.md";

/// The beginning of each page, before the question that it answers.
const OPENING: &str = "This page answers: ";

/// Finds pages without a title, a question that they answer, or an example before the first section.
fn misshapen(page: &Source) -> Vec<Finding> {
    let markdown = Markdown::of(page);
    let mut findings = Vec::new();
    let mut lines = page.text.lines();
    if !lines.next().is_some_and(|title| title.starts_with("# ")) {
        findings.push(Finding::new(page, 1, "a page begins with its title"));
    }
    let paragraph: Vec<&str> = lines.skip(1).take_while(|line| !line.is_empty()).collect();
    let paragraph = paragraph.join(" ");
    if !paragraph.starts_with(OPENING) || !paragraph.ends_with('?') {
        findings.push(Finding::new(page, 3, format!("a page begins with \"{OPENING}…?\"")));
    }
    let section =
        markdown.prose().find(|line| line.text.starts_with("## ")).map(|line| line.number);
    let example = markdown.blocks.first().map(|(line, _)| *line);
    if example.is_none_or(|example| section.is_some_and(|section| section < example)) {
        findings.push(Finding::new(
            page,
            section.unwrap_or(1),
            "an example comes before the first section",
        ));
    }
    findings
}

#[test]
fn pages_open_with_a_question_and_an_example() {
    assert_none(documents().iter().filter(|it| is_page(it)).flat_map(misshapen));
}

#[test]
fn the_rule_on_pages_can_fail() {
    let findings = |text: &str| misshapen(&Source::made_up("docs/a.md", text)).len();
    let good = "# A\n\nThis page answers: what\nis it?\n\n```text\nx\n```\n\n## B\n";
    assert_eq!(findings(good), 0);
    assert_eq!(findings(&good.replace("# A", "A")), 1);
    assert_eq!(findings(&good.replace("it?", "it.")), 1);
    assert_eq!(findings("# A\n\nThis page answers: what?\n\n## B\n\n```text\nx\n```\n"), 1);
}

/// Finds pages that the summary does not list. The rule on links finds those that do not exist.
fn unlisted(summary: &Source, pages: &[&str]) -> Vec<Finding> {
    let is_listed = |page: &&&str| {
        let name = page.strip_prefix("docs/").unwrap_or(page);
        summary.text.contains(&format!("]({name})"))
    };
    let finding = |page: &&str| Finding::new(summary, 1, format!("{page} is not in it"));
    pages.iter().filter(|page| !is_listed(page)).map(finding).collect()
}

#[test]
fn the_summary_lists_every_page() {
    let documents = documents();
    let pages: Vec<&str> =
        documents.iter().filter(|it| is_page(it)).map(|page| page.path.as_str()).collect();
    assert!(pages.len() > 10, "the guide has more pages than {pages:?}");
    assert_none(unlisted(&sources::one(SUMMARY), &pages));
}

#[test]
fn the_rule_on_the_summary_can_fail() {
    let summary = Source::made_up(SUMMARY, "- [A](a.md)\n");
    assert_eq!(unlisted(&summary, &["docs/a.md", "docs/b.md"]).len(), 1);
}

#[test]
fn the_guide_builds_as_a_book() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let docs = sources::root().join("docs");
    let built = Command::new("mdbook").arg("build").arg(docs).arg("-d").arg(folder.path()).output();
    let Ok(output) = built else { return skipped("mdbook is not installed") };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && folder.path().join("index.html").is_file(), "{errors}");
}

/// The file that makes tests of the Rust examples.
const TESTS: &str = "tests/support/guide.rs";
/// The same of those that need the engine of benchmarks, which no other package is built with.
const OF_BENCHMARKS: &str = "examples/benchmarks/src/guide.rs";

/// Finds blocks without a language, which rustdoc takes for Rust, and Rust examples that are not among
/// the `tests`.
fn unchecked(document: &Source, tests: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, language) in Markdown::of(document).blocks {
        if language.is_empty() {
            findings.push(Finding::new(document, line, "a block of code has a language"));
        }
        let included = format!("/{}\")]", document.path);
        let is_tested = tests.iter().any(|tests| tests.text.contains(&included));
        if language.starts_with("rust") && !is_tested {
            findings.push(Finding::new(document, line, format!("{TESTS} does not compile it")));
        }
    }
    findings
}

#[test]
fn examples_are_compiled() {
    let tests = [TESTS, OF_BENCHMARKS].map(sources::one);
    let ours = |document: &&Source| is_page(document) || !document.path.contains('/');
    assert_none(documents().iter().filter(ours).flat_map(|document| unchecked(document, &tests)));
}

#[test]
fn the_rule_on_examples_can_fail() {
    let tests = [Source::made_up(TESTS, "#[doc = include_str!(\"../../docs/a.md\")]")];
    let text = "```\nx\n```\n```rust,no_run\nx\n```\n```toml\nx\n```\n";
    let lines = |path: &str| {
        let found = unchecked(&Source::made_up(path, text), &tests);
        found.iter().map(|found| found.line).collect::<Vec<_>>()
    };
    assert_eq!((lines("docs/a.md"), lines("docs/b.md")), (vec![1], vec![1, 4]));
}

const CONFIGURATION: &str = "docs/configuration.md";

/// Finds names that the page on the configuration does not have between backquotes.
fn undocumented(page: &Source, names: &BTreeSet<String>) -> Vec<Finding> {
    let documented: BTreeSet<&str> =
        Markdown::of(page).prose().flat_map(|it| quoted(it.text)).collect();
    let missing = names.iter().filter(|name| !documented.contains(name.as_str()));
    missing.map(|name| Finding::new(page, 1, format!("no `{name}`"))).collect()
}

/// Returns the variables that stand for options, from the help of each command.
fn variables() -> BTreeSet<String> {
    let help = |words: &[&str]| {
        let output =
            Command::new(program!("perf-report-under-test")).args(words).arg("--help").output();
        String::from_utf8_lossy(&output.expect("perf-report can be run").stdout).into_owned()
    };
    let listed = |help: &str| {
        let list = help.split("\nCommands:\n").nth(1).unwrap_or_default().split("\n\n").next();
        let names = list
            .unwrap_or_default()
            .lines()
            .filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        names
            .filter_map(|line| Some(line.split_whitespace().next()?.to_owned()))
            .collect::<Vec<_>>()
    };
    let mut all = vec![help(&[])];
    for command in listed(&all[0]).iter().filter(|command| *command != "help") {
        let own = help(&[command]);
        let inner = listed(&own).into_iter().filter(|inner| inner != "help");
        all.extend(inner.map(|inner| help(&[command, &inner])).collect::<Vec<_>>());
        all.push(own);
    }
    let is_part = |c: char| c.is_ascii_uppercase() || c == '_';
    let words = all.iter().flat_map(|help| help.split(move |c| !is_part(c)));
    words.filter(|word| word.starts_with("PERF_TRACK_")).map(str::to_owned).collect()
}

#[test]
fn every_variable_is_documented() {
    let mut variables = variables();
    assert!(variables.contains("PERF_TRACK_FAIL_ON") && variables.contains("PERF_TRACK_RUNS"));
    let recorder = [
        "",
        "_DIR",
        "_OVERHEAD",
        "_MEMORY",
        "_RESERVE",
        "_RETENTION",
        "_RETENTION_COUNT",
        "_CLOCK",
    ];
    variables.extend(recorder.map(|end| format!("PERF_TRACK{end}")));
    assert_none(undocumented(&sources::one(CONFIGURATION), &variables));
}

/// Returns the keys of a table of `perf.toml`, as perf-report names them where one is unknown.
fn keys(table: &str) -> BTreeSet<String> {
    let lab = lab!();
    fs::write(lab.folder().join("Cargo.toml"), "[workspace]\n").expect("a file can be written");
    fs::write(lab.folder().join("perf.toml"), format!("{table}\nqqqqqqqqqqqqqqqq = \"1\"\n"))
        .expect("a file can be written");
    let Finished { stderr, .. } = lab.report(["check"]);
    let flat = stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    let list = ["known keys: ", "one of ", "known: "].iter().find_map(|it| flat.split(it).nth(1));
    let list = list.unwrap_or_else(|| panic!("no list of keys: {flat}"));
    list.split(", ").map(|key| key.trim_matches(['`', ' ', '.']).to_owned()).collect()
}

#[test]
fn every_key_is_documented() {
    let tables = [
        "[profile.default.check]",
        "[profile.default.check.metric.p99]",
        "[budget.f]",
        "[budget.command]",
        "[metrics.m]",
        "[trend]",
        "[bench.b]",
    ];
    let page = sources::one(CONFIGURATION);
    for table in tables {
        let keys = keys(table);
        assert!(keys.len() >= 3, "{table}: {keys:?}");
        assert_none(undocumented(&page, &keys));
    }
}

#[test]
fn the_rule_on_the_configuration_can_fail() {
    let page = Source::made_up(CONFIGURATION, "`a`, `b` is c\n```toml\n`d`\n```\n");
    let names = ["a", "b", "c", "d"].map(str::to_owned).into();
    assert_eq!(undocumented(&page, &names).len(), 2);
}
