//! The documents of a round: its report, and the alerts that somebody is told.

use super::{Plan, rfc_3339};
use crate::model::{
    ALERT_SCHEMA, ALERT_VERSION, AlertDocument, AlertStatus, BudgetResult, Change, Comparison,
    DeclineDocument, MONITOR_SCHEMA, MONITOR_VERSION, MonitorDecline, MonitorDocument, Reliability,
    RunDocument, Score, Side, Trend, Verdict, monitor_id,
};

/// The facts that a report is made of.
#[derive(Debug, Clone, Copy, Default)]
pub struct Facts<'a> {
    /// The command that is monitored.
    pub command: &'a [String],
    /// The runs that were judged together, the newest last; none where the command could not be run.
    pub runs: &'a [RunDocument],
    /// Their comparison with the baseline; `None` where they could not be judged.
    pub comparison: Option<&'a Comparison>,
    /// The reason for which they could not be judged, in words.
    pub not_judged: Option<&'a str>,
    /// The limit of an alert in per cent; `None` is never.
    pub threshold_pct: Option<f64>,
    /// The functions that became worse run by run, a document a metric.
    pub declines: &'a [DeclineDocument],
    /// The reliability of the command.
    pub reliability: Option<&'a Reliability>,
    /// The score of the run.
    pub score: Option<&'a Score>,
    /// Sentences about runs that were passed over, or left out.
    pub notices: &'a [String],
    /// Problems beside it, in words.
    pub problems: &'a [String],
}

/// Makes the report of a round from its facts and from what is to be told.
pub fn report(facts: &Facts<'_>, plan: &Plan) -> MonitorDocument {
    let newest = facts.runs.last();
    let comparison = facts.comparison;
    let firing = plan.firing(facts.command);
    let status = if firing.is_empty() { AlertStatus::Success } else { AlertStatus::Failure };
    MonitorDocument {
        schema: MONITOR_SCHEMA.to_owned(),
        version: MONITOR_VERSION,
        status,
        time: rfc_3339(plan.now_unix_ns),
        command: facts.command.to_vec(),
        run: newest.map(Side::from),
        runs: facts.runs.len() as u64,
        exit_code: newest.and_then(|run| run.run.exit_code),
        signal: newest.and_then(|run| run.run.signal),
        baseline: comparison.and_then(|it| it.baseline.clone()),
        baseline_runs: comparison
            .filter(|it| it.baseline.is_some())
            .map_or(0, |it| it.baseline_runs),
        alert_threshold_pct: facts.threshold_pct,
        verdict: comparison.map(|it| it.verdict),
        judged: comparison.map_or(0, |it| it.judged),
        of: comparison.map_or(0, |it| it.of),
        not_judged: facts.not_judged.map(str::to_owned),
        notes: facts
            .notices
            .iter()
            .chain(comparison.map(|it| it.notes.as_slice()).unwrap_or_default())
            .cloned()
            .collect(),
        changes: comparison.map(changes).unwrap_or_default(),
        budgets: comparison.map(budgets).unwrap_or_default(),
        declines: declines(facts.declines),
        reliability: facts.reliability.cloned(),
        score: facts.score.cloned(),
        alerts: plan.alerts(facts.command),
        firing,
        pending: plan.pending().map(|entry| entry.what.title.clone()).collect(),
        problems: facts.problems.to_vec(),
    }
}

fn changes(comparison: &Comparison) -> Vec<Change> {
    let certain = [Verdict::Regression, Verdict::Degraded, Verdict::Improved];
    let rows = comparison.functions.iter().filter(|row| certain.contains(&row.verdict));
    rows.take(MonitorDocument::MOST).cloned().collect()
}

fn budgets(comparison: &Comparison) -> Vec<BudgetResult> {
    let rows = comparison.budgets.iter().filter(|row| row.verdict == Verdict::Regression);
    rows.take(MonitorDocument::MOST).cloned().collect()
}

fn declines(documents: &[DeclineDocument]) -> Vec<MonitorDecline> {
    let rows = documents.iter().flat_map(|document| {
        let worse = document.functions.iter().filter(|row| row.trend >= Trend::Degraded);
        worse.map(|row| MonitorDecline { metric: document.metric, decline: row.clone() })
    });
    rows.take(MonitorDocument::MOST).collect()
}

/// Makes what somebody is told of a round. `report` is the path of its report, `target_url` the address of a
/// page about it.
pub fn alerts(
    round: &MonitorDocument,
    report: Option<String>,
    target_url: Option<String>,
) -> AlertDocument {
    AlertDocument {
        schema: ALERT_SCHEMA.to_owned(),
        version: ALERT_VERSION,
        status: round.status,
        time: round.time.clone(),
        run: round.run.clone(),
        baseline: round.baseline.clone(),
        report,
        target_url,
        id: monitor_id(&round.command),
        command: round.command.clone(),
        alerts: round.alerts.clone(),
        firing: round.firing.clone(),
    }
}

/// Makes what somebody is told when a round begins.
pub fn begin(command: &[String], now_unix_ns: u64) -> AlertDocument {
    AlertDocument {
        schema: ALERT_SCHEMA.to_owned(),
        version: ALERT_VERSION,
        status: AlertStatus::Start,
        time: rfc_3339(now_unix_ns),
        run: None,
        baseline: None,
        report: None,
        target_url: None,
        id: monitor_id(command),
        command: command.to_vec(),
        alerts: Vec::new(),
        firing: Vec::new(),
    }
}
