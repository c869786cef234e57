//! Results to a table, for terminals or as Markdown.

use std::array;
use std::env::consts::ARCH;
use std::fs;
use std::num::NonZero;

use crate::candidates::BARE;
use crate::figures::{Compared, Figures, Load, Speed, Timing, median};
use crate::parent::{Ended, Results};

/// Names every package that is linked, with its version.
const LOCK: &str = include_str!("../Cargo.lock");

/// Names of the columns. `×` is against two bare clock reads.
const HEAD: [&str; 12] =
    ["", "1 thread", "×", "1 M/s", "×", "2 threads", "×", "CPU", "×", "memory", "reported", "exit"];

/// The table, and under it what it was measured on.
pub(crate) fn render(results: &[Results], markdown: bool) -> String {
    let bare = results.iter().find(|of| of.candidate.title == BARE.title);
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(results.iter().map(|of| row(of, bare.unwrap_or(of))));
    let table = if markdown { as_markdown(&rows) } else { aligned(&rows) };
    format!("{table}\n{}\n", circumstances(results))
}

fn row(of: &Results, bare: &Results) -> [String; 12] {
    let loads = || of.ended.iter().filter_map(load);
    let [one, one_ratio] = compared(speeds(of).map(|speed| speed.one));
    let [paced, paced_ratio] = compared(speeds(of).map(|speed| speed.paced));
    let pairs = speeds(of).zip(speeds(bare));
    let two_ratio = median(pairs.map(|(speed, bare)| speed.two.median / bare.two.median));
    [
        of.candidate.title.to_owned(),
        one,
        one_ratio,
        paced,
        paced_ratio,
        timing(speeds(of).map(|speed| speed.two)),
        format!("{two_ratio:.2}"),
        format!("{:.1}", cpu(of)),
        format!("{:.2}", cpu(of) / cpu(bare)),
        memory(median(loads().map(|(load, _)| load.grown_bytes as f64))),
        reported(&of.ended),
        format!("{:.1} ms", median(loads().map(|(_, ended)| ended.exit_ns as f64 / 1e6))),
    ]
}

/// One a round.
fn speeds(of: &Results) -> impl Iterator<Item = Speed> + Clone {
    of.ended.iter().filter_map(speed)
}

fn speed(ended: &Ended) -> Option<Speed> {
    if let Figures::Speed(speed) = ended.figures { Some(speed) } else { None }
}

fn load(ended: &Ended) -> Option<(Load, &Ended)> {
    if let Figures::Load(load) = ended.figures { Some((load, ended)) } else { None }
}

/// Over all rounds: the median, and the best batch.
fn timing(rounds: impl Iterator<Item = Timing> + Clone) -> String {
    let least = rounds.clone().map(|round| round.min).fold(f64::INFINITY, f64::min);
    format!("{:.1} ({least:.1})", median(rounds.map(|round| round.median)))
}

fn compared(rounds: impl Iterator<Item = Compared> + Clone) -> [String; 2] {
    let ratio = median(rounds.clone().map(|round| round.ratio));
    [timing(rounds.map(|round| round.timing)), format!("{ratio:.2}")]
}

/// Processor time of the whole process for each of the many calls, in nanoseconds: from the first
/// of them until the process was gone.
fn cpu(of: &Results) -> f64 {
    median(of.ended.iter().filter_map(load).map(|(load, ended)| {
        ended.cpu_ns.saturating_sub(load.cpu_before_ns) as f64 / load.calls as f64
    }))
}

fn memory(bytes: f64) -> String {
    let kib = bytes / 1024.0;
    if kib < 1024.0 { format!("{kib:.0} KiB") } else { format!("{:.0} MiB", kib / 1024.0) }
}

/// Of the calls of all processes, how many were reported. Rounded down: all is all.
fn reported(ended: &[Ended]) -> String {
    let Some(reported) = ended.iter().map(|ended| ended.reported).sum::<Option<u64>>() else {
        return "–".to_owned();
    };
    let made: u64 = ended.iter().map(|ended| ended.calls).sum();
    if reported == made {
        return "all".to_owned();
    }
    format!("{:.2} %", (reported as f64 / made as f64 * 10_000.0).floor() / 100.0)
}

/// Date, machine and versions.
fn circumstances(results: &[Results]) -> String {
    let day = jiff::Timestamp::now().strftime("%Y-%m-%d");
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let packages = results.iter().filter_map(|of| of.candidate.package);
    let mut versions: Vec<String> =
        packages.filter_map(|name| Some(format!("{name} {}", version(LOCK, name)?))).collect();
    versions.dedup();
    format!("{day}, {}, {cores} cores; {}.", processor(), versions.join(", "))
}

/// The processor as the system calls it.
fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or(ARCH, |(_, model)| model).to_owned()
}

/// Version of a package in the text of a lock file.
fn version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let (_, entry) = lock.split_once(&format!("\nname = \"{package}\"\nversion = \""))?;
    entry.split('"').next()
}

fn aligned(rows: &[[String; 12]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: [usize; 12] = array::from_fn(|column| width(column).unwrap_or(0));
    let line = |row: &[String; 12]| {
        let first = format!("{:<width$}", row[0], width = widths[0]);
        let others = row.iter().zip(widths).skip(1);
        others.fold(first, |line, (cell, width)| format!("{line}  {cell:>width$}")) + "\n"
    };
    rows.iter().map(line).collect()
}

fn as_markdown(rows: &[[String; 12]]) -> String {
    let line = |row: &[String; 12]| format!("| {} |\n", row.join(" | "));
    let Some((head, body)) = rows.split_first() else { return String::new() };
    let rule = format!("|---|{}\n", "--:|".repeat(head.len() - 1));
    line(head) + &rule + &body.iter().map(line).collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(calls: u64, reported: Option<u64>) -> Ended {
        let load = Load { calls, cpu_before_ns: 0, grown_bytes: 0 };
        Ended { figures: Figures::Load(load), calls, reported, cpu_ns: 0, exit_ns: 0 }
    }

    #[test]
    fn one_lost_call_is_not_all() {
        assert_eq!(reported(&[ended(10, Some(10)), ended(5, Some(5))]), "all");
        assert_eq!(reported(&[ended(1_000_000, Some(999_999))]), "99.99 %");
        assert_eq!(reported(&[ended(10, None)]), "–");
    }

    #[test]
    fn versions_are_those_of_the_lock_file() {
        let lock = "\n[[package]]\nname = \"a\"\nversion = \"1.2.3\"\nsource = \"x\"\n";
        assert_eq!(version(lock, "a"), Some("1.2.3"));
        assert_eq!(version(lock, "b"), None);
        assert!(version(LOCK, "hotpath").is_some());
    }

    #[test]
    fn both_tables_have_every_cell() {
        let rows = [array::from_fn(|at| format!("h{at}")), array::from_fn(|at| format!("c{at}"))];
        for table in [aligned(&rows), as_markdown(&rows)] {
            assert!(rows.iter().flatten().all(|cell| table.contains(cell)), "{table}");
        }
    }
}
