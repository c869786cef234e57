//! Everything together: whether it moved at once, and by how much functions move that nobody changed.
//!
//! On shared runners a commit may land on another machine, and a third of all functions is slower by
//! the same tenth. That is one event and not a finding for each function. It differs from a change
//! of the code by its breadth ([`super::moves`]), and is taken off only when it is seen, since taking it off always
//! would hide small regressions of what all others call. It is never silent: what was taken off hides what all
//! use.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::moves::{self, Event, LEAST_FUNCTIONS, MOVED_PCT, Machine, Move};
use super::processes;
use crate::model::{
    Because, Change, FunctionKind, Metric, RunDocument, Shift, Steadiness, Verdict,
};
use crate::stats::moderated::{Difference, Prior};
use crate::stats::number::float;
use crate::stats::robust;
use crate::text::units;
use crate::verdict::sides::{self, Functions, Pair, Sides};

/// The moves of all functions together, of each kind by itself.
#[derive(Debug, Default)]
pub(crate) struct Suites {
    /// Tracked functions.
    pub(crate) functions: Suite,
    /// Benchmarks, suites and tests.
    measured: BTreeMap<FunctionKind, Suite>,
}

impl Suites {
    /// Returns the suites that the functions of a comparison make, on the machines of its runs. Runs that were
    /// made in turn have none: what moved all of them moved both sides.
    pub(crate) fn of(functions: &Functions<'_>, sides: Sides<'_>) -> Self {
        if sides.paired {
            return Self::default();
        }
        let all = moves::of_functions(functions);
        let machine_pct = machine_pct(sides);
        let event = Event::of_functions(&all, own_ns(functions), machine_pct);
        let of_functions = Suite::of_moves(&all, event, (sides, FunctionKind::Function));
        let pairs = &functions.measured.both;
        let kinds: BTreeSet<FunctionKind> = pairs.iter().map(|pair| pair.new.kind).collect();
        let of = |kind: FunctionKind| {
            let all = moves::of_measured(pairs.iter().filter(|pair| pair.new.kind == kind));
            let event = Event::of_measured(&all, machine_pct);
            let of_processes = processes::noise(pairs.iter().filter(|it| it.new.kind == kind));
            (kind, Suite { of_processes, ..Suite::of_moves(&all, event, (sides, kind)) })
        };
        Self { functions: of_functions, measured: kinds.into_iter().map(of).collect() }
    }

    /// Returns the suite that benchmarks, suites or tests make.
    pub(crate) fn of_kind(&self, kind: FunctionKind) -> &Suite {
        self.measured.get(&kind).unwrap_or(&self.functions)
    }

    /// Returns the events: that of tracked functions, and the others.
    pub(crate) fn shifts(self) -> (Option<Shift>, Vec<Shift>) {
        (self.functions.shift, self.measured.into_values().filter_map(|it| it.shift).collect())
    }
}

/// The move of the functions together.
#[derive(Debug, Clone)]
pub(crate) struct Suite {
    /// The event, if there was one.
    pub(crate) shift: Option<Shift>,
    /// Noise from run to run on the log scale, by the spread of the functions between the two
    /// sides; `None` where they are too few.
    pub(crate) noise: Option<f64>,
    /// Noise from process to process that benchmarks of our harness show together, where they do.
    pub(crate) of_processes: Option<Prior>,
    /// The factor by which an assumed noise is raised, since the machine was not steady.
    pub(crate) unsteady: f64,
    /// Median of the changes on the log scale; 0 where nothing is taken off.
    log_shift: f64,
    /// Spread of the changes around it; 0 where nothing is taken off.
    spread: f64,
}

impl Default for Suite {
    fn default() -> Self {
        Self {
            shift: None,
            noise: None,
            of_processes: None,
            unsteady: 1.0,
            log_shift: 0.0,
            spread: 0.0,
        }
    }
}

impl Suite {
    /// Returns the suite of some moves, which make this event.
    fn of_moves(
        all: &[Move],
        event: Option<Event>,
        (sides, kind): (Sides<'_>, FunctionKind),
    ) -> Self {
        let unsteady = unsteadiness(sides.baseline).max(unsteadiness(sides.current));
        let changes: Vec<f64> = all.iter().map(|it| it.log_change).collect();
        let runs = [sides.baseline, sides.current].map(|runs| float(runs.len().max(1) as u64));
        let part = 1.0 / runs[0] + 1.0 / runs[1];
        let spread = robust::mad_sigma(&changes).filter(|_| changes.len() >= LEAST_FUNCTIONS);
        let noise = spread.map(|spread| spread / part.sqrt());
        let known = Self { noise, unsteady, ..Self::default() };
        let Some(event) = event else { return known };
        let shift = Some(shift(&event, kind, machine_pct(sides)));
        if event.taken_off {
            Self { shift, log_shift: event.median, spread: event.spread, ..known }
        } else {
            Self { shift, ..known }
        }
    }

    /// Returns the difference beside the rest of the suite.
    pub(crate) fn apply(&self, difference: Difference) -> Difference {
        if self.taken_off_pct().is_none() {
            return difference;
        }
        difference.beside(self.log_shift, self.spread)
    }

    /// Returns the change of everything that is taken off that of each, in per cent.
    pub(crate) fn taken_off_pct(&self) -> Option<f64> {
        self.shift.as_ref().filter(|it| it.taken_off).map(|it| it.change_pct)
    }
}

/// Returns the change of a value in per cent, of one that is `pct` beside a suite that changed by `suite_pct`.
pub(crate) fn with_suite(pct: f64, suite_pct: f64) -> f64 {
    ((1.0 + pct / 100.0) * (1.0 + suite_pct / 100.0) - 1.0) * 100.0
}

/// Returns the change in per cent beside a suite that changed by `suite_pct`, of a value that changed by `pct`.
pub(crate) fn without_suite(pct: f64, suite_pct: f64) -> f64 {
    ((1.0 + pct / 100.0) / (1.0 + suite_pct / 100.0) - 1.0) * 100.0
}

/// Takes back what outer percentiles say where those of most functions moved together: no change of the
/// code does that to the slowest calls of all and leaves what most calls take, but a machine that was
/// slow for a part of the run. Runs that were made in turn shared it.
pub(crate) fn take_back_tails(rows: &mut [Change], sides: Sides<'_>) {
    if !sides.paired {
        let newest = sides.current.last().into_iter().flat_map(|run| &run.functions);
        let families = newest.map(|it| (it.name.clone(), it.family())).collect();
        tails_that_moved_together(rows, &families);
    }
}

fn tails_that_moved_together(rows: &mut [Change], families: &HashMap<String, String>) {
    /// Functions that make it an event.
    const LEAST: usize = 3;
    for metric in Metric::OUTER_PERCENTILES {
        // What is one thing in the source counts once.
        let apart = |is: &dyn Fn(&Change) -> bool| {
            let rows = rows.iter().filter(|row| row.metric == metric && is(row));
            let family = |row: &Change| families.get(&row.name).unwrap_or(&row.name).clone();
            rows.map(family).collect::<BTreeSet<_>>().len()
        };
        let is_worse = |row: &Change| row.metric == metric && row.verdict >= Verdict::Degraded;
        let (judged, moved) = (apart(&|row| row.p_value.is_some()), apart(&is_worse));
        if moved < LEAST || 2 * moved < judged {
            continue;
        }
        let names: BTreeSet<String> = rows
            .iter()
            .filter(|row| {
                let is_body = matches!(row.metric, Metric::P50Ns | Metric::MeanNs | Metric::SelfNs);
                is_body && row.verdict >= Verdict::Degraded
            })
            .map(|row| row.name.clone())
            .collect();
        for row in rows.iter_mut().filter(|row| is_worse(row) && !names.contains(&row.name)) {
            row.verdict = Verdict::Inconclusive;
            row.because
                .push(Because::TailsMovedTogether { moved: moved as u64, of: judged as u64 });
        }
    }
}

/// Returns the own time of all functions that both sides know, in a run of the baseline.
fn own_ns(functions: &Functions<'_>) -> f64 {
    let own_ns = |pair: &Pair<'_>| sides::middle(&pair.olds, |function| Some(function.self_ns));
    functions.pairs().filter_map(own_ns).sum::<f64>().max(1.0)
}

/// Returns the factor by which the worst machine of some runs raises an assumption on noise.
fn unsteadiness(runs: &[RunDocument]) -> f64 {
    let probes = runs.iter().filter_map(|run| run.run.machine.probe);
    let worst = probes.map(|probe| probe.steadiness()).max();
    match worst.unwrap_or(Steadiness::Steady) {
        Steadiness::Steady => 1.0,
        Steadiness::Uneasy => 1.5,
        Steadiness::Noisy => 2.0,
    }
}

/// Returns by how much the machine itself became slower, in per cent: by the time of a fixed piece of work.
fn machine_pct(sides: Sides<'_>) -> Option<f64> {
    let [old, new] = [sides.baseline, sides.current].map(|runs| {
        let probes = runs.iter().filter_map(|run| run.run.machine.probe);
        let times =
            probes.map(|it| float(it.after_ns.map_or(it.before_ns, |ns| ns.min(it.before_ns))));
        robust::median(&times.collect::<Vec<_>>()).filter(|time| *time > 0.0)
    });
    Some((new? / old? - 1.0) * 100.0)
}

/// Returns the event for documents.
fn shift(event: &Event, kind: FunctionKind, machine_pct: Option<f64>) -> Shift {
    let change_pct = event.median.exp_m1() * 100.0;
    let (moved, of, taken_off) = (event.moved, event.of, event.taken_off);
    let shift =
        Shift { kind, change_pct, moved, of, taken_off, machine_pct, reason: String::new() };
    Shift { reason: reason(&shift), ..shift }
}

/// Returns the event in words: `everything measured moved by +12.0 % (11 of 12 benchmarks are slower by more than
/// 10 %): the machine, or something all use. Each is judged beside that`.
fn reason(shift: &Shift) -> String {
    let how = if shift.change_pct > 0.0 { "slower" } else { "faster" };
    let what = format!(
        "everything measured moved by {} ({} of {} {how} by more than {})",
        units::change(shift.change_pct),
        units::count(shift.moved),
        units::plural(shift.of, shift.kind.noun()),
        units::percent(MOVED_PCT),
    );
    let work = |pct: f64| format!("{} for a fixed piece of work", units::change(pct));
    let machine = Machine::of(shift.machine_pct, shift.change_pct);
    let why = match (machine, shift.machine_pct) {
        (Machine::Moved, Some(pct)) => format!("the machine did as well, {}", work(pct)),
        (Machine::Stood, Some(pct)) => format!(
            "the machine did not, {}, so look at what all use, and at how it was built",
            work(pct)
        ),
        _ => "the machine, or something all use".to_owned(),
    };
    let judged = match (shift.taken_off, machine) {
        (true, _) => "Each is judged beside that",
        (false, Machine::Stood) => "Each is judged as it is",
        (false, _) => "Too few are apart to tell which, so each is judged as it is",
    };
    format!("{what}: {why}. {judged}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Function, samples};
    use crate::verdict::Limits;

    fn tails(moved: usize, of: usize) -> Vec<Change> {
        let row = |at: usize| Change {
            verdict: if at < moved { Verdict::Regression } else { Verdict::Stable },
            p_value: Some(0.001),
            ..Change::exact(&format!("f{at}"), Metric::P95Ns, [Some(1.0), Some(2.0)])
        };
        (0..of).map(row).collect()
    }

    /// Returns a run of one function that takes `large_ns` and of ten that take `small_ns`.
    fn run(large_ns: u64, small_ns: u64) -> RunDocument {
        let mut run = samples::empty();
        let function = |at: usize| Function {
            name: format!("f{at}"),
            calls: 1_000,
            self_ns: if at == 0 { large_ns } else { small_ns },
            ..Function::default()
        };
        run.functions = (0..=10).map(function).collect();
        run
    }

    /// Returns the shift from `olds` to `news`: functions that moved, of how many, and by how many per cent.
    fn shift(olds: &[RunDocument], news: &[RunDocument]) -> Option<(u64, u64, f64)> {
        let sides = Sides { baseline: olds, current: news, history: &[], paired: false };
        let limits = Limits::default();
        let shift = Suites::of(&Functions::of(sides, &limits), sides).functions.shift;
        shift.filter(|it| it.taken_off).map(|it| (it.moved, it.of, it.change_pct.round()))
    }

    /// Returns the shift where the ten take half as long, beside one that takes `large_ns`.
    fn shift_beside(large_ns: u64) -> Option<(u64, u64, f64)> {
        shift(&[run(large_ns, 2_000_000)], &[run(large_ns, 1_000_000)])
    }

    #[test]
    fn the_suite_moved_where_much_of_its_time_did() {
        assert_eq!(shift_beside(20_000_000), Some((10, 11, -50.0)));
        assert_eq!(shift_beside(200_000_000), None, "they are many, and next to nothing");
    }

    #[test]
    fn which_run_is_the_newest_says_nothing_of_the_suite() {
        // In one run of the baseline a large function takes nearly all of the time.
        let mut olds =
            [run(20_000_000, 2_000_000), run(900_000_000, 2_000_000), run(20_000_000, 2_000_000)];
        let news = [run(20_000_000, 1_000_000)];
        for _ in 0..olds.len() {
            olds.rotate_left(1);
            assert_eq!(shift(&olds, &news), Some((10, 11, -50.0)));
        }
    }

    fn worse(rows: Vec<Change>) -> usize {
        worse_of(rows, &HashMap::new())
    }

    fn worse_of(mut rows: Vec<Change>, families: &HashMap<String, String>) -> usize {
        tails_that_moved_together(&mut rows, families);
        rows.iter().filter(|row| row.verdict == Verdict::Regression).count()
    }

    #[test]
    fn the_slowest_calls_of_most_functions_are_no_finding_of_each() {
        assert_eq!(worse(tails(3, 6)), 0);
        assert_eq!(worse(tails(3, 7)), 3, "of fewer they are");
        assert_eq!(worse(tails(2, 2)), 2);
        let one = (0..6).map(|at| (format!("f{at}"), "of one macro".to_owned())).collect();
        assert_eq!(worse_of(tails(3, 6), &one), 3, "of one declaration they are one");
        let mut rows = tails(3, 6);
        let body = Change { metric: Metric::MeanNs, ..rows[0].clone() };
        rows.push(body);
        assert_eq!(worse(rows), 2, "what is slower in most calls, too, is slower");
    }
}
