//! The throughput of benchmarks with more threads, in words.

use crate::model::{Scaling, ScalingStep};
use crate::stats::number::whole;
use crate::text::units;

/// The title of its part.
pub(crate) const TITLE: &str = "More threads";

/// The titles of the columns of [`cells`].
pub(crate) const COLUMNS: [&str; 4] = ["threads", "calls/s", "times one", "efficiency"];

/// Returns the cells of a step.
pub(crate) fn cells(step: &ScalingStep) -> [String; 4] {
    let unknown = || "–".to_owned();
    let times = step.efficiency.map(|it| it * f64::from(step.threads));
    [
        step.threads.to_string(),
        units::rough_count(step.calls_per_s),
        times.map_or_else(unknown, |times| format!("{times:.2}")),
        step.efficiency.map_or_else(unknown, |it| units::percent(it * 100.0)),
    ]
}

/// Returns where a ramp up to `most` threads turns: `knee at 4 threads; 16 threads do less together than fewer of
/// them`. The knee is the largest number of threads of which each does nearly as much as one does at best.
pub(crate) fn turns(knee: u32, most: u32, hurts_from: Option<u32>) -> String {
    let threads = |count: u32| units::plural(u64::from(count), "thread");
    let knee = if knee == most {
        format!("no knee up to {}", threads(most))
    } else {
        format!("knee at {}", threads(knee))
    };
    let hurts =
        hurts_from.map(|count| format!("; {} do less together than fewer of them", threads(count)));
    knee + &hurts.unwrap_or_default()
}

/// Returns what the steps amount to, a sentence each.
pub(crate) fn sentences(scaling: &Scaling) -> Vec<String> {
    let most = scaling.steps.last().map_or(0, |step| step.threads);
    let mut sentences = vec![turns(scaling.knee, most, scaling.hurts_from)];
    if let Some(law) = scaling.law {
        let pct = |share: f64| units::percent(share * 100.0);
        let of = |share: f64, (low, high): (f64, f64)| {
            format!("{} ({} to {})", pct(share), pct(low), pct(high))
        };
        let best = law.best_threads.map_or_else(String::new, |best| {
            format!("; {} do the most", units::plural(whole(best.round()), "thread"))
        });
        sentences.push(format!(
            "by the universal scalability law, {} is done one after the other, and each pair of threads costs {}{best}",
            of(law.serial, law.serial_interval),
            of(law.crosstalk, law.crosstalk_interval),
        ));
    }
    let beyond = scaling.steps.iter().any(|step| step.threads > scaling.cores);
    if scaling.cores > 0 && beyond {
        let cores = units::plural(u64::from(scaling.cores), "core");
        sentences.push(format!("the machine has {cores}: more threads than that wait for one"));
    }
    sentences
}
