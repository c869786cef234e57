//! The figures made of batches, and the judgement of figures by targets. Pure.

use statrs::statistics::{Data, Distribution as _, Min as _, OrderStatistics as _};

use super::{Batches, Measured};
use crate::model::{
    Figure, Machine, OVERHEAD_SCHEMA, OVERHEAD_VERSION, Operation, OverheadDocument, OverheadRow,
    TargetResult,
};
use crate::project::config::targets::{Target, Targets};

/// The time, the machine and the build of a measurement.
#[derive(Debug, Clone)]
pub(crate) struct Circumstances {
    /// The time: RFC 3339, UTC.
    pub time: String,
    /// The machine.
    pub machine: Machine,
    /// True if the build was optimised.
    pub optimised: bool,
}

/// Returns the document of the measurements of processes, each compared with a bare call of its
/// own.
pub(crate) fn document(
    of: Circumstances,
    measured: &[Measured],
    targets: &Targets,
) -> OverheadDocument {
    let mut rows: Vec<OverheadRow> = Vec::new();
    for row in measured.iter().flat_map(|measured| rows_of(&measured.batches)) {
        let same =
            |known: &OverheadRow| (known.operation, known.threads) == (row.operation, row.threads);
        if !rows.iter().any(same) {
            rows.push(row);
        }
    }
    rows.sort_by_key(|row| (row.operation, row.threads));
    let most = rows.iter().map(|row| row.threads).max().unwrap_or(1);
    for row in &mut rows {
        let targets = targets.of(row.operation).iter();
        row.targets = targets.filter_map(|target| result(row, most, *target)).collect();
    }
    OverheadDocument {
        schema: OVERHEAD_SCHEMA.to_owned(),
        version: OVERHEAD_VERSION,
        perf_track: env!("CARGO_PKG_VERSION").to_owned(),
        met: rows.iter().flat_map(|row| &row.targets).all(|target| target.met),
        notes: notes(&of, measured, &rows),
        time: of.time,
        machine: of.machine,
        optimised: of.optimised,
        rows,
    }
}

fn rows_of(batches: &[Batches]) -> Vec<OverheadRow> {
    let rows: Vec<OverheadRow> = batches.iter().filter_map(figures).collect();
    let bare = |threads| {
        let bare =
            rows.iter().find(|row| (row.operation, row.threads) == (Operation::Bare, threads));
        bare.map(|row| row.median_ns)
    };
    let compare = |mut row: OverheadRow| {
        if let Some(bare) = bare(row.threads).filter(|_| row.operation.is_around_a_call()) {
            row.cost_ns = (row.median_ns - bare).max(0.0);
            row.overhead_pct = (bare > 0.0).then(|| row.cost_ns / bare * 100.0);
        }
        row
    };
    rows.iter().cloned().map(compare).collect()
}

/// Returns the figures of an operation by itself; `None` where nothing was measured.
fn figures(batches: &Batches) -> Option<OverheadRow> {
    let mut ns = Data::new(batches.ns.clone());
    let median_ns = ns.median();
    Some(OverheadRow {
        operation: batches.operation,
        threads: batches.threads,
        operations: batches.operations,
        cost_ns: median_ns,
        mean_ns: ns.mean()?,
        median_ns,
        p95_ns: ns.percentile(95),
        min_ns: ns.min(),
        per_second: batches.per_second,
        overhead_pct: None,
        targets: Vec::new(),
    })
    .filter(|row| row.mean_ns.is_finite())
}

/// Judges a figure by a target. Operations a second are those of `most` threads.
fn result(
    row: &OverheadRow,
    most: u32,
    Target { figure, allowed }: Target,
) -> Option<TargetResult> {
    let (actual, met) = match figure {
        Figure::CostNs => (row.cost_ns, row.cost_ns <= allowed),
        Figure::OverheadPct => (row.overhead_pct?, row.overhead_pct? <= allowed),
        Figure::PerSecond if row.threads < most => return None,
        Figure::PerSecond => (row.per_second, row.per_second >= allowed),
    };
    Some(TargetResult { figure, allowed, actual, met })
}

fn notes(of: &Circumstances, measured: &[Measured], rows: &[OverheadRow]) -> Vec<String> {
    let mut notes = Vec::new();
    if !of.optimised {
        notes.push(
            "this perf-report was built without optimisation: its figures say nothing of a \
             release build"
                .to_owned(),
        );
    }
    let most = rows.iter().map(|row| row.threads).max().unwrap_or(1);
    if of.machine.cores > 0 && most > of.machine.cores {
        let cores = of.machine.cores;
        notes.push(format!("the {most} threads shared {cores} processors"));
    }
    let interval = measured.iter().map(|measured| measured.sampled_interval).max().unwrap_or(0);
    if interval > 0 {
        notes.push(format!("sampled is 1 call in {interval} timed, the others counted"));
    } else if rows.iter().any(|row| row.operation == Operation::CallSampled) {
        notes.push("calls were not sampled when they should have been".to_owned());
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batches(operation: Operation, threads: u32, ns: &[f64]) -> Batches {
        Batches { operation, threads, operations: 10, per_second: 1e6, ns: ns.to_vec() }
    }

    fn judged(measured: &[Measured], given: &[&str]) -> OverheadDocument {
        let machine = Machine { cores: 4, ..Machine::default() };
        let of = Circumstances { time: String::new(), machine, optimised: true };
        let given: Vec<_> = given.iter().map(|text| text.parse().unwrap()).collect();
        document(of, measured, &Targets::default().overridden(&given))
    }

    fn measured(batches: Vec<Batches>) -> Measured {
        Measured { batches, sampled_interval: 0 }
    }

    /// Returns a bare call of 2 ns, a tracked one of 8 ns, and `status()`.
    fn typical() -> Measured {
        measured(vec![
            batches(Operation::Bare, 1, &[2.0, 1.0, 9.0]),
            batches(Operation::Call, 1, &[8.0, 7.0, 18.0]),
            batches(Operation::Status, 1, &[40.0]),
            batches(Operation::Bare, 2, &[4.0]),
            batches(Operation::Call, 2, &[5.0]),
            batches(Operation::Status, 2, &[50.0]),
        ])
    }

    #[test]
    fn a_cost_is_what_is_added_to_a_bare_call_on_as_many_threads() {
        let document = judged(&[typical()], &[]);
        let costs: Vec<_> = document
            .rows
            .iter()
            .map(|row| (row.operation, row.threads, row.cost_ns, row.overhead_pct))
            .collect();
        assert_eq!(
            costs,
            [
                (Operation::Bare, 1, 2.0, None),
                (Operation::Bare, 2, 4.0, None),
                (Operation::Call, 1, 6.0, Some(300.0)),
                (Operation::Call, 2, 1.0, Some(25.0)),
                (Operation::Status, 1, 40.0, None),
                (Operation::Status, 2, 50.0, None),
            ]
        );
        let call = &document.rows[2];
        assert_eq!((call.mean_ns, call.median_ns, call.min_ns), (11.0, 8.0, 7.0));
        assert!(call.p95_ns > 8.0 && call.p95_ns <= 18.0, "{call:?}");
        assert!(document.met);
    }

    #[test]
    fn each_process_is_compared_with_its_own_bare_call() {
        let other = measured(vec![
            batches(Operation::Bare, 1, &[100.0]),
            batches(Operation::CallOff, 1, &[101.0]),
        ]);
        let document = judged(&[typical(), other], &[]);
        let row = |operation| document.rows.iter().find(|row| row.operation == operation).unwrap();
        let figures = (row(Operation::CallOff).cost_ns, row(Operation::Bare).median_ns);
        assert_eq!(figures, (1.0, 2.0), "of those that are shown, the first one stays");
    }

    #[test]
    fn one_figure_beyond_its_target_is_enough() {
        let met = |given: &[&str]| judged(&[typical()], given).met;
        assert!(met(&["call=6ns", "status=50ns"]));
        assert!(!met(&["call=5.9ns"]));
        assert!(!met(&["status=49ns"]), "on two threads");
        assert!(met(&["call=300%"]) && !met(&["call=299%"]));
        assert!(met(&["status=1000000/s"]) && !met(&["status=1000001/s"]));
        assert!(met(&["status=9%"]), "nothing to compare it with");
        let rates = judged(&[typical()], &["status=1/s"]);
        let judged = rates.rows.iter().filter(|row| !row.targets.is_empty());
        assert_eq!(judged.map(|row| row.threads).collect::<Vec<_>>(), [2], "over all threads");
    }

    #[test]
    fn what_was_not_measured_is_no_row() {
        let document = judged(&[measured(vec![batches(Operation::Status, 1, &[])])], &[]);
        assert!(document.rows.is_empty());
    }

    #[test]
    fn notes_name_what_the_figures_depend_on() {
        let mut sampled = measured(vec![batches(Operation::CallSampled, 8, &[1.0])]);
        let unsampled = judged(&[sampled.clone()], &[]).notes;
        assert_eq!(
            unsampled,
            [
                "the 8 threads shared 4 processors",
                "calls were not sampled when they should have been"
            ]
        );
        sampled.sampled_interval = 64;
        assert_eq!(
            judged(&[sampled], &[]).notes[1],
            "sampled is 1 call in 64 timed, the others counted"
        );
    }
}
