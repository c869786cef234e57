//! The calling-context tree: figures on the left, names behind as many steps as they are deep.

use ratatui::text::{Line, Span};

use super::{row, style, table, visible};
use crate::live::top::{Item, State};
use crate::model::TreeNode;
use crate::render::words::estimates::Mark;
use crate::render::words::{fit, top};
use crate::stats::number::{float, share_pct};

/// Levels that are drawn as steps; deeper ones say how deep they are.
const DRAWN_LEVELS: usize = 12;
/// The narrowest that names become before a column leaves.
const NAME_NEEDS: usize = 24;

/// The columns, with their titles and widths, the one that stays longest first.
const COLUMNS: [(Kind, &str, usize); 4] = [
    (Kind::Total, "total", 9),
    (Kind::Share, "total %", 7),
    (Kind::Own, "self", 9),
    (Kind::Rate, "calls/s", 8),
];

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Total,
    Share,
    Own,
    Rate,
}

pub(super) fn lines(state: &State, width: usize, height: usize) -> Vec<Line<'static>> {
    let fits = |columns: usize| {
        let taken: usize = COLUMNS.iter().take(columns).map(|(_, _, width)| width + 1).sum();
        taken + NAME_NEEDS <= width
    };
    let columns = &COLUMNS[..(1..=COLUMNS.len()).rev().find(|&count| fits(count)).unwrap_or(0)];
    let heads = columns.iter().map(|(_, title, width)| table::right(title, *width) + " ");
    let heads: String = heads.chain(["function".to_owned()]).collect();
    let mut lines = vec![Line::styled(fit::shorten_middle(&heads, width), style::STRONG)];
    let whole = whole_ns(&state.document.tree);
    for (place, is_selected) in visible(state, height.saturating_sub(1)) {
        if let Item::Node(at, depth, open) = state.rows[place].item {
            let node = &state.document.tree[at];
            let mut line = Line::default();
            for (kind, _, width) in columns {
                let cell = cell(state, node, *kind, whole);
                line.push_span(Span::raw(table::right(&cell, *width) + " "));
            }
            let left = width.saturating_sub(line.width());
            named(&mut line, node, (depth, open), left);
            lines.push(row(line, width, is_selected));
        }
    }
    if lines.len() == 1 {
        let text = "No tracked function was called in this time.";
        lines.push(Line::styled(fit::shorten_middle(text, width), style::FAINT));
    }
    lines
}

/// Adds the name of a node behind its steps.
fn named(
    line: &mut Line<'static>,
    node: &TreeNode,
    (depth, open): (usize, Option<bool>),
    width: usize,
) {
    let sign = match open {
        Some(true) => "▾ ",
        Some(false) => "▸ ",
        None => "· ",
    };
    let steps = match depth {
        0..=DRAWN_LEVELS => "  ".repeat(depth),
        deep => format!("{}({deep}) ", "  ".repeat(DRAWN_LEVELS)),
    };
    // A name matters more than its depth.
    let steps: String = steps.chars().take((width / 2).saturating_sub(2)).collect();
    let left = width.saturating_sub(fit::width(&steps) + fit::width(sign));
    line.push_span(Span::styled(format!("{steps}{sign}"), style::FAINT));
    line.push_span(Span::raw(fit::name(&node.function, left)));
}

fn cell(state: &State, node: &TreeNode, kind: Kind, whole_ns: u64) -> String {
    let [total, own] = Mark::of_nodes(std::iter::once(node));
    match kind {
        Kind::Total => total.duration(float(node.total_ns)),
        Kind::Own => own.duration(float(node.self_ns)),
        Kind::Share => format!("{}{:.1}", total.sign(), share_pct(node.total_ns, whole_ns)),
        Kind::Rate => {
            let seconds = float(state.document.window_ns) / 1e9;
            let rate = if seconds > 0.0 { float(node.calls) / seconds } else { 0.0 };
            top::rate(rate)
        }
    }
}

/// Returns the time of all roots.
fn whole_ns(tree: &[TreeNode]) -> u64 {
    let roots = tree.iter().filter(|node| node.parent.is_none());
    roots.fold(0, |sum, node| sum.saturating_add(node.total_ns))
}
