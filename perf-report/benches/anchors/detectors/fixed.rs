//! A fixed limit on the change against the previous run, as dashboards that compare two results have
//! it. The knob is the limit.

use super::{Detector, Setting};

const LIMITS: [f64; 14] =
    [0.05, 0.10, 0.15, 0.20, 0.30, 0.40, 0.50, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0];

pub(super) fn detector() -> Detector {
    let setting = |limit: f64| {
        Setting::new(format!("previous run, {:.0} %", 100.0 * limit), move |values| {
            find(values, limit)
        })
    };
    Detector { defaults: vec![setting(0.10)], swept: LIMITS.into_iter().map(setting).collect() }
}

fn find(values: &[f64], limit: f64) -> Vec<usize> {
    (1..)
        .zip(values.windows(2))
        .filter(|(_, pair)| (pair[1] / pair[0] - 1.0).abs() > limit)
        .map(|(at, _)| at)
        .collect()
}
