//! Test suites and their targets in words, the same for every medium.

use super::sparkline::sparkline;
use crate::model::{
    Growth, RunDocument, Suite, SuiteRow, SuiteTarget, SuitesDocument, TargetOutcome, TestOutcome,
    WatchedFolder,
};
use crate::stats::number::float;
use crate::text::{sanitize, units};

/// Tests that are named where several failed.
const NAMED: usize = 5;

/// Judges the suites: a word, and the rest of the sentence.
pub(crate) fn verdict(document: &SuitesDocument) -> (&'static str, String) {
    let [missed, undecided] = [TargetOutcome::Missed, TargetOutcome::Undecided]
        .map(|outcome| document.targets(outcome).count() as u64);
    let all = document.rows().map(|row| row.targets.len() as u64).sum::<u64>();
    let rest = counted(document);
    let bad = document.suites.iter().filter(|row| row.has_failed()).count() as u64;
    if bad > 0 {
        let suites = units::plural(bad, "suite");
        return ("FAILED", format!("{suites} of {}: {rest}", document.suites.len()));
    }
    if missed > 0 {
        return ("MISSED", format!("{} of {all} targets: {rest}", units::count(missed)));
    }
    if undecided > 0 {
        return ("UNDECIDED", format!("{} of {all} targets: {rest}", units::count(undecided)));
    }
    let targets = match all {
        0 => String::new(),
        all => format!("; {} met", units::plural(all - unmeasured(document), "target")),
    };
    ("PASSED", rest + &targets)
}

fn unmeasured(document: &SuitesDocument) -> u64 {
    document.targets(TargetOutcome::Unmeasured).count() as u64
}

/// Counts suites and tests: `3 suites, 12 tests passed, 1 ignored, in 1.2 s`.
fn counted(document: &SuitesDocument) -> String {
    let total = &document.total;
    let mut items = vec![units::plural(document.suites.len() as u64, "suite")];
    items.extend(total.passed.map(|passed| format!("{} passed", units::plural(passed, "test"))));
    let some = |count: Option<u64>, word: &str| {
        count.filter(|count| *count > 0).map(|count| format!("{} {word}", units::count(count)))
    };
    items.extend(some(total.failed, "failed"));
    items.extend(some(total.ignored, "ignored"));
    items.extend(some(Some(total.flaky), "flaky"));
    items.extend(total.wall_ns.map(|ns| format!("in {}", units::duration(ns))));
    items.join(", ")
}

/// Returns the facts of the runs: which, how many, when, of which commit.
pub(crate) fn origin(document: &SuitesDocument) -> Vec<String> {
    let words: Vec<_> = document.command.iter().map(|word| sanitize::screen(word)).collect();
    let mut items = vec![words.join(" ")];
    if let Some(name) = &document.name {
        items.push(format!("“{}”", sanitize::screen(name)));
    }
    if let Some(newest) = document.runs.last() {
        items.extend(super::facts::side(newest));
    }
    if document.runs.len() > 1 {
        items.push(format!("medians of {} runs", document.runs.len()));
    }
    items
}

/// Returns a time, or a sign that there is none.
pub(crate) fn time(ns: Option<f64>) -> String {
    ns.map_or_else(nothing, units::duration)
}

/// Returns a size, or a sign that there is none.
pub(crate) fn size(bytes: Option<u64>) -> String {
    bytes.map_or_else(nothing, units::bytes)
}

/// Returns a number of tests; a dot for none, and a sign where nobody counted.
pub(crate) fn tests(count: Option<u64>) -> String {
    match count {
        None => nothing(),
        Some(0) => "·".to_owned(),
        Some(count) => units::count(count),
    }
}

fn nothing() -> String {
    "–".to_owned()
}

/// Returns the ends of a suite that are no success in short: `exit 101`, `signal 9`, `killed`.
pub(crate) fn end(row: &SuiteRow) -> Option<String> {
    match (row.exit_code, row.signal) {
        (Some(0), None) => None,
        (_, Some(signal)) => Some(format!("signal {signal}")),
        (Some(code), None) => Some(format!("exit {code}")),
        (None, None) => Some("did not end".to_owned()),
    }
}

/// Returns the growth of the peak memory, where it is certain; a dot where it is not.
pub(crate) fn growth(growth: Option<Growth>) -> String {
    match growth {
        None => nothing(),
        Some(growth) if growth.is_certain() => units::change(growth.change_pct),
        Some(_) => "·".to_owned(),
    }
}

/// Explains a growth that is certain.
pub(crate) fn growth_in_words(row: &SuiteRow) -> Option<String> {
    let growth = row.growth.filter(Growth::is_certain)?;
    let range = units::range((growth.low_pct, growth.high_pct));
    let change = units::change(growth.change_pct);
    Some(format!("peak memory {change} over {} runs ({range})", growth.runs))
}

/// Draws the time of the last runs and of this one.
pub(crate) fn course(row: &SuiteRow) -> String {
    let values: Vec<Option<f64>> =
        row.past.iter().map(|past| past.wall_ns).chain([row.wall_ns]).collect();
    if row.past.iter().all(|past| past.wall_ns.is_none()) {
        return String::new();
    }
    sparkline(&values, values.len())
}

/// Counts the targets of a suite in signs: `✓ 2  ✗ 1`.
pub(crate) fn targets(row: &SuiteRow) -> String {
    let count = |outcome| row.targets.iter().filter(|it| it.outcome == outcome).count();
    let kinds = [
        TargetOutcome::Missed,
        TargetOutcome::Undecided,
        TargetOutcome::Unmeasured,
        TargetOutcome::Met,
    ];
    let counts = kinds.map(|outcome| (sign(outcome), count(outcome)));
    let shown = counts.into_iter().filter(|(_, count)| *count > 0);
    shown.map(|(sign, count)| format!("{sign} {count}")).collect::<Vec<_>>().join(" ")
}

/// Returns the sign of an outcome.
pub(crate) fn sign(outcome: TargetOutcome) -> &'static str {
    match outcome {
        TargetOutcome::Met => "✓",
        TargetOutcome::Missed => "✗",
        TargetOutcome::Undecided => "?",
        TargetOutcome::Unmeasured => "–",
    }
}

/// Returns a target: what was measured, and what is allowed.
pub(crate) fn target(target: &SuiteTarget) -> String {
    let figure = sanitize::screen(&target.figure);
    let least = if target.at_least { "at least" } else { "at most" };
    let limit = target.unit.text(target.limit);
    let against = target.baseline.as_ref().filter(|_| target.value.is_some());
    let against = against
        .map_or_else(String::new, |name| format!(" against baseline {}", sanitize::screen(name)));
    let measured =
        target.value.map_or_else(|| "not measured".to_owned(), |it| target.unit.text(it));
    let range = target.interval.map_or_else(String::new, |(low, high)| {
        format!(" ({} to {})", target.unit.text(low), target.unit.text(high))
    });
    let reason = match target.reason.as_str() {
        "" => String::new(),
        reason => format!("; {}", sanitize::screen(reason)),
    };
    format!("{figure} {measured}{range}, {least} {limit}{against}{reason}")
}

/// Names the tests of a suite that failed, or were flaky.
pub(crate) fn bad_tests(row: &SuiteRow) -> Vec<(&'static str, String)> {
    let of = |names: &[String]| names_of(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let failed = of(&row.failed_tests).map(|names| ("failed", names));
    let flaky = of(&row.flaky_tests).map(|names| ("flaky", names));
    failed.into_iter().chain(flaky).collect()
}

/// Returns the first of some names, and how many more there are; `None` of none.
fn names_of(names: &[&str]) -> Option<String> {
    let shown: Vec<_> = names.iter().take(NAMED).map(|name| sanitize::screen(name)).collect();
    let more = names.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!names.is_empty()).then(|| shown.join(", ") + &more)
}

/// Names what was no success in the suites of a run: `failed`, the suite, and its tests or its end.
pub(crate) fn bad(run: &RunDocument) -> Vec<(&'static str, &str, String)> {
    let tests = |suite: &Suite, outcome: TestOutcome| {
        let tests = suite.tests.iter().filter(|test| test.outcome == outcome);
        names_of(&tests.map(|test| test.name.as_str()).collect::<Vec<_>>())
    };
    let of = |suite: &Suite| {
        let count = suite.failed.filter(|failed| *failed > 0);
        let counted = || count.map(|failed| units::plural(failed, "test"));
        let ended = || {
            let end = match (suite.signal, suite.exit_code) {
                (Some(signal), _) => format!("signal {signal}"),
                (None, Some(code)) => format!("exit {code}"),
                (None, None) => "did not end".to_owned(),
            };
            suite.ended_badly().then_some(end)
        };
        let failed = tests(suite, TestOutcome::Failed).or_else(counted).or_else(ended);
        [("failed", failed), ("flaky", tests(suite, TestOutcome::Flaky))]
    };
    let all = run.suites.iter().flat_map(|suite| of(suite).map(|it| (suite.name.as_str(), it)));
    all.filter_map(|(suite, (word, names))| Some((word, suite, names?))).collect()
}

/// Returns the same as sentences: `failed in my-app: parses, writes`. Visible characters only.
pub(crate) fn bad_in_words(run: &RunDocument) -> Vec<String> {
    let lines = bad(run).into_iter();
    lines
        .map(|(word, suite, names)| format!("{word} in {}: {names}", sanitize::screen(suite)))
        .collect()
}

/// Describes how a folder changed, and how much space is left.
pub(crate) fn folder(folder: &WatchedFolder) -> String {
    let path = sanitize::screen(&folder.path);
    let size = match (folder.before_bytes, folder.after_bytes) {
        (_, None) => "not there".to_owned(),
        (None, Some(after)) => format!("{}, new", units::bytes(after)),
        (Some(before), Some(after)) if before == after => units::bytes(after),
        (Some(before), Some(after)) => {
            format!("{}, before {}", units::bytes(after), units::bytes(before))
        }
    };
    let free = folder
        .free_bytes
        .map_or_else(String::new, |free| format!("; {} free on its disk", units::bytes(free)));
    format!("folder {path}: {size}{free}")
}

/// Returns the slowest tests, the slowest first, each with its suite: those with a process each.
pub(crate) fn slowest(document: &SuitesDocument) -> Vec<String> {
    let mut tests: Vec<_> = document
        .suites
        .iter()
        .flat_map(|row| row.slowest_tests.iter().map(move |test| (row, test)))
        .collect();
    tests.sort_by_key(|(_, test)| std::cmp::Reverse(test.wall_ns));
    let of = |(row, test): &(&SuiteRow, &crate::model::SlowTest)| {
        let functions = match test.functions {
            0 => String::new(),
            count => format!(", {}", units::plural(count, "tracked function")),
        };
        let peak =
            test.peak_rss_bytes.map_or_else(String::new, |it| format!(", {}", units::bytes(it)));
        let (suite, name) = (sanitize::screen(&row.name), sanitize::screen(&test.name));
        format!("{} {suite} {name}{peak}{functions}", units::duration(float(test.wall_ns)))
    };
    tests.iter().take(NAMED).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FunctionKind, Test, samples};
    use crate::render::{Document as _, RunView, Screen, Selection};

    fn run() -> RunDocument {
        let test = |name: &str, outcome: TestOutcome| Test {
            name: name.to_owned(),
            outcome,
            ..Test::default()
        };
        let mut tests: Vec<Test> =
            (0..7).map(|at| test(&format!("t{at}"), TestOutcome::Failed)).collect();
        tests.push(test("shaky", TestOutcome::Flaky));
        let suite = |name: &str| Suite { name: name.to_owned(), ..Suite::default() };
        let mut run = samples::empty();
        run.suites = vec![
            Suite { failed: Some(7), exit_code: Some(101), tests, ..suite("app") },
            Suite { failed: Some(2), exit_code: Some(101), ..suite("app::counted") },
            Suite { signal: Some(9), ..suite("app::killed") },
            Suite { passed: Some(1), failed: Some(0), exit_code: Some(0), ..suite("app::well") },
        ];
        run.functions = vec![crate::model::Function {
            name: "app".to_owned(),
            kind: FunctionKind::Suite,
            calls: 1,
            mean_ns: Some(1e9),
            ..crate::model::Function::default()
        }];
        run
    }

    #[test]
    fn what_failed_is_named_with_its_suite() {
        insta::assert_snapshot!(bad_in_words(&run()).join("\n"), @r"
        failed in app: t0, t1, t2, t3, t4 and 2 more
        flaky in app: shaky
        failed in app::counted: 2 tests
        failed in app::killed: signal 9
        ");
    }

    #[test]
    fn every_medium_names_it() {
        let run = run();
        let selection = Selection { limit: Some(0), ..Selection::default() };
        let view = RunView { selection, ..RunView::whole(&run) };
        let screen = Screen { width: 80, styled: false };
        let human = view.human(screen);
        assert!(human.contains("failed in app: t0, t1") && human.contains("flaky"), "{human}");
        assert!(human.contains("… 1 more suite; --all shows them"), "{human}");
        let markdown = view.markdown().unwrap();
        assert!(markdown.contains("\n- failed in `app`: t0, t1, t2, t3, t4 and 2 more\n"));
        assert!(markdown.contains("\n… and 1 more suite\n"), "{markdown}");
        assert!(!human.contains("function") && !markdown.contains("function"), "{markdown}");
    }
}
