//! Series whose changes are known.

use proptest::prelude::*;

use super::*;
use crate::stats::random::Stream;
use shapes::{SHAPES, SPREADS, Spread, heavy};

#[path = "../../../benches/common/shapes.rs"]
mod shapes;

fn hash(at: usize) -> u64 {
    Stream::of(at as u64).number()
}

/// Returns noise of about one, the same in every run.
fn noise(at: usize) -> f64 {
    let hash = (at as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let unit =
        |bits: u64| crate::stats::number::float(bits >> 11) / crate::stats::number::float(1 << 53);
    (0..12)
        .map(|turn| unit(hash.rotate_left(turn * 5).wrapping_mul(0xD6E8_FEB8_6659_FD93)))
        .sum::<f64>()
        - 6.0
}

fn series(length: usize, level: impl Fn(usize) -> f64) -> Vec<f64> {
    (0..length).map(|at| level(at) * (1.0 + 0.02 * noise(at))).collect()
}

fn found(values: &[f64]) -> Vec<usize> {
    change_points(values, Settings::DEFAULT).iter().map(|change| change.index).collect()
}

#[test]
fn steps_are_found_where_they_are() {
    let steps = series(200, |at| {
        if at < 60 {
            1.0
        } else if at < 130 {
            1.15
        } else {
            1.0
        }
    });
    let places = found(&steps);
    assert_eq!(places.len(), 2, "{places:?}");
    assert!(places[0].abs_diff(60) <= 2 && places[1].abs_diff(130) <= 2, "{places:?}");
    let change = change_points(&steps, Settings::DEFAULT)[0];
    assert!((change.after / change.before - 1.15).abs() < 0.02, "{change:?}");
    assert!(change.p_value < 1e-6);
}

/// Counts the series whose answer is right.
fn right(stream: &mut Stream, series: u64, mut answers: impl FnMut(&mut Stream) -> bool) -> usize {
    (0..series).filter(|_| answers(stream)).count()
}

#[test]
fn levels_that_lie_far_apart_are_found_in_short_series() {
    let mut stream = Stream::of(1);
    for shape in SHAPES {
        for (spread, part) in
            SPREADS.into_iter().flat_map(|it| [0.01, 0.03, 0.1].map(|of| (it, of)))
        {
            let right = right(&mut stream, 40, |stream| {
                shape.is_right(&found(&shape.values(part, spread, || stream.normal())))
            });
            assert!(right >= 38, "{}, {spread:?}, noise {part}: {right} of 40", shape.name);
        }
    }
}

#[test]
fn levels_of_equal_values_are_found_where_they_change() {
    for (levels, expected) in [
        (&[(10.0, 4), (80.0, 4), (10.0, 4)][..], &[4, 8][..]),
        (&[(10.0, 4), (80.0, 4)], &[4]),
        (&[(16.0, 10), (90.0, 10), (16.0, 10)], &[10, 20]),
        (&[(10.0, 5), (20.0, 5)], &[5]),
        (&[(20.0, 5), (10.0, 20)], &[5]),
        (&[(10.0, 9), (20.0, 9)], &[9]),
        (&[(10.0, 7), (11.0, 7)], &[7]),
        (&[(224.0, 20), (240.0, 6), (224.0, 14)], &[20, 26]),
        (&[(0.0, 6), (30.0, 6)], &[6]),
        // One step of a clock, as it comes and goes by chance.
        (&[(10.0, 4), (20.0, 4)], &[]),
        (&[(0.0, 4), (10.0, 4)], &[]),
        // A spike, and the machine's bad day.
        (&[(10.0, 9), (80.0, 2), (10.0, 9)], &[]),
    ] {
        let values = levels.iter().flat_map(|&(level, count)| std::iter::repeat_n(level, count));
        assert_eq!(found(&values.collect::<Vec<f64>>()), *expected, "{levels:?}");
    }
}

#[test]
fn levels_are_those_that_were_given() {
    let values = [[3.0; 9], [7.1; 9], [f64::MAX; 9], [1e-300; 9]].concat();
    let changes = change_points(&values, Settings::DEFAULT);
    let levels: Vec<_> = changes.iter().map(|change| (change.before, change.after)).collect();
    let most = 1.797_693_134_862e308;
    assert_eq!(levels, [(3.0, 7.1), (7.1, most), (most, 1e-300)]);
}

#[test]
fn a_step_after_a_slope_is_found_beside_it() {
    let right = right(&mut Stream::of(1), 40, |stream| {
        let level = |at: i32| if at < 30 { 1.005_f64.powi(at) } else { 2.0 };
        let values: Vec<f64> =
            (0..40).map(|at| level(at) * (0.01 * stream.normal()).exp()).collect();
        let changes = change_points(&values, Settings::DEFAULT);
        changes.iter().any(|it| it.kind == Kind::Step && it.index.abs_diff(30) <= 1)
    });
    assert!(right >= 38, "{right} of 40");
}

#[test]
fn heavy_tails_hide_no_regression_and_its_fix() {
    let right = right(&mut Stream::of(1), 100, |stream| {
        let values = SHAPES[0].values(0.05, Spread::OfEach, || heavy(|| stream.normal()));
        SHAPES[0].is_right(&found(&values))
    });
    assert!(right >= 95, "{right} of 100");
}

#[test]
fn machines_that_take_turns_are_no_changes() {
    let alarms = right(&mut Stream::of(1), 50, |stream| {
        let of_two = |stream: &mut Stream| if stream.share() < 0.5 { 1.0 } else { 3.0 };
        let values = (0..60).map(|_| of_two(stream) * (1.0 + 0.02 * stream.normal()));
        !found(&values.collect::<Vec<f64>>()).is_empty()
    });
    assert_eq!(alarms, 0);
}

#[test]
fn short_series_of_noise_have_no_change() {
    let mut stream = Stream::of(1);
    for part in [0.01, 0.02, 0.05, 0.1] {
        let mut length = 7;
        let alarms = right(&mut stream, 250, |stream| {
            length = if length == 60 { 8 } else { length + 1 };
            let values: Vec<f64> = (0..length).map(|_| (part * stream.normal()).exp()).collect();
            !found(&values).is_empty()
        });
        assert_eq!(alarms, 0, "noise of {part}");
    }
}

#[test]
fn a_clock_that_goes_to_and_fro_between_two_steps_makes_hardly_a_change() {
    let mut stream = Stream::of(1);
    for (length, most) in [(8, 0), (9, 0), (12, 2), (16, 2), (30, 2)] {
        for share in [0.2, 0.5] {
            let alarms = right(&mut stream, 400, |stream| {
                let step = |stream: &mut Stream| if stream.share() < share { 20.0 } else { 10.0 };
                !found(&(0..length).map(|_| step(stream)).collect::<Vec<f64>>()).is_empty()
            });
            assert!(alarms <= most, "{length} values, {share}: {alarms} of 400");
        }
    }
}

#[test]
fn noise_and_spikes_are_no_changes() {
    assert!(found(&series(300, |_| 5.0)).is_empty());
    assert!(found(&series(100, |at| if at % 33 == 20 { 9.0 } else { 3.0 })).is_empty());
}

#[test]
fn a_fresh_step_is_seen() {
    let fresh = series(66, |at| if at < 60 { 1.0 } else { 1.2 });
    assert_eq!(found(&fresh).len(), 1);
}

#[test]
fn every_series_has_an_answer() {
    for odd in [
        &[][..],
        &[1.0],
        &[3.0; 50],
        &[f64::NAN; 20],
        &[0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0],
        &[f64::MAX, f64::MIN_POSITIVE, f64::MAX, 1.0, f64::INFINITY, 2.0, 3.0, 1e-300],
    ] {
        assert!(found(odd).len() < 2, "{odd:?}");
    }
    let below: Vec<f64> =
        series(80, |at| if at < 40 { 1.0 } else { 2.0 }).iter().map(|v| -v).collect();
    assert_eq!(found(&below).len(), 1);
    let mut with_gaps = series(80, |at| if at < 40 { 1.0 } else { 1.5 });
    (with_gaps[3], with_gaps[70]) = (f64::NAN, f64::INFINITY);
    assert_eq!(found(&with_gaps), [40]);
}

#[test]
fn a_slope_is_a_drift_and_no_staircase() {
    for (length, rise) in [(200, 0.002), (60, 0.005), (40, 0.005), (40, -0.004)] {
        let slope = series(length, |at| 1.0 + rise * crate::stats::number::float(at as u64));
        let changes = change_points(&slope, Settings::DEFAULT);
        let kinds: Vec<Kind> = changes.iter().map(|change| change.kind).collect();
        assert_eq!(kinds, [Kind::Drift], "{length} {rise}");
        let whole = 1.0 + rise * crate::stats::number::float(length as u64);
        assert!((changes[0].after / changes[0].before - whole).abs() < 0.05, "{changes:?}");
    }
}

#[test]
fn levels_that_take_turns_are_noise_and_their_shift_is_seen() {
    // Machines of three kinds, up to 30 % apart, and a step of 6 %: half a standard deviation.
    let machine = |at: usize| [1.0, 1.1, 1.3][(hash(at) % 3) as usize];
    let values = |step: f64| -> Vec<f64> {
        let level = |at: usize| machine(at) * if at < 100 { 1.0 } else { step };
        (0..200).map(|at| level(at) * (1.0 + 0.005 * noise(at))).collect()
    };
    assert!(found(&values(1.0)).is_empty());
    let places = found(&values(1.06));
    assert!(matches!(places[..], [place] if place.abs_diff(100) <= 5), "{places:?}");
}

#[test]
fn false_alarms_are_as_rare_as_they_may_be() {
    // Of every kind of noise 400 series, of which one in 1,400 may alarm.
    let heavy = |at: usize| (noise(at) / noise(at + 500_000)).clamp(-40.0, 40.0);
    let kinds: [(&str, &dyn Fn(usize) -> f64); 4] = [
        ("normal", &|at| 100.0 + noise(at)),
        ("heavy tails", &|at| 100.0 + heavy(at)),
        ("rounded", &|at| (100.0 + noise(at)).round()),
        ("two levels", &|at| if hash(at).is_multiple_of(10) { 130.0 } else { 100.0 }),
    ];
    for (kind, value) in kinds {
        let alarms = (0..400)
            .filter(|series| {
                !found(&(0..100).map(|at| value(at + 1_000 * series)).collect::<Vec<_>>())
                    .is_empty()
            })
            .count();
        assert!(alarms <= 3, "{kind}: {alarms}");
    }
}

proptest! {
    #[test]
    fn scaling_a_series_moves_no_change(values in prop::collection::vec(0.5..2.0, 0..120)) {
        let scaled: Vec<f64> = values.iter().map(|value| value * 1024.0).collect();
        prop_assert_eq!(found(&values), found(&scaled));
    }

    #[test]
    fn changes_are_in_order_and_inside(values in prop::collection::vec(any::<f64>(), 0..80)) {
        let places = found(&values);
        prop_assert!(places.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!(places.iter().all(|place| *place > 0 && *place < values.len()));
    }
}
