//! Laws of comparisons of several runs: of the sides, of rounds made in turn, beside a history.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{custom, findings, metrics, nonsense, number, scaled, verdicts, without_floors};
use crate::model::{Comparison, Function, Metric, RunDocument, Verdict, samples};
use crate::render::{ComparisonView, Document as _, Screen, Verbosity};
use crate::stats::number::float;
use crate::verdict::{Limits, MetricLimits, Sides, Thresholds, compare_runs};

/// Functions that a case has at most.
const MOST: usize = 14;
/// A noise above this is a run that does not know the function.
const MISSING: f64 = 1.24;

/// The runs of a comparison.
#[derive(Debug, Clone)]
struct Case {
    baseline: Vec<RunDocument>,
    current: Vec<RunDocument>,
    history: Vec<RunDocument>,
    paired: bool,
}

impl Case {
    fn judge(&self, limits: &Limits) -> Comparison {
        let Self { baseline, current, history, paired } = self;
        compare_runs(Sides { baseline, current, history, paired: *paired }, limits).unwrap()
    }

    fn runs_mut(&mut self) -> impl Iterator<Item = &mut RunDocument> {
        self.baseline.iter_mut().chain(&mut self.current).chain(&mut self.history)
    }

    fn map(mut self, change: impl Fn(&mut RunDocument)) -> Self {
        self.runs_mut().for_each(change);
        self
    }
}

/// The part that does not vary from run to run: caller, calls, nanoseconds of a call.
type Plan = (prop::sample::Index, u64, u64);

/// Returns a run by its plan, with these parts of each time, at this hour.
fn run(plan: &[Plan], noise: &[f64], factors: &[f64], hour: usize) -> RunDocument {
    let names: Vec<_> = (0..plan.len()).map(|at| format!("demo::f{at}")).collect();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
    let time = |at: usize, ns: u64| (float(ns) * noise[at] * factors[at]) as u64;
    let nodes: Vec<samples::Node<'_>> = (0..plan.len())
        .map(|at| {
            let (caller, calls, ns) = plan[at];
            let caller = (at > 0).then(|| u32::try_from(caller.index(at)).unwrap());
            (caller, names[at].as_str(), calls, calls * time(at, ns))
        })
        .collect();
    let mut run = samples::of(&nodes);
    run.functions.retain(|function| {
        let at = names.iter().position(|name| *name == function.name).unwrap();
        noise[at] < MISSING
    });
    for function in &mut run.functions {
        let at = names.iter().position(|name| *name == function.name).unwrap();
        function.classifies_errors = at % 2 == 0;
        if function.classifies_errors {
            function.errors = time(at, function.calls) % 4;
        }
    }
    let all = run.own_ns();
    run.process.wall_ns = Some(all + 1_000);
    (run.process.user_ns, run.process.system_ns) = (Some(all), Some(all / 8));
    run.process.peak_rss_bytes = Some(time(0, 1 << 24));
    run.run.id = format!("run-{hour}");
    run.run.time = format!("2026-11-{:02}T{:02}:00:00Z", 1 + hour / 24, hour % 24);
    run
}

/// Returns runs of up to [`MOST`] functions, some of which changed. Where `steady`, all runs know all
/// functions.
fn case(steady: bool) -> impl Strategy<Value = Case> {
    let most = if steady { 1.2 } else { 1.25 };
    let plan = (any::<prop::sample::Index>(), 0_u64..2_000, 1_u64..2_000_000);
    let runs = move |count| vec(vec(0.8..most, MOST), count);
    let factors = prop::sample::select(vec![1.0, 1.0, 1.0, 1.02, 1.1, 1.6, 0.7]);
    let sides = (runs(1..6), runs(1..6), runs(0..14), vec(factors, MOST));
    (vec(plan, 1..MOST), sides, any::<bool>()).prop_map(
        |(plan, (mut olds, mut news, past, factors), paired)| {
            if paired {
                let rounds = olds.len().min(news.len());
                olds.truncate(rounds);
                news.truncate(rounds);
            }
            let same = [1.0; MOST];
            let side = |noises: &[Vec<f64>], factors: &[f64], first: usize| {
                let runs = noises.iter().zip(first..);
                runs.map(|(noise, hour)| run(&plan, noise, factors, hour)).collect::<Vec<_>>()
            };
            Case {
                history: side(&past, &same, 0),
                baseline: side(&olds, &same, 100),
                current: side(&news, &factors, 200),
                paired,
            }
        },
    )
}

fn with_limits(change: impl Fn(MetricLimits) -> MetricLimits) -> Limits {
    let mut limits = without_floors();
    limits.metrics.values_mut().for_each(|limits| *limits = change(*limits));
    limits
}

/// Returns whether everything found in `wide` is found in `narrow` too, and the worst of it is no worse.
fn adds_nothing(narrow: &Comparison, wide: &Comparison) -> bool {
    let before = findings(narrow);
    let worst = |comparison: &Comparison| {
        let verdicts = comparison.functions.iter().map(|row| row.verdict);
        verdicts.filter(|verdict| *verdict >= Verdict::Degraded).max()
    };
    findings(wide).iter().all(|finding| before.contains(finding)) && worst(wide) <= worst(narrow)
}

/// Returns what nobody can read in a text: a gap, a number that is none, or one that does not end.
fn unreadable(text: &str) -> Option<String> {
    let gaps = ["()", "( ", ", ,", "NaN", "inf "];
    let gap = gaps.into_iter().find(|gap| text.contains(gap)).map(str::to_owned);
    let mut numbers = text.split(|c: char| !c.is_ascii_digit() && c != ',');
    gap.or_else(|| numbers.find(|number| number.len() > 30).map(str::to_owned))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn scaling_all_runs_changes_no_verdict(case in case(false)) {
        let before = case.judge(&without_floors());
        let after = case.map(|run| *run = scaled(run.clone(), 8)).judge(&without_floors());
        prop_assert_eq!(verdicts(&before), verdicts(&after));
    }

    #[test]
    fn the_order_within_runs_does_not_matter(case in case(false), turn in 0_usize..20) {
        let expected = case.judge(&Limits::default());
        let turned = case.map(|run| {
            run.functions.reverse();
            run.metrics.reverse();
            let at = turn % run.tree.len().max(1);
            run.tree.rotate_left(at);
        });
        prop_assert_eq!(turned.judge(&Limits::default()), expected);
    }

    #[test]
    fn the_order_of_runs_does_not_matter(mut case in case(true), turn in 0_usize..20) {
        // Beside a history, order is that of time, and steps and spikes are known from noise by it.
        case.history.clear();
        let before = verdicts(&case.judge(&without_floors()));
        let (olds, news) = (case.baseline.len(), case.current.len());
        case.baseline.rotate_left(turn % olds);
        // Rounds stay together.
        if case.paired {
            case.current.rotate_left(turn % news);
        } else {
            case.current.reverse();
        }
        prop_assert_eq!(before, verdicts(&case.judge(&without_floors())));
    }

    #[test]
    fn what_the_baseline_is_called_does_not_matter(case in case(false)) {
        let before = case.judge(&Limits::default());
        let mut renamed = case;
        for run in &mut renamed.baseline {
            run.run.id.push_str("-other");
            run.run.label = Some("another".to_owned());
        }
        prop_assert_eq!(before.functions, renamed.judge(&Limits::default()).functions);
    }

    #[test]
    fn identical_sets_of_runs_are_never_worse(mut case in case(false), turn in 0_usize..20) {
        case.current.clone_from(&case.baseline);
        if !case.paired {
            let runs = case.current.len();
            case.current.rotate_left(turn % runs);
        }
        let worse = case.judge(&without_floors()).functions;
        let worse: Vec<_> = worse.iter().filter(|row| row.verdict >= Verdict::Degraded).collect();
        prop_assert!(worse.is_empty(), "{worse:?}");
    }

    #[test]
    fn no_change_is_shown_that_its_values_deny(case in case(false), error_pct in 0_u64..400) {
        let case = case.map(|run| for function in &mut run.functions {
            function.self_error_ns = function.self_ns / 100 * error_pct;
            function.raw_total_ns = u64::from(error_pct > 0);
        });
        let comparison = case.judge(&Limits::default());
        for row in comparison.functions.iter().filter(|row| row.p_value.is_some()) {
            let values = row.baseline.zip(row.current).filter(|(old, _)| *old > 0.0);
            if let (Some((old, new)), Some(pct)) = (values, row.change_pct) {
                let shown = (new / old - 1.0) * 100.0;
                prop_assert!((shown - pct).abs() <= 1.01_f64.max(0.051 * pct.abs()), "{row:?}");
            }
            // Beyond twenty times, a number of per cent says nothing that a word does not say better.
            let parts: Vec<&str> = row.reason.split(" %").collect();
            for part in &parts[..parts.len() - 1] {
                let number = part.rsplit([' ', '(']).next().unwrap_or_default();
                let number = number.replace([',', '±'], "");
                prop_assert!(number.parse().is_ok_and(|pct: f64| pct.abs() <= 2_000.0), "{row:?}");
            }
            if let Some((low, high)) = row.interval_pct {
                prop_assert!(low >= -100.0 && low <= high, "{row:?}");
            }
        }
    }

    #[test]
    fn wider_floors_add_no_findings(case in case(true), ns in 0.0..1e7, run_ns in 0.0..1e9) {
        let narrow = case.judge(&without_floors());
        let floors = Limits { floor_ns: ns, run_floor_ns: run_ns, ..without_floors() };
        prop_assert!(adds_nothing(&narrow, &case.judge(&floors)));
        let interruptions = Limits { interruptions_ns: run_ns, ..without_floors() };
        prop_assert!(adds_nothing(&narrow, &case.judge(&interruptions)));
    }

    #[test]
    fn wider_limits_add_no_findings(case in case(true), factor in 1.0..10.0) {
        let wider = |limit: Option<f64>| limit.map(|pct| pct * factor);
        let wide = with_limits(|limits| MetricLimits {
            improved_pct: wider(limits.improved_pct),
            degraded_pct: wider(limits.degraded_pct),
            regression_pct: wider(limits.regression_pct),
        });
        let narrow = case.judge(&without_floors());
        prop_assert!(adds_nothing(&narrow, &case.judge(&wide)));
        let never = with_limits(|_| MetricLimits {
            improved_pct: None, degraded_pct: None, regression_pct: None,
        });
        prop_assert!(adds_nothing(&case.judge(&wide), &case.judge(&never)));
    }

    // With several functions, fewer of them that are judged share the error, and each has more of it.
    #[test]
    fn more_calls_that_are_needed_add_no_findings(
        mut case in case(true), calls in 0_u64..3_000, metric in prop::sample::select(&Metric::ALL[..]),
    ) {
        case.runs_mut().for_each(|run| run.functions.truncate(1));
        let limits = |min_calls| Limits {
            min_calls,
            ..Limits { floor_ns: 0.0, ..Limits::new([metric], Thresholds::default()) }
        };
        prop_assert!(adds_nothing(&case.judge(&limits(1)), &case.judge(&limits(calls))));
    }

    #[test]
    fn all_equal_runs_are_stable(case in case(true), runs in (1_usize..6, 1_usize..6, 0_usize..14)) {
        let one = &case.baseline[0];
        let (olds, news, past) = runs;
        let [baseline, current, history] = [olds, news, past].map(|many| vec![one.clone(); many]);
        let all = Case { baseline, current, history, paired: false };
        prop_assert_eq!(findings(&all.judge(&without_floors())), []);
    }

    #[test]
    fn every_set_of_runs_has_an_answer(
        sides in prop::array::uniform3(vec((nonsense(), metrics(number()), 0_u8..4), 0..10)),
        process in vec(any::<Option<u64>>(), 4),
        custom in custom(),
        paired in any::<bool>(),
    ) {
        let with = |(function, metrics, known): (Function, _, u8)| {
            let functions = if known == 0 { Vec::new() } else { vec![function] };
            let mut run = RunDocument { functions, metrics, ..samples::empty() };
            (run.process.wall_ns, run.process.user_ns) = (process[0], process[1]);
            (run.process.system_ns, run.process.peak_rss_bytes) = (process[2], process[3]);
            run
        };
        let sides = sides.map(|side| side.into_iter().map(with).collect::<Vec<_>>());
        let [baseline, current, history] = &sides;
        let limits = Limits { custom: [("m1".to_owned(), custom)].into(), ..without_floors() };
        let compared = compare_runs(Sides { baseline, current, history, paired }, &limits);
        prop_assert_eq!(compared.is_none(), baseline.is_empty() || current.is_empty());
        let Some(comparison) = compared else { return Ok(()) };
        prop_assert!(comparison.judged <= comparison.of);
        for row in &comparison.functions {
            prop_assert!(!row.reason.is_empty());
            let numbers = [
                row.baseline, row.current, row.change_pct, row.p_value, row.detectable_pct,
                row.noise_pct, row.interval_pct.map(|it| it.0), row.interval_pct.map(|it| it.1),
            ];
            prop_assert!(numbers.into_iter().flatten().all(f64::is_finite), "{:?}", row);
        }
        let view = ComparisonView { comparison: &comparison, verbosity: Verbosity::All, most: None };
        for text in [view.human(Screen::default())].into_iter().chain(view.markdown()) {
            prop_assert_eq!(unreadable(&text), None::<String>, "{}", text);
        }
    }
}
