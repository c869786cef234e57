//! How well two sets of runs are told apart: `cargo bench -p perf-report --bench two_sample`.
//!
//! K baseline runs against the M runs that follow, with the runs before them as a history, on real CI
//! histories and on simulated ones; the current runs as they are (every finding is a false alarm, but
//! for changes that nobody labelled) and times 1.05, 1.1 and 1.2. Prints shares; asserts nothing.

#![expect(clippy::print_stdout, reason = "prints what it measured")]

mod cases;
#[path = "../common/histories.rs"]
mod histories;
mod methods;
#[path = "../common/numbers.rs"]
mod numbers;
#[path = "../methods/rank.rs"]
mod rank;
mod real;
mod simulated;
#[path = "../methods/welch.rs"]
mod welch;

use cases::Case;
use methods::METHODS;
use numbers::count;

/// Baseline runs and current runs.
const SIZES: [(usize, usize); 3] = [(5, 1), (5, 3), (10, 5)];
const STEPS: [f64; 4] = [1.0, 1.05, 1.1, 1.2];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = histories::FOLDER;
    if std::fs::exists(folder)? {
        let series: Vec<_> = histories::read(folder.as_ref())?.into_values().collect();
        table("stretches that look stationary, as they are", |k, m| {
            real::stationary(&series, k, m)
        });
        table("the same, drawn to a median noise of 3 %", |k, m| real::quieter(&series, k, m));
        table("any stretch, real changes and all", |k, m| real::any(&series, k, m));
    } else {
        println!("skipped: no histories in {folder}");
    }
    for kind in simulated::KINDS {
        table(&format!("simulated, noise 3 %: {}", kind.name), |k, m| kind.cases(k, m));
    }
    Ok(())
}

/// Prints a row for each method, a column for each size: false alarms; power at each step.
fn table(title: &str, cases: impl Fn(usize, usize) -> Vec<Case>) {
    let columns = SIZES.map(|(k, m)| cases(k, m));
    let counts = columns.each_ref().map(Vec::len);
    println!("\n{title} ({counts:?} cases): false alarms; power at 5 / 10 / 20 %");
    println!("{:34} {:27} {:27} K10 M5", "", "K5 M1", "K5 M3");
    for method in METHODS {
        let cells = columns.each_ref().map(|cases| cell(method.fires, cases));
        println!("{:34} {}", method.name, cells.join("  "));
    }
}

fn cell(fires: methods::Fires, cases: &[Case]) -> String {
    let share = |step: f64| {
        let found = cases.iter().filter(|case| fires(&case.stepped(step))).count();
        count(found) / count(cases.len().max(1))
    };
    let [none, five, ten, twenty] = STEPS.map(share);
    format!("{none:.4}; {five:.2} / {ten:.2} / {twenty:.2}")
}
