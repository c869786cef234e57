//! Tests of what estimates leave open.

use super::*;
use crate::verdict::Limits;
use crate::verdict::words::Words;

fn in_words(doubt: Doubt, pct: f64) -> String {
    let grounds: Vec<Because> = doubt.grounds(pct).collect();
    Words::of([1, 1]).why(Metric::MeanNs, &grounds).unwrap_or_default()
}

fn sampled(calls: u64, timed: u64, deviation: f64) -> Function {
    Function {
        calls,
        untimed_calls: calls - timed,
        mean_ns: Some(100.0),
        stddev_ns: Some(deviation),
        sampled: timed < calls,
        ..Function::default()
    }
}

#[track_caller]
fn leaves_open(old: &Function, new: &Function, expected: f64) {
    let found = sampling_pct(old, new, Metric::MeanNs);
    assert!((found - expected).abs() < 0.01, "{found}");
}

#[test]
fn the_fewer_calls_are_timed_the_more_is_open() {
    let exact = sampled(100, 100, 50.0);
    leaves_open(&exact, &exact, 0.0);
    leaves_open(&exact, &sampled(10_000, 100, 50.0), PHASES_PCT + 10.0);
    leaves_open(&exact, &sampled(1_000_000, 10_000, 50.0), PHASES_PCT + 1.0);
    let both = sampled(10_000, 100, 50.0);
    leaves_open(&both, &both, PHASES_PCT + 10.0 * 2_f64.sqrt());
    leaves_open(&exact, &sampled(10, 0, f64::NAN), PHASES_PCT + 100.0);
}

#[test]
fn the_caller_of_a_sampled_function_has_an_estimated_self_time() {
    let caller = Function { self_estimated: true, ..sampled(9, 9, 1.0) };
    assert!(is_estimated(&caller, Metric::SelfNs) && !is_estimated(&caller, Metric::MeanNs));
    let found = sampling_pct(&caller, &caller, Metric::SelfNs);
    assert!((found - PHASES_PCT).abs() < 0.01, "{found}");
}

#[test]
fn a_change_counts_as_far_as_it_is_certain() {
    let certain = |sampling_pct, recorder_pct, pct| {
        let doubt = Doubt { sampling: sampling_pct, recorder: recorder_pct, ..Doubt::NONE };
        doubt.certain_part(pct)
    };
    for (found, expected) in [
        (certain(5.0, 0.0, 12.0), 7.0),
        (certain(5.0, 0.0, -12.0), -7.0),
        (certain(5.0, 0.0, 3.0), 0.0),
        (certain(0.0, 10.0, 12.0), 2.0),
        (certain(0.0, -10.0, 12.0), 12.0),
        (certain(0.0, -10.0, -12.0), -2.0),
    ] {
        assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
    }
    assert!(certain(5.0, 0.0, f64::INFINITY).is_infinite());
    assert_eq!(Doubt::NONE.interval(9.0), None);
}

#[test]
fn what_recording_takes_is_taken_off_a_change() {
    let with = |overhead_ns| Function { overhead_ns, ..sampled(10, 10, 1.0) };
    let doubt = Doubt::of(&with(100), &with(400), Metric::MeanNs, 100.0);
    assert_eq!(doubt.interval(50.0), Some((20.0, 50.0)));
    assert_eq!(in_words(doubt, 50.0), "but about +30.0 % of it is the recorder's own");
}

#[test]
fn a_busier_machine_leaves_a_part_of_the_waiting_open() {
    let (function, limits) = (Function::default(), Limits::default());
    let doubt = |waited_pct| {
        let pair = Pair { waited_pct, ..Pair::single(&function, &function, &limits) };
        Doubt::NONE.on_a_busy_machine(&pair, Metric::MeanNs)
    };
    assert_eq!(doubt(0.5), Doubt::NONE);
    assert_eq!(doubt(50.0).interval(30.0), Some((10.0, 50.0)));
    assert_eq!(doubt(-50.0).interval(-30.0), Some((-50.0, -10.0)));
    assert_eq!(doubt(50.0).interval(-90.0), Some((-100.0, -70.0)));
    assert_eq!(in_words(doubt(50.0), 12.0), "but the machine was busier, which may make 20 %");
}

#[test]
fn a_busier_machine_may_make_a_tenth_of_a_call_wherever_in_it_that_falls() {
    let caller = Function { total_ns: 16_000, self_ns: 80, ..Function::default() };
    let limits = Limits::default();
    let pct = |busier, metric| {
        let pair = Pair { busier, ..Pair::single(&caller, &caller, &limits) };
        Doubt::NONE.on_a_busy_machine(&pair, metric).machine
    };
    assert_eq!(format!("{:.0}", pct(Busier::Much, Metric::MeanNs)), "10");
    assert_eq!(format!("{:.0}", pct(Busier::Much, Metric::SelfNs)), "1000", "no more is said");
    assert_eq!(format!("{:.0}", pct(Busier::Somewhat, Metric::SelfNs)), "0");
}

#[test]
fn what_waited_may_take_longer_by_a_part_of_the_wait() {
    let function = |self_preempted_ns| Function {
        self_ns: 2_800_000,
        total_ns: 20_000_000,
        preempted_ns: 24_000_000,
        self_preempted_ns,
        ..Function::default()
    };
    let (old, new) = (function(0), function(16_000_000));
    let limits = Limits::default();
    let single = Pair::single(&old, &new, &limits);
    let pct = |pair: &Pair<'_>, metric| format!("{:.0}", of_interruptions_pct(pair, metric));
    assert_eq!([Metric::SelfNs, Metric::MeanNs].map(|it| pct(&single, it)), ["86", "0"]);
    // Of many runs, one that waited says nothing of the others.
    let [olds, news] =
        [[&old; 5], [&old, &old, &old, &old, &new]].map(|side| side.map(Some).to_vec());
    let many = Pair { olds, news, ..Pair::single(&old, &new, &limits) };
    assert_eq!(pct(&many, Metric::SelfNs), "0");
}

#[test]
fn a_recursive_mean_holds_what_recording_took_of_the_calls_within() {
    let function = |mean_ns: f64, overhead_ns| Function {
        calls: 1_000,
        mean_ns: Some(mean_ns),
        total_ns: 10_000,
        raw_total_ns: 10_000 + overhead_ns,
        overhead_ns,
        resolution_ns: 10,
        ..Function::default()
    };
    let open = |mean_ns: f64, busier| {
        let function = function(mean_ns, 20_000);
        format!("{:.0}", left_open_ns([&function; 2], Metric::MeanNs, busier))
    };
    assert_eq!([open(10.0, Busier::No), open(100.0, Busier::No)], ["8", "85"]);
    assert_eq!(open(10.0, Busier::Much), "42");
}

#[test]
fn a_busier_machine_makes_more_of_a_command() {
    let doubt = |waited, is_busier| Doubt::NONE.of_command_on_a_busy_machine(waited, is_busier);
    assert_eq!(doubt(0.5, false), Doubt::NONE);
    assert_eq!(doubt(0.5, true).interval(30.0), Some((5.0, 55.0)));
    assert_eq!(doubt(25.0, true).interval(101.0), Some((1.0, 201.0)));
    assert_eq!(doubt(-25.0, false).interval(-30.0), Some((-100.0, 70.0)));
}

#[test]
fn a_small_part_of_what_callees_take_may_be_off_by_many_times_itself() {
    let caller = |self_ns| Function {
        self_estimated: true,
        total_ns: 10_000,
        self_ns,
        ..Function::default()
    };
    let found = sampling_pct(&caller(100), &caller(5_000), Metric::SelfNs);
    assert!((found - MOST_PCT).abs() < 1.0, "{found}");
    let found = sampling_pct(&caller(5_000), &caller(5_000), Metric::SelfNs);
    assert!((found - 15.0).abs() < 0.01, "{found}");
}
