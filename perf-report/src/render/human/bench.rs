//! Benchmarks of several processes on a screen: a table of the view, what went badly, groups, ramps.

use std::collections::HashMap;

use super::failures::failures;
use super::paint::{Paint, style};
use super::table::{ALWAYS, Align, Cell, Column, Table};
use super::{comparison, plain_tree, report, show, wrap};
use crate::model::{
    BenchDocument, BenchGroup, BenchMember, BenchRamp, BenchRow, BenchStep, Function, FunctionKind,
    ProcessSummary, Recording, Run, RunDocument, TreeNode, Verdict,
};
use crate::render::words::bench::{self as words, BenchDetail, BenchFacet, TIME, Value};
use crate::render::words::estimates::Mark;
use crate::render::{BenchView, Screen};
use crate::text::{sanitize, units};

/// Returns the document, seen as the view says.
pub(crate) fn bench(view: &BenchView<'_>, screen: Screen) -> String {
    let document = view.document;
    let moved = document
        .shift
        .iter()
        .map(|it| comparison::moved(&it.reason, (Paint { styled: screen.styled }, screen)));
    let mut parts = vec![head(document, screen) + &moved.collect::<String>()];
    match view.facet {
        BenchFacet::Stress => parts.extend(document.ramps.iter().map(|it| ramp(it, screen))),
        BenchFacet::Comparison => parts.extend(document.groups.iter().map(|it| group(it, screen))),
        facet => parts.push(table(document, facet, view.detail).render(screen)),
    }
    let is_empty = parts.len() == 1;
    if is_empty {
        let what = match view.facet {
            BenchFacet::Stress => {
                "No benchmark has a ramp of threads: see `stress` of the attribute, and `--stress`."
            }
            _ => {
                "No benchmarks are compared: members of a group have `compare = \"NAME\"` in their attribute."
            }
        };
        parts.push(wrap::words(what, "", screen.width));
    }
    let beside = !matches!(view.facet, BenchFacet::Stress | BenchFacet::Comparison);
    if beside && view.detail != BenchDetail::Minimal {
        parts.extend(document.groups.iter().map(|it| group(it, screen)));
        parts.extend(document.ramps.iter().map(|it| ramp(it, screen)));
        // It begins with an empty line, as the parts here end with one.
        let grows = super::growth::growth(&document.complexity, &[], screen);
        parts.push(grows.trim_start().to_owned());
        let functions: Vec<_> = document.benchmarks.iter().map(|row| &row.benchmark).collect();
        parts.extend(failures(&functions, screen));
    }
    if view.detail == BenchDetail::Profile {
        parts.extend(profile(&document.profiled, &document.tree, screen));
    }
    parts.push(lines(view, screen));
    parts.push(report::of_benchmarks(document, view.detail == BenchDetail::Minimal, screen));
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

fn head(document: &BenchDocument, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    format!("{}\n", paint.paint(style::STRONG, &words::head(document)))
}

fn table(document: &BenchDocument, facet: BenchFacet, detail: BenchDetail) -> Table {
    let rows = &document.benchmarks;
    let functions: Vec<&Function> = rows.iter().map(|row| &row.benchmark).collect();
    let mut columns = vec![column(&functions, TIME)];
    let own = if detail == BenchDetail::Minimal { &[] } else { facet.columns() };
    columns.extend(own.iter().map(|it| column(&functions, *it)).filter(is_known));
    columns.push(before(rows));
    columns.push(changes(rows));
    columns.push(ends(&functions));
    columns.retain(|it| it.title == TIME.title || is_known(it));
    Table {
        title: "benchmark",
        names: functions.iter().map(|it| it.name.clone()).collect(),
        columns,
    }
}

/// Makes a column of benchmarks.
pub(crate) fn column(functions: &[&Function], of: words::Column) -> Column {
    Column::of(of.title, of.stays, functions, |function| match (of.value)(function) {
        Some(Value::Time(ns)) => Cell::duration(style::PLAIN, Mark::Exact, ns),
        Some(Value::Text(text)) if of.title == "leak" => Cell::new(style::WARN, text),
        Some(Value::Text(text)) if of.title.contains("interval") => Cell::new(style::FAINT, text),
        Some(Value::Text(text)) => Cell::new(style::PLAIN, text),
        None => Cell::unknown(),
    })
}

/// Returns whether some cell of a column says something.
pub(crate) fn is_known(column: &Column) -> bool {
    column.cells.iter().any(|cell| cell.text != Cell::UNKNOWN && !cell.text.is_empty())
}

/// Makes the column of what did not end well.
pub(crate) fn ends(functions: &[&Function]) -> Column {
    let cell = |function: &Function| match function.outcome().filter(|_| function.is_failure()) {
        Some(outcome) => Cell::new(style::BAD, outcome.word()),
        None => Cell::new(style::PLAIN, ""),
    };
    Column { align: Align::Left, ..Column::of("outcome", ALWAYS, functions, cell) }
}

/// Makes the column of the times from which the changes beside them are.
fn before(rows: &[BenchRow]) -> Column {
    let cell = |row: &BenchRow| match words::before(row) {
        Some(ns) => Cell::duration(style::FAINT, Mark::Exact, ns),
        None => Cell::unknown(),
    };
    Column {
        title: "before",
        stays: 190,
        align: Align::Right,
        cells: rows.iter().map(cell).collect(),
    }
}

fn changes(rows: &[BenchRow]) -> Column {
    let cell = |row: &BenchRow| {
        let verdict = row.change.as_ref().map(|change| change.verdict);
        let style = match verdict {
            Some(Verdict::Regression) => style::BAD,
            Some(Verdict::Degraded) => style::WARN,
            Some(Verdict::Improved) => style::GOOD,
            _ => style::FAINT,
        };
        words::change(row).map_or_else(Cell::unknown, |text| Cell::new(style, text))
    };
    Column {
        title: "change",
        stays: 200,
        align: Align::Left,
        cells: rows.iter().map(cell).collect(),
    }
}

fn group(group: &BenchGroup, screen: Screen) -> String {
    let cells = |title, stays, align, of: &dyn Fn(&BenchMember) -> Cell| Column {
        title,
        stays,
        align,
        cells: group.members.iter().map(of).collect(),
    };
    let or_none =
        |text: Option<String>, style| text.map_or_else(Cell::unknown, |it| Cell::new(style, it));
    let [rank, ratio, interval, rounds, answer] = words::GROUP;
    let columns = vec![
        cells(rank, ALWAYS, Align::Right, &|it| or_none(words::rank(it), style::STRONG)),
        cells(ratio, ALWAYS, Align::Right, &|it| or_none(words::ratio(it), style::PLAIN)),
        cells(interval, 80, Align::Right, &|it| or_none(words::ratio_interval(it), style::FAINT)),
        cells(rounds, 40, Align::Right, &|it| Cell::new(style::FAINT, units::count(it.rounds))),
        cells(answer, 90, Align::Left, &|it| Cell::new(style::PLAIN, words::placing(it))),
    ];
    let title = words::group_title(&group.name, group.argument.as_deref(), group.threads);
    let names = group.members.iter().map(|it| it.name.clone()).collect();
    let paint = Paint { styled: screen.styled };
    let table = Table { title: "member", names, columns }.render(screen);
    format!("{}\n{table}", paint.paint(style::STRONG, &title))
}

fn ramp(ramp: &BenchRamp, screen: Screen) -> String {
    let column = |title, stays, of: &dyn Fn(&BenchStep) -> Cell| Column {
        title,
        stays,
        align: Align::Right,
        cells: ramp.steps.iter().map(of).collect(),
    };
    let number =
        |value: Option<String>| value.map_or_else(Cell::unknown, |it| Cell::new(style::PLAIN, it));
    let [threads, rate, efficiency, p99] = words::RAMP;
    let columns = vec![
        column(threads, ALWAYS, &|it| Cell::new(style::PLAIN, units::count(it.threads.into()))),
        column(rate, ALWAYS, &|it| number(it.calls_per_s.map(units::rough_count))),
        column(efficiency, 80, &|it| {
            number(it.efficiency.map(|share| units::percent(share * 100.0)))
        }),
        column(p99, 70, &|it| {
            let ns = it.p99_ns.map(crate::stats::number::float);
            ns.map_or_else(Cell::unknown, |ns| Cell::duration(style::PLAIN, Mark::Exact, ns))
        }),
    ];
    let names = ramp.steps.iter().map(|it| it.name.clone()).collect();
    let paint = Paint { styled: screen.styled };
    let knee = words::ramp(ramp).map_or_else(String::new, |it| format!(": {it}"));
    let title = format!("ramp {}{knee}", sanitize::screen(&ramp.name));
    let table = Table { title: "step", names, columns }.render(screen);
    let title = wrap::words(&title, "", screen.width);
    format!("{}\n{table}", paint.paint(style::STRONG, title.trim_end()))
}

/// Returns what the profile rounds of benchmarks recorded: the functions, and their calls as a tree. `None` of none.
pub(crate) fn profile(functions: &[Function], tree: &[TreeNode], screen: Screen) -> Option<String> {
    if functions.is_empty() {
        return None;
    }
    let run = recorded(functions, tree);
    let title = "recorded in the profile rounds of benchmarks: shown, never judged";
    let paint = Paint { styled: screen.styled };
    let all: Vec<&Function> = run.functions.iter().collect();
    let table = show::functions_table(&run, &all, false).render(screen);
    let tree = if run.tree.is_empty() { String::new() } else { plain_tree(&run, false, screen) };
    let gap = if tree.is_empty() { "" } else { "\n" };
    Some(format!("{}\n{table}{gap}{tree}", paint.paint(style::STRONG, title)))
}

/// Returns a run of these functions alone, as if they had been recorded by themselves; most self time first.
pub(crate) fn recorded(functions: &[Function], tree: &[TreeNode]) -> RunDocument {
    let mut functions: Vec<Function> = functions
        .iter()
        .map(|it| Function { kind: FunctionKind::Function, ..it.clone() })
        .collect();
    functions.sort_by(|a, b| b.self_ns.cmp(&a.self_ns).then_with(|| a.name.cmp(&b.name)));
    let tree = kept(tree, |name| functions.iter().any(|it| it.name == name));
    RunDocument {
        schema: String::new(),
        version: 0,
        run: Run::default(),
        process: ProcessSummary::default(),
        functions,
        tree,
        metrics: Vec::new(),
        suites: Vec::new(),
        recording: Recording::default(),
    }
}

/// Returns the contexts of some functions; what one of others called stands below the next of them.
fn kept(tree: &[TreeNode], keeps: impl Fn(&str) -> bool) -> Vec<TreeNode> {
    let mut places: HashMap<u32, Option<u32>> = HashMap::new();
    let mut kept: Vec<TreeNode> = Vec::new();
    for node in tree {
        let parent = node.parent.and_then(|parent| places.get(&parent).copied().flatten());
        let place = if keeps(&node.function) {
            let id = u32::try_from(kept.len()).unwrap_or(u32::MAX);
            kept.push(TreeNode { id, parent, ..node.clone() });
            Some(id)
        } else {
            parent
        };
        places.insert(node.id, place);
    }
    kept
}

/// Returns the lines below the tables.
fn lines(view: &BenchView<'_>, screen: Screen) -> String {
    let paint = Paint { styled: screen.styled };
    let document = view.document;
    let functions = || document.benchmarks.iter().map(|row| &row.benchmark);
    let mut text = String::new();
    let mut add_after = |indent: &str, style, line: &str| {
        for line in wrap::words(line, indent, screen.width).lines() {
            text += &(paint.paint(style, line) + "\n");
        }
    };
    for bad in words::bad_ends(functions()) {
        add_after("", style::BAD, &format!("✗ {}: {}", sanitize::screen(&bad.name), bad.end));
        if let Some(message) = &bad.message {
            add_after("  ", style::PLAIN, &sanitize::screen(message));
        }
    }
    let mut add = |style, line: &str| add_after("", style, line);
    for row in &document.benchmarks {
        let change = row.change.as_ref().filter(|it| it.verdict == Verdict::Regression);
        if let Some(change) = change.filter(|_| !row.benchmark.is_failure()) {
            let name = sanitize::screen(&row.benchmark.name);
            add(style::BAD, &format!("✗ {name}: {}", sanitize::screen(&change.reason)));
        }
    }
    for (name, leak) in words::leaks(functions()) {
        add(style::WARN, &format!("! {} {leak}", sanitize::screen(&name)));
    }
    for finding in &document.findings {
        let (mark, style) = match finding.verdict {
            Verdict::Regression => ("✗", style::BAD),
            _ => ("!", style::WARN),
        };
        let [name, reason] = [&finding.name, &finding.reason].map(|text| sanitize::screen(text));
        add(style, &format!("{mark} {name}: {reason}"));
    }
    if view.detail != BenchDetail::Minimal {
        for line in words::doubts(functions()) {
            add(style::WARN, &line);
        }
        if let Some(note) = view.facet.note() {
            add(style::FAINT, note);
        }
        for note in &document.notes {
            add(style::FAINT, &format!("note: {}", sanitize::screen(note)));
        }
    }
    text
}
