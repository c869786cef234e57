//! The differences of the same code from itself: false alarms, and changes too small to be seen.
//! Pure.
//!
//! The runs of one command, made in turn as if there were two, are put on two sides again and
//! again: in each round chance decides which of its two runs is A. All of that is A against A, so
//! every alarm is a false one. These comparisons share their runs, so their number makes the rate
//! no more certain than the runs do (Good, "Permutation, Parametric and Bootstrap Tests of
//! Hypotheses", 2005).

use std::collections::{BTreeMap, BTreeSet};

use super::interleave::{Order, Side};
use super::series;
use crate::model::{
    Metric, NOISE_SCHEMA, NOISE_VERSION, NoiseDocument, NoiseRow, RunDocument, Verdict,
};
use crate::stats::robust;
use crate::text::units;
use crate::verdict::unsteady;
use crate::verdict::{self, FailOn, Gate, Limits, Sides};

/// Number of comparisons made of the runs.
const COMPARISONS: u32 = 100;
/// Self time from which a function's floor is worth advice, in per cent of all.
const WORTH_PCT: f64 = 1.0;

/// The runs, both of each round, and the seed of their order.
#[derive(Debug, Clone, Copy)]
pub struct Rounds<'a> {
    /// One run of each round.
    pub a: &'a [RunDocument],
    /// The other run of each round.
    pub b: &'a [RunDocument],
    /// Number of rounds before these, which are not judged.
    pub warm_up: u32,
    /// The seed of the order, and of the comparisons.
    pub seed: u64,
}

/// Judges runs of the same code against each other by `limits`, as `fail_on` asks. `None` without a
/// round.
pub fn noise(
    rounds: Rounds<'_>,
    limits: &Limits,
    fail_on: &BTreeSet<FailOn>,
) -> Option<NoiseDocument> {
    let last = rounds.b.last()?;
    let (alarms, by_function) = alarms(rounds, limits, fail_on);
    let made = u32::try_from(rounds.a.len().min(rounds.b.len())).unwrap_or(u32::MAX);
    let functions = rows(rounds, &by_function, limits);
    let self_time = limits.metrics.get(&Metric::SelfNs);
    let regression_pct = self_time.and_then(|limits| limits.regression_pct);
    let all: Vec<RunDocument> = [rounds.a, rounds.b].concat();
    Some(NoiseDocument {
        schema: NOISE_SCHEMA.to_owned(),
        version: NOISE_VERSION,
        command: last.run.command.clone(),
        time: last.run.time.clone(),
        machine: last.run.machine.clone(),
        rounds: made,
        warm_up: rounds.warm_up,
        seed: rounds.seed,
        wall_ns: robust::median(&series::walls(&all)),
        wall_spread_pct: series::variation_pct(&series::walls(&all)),
        comparisons: COMPARISONS,
        alarms,
        false_alarm_pct: f64::from(alarms) / f64::from(COMPARISONS) * 100.0,
        regression_pct,
        advice: advice(&functions, made, alarms, regression_pct),
        notes: notes(&all, made),
        functions,
    })
}

/// Counts the comparisons in which something was found worse, and for each function those in which
/// it was.
fn alarms(
    rounds: Rounds<'_>,
    limits: &Limits,
    fail_on: &BTreeSet<FailOn>,
) -> (u32, BTreeMap<String, u32>) {
    let mut coins = Order::new(rounds.seed).coins();
    let mut alarms = 0;
    let mut by_function: BTreeMap<String, u32> = BTreeMap::new();
    let (mut baseline, mut current) = (rounds.a.to_vec(), rounds.b.to_vec());
    for _ in 0..COMPARISONS {
        for ((a, b), coin) in baseline.iter_mut().zip(&mut current).zip(&mut coins) {
            if coin == Side::B {
                std::mem::swap(a, b);
            }
        }
        let sides = Sides { baseline: &baseline, current: &current, history: &[], paired: true };
        let Some(mut comparison) = verdict::compare_runs(sides, limits) else { continue };
        // A budget that is exceeded is no false alarm: it says nothing about a difference.
        comparison.budgets.clear();
        alarms += u32::from(verdict::gate(&comparison, fail_on) == Gate::Worse);
        let worse = comparison.functions.iter().filter(|row| row.verdict == Verdict::Regression);
        let named: BTreeSet<&str> = worse.map(|row| row.name.as_str()).collect();
        for name in named {
            *by_function.entry(name.to_owned()).or_default() += 1;
        }
    }
    (alarms, by_function)
}

fn rows(rounds: Rounds<'_>, alarms: &BTreeMap<String, u32>, limits: &Limits) -> Vec<NoiseRow> {
    let all: Vec<RunDocument> = [rounds.a, rounds.b].concat();
    let sides = Sides { baseline: rounds.a, current: rounds.b, history: &[], paired: true };
    let comparison = verdict::compare_runs(sides, limits);
    let changes = comparison.iter().flat_map(|comparison| &comparison.functions);
    let seen: BTreeMap<&str, f64> = changes
        .filter(|row| row.metric == Metric::SelfNs)
        .filter_map(|row| Some((row.name.as_str(), row.detectable_pct?)))
        .collect();
    series::functions(&all)
        .into_iter()
        .map(|series| NoiseRow {
            calls: series.steady_calls(),
            self_ns: series.median_ns(),
            spread_pct: series::variation_pct(&series.self_ns),
            detectable_pct: seen.get(series.name.as_str()).copied(),
            alarms: alarms.get(&series.name).copied().unwrap_or(0),
            name: series.name,
        })
        .collect()
}

/// Estimates the rounds that show a change of `wanted` per cent, when `rounds` show one of `seen`:
/// the error falls with their square root.
///
/// ```
/// use perf_report::analysis::noise::rounds_for;
/// assert_eq!(rounds_for(5.0, 10.0, 10), 40);
/// assert_eq!(rounds_for(0.0, 10.0, 10), u32::MAX);
/// ```
pub fn rounds_for(wanted: f64, seen: f64, rounds: u32) -> u32 {
    let needed = f64::from(rounds) * (seen / wanted).powi(2);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cut to the range")]
    let needed = needed.ceil() as u32;
    needed.max(1)
}

fn advice(
    functions: &[NoiseRow],
    rounds: u32,
    alarms: u32,
    regression_pct: Option<f64>,
) -> Vec<String> {
    let mut advice = Vec::new();
    if alarms > 0 {
        advice.push(
            "let the command do more work in each run, make more rounds, or widen the limits"
                .to_owned(),
        );
    }
    let all: f64 = functions.iter().map(|row| row.self_ns).sum();
    let blind = functions
        .iter()
        .filter(|row| row.self_ns >= all * WORTH_PCT / 100.0)
        .filter_map(|row| Some((row, row.detectable_pct?)))
        .max_by(|one, other| one.1.total_cmp(&other.1));
    if let (Some((row, floor)), Some(limit)) = (blind, regression_pct)
        && floor > limit
    {
        let needed = rounds_for(limit, floor, rounds);
        advice.push(format!(
            "{} cannot show that {} became {} slower, the limit; {} would, or a machine on which \
             nothing else runs",
            units::plural(rounds.into(), "round"),
            row.name,
            units::percent(limit),
            units::plural(needed.into(), "round"),
        ));
    }
    advice
}

fn notes(all: &[RunDocument], rounds: u32) -> Vec<String> {
    let mut notes = vec![format!(
        "the {COMPARISONS} comparisons are made of the same {} runs: they tell of this machine and \
         this hour, not of every one",
        2 * rounds
    )];
    if let Some((count, how)) = unsteady(all) {
        notes.push(format!("in {count} of {} runs, {how}", all.len()));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    /// Returns runs of the typical program, each with its times multiplied by its factor.
    fn runs(factors: &[f64]) -> Vec<RunDocument> {
        let run = |factor: f64| {
            let mut run = samples::typical();
            for function in &mut run.functions {
                let slower = crate::stats::number::float(function.self_ns) * factor;
                function.self_ns = format!("{slower:.0}").parse().unwrap();
                function.mean_ns = function.mean_ns.map(|mean| mean * factor);
            }
            run
        };
        factors.iter().copied().map(run).collect()
    }

    fn judged(a: &[f64], b: &[f64]) -> NoiseDocument {
        let (a, b) = (runs(a), runs(b));
        let rounds = Rounds { a: &a, b: &b, warm_up: 1, seed: 7 };
        noise(rounds, &Limits::default(), &BTreeSet::new()).unwrap()
    }

    #[test]
    fn what_never_changes_raises_no_alarm_and_has_no_floor() {
        let found = judged(&[1.0; 5], &[1.0; 5]);
        assert_eq!((found.alarms, found.rounds, found.comparisons), (0, 5, COMPARISONS));
        assert!(found.functions.iter().all(|row| row.spread_pct == Some(0.0)), "{found:?}");
        let floors = found.functions.iter().filter_map(|row| row.detectable_pct);
        assert!(
            floors.clone().count() > 0 && floors.into_iter().all(|floor| floor < 3.0),
            "{found:?}"
        );
        assert_eq!((found.advice.len(), found.notes.len()), (0, 1));
    }

    #[test]
    fn a_noisy_machine_gets_advice_and_the_same_seed_the_same_answer() {
        let noisy = || judged(&[1.0, 1.8, 0.9, 1.4, 1.0], &[1.7, 1.0, 1.5, 0.8, 1.9]);
        let found = noisy();
        assert_eq!(found, noisy());
        assert!(found.functions[0].detectable_pct.unwrap() > 30.0, "{found:?}");
        assert!(
            found.advice.last().unwrap().contains(" % slower, the limit; "),
            "{:?}",
            found.advice
        );
    }

    #[test]
    fn without_a_round_there_is_nothing_to_say() {
        let rounds = Rounds { a: &[], b: &[], warm_up: 0, seed: 0 };
        assert_eq!(noise(rounds, &Limits::default(), &BTreeSet::new()), None);
    }
}
