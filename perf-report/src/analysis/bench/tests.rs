//! Growth and scaling of made-up benchmarks, through the functions that reports call.

use super::*;
use crate::model::{
    BenchMemory, Benchmark, Cost, Function, FunctionKind, Harness, RunDocument, samples,
};
use crate::stats::forms::Form;

fn case(name: &str, ns: f64, harness: Harness) -> Function {
    Function {
        name: name.to_owned(),
        kind: FunctionKind::Benchmark,
        calls: 100,
        mean_ns: Some(ns),
        benchmark: Some(Box::new(Benchmark { harness: Some(harness), ..Benchmark::default() })),
        ..Function::default()
    }
}

fn run(functions: Vec<Function>) -> RunDocument {
    RunDocument { functions, ..samples::empty() }
}

fn at_sizes(sizes: &[u32], ns: impl Fn(f64) -> f64) -> RunDocument {
    let of = |size: &u32| {
        let memory = BenchMemory {
            allocs: Some(3.0),
            alloc_bytes: Some(24.0 * f64::from(*size)),
            ..BenchMemory::default()
        };
        let harness =
            Harness { argument: Some(size.to_string()), threads: 1, memory, ..Harness::default() };
        case(&format!("app::sort/{size}"), ns(f64::from(*size)), harness)
    };
    run(sizes.iter().map(of).collect())
}

fn with_threads(steps: &[(u32, f64)]) -> RunDocument {
    let of = |(threads, rate): &(u32, f64)| {
        let harness = Harness {
            threads: *threads,
            stress: true,
            calls_per_s: Some(*rate),
            ..Harness::default()
        };
        let ns = f64::from(*threads) * 1e9 / rate;
        case(&format!("app::lock/threads={threads}"), ns, harness)
    };
    run(steps.iter().map(of).collect())
}

const SIZES: [u32; 5] = [64, 256, 1_024, 4_096, 16_384];

#[test]
fn time_allocations_and_bytes_have_a_growth_each() {
    let found = complexity(&[at_sizes(&SIZES, |n| 40.0 + 2.0 * n * n)]);
    let [sort] = &found[..] else { panic!("{found:?}") };
    assert_eq!((sort.benchmark.as_str(), sort.unknown.as_deref()), ("app::sort", None));
    let forms: Vec<_> = sort.costs.iter().map(|it| (it.cost, it.forms.clone())).collect();
    assert_eq!(forms[0], (Cost::Time, vec![Form::Quadratic]));
    assert_eq!(forms[2], (Cost::AllocBytes, vec![Form::Linear]));
    let allocs = &sort.costs[1];
    assert!(allocs.exponent.is_none() && allocs.constant_within_pct.is_some(), "{allocs:?}");
}

#[test]
fn too_few_sizes_are_told_and_two_are_none() {
    let short = complexity(&[at_sizes(&[1, 2, 3, 4, 5], |n| n)]);
    let why = short[0].unknown.clone().unwrap();
    assert_eq!(
        why,
        "the largest size is 5 times the smallest; it takes 100 times to tell a growth"
    );
    let few = complexity(&[at_sizes(&SIZES[..4], |n| n)]);
    assert_eq!(few[0].unknown.as_deref(), Some("4 sizes; it takes 5 to tell a growth"));
    assert_eq!(complexity(&[at_sizes(&SIZES[..3], |n| n)]), []);
    assert_eq!(complexity(&[]), []);
}

#[test]
fn runs_that_were_made_together_count_by_their_middle() {
    let wild = |by: f64| at_sizes(&SIZES, move |n| if n > 5_000.0 { by * n } else { n });
    let found = complexity(&[wild(1.0), wild(9.0), wild(1.0)]);
    assert_eq!(found[0].costs[0].forms, [Form::Linear]);
}

#[test]
fn a_case_that_failed_is_no_size() {
    let mut failed = at_sizes(&SIZES, |n| n);
    failed.functions[4].mean_ns = None;
    assert_eq!(complexity(&[failed])[0].sizes.len(), 4);
}

#[test]
fn a_ramp_has_a_knee_an_efficiency_and_a_point_where_more_hurt() {
    let steps = [(1, 1e6), (2, 1.95e6), (4, 3.85e6), (8, 5.0e6), (16, 3.0e6)];
    let mut lock = with_threads(&steps);
    lock.run.machine.cores = 16;
    let found = scaling(&[lock]);
    let [lock] = &found[..] else { panic!("{found:?}") };
    assert_eq!((lock.benchmark.as_str(), lock.knee, lock.hurts_from), ("app::lock", 4, Some(16)));
    let efficiency = lock.steps.last().unwrap().efficiency.unwrap();
    assert!((efficiency - 3.0 / 16.0).abs() < 1e-9);
    assert!(lock.law.is_some());
}

#[test]
fn within_noise_more_threads_do_not_hurt_and_four_steps_have_no_law() {
    let found = scaling(&[with_threads(&[(1, 1e6), (2, 2e6), (4, 4e6), (8, 3.9e6)])]);
    assert_eq!((found[0].hurts_from, found[0].law, found[0].knee), (None, None, 4));
    assert_eq!(scaling(&[with_threads(&[(4, 1e6)])]), []);
}
