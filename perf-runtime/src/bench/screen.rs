//! What is printed: names, and a line for each case. The only place here that prints.

use std::fs::File;
use std::io::Write;
use std::os::fd::{AsFd, BorrowedFd};
use std::process::ExitCode;
use std::sync::OnceLock;

use super::bencher::as_f64;
use super::cases::Case;
use super::figures::{self, of_phase};
use super::flags::{HELP, Mode, Wanted};
use crate::snapshot::{Batch, Benchmark, Ending, Phase};

/// Standard output and error as they were at the start: a benchmark may close them, and open
/// something else in their place.
static STREAMS: OnceLock<[Option<File>; 2]> = OnceLock::new();

/// Keeps hold of standard output and error.
pub(super) fn open() {
    let copy = |stream: BorrowedFd<'_>| stream.try_clone_to_owned().ok().map(File::from);
    let (out, err) = (std::io::stdout(), std::io::stderr());
    STREAMS.get_or_init(|| [copy(out.as_fd()), copy(err.as_fd())]);
}

fn say(text: &str) {
    write(0, text);
}

fn complain(text: &str) {
    write(1, text);
}

fn write(stream: usize, text: &str) {
    if let Some([Some(file), ..]) = STREAMS.get().map(|all| &all[stream..]) {
        // Nobody reading is no reason to fail.
        let _ = (&mut &*file).write_all(format!("{text}\n").as_bytes());
    }
}

/// Prints the names of the cases as libtest does; those alone that are ignored otherwise, if
/// `ignored_only`.
pub(super) fn list(cases: &[Case], ignored_only: bool) -> ExitCode {
    for case in cases.iter().filter(|case| !ignored_only || case.site.options.ignore) {
        say(&format!("{}: benchmark", plain(&case.name())));
    }
    ExitCode::SUCCESS
}

/// Prints the help.
pub(super) fn help() {
    say(HELP.trim_end());
}

/// Prints that the arguments are wrong.
pub(super) fn error(problem: &str) {
    complain(&format!("error: {}", plain(problem)));
}

/// Prints that something was left out.
pub(super) fn warn(problem: &str) {
    complain(&format!("warning: {}", plain(problem)));
}

/// Prints that nothing runs, where `all` are the cases that there are. Not an error, since cargo runs
/// several programs with the same filter, of which one has what it asks for.
pub(super) fn none(wanted: &Wanted, all: &[Case]) {
    if wanted.mode == Mode::Test {
        // What reads the output of tests looks for their counts.
        tests_begin(0);
        tests_end(0, &[]);
    }
    let names: Vec<(String, bool)> =
        all.iter().map(|case| (case.name(), case.site.options.ignore)).collect();
    let ignored =
        names.iter().filter(|(name, ignored)| *ignored && wanted.would_take_ignored(name));
    say(&nothing(&wanted.filters, names.len(), ignored.count()));
}

/// Says that nothing runs of `all` benchmarks, of which so many do not because they are `ignored`.
fn nothing(filters: &[String], all: usize, ignored: usize) -> String {
    let quoted: Vec<String> = filters.iter().map(|it| format!("`{}`", plain(it))).collect();
    let are = |count: usize, rest: &str| match count {
        1 => format!("there is 1{rest}"),
        _ => format!("there are {count}{rest}"),
    };
    match (all, ignored, quoted.is_empty()) {
        (0, _, _) => "no benchmark in this program".to_owned(),
        (_, 0, true) => format!("no benchmark is left; {}: --list names them", are(all, "")),
        (_, 0, false) => {
            let filters = quoted.join(" or ");
            format!("no benchmark matches {filters}; {}: --list names them", are(all, ""))
        }
        (_, _, true) => {
            let all = are(ignored, " marked `ignore`");
            format!("no benchmark runs; {all}: --ignored runs those, --include-ignored all")
        }
        (_, _, false) => {
            let filters = quoted.join(" or ");
            let marked = are(ignored, " marked `ignore` that does");
            format!("no benchmark that runs matches {filters}; {marked}: add --ignored")
        }
    }
}

/// Prints that all cases are about to run once.
pub(super) fn tests_begin(cases: usize) {
    say(&format!("\nrunning {cases} benchmarks once"));
}

/// Prints how a case went that ran once.
pub(super) fn test(case: &Case, is_ok: bool) {
    say(&format!("test {} ... {}", plain(&case.name()), if is_ok { "ok" } else { "FAILED" }));
}

/// Prints which cases failed, and the counts that libtest prints.
pub(super) fn tests_end(cases: usize, failed: &[(&Case, String)]) {
    for (case, message) in failed {
        complain(&format!("\n---- {} ----\n{}", plain(&case.name()), plain(message)));
    }
    let result = if failed.is_empty() { "ok" } else { "FAILED" };
    say(&format!(
        "\ntest result: {result}. {} passed; {} failed; 0 ignored; 0 measured; 0 filtered out\n",
        cases - failed.len(),
        failed.len()
    ));
}

/// Prints what is about to happen.
pub(super) fn head(cases: usize, is_quick: bool) {
    let noun = if cases == 1 { "benchmark" } else { "benchmarks" };
    say(&format!("\nmeasuring {cases} {noun}{}", if is_quick { ", quickly" } else { "" }));
}

/// Prints the results of a group: a line for each case, and how it compares.
pub(super) fn group(cases: &[Case], measured: &[(Benchmark, Option<String>)]) {
    for case in cases {
        let name = case.name();
        let is_it = |facts: &Benchmark| facts.case_name() == name;
        let Some((facts, message)) = measured.iter().find(|(facts, _)| is_it(facts)) else {
            continue;
        };
        let name = plain(&name);
        if facts.ending == Ending::Ok {
            say(&line(&name, facts, base(facts, cases, measured)));
        } else {
            ended(case, facts.ending, message.as_deref().unwrap_or_default());
        }
    }
}

/// Returns the case that `facts` is compared with: of the same argument and number of threads, that
/// of the baseline, or of the first member of the group.
fn base<'a>(
    facts: &Benchmark,
    cases: &[Case],
    measured: &'a [(Benchmark, Option<String>)],
) -> Option<&'a Benchmark> {
    let first = cases.first().map(|case| case.site.path())?;
    let alike = |it: &&Benchmark| it.argument == facts.argument && it.threads == facts.threads;
    let mut all = measured.iter().map(|(facts, _)| facts).filter(alike);
    let marked = all.clone().find(|it| it.is_base);
    let base = marked.or_else(|| all.find(|it| it.name == first))?;
    (!facts.group.is_empty() && base.name != facts.name).then_some(base)
}

/// Prints how a case ended, other than by having been measured.
pub(super) fn ended(case: &Case, ending: Ending, message: &str) {
    let (name, ending) = (plain(&case.name()), ending.name());
    let words: Vec<&str> = message.split_whitespace().collect();
    let colon = if words.is_empty() { "" } else { ": " };
    say(&format!("{name:<48} {ending}{colon}{}", plain(&words.join(" "))));
}

fn line(name: &str, facts: &Benchmark, base: Option<&Benchmark>) -> String {
    let means: Vec<f64> = means(facts).map(|(_, mean)| mean).collect();
    let (middle, half) = figures::middle(&means).unwrap_or_default();
    let spread = 100.0 * half / middle.max(1e-9);
    let mut line = format!("{name:<48} {:>10} ± {spread:.1} %", time(middle));
    let per_second = |work: u64| as_f64(work) / middle * 1e9;
    let bytes = facts.bytes.map(|bytes| format!("{}B/s", scaled(per_second(bytes))));
    let items = facts.items.map(|items| format!("{}items/s", scaled(per_second(items))));
    let compared = base.map(|base| compared(facts, base));
    let rest =
        [bytes, items, calls(facts), latency(facts), allocations(facts), failures(facts), compared];
    for part in rest.into_iter().flatten() {
        line += "  ";
        line += &part;
    }
    line
}

/// Returns the calls of all threads a second, where there are several, or a rate.
fn calls(facts: &Benchmark) -> Option<String> {
    if facts.threads <= 1 && facts.rate_millihertz.is_none() {
        return None;
    }
    let add = |sum: (u64, u64), it: &Batch| (sum.0 + it.iterations, sum.1 + it.wall_ns);
    let (count, wall) = of_phase(facts, Phase::Timed).fold((0, 0), add);
    Some(format!("{}calls/s", scaled(as_f64(count) / as_f64(wall.max(1)) * 1e9)))
}

/// Returns the latency from the intended beginning, at a rate.
fn latency(facts: &Benchmark) -> Option<String> {
    facts.rate_millihertz?;
    let histogram = &facts.latencies.histogram;
    let at = |q| histogram.quantile_ns(q).map(|ns| time(as_f64(ns)));
    let max = time(as_f64(facts.latencies.max_ns));
    Some(format!("latency p50 {}, p99 {}, max {max}", at(0.5)?, at(0.99)?))
}

/// Returns the share of iterations that failed, if any did.
fn failures(facts: &Benchmark) -> Option<String> {
    let add = |sum: (u64, u64), it: &Batch| (sum.0 + it.errors, sum.1 + it.iterations);
    let (errors, iterations) = facts.batches.iter().fold((0, 0), add);
    (errors > 0).then(|| format!("{:.1} % failed", 100.0 * as_f64(errors) / as_f64(iterations)))
}

/// Returns the paired ratio to the base of the group: both had a batch in each round.
fn compared(facts: &Benchmark, base: &Benchmark) -> String {
    let of_base: std::collections::HashMap<u32, f64> = means(base).collect();
    let ratios: Vec<f64> = means(facts)
        .filter_map(|(round, mean)| of_base.get(&round).map(|base| mean / base.max(1e-9)))
        .collect();
    let (middle, half) = figures::middle(&ratios).unwrap_or_default();
    format!("{middle:.3} × base ({:.3} to {:.3})", middle - half, middle + half)
}

fn means(facts: &Benchmark) -> impl Iterator<Item = (u32, f64)> {
    of_phase(facts, Phase::Timed).map(|batch| (batch.round, figures::mean(batch)))
}

/// Returns the allocations of an iteration, where they were counted.
fn allocations(facts: &Benchmark) -> Option<String> {
    /// What a first iteration alone needs is no part of the others.
    const FEWEST: f64 = 0.01;
    let add = |sum: [u64; 3], it: &Batch| {
        [sum[0] + it.iterations, sum[1] + it.allocs, sum[2] + it.alloc_bytes]
    };
    let [iterations, allocs, bytes] = of_phase(facts, Phase::Profile).fold([0; 3], add);
    let each = |sum: u64| as_f64(sum) / as_f64(iterations.max(1));
    let text = || format!("{} allocs of {}B", digits(each(allocs)), scaled(each(bytes)));
    (each(allocs) >= FEWEST).then(text)
}

fn time(ns: f64) -> String {
    let (value, unit) = match ns {
        _ if ns < 1e3 => (ns, "ns"),
        _ if ns < 1e6 => (ns / 1e3, "µs"),
        _ if ns < 1e9 => (ns / 1e6, "ms"),
        _ => (ns / 1e9, "s"),
    };
    format!("{} {unit}", digits(value))
}

fn scaled(value: f64) -> String {
    let (value, prefix) = match value {
        _ if value < 1e3 => (value, ""),
        _ if value < 1e6 => (value / 1e3, "k"),
        _ if value < 1e9 => (value / 1e6, "M"),
        _ => (value / 1e9, "G"),
    };
    format!("{} {prefix}", digits(value))
}

/// Writes four digits, as far as there are any before the point.
fn digits(value: f64) -> String {
    match value {
        _ if value < 10.0 => format!("{value:.3}"),
        _ if value < 100.0 => format!("{value:.2}"),
        _ => format!("{value:.1}"),
    }
}

/// Returns text without characters that a terminal would obey.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_have_a_unit_and_few_digits() {
        assert_eq!([time(0.25), time(1_234.0), time(2.5e9)], ["0.250 ns", "1.234 µs", "2.500 s"]);
        assert_eq!([scaled(12.0), scaled(2.5e6)], ["12.00 ", "2.500 M"]);
    }

    #[test]
    fn nothing_that_runs_has_its_reason() {
        let filters = ["nosuch".to_owned(), "a\u{1b}".to_owned()];
        let one = &filters[..1];
        for (filters, all, ignored, expected) in [
            (one, 12, 0, "no benchmark matches `nosuch`; there are 12: --list names them"),
            (one, 1, 0, "no benchmark matches `nosuch`; there is 1: --list names them"),
            (
                &filters[..],
                2,
                0,
                "no benchmark matches `nosuch` or `a\u{fffd}`; there are 2: --list names them",
            ),
            (one, 0, 0, "no benchmark in this program"),
            (&[], 3, 0, "no benchmark is left; there are 3: --list names them"),
            (
                one,
                3,
                1,
                "no benchmark that runs matches `nosuch`; there is 1 marked `ignore` that does: add --ignored",
            ),
            (
                &[],
                3,
                3,
                "no benchmark runs; there are 3 marked `ignore`: --ignored runs those, --include-ignored all",
            ),
        ] {
            assert_eq!(nothing(filters, all, ignored), expected);
        }
    }

    #[test]
    fn text_cannot_reach_the_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb"), "a\u{fffd}[2Jb");
    }
}
