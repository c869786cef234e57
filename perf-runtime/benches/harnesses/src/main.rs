//! Runs the workloads under all three, in turn, and prints what each found.
//!
//! `cargo run --release -- 3` runs each three times. The interval of a harness is that of its runs:
//! from the least to the most it said. Two agree where our median lies within it, or within 2 % of
//! its nearer end, since runs differ by that on a shared machine.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use harnesses::reading::{bench, divan_medians, ends, json_of, median};
use perf_runtime::segment;
use perf_runtime::snapshot::Batch;

/// Times of a workload by its name, in nanoseconds, one a run.
type Times = BTreeMap<String, Vec<f64>>;

fn main() {
    let rounds = std::env::args().nth(1).and_then(|it| it.parse().ok()).unwrap_or(3_u32);
    let target = std::env::current_dir().unwrap_or_default().join("target/agreement");
    let (mut ours, mut criterion, mut divan) = (Times::new(), Times::new(), Times::new());
    for round in 0..rounds {
        eprintln!("round {} of {rounds}", round + 1);
        add(&mut ours, of_perf_track(&target));
        add(&mut criterion, of_criterion(&target));
        add(&mut divan, of_divan());
    }
    println!("| workload | perf-track | criterion | divan | ours / criterion | ours / divan |");
    println!("|---|---|---|---|---|---|");
    for (name, _) in harnesses::ALL {
        let times =
            [&ours, &criterion, &divan].map(|all| all.get(name).cloned().unwrap_or_default());
        let cells = times.each_ref().map(|times| cell(times));
        let ratio = |other: usize| {
            let mark = if agree(median(&times[0]), &times[other]) { "" } else { " !" };
            format!("{:.3}{mark}", median(&times[0]) / median(&times[other]))
        };
        println!(
            "| {name} | {} | {} | {} | {} | {} |",
            cells[0],
            cells[1],
            cells[2],
            ratio(1),
            ratio(2)
        );
    }
}

fn add(all: &mut Times, one: BTreeMap<String, f64>) {
    for (name, ns) in one {
        all.entry(name).or_default().push(ns);
    }
}

fn of_perf_track(target: &Path) -> BTreeMap<String, f64> {
    let folder = target.join("segments");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder for recordings");
    let status = bench("perf_track").env("PERF_TRACK_DIR", &folder).stdout(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "perf-track");
    let files = std::fs::read_dir(&folder).expect("recordings").flatten();
    let read = files.filter_map(|file| segment::read(&file.path()).ok());
    let of_benchmark = |it: perf_runtime::snapshot::Benchmark| {
        let mean = |it: &Batch| it.ns as f64 / it.iterations.max(1) as f64;
        let means: Vec<f64> = it.undisturbed().map(mean).collect();
        let (_, name) = it.name.rsplit_once("::").unwrap_or_default();
        (name.to_owned(), median(&means))
    };
    read.flat_map(|snapshot| snapshot.benchmarks).map(of_benchmark).collect()
}

fn of_criterion(target: &Path) -> BTreeMap<String, f64> {
    let folder = target.join("criterion");
    let status =
        bench("with_criterion").env("CRITERION_HOME", &folder).stdout(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "criterion");
    let estimate = |name: &str| {
        json_of(&folder.join(name).join("new/estimates.json"))["median"]["point_estimate"].as_f64()
    };
    harnesses::ALL
        .iter()
        .filter_map(|(name, _)| Some((name.to_string(), estimate(name)?)))
        .collect()
}

fn of_divan() -> BTreeMap<String, f64> {
    let output = bench("with_divan").output().expect("divan");
    divan_medians(&String::from_utf8_lossy(&output.stdout))
}

fn agree(ours: f64, others: &[f64]) -> bool {
    let (least, most) = ends(others);
    ours >= least * 0.98 && ours <= most * 1.02
}

fn cell(values: &[f64]) -> String {
    let (least, most) = ends(values);
    format!("{:.4} ({least:.4} to {most:.4}) ns", median(values))
}
