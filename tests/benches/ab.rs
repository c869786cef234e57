//! How often `ab` raises a false alarm, and how often it finds one function that is slower by a known
//! share: `cargo bench -p perf-tests --bench ab`. Runs the example `slowed` against itself, and against
//! itself with `SLOW_TOKENIZE`, in turn, and counts. Prints what came of it; asserts nothing, since that
//! depends on the machine, which should do nothing else meanwhile.
//!
//! `AB_TIMES=20` comparisons of each kind, `AB_PCT=0,5,2` more work in per cent, `AB_ROUNDS=10`,
//! `AB_DOCUMENTS=2000` for a run of 0.4 s, `AB_LOAD=0` busy loops beside all of it, and `AB_ARGS` further
//! arguments of `ab`, such as `--regression 3`. A comparison takes 20 to 60 runs; with
//! `AB_DOCUMENTS=300 AB_PCT=0,5` all of them take some five minutes.

#![expect(clippy::print_stdout, reason = "prints what it measured")]

#[path = "common/load.rs"]
mod load;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use perf_tests::{Lab, lab, program};
use serde_json::Value;

use load::Load;

/// The function that is made slower.
const SLOWED: &str = "::tokenize";

/// What came of all comparisons of one kind.
#[derive(Default)]
struct Tally {
    worse: u32,
    found: u32,
    open: u32,
    stable: u32,
    /// Called stable although a change of this size could have been seen.
    denied: u32,
    errors: u32,
    others: Vec<String>,
    rounds: Vec<u64>,
    took: Vec<Duration>,
}

impl Tally {
    fn add(&mut self, code: Option<i32>, text: &str, per_cent: f64, took: Duration) {
        self.took.push(took);
        let Ok(comparison) = serde_json::from_str::<Value>(text) else {
            self.errors += 1;
            println!("ended with {code:?} and no JSON: {text}");
            return;
        };
        self.rounds.push(comparison["interleaved"]["rounds"].as_u64().unwrap_or(0));
        self.worse += u32::from(code == Some(3));
        let of = |verdict: &str| -> BTreeSet<&str> {
            let rows = comparison["functions"].as_array().into_iter().flatten();
            let rows = rows.filter(|row| row["verdict"] == verdict);
            rows.filter_map(|row| row["name"].as_str()).filter(|name| name.contains("::")).collect()
        };
        let is_slowed = |name: &&str| name.ends_with(SLOWED);
        let worse = of("regression");
        let (found, open) = (worse.iter().any(is_slowed), of("inconclusive").iter().any(is_slowed));
        self.found += u32::from(found);
        self.open += u32::from(!found && open);
        let stable = !found && !open && of("stable").iter().any(is_slowed);
        self.stable += u32::from(stable);
        self.denied += u32::from(stable && per_cent > 0.0 && could_see(&comparison, per_cent));
        self.others.extend(worse.iter().filter(|name| !is_slowed(name)).map(ToString::to_string));
    }
}

/// Whether the self time of the function was judged stable where less than `per_cent` would be seen.
fn could_see(comparison: &Value, per_cent: f64) -> bool {
    let mut rows = comparison["functions"].as_array().into_iter().flatten();
    rows.any(|row| {
        row["name"].as_str().is_some_and(|name| name.ends_with(SLOWED))
            && row["metric"] == "self_ns"
            && row["verdict"] == "stable"
            && row["detectable_pct"].as_f64().is_some_and(|seen| seen < per_cent)
    })
}

fn setting(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

fn compare(lab: &Lab, rounds: &str, further: &str, per_cent: f64) -> (Option<i32>, String) {
    let documents = setting("AB_DOCUMENTS", "2000");
    let a = format!("{} {documents}", program!("slowed-under-test"));
    let b = format!("SLOW_TOKENIZE={per_cent} {a}");
    let b = if per_cent > 0.0 { &b } else { &a };
    let arguments = ["ab", "--format", "json", "--rounds", rounds, "--a", &a, "--b", b];
    let finished = lab.report(arguments.into_iter().chain(further.split_whitespace()));
    let text = if finished.stdout.is_empty() { finished.stderr } else { finished.stdout };
    (finished.code, text)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let times: u32 = setting("AB_TIMES", "20").parse()?;
    let (rounds, further) = (setting("AB_ROUNDS", "10"), setting("AB_ARGS", ""));
    let shares: Result<Vec<f64>, _> =
        setting("AB_PCT", "0,5,2").split(',').map(str::parse).collect();
    let mut tallies: Vec<(f64, Tally)> =
        shares?.into_iter().map(|share| (share, Tally::default())).collect();
    let lab = lab!();
    let load: usize = setting("AB_LOAD", "0").parse()?;
    let beside = Load::of(load)?;
    for time in 1..=times {
        // In turn, so that whatever the machine does meanwhile comes to all kinds alike.
        for (per_cent, tally) in &mut tallies {
            let began = Instant::now();
            let (code, text) = compare(&lab, &rounds, &further, *per_cent);
            tally.add(code, &text, *per_cent, began.elapsed());
        }
        eprint_progress(time, times);
    }
    drop(beside);
    println!(
        "ab --rounds {rounds} {further}, {times} times each, beside {load} busy loops; tokenize does more \
         work by"
    );
    for (per_cent, tally) in tallies {
        print(per_cent, tally);
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "what it is doing")]
fn eprint_progress(time: u32, times: u32) {
    eprintln!("{time} of {times}");
}

fn print(per_cent: f64, mut tally: Tally) {
    tally.took.sort_unstable();
    tally.rounds.sort_unstable();
    let middle = tally.took.len() / 2;
    let rounds = (tally.rounds.first(), tally.rounds.get(middle), tally.rounds.last());
    println!(
        "{per_cent:>5} %: exit 3 {} times; tokenize worse {}, open {}, stable {} (of these {} where \
         less would be seen); others named {:?}; errors {}; rounds {:?}; {:.1?} at the median, \
         {:.1?} at most",
        tally.worse,
        tally.found,
        tally.open,
        tally.stable,
        tally.denied,
        tally.others,
        tally.errors,
        rounds,
        tally.took.get(middle).copied().unwrap_or_default(),
        tally.took.last().copied().unwrap_or_default(),
    );
}
