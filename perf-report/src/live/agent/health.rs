//! The health of an agent and of what it watches, as a document. Pure.

use std::time::Duration;

use crate::model::{
    FleetTotals, HEALTH_SCHEMA, HEALTH_VERSION, HealthDocument, HealthFinding, HealthKind,
};
use crate::record::facts;
use crate::stats::number::float;
use crate::text::units;

/// The circumstances of a look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) unix_ns: u64,
    /// Time since the last reading; `None` before the first.
    pub(super) age: Option<Duration>,
    /// The usual time between two.
    pub(super) every: Duration,
    /// Descriptions of what could not be read.
    pub(super) damaged: &'a [String],
    /// The reason why the state cannot be written.
    pub(super) state: Option<&'a str>,
    /// The reasons why the last attempts to send something failed.
    pub(super) pushes: &'a [String],
}

/// Returns the health by what was read last.
pub(super) fn health(totals: &FleetTotals, look: Look<'_>) -> HealthDocument {
    let sum = |of: fn(&crate::model::FleetProgram) -> u64| {
        totals.programs.iter().map(of).fold(0, u64::saturating_add)
    };
    let open_breakers = sum(|it| it.open_breakers);
    let findings = findings(look, open_breakers);
    let cost = findings.iter().fold(0_u32, |sum, it| sum.saturating_add(it.kind.cost()));
    let last = totals.agent.last_read_unix_ns;
    HealthDocument {
        schema: HEALTH_SCHEMA.to_owned(),
        version: HEALTH_VERSION,
        healthy: findings.is_empty(),
        score: 100_u32.saturating_sub(cost),
        findings,
        time: facts::time(look.unix_ns),
        last_read: (last > 0).then(|| facts::time(last)),
        last_read_age_ns: look.age.map(ns),
        read_ns: totals.agent.read_ns,
        running_processes: sum(|it| it.running),
        ended_processes: sum(|it| it.ended),
        damaged_segments: totals.agent.damaged_segments,
        open_breakers,
        discarded_recordings: totals.agent.discarded_recordings,
        push_failures: totals.agent.push_failures,
        dropped_series: totals.agent.dropped_series,
    }
}

fn findings(look: Look<'_>, open_breakers: u64) -> Vec<HealthFinding> {
    let finding = |kind, text: String| HealthFinding { kind, text };
    let stale = match look.age {
        Some(age) if age <= look.every.saturating_mul(3) => None,
        Some(age) => Some(format!("nothing was read for {}", units::duration(float(ns(age))))),
        None => Some("nothing was read yet".to_owned()),
    };
    let unsaved = look
        .state
        .map(|why| format!("the state cannot be written, and a restart would begin anew: {why}"));
    let breakers = (open_breakers > 0).then(|| {
        let processes = units::plural(open_breakers, "process");
        format!("{processes} with an open breaker: calls are counted, and not timed")
    });
    let damaged = look.damaged.iter().map(|why| format!("cannot be read: {why}"));
    stale
        .map(|text| finding(HealthKind::Stale, text))
        .into_iter()
        .chain(unsaved.map(|text| finding(HealthKind::State, text)))
        .chain(look.pushes.iter().map(|why| finding(HealthKind::Push, why.clone())))
        .chain(damaged.map(|text| finding(HealthKind::Damaged, text)))
        .chain(breakers.map(|text| finding(HealthKind::Breaker, text)))
        .collect()
}

fn ns(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FleetProgram;

    #[test]
    fn each_fault_costs_its_part_and_many_cost_everything() {
        let totals = FleetTotals {
            programs: vec![FleetProgram {
                open_breakers: 2,
                running: 3,
                ..FleetProgram::default()
            }],
            ..FleetTotals::default()
        };
        let well = Look {
            unix_ns: 1_795_000_000_000_000_000,
            age: Some(Duration::from_secs(30)),
            every: Duration::from_secs(15),
            damaged: &[],
            state: None,
            pushes: &[],
        };
        let healthy = health(&FleetTotals::default(), well);
        assert_eq!((healthy.healthy, healthy.score), (true, 100), "{healthy:?}");
        let open = health(&totals, well);
        assert_eq!((open.healthy, open.score, open.running_processes), (false, 85, 3));
        assert_eq!(
            open.findings[0].text,
            "2 processes with an open breaker: calls are counted, and not timed"
        );
        let damaged: Vec<String> = (0..9).map(|at| format!("{at}.ptseg: is none")).collect();
        let ill = Look { age: Some(Duration::from_secs(46)), damaged: &damaged, ..well };
        let ill = health(&totals, ill);
        assert_eq!((ill.score, ill.findings[0].kind), (0, HealthKind::Stale));
        assert_eq!(ill.findings[0].text, "nothing was read for 46.0 s");
    }
}
