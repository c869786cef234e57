//! Times that are estimates, since not every call was timed: how far off they may be, and what that
//! makes of a verdict.
//!
//! The recorder's own part of a time is an estimate too. It is another one where a callee is sampled
//! in one run and timed in the other, and that is no doing of the program's.
//!
//! Counts stay exact and are judged as ever. A time that is estimated in one of the runs or in both
//! is judged too, since a hot function that became twice as slow should not pass unnoticed for being
//! hot; but a change counts only as far as it is beyond what the estimates leave open.

use crate::model::{Because, Function, Metric};
use crate::stats::number::float;
use crate::stats::robust;
use crate::verdict::sides::{Busier, Pair};

/// The error of sampling where the load comes in phases, in per cent: the bound that the
/// recorder is held to.
const PHASES_PCT: f64 = 5.0;

/// The most that anything is taken to be off by, in per cent.
const MOST_PCT: f64 = 1_000.0;

/// A change of the recorder's part that is worth mentioning, in per cent.
const LEAST_RECORDER_PCT: f64 = 0.05;

/// Standard errors to either side that hold the true value 19 times out of 20.
const STANDARD_ERRORS: f64 = 2.0;

/// Part of the waiting for a processor that the rest may become slower by.
const WAITS_PART: f64 = 0.4;

/// Part of what recording took that may be more or less: as in the recorder's own estimate.
const OF_OVERHEAD: f64 = 0.1;

/// Calls that no time knows of, in per cent of all, from which times over the whole run say nothing.
pub(crate) const UNMEASURED_PCT: u64 = 1;

/// Returns whether the value of `metric` is an estimate.
pub(crate) fn is_estimated(function: &Function, metric: Metric) -> bool {
    match metric {
        Metric::SelfNs => function.has_estimated_times() || function.self_estimated,
        _ => function.has_estimated_times(),
    }
}

/// Returns the ground that values are estimates, where one of the two is.
pub(crate) fn ground(functions: [&Function; 2], metric: Metric) -> Option<Because> {
    let [baseline, current] = functions.map(|function| is_estimated(function, metric));
    (baseline || current).then_some(Because::Estimated { baseline, current })
}

/// The part of a change from one function's value to another's that may be owed to something else than the program. In
/// per cent of the baseline's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Doubt {
    /// The error of sampling, and of what was taken off for recording, to either side.
    sampling: f64,
    /// Whether sampling is in that.
    is_sampled: bool,
    /// The part of the change that is the recorder's own time.
    recorder: f64,
    /// The part that may be the machine's, which was busier on one side, either way.
    machine: f64,
}

impl Doubt {
    /// Nothing is in doubt.
    pub(crate) const NONE: Self =
        Self { sampling: 0.0, is_sampled: false, recorder: 0.0, machine: 0.0 };

    /// Returns the doubt of a value that was `baseline` in the run of `old`.
    pub(crate) fn of(old: &Function, new: &Function, metric: Metric, baseline: f64) -> Self {
        let [before, now] = [old, new].map(|function| recorder_part(function, metric));
        let recorder_pct = (now - before) / baseline * 100.0;
        let recorder_pct = if recorder_pct.is_finite() { recorder_pct } else { 0.0 };
        Self {
            sampling: sampling_pct(old, new, metric),
            is_sampled: is_estimated(old, metric) || is_estimated(new, metric),
            recorder: recorder_pct,
            machine: 0.0,
        }
    }

    /// Adds the doubt of a machine that was busier on one side of `pair`. The waits for a processor are in no
    /// time, but what ran meanwhile has taken caches, and shares what cores share.
    pub(crate) fn on_a_busy_machine(self, pair: &Pair<'_>, metric: Metric) -> Self {
        /// The part by which a call may take longer where the machine was much busier, whatever was waited, in
        /// per cent.
        const ANY_PCT: f64 = 10.0;
        let of_waits = WAITS_PART * notable_waits(pair.waited_pct);
        // Where in a call that falls is chance.
        let of_call = if metric == Metric::SelfNs { calls_by_self(pair.old).max(1.0) } else { 1.0 };
        let of_any = if pair.busier == Busier::Much { ANY_PCT * of_call } else { 0.0 };
        let machine = of_waits.max(of_any).max(of_interruptions_pct(pair, metric));
        Self { machine: machine.min(MOST_PCT), ..self }
    }

    /// Adds the doubt of a busier machine to that of a command as a whole. Its time holds the waits, and the
    /// loading of code and data that others had put out of the caches: its processor time became twice as much
    /// beside two busy loops.
    pub(crate) fn of_command_on_a_busy_machine(self, waited_pct: f64, is_busier: bool) -> Self {
        /// The part of the waiting by which processor time may become more.
        const TIMES: f64 = 4.0;
        /// The growth where only that the machine was busier is known, in per cent.
        const UNKNOWN_PCT: f64 = 25.0;
        let least = if is_busier { UNKNOWN_PCT } else { 0.0 };
        Self { machine: (TIMES * notable_waits(waited_pct)).max(least), ..self }
    }

    /// Returns the ends of the range in which a change measured as `pct` per cent may lie; `None` where nothing
    /// is in doubt.
    pub(crate) fn interval(self, pct: f64) -> Option<(f64, f64)> {
        let (low, high) = (self.recorder.max(0.0), self.recorder.min(0.0));
        let either_way = self.sampling + self.machine;
        let is_open = either_way > 0.0 || self.recorder.abs() >= LEAST_RECORDER_PCT;
        // Nothing becomes less than nothing.
        is_open.then_some(((pct - low - either_way).max(-100.0), pct - high + either_way))
    }

    /// Returns the part of a change of `pct` per cent that is the program's beyond doubt.
    pub(crate) fn certain_part(self, pct: f64) -> f64 {
        let Some((low, high)) = self.interval(pct) else { return pct };
        if pct > 0.0 { low.max(0.0) } else { high.min(0.0) }
    }

    /// Returns why a verdict is a milder one than a change of `pct` per cent calls for.
    pub(crate) fn grounds(self, pct: f64) -> impl Iterator<Item = Because> {
        let is_recorders = self.recorder * pct > 0.0 && self.recorder.abs() >= LEAST_RECORDER_PCT;
        let off_pct = self.sampling;
        let sampling = if self.is_sampled {
            Because::Sampling { off_pct }
        } else {
            Because::Recording { off_pct }
        };
        let grounds = [
            is_recorders.then_some(Because::Recorder { pct: self.recorder }),
            (off_pct > 0.0).then_some(sampling),
            (self.machine > 0.0).then_some(Because::BusyMachine { pct: self.machine }),
        ];
        grounds.into_iter().flatten()
    }
}

/// Returns by how much more threads waited on one side than on the other, in per cent; 0 where that is too
/// little to show anything.
fn notable_waits(waited_pct: f64) -> f64 {
    /// Less says nothing of the machine, in per cent.
    const LEAST_PCT: f64 = 1.0;
    Some(waited_pct.abs()).filter(|pct| *pct >= LEAST_PCT).unwrap_or(0.0)
}

/// Returns how long calls of a function take with their callees, as a multiple of what they take by themselves.
fn calls_by_self(function: &Function) -> f64 {
    float(function.total_ns) / float(function.self_ns.max(1))
}

/// Returns by how much calls of a function that waited more on one side may take longer, in per cent: to load
/// again what others put out of the caches. By the middle run of each side: what single runs waited is noise,
/// which the runs show.
fn of_interruptions_pct(pair: &Pair<'_>, metric: Metric) -> f64 {
    /// The part of a wait by which the time after it becomes longer: slices are of 3 ms and more, and
    /// 70 µs were seen.
    const PART: f64 = 0.15;
    let waited = |function: &Function| {
        let (waited_ns, ns) = match metric {
            Metric::SelfNs => (function.self_preempted_ns, function.self_ns),
            _ => (function.preempted_ns, function.total_ns),
        };
        float(waited_ns) / float(ns.max(1)) * 100.0
    };
    let middle = |runs: &[Option<&Function>]| {
        let all: Vec<f64> = runs.iter().flatten().map(|function| waited(function)).collect();
        robust::median(&all).unwrap_or(0.0)
    };
    PART * (middle(&pair.news) - middle(&pair.olds)).abs()
}

/// Returns how many nanoseconds of the value of `metric` recording took; none where they have been taken off.
fn recorder_part(function: &Function, metric: Metric) -> f64 {
    if function.is_corrected() {
        return 0.0;
    }
    let calls = float(function.measured_calls().max(1));
    match metric {
        Metric::SelfNs => float(function.self_overhead_ns) / calls,
        Metric::TotalNs => float(function.overhead_ns),
        _ => float(function.overhead_ns) / calls,
    }
}

fn sampling_pct(old: &Function, new: &Function, metric: Metric) -> f64 {
    let estimated = [old, new].map(|function| is_estimated(function, metric));
    let errors = [old, new].into_iter().zip(estimated).filter(|(_, is)| *is);
    let squares: f64 = errors.map(|(function, _)| error_pct(function).powi(2)).sum();
    let phases = if estimated.contains(&true) { PHASES_PCT } else { 0.0 };
    let phases = phases.max(of_callees_pct(old, new, metric));
    let corrections: f64 =
        [old, new].into_iter().map(|function| correction_pct(function, metric).powi(2)).sum();
    phases + (squares + corrections).sqrt()
}

/// Returns how far an estimated self time may be off, in per cent, since it is what calls take less what
/// callees do: the smaller a part of a call it is, the more.
fn of_callees_pct(old: &Function, new: &Function, metric: Metric) -> f64 {
    /// The part of the callees' time that is not known.
    const OF_CALLEES: f64 = 0.15;
    let pct = |function: &Function| {
        let callees = float(function.total_ns.saturating_sub(function.self_ns));
        let pct = OF_CALLEES * callees / float(function.self_ns.max(1)) * 100.0;
        if is_estimated(function, metric) { pct } else { 0.0 }
    };
    if metric == Metric::SelfNs { pct(old).max(pct(new)).min(MOST_PCT) } else { 0.0 }
}

/// Returns how far a value may be off because the time that recording took of it is not quite known.
fn correction_pct(function: &Function, metric: Metric) -> f64 {
    let (error, value) = match metric {
        // As it is known, see `times`.
        Metric::SelfNs => {
            (float(function.self_error_ns), function.self_ns.max(function.self_error_ns))
        }
        _ => (float(function.overhead_ns) * OF_OVERHEAD, function.total_ns),
    };
    let pct = STANDARD_ERRORS * error / float(value) * 100.0;
    let is_worth_mentioning = function.is_corrected() && pct >= LEAST_RECORDER_PCT;
    if !is_worth_mentioning {
        0.0
    } else if pct.is_finite() {
        pct
    } else {
        100.0
    }
}

/// Returns the change of the value of `metric`, in nanoseconds, that steps of the clock and the unknown part of
/// the cost of recording may feign: a step on each side, or three standard errors. A call within another one of
/// the same function counts in both, and so does what recording it took. Where the machine was much busier,
/// recording may take half as much more, or less.
pub(crate) fn left_open_ns([old, new]: [&Function; 2], metric: Metric, busier: Busier) -> f64 {
    const ERRORS: f64 = 3.0;
    const TIMES_BUSIER: f64 = 5.0;
    if !old.is_corrected() && !new.is_corrected() {
        return 0.0;
    }
    let errors = if busier == Busier::Much { ERRORS * TIMES_BUSIER } else { ERRORS };
    let both = |value: &dyn Fn(&Function) -> f64| value(old).hypot(value(new));
    let a_call = |ns: u64, function: &Function| float(ns) / float(function.measured_calls().max(1));
    let steps_ns = 2.0 * float(old.resolution_ns.max(new.resolution_ns));
    match metric {
        Metric::SelfNs => errors * both(&|it| a_call(it.self_error_ns, it)),
        Metric::MeanNs => {
            let of_recorder =
                both(&|it| times_counted(it) * OF_OVERHEAD * a_call(it.overhead_ns, it));
            let is_sampled = old.sampled || new.sampled;
            (errors * of_recorder).max(if is_sampled { steps_ns } else { 0.0 })
        }
        Metric::TotalNs => errors * both(&|it| OF_OVERHEAD * float(it.overhead_ns)),
        _ => steps_ns,
    }
}

/// Returns the mean number of calls of a function that a moment counts in: more than one where it calls itself.
fn times_counted(function: &Function) -> f64 {
    let of_calls = function.mean_ns.map(|mean| mean * float(function.calls));
    let times = of_calls.map_or(1.0, |ns| ns / float(function.total_ns.max(1)));
    if times.is_finite() { times.max(1.0) } else { 1.0 }
}

/// Returns how far a mean of the timed calls may be from that of all of them, by chance.
fn error_pct(function: &Function) -> f64 {
    let known = function.mean_ns.zip(function.stddev_ns).filter(|_| function.sampled);
    let timed = float(function.timed_calls().max(1));
    let pct = known
        .map_or(0.0, |(mean, deviation)| STANDARD_ERRORS * deviation / mean / timed.sqrt() * 100.0);
    if pct.is_finite() { pct.max(0.0) } else { 100.0 }
}

#[cfg(test)]
mod tests;
