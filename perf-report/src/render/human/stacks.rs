//! Stacks of threads: a block a thread, a running call a line, the outermost first.

use std::fmt::Write as _;

use anstyle::Style;

use super::paint::{Paint, style};
use super::wrap;
use crate::model::{Frame, FuturesInFlight, ProcessStacks, StacksDocument, ThreadStack};
use crate::render::Screen;
use crate::render::words::{facts, fit};
use crate::stats::number::float;
use crate::text::{sanitize, units};

/// Levels that are drawn as lines; deeper ones say how deep they are.
const DRAWN_LEVELS: usize = 12;
/// The narrowest that names become.
const NAME_NEEDS: usize = 12;

/// Returns the calls that the threads of all processes are in.
pub(crate) fn stacks(document: &StacksDocument, screen: Screen) -> String {
    let blocks = document.processes.iter().map(|process| Block::of(process, screen).text());
    blocks.collect::<Vec<_>>().join("\n")
}

/// A process on a screen.
struct Block<'a> {
    process: &'a ProcessStacks,
    screen: Screen,
    /// Columns of the times' numbers, of their units, and of when calls began.
    number: usize,
    unit: usize,
    since: usize,
}

impl<'a> Block<'a> {
    fn of(process: &'a ProcessStacks, screen: Screen) -> Self {
        let mut block = Self { process, screen, number: 0, unit: 0, since: 0 };
        for frame in process.threads.iter().flat_map(|thread| &thread.frames) {
            let (number, unit) = block.time(frame);
            block.number = block.number.max(fit::width(&number));
            block.unit = block.unit.max(fit::width(unit));
            block.since = block.since.max(block.since(frame).len());
        }
        block
    }

    fn text(&self) -> String {
        let mut text = self.heading();
        let busy = || self.process.threads.iter().filter(|thread| !thread.frames.is_empty());
        for thread in busy() {
            let title = self.paint().paint(style::STRONG, &title(thread));
            let _ = writeln!(text, "\n{title}");
            for (depth, frame) in thread.frames.iter().enumerate() {
                let is_innermost = depth + 1 == thread.frames.len();
                let _ = writeln!(text, "{}", self.line(depth, frame, is_innermost));
            }
        }
        text += &self.futures();
        if !self.process.running && busy().next().is_some() {
            let end =
                "Nothing was recorded after that; these calls ran on until the process ended.";
            let lines = wrap::words(end, "", self.screen.width);
            let _ = write!(text, "\n{}", self.faint(&lines));
        }
        text
    }

    /// Returns the futures in flight, a line a function.
    fn futures(&self) -> String {
        let futures = &self.process.futures;
        if futures.is_empty() {
            return String::new();
        }
        let rows: Vec<[String; 3]> = futures.iter().map(|it| self.ages(it)).collect();
        let titles = ["calls", "oldest", "median"];
        let width = |at: usize| {
            let cells = rows.iter().map(|row| fit::width(&row[at]));
            cells.chain([titles[at].len()]).max().unwrap_or(0)
        };
        let widths = [width(0), width(1), width(2)];
        let line = |cells: [&str; 3]| {
            let cells = cells.iter().zip(widths).map(|(cell, width)| {
                format!("{}{cell}", " ".repeat(width.saturating_sub(fit::width(cell))))
            });
            cells.collect::<Vec<_>>().join("  ")
        };
        let left =
            self.screen.width.saturating_sub(widths.iter().sum::<usize>() + 6).max(NAME_NEEDS);
        let title =
            if self.process.running { "futures in flight" } else { "futures in flight at the end" };
        let head = format!("{}  function", line(titles));
        let mut text =
            format!("\n{}\n", self.paint().paint(style::STRONG, title)) + &self.faint(&head);
        for (row, it) in rows.iter().zip(futures) {
            let name = fit::name(&it.function, left);
            let _ = writeln!(text, "{}  {name}", line([&row[0], &row[1], &row[2]]));
        }
        text
    }

    /// Returns the number of these futures, the age of the oldest, and the median age.
    fn ages(&self, futures: &FuturesInFlight) -> [String; 3] {
        let age = |ns: Option<u64>| match ns.map(float) {
            Some(ns) if self.process.running => units::duration(ns),
            Some(ns) => format!("≥ {}", units::duration(ns)),
            None => "?".to_owned(),
        };
        let calls = units::count(futures.in_flight);
        [calls, age(futures.oldest_ns), age(futures.median_ns)]
    }

    fn heading(&self) -> String {
        let process = self.process;
        let program = match process.program.as_str() {
            "" => "(no name)".to_owned(),
            program => sanitize::line_start(&sanitize::screen(program)),
        };
        let time = facts::time(&process.time);
        let mut items = vec![format!("process {}", process.pid)];
        items.push(if process.running {
            format!("running at {time}")
        } else {
            format!("ended, last heard of at {time}")
        });
        items.extend(counts(process));
        let program = fit::shorten_middle(&program, self.screen.width);
        let items = wrap::items(&items, "", self.screen.width);
        format!("{}\n{}", self.paint().paint(style::STRONG, &program), self.faint(&items))
    }

    fn paint(&self) -> Paint {
        Paint { styled: self.screen.styled }
    }

    fn faint(&self, lines: &str) -> String {
        lines.lines().map(|line| self.paint().paint(style::FAINT, line) + "\n").collect()
    }

    /// Returns one call: the time it has been running, when it began if that matters, and its name.
    fn line(&self, depth: usize, frame: &Frame, is_innermost: bool) -> String {
        let branch = match depth {
            0 => String::new(),
            1..=DRAWN_LEVELS => format!("{}└─ ", "   ".repeat(depth - 1)),
            _ => format!("{}└─ ({depth}) ", "   ".repeat(DRAWN_LEVELS - 1)),
        };
        let note = match (frame.recursive, frame.running_ns) {
            (true, _) => " (recursive)",
            (false, None) => " (time unknown)",
            (false, Some(_)) => "",
        };
        let before = match self.since {
            0 => branch,
            width => format!("{:width$}  {branch}", self.since(frame)),
        };
        let taken = self.number + 1 + self.unit + 2 + fit::width(&before) + note.len();
        let name =
            fit::name(&frame.function, self.screen.width.saturating_sub(taken).max(NAME_NEEDS));
        let (time_style, name_style) =
            if is_innermost { (style::HEAT, style::STRONG) } else { (style::PLAIN, style::PLAIN) };
        let (number, unit) = self.time(frame);
        let paint = |style: Style, text: &str| self.paint().paint(style, text);
        format!(
            "{}{} {}{}  {}{}{}",
            " ".repeat(self.number - fit::width(&number)),
            paint(time_style, &number),
            paint(style::FAINT, unit),
            " ".repeat(self.unit - fit::width(unit)),
            paint(style::FAINT, &before),
            paint(name_style, &name),
            paint(style::FAINT, note),
        )
    }

    /// Returns the time that a call has been running, and its unit.
    fn time(&self, frame: &Frame) -> (String, &'static str) {
        let Some(ns) = frame.running_ns else { return ("?".to_owned(), "") };
        let (number, unit) = units::duration_parts(float(ns));
        (if self.process.running { number } else { format!("≥ {number}") }, unit)
    }

    /// Returns the beginning of a call that nobody saw end: the time of day, with the date if it is
    /// not that of the heading.
    fn since(&self, frame: &Frame) -> String {
        let Some(since) = frame.since.as_deref().filter(|_| !self.process.running) else {
            return String::new();
        };
        match since.split_once('T') {
            Some((date, clock)) if self.process.time.starts_with(date) => {
                format!("since {}", sanitize::screen(clock.trim_end_matches('Z')))
            }
            _ => format!("since {}", facts::time(since).trim_end_matches(" UTC")),
        }
    }
}

fn title(thread: &ThreadStack) -> String {
    let name = thread.name.as_deref().map(|name| format!(" \"{}\"", sanitize::screen(name)));
    format!("thread {}{}", thread.id, name.unwrap_or_default())
}

/// Counts the threads in tracked calls, in none, and gone.
fn counts(process: &ProcessStacks) -> Vec<String> {
    let in_none = process.threads.iter().filter(|thread| thread.frames.is_empty()).count() as u64;
    let busy = process.threads.len() as u64 - in_none;
    let threads = |count| units::plural(count, "thread");
    let futures = process.futures.iter().fold(0_u64, |sum, it| sum.saturating_add(it.in_flight));
    let in_flight = units::plural(futures, "future");
    let mut items = vec![match (busy, process.running) {
        // Never without the other half of the truth.
        (0, true) if futures > 0 => {
            format!("{in_flight} in flight, no thread is in a tracked call")
        }
        (0, false) if futures > 0 => {
            format!("{in_flight} in flight at the end, no thread was in a tracked call")
        }
        (0, true) => "no thread is in a tracked call".to_owned(),
        (0, false) => "no tracked call was running at the end".to_owned(),
        (busy, true) => format!("{} in tracked calls", threads(busy)),
        (busy, false) => format!("{} in tracked calls at the end", threads(busy)),
    }];
    if busy > 0 && in_none > 0 {
        items.push(format!("{} in none", units::count(in_none)));
    }
    if busy > 0 && futures > 0 {
        items.push(format!("{in_flight} in flight"));
    }
    if process.ended_threads > 0 && process.running {
        items.push(format!("{} ended before", units::count(process.ended_threads)));
    }
    items
}
