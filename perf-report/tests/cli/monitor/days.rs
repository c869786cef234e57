//! Fifty days of a store with known steps, a drift, failures and noise: each alert is told once when it
//! begins and once when it is over, and noise is told to nobody.

use serde_json::Value;

use super::past::{at, day, event, quiet};
use super::{Desk, round};

const DAYS: u32 = 50;

/// The truth of each day, without noise: a step that is mended, one that is large, a drift that is
/// mended, one run that is slow by accident.
fn known(name: &str, on: u32) -> f64 {
    let factor = match name {
        "demo::step" if (15..28).contains(&on) => 1.3,
        "demo::jump" if (20..24).contains(&on) => 2.0,
        "demo::drift" if (26..38).contains(&on) => 1.0 + 0.04 * f64::from(on - 25),
        "demo::drift" if (38..43).contains(&on) => 1.48,
        "demo::outlier" if on == 33 => 1.4,
        _ => 1.0,
    };
    quiet(name, on) * factor
}

/// The days on which the command failed.
const FAILED: [u32; 2] = [12, 31];

/// Plays the days, and returns the news of each that had some.
fn play(seed: u64, with_baseline: bool) -> Vec<(u32, String)> {
    let desk = Desk::new();
    let mut news = Vec::new();
    for on in 0..DAYS {
        let mut run = day(seed, on, &known);
        if FAILED.contains(&on) {
            run.run.exit_code = Some(101);
        }
        desk.store_all(&[run]);
        if with_baseline && on == 9 {
            assert_eq!(desk.report(&["baseline", "save", "main", "--runs", "10"]).code, Some(0));
            continue;
        }
        let finished = round(&desk, on, &["--remind", "never", "--format", "json"]);
        let report: Value = serde_json::from_str(&finished.stdout)
            .unwrap_or_else(|error| panic!("{error}: {finished:?}"));
        assert!(["", "\n"].contains(&finished.stderr.as_str()), "{finished:?}");
        let fires = !report["firing"].as_array().unwrap().is_empty();
        assert_eq!(finished.code, Some(if fires { 3 } else { 0 }), "{} {finished:?}", at(on));
        news.extend(event(&report).into_iter().map(|event| (on, event)));
    }
    news
}

/// Holds the news against what is known.
fn check(seed: u64, with_baseline: bool) {
    let news = play(seed, with_baseline);
    let of = |thing: &str| -> Vec<(u32, &str)> {
        let of = news.iter().filter_map(|(on, event)| {
            let (word, rest) = event.split_once(' ')?;
            (rest == thing).then_some((*on, word))
        });
        of.collect()
    };
    let context = || format!("seed {seed}, baseline {with_baseline}: {news:#?}");
    let failed: Vec<(u32, &str)> =
        FAILED.iter().flat_map(|on| [(*on, "firing"), (on + 1, "resolved")]).collect();
    assert_eq!(of("failed"), failed, "{}", context());
    for (name, from, to) in [("step", 15, 28), ("jump", 20, 24)] {
        let told = of(&format!("regression demo::{name}"));
        let [(began, "firing"), (over, "resolved")] = told[..] else {
            panic!("{name}: {told:?}, {}", context())
        };
        assert!((from..=from + 2).contains(&began), "{name}: {told:?}, {}", context());
        assert!((to + 1..=to + 3).contains(&over), "{name}: {told:?}, {}", context());
    }
    let drift: Vec<_> = news.iter().filter(|(_, event)| event.contains("demo::drift")).collect();
    let firing = drift.iter().filter(|(_, event)| event.starts_with("firing")).count();
    let resolved = drift.iter().filter(|(_, event)| event.starts_with("resolved")).count();
    assert!(firing >= 1 && firing == resolved, "{}", context());
    assert!(drift.iter().all(|(on, _)| (26..49).contains(on)), "{}", context());
    let mut once: Vec<&str> = drift.iter().map(|(_, event)| event.as_str()).collect();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), drift.len(), "each once: {}", context());
    let known = ["demo::step", "demo::jump", "demo::drift", "failed"];
    let noise: Vec<_> =
        news.iter().filter(|(_, event)| !known.iter().any(|it| event.contains(it))).collect();
    assert!(noise.is_empty(), "{noise:?}, {}", context());
}

#[test]
fn fifty_days_by_the_runs_before() {
    check(1, false);
}

#[test]
fn fifty_days_by_a_baseline() {
    check(1, true);
}

/// Plays as many seeds as `SEEDS` says, a minute each: `cargo test -p perf-report --test cli -- --ignored seeds`.
#[test]
#[ignore = "it takes minutes"]
fn fifty_days_of_many_seeds() {
    let seeds = std::env::var("SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(10);
    for seed in 1..=seeds {
        check(seed, false);
        check(seed, true);
    }
}
