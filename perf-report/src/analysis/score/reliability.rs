//! The success of runs, and the reliability of their command.

use super::Settings;
use super::success;
use crate::model::{Reliability, ReliabilityWord, RunDocument};
use crate::stats::number::share_pct;
use crate::stats::wilson;
use crate::text::units;

/// The most runs that a reliability looks at.
pub const RUNS: usize = 20;

/// Returns the reliability over the last [`RUNS`] of `runs`, oldest first.
pub fn reliability(runs: &[RunDocument], settings: &Settings) -> Reliability {
    let last = runs.get(runs.len().saturating_sub(RUNS)..).unwrap_or(runs);
    let failures: Vec<String> = last.iter().filter_map(|run| failure(run, settings)).collect();
    let of = last.len() as u64;
    let succeeded = of - failures.len() as u64;
    let interval = wilson::interval(succeeded, of);
    Reliability {
        succeeded,
        of,
        interval_pct: interval.map(|(low, high)| (low * 100.0, high * 100.0)),
        word: (of > 0).then(|| ReliabilityWord::of_pct(share_pct(succeeded, of))),
        latest_failure: failures.last().cloned(),
    }
}

/// Returns the reason for which a run did not succeed, in words; `None` of one that did.
///
/// A run succeeds when its command ended with 0, no process was killed, no test failed and no tracked
/// function panicked. Where all tests passed, panics were expected by them.
pub fn failure(run: &RunDocument, settings: &Settings) -> Option<String> {
    let of_parts = || failed_tests(run).or_else(|| bad_ends(run));
    ended(run).or_else(of_parts).or_else(|| panicked(run, settings))
}

/// Returns the end of a command that did not end with 0, in words.
pub(crate) fn ended(run: &RunDocument) -> Option<String> {
    // Those are the reason for which the command failed.
    if failed_tests(run).is_some() || bad_ends(run).is_some() {
        return run.run.signal.map(by_signal);
    }
    match (run.run.signal, run.run.exit_code) {
        (Some(signal), _) => Some(by_signal(signal)),
        (None, Some(code)) if code != 0 => Some(format!("the command ended with exit code {code}")),
        _ if run.process.killed > 0 => {
            let killed = units::processes(run.process.killed);
            Some(format!("a signal ended {killed}"))
        }
        _ => None,
    }
}

fn by_signal(signal: i32) -> String {
    format!("signal {signal} ended the command")
}

/// Counts the tests that failed, and the suites that did not end well, in words.
pub(crate) fn failed_tests(run: &RunDocument) -> Option<String> {
    let failed =
        run.suites.iter().fold(0_u64, |sum, it| sum.saturating_add(it.failed.unwrap_or(0)));
    let of = success::tests(run).of;
    let broken = run.suites.iter().find(|it| it.ended_badly());
    match (failed, broken) {
        (0, None) => None,
        (0, Some(suite)) => Some(format!("suite {} did not end well", suite.name)),
        (failed, _) => {
            Some(format!("{} of {} failed", units::count(failed), units::plural(of, "test")))
        }
    }
}

/// Counts the benchmarks that did not end well, in words.
pub(crate) fn bad_ends(run: &RunDocument) -> Option<String> {
    let all = success::benchmarks(&run.functions);
    let bad = units::count(all.of - all.good);
    (all.good < all.of)
        .then(|| format!("{bad} of {} did not end well", units::plural(all.of, "benchmark")))
}

fn panicked(run: &RunDocument, settings: &Settings) -> Option<String> {
    let panics = run.functions.iter().fold(0_u64, |sum, it| sum.saturating_add(it.panics));
    let were_expected = success::tests(run).of > 0;
    (panics > 0 && !were_expected && !settings.allow_panics)
        .then(|| format!("{} ended by a panic", units::plural(panics, "call")))
}
