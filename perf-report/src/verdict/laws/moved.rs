//! Laws of changes of everything, and of changes of one thing that has many names.

use proptest::prelude::*;

use crate::model::{
    Benchmark, Comparison, Function, FunctionKind, Harness, Metric, RunDocument, Verdict, samples,
};
use crate::render::{BenchView, ComparisonView, Document as _, Screen, Verbosity};
use crate::stats::number::{change_pct, float};
use crate::stats::random::Stream;
use crate::verdict::{Limits, Sides, compare_runs};

/// Runs of a side.
const RUNS: u64 = 5;

/// A case of a benchmark, or a function, and the factor by which it changes.
#[derive(Debug, Clone)]
struct Timed {
    /// The benchmark that it is a case of.
    benchmark: String,
    case: String,
    /// The group that it is a member of; empty of none.
    group: &'static str,
    kind: FunctionKind,
    factor: f64,
}

impl Timed {
    fn bench(benchmark: &str, case: usize, factor: f64) -> Self {
        let (benchmark, case) = (benchmark.to_owned(), case.to_string());
        Self { benchmark, case, group: "", kind: FunctionKind::Benchmark, factor }
    }

    fn function(name: &str, factor: f64) -> Self {
        let (benchmark, case) = (name.to_owned(), String::new());
        Self { benchmark, case, group: "", kind: FunctionKind::Function, factor }
    }

    fn name(&self) -> String {
        if self.case.is_empty() {
            return self.benchmark.clone();
        }
        format!("{}/{}", self.benchmark, self.case)
    }

    /// Returns it as measured with half a per cent of noise, changed or not.
    fn measured(&self, at: usize, factor: f64, stream: &mut Stream) -> Function {
        let time = 1e6 * float(1 + at as u64 % 7) * (0.005 * stream.normal()).exp() * factor;
        let harness = Harness {
            benchmark: self.benchmark.clone(),
            argument: Some(self.case.clone()).filter(|it| !it.is_empty()),
            group: self.group.to_owned(),
            ..Harness::default()
        };
        let benchmark = Benchmark { harness: Some(harness), ..Benchmark::default() };
        let is_benchmark = self.kind == FunctionKind::Benchmark;
        let ns = crate::stats::number::whole(time * 100.0);
        Function {
            name: self.name(),
            kind: self.kind,
            calls: 100,
            mean_ns: Some(time),
            p50_ns: Some(ns / 100),
            total_ns: ns,
            self_ns: ns,
            benchmark: is_benchmark.then(|| Box::new(benchmark)),
            ..Function::default()
        }
    }
}

/// Compares five runs of each side.
fn judged(all: &[Timed], seed: u64) -> Comparison {
    let [baseline, current] = sides(all, seed);
    let sides = Sides { baseline: &baseline, current: &current, history: &[], paired: false };
    compare_runs(sides, &Limits::default()).unwrap()
}

fn sides(all: &[Timed], seed: u64) -> [Vec<RunDocument>; 2] {
    let mut stream = Stream::of(seed);
    let mut run = |is_changed: bool| {
        let of = |(at, it): (usize, &Timed)| {
            it.measured(at, if is_changed { it.factor } else { 1.0 }, &mut stream)
        };
        let functions = all.iter().enumerate().map(of).collect();
        RunDocument { functions, ..samples::empty() }
    };
    [false, true].map(|is_changed| (0..RUNS).map(|_| run(is_changed)).collect())
}

/// Returns the names that are worse for certain, by their time.
fn worse(comparison: &Comparison) -> Vec<String> {
    let of_time = |metric| matches!(metric, Metric::MeanNs | Metric::SelfNs);
    let rows = comparison.functions.iter().filter(|row| of_time(row.metric));
    let worse = rows.filter(|row| row.verdict == Verdict::Regression);
    let mut names: Vec<String> = worse.map(|row| row.name.clone()).collect();
    names.sort();
    names.dedup();
    names
}

/// Returns the names of those that became slower.
fn slower(all: &[Timed]) -> Vec<String> {
    let slower = all.iter().filter(|it| it.factor > 1.0);
    let mut names: Vec<String> = slower.map(Timed::name).collect();
    names.sort();
    names
}

/// Returns all texts that people read of a comparison, and its JSON.
fn texts(comparison: &Comparison) -> Vec<String> {
    let view = ComparisonView { comparison, verbosity: Verbosity::Brief, most: None };
    let human = view.human(Screen { width: 10_000, styled: false });
    let json = serde_json::to_string(comparison).unwrap();
    [human, json].into_iter().chain(view.markdown()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_change_of_any_cases_of_one_benchmark_is_found(
        cases in 1_usize..40, changed in 1_usize..40, others in 0_usize..16, factor in 1.1..3.0,
        seed in any::<u64>(), is_group in any::<bool>(),
    ) {
        let factor = |at: usize| if at < changed { factor } else { 1.0 };
        let mut all: Vec<Timed> = (0..cases)
            .map(|at| {
                if is_group {
                    let one = Timed::bench(&format!("b::sort{at}"), 0, factor(at));
                    Timed { group: "sorting", ..one }
                } else {
                    Timed::bench("b::sort", at, factor(at))
                }
            })
            .collect();
        all.extend((0..others).map(|at| Timed::bench(&format!("b::other{at}"), 0, 1.0)));
        let comparison = judged(&all, seed);
        prop_assert_eq!(worse(&comparison), slower(&all));
        prop_assert!(comparison.shifts().all(|it| !it.taken_off));
    }

    #[test]
    fn a_move_of_all_by_one_factor_is_no_alarm_and_never_silent(
        count in 10_usize..30, factor in prop_oneof![1.12..3.0, 0.3..0.88], seed in any::<u64>(),
        is_benchmark in any::<bool>(),
    ) {
        let of = |at: usize| {
            let name = format!("app::f{at}");
            if is_benchmark { Timed::bench(&name, 0, factor) } else { Timed::function(&name, factor) }
        };
        let all: Vec<Timed> = (0..count).map(of).collect();
        let comparison = judged(&all, seed);
        prop_assert_eq!(worse(&comparison), Vec::<String>::new());
        let shift = comparison.shifts().next().unwrap();
        prop_assert!((shift.change_pct - (factor - 1.0) * 100.0).abs() < 3.0 && shift.taken_off);
        for text in texts(&comparison) {
            prop_assert!(text.contains("everything measured moved by"), "{text}");
        }
        let runs = sides(&all, seed)[1].clone();
        if let Some(document) = crate::analysis::bench::document(&runs, Some(&comparison)) {
            let view = BenchView::usual(&document);
            let screen = Screen { width: 10_000, styled: false };
            for text in [view.human(screen)].into_iter().chain(view.markdown()).filter(|_| is_benchmark) {
                prop_assert_eq!(text.matches("everything measured moved by").count(), 1, "{}", text);
            }
        }
    }

    #[test]
    fn a_helper_of_most_functions_is_found_in_each_of_them(
        users in 1_usize..12, others in 4_usize..8, factor in 1.2..3.0, seed in any::<u64>(),
        is_benchmark in any::<bool>(),
    ) {
        prop_assume!(others * 3 >= users);
        let of = |name: String, factor| {
            if is_benchmark { Timed::bench(&name, 0, factor) } else { Timed::function(&name, factor) }
        };
        let mut all: Vec<Timed> = (0..users).map(|at| of(format!("app::user{at}"), factor)).collect();
        all.extend((0..others).map(|at| of(format!("app::other{at}"), 1.0)));
        prop_assert_eq!(worse(&judged(&all, seed)), slower(&all));
    }

    #[test]
    fn few_that_move_together_are_found_and_a_line_says_that_all_moved(
        count in 1_usize..10, factor in 1.15..3.0, seed in any::<u64>(),
    ) {
        let all: Vec<Timed> =
            (0..count).map(|at| Timed::bench(&format!("b::f{at}"), 0, factor)).collect();
        let comparison = judged(&all, seed);
        prop_assert_eq!(worse(&comparison), slower(&all));
        let lines = comparison.notes.iter().filter(|it| it.starts_with("everything measured moved"));
        prop_assert_eq!(lines.count(), usize::from(count > 1));
    }

    #[test]
    fn the_change_is_that_of_the_two_values_beside_it(
        count in 1_usize..30, factor in 0.4..3.0, own in 0.5..2.0, seed in any::<u64>(),
    ) {
        let all: Vec<Timed> = (0..count)
            .map(|at| Timed::bench(&format!("b::f{at}"), 0, if at == 0 { own * factor } else { factor }))
            .collect();
        for row in judged(&all, seed).functions {
            let shown = row.baseline.zip(row.current).and_then(|(old, new)| change_pct(old, new));
            let (shown, pct) = (shown.unwrap(), row.change_pct.unwrap());
            prop_assert!((shown - pct).abs() <= 1.01_f64.max(0.051 * pct.abs()), "{row:?}");
            let (low, high) = row.interval_pct.unwrap();
            prop_assert!(low <= pct && pct <= high, "{row:?}");
        }
    }
}
