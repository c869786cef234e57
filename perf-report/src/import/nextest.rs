//! The lines of libtest's JSON: of cargo-nextest (`libtest-json`, `libtest-json-plus`), and of nightly libtest,
//! which has benchmarks in them, too.
//!
//! A test that was tried again has `#N` behind its name, the number of attempts, and the time of the last of
//! them. `@stress-N` is the number of a run of its own. The `exec_time` of a suite is a sum, and no wall time.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::imported::{Imported, ImportedRun, Mistake};
use super::junit::of_test;
use super::measured::{Measured, gauge, whole_ns};
use super::names::{Apart, identify, told_apart};
use super::notes::Notes;
use super::numbers::{finite, number};
use crate::model::{Better, Function, Identity, Statistic, Suite, Test, TestOutcome};

#[derive(Debug, Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    event: Option<String>,
    name: Option<String>,
    /// Seconds; of older versions text, `0.412s`.
    exec_time: Option<Value>,
    median: Option<f64>,
    deviation: Option<f64>,
    mib_per_second: Option<f64>,
    filtered_out: Option<u64>,
    nextest: Option<Binary>,
}

#[derive(Debug, Clone, Deserialize)]
struct Binary {
    #[serde(rename = "crate")]
    package: String,
    #[serde(rename = "test_binary")]
    name: String,
    kind: String,
}

impl Binary {
    /// Returns the beginning of the names of its tests.
    fn full(&self) -> String {
        format!("{}::{}", self.package, self.name)
    }

    /// Returns the id that nextest gives it: the crate alone is its library.
    fn id(&self) -> String {
        let Self { package, name, kind } = self;
        match kind.as_str() {
            "lib" | "proc-macro" => package.clone(),
            "test" => format!("{package}::{name}"),
            kind => format!("{package}::{kind}/{name}"),
        }
    }
}

/// A run that grows: one, or one for each number of a stress run.
#[derive(Debug, Default)]
struct Growing {
    /// Tests, each with the suite that tells it apart.
    tests: Vec<(Function, String)>,
    benchmarks: Vec<Apart>,
    /// Its suites with their tests, by name.
    open: BTreeMap<String, Suite>,
}

/// The name of a test, taken apart.
#[derive(Debug, PartialEq, Eq)]
struct Name {
    /// `crate::binary`, of nextest.
    binary: String,
    test: String,
    attempts: u32,
    stress: usize,
}

/// Reads the tests and benchmarks.
pub(super) fn read(text: &str) -> Result<Imported, Mistake> {
    let mut notes = Notes::default();
    let mut runs: Vec<Growing> = vec![Growing::default()];
    // Suites run at the same time, and one is opened once more for what is tried again.
    let mut binaries = BTreeMap::new();
    for text in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let Ok(line) = serde_json::from_str::<Line>(text) else {
            notes.aside("line", "that is no result, passed over", text);
            continue;
        };
        if let Some(binary) = &line.nextest {
            binaries.entry(binary.full()).or_insert_with(|| binary.clone());
        }
        match line.kind.as_str() {
            "bench" => bench(&line, &mut runs, &mut notes),
            "test" => test(&line, &binaries, &mut runs, &mut notes),
            "suite" if line.event.as_deref() != Some("started") => close(&line, &mut runs),
            _ => {}
        }
    }
    let is_group = runs.len() > 1;
    let runs: Result<Vec<_>, Mistake> =
        runs.into_iter().map(|run| finished(run, &mut notes)).collect();
    Ok(Imported { runs: runs?, is_group, notes })
}

fn finished(run: Growing, notes: &mut Notes) -> Result<ImportedRun, Mistake> {
    let suites: Vec<Suite> =
        run.open.into_iter().map(|(name, suite)| counted(name, suite)).collect();
    let failed = suites.iter().any(|suite| suite.failed.unwrap_or(0) > 0);
    let exit_code = failed.then_some(1);
    let mut whole = ImportedRun { exit_code, suites, ..ImportedRun::default() };
    told_apart(run.benchmarks, &mut whole, notes)?;
    let mut taken = BTreeSet::new();
    for (mut function, qualifier) in run.tests {
        let name = function.name.clone();
        let identity = Identity { name, qualifier, measure: None };
        if !taken.insert(identity.clone()) {
            return Err(Mistake::Alike(function.name));
        }
        identify(Some(&identity), Some(&mut function), &mut []);
        whole.functions.push(function);
    }
    Ok(whole)
}

/// Adds a benchmark of libtest.
fn bench(line: &Line, runs: &mut [Growing], notes: &mut Notes) {
    let (Some(name), Some(median)) = (&line.name, line.median.and_then(finite)) else {
        notes.problem("benchmark", "without a name or a value, left out", "");
        return;
    };
    let measured = Measured {
        name: name.clone(),
        value_ns: Some(median),
        statistic: Statistic::Median,
        spread_ns: line.deviation,
        may_be_zero: true,
        ..Measured::default()
    };
    if let Some(run) = runs.first_mut() {
        let rate = Vec::from_iter(line.mib_per_second);
        let metrics = gauge(name, "MiB/s", &rate, Some(Better::Higher)).into_iter().collect();
        run.benchmarks.push(Apart { measured, metrics, ..Apart::default() });
    }
}

/// Adds a test that ended.
fn test(
    line: &Line,
    binaries: &BTreeMap<String, Binary>,
    runs: &mut Vec<Growing>,
    notes: &mut Notes,
) {
    /// More runs than anybody makes for stress.
    const MOST: usize = 100_000;
    let outcome = match line.event.as_deref() {
        Some("ok") => TestOutcome::Passed,
        Some("failed" | "timeout") => TestOutcome::Failed,
        Some("ignored") => TestOutcome::Ignored,
        _ => return,
    };
    let Some(name) = line.name.as_deref().map(taken_apart) else { return };
    if name.stress >= MOST {
        notes.problem("test", "of a stress run without end, left out", &name.test);
        return;
    }
    if runs.len() <= name.stress {
        runs.resize_with(name.stress + 1, Growing::default);
    }
    let suite_name = if name.binary.is_empty() { "tests".to_owned() } else { name.binary.clone() };
    let shown = binaries.get(&name.binary).map_or_else(|| id(&name.binary), Binary::id);
    let is_run = outcome != TestOutcome::Ignored;
    let was_retried = name.attempts > 1 && outcome == TestOutcome::Passed;
    let test = Test {
        outcome: if was_retried { TestOutcome::Flaky } else { outcome },
        wall_ns: line.exec_time.as_ref().and_then(|time| seconds_ns(time, &name.test, notes)),
        attempts: if is_run { name.attempts } else { 0 },
        name: name.test,
        ..Test::default()
    };
    let Some(run) = runs.get_mut(name.stress) else { return };
    if is_run {
        let full =
            if shown.is_empty() { test.name.clone() } else { format!("{shown} {}", test.name) };
        run.tests.push((of_test(full, &test), suite_name.clone()));
    }
    let suite = run.open.entry(suite_name).or_default();
    suite.tests.push(test);
}

/// Notes what the line of a suite that ended says of it: of the one that it names, or of all that are open.
fn close(line: &Line, runs: &mut [Growing]) {
    let named = line.nextest.as_ref().map(Binary::full);
    for run in runs {
        let is_one = named.is_some() || run.open.len() == 1;
        let open = run.open.iter_mut();
        for (_, suite) in open.filter(|(name, _)| named.as_ref().is_none_or(|it| it == *name)) {
            suite.filtered = line.filtered_out.filter(|count| is_one && *count > 0);
            if let Some(binary) = &line.nextest {
                suite.target.clone_from(&binary.kind);
            }
        }
    }
}

/// Counts the tests of a suite. Its line is no source: it counts a leaky test that failed among those that
/// passed, and one that was tried again with those that were filtered out.
fn counted(name: String, mut suite: Suite) -> Suite {
    suite.count_tests();
    suite.ignored = Some(suite.tests_with(TestOutcome::Ignored));
    let tests_ns =
        suite.tests.iter().filter_map(|test| test.wall_ns).fold(0_u64, u64::saturating_add);
    suite.tests.sort_by(|a, b| a.name.cmp(&b.name));
    Suite { name, tests_ns: Some(tests_ns), ..suite }
}

/// Returns the nanoseconds of a number of seconds, which may be text.
fn seconds_ns(value: &Value, of: &str, notes: &mut Notes) -> Option<u64> {
    let seconds = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => number(text.trim().trim_end_matches('s')),
        _ => return None,
    };
    whole_ns(seconds.unwrap_or(f64::NAN), of, notes)
}

/// Returns the id of a binary of which only `crate::binary` is known.
fn id(binary: &str) -> String {
    match binary.split_once("::") {
        Some((package, name)) if package.replace('-', "_") == name.replace('-', "_") => {
            package.to_owned()
        }
        _ => binary.to_owned(),
    }
}

/// Takes `crate::binary@stress-2$module::test#3` apart.
fn taken_apart(name: &str) -> Name {
    let (name, attempts) = match name.rsplit_once('#') {
        Some((rest, attempts))
            if !rest.is_empty() && attempts.bytes().all(|it| it.is_ascii_digit()) =>
        {
            (rest, attempts.parse().unwrap_or(1))
        }
        _ => (name, 1),
    };
    let (binary, test) = name.split_once('$').unwrap_or(("", name));
    let stressed = |text: &str| -> Option<(String, usize)> {
        let (rest, number) = text.rsplit_once("@stress-")?;
        Some((rest.to_owned(), number.parse().ok()?))
    };
    let (of_binary, of_test) = (stressed(binary), stressed(test));
    let stress = of_binary.as_ref().or(of_test.as_ref()).map_or(0, |(_, number)| *number);
    Name {
        binary: of_binary.map_or_else(|| binary.to_owned(), |(rest, _)| rest),
        test: of_test.map_or_else(|| test.to_owned(), |(rest, _)| rest),
        attempts: attempts.max(1),
        stress,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_its_attempts_and_its_number_behind_it() {
        let of = |binary: &str, test: &str, attempts, stress| Name {
            binary: binary.to_owned(),
            test: test.to_owned(),
            attempts,
            stress,
        };
        assert_eq!(taken_apart("app::app$net::up#2"), of("app::app", "net::up", 2, 0));
        assert_eq!(taken_apart("app::app@stress-3$up"), of("app::app", "up", 1, 3));
        assert_eq!(taken_apart("app::app$up@stress-3#2"), of("app::app", "up", 2, 3));
        assert_eq!(taken_apart("tests::r#match"), of("", "tests::r#match", 1, 0));
        assert_eq!(id("my-app::my_app"), "my-app");
        assert_eq!(id("app::e2e"), "app::e2e");
    }

    #[test]
    fn suites_that_run_at_the_same_time_and_one_that_is_opened_again_are_told_apart() {
        let of = |name: &str, kind: &str| {
            format!(r#""nextest":{{"crate":"nx","test_binary":"{name}","kind":"{kind}"}}"#)
        };
        let started =
            |name, kind| format!(r#"{{"type":"suite","event":"started",{}}}"#, of(name, kind));
        let ended = |name, kind, filtered: u64| {
            format!(
                r#"{{"type":"suite","event":"ok","filtered_out":{filtered},{}}}"#,
                of(name, kind)
            )
        };
        let test = |event: &str, name: &str| {
            format!(r#"{{"type":"test","event":"{event}","name":"nx::{name}","exec_time":0.5}}"#)
        };
        let lines = [
            started("nx", "lib"),
            r#"{"type":"test","event":"ignored","name":"nx::nx$skipped"}"#.to_owned(),
            test("ok", "nx$adds"),
            ended("nx", "lib", 0),
            started("e2e", "test"),
            started("nx", "lib"),
            test("ok", "nx$flaky#2"),
            test("failed", "e2e$fails#2"),
            ended("e2e", "test", 0),
            ended("nx", "lib", 1),
        ];
        let run = read(&lines.join("\n")).unwrap().runs.remove(0);
        let suites: Vec<_> = run
            .suites
            .iter()
            .map(|it| {
                (
                    it.name.as_str(),
                    it.target.as_str(),
                    it.passed,
                    it.failed,
                    it.ignored,
                    it.flaky,
                    it.tests_ns,
                )
            })
            .collect();
        assert_eq!(
            suites,
            [
                ("nx::e2e", "test", Some(0), Some(1), Some(0), 0, Some(500_000_000)),
                ("nx::nx", "lib", Some(2), Some(0), Some(1), 1, Some(1_000_000_000)),
            ]
        );
        let names: Vec<_> = run.functions.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["nx adds", "nx flaky", "nx::e2e fails"]);
    }

    #[test]
    fn benchmarks_of_nightly_and_times_as_text_are_read() {
        let text = concat!(
            r#"{"type":"suite","event":"started","test_count":2}"#,
            "\n",
            r#"{"type":"bench","name":"b","median":12.5,"deviation":3,"mib_per_second":81}"#,
            "\n",
            r#"{"type":"test","name":"t","event":"ok","exec_time":"0.412s"}"#,
            "\n",
            r#"{"type":"suite","event":"ok","passed":1,"failed":0,"ignored":0,"measured":1,"filtered_out":0}"#,
        );
        let run = read(text).unwrap().runs.remove(0);
        let times: Vec<_> = run.functions.iter().map(|it| (it.name.as_str(), it.mean_ns)).collect();
        assert_eq!(times, [("b", Some(12.5)), ("t", Some(412_000_000.0))]);
        assert_eq!(run.metrics[0].name, "b/MiB/s");
    }
}
