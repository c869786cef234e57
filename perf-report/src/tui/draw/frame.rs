//! The lines above and below: what is looked at, how it is recorded, the views, the keys.

use ratatui::text::{Line, Span};

use super::style;
use crate::live::top::{Open, State, View};
use crate::render::words::fit;
use crate::render::words::top::{facts, subject, window};
use crate::stats::number::float;
use crate::text::{sanitize, units};

/// Returns the head on one to three lines.
pub(super) fn head(state: &State, width: usize, lines: usize) -> Vec<Line<'static>> {
    let subject = Line::styled(fitted(&subject(&state.document), width), style::STRONG);
    let account = account(state, width);
    match lines {
        0 => Vec::new(),
        1 => vec![views(state, width)],
        2 => vec![subject, views(state, width)],
        _ => vec![subject, account, views(state, width)],
    }
}

/// Returns as many items as fit, the first ones first.
pub(super) fn fitted(items: &[String], width: usize) -> String {
    const BETWEEN: &str = " · ";
    let mut text = String::new();
    for item in items {
        let between = if text.is_empty() { "" } else { BETWEEN };
        let used = fit::width(&text) + fit::width(between);
        if !text.is_empty() && used + fit::width(item) > width {
            break;
        }
        text += between;
        text += &fit::shorten_middle(item, width.saturating_sub(used));
    }
    text
}

/// Returns the line about calls and recording; what was lost stands out.
fn account(state: &State, width: usize) -> Line<'static> {
    let document = &state.document;
    let is_whole = document.recording.lost_calls == 0
        && document.processes.iter().all(|process| process.breaker == "closed");
    let look = if is_whole { style::PLAIN } else { style::WARN };
    Line::styled(fitted(&facts(document), width), look)
}

/// Returns the line with the views, and with what is shown of them.
fn views(state: &State, width: usize) -> Line<'static> {
    let names = View::ALL.iter().map(|view| view.title().len() + 4).sum::<usize>();
    let mut line = Line::default();
    if names + 20 <= width {
        for (number, view) in (1..).zip(View::ALL) {
            let look = if view == state.view { style::SELECTED } else { style::FAINT };
            line.push_span(Span::styled(format!(" {number} {} ", view.title()), look));
        }
    } else {
        let title = fit::shorten_middle(state.view.title(), width);
        line.push_span(Span::styled(title, style::STRONG));
    }
    let room = width.saturating_sub(line.width() + 2);
    let about = fitted(&about(state), room);
    line.push_span(Span::styled(format!("  {about}"), style::FAINT));
    line
}

/// Returns what the figures are of, and what they are not.
fn about(state: &State) -> Vec<String> {
    let mut items = Vec::new();
    if state.is_paused {
        items.push("paused".to_owned());
    }
    items.push(window(&state.document));
    if !state.filter.is_empty() {
        items.push(format!("only {:?}", sanitize::screen(&state.filter)));
    }
    items
}

/// Returns the last line: a message, the filter that is typed, or the keys.
pub(super) fn foot(state: &State, width: usize) -> Line<'static> {
    if state.is_typing {
        let filter = sanitize::screen(&state.filter);
        let end: String = fit::shorten_middle(&filter, width.saturating_sub(2));
        return Line::from(vec![
            Span::styled(format!("/{end}"), style::STRONG),
            Span::styled(" ", style::SELECTED),
        ]);
    }
    if let Some(note) = state.note.as_ref().or(state.document.recording.problems.first()) {
        return Line::styled(fit::shorten_middle(&sanitize::screen(note), width), style::WARN);
    }
    Line::styled(fitted(&keys(state), width), style::FAINT)
}

fn keys(state: &State) -> Vec<String> {
    let keys: &[&str] = match (&state.open, state.view) {
        (Open::Help | Open::Detail(_), _) => {
            return ["Esc back", "q quit", "↑↓ scroll"].map(str::to_owned).to_vec();
        }
        (Open::Rows, View::Functions) => &["Enter detail", "s sort", "/ filter"],
        (Open::Rows, View::Tree) => &["Enter detail", "←→ open, close", "/ filter"],
        (Open::Rows, View::Threads) => &["Enter detail", "/ filter"],
        (Open::Rows, View::Metrics) => &["/ filter"],
    };
    let all = ["q quit", "? keys"].iter().chain(keys).chain(&["d since when", "space pause"]);
    let mut keys: Vec<String> = all.map(|&key| key.to_owned()).collect();
    if !state.is_paused && state.document.is_running() {
        let interval =
            units::duration(float(u64::try_from(state.interval.as_nanos()).unwrap_or(u64::MAX)));
        keys.push(format!("+/- every {interval}"));
    }
    keys
}
