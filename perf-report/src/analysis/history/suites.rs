//! The histories of test suites in the metrics of the command: each is judged as a command would be that
//! ran it alone.

use std::collections::BTreeSet;

use super::{TrendRules, history_of};
use crate::model::{
    Extent, FunctionHistory, Metric, ProcessSummary, RunDocument, Suite, value_of_command,
};

/// Returns the suites with a value, sorted; none for a metric of functions.
pub(super) fn names(runs: &[RunDocument], metric: Metric) -> Vec<String> {
    if !Metric::OF_COMMAND.contains(&metric) {
        return Vec::new();
    }
    let suites = runs.iter().flat_map(|run| &run.suites);
    let known =
        suites.filter(|suite| value_of_command(&process(suite), Extent::Command, metric).is_some());
    let names: BTreeSet<&str> = known.map(|suite| suite.name.as_str()).collect();
    names.into_iter().map(str::to_owned).collect()
}

/// Returns the histories of the suites that are `wanted`.
pub(super) fn histories(
    runs: &[RunDocument],
    metric: Metric,
    rules: TrendRules,
    is_wanted: &impl Fn(&str) -> bool,
) -> Vec<FunctionHistory> {
    let names = names(runs, metric).into_iter().filter(|name| is_wanted(name));
    let history = |name: String| {
        let alone: Vec<RunDocument> = runs.iter().map(|run| alone(run, &name)).collect();
        let document = history_of(&alone, metric, rules, all)?;
        let history = document.functions.into_iter().next()?;
        Some(FunctionHistory { name, ..history })
    };
    names.filter_map(history).collect()
}

fn all(_: &str) -> bool {
    true
}

/// Returns a run of this suite alone.
fn alone(run: &RunDocument, name: &str) -> RunDocument {
    let suite = run.suites.iter().find(|suite| suite.name == name);
    RunDocument {
        schema: run.schema.clone(),
        version: run.version,
        run: run.run.clone(),
        process: suite.map(process).unwrap_or_default(),
        functions: Vec::new(),
        tree: Vec::new(),
        metrics: Vec::new(),
        suites: Vec::new(),
        recording: run.recording.clone(),
    }
}

fn process(suite: &Suite) -> ProcessSummary {
    ProcessSummary {
        count: suite.processes,
        wall_ns: suite.wall_ns,
        user_ns: suite.user_ns,
        system_ns: suite.system_ns,
        peak_rss_bytes: suite.peak_rss_bytes,
        ..ProcessSummary::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::history;
    use crate::model::samples::past;
    use crate::model::{COMMAND, Trend, TrendLimits};

    #[test]
    fn a_suite_has_a_history_in_the_metrics_of_the_command() {
        let mut runs = past(&[("demo::f", vec![12_000_000; 20])]);
        for (at, run) in runs.iter_mut().enumerate() {
            let mib = if at < 15 { 100_u64 } else { 150 };
            let noise = at as u64 % 3 * 10_000;
            run.suites = vec![Suite {
                name: "app".to_owned(),
                peak_rss_bytes: Some((mib << 20) + noise),
                processes: 1,
                ..Suite::default()
            }];
        }
        let document =
            history::history(&runs, Metric::PeakRssBytes, TrendLimits::default()).unwrap();
        let app = document.functions.iter().find(|it| it.name == "app").unwrap();
        assert_eq!((app.values.len(), app.trend), (20, Some(Trend::Stable)), "{app:?}");
        let [change] = &app.change_points[..] else { panic!("{app:?}") };
        assert_eq!(change.index, 15);
        assert!(names(&runs, Metric::SelfNs).is_empty() && names(&runs, Metric::WallNs).is_empty());
        assert_eq!(history::names(&runs, Metric::WallNs), [COMMAND]);
    }
}
