//! What runs now, in words: its processes, how it is recorded, and the columns of its functions.

use super::estimates::{self, Mark};
use super::fit;
use crate::model::{Since, TopDocument, TopFunction, TopProcess};
use crate::stats::number::float;
use crate::text::{sanitize, units};

/// A column of the functions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Column {
    /// Finished calls a second.
    Rate,
    /// Finished calls.
    Calls,
    /// Calls that returned an error.
    Errors,
    /// Calls that ended by unwinding.
    Panics,
    /// Time of their own.
    Own,
    /// The share of it.
    #[default]
    Share,
    /// Time with their callees.
    Total,
    /// Mean duration of a call.
    Mean,
    /// Median duration.
    P50,
    /// 99th percentile.
    P99,
    /// Longest call.
    Max,
    /// Allocations.
    Allocs,
    /// The name.
    Name,
}

/// The most columns of the screen that a command takes.
const LONGEST_COMMAND: usize = 40;

impl Column {
    /// All columns but the name, from left to right.
    pub(crate) const ALL: [Self; 12] = [
        Self::Rate,
        Self::Calls,
        Self::Errors,
        Self::Panics,
        Self::Own,
        Self::Share,
        Self::Total,
        Self::Mean,
        Self::P50,
        Self::P99,
        Self::Max,
        Self::Allocs,
    ];

    /// Returns the title.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Rate => "calls/s",
            Self::Calls => "calls",
            Self::Errors => "errors",
            Self::Panics => "panics",
            Self::Own => "self",
            Self::Share => "self %",
            Self::Total => "total",
            Self::Mean => "mean",
            Self::P50 => "p50",
            Self::P99 => "p99",
            Self::Max => "max",
            Self::Allocs => "allocs",
            Self::Name => "function",
        }
    }

    /// Returns its rank where columns give way: the lowest goes first.
    pub(crate) fn stays(self) -> u8 {
        match self {
            Self::Name => u8::MAX,
            Self::Share => 100,
            Self::Rate => 95,
            Self::Errors => 90,
            Self::Panics => 89,
            Self::Mean => 80,
            Self::P99 => 70,
            Self::Own => 60,
            Self::Calls => 50,
            Self::Allocs => 45,
            Self::Total => 40,
            Self::P50 => 30,
            Self::Max => 20,
        }
    }

    /// Returns the columns that have values.
    pub(crate) fn of(document: &TopDocument) -> Vec<Self> {
        let any = |has: fn(&TopFunction) -> bool| document.functions.iter().any(has);
        let has_it = |column: &Self| match column {
            Self::Errors => any(|row| row.function.counts_errors()),
            Self::Panics => any(|row| row.function.panics > 0),
            Self::Allocs => any(|row| row.function.allocs > Some(0)),
            _ => true,
        };
        Self::ALL.into_iter().filter(has_it).collect()
    }

    /// Returns the value to sort by, largest first.
    pub(crate) fn number(self, row: &TopFunction) -> f64 {
        let function = &row.function;
        match self {
            Self::Rate => row.calls_per_s,
            Self::Calls => float(function.calls),
            Self::Errors => float(function.errors),
            Self::Panics => float(function.panics),
            Self::Own | Self::Share => float(function.self_ns),
            Self::Total => float(function.total_ns),
            Self::Mean => function.mean_ns.unwrap_or(-1.0),
            Self::P50 => function.p50_ns.map_or(-1.0, float),
            Self::P99 => function.p99_ns.map_or(-1.0, float),
            Self::Max => function.max_ns.map_or(-1.0, float),
            Self::Allocs => function.allocs.map_or(-1.0, float),
            Self::Name => 0.0,
        }
    }

    /// Returns the cell of a function, marked where it is not exact.
    pub(crate) fn value(self, row: &TopFunction) -> String {
        let function = &row.function;
        let time = |time: Option<(Mark, f64)>| {
            time.map_or_else(|| "–".to_owned(), |(mark, ns)| mark.duration(ns))
        };
        let sum = |mark: Mark, ns: u64| {
            time((!estimates::is_unmeasured(function)).then(|| (mark, float(ns))))
        };
        let count = |count: u64| if count == 0 { "·".to_owned() } else { rough(count) };
        match self {
            Self::Rate => rate(row.calls_per_s),
            Self::Calls => rough(function.calls),
            Self::Errors => count(function.errors),
            Self::Panics => count(function.panics),
            Self::Own => sum(Mark::of_self(function), function.self_ns),
            Self::Share => estimates::share(function, row.self_pct),
            Self::Total => sum(Mark::of_total(function), function.total_ns),
            Self::Mean => time(estimates::mean(function)),
            Self::P50 => time(estimates::single(function, function.p50_ns)),
            Self::P99 => time(estimates::single(function, function.p99_ns)),
            Self::Max => time(estimates::single(function, function.max_ns)),
            Self::Allocs => count(function.allocs.unwrap_or(0)),
            Self::Name => function.name.clone(),
        }
    }
}

/// Writes a count in full where it is short, and else roughly: `123,456`, `45.2 M`.
pub(crate) fn rough(count: u64) -> String {
    if count < 1_000_000 { units::count(count) } else { units::rough_count(float(count)) }
}

/// Returns the subject: the command, the process, or the number of processes; and how long it has run.
pub(crate) fn subject(document: &TopDocument) -> Vec<String> {
    let running = document.processes.iter().filter(|process| process.running);
    let ended = document.processes.len() as u64 - running.count() as u64;
    let mut items = Vec::new();
    if let Some(command) = &document.command {
        // First, since a command may be long.
        items.extend(ending(document));
        let words = sanitize::screen(&command.words.join(" ")).into_owned();
        items.push(fit::shorten_middle(&words, LONGEST_COMMAND));
    }
    match document.processes.as_slice() {
        [] => items.push("no process has recorded yet".to_owned()),
        [only] => items.push(process(only)),
        all => {
            let processes = units::processes(all.len() as u64);
            items.push(match ended {
                0 => processes,
                ended => format!("{processes}, {} ended", units::count(ended)),
            });
        }
    }
    let uptime = document.processes.iter().map(|process| process.uptime_ns).max();
    items.extend(uptime.map(|ns| format!("up {}", units::duration(float(ns)))));
    items
}

/// Describes the end of the command, if it has ended.
pub(crate) fn ending(document: &TopDocument) -> Option<String> {
    let command = document.command.as_ref().filter(|command| !command.running)?;
    Some(match (command.exit_code, command.signal) {
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended".to_owned(),
    })
}

/// Names a process.
pub(crate) fn process(process: &TopProcess) -> String {
    let ended = if process.running { "" } else { " (ended)" };
    format!("{} {}{ended}", program(&process.program), process.pid)
}

/// Returns the name of a program, without the folders it is in.
pub(crate) fn program(path: &str) -> String {
    let name = path.rsplit('/').find(|part| !part.is_empty()).unwrap_or("(no name)");
    fit::name(name, 60)
}

/// Returns the account of all of it: calls, threads, and how they are recorded. What is wrong comes first.
pub(crate) fn facts(document: &TopDocument) -> Vec<String> {
    let breaker = breaker(document);
    let lost = match document.recording.lost_calls {
        0 => "0 lost".to_owned(),
        lost => format!("{} lost", units::plural(lost, "call")),
    };
    let share = match document.recording_pct {
        Some(pct) => format!("recording ~{}", units::coarse_percent(pct)),
        None => "recording ? %".to_owned(),
    };
    let items = [format!("{} calls/s", rate(document.calls_per_s)), threads(document), share];
    let is_whole = document.recording.lost_calls == 0 && breaker == "breaker closed";
    let recorder = [breaker, lost];
    if is_whole {
        items.into_iter().chain(recorder).collect()
    } else {
        recorder.into_iter().chain(items).collect()
    }
}

/// Writes a number of events a second.
pub(crate) fn rate(per_s: f64) -> String {
    if per_s > 0.0 { units::rough_count(per_s) } else { "0".to_owned() }
}

/// Counts the threads in tracked calls and all of them; where none is looked at, those that recorded.
fn threads(document: &TopDocument) -> String {
    let all: Vec<_> = document.threads.iter().flat_map(|process| &process.threads).collect();
    if all.is_empty() {
        let threads = document.processes.iter().map(|process| u64::from(process.threads)).sum();
        return units::plural(threads, "thread");
    }
    let busy = all.iter().filter(|thread| !thread.frames.is_empty()).count();
    format!("{busy}/{} busy", units::plural(all.len() as u64, "thread"))
}

/// Describes the breakers: the worst state, and the exactness of functions.
fn breaker(document: &TopDocument) -> String {
    let is = |state: &&str| document.processes.iter().any(|process| process.breaker == *state);
    let worst = ["open", "half-open"].iter().find(|state| is(state)).copied();
    match (worst, document.recording.mode.as_str()) {
        (Some(worst), _) => format!("breaker {worst}"),
        (None, mode @ ("sampled" | "counted")) => format!("breaker closed, some {mode}"),
        (None, _) => "breaker closed".to_owned(),
    }
}

/// Describes the time that the figures are of: `since the start`, `of the last 500 ms`.
pub(crate) fn window(document: &TopDocument) -> String {
    if document.processes.is_empty() {
        return "nothing yet".to_owned();
    }
    let time = units::duration(float(document.window_ns));
    match document.since {
        Since::Start => format!("since the start, {time}"),
        Since::Last => format!("of the last {time}"),
        Since::Mark => format!("since you pressed 0, {time}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TopCommand;

    #[test]
    fn nothing_has_words_too() {
        let mut document = TopDocument::empty();
        assert_eq!(subject(&document), ["no process has recorded yet"]);
        document.command = Some(TopCommand {
            words: vec!["x\u{1b}[2J".to_owned()],
            signal: Some(9),
            ..TopCommand::default()
        });
        let words = subject(&document).join("; ");
        assert_eq!(words, "was ended by signal 9; x\\u{1b}[2J; no process has recorded yet");
        assert!(facts(&document).iter().any(|fact| fact == "0 lost"));
    }

    #[test]
    fn programs_are_named_without_folders() {
        assert_eq!(program("/srv/bin/demo"), "demo");
        assert_eq!(program("demo/"), "demo");
        assert_eq!(program(""), "(no name)");
    }
}
