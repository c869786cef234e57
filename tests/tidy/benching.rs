//! Applications pay nothing for benchmarks: one place mounts their engine, if a feature says so that
//! is off by default, and the hot path knows nothing of it.

use crate::sources::{self, Source};
use crate::{Finding, assert_none, in_rust_sources};

/// The one place that mounts the engine.
const GATE: &str = "perf-runtime/src/gate.rs";
/// What the engine is made of.
const ENGINE: &[&str] = &["perf-runtime/src/bench/", "perf-runtime/src/segment/writing/bench.rs"];
/// What each tracked call runs through.
const HOT: &[&str] = &["perf-runtime/src/hot/"];

/// Returns the lines that mount files of the engine outside of the gate.
fn mounts(source: &Source) -> Vec<Finding> {
    let is_elsewhere = source.path != GATE && source.is_below(&["perf-runtime/src/"]);
    let mounts = ["bench/mod.rs", "segment/writing/bench.rs", "mod bench_records"];
    let of_engine = |line: &str| mounts.iter().any(|mount| line.contains(mount));
    let found = source.lines().filter(|(_, line)| is_elsewhere && of_engine(line));
    found.map(|(at, _)| Finding::new(source, at, "only the gate mounts the engine")).collect()
}

/// Returns the lines of the hot path that name benchmarks.
fn named_when_hot(source: &Source) -> Vec<Finding> {
    let names = ["crate::bench", "bench_records", "BenchRecord", "BatchRecord", "LatencyRecord"];
    let is_one = |line: &str| names.iter().any(|name| line.contains(name));
    let found = source.lines().filter(|(_, line)| source.is_below(HOT) && is_one(line));
    found
        .map(|(at, _)| Finding::new(source, at, "the hot path knows nothing of benchmarks"))
        .collect()
}

/// Returns the features of a manifest that switch benchmarks on.
fn switching_on(manifest: &str) -> Vec<String> {
    let features = manifest.split("[features]").nth(1).unwrap_or_default();
    let features = features.split("\n[").next().unwrap_or_default();
    let lines = features.lines().filter_map(|line| line.split_once(" = "));
    let is_one = |list: &str| list.contains("\"bench\"") || list.contains("/bench\"");
    lines.filter(|(_, list)| is_one(list)).map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn the_engine_is_mounted_in_one_place() {
    assert_none(in_rust_sources(mounts));
    assert_none(in_rust_sources(named_when_hot));
    let all = sources::all();
    for path in [&[GATE], ENGINE, HOT].concat() {
        assert!(all.iter().any(|source| source.is_below(&[path])), "{path} is there");
    }
}

#[test]
fn no_feature_switches_benchmarks_on() {
    let manifest = sources::one("perf-runtime/Cargo.toml").text;
    assert!(manifest.contains("\nbench = "), "there is such a feature");
    assert_eq!(switching_on(&manifest), [""; 0]);
}

#[test]
fn these_rules_can_fail() {
    let made_up = |path: &str, text: &str| Source::made_up(path, text);
    let mount = "#[path = \"bench/mod.rs\"]\nmod bench;\n";
    assert_eq!(mounts(&made_up("perf-runtime/src/lib.rs", mount)).len(), 1);
    assert_eq!(mounts(&made_up(GATE, mount)), []);
    let use_ = "use crate::bench::Bench;\n";
    assert!(!named_when_hot(&made_up("perf-runtime/src/hot/span.rs", use_)).is_empty());
    assert_eq!(named_when_hot(&made_up("perf-runtime/src/judge.rs", use_)), []);
    let manifest = "[features]\ndefault = [\"bench\"]\nbench = [\"record\"]\n\n[dependencies]\n";
    assert_eq!(switching_on(manifest), ["default"]);
}
