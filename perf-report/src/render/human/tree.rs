//! The calling-context tree for a screen: numbers on the left, where they align, names on the right.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::paint::{Paint, style};
use super::show::header;
use super::wrap;
use crate::model::{RunDocument, TreeNode};
use crate::render::Screen;
use crate::render::words::estimates::{self, Mark};
use crate::render::words::fit;
use crate::stats::number::{float, share_pct};
use crate::text::units;

/// Contexts with less than this share of all time are folded, in per cent.
const FOLD_PCT: f64 = 0.5;
/// Levels that are drawn as lines; deeper ones say how deep they are.
const DRAWN_LEVELS: usize = 12;
/// Share of all time from which a context stands out, in per cent.
const HOT_PCT: f64 = 10.0;

/// Returns the tree of a run below its facts. `all` shows contexts that are folded otherwise.
pub(crate) fn tree(run: &RunDocument, all: bool, screen: Screen) -> String {
    let mut text = header(run, screen);
    text.push('\n');
    if run.tree.is_empty() {
        text += "No tracked function was called.\n";
        return text;
    }
    text += &plain_tree(run, all, screen);
    let paint = Paint { styled: screen.styled };
    for line in estimates::lines(run) {
        for line in wrap::words(&line, "", screen.width).lines() {
            let _ = writeln!(text, "{}", paint.paint(style::WARN, line));
        }
    }
    text
}

/// Returns the tree alone.
pub(crate) fn plain_tree(run: &RunDocument, all: bool, screen: Screen) -> String {
    let lines = Forest::of(run).lines(if all { 0.0 } else { FOLD_PCT });
    let paint = Paint { styled: screen.styled };
    let widths = Widths::of(&lines);
    let mut text = paint.paint(style::STRONG, &widths.heading());
    text.push('\n');
    let _ = writeln!(text, "{}", paint.paint(style::FAINT, &widths.rule(&lines, screen)));
    for line in &lines {
        let _ = writeln!(text, "{}", widths.line(line, paint, screen).trim_end());
    }
    text
}

/// A line of the tree, its numbers already text.
#[derive(Debug)]
struct Line {
    total: (String, &'static str),
    own: (String, &'static str),
    calls: String,
    share: f64,
    branch: String,
    name: String,
    folded: bool,
}

/// The nodes of a run, by parent.
#[derive(Debug)]
struct Forest<'a> {
    nodes: &'a [TreeNode],
    children: HashMap<usize, Vec<usize>>,
    roots: Vec<usize>,
    all_ns: u64,
}

/// A place in the tree that is still to be drawn.
#[derive(Debug)]
struct Pending {
    nodes: Vec<usize>,
    depth: usize,
    /// The drawing before the branch: a line for each ancestor that has further siblings.
    prefix: String,
    last: bool,
}

impl<'a> Forest<'a> {
    /// Returns the nodes of `run` by parent. A node whose parent does not come before it is a root:
    /// documents are not trusted to be trees.
    fn of(run: &'a RunDocument) -> Self {
        let mut places = HashMap::new();
        let mut forest =
            Self { nodes: &run.tree, children: HashMap::new(), roots: Vec::new(), all_ns: 0 };
        for (at, node) in run.tree.iter().enumerate() {
            if let Some(&parent) = node.parent.and_then(|parent| places.get(&parent)) {
                forest.children.entry(parent).or_default().push(at);
            } else {
                forest.roots.push(at);
                forest.all_ns = forest.all_ns.saturating_add(node.total_ns);
            }
            places.insert(node.id, at);
        }
        forest
    }

    /// Returns the lines from the roots down, the longest first on every level.
    fn lines(&self, fold_pct: f64) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut stack = self.level(&self.roots, 0, "", fold_pct);
        while let Some(pending) = stack.pop() {
            lines.push(self.line(&pending));
            if let [node] = pending.nodes[..] {
                let none = Vec::new();
                let children = self.children.get(&node).unwrap_or(&none);
                let trunk = match (pending.depth, pending.last) {
                    (0, _) => "",
                    (_, true) => "   ",
                    (_, false) => "│  ",
                };
                let prefix = format!("{}{trunk}", pending.prefix);
                stack.extend(self.level(children, pending.depth + 1, &prefix, fold_pct));
            }
        }
        lines
    }

    /// Returns siblings in reverse, as a stack takes them: small ones together in the last place.
    fn level(&self, siblings: &[usize], depth: usize, prefix: &str, fold_pct: f64) -> Vec<Pending> {
        let share = |at: &usize| share_pct(self.nodes[*at].total_ns, self.all_ns);
        let (mut shown, folded): (Vec<_>, Vec<_>) =
            siblings.iter().copied().partition(|at| share(at) >= fold_pct);
        shown.sort_by(|a, b| {
            let key = |at: &usize| std::cmp::Reverse(self.nodes[*at].total_ns);
            (key(a), &self.nodes[*a].function).cmp(&(key(b), &self.nodes[*b].function))
        });
        let groups = shown.into_iter().map(|at| vec![at]).chain(Some(folded));
        let pending = |nodes| Pending { nodes, depth, prefix: prefix.to_owned(), last: false };
        let mut level: Vec<_> =
            groups.filter(|nodes: &Vec<_>| !nodes.is_empty()).map(pending).collect();
        if let Some(last) = level.last_mut() {
            last.last = true;
        }
        level.reverse();
        level
    }

    fn line(&self, pending: &Pending) -> Line {
        let sum = |value: fn(&TreeNode) -> u64| {
            pending.nodes.iter().fold(0_u64, |sum, at| sum.saturating_add(value(&self.nodes[*at])))
        };
        let total = sum(|node| node.total_ns);
        let marks = Mark::of_nodes(pending.nodes.iter().map(|at| &self.nodes[*at]));
        let name = match pending.nodes[..] {
            [node] => self.nodes[node].function.clone(),
            _ => format!("… {} more", units::count(pending.nodes.len() as u64)),
        };
        Line {
            total: marked(marks[0], total),
            own: marked(marks[1], sum(|node| node.self_ns)),
            calls: calls_marked(sum(|node| node.placed_calls), sum(|node| node.calls)),
            share: share_pct(total, self.all_ns),
            branch: branch(pending),
            name,
            folded: pending.nodes.len() != 1,
        }
    }
}

/// Returns a number of calls, marked where their place in the tree is an estimate.
fn calls_marked(placed: u64, calls: u64) -> String {
    let mark = if placed > 0 { Mark::Estimated } else { Mark::Exact };
    format!("{}{}", mark.sign(), units::count(calls))
}

/// Returns the number of a duration with its mark, and the unit.
fn marked(mark: Mark, ns: u64) -> (String, &'static str) {
    let (number, unit) = units::duration_parts(float(ns));
    (format!("{}{number}", mark.sign()), unit)
}

/// Returns the drawing before a name.
fn branch(pending: &Pending) -> String {
    let arm = match (pending.depth, pending.last) {
        (0, _) => "",
        (_, true) => "└─ ",
        (_, false) => "├─ ",
    };
    if pending.depth <= DRAWN_LEVELS {
        return format!("{}{arm}", pending.prefix);
    }
    let kept: String = pending.prefix.chars().take((DRAWN_LEVELS - 1) * 3).collect();
    format!("{kept}{arm}({}) ", pending.depth)
}

/// Widths of the columns of numbers.
#[derive(Debug)]
struct Widths {
    total: (usize, usize),
    own: (usize, usize),
    calls: usize,
}

impl Widths {
    fn of(lines: &[Line]) -> Self {
        let parts = |of: fn(&Line) -> &(String, &'static str), title: &str| {
            let number = lines.iter().map(|line| fit::width(&of(line).0)).max().unwrap_or(0);
            let unit = lines.iter().map(|line| fit::width(of(line).1)).max().unwrap_or(0);
            (number.max(title.len().saturating_sub(unit + 1)), unit)
        };
        let calls = lines.iter().map(|line| line.calls.chars().count()).max().unwrap_or(0);
        Self {
            total: parts(|line| &line.total, "total"),
            own: parts(|line| &line.own, "self"),
            calls: calls.max("calls".len()),
        }
    }

    fn heading(&self) -> String {
        let width = |(number, unit): (usize, usize)| number + 1 + unit;
        let (total, own, calls) = (width(self.total), width(self.own), self.calls);
        format!("{:>total$}  {:>6}  {:>own$}  {:>calls$}  context", "total", "%", "self", "calls")
    }

    /// Returns the width of everything before the names.
    fn numbers(&self) -> usize {
        self.heading().len() - "context".len()
    }

    fn rule(&self, lines: &[Line], screen: Screen) -> String {
        let names = lines
            .iter()
            .map(|line| fit::width(&line.branch) + fit::width(&fit::name(&line.name, usize::MAX)));
        let wanted = self.numbers() + names.max().unwrap_or(0).max("context".len());
        "─".repeat(wanted.min(screen.width))
    }

    fn line(&self, line: &Line, paint: Paint, screen: Screen) -> String {
        let cell = |(number, unit): &(String, &str), width: (usize, usize)| {
            let pad = " ".repeat(width.1 - fit::width(unit));
            format!("{number:>n$} {}{pad}", paint.paint(style::FAINT, unit), n = width.0)
        };
        let heat = if line.share >= HOT_PCT { style::HEAT } else { style::PLAIN };
        let share = paint.paint(heat, &format!("{:>6.1}", line.share));
        let room = screen.width.saturating_sub(self.numbers() + fit::width(&line.branch)).max(12);
        let name = fit::name(&line.name, room);
        let name = if line.folded { paint.paint(style::FAINT, &name) } else { name };
        format!(
            "{}  {share}  {}  {:>calls$}  {}{name}",
            cell(&line.total, self.total),
            cell(&line.own, self.own),
            line.calls,
            paint.paint(style::FAINT, &line.branch),
            calls = self.calls,
        )
    }
}
