//! What a detector reports of a set of windows: as they are, shuffled, with steps put in, and cut off
//! soon after a step. The protocol is that of the project's score.

use std::time::{Duration, Instant};

use crate::detectors::{Finds, Setting};
use crate::numbers::count;
use crate::windows::{Window, shuffled};

/// The place of the first value after a step that is put in.
pub(crate) const STEP_AT: usize = 60;
/// How far off a report may be.
const MARGIN: usize = 5;
/// Orders of each window, where they are shuffled.
const SHUFFLES: u64 = 5;
/// Steps, in percent.
pub(crate) const STEPS: [u32; 4] = [2, 5, 10, 20];
/// Runs after a step of 10 % at which its window is cut.
pub(crate) const LATE: [usize; 3] = [3, 5, 10];

/// Windows in all the ways in which they are looked at.
pub(crate) struct Set {
    natural: Vec<Vec<f64>>,
    shuffled: Vec<Vec<f64>>,
    stepped: [Vec<Vec<f64>>; 4],
    late: [Vec<Vec<f64>>; 3],
}

/// What is reported, as shares of windows.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Score {
    pub(crate) alarms: Alarms,
    /// A step is reported within [`MARGIN`].
    pub(crate) recall: [f64; 4],
    /// Of the reports in windows with a step of 10 %, those that are of it.
    pub(crate) precision: f64,
    pub(crate) late: [f64; 3],
    /// For a window as it is.
    pub(crate) time: Duration,
}

/// Shares of windows of which anything is reported.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Alarms {
    pub(crate) natural: f64,
    pub(crate) shuffled: f64,
}

impl Score {
    /// The harmonic mean of precision and recall, for steps of 10 %.
    pub(crate) fn f1(&self) -> f64 {
        let [.., recall, _] = self.recall;
        let sum = recall + self.precision;
        if sum > 0.0 { 2.0 * recall * self.precision / sum } else { 0.0 }
    }
}

impl Set {
    pub(crate) fn new(windows: &[Window]) -> Self {
        let natural: Vec<Vec<f64>> = windows.iter().map(|window| window.values.clone()).collect();
        let orders = |(at, values): (u64, &Vec<f64>)| -> Vec<Vec<f64>> {
            (0..SHUFFLES).map(|order| shuffled(values.clone(), at * SHUFFLES + order)).collect()
        };
        let with_step = |percent: u32| -> Vec<Vec<f64>> {
            natural.iter().map(|values| stepped(values, percent)).collect()
        };
        let cut = |late: usize| -> Vec<Vec<f64>> {
            with_step(10).iter().map(|values| values[..STEP_AT + late].to_vec()).collect()
        };
        Self {
            shuffled: (0..).zip(&natural).flat_map(orders).collect(),
            stepped: STEPS.map(with_step),
            late: LATE.map(cut),
            natural,
        }
    }

    pub(crate) fn alarms(&self, setting: &Setting) -> Alarms {
        Alarms {
            natural: any(&self.natural, &setting.finds),
            shuffled: any(&self.shuffled, &setting.finds),
        }
    }

    pub(crate) fn score(&self, setting: &Setting) -> Score {
        let finds = &setting.finds;
        let recall = self.stepped.each_ref().map(|windows| recall(windows, finds));
        let [.., tens, _] = &self.stepped;
        let reports: usize = in_parallel(tens, |values| finds(values).len()).into_iter().sum();
        let [.., of_tens, _] = recall;
        let began = Instant::now();
        for values in &self.natural {
            std::hint::black_box(finds(values));
        }
        let windows = u32::try_from(self.natural.len()).unwrap_or(u32::MAX).max(1);
        Score {
            alarms: self.alarms(setting),
            recall,
            precision: of_tens * count(tens.len()) / count(reports.max(1)),
            late: self.late.each_ref().map(|windows| self::recall(windows, finds)),
            time: began.elapsed() / windows,
        }
    }
}

fn stepped(values: &[f64], percent: u32) -> Vec<f64> {
    let step = 1.0 + f64::from(percent) / 100.0;
    (0..).zip(values).map(|(at, value)| if at < STEP_AT { *value } else { value * step }).collect()
}

/// The share of the windows of which anything is reported.
pub(crate) fn any(windows: &[Vec<f64>], finds: &Finds) -> f64 {
    share(&in_parallel(windows, |values| !finds(values).is_empty()))
}

/// The share of the windows in which a report is near the place of the step.
pub(crate) fn recall(windows: &[Vec<f64>], finds: &Finds) -> f64 {
    let is_near = |at: usize| at.abs_diff(STEP_AT) <= MARGIN;
    share(&in_parallel(windows, |values| finds(values).into_iter().any(is_near)))
}

fn share(are: &[bool]) -> f64 {
    count(are.iter().filter(|is| **is).count()) / count(are.len().max(1))
}

/// In no order, on as many threads as there are cores.
fn in_parallel<R: Send>(windows: &[Vec<f64>], of: impl Fn(&[f64]) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = |first: usize| -> Vec<R> {
        windows.iter().skip(first).step_by(threads).map(|values| of(values)).collect()
    };
    let share = &share;
    std::thread::scope(|scope| {
        let shares: Vec<_> = (0..threads).map(|first| scope.spawn(move || share(first))).collect();
        shares.into_iter().flat_map(|share| share.join().unwrap_or_default()).collect()
    })
}
