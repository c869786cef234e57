//! Stored runs of a made-up past, a day each.

use perf_report::model::{
    Function, Git, Machine, ProcessSummary, RUN_SCHEMA, RUN_VERSION, Recording, Run, RunDocument,
};
use serde_json::Value;

/// The functions of the program.
pub(super) const NAMES: [&str; 10] = [
    "demo::a",
    "demo::b",
    "demo::c",
    "demo::d",
    "demo::drift",
    "demo::jump",
    "demo::noisy",
    "demo::outlier",
    "demo::step",
    "demo::z",
];

/// Calls of each function in each run.
const CALLS: u64 = 100;

/// Returns the moment of the round of a day, half an hour after the run.
pub(super) fn at(day: u32) -> String {
    time(day, "06:30:00Z")
}

fn time(day: u32, time: &str) -> String {
    let (month, day) = (1 + day / 28, 1 + day % 28);
    format!("2026-{month:02}-{day:02}T{time}")
}

/// Returns the duration of a call on a day without a change, in nanoseconds, without noise.
pub(super) fn quiet(name: &str, _day: u32) -> f64 {
    1e6 + 1e5 * f64::from(u32::from(name.bytes().last().unwrap_or(0) % 16))
}

/// Returns a number from -1 to 1, the same for the same place.
fn chance(seed: u64, day: u32, name: &str) -> f64 {
    let mut state = seed ^ (u64::from(day) << 32);
    for byte in name.bytes().chain([0; 8]) {
        state = (state ^ u64::from(byte)).wrapping_add(0x9e37_79b9_7f4a_7c15);
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^= state >> 31;
    }
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    let share = (state >> 11) as f64 / (1_u64 << 53) as f64;
    2.0 * share - 1.0
}

/// Returns the run of a day, in which a call of each function takes `ns`, with noise: two per cent, of
/// `demo::noisy` fifteen.
pub(super) fn day(seed: u64, on: u32, ns: &dyn Fn(&str, u32) -> f64) -> RunDocument {
    let functions: Vec<Function> = NAMES.iter().map(|name| function(seed, on, name, ns)).collect();
    let wall: u64 = 2_000_000_000 + {
        #[expect(clippy::cast_possible_truncation, reason = "far below 2^63")]
        let noise = (chance(seed, on, "wall") * 2e7) as i64;
        #[expect(clippy::cast_sign_loss, reason = "it is shifted above 0")]
        let noise = (noise + 20_000_000) as u64;
        noise
    };
    RunDocument {
        schema: RUN_SCHEMA.to_owned(),
        version: RUN_VERSION,
        run: Run {
            id: format!("{}-{on:04}", time(on, "060000").replace('-', "")),
            time: time(on, "06:00:00.000Z"),
            command: vec!["cargo".to_owned(), "test".to_owned()],
            exit_code: Some(0),
            git: Some(Git {
                commit: format!("{on:040x}"),
                branch: Some("main".to_owned()),
                ..Git::default()
            }),
            machine: Machine { key: "m1-12345678".to_owned(), cores: 4, ..Machine::default() },
            ..Run::default()
        },
        process: ProcessSummary { count: 1, wall_ns: Some(wall), ..ProcessSummary::default() },
        functions,
        tree: Vec::new(),
        metrics: Vec::new(),
        suites: Vec::new(),
        recording: Recording { mode: "exact".to_owned(), ..Recording::default() },
    }
}

fn function(seed: u64, on: u32, name: &str, ns: &dyn Fn(&str, u32) -> f64) -> Function {
    let noise = if name == "demo::noisy" { 0.15 } else { 0.02 };
    let mean = ns(name, on) * (1.0 + noise * chance(seed, on, name));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time")]
    let total = (mean * 100.0) as u64;
    Function {
        name: name.to_owned(),
        calls: CALLS,
        total_ns: total,
        self_ns: total,
        raw_total_ns: total,
        raw_self_ns: total,
        mean_ns: Some(mean),
        ..Function::default()
    }
}

/// Returns the news of a report, a word and a thing each: `firing regression demo::step`.
pub(super) fn event(report: &Value) -> Vec<String> {
    let alerts = report["alerts"].as_array().unwrap();
    let word = |alert: &Value, field: &str| alert[field].as_str().map(|it| format!(" {it}"));
    let one = |alert: &Value| {
        let rest = ["kind", "function", "metric"].iter().filter_map(|field| word(alert, field));
        format!("{}{}", alert["event"].as_str().unwrap(), rest.collect::<String>())
    };
    alerts.iter().map(one).collect()
}
