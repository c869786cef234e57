//! Both texts of a fleet, as a whole.

use super::*;
use crate::model::{AgentFigures, FleetBuild, FleetProgram};

fn totals() -> FleetTotals {
    let buy = FleetFunction {
        name: "shop::buy \"now\"\\\n".to_owned(),
        calls: 101,
        errors: Some(3),
        panics: 1,
        self_ns: 1_500_000_000,
        total_ns: 2_000_000_001,
        in_flight: 2,
        sum_ns: 2_000_000_000,
        // 255 ns, 256 ns, and some 2 s.
        histogram: vec![(127, 1), (128, 90), (864, 10)],
        ..FleetFunction::default()
    };
    let polled = FleetFunction {
        name: "shop::wait".to_owned(),
        calls: 7,
        cancelled: Some(1),
        allocs: Some(4),
        alloc_bytes: Some(4_096),
        ..FleetFunction::default()
    };
    let program = FleetProgram {
        name: "shop".to_owned(),
        build: FleetBuild { profile: "release".to_owned(), ..FleetBuild::default() },
        running: 3,
        ended: 12,
        lost_calls: 5,
        functions: vec![buy, polled],
        counts: vec![("orders".to_owned(), 9)],
        gauges: vec![("queue".to_owned(), 2.5)],
        ..FleetProgram::default()
    };
    FleetTotals {
        unix_ns: 1_795_000_060_000_000_000,
        start_unix_ns: 1_795_000_000_000_000_000,
        programs: vec![program],
        agent: AgentFigures { read_ns: 6_000_000, dropped_series: 4, ..AgentFigures::default() },
    }
}

#[test]
fn the_text_of_prometheus() {
    insta::assert_snapshot!(MetricsText::Prometheus.fleet(&totals()));
}

#[test]
fn the_text_of_openmetrics() {
    insta::assert_snapshot!(MetricsText::OpenMetrics.fleet(&totals()));
}

#[test]
fn series_are_counted_as_they_are_written() {
    let totals = totals();
    let text = MetricsText::Prometheus.fleet(&totals);
    let written = text.lines().filter(|line| line.contains("function=")).count();
    let functions = &totals.programs[0].functions;
    let counted: usize = functions.iter().map(|it| series_of(it, true)).sum();
    assert_eq!((counted, series_of(&functions[0], false)), (written, 6));
}
