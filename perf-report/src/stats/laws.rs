//! Laws of the comparisons of runs, whatever the values.

use proptest::collection::vec;
use proptest::prelude::*;

use super::history::{self, History};
use super::moderated::{Difference, Prior, pairs, prior_of_history, two_samples};
use super::random::Stream;

const NOISE: Prior = Prior { sigma: 0.05, degrees: 8.0 };

fn times() -> impl Strategy<Value = f64> {
    (-20.0..20.0_f64).prop_map(f64::exp)
}

/// Makes anything that a file may hold.
fn anything() -> impl Strategy<Value = f64> {
    prop_oneof![times(), any::<f64>(), Just(0.0), Just(f64::MAX), Just(f64::MIN_POSITIVE)]
}

fn close(a: Option<Difference>, b: Option<Difference>) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-6 * (1.0 + a.abs());
    match (a, b) {
        (Some(a), Some(b)) => {
            near(a.log_ratio, b.log_ratio)
                && near(a.standard_error, b.standard_error)
                && near(a.p_value, b.p_value)
        }
        (a, b) => a == b,
    }
}

fn scaled(values: &[f64], factor: f64) -> Vec<f64> {
    values.iter().map(|value| value * factor).collect()
}

fn negated(difference: Option<Difference>) -> Option<Difference> {
    difference.map(|it| Difference { log_ratio: -it.log_ratio, ..it })
}

proptest! {
    #[test]
    fn the_unit_of_time_changes_nothing(
        a in vec(times(), 1..12), b in vec(times(), 1..12), factor in 1e-3..1e3_f64
    ) {
        let (more_a, more_b) = (scaled(&a, factor), scaled(&b, factor));
        prop_assert!(close(two_samples(&a, &b, Some(NOISE)), two_samples(&more_a, &more_b, Some(NOISE))));
        let both = a.len().min(b.len());
        prop_assert!(close(
            pairs(&a[..both], &b[..both], None),
            pairs(&more_a[..both], &more_b[..both], None)
        ));
    }

    #[test]
    fn swapping_the_sides_turns_the_sign(a in vec(times(), 1..12), b in vec(times(), 1..12)) {
        let swapped = two_samples(&b, &a, Some(NOISE));
        prop_assert!(close(two_samples(&a, &b, Some(NOISE)), negated(swapped)));
        let both = a.len().min(b.len());
        let (a, b) = (&a[..both], &b[..both]);
        prop_assert!(close(pairs(a, b, Some(NOISE)), negated(pairs(b, a, Some(NOISE)))));
    }

    #[test]
    fn the_order_within_a_side_changes_not_even_the_last_digit(
        a in vec(times(), 1..12), b in vec(times(), 1..12)
    ) {
        let back = |values: &[f64]| values.iter().rev().copied().collect::<Vec<f64>>();
        let turned = two_samples(&back(&a), &back(&b), Some(NOISE));
        prop_assert_eq!(two_samples(&a, &b, Some(NOISE)), turned);
    }

    #[test]
    fn equal_sides_do_not_differ(a in vec(times(), 1..12)) {
        for difference in [two_samples(&a, &a, Some(NOISE)), pairs(&a, &a, Some(NOISE))] {
            let difference = difference.expect("a prior is enough");
            prop_assert!(difference.log_ratio.abs() < 1e-12 && difference.p_value > 0.999_999);
        }
    }

    #[test]
    fn whatever_the_values_there_is_an_answer_of_numbers_or_none(
        before in vec(anything(), 0..60), a in vec(anything(), 0..8), b in vec(anything(), 0..8)
    ) {
        let prior = prior_of_history(&before);
        let (older, newer) = before.split_at(before.len() / 2);
        let beside = history::compare(History { before: older, since: newer }, &a, &b);
        let answers = [two_samples(&a, &b, prior), pairs(&a, &b, prior), beside];
        for difference in answers.into_iter().flatten() {
            prop_assert!(difference.log_ratio.is_finite() && difference.standard_error > 0.0);
            prop_assert!((0.0..=1.0).contains(&difference.p_value) && difference.degrees > 0.0);
            let (low, high) = difference.interval_pct(0.95);
            prop_assert!(low <= high && !difference.detectable_pct(0.01, 0.8).is_nan());
        }
    }
}

/// Returns the share of experiments of `rounds` rounds without a difference, in which one is found at
/// `alpha`.
fn false_alarms(rounds: usize, alpha: f64, noise: impl Fn(&mut Stream) -> f64) -> f64 {
    const EXPERIMENTS: u32 = 4_000;
    let mut stream = Stream::of(rounds as u64);
    let found = (0..EXPERIMENTS).filter(|_| {
        let mut side =
            || (0..rounds).map(|_| (0.02 * noise(&mut stream)).exp()).collect::<Vec<f64>>();
        pairs(&side(), &side(), None).is_some_and(|it| it.p_value < alpha)
    });
    f64::from(u32::try_from(found.count()).unwrap_or(u32::MAX)) / f64::from(EXPERIMENTS)
}

#[test]
fn rounds_of_the_same_program_differ_as_seldom_as_is_said() {
    let wild = |stream: &mut Stream| {
        let factor = if stream.share() < 0.1 { 10.0 } else { 1.0 };
        factor * stream.normal()
    };
    for rounds in [5, 8, 10, 20, 40] {
        for alpha in [0.05, 0.01] {
            // A tenth more than promised, and three standard deviations of the share of 4,000.
            let most = 1.1 * alpha + 3.0 * f64::sqrt(alpha / 4_000.0);
            let (calm, wild) =
                (false_alarms(rounds, alpha, Stream::normal), false_alarms(rounds, alpha, wild));
            assert!(calm <= most && calm >= alpha * 0.6, "{rounds} {alpha} {calm}");
            assert!(wild <= most, "{rounds} {alpha} {wild}");
        }
    }
}
