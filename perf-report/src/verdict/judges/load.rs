//! Programs whose work comes from outside: a service that became faster answers more requests in two
//! seconds, so that all its counts grow. There counts are judged by unit of work, which is a call that no
//! tracked function made.

use crate::model::{Because, Change, Metric, Verdict};
use crate::stats::number::{change_pct, ends, nearest_ends};
use crate::stats::robust;
use crate::text::units;
use crate::verdict::evidence::work::{Done, Work};
use crate::verdict::limits::{Limits, Load};
use crate::verdict::sides::Sides;

/// Change of a count by unit of work, in per cent, that says nothing: what a run was in the middle of when
/// it ended counts here and not there.
const LEAST_PCT: f64 = 5.0;

/// How far changes of counts may lie apart that changed together, in per cent.
const TOGETHER_PCT: f64 = 5.0;

/// Whether the counts of `metric` grow with the work.
fn grows(metric: Metric) -> bool {
    metric.is_count() && !metric.is_custom() && metric != Metric::Success
}

/// Judges the counts in `rows` by unit of work where the load is open. Where it is not said to be, and all
/// calls moved together, says what that may be.
pub(crate) fn judge(rows: &mut [Change], sides: Sides<'_>, limits: &Limits) -> Option<String> {
    let work = Work::of(sides, limits);
    let done = [sides.baseline, sides.current].map(|runs| Done::of(runs, &work));
    let growth = done[1].units().zip(done[0].units()).map(|(new, old)| new / old);
    match limits.load {
        Load::Open => {
            let Some(growth) = growth else { return Some(no_work(limits)) };
            rows.iter_mut().filter(|row| grows(row.metric)).for_each(|row| {
                by_unit_of_work(row, &done, growth, limits);
            });
            let how = change(growth);
            Some(format!("the work done changed by {how}; counts are judged by unit of work"))
        }
        Load::Closed => {
            let growth = growth?;
            let together = moved_together(rows, growth)?;
            let is_open = done.iter().any(Done::differs);
            let taken_back = if is_open { take_back(rows, growth) } else { 0 };
            let moved = (growth - 1.0).abs() * 100.0 > TOGETHER_PCT;
            (moved || taken_back > 0).then_some(together)
        }
    }
}

/// Why an open load is judged as if it were none.
fn no_work(limits: &Limits) -> String {
    let why = match &limits.unit_of_work {
        Some(name) => format!("no run of one side has a call or a count of {name:?}"),
        None => "no run of either side says which calls no tracked function made".to_owned(),
    };
    format!(
        "counts are judged as they are, not by unit of work: {why}; name one with --unit-of-work"
    )
}

fn by_unit_of_work(row: &mut Change, done: &[Done<'_>; 2], growth: f64, limits: &Limits) {
    let is_judged = matches!(
        row.verdict,
        Verdict::Improved | Verdict::Stable | Verdict::Degraded | Verdict::Regression
    );
    let Some(own) = limits.metrics.get(&row.metric).copied().filter(|_| is_judged) else { return };
    let [Some(olds), Some(news)] = done.each_ref().map(|it| it.counted(&row.name, row.metric))
    else {
        return;
    };
    let middle = |counted: &[(f64, f64)]| {
        robust::median(&counted.iter().map(|(count, _)| *count).collect::<Vec<_>>())
    };
    // Of nothing there is no ratio.
    let Some((old, new)) = middle(&olds).zip(middle(&news)).filter(|(old, _)| *old > 0.0) else {
        return;
    };
    let pct = nearest_change(&olds, &news);
    // Of few, chance decides how many there are.
    let by_chance = 300.0 / old.min(new).max(1.0).sqrt();
    (row.baseline, row.current) = (Some(old), Some(new));
    row.change_pct = Some(pct).filter(|pct| pct.is_finite());
    let (work_pct, change_pct) = (growth_pct(growth), row.change_pct);
    (row.verdict, row.because) = if pct.abs() <= LEAST_PCT.max(by_chance) {
        (Verdict::Stable, vec![Because::WithWork { work_pct }])
    } else {
        let verdict = own.verdict(pct);
        let by_unit = Because::ByUnitOfWork { work_pct, change_pct };
        (verdict, vec![by_unit, own.ground(verdict, None)])
    };
}

/// Change of a count by unit of work, in per cent, between the two runs that come nearest: how much was
/// done differs from run to run, and how often for each unit may as well.
fn nearest_change(olds: &[(f64, f64)], news: &[(f64, f64)]) -> f64 {
    let rates = |counted: &[(f64, f64)]| ends(counted.iter().map(|(count, units)| count / units));
    let nearest = rates(olds).zip(rates(news)).and_then(|(old, new)| nearest_ends(old, new));
    nearest.map_or(0.0, |(old, new)| change_pct(old, new).unwrap_or(f64::INFINITY))
}

fn growth_pct(growth: f64) -> f64 {
    (growth - 1.0) * 100.0
}

fn change(growth: f64) -> String {
    units::change(growth_pct(growth))
}

/// Of a command that does more in one run than in another anyway: counts that changed as the work did are no
/// finding. How many there are.
fn take_back(rows: &mut [Change], growth: f64) -> usize {
    let is_with =
        |row: &Change| row.baseline.zip(row.current).is_some_and(|values| grew_as(values, growth));
    let mut taken_back = 0;
    for row in rows.iter_mut().filter(|row| grows(row.metric) && is_with(row)) {
        row.verdict = match row.verdict {
            Verdict::Degraded | Verdict::Regression => Verdict::Inconclusive,
            Verdict::Improved => Verdict::Stable,
            _ => continue,
        };
        row.because.push(Because::WorkVaries);
        taken_back += 1;
    }
    taken_back
}

/// Whether a count changed as the work did.
fn grew_as((old, new): (f64, f64), growth: f64) -> bool {
    (new / (old * growth) - 1.0).abs() * 100.0 <= TOGETHER_PCT
}

/// A sentence where the calls of nearly all functions changed by the same factor.
fn moved_together(rows: &[Change], growth: f64) -> Option<String> {
    const LEAST_FUNCTIONS: usize = 2;
    const LEAST_CALLS: f64 = 20.0;
    let calls = rows.iter().filter(|row| row.metric == Metric::Calls);
    let pairs: Vec<(f64, f64)> = calls
        .filter_map(|row| row.baseline.zip(row.current))
        .filter(|(old, new)| old.min(*new) >= LEAST_CALLS)
        .collect();
    let together = pairs.iter().filter(|values| grew_as(**values, growth)).count();
    (pairs.len() >= LEAST_FUNCTIONS && 5 * together >= 4 * pairs.len()).then(|| {
        format!(
            "the calls of {together} of {} functions changed together, by {}: where others decide how much \
             is done, as of a service, say `load = \"open\"` in perf.toml or --load open, and counts are \
             judged by unit of work",
            pairs.len(),
            change(growth)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Comparison, MetricKind, RunDocument, samples};
    use crate::verdict::accept::gate;
    use crate::verdict::{Gate, Thresholds, compare, compare_runs};

    /// The typical run with so many times the work, and one function called `more` times as often.
    fn busier(times: u64, more: u64) -> RunDocument {
        let mut run = samples::typical();
        for function in &mut run.functions {
            for count in [&mut function.calls, &mut function.self_ns, &mut function.total_ns] {
                *count *= times;
            }
            function.errors *= times;
        }
        run.tree.iter_mut().for_each(|node| node.calls *= times);
        samples::named(&mut run, "code_stats::metrics::weigh").calls *= more;
        run
    }

    fn compared(new: &RunDocument, load: Load) -> Comparison {
        let limits =
            Limits { load, ..Limits::new([Metric::Calls, Metric::Errors], Thresholds::default()) };
        compare(&samples::typical(), new, &limits)
    }

    #[test]
    fn more_work_is_no_regression_where_others_decide_it() {
        let comparison = compared(&busier(5, 1), Load::Open);
        assert_eq!(gate(&comparison, &[].into()), Gate::Passed, "{:#?}", comparison.functions);
        let note = "the work done changed by +400.0 %; counts are judged by unit of work";
        assert!(comparison.notes.contains(&note.to_owned()), "{:?}", comparison.notes);
        let comparison = compared(&busier(1, 1), Load::Open);
        assert_eq!(gate(&comparison, &[].into()), Gate::Passed);
        // A baseline of several runs has no tree.
        let mut baseline = samples::typical();
        baseline.tree.clear();
        let limits = Limits { load: Load::Open, ..Limits::default() };
        let comparison = compare(&baseline, &busier(5, 1), &limits);
        assert!(comparison.notes.contains(&note.to_owned()), "{:?}", comparison.notes);
    }

    #[test]
    fn where_no_unit_of_work_is_known_a_sentence_says_so() {
        let without = |mut run: RunDocument| {
            run.tree.clear();
            run
        };
        let (old, new) = (without(samples::typical()), without(busier(5, 1)));
        let said = |load| {
            let limits = Limits { load, ..Limits::default() };
            let comparison = compare(&old, &new, &limits);
            (
                comparison.notes.iter().any(|note| note.contains("counts are judged as they are")),
                gate(&comparison, &[].into()),
            )
        };
        assert_eq!(said(Load::Open), (true, Gate::Worse));
        assert_eq!(said(Load::Closed), (false, Gate::Worse));
    }

    #[test]
    fn runs_that_did_different_amounts_of_work_are_held_against_each_other_by_unit() {
        let baseline = [1, 2, 5, 4, 6].map(|times| busier(times, 1));
        let limits = Limits { load: Load::Open, ..Limits::default() };
        for (current, expected) in [
            (vec![busier(2, 1)], Gate::Passed),
            (vec![busier(9, 1)], Gate::Passed),
            (vec![busier(2, 1), busier(8, 1)], Gate::Passed),
            (vec![busier(2, 2)], Gate::Worse),
            (vec![busier(3, 2), busier(7, 2)], Gate::Worse),
        ] {
            let sides =
                Sides { baseline: &baseline, current: &current, history: &[], paired: false };
            let comparison = compare_runs(sides, &limits).unwrap();
            let worse = comparison.functions.iter().filter(|it| it.verdict == Verdict::Regression);
            let worse: Vec<_> = worse.map(|row| (&row.name, row.metric, &row.reason)).collect();
            assert_eq!(gate(&comparison, &[].into()), expected, "{worse:#?}");
        }
    }

    #[test]
    fn work_that_differs_from_run_to_run_is_no_finding_where_all_counts_moved_with_it() {
        let limits = Limits::new([Metric::Calls], Thresholds::default());
        let worse = |olds: [u64; 5], news: [u64; 5], more: u64| {
            let (baseline, current) =
                (olds.map(|times| busier(times, 1)), news.map(|times| busier(times, more)));
            let sides =
                Sides { baseline: &baseline, current: &current, history: &[], paired: false };
            let comparison = compare_runs(sides, &limits).unwrap();
            let worse = comparison.functions.iter().filter(|it| it.verdict == Verdict::Regression);
            worse.count()
        };
        assert_eq!(worse([50, 51, 52, 51, 50], [54, 55, 54, 55, 56], 1), 0);
        assert_eq!(worse([50, 51, 52, 51, 50], [54, 55, 54, 55, 56], 2), 1);
        assert!(worse([50; 5], [55; 5], 1) > 1, "of a command that does the same in each run");
    }

    #[test]
    fn a_function_that_is_called_more_often_for_the_same_work_is_found() {
        let comparison = compared(&busier(5, 2), Load::Open);
        let worse = comparison.functions.iter().filter(|row| row.verdict == Verdict::Regression);
        let named: Vec<_> = worse.map(|row| row.name.as_str()).collect();
        assert_eq!(named, ["code_stats::metrics::weigh"]);
        assert!(comparison.functions[0].reason.contains("by unit of work"));
    }

    /// A service that answers `calls` requests a run, in five runs that differ by little.
    fn service(calls: u64) -> Vec<RunDocument> {
        let run = |at: u64| {
            let mut run = busier(1, 1);
            let root = samples::named(&mut run, "code_stats::main");
            root.calls = calls + at * calls / 500;
            run.process.wall_ns = Some(2_000_000_000);
            (run.process.user_ns, run.process.system_ns) = (Some(calls * 1_000_000), Some(0));
            run
        };
        (0..5).map(run).collect()
    }

    #[test]
    fn of_an_open_load_throughput_is_judged_and_processor_time_by_unit_of_work() {
        let said = |old: u64, new: u64, load| {
            let (baseline, current) = (service(old), service(new));
            let sides =
                Sides { baseline: &baseline, current: &current, history: &[], paired: false };
            let metrics = [Metric::Throughput, Metric::CpuNs];
            let limits = Limits { load, ..Limits::new(metrics, Thresholds::default()) };
            let rows = compare_runs(sides, &limits).unwrap().functions;
            let of = |row: &Change| (row.metric, row.verdict, row.reason.clone());
            rows.iter().filter(|row| !row.metric.is_of_function()).map(of).collect::<Vec<_>>()
        };
        let faster = said(1_500, 8_400, Load::Open);
        let of = |rows: &[(Metric, Verdict, String)], metric| {
            rows.iter().find(|row| row.0 == metric).cloned().unwrap()
        };
        let (_, verdict, reason) = of(&faster, Metric::Throughput);
        assert_eq!(verdict, Verdict::Improved);
        assert!(reason.starts_with("throughput 755 a second → 4,220 a second (+458"), "{reason}");
        let (_, verdict, reason) = of(&faster, Metric::CpuNs);
        assert_eq!(verdict, Verdict::Stable, "{reason}");
        assert!(reason.contains(" by unit of work ("), "{reason}");
        let slower = of(&said(8_400, 1_500, Load::Open), Metric::Throughput);
        assert_eq!(slower.1, Verdict::Regression, "{}", slower.2);
        assert_eq!(of(&said(8_400, 8_390, Load::Open), Metric::Throughput).1, Verdict::Stable);
        assert!(said(1_500, 1_500, Load::Closed).iter().all(|row| row.0 == Metric::CpuNs));
    }

    #[test]
    fn the_unit_of_work_is_a_function_or_a_count_that_is_named() {
        let named = |name: &str| {
            let limits = Limits {
                load: Load::Open,
                unit_of_work: Some(name.to_owned()),
                ..Limits::new([Metric::Calls], Thresholds::default())
            };
            let with = |mut run: RunDocument, requests: f64| {
                run.metrics.push(samples::metric("requests", MetricKind::Count, Some(requests)));
                run
            };
            compare(&with(busier(1, 1), 10.0), &with(busier(5, 2), 50.0), &limits)
        };
        let worse = |comparison: &Comparison| -> Vec<String> {
            let rows = comparison.functions.iter();
            let rows = rows.filter(|row| row.verdict == Verdict::Regression);
            rows.map(|row| row.name.clone()).collect()
        };
        assert_eq!(worse(&named("requests")), ["code_stats::metrics::weigh"]);
        // What grew tenfold is the unit now, so that all others are called half as often.
        assert!(worse(&named("code_stats::metrics::weigh")).is_empty());
        let none = named("code_stats::nowhere");
        assert!(
            none.notes.iter().any(|note| note.contains("not by unit of work")),
            "{:?}",
            none.notes
        );
    }

    #[test]
    fn where_it_is_not_said_a_sentence_says_what_may_be() {
        let comparison = compared(&busier(5, 1), Load::Closed);
        assert_eq!(gate(&comparison, &[].into()), Gate::Worse);
        assert!(comparison.notes.iter().any(|note| note.contains("load = \"open\"")));
        let comparison = compared(&busier(1, 2), Load::Closed);
        assert!(!comparison.notes.iter().any(|note| note.contains("load = \"open\"")));
    }
}
