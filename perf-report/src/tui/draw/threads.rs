//! Threads, and the calls that each is in now.

use ratatui::text::{Line, Span};

use super::{row, style, table, visible};
use crate::live::top::{Item, State};
use crate::model::{Frame, FuturesInFlight, ProcessStacks, ThreadStack};
use crate::render::words::fit;
use crate::render::words::top::program;
use crate::stats::number::float;
use crate::text::{sanitize, units};

/// Columns of the time for which a call has been running.
const TIME: usize = 9;
/// Levels that are drawn as steps.
const DRAWN_LEVELS: usize = 10;

pub(super) fn lines(state: &State, width: usize, height: usize) -> Vec<Line<'static>> {
    let heads = format!("{} call", table::right("for", TIME));
    let mut lines = vec![Line::styled(fit::shorten_middle(&heads, width), style::STRONG)];
    for (place, is_selected) in visible(state, height.saturating_sub(1)) {
        if let Some(line) = line(state, state.rows[place].item, width) {
            lines.push(row(line, width, is_selected));
        }
    }
    if lines.len() == 1 {
        let text = if state.document.is_running() {
            "No thread of a running process passes the filter, or is known."
        } else {
            "No process runs any more: `perf-report stacks` shows where one ended."
        };
        lines.push(Line::styled(fit::shorten_middle(text, width), style::FAINT));
    }
    lines
}

fn line(state: &State, item: Item, width: usize) -> Option<Line<'static>> {
    let process = |at: usize| state.document.threads.get(at);
    Some(match item {
        Item::Process(at) => of_process(process(at)?, width),
        Item::Thread(at, which) => of_thread(process(at)?.threads.get(which)?, width),
        Item::Frame(at, which, depth) => {
            let frames = &process(at)?.threads.get(which)?.frames;
            of_frame(frames.get(depth)?, depth, depth + 1 == frames.len(), width)
        }
        Item::Futures(at, which) => of_futures(process(at)?.futures.get(which)?, width),
        Item::Idle(at) => idle(process(at)?, width),
        Item::Function(_) | Item::Node(..) | Item::Metric(_) => return None,
    })
}

fn of_process(process: &ProcessStacks, width: usize) -> Line<'static> {
    let text = format!("{} {}", program(&process.program), process.pid);
    Line::styled(fit::shorten_middle(&text, width), style::STRONG)
}

fn of_thread(thread: &ThreadStack, width: usize) -> Line<'static> {
    let name = thread.name.as_deref().map(|name| format!(" “{}”", sanitize::screen(name)));
    let text = format!("thread {}{}", thread.id, name.unwrap_or_default());
    Line::styled(fit::shorten_middle(&text, width), style::FAINT)
}

fn of_frame(frame: &Frame, depth: usize, is_innermost: bool, width: usize) -> Line<'static> {
    let time = frame.running_ns.map_or_else(|| "?".to_owned(), |ns| units::duration(float(ns)));
    let steps = match depth {
        0 => String::new(),
        1..=DRAWN_LEVELS => "  ".repeat(depth),
        deep => format!("{}({deep}) ", "  ".repeat(DRAWN_LEVELS)),
    };
    let (time_look, name_look) =
        if is_innermost { (style::HEAT, style::STRONG) } else { (style::PLAIN, style::PLAIN) };
    let left = width.saturating_sub(TIME + 1);
    let steps: String = steps.chars().take(left / 2).collect();
    let note = if frame.recursive { " (recursive)" } else { "" };
    let left = left.saturating_sub(steps.len() + note.len());
    Line::from(vec![
        Span::styled(table::right(&time, TIME), time_look),
        Span::raw(format!(" {steps}")),
        Span::styled(fit::name(&frame.function, left), name_look),
        Span::styled(note, style::FAINT),
    ])
}

fn of_futures(futures: &FuturesInFlight, width: usize) -> Line<'static> {
    let oldest = futures.oldest_ns.map_or_else(|| "?".to_owned(), |ns| units::duration(float(ns)));
    let calls = units::count(futures.in_flight);
    let note = format!(" {calls} in flight, the oldest for this long");
    let left = width.saturating_sub(TIME + 1 + fit::width(&note)).max(width / 2);
    Line::from(vec![
        Span::raw(table::right(&oldest, TIME) + " "),
        Span::raw(fit::name(&futures.function, left)),
        Span::styled(note, style::FAINT),
    ])
}

/// Counts the threads that are in no call, and those that have ended.
fn idle(process: &ProcessStacks, width: usize) -> Line<'static> {
    let idle = process.threads.iter().filter(|thread| thread.frames.is_empty()).count() as u64;
    let verb = if idle == 1 { "is" } else { "are" };
    let ended = match process.ended_threads {
        0 => String::new(),
        ended => format!(", {} ended before", units::count(ended)),
    };
    let text = format!("{} {verb} in no tracked call{ended}", units::plural(idle, "thread"));
    Line::styled(fit::shorten_middle(&text, width), style::FAINT)
}
