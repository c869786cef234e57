//! Laws of scores, whatever the figures.

use proptest::prelude::*;

use super::spread::Figure;
use super::*;
use crate::model::samples;
use crate::verdict::{Limits, alone};

fn thresholds() -> impl Strategy<Value = Thresholds> {
    (1e-3..1e9_f64, 1.01..10.0_f64, 1.01..10.0_f64, 1.01..10.0_f64)
        .prop_map(|(a, b, c, d)| [a, a * b, a * b * c, a * b * c * d])
}

fn curves() -> impl Strategy<Value = Curve> {
    prop_oneof![
        thresholds().prop_map(Curve::through),
        (1e-3..1e12_f64).prop_map(Curve::of_target),
        Just(Curve::of_baseline()),
    ]
}

fn run(wall_ns: u64, peak: u64, cpu_ns: u64) -> RunDocument {
    let mut run = samples::typical();
    run.process.wall_ns = Some(wall_ns);
    run.process.peak_rss_bytes = Some(peak);
    (run.process.user_ns, run.process.system_ns) = (Some(cpu_ns), Some(0));
    run
}

fn scored(run: &RunDocument, settings: &Settings) -> Score {
    let comparison = alone(run, &Limits::default(), String::new());
    score(std::slice::from_ref(run), &comparison, settings).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_larger_figure_never_has_more_points(curve in curves(), x in 1e-6..1e14_f64, more in 1.0..100.0_f64) {
        let (before, after) = (curve.at(x), curve.at(x * more));
        prop_assert!((0.0..=100.0).contains(&before) && after <= before, "{before} {after}");
    }

    #[test]
    fn a_scale_has_no_step(curve in curves(), x in 1e-6..1e14_f64) {
        let by = (curve.at(x) - curve.at(x * (1.0 + 1e-9))).abs();
        prop_assert!(by < 1e-4, "{by}");
    }

    #[test]
    fn success_has_no_step_and_only_rises(share in 0.0..=1.0_f64, more in 0.0..1e-6_f64) {
        let (low, high) = (success_points(share), success_points((share + more).min(1.0)));
        prop_assert!((0.0..=100.0).contains(&low) && low <= high && high - low < 0.01);
    }

    #[test]
    fn no_figure_falls_off_a_scale(curve in curves(), x in any::<f64>()) {
        prop_assert!((0.0..=100.0).contains(&curve.at(x)));
    }

    #[test]
    fn more_time_memory_or_processor_never_raises_a_score(
        figures in (1_u64..1_u64 << 40, 1_u64..1_u64 << 36, 1_u64..1_u64 << 40),
        more in (0_u64..1_u64 << 40, 0_u64..1_u64 << 36, 0_u64..1_u64 << 36),
        weights in proptest::array::uniform5(0.01..1.0_f64),
    ) {
        let settings = Settings { weights, cpu_limit: Some(0.5), ..Settings::default() };
        let (wall, peak, cpu) = figures;
        let before = scored(&run(wall, peak, cpu), &settings);
        prop_assert!((0.0..=100.0).contains(&before.value));
        prop_assert!(before.low <= before.value && before.value <= before.high);
        prop_assert!((before.parts.iter().map(|part| part.weight).sum::<f64>() - 1.0).abs() < 1e-9);
        for worse in [run(wall, peak + more.1, cpu), run(wall, peak, cpu + more.2)] {
            prop_assert!(scored(&worse, &settings).value <= before.value + 1e-9);
        }
        // Of a run that takes longer, a smaller share of the cores is used: that part may rise.
        let of_time = Settings { weights: [weights[0], weights[1], 0.0, weights[3], 0.0], cpu_limit: None, ..settings };
        let before = scored(&run(wall, peak, cpu), &of_time).value;
        prop_assert!(scored(&run(wall + more.0, peak, cpu), &of_time).value <= before + 1e-9);
    }

    #[test]
    fn the_order_of_functions_changes_nothing(seed in any::<u64>()) {
        let (mut one, mut other) = (samples::typical(), samples::typical());
        let mut stream = crate::stats::random::Stream::of(seed);
        for at in (1..other.functions.len()).rev() {
            other.functions.swap(at, stream.below(at + 1));
        }
        one.functions[0].panics = 1;
        for function in &mut other.functions {
            function.panics = u64::from(function.name == one.functions[0].name);
        }
        let baseline = samples::changed();
        let settings = Settings::default();
        let of = |run: &RunDocument| {
            let comparison = crate::verdict::compare(&baseline, run, &Limits::default());
            let score = score(std::slice::from_ref(run), &comparison, &settings);
            let grade = grade(std::slice::from_ref(run), &comparison, score.as_ref(), &settings);
            (score, grade)
        };
        prop_assert_eq!(of(&one), of(&other));
    }

    #[test]
    fn the_ends_lie_about_the_value(values in proptest::collection::vec(1e-3..1e12_f64, 1..12)) {
        let figure = Figure::of(&values).unwrap();
        prop_assert!(figure.low <= figure.value && figure.value <= figure.high);
        let score = figure.map(|it| Curve::of_baseline().at(it));
        prop_assert!(score.low <= score.value && score.value <= score.high);
    }
}
