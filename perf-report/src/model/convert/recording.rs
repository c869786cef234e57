//! The [`Recording`] of a run, from the snapshot of its processes. Pure.

use std::cmp::Reverse;
use std::collections::HashMap;

use perf_runtime::segment::{OTHER_NAMES, OVERFLOW_NAME};
use perf_runtime::snapshot::{Losses, Measures, Reading, Snapshot, Transition};

use crate::model::{Breaker, Recording};
use crate::text::units;

/// Steps of the breaker that a document holds: a run may be of thousands of processes.
const MOST_STEPS: usize = 256;

/// Returns the account of how `snapshot` was recorded. `problems` are those of collecting it.
pub(super) fn recording(snapshot: &Snapshot, mut problems: Vec<String>) -> Recording {
    let losses = &snapshot.losses;
    problems.extend(in_words(losses));
    problems.extend(names_left_out(snapshot));
    problems.extend(contexts_left_out(snapshot));
    let (breaker, left_out) = steps(snapshot);
    let overhead = snapshot.processes.iter().map(|process| process.overhead_ns);
    Recording {
        mode: mode(snapshot).to_owned(),
        lost_calls: losses.lost_calls,
        discarded: Vec::new(),
        lost_metrics: losses.lost_metrics,
        overhead_ns: overhead.reduce(u64::saturating_add),
        breaker,
        forgotten_steps: losses.forgotten_transitions.saturating_add(left_out),
        problems,
    }
}

fn mode(snapshot: &Snapshot) -> &'static str {
    let any =
        |is: fn(&Measures) -> bool| snapshot.contexts.iter().any(|context| is(&context.measures));
    match () {
        () if snapshot.processes.is_empty() => "none",
        () if any(|it| it.unmeasured > 0 || it.polls.unmeasured > 0) => "counted",
        () if any(Measures::is_estimated) => "sampled",
        () => "exact",
    }
}

/// Returns a sentence about the calls and counts that no name was left for.
fn names_left_out(snapshot: &Snapshot) -> Option<String> {
    let is_of_others =
        |at: usize| snapshot.functions.get(at).is_some_and(|it| it.name == OTHER_NAMES);
    let of_others = snapshot.contexts.iter().filter(|context| is_of_others(context.function));
    let calls = of_others.fold(0_u64, |sum, it| sum.saturating_add(it.measures.calls));
    let has_count = snapshot
        .metrics
        .iter()
        .any(|metric| metric.name == OTHER_NAMES && !matches!(metric.reading, Reading::Count(0)));
    let of_calls = (calls > 0).then(|| units::they_are(calls, "call"));
    let of_count = has_count.then(|| "what was added to further counts is".to_owned());
    let what: Vec<String> = of_calls.into_iter().chain(of_count).collect();
    (!what.is_empty()).then(|| {
        format!(
            "more names were made at run time than there is room for: {} in {OTHER_NAMES}; \
             use fewer names, or raise PERF_TRACK_MEMORY",
            what.join(" and ")
        )
    })
}

/// Returns a sentence about the calls that no context was left for.
fn contexts_left_out(snapshot: &Snapshot) -> Option<String> {
    let overflow = snapshot.functions.iter().position(|it| it.name == OVERFLOW_NAME)?;
    let function_of = |at: usize| snapshot.contexts.get(at).map(|context| context.function);
    let below = snapshot
        .contexts
        .iter()
        .filter(|context| context.parent.and_then(function_of) == Some(overflow));
    let calls = below.fold(0_u64, |sum, it| sum.saturating_add(it.measures.calls));
    (calls > 0).then(|| {
        format!(
            "{} in contexts for which there was no memory: counted for their functions, whose totals \
             lack what those calls called; below {OVERFLOW_NAME} in the tree; raise PERF_TRACK_MEMORY",
            units::they_are(calls, "call")
        )
    })
}

fn in_words(losses: &Losses) -> Vec<String> {
    let mut problems = Vec::new();
    if losses.uncounted_durations > 0 {
        problems.push(format!(
            "{} counted but missing from the percentiles, for want of space",
            units::they_are(losses.uncounted_durations, "call")
        ));
    }
    if losses.clock_anomalies > 0 {
        problems.push(format!(
            "the clock ran backwards {}; those calls count as 0 ns",
            units::plural(losses.clock_anomalies, "time")
        ));
    }
    if losses.lost_allocs > 0 {
        problems.push(format!(
            "{} not counted, for want of space",
            units::they_are(losses.lost_allocs, "change of the memory in use")
        ));
    }
    problems
}

/// Returns the steps of all breakers by process and time, and the number of steps left out. Where
/// there are more than [`MOST_STEPS`], those of whole recorders stay, and those that lasted
/// longest.
fn steps(snapshot: &Snapshot) -> (Vec<Breaker>, u64) {
    let mut end_of: HashMap<u32, u64> = HashMap::new();
    for process in &snapshot.processes {
        let end = end_of.entry(process.pid).or_default();
        *end = process.recorded_ns.max(*end);
    }
    // From the last to the first, so that the next step of each is known.
    let mut next: HashMap<(u32, Option<&str>), u64> = HashMap::new();
    let mut steps: Vec<Breaker> = Vec::with_capacity(snapshot.transitions.len());
    for transition in snapshot.transitions.iter().rev() {
        let of = (transition.pid, transition.function.as_deref());
        let known_end = end_of.get(&transition.pid).copied().unwrap_or_default();
        let end = next.insert(of, transition.at_ns).unwrap_or(known_end);
        steps.push(step(transition, end));
    }
    steps.sort_by_key(|step| (step.function.is_some(), Reverse(step.duration_ns)));
    let left_out = steps.len().saturating_sub(MOST_STEPS);
    steps.truncate(MOST_STEPS);
    steps.sort_by(|a, b| (a.pid, a.at_ns, &a.function).cmp(&(b.pid, b.at_ns, &b.function)));
    (steps, left_out as u64)
}

fn step(transition: &Transition, end_ns: u64) -> Breaker {
    Breaker {
        state: transition.to.clone(),
        reason: transition.reason.name().to_owned(),
        duration_ns: end_ns.saturating_sub(transition.at_ns),
        function: transition.function.clone(),
        from: transition.from.clone(),
        pid: transition.pid,
        at_ns: transition.at_ns,
        interval: transition.interval,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use perf_runtime::snapshot::{Context, Function, Polls, Process, Reason};

    fn process(pid: u32, recorded_ns: u64) -> Process {
        Process { pid, recorded_ns, overhead_ns: 5, ..Process::default() }
    }

    fn to(to: &str, function: Option<&str>, pid: u32, at_ns: u64) -> Transition {
        Transition {
            at_ns,
            pid,
            function: function.map(str::to_owned),
            to: to.to_owned(),
            reason: Reason::Overhead,
            ..Transition::default()
        }
    }

    #[test]
    fn a_step_lasts_until_the_next_of_its_function_or_to_the_end() {
        let snapshot = Snapshot {
            processes: vec![process(1, 100), process(2, 50)],
            transitions: vec![
                to("sampled", Some("f"), 1, 10),
                to("open", None, 1, 20),
                to("sampled", Some("f"), 2, 30),
                to("exact", Some("f"), 1, 40),
            ],
            ..Snapshot::default()
        };
        let recording = recording(&snapshot, Vec::new());
        let lasted: Vec<_> = recording
            .breaker
            .iter()
            .map(|step| (step.pid, step.at_ns, step.state.as_str(), step.duration_ns))
            .collect();
        let expected = [
            (1, 10, "sampled", 30),
            (1, 20, "open", 80),
            (1, 40, "exact", 60),
            (2, 30, "sampled", 20),
        ];
        assert_eq!(lasted, expected);
        assert_eq!((recording.overhead_ns, recording.forgotten_steps), (Some(10), 0));
    }

    #[test]
    fn of_many_steps_the_longest_are_kept() {
        let of_process = |pid: u32| [to("sampled", Some("f"), pid, 0), to("open", None, pid, 99)];
        let pids = 1..=u32::try_from(MOST_STEPS).unwrap();
        let snapshot = Snapshot {
            processes: pids.clone().map(|pid| process(pid, 100)).collect(),
            transitions: pids.flat_map(of_process).collect(),
            losses: Losses { forgotten_transitions: 7, ..Losses::default() },
            ..Snapshot::default()
        };
        let recording = recording(&snapshot, Vec::new());
        assert_eq!(recording.breaker.len(), MOST_STEPS);
        assert!(recording.breaker.iter().all(|step| step.function.is_none()));
        assert_eq!(recording.forgotten_steps, 7 + MOST_STEPS as u64);
    }

    #[test]
    fn the_mode_is_that_of_the_least_exact_function() {
        let mode_of = |all: &[Measures]| {
            let context =
                |measures: &Measures| Context { measures: measures.clone(), ..Context::default() };
            let contexts = all.iter().map(context).collect();
            recording(
                &Snapshot { contexts, processes: vec![process(1, 1)], ..Snapshot::default() },
                Vec::new(),
            )
            .mode
        };
        let exact = Measures { calls: 9, timed: 9, ..Measures::default() };
        let sampled = Measures { timed: 3, ..exact.clone() };
        let counted = Measures { unmeasured: 2, ..sampled.clone() };
        assert_eq!(mode_of(std::slice::from_ref(&exact)), "exact");
        assert_eq!(mode_of(&[exact.clone(), sampled.clone()]), "sampled");
        let polled = |timed, unmeasured| {
            let polls = Polls { count: 9, timed, unmeasured, ..Polls::default() };
            mode_of(&[Measures { polls, ..exact.clone() }])
        };
        let modes = [polled(9, 0), polled(4, 0), polled(4, 2)];
        assert_eq!(modes, ["exact", "sampled", "counted"], "times rest on polls, too");
        assert_eq!(mode_of(&[counted, sampled, exact]), "counted");
        assert_eq!(recording(&Snapshot::default(), Vec::new()).mode, "none");
    }

    #[test]
    fn losses_are_described_in_words() {
        let losses = Losses {
            lost_calls: 3,
            uncounted_durations: 2,
            clock_anomalies: 1,
            lost_metrics: 4,
            lost_allocs: 5,
            ..Losses::default()
        };
        let recording = recording(&Snapshot { losses, ..Snapshot::default() }, Vec::new());
        assert_eq!((recording.mode.as_str(), recording.lost_calls), ("none", 3));
        assert_eq!((recording.problems.len(), recording.lost_metrics), (3, 4));
    }

    #[test]
    fn names_that_were_too_many_are_described_in_words() {
        let others = Function { name: OTHER_NAMES.to_owned(), ..Function::default() };
        let measures = Measures { calls: 7, ..Measures::default() };
        let context = Context { function: 0, measures, ..Context::default() };
        let snapshot = Snapshot {
            functions: vec![others],
            contexts: vec![context.clone(), context],
            ..Snapshot::default()
        };
        let problems = recording(&snapshot, Vec::new()).problems;
        assert_eq!(
            problems,
            ["more names were made at run time than there is room for: 14 calls are in \
              (other names); use fewer names, or raise PERF_TRACK_MEMORY"]
        );
    }

    #[test]
    fn calls_without_their_context_are_described_in_words() {
        let named = |name: &str| Function { name: name.to_owned(), ..Function::default() };
        let of = |function, parent, calls| {
            let measures = Measures { calls, ..Measures::default() };
            Context { function, parent, measures }
        };
        let contexts = vec![of(1, None, 0), of(0, Some(0), 9), of(0, None, 3)];
        let functions = vec![named("leaf"), named(OVERFLOW_NAME)];
        let snapshot = Snapshot { functions, contexts, ..Snapshot::default() };
        let problems = recording(&snapshot, Vec::new()).problems;
        assert_eq!(problems.len(), 1);
        assert!(problems[0].starts_with("9 calls are in contexts"), "{problems:?}");
    }
}
