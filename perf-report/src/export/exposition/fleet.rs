//! The series of a fleet, as an agent tells them: sums over the processes of each program.

use perf_runtime::buckets;

use super::{Family, Kind, Labelled, Metric, Value, family, labels};
use crate::model::{FleetFunction, FleetProgram, FleetTotals};

/// The bounds of the classic histograms, in nanoseconds, and as the label of their series: powers of two from
/// 256 ns to 17 s in steps of four. They are bounds of the recorder's scale, so that the counts are exact but
/// for calls that took just that long, which count one bucket higher.
const BOUNDS: [(u64, &str); 14] = [
    (1 << 8, "le=\"2.56e-07\""),
    (1 << 10, "le=\"1.024e-06\""),
    (1 << 12, "le=\"4.096e-06\""),
    (1 << 14, "le=\"1.6384e-05\""),
    (1 << 16, "le=\"6.5536e-05\""),
    (1 << 18, "le=\"0.000262144\""),
    (1 << 20, "le=\"0.001048576\""),
    (1 << 22, "le=\"0.004194304\""),
    (1 << 24, "le=\"0.016777216\""),
    (1 << 26, "le=\"0.067108864\""),
    (1 << 28, "le=\"0.268435456\""),
    (1 << 30, "le=\"1.073741824\""),
    (1 << 32, "le=\"4.294967296\""),
    (1 << 34, "le=\"17.179869184\""),
];

/// Series of a histogram: its bounds, the one without end, sum and count.
pub(in crate::export) const HISTOGRAM_SERIES: usize = BOUNDS.len() + 3;

/// Name and help of the durations, in whatever form.
pub(super) const DURATION: (&str, &str) =
    ("perf_function_duration_seconds", "Duration of finished calls, tracked callees included.");

const METRICS: &[Metric<FleetFunction>] = &[
    (Kind::Counter, "perf_function_calls", "Finished calls.", |it| Some(Value::Count(it.calls))),
    (
        Kind::Counter,
        "perf_function_errors",
        "Calls that returned an error; only of functions whose errors are counted.",
        |it| it.errors.map(Value::Count),
    ),
    (Kind::Counter, "perf_function_panics", "Calls that ended by unwinding.", |it| {
        Some(Value::Count(it.panics))
    }),
    (
        Kind::Counter,
        "perf_function_cancelled",
        "Futures of an async function that were dropped before they were ready.",
        |it| it.cancelled.map(Value::Count),
    ),
    (
        Kind::Counter,
        "perf_function_self_seconds",
        "Time outside tracked callees, over all calls and threads.",
        |it| Some(Value::Ns(it.self_ns)),
    ),
    (
        Kind::Counter,
        "perf_function_inclusive_seconds",
        "Time between entry and exit, tracked callees included; recursive calls count once.",
        |it| Some(Value::Ns(it.total_ns)),
    ),
    (
        Kind::Counter,
        "perf_function_allocations",
        "Allocations by the function itself, without those of tracked callees.",
        |it| it.allocs.map(Value::Count),
    ),
    (
        Kind::Counter,
        "perf_function_allocated_bytes",
        "Size of the allocations by the function itself, without those of tracked callees.",
        |it| it.alloc_bytes.map(Value::Count),
    ),
    (
        Kind::Gauge,
        "perf_function_in_flight",
        "Calls in running processes that have begun and not ended.",
        |it| Some(Value::Count(it.in_flight)),
    ),
];

/// Counts the series of a function without its histogram.
pub(in crate::export) fn series_of(function: &FleetFunction) -> usize {
    METRICS.iter().filter(|(.., value)| value(function).is_some()).count()
}

/// Returns all families that have a series, in the order in which they are written.
pub(in crate::export) fn families(totals: &FleetTotals) -> Vec<Family> {
    let labelled = labelled(&totals.programs);
    with(Some(durations(&labelled)), totals, &labelled)
}

/// Returns all families but that of the durations.
pub(super) fn without_durations(totals: &FleetTotals) -> Vec<Family> {
    with(None, totals, &labelled(&totals.programs))
}

fn with(
    durations: Option<Family>,
    totals: &FleetTotals,
    labelled: &[Labelled<'_, FleetFunction>],
) -> Vec<Family> {
    let mut families = programs(&totals.programs);
    families.extend(METRICS.iter().map(|metric| family(metric, labelled)));
    families.extend(durations);
    families.extend(own(&totals.programs));
    families.extend(agent(totals));
    families.retain(|family| !family.samples.is_empty());
    families
}

/// Lists the functions of all programs with their labels.
fn labelled(programs: &[FleetProgram]) -> Vec<Labelled<'_, FleetFunction>> {
    let all =
        programs.iter().flat_map(|program| program.functions.iter().map(move |it| (program, it)));
    all.map(|(program, it)| (it, labels(&[("program", &program.name), ("function", &it.name)])))
        .collect()
}

fn programs(programs: &[FleetProgram]) -> Vec<Family> {
    let mut info = Family::new(
        Kind::Gauge,
        "perf_program_info",
        "The build of the program's newest process; always 1.",
    );
    let mut processes = Family::new(
        Kind::Gauge,
        "perf_processes",
        "Processes that recorded. state: running; ended, since the agent looks.",
    );
    let mut open = Family::new(
        Kind::Gauge,
        "perf_recorder_open_breakers",
        "Running processes whose recorder takes no times now, or on trial only.",
    );
    let mut lost = Family::new(
        Kind::Counter,
        "perf_recorder_lost_calls",
        "Calls that were made and could not be recorded.",
    );
    let mut cost = Family::new(
        Kind::Counter,
        "perf_recorder_seconds",
        "Time that recording took over all threads, estimated; it is in no other time.",
    );
    for it in programs {
        let build = &it.build;
        info.add(
            &labels(&[
                ("program", &it.name),
                ("commit", build.commit.as_deref().unwrap_or_default()),
                ("rustc", &build.rustc),
                ("target", &build.target),
                ("build", &build.profile),
                ("recorder", &build.recorder),
            ]),
            Value::Count(1),
        );
        for (state, count) in [("running", it.running), ("ended", it.ended)] {
            let of = labels(&[("program", &it.name), ("state", state)]);
            processes.add(&of, Value::Count(count));
        }
        let of = labels(&[("program", &it.name)]);
        open.add(&of, Value::Count(it.open_breakers));
        lost.add(&of, Value::Count(it.lost_calls));
        cost.add(&of, Value::Ns(it.recording_ns));
    }
    vec![info, processes, open, lost, cost]
}

/// Returns each bound in nanoseconds with the number of durations below it.
pub(super) fn cumulative(function: &FleetFunction) -> impl Iterator<Item = (u64, u64)> {
    BOUNDS.iter().map(|(bound, _)| {
        let below =
            function.histogram.iter().filter(|(bucket, _)| buckets::upper_bound(*bucket) <= *bound);
        (*bound, below.fold(0_u64, |sum, (_, count)| sum.saturating_add(*count)))
    })
}

fn durations(labelled: &[Labelled<'_, FleetFunction>]) -> Family {
    let mut family = Family::new(Kind::Histogram, DURATION.0, DURATION.1);
    for (it, labels) in labelled.iter().filter(|(it, _)| !it.histogram.is_empty()) {
        for ((_, le), (_, count)) in BOUNDS.iter().zip(cumulative(it)) {
            family.push("_bucket", labels, le, Value::Count(count));
        }
        family.push("_bucket", labels, "le=\"+Inf\"", Value::Count(it.timed()));
        family.push("_sum", labels, "", Value::Ns(it.sum_ns));
        family.push("_count", labels, "", Value::Count(it.timed()));
    }
    family
}

/// Returns the families of the programs' own numbers.
fn own(programs: &[FleetProgram]) -> [Family; 2] {
    let mut counts = Family::new(Kind::Counter, "perf_count", "Sum of what perf_count! counted.");
    let mut gauges = Family::new(
        Kind::Gauge,
        "perf_gauge",
        "Newest value of a perf_gauge! over the processes; of one with a whole, part by whole.",
    );
    for program in programs {
        let of = |name: &str| labels(&[("program", &program.name), ("name", name)]);
        for (name, count) in &program.counts {
            counts.add(&of(name), Value::Count(*count));
        }
        for (name, value) in &program.gauges {
            gauges.add(&of(name), Value::Real(*value));
        }
    }
    [counts, gauges]
}

/// Returns the families of the agent's own figures.
fn agent(totals: &FleetTotals) -> Vec<Family> {
    let it = &totals.agent;
    let gauge = |name, help, value| Family::single(Kind::Gauge, name, help, value);
    vec![
        gauge("perf_agent_read_seconds", "Time of the last reading.", Value::Ns(it.read_ns)),
        gauge(
            "perf_agent_last_read_timestamp_seconds",
            "Moment of the last reading, in seconds since 1970.",
            Value::Ns(it.last_read_unix_ns),
        ),
        gauge(
            "perf_agent_start_timestamp_seconds",
            "Moment from which the counters count, in seconds since 1970.",
            Value::Ns(totals.start_unix_ns),
        ),
        gauge(
            "perf_agent_damaged_segments",
            "Recordings that cannot be read.",
            Value::Count(it.damaged_segments),
        ),
        gauge(
            "perf_agent_discarded_recordings",
            "Recordings that gave way before anybody read them, until somebody collects their count.",
            Value::Count(it.discarded_recordings),
        ),
        gauge(
            "perf_agent_dropped_series",
            "Series left out, those of the least self time, for there may be only so many.",
            Value::Count(it.dropped_series),
        ),
        Family::single(
            Kind::Counter,
            "perf_agent_push_failures",
            "Attempts to send something that failed.",
            Value::Count(it.push_failures),
        ),
    ]
}
