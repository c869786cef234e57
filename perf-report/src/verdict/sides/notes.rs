//! Notes on the two runs, for readers before they believe a comparison.

use super::comparable::{self, Difference};
use super::functions::{Measured, Pair};
use super::runs::{self, Sides};
use crate::model::{Change, Function, Metric, RunDocument, Verdict};
use crate::stats::number::float;
use crate::text::units;

/// Returns notes on the sides, of which `newest` has the newest runs: on these, and on sides that were not made
/// alike.
pub(crate) fn of_two(
    sides: Sides<'_>,
    newest: [&RunDocument; 2],
    differences: &[Difference],
) -> Vec<String> {
    let mut notes = notes(newest[0], newest[1], differences, sides.paired);
    let judged = if sides.current.len() == 1 { "this run" } else { "what was judged" };
    for (which, runs) in [("the baseline", sides.baseline), (judged, sides.current)] {
        notes.extend(comparable::mixed(which, runs));
        notes.extend(unsteady(which, runs));
    }
    notes
}

/// Returns notes on both runs, and on what differs between them. Runs that were made in turn are of different
/// commands on purpose.
fn notes(
    baseline: &RunDocument,
    current: &RunDocument,
    differences: &[Difference],
    in_turn: bool,
) -> Vec<String> {
    let mut notes = Vec::new();
    if !differences.is_empty() {
        let all: Vec<_> = differences.iter().map(ToString::to_string).collect();
        notes.push(format!("times are advisory, for the runs differ: {}", all.join("; ")));
    }
    notes.extend(about_both(baseline, current));
    let counted = |run: &RunDocument| run.functions.iter().any(|it| it.self_allocs.is_some());
    if counted(baseline) != counted(current) {
        let which = if counted(baseline) { "the baseline" } else { "this run" };
        notes.push(format!("allocations were counted in {which} only, and are not compared"));
    }
    let knows = |run: &RunDocument| run.process.recorded.is_some();
    if knows(baseline) != knows(current) {
        let which = if knows(baseline) { "the baseline" } else { "this run" };
        notes.push(format!(
            "wall time, processor time and memory are those of whole commands: only {which} knows what \
             the processes that recorded used"
        ));
    }
    if baseline.subject() != current.subject() && !in_turn {
        notes.push("the two runs are of different commands".to_owned());
    }
    notes
}

/// Returns notes on benchmarks that nobody asked for on one of the sides, and on those that were not measured for as
/// long on both.
pub(crate) fn of_benchmarks(measured: &Measured<'_>, sides: Sides<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let [old, new] = measured.left_out.each_ref().map(Vec::len);
    if old > 0 {
        let benchmarks = units::plural(old as u64, "benchmark");
        let verb = if old == 1 { "was" } else { "were" };
        notes.push(format!("{benchmarks} of the baseline {verb} not asked for, and not judged"));
    }
    if new > 0 {
        let benchmarks = units::plural(new as u64, "benchmark");
        let verb = if new == 1 { "is" } else { "are" };
        notes.push(format!(
            "{benchmarks} {verb} judged by nothing: nobody asked for them when the baseline was made"
        ));
    }
    if let Some(first) = measured.at_other_rates.first() {
        let benchmarks = units::plural(measured.at_other_rates.len() as u64, "benchmark");
        notes.push(format!(
            "{benchmarks} not judged, for operations began at another rate than in the baseline: {}",
            first.name
        ));
    }
    let quick = |runs: &[RunDocument]| runs.iter().any(RunDocument::is_quick);
    let (is_before, is_now) = (quick(sides.baseline), quick(sides.current));
    if is_before == is_now {
        notes.extend(of_other_times(measured));
    } else {
        let which = if is_before { "the baseline" } else { "this run" };
        notes.push(format!(
            "{which} was measured with --quick, for a tenth of the time, and the other side was not: \
             measure both alike to believe small changes"
        ));
    }
    notes
}

/// Returns a note on benchmarks that were measured for much longer on one side than on the other.
fn of_other_times(measured: &Measured<'_>) -> Option<String> {
    /// The factor between the times that is worth a word: precision ends a measurement early, too.
    const MUCH: f64 = 20.0;
    let time = |function: &Function| Some(function.total_ns).filter(|ns| *ns > 0).map(float);
    let times = |pair: &Pair<'_>| {
        let is_ours = pair.old.harness().is_some() && pair.new.harness().is_some();
        let (old, new) = time(pair.old).zip(time(pair.new)).filter(|_| is_ours)?;
        (old / new >= MUCH || new / old >= MUCH).then_some([old, new])
    };
    let mut found = measured.both.iter().filter(|pair| times(pair).is_some());
    let first = found.next()?;
    let [old, new] = times(first)?.map(units::duration);
    let more = found.count() as u64;
    let others = match more {
        0 => String::new(),
        _ => format!(" (and {})", units::plural(more, "other")),
    };
    let name = &first.new.name;
    Some(format!(
        "{name} was measured for {old} in the baseline and for {new} now{others}: other settings may \
         show other times"
    ))
}

/// Returns what helps where one run of benchmarks is held against one, and that leaves any of them open.
pub(crate) fn more_runs(
    measured: &Measured<'_>,
    sides: Sides<'_>,
    rows: &[Change],
) -> Option<String> {
    let is_one = sides.baseline.len() == 1 && sides.current.len() == 1 && sides.history.is_empty();
    let is_measured = |name: &str| measured.both.iter().any(|pair| pair.new.name == name);
    let is_open =
        |row: &Change| row.verdict == Verdict::Inconclusive && row.metric == Metric::MeanNs;
    let mut open = rows.iter().filter(|row| is_open(row));
    let is_ours = measured.both.iter().any(|pair| pair.new.harness().is_some());
    // Programs of other harnesses are no business of `bench`.
    let command = if is_ours {
        "perf-report bench --processes 5"
    } else {
        "perf-report run --repeat 5 -- cargo bench"
    };
    (is_one && open.any(|row| is_measured(&row.name))).then(|| {
        format!(
            "one run of benchmarks against one shows large changes only, since the samples of a run say \
             nothing of the next one: `{command}` makes five, and so does importing five"
        )
    })
}

/// Returns a note on a machine that was not steady while some of the runs were made.
pub(crate) fn unsteady(which: &str, runs: &[RunDocument]) -> Option<String> {
    let (count, how) = runs::unsteady(runs)?;
    Some(match runs.len() {
        1 => format!("during {which}, {how}"),
        of => format!("during {count} of the {of} runs of {which}, {how}"),
    })
}

/// Returns notes on two runs, and once what is to be said of both.
fn about_both(baseline: &RunDocument, current: &RunDocument) -> Vec<String> {
    let [of_one, of_other] = [baseline, current].map(|run| about("both runs", run));
    let own = |which, run, alike: &[String], others: &[String]| {
        let all = about(which, run).into_iter().zip(alike);
        let own = all.filter(|(_, alike)| !others.contains(alike));
        own.map(|(note, _)| note).collect::<Vec<_>>()
    };
    let mut notes: Vec<String> =
        of_one.iter().filter(|note| of_other.contains(note)).cloned().collect();
    notes.extend(own("the baseline", baseline, &of_one, &of_other));
    notes.extend(own("this run", current, &of_other, &of_one));
    notes
}

/// Returns notes on one run.
pub(crate) fn about(which: &str, run: &RunDocument) -> Vec<String> {
    let mut notes = Vec::new();
    let sampled = run.functions.iter().filter(|function| function.sampled).count();
    if sampled > 0 {
        let functions = units::plural(sampled as u64, "function");
        notes.push(format!(
            "in {which}, the times of {functions} are estimates (~), since not all calls were timed"
        ));
    }
    if run.recording.lost_calls > 0 {
        let calls = units::plural(run.recording.lost_calls, "call");
        notes.push(format!("in {which}, {calls} could not be recorded: counts are too low"));
    }
    if run.recording.lost_metrics > 0 {
        let updates = units::plural(run.recording.lost_metrics, "update");
        notes.push(format!("in {which}, {updates} of metrics could not be recorded"));
    }
    if run.process.damaged > 0 {
        let segments = units::plural(run.process.damaged, "segment");
        notes.push(format!("in {which}, {segments} could not be read: counts are too low"));
    }
    let badly = run.functions.iter().filter(|it| it.outcome().is_some() && it.is_failure()).count();
    if badly > 0 {
        // The code is that of cargo then, and says less.
        let benchmarks = units::plural(badly as u64, "benchmark");
        notes.push(format!("in {which}, {benchmarks} ended badly"));
    } else if let Some(signal) = run.run.signal {
        notes.push(format!("in {which}, the command was ended by signal {signal}"));
    } else if let Some(code) = run.run.exit_code.filter(|code| *code != 0) {
        notes.push(format!("in {which}, the command failed with exit code {code}"));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BenchOutcome, FunctionKind, Harness, LeftOut, samples};
    use crate::verdict::{Limits, compare};

    #[test]
    fn what_is_so_in_both_runs_is_said_once_and_a_bad_end_in_the_place_of_the_code_of_cargo() {
        let mut failed = samples::typical();
        failed.run.exit_code = Some(101);
        failed.recording.lost_calls = 2;
        let mut other = failed.clone();
        other.recording.lost_calls = 3;
        let harness = Harness { outcome: BenchOutcome::Panicked, ..Harness::default() };
        let mut badly = failed.clone();
        badly.functions.push(samples::benchmark("", harness));
        let all = |old, new| notes(old, new, &[], false).join("\n");
        insta::assert_snapshot!(all(&failed, &other), @r"
        in both runs, the command failed with exit code 101
        in the baseline, 2 calls could not be recorded: counts are too low
        in this run, 3 calls could not be recorded: counts are too low
        ");
        insta::assert_snapshot!(all(&failed, &badly), @r"
        in both runs, 2 calls could not be recorded: counts are too low
        in the baseline, the command failed with exit code 101
        in this run, 1 benchmark ended badly
        ");
    }

    /// Returns a run of these benchmarks, and of those that nobody asked for.
    fn measuring(command: &str, names: &[&str], left_out: &[&str]) -> RunDocument {
        let mut run = samples::empty();
        run.run.command = command.split(' ').map(str::to_owned).collect();
        run.functions = names.iter().map(|name| benchmark(name, false)).collect();
        let left_out =
            left_out.iter().map(|name| LeftOut { name: (*name).to_owned(), ignored: false });
        run.run.left_out = left_out.collect();
        run
    }

    fn benchmark(name: &str, quick: bool) -> Function {
        let harness = Harness { benchmark: name.to_owned(), quick, ..Harness::default() };
        Function {
            mean_ns: Some(100.0),
            total_ns: 1_000_000_000,
            ..samples::benchmark(name, harness)
        }
    }

    #[test]
    fn what_nobody_asked_for_is_neither_gone_nor_new() {
        let whole = measuring("cargo bench", &["p::a", "p::b", "q::c"], &[]);
        let part = measuring("cargo bench -p p -- a", &["p::a"], &["p::b"]);
        let one_sided = |old: &RunDocument, new: &RunDocument| {
            let comparison = compare(old, new, &Limits::default());
            let is_it = |row: &&Change| matches!(row.verdict, Verdict::Added | Verdict::Removed);
            let rows = comparison.functions.iter().filter(is_it).map(|row| row.name.clone());
            (rows.collect::<Vec<_>>(), comparison.notes)
        };
        let (rows, notes) = one_sided(&whole, &part);
        assert_eq!(rows, [""; 0]);
        let note = "2 benchmarks of the baseline were not asked for, and not judged";
        assert!(notes.iter().any(|it| it == note), "{notes:?}");
        let (rows, notes) = one_sided(&part, &whole);
        assert_eq!(rows, [""; 0]);
        assert!(
            notes.iter().any(|it| it.starts_with("2 benchmarks are judged by nothing")),
            "{notes:?}"
        );
        // All were asked for: what is not there is gone.
        let less = measuring("cargo bench", &["p::a"], &["p::b"]);
        assert_eq!(one_sided(&whole, &less).0, ["q::c"]);
    }

    #[test]
    fn other_settings_are_said() {
        let notes = |old: &RunDocument, new: &RunDocument| {
            let notes = compare(old, new, &Limits::default()).notes;
            notes.into_iter().filter(|it| it.contains("measured")).collect::<Vec<_>>()
        };
        let full = measuring("cargo bench", &["p::a"], &[]);
        let mut quick = full.clone();
        quick.functions = vec![benchmark("p::a", true)];
        assert!(notes(&quick, &full)[0].starts_with("the baseline was measured with --quick"));
        assert!(notes(&full, &quick)[0].starts_with("this run was measured with --quick"));
        assert_eq!(notes(&quick, &quick), [""; 0]);
        let mut busy = full.clone();
        let harness = |run: &mut RunDocument| {
            let benchmark = run.functions[0].benchmark.as_mut().unwrap();
            benchmark.harness.as_mut().unwrap().rate_per_s = Some(500.0);
        };
        harness(&mut busy);
        let compared = compare(&full, &busy, &Limits::default());
        assert!(
            compared.functions.is_empty() && compared.notes.iter().any(|it| it.contains("rate"))
        );
        let mut short = full.clone();
        short.functions[0].total_ns /= 50;
        let said = "p::a was measured for 1.00 s in the baseline and for 20.0 ms now";
        assert!(notes(&full, &short)[0].starts_with(said), "{:?}", notes(&full, &short));
    }

    #[test]
    fn what_profile_rounds_called_is_not_compared_with_what_they_did_not() {
        let tracked = |kind, calls| {
            let mut run = measuring("cargo bench", &["p::a"], &[]);
            run.functions.push(Function {
                name: "f".to_owned(),
                kind,
                calls,
                ..Function::default()
            });
            run
        };
        let called = tracked(FunctionKind::Profiled, 80);
        let not_called = tracked(FunctionKind::Function, 0);
        for (old, new) in [(&called, &not_called), (&not_called, &called)] {
            let rows = compare(old, new, &Limits::default()).functions;
            assert!(rows.iter().all(|row| row.name != "f"), "{rows:?}");
        }
    }

    #[test]
    fn allocations_that_only_one_run_counted_are_said() {
        let (with, without) = (samples::allocating(), samples::typical());
        let shown =
            |which| format!("allocations were counted in {which} only, and are not compared");
        assert_eq!(notes(&with, &without, &[], false), [shown("the baseline")]);
        assert_eq!(notes(&without, &with, &[], false), [shown("this run")]);
        assert_eq!(notes(&with, &with, &[], false), Vec::<String>::new());
    }

    #[test]
    fn runs_of_which_one_knows_what_its_recorded_processes_used_are_compared_as_commands() {
        let without = samples::typical();
        let mut with = without.clone();
        with.process.recorded = Some(crate::model::Usage::default());
        let shown = notes(&without, &with, &[], false);
        assert!(shown[0].contains("those of whole commands: only this run knows"), "{shown:?}");
        assert_eq!(notes(&with, &with, &[], false), Vec::<String>::new());
    }

    #[test]
    fn what_weakens_a_run_is_said() {
        let mut run = samples::typical();
        run.recording.lost_calls = 12;
        run.recording.lost_metrics = 1;
        run.process.damaged = 1;
        run.run.exit_code = Some(101);
        run.functions[0].sampled = true;
        insta::assert_snapshot!(about("this run", &run).join("\n"), @r"
        in this run, the times of 1 function are estimates (~), since not all calls were timed
        in this run, 12 calls could not be recorded: counts are too low
        in this run, 1 update of metrics could not be recorded
        in this run, 1 segment could not be read: counts are too low
        in this run, the command failed with exit code 101
        ");
        assert_eq!(about("this run", &samples::typical()), Vec::<String>::new());
    }
}
