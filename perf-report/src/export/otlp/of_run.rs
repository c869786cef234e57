//! A run as the sums of one program.

use perf_runtime::buckets;

use super::{Sender, Temporality};
use crate::export::Options;
use crate::export::exposition::{self, USUAL};
use crate::export::functions::{Ranked, Taken};
use crate::model::{FleetBuild, FleetFunction, FleetProgram, FleetTotals, Function, RunDocument};
use crate::stats::number::{float, whole};

/// Returns the sums of a run from its start to its end, and its resource: its instance is the run.
pub(super) fn totals(run: &RunDocument, options: &Options) -> (FleetTotals, Sender) {
    let start = exposition::start_ns(run).unwrap_or(0);
    let wall = run.process.own_usage().wall_ns.unwrap_or(0);
    // Two functions of one name, which only documents from elsewhere have, would be one series.
    let mut taken = Taken::default();
    let functions = Ranked::new(run, options, USUAL).shown.into_iter();
    let functions =
        functions.map(|it| FleetFunction { name: taken.unique(&it.name), ..function(it) });
    let program = FleetProgram {
        name: name_of(run),
        build: FleetBuild {
            commit: run.run.git.as_ref().map(|git| git.commit.clone()),
            ..FleetBuild::default()
        },
        ended: run.process.count,
        lost_calls: run.recording.lost_calls,
        recording_ns: run
            .process
            .processes
            .iter()
            .fold(0, |sum, process| sum.saturating_add(process.overhead_ns)),
        functions: functions.collect(),
        ..FleetProgram::default()
    };
    let totals = FleetTotals {
        unix_ns: start.saturating_add(wall),
        start_unix_ns: start,
        programs: vec![program],
        ..FleetTotals::default()
    };
    let branch = run.run.git.as_ref().and_then(|git| git.branch.clone());
    let attributes = [("vcs.ref.head.name", branch), ("perf.run.label", run.run.label.clone())];
    let attributes =
        attributes.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    let sender = Sender {
        instance: run.run.id.clone(),
        attributes: attributes.collect(),
        temporality: Temporality::Cumulative,
    };
    (totals, sender)
}

/// Returns the name of the program: the last part of its path, else that of the command.
fn name_of(run: &RunDocument) -> String {
    let program = run.process.processes.first().map(|process| process.program.as_str());
    let path = program.or(run.run.as_run().first().map(String::as_str)).unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    if name.is_empty() { "unknown_service".to_owned() } else { name.to_owned() }
}

fn function(it: &Function) -> FleetFunction {
    let bucket = |(low, count): &(u64, u64)| (buckets::of(*low), *count);
    let mean = it.mean_ns.filter(|mean| mean.is_finite() && *mean > 0.0).unwrap_or(0.0);
    let timed = it.histogram.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
    FleetFunction {
        calls: it.calls,
        errors: it.counts_errors().then_some(it.errors),
        panics: it.panics,
        cancelled: it.futures.as_ref().map(|_| it.cancelled),
        self_ns: it.self_ns,
        total_ns: it.total_ns,
        allocs: it.self_allocs,
        alloc_bytes: it.self_alloc_bytes,
        sum_ns: whole((mean * float(timed)).round()),
        histogram: it.histogram.iter().map(bucket).collect(),
        min_ns: it.min_ns,
        max_ns: it.max_ns,
        ..FleetFunction::default()
    }
}
