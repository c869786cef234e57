//! The way that all processes have come: which benchmark is measured, and how long all of it still takes.
//!
//! The programs write it into a file, line by line: see `bench::progress` of perf-runtime. A benchmark tells what it
//! is expected to take; the groups that have ended say how that compares with what they took.

use std::fs::{self, File, OpenOptions};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::analysis::interleave::roughly;
use crate::cli::rounds::Rounds;
use crate::system;
use crate::text::{sanitize, units};

/// Variable that tells the programs where to write.
pub(super) const VARIABLE: &str = "PERF_TRACK_BENCH_PROGRESS";
/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(250);
/// Bytes of the file that are read at most: a line is a group.
const MOST: u64 = 1 << 20;

/// The processes before the one that runs, and what they are a measure of.
#[derive(Debug, Clone, Copy, Default)]
struct Before {
    /// Processes that have ended.
    processes: u32,
    /// Benchmarks of the last of them, and the time that they were expected to take.
    last: (u64, Duration),
    /// Time that all of them were expected to take, and took.
    expected: Duration,
    took: Duration,
}

/// The processes of a `bench`.
#[derive(Debug)]
pub(super) struct Processes {
    of: u32,
    before: Before,
}

/// The file of one process. It is removed when this is dropped.
#[derive(Debug)]
pub(super) struct Told {
    path: PathBuf,
    began: Instant,
}

/// A look at the file again and again, until it is dropped.
#[derive(Debug)]
pub(super) struct Looking {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Processes {
    /// Makes the beginning of so many.
    pub(super) fn new(of: u32) -> Self {
        Self { of, before: Before::default() }
    }

    /// Makes a file for the next process; `None` where there can be none, which is no reason to fail.
    pub(super) fn next(&self) -> Option<Told> {
        let name = format!("perf-track-bench-{}-{}", std::process::id(), self.before.processes);
        let path = std::env::temp_dir().join(name);
        let mut options = OpenOptions::new();
        system::closed_to_others(options.write(true).create_new(true)).open(&path).ok()?;
        Some(Told { path, began: Instant::now() })
    }

    /// Shows how far all processes are, while this one runs.
    pub(super) fn look(&self, told: &Told, rounds: &Rounds) -> Option<Looking> {
        let (of, before, path, began) = (self.of, self.before, told.path.clone(), told.began);
        let line: Arc<Mutex<String>> = rounds.line()?;
        let (stop, stopped) = mpsc::channel();
        let thread = thread::spawn(move || {
            let (mut cases, mut since) = ((0, 0), began);
            while stopped.recv_timeout(PAUSE) == Err(mpsc::RecvTimeoutError::Timeout) {
                let now = Way::read(&path);
                if cases != now.cases {
                    (cases, since) = (now.cases, Instant::now());
                }
                let times = Times { ended: since - began, group: since.elapsed() };
                if let (true, Ok(mut line)) = (now.cases.1 > 0, line.lock()) {
                    *line = in_words(of, &before, &now, times);
                }
            }
        });
        Some(Looking { stop: Some(stop), thread: Some(thread) })
    }

    /// Takes a process that has ended as a measure of the next ones.
    pub(super) fn ended(&mut self, told: Option<Told>) {
        self.before.processes += 1;
        let Some(told) = told else { return };
        let way = Way::read(&told.path);
        self.before.last = (way.cases.1, way.expected.1);
        self.before.expected += way.expected.1;
        self.before.took += told.began.elapsed();
    }
}

impl Told {
    /// Returns the path of the file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

impl Drop for Looking {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Times of the process that runs.
#[derive(Debug, Clone, Copy)]
struct Times {
    /// Until the group that runs began.
    ended: Duration,
    /// Since then.
    group: Duration,
}

/// The way that one process has come.
#[derive(Debug, Default, PartialEq, Eq)]
struct Way {
    /// Benchmarks that have ended, and all that are known of.
    cases: (u64, u64),
    /// The time that these were expected to take.
    expected: (Duration, Duration),
    /// The group that is measured: its benchmarks, the time that they are expected to take, its name.
    now: (u64, Duration, String),
}

impl Way {
    fn read(path: &Path) -> Self {
        let mut text = String::new();
        let file = File::open(path).map(|file| file.take(MOST));
        let _ = file.and_then(|mut file| file.read_to_string(&mut text));
        Self::of(&text)
    }

    fn of(text: &str) -> Self {
        let mut way = Self::default();
        // The last line may still be written.
        for line in text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
            let mut words = line.splitn(4, ' ');
            let what = words.next().unwrap_or_default();
            let mut number = || words.next().and_then(|it| it.parse::<u64>().ok()).unwrap_or(0);
            let (cases, expected) = (number(), Duration::from_nanos(number()));
            way.cases.0 = way.cases.0.saturating_add(way.now.0);
            way.expected.0 = way.expected.0.saturating_add(way.now.1);
            way.now = (0, Duration::ZERO, String::new());
            if what == "all" {
                way.cases.1 = way.cases.1.saturating_add(cases);
                way.expected.1 = way.expected.1.saturating_add(expected);
            } else {
                way.now = (cases, expected, words.next().unwrap_or_default().to_owned());
            }
        }
        way
    }
}

/// Writes `measuring, process 2 of 3 · about 40 s left · benchmark 5 of 18, shop::parse`: what is cut on a narrow
/// screen is the name.
fn in_words(of: u32, before: &Before, now: &Way, times: Times) -> String {
    // Other targets of the same command may still come.
    let (cases, expected) = (now.cases.1.max(before.last.0), now.expected.1.max(before.last.1));
    let first = now.cases.0.saturating_add(1).min(cases);
    let last = now.cases.0.saturating_add(now.now.0).clamp(first, cases.max(first));
    let which = if first == last {
        format!("benchmark {}", units::count(first))
    } else {
        format!("benchmarks {} to {}", units::count(first), units::count(last))
    };
    let process = before.processes + 1;
    let group = sanitize::screen(&now.now.2);
    let left = left(of, before, (now, expected), times);
    format!(
        "measuring, process {process} of {of} · about {} left · {which} of {}, {group}",
        roughly(left),
        units::count(cases)
    )
}

/// Returns the time that all processes still take: what is expected of it, by the measure of all groups that have ended.
fn left(of: u32, before: &Before, (now, expected): (&Way, Duration), times: Times) -> Duration {
    let done = before.expected + now.expected.0;
    let took = before.took + times.ended;
    let pace = if done.is_zero() { 1.0 } else { took.as_secs_f64() / done.as_secs_f64() };
    let pace = pace.clamp(0.01, 100.0);
    let rest = |expected: Duration| expected.saturating_sub(now.expected.0);
    let later = expected * of.saturating_sub(before.processes + 1);
    let least = (later + rest(expected).saturating_sub(now.now.1)).mul_f64(pace);
    let whole = (later + rest(expected)).mul_f64(pace);
    whole.saturating_sub(times.group).max(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    fn times(ended: u64, group: u64) -> Times {
        Times { ended: seconds(ended), group: seconds(group) }
    }

    fn text() -> String {
        format!("all 6 {}\nnext 5 {} b::sort\nnext 1 {} b::parse\n", 6 * SECOND, 5 * SECOND, SECOND)
    }

    #[test]
    fn a_group_has_ended_when_the_next_one_begins() {
        let way = Way::of(&text());
        assert_eq!((way.cases, way.expected), ((5, 6), (seconds(5), seconds(6))));
        assert_eq!(way.now, (1, seconds(1), "b::parse".to_owned()));
        let half = format!("{}next 1 2", text());
        assert_eq!(Way::of(&half), way, "a line that is still written is none");
        let two = format!("{}all 2 {}\n", text(), 2 * SECOND);
        assert_eq!((Way::of(&two).cases, Way::of(&two).now.0), ((6, 8), 0));
        assert_eq!(Way::of("nonsense\n\n"), Way::default());
    }

    #[test]
    fn the_time_left_is_that_of_all_processes() {
        let first = Way::of(&format!("all 6 {}\nnext 5 {} b::sort\n", 6 * SECOND, 5 * SECOND));
        let words = in_words(3, &Before::default(), &first, times(0, 2));
        assert_eq!(
            words,
            "measuring, process 1 of 3 · about 16 s left · benchmarks 1 to 5 of 6, b::sort"
        );
        let last = Before {
            processes: 2,
            last: (6, seconds(6)),
            expected: seconds(12),
            took: seconds(24),
        };
        let words = in_words(3, &last, &first, times(0, 2));
        assert!(
            words.ends_with("process 3 of 3 · about 10 s left · benchmarks 1 to 5 of 6, b::sort"),
            "{words}"
        );
    }

    #[test]
    fn a_target_that_has_not_begun_is_known_from_the_process_before() {
        let before =
            Before { processes: 1, last: (8, seconds(8)), expected: seconds(8), took: seconds(8) };
        let words = in_words(2, &before, &Way::of(&text()), times(5, 0));
        assert_eq!(
            words,
            "measuring, process 2 of 2 · about 3 s left · benchmark 6 of 8, b::parse"
        );
    }
}
