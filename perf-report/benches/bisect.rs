//! How many builds and runs a search takes, and how often it is right, on a machine that is made up:
//! `cargo bench -p perf-report --bench bisect`. A history has one change of so many standard deviations of
//! a run, or of two runs in turn for what is measured beside an anchor, and a build takes as long as three
//! runs. Prints a table; asserts nothing.
//!
//! `BISECT_TIMES=200` searches of each kind.

#![expect(clippy::print_stdout, reason = "prints what it measured")]

#[path = "common/numbers.rs"]
mod numbers;
#[path = "common/searches.rs"]
mod searches;

use numbers::count;
use perf_report::model::Purpose;
use perf_report::stats::random::Stream;
use searches::{World, found, line, search};

/// The change, on the log scale: 4 %.
const CHANGE: f64 = 0.04;

#[derive(Default)]
struct Tally {
    right: usize,
    wrong: usize,
    /// Searches that ended with several suspects, or with one that was not confirmed.
    open: usize,
    builds: u64,
    runs: u64,
    of_search: u64,
    plain_builds: u64,
    plain_runs: u64,
}

fn main() {
    let times = std::env::var("BISECT_TIMES").ok().and_then(|times| times.parse().ok());
    let times: usize = times.unwrap_or(200);
    println!("means of {times} searches; d: the change in standard deviations of a run");
    println!(
        "runs are those of both ends, of the search (twice its rounds, for the anchor), and to confirm\n"
    );
    println!(
        "| commits | d | noise | right | wrong | open | builds | runs | of which search | plain: builds | runs |"
    );
    println!("|--:|--:|:--|--:|--:|--:|--:|--:|--:|--:|--:|");
    for commits in [16, 64, 256] {
        for d in [1.0, 2.0, 4.0] {
            for wild in [0, 20] {
                row(commits, d, wild, times);
            }
        }
    }
}

fn row(commits: usize, d: f64, wild: usize, times: usize) {
    let mut tally = Tally::default();
    for seed in 0..times {
        let mut chance = Stream::of(seed as u64 + 1_000);
        let at = 1 + chance.below(commits);
        let world = World { noise: CHANGE / d, wild, ..World::with(at, CHANGE) };
        let mut document = line(commits + 1, "wall");
        search(&mut document, &world, chance.number());
        let found = found(&document);
        tally.right += usize::from(found == [at]);
        tally.wrong += usize::from(!found.is_empty() && found != [at]);
        tally.open += usize::from(found.is_empty());
        let of_search = document.rounds.iter().filter(|round| round.purpose == Purpose::Search);
        tally.of_search += 2 * of_search.count() as u64;
        tally.builds += document.cost.builds;
        tally.runs += document.cost.runs;
        tally.plain_builds += document.cost.plain_builds;
        tally.plain_runs += document.cost.plain_runs;
    }
    let mean = |sum: u64| count(usize::try_from(sum).unwrap_or(0)) / count(times);
    let share = |some: usize| count(some) / count(times);
    let noise = if wild == 0 { "normal" } else { "one run in 20 +50 %" };
    println!(
        "| {commits} | {d} | {noise} | {:.3} | {:.3} | {:.3} | {:.1} | {:.0} | {:.0} | {:.1} | {:.0} |",
        share(tally.right),
        share(tally.wrong),
        share(tally.open),
        mean(tally.builds),
        mean(tally.runs),
        mean(tally.of_search),
        mean(tally.plain_builds),
        mean(tally.plain_runs),
    );
}
