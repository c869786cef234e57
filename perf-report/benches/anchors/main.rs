//! Detectors of changes of level side by side: `cargo bench -p perf-report --bench anchors`.
//!
//! Ours and those of others, at their own settings and at settings where they raise as many false
//! alarms, on windows of real CI histories that look stationary (as they are, shuffled, with steps
//! put in) and on simulated series. Prints shares; asserts nothing. `ANCHORS_SETS` chooses what:
//! `script` (the windows of the project's score), `held-out` (windows that overlap none of them),
//! `between` (that may overlap half of one), `simulated`; and, not by default, `alarms` (what ours
//! reports of those two as they are) and `names` (of the windows of the score).

#![expect(clippy::print_stdout, reason = "prints what it measured")]

mod detectors;
mod equal;
#[path = "../common/histories.rs"]
mod histories;
#[path = "../common/numbers.rs"]
mod numbers;
mod score;
mod simulated;
mod tables;
mod windows;

use detectors::Detector;
use histories::Histories;
use score::Set;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let wanted = std::env::var("ANCHORS_SETS");
    let wanted = wanted.as_deref().unwrap_or("script,held-out,between,simulated");
    let detectors = detectors::all();
    let is_wanted = |set: &str| wanted.split(',').any(|one| one.trim() == set);
    if std::fs::exists(histories::FOLDER)? {
        real(&histories::read(histories::FOLDER.as_ref())?, &detectors, is_wanted);
    } else {
        println!("skipped: no histories in {}", histories::FOLDER);
    }
    if is_wanted("simulated") {
        tables::simulated(&detectors);
    }
    Ok(())
}

fn real(histories: &Histories, detectors: &[Detector], is_wanted: impl Fn(&str) -> bool) {
    let scored = windows::scored(histories);
    let held_out = windows::held_out(histories);
    let between = windows::between(histories);
    if is_wanted("names") {
        for window in &scored {
            println!("{}", window.name);
        }
    }
    if is_wanted("script") {
        tables::real("windows of the score", &scored, detectors);
    }
    if is_wanted("held-out") {
        tables::real("windows that overlap none of those", &held_out, detectors);
    }
    if is_wanted("between") {
        tables::real("windows that begin in the middle of those", &between, detectors);
    }
    if is_wanted("alarms") {
        tables::alarms(&[held_out, between].concat(), detectors);
    }
}
