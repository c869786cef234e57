//! The test suites of runs, judged by their targets. Pure.

mod rules;
mod targets;

pub use rules::{SuiteFigure, SuiteRule, SuiteRules, TargetRule};

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    CustomMetric, Growth, PastSuite, RunDocument, SUITES, SUITES_SCHEMA, SUITES_VERSION, Side,
    SlowTest, Suite, SuiteRow, SuiteTarget, SuitesDocument, TestOutcome,
};
use crate::stats::number::float;
use crate::stats::{robust, theil_sen};
use crate::text::suggest;

/// Earlier runs that are shown.
const PAST: usize = 5;
/// Runs over which growth is looked at.
pub const WINDOW: usize = 20;
/// Slowest tests that are shown.
const SLOWEST: usize = 5;

/// The runs to judge, and what they are judged by.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The name that was given.
    pub name: Option<&'a str>,
    /// The runs, oldest first.
    pub runs: &'a [RunDocument],
    /// Comparable runs before them, oldest first.
    pub past: &'a [RunDocument],
    /// The runs of each baseline.
    pub baselines: &'a BTreeMap<String, Vec<RunDocument>>,
    /// The baseline where no table names one.
    pub baseline: Option<&'a str>,
    /// The targets.
    pub rules: &'a SuiteRules,
    /// True to leave out what needs other runs.
    pub quick: bool,
}

/// The values of a suite.
#[derive(Debug, Default)]
struct Values<'a> {
    wall_ns: Vec<f64>,
    peak_bytes: Vec<f64>,
    success: Option<f64>,
    /// Whether it has no test at all: then what nobody could measure is no gap.
    is_empty: bool,
    growth: Option<Growth>,
    /// Metrics of its own, and those of the run.
    metrics: [&'a [CustomMetric]; 2],
}

impl Values<'_> {
    fn metric(&self, name: &str) -> Option<f64> {
        let mut all = self.metrics.iter().copied().flatten();
        all.find(|metric| metric.name == name).and_then(|metric| metric.value)
    }
}

/// The suite that a row is about.
#[derive(Debug, Clone, Copy)]
enum Which<'a> {
    One(&'a str),
    All,
}

/// Judges the suites of the newest of the runs. `None` where there is no run.
pub fn judge(question: Question<'_>) -> Option<SuitesDocument> {
    let newest = question.runs.last()?;
    let names = newest.suites.iter().map(|suite| suite.name.as_str());
    let suites: Vec<SuiteRow> =
        names.filter_map(|name| row(&question, newest, Which::One(name))).collect();
    Some(SuitesDocument {
        schema: SUITES_SCHEMA.to_owned(),
        version: SUITES_VERSION,
        name: question.name.map(str::to_owned),
        command: newest.run.command.clone(),
        runs: question.runs.iter().map(Side::from).collect(),
        exit_code: newest.run.exit_code,
        quick: question.quick,
        total: row(&question, newest, Which::All).unwrap_or_default(),
        notes: notes(&question, &suites),
        suites,
        folders: newest.run.folders.clone(),
    })
}

/// Returns whether another run could turn the outcome of a target.
pub fn is_open(document: &SuitesDocument) -> bool {
    document.rows().flat_map(|row| &row.targets).any(targets::is_open)
}

/// Finds the suite in a run.
fn find<'a>(run: &'a RunDocument, which: Which<'_>) -> Option<Cow<'a, Suite>> {
    match which {
        Which::One(name) => run.suites.iter().find(|it| it.name == name).map(Cow::Borrowed),
        Which::All if run.suites.is_empty() => None,
        Which::All => Some(Cow::Owned(total(&run.suites))),
    }
}

/// Sums up all suites as one.
fn total(suites: &[Suite]) -> Suite {
    let sum = |of: fn(&Suite) -> Option<u64>| {
        let mut known = suites.iter().filter_map(of).peekable();
        known.peek().is_some().then(|| known.fold(0, u64::saturating_add))
    };
    let codes = || suites.iter().map(|suite| suite.exit_code);
    let failed = codes().flatten().find(|code| *code != 0);
    let all_ended = suites.iter().all(Suite::has_ended);
    let functions: BTreeSet<&String> = suites.iter().flat_map(|suite| &suite.functions).collect();
    Suite {
        name: SUITES.to_owned(),
        wall_ns: sum(|suite| suite.wall_ns).filter(|_| all_ended),
        user_ns: sum(|suite| suite.user_ns),
        system_ns: sum(|suite| suite.system_ns),
        peak_rss_bytes: suites.iter().filter_map(|suite| suite.peak_rss_bytes).max(),
        read_bytes: sum(|suite| suite.read_bytes),
        written_bytes: sum(|suite| suite.written_bytes),
        processes: sum(|suite| Some(suite.processes)).unwrap_or(0),
        exit_code: failed.or_else(|| codes().all(|code| code == Some(0)).then_some(0)),
        signal: suites.iter().find_map(|suite| suite.signal),
        passed: sum(|suite| suite.passed),
        failed: sum(|suite| suite.failed),
        ignored: sum(|suite| suite.ignored),
        filtered: sum(|suite| suite.filtered),
        flaky: sum(|suite| Some(suite.flaky)).unwrap_or(0),
        functions: functions.into_iter().cloned().collect(),
        ..Suite::default()
    }
}

/// Returns the wall time; of all suites together, that in which at least one ran, where it is known.
fn wall_ns(run: &RunDocument, which: Which<'_>) -> Option<f64> {
    let own = find(run, which)?.wall_ns.map(float);
    match which {
        Which::One(_) => own,
        Which::All => {
            let mut functions = run.functions.iter().filter(|it| !it.kind.is_function());
            let whole = functions.find(|it| it.name == SUITES).and_then(|it| it.mean_ns);
            own.map(|sum| whole.unwrap_or(sum))
        }
    }
}

fn peak_bytes(run: &RunDocument, which: Which<'_>) -> Option<f64> {
    find(run, which)?.peak_rss_bytes.map(float)
}

/// Returns the row of a suite.
fn row(question: &Question<'_>, newest: &RunDocument, which: Which<'_>) -> Option<SuiteRow> {
    let suite = find(newest, which)?;
    let of_runs = |of: fn(&RunDocument, Which<'_>) -> Option<f64>| -> Vec<f64> {
        question.runs.iter().filter_map(|run| of(run, which)).collect()
    };
    let own: &[CustomMetric] = match which {
        Which::One(name) => {
            let suite = newest.suites.iter().find(|it| it.name == name);
            suite.map_or(&[], |suite| &suite.metrics)
        }
        Which::All => &[],
    };
    let values = Values {
        wall_ns: of_runs(wall_ns),
        peak_bytes: of_runs(peak_bytes),
        success: suite.success(),
        growth: growth(question, which),
        is_empty: suite.is_empty(),
        metrics: [own, &newest.metrics],
    };
    let name = match which {
        Which::One(name) => name,
        Which::All => question.name.unwrap_or(SUITES),
    };
    let cpu = of_runs(|run, which| find(run, which)?.cpu_ns().map(float));
    Some(SuiteRow {
        name: name.to_owned(),
        wall_ns: robust::median(&values.wall_ns).filter(|_| suite.wall_ns.is_some()),
        cpu_ns: robust::median(&cpu),
        growth: values.growth,
        targets: judged(question, (name, which), &values),
        past: question.past.iter().rev().take(PAST).rev().map(|run| past(run, which)).collect(),
        ..facts(&suite)
    })
}

/// Returns what is told of a suite as it is.
fn facts(suite: &Suite) -> SuiteRow {
    let named = |outcome: TestOutcome| -> Vec<String> {
        let tests = suite.tests.iter().filter(|test| test.outcome == outcome);
        tests.map(|test| test.name.clone()).collect()
    };
    let mut timed: Vec<_> =
        suite.tests.iter().filter_map(|test| Some((test.wall_ns?, test))).collect();
    timed.sort_by_key(|(ns, _)| Reverse(*ns));
    let slowest = timed.into_iter().take(SLOWEST).map(|(wall_ns, test)| SlowTest {
        name: test.name.clone(),
        wall_ns,
        peak_rss_bytes: test.peak_rss_bytes,
        functions: test.functions.len() as u64,
    });
    SuiteRow {
        target: suite.target.clone(),
        peak_rss_bytes: suite.peak_rss_bytes,
        read_bytes: suite.read_bytes,
        written_bytes: suite.written_bytes,
        processes: suite.processes,
        exit_code: suite.exit_code,
        signal: suite.signal,
        ended: suite.has_ended(),
        passed: suite.passed,
        failed: suite.failed,
        ignored: suite.ignored,
        filtered: suite.filtered,
        flaky: suite.flaky,
        functions: suite.functions.len() as u64,
        failed_tests: named(TestOutcome::Failed),
        flaky_tests: named(TestOutcome::Flaky),
        slowest_tests: slowest.collect(),
        ..SuiteRow::default()
    }
}

fn past(run: &RunDocument, which: Which<'_>) -> PastSuite {
    let suite = find(run, which);
    let of = |field: fn(&Suite) -> Option<u64>| suite.as_deref().and_then(field);
    PastSuite {
        run: run.run.id.clone(),
        wall_ns: wall_ns(run, which),
        peak_rss_bytes: of(|suite| suite.peak_rss_bytes),
        passed: of(|suite| suite.passed),
        failed: of(|suite| suite.failed),
    }
}

/// Returns the growth of the peak memory over the last runs in which the suite did not fail.
fn growth(question: &Question<'_>, which: Which<'_>) -> Option<Growth> {
    let good = |run: &&RunDocument| find(run, which).is_some_and(|it| it.exit_code == Some(0));
    let runs = question.past.iter().chain(question.runs).filter(good);
    let logs: Vec<f64> =
        runs.filter_map(|run| peak_bytes(run, which)).map(|bytes| bytes.max(1.0).ln()).collect();
    let logs = &logs[logs.len().saturating_sub(WINDOW)..];
    let slope = theil_sen::slope(logs)?;
    let steps = float(logs.len().saturating_sub(1) as u64);
    let pct = |slope: f64| (slope * steps).exp_m1() * 100.0;
    Some(Growth {
        runs: logs.len() as u64,
        change_pct: pct(slope.value),
        low_pct: pct(slope.low),
        high_pct: pct(slope.high),
    })
}

/// Judges the targets of a suite.
fn judged(
    question: &Question<'_>,
    (name, which): (&str, Which<'_>),
    values: &Values<'_>,
) -> Vec<SuiteTarget> {
    let rules = match (which, question.name) {
        (Which::One(_), _) => question.rules.of(name),
        // A pattern is for each suite.
        (Which::All, Some(name)) => question.rules.of_all(name),
        (Which::All, None) => Vec::new(),
    };
    let baseline = question.rules.baseline(name).or(question.baseline);
    let runs = baseline.and_then(|baseline| question.baselines.get(baseline));
    let before: Option<Vec<f64>> =
        runs.map(|runs| runs.iter().filter_map(|run| wall_ns(run, which)).collect());
    let baseline = baseline.map(|name| (name, before.as_deref()));
    let is_left_out = |figure: &SuiteFigure| {
        question.quick && matches!(figure, SuiteFigure::Improvement | SuiteFigure::Growth)
    };
    let all = rules.into_iter().filter(|target| !is_left_out(&target.figure));
    let judged = all.map(|target| targets::judge(target, values, baseline));
    judged.filter(|target| target.value.is_some() || !values.is_empty).collect()
}

/// Returns what is to be known before a figure is believed.
fn notes(question: &Question<'_>, suites: &[SuiteRow]) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    if question.quick {
        notes.push("quick: improvements and growth are not judged".to_owned());
    }
    for rule in &question.rules.rules {
        let is_of = |name: &str| rule.matches(name);
        let is_used = suites.iter().any(|suite| is_of(&suite.name));
        if is_used || question.name.is_some_and(is_of) || question.name.is_some() {
            continue;
        }
        let names = suites.iter().map(|suite| suite.name.as_str());
        // The name of another command's suites is no mistake.
        if let Some(near) = suggest::slip(&rule.pattern, names) {
            let near = suggest::did_you_mean(near);
            notes.push(format!(
                "no suite is named {:?}, as in perf.toml:{}; {near}",
                rule.pattern, rule.line
            ));
        }
    }
    let untold = suites.iter().filter(|suite| suite.passed.is_none());
    let untold: Vec<&str> = untold.map(|suite| suite.name.as_str()).collect();
    if !untold.is_empty() {
        let names = untold.join(", ");
        notes.push(format!("no counts of tests: {names} did not print a line `test result:`"));
    }
    notes
}

#[cfg(test)]
mod tests;
