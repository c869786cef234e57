//! How long a person waits for a verdict on a large program: `cargo bench -p perf-tests --bench judge`.
//! Records the example `slowed`, makes 10,000 functions and many runs of it, and times `compare` and
//! `history` as they are called, reading and writing included. Prints times; asserts only that
//! what became slower is found beside a history.

#![expect(clippy::print_stdout, reason = "prints what it measured")]

use std::time::{Duration, Instant};

use perf_report::model::{Function, RunDocument};
use perf_report::project::store::{Filter, Sqlite, Store as _};
use perf_report::stats::random::Stream;
use perf_tests::{Lab, lab, program};

const FUNCTIONS: u64 = 10_000;
/// Every so many functions, one is slower in the newest run.
const SLOWER: u64 = 500;
/// Runs of each store: without a history, and with one.
const RUNS: [u64; 2] = [2, 50];
const ROUNDS: usize = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let recorded = record(&lab!())?;
    for runs in RUNS {
        let lab = lab!();
        let mut store = Sqlite::open_or_create(&lab.store())?;
        for number in 1..=runs {
            store.save(&run(&recorded, number, number == runs))?;
        }
        println!("{FUNCTIONS} functions, {runs} stored runs");
        let said = time("compare", &lab, &["compare", "latest~1", "latest"]);
        assert!(runs == RUNS[0] || said.starts_with("REGRESSION"), "{said}");
        time("history", &lab, &["history"]);
    }
    Ok(())
}

/// A run to make others of.
fn record(lab: &Lab) -> Result<RunDocument, Box<dyn std::error::Error>> {
    let finished = lab.run::<&str>(program!("slowed-under-test"), []);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let store = Sqlite::open(&lab.store())?;
    let newest = store.newest(&Filter::default())?.ok_or("nothing was stored")?;
    Ok(store.load(&newest.id)?)
}

/// The run with many functions more, all of whose times have a noise of 2 %.
fn run(recorded: &RunDocument, number: u64, is_newest: bool) -> RunDocument {
    let mut run = recorded.clone();
    run.run.id = format!("20261126T120000-{number:06x}");
    (run.run.group, run.tree) = (None, Vec::new());
    let mut stream = Stream::of(number);
    let functions = recorded.functions.iter().cycle().zip(0..FUNCTIONS);
    run.functions = functions
        .map(|(function, at)| {
            let is_slower = at % SLOWER == 0;
            let factor = if is_slower && is_newest { 1.3 } else { 1.0 };
            let name = if is_slower { "slower" } else { "same" };
            let name = format!("large::module_{:02}::{name}_{at}", at % 100);
            scaled(Function { name, ..function.clone() }, factor * (1.0 + 0.02 * stream.normal()))
        })
        .collect();
    run
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times are small")]
fn scaled(mut function: Function, factor: f64) -> Function {
    let scale = |ns: &mut u64| *ns = (perf_report::stats::number::float(*ns) * factor) as u64;
    scale(&mut function.total_ns);
    scale(&mut function.self_ns);
    function.mean_ns = function.mean_ns.map(|mean| mean * factor);
    let percentiles =
        [&mut function.p50_ns, &mut function.p90_ns, &mut function.p95_ns, &mut function.p99_ns];
    percentiles.into_iter().flatten().for_each(scale);
    function
}

/// Times a command, and returns what it printed.
fn time(what: &str, lab: &Lab, arguments: &[&str]) -> String {
    let mut times: Vec<Duration> = Vec::new();
    let mut said = String::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let finished = lab.report(arguments);
        times.push(start.elapsed());
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        said = finished.stdout;
    }
    times.sort_unstable();
    println!("  {what}: median {:.2?}, min {:.2?}", times[ROUNDS / 2], times[0]);
    said
}
