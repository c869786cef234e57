//! How often `check` fails for the same binary, and how often it finds one function that is slower by a
//! known share: `cargo bench -p perf-tests --bench false_alarms`. Prints a table; asserts nothing, since
//! what comes of it depends on the machine.
//!
//! Recording takes longest, so each program is recorded once, `RUNS` times on a machine that does nothing
//! else and as often beside two programs that take a processor each, in turn. Checks are made of these: one
//! run, or five, against the five quiet runs before. `RUNS=10 CHECKS=5` is a trial of a few minutes.
//!
//! - `RUNS=60` recordings of each kind, and `CHECKS=100` checks of each kind
//! - `PROGRAMS=tokenizer,service` only these; `realworld` stands for libraries that others wrote
//! - `POWER=10,30` more work of one function in per cent, where a program can do that; `POWER=` for none
//! - `HISTORY=0` quiet runs before the baseline that `check` knows as well
//! - `SERVICE_MS=2000` how long the service runs
//! - `POOL=` a folder that keeps the recordings, to judge the same ones again
//!
//! The same for `ab`: `cargo bench -p perf-tests --bench ab`.

#![expect(clippy::print_stdout, reason = "prints what it measured")]

mod checks;
#[path = "../common/load.rs"]
mod load;
mod pool;
mod programs;
mod realworld;
mod table;

use std::error::Error;

use perf_tests::lab;

use checks::Settings;
use pool::{Kind, Pool};
use programs::Program;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn setting(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

/// The numbers in a setting, separated by commas.
fn numbers(name: &str, default: &str) -> Result<Vec<u32>> {
    let text = setting(name, default);
    let parts = text.split(',').filter(|part| !part.is_empty());
    let numbers: std::result::Result<_, _> = parts.map(str::parse).collect();
    numbers.map_err(|error| format!("{name}={text:?}: {error}").into())
}

fn main() -> Result<()> {
    let runs: usize = setting("RUNS", "60").parse()?;
    let settings = Settings {
        wanted: setting("CHECKS", "100").parse()?,
        history: setting("HISTORY", "0").parse()?,
    };
    let shares = numbers("POWER", "10,30")?;
    if runs < 2 * checks::BASELINE {
        return Err(
            format!("RUNS={runs}, and two groups of {} are needed", checks::BASELINE).into()
        );
    }
    let files = tempfile::tempdir()?;
    table::print_head(runs, settings);
    for program in programs::all(files.path())? {
        // One that fails takes its own rows only.
        if let Err(error) = measure(&program, &kinds(&program, &shares), runs, settings) {
            println!("{}: {error}", program.name);
        }
    }
    Ok(())
}

fn measure(program: &Program, kinds: &[Kind], runs: usize, settings: Settings) -> Result<()> {
    let lab = lab!();
    let pool = Pool::kept_or_recorded(&lab, program, kinds, runs)?;
    for row in checks::judge(program, &pool, settings)? {
        table::print(&row);
    }
    Ok(())
}

/// What is recorded of a program: quiet and busy, as it is and slower.
fn kinds(program: &Program, shares: &[u32]) -> Vec<Kind> {
    let shares = shares.iter().filter(|_| program.slowed.is_some());
    let shares = [0].into_iter().chain(shares.copied());
    shares.flat_map(|slower| [0, 2].map(|loops| Kind { loops, slower })).collect()
}
