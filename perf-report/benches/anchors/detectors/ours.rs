//! The changes of level of this crate. The knob is the rate of false alarms that it promises.

use perf_report::stats::segments::{Settings, change_points};

use super::{Detector, Setting};

const RATES: [f64; 12] = [2e-2, 1e-2, 5e-3, 2e-3, 1e-3, 5e-4, 3e-4, 2e-4, 1e-4, 1e-5, 1e-6, 1e-8];

pub(super) fn detector() -> Detector {
    let preset = |name: &str, settings| Setting::new(format!("ours, {name}"), finder(settings));
    Detector {
        defaults: vec![
            preset("strict", Settings::STRICT),
            preset("default", Settings::DEFAULT),
            preset("sensitive", Settings::SENSITIVE),
        ],
        swept: RATES
            .into_iter()
            .map(|rate| {
                let settings = Settings { false_alarms: rate, ..Settings::DEFAULT };
                Setting::new(format!("ours, false alarms {rate:e}"), finder(settings))
            })
            .collect(),
    }
}

fn finder(settings: Settings) -> impl Fn(&[f64]) -> Vec<usize> {
    move |values| change_points(values, settings).into_iter().map(|change| change.index).collect()
}
