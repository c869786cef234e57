//! Functions over all their stored runs, in the columns of trackers of test runs. Pure.

use std::collections::BTreeMap;

use super::history::{self, TrendRules};
use crate::model::{
    Function, Metric, ReliabilityWord, RunDocument, TRACKED_SCHEMA, TRACKED_VERSION,
    TrackedDocument, TrackedRun, TrackedSummary,
};
use crate::stats::number::{deviation, float, share_pct};
use crate::stats::robust;
use crate::text::hex;

/// Returns a document for each function that was called in one of `runs`, by name. The runs are comparable
/// and oldest first.
pub fn tracked(runs: &[RunDocument], rules: impl Into<TrendRules>) -> Vec<TrackedDocument> {
    let mut all: BTreeMap<&str, Vec<TrackedRun>> = BTreeMap::new();
    for run in runs {
        for function in run.functions.iter().filter(|function| function.calls > 0) {
            all.entry(&function.name).or_default().push(in_run(run, function));
        }
    }
    let history = history::history(runs, Metric::MeanNs, rules);
    let functions = history.iter().flat_map(|it| &it.functions);
    let words: BTreeMap<&str, _> =
        functions.map(|it| (it.name.as_str(), (it.change_pct, it.trend))).collect();
    let document = |(name, runs): (&str, Vec<TrackedRun>)| {
        let (change_pct, trend) = words.get(name).copied().unwrap_or_default();
        let summary = TrackedSummary { change_pct, trend, ..summary(name, &runs) };
        TrackedDocument {
            schema: TRACKED_SCHEMA.to_owned(),
            version: TRACKED_VERSION,
            summary,
            runs,
        }
    };
    all.into_iter().map(document).collect()
}

fn in_run(run: &RunDocument, function: &Function) -> TrackedRun {
    let failures = function.errors.saturating_add(function.panics).min(function.calls);
    TrackedRun {
        run: run.run.id.clone(),
        time: run.run.time.clone(),
        commit: run.run.git.as_ref().map(|git| git.commit.clone()).filter(|it| !it.is_empty()),
        calls: function.calls,
        successes: function.calls - failures,
        failures,
        mean_ns: function.mean_ns,
        median_ns: function.p50_ns,
        min_ns: function.min_ns,
        max_ns: function.max_ns,
        stddev_ns: function.stddev_ns,
    }
}

fn summary(name: &str, runs: &[TrackedRun]) -> TrackedSummary {
    let sum = |of: fn(&TrackedRun) -> u64| {
        runs.iter().fold(0_u64, |sum, run| sum.saturating_add(of(run)))
    };
    let (calls, successes) = (sum(|run| run.calls), sum(|run| run.successes));
    let timed: Vec<(f64, f64)> =
        runs.iter().filter_map(|run| Some((run.mean_ns?, float(run.calls)))).collect();
    let weight: f64 = timed.iter().map(|(_, calls)| calls).sum();
    let mean = timed.iter().map(|(mean, calls)| mean * (calls / weight)).sum();
    let medians: Vec<f64> = runs.iter().filter_map(|run| run.median_ns.map(float)).collect();
    let success_pct = (calls > 0).then(|| share_pct(successes, calls));
    let time = |run: Option<&TrackedRun>| run.map(|run| run.time.clone()).unwrap_or_default();
    TrackedSummary {
        name: name.to_owned(),
        runs: runs.len() as u64,
        first_time: time(runs.first()),
        latest_time: time(runs.last()),
        latest_run: runs.last().map(|run| run.run.clone()).unwrap_or_default(),
        calls,
        successes,
        failures: sum(|run| run.failures),
        success_pct,
        reliability: success_pct.map(ReliabilityWord::of_pct),
        mean_ns: (!timed.is_empty()).then_some(mean),
        median_ns: robust::median(&medians),
        min_ns: runs.iter().filter_map(|run| run.min_ns).min(),
        max_ns: runs.iter().filter_map(|run| run.max_ns).max(),
        stddev_ns: deviation(&timed.iter().map(|(mean, _)| *mean).collect::<Vec<_>>()),
        change_pct: None,
        trend: None,
    }
}

/// Returns a name for the file of a function that any file system takes, and that no other function has:
/// letters, digits and `_` of its name, then eight digits that stand for all of it.
///
/// ```
/// use perf_report::analysis::tracked::file_name;
/// assert_eq!(file_name("app::parse"), "app__parse-d0e9d296.json");
/// ```
pub fn file_name(function: &str) -> String {
    /// The longest part of the name, in characters: names of files have 255 bytes at most.
    const LONGEST: usize = 100;
    use sha2::Digest as _;
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = function.chars().map(plain).take(LONGEST).collect();
    let hash = sha2::Sha256::digest(function.as_bytes());
    let digits = hex::digits(&hash, 4);
    format!("{name}-{digits}.json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TrendLimits;
    use crate::model::samples::{noisy, past};

    #[test]
    fn all_runs_together_are_the_sum_of_each() {
        let times = [noisy(1, 12, 10_000_000, 5), vec![12_500_000]].concat();
        let mut runs = past(&[("demo::f", times), ("demo::g", vec![5; 13])]);
        runs[3].functions[0].errors = 7;
        runs[4].functions[0].panics = 3;
        runs[5].functions.retain(|it| it.name == "demo::f");
        let all = tracked(&runs, TrendLimits::default());
        let [f, g] = &all[..] else { panic!("{all:?}") };
        let summary = &f.summary;
        assert_eq!((summary.runs, summary.calls, summary.failures), (13, 1300, 10));
        assert_eq!((summary.successes, f.runs[3].failures), (1290, 7));
        assert!(summary.trend.is_some() && summary.change_pct.is_some_and(|pct| pct > 20.0));
        assert_eq!(summary.latest_run, runs[12].run.id);
        assert_eq!((g.summary.runs, g.runs.len()), (12, 12));
        let mean: f64 = f.runs.iter().filter_map(|it| it.mean_ns).sum::<f64>() / 13.0;
        assert!((summary.mean_ns.unwrap() - mean).abs() < 1e-6 * mean);
        assert_eq!(tracked(&[], TrendLimits::default()), []);
    }

    #[test]
    fn names_of_files_are_harmless_and_differ() {
        let names =
            ["a::b", "a__b", "../../etc/passwd", "", "CON", "é\u{202e}\n", &"x".repeat(9_999)];
        let files: std::collections::BTreeSet<String> =
            names.iter().map(|it| file_name(it)).collect();
        assert_eq!(files.len(), names.len());
        for file in files {
            assert!(file.len() < 128, "{file}");
            assert_eq!(std::path::Path::new(&file).extension().unwrap(), "json");
            let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
            assert!(file.chars().all(plain) && !file.starts_with('.'), "{file}");
        }
    }

    #[test]
    fn one_value_has_no_deviation() {
        assert_eq!(deviation(&[]), None);
        assert_eq!(deviation(&[1.0]), None);
        assert_eq!(deviation(&[1.0, 3.0]), Some(2f64.sqrt()));
    }
}
