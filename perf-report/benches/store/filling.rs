//! The storing of the runs, one after the other, as `push` stores them.

use std::process::Command;
use std::time::Instant;

use perf_report::project::store::{self, Filter};

use crate::made::Fleet;
use crate::table::Table;
use crate::timing::median;
use crate::{Engine, Result};

/// Makes a store, and stores the runs of the fleet there, unless it holds some already.
pub(crate) fn fill(engine: &Engine, fleet: &Fleet, table: &mut Table) -> Result<()> {
    let made = Command::new(env!("CARGO_BIN_EXE_perf-report"))
        .args(["store", "init", "--store", &engine.location.to_string()])
        .output()?;
    if !made.status.success() {
        return Err(String::from_utf8_lossy(&made.stderr).into());
    }
    let mut store = store::open_or_create(&engine.location)?;
    if store.count(&Filter::default())? > 0 {
        return Ok(());
    }
    let mut times = Vec::with_capacity(fleet.size.runs);
    for number in 0..fleet.size.runs {
        let run = fleet.run(number);
        let begun = Instant::now();
        store.save(&run)?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    let seconds = times.iter().sum::<f64>() / 1e3;
    let rows = (fleet.size.runs * fleet.size.functions) as f64;
    times.sort_by(f64::total_cmp);
    table.note(
        "function rows stored a second, one run after the other",
        format!("{:.0}", rows / seconds),
    );
    let slowest = times.get(times.len() * 99 / 100).copied().unwrap_or(f64::NAN);
    table.note(
        "a run stored: the median, and the slowest of 100",
        format!("{:.1}, {slowest:.0}", median(&times)),
    );
    Ok(())
}
