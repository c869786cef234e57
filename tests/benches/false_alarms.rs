//! How often `check` fails for the same binary, and how often it finds one function that is slower by a
//! known share: `cargo bench -p perf-tests --bench false_alarms`. One run against five, on a machine that
//! does nothing else and beside two programs that take a processor each. Prints what came of it; asserts
//! nothing, since that depends on the machine.
//!
//! `CHECKS=100` checks of each kind; `POWER=10,30` more work of one function in per cent.

#![expect(clippy::print_stdout, reason = "prints what it measured")]

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};

use perf_tests::{Lab, lab, program};
use serde_json::Value;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A program that is held against itself.
struct Program {
    what: &'static str,
    path: &'static str,
    arguments: &'static [&'static str],
}

/// The function that is made slower, and the variable that says by how much.
const SLOWED: (&str, &str) = ("::tokenize", "SLOW_TOKENIZE");

fn programs() -> [Program; 4] {
    [
        Program {
            what: "functions of nanoseconds",
            path: program!("small_functions"),
            arguments: &["500"],
        },
        Program {
            what: "functions of microseconds",
            path: program!("slowed-under-test"),
            arguments: &["300"],
        },
        Program {
            what: "recursive functions",
            path: program!("recursion"),
            arguments: &["direct", "25"],
        },
        Program {
            what: "eight threads",
            path: program!("workload"),
            arguments: &["8", "200000", "return"],
        },
    ]
}

/// Two programs that take a processor each, until they are dropped.
struct Load(Vec<Child>);

impl Load {
    fn of(count: usize) -> Self {
        let spin = || {
            Command::new("sh").args(["-c", "while :; do :; done"]).stdin(Stdio::null()).spawn().ok()
        };
        Self((0..count).filter_map(|_| spin()).collect())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Records the program once, with `slower` per cent more work in one function.
fn record(lab: &Lab, program: &Program, slower: u32) -> Result<()> {
    let mut command = lab.report_command(["run", "--quiet", "--", program.path]);
    command.args(program.arguments).env(SLOWED.1, slower.to_string());
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}: {}", program.path, String::from_utf8_lossy(&output.stderr)).into())
}

/// Whether the newest run fails, and the rows for which it does.
fn check(lab: &Lab) -> (bool, Vec<String>) {
    let finished = lab.report(["check", "--baseline", "same", "--format", "json"]);
    let comparison: Value = serde_json::from_str(&finished.stdout).unwrap_or_default();
    let rows = comparison["functions"].as_array().into_iter().flatten();
    let worse = rows.filter(|row| row["verdict"] == "regression");
    let named = worse.map(|row| {
        let [name, reason] = ["name", "reason"].map(|key| row[key].as_str().unwrap_or_default());
        format!("{name}: {reason}")
    });
    (finished.code == Some(3), named.collect())
}

fn setting(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

fn main() -> Result<()> {
    let checks: u32 = setting("CHECKS", "100").parse()?;
    let shares: std::result::Result<Vec<u32>, _> =
        setting("POWER", "10,30").split(',').map(str::parse).collect();
    let shares = shares?;
    println!("{checks} checks each, one run against five of the same binary");
    for program in programs() {
        let lab = lab!();
        for _ in 0..5 {
            record(&lab, &program, 0)?;
        }
        let saved = lab.report(["baseline", "save", "same", "--runs", "5"]);
        assert_eq!(saved.code, Some(0), "{saved:?}");
        let is_slowed = program.path.contains("slowed");
        let kinds = [0].into_iter().chain(shares.iter().copied().filter(|_| is_slowed));
        for slower in kinds {
            for (state, load) in [("quiet", 0), ("busy", 2)] {
                judge(&lab, &program, (slower, checks), (state, load))?;
            }
        }
    }
    Ok(())
}

fn judge(
    lab: &Lab,
    program: &Program,
    (slower, checks): (u32, u32),
    (state, load): (&str, usize),
) -> Result<()> {
    let (mut failed, mut found) = (0, 0);
    let mut why: BTreeMap<String, u32> = BTreeMap::new();
    for _ in 0..checks {
        let load = Load::of(load);
        record(lab, program, slower)?;
        drop(load);
        let (fails, worse) = check(lab);
        failed += u32::from(fails);
        found += u32::from(worse.iter().any(|row| row.contains(&format!("{}: ", SLOWED.0))));
        if slower == 0 {
            for row in worse {
                *why.entry(row).or_default() += 1;
            }
        }
    }
    if slower == 0 {
        println!("{:<28} {state:<6} {failed} false alarms", program.what);
        why.iter().take(3).for_each(|(row, times)| println!("    {times} × {row}"));
    } else {
        println!("{:<28} {state:<6} +{slower} % found {found} times", program.what);
    }
    Ok(())
}
