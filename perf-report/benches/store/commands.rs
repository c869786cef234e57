//! Whole commands, each a process: its time, and that of the processors.

use std::path::Path;
use std::process::{Command, Stdio};

use nix::sys::resource::{UsageWho, getrusage};

use crate::made::Fleet;
use crate::table::Table;
use crate::timing::{median, shown, times};
use crate::{Engine, Result};

/// Runs commands that read the store, and notes what they took.
pub(crate) fn run(engine: &Engine, fleet: &Fleet, table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let function = fleet.function();
    let first = fleet.run((fleet.size.runs - 1) / fleet.size.series * fleet.size.series).run.id;
    let commands: [&[&str]; 6] = [
        &["show", "latest"],
        &["list"],
        &["check", "--run", &first, "--baseline", "main~10"],
        &["history", "--run", &first],
        &["history", "--run", &first, "--last", "1000", function],
        &["history", "--run", &first, "--last", "1000"],
    ];
    for words in commands {
        let mut processors = Vec::new();
        let found = times(|| {
            let before = used();
            done(engine, folder.path(), words)?;
            processors.push(used() - before);
            Ok(())
        })?;
        processors.sort_by(f64::total_cmp);
        let name = words.join(" ").replace(&first, "ID").replace(function, "FUNCTION");
        let row = format!("perf-report {name}; of processors");
        table.note(&row, format!("{}; {:.0}", shown(&found), median(&processors)));
    }
    Ok(())
}

/// Runs a command; that it judges something to be worse is no failure.
fn done(engine: &Engine, folder: &Path, words: &[&str]) -> Result<()> {
    let output = Command::new(env!("CARGO_BIN_EXE_perf-report"))
        .args(words)
        .args(["--store", &engine.location.to_string()])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()?;
    match output.status.code() {
        Some(0 | 3 | 5) => Ok(()),
        _ => Err(format!("{words:?}: {}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}

/// Returns the time of the processors that the processes used which have ended, in milliseconds.
fn used() -> f64 {
    getrusage(UsageWho::RUSAGE_CHILDREN).map_or(0.0, |usage| {
        [usage.user_time(), usage.system_time()]
            .map(|time| time.tv_sec() as f64 * 1e3 + time.tv_usec() as f64 / 1e3)
            .iter()
            .sum()
    })
}
