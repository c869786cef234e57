//! The format of a text, told by what is in it.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::Format;
use super::imported::Mistake;
use super::json::{Entries, without_bare};
use super::notes::Notes;

/// Lines that are looked at.
const LINES: usize = 20_000;

/// Tells the format of a text.
///
/// # Errors
/// [`Mistake::Refused`] of a text that is known and not read, and of one that nobody knows.
pub fn detect(text: &str) -> Result<Format, Mistake> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('<') {
        return xml(text);
    }
    if text.contains("window.BENCHMARK_DATA") && !text.starts_with(['{', '[']) {
        return Ok(Format::GithubActionBenchmark);
    }
    if text.starts_with(['{', '[']) {
        let plain = without_bare(text);
        let found = of_document(&plain).or_else(|| of_lines(text));
        if let Some(format) = found.or_else(|| of_document(first_document(&plain)?)) {
            return Ok(format);
        }
        let is_json = serde_json::from_str::<IgnoredAny>(&plain).is_ok();
        return if is_json { of_criterion(&plain) } else { Err(unknown()) };
    }
    of_text(text).or_else(|| of_lines(text)).ok_or_else(|| refused(text))
}

fn unknown() -> Mistake {
    let words: Vec<_> = Format::ALL.iter().map(|format| format.word()).collect();
    Mistake::Refused {
        what: "its format is none that is known".to_owned(),
        help: format!("formats: {}", words.join(", ")),
    }
}

fn xml(text: &str) -> Result<Format, Mistake> {
    if text.contains("<testsuite") || text.contains("<testcase") {
        Ok(Format::Junit)
    } else {
        Err(unknown())
    }
}

/// Returns the first of several documents.
fn first_document(text: &str) -> Option<&str> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    stream.next()?.ok()?;
    text.get(..stream.byte_offset())
}

/// Notes results of other formats in a text of `format`: one import is of one, so they are left out.
pub(super) fn note_others(text: &str, format: Format, notes: &mut Notes) {
    /// The most documents that are looked for.
    const MOST: usize = 64;
    let mut looked = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let (line, next) = rest.split_once('\n').unwrap_or((rest, ""));
        let trimmed = line.trim();
        let begins = trimmed.starts_with(['{', '[']);
        let found = of_result(trimmed).or_else(|| {
            let is_document = begins && looked < MOST;
            looked += usize::from(is_document);
            of_document(is_document.then(|| first_document(rest)).flatten()?)
        });
        if let Some(other) = found.filter(|other| *other != format) {
            let name = format!("{}: {trimmed}", other.word());
            notes.problem("result", "of another tool, left out: import it by itself", &name);
        } else if format == Format::Libtest && trimmed.contains("time:   [") {
            let what = "of criterion's on the screen, left out: `perf-report import criterion` reads its files";
            notes.problem("result", what, trimmed);
        }
        rest = next;
    }
}

/// Returns the format of which a line is a result.
fn of_result(line: &str) -> Option<Format> {
    if line.starts_with('{') {
        return of_line(line);
    }
    let is_xml = line.starts_with("<?xml") || line.starts_with("<testsuite");
    let is_libtest = line.starts_with("test ") && line.contains(" ... bench:");
    let is_wrk = line.starts_with("Running ") && line.contains(" test @ ");
    let is_of_go = line.starts_with("Benchmark") && is_go(line);
    let all = [
        (is_xml, Format::Junit),
        (is_libtest, Format::Libtest),
        (is_wrk, Format::Wrk),
        (is_of_go, Format::Go),
    ];
    all.into_iter().find_map(|(is, format)| is.then_some(format))
}

/// Returns the format of a whole document, by the names at its top.
fn of_document(text: &str) -> Option<Format> {
    if text.starts_with('[') {
        return of_array(text);
    }
    let Entries(entries) = serde_json::from_str::<Entries<IgnoredAny>>(text).ok()?;
    let has = |name: &str| entries.iter().any(|(key, _)| key == name);
    let found = [
        (has("module_path") && has("function_name"), Format::Gungraun),
        (has("results") && is_hyperfine(text), Format::Hyperfine),
        (has("benchmarks") && has("context"), Format::GoogleBenchmark),
        (has("benchmarks") && (has("machine_info") || has("commit_info")), Format::PytestBenchmark),
        (has("entries") && (has("lastUpdate") || has("repoUrl")), Format::GithubActionBenchmark),
        (
            has("summary") && (has("latencyPercentiles") || has("statusCodeDistribution")),
            Format::Oha,
        ),
        (has("metrics") && (has("root_group") || has("state") || has("options")), Format::K6),
        (has("type") && has("event"), Format::Nextest),
        (has("reason") && has("id"), Format::CargoCriterion),
    ];
    let named = found.into_iter().find_map(|(is, format)| is.then_some(format));
    named.or_else(|| is_bmf(text).then_some(Format::Bmf))
}

fn is_hyperfine(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Document {
        results: Vec<Entries<IgnoredAny>>,
    }
    let is = |entry: &Entries<IgnoredAny>| entry.0.iter().any(|(key, _)| key == "command");
    serde_json::from_str::<Document>(text).is_ok_and(|document| document.results.iter().all(is))
}

fn is_bmf(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Measure {
        #[serde(rename = "value")]
        _value: Value,
    }
    let parsed = serde_json::from_str::<Entries<Entries<Measure>>>(text);
    parsed.is_ok_and(|Entries(all)| !all.is_empty())
}

fn of_array(text: &str) -> Option<Format> {
    let entries = serde_json::from_str::<Vec<Entries<IgnoredAny>>>(text).ok()?;
    let all = |names: &[&str]| {
        let has =
            |entry: &Entries<IgnoredAny>, name: &str| entry.0.iter().any(|(key, _)| key == name);
        !entries.is_empty() && entries.iter().all(|it| names.iter().all(|name| has(it, name)))
    };
    if all(&["benchmark", "primaryMetric"]) {
        Some(Format::Jmh)
    } else if all(&["name", "value", "unit"]) {
        Some(Format::GithubActionBenchmark)
    } else if all(&["module_path", "function_name"]) {
        Some(Format::Gungraun)
    } else {
        None
    }
}

/// Returns the format of a text with an object a line, perhaps among others.
fn of_lines(text: &str) -> Option<Format> {
    let mut objects = text.lines().take(LINES).map(str::trim).filter(|line| line.starts_with('{'));
    objects.find_map(of_line)
}

fn of_line(line: &str) -> Option<Format> {
    #[derive(Deserialize)]
    struct Line {
        reason: Option<String>,
        #[serde(rename = "type")]
        kind: Option<String>,
        event: Option<IgnoredAny>,
        name: Option<IgnoredAny>,
        module_path: Option<IgnoredAny>,
        function_name: Option<IgnoredAny>,
        #[serde(rename = "Action")]
        action: Option<String>,
        #[serde(rename = "Package")]
        package: Option<IgnoredAny>,
    }
    let line: Line = serde_json::from_str(line).ok()?;
    if matches!(line.reason.as_deref(), Some("benchmark-complete" | "group-complete")) {
        return Some(Format::CargoCriterion);
    }
    if line.module_path.is_some() && line.function_name.is_some() {
        return Some(Format::Gungraun);
    }
    if line.action.is_some() && line.package.is_some() {
        return Some(Format::Go);
    }
    let is_test = matches!(line.kind.as_deref(), Some("suite" | "test" | "bench"));
    (is_test && (line.event.is_some() || line.name.is_some())).then_some(Format::Nextest)
}

/// Returns the format of a text for people.
fn of_text(text: &str) -> Option<Format> {
    let mut is_libtest = false;
    for line in text.lines().take(LINES).map(str::trim) {
        if line.starts_with("test ") && line.contains(" ... bench:") {
            return Some(Format::Libtest);
        }
        if line.starts_with("Running ") && line.contains(" test @ ") {
            return Some(Format::Wrk);
        }
        if line.starts_with("Benchmark") && is_go(line) {
            return Some(Format::Go);
        }
        is_libtest |= line.starts_with("test ") && line.contains(" ... ");
    }
    is_libtest.then_some(Format::Libtest)
}

fn is_go(line: &str) -> bool {
    let mut words = line.split_whitespace().skip(1);
    let is_count = words.next().is_some_and(|it| it.bytes().all(|it| it.is_ascii_digit()));
    is_count && words.next().is_some_and(|it| it.parse::<f64>().is_ok()) && words.next().is_some()
}

/// Refuses a file of criterion's folder, and anything else.
fn of_criterion(text: &str) -> Result<Format, Mistake> {
    let entries =
        serde_json::from_str::<Entries<IgnoredAny>>(text).map(|it| it.0).unwrap_or_default();
    let has = |name: &str| entries.iter().any(|(key, _)| key == name);
    let is_part =
        (has("mean") && has("median_abs_dev")) || (has("iters") && has("times")) || has("full_id");
    Err(if is_part { Mistake::criterion_is_a_folder() } else { unknown() })
}

/// Refuses the text of tools that write no results, with the way out.
fn refused(text: &str) -> Mistake {
    let lines = || text.lines().take(LINES);
    let is_tree = |line: &str| line.contains('├') || line.contains('╰');
    let refused =
        |what: &str, help: &str| Mistake::Refused { what: what.to_owned(), help: help.to_owned() };
    if lines().any(is_tree) && text.contains("fastest") {
        return refused(
            "it is a table of divan, with rounded values and without samples",
            "annotate what is benchmarked with #[perf_track], and record it: `perf-report run -- cargo bench`",
        );
    }
    if lines().any(|line| {
        line.contains(" ... ") && line.contains('[') && line.trim_end().ends_with(['%', '*'])
    }) {
        return refused(
            "it is a table of tango, which compares two builds by itself and writes no results",
            "`perf-report ab` compares two builds, in turn",
        );
    }
    if lines().any(|line| line.contains("time:   [")) {
        return refused(
            "it is what criterion shows on the screen, rounded",
            "its files have all digits: `perf-report import criterion` finds them",
        );
    }
    unknown()
}
