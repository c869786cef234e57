//! Figures that are not exact: their marks, and the lines about them below a table.

use std::cmp::Reverse;

use super::fit;
use crate::model::{Breaker, Function, RunDocument, TreeNode};
use crate::stats::number::{float, share_pct};
use crate::text::{sanitize, units};

/// Functions that are named, of those that were sampled and of those that were counted.
const NAMED: usize = 5;

/// Share of a function's self time from which the recorder's part is shown, in per cent.
pub(crate) const NOTABLE_PCT: f64 = 5.0;

/// The reliability of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    /// To the nanosecond.
    Exact,
    /// Estimated from some of the calls.
    Estimated,
    /// Without calls that were counted and not timed.
    AtLeast,
    /// Less than the clock can tell.
    AtMost,
}

impl Mark {
    /// Returns the mark for the durations of a function's calls.
    pub(crate) fn of_calls(function: &Function) -> Self {
        if function.has_estimated_times() { Self::Estimated } else { Self::Exact }
    }

    /// Returns the mark for a percentile of them.
    pub(crate) fn of_percentiles(function: &Function) -> Self {
        if function.lost_durations > 0 { Self::Estimated } else { Self::of_calls(function) }
    }

    /// Returns the mark for a function's total time.
    pub(crate) fn of_total(function: &Function) -> Self {
        let is_part = function.unmeasured_calls > 0 || function.unmeasured_polls() > 0;
        if is_part { Self::AtLeast } else { Self::of_calls(function) }
    }

    /// Returns the mark for a function's self time.
    pub(crate) fn of_self(function: &Function) -> Self {
        match Self::of_total(function) {
            Self::Exact if function.self_estimated => Self::Estimated,
            mark => mark,
        }
    }

    /// Returns the marks for the total and the self time of some contexts together.
    pub(crate) fn of_nodes<'a>(nodes: impl Iterator<Item = &'a TreeNode>) -> [Self; 2] {
        let mark = |is| if is { Self::Estimated } else { Self::Exact };
        nodes.fold([Self::Exact; 2], |[total, own], node| {
            [total.max(mark(node.sampled)), own.max(mark(node.self_estimated))]
        })
    }

    /// Returns the sign before the figure.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Exact => "",
            Self::Estimated => "~",
            Self::AtLeast => "≥",
            Self::AtMost => "≤",
        }
    }

    /// Returns a duration in nanoseconds, marked.
    pub(crate) fn duration(self, ns: f64) -> String {
        format!("{}{}", self.sign(), units::duration(ns))
    }
}

/// Returns the mean time of a call.
pub(crate) fn mean(function: &Function) -> Option<(Mark, f64)> {
    function.mean_ns.map(|ns| (Mark::of_calls(function), ns))
}

/// Returns the duration of a single call: itself, or the step of the clock where it is shorter than
/// that.
pub(crate) fn single(function: &Function, ns: Option<u64>) -> Option<(Mark, f64)> {
    let step = function.resolution_ns;
    let of = |ns: u64| {
        if ns < step {
            (Mark::AtMost, float(step))
        } else {
            (Mark::of_percentiles(function), float(ns))
        }
    };
    ns.map(of)
}

/// Returns whether total and self time hold none of the function's calls, or of their polls.
pub(crate) fn is_unmeasured(function: &Function) -> bool {
    match &function.futures {
        Some(futures) if futures.polls > 0 => futures.unmeasured_polls >= futures.polls,
        _ => function.calls > 0 && function.measured_calls() == 0,
    }
}

/// Returns whether the recorder's part of a function's self time should be shown.
pub(crate) fn is_notable(function: &Function) -> bool {
    function.recorder_pct() > NOTABLE_PCT
}

/// Returns a share of the self time of a run in per cent, marked.
pub(crate) fn share(function: &Function, pct: f64) -> String {
    let mark = Mark::of_self(function).sign();
    if is_unmeasured(function) { "–".to_owned() } else { format!("{mark}{pct:.1}") }
}

/// Returns the lines about times that stand in no function.
pub(crate) fn beside(run: &RunDocument) -> impl Iterator<Item = String> {
    overhead(run).into_iter().chain(preempted(run))
}

/// Returns the time that threads waited for a processor, where that is much.
fn preempted(run: &RunDocument) -> Option<String> {
    /// Share of all time, in per cent, that is worth a line.
    const NOTABLE_PCT: f64 = 1.0;
    let (waited, share) = (run.preempted_ns(), run.preempted_pct());
    (share >= NOTABLE_PCT).then(|| {
        format!(
            "the machine was busy: threads waited {} for a processor, {} of the time that passed in \
             tracked functions; these waits are in no time above",
            units::duration(float(waited)),
            units::percent(share)
        )
    })
}

/// Returns the time that recording took in all.
fn overhead(run: &RunDocument) -> Option<String> {
    let ns = run.recording.overhead_ns.filter(|ns| *ns > 0)?;
    let took = Mark::Estimated.duration(float(ns));
    let share = run.process.own_usage().cpu_ns().map(|cpu| share_pct(ns, cpu));
    let share = share.filter(|share| *share > 0.0).map_or_else(String::new, |share| {
        format!(", {} of the processor time", units::percent(share))
    });
    Some(format!("recording took {took}{share}{}", in_self_times(run)))
}

/// Names the functions whose self time is the recorder's in good part.
fn in_self_times(run: &RunDocument) -> String {
    let mut notable: Vec<_> = run.functions.iter().filter(|f| is_notable(f)).collect();
    notable.sort_by_key(|function| Reverse(function.self_overhead_ns));
    let named = notable.iter().take(2).map(|function| {
        let name = fit::name(&function.name, 60);
        format!("~{:.0} % of the self time of {name}", function.recorder_pct())
    });
    let more = notable.len().checked_sub(2).filter(|more| *more > 0);
    let more = more.map(|more| format!("over {NOTABLE_PCT:.0} % of that of {more} more"));
    let parts: Vec<_> = named.chain(more).collect();
    if parts.is_empty() { String::new() } else { format!("; {}", parts.join(", ")) }
}

/// Names functions that take less time than their recording, and what to do about it: a line each.
fn advice(run: &RunDocument) -> Vec<String> {
    /// Functions that are named.
    const NAMED: usize = 2;
    let all = run.recording.overhead_ns.unwrap_or(0);
    let is_worth_it = |function: &&Function| {
        function.sampled
            && function.is_corrected()
            && function.self_overhead_ns > function.self_ns
            // A tenth of what recording took at least.
            && function.self_overhead_ns.saturating_mul(10) >= all
    };
    let mut found: Vec<_> = run.functions.iter().filter(is_worth_it).collect();
    found.sort_by_key(|function| Reverse(function.self_overhead_ns));
    let line = |function: &&Function| {
        let calls = units::plural(function.calls, "call");
        let mean = units::duration(function.mean_ns.unwrap_or(0.0));
        let times = float(function.self_overhead_ns) / float(function.self_ns.max(1));
        let name = fit::name(&function.name, 60);
        format!(
            "{name}: {calls} of ~{mean}, and recording takes {times:.1} × what they do themselves: \
             leave the attribute off it, or skip it"
        )
    };
    found.iter().take(NAMED).map(line).collect()
}

/// Returns a line for each figure that was not recorded exactly.
pub(crate) fn lines(run: &RunDocument) -> Vec<String> {
    let mut lines = steps(run);
    lines.extend(advice(run));
    let sampled = of(run, |function| function.sampled_ns);
    let counted = of(run, |function| function.counted_ns.max(in_no_time(function).0));
    let is_marked = |f: &&Function| Mark::of_self(f) != Mark::Exact || f.sampled;
    if run.functions.iter().any(|f| is_marked(&f)) {
        lines.push(
            "~ marks estimates: times of functions that were sampled, and self times of their \
             callers"
                .to_owned(),
        );
    }
    lines.extend(sampled.iter().take(NAMED).map(|function| sampled_line(function)));
    lines.extend(more(sampled.len(), "sampled"));
    lines.extend(counted.iter().take(NAMED).map(|function| counted_line(function)));
    lines.extend(more(counted.len(), "only counted for a time"));
    lines
}

/// Returns the functions of which `value` is not zero, largest first.
fn of(run: &RunDocument, value: impl Fn(&Function) -> u64) -> Vec<&Function> {
    let mut found: Vec<_> = run.functions.iter().filter(|function| value(function) > 0).collect();
    found.sort_by(|a, b| (value(b), &a.name).cmp(&(value(a), &b.name)));
    found
}

fn more(count: usize, what: &str) -> Option<String> {
    let more = count.checked_sub(NAMED).filter(|more| *more > 0)? as u64;
    let verb = if more == 1 { "was" } else { "were" };
    Some(format!("… {} {verb} {what}", units::plural(more, "more function")))
}

fn sampled_line(function: &Function) -> String {
    let name = fit::name(&function.name, 60);
    let times = of_active(function, function.sampled_ns);
    let interval = units::count(function.largest_interval.into());
    let up_to = if function.counted_ns > 0 { "up to " } else { "" };
    format!("sampled {up_to}1:{interval} for {times}: {name}")
}

fn counted_line(function: &Function) -> String {
    let name = fit::name(&function.name, 60);
    let (count, one) = in_no_time(function);
    let calls = units::plural(count, one);
    let times = of_active(function, function.counted_ns);
    format!("counted only for {times}, {calls} in no time (≥): {name}")
}

/// Counts the calls that are in no time, or the polls, on which total and self time rest.
fn in_no_time(function: &Function) -> (u64, &'static str) {
    match function.unmeasured_polls() {
        0 => (function.unmeasured_calls, "call"),
        polls => (polls, "poll"),
    }
}

/// Returns a part of the time since the first call.
fn of_active(function: &Function, ns: u64) -> String {
    let [part, all] = [ns, function.active_ns].map(|ns| units::duration(float(ns)));
    format!("{part} of {all}")
}

/// Returns the steps that the breaker took for the recorder as a whole.
fn steps(run: &RunDocument) -> Vec<String> {
    let whole: Vec<_> =
        run.recording.breaker.iter().filter(|step| step.function.is_none()).collect();
    let mut lines: Vec<_> = whole.iter().take(NAMED).map(|step| step_line(step)).collect();
    if whole.len() > NAMED {
        let more = units::plural((whole.len() - NAMED) as u64, "more step");
        lines.push(format!("… {more} of the recorder's breaker"));
    }
    lines
}

fn step_line(step: &Breaker) -> String {
    let (state, reason) = (sanitize::screen(&step.state), sanitize::screen(&step.reason));
    let lasted = match step.duration_ns {
        0 => String::new(),
        ns => format!(" for {}", units::duration(float(ns))),
    };
    format!("the recorder was {state}{lasted}: {reason}")
}
