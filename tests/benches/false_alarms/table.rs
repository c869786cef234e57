//! What came of it, for people.

use perf_report::text::units;

use crate::checks::{BASELINE, Row, Settings};

/// Causes of alarms that are named below a row, the most frequent first.
const NAMED: usize = 5;

pub(crate) fn print_head(runs: usize, settings: Settings) {
    let Settings { wanted, history } = settings;
    println!(
        "Each program was recorded {runs} times in each state, all states in turn. A check judges one run, \
         or five, by the\n{BASELINE} quiet runs right before, or up to three runs earlier; {wanted} checks \
         of each kind at most, all over the recordings. They\noverlap: a run is judged in up to four checks \
         of one run, and is in the baselines of others, so that one odd run\ncounts several times. Runs before \
         the baseline that are known as well: {history}.\n\
         alarms: checks that failed. found: that named the function that does more work. wrong: that named \
         another one."
    );
    println!(
        "\n{:<26} {:<13} {:<7} {:>6} {:>7} {:>7} {:>6} {:>6} {:>11}",
        "program", "state", "runs", "work", "checks", "alarms", "found", "wrong", "not judged"
    );
}

/// Prints a row for each kind of check, and below it what raised the alarms that should not be.
pub(crate) fn print(row: &Row) {
    let tally = &row.tally;
    let is_slower = row.kind.slower > 0;
    let state = match (row.before, row.kind.loops) {
        (0, 0) => "quiet",
        (0, _) => "quiet → busy",
        (_, 0) => "busy → quiet",
        _ => "busy",
    };
    let found = if is_slower { tally.found.to_string() } else { "·".to_owned() };
    let work = if is_slower { format!("+{} %", row.kind.slower) } else { "·".to_owned() };
    let runs = format!("{} by {BASELINE}", row.judged);
    println!(
        "{:<26} {state:<13} {runs:<7} {work:>6} {:>7} {:>7} {found:>6} {:>6} {:>11}",
        row.program,
        tally.checks,
        tally.alarms,
        tally.wrong,
        tally.errors.len(),
    );
    let mut why: Vec<_> = tally.why.iter().collect();
    why.sort_by_key(|(_, (times, _))| std::cmp::Reverse(*times));
    for ((name, metric), (times, largest)) in why.iter().take(NAMED) {
        let change = units::change(*largest);
        println!("    {times} × {name} {metric}, by {change} at most");
    }
    if why.len() > NAMED {
        println!("    and {} more", why.len() - NAMED);
    }
    if let Some(first) = tally.errors.first() {
        println!("    not judged: {first}");
    }
}
