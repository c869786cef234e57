//! The suite as a whole: whether everything moved at once, and by how much functions move that
//! nobody changed.
//!
//! On shared runners a commit may land on another machine, and a third of all functions is slower by
//! the same tenth. That is one event and not a finding for each function. It differs from a change
//! of the code by its breadth, and is taken off only when it is seen, since taking it off always would
//! hide small regressions of what all others call.

use std::collections::BTreeSet;

use crate::model::{
    Because, Change, Function, Metric, RunDocument, Shift, Steadiness, Verdict, time_of,
};
use crate::stats::moderated::Difference;
use crate::stats::number::float;
use crate::stats::robust;
use crate::text::units;
use crate::verdict::sides::{self, Functions, Measured, Pair, Sides};

/// The number of functions that make a suite.
const LEAST_FUNCTIONS: usize = 10;
/// A move of one function that counts, in per cent.
const MOVED_PCT: f64 = 10.0;
/// Median move from which there is an event, in per cent.
const SHIFT_PCT: f64 = 3.0;
/// Part of the functions, and of their time, that must have moved the same way.
const MOVED_PART: f64 = 0.3;

/// Part of what a function takes on average that one must take to have a say.
const LEAST_PART: f64 = 0.1;

/// The move of the functions together.
#[derive(Debug, Clone)]
pub(crate) struct Suite {
    /// The event, if there was one.
    pub(crate) shift: Option<Shift>,
    /// Noise from run to run on the log scale, by the spread of the functions between the two
    /// sides; `None` where they are too few.
    pub(crate) noise: Option<f64>,
    /// The factor by which an assumed noise is raised, since the machine was not steady.
    pub(crate) unsteady: f64,
    /// Median of the changes on the log scale; 0 where there was no event.
    log_shift: f64,
    /// Spread of the changes around it; 0 where there was no event.
    spread: f64,
}

impl Default for Suite {
    fn default() -> Self {
        Self { shift: None, noise: None, unsteady: 1.0, log_shift: 0.0, spread: 0.0 }
    }
}

impl Suite {
    /// Returns the suite that the functions of a comparison make, on the machines of its runs. Runs that were
    /// made in turn have none: what moved all of them moved both sides.
    pub(crate) fn of(functions: &Functions<'_>, sides: Sides<'_>) -> Self {
        if sides.paired {
            return Self::default();
        }
        let all: Vec<Move> = functions.pairs().filter_map(Move::of).collect();
        Self::of_moves(&all, own_ns(functions), sides)
    }

    /// Returns the suite of some moves in a time of `whole_ns`.
    fn of_moves(all: &[Move], whole_ns: f64, sides: Sides<'_>) -> Self {
        let unsteady = unsteadiness(sides.baseline).max(unsteadiness(sides.current));
        let machine_pct = machine_pct(sides);
        let changes: Vec<f64> = all.iter().map(|it| it.log_change).collect();
        let Some(spread) = robust::mad_sigma(&changes) else {
            return Self { unsteady, ..Self::default() };
        };
        let runs = [sides.baseline, sides.current].map(|runs| float(runs.len().max(1) as u64));
        let part = 1.0 / runs[0] + 1.0 / runs[1];
        let noise = (changes.len() >= LEAST_FUNCTIONS).then(|| spread / part.sqrt());
        let known = Self { noise, unsteady, ..Self::default() };
        let Some(Event { median, spread, moved, of }) = Event::of(all, whole_ns) else {
            return known;
        };
        let change_pct = median.exp_m1() * 100.0;
        let reason = reason(change_pct, (moved, of), machine_pct);
        let shift = Some(Shift { change_pct, moved, of, machine_pct, reason });
        Self { shift, log_shift: median, spread, ..known }
    }

    /// Returns the difference beside the rest of the suite.
    pub(crate) fn apply(&self, difference: Difference) -> Difference {
        if self.shift.is_none() {
            return difference;
        }
        difference.beside(self.log_shift, self.spread)
    }
}

/// Returns the suite that benchmarks make. Their harness chose how long each runs, so all weigh the same.
pub(crate) fn of_measured(measured: &Measured<'_>, sides: Sides<'_>) -> Suite {
    if sides.paired {
        return Suite::default();
    }
    let side = |runs: &[Option<&Function>]| {
        let values: Vec<f64> =
            runs.iter().flatten().filter_map(|it| time_of(it, Metric::MeanNs)).collect();
        robust::median(&values).filter(|value| *value > 0.0)
    };
    let of = |pair: &Pair<'_>| {
        Some(Move { log_change: (side(&pair.news)? / side(&pair.olds)?).ln(), self_ns: 1.0 })
    };
    let all: Vec<Move> = measured.both.iter().filter_map(of).collect();
    Suite::of_moves(&all, float(all.len().max(1) as u64), sides)
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
        tails_that_moved_together(rows);
    }
}

fn tails_that_moved_together(rows: &mut [Change]) {
    /// Functions that make it an event.
    const LEAST: usize = 3;
    for metric in Metric::OUTER_PERCENTILES {
        let judged =
            rows.iter().filter(|row| row.metric == metric && row.p_value.is_some()).count();
        let is_worse = |row: &Change| row.metric == metric && row.verdict >= Verdict::Degraded;
        let moved = rows.iter().filter(|row| is_worse(row)).count();
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

/// The move of one function of the suite.
struct Move {
    /// Change of the own time of a call on the log scale.
    log_change: f64,
    /// Own time in a run of the baseline.
    self_ns: f64,
}

impl Move {
    /// Returns the move of a function that is large enough to count.
    fn of(pair: &Pair<'_>) -> Option<Self> {
        // Of the middle run of each side: which of them is the newest says nothing.
        let middle = |runs| sides::middle(runs, |function| Some(function.self_ns));
        let (self_ns, now_ns) = (middle(&pair.olds)?, middle(&pair.news)?);
        let is_enough = self_ns.min(now_ns) >= pair.limits.suite_ns;
        let side = |runs: &[Option<&Function>]| {
            let values = runs.iter().flatten().filter_map(|function| function.self_ns_a_call());
            robust::median(&values.collect::<Vec<_>>()).filter(|value| *value > 0.0)
        };
        is_enough.then_some(())?;
        Some(Self { log_change: (side(&pair.news)? / side(&pair.olds)?).ln(), self_ns })
    }

    /// Returns whether it moved by more than [`MOVED_PCT`] the way the median did.
    fn is_with(&self, median: f64) -> bool {
        self.log_change * median.signum() > (MOVED_PCT / 100.0).ln_1p()
    }
}

/// That much of the suite moved together.
struct Event {
    /// Median and spread of the changes of functions that have a part in the time, on the log scale.
    median: f64,
    spread: f64,
    /// The number of them that moved the way the median did, and that of all.
    moved: u64,
    of: u64,
}

impl Event {
    /// Returns the event of all functions that are large enough to count, in a suite that takes `whole_ns`.
    /// One that takes next to nothing of that does not count; nor does one that moved by far more.
    fn of(all: &[Move], whole_ns: f64) -> Option<Self> {
        let part_ns = whole_ns / float(all.len().max(1) as u64) * LEAST_PART;
        let part: Vec<&Move> = all.iter().filter(|it| it.self_ns >= part_ns).collect();
        let changes: Vec<f64> = part.iter().map(|it| it.log_change).collect();
        let (median, spread) = (robust::median(&changes)?, robust::mad_sigma(&changes)?);
        let with: Vec<&&Move> = part.iter().filter(|it| it.is_with(median)).collect();
        let alike = with.iter().filter(|it| it.log_change.abs() <= 2.0 * median.abs());
        let alike_ns: f64 = alike.map(|it| it.self_ns).sum();
        let (moved, of) = (with.len() as u64, part.len() as u64);
        let is_broad = float(moved) >= float(of) * MOVED_PART && alike_ns >= whole_ns * MOVED_PART;
        let is_event = is_broad
            && part.len() >= LEAST_FUNCTIONS
            && (median.exp_m1() * 100.0).abs() > SHIFT_PCT;
        is_event.then_some(Self { median, spread, moved, of })
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

fn reason(change_pct: f64, (moved, of): (u64, u64), machine_pct: Option<f64>) -> String {
    let how = if change_pct > 0.0 { "slower" } else { "faster" };
    let what = format!(
        "the suite as a whole changed: {} of {} are {how} by more than {}, the median is {}",
        units::count(moved),
        units::plural(of, "function"),
        units::percent(MOVED_PCT),
        units::change(change_pct),
    );
    let why = match machine_pct {
        Some(machine) if machine * change_pct > 0.0 && machine.abs() > MOVED_PCT / 2.0 => {
            format!("; so did the machine, by {} for a fixed piece of work", units::change(machine))
        }
        Some(machine) => format!(
            "; the machine did not ({} for a fixed piece of work), so look at how it was built",
            units::change(machine)
        ),
        None => "; another machine does that, or another build".to_owned(),
    };
    format!("{what}{why}. Each function is judged beside the rest")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;
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
        let shift = Suite::of(&Functions::of(sides, &limits), sides).shift;
        shift.map(|it| (it.moved, it.of, it.change_pct.round()))
    }

    /// Returns the shift where the ten take half as long, beside one that takes `large_ns`.
    fn shift_beside(large_ns: u64) -> Option<(u64, u64, f64)> {
        shift(&[run(large_ns, 2_000_000)], &[run(large_ns, 1_000_000)])
    }

    #[test]
    fn what_takes_next_to_nothing_and_what_moved_by_far_more_are_no_suite() {
        let moved = |of: &[(u64, f64)]| {
            let one = |&(self_ns, factor): &(u64, f64)| Move {
                log_change: factor.ln(),
                self_ns: float(self_ns),
            };
            let all: Vec<Move> = of.iter().map(one).collect();
            let whole = of.iter().map(|it| it.0).sum::<u64>();
            Event::of(&all, float(whole)).map(|it| (it.moved, it.of))
        };
        let small = [(700, 1.15); 6];
        let rest = [(15_000, 1.0); 5];
        assert_eq!(moved(&[&small[..], &rest[..], &[(110_000, 1.3)]].concat()), None);
        let culprit = [(1_000_000, 1.3)];
        assert_eq!(moved(&[&[(20_000, 1.11); 11][..], &culprit].concat()), None);
        assert_eq!(moved(&[&[(90_000, 1.11); 11][..], &culprit].concat()), Some((12, 12)));
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

    fn worse(mut rows: Vec<Change>) -> usize {
        tails_that_moved_together(&mut rows);
        rows.iter().filter(|row| row.verdict == Verdict::Regression).count()
    }

    #[test]
    fn the_slowest_calls_of_most_functions_are_no_finding_of_each() {
        assert_eq!(worse(tails(3, 6)), 0);
        assert_eq!(worse(tails(3, 7)), 3, "of fewer they are");
        assert_eq!(worse(tails(2, 2)), 2);
        let mut rows = tails(3, 6);
        let body = Change { metric: Metric::MeanNs, ..rows[0].clone() };
        rows.push(body);
        assert_eq!(worse(rows), 2, "what is slower in most calls, too, is slower");
    }
}
